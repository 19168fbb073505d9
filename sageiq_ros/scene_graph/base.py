# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Stage 1's interface: an image in, its scene graph out."""

from __future__ import annotations

from typing import Protocol

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.types import Image, SceneGraph


class SceneGraphGenerator(Protocol):
    """Find the entities of an image and how they relate (paper, section III-A1)."""

    @property
    def name(self) -> str:
        """Name the network and its precision, as published in the message."""
        ...

    def generate(self, image: Image, config: SceneGraphConfig) -> SceneGraph:
        """Return the graph of one image; no entity found gives an empty graph."""
        ...
