# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fig. 12: SageIQ-P without one of its parts, beside the baseline and fine-tuning."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sageiq_ros.evaluation.bootstrap import Estimate
from sageiq_ros.evaluation.pages.blocks import BarChart, Cell, Number, Row, Section, Table
from sageiq_ros.experiments.agreement import Scores
from sageiq_ros.experiments.scored import mean_aim, mean_error, mean_of
from sageiq_ros.experiments.shown import HEADS, cells, mcc_series, motion, number, said
from sageiq_ros.experiments.variants import (
    DETECTOR,
    NO_PREDICATE,
    NO_TRIPLET,
    NO_WEIGHTS,
    WITH,
    WITHOUT,
)

FINE_TUNED = 'fine_tuned'
TITLES = {
    WITHOUT: 'Baseline',
    FINE_TUNED: 'Fine-tuned',
    DETECTOR: 'Object detector',
    NO_PREDICATE: 'w/o predicate',
    NO_TRIPLET: 'w/o triplet',
    NO_WEIGHTS: 'w/o weights',
    WITH: 'SageIQ-P',
}


def figure_12(scores: Scores, scorer: str, not_run: dict[str, str]) -> Section:
    """Compare the variants of the main scorer; ``not_run`` gives the reasons of those missing."""
    variants = [v for v in TITLES if v not in not_run]
    found = {v: scores.average(scorer, motion(v)) for v in variants}
    full = found[WITH]
    gains = {v: (full - found[v])['mcc'] for v in variants if v != WITH}
    chart = BarChart(
        f'Fig. 12: {scorer}, motion blur',
        tuple(TITLES[v] for v in variants),
        (mcc_series('MCC', list(found.values())),),
        'MCC',
    )
    table = Table(
        'Fig. 12 as numbers',
        (
            *('Variant', 'Data set', 'n', *HEADS, 'MCC gain of SageIQ-P'),
            *('mean error', 'aim', 'whole'),
        ),
        [row for variant in variants for row in _rows(scores, scorer, variant)],
        text_columns=2,
        note='Gain: by how much the MCC of SageIQ-P is above. Mean error: distance of score and '
        'label. Aim: share of the weight that lies on a clear region (overlap of 0.5 or more). '
        'Whole: share of pictures scored as a whole because no triplet was left. In rows of '
        'averages these three are over all pictures.',
    )
    text = (
        'In the paper fine-tuning improves on the baseline, and each variant and fine-tuning stay '
        'below SageIQ-P; its text has no numbers of this figure.',
        *_findings(scores, scorer, gains),
        *(f'{TITLES[name]} was not run: {reason}' for name, reason in not_run.items()),
    )
    return Section('Fig. 12: ablation of SageIQ-P', text, (chart, table))


def _rows(scores: Scores, scorer: str, variant: str) -> Iterator[Row]:
    as_whole = variant in (WITHOUT, FINE_TUNED)
    for group in scores.groups(scorer):
        found = group.agreement(motion(variant))
        gain: Cell = ''
        if variant != WITH:
            gain = number((group.agreement(motion(WITH)) - found)['mcc'], signed=True)
        rows = group.rows(motion(variant))
        means = (
            mean_error(rows),
            mean_aim(rows),
            mean_of(rows, lambda row: as_whole or row.whole_image),
        )
        numbers = (found.count, *cells(found), gain, *map(Number, means))
        yield Row((TITLES[variant], group.name, *numbers), strong=group.is_average)


def _findings(scores: Scores, scorer: str, gains: dict[str, Estimate]) -> Iterator[str]:
    *_, average = scores.groups(scorer)
    full = average.rows(motion(WITH))
    for variant, gain in gains.items():
        rows = average.rows(motion(variant))
        equal = bool(rows) and [row.score for row in rows] == [row.score for row in full]
        because = ''
        if not math.isnan(mean_aim(rows)):
            because = (
                f' Weight on clear regions: {mean_aim(rows):.2f} (SageIQ-P {mean_aim(full):.2f}); '
                f'mean error {mean_error(rows):.3f} ({mean_error(full):.3f}).'
            )
        verdict = _verdict(gain, equal)
        yield f'{TITLES[variant]}: MCC gain of SageIQ-P {said(gain)}{verdict}.{because}'


def _verdict(gain: Estimate, equal: bool) -> str:
    if equal:
        return ', picture by picture the same score as SageIQ-P, so that no weight hangs on it'
    if math.isnan(gain.low):
        return ''
    if gain.low > 0.0:
        return ', below SageIQ-P, as in the paper'
    if gain.high < 0.0:
        return ', above SageIQ-P, unlike in the paper'
    return ', not told apart from SageIQ-P by these pictures'
