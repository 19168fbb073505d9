# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bench node``: what it measures is there, consistent, and kept."""

import json
import os
import signal
import tempfile
from pathlib import Path

import pytest
import rclpy
from rclpy.context import Context

from sageiq_msgs.msg import TarQuality
from sageiq_ros.cli import main
from sageiq_ros.nodes.load import own_cost, several_cameras
from sageiq_ros.nodes.load.watch import sample
from sageiq_ros.nodes.process import RESULTS, NodeProcess


def bench(pictures, kept, *arguments):
    command = ['bench', 'node', '--input', pictures, '--json', str(kept), *arguments]
    assert main(command) == 0
    return json.loads(kept.read_text())


@pytest.mark.slow
def test_one_camera_is_compared_with_the_pipeline_of_its_turn(
    with_double, pictures, tmp_path, capsys
):
    arguments = ['--parts', 'one', '--repeats', '2', '--turn', '0.5', '--rate', '40']
    measured = bench(pictures, tmp_path / 'bench.json', *arguments)
    assert measured['input'] == {'source': pictures, 'width': 64, 'height': 48}
    assert len(measured['one']) == 2
    for turn in measured['one']:
        assert turn['paced_ratio'] == turn['paced_hz'] / turn['pipeline_hz']
        # Twenty or, with the rounding of times, twenty-one frames are sent in half a second.
        assert 0.0 < turn['saturated_hz'] <= 42.0
        assert 0.0 < turn['saturated_age_ms'] <= turn['saturated_age_p95_ms']
        assert turn['first_result_s'] > 0.0
        assert turn['node_mb'] > 20.0
        assert 0.0 <= turn['idle_percent'] < 100.0
    printed = capsys.readouterr().out
    assert '| One camera, 64x48 raw: median of 2 turns (lowest to highest) | |' in printed
    assert '| baseline: `Pipeline` called frame by frame in one process |' in printed


