# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What tables of every format share."""

from __future__ import annotations

from sageiq_ros.evaluation.pages.blocks import Gallery, Row, Table

MOST_ROOMY_COLUMNS = 8


def check(table: Table) -> None:
    """Raise ValueError where a row or the groups of a table do not fit its heads."""
    columns = len(table.heads)
    for number, row in enumerate(table.rows, 1):
        if len(row.cells) != columns:
            raise ValueError(
                f'row {number} of "{table.name}" has {len(row.cells)} cells for {columns} heads'
            )
    spanned = sum(span for _, span in table.groups)
    if table.groups and spanned != columns:
        raise ValueError(f'the groups of "{table.name}" span {spanned} of {columns} columns')


def is_dense(table: Table) -> bool:
    """Say whether a table has so many columns that it must be set in small type to fit."""
    return len(table.heads) > MOST_ROOMY_COLUMNS


def gallery_texts(gallery: Gallery) -> Table:
    """Return the texts of a gallery as a table, a column an example under its name.

    Raises ValueError where examples, texts and names are not as many, or texts differ in length.
    """
    if len(gallery.texts) != len(gallery.columns):
        raise ValueError(
            f'"{gallery.name}" has {len(gallery.columns)} examples and {len(gallery.texts)} texts'
        )
    rows = [
        Row((name, *cells)) for name, *cells in zip(gallery.text_rows, *gallery.texts, strict=True)
    ]
    numbered = (f'example {number}' for number in range(1, len(gallery.columns) + 1))
    table = Table(gallery.name, ('', *(gallery.names or numbered)), rows, note=gallery.note)
    check(table)
    return table
