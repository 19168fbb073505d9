# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Our publishers take the shared-memory profile for large images, by the name it has there."""

import os
import subprocess
from pathlib import Path

import pytest

from sageiq_ros.nodes.transport import profile_path, profile_variable, use_large_messages

ROOT = Path(__file__).parents[2]
NAMES = {
    'jazzy': 'FASTRTPS_DEFAULT_PROFILES_FILE',
    'kilted': 'FASTDDS_DEFAULT_PROFILES_FILE',
    'lyrical': 'FASTDDS_DEFAULT_PROFILES_FILE',
    '': 'FASTDDS_DEFAULT_PROFILES_FILE',
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for variable in NAMES.values():
        # Set first, so that what the tested code sets is taken back too.
        monkeypatch.setenv(variable, '')
        monkeypatch.delenv(variable)


@pytest.mark.parametrize(('distribution', 'name'), NAMES.items())
def test_the_profile_has_the_name_that_the_distribution_reads(monkeypatch, distribution, name):
    monkeypatch.setenv('ROS_DISTRO', distribution)
    use_large_messages()
    assert profile_variable() == name
    assert {variable for variable in NAMES.values() if variable in os.environ} == {name}
    assert os.environ[name] == str(profile_path())


def test_a_profile_of_the_users_stays(monkeypatch):
    monkeypatch.setenv(profile_variable(), '/mine.xml')
    use_large_messages()
    assert os.environ[profile_variable()] == '/mine.xml'


@pytest.mark.parametrize(('distribution', 'name'), NAMES.items())
def test_the_environment_script_knows_both_names(tmp_path, distribution, name):
    program = tmp_path / '.venv' / 'bin' / 'python'
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\n')
    program.chmod(0o755)
    (tmp_path / 'config').mkdir()
    (tmp_path / 'config' / 'fastdds.xml').touch()
    shown = subprocess.run(
        ['sh', '-c', f'. {ROOT / "tools" / "env.sh"}; env'],
        cwd=tmp_path,
        env={'PATH': os.environ['PATH'], 'SAGEIQ_ROOT': str(tmp_path), 'ROS_DISTRO': distribution},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in shown.stdout.splitlines() if 'DEFAULT_PROFILES_FILE' in line]
    assert lines == [f'{name}={tmp_path}/config/fastdds.xml']
