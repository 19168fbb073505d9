# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run a RelTR's weights with torch as they are: the reference that other engines answer to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.engines.base import Arrays, EngineError
from sageiq_ros.engines.manifest import Manifest

if TYPE_CHECKING:
    from sageiq_ros.models.reltr_image import ImageRelTR

NETWORK = 'reltr'


class TorchEngine:
    """Hold one network in fp32 eager mode; not safe for several threads.

    ``threads`` holds for the whole process. ``device`` is ``cpu`` or ``cuda``, where fp32 stays
    fp32 (no TF32).
    """

    def __init__(
        self, model: Path, manifest: Manifest, threads: int, *, device: str = 'cpu'
    ) -> None:
        self._module = load_module(model, manifest)
        import torch

        if torch.device(device).type == 'cuda' and not torch.cuda.is_available():
            raise EngineError(
                f'torch {torch.__version__} finds no CUDA device for {manifest.name}; run it on '
                'the cpu, or install a torch built for CUDA and a driver.'
            )
        torch.set_num_threads(threads)
        self._module.to(device)
        self._device = device
        self._manifest = manifest

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    def __call__(self, inputs: Mapping[str, NDArray[np.generic]]) -> Arrays:
        import torch

        image = np.ascontiguousarray(inputs[self._manifest.inputs[0].name])
        exact = torch.backends.cudnn.flags(enabled=True, allow_tf32=False, deterministic=True)
        with torch.inference_mode(), exact:
            outputs = self._module(torch.from_numpy(image).to(self._device))
        names = (spec.name for spec in self._manifest.outputs)
        return {name: value.cpu().numpy() for name, value in zip(names, outputs, strict=True)}


def load_module(model: Path, manifest: Manifest) -> ImageRelTR:
    """Build the network of a store folder's safetensors file, in eval mode on the cpu.

    Raises EngineError where torch is missing or the file is not what the manifest says.
    """
    if manifest.network != NETWORK:
        raise EngineError(
            f'The torch backend runs {NETWORK} only, not {manifest.network} ({manifest.name}).'
        )
    try:
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError as error:
        raise EngineError(
            f'The torch backend lacks a package ({error}); install it with '
            "'pip install -r requirements/train.txt', or choose another backend."
        ) from error
    from sageiq_ros.models.reltr import RelTR
    from sageiq_ros.models.reltr_image import ImageRelTR, ImageRelTRConfig

    try:
        config = ImageRelTRConfig.from_settings(manifest.settings)
        with torch.device('meta'):
            network = RelTR(config.reltr)
        network.load_state_dict(load_file(model), strict=True, assign=True)
    except (SafetensorError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise EngineError(
            f'{model} and the settings of its manifest do not make a RelTR '
            f'({type(error).__name__}: {" ".join(str(error).split())[:300]}); import it again.'
        ) from error
    return ImageRelTR(network, config.normalization).eval()
