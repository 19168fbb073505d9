# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fig. 14: missing detections and wrong weights, with and without what the paper does about it."""

from __future__ import annotations

from sageiq_ros.evaluation.pages.blocks import LineChart, Row, Section, Table
from sageiq_ros.experiments.agreement import Agreement, Scores, mean
from sageiq_ros.experiments.conditions import REPEATS, error_variants
from sageiq_ros.experiments.shown import HEADS, cells, mcc_series, motion, said
from sageiq_ros.experiments.variants import RATES, RUNS, WITH

KINDS = {'missing': 'missing detections', 'noise': 'weight error'}
PLACES = ('0 %', *(f'{round(100 * rate)} %' for rate in RATES))
TOLERANCE = {False: 'no mechanism', True: 'error-tolerant'}


def figure_14(scores: Scores, scorer: str) -> Section:
    """Draw the main scorer's MCC over the size of each error."""
    found = {
        (kind, tolerant): _series(scores, scorer, kind, tolerant)
        for kind in KINDS
        for tolerant in TOLERANCE
    }
    charts = [
        LineChart(
            f'Fig. 14: {title}',
            PLACES,
            [mcc_series(TOLERANCE[t], found[kind, t]) for t in TOLERANCE],
            'MCC',
            axis='triplets removed' if kind == 'missing' else 'deviation of the weights',
        )
        for kind, title in KINDS.items()
    ]
    rows = [
        Row((KINDS[kind], TOLERANCE[tolerant], place, *cells(agreement)))
        for (kind, tolerant), agreements in found.items()
        for place, agreement in zip(PLACES, agreements, strict=True)
    ]
    table = Table(
        'Fig. 14 as numbers: averages over the data sets',
        ('Error', 'Mechanism', 'Size', *HEADS),
        rows,
        text_columns=3,
    )
    text = (
        f'Missing detections: a share of the triplets is removed at random. The mechanism is the '
        f'union of {RUNS} varied looks at the picture, each of which loses its own share. Weight '
        f'error: each weight gets Gaussian noise of a share of itself. The mechanism averages '
        f'{RUNS} noisy weights. Points above 0 % are means of {REPEATS} independent draws. Of few '
        'triplets a share is rounded to whole ones.',
        'In the paper both errors cost little while they are small and clearly more when they '
        'are large, and both mechanisms help, that against missing detections above all where '
        'many are missing.',
        *(_finding(kind, found[kind, False], found[kind, True]) for kind in KINDS),
    )
    return Section('Fig. 14: robustness against errors', text, (*charts, table))


def _series(scores: Scores, scorer: str, kind: str, tolerant: bool) -> list[Agreement]:
    points = []
    for rate in (0.0, *RATES):
        names = [
            variant.name
            for variant in error_variants()
            if (variant.kind, variant.rate, variant.tolerant) == (kind, rate, tolerant)
        ]
        # Without an error, and with weights that are right, there is nothing to put right.
        draws = [scores.average(scorer, motion(name)) for name in names or [WITH]]
        merged = mean(draws)
        points.append(Agreement(merged.values, merged.replicates, draws[0].count))
    return points


def _finding(kind: str, plain: list[Agreement], tolerant: list[Agreement]) -> str:
    loss = (plain[-1] - plain[0])['mcc']
    won = (tolerant[-1] - plain[-1])['mcc']
    return (
        f'{KINDS[kind].capitalize()} of {PLACES[-1]} changes the MCC by {said(loss)}; the '
        f'mechanism then adds {said(won)}.'
    )
