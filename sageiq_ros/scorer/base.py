# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Stage 3's interface: how good the picture is in each region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sageiq_ros.types import Box, Image, Quality


class RegionScorer(Protocol):
    """Score regions of an image; this is where another BIQA model plugs in (paper, Table VIII)."""

    @property
    def name(self) -> str:
        """Name the network and its precision, as published in the message."""
        ...

    def score(self, image: Image, boxes: Sequence[Box]) -> list[Quality]:
        """Return one quality per box, in order; boxes are clipped to the image."""
        ...
