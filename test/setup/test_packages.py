# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The two ROS packages: their manifests, what they install, and the make targets around them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {'sageiq_ros': '.', 'sageiq_msgs': 'sageiq_msgs'}


def manifest(root, name):
    return ElementTree.parse(root / PACKAGES[name] / 'package.xml').getroot()


@pytest.mark.parametrize('name', PACKAGES)
def test_manifest_is_of_format_3_and_complete(root, name):
    package = manifest(root, name)
    assert package.get('format') == '3'
    assert package.findtext('name') == name
    assert package.findtext('license') == 'Apache-2.0'
    assert package.findtext('description').strip()
    assert package.find('maintainer').get('email')


def test_versions_agree(root):
    versions = {manifest(root, name).findtext('version') for name in PACKAGES}
    printed = subprocess.run(
        [sys.executable, 'setup.py', '--version'], cwd=root, capture_output=True, text=True
    )
    versions.add(printed.stdout.split()[-1])
    assert len(versions) == 1, versions


@pytest.mark.parametrize('name', PACKAGES)
def test_a_changelog_begins_with_the_manifests_version_or_with_what_it_will_bring(root, name):
    text = (root / PACKAGES[name] / 'CHANGELOG.rst').read_text(encoding='utf-8')
    first = re.search(r'^(Forthcoming|\d+\.\d+\.\d+(?= \())', text, re.MULTILINE)
    assert first[1] in ('Forthcoming', manifest(root, name).findtext('version'))


@pytest.mark.parametrize('name', PACKAGES)
def test_every_package_carries_the_licence(root, name):
    carried = (root / PACKAGES[name] / 'LICENSE').read_bytes()
    assert b'Apache License' in carried and carried == (root / 'LICENSE').read_bytes()


def declared(root, *tags):
    return {item.text for item in manifest(root, 'sageiq_ros') if item.tag in tags}


def imported(root, *folders):
    """Return the ROS packages that the sources of some folders import."""
    pattern = re.compile(
        r'^\s*(?:from|import) '
        r'(rclpy|cv_bridge|launch(?:_ros)?|ament_index_python|\w+_(?:msgs|srvs|interfaces))\b'
    )
    return {
        found[1]
        for folder in folders
        for path in (root / folder).rglob('*.py')
        for line in path.read_text(encoding='utf-8').splitlines()
        if (found := pattern.match(line))
    }


def test_manifest_names_every_ros_package_that_is_imported(root):
    needed = imported(root, 'sageiq_ros', 'launch', 'examples')
    assert 'sageiq_msgs' in needed
    assert needed - declared(root, 'depend', 'exec_depend') == set()
    tested = imported(root, 'test') - needed
    assert 'lifecycle_msgs' in tested
    assert tested - declared(root, 'depend', 'exec_depend', 'test_depend') == set()


def test_manifest_keeps_what_only_tests_import_out_of_a_car(root):
    only_tests = imported(root, 'test') - imported(root, 'sageiq_ros', 'launch', 'examples')
    assert only_tests.isdisjoint(declared(root, 'depend', 'exec_depend'))


def test_manifest_names_the_commands_of_the_readme(root):
    commands = re.findall(r'^ros2 (launch|bag) ', (root / 'README.md').read_text(), re.MULTILINE)
    assert 'launch' in commands
    assert {f'ros2{command}' for command in commands} <= declared(root, 'exec_depend')


