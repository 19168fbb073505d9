# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What two scorers say in words of motion-blurred pictures and of the regions that decide."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import groupby

from sageiq_ros.datasets.evenly import evenly
from sageiq_ros.experiments.caches import ContentCache
from sageiq_ros.experiments.conditions import MOTION
from sageiq_ros.experiments.gallery import deciding
from sageiq_ros.experiments.shown import motion
from sageiq_ros.experiments.variants import WITH, build_variant
from sageiq_ros.experiments.work import AssessJob, Row, build_stages, cached_scorer
from sageiq_ros.geometry import cut
from sageiq_ros.sageiq_d.hybrid import choose_regions, make_hybrid
from sageiq_ros.scorer.measured import describer_of
from sageiq_ros.types import Box, Image, SageIQError

PICTURES = 20
"""Of a data set, whose answers are compared; a language model takes seconds for each."""
MAIN_FILE, AGAINST_FILE = 'answers_main.jsonl', 'answers_against.jsonl'


@dataclass(frozen=True, slots=True)
class Look:
    """Hold the pixels that are described: of a whole picture, or of its region ``box``."""

    dataset: str
    key: str
    box: Box | None
    crop: Image


@dataclass(frozen=True, slots=True)
class Speaker:
    """Hold a scorer's title, what it calls itself, and its answer to every look."""

    title: str
    name: str
    answers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answers:
    """Hold what the main scorer and another one say of the same looks."""

    looks: Sequence[Look]
    main: Speaker
    against: Speaker
    seed: int


def ask(job: AssessJob, rows: Sequence[Row], against: str) -> Answers:
    """Have the main scorer and the one titled ``against`` describe the same looks.

    Each picture comes as a whole (without SageIQ-P) and by the regions that decide (with it).
    Raises SageIQError where the main scorer judged no picture.
    """
    looks = list(_looks(job, rows))
    if not looks:
        raise SageIQError(f'{job.main} judged no picture.')
    # One after the other: two large models do not fit beside each other.
    main, other = (_listen(job, title, looks) for title in (job.main, against))
    return Answers(looks, main, other, job.seed)


def answer_files(answers: Answers) -> dict[str, str]:
    """Write answers as ``sageiq experiment words`` reads them: texts of lines by file name."""
    return {
        MAIN_FILE: _lines(answers, answers.main),
        AGAINST_FILE: _lines(answers, answers.against),
    }


def _lines(answers: Answers, speaker: Speaker) -> str:
    records = (
        {
            'dataset': look.dataset,
            'name': look.key,
            'box': None if look.box is None else list(astuple(look.box)),
            'scorer': speaker.name,
            'question': '',
            'seed': answers.seed,
            'answer': answer,
        }
        for look, answer in zip(answers.looks, speaker.answers, strict=True)
    )
    return ''.join(f'{json.dumps(record)}\n' for record in records)


def _listen(job: AssessJob, title: str, looks: Sequence[Look]) -> Speaker:
    from sageiq_ros.scorer.build import build_scorer

    scorer = build_scorer(job.scorers[title], 1, job.config.runtime.backend)
    describer = describer_of(scorer, job.config.scorer)
    found = [describer.describe(look.crop, seed=job.seed) for look in looks]
    return Speaker(title, scorer.name, found)


def _looks(job: AssessJob, rows: Sequence[Row]) -> Iterator[Look]:
    cache = ContentCache(job.cache)
    stages = build_stages(job.config, '', cache)
    try:
        scorer = cached_scorer(job.scorers[job.main], job.config.runtime.backend, cache)
        pipeline = build_variant(replace(stages, scorer=scorer), WITH)
        for row in _chosen(job, rows):
            hybrid = _hybrid(job, row)
            yield Look(row.dataset, row.key, None, hybrid)
            found = pipeline(hybrid)
            boxes = dict.fromkeys(found.regions[index].region.box for index in deciding(found))
            for box, crop in zip(boxes, cut(hybrid, list(boxes)), strict=True):
                yield Look(row.dataset, row.key, box, crop)
        cache.remember()
    finally:
        stages.analyzer.close()


def _chosen(job: AssessJob, rows: Sequence[Row]) -> Iterator[Row]:
    wanted = [row for row in rows if row.scorer == job.main and row.condition == motion(WITH)]
    for _, group in groupby(wanted, key=lambda row: row.dataset):
        yield from evenly(list(group), PICTURES)


def _hybrid(job: AssessJob, row: Row) -> Image:
    annotated = job.sets[row.dataset].read(row.key)
    regions = choose_regions(annotated, job.boxes)
    return make_hybrid(annotated.image, regions, MOTION, (row.dataset, row.key, job.seed))
