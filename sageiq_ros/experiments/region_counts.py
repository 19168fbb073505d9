# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fig. 15: how many regions of a picture stay clear."""

from __future__ import annotations

from sageiq_ros.evaluation.pages.blocks import LineChart, Number, Row, Section, Table
from sageiq_ros.experiments.agreement import Scores
from sageiq_ros.experiments.conditions import BOX_COUNTS, MOTION, Condition
from sageiq_ros.experiments.shown import HEADS, cells, mcc_series, said
from sageiq_ros.experiments.variants import WITH


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
        'Fig. 15 as numbers: averages over the data sets',
        ('Scorer', 'Regions', *HEADS, 'aim'),
        [
            Row((scorer, str(most), *cells(agreement), Number(_aim(scores, scorer, most))))
            for scorer, agreements in found.items()
            for most, agreement in zip(BOX_COUNTS, agreements, strict=True)
        ],
        text_columns=2,
        note='Aim: share of the weight that lies on a clear region.',
    )
    text = (
        'In the paper MCC rises as the number falls from 7 to 1, probably because fewer regions '
        'are easier to find.',
        *(
            f'{scorer}: one region instead of seven changes the MCC by '
            f'{said((agreements[0] - agreements[-1])["mcc"])}; weight on clear regions '
            f'{_aim(scores, scorer, BOX_COUNTS[0]):.2f} with one, '
            f'{_aim(scores, scorer, BOX_COUNTS[-1]):.2f} with seven.'
            for scorer, agreements in found.items()
        ),
        'SageIQ-P scores as many triplets whatever the number of clear regions is: where fewer '
        'are clear, more of what it scores is blurred.',
    )
    return Section('Fig. 15: number of regions', text, (chart, table))


def _aim(scores: Scores, scorer: str, most: int) -> float:
    return scores.aim(scorer, Condition(MOTION, most, WITH))
