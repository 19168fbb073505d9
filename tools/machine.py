# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Find what the machine offers (Python, build tools, a sourced ROS 2) and name what it lacks.

Uses the standard library only, and no syntax newer than Python 3.8, so that a machine with an
unsuitable Python is told what is missing instead of being shown a traceback.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess

OLDEST, NEWEST = (3, 11), (3, 13)
NAMES = ('python3', 'python3.13', 'python3.12', 'python3.11')

# Taken from the system where a ROS 2 distribution brings them: cv_bridge is compiled for them.
SYSTEM_MODULES = {
    'numpy': 'numpy',
    'opencv-python-headless': 'cv2',
    'PyYAML': 'yaml',
    'pytest': 'pytest',
}

PROBE = """
import importlib.metadata, importlib.util, json, os, sys, sysconfig
def has(name):
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
print(json.dumps({
    'executable': os.path.realpath(getattr(sys, '_base_executable', sys.executable)),
    'environment': sys.prefix != sys.base_prefix,
    'version': list(sys.version_info[:3]),
    'venv': has('venv') and has('ensurepip'),
    'headers': os.path.exists(os.path.join(sysconfig.get_path('include'), 'Python.h')),
    'modules': [name for name in sys.argv[1:] if has(name)],
    'numpy': importlib.metadata.version('numpy') if has('numpy') else None,
}))
"""


class SetupError(Exception):
    """What is missing, in one sentence that says how to get it."""


def say(text):
    """Print a line at once, in order with what child processes print."""
    print(text, flush=True)


def probe(command):
    """Describe the interpreter behind a command as a dict, or return None if there is none."""
    found = shutil.which(command)
    if found is None:
        return None
    modules = ['rclpy', 'colcon_core', *SYSTEM_MODULES.values()]
    result = subprocess.run(
        [found, '-c', PROBE, *modules],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    # pyenv puts names on PATH that only say which version to choose first.
    if result.returncode:
        return None
    described = json.loads(result.stdout)
    # In an activated environment the interpreter below it is meant.
    return probe(described['executable']) if described['environment'] else described


def name_version(found):
    """Write the version of a probed interpreter like ``3.11``."""
    return '.'.join(str(part) for part in found['version'][:2])


def choose_python(candidates, build=True, distribution=None):
    """Return the first interpreter that will do.

    ``candidates`` are results of ``probe``; ``build`` asks for the headers that messages need;
    ``distribution`` names a sourced ROS 2, whose own interpreter it must be then. Raises
    SetupError naming the Debian package that the best candidate lacks.
    """
    if distribution:
        fitting = [found for found in candidates if 'rclpy' in found['modules']]
    else:
        fitting = [
            found for found in candidates if OLDEST <= tuple(found['version'][:2]) <= NEWEST
        ]
    if not fitting:
        seen = ', '.join(sorted({name_version(found) for found in candidates})) or 'none'
        raise SetupError(
            f'Python 3.11, 3.12 or 3.13 is missing (found: {seen}); install it with '
            "'sudo apt-get install python3 python3-venv python3-dev', or python3.11 and its "
            'python3.11-venv and python3.11-dev where python3 is another version.'
        )
    for found in fitting:
        if found['venv'] and (found['headers'] or not build):
            return found
    best = fitting[0]
    version = name_version(best)
    lack, package = 'headers (Python.h)', 'dev'
    if not best['venv']:
        lack, package = 'modules venv and ensurepip', 'venv'
    raise SetupError(
        f'Python {version} ({best["executable"]}) lacks its {lack}; install them with '
        f"'sudo apt-get install python{version}-{package}'."
    )


def check_tools(which=shutil.which):
    """Raise SetupError naming the Debian package of every build tool that is missing."""
    tools = (
        ('C++ compiler (g++)', ('c++', 'g++', 'clang++'), 'g++'),
        ('build system cmake', ('cmake',), 'cmake'),
        ('build tool make', ('make', 'gmake'), 'make'),
    )
    missing = [
        (name, package)
        for name, commands, package in tools
        if not any(which(command) for command in commands)
    ]
    if missing:
        names = ' and the '.join(name for name, _ in missing)
        packages = ' '.join(package for _, package in missing)
        raise SetupError(
            f"The {names} is missing; install with 'sudo apt-get install {packages}'."
        )


def sourced_distribution(candidates):
    """Return the name of the ROS 2 that is sourced and works, or None to use the wheels."""
    name = os.environ.get('ROS_DISTRO')
    if not name:
        return None
    if any('rclpy' in found['modules'] for found in candidates):
        return name
    say(f'ROS_DISTRO is {name}, but no Python here finds its rclpy: using the ROS 2 wheels.')
    return None
