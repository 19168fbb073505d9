# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The numbers of an evaluated drive, for machines and in words."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from sageiq_ros.evaluation.bag.blocks import Blocks
from sageiq_ros.evaluation.bag.comparison import Comparison
from sageiq_ros.evaluation.bag.lag import LIMIT_S, Lag
from sageiq_ros.evaluation.bag.run import BagRun
from sageiq_ros.evaluation.bootstrap import Estimate
from sageiq_ros.evaluation.drive import DriveSummary, label_summaries
from sageiq_ros.types import State

NOT_DEFINED = 'not defined'
NAMES = {
    'srcc': 'SRCC',
    'plcc': 'PLCC',
    'mcc': 'MCC',
    'mean_error': 'mean error',
    'mean_absolute_error': 'mean absolute error',
}


def summary_values(
    run: BagRun, summary: DriveSummary, comparison: Comparison | None, command: str
) -> dict[str, Any]:
    """Return everything as JSON values; what is not defined is null."""
    last = next((r.assessment for r in reversed(run.results) if r.assessment), None)
    values = {
        'input': str(run.frames.path),
        'topic': run.frames.topic,
        'frames': {
            'in_topic': run.frames.in_topic,
            'taken': summary.sent,
            'with_result': summary.answered,
            'with_triplets': summary.with_triplets,
            'not_decodable': len(run.frames.skipped),
        },
        'skipped': list(run.frames.skipped),
        'remarks': run.remarks,
        'recorded_s': run.recorded_s,
        'spent_s': run.spent_s,
        'speed': run.speed,
        'score': _distribution([result.score for result in run.results]),
        'states': {state.name: count for state, count in summary.states.items()},
        'stages_ms': {name: asdict(stage) for name, stage in summary.stages.items()},
        'labels_seen': [asdict(label) for label in label_summaries(run.results)],
        'query': last.query if last else None,
        'scene_graph': last.scene_graph if last else None,
        'analyzer': last.analyzer if last else None,
        'scorer': last.scorer if last else None,
        'comparison': _comparison(comparison) if comparison else None,
        'command': command,
    }
    return _without_nan(values)


def describe(run: BagRun, summary: DriveSummary, comparison: Comparison | None) -> str:
    """Lay the main numbers out as text."""
    states = ', '.join(
        f'{count} {state.name.lower()}' for state in State if (count := summary.states[state])
    )
    lines = [
        f'{summary.sent} of {run.frames.in_topic} frames taken, {summary.answered} results, '
        f'{summary.with_triplets} with triplets, {len(run.frames.skipped)} not decodable.',
        f'Score: median {number(summary.median_score, 2)}; states: {states or "none"}.',
    ]
    if not math.isnan(run.speed):
        lines.append(
            f'Speed: {run.recorded_s:.1f} s recorded, {run.spent_s:.1f} s spent, factor '
            f'{run.speed:.2f}.'
        )
    if comparison:
        lines += ['', *compared(comparison)]
    return '\n'.join(lines)


def compared(comparison: Comparison) -> list[str]:
    """Say what the comparison came to, a line each."""
    return [
        f'{matched(comparison)}',
        *(f'  {NAMES[name]:20} {interval(value)}' for name, value in comparison.measures.items()),
        f'  {"lag":20} {lag_text(comparison.lag)}',
        f'Intervals: {blocks_text(comparison.blocks)}',
    ]


def matched(comparison: Comparison) -> str:
    """Say how labels and frames were matched, and which labels were left out."""
    labels = comparison.labels
    empty = f', {labels.empty} have no score' if labels.empty else ''
    counts = (
        f'{len(comparison.pairs)} of {comparison.frames} frames have a score and a label of '
        f'{labels.name}; {labels.unmatched} labels belong to no frame{empty}.'
    )
    return ' '.join([counts, *labels.remarks])


def interval(value: Estimate) -> str:
    """Write a value with its interval."""
    if math.isnan(value.value):
        return NOT_DEFINED
    if math.isnan(value.low):
        return f'{value.value:z.3f} (no interval)'
    return f'{value.value:z.3f} [{value.low:z.3f}, {value.high:z.3f}]'


def lag_text(lag: Lag) -> str:
    """Write a lag with the correlation that it gives."""
    if math.isnan(lag.seconds):
        return f'{NOT_DEFINED}: {lag.reason}'
    more = f', the largest tried: it may be more than {LIMIT_S:g} s' if lag.at_limit else ''
    found = f'correlation {lag.correlation:.3f} there, over {lag.points} values'
    return f'{lag.seconds:+.3f} s ({found}{more})'


def blocks_text(blocks: Blocks) -> str:
    """Say what the intervals are of."""
    short = (
        ' The drive is short for how slowly its scores change, so they may be too narrow.'
        if blocks.few
        else ''
    )
    frames = 'frame' if blocks.length == 1 else 'frames'
    return f'95 %, by the bootstrap over blocks of {blocks.length} {frames} in a row.{short}'


def number(value: float, digits: int) -> str:
    """Write a number, or that it is not defined."""
    return NOT_DEFINED if math.isnan(value) else f'{value:.{digits}f}'


def _comparison(comparison: Comparison) -> dict[str, Any]:
    labels, lag = comparison.labels, comparison.lag
    return {
        'labels': labels.name,
        'n': len(comparison.pairs),
        'frames_without_pair': comparison.frames - len(comparison.pairs),
        'labels_without_frame': labels.unmatched,
        'labels_without_score': labels.empty,
        'label_remarks': list(labels.remarks),
        **{name: asdict(value) for name, value in comparison.measures.items()},
        'block_frames': comparison.blocks.length,
        'blocks_are_few': comparison.blocks.few,
        'lag_s': lag.seconds,
        'lag_correlation': lag.correlation,
        'lag_step_s': lag.step_s,
        'lag_points': lag.points,
        'lag_not_defined': lag.reason or None,
    }


def _distribution(scores: list[float]) -> dict[str, float]:
    known = np.array([score for score in scores if not math.isnan(score)])
    names = ('lowest', 'p5', 'median', 'mean', 'p95', 'highest')
    if not known.size:
        return dict.fromkeys(names, math.nan)
    low, p5, middle, p95, high = np.percentile(known, (0, 5, 50, 95, 100))
    values = (low, p5, middle, known.mean(), p95, high)
    return dict(zip(names, map(float, values), strict=True))


def _without_nan(value: Any) -> Any:
    # JSON has no NaN.
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
