# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the set-up installs, when it does nothing, and what the environment then can do."""

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import distributions

import pytest

JAZZY = {
    'executable': '/usr/bin/python3.12',
    'version': [3, 12, 3],
    'modules': ['rclpy', 'colcon_core', 'numpy', 'cv2', 'yaml', 'pytest'],
    'numpy': '1.26.4',
}


def names(environment, lines):
    return {environment.project(line) for line in lines}


def test_every_requirement_is_pinned_exactly(root):
    lines = [
        line
        for path in (root / 'requirements').glob('*.txt')
        for line in path.read_text(encoding='utf-8').splitlines()
        if line and not line.startswith('#')
    ]
    assert lines
    assert [line for line in lines if line.count('==') != 1] == []


@pytest.mark.parametrize(
    ('files', 'constraints'),
    [
        (('ros.txt', 'runtime.txt', 'experiments.txt', 'test.txt'), 'constraints.txt'),
        (('train.txt', 'test.txt'), 'constraints-train.txt'),
    ],
)
def test_constraints_agree_with_the_requirements(environment, files, constraints):
    fixed = environment.pinned(constraints)
    canonical = {line.lower().replace('_', '-') for line in fixed}
    for line in (line for name in files for line in environment.pinned(name)):
        if environment.project(line) != 'setuptools':
            assert line.lower().replace('_', '-') in canonical


def test_the_runtime_has_no_torch(environment):
    planned = names(environment, environment.plan_runtime(JAZZY, None))
    fixed = names(environment, environment.plan_constraints(JAZZY, None))
    unwanted = {'torch', 'torchvision', 'nncf', 'onnx', 'transformers', 'llama-cpp-python'}
    assert {'ros-kilted-rclpy', 'numpy', 'openvino'} <= planned
    assert (planned | fixed).isdisjoint(unwanted)
    assert not [name for name in planned | fixed if 'nvidia' in name or 'cuda' in name]


@pytest.mark.parametrize('distribution', [None, 'jazzy'])
def test_what_experiments_need_is_installed_too_and_the_node_does_without(
    environment, distribution
):
    needed = names(environment, environment.pinned('experiments.txt'))
    assert needed == {'pyarrow', 'scipy'}
    assert needed <= names(environment, environment.plan_runtime(JAZZY, distribution))
    assert needed.isdisjoint(names(environment, environment.pinned('runtime.txt')))
    training = environment.pinned('train.txt')
    assert set(environment.pinned('experiments.txt')) <= set(training)


@pytest.mark.parametrize('distribution', [None, 'jazzy'])
def test_a_car_is_spared_what_experiments_and_tests_need(environment, distribution):
    every = names(environment, environment.plan_runtime(JAZZY, distribution))
    car = names(environment, environment.plan_runtime(JAZZY, distribution, environment.NODE))
    spared = [
        line for name in ('experiments.txt', 'test.txt') for line in environment.pinned(name)
    ]
    assert {'openvino', 'rosbags'} <= car < every
    assert every - car == names(environment, spared) & every


def test_the_container_is_set_up_as_a_car(environment, root, monkeypatch):
    assert 'tools/environment.py node\n' in (root / 'Dockerfile').read_text(encoding='utf-8')
    asked = []
    monkeypatch.setattr(environment, 'choose_python', lambda *words, **options: JAZZY)
    monkeypatch.setattr(environment, 'sourced_distribution', lambda candidates: None)
    monkeypatch.setattr(environment, 'check_tools', lambda: None)
    monkeypatch.setattr(environment, 'make_venv', lambda venv, found, *lists: asked.append(lists))
    monkeypatch.setattr(environment, 'write_launcher', lambda venv: None)
    monkeypatch.setattr(environment, 'build', lambda venv: False)
    assert environment.main(['node']) == environment.main(['runtime']) == 0
    car, every = (names(environment, lists[0]) for lists in asked)
    assert 'pytest' in every - car and 'openvino' in car


def test_a_sourced_ros_keeps_its_own_parts(environment):
    planned = names(environment, environment.plan_runtime(JAZZY, 'jazzy'))
    assert {'openvino', 'openvino-genai', 'rosbags'} <= planned
    assert planned.isdisjoint({'numpy', 'opencv-python-headless', 'PyYAML', 'setuptools'})
    assert not [name for name in planned if name.startswith(('ros-', 'colcon'))]
    assert environment.plan_constraints(JAZZY, 'jazzy') == ['numpy==1.26.4']


