# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a result was made by: command, source, packages and machine."""

from __future__ import annotations

import hashlib
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import sageiq_ros
from sageiq_ros.bench.machine import machine

PACKAGES = (
    'numpy', 'scipy', 'opencv-python-headless', 'openvino', 'openvino-genai', 'onnxruntime',
    'pyarrow', 'ray', 'torch', 'transformers', 'pyiqa',
)  # fmt: skip
SOURCES = ('.py', '.json', '.yaml')
SHOWN = 12
"""Digits of a digest that a report shows."""


def made_by(command: str) -> dict[str, str]:
    """Tell the command line, the source, the versions and the machine of this process.

    The version of this package is 'not installed' where it is taken from a source tree that
    nothing installed; ``source`` is the beginning of a digest that tells any two trees apart.
    """
    found = []
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found.append(f'{name} {version(name)}')
    try:
        own = version('sageiq_ros')
    except PackageNotFoundError:
        own = 'not installed'
    here = machine()
    return {
        'command': command,
        'sageiq_ros': own,
        'source': source_digest()[:SHOWN],
        'python': platform.python_version(),
        'packages': ', '.join(found),
        'machine': f'{here["processor"] or "unnamed processor"} ({here["architecture"]}; '
        f'{", ".join(here["instructions"])}), {here["processors"]} processors',
    }


def source_digest() -> str:
    """Return the SHA-256 of this package's code and of the data that it reads as text."""
    root = Path(sageiq_ros.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob('*') if path.suffix in SOURCES):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f'{path.relative_to(root)}\0{content}\0'.encode())
    return digest.hexdigest()
