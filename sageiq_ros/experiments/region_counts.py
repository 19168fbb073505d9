# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fig. 15: how many regions of a picture stay clear."""

from __future__ import annotations

from collections.abc import Iterator

from sageiq_ros.evaluation.pages.blocks import Cell, LineChart, Number, Row, Section, Table
from sageiq_ros.evaluation.pages.text import in_words, number_text
from sageiq_ros.experiments.agreement import Scores
from sageiq_ros.experiments.conditions import BOX_COUNTS, MOTION, Condition
from sageiq_ros.experiments.scored import mean_aim
from sageiq_ros.experiments.shown import HEADS, cells, mcc_series, number, said
from sageiq_ros.experiments.variants import WITH

FEWEST, MOST = min(BOX_COUNTS), max(BOX_COUNTS)


def figure_15(scores: Scores) -> Section:
    """Draw every scorer's MCC over the most regions of a picture."""
    found = {
        scorer: [scores.average(scorer, Condition(MOTION, most, WITH)) for most in BOX_COUNTS]
        for scorer in scores.scorers
    }
    places = tuple(map(str, BOX_COUNTS))
    chart = LineChart(
        'Fig. 15: number of regions',
        places,
        [mcc_series(scorer, agreements) for scorer, agreements in found.items()],
        'MCC',
        axis='most clear regions of a picture',
    )
    table = Table(
        'Fig. 15 as numbers',
        ('Scorer', 'Regions', 'Data set', 'n', *HEADS, f'MCC less that of {MOST}', 'aim'),
        [row for scorer in scores.scorers for row in _rows(scores, scorer)],
        text_columns=3,
        note='Aim: share of the weight that lies on a clear region; in rows of averages, over '
        'all pictures.',
    )
    text = (
        'In the paper MCC rises as the number falls from 7 to 1, probably because fewer regions '
        'are easier to find.',
        *(
            f'{scorer}, change of the average MCC from {MOST} regions to {FEWEST}: '
            f'{said((agreements[0] - agreements[-1])["mcc"])}. Weight on clear regions: '
            f'{_aim(scores, scorer, FEWEST)} with {FEWEST}, {_aim(scores, scorer, MOST)} with '
            f'{MOST}.'
            for scorer, agreements in found.items()
        ),
        'SageIQ-P scores as many triplets whatever the number of clear regions is: where fewer '
        'are clear, more of what it scores is blurred.',
    )
    return Section('Fig. 15: number of regions', text, (chart, table))


def _rows(scores: Scores, scorer: str) -> Iterator[Row]:
    for most in BOX_COUNTS:
        for group in scores.groups(scorer):
            condition = Condition(MOTION, most, WITH)
            found = group.agreement(condition)
            less: Cell = ''
            if most != MOST:
                reference = group.agreement(Condition(MOTION, MOST, WITH))
                less = number((found - reference)['mcc'], signed=True)
            aim = Number(mean_aim(group.rows(condition)))
            yield Row(
                (scorer, str(most), group.name, found.count, *cells(found), less, aim),
                strong=group.is_average,
            )


def _aim(scores: Scores, scorer: str, most: int) -> str:
    *_, average = scores.groups(scorer)
    return in_words(number_text(mean_aim(average.rows(Condition(MOTION, most, WITH))), 2))
