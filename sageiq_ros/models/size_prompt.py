# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The scoring and size prompts of SageIQ-M nano, in a vocabulary of 25 words (Table II).

A crop's width and height are written with four digits each, one token a digit, so that every
prompt has the same length and a whole batch is one static graph.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WORDS = (
    *('<s>', 'Rate', 'the', 'quality', 'of', 'this', 'image', '.', 'The', 'size', 'is', 'x'),
    *'0123456789',
    *('good', 'average', 'poor'),
)
TOKEN = {word: index for index, word in enumerate(WORDS)}
QUALITY_TOKENS = (TOKEN['good'], TOKEN['average'], TOKEN['poor'])
LARGEST_SIDE = 9999

BEFORE_IMAGE = tuple(TOKEN[w] for w in ('<s>', 'Rate', 'the', 'quality', 'of', 'this', 'image'))
AFTER_IMAGE = (TOKEN['.'],)
SIZE_PROMPT_LENGTH = 14


def size_prompt(width: int, height: int) -> NDArray[np.int64]:
    """Return the 14 tokens of ``The image size is WWWWxHHHH.``; larger sides read 9999."""
    sides = [f'{min(side, LARGEST_SIDE):04d}' for side in (width, height)]
    words = ('The', 'image', 'size', 'is', *sides[0], 'x', *sides[1], '.')
    return np.array([TOKEN[word] for word in words], np.int64)
