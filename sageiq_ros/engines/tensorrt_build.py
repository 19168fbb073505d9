# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Build TensorRT plans from ONNX and keep them, each for the GPU and version it was built for.

One path serves TensorRT 10 and 11: the network is strongly typed, so every precision is that of
the ONNX graph (fp16 by its casts, int8 by its Q/DQ nodes), and no flag or calibrator is used.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sageiq_ros.cache import cache_folder
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.cuda import Device

log = logging.getLogger(__name__)

HEADER_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class Key:
    """Tell one plan from all others; a plan of another key is never run."""

    onnx_sha256: str
    tensorrt: str
    gpu: str
    compute_capability: str

    @classmethod
    def of(cls, trt: Any, onnx_sha256: str, device: Device) -> Key:
        """Key the plan of an ONNX file on this machine."""
        return cls(onnx_sha256, trt.__version__, device.name, device.capability)

    @property
    def path(self) -> Path:
        """Return where the plan of this ONNX file is kept."""
        return plan_folder() / f'{self.onnx_sha256}.plan'

    @property
    def timing_path(self) -> Path:
        """Return where timings are kept, which only this version and GPU share."""
        words = f'{self.tensorrt} {self.gpu} {self.compute_capability}'
        return plan_folder() / f'{hashlib.sha256(words.encode()).hexdigest()[:16]}.timing'


def plan_folder() -> Path:
    """Return the folder of plans and timings."""
    return cache_folder() / 'tensorrt'


def import_tensorrt() -> Any:
    """Import TensorRT; raises EngineError with what to install."""
    try:
        import tensorrt
    except ImportError as error:
        raise EngineError(
            f'TensorRT cannot be imported ({error}); install version 10 or 11 with '
            "'pip install tensorrt cuda-python', or choose another backend."
        ) from error
    if int(tensorrt.__version__.split('.')[0]) < 10:
        raise EngineError(f'TensorRT {tensorrt.__version__} is too old; install version 10 or 11.')
    return tensorrt


def cached_engine(trt: Any, model: Path, key: Key) -> Any:
    """Return the deserialised plan of an ONNX file, building it where the cache has none.

    A plan of another GPU or version and a damaged one are built anew, and the log says so.
    """
    runtime = trt.Runtime(_logger(trt))
    kept = _read(key)
    if kept is not None:
        engine = runtime.deserialize_cuda_engine(kept)
        if engine is not None:
            return engine
        log.warning('TensorRT does not take the plan %s; it is built anew.', key.path)
    plan = build_plan(trt, model, key)
    _keep(key.path, json.dumps(_header(key, plan)).encode() + b'\n' + plan)
    engine = runtime.deserialize_cuda_engine(plan)
    if engine is None:
        raise EngineError(f'TensorRT cannot load the plan of {model}: {_logger(trt).reason()}')
    return engine


def build_plan(trt: Any, model: Path, key: Key) -> bytes:
    """Build the plan of an ONNX file for this machine's GPU; shows progress on a terminal.

    Raises EngineError with TensorRT's reason in one sentence.
    """
    logger = _logger(trt)
    logger.clear()
    log.warning(
        'Building %s for %s with TensorRT %s; this takes minutes, once.',
        model,
        key.gpu,
        key.tensorrt,
    )
    builder = trt.Builder(logger)
    # Version 10 asks for strong typing by this flag; later every network is strongly typed.
    strong = getattr(trt.NetworkDefinitionCreationFlag, 'STRONGLY_TYPED', None)
    network = builder.create_network(0 if strong is None else 1 << int(strong))
    parser = trt.OnnxParser(network, logger)
    if not parser.parse_from_file(str(model)):
        raise EngineError(f'TensorRT {key.tensorrt} cannot take {model}: {_fault(parser)}')
    config = builder.create_builder_config()
    _offer_timings(config, key)
    monitor = _monitor(trt)
    config.progress_monitor = monitor
    plan = builder.build_serialized_network(network, config)
    if monitor.interrupted:
        raise KeyboardInterrupt
    if plan is None:
        raise EngineError(f'TensorRT {key.tensorrt} cannot build {model}: {logger.reason()}')
    _keep(key.timing_path, bytes(config.get_timing_cache().serialize()))
    return bytes(plan)


