# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq models build``: compile an engine into the cache, so that starting it is quick."""

from __future__ import annotations

import argparse

BACKENDS = ('openvino', 'tensorrt')


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('engine', help='shipped name or store folder')
    parser.add_argument('--backend', choices=BACKENDS, required=True, help='what shall run it')
    parser.add_argument(
        '--threads',
        type=int,
        default=2,
        help='processor threads it will run on, as runtime.threads (default 2)',
    )


def run(args: argparse.Namespace) -> int:
    """Load the engine once, which compiles and keeps it, and say where."""
    from time import perf_counter

    from sageiq_ros.cache import cache_folder
    from sageiq_ros.engines.base import EngineError
    from sageiq_ros.engines.store import find_engine, load_engine, read_manifest

    manifest = read_manifest(find_engine(args.engine))
    folder = cache_folder() / args.backend
    before = _files(folder)
    start = perf_counter()
    load_engine(args.engine, manifest.network, args.threads, args.backend)
    seconds = perf_counter() - start
    after = _files(folder)
    if not after:
        raise EngineError(f'{manifest.name} runs on {args.backend}, but {folder} keeps nothing.')
    done = 'was there already' if after == before else f'built in {seconds:.1f} s'
    print(f'{manifest.name} {manifest.precision} for {args.backend}: {done}, in {folder}')
    return 0


def _files(folder):
    paths = folder.iterdir() if folder.is_dir() else ()
    return {path.name: path.stat().st_mtime_ns for path in paths}
