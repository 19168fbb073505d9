# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A tiny mPLUG-Owl2 with the deterministic weights of test/data/mplug_owl2/README.md."""

from __future__ import annotations

import math
import zlib
from functools import cache

import numpy as np
import torch
from reltr_fixtures import SPREAD, spread, uniform
from reltr_fixtures import filled_value as filled_by_rule
from torch import nn

from sageiq_ros.models.clip_vision import VisionConfig
from sageiq_ros.models.modality_llama import LanguageConfig
from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig
from sageiq_ros.models.size_modules import SizeModulesConfig
from sageiq_ros.models.visual_abstractor import AbstractorConfig

EMBEDDINGS = {'cls_token', 'position_embedding', 'query_embeds', 'vit_eos'}
TABLES = ('q_pos_embed', 'k_pos_embed')
OWN = ('size_queries', 'size_feature_extractor.')
CHUNK = 2**16


def tiny(vocabulary: int = 320, size: SizeModulesConfig | None = None) -> SageIQMConfig:
    """Return the fixtures' sizes: 56 px in patches of 14, 8 queries, a decoder of width 64."""
    return SageIQMConfig(
        vision=VisionConfig(
            hidden_size=48,
            intermediate_size=96,
            layers=3,
            heads=4,
            image_size=56,
        ),
        abstractor=AbstractorConfig(
            queries=8,
            layers=2,
            heads=4,
            hidden_size=48,
            intermediate_size=80,
            encoder_hidden_size=48,
            grid=4,
        ),
        language=LanguageConfig(
            vocabulary=vocabulary,
            hidden_size=64,
            intermediate_size=176,
            layers=2,
            heads=4,
        ),
        size=size or SizeModulesConfig(),
    )


def filled_value(key: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Return the float32 value that the fill rule gives a state-dict key."""
    if len(shape) == 1 or math.prod(shape) <= CHUNK:
        return _small_value(key, shape)
    return torch.from_numpy(_large_value(key, shape))


def _large_value(key: str, shape: tuple[int, ...]) -> np.ndarray:
    """Follow the rule in parts that stay in the processor's cache: bit for bit the same."""
    embedding = key.endswith('embed_tokens.weight') or key.rpartition('.')[2] in EMBEDDINGS
    gain, divisor = (0.5, 1.0) if embedding else (1.0, np.sqrt(np.prod(shape[1:])))
    gain = 8.0 if key == 'lm_head.weight' else gain
    rng = np.random.RandomState(zlib.crc32(key.encode()))
    value = np.empty(math.prod(shape), np.float32)
    for start in range(0, len(value), CHUNK):
        part = rng.random_sample(min(CHUNK, len(value) - start))
        part -= 0.5
        part *= SPREAD
        part *= gain
        part /= divisor
        value[start : start + CHUNK] = part
    return value.reshape(shape)


@cache
def _small_value(key: str, shape: tuple[int, ...]) -> torch.Tensor:
    last = key.rpartition('.')[2]
    if key.endswith('embed_tokens.weight') or last in EMBEDDINGS:
        value = (0.5 * spread(uniform(key, shape))).astype(np.float32).reshape(shape)
    elif key == 'lm_head.weight':
        value = 8 * spread(uniform(key, shape)) / np.sqrt(np.prod(shape[1:]))
        value = value.astype(np.float32).reshape(shape)
    else:
        value = filled_by_rule(key, shape)
    return torch.from_numpy(value)


def fill(module: nn.Module, prefix: str = '') -> None:
    """Fill a module by the rule, all but the analytic tables and SageIQ-M's own parts."""
    with torch.no_grad():
        for name, value in module.state_dict().items():
            key = prefix + name
            if not (key.endswith(TABLES) or key.startswith(OWN)):
                value.copy_(filled_value(key, tuple(value.shape)))


def tiny_network(
    vocabulary: int = 320, size: SizeModulesConfig | None = None, *, sized: bool = False
) -> SageIQM:
    """Build the tiny network in eval mode; ``sized`` gives LSQ and alpha values other than 0."""
    torch.manual_seed(5)
    network = SageIQM(tiny(vocabulary, size)).eval()
    fill(network)
    if sized:
        with torch.no_grad():
            network.size_queries.normal_(std=0.3)
            network.size_feature_extractor.alpha.fill_(0.4)
    return network
