# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The launch file and its profiles: described in full, and run where ROS 2's launch is."""

import json
import signal
from pathlib import Path

import pytest
import yaml
from launch_runs import (
    ENTRY_POINTS,
    NEEDS_LAUNCH,
    ROOT,
    LaunchFile,
    Package,
    said_until_the_end,
)
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from pipeline_double import Build
from rcl_interfaces.srv import GetParameters
from rclpy.parameter import parameter_value_to_python

from sageiq_ros.config import Config
from sageiq_ros.gate.config import NODE as GATE
from sageiq_ros.gate.config import GateConfig
from sageiq_ros.nodes.sageiq_node import SageIQNode
from sageiq_ros.schema import load_yaml

FILE = LaunchFile('sageiq.launch.py')
ARGUMENTS = [
    'profile', 'params_file', 'cameras', 'namespace', 'use_sim_time', 'autostart', 'gate', 'rviz',
    'log_level',
]  # fmt: skip
CONFIG = ROOT / 'config'
POLICY = CONFIG / 'sros2_policy.xml'
PROGRAMS = {'sageiq_node': 'sageiq_ros', 'sageiq_gate': 'sageiq_ros', 'rviz2': 'rviz2'}
RECORD = 'import json, sys; json.dump(sys.argv[2:], open(sys.argv[1], "w"))'
START_S = 60.0


def test_every_argument_has_a_default_and_a_sentence():
    FILE.assert_arguments([], ARGUMENTS)


def test_the_file_holds_no_logic():
    FILE.assert_plain()


def test_launch_itself_takes_the_file():
    assert FILE.arguments() == ARGUMENTS


def test_the_package_installs_what_it_starts():
    assert FILE.executables() == set(PROGRAMS)
    assert FILE.executables() - {'rviz2'} <= set(ENTRY_POINTS)


def test_the_profile_nano_is_what_the_node_runs_by_itself():
    assert load_yaml(Config(), CONFIG / 'nano.yaml') == Config()


def test_the_profile_full_names_a_model_of_the_users_for_every_stage():
    config = load_yaml(Config(), CONFIG / 'full.yaml')
    models = (config.scene_graph.engine, config.analyzer.model, config.scorer.engine)
    assert all(path.startswith('/opt/sageiq/') for path in models)
    assert (config.analyzer.mode, config.analyzer.backend) == ('constrained', 'transformers')
    gate = load_yaml(GateConfig(), CONFIG / 'full.yaml', GATE)
    assert gate.stale_after_s > GateConfig().stale_after_s


@pytest.mark.parametrize('section', ['/**/sageiq_node', '/**', '/sageiq/sageiq_node'])
def test_what_the_users_file_sets_wins_over_the_profile(context, tmp_path, section):
    mine = tmp_path / 'mine.yaml'
    mine.write_text(
        yaml.safe_dump({section: {'ros__parameters': {'analyzer': {'mode': 'prior'}}}})
    )
    files = ['--params-file', str(CONFIG / 'full.yaml'), '--params-file', str(mine)]
    node = SageIQNode(build=Build(), context=context, cli_args=['--ros-args', *files])
    assert node.get_parameter('analyzer.mode').value == 'prior'
    assert node.get_parameter('analyzer.backend').value == 'transformers'
    node.destroy_node()


class Started:
    """The words that a program was started with."""

    def __init__(self, words):
        pairs = list(zip(words, words[1:], strict=False))
        self.files = [value for word, value in pairs if word == '--params-file']
        self.parameters = [value for word, value in pairs if word == '-p']
        self.names = {value for word, value in pairs if word == '-r'}
        self.log_level = next((value for word, value in pairs if word == '--log-level'), None)
        self.enclave = next((value for word, value in pairs if word == '--enclave'), None)
        self.words = words

    def own(self):
        """Read the parameters that the launch file itself sets."""
        ((_, section),) = yaml.safe_load(Path(self.files[-1]).read_text()).items()
        return section['ros__parameters']


