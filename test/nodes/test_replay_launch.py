# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The launch file that replays a bag: described in full, and run where ROS 2's launch is."""

import ast
import json
import shutil
import signal
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from launch_runs import (
    ENTRY_POINTS,
    LAUNCH_S,
    NEEDS_LAUNCH,
    ROOT,
    LaunchFile,
    Package,
    said_by_the_end,
    said_until_the_end,
)

from sageiq_ros.bags.messages import RAW_TYPE, TRUTH_TYPE, raw_image, truth
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.nodes.process import NAMESPACE
from sageiq_ros.types import SceneGraph

FILE = LaunchFile('replay.launch.py')
REQUIRED = ['bag']
OPTIONAL = ['rate', 'loop', 'cameras', 'profile', 'params_file', 'gate', 'rviz', 'player']
OWN = ['/sageiq/tar_quality', '/sageiq/overlay', '/sageiq/gate_state', '/diagnostics']
DOUBLE = ROOT / 'test' / 'nodes' / 'pipeline_double.py'
RECORD = 'import json, sys; json.dump(sys.argv[2:], open(sys.argv[1], "w"))'
PERIOD_NS = 200_000_000
STAMPS = [PERIOD_NS * number for number in range(1, 6)]


def test_every_argument_has_a_sentence_and_all_but_the_bag_a_default():
    FILE.assert_arguments(REQUIRED, OPTIONAL)


def test_the_file_holds_no_logic():
    FILE.assert_plain()


def test_launch_itself_takes_the_file():
    assert FILE.arguments()[: len(REQUIRED + OPTIONAL)] == REQUIRED + OPTIONAL


def test_the_package_installs_what_it_starts():
    assert FILE.executables() == {'sageiq'} <= set(ENTRY_POINTS)


def ended(status):
    return SimpleNamespace(process_name='sageiq-1', returncode=status)


def context(player='sageiq', is_shutdown=False):
    return SimpleNamespace(launch_configurations={'player': player}, is_shutdown=is_shutdown)


def test_a_process_that_fails_by_itself_ends_everything():
    end_by_failure = FILE.function('end_by_failure')
    with pytest.raises(RuntimeError, match='sageiq-1 failed with status 2'):
        end_by_failure(ended(2), context())
    assert end_by_failure(ended(0), context()) is None
    assert end_by_failure(ended(-2), context(is_shutdown=True)) is None


def test_nothing_is_played_when_waiting_failed():
    start_player = FILE.function('start_player', shutil=shutil)
    assert start_player(['player'], ended(2), context()) == []
    assert start_player(['player'], ended(0), context()) == ['player']


def test_without_ros2_bag_the_other_player_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv('PATH', str(tmp_path))
    start_player = FILE.function('start_player', shutil=shutil)
    with pytest.raises(RuntimeError, match='with player:=sageiq'):
        start_player(['player'], ended(0), context('ros2'))
    assert start_player(['player'], ended(0), context('sageiq')) == ['player']


def test_whatever_ends_is_asked_and_the_wait_knows_cameras_and_namespace_of_the_node():
    handlers = [ast.unparse(call) for call in FILE.calls('OnProcessExit')]
    assert handlers == ['OnProcessExit(on_exit=end_by_failure)']
    (waiting,) = [
        text for call in FILE.calls('ExecuteProcess') if "'wait'" in (text := ast.unparse(call))
    ]
    assert "bag, '--cameras', LaunchConfiguration('cameras')]" in waiting
    assert 'on_exit=partial(start_player, [ros2_player, sageiq_player])' in waiting
    (included,) = map(ast.unparse, FILE.calls('IncludeLaunchDescription'))
    assert f"'namespace': '{NAMESPACE.strip('/')}'" in included


@pytest.fixture
def bag(tmp_path):
    """Return a drive at 5 Hz in which a result was recorded too."""
    with BagWriter(tmp_path / 'bag') as writer:
        for number, stamp in enumerate(STAMPS, 1):
            image = np.full((6, 8, 3), 40 * number, np.uint8)
            writer.write('/image_raw', RAW_TYPE, stamp, raw_image(image, stamp, 'camera'))
            old = truth(SceneGraph(), stamp, 'recorded', '/image_raw', (8, 6))
            writer.write('/sageiq/tar_quality', TRUTH_TYPE, stamp, old)
    return tmp_path / 'bag'


