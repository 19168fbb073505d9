# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ-M's vision encoder: the CLIP vision transformer of mPLUG-Owl2.

Parameter names are those of the published checkpoints. The patch embedding is the plain
convolution of ViT or, for small processors, moments of a convolutional network's features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sageiq_ros.models.efficientnet_lite import EfficientNetLite0


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """Size the encoder; the defaults are CLIP-ViT-L/14 at 448 px.

    ``patch_embedding`` is ``conv`` or ``moments`` (then ``patch_size`` is 16). ``views`` is how
    many squares of ``image_size`` an image holds, one below another.
    """

    hidden_size: int = 1024
    intermediate_size: int = 4096
    layers: int = 24
    heads: int = 16
    image_size: int = 448
    patch_size: int = 14
    layer_norm_eps: float = 1e-6
    patch_embedding: str = 'conv'
    views: int = 1

    @property
    def grid(self) -> int:
        return self.image_size // self.patch_size

    @property
    def patches(self) -> int:
        return self.views * self.grid**2


class MomentPatchEmbedding(nn.Module):
    """Embed patches of 16 px by the moments of EfficientNet-Lite0's first feature maps.

    Blur, noise and block edges change how strongly fine filters respond within a patch: its
    mean and standard deviation say so at every stride, and the coarsest map adds the content.
    The trunk starts from ImageNet's weights and is frozen unless a training asks for it.
    """

    blocks_used = 8
    # Index of the block (-1 is the stem), channels, cells of its map along a patch of 16 px.
    taps = ((-1, 32, 8), (0, 16, 8), (2, 24, 4), (4, 40, 2), (7, 80, 1))

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        network = EfficientNetLite0()
        self.stem = network.stem
        self.blocks = network.blocks[: self.blocks_used]
        self.channels = sum(channels * (2 if cells > 1 else 1) for _, channels, cells in self.taps)
        self.register_buffer('mean', torch.zeros(1, self.channels, 1, 1))
        self.register_buffer('scale', torch.ones(1, self.channels, 1, 1))
        self.project = nn.Conv2d(self.channels, hidden_size, 1)
        self.stem.requires_grad_(False)
        self.blocks.requires_grad_(False)

    def load_imagenet(self, state: Mapping[str, Tensor]) -> None:
        """Fold the ImageNet weights of the ``efficientnet-lite0`` checkpoint into the trunk."""
        network = EfficientNetLite0()
        network.load_imagenet(state)
        self.stem.load_state_dict(network.stem.state_dict())
        self.blocks.load_state_dict(network.blocks[: self.blocks_used].state_dict())

    def standardise(self, features: Tensor) -> None:
        """Fix the features' zero point and unit from a sample (N, channels, rows, columns)."""
        self.mean.copy_(features.mean(dim=(0, 2, 3), keepdim=True))
        self.scale.copy_(1.0 / (features.std(dim=(0, 2, 3)) + 1e-3)[None, :, None, None])

    def moments(self, images: Tensor) -> Tensor:
        """Return the trunk's features (B, channels, S / 16, S / 16), before standardisation."""
        x = F.relu6(self.stem(images))
        parts: list[Tensor] = []
        taps = {index: cells for index, _, cells in self.taps}
        self._append(parts, x, taps[-1])
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in taps:
                self._append(parts, x, taps[index])
        return torch.cat(parts, dim=1)

    def embed(self, moments: Tensor) -> Tensor:
        """Project features of ``moments`` to patches (B, hidden_size, S / 16, S / 16)."""
        return self.project((moments - self.mean) * self.scale)

    def forward(self, images: Tensor) -> Tensor:
        return self.embed(self.moments(images))

    @staticmethod
    def _append(parts: list[Tensor], x: Tensor, cells: int) -> None:
        if cells == 1:
            parts.append(x)
            return
        mean = F.avg_pool2d(x, cells)
        variance = F.avg_pool2d(x * x, cells) - mean * mean
        parts += [mean, torch.sqrt(variance.clamp(min=0.0) + 1e-4)]


class VisionEmbeddings(nn.Module):
    """Turn an image into tokens: class token first, then patches row by row."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.cls_token = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.position_embedding = nn.Parameter(torch.randn(1, config.patches + 1, width) * 0.02)
        if config.patch_embedding == 'conv':
            self.patch_embed: nn.Module = nn.Conv2d(
                3, width, config.patch_size, config.patch_size, bias=False
            )
        else:
            self.patch_embed = MomentPatchEmbedding(width)
        self.pre_layernorm = nn.LayerNorm(width, config.layer_norm_eps)

    def forward(self, images: Tensor) -> Tensor:
        return self.place(self.patch_embed(images))

    def place(self, patches: Tensor) -> Tensor:
        """Turn embedded patches (B, width, rows, columns) into placed tokens."""
        patches = patches.flatten(2).transpose(1, 2)
        classes = self.cls_token.expand(patches.shape[0], -1, -1)
        tokens = torch.cat((classes, patches), dim=1) + self.position_embedding
        return self.pre_layernorm(tokens)


class VisionAttention(nn.Module):
    """Attend with one fused projection whose rows are interleaved head by head (q, k, v)."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query_key_value = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        fused = self.query_key_value(x).view(batch, length, self.heads, 3, width // self.heads)
        query, key, value = fused.permute(3, 0, 2, 1, 4)
        attended = F.scaled_dot_product_attention(query, key, value)
        return self.dense(attended.transpose(1, 2).reshape(batch, length, width))


class QuickGELUMLP(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc1(x)
        return self.fc2(x * torch.sigmoid(1.702 * x))


class VisionLayer(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.self_attn = VisionAttention(config)
        self.input_layernorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.mlp = QuickGELUMLP(config)
        self.post_attention_layernorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x))
        return x + self.mlp(self.post_attention_layernorm(x))


class VisionEncoder(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(VisionLayer(config) for _ in range(config.layers))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class VisionModel(nn.Module):
    """Encode normalised RGB images (B, 3, views * S, S) to tokens (B, 1 + patches, width)."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.embeddings = VisionEmbeddings(config)
        self.encoder = VisionEncoder(config)
        self.post_layernorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)

    def forward(self, images: Tensor) -> Tensor:
        return self.encode(self.embeddings(images))

    def encode(self, tokens: Tensor) -> Tensor:
        """Run the transformer on placed tokens."""
        return self.post_layernorm(self.encoder(tokens))
