# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""EfficientNet-Lite0 as a feature extractor (Tan and Le 2019), its batch norms folded.

A frozen batch norm is a scale and a shift, so it is folded into the convolution before it: the
network trains, exports and quantises without one.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

EPS = 1e-3
# kernel, stride, expansion, output channels, repeats
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)


class SamePadConv2d(nn.Conv2d):
    """Convolve with TensorFlow's SAME padding: a stride of 2 pads an even side below and right."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, groups: int = 1):
        padding = 0 if stride == 2 else kernel // 2
        super().__init__(inputs, outputs, kernel, stride, padding, groups=groups)
        self.extra = (kernel - 2) // 2 if stride == 2 else 0

    def forward(self, x: Tensor) -> Tensor:
        if self.stride[0] == 2:
            x = F.pad(x, (self.extra, self.extra + 1, self.extra, self.extra + 1))
        return super().forward(x)


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; add the input where shapes agree."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int):
        super().__init__()
        width = inputs * expansion
        self.expand = SamePadConv2d(inputs, width, 1, 1) if expansion > 1 else None
        self.depthwise = SamePadConv2d(width, width, kernel, stride, groups=width)
        self.project = SamePadConv2d(width, outputs, 1, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else F.relu6(self.expand(x))
        y = self.project(F.relu6(self.depthwise(y)))
        return x + y if self.residual else y


class EfficientNetLite0(nn.Module):
    """Hold the stem and the blocks, for networks that run a part of them.

    They want images (B, 3, H, W) as (RGB - 127) / 128, the sides multiples of 32.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = SamePadConv2d(3, 32, 3, 2)
        blocks, inputs = [], 32
        for kernel, stride, expansion, outputs, repeats in STAGES:
            for index in range(repeats):
                step = stride if index == 0 else 1
                blocks.append(InvertedResidual(inputs, outputs, kernel, step, expansion))
                inputs = outputs
        self.blocks = nn.ModuleList(blocks)

    def load_imagenet(self, state: Mapping[str, Tensor]) -> None:
        """Fold the ImageNet weights of the ``efficientnet-lite0`` checkpoint into this network."""
        self._fold(state, self.stem, '_conv_stem', '_bn0')
        for index, block in enumerate(self.blocks):
            prefix = f'_blocks.{index}.'
            if block.expand is not None:
                self._fold(state, block.expand, prefix + '_expand_conv', prefix + '_bn0')
            self._fold(state, block.depthwise, prefix + '_depthwise_conv', prefix + '_bn1')
            self._fold(state, block.project, prefix + '_project_conv', prefix + '_bn2')

    @staticmethod
    def _fold(state: Mapping[str, Tensor], conv: nn.Conv2d, source: str, norm: str) -> None:
        scale = state[f'{norm}.weight'] * (state[f'{norm}.running_var'] + EPS).rsqrt()
        with torch.no_grad():
            conv.weight.copy_(state[f'{source}.weight'] * scale[:, None, None, None])
            conv.bias.copy_(state[f'{norm}.bias'] - state[f'{norm}.running_mean'] * scale)
