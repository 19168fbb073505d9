# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run an engine with TensorRT 10 or 11 on an NVIDIA GPU (docs/engines.md: what has been run)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.engines.base import Arrays, EngineError
from sageiq_ros.engines.cuda import Buffer, Cuda
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.engines.tensorrt_build import Key, cached_engine, import_tensorrt


class TensorRTEngine:
    """Hold one deserialised plan, its context and its buffers; not safe for several threads.

    The plan comes from the cache, or is built there first, which takes minutes. ``threads``
    counts processor threads and means nothing to a GPU. Raises EngineError where TensorRT or a
    GPU is missing, where it cannot take the network and where a run fails.
    """

    def __init__(self, model: Path, manifest: Manifest, threads: int) -> None:
        trt = import_tensorrt()
        self._cuda = Cuda()
        key = Key.of(trt, manifest.sha256, self._cuda.device())
        self._manifest = manifest
        self._engine = cached_engine(trt, model, key)
        tensors = self._tensors(trt)
        self._inputs = self._bind(manifest.inputs, tensors['INPUT'])
        self._outputs = self._bind(manifest.outputs, tensors['OUTPUT'])
        self._context = self._engine.create_execution_context()
        if self._context is None:
            raise EngineError(f'TensorRT has no memory on the GPU left to run {manifest.name}.')
        for name, buffer in {**self._inputs, **self._outputs}.items():
            if not self._context.set_tensor_address(name, buffer.device):
                raise EngineError(f'TensorRT refused the memory of the tensor {name!r}.')

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    def __call__(self, inputs: Mapping[str, NDArray[np.generic]]) -> Arrays:
        for name, buffer in self._inputs.items():
            given = inputs[name]
            if given.shape != buffer.host.shape or given.dtype != buffer.host.dtype:
                raise ValueError(
                    f'{name} must be {buffer.host.dtype} of shape {buffer.host.shape}, not '
                    f'{given.dtype} of shape {given.shape}.'
                )
            buffer.host[...] = given
            self._cuda.upload(buffer)
        if not self._context.execute_async_v3(int(self._cuda.stream)):
            raise EngineError(f'TensorRT could not run {self._manifest.name}; see its log.')
        for buffer in self._outputs.values():
            self._cuda.download(buffer)
        self._cuda.wait()
        # Outputs are copied: the buffers are overwritten by the next call.
        return {name: buffer.host.copy() for name, buffer in self._outputs.items()}

    def _tensors(self, trt: Any) -> dict[str, dict[str, tuple[tuple[int, ...], np.dtype]]]:
        found: dict[str, dict[str, tuple[tuple[int, ...], np.dtype]]] = {'INPUT': {}, 'OUTPUT': {}}
        for index in range(self._engine.num_io_tensors):
            name = self._engine.get_tensor_name(index)
            is_input = self._engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT
            shape = tuple(self._engine.get_tensor_shape(name))
            dtype = np.dtype(trt.nptype(self._engine.get_tensor_dtype(name)))
            found['INPUT' if is_input else 'OUTPUT'][name] = shape, dtype
        return found

    def _bind(
        self,
        specs: tuple[TensorSpec, ...],
        tensors: Mapping[str, tuple[tuple[int, ...], np.dtype]],
    ) -> dict[str, Buffer]:
        if {spec.name for spec in specs} != set(tensors):
            raise EngineError(
                f'{self._manifest.name} has other tensors ({", ".join(tensors)}) than its '
                f'manifest says ({", ".join(spec.name for spec in specs)}); export it again.'
            )
        for name, (shape, _) in tensors.items():
            if min(shape, default=0) < 0:
                raise EngineError(
                    f'The tensor {name!r} of {self._manifest.name} has no static shape '
                    f'({", ".join(map(str, shape))}); export it again with one size and batch.'
                )
        return {name: self._cuda.buffer(*tensor) for name, tensor in tensors.items()}
