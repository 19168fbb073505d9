# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Sizes of a published mPLUG-Owl2: from its config.json, and to a manifest's settings and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sageiq_ros.models.clip_vision import VisionConfig
from sageiq_ros.models.modality_llama import LanguageConfig
from sageiq_ros.models.sageiq_m import SageIQMConfig
from sageiq_ros.models.size_modules import SizeModulesConfig
from sageiq_ros.models.visual_abstractor import AbstractorConfig

LANGUAGE = {
    'vocab_size': 'vocabulary',
    'hidden_size': 'hidden_size',
    'intermediate_size': 'intermediate_size',
    'num_hidden_layers': 'layers',
    'num_attention_heads': 'heads',
    'rms_norm_eps': 'rms_norm_eps',
    'rope_theta': 'rope_theta',
}
VISION = {
    'hidden_size': 'hidden_size',
    'intermediate_size': 'intermediate_size',
    'num_hidden_layers': 'layers',
    'num_attention_heads': 'heads',
    'image_size': 'image_size',
    'patch_size': 'patch_size',
    'layer_norm_eps': 'layer_norm_eps',
}
ABSTRACTOR = {
    'num_learnable_queries': 'queries',
    'hidden_size': 'hidden_size',
    'num_hidden_layers': 'layers',
    'num_attention_heads': 'heads',
    'intermediate_size': 'intermediate_size',
    'encoder_hidden_size': 'encoder_hidden_size',
    'grid_size': 'grid',
    'layer_norm_eps': 'layer_norm_eps',
}
# What computes something else with the same keys and shapes. Absent values are these.
FIXED_LANGUAGE = {
    'hidden_act': 'silu',
    'rope_scaling': None,
    'attention_bias': False,
    'tie_word_embeddings': False,
}
FIXED_VISION = {'hidden_act': 'quick_gelu', 'use_cls_token': True, 'use_post_layernorm': True}
# The published code's own default; LLaMA-2's checkpoints say 1e-5.
RMS_NORM_EPS = 1e-6
KINDS = ('mplug_owl2',)


class ConfigError(ValueError):
    """A config.json of another network; the text is a phrase."""


def from_official(official: Mapping[str, Any]) -> SageIQMConfig:
    """Read a config.json; what it leaves out has mPLUG-Owl2's value.

    Raises ConfigError naming the first thing that this network does not compute.
    """
    kind = official.get('model_type', KINDS[0])
    if kind not in KINDS:
        raise ConfigError(f'its model_type is {kind!r}, not {KINDS[0]!r}')
    parts = _part(official, 'visual_config')
    vision, abstractor = _part(parts, 'visual_model'), _part(parts, 'visual_abstractor')
    _require(official, FIXED_LANGUAGE)
    _require(vision, FIXED_VISION)
    language = LanguageConfig(**_sizes({'rms_norm_eps': RMS_NORM_EPS, **official}, LANGUAGE))
    if official.get('num_key_value_heads') not in (None, language.heads):
        raise ConfigError('its num_key_value_heads differs from num_attention_heads')
    seen = VisionConfig(**_sizes(vision, VISION))
    sizes = _sizes(
        {key: value for key, value in abstractor.items() if value is not None}, ABSTRACTOR
    )
    config = SageIQMConfig(seen, AbstractorConfig(**{'grid': seen.grid, **sizes}), language)
    for name, width, heads in (
        ('decoder', language.hidden_size, language.heads),
        ('vision model', seen.hidden_size, seen.heads),
        ('abstractor', config.abstractor.hidden_size, config.abstractor.heads),
    ):
        if width % heads:
            raise ConfigError(
                f'the width {width} of its {name} is no multiple of its {heads} heads'
            )
    if config.abstractor.grid != seen.grid:
        raise ConfigError(
            f'its grid_size is {config.abstractor.grid}, its images have {seen.grid}'
        )
    return config


def to_settings(config: SageIQMConfig) -> dict[str, Any]:
    """Return JSON values of all sizes."""
    return asdict(config)


def from_settings(settings: Mapping[str, Any]) -> SageIQMConfig:
    """Read what ``to_settings`` wrote; raises KeyError, TypeError or ValueError else."""
    return SageIQMConfig(
        vision=VisionConfig(**settings['vision']),
        abstractor=AbstractorConfig(**settings['abstractor']),
        language=LanguageConfig(**settings['language']),
        size_reduction=int(settings['size_reduction']),
        size=SizeModulesConfig(**settings['size']),
    )


def _part(official: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = official.get(name, {})
    if not isinstance(part, Mapping):
        raise ConfigError(f'its {name} is no table of values')
    return part


def _require(part: Mapping[str, Any], fixed: Mapping[str, Any]) -> None:
    for name, wanted in fixed.items():
        if part.get(name, wanted) != wanted:
            raise ConfigError(f'its {name} is {part[name]!r}, where {wanted!r} is computed')


def _sizes(part: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for name, own in names.items():
        if name not in part:
            continue
        value = part[name]
        whole = not own.endswith('eps') and own != 'rope_theta'
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise ConfigError(f'its {name} is {value!r}, no {"count" if whole else "number"}')
        if value <= 0:
            raise ConfigError(f'its {name} is {value}, not above 0')
        found[own] = value
    return found
