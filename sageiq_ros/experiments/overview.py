# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What was judged: pictures, regions, and how much the labels differ at all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import pstdev

from sageiq_ros.evaluation.pages.blocks import Number, Row, Scatter, Section, Table
from sageiq_ros.experiments.agreement import LEAST_FOR_AVERAGE, Scores
from sageiq_ros.experiments.scored import mean_of
from sageiq_ros.experiments.shown import motion
from sageiq_ros.experiments.variants import WITH, WITHOUT

MOST_REASONS = 10


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Name a picture that could not be judged, and why."""

    scorer: str
    dataset: str
    key: str
    reason: str


def overview(
    scores: Scores, main: str, chosen: Mapping[str, int], left_out: Sequence[LeftOut]
) -> Section:
    """Describe the data; ``chosen`` is how many pictures of each data set were asked for."""
    rows = []
    for dataset in chosen:
        for scorer in scores.scorers:
            found = scores.rows(scorer, dataset, motion(WITH))
            dropped = sum((one.scorer, one.dataset) == (scorer, dataset) for one in scores.dropped)
            labels = [row.label for row in found]
            regions = mean_of(found, lambda row: row.regions)
            means = (
                Number(regions, digits=1),
                Number(mean_of(found, lambda row: row.label)),
                Number(pstdev(labels) if labels else math.nan),
            )
            rows.append(Row((dataset, scorer, chosen[dataset], len(found), dropped, *means)))
    table = Table(
        'Data',
        ('Data set', 'Scorer', 'pictures', 'judged', 'no score', 'regions', 'label', 'deviation'),
        rows,
        text_columns=2,
        note='Regions: mean number of clear regions a picture. Label: mean of the labels and '
        'their standard deviation. A picture without an annotated object of the least size is '
        'not judged.',
    )
    points = {
        variant: [
            (row.label, row.score)
            for dataset in scores.datasets
            for row in scores.rows(main, dataset, motion(variant))
        ]
        for variant in (WITHOUT, WITH)
    }
    scatter = Scatter(
        f'{main}: scores over labels, motion blur',
        'label',
        'score',
        {f'{variant} SageIQ-P': points[variant] for variant in points},
    )
    text = [
        'A picture is degraded as a whole and its annotated objects are laid back as they were. '
        'Its label is the mean score of those objects, by the same scorer that is then to judge '
        'the picture.',
        'Correlation needs labels that differ. Where their deviation is small, as with objects '
        'that are all clean, it says more of the scorer’s noise than of SageIQ-P.',
    ]
    small = [name for name in scores.datasets if name not in scores.averaged(main)]
    if small:
        text.append(
            f'{", ".join(small)}: fewer than {LEAST_FOR_AVERAGE} pictures, shown without an '
            'interval and not part of any average.'
        )
    if scores.dropped:
        count = len(scores.dropped)
        text.append(
            f'{count} {"picture has" if count == 1 else "pictures have"} no score or no label by '
            'a scorer under some condition (no score, above; named in paper.json). That scorer’s '
            'numbers are without them under every condition, so that all are of the same pictures.'
        )
    reasons = {(one.dataset, one.key): one.reason for one in left_out}
    if reasons:
        text.append(f'{len(reasons)} pictures could not be judged:')
        named = [f'{dataset} {key}: {why}' for (dataset, key), why in reasons.items()]
        text += named[:MOST_REASONS]
        if len(named) > MOST_REASONS:
            text.append(f'and {len(named) - MOST_REASONS} more, named in paper.json.')
    return Section('What was judged', tuple(text), (table, scatter))
