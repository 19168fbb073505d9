# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The verdict of a soak: named limits, each with its number."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sageiq_ros.nodes.load.conditions import BURSTS, OVERLAY, STOPPED
from sageiq_ros.nodes.load.tally import Tally
from sageiq_ros.nodes.load.watch import Sample, memory_slope

PASS, FAIL, NOT_JUDGED = 'PASS', 'FAIL', 'NOT JUDGED'
MEMORY_MB = 1.0
AGE_FRAMES = 2.0
AGE_RULE = (
    'one in work and before it a wait of one camera period, or of one frame of every camera where '
    'that is less; never below 2'
)
SHARE = 0.10
GAP_S = 2.0
# A slope over less time is that of the noise.
SLOPE_S = 300.0
# Of fewer results a camera, one more or less is a tenth of a share.
RESULTS = 30


@dataclass(frozen=True, slots=True)
class Judgement:
    """Hold one limit, what was measured, and whether it holds; NaN where it is not judged.

    ``bound`` is 'at most' or 'at least', ``rule`` a sentence of where the limit comes from.
    """

    name: str
    value: float
    limit: float
    unit: str
    outcome: str
    bound: str = 'at most'
    rule: str = ''


def judge(tally: Tally) -> list[Judgement]:
    """Compare a soak with every limit; too short a soak leaves some of them not judged."""
    return [
        _at_most('deaths of the node', float(bool(tally.death)), 0.0),
        _at_most('growth of memory in 10 minutes', _slope(tally.samples), MEMORY_MB, 'MB'),
        _at_most('growth of open files', _growth(tally.samples, lambda one: one.node.files), 0.0),
        _at_most('growth of threads', _growth(tally.samples, lambda one: one.node.threads), 0.0),
        _at_most('99th percentile of the age', *_age_frames(tally), 'frames', rule=AGE_RULE),
        _at_most('distance from an equal share', 100.0 * _share(tally), 100.0 * SHARE, '%'),
        _at_most('longest wait for a result', _gap(tally), GAP_S, 's'),
        _at_most('errors in diagnostics without a cause', float(tally.errors), 0.0),
        _at_most('live parameters refused', float(tally.refused), 0.0),
        _at_least('broken frames sent', float(tally.broken or math.nan), 1.0),
        _at_least('pictures of the overlay seen', _overlays(tally), 1.0),
    ]


def outcome(judgements: Sequence[Judgement]) -> str:
    """Return FAIL where any limit is broken, PASS where all are kept, else NOT JUDGED."""
    outcomes = {judgement.outcome for judgement in judgements}
    return next(one for one in (FAIL, NOT_JUDGED, PASS) if one in outcomes)


def lines(judgements: Sequence[Judgement]) -> list[str]:
    """Lay a verdict out as text, one limit a line."""
    text = []
    for one in judgements:
        value = '-' if math.isnan(one.value) else f'{one.value:.2f}'.rstrip('0').rstrip('.')
        limit = f'{one.bound} {one.limit:.3g} {one.unit}'.rstrip()
        rule = f' ({one.rule})' if one.rule else ''
        text.append(f'  {one.outcome:10} {one.name:40} {value:>8}   {limit}{rule}')
    return [f'{outcome(judgements)}:', *text]


def _at_most(
    name: str, value: float, limit: float, unit: str = '', *, rule: str = ''
) -> Judgement:
    return Judgement(name, value, limit, unit, _outcome(value, value <= limit), rule=rule)


def _at_least(name: str, value: float, limit: float) -> Judgement:
    return Judgement(name, value, limit, '', _outcome(value, value >= limit), 'at least')


def _outcome(value: float, kept: bool) -> str:
    if math.isnan(value):
        return NOT_JUDGED
    return PASS if kept else FAIL


def _slope(samples: Sequence[Sample]) -> float:
    if len(samples) < 2 or samples[-1].at_s - samples[0].at_s < SLOPE_S:
        return math.nan
    return memory_slope(samples)


def _growth(samples: Sequence[Sample], count: Callable[[Sample], int]) -> float:
    """Compare the least of the last third with that of the first: what comes and goes is out."""
    if len(samples) < 2 or samples[-1].at_s - samples[0].at_s < SLOPE_S:
        return math.nan
    third = max(1, len(samples) // 3)
    return float(min(map(count, samples[-third:])) - min(map(count, samples[:third])))


def age_limit(period_frames: float, cameras: int) -> float:
    """Return how old a result may be when its camera sends steadily, in frames of processing.

    A waiting frame gives way to its camera's next one, and before it come at most the frame in
    work, if of its own camera, and one of each other camera.
    """
    return max(AGE_FRAMES, 1.0 + min(period_frames, float(cameras)))


def _age_frames(tally: Tally) -> tuple[float, float]:
    """Return the 99th percentile and the limit of the condition that is nearest to its limit.

    Bursts are left out: a camera in a burst does not send steadily.
    """
    ages = []
    for name, one in tally.conditions.items():
        if name != BURSTS.name and _enough(tally, name):
            found = one.summary()
            period_frames = 1e3 * tally.period_s / found['total_ms']['median']
            limit = age_limit(period_frames, len(tally.cameras))
            ages.append((found['age_frames']['p99'], limit))
    return max(ages, key=lambda age: age[0] / age[1], default=(math.nan, AGE_FRAMES))


def _overlays(tally: Tally) -> float:
    """Return how many pictures were seen; NaN for none where there was hardly time for any."""
    looked = OVERLAY.name in tally.conditions and _enough(tally, OVERLAY.name)
    return float(tally.overlays) if tally.overlays or looked else math.nan


def _share(tally: Tally) -> float:
    """Return the worst share of the conditions in which all cameras send all the time.

    The first frames after a pause, as behind a burst, meet a node that waits for any.
    """
    distances = [
        one.summary()['worst_share']
        for name, one in tally.conditions.items()
        if name not in (STOPPED.name, BURSTS.name) and _enough(tally, name)
    ]
    return max(distances, default=math.nan)


def _enough(tally: Tally, name: str) -> bool:
    results = tally.conditions[name].results
    return sum(results.values()) >= RESULTS * max(1, len(results))


def _gap(tally: Tally) -> float:
    return max(tally.gaps.longest_s.values(), default=math.nan)
