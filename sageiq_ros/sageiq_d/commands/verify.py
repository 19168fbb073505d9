# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Check every picture of a SageIQ-D against its checksum."""

from __future__ import annotations

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq dataset verify``."""
    parser.add_argument('folder', type=Path, help='folder of a finished set')


def run(args: argparse.Namespace) -> int:
    """Print each fault; returns 1 where there is one."""
    from tqdm import tqdm

    from sageiq_ros.sageiq_d.manifest import faults, read_manifest

    rows = read_manifest(args.folder)
    found = list(faults(args.folder, tqdm(rows, unit='picture', disable=None)))
    for sentence in found:
        print(sentence)
    print(f'{len(rows) - len(found)} of {len(rows)} pictures are as they were built.')
    return 1 if found else 0
