# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The analyzer that joins the curated prior with a language model's remembered ratings."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import Protocol

from sageiq_ros.analyzer.base import WorkerStatus
from sageiq_ros.analyzer.memo import Memo
from sageiq_ros.analyzer.prior import clean_words, fallback_weight
from sageiq_ros.analyzer.rating import (
    PROMPT_VERSION,
    combined_weights,
    vocabulary,
)
from sageiq_ros.analyzer.selection import select_triplets
from sageiq_ros.analyzer.shipped import shipped_ratings
from sageiq_ros.analyzer.worker_client import RatingWorker, WorkerLimits
from sageiq_ros.config import QUERY_LIMIT, AnalyzerConfig
from sageiq_ros.types import SceneGraph, WeightedTriplet, WeightSource

QUERIES_KEPT = 8
WORDS_KEPT = 2048

log = logging.getLogger(__name__)


class LanguageModel(Protocol):
    """What the analyzer must know of a model to remember its answers and to start its worker."""

    @property
    def identity(self) -> str:
        """The key of its answers in the memo."""
        ...

    @property
    def command(self) -> list[str]:
        """The command line of its worker process."""
        ...


@dataclass(slots=True)
class _Answers:
    """What is known of one query: raw ratings, and the weights made of them once complete."""

    ratings: dict[str, float] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    weights: dict[str, tuple[float, WeightSource]] = field(default_factory=dict)
    recalled: bool = False


class RatingAnalyzer:
    """Weigh entities by the prior and by the language model, which never stands in the way.

    Words whose rating is known cost a look into a dictionary. Others are posted to a worker
    process and weighed by the prior meanwhile, with the source ``PRIOR``. A query's weights
    exist once the whole vocabulary is rated for it, because a single rating means nothing
    without the others. May be used by several threads.
    """

    def __init__(
        self,
        name: str,
        model: LanguageModel,
        memo: Memo,
        query: str,
        limits: WorkerLimits | None = None,
    ) -> None:
        self.name = name
        self._model = model
        self._memo = memo
        self._lock = threading.Lock()
        self._answers: dict[str, _Answers] = {}
        self._vocabulary = frozenset(vocabulary())
        self._worker = RatingWorker(model.command, self._receive, limits)
        query = clean_words(query, QUERY_LIMIT)
        self._recall(query, self._answers.setdefault(query, _Answers()))

    def analyze(self, graph: SceneGraph, config: AnalyzerConfig) -> tuple[WeightedTriplet, ...]:
        """Select and weigh triplets; see ``select_triplets`` for the order."""
        query = clean_words(config.query, QUERY_LIMIT)
        known = self._answers_of(query)
        weights = known.weights
        unknown: set[str] = set()

        def weigh(label: str) -> tuple[float, WeightSource]:
            found = weights.get(label)
            if found is None:
                words = clean_words(label)
                found = weights.get(words)
                if found is None:
                    unknown.add(words)
                    return fallback_weight(words), WeightSource.PRIOR
            return found

        selected = select_triplets(graph, weigh, config)
        if unknown:
            self._ask(query, known, unknown)
        return selected

    def status(self) -> WorkerStatus:
        """Return the state of the worker process."""
        return self._worker.status()

    def close(self) -> None:
        """Stop the worker process."""
        self._worker.close()

    def _answers_of(self, query: str) -> _Answers:
        with self._lock:
            known = self._answers.get(query)
            if known is not None:
                return known
            known = self._answers[query] = _Answers()
            while len(self._answers) > QUERIES_KEPT:
                forgotten = next(iter(self._answers))
                del self._answers[forgotten]
                self._worker.forget(forgotten)
        # A file may be slow or locked: the frame that brings a new query does not wait for it.
        threading.Thread(target=self._recall, args=(query, known), daemon=True).start()
        return known

    def _recall(self, query: str, known: _Answers) -> None:
        key = self._model.identity, PROMPT_VERSION, query
        remembered = {**shipped_ratings(*key), **self._memo.load(*key)}
        with self._lock:
            known.ratings = {**remembered, **known.ratings}
            known.recalled = True
            self._refresh(query, known)

    def _ask(self, query: str, known: _Answers, words: set[str]) -> None:
        with self._lock:
            if not known.recalled:
                return
            words |= self._vocabulary - known.ratings.keys()
            words -= known.ratings.keys()
            words.discard('')
            if len(known.ratings) + len(words) > WORDS_KEPT:
                return
        self._worker.post(query, sorted(words))

    def _receive(self, query: str, ratings: dict[str, float]) -> None:
        """Take the worker's answer; runs in the worker's thread, so the file may be written."""
        with self._lock:
            known = self._answers.get(query)
            if known is not None:
                known.ratings.update(ratings)
                known.fresh |= ratings.keys()
                self._refresh(query, known)
        self._memo.store(self._model.identity, PROMPT_VERSION, query, ratings)

    def _refresh(self, query: str, known: _Answers) -> None:
        if self._vocabulary - known.ratings.keys():
            return
        known.weights = {
            label: (weight, WeightSource.LLM if label in known.fresh else WeightSource.MEMO)
            for label, weight in combined_weights(query, known.ratings).items()
        }
