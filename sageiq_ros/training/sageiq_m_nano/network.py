# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ-M nano as training and evaluation run it in torch: from a batch to scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sageiq_ros.datasets.labelled_crops import CropStore
from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.models.size_prompt import (
    AFTER_IMAGE,
    BEFORE_IMAGE,
    QUALITY_TOKENS,
    size_prompt,
)
from sageiq_ros.scorer.preparation import prepare_sa_image
from sageiq_ros.training.sageiq_m_nano.crops import Batch, make_batch
from sageiq_ros.training.sageiq_m_nano.loss import scores

VALIDATION_BATCH = 64


@dataclass(frozen=True, slots=True)
class MomentBatch:
    """Hold features (B, C, rows, columns), size prompts (B, 14), rounded sizes, labels (B,)."""

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


def validation_batches(network: SageIQM, store: CropStore) -> list[MomentBatch]:
    """Prepare a store of labelled crops for ``predict``."""
    side = network.config.vision.image_size
    batches = []
    for start in range(0, len(store), VALIDATION_BATCH):
        labels = store.labels[start : start + VALIDATION_BATCH]
        crops = [store[start + index] for index in range(len(labels))]
        batches.append(with_moments(network, make_batch(crops, labels, side)))
    return batches


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
    network: SageIQM, branch: SizeBranch | None, batch: MomentBatch
) -> tuple[Tensor, Tensor]:
    """Run a batch with its size branch; return its logits and the crops' vision features.

    The gradient reaches everything but the trunk, and the encoder only by way of crops. Without
    a branch nothing is told of the size: that is the network without size modules.
    """
    features = vision_features(network, batch.moments)
    if branch is None:
        visual = network.model.visual_abstractor(features)
        silent = torch.from_numpy(size_prompt(0, 0)).expand_as(batch.prompts)
        return quality_logits(network, visual, torch.zeros_like(visual), silent), features
    size_features = network.size_feature_extractor(network.abstract(branch(batch.sizes)))
    logits = quality_logits(network, network.abstract(features), size_features, batch.prompts)
    return logits, features


@torch.no_grad()
def predict(
    network: SageIQM, batches: Iterable[MomentBatch], *, sized: bool = True
) -> NDArray[np.float32]:
    """Score whole batches in eval mode, with or without the size modules."""
    network.eval()
    branch = SizeBranch(network, refresh=10**9) if sized else None
    parts = [scores(batch_logits(network, branch, batch)[0]).numpy() for batch in batches]
    return np.concatenate(parts)
