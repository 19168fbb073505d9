# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Mutations of valid inputs: of bytes, of words in text, and of values in JSON.

Every one takes a generator of random numbers, an input and others to borrow from, and gives
another input; the same numbers give the same one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Mutation = Callable[[Random, bytes, Sequence[bytes]], bytes]

LONGEST = 1 << 14
"""Bytes of an input that mutations make from shorter ones; longer seeds stay as long."""

# Mostly few: an input of many faults is refused for the first of them.
_STEPS = (1, 1, 1, 2, 2, 4, 6)
_SIZES = (1, 2, 4, 8)
_INTEGERS = (0, 1, -1, 2, 7, 8, 16, 64, 100, 127, 128, 255, 256, 4096, 2**15, 2**16, 2**24,
             2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**63, 2**64 - 1)  # fmt: skip
_TOKEN = re.compile(r'\w+|\s+|.', re.DOTALL)
HOSTILE_WORDS = (
    '', ' ', '\0', '\n', '\r\n', '\t', '\u2028', '\ufeff', '\ud800', '\ue000', '\U0001f697', 'é',
    'ａ', '\u0301', '0', '-0', '1', '10', '11', '-1', '1.5', '1e999', '-1e999', '1_0', '٣', '²',
    'nan', 'inf', 'Infinity', 'NaN', 'null', 'true', '~', '0x10', '0o7', '9' * 20, '9' * 5000,
    '2001-02-30', '2020-99-99', '1:99', '[', ']', '[' * 2000, ']' * 50, '{', '}', '{' * 2000, '"',
    "'", '\\', '/', '..', '../..', '~nobody', '%s', '{0}', ',', ';', ':', '|', '&a', '*a', '!!int',
    '!!float', '!!bool', '!!timestamp', '!!python/object:os.system', '<<', '#', '- ', '? ',
    'a' * 300, 'a' * 9000, ' ' * 5000, '\n' * 3000,
)  # fmt: skip
HOSTILE_VALUES = (
    None, True, False, 0, 1, -1, 2**31, 2**63, 10**400, -(10**400), 0.5, 1e308, -1e308, math.nan,
    math.inf, -math.inf, '', ' ', '\0', '\ud800', '1', 'nan', 'a' * 300, '../..', [], {}, [[]],
    [None], {'': None}, [1, 2, 3, 4], [1e308] * 4,
)  # fmt: skip


