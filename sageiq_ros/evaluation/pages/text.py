# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers and names as text: what they read, and how much room their letters take."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Iterable

from sageiq_ros.evaluation.pages.blocks import Cell, Number

UNDEFINED, NOT_DEFINED = '–', 'not defined'
# Greater numbers are written with a power of ten.
MOST_PLAIN = 1e9
# Widths of letters relative to their size, rounded up, in DejaVu Sans: the widest face that pages
# fall back on.
ADVANCES = {
    letter: width
    for width, letters in (
        (0.35, 'Iijl ,./:;\\|’'),
        (0.4, '()-[]ft'),
        (0.5, '!r"*_`–°'),
        (0.6, 'FJLckszvxy?'),
        (0.7, 'ABCKRVXZ'),
        (0.8, 'DGHNOQU&'),
        (0.85, 'w#+<=>^~−×→'),
        (1.0, 'mMW%@…—'),
    )
    for letter in letters
}
COMMON, ACCENTED, FOREIGN = 0.65, 0.85, 1.35
# Neither XML nor UTF-8 can carry these.
UNPRINTABLE = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]')


def printable(words: str) -> str:
    """Return words on one line, with a mark for every character that no page can hold."""
    return ' '.join(UNPRINTABLE.sub('\ufffd', words).split())


def escape(words: str) -> str:
    """Write words as text or as a quoted attribute of HTML and SVG."""
    return html.escape(printable(words))


def number_text(value: float, digits: int = 3, signed: bool = False) -> str:
    """Write a number with a proper minus; NaN is an en dash, what rounds to 0 has no sign."""
    if math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return f'{"−" if value < 0.0 else "+" if signed else ""}∞'
    # Adding zero spares a rounded -0.000 its sign.
    rounded = round(value, digits) + 0.0
    kind = 'f' if abs(rounded) < MOST_PLAIN else 'e'
    sign = '+' if signed and rounded else ''
    return f'{rounded:{sign}.{digits}{kind}}'.replace('-', '−')


def cell_text(cell: Cell) -> str:
    """Write a cell's words, or its number without the interval; counts get a comma a thousand."""
    if isinstance(cell, Number):
        return number_text(cell.value, cell.digits, cell.signed)
    if isinstance(cell, int):
        # Years and seeds read better as they are.
        return f'{cell:{"," if abs(cell) >= 10_000 else ""}}'.replace('-', '−')
    return cell


def in_words(shown: str) -> str:
    """Return a number as it is written, or say in words that it is not defined."""
    return NOT_DEFINED if shown == UNDEFINED else shown


def has_interval(number: Number) -> bool:
    """Say whether a number has an interval to show."""
    return not (math.isnan(number.low) and math.isnan(number.high))


def interval_ends(number: Number) -> tuple[str, str]:
    """Write both ends of a number's interval in the number's own form."""
    low, high = (number_text(n, number.digits, number.signed) for n in (number.low, number.high))
    return low, high


def is_gain(cell: Cell) -> bool:
    """Say whether a cell is a difference that, as it is written, is above 0 with its interval."""
    if not isinstance(cell, Number):
        return False
    least = interval_ends(cell)[0] if has_interval(cell) else cell_text(cell)
    return cell_text(cell).startswith('+') and least.startswith('+')


def slug(words: str, taken: Iterable[str] = ()) -> str:
    """Make a name for links of words, of letters a-z, digits and -, that is not in ``taken``."""
    plain = unicodedata.normalize('NFKD', words).encode('ascii', 'ignore').decode().lower()
    name = re.sub('[^a-z0-9]+', '-', plain).strip('-') or 'part'
    others, number, unique = set(taken), 1, name
    while unique in others:
        number += 1
        unique = f'{name}-{number}'
    return unique


def text_width(words: str, size: float) -> float:
    """Estimate, rather too wide, the width of words in letters of ``size`` px."""
    return size * sum(_letter_width(letter) for letter in words)


def clip(words: str, room: float, size: float) -> str:
    """Cut words to at most ``room`` px, with an ellipsis where something is left out."""
    words = printable(words)
    if text_width(words, size) <= room:
        return words
    left = room - text_width('…', size)
    kept = 0
    while kept < len(words) and (left := left - text_width(words[kept], size)) >= 0.0:
        kept += 1
    return f'{words[:kept].rstrip()}…'


def wrap(words: str, room: float, size: float, most: int = 2) -> list[str] | None:
    """Break words into at most ``most`` lines of ``room`` px; None where they are longer."""
    lines: list[str] = ['']
    for word in printable(words).split():
        longer = f'{lines[-1]} {word}'.strip()
        if text_width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    lines = [line for line in lines if line] or ['']
    fits = len(lines) <= most and all(text_width(line, size) <= room for line in lines)
    return lines if fits else None


def _letter_width(letter: str) -> float:
    other = COMMON if letter < '\x7f' else ACCENTED if letter < '\u0250' else FOREIGN
    return ADVANCES.get(letter, other)
