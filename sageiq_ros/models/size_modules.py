# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The size feature extractor of SageIQ-M, and what the paper leaves open of it (III-B).

With LSQ and alpha at 0, where they start by default, the network is its backbone bit for bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GATES = ('sigmoid', 'softmax', 'linear')
ALPHAS = ('scalar', 'vector')
TOKENS = ('all', 'queries')
# What the metadata of a trained file call it.
FILE_FORMAT = 'sageiq-m size modules'


@dataclass(frozen=True, slots=True)
class SizeModulesConfig:
    """Choose among the readings of the paper; the reasons stand in docs/sageiq_m.md.

    ``gate`` is the attention map's activation (``softmax`` runs over the tokens), ``alpha`` one
    number or one a channel, ``tokens`` whether ``vit_eos`` has size features too. ``alpha_start``
    and ``queries_std`` are what training starts from: alpha, and the deviation of LSQ. Raises
    ValueError for any other word, and for a start that is no number or a deviation below 0.
    """

    gate: str = 'sigmoid'
    alpha: str = 'scalar'
    tokens: str = 'all'
    alpha_start: float = 0.0
    queries_std: float = 0.0

    def __post_init__(self) -> None:
        for name, known in (('gate', GATES), ('alpha', ALPHAS), ('tokens', TOKENS)):
            value = getattr(self, name)
            if value not in known:
                raise ValueError(f'{name} must be {" or ".join(known)}, not {value!r}')
        for name in ('alpha_start', 'queries_std'):
            value = getattr(self, name)
            number = isinstance(value, Real) and not isinstance(value, bool)
            if not number or not math.isfinite(value):
                raise ValueError(f'{name} must be a finite number, not {value!r}')
            # A whole number, as JSON writes 0, would make a parameter of whole numbers.
            object.__setattr__(self, name, float(value))
        if self.queries_std < 0:
            raise ValueError(f'queries_std must be at least 0, not {self.queries_std}')


class SizeFeatureExtractor(nn.Module):
    """Refine the SA image's abstracted tokens into size features (paper, Fig. 3)."""

    def __init__(
        self, width: int, reduction: int, config: SizeModulesConfig | None = None
    ) -> None:
        super().__init__()
        config = config or SizeModulesConfig()
        narrow = width // reduction
        self.fc1 = nn.Linear(width, narrow)
        self.fc2 = nn.Linear(width, narrow)
        self.norm = nn.LayerNorm(narrow)
        self.fc3 = nn.Linear(narrow, width)
        shape = () if config.alpha == 'scalar' else (width,)
        self.alpha = nn.Parameter(torch.full(shape, config.alpha_start))
        self.config = config

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens (B, N, width), ``vit_eos`` last, to size features of the same shape."""
        gate = self.fc2(tokens)
        if self.config.gate == 'sigmoid':
            gate = torch.sigmoid(gate)
        elif self.config.gate == 'softmax':
            gate = gate.softmax(dim=1)
        refined = torch.relu(self.fc1(tokens)) * gate
        features = self.alpha * self.fc3(self.norm(refined))
        if self.config.tokens == 'queries':
            features = F.pad(features[:, :-1], (0, 0, 0, 1))
        return features
