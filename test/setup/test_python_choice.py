# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Which interpreter the set-up takes, and what it says when a machine lacks something."""

import ast
import os
import shutil
import subprocess
import sys

import pytest


def python(version, **changes):
    """Describe an interpreter as ``probe`` does."""
    return {
        'executable': f'/usr/bin/python{version[0]}.{version[1]}',
        'version': [*version, 0],
        'venv': True,
        'headers': True,
        'modules': [],
        'numpy': None,
        **changes,
    }


@pytest.mark.parametrize('name', ['environment.py', 'machine.py'])
def test_an_old_python_can_still_say_what_is_missing(root, name):
    source = (root / 'tools' / name).read_text(encoding='utf-8')
    ast.parse(source, feature_version=(3, 8))


def test_takes_the_first_suitable_python(environment):
    candidates = [python((3, 14)), python((3, 12)), python((3, 11))]
    assert environment.choose_python(candidates) is candidates[1]


@pytest.mark.parametrize('lack', ['venv', 'headers'])
def test_passes_over_a_python_that_lacks_a_part(environment, lack):
    candidates = [python((3, 13), **{lack: False}), python((3, 11))]
    assert environment.choose_python(candidates) is candidates[1]


def test_headers_are_asked_for_only_to_build_messages(environment):
    candidate = python((3, 12), headers=False)
    assert environment.choose_python([candidate], build=False) is candidate


@pytest.mark.parametrize(
    ('candidates', 'packages'),
    [
        ([], 'apt-get install python3 python3-venv python3-dev'),
        ([python((3, 10))], 'python3.11-venv and python3.11-dev'),
        ([python((3, 12), venv=False)], 'apt-get install python3.12-venv'),
        ([python((3, 13), headers=False)], 'apt-get install python3.13-dev'),
    ],
)
def test_names_the_package_that_is_missing(environment, candidates, packages):
    with pytest.raises(environment.SetupError) as refused:
        environment.choose_python(candidates)
    assert packages in str(refused.value)


def test_a_sourced_ros_must_be_used_with_its_own_python(environment):
    candidates = [python((3, 13)), python((3, 12), modules=['rclpy'])]
    assert environment.choose_python(candidates, distribution='jazzy') is candidates[1]


@pytest.mark.parametrize(
    ('there', 'packages'),
    [
        ({'g++', 'make'}, 'install cmake'),
        ({'cmake', 'make'}, 'install g++'),
        ({'make'}, 'install g++ cmake'),
    ],
)
def test_names_the_package_of_a_missing_tool(environment, there, packages):
    with pytest.raises(environment.SetupError) as refused:
        environment.check_tools(which=lambda name: name if name in there else None)
    assert packages in str(refused.value)


def test_complete_tools_are_accepted(environment):
    environment.check_tools(which=lambda name: f'/usr/bin/{name}')


def test_probe_describes_a_real_interpreter_below_its_environment(environment):
    found = environment.probe(sys.executable)
    assert tuple(found['version'][:2]) == sys.version_info[:2]
    assert not found['environment']
    assert os.path.samefile(found['executable'], os.path.realpath(sys._base_executable))


def test_probe_passes_over_a_command_that_fails(environment, tmp_path):
    broken = tmp_path / 'python3'
    broken.write_text('#!/bin/sh\nexit 127\n', encoding='utf-8')
    broken.chmod(0o755)
    assert environment.probe(str(broken)) is None
    assert environment.probe(str(tmp_path / 'python4')) is None


@pytest.fixture
def bare_machine(tmp_path):
    """Return a function that calls make where PATH holds the named commands only."""

    def call(root, **commands):
        folder = tmp_path / 'bin'
        folder.mkdir()
        for name, target in {'sh': shutil.which('sh'), **commands}.items():
            (folder / name).symlink_to(target)
        return subprocess.run(
            [shutil.which('make'), '--no-print-directory', 'setup', 'SHELL=/bin/sh'],
            cwd=root,
            env={'PATH': str(folder), 'HOME': str(tmp_path)},
            capture_output=True,
            text=True,
        )

    return call


def test_make_without_python_says_what_to_install(root, bare_machine):
    result = bare_machine(root)
    assert result.returncode != 0
    assert 'sudo apt-get install python3 python3-venv python3-dev' in result.stderr
    assert 'Traceback' not in result.stderr


def test_make_without_compiler_says_what_to_install(root, bare_machine):
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        pytest.skip('needs a Python that the wheels are made for')
    result = bare_machine(root, python3=os.path.realpath(sys._base_executable))
    assert result.returncode != 0
    assert 'sudo apt-get install g++ cmake make' in result.stderr
    assert 'Traceback' not in result.stderr
