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
    changelogs = [root / 'CHANGELOG.rst', root / 'sageiq_msgs' / 'CHANGELOG.rst']
    for path in changelogs:
        found = re.search(r'^(\d+\.\d+\.\d+) ', path.read_text(encoding='utf-8'), re.MULTILINE)
        versions.add(found[1])
    printed = subprocess.run(
        [sys.executable, 'setup.py', '--version'], cwd=root, capture_output=True, text=True
    )
    versions.add(printed.stdout.split()[-1])
    assert len(versions) == 1, versions


def test_manifest_names_every_ros_package_that_is_imported(root):
    package = manifest(root, 'sageiq_ros')
    declared = {item.text for item in package if item.tag in ('depend', 'exec_depend')}
    pattern = re.compile(
        r'^\s*(?:from|import) '
        r'(rclpy|cv_bridge|launch\w*|ament_index_python|\w+_(?:msgs|srvs|interfaces))\b'
    )
    sources = [*(root / 'sageiq_ros').rglob('*.py'), *(root / 'launch').glob('*.py')]
    imported = {
        found[1]
        for path in sources
        for line in path.read_text(encoding='utf-8').splitlines()
        if (found := pattern.match(line))
    }
    assert 'sageiq_msgs' in imported
    assert imported - declared == set()


@pytest.fixture(scope='module')
def installed(tmp_path_factory):
    """Install sageiq_ros as colcon does, without links, and return the prefix."""
    base = tmp_path_factory.mktemp('package')
    source = base / 'source'
    skip = shutil.ignore_patterns('__pycache__')
    source.mkdir()
    for name in ('package.xml', 'setup.py', 'setup.cfg'):
        shutil.copy(ROOT / name, source)
    for name in ('sageiq_ros', 'launch', 'config', 'resource'):
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
    assert (share / 'sageiq_ros' / 'package.xml').exists()
    for folder in ('launch', 'config'):
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
