# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The analyzer that weighs entities by their words: a model's remembered answers and the prior."""

from __future__ import annotations

from dataclasses import dataclass

from sageiq_ros.analyzer.answers import Answers, AnswerSource, QueryAnswers
from sageiq_ros.analyzer.base import WorkerStatus
from sageiq_ros.analyzer.combination import Blend
from sageiq_ros.analyzer.memo import Memo
from sageiq_ros.analyzer.prior import context_factors, fallback_weight, in_context, vocabulary
from sageiq_ros.analyzer.selection import Weights, less_certain, select_triplets
from sageiq_ros.analyzer.text import clean_words, triplet_words
from sageiq_ros.analyzer.worker_process import WorkerLimits
from sageiq_ros.config import QUERY_LIMIT, AnalyzerConfig
from sageiq_ros.types import SceneGraph, WeightedTriplet, WeightSource

TRIPLETS_KEPT = 4096


@dataclass(slots=True)
class View:
    """Hold a query's weights outside of any triplet by label, and within triplets by words.

    The latter are made when a frame first shows them: a warm frame looks up each triplet once.
    """

    table: dict[str, tuple[float, WeightSource]]
    triplets: dict[tuple[str, str, str], Weights]


class WordAnalyzer:
    """Weigh entities by a language model, which never stands in the way, joined with the prior.

    Words whose answer is known cost a look into a dictionary. Others are posted to a worker
    process and weighed by the prior meanwhile, with the source ``PRIOR``. A query's weights
    exist once the whole vocabulary is answered for it, because an answer means nothing without
    the others. May be used by several threads.
    """

    def __init__(
        self,
        name: str,
        blend: Blend,
        source: AnswerSource,
        memo: Memo,
        query: str,
        limits: WorkerLimits | None = None,
    ) -> None:
        self.name = name
        self._blend = blend
        self._vocabulary = vocabulary()
        self._answers = Answers(source, memo, limits, self._view, self._vocabulary)
        self._answers.recall(clean_words(query, QUERY_LIMIT))

    def analyze(self, graph: SceneGraph, config: AnalyzerConfig) -> tuple[WeightedTriplet, ...]:
        """Select and weigh triplets; see ``select_triplets`` for the order."""
        query = clean_words(config.query, QUERY_LIMIT)
        view = self._answers.of(query).view or View({}, {})
        known = view.triplets
        weights: list[Weights] = []
        complete = True
        for triplet in graph.triplets:
            words = triplet_words(graph, triplet)
            found = known.get(words)
            if found is None:
                found = self._weigh(query, words, view)
                if len(known) < TRIPLETS_KEPT:
                    known[words] = found
            weights.append(found)
            complete = complete and found[2] is not WeightSource.PRIOR
        if not complete:
            self._ask(query, graph, view)
        return select_triplets(graph, weights, config)

    def answered(self, graph: SceneGraph, config: AnalyzerConfig) -> bool:
        """Tell whether no answer of the language model to this graph is still to come."""
        query = clean_words(config.query, QUERY_LIMIT)
        words = [*self._vocabulary, *_labels(graph)]
        return not graph.triplets or self._answers.complete(query, lambda _: words)

    def status(self) -> WorkerStatus | None:
        """Return the state of the worker process."""
        return self._answers.status()

    def close(self) -> None:
        """Stop the worker process."""
        self._answers.close()

    def _weigh(self, query: str, words: tuple[str, str, str], view: View) -> Weights:
        share = self._blend.share(query)
        pair = []
        for label, factor in zip((words[0], words[2]), context_factors(*words), strict=True):
            known = view.table.get(clean_words(label))
            if known is None:
                weight = in_context(fallback_weight(query, label), factor)
                pair.append((weight, WeightSource.PRIOR))
            else:
                # The prior's context counts as much as the prior itself.
                pair.append((in_context(known[0], factor**share), known[1]))
        (subject, first), (object_, second) = pair
        return subject, object_, less_certain(first, second)

    def _ask(self, query: str, graph: SceneGraph, view: View) -> None:
        unknown = sorted(_labels(graph) - view.table.keys())
        # There is no table without the whole vocabulary.
        self._answers.ask(query, unknown if view.table else [*self._vocabulary, *unknown])

    def _view(self, query: str, answers: QueryAnswers) -> View | None:
        if any(label not in answers.known for label in self._vocabulary):
            return None
        readable = {word: value for word, value in answers.known.items() if value is not None}
        weights = self._blend.weights(query, readable)
        return View(
            {
                label: (weight, WeightSource.LLM if label in answers.fresh else WeightSource.MEMO)
                for label, weight in weights.items()
            },
            {},
        )


def _labels(graph: SceneGraph) -> set[str]:
    """Return the cleaned labels of a graph's subjects and objects."""
    found = (triplet_words(graph, triplet)[::2] for triplet in graph.triplets)
    return {clean_words(label) for pair in found for label in pair} - {''}
