# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run mPLUG-Owl2's vision encoder in torch or as an ONNX engine of any backend (needs torch)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor, nn

from sageiq_ros.engines.base import Engine, EngineError
from sageiq_ros.engines.export import export_onnx
from sageiq_ros.engines.manifest import Manifest
from sageiq_ros.engines.mplug_owl2 import VISION, VISION_FOLDER, verified_shards
from sageiq_ros.engines.onnxruntime import OnnxruntimeEngine
from sageiq_ros.engines.store import (
    MANIFEST,
    load_engine,
    read_manifest,
    write_engine,
    write_manifest,
)
from sageiq_ros.models.clip_vision import VisionModel
from sageiq_ros.models.mplug_owl2_config import from_settings
from sageiq_ros.models.sageiq_m import SageIQM

INPUT, OUTPUT = 'images', 'features'
MODEL = 'model.onnx'
PREFIX = 'model.vision_model.'
# Greatest difference of a feature, about 1 in size, that rounding explains.
TOLERANCE = 0.01
Tower = Callable[[Tensor], Tensor]


class EngineTower:
    """Encode images (any number, 3, S, S) with an engine of a fixed batch."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._batch = engine.manifest.inputs[0].shape[0]

    def __call__(self, images: Tensor) -> Tensor:
        """Return features (images, tokens, width), of the images' dtype and device."""
        given = images.float().cpu().numpy()
        found = []
        for start in range(0, len(given), self._batch):
            part = given[start : start + self._batch]
            full = np.zeros((self._batch, *part.shape[1:]), np.float32)
            full[: len(part)] = part
            found.append(self._engine({INPUT: full})[OUTPUT][: len(part)])
        return torch.from_numpy(np.concatenate(found)).to(images)


class _Graph(nn.Module):
    """Return a tuple, as ``export_onnx`` wants."""

    def __init__(self, vision: VisionModel) -> None:
        super().__init__()
        self.vision = vision

    def forward(self, images: Tensor) -> tuple[Tensor]:
        return (self.vision(images),)


def load_vision_tower(network: SageIQM, folder: Path, threads: int, backend: str) -> Tower:
    """Return the network's own encoder for ``auto`` and ``torch``, else the folder's engine.

    Raises EngineError where the folder has no engine of its encoder or one of other weights, and
    where the backend cannot run.
    """
    if backend in ('auto', 'torch'):
        return network.model.vision_model
    engine = folder / VISION_FOLDER
    if not (engine / MANIFEST).is_file():
        raise EngineError(
            f'{folder} holds no ONNX of its vision encoder for the backend {backend}: import it '
            'with --vision-onnx, or choose the backend auto.'
        )
    source = read_manifest(engine).provenance.get('exported_from')
    weights = source.get('sha256') if isinstance(source, dict) else None
    if weights != read_manifest(folder).sha256:
        raise EngineError(
            f'{engine} was not exported from the weights of {folder}: import it again with '
            '--vision-onnx, or choose the backend auto.'
        )
    return EngineTower(load_engine(str(engine.absolute()), VISION, threads, backend))


def load_vision(folder: Path, manifest: Manifest) -> VisionModel:
    """Build the vision encoder alone, fp32 in eval mode, from a store folder's shards."""
    with torch.device('meta'):
        vision = VisionModel(from_settings(manifest.settings['network']).vision)
    state: dict[str, Tensor] = {}
    for shard in verified_shards(folder, manifest):
        with safe_open(shard, 'pt') as content:
            names = [key for key in content.keys() if key.startswith(PREFIX)]  # noqa: SIM118
            state.update({key.removeprefix(PREFIX): content.get_tensor(key) for key in names})
    vision.load_state_dict({key: value.float() for key, value in state.items()}, assign=True)
    return vision.eval()


def export_vision(folder: Path, manifest: Manifest, batch: int) -> Manifest:
    """Add the fp32 ONNX of the vision encoder, for ``batch`` images at once, to a store folder.

    Raises EngineError where ONNX Runtime, asked once, differs from torch by more than rounding.
    """
    vision = load_vision(folder, manifest)
    side = from_settings(manifest.settings['network']).vision.image_size
    target = folder / VISION_FOLDER
    target.mkdir()
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(batch, 3, side, side, generator=generator)
    model = target / MODEL
    export_onnx(_Graph(vision), {INPUT: images}, (OUTPUT,), model)
    written = write_engine(
        target,
        name=VISION,
        network=VISION,
        precision='fp32',
        model=model,
        settings={},
        provenance={'exported_from': {'sha256': manifest.sha256}},
        measured={},
    )
    found = OnnxruntimeEngine(model, written, 1)({INPUT: images.numpy()})[OUTPUT]
    with torch.inference_mode():
        difference = float(np.abs(found - vision(images).numpy()).max())
    if difference > TOLERANCE:
        raise EngineError(
            f'The exported vision encoder differs from torch by up to {difference:.2g}, more than '
            f'{TOLERANCE}; nothing was written.'
        )
    measured = {
        'export': {'compared_on': 'noise', 'engine': 'onnxruntime', 'max_difference': difference}
    }
    written = replace(written, measured=measured)
    write_manifest(target, written)
    return written