def _offer_timings(config: Any, key: Key) -> None:
    kept = key.timing_path.read_bytes() if key.timing_path.is_file() else b''
    cache = config.create_timing_cache(kept)
    if cache is None or not config.set_timing_cache(cache, False):
        log.warning('The timings in %s are of no use; they are taken anew.', key.timing_path)
        config.set_timing_cache(config.create_timing_cache(b''), False)


def _fault(parser: Any) -> str:
    if not parser.num_errors:
        return 'its parser gives no reason.'
    # The last fault is the one that stopped the parser.
    text = ' '.join(parser.get_error(parser.num_errors - 1).desc().split())
    return text if text.endswith('.') else f'{text}.'


def _header(key: Key, plan: bytes) -> dict[str, str]:
    return {**asdict(key), 'plan_sha256': hashlib.sha256(plan).hexdigest()}


def _read(key: Key) -> bytes | None:
    try:
        with key.path.open('rb') as stream:
            header = dict(json.loads(stream.readline(HEADER_LIMIT)))
            plan = stream.read()
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        log.warning('The plan %s cannot be read (%s); it is built anew.', key.path, error)
        return None
    if header == _header(key, plan):
        return plan
    other = {name: header.get(name) for name, value in asdict(key).items()}
    if other != asdict(key):
        log.warning(
            'The plan %s is for %s with TensorRT %s, not for %s with %s; it is built anew.',
            key.path,
            other['gpu'],
            other['tensorrt'],
            key.gpu,
            key.tensorrt,
        )
    else:
        log.warning('The plan %s is damaged; it is built anew.', key.path)
    return None


def _keep(path: Path, content: bytes) -> None:
    # Written beside its place and moved there: no other process ever sees half a file.
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
            stream.write(content)
        os.replace(stream.name, path)
    except OSError as error:
        log.warning('%s cannot be kept (%s): it will be made again.', path, error.strerror)


@lru_cache
def _logger(trt: Any) -> Any:
    # One for the process: TensorRT keeps to the first it is given.
    levels = {
        trt.ILogger.Severity.INTERNAL_ERROR: logging.ERROR,
        trt.ILogger.Severity.ERROR: logging.ERROR,
        trt.ILogger.Severity.WARNING: logging.INFO,
    }

    class Logger(trt.ILogger):
        def __init__(self) -> None:
            trt.ILogger.__init__(self)
            self._last = ''

        def log(self, severity: Any, msg: str) -> None:
            level = levels.get(severity, logging.DEBUG)
            log.log(level, 'TensorRT: %s', msg)
            if level == logging.ERROR:
                self._last = ' '.join(msg.split())

        def clear(self) -> None:
            self._last = ''

        def reason(self) -> str:
            return f'{self._last.rstrip(".") or "it gives no reason"}.'

    return Logger()


def _monitor(trt: Any) -> Any:
    from tqdm import tqdm

    class Monitor(trt.IProgressMonitor):
        """Draw one bar a phase; called from the builder's own threads."""

        def __init__(self) -> None:
            trt.IProgressMonitor.__init__(self)
            self.interrupted = False
            self._bars: dict[str, Any] = {}

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            self._bars[phase_name] = tqdm(
                total=num_steps, desc=phase_name, leave=False, disable=None
            )

        def step_complete(self, phase_name: str, step: int) -> bool:
            try:
                bar = self._bars[phase_name]
                bar.update(step + 1 - bar.n)
            except KeyboardInterrupt:
                # It must not pass through the builder; to say no stops the build.
                self.interrupted = True
            return not self.interrupted

        def phase_finish(self, phase_name: str) -> None:
            self._bars.pop(phase_name).close()

    return Monitor()