def test_a_sourced_ros_without_colcon_gets_it(environment):
    bare = {**JAZZY, 'modules': ['rclpy', 'numpy', 'cv2']}
    planned = names(environment, environment.plan_runtime(bare, 'jazzy'))
    assert {'colcon-common-extensions', 'PyYAML'} <= planned


def test_a_sourced_ros_without_opencv_names_the_package(environment):
    bare = {**JAZZY, 'modules': ['rclpy', 'numpy', 'yaml']}
    with pytest.raises(environment.SetupError, match='apt-get install python3-opencv'):
        environment.plan_runtime(bare, 'jazzy')


def test_wheels_are_used_where_the_sourced_ros_does_not_work(environment, monkeypatch, capsys):
    monkeypatch.setenv('ROS_DISTRO', 'jazzy')
    assert environment.sourced_distribution([JAZZY]) == 'jazzy'
    assert environment.sourced_distribution([{**JAZZY, 'modules': []}]) is None
    assert 'jazzy' in capsys.readouterr().out
    monkeypatch.delenv('ROS_DISTRO')
    assert environment.sourced_distribution([JAZZY]) is None


def test_exported_cmake_files_are_pointed_at_this_interpreter(environment, tmp_path, root):
    python = root / '.venv' / 'bin' / 'python'
    if not python.exists():
        pytest.skip('needs the environment of make setup')
    (tmp_path / 'bin').mkdir()
    wrapper = tmp_path / 'bin' / 'python'
    wrapper.write_text(f'#!/bin/sh\nexec {python} "$@"\n', encoding='utf-8')
    wrapper.chmod(0o755)
    exported = tmp_path / 'share' / 'std_msgs' / 'cmake' / 'export.cmake'
    exported.parent.mkdir(parents=True)
    exported.write_text(
        'INCLUDES "${_PREFIX}/include;/opt/python/cp312-cp312/include/python3.12;'
        '/opt/python/cp312-cp312/lib/python3.12/site-packages/numpy/_core/include"',
        encoding='utf-8',
    )
    assert environment.mend_cmake(tmp_path) == 1
    text = exported.read_text(encoding='utf-8')
    assert '/opt/python' not in text
    for path in text.split('"')[1].split(';')[1:]:
        assert os.path.exists(path)
    assert environment.mend_cmake(tmp_path) == 0


def test_nothing_is_installed_twice(environment, monkeypatch, tmp_path):
    installed = []
    monkeypatch.setattr(environment, 'pip_install', lambda *words: installed.append(words))
    found = {**JAZZY, 'executable': environment.sys.executable}
    venv = tmp_path / '.venv'
    (venv / 'bin').mkdir(parents=True)
    (venv / 'bin' / 'pip').touch()

    def make(requirements):
        return environment.make_venv(venv, found, requirements, ['numpy==2.4.6'])

    assert make(['tqdm==4.70.1'])
    assert len(installed) == 1
    assert not make(['tqdm==4.70.1'])
    assert len(installed) == 1
    assert make(['tqdm==4.70.1', 'PyYAML==6.0.3'])
    assert len(installed) == 2
    assert (venv / 'COLCON_IGNORE').exists()


def test_an_interrupted_installation_is_taken_up_again(environment, monkeypatch, tmp_path):
    def fail(*words):
        raise environment.SetupError('no network')

    venv = tmp_path / '.venv'
    (venv / 'bin').mkdir(parents=True)
    (venv / 'bin' / 'pip').touch()
    monkeypatch.setattr(environment, 'pip_install', fail)
    with pytest.raises(environment.SetupError):
        environment.make_venv(venv, JAZZY, ['tqdm==4.70.1'], [])
    assert not (venv / 'sageiq-environment.json').exists()
    monkeypatch.setattr(environment, 'pip_install', lambda *words: None)
    assert environment.make_venv(venv, JAZZY, ['tqdm==4.70.1'], [])
    state = json.loads((venv / 'sageiq-environment.json').read_text(encoding='utf-8'))
    assert state['requirements'] == ['tqdm==4.70.1']


