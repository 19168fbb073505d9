# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of launch files share: reading one, laying out a package, and launching it."""

import __future__

import ast
import os
import re
import shlex
import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAUNCH_S = 240.0
NEEDS_LAUNCH = 'needs ROS 2 launch_ros, which no wheel carries'
# The programs that setup.py installs, and their modules.
ENTRY_POINTS = dict(
    re.findall(r"'(\w+) = ([\w.]+):main'", (ROOT / 'setup.py').read_text(encoding='utf-8'))
)
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


class LaunchFile:
    """A launch file as text: who is called in it, and with what."""

    def __init__(self, name):
        self.path = ROOT / 'launch' / name
        self._tree = ast.parse(self.path.read_text(encoding='utf-8'))

    def calls(self, name):
        return [
            node
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == name
        ]

    def assert_arguments(self, required, optional):
        """Require that these arguments are declared, in order, each with a sentence."""
        declared = {call.args[0].value: call for call in self.calls('DeclareLaunchArgument')}
        assert list(declared) == required + optional
        for name, call in declared.items():
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            assert ('default_value' in given) == (name in optional)
            assert ast.literal_eval(given['description']).endswith('.')

    def assert_plain(self):
        """Require that the description is built without logic."""
        (description,) = (
            node
            for node in self._tree.body
            if getattr(node, 'name', '') == 'generate_launch_description'
        )
        logic = (ast.If, ast.IfExp, ast.For, ast.While, ast.Lambda, ast.Try, ast.comprehension)
        assert not [node for node in ast.walk(description) if isinstance(node, logic)]
        assert not self.calls('OpaqueFunction')

    def function(self, name, **names):
        """Return a function of the file's own, without launch, that knows these names only."""
        (found,) = (node for node in self._tree.body if getattr(node, 'name', '') == name)
        flags = __future__.annotations.compiler_flag
        module = ast.Module([found], type_ignores=[])
        exec(compile(module, self.path, 'exec', flags=flags, dont_inherit=True), names)
        return names[name]

    def executables(self):
        """Return the programs of this package that are started."""
        return {
            keyword.value.value
            for name in ('Node', 'LifecycleNode', 'ExecutableInPackage')
            for call in self.calls(name)
            for keyword in call.keywords
            if keyword.arg == 'executable'
        }

    def arguments(self):
        """Ask launch itself for the names of the arguments; skip where it is not installed."""
        pytest.importorskip('launch_ros', reason=NEEDS_LAUNCH)
        spec = util.spec_from_file_location('launch_file', self.path)
        module = util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return [item.name for item in module.generate_launch_description().get_launch_arguments()]


class Package:
    """A prefix with this package's launch and configuration files; programs are added."""

    def __init__(self, prefix):
        self.prefix = prefix
        share = self._index('sageiq_ros')
        for name in ('launch', 'config'):
            (share / name).symlink_to(ROOT / name)

    def _index(self, package):
        index = self.prefix / 'share' / 'ament_index' / 'resource_index' / 'packages'
        share = self.prefix / 'share' / package
        for folder in (index, share, self.prefix / 'lib' / package):
            folder.mkdir(parents=True, exist_ok=True)
        (index / package).touch()
        return share

    def add(self, name, command, package='sageiq_ros'):
        """Install a program that runs Python with these words, and those it is given."""
        self._index(package)
        program = self.prefix / 'lib' / package / name
        words = ' '.join(shlex.quote(str(word)) for word in (sys.executable, *command))
        program.write_text(f'#!/bin/sh\nunset _ROS_WHEELS_BOOTSTRAP_COMPLETE\nexec {words} "$@"\n')
        program.chmod(0o755)

    def add_all(self):
        """Install the programs of the source tree."""
        for name, module in ENTRY_POINTS.items():
            self.add(name, ('-m', module))

    def start(self, path, arguments, log):
        """Start launch with a launch file and return its process."""
        prefixes = [str(self.prefix), os.environ.get('AMENT_PREFIX_PATH', '')]
        words = [f'{name}:={value}' for name, value in arguments.items()]
        environment = {
            **os.environ,
            'AMENT_PREFIX_PATH': os.pathsep.join(filter(None, prefixes)),
            'ROS_LOG_DIR': str(log),
        }
        environment.pop('_ROS_WHEELS_BOOTSTRAP_COMPLETE', None)
        return subprocess.Popen(
            [sys.executable, '-c', LAUNCH, str(path), *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def said_by_the_end(process, status):
    """Wait for launch, see that it ends with a status, and return its words."""
    try:
        said = process.communicate(timeout=LAUNCH_S)[0]
    finally:
        process.kill()
    assert process.returncode == status, said
    return said


def said_until_the_end(process):
    """Wait for launch, see that it was content, and return its words."""
    said = said_by_the_end(process, 0)
    assert 'Traceback' not in said and 'exception' not in said, said
    return said
