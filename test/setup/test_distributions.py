# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The workflow and the container build what the documents say, on the distributions they name."""

import re

import pytest
import yaml

DISTRIBUTIONS = ['jazzy', 'kilted', 'lyrical']
SYSTEM_PACKAGES = 'python3-dev python3-venv'


@pytest.fixture
def jobs(root):
    text = (root / '.github' / 'workflows' / 'ros.yaml').read_text(encoding='utf-8')
    return yaml.safe_load(text)['jobs']


def scripts(job):
    return '\n'.join(step['run'] for step in job['steps'] if 'run' in step)


def test_the_workflow_tests_every_distribution_and_the_wheels(root, jobs):
    assert jobs['distribution']['strategy']['matrix'] == {'distribution': DISTRIBUTIONS}
    assert jobs['distribution']['container']['image'] == 'ros:${{ matrix.distribution }}-ros-base'
    table = (root / 'docs' / 'install.md').read_text(encoding='utf-8').split('\n\n')[1]
    named = [row.split('|')[1].strip().lower() for row in table.splitlines()[3:]]
    assert named == DISTRIBUTIONS
    assert set(jobs) == {'distribution', 'wheels'}


def test_every_make_command_of_the_workflow_is_a_target(root, jobs):
    targets = re.findall(r'^([a-z-]+):', (root / 'Makefile').read_text(), re.MULTILINE)
    called = re.findall(r'^make (\S+)', '\n'.join(map(scripts, jobs.values())), re.MULTILINE)
    assert set(called) == {'test'} and set(called) <= set(targets)


def test_whatever_builds_on_a_distribution_installs_what_the_set_up_asks_for(root, jobs):
    dockerfile = (root / 'Dockerfile').read_text(encoding='utf-8')
    page = (root / 'docs' / 'install.md').read_text(encoding='utf-8')
    for text in (scripts(jobs['distribution']), dockerfile, page):
        assert SYSTEM_PACKAGES in text
        assert 'rosdep install --from-paths . sageiq_msgs --ignore-src -y' in text


def test_the_container_takes_a_distribution_and_ends_in_the_launch_file(root):
    lines = (root / 'Dockerfile').read_text(encoding='utf-8').splitlines()
    assert f'ARG ROS_DISTRO={DISTRIBUTIONS[0]}' in lines
    assert 'FROM ros:${ROS_DISTRO}-ros-base' in lines
    assert 'sageiq.launch.py \\"$@\\"' in lines[-1]


def test_the_container_leaves_out_nothing_that_the_build_takes(root):
    left_out = (root / '.dockerignore').read_text(encoding='utf-8').split()
    taken = ('sageiq_ros', 'sageiq_msgs', 'launch', 'config', 'resource', 'requirements', 'tools')
    taken += (
        'examples',
        'LICENSE',
        'package.xml',
        'setup.py',
        'setup.cfg',
        'colcon_defaults.yaml',
        'Makefile',
    )
    assert set(taken).isdisjoint(left_out)


@pytest.mark.parametrize('place', ['Dockerfile', '.github/workflows/ros.yaml', 'docs/install.md'])
def test_what_has_not_run_says_so(root, place):
    text = (root / place).read_text(encoding='utf-8')
    assert re.search(r'not (been built|run)|Not run here', text)
