# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The paper's two prompts and how it samples the answers (Tables I and II, word for word)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from sageiq_ros.analyzer.language_models.base import Sampling

PROMPT_VERSION = 2
"""Part of the memo's key: raise it whenever a prompt, a grammar or a reading changes."""

PAPER_SAMPLING = Sampling(temperature=0.1, top_k=20, top_p=0.2)
"""Table I, with do_sample; its 256 new tokens are ``ANSWER_TOKENS``."""

ANSWER_TOKENS = 256

SELECTOR = (
    'You are an advanced AI assistant specializing in analyzing data from car cameras. Your task '
    'is to evaluate the relevance of observed items captured by the camera during a drive. The '
    'captured items are: {items}. Identify the items that are most relevant to {query}, the most '
    'significant items should be listed first. Please return the numbered indices. Provide your '
    'response in the following format: Selected items: [X, Y, Z].'
)

CONSIDERATIONS = (
    'Safety: Effects on driving safety.',
    'Context: Interaction with the vehicle or each other.',
    'Relevance: Impact on driving decisions.',
)

DISPENSER = (
    'You are an AI assistant for {query}. Analyze two entities, {subject} and {object}, and '
    'assign weights value according to importance(1 = minimal, 10 = critical). Consider: '
    '{considerations} Pay special attention to entities such as '
    "'pedestrian' or 'vehicle'. Your response format: Object: {subject}, Weight: X; Object: "
    '{object}, Weight: Y.'
)

_ORDERS = tuple(permutations(CONSIDERATIONS))


def selector_prompt(query: str, items: Sequence[str]) -> str:
    """Return the prompt of round 1; ``items`` are triplets in words, numbered from 1 on.

    The list has the form of Table VII: ``[1. window on building, 2. car on street]``.
    """
    listed = ', '.join(f'{number}. {item}' for number, item in enumerate(items, 1))
    return SELECTOR.format(items=f'[{listed}]', query=query)


def dispenser_prompt(query: str, subject: str, object_: str, variant: int = 0) -> str:
    """Return the prompt of round 2 for the two entities of one triplet.

    ``variant`` 0 is Table II's; 1 to 5 put the three considerations into another order, which
    gives a greedy model something to vary when several evaluations are averaged.
    """
    numbered = (f'{number}. {text}' for number, text in enumerate(_ORDERS[variant], 1))
    return DISPENSER.format(
        query=query, subject=subject, object=object_, considerations=' '.join(numbered)
    )
