# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Tables and galleries of a report as HTML."""

from __future__ import annotations

import base64

import cv2
import numpy as np

from sageiq_ros.evaluation.pages.blocks import Cell, Gallery, Number, Row, Table
from sageiq_ros.evaluation.pages.tables import check, gallery_texts, is_dense
from sageiq_ros.evaluation.pages.text import (
    NOT_DEFINED,
    UNDEFINED,
    cell_text,
    escape,
    has_interval,
    interval_ends,
    is_gain,
)
from sageiq_ros.types import Image

MOST_PX, QUALITY = 640, 86


def table_html(table: Table) -> str:
    """Lay a table out; it raises ValueError where rows or groups do not fit the heads."""
    check(table)
    words = table.text_columns
    heads = ''.join(
        f'<th scope="col"{_word(index < words)}>{escape(head)}</th>'
        for index, head in enumerate(table.heads)
    )
    groups = ''.join(
        f'<th scope="colgroup" colspan="{span}" class="group"><span>{escape(title)}</span></th>'
        if title
        else f'<td colspan="{span}"></td>'
        for title, span in table.groups
    )
    groups = f'<tr>{groups}</tr>' if groups else ''
    body = ''.join(_row(row, words) for row in table.rows)
    kind = 'numbers dense' if is_dense(table) else 'numbers'
    return (
        f'<table class="{kind}" aria-label="{escape(table.name)}"><thead>{groups}'
        f'<tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    )


def gallery_html(gallery: Gallery) -> str:
    """Lay pictures out in columns, their texts below; pictures are data URLs of at most 640 px."""
    texts = gallery_texts(gallery)
    examples = texts.heads[1:]
    rows = []
    for index, name in enumerate(gallery.rows):
        cells = ''.join(
            f'<td><img src="{data_url(column[index])}" '
            f'alt="{escape(f"{name}, {example}; {gallery.name}")}"></td>'
            for column, example in zip(gallery.columns, examples, strict=True)
        )
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    rows += [f'<tr class="texts">{_cells(row, 0)}</tr>' for row in texts.rows]
    return (
        f'<table class="gallery" aria-label="{escape(gallery.name)}"><tbody>{"".join(rows)}'
        '</tbody></table>'
    )


def data_url(image: Image) -> str:
    """Encode a BGR picture as JPEG, its longer side at most ``MOST_PX``."""
    scale = min(1.0, MOST_PX / max(image.shape[:2]))
    if scale < 1.0:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(
        '.jpg', np.ascontiguousarray(image), (cv2.IMWRITE_JPEG_QUALITY, QUALITY)
    )
    return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}'


def _row(row: Row, words: int) -> str:
    kinds = [name for name, on in (('paper', row.paper), ('strong', row.strong)) if on]
    kind = f' class="{" ".join(kinds)}"' if kinds else ''
    return f'<tr{kind}>{_cells(row, words)}</tr>'


def _cells(row: Row, words: int) -> str:
    """Write the cells of a row, which its first names; the first ``words`` are set as words."""
    return ''.join(
        _cell(cell, 'td' if index else 'th scope="row"', index < words)
        for index, cell in enumerate(row.cells)
    )


def _cell(cell: Cell, tag: str, word: bool) -> str:
    shown = escape(cell_text(cell))
    if isinstance(cell, Number):
        if shown == UNDEFINED:
            heard = f'<span class="heard">{NOT_DEFINED}</span>'
            shown = f'<span aria-hidden="true">{shown}</span>{heard}'
        if has_interval(cell):
            shown += f'<small>{" … ".join(interval_ends(cell))}</small>'
    kind = ' class="gain"' if is_gain(cell) else _word(word)
    return f'<{tag}{kind}>{shown}</{tag[:2]}>'


def _word(word: bool) -> str:
    return ' class="word"' if word else ''