def test_a_failing_pip_is_shown_with_the_end_of_its_log(environment, tmp_path):
    (tmp_path / 'bin').mkdir()
    python = tmp_path / 'bin' / 'python'
    python.write_text('#!/bin/sh\necho "ERROR: no such release"\nexit 1\n', encoding='utf-8')
    python.chmod(0o755)
    with pytest.raises(environment.SetupError, match='no such release'):
        environment.pip_install(tmp_path, 'tqdm==0')


@pytest.fixture
def ready(root):
    """Return the root of a repository whose environment was made from the wheels, or skip."""
    if not (root / '.venv' / '.ros-wheels').exists():
        pytest.skip('needs the environment of make setup, made from the wheels')
    return root


def test_the_environment_holds_no_torch_and_no_cuda(ready):
    folders = [str(path) for path in (ready / '.venv').glob('lib/python*/site-packages')]
    there = {found.metadata['Name'].lower() for found in distributions(path=folders)}
    assert 'openvino' in there
    assert there.isdisjoint({'torch', 'llama-cpp-python', 'transformers'})
    assert not [name for name in there if 'nvidia' in name or 'cuda' in name]


@pytest.mark.parametrize('shell', ['sh', 'bash'])
def test_a_shell_with_the_environment_finds_everything(ready, shell):
    script = (
        '. tools/env.sh && python -c "import rclpy, sageiq_msgs.msg, sageiq_ros; '
        'sageiq_msgs.msg.TarQuality.__import_type_support__(); print(sageiq_ros.__file__)"'
    )
    result = subprocess.run(
        [shell, '-c', script],
        cwd=ready,
        env={'PATH': os.environ['PATH'], '_ROS_WHEELS_BOOTSTRAP_COMPLETE': '1'},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(ready / 'sageiq_ros' / '__init__.py')


@pytest.mark.parametrize(
    ('distribution', 'variable'),
    [('', 'FASTDDS_DEFAULT_PROFILES_FILE'), ('jazzy', 'FASTRTPS_DEFAULT_PROFILES_FILE')],
)
@pytest.mark.parametrize('own', ['', '/home/me/fastdds.xml'])
def test_a_profile_of_the_users_own_stays(root, tmp_path, distribution, variable, own):
    # An environment of nothing but a python, as if made for the distribution that is sourced.
    (tmp_path / 'tools').mkdir()
    shutil.copy(root / 'tools' / 'env.sh', tmp_path / 'tools')
    (tmp_path / '.venv' / 'bin').mkdir(parents=True)
    (tmp_path / '.venv' / 'bin' / 'python').symlink_to(sys.executable)
    given = {'PATH': os.environ['PATH'], 'ROS_DISTRO': distribution}
    result = subprocess.run(
        ['sh', '-c', f'. tools/env.sh && printf %s "${variable}"'],
        cwd=tmp_path,
        env={**given, variable: own} if own else given,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == (own or str(tmp_path / 'config' / 'fastdds.xml'))


def test_the_command_works_from_any_folder_without_preparation(ready, tmp_path):
    result = subprocess.run(
        [ready / '.venv' / 'bin' / 'sageiq', '--help'],
        cwd=tmp_path,
        env={'PATH': '/usr/bin:/bin'},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert 'demo' in result.stdout


def test_without_an_environment_the_shell_is_told_what_to_do(root, tmp_path):
    result = subprocess.run(
        ['sh', '-c', f'SAGEIQ_ROOT={tmp_path}; . {root}/tools/env.sh'],
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0
    assert "run 'make setup'" in result.stderr


@pytest.mark.parametrize('ros', [True, False])
def test_the_launcher_runs_the_command_from_anywhere(environment, root, tmp_path, ros):
    venv = root / ('.venv' if ros else '.venv-train')
    if not (venv / 'bin' / 'python').exists():
        pytest.skip(f'needs {venv.name}')
    before = (venv / 'bin' / 'sageiq').read_text(encoding='utf-8')
    environment.write_launcher(venv, ros)
    assert (venv / 'bin' / 'sageiq').read_text(encoding='utf-8') == before
    run = subprocess.run(
        [str(venv / 'bin' / 'sageiq'), 'dataset', 'build', '--help'],
        cwd=tmp_path,
        env={'PATH': os.environ['PATH'], 'HOME': str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert 'usage: sageiq dataset build' in run.stdout
