# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""From a language model's free text to indices and weights; nothing here ever raises.

Two readings: the paper's patterns as printed (Table III), and a tolerant one that also takes what
the prompts ask for (Table II) and what the paper's model really said (Table VII).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sageiq_ros.analyzer.prior import LEAST, MOST

LONGEST_ANSWER = 8192
"""Characters of an answer that are read; 256 tokens are far fewer."""

_STRICT_SELECTION = re.compile(r'Selected items:\s*\[(.*?)\]')
_STRICT_WEIGHT = re.compile(r'Object:\s*(\w+),\s*Score:\s*(\d+)')

# Names and items are blanked to one sign each before anything else is read, so that what is
# written in a label is never taken for an answer.
_FIRST_SIGN, _SIGNS = 0xE000, 0x1900
_SIGN = re.compile('[\ue000-\uf8ff]')

_HEADING = r'(?:selected|relevant|significant)\s+(?:items?|indices|triplets?)'
_BRACKETS = r'(?:\[[^\[\]]*\](?:\s*(?:(?:,|and|&|>)\s*)?(?=\[))?)+'
_ITEM = r'(?:(?:\d{1,9}[.):]?\s*)?[\ue000-\uf8ff]|\d{1,9}[.):]?)'
# In brackets, one pair or several; in lines; behind a colon. What stands in brackets without a
# heading may be the prompt's own list, said once more.
_LISTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf'{_HEADING}[^\[\n\d]{{0,40}}?({_BRACKETS})',
        rf'{_HEADING}[^\n\d]{{0,20}}\n+((?:[^\S\n]*(?:[-*•]|\d{{1,9}}[.):])[^\n]*\n?)+)',
        rf'{_HEADING}[^\n\d:\ue000-\uf8ff]{{0,20}}:?\s*\(?({_ITEM}(?:[\s,;&>]+(?:and\s+)?{_ITEM})*)',
        f'({_BRACKETS})',
    )
)
# No number inside a word, and nothing but the number of 'item 2' or '2. car on street'.
_INDEX = re.compile(r'(?<![\w.])\d{1,9}(?![\w])')

_SCALE = re.compile(r'\b1\s*(?:-|–|to)\s*10\b')
_NUMBER = r'(-?\d{1,9}(?:\.\d{1,9})?)'
_WEIGHT = re.compile(
    rf'(?:weights?|scores?|importance)\b[^\d\n;]{{0,24}}?{_NUMBER}'
    rf'|[\ue000\ue001][^\w\n;.,]{{1,6}}{_NUMBER}',
    re.IGNORECASE,
)
_FOR_NAME = re.compile(r'\s*(?:/\s*10\s*)?(?:for|to)\s+(?:the\s+)?([\ue000\ue001])', re.IGNORECASE)


def strict_selection(text: str, items: Sequence[str]) -> tuple[int, ...] | None:
    """Read Table III's first pattern; returns places in ``items``, None where it does not match.

    Indices count from 1; one that is no number or out of range makes the whole answer unreadable.
    """
    found = _STRICT_SELECTION.search(text[:LONGEST_ANSWER])
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
    found = _STRICT_WEIGHT.findall(text[:LONGEST_ANSWER])
    first = next((i for i, (name, _) in enumerate(found) if name == subject), None)
    second = next((i for i, (name, _) in enumerate(found) if name == object_ and i != first), None)
    if first is None or second is None:
        return None
    weights = tuple(float(found[i][1][:9]) for i in (first, second))
    return (weights[0], weights[1]) if all(LEAST <= weight <= MOST for weight in weights) else None


def read_selection(text: str, items: Sequence[str]) -> tuple[int, ...] | None:
    """Read selected items in whatever form; returns places in ``items``, the first meant first.

    The first list that holds an index or an item's words counts: in brackets, line by line or
    behind a colon. Indices count from 1, unless a 0 among them shows that the model counts from 0.
    Where a list has the words, its numbers may be ranks, and the words decide. What is out of
    range or told twice is left out. An empty list means that nothing is relevant: ``()``. None
    where there is no list.
    """
    text = _blanked(text, items)
    empty = False
    for pattern in _LISTS:
        for found in pattern.finditer(text):
            listed = found[1]
            if '\n' in listed and '[' not in listed:
                listed = ', '.join(filter(None, map(_meant, listed.splitlines())))
            places = _places(listed, len(items))
            if places:
                return places
            empty = empty or (listed.startswith('[') and not listed.strip('[] \n'))
    return () if empty else None


def read_weights(text: str, subject: str, object_: str) -> tuple[float, float] | None:
    """Read the weights of both entities in whatever form; None where there are not two.

    A number counts for the nearest name before it, or for the one that it is said to be for.
    Numbers without a name are the subject's and the object's in this order. Numbers beyond the
    scale of 1 to 10 are put on its ends.
    """
    text = _SCALE.sub(' ', _blanked(text, (subject, object_)))
    told = list(_WEIGHT.finditer(text))
    names = []
    end = 0
    for match in told:
        before = _SIGN.findall(text, end, match.end())
        behind = _FOR_NAME.match(text, match.end())
        end = match.end() if behind is None else behind.end()
        names.append(behind[1] if behind else before[-1] if before else '')
    signs = ('\ue000', '\ue000' if _folded(subject) == _folded(object_) else '\ue001')
    first = _place_of(names, signs[0], None)
    second = _place_of(names, signs[1], first)
    others = [place for place, name in enumerate(names) if name not in signs]
    if first is None and others:
        first = others.pop(0)
    if second is None and others:
        second = others.pop(0)
    if first is None or second is None:
        return None
    weights = [float(told[place][1] or told[place][2]) for place in (first, second)]
    return min(max(weights[0], LEAST), MOST), min(max(weights[1], LEAST), MOST)


def _blanked(text: str, names: Sequence[str]) -> str:
    """Put a sign of its own for each name; the same for names that are the same."""
    text = _SIGN.sub(' ', text[:LONGEST_ANSWER])
    signs: dict[str, str] = {}
    for place, name in enumerate(names[:_SIGNS]):
        if name.strip():
            signs.setdefault(_folded(name), chr(_FIRST_SIGN + place))
    if not signs:
        return text
    # The longest first: a 'light' within a 'traffic light' is not meant.
    spelt = (
        r'[\s_]+'.join(map(re.escape, name.split()))
        for name in sorted(signs, key=len, reverse=True)
    )
    pattern = re.compile(rf'(?<!\w)(?:{"|".join(spelt)})(?!\w)', re.IGNORECASE)
    return pattern.sub(lambda found: signs.get(_folded(found[0]), ' '), text)


def _folded(name: str) -> str:
    return ' '.join(name.replace('_', ' ').lower().split())


def _meant(line: str) -> str | None:
    """Return what a line of a list is about: its item, or else its last number."""
    found = _SIGN.findall(line) or _INDEX.findall(line)[-1:]
    return found[0] if found else None


def _places(listed: str, count: int) -> tuple[int, ...]:
    places = [ord(sign) - _FIRST_SIGN for sign in _SIGN.findall(listed)]
    numbers = [int(number) for number in _INDEX.findall(listed)]
    if len(places) < len(numbers):
        shift = 0 if 0 in numbers else 1
        places = [number - shift for number in numbers]
    return tuple(dict.fromkeys(place for place in places if 0 <= place < count))


def _place_of(names: Sequence[str], sign: str, taken: int | None) -> int | None:
    return next((i for i, name in enumerate(names) if name == sign and i != taken), None)
