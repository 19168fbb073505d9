# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What of a user's query and of a label may enter a prompt: words, and nothing but words."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, normalize

from sageiq_ros.types import SceneGraph, Triplet

LONGEST_LABEL = 48
LONGEST_READ = 400
"""Characters of a text that are looked at, so that nothing longer is kept in memory."""

_PLAIN = " '&-"


def clean_words(text: str, limit: int = LONGEST_LABEL) -> str:
    """Reduce text to lower-case words, digits, ``'``, ``&`` and ``-``, at most ``limit`` long.

    Neither a line break, nor a bracket, nor a marker of a chat template survives, so that a label
    or a query can change a prompt in nothing but its words.
    """
    return _cleaned(text[:LONGEST_READ], limit)


def triplet_words(graph: SceneGraph, triplet: Triplet) -> tuple[str, str, str]:
    """Return subject, predicate and object of a triplet as they are, but not longer than read."""
    regions = graph.regions
    return (
        regions[triplet.subject].label[:LONGEST_READ],
        triplet.predicate[:LONGEST_READ],
        regions[triplet.object].label[:LONGEST_READ],
    )


@lru_cache(maxsize=4096)
def _cleaned(text: str, limit: int) -> str:
    plain = ''.join(
        sign if sign.isalnum() or sign in _PLAIN or category(sign) in ('Mn', 'Mc') else ' '
        for sign in normalize('NFC', text.lower())
    )
    return ' '.join(plain.split())[:limit].rstrip()
