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
from sageiq_ros.models.size_modules import SizeFeatureExtractor

SIZE_MODULES = ('size_queries', 'size_feature_extractor.')
BIASED_PARTS = ('model.vision_model.', 'model.visual_abstractor.')


def is_trained(name: str) -> bool:
    """Tell whether the recipe trains the parameter of that name."""
    return name.startswith(SIZE_MODULES) or (
        name.startswith(BIASED_PARTS) and name.endswith('.bias')
    )


def start_size_modules(network: SageIQM, seed: int) -> None:
    """Put LSQ and SFE where training starts: where ``SizeModulesConfig`` says, layers at random.

    The seed alone decides, whatever the device; the network's other parameters stay. Call it
    after ``prepare_parameters``: in bfloat16 the start would be rounded.
    """
    config = network.config
    # Each device and type has random numbers of its own, and torch's are left as they were.
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        extractor = SizeFeatureExtractor(
            config.language.hidden_size, config.size_reduction, config.size
        )
        queries = config.size.queries_std * torch.randn(network.size_queries.shape)
    network.size_feature_extractor.load_state_dict(extractor.state_dict())
    with torch.no_grad():
        network.size_queries.copy_(queries)


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
