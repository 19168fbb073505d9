# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What of a user's query and of a label may enter a prompt: words, and nothing but words."""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_LABEL = 48
_NOT_PLAIN = re.compile(r"[^\w '&-]+")


@lru_cache(maxsize=4096)
def clean_words(text: str, limit: int = LONGEST_LABEL) -> str:
    """Reduce text to lower-case words, digits, ``'``, ``&`` and ``-``, at most ``limit`` long.

    Neither a line break, nor a bracket, nor a marker of a chat template survives, so that a label
    or a query can change a prompt in nothing but its words.
    """
    plain = _NOT_PLAIN.sub(' ', text.replace('_', ' ').lower())
    return ' '.join(plain.split())[:limit].rstrip()
