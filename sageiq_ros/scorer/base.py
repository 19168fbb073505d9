# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Stage 3's interface: how good the picture is in each region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sageiq_ros.types import Image, Quality


class RegionScorer(Protocol):
    """Score crops of regions; this is where another BIQA model plugs in (paper, Table VIII)."""

    @property
    def name(self) -> str:
        """Name the network and its precision, as published in the message."""
        ...

    def score(self, crops: Sequence[Image]) -> list[Quality]:
        """Return one quality per crop (uint8 BGR, any size of at least one pixel), in order."""
        ...
