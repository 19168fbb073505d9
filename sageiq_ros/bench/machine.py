# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a measurement was taken on."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sageiq_ros.engines.base import EngineError

# What decides how fast int8 and bf16 are.
FLAGS = (
    'avx2',
    'avx512f',
    'avx512_vnni',
    'avx_vnni',
    'avx512_bf16',
    'amx_int8',
    'asimddp',
    'i8mm',
)
PACKAGES = (
    'openvino',
    'openvino-genai',
    'onnxruntime',
    'torch',
    'transformers',
    'bitsandbytes',
    'nncf',
    'onnx',
    'numpy',
)


def machine() -> dict[str, Any]:
    """Describe the processor, its load before measuring, and the packages that are installed."""
    fields: dict[str, str] = {}
    with suppress(OSError):
        for line in Path('/proc/cpuinfo').read_text(encoding='utf-8').splitlines():
            name, _, value = line.partition(':')
            fields.setdefault(name.strip(), value.strip())
    has = fields.get('flags', fields.get('Features', '')).split()
    versions = {}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return {
        'architecture': platform.machine(),
        'processor': fields.get('model name', ''),
        'instructions': [flag for flag in FLAGS if flag in has],
        'processors': os.cpu_count(),
        'load_before': os.getloadavg()[0],
        'python': platform.python_version(),
        'packages': versions,
    }


def memory_mb(field: str) -> float:
    """Return this process's memory in megabytes: VmHWM the largest so far, VmRSS that of now."""
    # Not getrusage: Linux carries ru_maxrss over from the process that started this one.
    for line in Path('/proc/self/status').read_text(encoding='utf-8').splitlines():
        if line.startswith(f'{field}:'):
            return int(line.split()[1]) * 1024 / 1e6
    raise EngineError(f'This system does not tell the memory of a process ({field}).')
