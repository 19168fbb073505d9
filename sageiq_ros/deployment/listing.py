# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq models list``: the shipped engines, or those in given folders."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sageiq_ros.engines.manifest import Manifest


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('engine', nargs='*', help='store folders (default: the shipped engines)')


def run(args: argparse.Namespace) -> int:
    """Print a line an engine; 1 where the file of one is not what its manifest says."""
    from pathlib import Path

    from sageiq_ros.engines import mplug_owl2
    from sageiq_ros.engines.base import EngineError
    from sageiq_ros.engines.store import (
        MANIFEST,
        find_engine,
        fit_backends,
        read_manifest,
        shipped,
    )

    names = args.engine or sorted(p.parent.name for p in shipped().glob(f'*/{MANIFEST}'))
    folders = [find_engine(name) for name in names]
    heads = f'{"engine":24}{"network":12}{"precision":10}{"first input":18}'
    print(f'{heads}{"MB":>8}  {"file":10}backends')
    sound = True
    for name, folder in zip(names, folders, strict=True):
        manifest = read_manifest(folder)
        try:
            size = f'{_verified_bytes(folder, manifest) / 1e6:.1f}'
            state = 'intact'
        except EngineError:
            size, state, sound = '-', 'DAMAGED', False
        backends = fit_backends(manifest)
        if manifest.network == mplug_owl2.NETWORK:
            # Its file is an index of weights, which torch alone runs.
            backends = ['torch']
        shape = 'x'.join(map(str, manifest.inputs[0].shape))
        print(
            f'{Path(name).name:24}{manifest.network:12}{manifest.precision:10}{shape:18}'
            f'{size:>8}  {state:10}{", ".join(backends)}'
        )
    return 0 if sound else 1


def _verified_bytes(folder: Path, manifest: Manifest) -> int:
    """Return the size of an engine's weights; raises EngineError where a file is not its own."""
    from sageiq_ros.engines.mplug_owl2 import NETWORK, verified_shards
    from sageiq_ros.engines.store import verified_model

    if manifest.network == NETWORK:
        paths = verified_shards(folder, manifest)
    else:
        paths = [verified_model(folder, manifest)]
    return sum(path.stat().st_size for path in paths)
