# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run an engine with OpenVINO: the default on a processor."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.cache import cache_folder
from sageiq_ros.engines.base import Arrays, EngineError
from sageiq_ros.engines.manifest import Manifest
from sageiq_ros.openvino_core import openvino_core

log = logging.getLogger(__name__)


class OpenVINOEngine:
    """Hold one compiled network and one inference request; not safe for several threads.

    Float parts run in float32 on every processor, so that scores do not depend on it.
    """

    def __init__(self, model: Path, manifest: Manifest, threads: int) -> None:
        try:
            import openvino as ov
        except ImportError as error:
            raise EngineError(
                f'OpenVINO cannot be imported ({error}); install it with '
                "'pip install -r requirements/runtime.txt'."
            ) from error
        options = {
            'PERFORMANCE_HINT': 'LATENCY',
            'INFERENCE_NUM_THREADS': str(threads),
            # Pinned, the threads of every process would share the first processors.
            'ENABLE_CPU_PINNING': 'NO',
            # By itself OpenVINO takes bf16 where a processor has it; some int8 graphs, the shipped
            # scene graph network among them, then do not compile at all (2026.4.1).
            'INFERENCE_PRECISION_HINT': 'f32',
            **compile_cache(),
        }
        try:
            compiled = openvino_core().compile_model(str(model), 'CPU', options)
        except RuntimeError as error:
            raise EngineError(
                f'OpenVINO {ov.__version__.split("-")[0]} cannot run {model}: '
                f'{str(error).strip().splitlines()[-1]}'
            ) from error
        self._manifest = manifest
        self._request = compiled.create_infer_request()
        self._outputs = [spec.name for spec in manifest.outputs]

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    def __call__(self, inputs: Mapping[str, NDArray[np.generic]]) -> Arrays:
        # Outputs are copied: the request's own buffers are overwritten by the next call.
        results = self._request.infer(dict(inputs), share_inputs=True, share_outputs=False)
        return {name: results[name] for name in self._outputs}


def compile_cache() -> dict[str, str]:
    """Return the options that keep compiled networks between starts, or none with a warning.

    OpenVINO keys them by the network's content, its own version and the processor, and compiles
    anew where a file is damaged.
    """
    folder = cache_folder() / 'openvino'
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        log.warning('%s cannot be used (%s): engines are compiled anew.', folder, error.strerror)
        return {}
    return {'CACHE_DIR': str(folder)}
