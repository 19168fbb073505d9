# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Networks that can be fine-tuned on whole pictures, behind one interface (paper, IV-C3)."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from sageiq_ros.engines import mplug_owl2
from sageiq_ros.engines.store import find_engine, read_manifest
from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig
from sageiq_ros.scorer.base import SIZE_MODULES
from sageiq_ros.scorer.prompt_tokenizer import TOKENIZER, PromptTokenizer
from sageiq_ros.scorer.scoring_settings import PLACEHOLDER, ScoringSettings
from sageiq_ros.training.sageiq_m_nano.export import WEIGHTS
from sageiq_ros.training.sageiq_m_nano.loss import scores
from sageiq_ros.training.sageiq_m_nano.network import SizeBranch, batch_logits
from sageiq_ros.training.sageiq_m_nano.views import batch_of
from sageiq_ros.training.scale_consistency.inputs import Inputs
from sageiq_ros.training.scale_consistency.scoring import ScoringModule
from sageiq_ros.training.scale_consistency.trainables import is_trained, prepare_parameters
from sageiq_ros.types import Image, SageIQError

PROMPT = (
    f'Rate the quality of this image {PLACEHOLDER}, considering regions critical to autonomous '
    'driving, such as vehicles and pedestrians.'
)
PAPER_RATE = 1e-5
NANO_RATE = 1e-3
"""At the paper's rate, made for 8.2 billion parameters, the nano network would stay as it is."""
SIZE_REFRESH_STEPS = 25


class Learner(Protocol):
    """A network with what it was before, its trained parts and its way of looking."""

    rate: float

    def fresh(self) -> None:
        """Put the trained parameters back to where they were."""
        ...

    def parameters(self) -> list[nn.Parameter]:
        """Return those that are trained: LSQ, SFE and the biases of the visual path."""
        ...

    def prepare(self, image: Image) -> Any:
        """Bring a picture (uint8 BGR) to what ``score`` takes one of."""
        ...

    def score(self, prepared: Any) -> Tensor:
        """Score one picture, with gradient; returns (1,) in [0, 1]."""
        ...


def load_learner(engine: str, device: str) -> Learner:
    """Load the weights of a scorer's engine to fine-tune; raises SageIQError for others."""
    folder = find_engine(engine)
    network = read_manifest(folder).network
    if network == mplug_owl2.NETWORK:
        return LargeLearner(folder, device)
    if network != 'sageiq_m' or not (folder / WEIGHTS).is_file():
        raise SageIQError(
            f'{engine} cannot be fine-tuned: there is no {WEIGHTS} of a SageIQ-M in {folder}.'
        )
    return NanoLearner(folder)


class NanoLearner:
    """SageIQ-M nano from its shipped weights; it knows no other prompt than its size prompt."""

    rate = NANO_RATE

    def __init__(self, folder: Path) -> None:
        from safetensors.torch import load_file

        manifest = read_manifest(folder)
        self._network = SageIQM(SageIQMConfig.nano())
        self._network.load_state_dict(
            {name: value.float() for name, value in load_file(folder / WEIGHTS).items()}
        )
        self._modules = tuple(manifest.settings.get('size_modules', SIZE_MODULES))
        for name, parameter in self._network.named_parameters():
            parameter.requires_grad_(is_trained(name))
        # A network of two layers without dropout is the same in both modes but for its trunk.
        self._network.eval()
        self._before = copy.deepcopy(self._network.state_dict())
        self._branch = SizeBranch(self._network, SIZE_REFRESH_STEPS)

    def fresh(self) -> None:
        """Put the trained parameters back to where they were."""
        self._network.load_state_dict(self._before)
        self._branch = SizeBranch(self._network, SIZE_REFRESH_STEPS)

    def parameters(self) -> list[nn.Parameter]:
        """Return those that are trained."""
        return [p for p in self._network.parameters() if p.requires_grad]

    def prepare(self, image: Image) -> Any:
        """Bring a picture to the network's two squares."""
        return batch_of([image], self._network.config.vision.image_size)

    def score(self, prepared: Any) -> Tensor:
        """Score one picture."""
        learning = torch.is_grad_enabled()
        branch = self._branch if learning else SizeBranch(self._network, 1)
        return scores(batch_logits(self._network, branch, prepared, self._modules)[0])


class LargeLearner:
    """SageIQ-M, Q-Instruct or their kin on mPLUG-Owl2, asked with the paper's own prompt."""

    rate = PAPER_RATE

    def __init__(self, folder: Path, device: str) -> None:
        manifest = read_manifest(folder)
        if manifest.precision in mplug_owl2.QUANTIZED:
            raise SageIQError(
                f'{folder} is quantised to {manifest.precision}; import the checkpoint with '
                '--precision bf16 to fine-tune it.'
            )
        settings = ScoringSettings.from_settings(manifest.settings['scoring'])
        network = mplug_owl2.load_network(folder, manifest, device)
        self._inputs = Inputs(
            replace(settings, prompt=PROMPT),
            PromptTokenizer(folder / TOKENIZER),
            network.config.vision.image_size,
        )
        self._trained = prepare_parameters(network)
        self._before = [parameter.detach().clone() for parameter in self._trained]
        self._module = ScoringModule(network, self._inputs.levels())
        self._device = torch.device(device)

    def fresh(self) -> None:
        """Put the trained parameters back to where they were."""
        with torch.no_grad():
            for parameter, before in zip(self._trained, self._before, strict=True):
                parameter.copy_(before)

    def parameters(self) -> list[nn.Parameter]:
        """Return those that are trained."""
        return self._trained

    def prepare(self, image: Image) -> Any:
        """Bring a picture, and its prompt, to the network's inputs."""
        return self._inputs.batch([image], self._device)

    def score(self, prepared: Any) -> Tensor:
        """Score one picture, in bfloat16 where the weights are."""
        with torch.autocast(self._device.type, torch.bfloat16):
            return self._module(prepared)
