# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run all tests: those that talk over DDS, and beside them the networks and then the others.

The former mostly wait; the latter keep the processors busy.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / 'build' / 'test_beside.txt'
DDS = ('bags', 'demo', 'deployment', 'faults', 'load', 'nodes', 'setup', 'test_readme.py')
NETWORKS = ('networks', 'cluster')


def paths(rooms: tuple[str, ...], option: str = '') -> list[str]:
    """Spell rooms of the tests as arguments of pytest."""
    return [f'{option}test/{room}' for room in rooms]


def with_ros(arguments: list[str]) -> list[str]:
    """Spell a run of pytest in the environment of tools/env.sh."""
    return ['sh', '-c', '. tools/env.sh && exec python -m pytest "$@"', 'sh', *arguments]


BESIDE = (
    [str(ROOT / '.venv-train' / 'bin' / 'python'), '-m', 'pytest', *paths(NETWORKS)],
    with_ros(paths((*DDS, *NETWORKS), '--ignore=')),
)


def main() -> int:
    """Show the tests over DDS as they run, then what came of the others; 1 where one failed."""
    OUTPUT.parent.mkdir(exist_ok=True)
    print('The tests that do not talk over DDS run beside those that do; they are shown last.')
    with OUTPUT.open('w') as output:
        # Not by '&' of a shell, which would make its tests deaf to Ctrl-C.
        beside = subprocess.Popen(
            [sys.executable, __file__, 'beside'], cwd=ROOT, stdout=output, stderr=output
        )
        try:
            talking = subprocess.run(with_ros(paths(DDS)), cwd=ROOT, check=False).returncode
            beside.wait()
        finally:
            beside.terminate()
    print(OUTPUT.read_text(), end='')
    return int(bool(talking or beside.returncode))


def run_beside() -> int:
    """Run one command after the other, all of them; 1 where one failed."""
    statuses = [subprocess.run(command, cwd=ROOT, check=False).returncode for command in BESIDE]
    return int(any(statuses))


if __name__ == '__main__':
    sys.exit(run_beside() if sys.argv[1:] == ['beside'] else main())
