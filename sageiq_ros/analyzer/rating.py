# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How important each word is for a query, as a number from 1 to 10 by few-shot likelihood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sageiq_ros.analyzer.language_models.base import LanguageModel
from sageiq_ros.analyzer.prior import DRIVING, tasks_of

PROMPT_VERSION = 2
"""Part of the memo's key: raise it whenever a prompt or the raw rating changes."""

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

# The low anchor of a query that is not about driving, one an evaluation.
UNIMPORTANT = ('sofa', 'saucer', 'carpet', 'balcony', 'scarf')


def prompt_prefix(query: str, variant: int = 0) -> str:
    """Return the part of the prompt that all words of a query share.

    Exemplars of driving would mislead another task, which has two anchors only: its own name is
    as important as can be, a sofa not at all. ``variant`` 1 to 4 begins the list elsewhere, or
    has another low anchor.
    """
    if DRIVING in tasks_of(query):
        start = 4 * variant
        exemplars = DRIVING_EXEMPLARS[start:] + DRIVING_EXEMPLARS[:start]
    else:
        exemplars = ((query, 10), (UNIMPORTANT[variant], 1))
    shots = ''.join(f'{word}: {rating}\n' for word, rating in exemplars)
    return f'Object importance for {query} (1-10)\n{shots}'


def prompt_ending(label: str) -> str:
    """Return the end of the prompt that asks for one word."""
    return f'{label}: '


def rate(
    model: LanguageModel, query: str, words: Sequence[str], evaluations: int = 1
) -> list[float]:
    """Return the expectation, 1 to 10, of the model's answer for each word.

    ``evaluations`` (1 to 5) prompts are averaged.
    """
    endings = [prompt_ending(word) for word in words]
    chances = np.mean(
        [model.rate(prompt_prefix(query, variant), endings) for variant in range(evaluations)],
        axis=0,
    )
    return [round(float(value), 4) for value in chances @ np.arange(1.0, 11.0)]