@pytest.fixture
def package(tmp_path):
    """Lay out the package with the node's pipeline replaced by its double."""
    pytest.importorskip('launch_ros', reason=NEEDS_LAUNCH)
    package = Package(tmp_path / 'prefix')
    package.add_all()
    package.add('sageiq_node', (DOUBLE,))
    return package


def stamps(probe):
    return [m.header.stamp.sec * 10**9 + m.header.stamp.nanosec for m in probe.results]


def test_a_bag_is_played_under_its_own_time_and_everything_ends(package, bag, probe, tmp_path):
    arguments = {'bag': bag, 'player': 'sageiq'}
    process = package.start(FILE.path, arguments, tmp_path / 'log')
    probe.until(lambda: STAMPS[-1] in stamps(probe), 'result of the last frame', LAUNCH_S)
    said_until_the_end(process)
    # The first results may come before the probe has found the node.
    assert stamps(probe) == STAMPS[-len(probe.results) :]
    assert {message.header.frame_id for message in probe.results} == {'camera'}
    # The node's clock stands at 0 before the first tick, and at the bag's last second after it.
    clock = {array.header.stamp.sec for array in probe.diagnostics}
    assert clock and clock <= {0, STAMPS[-1] // 10**9}


def test_a_loop_goes_on_until_ctrl_c(package, bag, probe, tmp_path):
    arguments = {'bag': bag, 'player': 'sageiq', 'loop': 'true', 'rate': '2.0'}
    process = package.start(FILE.path, arguments, tmp_path / 'log')
    try:
        probe.until(lambda: stamps(probe).count(STAMPS[1]) >= 2, 'second round', LAUNCH_S)
        # Ctrl-C reaches all processes of a terminal.
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=LAUNCH_S)[0]
    finally:
        process.kill()
    # The last frame gives way to the first one of the next round, which comes at once.
    assert any(later < earlier for earlier, later in pairwise(stamps(probe)))
    assert 'Traceback' not in said and 'Caught exception' not in said, said


def test_ros2_bag_gets_every_argument_and_leaves_out_what_the_nodes_say(
    package, bag, tmp_path, monkeypatch
):
    tools = Package(tmp_path / 'tools')
    tools.add('ros2', ('-c', RECORD, tmp_path / 'ros2.json'))
    monkeypatch.setenv('PATH', str(tmp_path / 'tools' / 'lib' / 'sageiq_ros'), prepend=':')
    for loop, word in (('true', '--loop'), ('false', '--disable-keyboard-controls')):
        process = package.start(
            FILE.path, {'bag': bag, 'rate': '2.5', 'loop': loop}, tmp_path / 'log'
        )
        said_until_the_end(process)
        words = json.loads((tmp_path / 'ros2.json').read_text())
        assert words[:5] == ['bag', 'play', str(bag), '--rate', '2.5']
        left_out = words.index('--exclude-topics') + 1
        assert words[left_out : left_out + len(OWN) + 1] == [*OWN, '--disable-keyboard-controls']
        assert words[left_out + len(OWN) + 1] == word
        assert '--clock' in words


FAIL = 'import sys; sys.exit("It fails.")'


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        ({'bag': '/no/such/bag'}, '/no/such/bag'),
        ({'cameras': '[front]'}, 'has no images of /sageiq/front; name cameras among'),
        ({'player': 'ros2'}, 'There is no "ros2 bag" here; play the bag with player:=sageiq.'),
        ({'rate': '-1'}, 'speed must lie above 0'),
    ],
)
def test_what_cannot_be_played_is_one_sentence_and_status_1(
    package, bag, tmp_path, monkeypatch, arguments, sentence
):
    monkeypatch.setenv('PATH', '/usr/bin:/bin')
    process = package.start(
        FILE.path, {'bag': bag, 'player': 'sageiq', **arguments}, tmp_path / 'log'
    )
    assert sentence in said_by_the_end(process, 1)


@pytest.mark.parametrize(
    ('name', 'gate'), [('sageiq_node', 'false'), ('sageiq_gate', 'true'), ('ros2', 'false')]
)
def test_a_program_that_dies_ends_the_replay_with_status_1(
    package, bag, tmp_path, monkeypatch, name, gate
):
    package.add(name, ('-c', FAIL))
    monkeypatch.setenv('PATH', str(tmp_path / 'prefix' / 'lib' / 'sageiq_ros'), prepend=':')
    process = package.start(FILE.path, {'bag': bag, 'gate': gate}, tmp_path / 'log')
    said = said_by_the_end(process, 1)
    assert 'It fails.' in said and 'failed with status 1.' in said
