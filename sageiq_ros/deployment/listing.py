# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq models list``: the shipped engines, or those in given folders."""

from __future__ import annotations

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('engine', nargs='*', help='store folders (default: the shipped engines)')


def run(args: argparse.Namespace) -> int:
    """Print a line an engine; 1 where the file of one is not what its manifest says."""
    from pathlib import Path

    from sageiq_ros.engines.base import EngineError
    from sageiq_ros.engines.store import (
        MANIFEST,
        find_engine,
        fit_backends,
        read_manifest,
        shipped,
        verified_model,
    )

    names = args.engine or sorted(p.parent.name for p in shipped().glob(f'*/{MANIFEST}'))
    folders = [find_engine(name) for name in names]
    heads = f'{"engine":24}{"network":10}{"precision":10}{"first input":18}'
    print(f'{heads}{"MB":>6}  {"file":10}backends')
    sound = True
    for name, folder in zip(names, folders, strict=True):
        manifest = read_manifest(folder)
        try:
            size = f'{verified_model(folder, manifest).stat().st_size / 1e6:.1f}'
            state = 'intact'
        except EngineError:
            size, state, sound = '-', 'DAMAGED', False
        shape = 'x'.join(map(str, manifest.inputs[0].shape))
        print(
            f'{Path(name).name:24}{manifest.network:10}{manifest.precision:10}{shape:18}'
            f'{size:>6}  {state:10}{", ".join(fit_backends(manifest))}'
        )
    return 0 if sound else 1
