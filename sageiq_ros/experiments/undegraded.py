# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fig. 13: what is left of the test when nothing is degraded."""

from __future__ import annotations

from collections.abc import Iterator

from sageiq_ros.evaluation.pages.blocks import BarChart, Cell, Row, Section, Table
from sageiq_ros.experiments.agreement import Scores
from sageiq_ros.experiments.conditions import MOTION
from sageiq_ros.experiments.shown import HEADS, cells, mcc_series, number, said, under
from sageiq_ros.experiments.variants import WITH, WITHOUT
from sageiq_ros.sageiq_d.degradations import NONE

SETTINGS = {
    'blurred, without SageIQ-P': (MOTION, WITHOUT),
    'blurred, with SageIQ-P': (MOTION, WITH),
    'not degraded, without SageIQ-P': (NONE, WITHOUT),
    'not degraded, with SageIQ-P': (NONE, WITH),
}


def figure_13(scores: Scores) -> Section:
    """Compare motion-blurred with untouched pictures, without and with SageIQ-P."""
    found = {
        (scorer, name): scores.average(scorer, under(*setting))
        for scorer in scores.scorers
        for name, setting in SETTINGS.items()
    }
    chart = BarChart(
        'Fig. 13: with and without background blur',
        tuple(scores.scorers),
        [
            mcc_series(name, [found[scorer, name] for scorer in scores.scorers])
            for name in SETTINGS
        ],
        'MCC',
    )
    table = Table(
        'Fig. 13 as numbers',
        ('Scorer', 'Pictures', 'Data set', 'n', *HEADS, 'MCC less that of blurred'),
        [row for scorer in scores.scorers for row in _rows(scores, scorer)],
        text_columns=3,
    )
    findings = []
    for scorer in scores.scorers:
        blurred = found[scorer, 'blurred, without SageIQ-P']
        clear = found[scorer, 'not degraded, without SageIQ-P']
        findings.append(
            f'{scorer} without SageIQ-P, change of the average MCC as the blur is taken away: '
            f'{said((clear - blurred)["mcc"])}.'
        )
    text = (
        'In the paper MCC rises in both settings when nothing is blurred, and the test tells '
        'less: the whole picture is then as good as its regions.',
        *findings,
    )
    return Section('Fig. 13: no degradation', text, (chart, table))


def _rows(scores: Scores, scorer: str) -> Iterator[Row]:
    for name, (degradation, variant) in SETTINGS.items():
        for group in scores.groups(scorer):
            found = group.agreement(under(degradation, variant))
            less: Cell = ''
            if degradation != MOTION:
                blurred = group.agreement(under(MOTION, variant))
                less = number((found - blurred)['mcc'], signed=True)
            numbers = (found.count, *cells(found), less)
            yield Row((scorer, name, group.name, *numbers), strong=group.is_average)
