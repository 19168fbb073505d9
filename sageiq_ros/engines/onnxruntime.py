# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run an engine with ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.engines.base import Arrays, EngineError
from sageiq_ros.engines.manifest import Manifest

CPU = 'CPUExecutionProvider'


class OnnxruntimeEngine:
    """Hold one session that gives the same output for the same input.

    ``providers`` are ONNX Runtime's names of what shall run the network, the preferred first.
    Raises EngineError unless every one of them does: ONNX Runtime itself would quietly go on
    with the processor.
    """

    def __init__(
        self,
        model: Path,
        manifest: Manifest,
        threads: int,
        *,
        providers: Sequence[str] = (CPU,),
    ) -> None:
        try:
            import onnxruntime as ort
        except ImportError as error:
            raise EngineError(
                f"ONNX Runtime cannot be imported ({error}); install it with 'pip install "
                "onnxruntime', or choose the backend openvino."
            ) from error
        absent = [name for name in providers if name not in ort.get_available_providers()]
        if absent:
            raise EngineError(
                f'ONNX Runtime {ort.__version__} comes without {", ".join(absent)}; it has '
                f'{", ".join(ort.get_available_providers())}.'
            )
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        # Faults arrive as exceptions; its own log would print them a second time.
        options.log_severity_level = 4
        try:
            session = ort.InferenceSession(str(model), options, providers=list(providers))
        except Exception as error:  # its exceptions have no base class of their own
            raise EngineError(
                f'ONNX Runtime {ort.__version__} cannot run {model}: '
                f'{str(error).strip().splitlines()[-1]}'
            ) from error
        idle = [name for name in providers if name not in session.get_providers()]
        if idle:
            raise EngineError(
                f'ONNX Runtime {ort.__version__} could not start {", ".join(idle)} and would '
                f'run on {", ".join(session.get_providers())}; is its driver installed?'
            )
        session.disable_fallback()
        self._manifest = manifest
        self._session = session
        self._outputs = [spec.name for spec in manifest.outputs]

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    def __call__(self, inputs: Mapping[str, NDArray[np.generic]]) -> Arrays:
        results = self._session.run(self._outputs, dict(inputs))
        return dict(zip(self._outputs, results, strict=True))
