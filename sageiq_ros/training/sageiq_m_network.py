# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ-M nano as training and evaluation run it in torch: from a batch to scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.models.size_prompt import AFTER_IMAGE, BEFORE_IMAGE, QUALITY_TOKENS
from sageiq_ros.scorer.preparation import prepare_sa_image
from sageiq_ros.training.sageiq_m_data import Batch

LEVELS = (1.0, 0.5, 0.0)
CLASS_WEIGHT = 0.1
HUBER_BETA = 0.1


@dataclass(frozen=True, slots=True)
class MomentBatch:
    """Hold the trunk's features (B, C, grid, grid), size prompts (B, 14), sizes, labels (B,)."""

    moments: Tensor
    prompts: Tensor
    sizes: tuple[tuple[int, int], ...]
    labels: Tensor


@torch.no_grad()
def with_moments(network: SageIQM, batch: Batch) -> MomentBatch:
    """Run the frozen trunk on a batch of prepared crops."""
    embedding = network.model.vision_model.embeddings.patch_embed
    return MomentBatch(
        moments=embedding.moments(torch.from_numpy(batch.images)),
        prompts=torch.from_numpy(batch.prompts),
        sizes=batch.sizes,
        labels=torch.from_numpy(batch.labels),
    )


def vision_features(network: SageIQM, moments: Tensor) -> Tensor:
    """Finish the vision encoder from its trunk's features: (B, tokens, width)."""
    vision = network.model.vision_model
    return vision.encode(vision.embeddings.place(vision.embeddings.patch_embed.embed(moments)))


class SizeBranch:
    """Keep the vision encoder's features of SA images, by size, for ``refresh`` steps.

    The encoder learns from pictures; its view of an SA image drifts slowly, so that computing
    it anew at every step would cost a third of the training for nothing.
    """

    def __init__(self, network: SageIQM, refresh: int) -> None:
        self._network = network
        self._refresh = refresh
        self._step = 0
        self._moments: dict[tuple[int, int], Tensor] = {}
        self._known: dict[tuple[int, int], tuple[int, Tensor]] = {}

    @torch.no_grad()
    def __call__(self, sizes: Sequence[tuple[int, int]]) -> Tensor:
        """Return vision features (len(sizes), tokens, width) without gradient."""
        stale = [
            size
            for size in dict.fromkeys(sizes)
            if size not in self._known or self._known[size][0] <= self._step
        ]
        if stale:
            self._add_moments([size for size in stale if size not in self._moments])
            moments = torch.stack([self._moments[size] for size in stale])
            features = vision_features(self._network, moments)
            due = self._step + self._refresh
            self._known.update(
                (size, (due, feature)) for size, feature in zip(stale, features, strict=True)
            )
        self._step += 1
        return torch.stack([self._known[size][1] for size in sizes])

    def _add_moments(self, sizes: Sequence[tuple[int, int]]) -> None:
        if not sizes:
            return
        side = self._network.config.vision.image_size
        images = np.stack([prepare_sa_image(*size, side) for size in sizes])
        embedding = self._network.model.vision_model.embeddings.patch_embed
        moments = embedding.moments(torch.from_numpy(images))
        self._moments.update(zip(sizes, moments, strict=True))


def quality_logits(
    network: SageIQM, visual: Tensor, size_features: Tensor, prompts: Tensor
) -> Tensor:
    """Return the logits (B, 3) of good, average and poor.

    ``visual`` are the crops' visual tokens and ``size_features`` SFE's output for their sizes,
    both (B, queries + 1, width); ``prompts`` the size prompts (B, 14).
    """
    batch = visual.shape[0]
    before = torch.tensor(BEFORE_IMAGE).expand(batch, -1)
    after = torch.cat((torch.tensor(AFTER_IMAGE).expand(batch, -1), prompts), dim=1)
    return network(visual + size_features, before, after, torch.tensor(QUALITY_TOKENS))


def batch_logits(
    network: SageIQM, branch: SizeBranch, batch: MomentBatch
) -> tuple[Tensor, Tensor]:
    """Run a batch with its size branch; return its logits and the crops' vision features.

    The gradient reaches everything but the trunk, and the encoder only by way of crops.
    """
    size_features = network.size_feature_extractor(network.abstract(branch(batch.sizes)))
    features = vision_features(network, batch.moments)
    logits = quality_logits(network, network.abstract(features), size_features, batch.prompts)
    return logits, features


def scores(logits: Tensor) -> Tensor:
    """Apply Algorithm 1, lines 4 and 6, to logits (B, 3)."""
    return logits.softmax(dim=1) @ torch.tensor(LEVELS)


def level_distribution(labels: Tensor) -> Tensor:
    """Spread labels in [0, 1] over good, average and poor so that Algorithm 1 returns them."""
    good = (2.0 * labels - 1.0).clamp(min=0.0)
    poor = (1.0 - 2.0 * labels).clamp(min=0.0)
    return torch.stack((good, 1.0 - good - poor, poor), dim=1)


def quality_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Join Huber's loss of the score with a light cross entropy of the three levels."""
    regression = F.smooth_l1_loss(scores(logits), labels, beta=HUBER_BETA)
    return regression + CLASS_WEIGHT * F.cross_entropy(logits, level_distribution(labels))


@torch.no_grad()
def predict(network: SageIQM, batches: Sequence[MomentBatch]) -> NDArray[np.float32]:
    """Score whole batches in eval mode."""
    network.eval()
    branch = SizeBranch(network, refresh=10**9)
    parts = [scores(batch_logits(network, branch, batch)[0]).numpy() for batch in batches]
    return np.concatenate(parts)
