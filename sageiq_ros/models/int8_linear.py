# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A linear layer whose weights are int8 with one scale a row; activations stay as they are.

Activations are not quantised, so that a token's result does not depend on the others of its
batch, which it does where outlier columns are looked for; it runs wherever torch does.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LARGEST = 127


class Int8Linear(nn.Module):
    """Hold a float weight (out, in) as int8; no bias."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        exact = weight.float()
        scale = exact.abs().amax(dim=1).clamp(min=torch.finfo(torch.float32).tiny) / LARGEST
        self.register_buffer('weight', torch.round(exact / scale[:, None]).to(torch.int8))
        self.register_buffer('scale', scale)

    def forward(self, x: Tensor) -> Tensor:
        """Map tokens (…, in) to (…, out) in their own dtype."""
        return F.linear(x, self.weight.to(x.dtype)) * self.scale.to(x.dtype)
