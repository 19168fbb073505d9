# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The deterministic weights and images of the parity fixtures (test/data/reltr/README.md)."""

from __future__ import annotations

import zlib

import numpy as np
import torch

from sageiq_ros.models.reltr import RelTR, RelTRConfig

REDUCED = RelTRConfig(
    backbone='resnet18',
    hidden=32,
    heads=4,
    encoder_layers=2,
    decoder_layers=2,
    feedforward=64,
    entities=10,
    triplets=16,
)
EMBEDDINGS = {'entity_embed.weight', 'triplet_embed.weight', 'so_embed.weight'}
CLASS_HEADS = {
    'entity_class_embed.weight',
    'sub_class_embed.weight',
    'obj_class_embed.weight',
    'rel_class_embed.layers.1.weight',
}

# The square root of 12.
SPREAD = 3.4641016151377544


def uniform(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Draw numbers in [0, 1) from a name alone."""
    seed = zlib.crc32(name.encode())
    return np.random.RandomState(seed).random_sample(int(np.prod(shape)))


def spread(u: np.ndarray) -> np.ndarray:
    """Give uniform numbers a mean of 0 and a variance of 1."""
    return (u - 0.5) * SPREAD


def image(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Return a fixture's input tensor."""
    return torch.from_numpy(spread(uniform(name, shape)).astype(np.float32).reshape(shape))


def filled_value(key: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return the fixtures' float32 value of a state-dict key."""
    u = uniform(key, shape)
    x = spread(u)
    last = key.rpartition('.')[2]
    if last == 'running_var':
        value = 0.5 + u
    elif last == 'running_mean':
        value = 0.1 * x
    elif len(shape) == 1:
        value = 1 + 0.1 * x if last == 'weight' else 0.1 * x
    elif key in EMBEDDINGS:
        value = 0.5 * x
    else:
        gain = 8.0 if key in CLASS_HEADS else 1.0
        value = gain * x / np.sqrt(np.prod(shape[1:]))
    return value.astype(np.float32).reshape(shape)


def filled(config: RelTRConfig) -> RelTR:
    """Build a RelTR in eval mode with the fixtures' weights."""
    model = RelTR(config).eval()
    state = {
        key: value
        if key.endswith('num_batches_tracked')
        else torch.from_numpy(filled_value(key, tuple(value.shape)))
        for key, value in model.state_dict().items()
    }
    model.load_state_dict(state, strict=True)
    return model


def padded(images: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Pad images (3, H, W) bottom and right with zeros; return the batch and its mask."""
    height = max(x.shape[1] for x in images)
    width = max(x.shape[2] for x in images)
    batch = torch.zeros(len(images), 3, height, width)
    mask = torch.ones(len(images), height, width, dtype=torch.bool)
    for i, x in enumerate(images):
        batch[i, :, : x.shape[1], : x.shape[2]] = x
        mask[i, : x.shape[1], : x.shape[2]] = False
    return batch, mask
