# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""First step: teach the trunk what quality looks like, by a plain head over its moments.

The trunk starts from ImageNet's weights, and its first filters stay. It is trained once, ahead of
the transformer around it: on two processor cores the transformer could not wait for it at every
step of every seed, and a convolutional network learns from a few thousand pictures what a
transformer would need millions for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sageiq_ros.datasets.labelled_crops import CropStore
from sageiq_ros.models.clip_vision import MomentPatchEmbedding
from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig
from sageiq_ros.training.sageiq_m_nano.crops import augmented, make_batch
from sageiq_ros.training.sageiq_m_nano.loss import quality_loss, scores
from sageiq_ros.training.sageiq_m_nano.schedule import AveragedParts, Schedule
from sageiq_ros.types import Image

BATCH = 64
SEED = 1
SCHEDULE = Schedule(peak=1e-3, last=1e-5, warm_up=100)
TRUNK_RATE = 0.3  # of the head's
WIDTH = 128
WEIGHT_DECAY = 0.02
CLIP_NORM = 1.0
FROZEN_BLOCKS = 1
STANDARDISING_CROPS = 512
SAVE_EVERY = 200
SIZE_SCALE = 9.0
SIDE = SageIQMConfig.nano().vision.image_size


class TrunkHead(nn.Module):
    """Score a crop from its patches and its size: the mean and the spread of a small network."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.patch = nn.Sequential(
            nn.Conv2d(channels, WIDTH, 1), nn.GELU(), nn.Conv2d(WIDTH, WIDTH, 1), nn.GELU()
        )
        self.crop = nn.Sequential(nn.Linear(4 * WIDTH + 2, WIDTH), nn.GELU(), nn.Linear(WIDTH, 3))

    def forward(self, features: Tensor, sizes: Tensor) -> Tensor:
        """Return logits (B, 3) from standardised moments (B, C, 2 S, S) and sides (B, 2) in px."""
        patches = self.patch(features)
        halves = patches.chunk(2, dim=2)
        parts = [half.mean(dim=(2, 3)) for half in halves]
        parts += [half.flatten(2).std(dim=2) for half in halves]
        return self.crop(torch.cat((*parts, sizes.log2() / SIZE_SCALE), dim=1))


def train_trunk(
    network: SageIQM,
    store: CropStore,
    validation: CropStore | None,
    state_path: Path,
    steps: int,
) -> None:
    """Train the trunk in place; the state in ``state_path`` is taken up where it exists."""
    from tqdm import tqdm

    embedding = network.model.vision_model.embeddings.patch_embed
    torch.manual_seed(SEED)
    head = TrunkHead(embedding.channels)
    _standardise(embedding, store)
    trunk = [p for block in embedding.blocks[FROZEN_BLOCKS:] for p in block.parameters()]
    for parameter in trunk:
        parameter.requires_grad_(True)
    optimiser = torch.optim.AdamW(
        [
            {'params': trunk, 'scale': TRUNK_RATE, 'weight_decay': 0.0},
            {'params': list(head.parameters()), 'scale': 1.0, 'weight_decay': WEIGHT_DECAY},
        ],
        lr=SCHEDULE.peak,
        betas=(0.9, 0.98),
    )
    parts = AveragedParts({'blocks': embedding.blocks, 'head': head}, optimiser)
    first = parts.resume(state_path)
    progress = tqdm(range(first, steps), initial=first, total=steps, desc='trunk', unit='step')
    for step in progress:
        rate = SCHEDULE.rate(step, steps)
        for group in optimiser.param_groups:
            group['lr'] = rate * group['scale']
        images, sizes, labels = _draw(store, BATCH, np.random.default_rng((SEED, step)))
        logits = head((embedding.moments(images) - embedding.mean) * embedding.scale, sizes)
        loss = quality_loss(logits, labels)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*trunk, *head.parameters()], CLIP_NORM)
        optimiser.step()
        parts.update()
        progress.set_postfix(loss=f'{loss.item():.4f}')
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == steps:
            parts.save(state_path, step + 1)
            if validation is not None:
                with parts.averages():
                    rank = _validate(embedding, head, validation)
                progress.write(f'trunk, step {step + 1}: SRCC {rank:.4f}')
    parts.load_averages()
    _standardise(embedding, store)
    embedding.requires_grad_(False)
    embedding.project.requires_grad_(True)


@torch.no_grad()
def _standardise(embedding: MomentPatchEmbedding, store: CropStore) -> None:
    images, _, _ = _draw(store, STANDARDISING_CROPS, np.random.default_rng(SEED))
    embedding.standardise(torch.cat([embedding.moments(part) for part in images.split(BATCH)]))


def _draw(store: CropStore, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    chosen = rng.integers(0, len(store), count)
    crops = [augmented(store[int(i)], int(store.kinds[i]), rng) for i in chosen]
    return _prepared(crops, store.labels[chosen])


@torch.no_grad()
def _validate(embedding: MomentPatchEmbedding, head: TrunkHead, validation: CropStore) -> float:
    from sageiq_ros.evaluation.correlation import srcc

    found = []
    for start in range(0, len(validation), BATCH):
        indices = range(start, min(start + BATCH, len(validation)))
        images, sizes, _ = _prepared([validation[i] for i in indices], validation.labels[indices])
        moments = embedding.moments(images)
        found.append(scores(head((moments - embedding.mean) * embedding.scale, sizes)))
    return srcc(torch.cat(found).numpy(), validation.labels)


def _prepared(
    crops: Sequence[Image], labels: NDArray[np.float32]
) -> tuple[Tensor, Tensor, Tensor]:
    batch = make_batch(crops, labels, SIDE)
    images = torch.from_numpy(batch.images).to(memory_format=torch.channels_last)
    sizes = torch.tensor([crop.shape[:2] for crop in crops], dtype=torch.float32)
    return images, sizes, torch.from_numpy(batch.labels)
