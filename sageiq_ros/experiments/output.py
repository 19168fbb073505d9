# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The files that ``sageiq evaluate paper`` leaves: the report three ways, and every number."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from sageiq_ros.evaluation.pages.blocks import Report
from sageiq_ros.evaluation.pages.html import page
from sageiq_ros.evaluation.pages.latex import latex_tables
from sageiq_ros.evaluation.pages.markdown import markdown
from sageiq_ros.experiments.work import Row

PAGE_FILE, MARKDOWN_FILE, LATEX_FILE = 'report.html', 'report.md', 'tables.tex'
NUMBERS_FILE, SCORES_FILE = 'paper.json', 'scores.csv'


def write_files(
    out: Path, report: Report, numbers: Mapping[str, Any], files: Mapping[str, str]
) -> list[Path]:
    """Write the report, its ``numbers`` and further texts into ``out``; returns the paths."""
    # Numbers first: they are there whatever becomes of a page.
    makers: dict[str, Callable[[], str]] = {
        NUMBERS_FILE: lambda: json.dumps(numbers, indent=1, allow_nan=False) + '\n',
        MARKDOWN_FILE: lambda: markdown(report),
        LATEX_FILE: lambda: latex_tables(report),
        PAGE_FILE: lambda: page(report),
    }
    for name, text in files.items():
        (out / name).write_text(text, encoding='utf-8')
    for name, make in makers.items():
        (out / name).write_text(make(), encoding='utf-8')
    return [out / name for name in (*makers, *files)]


def write_scores(out: Path, rows: Sequence[Row]) -> Path:
    """Write every score, in full precision, a row a line; what is not defined is left empty."""
    path = out / SCORES_FILE
    # A key is the name of a file, which need not be UTF-8.
    with path.open('w', newline='', encoding='utf-8', errors='backslashreplace') as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in fields(Row)])
        writer.writerows([_exact(value) for value in asdict(row).values()] for row in rows)
    return path


def _exact(value: Any) -> Any:
    return '' if isinstance(value, float) and math.isnan(value) else value
