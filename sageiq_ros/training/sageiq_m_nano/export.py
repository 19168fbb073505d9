# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Make the engine of a trained SageIQ-M nano: weights, ONNX, int8, manifest."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sageiq_ros.engines.export import export_onnx
from sageiq_ros.engines.manifest import Manifest
from sageiq_ros.engines.quantize import quantize_onnx
from sageiq_ros.engines.store import write_engine
from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig
from sageiq_ros.scorer.base import SIZE_MODULES
from sageiq_ros.scorer.preparation import prepare_sa_image
from sageiq_ros.scorer.sageiq_m import INPUTS, OUTPUTS
from sageiq_ros.training.sageiq_m_nano.crops import View
from sageiq_ros.training.sageiq_m_nano.network import quality_logits
from sageiq_ros.training.sageiq_m_nano.views import ViewStore
from sageiq_ros.types import SageIQError

CALIBRATION_CROPS = 320
NETWORK = 'sageiq_m'
WEIGHTS = 'weights.safetensors'
# The trunk stays in float: its moments measure how little a filter responds where a picture is
# smooth, and eight bits drown that. So do the few size features.
FLOAT_NODES = (r'.*/patch_embed/.*', r'.*/size_feature_extractor/.*')

PROVENANCE = {
    'trained_by': 'sageiq train sageiq-m-nano',
    'labels': 'full-reference pseudo-scores (HaarPSI, VIF, GMSD) of synthetic degradations',
}

Sample = dict[str, NDArray[np.generic]]


class ScoringGraph(nn.Module):
    """Wrap SageIQ-M as its engine's graph: crops to logits, any image to size features."""

    def __init__(self, network: SageIQM) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, images: Tensor, size_features: Tensor, size_prompts: Tensor
    ) -> tuple[Tensor, Tensor]:
        visual = self.network.visual_tokens(images)
        logits = quality_logits(self.network, visual, size_features, size_prompts)
        # Said outright: the exporter loses the shape, and an engine's is static.
        shape = tuple(int(side) for side in size_features.shape)
        return logits, self.network.size_feature_extractor(visual).reshape(shape)


def check_export(*folders: Path | None) -> None:
    """Make sure, before work that takes long, that engines can be written; None is no engine.

    Raises SageIQError with the reason.
    """
    wanted = [folder for folder in folders if folder is not None]
    if not wanted:
        return
    try:
        import nncf  # noqa: F401
        import onnx  # noqa: F401
        import openvino  # noqa: F401
    except ImportError as error:
        raise SageIQError(
            f'Exporting an engine needs {error.name}: install it, or train without --export and '
            'export with the same --work elsewhere.'
        ) from error
    for folder in wanted:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SageIQError(f'Cannot write {folder}: {error.strerror}.') from error


def export(
    network: SageIQM,
    folder: Path,
    calibration: Sequence[Sample],
    pictures: Mapping[str, int],
    modules: Sequence[str] = SIZE_MODULES,
) -> Manifest:
    """Write ``folder`` (fp16 weights, int8 ONNX, manifest) and beside it an fp32 engine.

    ``calibration`` are inputs by name for the quantiser's statistics, ``pictures`` the folders
    trained on and how many pictures each holds, for the manifest. ``modules`` are the size modules
    that the network was trained with; of the others its scorer tells it nothing.
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    float_folder = folder.with_name(f'{folder.name}_fp32')
    float_folder.mkdir(exist_ok=True)
    network = copy.deepcopy(network).cpu().eval()
    example = {name: torch.from_numpy(calibration[0][name]) for name in INPUTS}
    exact = float_folder / 'model.onnx'
    export_onnx(ScoringGraph(network), example, OUTPUTS, exact)
    model = folder / 'model.onnx'
    quantize_onnx(exact, model, calibration, ignored_names=FLOAT_NODES)
    weights = {
        name: value.half().contiguous() if value.is_floating_point() else value.contiguous()
        for name, value in network.state_dict().items()
    }
    save_file(weights, folder / WEIGHTS)
    (folder / WEIGHTS).chmod(0o644)
    described = {
        'name': folder.name,
        'network': NETWORK,
        'settings': {
            'side': network.config.vision.image_size,
            'batch': len(calibration[0]['images']),
            'size_modules': list(modules),
        },
        'provenance': {**PROVENANCE, 'pictures': dict(pictures)},
        'measured': {},
    }
    write_engine(float_folder, precision='fp32', model=exact, **described)
    return write_engine(folder, precision='int8', model=model, **described)


def calibration_batches(store: ViewStore, config: SageIQMConfig, batch_size: int) -> list[Sample]:
    """Return engine inputs for calibration: every other batch holds SA images instead of crops.

    ``batch_size`` is how many crops the engine will take a run.
    """
    rng = np.random.default_rng(0)
    side = config.vision.image_size
    tokens = (config.abstractor.queries + 1, config.language.hidden_size)
    rows = store.rows(View.WHOLE)
    samples: list[Sample] = []
    for index in range(max(2, CALIBRATION_CROPS // batch_size)):
        chosen = rng.choice(rows, batch_size)
        batch = store.batch(chosen, store.labels[chosen])
        images = batch.images.contiguous().numpy()
        if index % 2:
            images = np.stack([prepare_sa_image(*size, side) for size in batch.sizes])
        samples.append(
            {
                'images': images,
                'size_features': np.zeros((batch_size, *tokens), np.float32),
                'size_prompts': batch.prompts.numpy(),
            }
        )
    return samples
