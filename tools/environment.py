# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Make the environments that the Makefile needs: Python packages, ROS 2 and the built messages.

Uses the standard library only and no syntax newer than Python 3.8, like ``machine.py``.
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

from machine import (
    NAMES,
    SYSTEM_MODULES,
    SetupError,
    check_tools,
    choose_python,
    name_version,
    probe,
    say,
    sourced_distribution,
)

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / 'requirements'
# What a car needs, and what experiments and tests need beside it.
NODE = ('runtime.txt',)
EVERYTHING = (*NODE, 'experiments.txt', 'test.txt')

# The wheels' exported CMake files name the paths of the machine that made them.
BUILDER_PYTHON = re.compile(r'/opt/python/cp3\d+-cp3\d+/include/python3\.\d+')
BUILDER_NUMPY = re.compile(r'/opt/python/[^";]*/site-packages/numpy/_core/include')


def pinned(name):
    """Read the requirements of a file in requirements/ without its comments."""
    lines = (REQUIREMENTS / name).read_text(encoding='utf-8').splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith('#')]


def project(requirement):
    """Return the project's name in a requirement."""
    return re.split(r'[<>=!~\[; ]', requirement, maxsplit=1)[0]


def plan_runtime(found, distribution, files=EVERYTHING):
    """List the requirements of ``.venv``; a sourced distribution's own parts are left out."""
    ros = pinned('ros.txt')
    packages = [line for name in files for line in pinned(name)]
    if not distribution:
        return ros + packages
    if 'cv2' not in found['modules']:
        # The wheel of OpenCV needs a newer NumPy than the one that ROS 2 is compiled for.
        raise SetupError(
            f'ROS 2 {distribution} is sourced, but its OpenCV is missing; install it with '
            "'sudo apt-get install python3-opencv'."
        )
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
    with log.open('a', encoding='utf-8') as stream:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for line in process.stdout:
            stream.write(line)
            if line.startswith('Collecting') and live:
                files += 1
                print(f'\r  {files} packages looked up or downloaded', end='', flush=True)
            elif line.startswith('Installing collected'):
                print('\r' * live + '  downloaded; unpacking'.ljust(50), flush=True)
    if process.wait():
        tail = ''.join(log.read_text(encoding='utf-8').splitlines(keepends=True)[-12:])
        raise SetupError(f'pip failed; check the network and run make again (log: {log}):\n{tail}')


def make_venv(venv, found, requirements, constraints, distribution=None, bare=()):
    """Create an environment or bring it up to date; do nothing if nothing changed."""
    state = {
        'python': found['executable'],
        'version': found['version'],
        'root': str(ROOT),
        'distribution': distribution,
        'requirements': list(requirements),
        'constraints': list(constraints),
        'bare': list(bare),
    }
    base = ('python', 'version', 'root', 'distribution')
    stamp = venv / 'sageiq-environment.json'
    old = json.loads(stamp.read_text(encoding='utf-8')) if stamp.exists() else None
    if old == state:
        return False
    if old is not None and any(old.get(key) != state[key] for key in base):
        say(f'{venv.name} was made for another Python, ROS 2 or folder: making it anew')
        shutil.rmtree(venv)
    # pip comes last, so an environment without it was interrupted.
    if not (venv / 'bin' / 'pip').exists():
        say(f'Making {venv.name} with Python {name_version(found)} ({found["executable"]})')
        system = ['--system-site-packages'] if distribution else []
        run([found['executable'], '-m', 'venv', *system, str(venv)])
    (venv / 'COLCON_IGNORE').touch()
    listing = venv / 'constraints.txt'
    listing.write_text('\n'.join(constraints) + '\n', encoding='utf-8')
    say(f'Installing {len(requirements) + len(bare)} packages and what they need in {venv.name}')
    pip_install(venv, '--constraint', str(listing), *requirements)
    if bare:
        pip_install(venv, '--no-deps', *bare)
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


def write_launcher(venv, ros=True):
    """Put ``sageiq`` into the environment: it works without ``tools/env.sh`` being sourced.

    Without ``ros`` it runs on what the environment itself has.
    """
    launcher = venv / 'bin' / 'sageiq'
    root = str(ROOT).replace("'", "'\\''")
    if ros:
        enter = '. "$SAGEIQ_ROOT/tools/env.sh" || exit 1\nexec python'
    else:
        enter = (
            'PYTHONPATH="$SAGEIQ_ROOT${PYTHONPATH:+:$PYTHONPATH}" '
            f'exec "$SAGEIQ_ROOT/{venv.name}/bin/python"'
        )
    launcher.write_text(
        f'#!/bin/sh\nSAGEIQ_ROOT=\'{root}\'\n{enter} -m sageiq_ros.cli "$@"\n',
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
    for folder in ('launch', 'config', 'examples'):
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
    script = f'. tools/env.sh && exec python -c "{colcon}" build'
    run(['sh', '-c', script], cwd=ROOT, env=environment)
    stamp.write_text(digest.hexdigest(), encoding='utf-8')
    return True


def main(arguments=None):
    """Run one command of this file and return the exit status."""
    parser = argparse.ArgumentParser(description='Make the environments of SageIQ.')
    parser.add_argument(
        'command',
        choices=('runtime', 'node', 'train', 'plan'),
        help='make .venv and build | the same without what experiments and tests need | '
        'make .venv-train | list what runtime would install',
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
                bare=pinned('train-bare.txt') + pinned('models.txt'),
            )
            write_launcher(ROOT / '.venv-train', ros=False)
        else:
            distribution = sourced_distribution(candidates)
            found = choose_python(candidates, distribution=distribution)
            files = NODE if command == 'node' else EVERYTHING
            requirements = plan_runtime(found, distribution, files)
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
