# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Tables and galleries of a report as HTML."""

from __future__ import annotations

import base64

import cv2
import numpy as np

from sageiq_ros.evaluation.pages.blocks import Cell, Gallery, Number, Row, Table
from sageiq_ros.evaluation.pages.tables import check, gallery_texts
from sageiq_ros.evaluation.pages.text import (
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
    return (
        f'<table class="numbers" aria-label="{escape(table.name)}"><thead>{groups}'
        f'<tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    )


def gallery_html(gallery: Gallery) -> str:
    """Lay pictures out in columns, their texts below; pictures are data URLs of at most 640 px."""
    rows = []
    for index, name in enumerate(gallery.rows):
        cells = ''.join(
            f'<td><img src="{data_url(column[index])}" '
            f'alt="{escape(name)}, example {number}"></td>'
            for number, column in enumerate(gallery.columns, 1)
        )
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    for row in gallery_texts(gallery).rows:
        head, *texts = row.cells
        cells = ''.join(_cell(text, False) for text in texts)
        rows.append(
            f'<tr class="texts"><th scope="row">{escape(cell_text(head))}</th>{cells}</tr>'
        )
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
    cells = ''.join(_cell(cell, index < words) for index, cell in enumerate(row.cells))
    return f'<tr{kind}>{cells}</tr>'


def _cell(cell: Cell, word: bool) -> str:
    shown = escape(cell_text(cell))
    if isinstance(cell, Number):
        if shown == UNDEFINED:
            shown = f'<span aria-hidden="true">{shown}</span><span class="heard">undefined</span>'
        if has_interval(cell):
            shown += f'<small>{" … ".join(interval_ends(cell))}</small>'
    if is_gain(cell):
        return f'<td class="gain">{shown}</td>'
    return f'<td{_word(word)}>{shown}</td>'


def _word(word: bool) -> str:
    return ' class="word"' if word else ''
