# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run all tests: those of networks and clusters in .venv-train, beside all others in .venv."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / '.venv-train' / 'bin' / 'python'
OUTPUT = ROOT / 'build' / 'test_networks.txt'


def main() -> int:
    """Show the other tests as they run, then what came of the networks; 1 where one failed."""
    OUTPUT.parent.mkdir(exist_ok=True)
    print('The tests of networks and clusters run beside the others; they are shown last.')
    with OUTPUT.open('w') as output:
        # Not by '&' of a shell, which would make its tests deaf to Ctrl-C.
        networks = subprocess.Popen(
            [PYTHON, '-m', 'pytest', 'test/networks', 'test/cluster'],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            others = subprocess.run(
                ['sh', '-c', '. tools/env.sh && exec python -m pytest'], cwd=ROOT, check=False
            ).returncode
            networks.wait()
        finally:
            networks.kill()
    print(OUTPUT.read_text(), end='')
    return int(bool(others or networks.returncode))


if __name__ == '__main__':
    sys.exit(main())
