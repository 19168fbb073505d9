# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The launch file: every argument described, and run by ROS 2's launch where that is installed."""

import ast
from importlib import util
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / 'launch' / 'sageiq.launch.py'
ARGUMENTS = ['params_file', 'cameras', 'namespace', 'use_sim_time', 'autostart', 'log_level']


def calls(name):
    tree = ast.parse(PATH.read_text(encoding='utf-8'))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == name
    ]


def test_every_argument_has_a_default_and_a_sentence():
    declared = {call.args[0].value: call for call in calls('DeclareLaunchArgument')}
    assert list(declared) == ARGUMENTS
    for call in declared.values():
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        assert 'default_value' in given
        assert ast.literal_eval(given['description']).endswith('.')


def test_the_file_holds_no_logic():
    tree = ast.parse(PATH.read_text(encoding='utf-8'))
    logic = (ast.If, ast.IfExp, ast.For, ast.While, ast.Lambda, ast.Try)
    assert not [node for node in ast.walk(tree) if isinstance(node, logic)]
    assert not calls('OpaqueFunction')


def test_launch_itself_takes_the_file():
    pytest.importorskip('launch_ros', reason='needs ROS 2 launch_ros, which no wheel carries')
    spec = util.spec_from_file_location('sageiq_launch', PATH)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    description = module.generate_launch_description()
    assert [item.name for item in description.get_launch_arguments()] == ARGUMENTS
