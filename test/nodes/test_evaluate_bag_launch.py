# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The launch file that evaluates a bag: described in full, and run where ROS 2's launch is."""

import ast
import csv
import json
import os
import shlex
import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

from sageiq_ros.bags.make import make_bag
from sageiq_ros.bags.rendered import StreetSource

ROOT = Path(__file__).parents[2]
PATH = ROOT / 'launch' / 'evaluate_bag.launch.py'
REQUIRED = ['bag']
OPTIONAL = [
    'topic', 'params_file', 'out', 'labels', 'rate', 'player', 'drain', 'namespace', 'log_level',
]  # fmt: skip
FRAMES = 4
LAUNCH_S = 240.0
ENTRY_POINTS = {
    'sageiq_node': 'sageiq_ros.nodes.sageiq_node',
    'sageiq_evaluator': 'sageiq_ros.nodes.evaluator',
    'sageiq': 'sageiq_ros.cli',
}
LAUNCH = """
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

arguments = [tuple(word.split(':=', 1)) for word in sys.argv[2:]]
service = LaunchService()
source = PythonLaunchDescriptionSource(sys.argv[1])
included = IncludeLaunchDescription(source, launch_arguments=arguments)
service.include_launch_description(LaunchDescription([included]))
sys.exit(service.run())
"""


def calls(name):
    tree = ast.parse(PATH.read_text(encoding='utf-8'))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == name
    ]


def test_every_argument_has_a_sentence_and_all_but_the_bag_a_default():
    declared = {call.args[0].value: call for call in calls('DeclareLaunchArgument')}
    assert list(declared) == REQUIRED + OPTIONAL
    for name, call in declared.items():
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        assert ('default_value' in given) == (name in OPTIONAL)
        assert ast.literal_eval(given['description']).endswith('.')


def test_the_description_holds_no_logic():
    tree = ast.parse(PATH.read_text(encoding='utf-8'))
    (description,) = (
        node for node in tree.body if getattr(node, 'name', '') == 'generate_launch_description'
    )
    logic = (ast.If, ast.IfExp, ast.For, ast.While, ast.Lambda, ast.Try, ast.comprehension)
    assert not [node for node in ast.walk(description) if isinstance(node, logic)]
    assert not calls('OpaqueFunction')


def test_the_package_installs_what_it_starts():
    text = (ROOT / 'setup.py').read_text(encoding='utf-8')
    for name, module in ENTRY_POINTS.items():
        assert f"'{name} = {module}:main'" in text
    started = [
        keyword.value.value
        for name in ('Node', 'ExecutableInPackage')
        for call in calls(name)
        for keyword in call.keywords
        if keyword.arg == 'executable'
    ]
    assert set(started) == {'sageiq_evaluator', 'sageiq'}


def test_launch_itself_takes_the_file():
    pytest.importorskip('launch_ros', reason='needs ROS 2 launch_ros, which no wheel carries')
    spec = util.spec_from_file_location('evaluate_bag_launch', PATH)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    description = module.generate_launch_description()
    names = [item.name for item in description.get_launch_arguments()]
    assert names[: len(REQUIRED + OPTIONAL)] == REQUIRED + OPTIONAL


@pytest.fixture
def package(tmp_path):
    """Lay out a package whose programs are those of the source tree; returns its prefix."""
    prefix = tmp_path / 'prefix'
    index = prefix / 'share' / 'ament_index' / 'resource_index' / 'packages'
    share, programs = prefix / 'share' / 'sageiq_ros', prefix / 'lib' / 'sageiq_ros'
    for folder in (index, share, programs):
        folder.mkdir(parents=True)
    (index / 'sageiq_ros').touch()
    for name in ('launch', 'config'):
        (share / name).symlink_to(ROOT / name)
    for name, module in ENTRY_POINTS.items():
        program = programs / name
        program.write_text(
            '#!/bin/sh\nunset _ROS_WHEELS_BOOTSTRAP_COMPLETE\n'
            f'exec {shlex.quote(sys.executable)} -m {module} "$@"\n'
        )
        program.chmod(0o755)
    return prefix


def test_a_bag_is_played_and_evaluated_and_everything_ends(package, tmp_path):
    pytest.importorskip('launch_ros', reason='needs ROS 2 launch_ros, which no wheel carries')
    bag, out = tmp_path / 'bag', tmp_path / 'out'
    for _ in make_bag(StreetSource(FRAMES, rate_hz=0.5), bag):
        pass
    config = tmp_path / 'parameters.yaml'
    config.write_text('/**: {ros__parameters: {analyzer: {mode: prior}}}\n')
    labels = tmp_path / 'labels.csv'
    labels.write_text('frame,score\n' + ''.join(f'{n},{n / 4}\n' for n in range(FRAMES)))
    prefixes = [str(package), os.environ.get('AMENT_PREFIX_PATH', '')]
    arguments = {'bag': bag, 'player': 'sageiq', 'params_file': config, 'out': out}
    arguments |= {'labels': labels, 'drain': '3.0'}
    done = subprocess.run(
        [sys.executable, '-c', LAUNCH, str(PATH), *(f'{k}:={v}' for k, v in arguments.items())],
        env={
            **os.environ,
            'AMENT_PREFIX_PATH': os.pathsep.join(filter(None, prefixes)),
            'ROS_LOG_DIR': str(tmp_path / 'log'),
        },
        capture_output=True,
        text=True,
        timeout=LAUNCH_S,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert 'Traceback' not in said and 'exception' not in said
    with (out / 'results.csv').open(newline='') as file:
        table = list(csv.DictReader(file))
    assert len(table) == FRAMES and all(row['score'] for row in table)
    summary = json.loads((out / 'summary.json').read_text())
    assert summary['comparison']['n'] == FRAMES
    assert (out / 'report.html').is_file()
