# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ-M as its training runs it: from a batch to scores, by Algorithm 1."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.training.scale_consistency.inputs import Batch, Levels


class ScoringModule(nn.Module):
    """Score a batch in one forward pass, which is what distributed training can follow.

    The teacher is the same network with the size modules switched off, before any step is taken:
    there is one copy of the weights.
    """

    def __init__(self, network: SageIQM, levels: Levels) -> None:
        super().__init__()
        self.network = network
        self.levels = levels

    def forward(self, batch: Batch) -> Tensor:
        """Return the scores (B,) in [0, 1], float32."""
        network = self.network
        features = network.model.vision_model(batch.images)
        if batch.sa_images is None:
            visual = network.model.visual_abstractor(features)
        else:
            visual = network.abstract(features) + network.size_features(batch.sa_images)
        hidden = network.hidden_states(network.sequence(batch.prompts, visual))
        # The placeholder has become as many tokens as there are visual ones.
        ends = batch.lengths + visual.shape[1] - 2
        last = hidden[torch.arange(len(ends), device=hidden.device), ends]
        rows = torch.tensor(self.levels.rows, device=hidden.device)
        # A logit near 16 has steps of 1/8 in bfloat16: too coarse to learn a score from.
        with torch.autocast(hidden.device.type, enabled=False):
            return self.levels.scores(network.logits(last.float(), rows))


def checkpoint_layers(network: SageIQM) -> None:
    """Have encoder and decoder layers forget their activations and run again for the gradient.

    Less memory, about a third more time.
    """
    for layer in (*network.model.vision_model.encoder.layers, *network.model.layers):
        layer.forward = partial(checkpoint, layer.forward, use_reentrant=False)
