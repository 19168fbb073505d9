# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fuzz one reader of untrusted input by its coverage, with Google's atheris where it is installed.

python tools/fuzz_atheris.py 'GGUF file' --seconds 60
"""

import argparse
import logging
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

MISSING = (
    "atheris is not installed: run 'pip install atheris' in an environment of CPython 3.11 or "
    'newer that has this package; tools/fuzz.py needs nothing.'
)


def main() -> int:
    """Run until the time is over or something may not happen, which atheris prints and keeps."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('target', help='as tools/fuzz.py --list names it')
    parser.add_argument('--seconds', type=int, default=60, help='how long (60)')
    parser.add_argument('--seed', type=int, default=1, help='of all mutations (1)')
    args = parser.parse_args()
    try:
        import atheris
    except ImportError:
        print(MISSING, file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=['sageiq_ros']):
        from fuzzing.targets import TARGETS
    if args.target not in TARGETS:
        parser.error(f'there is no target {args.target!r}; see tools/fuzz.py --list')
    target = TARGETS[args.target]
    logging.disable()
    folder, corpus = TemporaryDirectory(), TemporaryDirectory()
    seeds, run = target.make(Path(folder.name))
    for number, seed in enumerate(seeds):
        Path(corpus.name, f'seed{number}').write_bytes(seed)

    def try_input(data: bytes) -> None:
        try:
            run(data)
        except target.allowed:
            return

    options = [f'-max_total_time={args.seconds}', f'-seed={args.seed}', '-timeout=10']
    options += [f'-rss_limit_mb={1024 + target.most_mb}', f'-artifact_prefix={os.getcwd()}/']
    atheris.Setup([sys.argv[0], *options, corpus.name], try_input)
    atheris.Fuzz()
    return 0


if __name__ == '__main__':
    sys.exit(main())
