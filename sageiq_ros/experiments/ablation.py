# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fig. 12: SageIQ-P without one of its parts, beside the baseline and fine-tuning."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

from sageiq_ros.evaluation.bootstrap import Estimate
from sageiq_ros.evaluation.pages.blocks import BarChart, Number, Row, Section, Table
from sageiq_ros.experiments.agreement import Scores
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


@dataclass(frozen=True, slots=True)
class Aim:
    """Tell how a variant comes to its scores.

    ``error`` is the mean distance of score and label, ``aim`` the mean share of weight on clear
    regions, ``whole`` the share of pictures scored as a whole for want of a triplet.
    """

    error: float
    aim: float
    whole: float


def figure_12(scores: Scores, scorer: str, not_run: dict[str, str]) -> Section:
    """Compare the variants of the main scorer; ``not_run`` gives the reasons of those missing."""
    variants = [v for v in TITLES if v not in not_run]
    found = {v: scores.average(scorer, motion(v)) for v in variants}
    full = found[WITH]
    differences = {v: (found[v] - full)['mcc'] for v in variants if v != WITH}
    chart = BarChart(
        f'Fig. 12: {scorer}, motion blur',
        tuple(TITLES[v] for v in variants),
        (mcc_series('MCC', list(found.values())),),
        'MCC',
    )
    rows = []
    for variant in variants:
        aim = _aim(scores, scorer, variant)
        change = '' if variant == WITH else number(differences[variant], signed=True)
        numbers = (Number(aim.error), Number(aim.aim), Number(aim.whole))
        rows.append(Row((TITLES[variant], *cells(found[variant]), change, *numbers)))
    table = Table(
        'Fig. 12 as numbers: averages over the data sets',
        ('Variant', *HEADS, 'MCC less SageIQ-P', 'mean error', 'aim', 'whole'),
        rows,
        note='Mean error: distance of score and label. Aim: share of the weight that lies on a '
        'clear region (overlap of 0.5 or more). Whole: share of pictures scored as a whole '
        'because no triplet was left.',
    )
    text = (
        'In the paper fine-tuning improves on the baseline, and each variant and fine-tuning stay '
        'below SageIQ-P; its text has no numbers of this figure.',
        *_findings(scores, scorer, differences),
        *(f'{TITLES[name]} was not run: {reason}' for name, reason in not_run.items()),
    )
    return Section('Fig. 12: ablation of SageIQ-P', text, (chart, table))


def _findings(scores: Scores, scorer: str, differences: dict[str, Estimate]) -> Iterator[str]:
    full = _aim(scores, scorer, WITH)
    for variant, difference in differences.items():
        if math.isnan(difference.value):
            yield f'{TITLES[variant]}: not defined on these pictures.'
            continue
        aim = _aim(scores, scorer, variant)
        because = ''
        if not math.isnan(aim.aim):
            because = (
                f' Weight on clear regions: {aim.aim:.2f} (SageIQ-P {full.aim:.2f}); mean error '
                f'{aim.error:.3f} ({full.error:.3f}).'
            )
        verdict = _verdict(difference, _equal(scores, scorer, variant))
        yield f'{TITLES[variant]}: MCC {said(difference)}, {verdict}.{because}'


def _verdict(difference: Estimate, equal: bool) -> str:
    if equal:
        return 'picture by picture the same score as SageIQ-P, so that no weight hangs on it'
    if difference.high < 0.0:
        return 'below SageIQ-P, as in the paper'
    if difference.low > 0.0:
        return 'above SageIQ-P, unlike in the paper'
    return 'not told apart from SageIQ-P by these pictures'


def _equal(scores: Scores, scorer: str, variant: str) -> bool:
    pair = [
        [
            row.score
            for name in scores.datasets
            for row in scores.rows(scorer, name, motion(wanted))
        ]
        for wanted in (variant, WITH)
    ]
    return pair[0] == pair[1]


def _aim(scores: Scores, scorer: str, variant: str) -> Aim:
    rows = [
        row
        for name in scores.averaged(scorer)
        for row in scores.rows(scorer, name, motion(variant))
    ]
    as_whole = variant in (WITHOUT, FINE_TUNED)
    return Aim(
        error=fmean(abs(row.score - row.label) for row in rows) if rows else math.nan,
        aim=scores.aim(scorer, motion(variant)),
        whole=fmean(as_whole or row.whole_image for row in rows) if rows else math.nan,
    )
