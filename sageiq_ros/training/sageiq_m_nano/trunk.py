# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""First step: teach the trunk what quality looks like, by a plain head over its moments.

The trunk starts from ImageNet's weights, and its first filters stay. It is trained once, ahead of
the transformer around it: a convolutional network learns from a few hundred pictures what a
transformer would need millions for, and on a processor every seed's transformer would wait for it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sageiq_ros.models.clip_vision import MomentPatchEmbedding
from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.training.sageiq_m_nano.crops import View
from sageiq_ros.training.sageiq_m_nano.loss import quality_loss, scores
from sageiq_ros.training.sageiq_m_nano.schedule import AveragedParts, Schedule
from sageiq_ros.training.sageiq_m_nano.views import ViewBatch, ViewStore

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


class TrunkHead(nn.Module):
    """Score a crop from its patches and its size: the mean and the spread of a small network."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.patch = nn.Sequential(
            nn.Conv2d(channels, WIDTH, 1), nn.GELU(), nn.Conv2d(WIDTH, WIDTH, 1), nn.GELU()
        )
        self.crop = nn.Sequential(nn.Linear(4 * WIDTH + 2, WIDTH), nn.GELU(), nn.Linear(WIDTH, 3))

    def forward(self, features: Tensor, sizes: Tensor) -> Tensor:
        """Return logits (B, 3) from moments (B, C, patch rows, columns) and sides (B, 2) in px."""
        patches = self.patch(features)
        halves = patches.chunk(2, dim=2)
        parts = [half.mean(dim=(2, 3)) for half in halves]
        parts += [half.flatten(2).std(dim=2) for half in halves]
        return self.crop(torch.cat((*parts, sizes.log2() / SIZE_SCALE), dim=1))


def train_trunk(
    network: SageIQM,
    store: ViewStore,
    validation: ViewStore | None,
    state_path: Path,
    steps: int,
) -> None:
    """Train the trunk in place; the state in ``state_path`` is taken up where it exists."""
    from tqdm import tqdm

    embedding = network.model.vision_model.embeddings.patch_embed
    torch.manual_seed(SEED)
    device = str(embedding.mean.device)
    head = TrunkHead(embedding.channels).to(device)
    rows = store.rows(View.WHOLE, View.ALTERED)
    _standardise(embedding, store, rows, device)
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
        chosen = np.random.default_rng((SEED, step)).choice(rows, BATCH)
        batch = store.batch(chosen, store.labels[chosen], device)
        loss = quality_loss(_logits(embedding, head, batch), batch.labels)
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
    _standardise(embedding, store, rows, device)
    embedding.requires_grad_(False)
    embedding.project.requires_grad_(True)


def _logits(embedding: MomentPatchEmbedding, head: TrunkHead, batch: ViewBatch) -> Tensor:
    moments = embedding.moments(batch.images)
    return head((moments - embedding.mean) * embedding.scale, batch.sides)


@torch.no_grad()
def _standardise(
    embedding: MomentPatchEmbedding, store: ViewStore, rows: NDArray[np.intp], device: str
) -> None:
    chosen = np.random.default_rng(SEED).choice(rows, STANDARDISING_CROPS)
    batches = store.in_order(chosen, BATCH, device)
    embedding.standardise(torch.cat([embedding.moments(batch.images) for batch in batches]))


@torch.no_grad()
def _validate(embedding: MomentPatchEmbedding, head: TrunkHead, validation: ViewStore) -> float:
    from sageiq_ros.evaluation.correlation import srcc

    rows, device = validation.rows(View.WHOLE), str(embedding.mean.device)
    batches = validation.in_order(rows, BATCH, device)
    found = [scores(_logits(embedding, head, batch)).cpu() for batch in batches]
    return srcc(torch.cat(found).numpy(), validation.labels[rows])
