# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How a language model's answers about words become weights, alone and joined with the prior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sageiq_ros.analyzer.prior import (
    DRIVING,
    LEAST,
    MOST,
    prior,
    prior_weight,
    tasks_of,
    vocabulary,
)


@dataclass(frozen=True, slots=True)
class Blend:
    """Say what a mode makes its weights of.

    ``method`` is what the language model is asked (``association`` or ``rating``). The shares, in
    [0, 1], are the prior's: for a query that its table has a task for, and for any other.
    """

    method: str
    listed_share: float = 0.0
    other_share: float = 0.0

    def share(self, query: str) -> float:
        """Return the prior's share for a query, by which its context rules count too."""
        return self.listed_share if tasks_of(query) else self.other_share

    def weights(self, query: str, answers: Mapping[str, float]) -> dict[str, float]:
        """Return weights in [1, 10] of all words that are answered, outside of any triplet.

        ``answers`` holds those of the vocabulary and any others; see ``stretched``. A word that
        the prior does not know has the stretched answer alone.
        """
        share = self.share(query)
        weights = {}
        for label, weight in stretched(answers).items():
            known = prior_weight(query, label) if share else None
            weights[label] = weight if known is None else share * known + (1.0 - share) * weight
        return weights


# The shares are justified by measurement in docs/analyzer.md.
BLENDS = {
    'combined': Blend('association', 0.95, 0.4),
    'association': Blend('association'),
    'rating': Blend('rating'),
}


def stretched(answers: Mapping[str, float]) -> dict[str, float]:
    """Put a model's answers on the scale of weights.

    Ratings lie close together and log-likelihood ratios on a scale of their own. Over the
    vocabulary they get the mean and the standard deviation of the prior's weights for driving;
    what lies beyond the scale is put on its ends.
    """
    labels = [label for label in vocabulary() if label in answers]
    if not labels:
        return {}
    reference = np.array([answers[label] for label in labels])
    scale = np.array([prior().weights[label][DRIVING] for label in labels])
    slope = scale.std() / max(float(reference.std()), 1e-9)
    values = scale.mean() + slope * (np.array(list(answers.values())) - reference.mean())
    return dict(zip(answers, np.clip(values, LEAST, MOST).tolist(), strict=True))
