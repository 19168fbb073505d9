# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Tables X and XI: how alike two scorers' answers in words are, without and with SageIQ-P."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from statistics import fmean

from sageiq_ros.datasets.evenly import evenly
from sageiq_ros.evaluation.pages.blocks import Cell, Number, Section, Table
from sageiq_ros.evaluation.pages.blocks import Row as TableRow
from sageiq_ros.evaluation.word2vec import words_of
from sageiq_ros.evaluation.words_experiment import WITH, WITHOUT, Pair, find_measures, summarise
from sageiq_ros.experiments.caches import ContentCache
from sageiq_ros.experiments.conditions import MOTION
from sageiq_ros.experiments.gallery import deciding
from sageiq_ros.experiments.shown import motion
from sageiq_ros.experiments.variants import WITH as PIPELINE
from sageiq_ros.experiments.variants import build_variant
from sageiq_ros.experiments.work import AssessJob, Row, build_stages, cached_scorer
from sageiq_ros.geometry import cut
from sageiq_ros.sageiq_d.hybrid import choose_regions, make_hybrid
from sageiq_ros.scorer.measured import describer_of
from sageiq_ros.types import Image

PICTURES = 20
"""Of a data set, whose answers are compared; a language model takes seconds for each."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Name the files that words are compared by, each None where there is none."""

    clip: Path | None
    word2vec: Path | None


@dataclass(frozen=True, slots=True)
class _Look:
    dataset: str
    setting: str
    crop: Image


def tables_x_and_xi(
    job: AssessJob, rows: Sequence[Row], against: str, vectors: Vectors
) -> Section:
    """Compare the main scorer's words with those of the scorer titled ``against``."""
    pairs = list(_pairs(job, rows, against))
    body: list[TableRow] = []
    for name, compare in find_measures(vectors.clip, vectors.word2vec, pairs).items():
        for found in summarise(name, compare, pairs):
            ways = {'mean': 'mean', 'other': found['other'], 'average': 'average'}
            for key, way in ways.items():
                paper: Cell = '' if found['paper'] is None else Number(found['paper'][key])
                ours = Number(found['ours'][key])
                cells = (f'{name}, {way}', found['setting'], found['dataset'], found['pairs'])
                body.append(TableRow((*cells, ours, paper)))
    for (setting, dataset), share in _common(pairs).items():
        count = sum((pair.setting, pair.dataset) == (setting, dataset) for pair in pairs)
        body.append(TableRow(('words in common', setting, dataset, count, Number(share), '')))
    table = Table(
        'Tables X and XI: similarity of answers',
        ('Measure', 'Setting', 'Data set', 'pairs', 'ours', 'paper'),
        body,
        text_columns=3,
        note='LCS: cosine of CLIP’s token embeddings. WVS: cosine of word vectors. Words in '
        'common: twice the shared words over all words of both answers; not in the paper.',
    )
    text = [
        f'Answers of {job.main} and of {against} to the same motion-blurred pictures (without '
        'SageIQ-P) and to the regions that decide (with it), at most '
        f'{PICTURES} pictures of a data set. A scorer without a language model answers from '
        'measured attributes and its own score (docs/words.md).',
        'The paper compares SageIQ-M with Q-Instruct.',
    ]
    lacking = [
        name
        for name, path in (
            ('LCS: --clip FOLDER of a CLIP checkpoint', vectors.clip),
            ('WVS: --word2vec FILE', vectors.word2vec),
        )
        if path is None
    ]
    if lacking:
        text.append(f'Not measured for want of a file: {"; ".join(lacking)}.')
    return Section('Tables X and XI: quality in words', tuple(text), (table,))


def words_in_common(first: str, second: str) -> float:
    """Return twice the shared words over all words of two texts, in [0, 1], whatever the case."""
    a, b = ({word.lower() for word in words_of(text)} for text in (first, second))
    return 2.0 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def _common(pairs: Sequence[Pair]) -> Mapping[tuple[str, str], float]:
    found: dict[tuple[str, str], list[float]] = {}
    for pair in pairs:
        share = words_in_common(pair.first, pair.second)
        found.setdefault((pair.setting, pair.dataset), []).append(share)
    return {place: fmean(shares) for place, shares in sorted(found.items())}


def _pairs(job: AssessJob, rows: Sequence[Row], against: str) -> Iterator[Pair]:
    from sageiq_ros.scorer.build import build_scorer

    looks = list(_looks(job, rows))
    answers = []
    for title in (job.main, against):
        # One after the other: two large models do not fit beside each other.
        scorer = build_scorer(job.scorers[title], 1, job.config.runtime.backend)
        describer = describer_of(scorer, job.config.scorer)
        answers.append([describer.describe(look.crop) for look in looks])
        del scorer, describer
    for look, first, second in zip(looks, *answers, strict=True):
        yield Pair(look.dataset, look.setting, first, second)


def _looks(job: AssessJob, rows: Sequence[Row]) -> Iterator[_Look]:
    cache = ContentCache(job.cache)
    stages = build_stages(job.config, '', cache)
    try:
        scorer = cached_scorer(job.scorers[job.main], job.config.runtime.backend, cache)
        pipeline = build_variant(replace(stages, scorer=scorer), PIPELINE)
        for row in _chosen(job, rows):
            hybrid = _hybrid(job, row)
            yield _Look(row.dataset, WITHOUT, hybrid)
            found = pipeline(hybrid)
            boxes = [found.regions[index].region.box for index in deciding(found)]
            for crop in cut(hybrid, boxes):
                yield _Look(row.dataset, WITH, crop)
        cache.flush()
    finally:
        stages.analyzer.close()


def _chosen(job: AssessJob, rows: Sequence[Row]) -> Iterator[Row]:
    wanted = [r for r in rows if r.scorer == job.main and r.condition == motion(PIPELINE)]
    for _, group in groupby(wanted, key=lambda row: row.dataset):
        yield from evenly(list(group), PICTURES)


def _hybrid(job: AssessJob, row: Row) -> Image:
    annotated = job.sets[row.dataset].read(row.key)
    regions = choose_regions(annotated, job.boxes)
    return make_hybrid(annotated.image, regions, MOTION, (row.dataset, row.key, job.seed))
