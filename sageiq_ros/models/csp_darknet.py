# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""CSPDarknet with a path aggregation network and decoupled head, in YOLOX-nano's size.

Batch norms are folded into the convolutions. Modules are declared in the order in which they
run, which is the order of the weights in an exported YOLOX (Ge et al. 2021).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

STRIDES = (8, 16, 32)
HEAD_WIDTH = 64
MOST_GROWTH = 6.0
FOCUS = (16, 12, 3, 3)


class Conv(nn.Module):
    """Convolve, then SiLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        padding = (kernel - 1) // 2
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        return F.silu(self.conv(x))


def separable(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Make a 3x3 depthwise and a 1x1 convolution."""
    return nn.Sequential(Conv(inputs, inputs, 3, stride, inputs), Conv(inputs, outputs))


class Bottleneck(nn.Module):
    def __init__(self, width: int, shortcut: bool) -> None:
        super().__init__()
        self.conv1 = Conv(width, width)
        self.conv2 = separable(width, width)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv2(self.conv1(x))
        return x + y if self.shortcut else y


class CSPLayer(nn.Module):
    """Run bottlenecks on one half of the channels and join the other half again."""

    def __init__(self, inputs: int, outputs: int, depth: int = 1, shortcut: bool = False) -> None:
        super().__init__()
        hidden = outputs // 2
        self.conv1 = Conv(inputs, hidden)
        self.conv2 = Conv(inputs, hidden)
        self.blocks = nn.Sequential(*(Bottleneck(hidden, shortcut) for _ in range(depth)))
        self.conv3 = Conv(2 * hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv3(torch.cat([self.blocks(self.conv1(x)), self.conv2(x)], dim=1))


class SpatialPyramid(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = Conv(width, width // 2)
        self.conv2 = Conv(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        pools = [F.max_pool2d(x, size, 1, size // 2) for size in (5, 9, 13)]
        return self.conv2(torch.cat([x, *pools], dim=1))


class CSPDarknet(nn.Module):
    """Extract maps of strides 8, 16 and 32 from BGR images 0-255 whose sides divide by 32."""

    channels = (64, 128, 256)

    def __init__(self) -> None:
        super().__init__()
        self.stem = Conv(3, 16, 6, 2)
        self.dark2 = nn.Sequential(separable(16, 32, 2), CSPLayer(32, 32, 1, True))
        self.dark3 = nn.Sequential(separable(32, 64, 2), CSPLayer(64, 64, 3, True))
        self.dark4 = nn.Sequential(separable(64, 128, 2), CSPLayer(128, 128, 3, True))
        self.dark5 = nn.Sequential(separable(128, 256, 2), SpatialPyramid(256), CSPLayer(256, 256))
        self.lateral5 = Conv(256, 128)
        self.top_down4 = CSPLayer(256, 128)
        self.lateral4 = Conv(128, 64)
        self.top_down3 = CSPLayer(128, 64)
        self.down3 = separable(64, 64, 2)
        self.bottom_up4 = CSPLayer(128, 128)
        self.down4 = separable(128, 128, 2)
        self.bottom_up5 = CSPLayer(256, 256)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Map images (B, 3, H, W) to three maps, the finest first."""
        return self.high(self.low(x))

    def low(self, x: Tensor) -> Tensor:
        """Run the stem and the first stage: (B, 32, H / 4, W / 4)."""
        return self.dark2(self.stem(x))

    def high(self, x: Tensor) -> list[Tensor]:
        """Run the rest on what ``low`` returned."""
        fine = self.dark3(x)
        middle = self.dark4(fine)
        lateral5 = self.lateral5(self.dark5(middle))
        x = self.top_down4(torch.cat([_enlarge(lateral5), middle], dim=1))
        lateral4 = self.lateral4(x)
        out3 = self.top_down3(torch.cat([_enlarge(lateral4), fine], dim=1))
        out4 = self.bottom_up4(torch.cat([self.down3(out3), lateral4], dim=1))
        out5 = self.bottom_up5(torch.cat([self.down4(out4), lateral5], dim=1))
        return [out3, out4, out5]

    def freeze_low(self) -> None:
        """Stop the gradient of what ``low`` runs."""
        for module in (self.stem, self.dark2):
            module.requires_grad_(False)


class LevelHead(nn.Module):
    """Turn one level's map into what classes and boxes are read from."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.stem = Conv(inputs, HEAD_WIDTH)
        self.classes = nn.Sequential(*(separable(HEAD_WIDTH, HEAD_WIDTH) for _ in range(2)))
        self.places = nn.Sequential(*(separable(HEAD_WIDTH, HEAD_WIDTH) for _ in range(2)))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.stem(x)
        return self.classes(x), self.places(x)


class DenseHead(nn.Module):
    """Name and frame what every cell of three levels sees.

    N cells: those of stride 8 by rows, then 16, then 32.
    """

    def __init__(self, channels: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.levels = nn.ModuleList(LevelHead(inputs) for inputs in channels)
        # Words are read from both branches, since YOLOX keeps its objectness in the box branch.
        self.words = nn.ModuleList(nn.Linear(2 * HEAD_WIDTH, classes) for _ in channels)
        self.boxes = nn.ModuleList(nn.Linear(HEAD_WIDTH, 4) for _ in channels)

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Return features (B, N, 128), logits (B, N, classes) and boxes (B, N, 4).

        Boxes are (cx, cy, w, h) in [0, 1].
        """
        features, logits, boxes = [], [], []
        for x, level, words, box in zip(maps, self.levels, self.words, self.boxes, strict=True):
            height, width = x.shape[-2:]
            named, placed = (y.flatten(2).transpose(1, 2) for y in level(x))
            both = torch.cat([named, placed], dim=2)
            raw = box(placed)
            row = torch.arange(height, dtype=raw.dtype, device=raw.device)
            column = torch.arange(width, dtype=raw.dtype, device=raw.device)
            corner = torch.stack([column.repeat(height), row.repeat_interleave(width)], dim=1)
            cells = torch.stack([column[-1], row[-1]]) + 1.0
            center = (raw[..., :2] + corner) / cells
            size = raw[..., 2:].clamp(max=MOST_GROWTH).exp() / cells
            features.append(both)
            logits.append(words(both))
            boxes.append(torch.cat([center, size], dim=2))
        return torch.cat(features, 1), torch.cat(logits, 1), torch.cat(boxes, 1)


def load_yolox(
    body: CSPDarknet, head: DenseHead, weights: Mapping[str, Tensor], words: Mapping[int, int]
) -> None:
    """Start ``body`` and ``head`` from the weights of an exported YOLOX-nano.

    ``weights`` are its ONNX initialisers by name, in order: convolutions in the order they run,
    and ``head.{cls,reg,obj}_preds.{level}``. ``words`` maps COCO classes to ours; the other
    classes keep what they have. Raises ValueError where the shapes are not YOLOX-nano's.
    """
    runs = [value for name, value in weights.items() if not name.startswith('head.')]
    if runs and tuple(runs[0].shape) == FOCUS:
        runs[0] = unfocused(runs[0])
    convs = [m for part in (body, head.levels) for m in part.modules() if isinstance(m, nn.Conv2d)]
    wanted = [parameter for conv in convs for parameter in (conv.weight, conv.bias)]
    if [tuple(p.shape) for p in wanted] != [tuple(v.shape) for v in runs]:
        raise ValueError('these are not the weights of a YOLOX-nano')
    with torch.no_grad():
        for parameter, value in zip(wanted, runs, strict=True):
            parameter.copy_(value)
        for level in range(len(STRIDES)):
            named, framed, object_ = (
                (weights[f'head.{kind}_preds.{level}.weight'].flatten(1),
                 weights[f'head.{kind}_preds.{level}.bias'])
                for kind in ('cls', 'reg', 'obj')
            )  # fmt: skip
            head.boxes[level].weight.copy_(framed[0])
            head.boxes[level].bias.copy_(framed[1])
            for theirs, ours in words.items():
                head.words[level].weight[ours] = torch.cat([named[0][theirs], object_[0][0]])
                head.words[level].bias[ours] = named[1][theirs] + object_[1][0]


def unfocused(weight: Tensor) -> Tensor:
    """Turn YOLOX's first 3x3 kernels (O, 12, 3, 3) into 6x6 ones (O, 3, 6, 6) of stride 2.

    YOLOX sorts every second pixel into channels first: even and odd rows of the even columns,
    then of the odd ones.
    """
    quarters = weight.unflatten(1, (2, 2, 3))  # O, column, row, colour, y, x
    return quarters.permute(0, 3, 4, 2, 5, 1).flatten(4).flatten(2, 3)


def _enlarge(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode='nearest')
