# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Tell scorers and graph networks apart by what decides their answers."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import sageiq_ros
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.store import find_engine

OWN = ('brisque', 'niqe')
ROOMS = ('engines', 'models', 'scene_graph', 'scorer')
PACKAGES = (
    'numpy', 'opencv-python-headless', 'openvino', 'onnxruntime', 'tensorrt', 'torch', 'pyiqa',
)  # fmt: skip


def scorer_identity(name: str) -> str:
    """Return a digest of what decides a scorer's scores: equal digests mean equal scores.

    That is its ``weights_digest`` and ``code_digest``. Raises SageIQError for a scorer that is
    not there.
    """
    return digest_of(weights_digest(name), code_digest())


def weights_digest(name: str) -> str:
    """Return a digest of which scorer a name means, wherever it lies.

    An engine counts by its folder's JSON files, which hold its weights' digest; your own class by
    its module's source alone. Raises SageIQError for a scorer that is not there.
    """
    if name in OWN or name.startswith('pyiqa:'):
        return digest_of(name)
    module, _, attribute = name.partition(':')
    if attribute and '/' not in module:
        with suppress(ImportError, ValueError):
            spec = find_spec(module)
            if spec is not None and spec.origin is not None and Path(spec.origin).is_file():
                return digest_of(name, _digest(Path(spec.origin)))
        return digest_of(name)
    try:
        return engine_digest(name)
    except EngineError as error:
        from sageiq_ros.scorer.build import unknown_scorer

        raise unknown_scorer(name) from error


def engine_digest(name: str) -> str:
    """Return a digest of an engine's folder by its JSON files; raises EngineError for none."""
    return folder_digest(find_engine(name))


def folder_digest(folder: Path) -> str:
    """Return a digest of a folder's JSON files and of its other files' names and sizes."""
    others = [f'{p.name} {p.stat().st_size}' for p in sorted(folder.iterdir()) if p.is_file()]
    return digest_of(*others, *(_digest(path) for path in sorted(folder.glob('*.json'))))


def code_digest() -> str:
    """Return a digest of the code that answers: our rooms and the packages that run networks."""
    root = Path(sageiq_ros.__file__).parent
    files = sorted(root.glob('*.py'))
    for room in ROOMS:
        files += sorted([*(root / room).glob('*.py'), *(root / room).glob('*.json')])
    found = []
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            found.append(f'{package} {version(package)}')
    return digest_of(*found, *(_digest(path) for path in files))


def digest_of(*words: str) -> str:
    """Return the SHA-256 of words."""
    return hashlib.sha256('\0'.join(words).encode()).hexdigest()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
