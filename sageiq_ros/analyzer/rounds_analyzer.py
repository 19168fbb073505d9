# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The analyzer that asks a language model the paper's two rounds, behind the frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from sageiq_ros.analyzer.answers import (
    Answers,
    AnswerSource,
    QueryAnswers,
    items_key,
    pair_key,
)
from sageiq_ros.analyzer.base import WorkerStatus
from sageiq_ros.analyzer.memo import Memo
from sageiq_ros.analyzer.prior import prior_weights
from sageiq_ros.analyzer.selection import Weights, select_triplets, weighted
from sageiq_ros.analyzer.text import clean_words
from sageiq_ros.analyzer.worker_client import WorkerLimits
from sageiq_ros.config import QUERY_LIMIT, AnalyzerConfig
from sageiq_ros.types import SceneGraph, WeightedTriplet, WeightSource

Words = tuple[str, str, str]
"""Subject, predicate and object of a triplet, cleaned."""


class RoundsAnalyzer:
    """Select triplets and weigh them by the model's answers to the paper's prompts.

    The list that is asked about holds a frame's triplets in words, each once. Until its
    selection is known the triplets are selected by ``select_triplets``, and pairs whose weights
    are not known are weighed by the prior, with the source ``PRIOR``. Only one list waits at a
    time: when it is answered, the newest frame's is the next. May be used by several threads.
    """

    def __init__(
        self,
        name: str,
        source: AnswerSource,
        memo: Memo,
        query: str,
        limits: WorkerLimits | None = None,
        *,
        in_order: bool,
    ) -> None:
        self.name = name
        # In any order, so that two frames with the same triplets share an answer.
        self._in_order = in_order
        self._answers = Answers(source, memo, limits)
        self._answers.recall(clean_words(query, QUERY_LIMIT))

    def analyze(self, graph: SceneGraph, config: AnalyzerConfig) -> tuple[WeightedTriplet, ...]:
        """Return the selected triplets, the most significant first."""
        if not graph.triplets:
            return ()
        query = clean_words(config.query, QUERY_LIMIT)
        answers = self._answers.of(query)
        triplets = _words(graph)
        items = self._items(triplets)
        weights = [_weigh(query, triplet, answers) for triplet in triplets]
        selection = answers.known.get(items_key(items))
        self._ask(query, triplets, items, answers.known)
        if selection is None:
            return select_triplets(graph, weights, config)
        places = _spread([items[place] for place in selection], triplets)
        return weighted(weights, _one_a_pair(graph, places)[: config.max_triplets])

    def answered(self, graph: SceneGraph, config: AnalyzerConfig) -> bool:
        """Tell whether no answer of the language model to this graph is still to come."""
        if not graph.triplets:
            return True
        query = clean_words(config.query, QUERY_LIMIT)
        known = self._answers.of(query).known
        triplets = _words(graph)
        items = self._items(triplets)
        return items_key(items) in known and not _unknown_pairs(triplets, items, known)

    def status(self) -> WorkerStatus | None:
        """Return the state of the worker process."""
        return self._answers.status()

    def close(self) -> None:
        """Stop the worker process."""
        self._answers.close()

    def _items(self, triplets: Sequence[Words]) -> list[str]:
        items = list(dict.fromkeys(map(' '.join, triplets)))
        return items if self._in_order else sorted(items)

    def _ask(
        self, query: str, triplets: Sequence[Words], items: Sequence[str], known: Mapping[str, Any]
    ) -> None:
        if self._answers.busy(query):
            return
        key = items_key(items)
        self._answers.ask(query, _unknown_pairs(triplets, items, known) if key in known else [key])


def _weigh(query: str, triplet: Words, answers: QueryAnswers) -> Weights:
    key = pair_key(triplet[0], triplet[2])
    known = answers.known.get(key)
    if known is not None:
        source = WeightSource.LLM if key in answers.fresh else WeightSource.MEMO
        return known[0], known[1], source
    return *prior_weights(query, *triplet), WeightSource.PRIOR


def _unknown_pairs(
    triplets: Sequence[Words], items: Sequence[str], known: Mapping[str, Any]
) -> list[str]:
    """List the pairs of round 2 without an answer: the selected ones', or else all."""
    selection = known.get(items_key(items))
    wanted = None if selection is None else {items[place] for place in selection}
    keys = (
        pair_key(words[0], words[2])
        for words in triplets
        if wanted is None or ' '.join(words) in wanted
    )
    return [key for key in dict.fromkeys(keys) if key not in known]


def _words(graph: SceneGraph) -> list[Words]:
    labels = [clean_words(region.label) for region in graph.regions]
    return [
        (labels[triplet.subject], clean_words(triplet.predicate), labels[triplet.object])
        for triplet in graph.triplets
    ]


def _spread(selected: Sequence[str], triplets: Sequence[Words]) -> list[int]:
    """Return the triplets of the selected items: all items' first ones, then the second ones."""
    found = {
        item: [i for i, words in enumerate(triplets) if ' '.join(words) == item]
        for item in selected
    }
    places: list[int] = []
    for turn in count():
        row = [places_of[turn] for places_of in found.values() if turn < len(places_of)]
        if not row:
            return places
        places += row


def _one_a_pair(graph: SceneGraph, places: Sequence[int]) -> list[int]:
    first: dict[tuple[int, int], int] = {}
    for place in places:
        triplet = graph.triplets[place]
        first.setdefault((triplet.subject, triplet.object), place)
    return list(first.values())
