# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How much more likely a query makes each word, by a language model's few-shot likelihood.

The model is shown what a camera must see well for other tasks and asked for the query's; the
likelihood of a word as its answer, over that for a query that says nothing, is the word's
association with the query: a log-likelihood ratio. One pass over the query's question rates a
vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sageiq_ros.analyzer.language_models.base import LanguageModel

PROMPT_VERSION = 1
"""Part of the memo's key: raise it whenever a prompt or the reading of likelihoods changes."""

NEUTRAL = 'anything'

# No answer is one of the 150 labels. One row an evaluation.
EXEMPLARS = (
    (
        ('mountain rescue', 'climber'),
        ('harbour control', 'ship'),
        ('fire watching', 'smoke'),
        ('harvesting', 'corn'),
        ('welding', 'seam'),
    ),
    (
        ('cooking', 'pan'),
        ('football', 'ball'),
        ('sailing', 'sail'),
        ('fishing', 'fish'),
        ('gardening', 'shovel'),
    ),
    (
        ('archery', 'target'),
        ('painting', 'brush'),
        ('bird watching', 'nest'),
        ('mail sorting', 'envelope'),
        ('stargazing', 'star'),
    ),
    (
        ('baby care', 'cradle'),
        ('airport security', 'suitcase'),
        ('bowling', 'pin'),
        ('surgery', 'scalpel'),
        ('mining', 'ore'),
    ),
    (
        ('bee keeping', 'hive'),
        ('golf', 'hole'),
        ('carpentry', 'nail'),
        ('lifeguarding', 'swimmer'),
        ('tailoring', 'thread'),
    ),
)


_QUESTION = 'Q: A camera helps with {}. What should it see well?\nA: the'


def prompt(query: str, variant: int = 0) -> tuple[str, str]:
    """Return the text whose next word is asked for: what queries share, and the query's end."""
    shown = (f'{_QUESTION.format(task)} {answer}\n' for task, answer in EXEMPLARS[variant])
    return ''.join(shown), _QUESTION.format(query)


class Association:
    """Rate words for a query; ``evaluations`` (1 to 5) exemplar lists are averaged."""

    def __init__(self, model: LanguageModel, evaluations: int = 1) -> None:
        self._model = model
        self._evaluations = evaluations
        self._neutral: dict[str, float] = {}

    def rate(self, query: str, words: Sequence[str]) -> list[float]:
        """Return the log-likelihood ratio of each word; above 0 the query makes it likelier."""
        new = [word for word in words if word not in self._neutral]
        if new:
            self._neutral |= dict(zip(new, self._likelihood(NEUTRAL, new), strict=True))
        found = self._likelihood(query, words)
        return [
            round(float(value) - self._neutral[word], 4)
            for word, value in zip(words, found, strict=True)
        ]

    def _likelihood(self, query: str, words: Sequence[str]) -> list[float]:
        endings = [f' {word}' for word in words]
        rows = [
            self._model.log_likelihood(*prompt(query, variant), endings)
            for variant in range(self._evaluations)
        ]
        return [float(value) for value in np.mean(rows, axis=0)]