@pytest.fixture
def launched(tmp_path):
    """Return a function that launches recorders in place of the programs."""
    pytest.importorskip('launch_ros', reason=NEEDS_LAUNCH)
    package = Package(tmp_path / 'prefix')
    for name, home in PROGRAMS.items():
        package.add(name, ('-c', RECORD, tmp_path / f'{name}.json'), home)

    def launch(**arguments):
        said_until_the_end(package.start(FILE.path, arguments, tmp_path / 'log'))
        records = {name: tmp_path / f'{name}.json' for name in PROGRAMS}
        return {
            name: Started(json.loads(path.read_text()))
            for name, path in records.items()
            if path.exists()
        }

    return launch


def profile(name, package):
    return str(package / 'share' / 'sageiq_ros' / 'config' / f'{name}.yaml')


def test_without_arguments_the_node_starts_alone_by_the_profile_nano(launched, tmp_path):
    started = launched()
    assert set(started) == {'sageiq_node'}
    node = started['sageiq_node']
    assert node.files[:2] == [profile('nano', tmp_path / 'prefix')] * 2
    assert node.own() == {'use_sim_time': False, 'autostart': True}
    assert node.names == {'__node:=sageiq_node', '__ns:=/sageiq'}
    assert not node.parameters and node.log_level == 'info'


def test_every_argument_reaches_both_nodes(launched, tmp_path):
    mine, cameras = tmp_path / 'mine.yaml', '[/front, /rear/compressed]'
    mine.write_text('/**: {ros__parameters: {}}\n')
    started = launched(
        profile='full',
        params_file=mine,
        cameras=cameras,
        namespace='car',
        use_sim_time='true',
        autostart='false',
        gate='true',
        log_level='debug',
    )
    assert set(started) == {'sageiq_node', 'sageiq_gate'}
    for name, program in started.items():
        assert program.files[:2] == [profile('full', tmp_path / 'prefix'), str(mine)]
        assert program.parameters == [f'cameras:={cameras}']
        assert program.own() == {'use_sim_time': True, 'autostart': False}
        assert program.names == {f'__node:={name}', '__ns:=/car'}
        assert program.log_level == 'debug'
        assert program.enclave in POLICY.read_text() and program.enclave.endswith(name)


def test_rviz_shows_the_overlay_of_whatever_namespace(launched, tmp_path):
    rviz = launched(rviz='true', namespace='car', use_sim_time='true')['rviz2']
    assert rviz.names == {'__ns:=/car', '/sageiq/overlay:=overlay'}
    assert rviz.own() == {'use_sim_time': True}
    shown = rviz.words[rviz.words.index('-d') + 1]
    assert shown == profile('sageiq', tmp_path / 'prefix').replace('.yaml', '.rviz')


def test_launched_nodes_are_active_watch_the_cameras_and_end_with_launch(tmp_path, probe):
    pytest.importorskip('launch_ros', reason=NEEDS_LAUNCH)
    package = Package(tmp_path / 'prefix')
    package.add_all()
    package.add('sageiq_node', (ROOT / 'test' / 'nodes' / 'pipeline_double.py',))
    arguments = {'cameras': '[/front, /rear/compressed]', 'namespace': 'car', 'gate': 'true'}
    process = package.start(FILE.path, arguments, tmp_path / 'log')
    try:
        for name in ('sageiq_node', 'sageiq_gate'):

            def active(name=name):
                answer = probe.call(GetState, f'/car/{name}/get_state', GetState.Request())
                return answer.current_state.id == State.PRIMARY_STATE_ACTIVE

            probe.until(active, f'active {name}', START_S)
            request = GetParameters.Request(names=['cameras'])
            answer = probe.call(GetParameters, f'/car/{name}/get_parameters', request)
            assert parameter_value_to_python(answer.values[0]) == ['/front', '/rear/compressed']
        found = probe.node.get_node_names_and_namespaces_with_enclaves()
        assert {('sageiq_node', '/car', '/sageiq/sageiq_node')} <= set(found)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=START_S)[0]
    finally:
        process.kill()
    assert said.count('process has finished cleanly') == 2, said
