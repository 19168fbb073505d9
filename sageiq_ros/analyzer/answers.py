# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a language model has said: remembered, asked for in the background, never waited for."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from sageiq_ros.analyzer.base import WorkerStatus
from sageiq_ros.analyzer.memo import Memo, Section
from sageiq_ros.analyzer.prior import LEAST, MOST
from sageiq_ros.analyzer.worker_client import Worker
from sageiq_ros.analyzer.worker_process import WorkerLimits

log = logging.getLogger(__name__)

QUERIES_KEPT = 8
ANSWERS_KEPT = 65536
"""Answers to one query that are held; with so many, only words of the vocabulary are asked for,
and lists, of which the oldest are dropped."""

MOST_RATIO = 1000.0

_NOT_IN_FILE = (
    "The file of answers has none, or not all, to the query '{query}': run sageiq analyzer "
    'precompute and export where the language model is.'
)


class AnswerSource(Protocol):
    """Where answers come from: a language model, or a file of what one said."""

    def section(self, query: str) -> Section:
        """Return under what the answers for a query are remembered."""
        ...

    @property
    def command(self) -> list[str] | None:
        """The command line of the process that holds the model; None where there is none."""
        ...

    @property
    def chunk(self) -> int:
        """How many words are best asked about at once."""
        ...

    def given(self, section: Section) -> Mapping[str, Any]:
        """Return the answers of a section that come with the source, by their words."""
        ...


@dataclass(frozen=True, slots=True)
class QueryAnswers:
    """All that is known for one query at one moment, by the words asked about.

    An answer of None was given but could not be read; it is not asked for again before the next
    start. ``fresh`` are the words answered since the start, ``view`` is whatever ``Answers`` was
    told to make of ``known``.
    """

    known: Mapping[str, Any] = field(default_factory=dict)
    fresh: frozenset[str] = frozenset()
    recalled: bool = False
    view: Any = None


