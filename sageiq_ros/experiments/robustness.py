# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fig. 14: missing detections and wrong weights, with and without what the paper does about it."""

from __future__ import annotations

from collections.abc import Iterator

from sageiq_ros.evaluation.pages.blocks import Cell, LineChart, Row, Section, Table
from sageiq_ros.experiments.agreement import Agreement, Group, Scores, mean
from sageiq_ros.experiments.conditions import REPEATS, error_variants
from sageiq_ros.experiments.shown import HEADS, cells, mcc_series, motion, number, said
from sageiq_ros.experiments.variants import RATES, RUNS, WITH

KINDS = {'missing': 'missing detections', 'noise': 'weight error'}
PLACES = ('0 %', *(f'{round(100 * rate)} %' for rate in RATES))
TOLERANCE = {False: 'no mechanism', True: 'error-tolerant'}


def figure_14(scores: Scores, scorer: str) -> Section:
    """Draw the main scorer's MCC over the size of each error."""
    *_, average = scores.groups(scorer)
    found = {
        (kind, tolerant): _series(average, kind, tolerant)
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
    table = Table(
        'Fig. 14 as numbers',
        (
            *('Error', 'Mechanism', 'Size', 'Data set', 'n'),
            *(*HEADS, f'MCC less that at {PLACES[0]}', 'MCC gain by mechanism'),
        ),
        [row for kind in KINDS for row in _rows(scores, scorer, kind)],
        text_columns=4,
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


def _rows(scores: Scores, scorer: str, kind: str) -> Iterator[Row]:
    series = [
        (group, {tolerant: _series(group, kind, tolerant) for tolerant in TOLERANCE})
        for group in scores.groups(scorer)
    ]
    for tolerant, mechanism in TOLERANCE.items():
        for place, size in enumerate(PLACES):
            for group, found in series:
                point, plain = found[tolerant][place], found[False]
                less = number((point - plain[0])['mcc'], signed=True) if place else ''
                gain: Cell = ''
                # Of weights without an error, runs that are averaged are all the same.
                if tolerant and (place or kind == 'missing'):
                    gain = number((point - plain[place])['mcc'], signed=True)
                yield Row(
                    (
                        *(KINDS[kind], mechanism, size, group.name, point.count),
                        *(*cells(point), less, gain),
                    ),
                    strong=group.is_average,
                )


def _series(group: Group, kind: str, tolerant: bool) -> list[Agreement]:
    points = []
    for rate in (0.0, *RATES):
        names = [
            variant.name
            for variant in error_variants()
            if (variant.kind, variant.rate, variant.tolerant) == (kind, rate, tolerant)
        ]
        # Without an error, and with weights that are right, there is nothing to put right.
        draws = [group.agreement(motion(name)) for name in names or [WITH]]
        merged = mean(draws)
        points.append(Agreement(merged.values, merged.replicates, draws[0].count))
    return points


def _finding(kind: str, plain: list[Agreement], tolerant: list[Agreement]) -> str:
    loss = (plain[-1] - plain[0])['mcc']
    won = (tolerant[-1] - plain[-1])['mcc']
    return (
        f'{KINDS[kind].capitalize()} of {PLACES[-1]}, change of the average MCC: {said(loss)}; '
        f'then by the mechanism: {said(won)}.'
    )
