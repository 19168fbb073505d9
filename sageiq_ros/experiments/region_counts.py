# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fig. 15: how many regions of a picture stay clear."""

from __future__ import annotations

from sageiq_ros.evaluation.pages.blocks import LineChart, Row, Section, Table
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
        ('Scorer', 'Regions', *HEADS),
        [
            Row((scorer, place, *cells(agreement)))
            for scorer, agreements in found.items()
            for place, agreement in zip(places, agreements, strict=True)
        ],
        text_columns=2,
    )
    text = (
        'In the paper MCC rises as the number falls from 7 to 1, probably because fewer regions '
        'are easier to find.',
        *(
            f'{scorer}: one region instead of seven changes the MCC by '
            f'{said((agreements[0] - agreements[-1])["mcc"])}.'
            for scorer, agreements in found.items()
        ),
    )
    return Section('Fig. 15: number of regions', text, (chart, table))
