# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How every mode of the analyzer judges labelled triplets: the scores that are correlated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sageiq_ros.analyzer.answers import items_key, pair_key
from sageiq_ros.analyzer.answers_file import AnswersFile
from sageiq_ros.analyzer.base import TripletAnalyzer
from sageiq_ros.analyzer.combination import Blend
from sageiq_ros.analyzer.job import Job, Method
from sageiq_ros.analyzer.memo import Memo
from sageiq_ros.analyzer.prior import vocabulary
from sageiq_ros.analyzer.prior_analyzer import PriorAnalyzer
from sageiq_ros.analyzer.selection import relevance
from sageiq_ros.analyzer.text import clean_words
from sageiq_ros.analyzer.word_analyzer import WordAnalyzer
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.datasets.importance_labels import LabelledTriplet

Scores = list[tuple[float, float, float]]
"""Of every triplet how relevant it is, and the weights of its subject and of its object."""

LIST = 10
"""Triplets of one list that a selector chooses from."""


def analyzed(analyzer: TripletAnalyzer, query: str, triplets: Sequence[LabelledTriplet]) -> Scores:
    """Have an analyzer that weighs by words weigh each triplet on its own."""
    config = replace(AnalyzerConfig(), query=query, min_weight=1.0)
    found = []
    for triplet in triplets:
        (weighted,) = analyzer.analyze(triplet.graph(), config)
        weights = weighted.subject_weight, weighted.object_weight
        found.append((relevance(*weights), *weights))
    return found


def by_prior(query: str, triplets: Sequence[LabelledTriplet]) -> Scores:
    """Judge by the curated prior alone."""
    return analyzed(PriorAnalyzer(), query, triplets)


def by_words(
    blend: Blend, job: Job, method: Method, query: str, triplets: Sequence[LabelledTriplet]
) -> Scores:
    """Judge in a mode that weighs words: all words are asked for, then triplets weighed."""
    cleaned = clean_words(query, len(query))
    labels = {clean_words(label) for item in triplets for label in (item.subject, item.object)}
    words = list(dict.fromkeys([*vocabulary(), *sorted(labels)]))
    answers = dict(zip(words, method(cleaned, words), strict=True))
    section = job.section(cleaned)
    source = AnswersFile(
        section.model, job.files.name, section.mode, section.prompt, {cleaned: answers}
    )
    with TemporaryDirectory() as folder:
        memo = Memo(Path(folder) / 'memo')
        analyzer = WordAnalyzer(job.mode, blend, source, memo, cleaned)
        return analyzed(analyzer, query, triplets)


def by_rounds(
    method: Method, query: str, triplets: Iterable[LabelledTriplet]
) -> tuple[Scores, dict[str, int]]:
    """Judge by the paper's two rounds, lists of ten at a time.

    Relevance is the place in the selection, 0 for what is not selected or where the answer
    cannot be read. All pairs are weighed, not the selected alone; a pair without a readable
    answer has the middle of the scale. Also returns how many answers there were and could be read.
    """
    query = clean_words(query, len(query))
    rest = list(triplets)
    scores: Scores = []
    counts = {'selections': 0, 'selections_read': 0, 'pairs': 0, 'pairs_read': 0}
    while rest:
        part, rest = rest[:LIST], rest[LIST:]
        items = [
            clean_words(f'{item.subject} {item.predicate} {item.object}', 200) for item in part
        ]
        pairs = [pair_key(clean_words(item.subject), clean_words(item.object)) for item in part]
        (selection,) = method(query, [items_key(items)])
        weights = method(query, pairs)
        places = {place: len(part) - rank for rank, place in enumerate(selection or [])}
        counts['selections'] += 1
        counts['selections_read'] += selection is not None
        counts['pairs'] += len(pairs)
        counts['pairs_read'] += sum(answer is not None for answer in weights)
        for place, answer in enumerate(weights):
            subject, object_ = answer or (5.5, 5.5)
            scores.append((float(places.get(place, 0)), subject, object_))
    return scores, counts


def constant_order(triplets: Sequence[LabelledTriplet]) -> Scores:
    """Judge by the place in the list alone: what a selector must beat."""
    return [(float(LIST - index % LIST), 5.5, 5.5) for index in range(len(triplets))]
