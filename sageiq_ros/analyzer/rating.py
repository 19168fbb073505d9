# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How a word is rated: the few-shot prompt, the stretch to 1–10 and the union with the prior."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from sageiq_ros.analyzer.prior import driving_weights, prior_weight

PROMPT_VERSION = 1
"""Part of the memo's key: raise it whenever the prompt or the raw rating changes."""

# None of these is among the 150 labels. High and low alternate: in other orders and with fewer
# words the small model tells less (docs/analyzer.md).
DRIVING_EXEMPLARS = (
    ('cyclist', 10),
    ('cloud', 1),
    ('lorry', 9),
    ('sofa', 1),
    ('moose', 8),
    ('hedge', 2),
    ('jogger', 10),
    ('carpet', 1),
    ('bollard', 4),
    ('toddler', 10),
    ('saucer', 1),
    ('tram', 9),
    ('balcony', 1),
    ('road', 6),
    ('scarf', 2),
    ('stoplight', 9),
    ('antenna', 1),
    ('tractor', 9),
)

PRIOR_SHARE = {True: 0.8, False: 0.5}
"""Share of the curated prior, by whether the query is about driving (docs/analyzer.md)."""

_DRIVING = re.compile(r'\b(drive|driver|driving|adas)\b')


def prompt_prefix(query: str) -> str:
    """Return the part of the prompt that all words of a query share.

    Exemplars of driving would mislead another task, which has two anchors only: its own name is
    as important as can be, a sofa not at all.
    """
    anchors = ((query, 10), ('sofa', 1))
    exemplars = DRIVING_EXEMPLARS if is_about_driving(query) else anchors
    shots = ''.join(f'{word}: {rating}\n' for word, rating in exemplars)
    return f'Object importance for {query} (1-10)\n{shots}'


def prompt_ending(label: str) -> str:
    """Return the end of the prompt that asks for one word."""
    return f'{label}: '


def vocabulary() -> tuple[str, ...]:
    """Return the labels that a query's ratings are calibrated on: those of the prior."""
    return tuple(driving_weights())


def is_about_driving(query: str) -> bool:
    """Tell whether a query names the task that the prior was written for."""
    return _DRIVING.search(query) is not None


def combined_weights(query: str, ratings: Mapping[str, float]) -> dict[str, float]:
    """Turn a query's raw ratings into weights in [1, 10], joined with the prior.

    ``ratings`` holds the model's expectation, 1 to 10, of every label of the vocabulary and of
    any others. The model's expectations lie close together, so they are stretched by rank: the
    k-th highest of the vocabulary gets the k-th highest weight of the prior, values between two
    by linear interpolation. The weight is then the mean of that and the prior, the prior counting
    ``PRIOR_SHARE``; a word that the prior does not know has the stretched rating alone.
    """
    raw = np.sort([ratings[label] for label in vocabulary()])
    scale = np.sort(list(driving_weights().values()))
    share = PRIOR_SHARE[is_about_driving(query)]
    weights = {}
    for label, rating in ratings.items():
        stretched = float(np.interp(rating, raw, scale))
        prior = prior_weight(label)
        weights[label] = stretched if prior is None else share * prior + (1 - share) * stretched
    return weights
