# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Answers in words: the paper's sampling, seeds, ends and bounds."""

import pytest
import torch
from mplug_fixtures import tiny_network
from reltr_fixtures import image

from sageiq_ros.models.generation import Sampling, choose, generate, steps

IDS = torch.tensor([[1, 30, -200, 40, 41]])


@pytest.fixture(scope='module')
def network():
    return tiny_network()


@pytest.fixture(scope='module')
def sequence(network):
    with torch.no_grad():
        visual = network.visual_tokens(image('mplug.images', (2, 3, 56, 56))[:1])
        return network.sequence(IDS, visual)


def test_the_defaults_are_those_of_table_ix():
    assert Sampling() == Sampling(True, 0.9, 80, 0.95, 256)


def test_a_seed_repeats_an_answer_and_another_changes_it(network, sequence):
    short = Sampling(max_new_tokens=10)
    found = [generate(network, sequence, (), short, seed) for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]
    assert all(len(answer) == 10 for answer in found)
    drawn = {tuple(generate(network, sequence, (), short)) for _ in range(12)}
    assert len(drawn) > 1


def test_the_global_seed_is_left_alone(network, sequence):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    generate(network, sequence, (), Sampling(max_new_tokens=2), 1)
    assert torch.equal(torch.rand(1), expected)


def test_an_answer_ends_before_its_end(network, sequence):
    short = Sampling(max_new_tokens=10)
    whole = generate(network, sequence, (), short, 1)
    end = whole[4]
    assert generate(network, sequence, (end,), short, 1) == whole[: whole.index(end)]


def test_every_token_is_drawn_from_the_logits_behind_all_before(network, sequence):
    """The cache changes nothing: each step equals a run of the whole prompt with the answer."""
    short = Sampling(max_new_tokens=5)
    found = list(steps(network, sequence, short, 1))
    tokens = [token for token, _ in found]
    with torch.no_grad():
        visual = sequence.embeddings[:, 2:11]
        whole = network.sequence(torch.cat((IDS, torch.tensor([tokens])), dim=1), visual)
        logits = network.logits(network.hidden_states(whole))[0, -6:-1]
    torch.testing.assert_close(torch.stack([row for _, row in found]), logits, atol=2e-4, rtol=0)


def test_the_head_is_converted_once_an_answer_and_gives_the_same_logits(monkeypatch):
    network = tiny_network().bfloat16()
    kept, states = [], []
    head, hidden_states = type(network).head, type(network).hidden_states

    def converted(self, rows=None):
        kept.append(head(self, rows))
        return kept[-1]

    def followed(self, *given):
        states.append(hidden_states(self, *given))
        return states[-1]

    monkeypatch.setattr(type(network), 'head', converted)
    monkeypatch.setattr(type(network), 'hidden_states', followed)
    found = list(steps(network, network.sequence(IDS[:, :2]), Sampling(max_new_tokens=4), 1))
    assert len(kept) == 1 and kept[0].dtype == torch.float32
    with torch.inference_mode():
        for state, (_, row) in zip(states, found, strict=True):
            alone = network.model.norm(state[0, -1]).float() @ network.lm_head.weight.float().T
            assert torch.equal(row, alone)


def test_a_prompt_with_hidden_tokens_keeps_them_hidden(network, sequence):
    seen = torch.ones_like(sequence.is_image)
    seen[0, 1] = False
    hidden = type(sequence)(sequence.embeddings, sequence.is_image, seen)
    greedy = Sampling(do_sample=False, max_new_tokens=4)
    found = list(steps(network, hidden, greedy))
    plain = list(steps(network, sequence, greedy))
    assert not torch.equal(found[0][1], plain[0][1])
    changed = sequence.embeddings.clone()
    changed[0, 1] += 1
    other = list(steps(network, type(sequence)(changed, sequence.is_image, seen), greedy))
    for (_, wanted), (_, row) in zip(found, other, strict=True):
        torch.testing.assert_close(row, wanted, atol=1e-5, rtol=0)


def frequencies(logits, sampling, draws=4000):
    generator = torch.Generator().manual_seed(0)
    counts = torch.zeros(len(logits))
    for _ in range(draws):
        counts[choose(logits, sampling, generator)] += 1
    return counts / draws


def test_temperature_top_k_and_top_p_shape_what_is_drawn():
    logits = torch.tensor([0.0, 2.0, 1.0, -1.0, 3.0])
    warm = frequencies(logits, Sampling(temperature=2.0, top_k=5, top_p=1.0))
    torch.testing.assert_close(warm, (logits / 2).softmax(0), atol=0.03, rtol=0)
    few = frequencies(logits, Sampling(temperature=1.0, top_k=2, top_p=1.0))
    wanted = torch.tensor([0.0, 2.0, -torch.inf, -torch.inf, 3.0])
    wanted[0] = -torch.inf
    torch.testing.assert_close(few, wanted.softmax(0), atol=0.03, rtol=0)
    # 0.64 alone reaches no 0.7, with the next it does; the rest is left out.
    nucleus = frequencies(logits, Sampling(temperature=1.0, top_k=5, top_p=0.7))
    torch.testing.assert_close(nucleus, wanted.softmax(0), atol=0.03, rtol=0)
    sure = Sampling(temperature=1.0, top_k=5, top_p=1e-6)
    assert frequencies(logits, sure, 20)[4] == 1
    assert frequencies(logits, Sampling(do_sample=False), 5)[4] == 1


@pytest.mark.parametrize(
    'values',
    [
        {'temperature': 0.0},
        {'top_k': 0},
        {'top_p': 0.0},
        {'top_p': 1.5},
        {'max_new_tokens': 0},
    ],
)
def test_sampling_that_leaves_nothing_is_refused(values):
    with pytest.raises(ValueError, match=next(iter(values))):
        Sampling(**values)


def test_one_prompt_is_answered_at_a_time(network, sequence):
    two = type(sequence)(sequence.embeddings.repeat(2, 1, 1), sequence.is_image.repeat(2, 1))
    with pytest.raises(ValueError, match='One prompt is answered at a time, not 2'):
        generate(network, two, ())