def mutate_bytes(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change bits, bytes, numbers of 1 to 8 bytes and pieces."""
    found = bytearray(data)
    longest = max(LONGEST, len(data))
    for _ in range(rng.choice(_STEPS)):
        rng.choice(_BYTE_STEPS)(rng, found, others)
    return bytes(found[:longest])


def mutate_text(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change words, signs and spaces; now and then bytes, so that it is no text any more."""
    if rng.random() < 0.1:
        return mutate_bytes(rng, data, others)
    tokens = _TOKEN.findall(decoded(data))
    for _ in range(rng.choice(_STEPS)):
        place = rng.randrange(len(tokens) + 1)
        action = rng.randrange(6)
        if action == 0:
            tokens.insert(place, rng.choice(HOSTILE_WORDS))
        elif action == 1:
            tokens[place : place + 1] = [rng.choice(HOSTILE_WORDS)]
        elif action == 2:
            del tokens[place : place + rng.randint(1, 4)]
        elif action == 3:
            piece = tokens[place : place + rng.randint(1, 12)]
            tokens[place:place] = piece * rng.choice((1, 1, 2, 50))
        elif action == 4:
            borrowed = _TOKEN.findall(decoded(rng.choice(others)))
            start = rng.randrange(len(borrowed) + 1)
            tokens[place:place] = borrowed[start : start + rng.randint(1, 12)]
        else:
            tokens[place : place + 1] = [token.swapcase() for token in tokens[place : place + 1]]
    return encoded(''.join(tokens)[:LONGEST])


def mutate_json(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change values, keys and lists of a JSON document; now and then its text."""
    if rng.random() < 0.15:
        return mutate_text(rng, data, others)
    try:
        tree = json.loads(decoded(data))
    except (ValueError, RecursionError):
        return mutate_text(rng, data, others)
    holder = [tree]
    for _ in range(rng.choice((1, 1, 2, 3))):
        _change_value(rng, holder)
    return encoded(json.dumps(holder[0]))


def decoded(data: bytes) -> str:
    """Read bytes as text in which what is not UTF-8 stays what it is."""
    return data.decode('utf-8', 'surrogateescape')


def encoded(text: str) -> bytes:
    """Write text as bytes, surrogates of any kind too."""
    return text.encode('utf-8', 'surrogatepass')


def _flip_bit(rng: Random, found: bytearray, others: Sequence[bytes]) -> None:
    if found:
        found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)


def _set_byte(rng: Random, found: bytearray, others: Sequence[bytes]) -> None:
    if found:
        found[rng.randrange(len(found))] = rng.randrange(256)


def _set_integer(rng: Random, found: bytearray, others: Sequence[bytes]) -> None:
    size = rng.choice(_SIZES)
    value = rng.choice(_INTEGERS) % (1 << 8 * size)
    place = rng.randrange(len(found) + 1)
    found[place : place + size] = value.to_bytes(size, rng.choice(('little', 'big')))


def _delete(rng: Random, found: bytearray, others: Sequence[bytes]) -> None:
    place = rng.randrange(len(found) + 1)
    del found[place : place + rng.choice((1, 2, 4, 16, 256))]


def _repeat(rng: Random, found: bytearray, others: Sequence[bytes]) -> None:
    place = rng.randrange(len(found) + 1)
    piece = found[place : place + rng.choice((1, 4, 16, 64))]
    found[place:place] = piece * rng.choice((1, 2, 100))


def _borrow(rng: Random, found: bytearray, others: Sequence[bytes]) -> None:
    other = rng.choice(others)
    start = rng.randrange(len(other) + 1)
    place = rng.randrange(len(found) + 1)
    size = rng.choice((4, 16, 64, 1024))
    found[place : place + rng.choice((0, size))] = other[start : start + size]


def _cut(rng: Random, found: bytearray, others: Sequence[bytes]) -> None:
    del found[rng.randrange(len(found) + 1) :]


def _extend(rng: Random, found: bytearray, others: Sequence[bytes]) -> None:
    found += rng.choice((bytes(rng.choice((1, 8, 4096))), rng.randbytes(16)))


_BYTE_STEPS = (
    _flip_bit, _flip_bit, _set_byte, _set_byte, _set_integer, _set_integer, _delete, _repeat,
    _borrow, _cut, _extend,
)  # fmt: skip


def _change_value(rng: Random, holder: list[Any]) -> None:
    places = _places(holder)
    parent, key = rng.choice(places)
    action = rng.randrange(6)
    if action == 0 and parent is not holder:
        del parent[key]
    elif action == 1 and isinstance(parent, dict):
        parent[rng.choice(('', 'x', '\0', 'a' * 300, str(key).upper()))] = parent.pop(key)
    elif action == 2 and isinstance(parent, list) and parent is not holder:
        parent.insert(key, parent[key])
    elif action == 3:
        other, place = rng.choice(places)
        # By way of text, so that no part holds itself.
        parent[key] = json.loads(json.dumps(other[place]))
    elif action == 4:
        for _ in range(rng.choice((1, 3, 60))):
            parent[key] = [parent[key]] if rng.random() < 0.5 else {'a': parent[key]}
    else:
        parent[key] = json.loads(json.dumps(rng.choice(HOSTILE_VALUES)))


def _places(tree: list[Any]) -> list[tuple[Any, Any]]:
    """List where values are, each as what holds it and its key there."""
    found: list[tuple[Any, Any]] = []
    waiting: list[Any] = [tree]
    while waiting:
        holder = waiting.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])
    return found
