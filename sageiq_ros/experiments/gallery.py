# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fig. 10: hybrid pictures, the regions that decide, and the scores beside their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sageiq_ros.datasets.evenly import evenly
from sageiq_ros.evaluation.pages.blocks import Cell, Gallery, Number, Section
from sageiq_ros.experiments.agreement import Scores
from sageiq_ros.experiments.caches import ContentCache
from sageiq_ros.experiments.conditions import MOTION
from sageiq_ros.experiments.numbered_frames import number_frames
from sageiq_ros.experiments.shown import motion
from sageiq_ros.experiments.variants import WITH, WITHOUT, build_variant
from sageiq_ros.experiments.work import AssessJob, Row, build_stages, cached_scorer
from sageiq_ros.overlay import quality_color, score_text
from sageiq_ros.sageiq_d.hybrid import choose_regions, make_hybrid
from sageiq_ros.types import Assessment, Image

EXAMPLES = 4
ROWS = ('original', 'hybrid', 'regions that decide')


def figure_10(job: AssessJob, scores: Scores) -> Section:
    """Show examples of all data sets, from the lowest to the highest label."""
    chosen = choose_examples(scores, job.main)
    cache = ContentCache(job.cache)
    stages = build_stages(job.config, '', cache)
    try:
        scorer = cached_scorer(job.scorers[job.main], job.config.runtime.backend, cache)
        pipeline = build_variant(replace(stages, scorer=scorer), WITH)
        columns, framed = [], []
        for row in chosen:
            annotated = job.sets[row.dataset].read(row.key)
            regions = choose_regions(annotated, job.boxes)
            source = (row.dataset, row.key, job.seed)
            hybrid = make_hybrid(annotated.image, regions, MOTION, source)
            found = pipeline(hybrid)
            columns.append((annotated.image, hybrid, draw_deciding(hybrid, found)))
            framed.append(name_deciding(found))
        cache.remember()
    finally:
        stages.analyzer.close()
    most = max(map(len, framed), default=0)
    text_rows = [*(f'frame {number + 1}' for number in range(most)), 'data set', 'key']
    for name in scores.scorers:
        text_rows += [f'{name}: label', f'{name}: w/o SageIQ-P', f'{name}: w/ SageIQ-P']
    gallery = Gallery(
        'Fig. 10: examples under motion blur',
        ROWS,
        columns,
        tuple(text_rows),
        [
            (*named, *[''] * (most - len(named)), *_texts(scores, row))
            for named, row in zip(framed, chosen, strict=True)
        ],
        names=tuple(f'{row.dataset} {row.key}' for row in chosen),
        note='Frames are the entities of greater weight of each triplet that is scored, in the '
        'colour of their quality: blue good, yellow middling, vermilion poor. Below the pictures '
        'stand their labels and qualities.',
    )
    text = (
        'Examples are spread evenly from the lowest to the highest label of '
        f'{job.main}, not chosen by how well they come out.',
    )
    return Section('Fig. 10: examples', text, (gallery,))


def choose_examples(scores: Scores, scorer: str) -> list[Row]:
    """Return rows spread evenly over the ranks of their labels."""
    rows = [row for name in scores.datasets for row in scores.rows(scorer, name, motion(WITH))]
    rows.sort(key=lambda row: (row.label, row.dataset, row.key))
    return evenly(rows, EXAMPLES)


def draw_deciding(image: Image, found: Assessment) -> Image:
    """Frame and number each triplet's weightier entity in its quality's colour, on a copy."""
    shown = [found.regions[index] for index in deciding(found)]
    boxes = [one.region.box for one in shown]
    return number_frames(image, boxes, [quality_color(one.quality.score) for one in shown])


def name_deciding(found: Assessment) -> list[str]:
    """List label and quality of the entities in the order of their numbers."""
    shown = (found.regions[index] for index in deciding(found))
    return [f'{one.region.label} {score_text(one.quality.score)}' for one in shown]


def deciding(found: Assessment) -> list[int]:
    """List the regions that are the weightier ones of a triplet, each once."""
    regions = (
        t.subject if t.subject_weight >= t.object_weight else t.object for t in found.triplets
    )
    return list(dict.fromkeys(regions))


def _texts(scores: Scores, example: Row) -> Sequence[Cell]:
    texts: list[Cell] = [example.dataset, example.key]
    for scorer in scores.scorers:
        pair = {
            variant: row
            for variant in (WITHOUT, WITH)
            for row in scores.rows(scorer, example.dataset, motion(variant))
            if row.key == example.key
        }
        label = Number(pair[WITH].label, digits=2) if WITH in pair else ''
        texts.append(label)
        texts += [
            Number(pair[variant].score, digits=2) if variant in pair else ''
            for variant in (WITHOUT, WITH)
        ]
    return texts
