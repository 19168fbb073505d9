# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Under which conditions each experiment of section IV-C looks at a picture."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sageiq_ros.experiments.variants import (
    DETECTOR,
    NO_PREDICATE,
    NO_TRIPLET,
    NO_WEIGHTS,
    RATES,
    WITH,
    WITHOUT,
    ErrorVariant,
)
from sageiq_ros.sageiq_d.degradations import DEGRADATIONS, NONE
from sageiq_ros.sageiq_d.hybrid import DEFAULT_BOXES

MOTION = 'motion_blur'
BOX_COUNTS = (1, 3, 5, 7)
REPEATS = 3
"""Independent draws of each error of Fig. 14, averaged."""

TABLE_VIII, FIG_11, FIG_12, FIG_13, FIG_14, FIG_15 = (
    'table8', 'fig11', 'fig12', 'fig13', 'fig14', 'fig15'
)  # fmt: skip
SCORED = (TABLE_VIII, FIG_11, FIG_12, FIG_13, FIG_14, FIG_15)
"""The experiments that score pictures under conditions of their own."""


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """Say how a picture is made and judged.

    ``boxes`` is the most regions of it that stay clear; ``variant`` is ``without``, ``with`` or
    the name of another pipeline.
    """

    degradation: str
    boxes: int
    variant: str


def error_variants() -> Iterator[ErrorVariant]:
    """List the pipelines of Fig. 14 that have an error, or a mechanism against one."""
    # Five looks find something else than one even where nothing is missing.
    yield ErrorVariant('missing', 0.0, True, 0)
    for kind in ('missing', 'noise'):
        for rate in RATES:
            for tolerant in (False, True):
                for repeat in range(REPEATS):
                    yield ErrorVariant(kind, rate, tolerant, repeat)


def conditions(experiments: Collection[str], is_main: bool, has_detector: bool) -> set[Condition]:
    """Return what a scorer must be measured under, each once.

    Figs. 12 and 14 are of the main scorer alone; the paper's Fig. 14 is, too.
    """
    plain = (WITHOUT, WITH)
    # Table VIII's, which every report begins with and most experiments compare with.
    found = {Condition(MOTION, DEFAULT_BOXES, variant) for variant in plain}
    if FIG_11 in experiments:
        found |= {
            Condition(name, DEFAULT_BOXES, variant)
            for name in DEGRADATIONS
            if name != NONE
            for variant in plain
        }
    if FIG_13 in experiments:
        found |= {Condition(NONE, DEFAULT_BOXES, variant) for variant in plain}
    if FIG_15 in experiments:
        found |= {Condition(MOTION, boxes, WITH) for boxes in BOX_COUNTS}
    if is_main and FIG_12 in experiments:
        names = [NO_PREDICATE, NO_TRIPLET, NO_WEIGHTS, *([DETECTOR] if has_detector else [])]
        found |= {Condition(MOTION, DEFAULT_BOXES, name) for name in names}
    if is_main and FIG_14 in experiments:
        found |= {Condition(MOTION, DEFAULT_BOXES, v.name) for v in error_variants()}
    return found
