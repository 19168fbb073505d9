# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Modules ``tensorrt`` and ``cuda.bindings.runtime`` by their call protocols, without a GPU.

Names, arguments and return values are those of TensorRT 10 and 11's Python bindings and of
cuda-python. Whatever the real ones would not forgive raises ProtocolError: foreign pointers,
copies in the wrong direction, objects out of order. Work on a stream happens only when it is
waited for. A plan carries its ONNX file, which OpenVINO runs, so that results are true ones.
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Callable
from enum import Enum, IntEnum
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import openvino as ov

from sageiq_ros.openvino_core import openvino_core


class ProtocolError(AssertionError):
    """A call that the real library would answer with undefined behaviour."""


class Machine:
    """Hold a GPU and its memory, and what of it shall fail."""

    def __init__(self, gpu: str = 'Fake GPU', capability: tuple[int, int] = (8, 7)) -> None:
        self.gpu = gpu
        self.capability = capability
        self.memory: dict[str, dict[int, Any]] = {'host': {}, 'device': {}}
        self.streams: dict[int, list[Callable[[], None]]] = {}
        self.calls: list[str] = []
        self.no_gpu = False
        self.fail_execute = False
        self.fail_build = ''
        self.interrupt_build = False

    def locate(self, kind: str, address: int, size: int) -> int:
        for start, block in self.memory[kind].items():
            if start <= address and address + size <= start + len(block):
                return address
        raise ProtocolError(f'{size} bytes at {address} are no {kind} memory')


class Error(IntEnum):
    cudaSuccess = 0  # noqa: N815
    cudaErrorNoDevice = 100  # noqa: N815


class Copy(IntEnum):
    cudaMemcpyHostToDevice = 1  # noqa: N815
    cudaMemcpyDeviceToHost = 2  # noqa: N815


class Stream:
    """Be an opaque handle that turns into an address by ``int``."""

    def __init__(self, address: int) -> None:
        self.address = address

    def __int__(self) -> int:
        return self.address


def make_cudart(machine: Machine) -> ModuleType:
    """Return ``cuda.bindings.runtime`` of a machine."""
    module = ModuleType('cuda.bindings.runtime')
    module.cudaError_t, module.cudaMemcpyKind = Error, Copy

    def call(function: Callable[..., Any]) -> None:
        def wrapped(*arguments: Any) -> tuple[Any, ...]:
            machine.calls.append(function.__name__)
            if machine.no_gpu:
                return (Error.cudaErrorNoDevice, None)
            result = function(*arguments)
            return (Error.cudaSuccess,) if result is None else (Error.cudaSuccess, result)

        setattr(module, function.__name__, wrapped)

    def reserve(kind: str, size: int) -> int:
        block = (ctypes.c_uint8 * size)()
        # Fresh memory holds anything but zeros.
        ctypes.memset(block, 0xAB, size)
        machine.memory[kind][ctypes.addressof(block)] = block
        return ctypes.addressof(block)

    def release(kind: str, address: int) -> None:
        if machine.memory[kind].pop(address, None) is None:
            raise ProtocolError(f'{address} is not reserved {kind} memory')

    @call
    def cudaGetDevice() -> int:  # noqa: N802
        return 0

    @call
    def cudaGetDeviceProperties(device: int) -> SimpleNamespace:  # noqa: N802
        major, minor = machine.capability
        return SimpleNamespace(name=machine.gpu.encode() + bytes(9), major=major, minor=minor)

    @call
    def cudaStreamCreate() -> Stream:  # noqa: N802
        stream = Stream(len(machine.streams) + 4096)
        machine.streams[int(stream)] = []
        return stream

    @call
    def cudaStreamDestroy(stream: Stream) -> None:  # noqa: N802
        del machine.streams[int(stream)]

    @call
    def cudaMallocHost(size: int) -> int:  # noqa: N802
        return reserve('host', size)

    @call
    def cudaMalloc(size: int) -> int:  # noqa: N802
        return reserve('device', size)

    @call
    def cudaFreeHost(address: int) -> None:  # noqa: N802
        release('host', address)

    @call
    def cudaFree(address: int) -> None:  # noqa: N802
        release('device', address)

    @call
    def cudaMemcpyAsync(to: int, of: int, size: int, kind: Copy, stream: Stream) -> None:  # noqa: N802
        source, target = (
            ('host', 'device') if kind is Copy.cudaMemcpyHostToDevice else ('device', 'host')
        )
        machine.locate(target, to, size)
        machine.locate(source, of, size)
        machine.streams[int(stream)].append(lambda: ctypes.memmove(to, of, size) and None)

    @call
    def cudaStreamSynchronize(stream: Stream) -> None:  # noqa: N802
        queue = machine.streams[int(stream)]
        while queue:
            queue.pop(0)()

    def cudaGetErrorString(error: Error) -> tuple[Error, bytes]:  # noqa: N802
        return Error.cudaSuccess, b'no CUDA-capable device is detected'

    module.cudaGetErrorString = cudaGetErrorString
    return module


