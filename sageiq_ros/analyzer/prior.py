# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The curated prior: importance of labels for tasks, and what the triplet around them changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import yaml

from sageiq_ros.analyzer.text import clean_words

LEAST, MOST = 1.0, 10.0

UNKNOWN_WEIGHT = 5.0
"""Weight of a word that nothing is known about: what is unknown on a road is not dismissed."""

DRIVING = 'driving'
_NEAR = ('near', 'near')


@dataclass(frozen=True, slots=True)
class Prior:
    """Hold ``prior.yaml``: weights and kinds by label, the rest as it stands there."""

    tasks: dict[str, tuple[str, ...]]
    weights: dict[str, dict[str, float]]
    kinds: dict[str, str]
    relations: dict[str, tuple[str, str]]
    context: dict[str, dict[str, float]]
    aliases: dict[str, str]


@cache
def prior() -> Prior:
    """Read the table that comes with the package."""
    source = resources.files('sageiq_ros.analyzer') / 'prior.yaml'
    document = yaml.safe_load(source.read_text(encoding='utf-8'))
    tasks = {task: tuple(beginnings) for task, beginnings in document['tasks'].items()}
    weights: dict[str, dict[str, float]] = {}
    kinds = {}
    for kind, groups in document['entities'].items():
        for group in groups:
            row = dict(zip(tasks, map(float, group['weights']), strict=True))
            for label in group['labels']:
                weights[label], kinds[label] = row, kind
    relations = {}
    for name, predicates in document['relations'].items():
        forward, _, backward = name.partition('/')
        relations |= dict.fromkeys(predicates, (forward, backward))
    return Prior(tasks, weights, kinds, relations, document['context'], document['aliases'])


def vocabulary() -> tuple[str, ...]:
    """Return the labels that the prior knows: Visual Genome's 150."""
    return tuple(prior().weights)


@lru_cache(maxsize=256)
def tasks_of(query: str) -> tuple[str, ...]:
    """Name the tasks of the table that a query is about, by the beginnings of its words."""
    words = clean_words(query, len(query)).split()
    return tuple(
        task
        for task, beginnings in prior().tasks.items()
        if any(word.startswith(beginnings) for word in words)
    )


@lru_cache(maxsize=4096)
def known_label(label: str) -> str | None:
    """Return the label of the table that a label means; None where the table is silent.

    A label of several words counts as its last one (*police car* as *car*), a plural as its
    singular.
    """
    words = clean_words(label)
    head = words.rpartition(' ')[2]
    for word in (words, head, head.removesuffix('s'), head.removesuffix('es')):
        word = prior().aliases.get(word, word)
        if word in prior().weights:
            return word
    return None


@lru_cache(maxsize=16384)
def prior_weight(query: str, label: str) -> float | None:
    """Look up a label's importance for a query in [1, 10]; None where the table is silent."""
    known = known_label(label)
    if known is None:
        return None
    row = prior().weights[known]
    return max(row[task] for task in tasks_of(query) or (DRIVING,))


def fallback_weight(query: str, label: str) -> float:
    """Return a label's prior weight, or the middle of the scale where the table is silent."""
    weight = prior_weight(query, label)
    return UNKNOWN_WEIGHT if weight is None else weight


def context_factors(subject: str, predicate: str, object_: str) -> tuple[float, float]:
    """Return by how much a triplet changes the importance of its subject and of its object."""
    first, second = known_label(subject), known_label(object_)
    if first is None or second is None:
        return 1.0, 1.0
    kinds = prior().kinds[first], prior().kinds[second]
    forward, backward = prior().relations.get(predicate, _NEAR)
    return _factor(kinds[0], forward, kinds[1]), _factor(kinds[1], backward, kinds[0])


@lru_cache(maxsize=16384)
def prior_weights(query: str, subject: str, predicate: str, object_: str) -> tuple[float, float]:
    """Return the prior's weights of a triplet's subject and object in [1, 10]."""
    first, second = context_factors(subject, predicate, object_)
    return (
        in_context(fallback_weight(query, subject), first),
        in_context(fallback_weight(query, object_), second),
    )


def in_context(weight: float, factor: float) -> float:
    """Multiply what a weight has above 1, and keep it on the scale."""
    return min(max(LEAST + (weight - LEAST) * factor, LEAST), MOST)


def _factor(kind: str, relation: str, partner: str) -> float:
    row = prior().context.get(kind, {})
    return row.get(f'{partner}.{relation}', row.get(partner, 1.0))
