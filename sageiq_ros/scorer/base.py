# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Stage 3's interface: how good the picture is in each region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from sageiq_ros.types import Image, Quality

LSQ, SFE, SIZE_PROMPT = 'lsq', 'sfe', 'size_prompt'
SIZE_MODULES = (LSQ, SFE, SIZE_PROMPT)


class RegionScorer(Protocol):
    """Score crops of regions; this is where another BIQA model plugs in (paper, Table VIII)."""

    @property
    def name(self) -> str:
        """Name the network and its precision, as published in the message."""
        ...

    def score(self, crops: Sequence[Image]) -> list[Quality]:
        """Return one quality per crop (uint8 BGR, any size of at least one pixel), in order."""
        ...


@runtime_checkable
class BatchScorer(Protocol):
    """A scorer for which several crops cost no more than one; others take them one by one."""

    @property
    def batch(self) -> int:
        """Tell how many crops one run of the network takes."""
        ...


@runtime_checkable
class SizeAblation(Protocol):
    """A scorer whose size modules can be switched off one by one (paper, Table VI).

    The modules are those of ``SIZE_MODULES``: learnable size queries, size feature extractor and
    size prompt.
    """

    @property
    def size_modules(self) -> frozenset[str]:
        """Name the modules that can be switched; the others stay as the network has them."""
        ...

    def with_size_modules(self, modules: frozenset[str]) -> RegionScorer:
        """Return this scorer with only ``modules``, a subset of ``size_modules``, switched on.

        None on is the baseline, all on the scorer as it is. Raises SageIQError for a module
        that cannot be switched.
        """
        ...


@runtime_checkable
class QualityDescriber(Protocol):
    """Describe a crop's picture quality in words (paper, section IV-D).

    A scorer that is one too, as a vision-language model is, answers by itself; for the others
    ``scorer.measured`` does.
    """

    def describe(self, crop: Image, question: str = '', seed: int = 0) -> str:
        """Return sentences about a crop (uint8 BGR, any size of at least one pixel).

        An empty ``question`` asks for the quality in general. The same crop, question and seed
        give the same words. Raises SageIQError where nothing can be said.
        """
        ...
