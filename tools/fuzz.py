# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Give every reader of untrusted input damaged and hostile ones; tell what may not happen.

python tools/fuzz.py --seed 1 --json docs/fuzzing.json
"""

import argparse
import json
import platform
import sys
from pathlib import Path
from typing import Any

import cv2
from fuzzing.processes import run_apart
from fuzzing.targets import TARGETS


def main() -> int:
    """Print a line a target; returns 1 where there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--seed', type=int, default=0, help='of all mutations (0)')
    parser.add_argument(
        '--scale', type=float, default=1.0, metavar='X', help='times the number of inputs (1)'
    )
    parser.add_argument(
        '--seconds', type=float, metavar='S', help='for each target, whatever the number of inputs'
    )
    parser.add_argument(
        '--target', action='append', choices=TARGETS, help='only this one; may be repeated'
    )
    parser.add_argument('--list', action='store_true', help='name the targets and end')
    parser.add_argument('--json', type=Path, metavar='FILE', help='keep all numbers and findings')
    args = parser.parse_args()
    if args.list:
        print('\n'.join(TARGETS))
        return 0
    records = []
    for name in args.target or TARGETS:
        count = sys.maxsize if args.seconds else max(1, round(args.scale * TARGETS[name].count))
        records.append(run_apart(name, args.seed, count, args.seconds))
        print(line(records[-1]), flush=True)
    findings = sum(len(record['findings']) for record in records)
    total = sum(record['inputs'] for record in records)
    print(f'{total} inputs, {findings} findings')
    if args.json is not None:
        content = {
            'command': 'python tools/fuzz.py',
            'settings': {'seed': args.seed, 'scale': args.scale, 'seconds': args.seconds},
            'machine': {
                'architecture': platform.machine(),
                'python': platform.python_version(),
                'opencv': cv2.__version__,
            },
            'inputs': total,
            'findings': findings,
            'targets': records,
        }
        args.json.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
    return 1 if findings else 0


def line(record: dict[str, Any]) -> str:
    """Word what came of a target, each finding on a line of its own."""
    refused = sum(record['refused'].values())
    words = [
        f'{record["target"]:45} {record["inputs"]:7} inputs {record["taken"]:7} taken '
        f'{refused:7} refused {record["seconds"]:7.1f} s, slowest {record["slowest_s"]:.2f} s'
    ]
    words += [
        f'  {item["kind"]} (input {item["first_input"]}, {item["count"]} in all): {item["place"]} '
        f'{item["text"]}'
        for item in record['findings']
    ]
    return '\n'.join(words)


if __name__ == '__main__':
    sys.exit(main())
