# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo leaves behind: report, table, recorded results, the node's log."""

from __future__ import annotations

import os
import platform
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from sageiq_ros.bags.make import make_bag
from sageiq_ros.bags.reader import BagReader, is_bag
from sageiq_ros.bags.recording import BagSource
from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.bags.typestore import BagError
from sageiq_ros.config import ScorerConfig
from sageiq_ros.evaluation.drive import DriveSummary, summarize
from sageiq_ros.evaluation.extremes import worst_and_best
from sageiq_ros.evaluation.report import ReportInput, write_report
from sageiq_ros.evaluation.results_table import ResultsTable
from sageiq_ros.types import SageIQError, State

if TYPE_CHECKING:
    from sageiq_ros.nodes.demo_run import DemoRun

SHOWN = 3


class DemoFolder:
    """Own the output folder; files of an earlier demo in it are replaced, others left alone.

    ``results`` is the table, to be filled frame by frame.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bag = path / 'tar_quality'
        self.report = path / 'report.html'
        self.table = path / 'results.csv'
        self.log = path / 'node.log'
        self.drive = path / 'rendered_street'
        try:
            path.mkdir(parents=True, exist_ok=True)
            for file in (self.report, self.table, self.log):
                file.unlink(missing_ok=True)
            if self.bag.is_dir() and is_bag(self.bag):
                shutil.rmtree(self.bag)
        except OSError as error:
            raise SageIQError(f'Cannot write to the folder {path}: {error.strerror}.') from error
        self.results = ResultsTable(self.table)

    def rendered_drive(self, street: StreetSource) -> BagSource:
        """Render the street into a bag, or take the equal one that an earlier demo left."""
        if self.drive.is_dir() and is_bag(self.drive):
            with suppress(BagError), BagReader(self.drive) as reader:
                if reader.source == street.name and not reader.remark:
                    return self._drive_source(street)
            shutil.rmtree(self.drive)
        making = make_bag(street, self.drive, compressed=True)
        try:
            for _ in tqdm(making, total=street.count, desc='rendering', unit='frame'):
                pass
        except BaseException:
            # An unfinished drive carries the name of the whole one.
            making.close()
            shutil.rmtree(self.drive, ignore_errors=True)
            raise
        return self._drive_source(street)

    def _drive_source(self, street: StreetSource) -> BagSource:
        source = BagSource(self.drive)
        source.name = f'the rendered street, seed {street.seed}'
        return source

    def write(self, demo: DemoRun, thresholds: ScorerConfig, command: str) -> str:
        """Write the report; returns the summary to print."""
        summary = summarize(demo.results, demo.elapsed_s)
        # Before the source is read again, which then counts its faults anew.
        remarks = _remarks(demo, summary)
        worst, best = worst_and_best(demo.results, SHOWN, lambda chosen: demo.source)
        content = ReportInput(
            title='Picture quality of a drive',
            lead=f'{summary.answered} frames of {demo.source.name}, assessed by SageIQ.',
            results=demo.results,
            summary=summary,
            good=thresholds.good,
            poor=thresholds.poor,
            worst=worst,
            best=best,
            provenance=_provenance(demo, command),
            remarks=remarks,
        )
        write_report(self.report, content)
        return self._describe(summary)

    def _describe(self, summary: DriveSummary) -> str:
        states = ', '.join(
            f'{summary.states[state]} {state.name.lower()}'
            for state in State
            if summary.states[state]
        )
        share = 100 * summary.with_triplets / summary.sent
        total, age = summary.stages['total'].median, summary.age.median
        return (
            f'\n{summary.sent} frames in, {summary.answered} results out, {summary.dropped} '
            f'dropped; {share:.0f} % of the frames carry triplets.\n'
            f'Score: median {summary.median_score:.2f}; states: {states or "none"}.\n'
            f'Time in the node: median {total:.0f} ms; age of a result: median {age:.0f} ms; '
            f'results per second: {summary.results_per_s:.1f}.\n'
            f'\n  report   {self.report}\n  table    {self.table}\n  bag      {self.bag}\n'
            f'  log      {self.log}'
        )


def _provenance(demo: DemoRun, command: str) -> dict[str, str]:
    answered = [result.assessment for result in demo.results if result.assessment]
    last = answered[-1] if answered else None
    engines = (
        {
            'task': last.query,
            'scene graph': last.scene_graph,
            'analyzer': last.analyzer,
            'scorer': last.scorer,
        }
        if last
        else {}
    )
    return {
        'input': demo.source.name,
        **engines,
        'node ready after': f'{demo.startup_s:.1f} s',
        'machine': f'{platform.machine()}, {os.cpu_count()} processors, {platform.system()}',
        'Python': platform.python_version(),
        'made': f'{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}',
        'command': command,
    }


def _remarks(demo: DemoRun, summary: DriveSummary) -> list[str]:
    pacing = (
        'The frames went to the node as raw images over DDS, each when the result of the one '
        f'before had come, and at most {demo.rate_hz:g} per second.'
    )
    remarks = [pacing, *demo.remarks]
    if summary.dropped:
        remarks.append(f'{summary.dropped} frames got no result in time.')
    if demo.source.remark:
        remarks.append(demo.source.remark)
    if demo.source.skipped:
        more = len(demo.source.skipped) - 5
        remarks.append(
            f'{len(demo.source.skipped)} pictures could not be read: '
            + ' '.join(demo.source.skipped[:5])
            + (f' And {more} more.' if more > 0 else '')
        )
    return remarks
