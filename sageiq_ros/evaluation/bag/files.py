# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the evaluation of a drive leaves behind: table, summary and report."""

from __future__ import annotations

import json
import os
import platform
from datetime import datetime
from pathlib import Path

from sageiq_ros.config import ScorerConfig
from sageiq_ros.evaluation.bag.comparison import compare
from sageiq_ros.evaluation.bag.labels import MatchedLabels
from sageiq_ros.evaluation.bag.remarks import not_decoded
from sageiq_ros.evaluation.bag.run import BagRun
from sageiq_ros.evaluation.bag.section import comparison_section
from sageiq_ros.evaluation.bag.summary import describe, summary_values
from sageiq_ros.evaluation.drive import summarize
from sageiq_ros.evaluation.extremes import worst_and_best
from sageiq_ros.evaluation.report import ReportInput, write_report
from sageiq_ros.evaluation.results_table import ResultsTable
from sageiq_ros.types import SageIQError

SHOWN = 5


class EvaluationFolder:
    """Own the output folder; files of an earlier evaluation in it are replaced.

    ``results`` is the table, to be filled frame by frame. Raises SageIQError where the folder
    cannot be written to.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.report = path / 'report.html'
        self.table = path / 'results.csv'
        self.summary = path / 'summary.json'
        try:
            path.mkdir(parents=True, exist_ok=True)
            for file in (self.report, self.table, self.summary):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise self._fault(error) from error
        self.results = ResultsTable(self.table)

    def write(
        self, run: BagRun, labels: MatchedLabels | None, thresholds: ScorerConfig, command: str
    ) -> str:
        """Compare the run with its labels and write what the table is not.

        Returns the text to print. Raises SageIQError where a file cannot be written, or a frame
        to be shown not be read again.
        """
        self.results.close()
        try:
            return self._write(run, labels, thresholds, command)
        except OSError as error:
            raise self._fault(error) from error

    def _fault(self, error: OSError) -> SageIQError:
        return SageIQError(f'Cannot write to the folder {self._path}: {error.strerror}.')

    def _write(
        self, run: BagRun, labels: MatchedLabels | None, thresholds: ScorerConfig, command: str
    ) -> str:
        summary = summarize(run.results, run.spent_s)
        comparison = compare(run.results, labels) if labels else None
        values = summary_values(run, summary, comparison, command)
        self.summary.write_text(json.dumps(values, indent=2) + '\n', encoding='utf-8')
        worst, best = worst_and_best(run.results, SHOWN, run.frames.again)
        content = ReportInput(
            title='Picture quality of a recorded drive',
            lead=f'{summary.answered} frames of {run.frames.name}, assessed by SageIQ.',
            results=run.results,
            summary=summary,
            good=thresholds.good,
            poor=thresholds.poor,
            worst=worst,
            best=best,
            provenance=_provenance(run, labels, command),
            remarks=_remarks(run),
            speed=run.speed,
            labels=_shown(run, labels),
            comparison=comparison_section(comparison) if comparison else '',
        )
        write_report(self.report, content)
        return (
            f'{describe(run, summary, comparison)}\n\n'
            f'  report   {self.report}\n  table    {self.table}\n  summary  {self.summary}'
        )


def _shown(run: BagRun, labels: MatchedLabels | None) -> dict[int, float]:
    numbers = {result.index for result in run.results}
    of_frame = labels.of_frame if labels else {}
    return {number: label for number, label in of_frame.items() if number in numbers}


def _remarks(run: BagRun) -> list[str]:
    remarks = list(run.remarks)
    skipped = run.frames.skipped
    if skipped:
        remarks.append(not_decoded(skipped))
    return remarks


def _provenance(run: BagRun, labels: MatchedLabels | None, command: str) -> dict[str, str]:
    entries = {'input': run.frames.name}
    if labels:
        entries['labels'] = labels.name
    last = next((r.assessment for r in reversed(run.results) if r.assessment), None)
    if last:
        entries |= {
            'task': last.query,
            'scene graph': last.scene_graph,
            'analyzer': last.analyzer,
            'scorer': last.scorer,
        }
    return {
        **entries,
        'machine': f'{platform.machine()}, {os.cpu_count()} processors, {platform.system()}',
        'Python': platform.python_version(),
        'made': f'{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}',
        'command': command,
    }
