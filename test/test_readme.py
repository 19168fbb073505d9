# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The README cannot rot: its commands run, its links lead somewhere, its defaults are true."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import pytest

from sageiq_ros import cli
from sageiq_ros.config import Config
from sageiq_ros.schema import settings

ROOT = Path(__file__).parents[1]
README = (ROOT / 'README.md').read_text(encoding='utf-8')
PAGES = sorted([ROOT / 'README.md', ROOT / 'CONTRIBUTING.md', *ROOT.glob('docs/*.md')])


def blocks(language):
    return re.findall(rf'```{language}\n(.*?)```', README, re.DOTALL)


def commands(program):
    lines = [line for block in blocks('sh') for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith(program)]


def test_the_commands_at_the_desk_run_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    cv2.imwrite('frame.png', noise)
    found = commands('sageiq ')
    assert len(found) >= 4
    for words in found:
        assert cli.main(words[1:]) == 0, words
    assert len((tmp_path / 'results.jsonl').read_text().splitlines()) == 3


def test_the_python_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    cv2.imwrite('frame.png', np.full((120, 160, 3), 127, np.uint8))
    (example,) = blocks('python')
    exec(example, {})
    assert re.match(r'0\.\d+ [A-Z]+ \[', capsys.readouterr().out)


@pytest.mark.parametrize('words', commands('make '), ids=' '.join)
def test_every_make_command_is_a_target(words):
    done = subprocess.run(['make', '-n', *words[1:]], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page):
    text = page.read_text(encoding='utf-8')
    for target in re.findall(r'\]\(([^)#]+)[^)]*\)', text):
        if '://' not in target:
            assert (page.parent / target).exists(), target


def test_the_parameter_table_shows_the_defaults():
    defaults = {name: value for name, value, _ in settings(Config())}
    table = README[README.index('| Parameter |') :].split('\n\n')[0]
    rows = [row.split('|')[1:3] for row in table.splitlines()[2:]]
    assert rows
    for names, values in rows:
        for name, shown in zip(
            re.findall('`(.+?)`', names), re.findall('`(.+?)`', values), strict=True
        ):
            value = defaults[name]
            assert shown == (f'[{", ".join(value)}]' if isinstance(value, tuple) else str(value))


def test_the_measured_numbers_are_those_of_the_bench():
    bench = json.loads((ROOT / 'docs' / 'bench_node.json').read_text())
    one = {name: median(turn[name] for turn in bench['one']) for name in bench['one'][0]}
    several = bench['several']
    age, frames = several['together']['age_ms'], several['together']['age_frames']
    table = README[README.index('| Measured on') :].split('\n\n')[0]
    shown = [row.split('|')[2].strip() for row in table.splitlines()[2:]]
    assert shown == [
        f'{one["saturated_hz"]:.1f}',
        f'{one["saturated_age_ms"]:.0f} ms, {one["saturated_age_p95_ms"]:.0f} ms',
        f'{one["node_mb"]:.0f} MB',
        f'{one["first_result_s"]:.1f} s',
        f'{one["idle_percent"]:.1f} %',
        f'{several["together"]["results_hz"]:.1f}',
        f'{age["median"]:.0f} ms, {age["p99"]:.0f} ms ({frames["p99"]:.2f} frames)',
        f'{several["shares"]["min"]:.2f} to {several["shares"]["max"]:.2f}',
    ]
