# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Table VIII and Fig. 11: every scorer without and with SageIQ-P."""

from __future__ import annotations

from collections.abc import Iterator

from sageiq_ros.evaluation.pages.blocks import BarChart, Cell, Number, Row, Section, Table
from sageiq_ros.experiments.agreement import Agreement, Scores
from sageiq_ros.experiments.conditions import MOTION
from sageiq_ros.experiments.published import AVERAGE, PAPER_SETS, TABLE_VIII, Nine
from sageiq_ros.experiments.shown import (
    HEADS,
    cells,
    mcc_series,
    motion,
    paper_row,
    said,
    under,
)
from sageiq_ros.experiments.variants import WITH, WITHOUT
from sageiq_ros.sageiq_d.degradations import DEGRADATIONS, PAPER_SEVEN

GROUPS = (('without SageIQ-P', 3), ('with SageIQ-P', 3), ('gain', 3))
OURS = 'SageIQ-M'


def table_viii(scores: Scores) -> Section:
    """Compare scorers under motion blur, the paper's rows below ours."""
    table = Table(
        'Table VIII: motion blur',
        ('Scorer', 'Data set', 'n', *HEADS, *HEADS, *HEADS),
        [
            *(
                row
                for scorer in scores.scorers
                for row in _rows(scores, scorer, MOTION, (scorer,))
            ),
            *_paper_rows(scores.scorers),
        ],
        groups=(('', 3), *GROUPS),
        text_columns=2,
        note='Below ours the paper’s rows: each model’s average over Cityscapes, KITTI and Waymo, '
        'and the three by themselves for SageIQ-M and for the models measured here. They are of '
        'other pictures and other labels: compare gains.',
    )
    text = (
        'Each scorer labels a picture by the mean of its scores of the clear regions in the '
        'untouched picture. It scores the hybrid picture as a whole (without SageIQ-P), and it is '
        'the last stage of SageIQ-P. SRCC and PLCC are between scores and labels, MCC is their '
        'mean.',
        *(
            f'{scorer}, change of the average MCC by SageIQ-P: '
            f'{said(_gain(scores, scorer)["mcc"])}.'
            for scorer in scores.scorers
        ),
    )
    return Section('Table VIII: scorers without and with SageIQ-P', text, (table,))


def figure_11(scores: Scores) -> Section:
    """Compare scorers under each of the seven degradations."""
    titles = tuple(DEGRADATIONS[name].title for name in PAPER_SEVEN)
    charts = []
    rows = []
    for scorer in scores.scorers:
        without, with_ = (
            [scores.average(scorer, under(name, variant)) for name in PAPER_SEVEN]
            for variant in (WITHOUT, WITH)
        )
        series = (mcc_series('without SageIQ-P', without), mcc_series('with SageIQ-P', with_))
        charts.append(BarChart(f'Fig. 11: {scorer}', titles, series, 'MCC'))
        for name, title in zip(PAPER_SEVEN, titles, strict=True):
            rows += _rows(scores, scorer, name, (scorer, title))
    table = Table(
        'Fig. 11 as numbers',
        ('Scorer', 'Degradation', 'Data set', 'n', *HEADS, *HEADS, *HEADS),
        rows,
        groups=(('', 4), *GROUPS),
        text_columns=3,
    )
    text = (
        'The charts show averages over the data sets. The paper draws its four large models, '
        'without numbers in its text; it says that SageIQ-P raises the average under every '
        'degradation.',
    )
    return Section('Fig. 11: seven degradations', text, (*charts, table))


def _rows(scores: Scores, scorer: str, degradation: str, words: tuple[str, ...]) -> Iterator[Row]:
    for group in scores.groups(scorer):
        without, with_ = (group.agreement(under(degradation, v)) for v in (WITHOUT, WITH))
        gain = cells(with_ - without, signed=True)
        numbers = (with_.count, *cells(without), *cells(with_), *gain)
        yield Row((*words, group.name, *numbers), strong=group.is_average)


def _paper_rows(measured: list[str]) -> Iterator[Row]:
    for model, by_set in TABLE_VIII.items():
        for dataset in (*PAPER_SETS, AVERAGE):
            if dataset == AVERAGE or model in (OURS, *measured):
                yield paper_row(model, dataset, '', *_paper_cells(by_set[dataset]))


def _gain(scores: Scores, scorer: str) -> Agreement:
    return scores.average(scorer, motion(WITH)) - scores.average(scorer, motion(WITHOUT))


def _paper_cells(nine: Nine) -> tuple[Cell, ...]:
    return tuple(Number(value, signed=place >= 6) for place, value in enumerate(nine))
