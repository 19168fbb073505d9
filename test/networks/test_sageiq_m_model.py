# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ-M's own parts: sizes, the SFE's formula, and who learns through whom."""

import pytest
import torch
from torch.nn import functional as F

from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig, SizeFeatureExtractor
from sageiq_ros.models.size_prompt import WORDS

BACKBONE = 8_197_859_328
SIZE_QUERIES = 65_536
SIZE_FEATURE_EXTRACTOR = 12_591_105


@pytest.fixture(scope='module')
def nano():
    torch.manual_seed(0)
    return SageIQM(SageIQMConfig.nano()).eval()


@pytest.fixture
def images():
    return torch.randn(2, 3, 192, 96, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def prompt():
    generator = torch.Generator().manual_seed(2)
    return tuple(torch.randint(0, len(WORDS), (2, n), generator=generator) for n in (7, 15))


def test_the_default_configuration_is_the_papers_model():
    with torch.device('meta'):
        network = SageIQM(SageIQMConfig())
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count == BACKBONE + SIZE_QUERIES + SIZE_FEATURE_EXTRACTOR


def test_the_extractor_is_gated_normalised_and_scaled():
    torch.manual_seed(3)
    extractor = SizeFeatureExtractor(32, 4)
    tokens = torch.randn(2, 5, 32)
    assert torch.equal(extractor(tokens), torch.zeros(2, 5, 32))
    with torch.no_grad():
        extractor.alpha.fill_(0.7)
    gate = 1.0 / (1.0 + torch.exp(-extractor.fc2(tokens)))
    refined = extractor.fc1(tokens).clamp(min=0.0) * gate
    expected = 0.7 * extractor.fc3(F.layer_norm(refined, (8,)))
    torch.testing.assert_close(extractor(tokens), expected)


def test_nano_gives_a_logit_for_every_word(nano, images, prompt):
    with torch.no_grad():
        logits = nano(nano.visual_tokens(images), *prompt)
    assert logits.shape == (2, len(WORDS))


def test_picked_rows_are_those_words_logits(nano, images, prompt):
    with torch.no_grad():
        visual = nano.visual_tokens(images)
        everything, picked = nano(visual, *prompt), nano(visual, *prompt, torch.tensor([22, 4]))
    torch.testing.assert_close(picked, everything[:, [22, 4]])


def test_pictures_of_a_batch_do_not_mix(nano, images, prompt):
    with torch.no_grad():
        together = nano(nano.visual_tokens(images), *prompt)
        alone = nano(nano.visual_tokens(images[1:]), *(part[1:] for part in prompt))
    torch.testing.assert_close(together[1:], alone, atol=1e-5, rtol=0)


def test_size_queries_and_extractor_change_the_result_once_learned(images, prompt):
    torch.manual_seed(0)
    network = SageIQM(SageIQMConfig.nano())
    with torch.no_grad():
        network.size_feature_extractor.alpha.fill_(0.5)
    sized = network.visual_tokens(images) + network.size_features(images.flip(0))
    network(sized, *prompt).square().sum().backward()
    learned = [network.size_queries, *network.size_feature_extractor.parameters()]
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in learned)


def test_later_words_do_not_change_earlier_ones(nano, images, prompt):
    """The decoder is causal: the logits after a shorter prompt ignore what would follow."""
    before, after = prompt
    seen = []
    hook = nano.model.layers[-1].register_forward_hook(lambda *args: seen.append(args[2]))
    with torch.no_grad():
        visual = nano.visual_tokens(images)
        nano(visual, before, after)
        nano(visual, before, after[:, :-3])
    hook.remove()
    length = seen[1].shape[1]
    torch.testing.assert_close(seen[0][:, :length], seen[1], atol=1e-5, rtol=0)
