# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Which parameters the paper's recipe trains: LSQ, SFE and the biases of the visual path (IV-A 2).

At full size these are 65,536 + 12,591,105 + 272,384 (vision encoder) + 103,936 (abstractor)
numbers of 8.2 billion. Norms' biases count as biases.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sageiq_ros.models.sageiq_m import SageIQM

SIZE_MODULES = ('size_queries', 'size_feature_extractor.')
BIASED_PARTS = ('model.vision_model.', 'model.visual_abstractor.')


def is_trained(name: str) -> bool:
    """Tell whether the recipe trains the parameter of that name."""
    return name.startswith(SIZE_MODULES) or (
        name.startswith(BIASED_PARTS) and name.endswith('.bias')
    )


def start_size_modules(network: SageIQM, seed: int) -> None:
    """Put LSQ and SFE where training starts: where ``SizeModulesConfig`` says, layers at random.

    The seed alone decides; the network's other parameters stay.
    """
    torch.manual_seed(seed)
    extractor, size = network.size_feature_extractor, network.config.size
    with torch.no_grad():
        for layer in (extractor.fc1, extractor.fc2, extractor.norm, extractor.fc3):
            layer.reset_parameters()
        extractor.alpha.fill_(size.alpha_start)
        network.size_queries.normal_(std=size.queries_std)


def prepare_parameters(network: SageIQM) -> list[nn.Parameter]:
    """Freeze what is not trained and set every parameter's type; returns the trained ones.

    Frozen weights are bfloat16, as autocast would make them at every use: 16 GB instead of 33.
    Trained ones are float32, since a step of 1e-5 is lost in bfloat16's 8 bits. So are the gains
    of layer norms, which must have their biases' type, and the pretrained queries, so that LSQ
    at 0 changes nothing.
    """
    partners = {id(part.weight) for part in network.modules() if isinstance(part, nn.LayerNorm)}
    partners.add(id(network.model.visual_abstractor.query_embeds))
    for name, parameter in network.named_parameters():
        trained = is_trained(name)
        parameter.requires_grad_(trained)
        exact = trained or id(parameter) in partners
        parameter.data = parameter.data.to(torch.float32 if exact else torch.bfloat16)
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def trained_state(network: SageIQM) -> dict[str, Tensor]:
    """Return copies of the trained parameters on the processor, by their full names."""
    return {
        name: parameter.detach().cpu().clone()
        for name, parameter in network.named_parameters()
        if is_trained(name)
    }


def load_trained(network: SageIQM, state: dict[str, Tensor]) -> None:
    """Put values of ``trained_state`` back; raises KeyError where one is missing."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if is_trained(name):
                parameter.copy_(state[name])
