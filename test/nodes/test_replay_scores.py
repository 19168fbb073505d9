# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A bag that is replayed gives its frames the scores of the offline evaluator, at any speed.

The shipped engines run in another process, under the time of the bag; frames that gave way to
newer ones have no score there.
"""

import subprocess
import sys
from collections import defaultdict
from contextlib import closing

import pytest

from sageiq_ros.bags.make import make_bag
from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.config import PipelineConfig
from sageiq_ros.evaluation.bag.frames import BagFrames
from sageiq_ros.evaluation.bag.run import BagRun
from sageiq_ros.evaluation.bag.work import AssessFrames
from sageiq_ros.evaluation.results_table import ResultsTable
from sageiq_ros.executors.local import LocalExecutor
from sageiq_ros.nodes.process import NodeProcess
from sageiq_ros.schema import updated

FRAMES, RATE_HZ = 6, 2.0
# Nobody acknowledges images: while the node or a player is held up, some give way or are lost.
ENOUGH = 3
START_S = 120.0
# A message holds 32 bits of a number that the evaluator keeps in 64.
TOLERANCE = 1e-6


@pytest.fixture(scope='module')
def drive(tmp_path_factory):
    """Write a short drive, and the score of each frame by the evaluator, by its stamp."""
    folder = tmp_path_factory.mktemp('drive')
    bag = folder / 'street'
    for _ in make_bag(StreetSource(FRAMES, rate_hz=RATE_HZ), bag, compressed=True):
        pass
    config = updated(PipelineConfig(), {'analyzer.mode': 'prior'})
    executor = LocalExecutor()
    with closing(ResultsTable(folder / 'results.csv')) as table:
        run = BagRun(BagFrames(bag), table)
        run.go(executor, AssessFrames.by(executor, config))
    return bag, {result.stamp_ns: result.score for result in run.results}


@pytest.fixture
def node(drive, probe, tmp_path):
    """Start the node under the bag's time and wait until it waits for images."""
    topic = BagFrames(drive[0]).topic
    arguments = (
        *('-r', '__ns:=/sageiq'),
        *('-p', f'cameras:=["{topic}"]'),
        *('-p', 'use_sim_time:=true'),
        *('-p', 'analyzer.mode:=prior'),
    )
    with NodeProcess(tmp_path / 'node.log', arguments) as process:
        probe.status(f'camera {topic}', timeout=START_S)
        yield process


@pytest.fixture
def play(drive):
    """Return a function that starts a player of the drive; it ends with the test."""
    players = []

    def start(*options):
        command = [sys.executable, '-m', 'sageiq_ros.cli', 'bag', 'play', str(drive[0])]
        players.append(
            subprocess.Popen([*command, '--clock', '--wait', '20', *options], text=True)
        )
        return players[-1]

    yield start
    for player in players:
        player.kill()
        player.wait()


def scores(results):
    """Group the scores of results by their stamps in nanoseconds."""
    found = defaultdict(list)
    for result in results:
        stamp = result.header.stamp
        found[stamp.sec * 1_000_000_000 + stamp.nanosec].append(result.score)
    return found


@pytest.mark.parametrize('speed', ['1', '2'])
def test_a_replayed_frame_has_the_score_of_the_evaluator(drive, node, play, probe, speed):
    player = play('--rate', speed)
    probe.until(lambda: player.poll() is not None, 'end of the bag', START_S)
    probe.until(lambda: len(probe.results) >= ENOUGH, 'result of enough frames')
    found = scores(probe.results)
    for stamp_ns, (score,) in found.items():
        assert score == pytest.approx(drive[1][stamp_ns], abs=TOLERANCE)


def test_a_bag_that_starts_over_gives_the_same_scores_again(drive, node, play, probe):
    play('--rate', '2', '--loop')
    probe.until(
        lambda: sum(len(twice) >= 2 for twice in scores(probe.results).values()) >= ENOUGH,
        'second round of the bag',
        START_S,
    )
    for stamp_ns, again in scores(probe.results).items():
        assert again == pytest.approx([drive[1][stamp_ns]] * len(again), abs=TOLERANCE)
    entry = probe.status(f'camera {BagFrames(drive[0]).topic}', timeout=START_S)
    values = {item.key: item.value for item in entry.values}
    assert int(values['stamps that went back']) >= 1