class Answers:
    """Hold the answers to the latest queries and get new ones from a worker process.

    ``view(query, answers)`` is called whenever something new is known, never in the caller's
    thread but at the start, and its result kept in ``answers.view``. ``vocabulary`` are the words
    without which there is no view. May be used by several threads; nothing here makes a caller
    wait for the model or for a file.
    """

    def __init__(
        self,
        source: AnswerSource,
        memo: Memo,
        limits: WorkerLimits | None = None,
        view: Callable[[str, QueryAnswers], Any] | None = None,
        vocabulary: Sequence[str] = (),
    ) -> None:
        self._source = source
        self._memo = memo
        self._view = view
        self._vocabulary = vocabulary
        # Held for moments only, because frames wait for it; new states are made under the other.
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._queries: dict[str, QueryAnswers] = {}
        self._newest = ''
        self._unread = 0
        self._worker: Worker | None = None
        if source.command is not None:
            valid = partial(valid_answer, source.section('').mode)
            self._worker = Worker(source.command, self._receive, valid, source.chunk, limits)

    def recall(self, query: str) -> None:
        """Read a query's answers now, before the first frame asks for them."""
        self._queries[query] = QueryAnswers()
        self._recall(query)

    def of(self, query: str) -> QueryAnswers:
        """Return what is known for a query at this moment."""
        with self._lock:
            self._newest = query
            answers = self._queries.get(query)
            if answers is not None:
                return answers
            answers = self._queries[query] = QueryAnswers()
            while len(self._queries) > QUERIES_KEPT:
                forgotten = next(iter(self._queries))
                del self._queries[forgotten]
                if self._worker is not None:
                    self._worker.forget(forgotten)
        # A file may be slow or locked: the frame that brings a new query does not wait for it.
        threading.Thread(target=self._recall, args=(query,), daemon=True).start()
        return answers

    def ask(self, query: str, words: Iterable[str]) -> None:
        """Ask for what is not known yet."""
        answers = self.of(query)
        if self._worker is None or not answers.recalled:
            return
        wanted = self._to_ask(answers, words)
        if wanted:
            self._worker.post(query, wanted)

    def busy(self, query: str) -> bool:
        """Tell whether anything of a query waits for its answer."""
        return self._worker is not None and self._worker.waits(query)

    def complete(self, query: str, words: Callable[[QueryAnswers], Iterable[str]]) -> bool:
        """Tell whether none of the words that a state of the answers needs is still to come."""
        answers = self.of(query)
        if not answers.recalled:
            return False
        return self._worker is None or not self._to_ask(answers, words(answers))

    def status(self) -> WorkerStatus | None:
        """Return how the worker process does; None where a file has the answers to the query."""
        if self._worker is not None:
            return self._worker.status(self._unread)
        with self._lock:
            query = self._newest
            answers = self._queries.get(query)
        if answers is None or not answers.recalled:
            return WorkerStatus(False, 0, 0, '', '', 0)
        if self._is_answered(answers):
            return None
        fault = _NOT_IN_FILE.format(query=query)
        return WorkerStatus(False, 0, 0, fault, fault, 0)

    def close(self) -> None:
        """Stop the worker process."""
        if self._worker is not None:
            self._worker.close()

    def _recall(self, query: str) -> None:
        section = self._source.section(query)
        remembered = self._memo.load(section, ANSWERS_KEPT, self._vocabulary)
        valid = {
            words: answer
            for words, answer in {**self._source.given(section), **remembered}.items()
            if valid_answer(section.mode, words, answer)
        }
        answers = self._renew(query, valid, fresh=False)
        if self._worker is None and answers is not None and not self._is_answered(answers):
            log.warning(_NOT_IN_FILE.format(query=query))

    def _receive(self, query: str, found: Mapping[str, Any]) -> None:
        """Take the worker's answers; runs in the worker's thread, so the file may be written."""
        self._unread += sum(answer is None for answer in found.values())
        self._renew(query, found, fresh=True)
        readable = {words: answer for words, answer in found.items() if answer is not None}
        if readable:
            self._memo.store(self._source.section(query), readable)

    def _to_ask(self, answers: QueryAnswers, words: Iterable[str]) -> list[str]:
        """List what is not known and may be asked for."""
        wanted = [word for word in words if word not in answers.known]
        if len(answers.known) + len(wanted) <= ANSWERS_KEPT:
            return wanted
        return [word for word in wanted if word in self._vocabulary or word.startswith('[')]

    def _renew(self, query: str, found: Mapping[str, Any], *, fresh: bool) -> QueryAnswers | None:
        """Replace what is known by a state with more in it; None for a query that is dropped."""
        with self._writing:
            with self._lock:
                old = self._queries.get(query)
            if old is None:
                return None
            if fresh:
                known = {**_with_room(old.known), **found}
            else:
                known = {**_with_room({**found, **old.known})}
            names = old.fresh.union(found if fresh else ()).intersection(known)
            new = QueryAnswers(known, names, old.recalled or not fresh)
            if self._view is not None:
                new = replace(new, view=self._view(query, new))
            with self._lock:
                if query in self._queries:
                    self._queries[query] = new
            return new

    def _is_answered(self, answers: QueryAnswers) -> bool:
        return bool(answers.known) if self._view is None else answers.view is not None


def _with_room(known: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out the older half of the lists where there is no room for more."""
    if len(known) < ANSWERS_KEPT:
        return known
    lists = [words for words in known if words.startswith('[')]
    old = set(lists[: (len(lists) + 1) // 2])
    return {words: answer for words, answer in known.items() if words not in old}


def items_key(items: Iterable[str]) -> str:
    """Return the words that stand for a list of triplets of which some are to be selected."""
    return json.dumps(list(items), ensure_ascii=False)


def pair_key(subject: str, object_: str) -> str:
    """Return the words that stand for two entities that are to be weighed."""
    return json.dumps({'subject': subject, 'object': object_}, ensure_ascii=False)


def valid_answer(mode: str, words: str, answer: Any) -> bool:
    """Tell whether an answer is one to such words in a mode of the memo's key.

    A log-likelihood ratio, a rating, a selection or two weights.
    """
    if not words.isprintable():
        return False
    if mode.startswith('association'):
        return type(answer) in (int, float) and abs(answer) <= MOST_RATIO
    if mode.startswith('rating'):
        return _on_scale(answer)
    if words.startswith('['):
        return (
            isinstance(answer, list)
            and all(type(place) is int and 0 <= place < _length(words) for place in answer)
            and len(set(answer)) == len(answer)
        )
    return isinstance(answer, list) and len(answer) == 2 and all(map(_on_scale, answer))


def _length(words: str) -> int:
    try:
        return len(json.loads(words))
    except (ValueError, RecursionError):
        return 0


def _on_scale(value: Any) -> bool:
    return type(value) in (int, float) and LEAST <= value <= MOST
