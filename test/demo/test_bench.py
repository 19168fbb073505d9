# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bench node``: what it measures is there, consistent, and kept."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from sageiq_ros.cli import main
from sageiq_ros.nodes import bench_run
from sageiq_ros.nodes.process import NodeProcess


@pytest.fixture
def with_double(monkeypatch, domain):
    """Measure the pipeline double of test/nodes, which takes next to no time."""
    doubles = str(Path(__file__).parents[1] / 'nodes')
    monkeypatch.syspath_prepend(doubles)
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join([doubles, os.environ['PYTHONPATH']]))
    monkeypatch.setenv('ROS_DOMAIN_ID', str(domain))
    from pipeline_double import DoublePipeline

    monkeypatch.setattr(bench_run, 'build_pipeline', DoublePipeline)
    monkeypatch.setattr(bench_run, 'NodeProcess', partial(NodeProcess, module='pipeline_double'))


def test_it_measures_node_and_baseline_and_keeps_every_run(with_double, tmp_path, capsys):
    cv2.imwrite(str(tmp_path / 'a.png'), np.full((48, 64, 3), 99, np.uint8))
    arguments = ['--repeats', '2', '--seconds', '0.5', '--rate', '40']
    kept = tmp_path / 'bench.json'
    command = ['bench', 'node', '--input', str(tmp_path), *arguments, '--json', str(kept)]
    assert main(command) == 0
    measured = json.loads(kept.read_text())
    assert (measured['input']['width'], measured['input']['height']) == (64, 48)
    assert len(measured['runs']) == 2
    for run in measured['runs']:
        assert run['paced_ratio'] == run['paced_hz'] / run['pipeline_hz']
        # Twenty or, with the rounding of times, twenty-one frames are sent in half a second.
        assert 0.0 < run['saturated_hz'] <= 42.0
        assert 0.0 < run['saturated_age_ms'] <= run['saturated_age_p95_ms']
        assert run['first_result_s'] > 0.0
        assert run['node_mb'] > 20.0
    values = sorted(run['paced_hz'] for run in measured['runs'])
    assert measured['median']['paced_hz'] == pytest.approx(sum(values) / 2)
    printed = capsys.readouterr().out
    assert printed.startswith('64x48 bgr8, median of 2 runs')
    assert 'baseline: Pipeline called frame by frame' in printed


def test_memory_and_children_are_those_of_the_process():
    inner = 'print("up", flush=True); input()'
    code = f'import subprocess, sys; subprocess.run([sys.executable, "-c", {inner!r}])'
    with subprocess.Popen(
        [sys.executable, '-c', code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b'up\n'
        started = bench_run.children(process.pid)
        assert bench_run.peak_memory_mb(process.pid) > 1.0
        assert bench_run.process_status(started[0])['PPid'] == str(process.pid)
        process.communicate(b'\n')
    assert bench_run.children(process.pid) == []
    assert bench_run.peak_memory_mb(process.pid) == 0.0
