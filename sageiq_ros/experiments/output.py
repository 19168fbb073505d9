# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The files that ``sageiq evaluate paper`` leaves: the report three ways, and every number."""

from __future__ import annotations

import csv
import json
import math
import platform
import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import fmean
from typing import Any

from sageiq_ros.evaluation.pages.blocks import Report
from sageiq_ros.evaluation.pages.html import page
from sageiq_ros.evaluation.pages.latex import latex_tables
from sageiq_ros.evaluation.pages.markdown import markdown
from sageiq_ros.experiments.agreement import METRICS, Agreement, Scores
from sageiq_ros.experiments.conditions import Condition
from sageiq_ros.experiments.overview import LeftOut
from sageiq_ros.experiments.published import AVERAGE
from sageiq_ros.experiments.work import Row

PAGE_FILE, MARKDOWN_FILE, LATEX_FILE = 'report.html', 'report.md', 'tables.tex'
NUMBERS_FILE, SCORES_FILE = 'paper.json', 'scores.csv'
PACKAGES = (
    'numpy', 'scipy', 'opencv-python-headless', 'openvino', 'openvino-genai', 'onnxruntime',
    'pyarrow', 'ray', 'torch', 'transformers', 'pyiqa',
)  # fmt: skip


def write_files(
    out: Path,
    report: Report,
    scores: Scores,
    rows: Sequence[Row],
    left_out: Sequence[LeftOut],
) -> list[Path]:
    """Write everything into the folder ``out``; returns the paths."""
    texts = {
        PAGE_FILE: page(report),
        MARKDOWN_FILE: markdown(report),
        LATEX_FILE: latex_tables(report),
        NUMBERS_FILE: json.dumps(_numbers(report, scores, rows, left_out), indent=1) + '\n',
    }
    for name, text in texts.items():
        (out / name).write_text(text, encoding='utf-8')
    write_scores(out, rows)
    return [out / name for name in (*texts, SCORES_FILE)]


def write_scores(out: Path, rows: Sequence[Row]) -> None:
    """Write every score, in full precision, a row a line; what is not defined is left empty."""
    with (out / SCORES_FILE).open('w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in fields(Row)])
        writer.writerows([_exact(value) for value in asdict(row).values()] for row in rows)


def versions() -> dict[str, str]:
    """Name the versions that results may depend on."""
    found = []
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found.append(f'{name} {version(name)}')
    own = 'not installed'
    with suppress(PackageNotFoundError):
        own = version('sageiq_ros')
    return {
        'command': shlex.join(['sageiq', *sys.argv[1:]]),
        'sageiq_ros': own,
        'python': platform.python_version(),
        'packages': ', '.join(found),
    }


def _numbers(
    report: Report, scores: Scores, rows: Sequence[Row], left_out: Sequence[LeftOut]
) -> Mapping[str, Any]:
    found = []
    for condition in sorted({row.condition for row in rows}):
        for scorer in scores.scorers:
            for dataset in scores.datasets:
                if scores.rows(scorer, dataset, condition):
                    agreement = scores.agreement(scorer, dataset, condition)
                    cell = _cell(scorer, dataset, condition, agreement)
                    found.append({**cell, **_means(scores.rows(scorer, dataset, condition))})
            average = scores.average(scorer, condition)
            if average.count:
                found.append(_cell(scorer, AVERAGE, condition, average))
    return {
        'provenance': dict(report.provenance),
        'headline': [{'value': value, 'what': what} for value, what in report.figures],
        'agreement': found,
        'left_out': [asdict(one) for one in left_out],
    }


def _cell(scorer: str, dataset: str, condition: Condition, agreement: Agreement) -> dict[str, Any]:
    estimates = {metric: agreement[metric] for metric in METRICS}
    return {
        'scorer': scorer,
        'dataset': dataset,
        **asdict(condition),
        'n': agreement.count,
        **{
            metric: [_plain(value) for value in (e.value, e.low, e.high)]
            for metric, e in estimates.items()
        },
    }


def _means(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the mean distance of score and label, and the mean aim; None where undefined."""
    errors = [abs(row.score - row.label) for row in rows]
    aims = [row.aim for row in rows if not math.isnan(row.aim)]
    return {
        'mean_error': _plain(fmean(errors)),
        'aim': _plain(fmean(aims)) if aims else None,
    }


def _exact(value: Any) -> Any:
    return '' if isinstance(value, float) and math.isnan(value) else value


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 6)
    return value
