# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""From a language model's free text to indices and weights; nothing here ever raises.

Two readings: the paper's patterns as printed (Table III), and a tolerant one that also takes what
the prompts ask for (Table II) and what the paper's model really said (Table VII).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LEAST, MOST = 1.0, 10.0

_STRICT_SELECTION = re.compile(r'Selected items:\s*\[(.*?)\]')
_STRICT_WEIGHT = re.compile(r'Object:\s*(\w+),\s*Score:\s*(\d+)')

_HEADING = r'(?:selected|relevant|significant)\s+(?:items?|indices|triplets?)'
# A list in brackets, or numbers behind a colon.
_LISTS = (
    re.compile(_HEADING + r'[^\[\n\d]{0,40}\[([^\[\]]*)\]', re.IGNORECASE),
    re.compile(r'\[([^\[\]]*)\]'),
    re.compile(
        _HEADING + r'[^\n\d:]{0,20}:?\s*(\d{1,9}(?:\s*(?:,|and|&|;)\s*\d{1,9})*)', re.IGNORECASE
    ),
)
# No number inside a word, and nothing but the number of 'item 2' or '2. car on street'.
_INDEX = re.compile(r'(?<![\w.])\d{1,9}(?![\w])')
_WEIGHT = re.compile(
    r'(?:weights?|scores?|importance)\b[^\d\n;]{0,24}?(-?\d{1,9}(?:\.\d{1,9})?)', re.IGNORECASE
)


def strict_selection(text: str, items: Sequence[str]) -> tuple[int, ...] | None:
    """Read Table III's first pattern; returns places in ``items``, None where it does not match.

    Indices count from 1; one that is no number or out of range makes the whole answer unreadable.
    """
    found = _STRICT_SELECTION.search(text)
    if found is None:
        return None
    parts = [part.strip() for part in found[1].split(',')]
    if not all(re.fullmatch('[0-9]{1,9}', part) for part in parts):
        return None
    places = tuple(dict.fromkeys(int(part) - 1 for part in parts))
    return places if all(0 <= place < len(items) for place in places) else None


def strict_weights(text: str, subject: str, object_: str) -> tuple[float, float] | None:
    """Read Table III's second pattern for both entities; None where one is missing or too large.

    The pattern wants ``Score:``, which Table II does not ask for, and names of one word.
    """
    found = _STRICT_WEIGHT.findall(text)
    first = next((i for i, (name, _) in enumerate(found) if name == subject), None)
    second = next((i for i, (name, _) in enumerate(found) if name == object_ and i != first), None)
    if first is None or second is None:
        return None
    weights = tuple(float(found[i][1][:9]) for i in (first, second))
    return (weights[0], weights[1]) if all(LEAST <= weight <= MOST for weight in weights) else None


def read_selection(text: str, items: Sequence[str]) -> tuple[int, ...] | None:
    """Read selected items in whatever form; returns places in ``items``, the first meant first.

    The first list that holds an index or an item's words counts. Indices count from 1, unless
    a 0 among them shows that the model counts from 0. Those out of range and those told twice are
    left out. An empty list means that nothing is relevant: ``()``. None where there is no list.
    """
    empty = False
    for pattern in _LISTS:
        for found in pattern.finditer(text):
            places = _places(found[1], items)
            if places:
                return places
            empty = empty or not found[1].strip()
    return () if empty else None


def read_weights(text: str, subject: str, object_: str) -> tuple[float, float] | None:
    """Read the weights of both entities in whatever form; None where there are not two.

    A number counts for the name it follows; where names are not told, the first two numbers are
    the subject's and the object's. Numbers beyond the scale of 1 to 10 are put on its ends.
    """
    told = list(_WEIGHT.finditer(text))
    first = _named(text, told, subject, None)
    second = _named(text, told, object_, first)
    if first is None or second is None:
        if len(told) < 2:
            return None
        first, second = told[0], told[1]
    return _on_scale(first[1]), _on_scale(second[1])


def _places(listed: str, items: Sequence[str]) -> tuple[int, ...]:
    numbers = [int(number) for number in _INDEX.findall(listed)]
    if numbers:
        shift = 0 if 0 in numbers else 1
        places = [number - shift for number in numbers]
        return tuple(dict.fromkeys(place for place in places if 0 <= place < len(items)))
    words = listed.lower()
    at = {place: words.find(item.lower()) for place, item in enumerate(items) if item}
    return tuple(sorted((place for place in at if at[place] >= 0), key=at.__getitem__))


def _named(
    text: str, told: Sequence[re.Match[str]], name: str, taken: re.Match[str] | None
) -> re.Match[str] | None:
    """Return the first number whose own stretch of text, from the last number on, has the name."""
    if not name:
        return None
    wanted = re.compile(rf'(?<!\w){re.escape(name)}(?!\w)', re.IGNORECASE)
    end = 0
    for match in told:
        if match is not taken and wanted.search(text, end, match.start()):
            return match
        end = match.end()
    return None


def _on_scale(number: str) -> float:
    return min(max(float(number), LEAST), MOST)
