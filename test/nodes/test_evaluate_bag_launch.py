# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The launch file that evaluates a bag: described in full, and run where ROS 2's launch is."""

import csv
import json

import pytest
from launch_runs import ENTRY_POINTS, NEEDS_LAUNCH, LaunchFile, Package, said_until_the_end

from sageiq_ros.bags.make import make_bag
from sageiq_ros.bags.rendered import StreetSource

FILE = LaunchFile('evaluate_bag.launch.py')
REQUIRED = ['bag']
OPTIONAL = [
    'topic', 'params_file', 'out', 'labels', 'rate', 'player', 'drain', 'namespace', 'log_level',
]  # fmt: skip
FRAMES = 4


def test_every_argument_has_a_sentence_and_all_but_the_bag_a_default():
    FILE.assert_arguments(REQUIRED, OPTIONAL)


def test_the_description_holds_no_logic():
    FILE.assert_plain()


def test_the_package_installs_what_it_starts():
    assert FILE.executables() == {'sageiq_evaluator', 'sageiq'}
    assert FILE.executables() <= set(ENTRY_POINTS)


def test_launch_itself_takes_the_file():
    assert FILE.arguments()[: len(REQUIRED + OPTIONAL)] == REQUIRED + OPTIONAL


def test_a_bag_is_played_and_evaluated_and_everything_ends(tmp_path):
    pytest.importorskip('launch_ros', reason=NEEDS_LAUNCH)
    bag, out = tmp_path / 'bag', tmp_path / 'out'
    for _ in make_bag(StreetSource(FRAMES, rate_hz=0.5), bag):
        pass
    config = tmp_path / 'parameters.yaml'
    config.write_text('/**: {ros__parameters: {analyzer: {mode: prior}}}\n')
    labels = tmp_path / 'labels.csv'
    labels.write_text('frame,score\n' + ''.join(f'{n},{n / 4}\n' for n in range(FRAMES)))
    package = Package(tmp_path / 'prefix')
    package.add_all()
    arguments = {'bag': bag, 'player': 'sageiq', 'params_file': config, 'out': out}
    arguments |= {'labels': labels, 'drain': '3.0'}
    said_until_the_end(package.start(FILE.path, arguments, tmp_path / 'log'))
    with (out / 'results.csv').open(newline='') as file:
        table = list(csv.DictReader(file))
    assert len(table) == FRAMES and all(row['score'] for row in table)
    summary = json.loads((out / 'summary.json').read_text())
    assert summary['comparison']['n'] == FRAMES
    assert (out / 'report.html').is_file()
