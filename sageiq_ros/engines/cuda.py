# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Memory and a stream of an NVIDIA GPU, by NVIDIA's Python bindings of the CUDA runtime.

The bindings weigh a few megabytes; torch, which could do the same, weighs gigabytes with CUDA.
"""

from __future__ import annotations

import ctypes
import weakref
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sageiq_ros.engines.base import EngineError


@dataclass(frozen=True, slots=True)
class Device:
    """Name a GPU and its compute capability (``8.7``)."""

    name: str
    capability: str


@dataclass(frozen=True, slots=True)
class Buffer:
    """Pair an array in pinned host memory with as many bytes on the GPU."""

    host: NDArray[np.generic]
    device: int


class Cuda:
    """Own one stream of the current GPU and the buffers made for it.

    Raises EngineError where the bindings, a driver or a GPU are missing and where a call fails.
    """

    def __init__(self) -> None:
        try:
            self._runtime = import_module('cuda.bindings.runtime')
        except ImportError as error:
            raise EngineError(
                f'The CUDA bindings cannot be imported ({error}); TensorRT needs them: '
                "'pip install cuda-python'."
            ) from error
        self.stream = self._call('cudaStreamCreate')
        self._held: list[tuple[str, Any]] = [('cudaStreamDestroy', self.stream)]
        weakref.finalize(self, _release, self._runtime, self._held)

    def device(self) -> Device:
        """Describe the GPU in use."""
        properties = self._call('cudaGetDeviceProperties', self._call('cudaGetDevice'))
        name = properties.name.decode().rstrip('\0')
        return Device(name, f'{properties.major}.{properties.minor}')

    def buffer(self, shape: tuple[int, ...], dtype: DTypeLike) -> Buffer:
        """Reserve memory for one array on both sides; it lives as long as this object."""
        kind = np.dtype(dtype)
        size = int(np.prod(shape)) * kind.itemsize
        pinned = self._call('cudaMallocHost', size)
        self._held.append(('cudaFreeHost', pinned))
        device = self._call('cudaMalloc', size)
        self._held.append(('cudaFree', device))
        raw = (ctypes.c_uint8 * size).from_address(int(pinned))
        return Buffer(np.frombuffer(raw, kind).reshape(shape), int(device))

    def upload(self, buffer: Buffer) -> None:
        """Queue the copy of a buffer's host array to the GPU."""
        kind = self._runtime.cudaMemcpyKind.cudaMemcpyHostToDevice
        host = buffer.host
        self._call(
            'cudaMemcpyAsync', buffer.device, host.ctypes.data, host.nbytes, kind, self.stream
        )

    def download(self, buffer: Buffer) -> None:
        """Queue the copy of a buffer's GPU memory to its host array."""
        kind = self._runtime.cudaMemcpyKind.cudaMemcpyDeviceToHost
        host = buffer.host
        self._call(
            'cudaMemcpyAsync', host.ctypes.data, buffer.device, host.nbytes, kind, self.stream
        )

    def wait(self) -> None:
        """Wait until everything queued is done."""
        self._call('cudaStreamSynchronize', self.stream)

    def _call(self, name: str, *arguments: Any) -> Any:
        error, *values = getattr(self._runtime, name)(*arguments)
        if error != self._runtime.cudaError_t.cudaSuccess:
            _, text = self._runtime.cudaGetErrorString(error)
            reason = text.decode() if isinstance(text, bytes) else text
            raise EngineError(f'The GPU cannot be used: {name} says {reason!r}.')
        return values[0] if values else None


def _release(runtime: Any, held: list[tuple[str, Any]]) -> None:
    for name, handle in reversed(held):
        getattr(runtime, name)(handle)
