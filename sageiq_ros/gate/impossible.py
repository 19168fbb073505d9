# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers that cannot be: a result that holds one says nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sageiq_ros.gate.limits import Limits
from sageiq_ros.gate.result import Region, Result, Triplet
from sageiq_ros.types import State

_STATES = frozenset(State)


def find_impossible(result: Result, limits: Limits) -> tuple[str, tuple[Region, ...]] | None:
    """Say in one sentence what is impossible in a result, and in which region; None if nothing.

    A region without a floor may have no quality: then it is in no score either.
    """
    if result.state == State.UNKNOWN:
        return 'nothing could be scored', ()
    if result.state not in _STATES:
        return f'{result.state} is no state of a result', ()
    if not _is_share(result.score):
        return f'score {result.score} is no number from 0 to 1', ()
    for region in result.regions:
        fault = _fault_of(region, limits)
        if fault:
            return fault, (region,)
    for triplet in result.triplets:
        fault = _fault_in(triplet, result.regions)
        if fault:
            return fault, ()
    return None


def _fault_of(region: Region, limits: Limits) -> str:
    if not 0.0 <= region.age_s < math.inf:
        return f'age {region.age_s} s of the quality of {region.label} is impossible'
    if not math.isnan(region.quality):
        if not _is_share(region.quality):
            return f'quality {region.quality} of {region.label} is no number from 0 to 1'
    elif limits.floor(region.label) is not None:
        return f'{region.label} has a floor but no quality'
    return ''


def _fault_in(triplet: Triplet, regions: Sequence[Region]) -> str:
    for place in (triplet.subject, triplet.object):
        if not 0 <= place < len(regions):
            return f'a triplet names region {place} of {len(regions)}'
    for weight in (triplet.subject_weight_normalized, triplet.object_weight_normalized):
        if not _is_share(weight):
            return f'weight {weight} of a triplet is no number from 0 to 1'
    return ''


def _is_share(value: float) -> bool:
    return 0.0 <= value <= 1.0