@pytest.mark.slow
def test_two_cameras_are_counted_frame_by_frame(
    with_double, pictures, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(several_cameras, 'WARM_UP_S', 0.5)
    arguments = ['--parts', 'several', '--cameras', '2', '--size', '64x48', '--rate', '20']
    part = bench(pictures, tmp_path / 'bench.json', *arguments, '--seconds', '2')['several']
    assert (part['size'], part['rate_hz'], len(part['cameras'])) == ([64, 48], 20.0, 2)
    for camera in part['cameras'].values():
        # On a busy machine a newer frame replaces one unseen; what came was processed or dropped.
        assert camera['sent'] == pytest.approx(
            20.0 * part['seconds'], abs=2 + part['sender']['missed']
        )
        assert 0 <= camera['unseen'] <= 0.5 * camera['sent']
        processed = camera['sent'] - camera['unseen'] - camera['dropped']
        assert camera['results'] == pytest.approx(processed, abs=1)
        assert 0.0 < camera['age_ms']['median'] <= camera['received_age_ms']['median']
    assert part['shares']['min'] == pytest.approx(1.0, abs=0.1)
    together = part['together']
    assert together['results'] == sum(one['results'] for one in part['cameras'].values())
    assert 1.0 < together['age_frames']['median'] <= together['age_frames']['p99']
    node = part['node']
    assert node['cores'] > 0.0 and min(node['memory_mb']) > 20.0
    assert node['threads']['min'] > 1 and node['files']['min'] > 3
    assert '| 2 cameras, 64x48 raw at 20 Hz each, 2 s | |' in capsys.readouterr().out


@pytest.mark.slow
def test_the_own_cost_is_that_of_everything_but_the_networks(
    alone, pictures, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(own_cost, 'TURN_S', 1.5)
    monkeypatch.setattr(own_cost, 'WARM_UP_S', 0.5)
    monkeypatch.setattr(own_cost, 'SETTLE_S', 0.5)
    arguments = ['--parts', 'own', '--repeats', '1']
    (turn,) = bench(pictures, tmp_path / 'bench.json', *arguments)['own']
    stages = sum(turn[name] for name in own_cost.STAGES)
    assert turn['regions'] > 0 and turn['results'] > 0
    assert turn['scene_graph_ms'] > 0.0 and turn['scorer_ms'] > 0.0 and turn['cpu_ms'] > 0.0
    assert turn['wall_ms'] == pytest.approx(turn['other_ms'] + stages)
    assert 0.0 < turn['receive_ms'] < turn['cpu_ms']
    assert turn['scene_graph_ms'] < turn['nothing_found_ms']
    assert 0.0 < turn['bare_ms'] < turn['cpu_ms']
    assert 0.0 < turn['resize_ms'] < turn['scene_graph_ms']
    handling = turn['receive_ms'] + turn['other_ms'] + turn['resize_ms']
    assert turn['handling_ms'] == pytest.approx(handling)
    assert '| Own cost of a raw 1920x1080 frame with' in capsys.readouterr().out


@pytest.mark.parametrize(
    'words',
    [
        ('--cameras', '0'),
        ('--rate', '0'),
        ('--turn', '-1'),
        ('--repeats', '0'),
        ('--seconds', '1'),
        ('--seconds', 'nan'),
        ('--turn', 'nan'),
        ('--rate', 'inf'),
    ],
)
def test_what_measures_nothing_is_refused(words, capsys):
    assert main(['bench', 'node', *words]) == 2
    assert words[0] in capsys.readouterr().err


@pytest.mark.parametrize('size', ['1280', '0x720', '1280x', 'wide', '1x2x3'])
def test_a_size_that_is_none_is_refused(size, capsys):
    with pytest.raises(SystemExit):
        main(['bench', 'node', '--size', size])
    assert '--size: must be WIDTHxHEIGHT in pixels such as 1280x720' in capsys.readouterr().err


@pytest.fixture
def deaf(monkeypatch):
    """Have SIGTERM do nothing unless a command sees to it."""
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    yield
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    signal.signal(signal.SIGTERM, before)


def test_sigterm_even_twice_ends_the_node_and_takes_its_folder_away(
    with_double, deaf, pictures, tmp_path, monkeypatch
):
    pids = []

    def terminate(pid):
        pids.append(pid)
        os.kill(os.getpid(), signal.SIGTERM)
        return sample(pid)

    def stop_and_terminate(process):
        # As timeout(1) does: once more while the node is being ended.
        os.kill(os.getpid(), signal.SIGTERM)
        return stop(process)

    stop = NodeProcess.stop
    monkeypatch.setattr(NodeProcess, 'stop', stop_and_terminate)
    folder = tmp_path / 'temporary'
    folder.mkdir()
    monkeypatch.setattr(tempfile, 'tempdir', str(folder))
    monkeypatch.setattr(several_cameras, 'WARM_UP_S', 0.1)
    monkeypatch.setattr(several_cameras, 'sample', terminate)
    words = ['--parts', 'several', '--cameras', '1', '--size', '64x48', '--seconds', '2']
    assert main(['bench', 'node', '--input', pictures, *words]) == 130
    (pid,) = pids
    assert not Path('/proc', str(pid)).exists()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize('command', [('bench', 'node'), ('soak',)])
def test_a_node_that_runs_already_is_told_before_anything_is_started(
    command, alone, pictures, tmp_path, capsys
):
    kept = tmp_path / 'kept.json'
    kept.write_text('of before')
    context = Context()
    rclpy.init(args=[], context=context)
    other = rclpy.create_node('other', context=context)
    other.create_publisher(TarQuality, RESULTS, 1)
    try:
        assert main([*command, '--input', pictures, '--json', str(kept)]) == 2
    finally:
        other.destroy_node()
        context.try_shutdown()
    assert 'Somebody publishes /sageiq/tar_quality already; stop' in capsys.readouterr().err
    assert kept.read_text() == 'of before'