@pytest.fixture(scope='module')
def installed(tmp_path_factory):
    """Install sageiq_ros as colcon does, without links, and return the prefix."""
    base = tmp_path_factory.mktemp('package')
    source = base / 'source'
    skip = shutil.ignore_patterns('__pycache__')
    source.mkdir()
    for name in ('package.xml', 'setup.py', 'setup.cfg', 'LICENSE'):
        shutil.copy(ROOT / name, source)
    for name in ('sageiq_ros', 'launch', 'config', 'examples', 'resource'):
        shutil.copytree(ROOT / name, source / name, ignore=skip)
    prefix = base / 'prefix'
    result = subprocess.run(
        [
            *(sys.executable, '-W', 'ignore', 'setup.py', 'build', 'install'),
            *('--prefix', prefix, '--record', base / 'record', '--install-lib', prefix / 'py'),
            '--single-version-externally-managed',
        ],
        cwd=source,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return prefix


def test_every_source_and_data_file_is_installed(installed, root):
    wanted = {
        path.relative_to(root)
        for path in (root / 'sageiq_ros').rglob('*')
        if path.is_file() and '__pycache__' not in path.parts
    }
    there = {path.relative_to(installed / 'py') for path in (installed / 'py').rglob('*')}
    assert wanted - there == set()


def test_programs_and_shared_files_lie_where_ros_looks(installed, root):
    for name in ('sageiq', 'sageiq_node', 'sageiq_gate'):
        assert os.access(installed / 'lib' / 'sageiq_ros' / name, os.X_OK)
    share = installed / 'share'
    assert (share / 'ament_index/resource_index/packages/sageiq_ros').exists()
    for name in ('package.xml', 'LICENSE'):
        assert (share / 'sageiq_ros' / name).exists()
    for folder in ('launch', 'config', 'examples'):
        wanted = {path.name for path in (root / folder).glob('*.*')}
        assert {path.name for path in (share / 'sageiq_ros' / folder).iterdir()} == wanted


def test_plain_colcon_finds_both_packages_and_nothing_else(root):
    if shutil.which('colcon') is None:
        pytest.skip('needs colcon')
    result = subprocess.run(
        ['colcon', '--log-base', os.devnull, 'list', '--names-only'],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert sorted(result.stdout.split()) == sorted(PACKAGES)


def targets(root):
    text = (root / 'Makefile').read_text(encoding='utf-8')
    return set(re.findall(r'^([a-z][a-z-]*):', text, re.MULTILINE))


@pytest.mark.parametrize('page', ['README.md', 'CONTRIBUTING.md', 'requirements/README.md'])
def test_make_commands_of_the_documents_exist(root, page):
    text = (root / page).read_text(encoding='utf-8')
    named = set(re.findall(r'(?:`|^)make ([a-z][a-z-]*)', text, re.MULTILINE))
    assert named
    assert named - targets(root) == set()


def test_plain_make_lists_the_targets(root):
    result = subprocess.run(['make'], cwd=root, capture_output=True, text=True)
    assert set(re.findall(r'^  make (\S+)', result.stdout, re.MULTILINE)) == targets(root)


def test_an_input_with_spaces_reaches_the_demo_as_one_word(root, tmp_path):
    recorder = tmp_path / 'sageiq'
    recorder.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding='utf-8')
    recorder.chmod(0o755)
    shown = subprocess.run(
        ['make', '--no-print-directory', '-n', 'demo'], cwd=root, capture_output=True, text=True
    )
    recipe = shown.stdout.splitlines()[-1].replace('.venv/bin/sageiq', str(recorder))
    result = subprocess.run(
        ['sh', '-c', recipe],
        env={**os.environ, 'INPUT': '/a drive/clip'},
        capture_output=True,
        text=True,
    )
    assert result.stdout.splitlines() == [
        *('demo', '--input', '/a drive/clip'),
        *('--output', 'demo_output'),
    ]


def test_no_file_names_this_machine_or_a_registry(root):
    listed = subprocess.run(
        ['git', 'ls-files', '--cached', '--others', '--exclude-standard', '-z'],
        cwd=root,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip('needs a git checkout')
    # Written in pieces, so that this file does not find itself.
    unwanted = ['pypi' + '.org', 'python' + 'hosted.org', 'down' + 'load.pytorch', str(root) + '/']
    found = []
    for name in filter(None, listed.stdout.split('\0')):
        path = root / name
        if path.suffix in ('.onnx', '.safetensors', '.jpg', '.png') or not path.is_file():
            continue
        text = path.read_text(encoding='utf-8', errors='ignore')
        found += [(name, word) for word in unwanted if word in text]
    assert found == []
