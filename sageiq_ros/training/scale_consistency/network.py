# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The network to train, from the store folder that ``sageiq models import`` wrote."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sageiq_ros.engines.mplug_owl2 import NETWORK, QUANTIZED
from sageiq_ros.engines.mplug_owl2 import load_network as load_weights
from sageiq_ros.engines.store import read_manifest
from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.scorer.prompt_tokenizer import TOKENIZER, PromptTokenizer
from sageiq_ros.scorer.scoring_settings import ScoringSettings
from sageiq_ros.training.scale_consistency.inputs import Inputs
from sageiq_ros.types import SageIQError


def load_network(folder: Path, device: str) -> tuple[SageIQM, Inputs]:
    """Load a backbone and its settings; size modules are untrained.

    Raises SageIQError for a folder that is damaged, quantised, another network or a model that
    asks for no sizes, and for one whose size modules are trained already: its biases are no
    teacher's.
    """
    manifest = read_manifest(folder)
    if manifest.network != NETWORK:
        raise SageIQError(
            f'{folder} holds a {manifest.network}, which has no size modules to train by this '
            'recipe; name a folder that "sageiq models import sageiq-m" wrote.'
        )
    if manifest.precision in QUANTIZED:
        raise SageIQError(
            f'{folder} is quantised to {manifest.precision}; import the checkpoint with '
            '--precision bf16 to train it.'
        )
    try:
        settings = ScoringSettings.from_settings(manifest.settings['scoring'])
    except (KeyError, ValueError) as error:
        raise SageIQError(
            f'The settings under "scoring" in the manifest of {folder} cannot be used: {error}.'
        ) from error
    if not settings.size_prompt:
        raise SageIQError(
            f'{folder} is imported as a model that reads no size; import its checkpoint by '
            '"sageiq models import sageiq-m".'
        )
    # A file without LSQ and SFE may still have brought trained biases.
    if manifest.settings.get('size_modules') or manifest.provenance.get('size_modules'):
        raise SageIQError(
            f'{folder} has trained size modules or biases already; import the checkpoint of '
            'Q-Instruct without --size-modules to train new ones.'
        )
    network = load_weights(folder, manifest, device)
    tokenizer = PromptTokenizer(folder / TOKENIZER)
    # An import without size modules has them switched off.
    settings = replace(settings, lsq=True, sfe=True)
    return network, Inputs(settings, tokenizer, network.config.vision.image_size)
