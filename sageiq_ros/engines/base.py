# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The one interface behind which a network runs, whatever the backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.engines.manifest import Manifest
from sageiq_ros.types import SageIQError

Arrays = dict[str, NDArray[np.generic]]


class EngineError(SageIQError):
    """An engine that is missing, damaged, of another kind or cannot run here."""


class Engine(Protocol):
    """Run one network with named arrays in and out."""

    @property
    def manifest(self) -> Manifest:
        """Tell what the engine holds and what it wants."""
        ...

    def __call__(self, inputs: Mapping[str, NDArray[np.generic]]) -> Arrays:
        """Run once; shapes and dtypes are those of ``manifest.inputs``."""
        ...
