# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""RelTR as engines run it: uint8 BGR images in, the last layer's arrays out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from sageiq_ros.models.reltr import RelTR, RelTRConfig

INPUT = 'image'
OUTPUTS = (
    'pred_logits',
    'pred_boxes',
    'sub_logits',
    'sub_boxes',
    'obj_logits',
    'obj_boxes',
    'rel_logits',
)
Channels = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Normalization:
    """Say what a backbone is fed: ``(pixel - mean) / std`` a channel, pixels in [0, 255].

    ``rgb`` is the channel order of the network and of both tuples; images come as BGR. The
    defaults are the official ones: RGB, ImageNet's mean and deviation times 255.
    """

    mean: Channels = (123.675, 116.28, 103.53)
    std: Channels = (58.395, 57.12, 57.375)
    rgb: bool = True


@dataclass(frozen=True, slots=True)
class ImageRelTRConfig:
    """Join a network's sizes with what it is fed; goes to JSON and back."""

    reltr: RelTRConfig = field(default_factory=RelTRConfig)
    normalization: Normalization = field(default_factory=Normalization)

    def to_settings(self) -> dict[str, Any]:
        """Return JSON values: the sizes that differ from ``RelTRConfig()``, the normalisation."""
        default = asdict(RelTRConfig())
        sizes = asdict(self.reltr)
        return {
            'reltr': _json({key: sizes[key] for key in sizes if sizes[key] != default[key]}),
            'normalization': _json(asdict(self.normalization)),
        }

    @classmethod
    def from_settings(cls, settings: dict[str, Any]) -> ImageRelTRConfig:
        """Read what ``to_settings`` wrote; raises KeyError or TypeError for anything else."""
        sizes, fed = _python(settings['reltr']), _python(settings['normalization'])
        return cls(RelTRConfig(**sizes), Normalization(**fed))


class ImageRelTR(nn.Module):
    """Take uint8 BGR images (B, H, W, 3) and return ``OUTPUTS`` of the last layer in order.

    All images of a batch have one size, so that nothing is padded. Boxes are (cx, cy, w, h) in
    [0, 1] of the image.
    """

    def __init__(self, model: RelTR, normalization: Normalization) -> None:
        super().__init__()
        self.model = model
        self.rgb = normalization.rgb
        for name in ('mean', 'std'):
            value = torch.tensor(getattr(normalization, name), dtype=torch.float32)
            self.register_buffer(name, value[:, None, None], persistent=False)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        # The cast comes first: some runtimes take uint8 as an input and compute nothing in it.
        x = image.to(self.mean.dtype).permute(0, 3, 1, 2)
        if self.rgb:
            x = x.flip(1)
        output = self.model((x - self.mean) / self.std)
        return tuple(output[name] for name in OUTPUTS)


def _json(values: dict[str, Any]) -> dict[str, Any]:
    return {key: list(item) if isinstance(item, tuple) else item for key, item in values.items()}


def _python(values: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(item) if isinstance(item, list) else item for key, item in values.items()}