DTYPES = {'uint8': np.uint8, 'float32': np.float32, 'int64': np.int64, 'float16': np.float16}
DataType = Enum('DataType', {name.upper(): name for name in DTYPES})
TensorIOMode = Enum('TensorIOMode', ['NONE', 'INPUT', 'OUTPUT'])
Severity = Enum('Severity', ['INTERNAL_ERROR', 'ERROR', 'WARNING', 'INFO', 'VERBOSE'])


class HostMemory(bytearray):
    """Be memory of the library that offers Python's buffer protocol."""


class ILogger:
    """Be the base class of loggers."""

    Severity = Severity

    def __init__(self) -> None:
        self.initialised = True


class IProgressMonitor:
    """Be the base class of monitors."""

    def __init__(self) -> None:
        self.initialised = True


class ParserError:
    """Be one fault of the parser; all of it are methods."""

    def __init__(self, text: str) -> None:
        self._text = text

    def desc(self) -> str:
        return self._text


class TimingCache:
    """Be timings of one version and GPU."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def serialize(self) -> HostMemory:
        return HostMemory(self.content)


def make_tensorrt(machine: Machine, version: str) -> ModuleType:
    """Return ``tensorrt`` of a version, 10 or 11, on a machine."""
    major = int(version.split('.')[0])
    stamp = f'{version} {machine.gpu}'.encode()
    trt = ModuleType('tensorrt')
    trt.__version__ = version
    trt.ILogger, trt.IProgressMonitor = ILogger, IProgressMonitor
    trt.DataType, trt.TensorIOMode = DataType, TensorIOMode
    trt.nptype = lambda dtype: DTYPES[dtype.value]
    trt.networks = []
    flags = {'STRONGLY_TYPED': 1} if major >= 11 else {'EXPLICIT_BATCH': 0, 'STRONGLY_TYPED': 1}
    trt.NetworkDefinitionCreationFlag = IntEnum('NetworkDefinitionCreationFlag', flags)

    def started(thing: Any, kind: type) -> Any:
        if not isinstance(thing, kind) or not getattr(thing, 'initialised', False):
            raise ProtocolError(f'{thing!r} is not an initialised {kind.__name__}')
        return thing

    class Network:
        def __init__(self, strongly_typed: bool) -> None:
            self.strongly_typed = strongly_typed
            self.onnx = b''

    class OnnxParser:
        def __init__(self, network: Network, logger: ILogger) -> None:
            self._network = network
            started(logger, ILogger)
            self._faults: list[ParserError] = []

        @property
        def num_errors(self) -> int:
            return len(self._faults)

        def get_error(self, index: int) -> ParserError:
            return self._faults[index]

        def parse_from_file(self, path: str) -> bool:
            if not isinstance(path, str):
                raise TypeError('the path must be a str')
            try:
                model = openvino_core().read_model(path)
            except RuntimeError:
                self._faults.append(ParserError('Failed to parse the ONNX model.\n'))
                return False
            for index, node in enumerate(model.get_ordered_ops()):
                byte = any(port.get_element_type() == ov.Type.u8 for port in node.outputs())
                if byte and node.get_type_name() not in ('Parameter', 'Constant'):
                    self._faults.append(ParserError('A first fault that another one follows'))
                    self._faults.append(
                        ParserError(
                            f'In node {index} with name: {node.get_friendly_name()}:\n'
                            '    UNSUPPORTED_NODE_DATATYPE: UINT8 is not supported'
                        )
                    )
                    return False
            with open(path, 'rb') as stream:
                self._network.onnx = stream.read()
            return True

    class BuilderConfig:
        def __init__(self) -> None:
            self._timings: TimingCache | None = None
            self._monitor: IProgressMonitor | None = None

        @property
        def progress_monitor(self) -> IProgressMonitor | None:
            return self._monitor

        @progress_monitor.setter
        def progress_monitor(self, monitor: IProgressMonitor) -> None:
            self._monitor = started(monitor, IProgressMonitor)

        def create_timing_cache(self, serialized_timing_cache: bytes) -> TimingCache:
            return TimingCache(bytes(serialized_timing_cache))

        def set_timing_cache(self, cache: TimingCache, ignore_mismatch: bool) -> bool:
            if cache.content and cache.content != stamp:
                return False
            self._timings = TimingCache(stamp)
            machine.calls.append('timings kept' if cache.content else 'timings new')
            return True

        def get_timing_cache(self) -> TimingCache | None:
            return self._timings

    class Builder:
        def __init__(self, logger: ILogger) -> None:
            self._logger = started(logger, ILogger)

        def create_network(self, flags: int = 0) -> Network:
            known = sum(1 << int(flag) for flag in trt.NetworkDefinitionCreationFlag)
            if flags & ~known:
                raise ProtocolError(f'unknown flags {flags:b} of TensorRT {version}')
            network = Network(major >= 11 or bool(flags & 1 << 1))
            trt.networks.append(network)
            return network

        def create_builder_config(self) -> BuilderConfig:
            return BuilderConfig()

        def build_serialized_network(
            self, network: Network, config: BuilderConfig
        ) -> HostMemory | None:
            if not network.onnx:
                raise ProtocolError('the network is empty: nothing was parsed into it')
            machine.calls.append('build')
            if machine.fail_build:
                self._logger.log(Severity.ERROR, machine.fail_build)
                return None
            if not self._run_phases(config.progress_monitor):
                return None
            header = {'version': version, 'gpu': machine.gpu}
            return HostMemory(json.dumps(header).encode() + b'\n' + network.onnx)

        def _run_phases(self, monitor: Any) -> bool:
            if monitor is None:
                return True
            monitor.phase_start('Building Engine', None, 2)
            monitor.phase_start('Tactics', 'Building Engine', 3)
            for step in range(3):
                if not monitor.step_complete('Tactics', step):
                    return False
            monitor.phase_finish('Tactics')
            done = monitor.step_complete('Building Engine', 0)
            done = done and monitor.step_complete('Building Engine', 1)
            monitor.phase_finish('Building Engine')
            return done

    class Runtime:
        def __init__(self, logger: ILogger) -> None:
            self._logger = started(logger, ILogger)

        def deserialize_cuda_engine(self, serialized_engine: Any) -> Engine | None:
            header, _, onnx = bytes(serialized_engine).partition(b'\n')
            try:
                made_for = json.loads(header)
            except ValueError:
                made_for = None
            if made_for != {'version': version, 'gpu': machine.gpu}:
                self._logger.log(Severity.ERROR, 'The plan does not fit this machine.')
                return None
            return Engine(onnx)

    class Engine:
        def __init__(self, onnx: bytes) -> None:
            model = openvino_core().read_model(onnx)
            options = {'INFERENCE_PRECISION_HINT': 'f32'}
            self.compiled = openvino_core().compile_model(model, 'CPU', options)
            self._ports = [
                *((port, TensorIOMode.INPUT) for port in self.compiled.inputs),
                *((port, TensorIOMode.OUTPUT) for port in self.compiled.outputs),
            ]

        @property
        def num_io_tensors(self) -> int:
            return len(self._ports)

        def get_tensor_name(self, index: int) -> str:
            return self._ports[index][0].any_name

        def _of(self, name: str) -> tuple[Any, TensorIOMode]:
            return next(pair for pair in self._ports if name in pair[0].names)

        def get_tensor_mode(self, name: str) -> TensorIOMode:
            return self._of(name)[1]

        def get_tensor_shape(self, name: str) -> list[int]:
            return list(self._of(name)[0].shape)

        def get_tensor_dtype(self, name: str) -> Any:
            return DataType(np.dtype(self._of(name)[0].element_type.to_dtype()).name)

        def create_execution_context(self) -> Context:
            return Context(self)

    class Context:
        def __init__(self, engine: Engine) -> None:
            self._engine = engine
            self._addresses: dict[str, int] = {}

        def set_tensor_address(self, name: str, memory: int) -> bool:
            shape = self._engine.get_tensor_shape(name)
            dtype = np.dtype(trt.nptype(self._engine.get_tensor_dtype(name)))
            size = int(np.prod(shape)) * dtype.itemsize
            self._addresses[name] = machine.locate('device', memory, size)
            return True

        def execute_async_v3(self, stream_handle: int) -> bool:
            if type(stream_handle) is not int:
                raise TypeError('the handle of a stream is an int')
            machine.calls.append('execute')
            count = self._engine.num_io_tensors
            names = [self._engine.get_tensor_name(index) for index in range(count)]
            if set(names) != set(self._addresses):
                raise ProtocolError('not every tensor has an address')
            if machine.fail_execute:
                return False
            machine.streams[stream_handle].append(self._compute)
            return True

        def _compute(self) -> None:
            inputs = {
                port.any_name: self._view(port.any_name) for port in self._engine.compiled.inputs
            }
            results = self._engine.compiled(inputs)
            for port in self._engine.compiled.outputs:
                self._view(port.any_name)[...] = results[port]

        def _view(self, name: str) -> np.ndarray:
            shape = self._engine.get_tensor_shape(name)
            dtype = np.dtype(trt.nptype(self._engine.get_tensor_dtype(name)))
            size = int(np.prod(shape)) * dtype.itemsize
            raw = (ctypes.c_uint8 * size).from_address(self._addresses[name])
            return np.frombuffer(raw, dtype).reshape(shape)

    trt.OnnxParser, trt.Builder, trt.Runtime = OnnxParser, Builder, Runtime
    return trt
