# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ-M nano as training and evaluation run it in torch: from a batch to scores."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.models.size_prompt import (
    AFTER_IMAGE,
    BEFORE_IMAGE,
    QUALITY_TOKENS,
    size_prompt,
)
from sageiq_ros.scorer.base import SFE, SIZE_MODULES, SIZE_PROMPT
from sageiq_ros.scorer.preparation import prepare_sa_image
from sageiq_ros.training.sageiq_m_nano.loss import scores
from sageiq_ros.training.sageiq_m_nano.views import ViewBatch


class SizeBranch:
    """Keep the vision encoder's features of SA images, by size, for ``refresh`` steps.

    The encoder learns from pictures; its view of an SA image drifts slowly, so that computing
    it anew at every step would cost a third of the training for nothing.
    """

    def __init__(self, network: SageIQM, refresh: int) -> None:
        self._network = network
        self._refresh = refresh
        self._step = 0
        self._images: dict[tuple[int, int], Tensor] = {}
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
            self._images.update((s, self._image(s)) for s in stale if s not in self._images)
            images = torch.stack([self._images[size] for size in stale])
            features = self._network.model.vision_model(images)
            due = self._step + self._refresh
            self._known.update(
                (size, (due, feature)) for size, feature in zip(stale, features, strict=True)
            )
        self._step += 1
        return torch.stack([self._known[size][1] for size in sizes])

    def _image(self, size: tuple[int, int]) -> Tensor:
        side = self._network.config.vision.image_size
        device = self._network.size_queries.device
        return torch.from_numpy(prepare_sa_image(*size, side)).to(device)


def quality_logits(
    network: SageIQM, visual: Tensor, size_features: Tensor, prompts: Tensor
) -> Tensor:
    """Return the logits (B, 3) of good, average and poor.

    ``visual`` are the crops' visual tokens and ``size_features`` SFE's output for their sizes,
    both (B, queries + 1, width); ``prompts`` the size prompts (B, 14).
    """
    batch = visual.shape[0]
    before, after, rows = (
        torch.tensor(ids, device=visual.device)
        for ids in (BEFORE_IMAGE, AFTER_IMAGE, QUALITY_TOKENS)
    )
    after = torch.cat((after.expand(batch, -1), prompts), dim=1)
    return network(visual + size_features, before.expand(batch, -1), after, rows)


def batch_logits(
    network: SageIQM, branch: SizeBranch, batch: ViewBatch, modules: Collection[str]
) -> tuple[Tensor, Tensor]:
    """Run a batch with some of ``SIZE_MODULES``; return logits and the crops' vision features.

    The gradient reaches everything but the trunk, and the encoder only by way of crops. LSQ is
    on whatever ``modules`` say: off, it is zero.
    """
    features = network.model.vision_model(batch.images)
    visual = network.abstract(features)
    size_features, prompts = torch.zeros_like(visual), batch.prompts
    if SFE in modules:
        size_features = network.size_feature_extractor(network.abstract(branch(batch.sizes)))
    if SIZE_PROMPT not in modules:
        prompts = torch.from_numpy(size_prompt(0, 0)).to(prompts).expand_as(prompts)
    return quality_logits(network, visual, size_features, prompts), features


@torch.no_grad()
def predict(
    network: SageIQM, batches: Iterable[ViewBatch], modules: Collection[str] = SIZE_MODULES
) -> NDArray[np.float32]:
    """Score whole batches in eval mode."""
    network.eval()
    branch = SizeBranch(network, refresh=10**9)
    logits = (batch_logits(network, branch, batch, modules)[0] for batch in batches)
    return np.concatenate([scores(part).cpu().numpy() for part in logits])
