# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq demo`` as a user runs it: what it leaves, and how it ends when something goes wrong."""

import csv
import os
import signal
import subprocess
import sys

import cv2
import pytest

from sageiq_ros.bags.reader import BagReader
from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.bench.process_use import children
from sageiq_ros.cli import main

FRAMES = 6
WAIT_S = 120.0


@pytest.fixture(scope='module')
def pictures(tmp_path_factory):
    """Return a folder of rendered pictures."""
    folder = tmp_path_factory.mktemp('pictures')
    for number, frame in enumerate(StreetSource(FRAMES, seed=3, rate_hz=1.0)):
        cv2.imwrite(str(folder / f'{number}.png'), frame.image)
    return folder


@pytest.fixture
def demo(domain):
    """Return a function that starts the demo; it is ended after the test."""
    running = []

    def start(*arguments):
        running.append(
            subprocess.Popen(
                [sys.executable, '-u', '-m', 'sageiq_ros.cli', 'demo', *map(str, arguments)],
                env={**os.environ, 'ROS_DOMAIN_ID': str(domain)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return running[-1]

    yield start
    for process in running:
        for child in children(process.pid):
            os.kill(child, signal.SIGKILL)
        process.kill()
        process.communicate()


def until_row(process, number):
    """Read the live table up to the row of a frame."""
    for line in process.stdout:
        if line.split()[:1] == [str(number)]:
            return
    pytest.fail(f'no row of frame {number}; it said: {process.stderr.read()}')


def rows(output):
    with (output / 'results.csv').open(newline='') as file:
        return list(csv.DictReader(file))


def test_it_leaves_report_table_and_bag_with_every_frame(demo, pictures, tmp_path):
    process = demo('--input', pictures, '--output', tmp_path / 'out')
    output, errors = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, errors
    assert f'{FRAMES} frames in, {FRAMES} results out, 0 dropped' in output
    table = rows(tmp_path / 'out')
    assert [row['name'] for row in table] == [f'{number}.png' for number in range(FRAMES)]
    assert all(0.0 <= float(row['score']) <= 1.0 for row in table)
    with BagReader(tmp_path / 'out' / 'tar_quality') as reader:
        stamps = []
        for message in reader.messages(['/sageiq/tar_quality']):
            header = reader.decode(message).header
            stamps.append(header.stamp.sec * 10**9 + header.stamp.nanosec)
    assert stamps == [int(row['stamp_ns']) for row in table]
    assert 'W1 ·' in (tmp_path / 'out' / 'report.html').read_text()


def test_ctrl_c_ends_it_with_a_report_of_what_there_is(demo, pictures, tmp_path):
    process = demo('--input', pictures, '--output', tmp_path / 'out', '--rate', '1')
    until_row(process, 1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0 and 'Traceback' not in errors
    assert 2 <= len(rows(tmp_path / 'out')) < FRAMES
    assert 'It was interrupted after' in (tmp_path / 'out' / 'report.html').read_text()
    with BagReader(tmp_path / 'out' / 'tar_quality') as reader:
        assert reader.message_count >= 2


def test_a_node_that_dies_is_told_with_its_last_words_and_what_there_is_kept(
    demo, pictures, tmp_path
):
    process = demo('--input', pictures, '--output', tmp_path / 'out', '--rate', '1')
    until_row(process, 1)
    (node, *_) = children(process.pid)
    os.kill(node, signal.SIGKILL)
    _, errors = process.communicate(timeout=WAIT_S)
    assert process.returncode == 2 and 'Traceback' not in errors
    assert 'The node ended by itself (signal 9); its last words' in errors
    assert len(rows(tmp_path / 'out')) >= 2


def test_an_input_that_is_not_there_is_one_sentence(tmp_path, capsys):
    assert main(['demo', '--input', str(tmp_path / 'no'), '--output', str(tmp_path / 'out')]) == 2
    assert 'There is no' in capsys.readouterr().err
    assert not (tmp_path / 'out').exists()
