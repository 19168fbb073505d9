# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""From logits to scores, and how far they are from the labels."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

LEVELS = (1.0, 0.5, 0.0)
CLASS_WEIGHT = 0.1
HUBER_BETA = 0.1


def scores(logits: Tensor) -> Tensor:
    """Apply Algorithm 1, lines 4 and 6, to logits (B, 3)."""
    return logits.softmax(dim=1) @ torch.tensor(LEVELS, device=logits.device)


def level_distribution(labels: Tensor) -> Tensor:
    """Spread labels in [0, 1] over good, average and poor so that Algorithm 1 returns them."""
    good = (2.0 * labels - 1.0).clamp(min=0.0)
    poor = (1.0 - 2.0 * labels).clamp(min=0.0)
    return torch.stack((good, 1.0 - good - poor, poor), dim=1)


def quality_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Join Huber's loss of the score with a light cross entropy of the three levels."""
    regression = F.smooth_l1_loss(scores(logits), labels, beta=HUBER_BETA)
    return regression + CLASS_WEIGHT * F.cross_entropy(logits, level_distribution(labels))
