# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The backbone computes what mPLUG-Owl2's official code computes.

The figures are those of a tiny mPLUG-Owl2 with deterministic weights (test/data/mplug_owl2), a
part of them in the repository, all of them in the folder ``shared``.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mplug_fixtures import OWN, TABLES, filled_value, tiny_network
from reltr_fixtures import image
from safetensors.torch import load_file

from sageiq_ros.models.generation import Sampling, generate, steps
from sageiq_ros.models.modality_llama import LayerCache

DATA = Path(__file__).parents[1] / 'data' / 'mplug_owl2'
HIDDEN_TOLERANCE = 1e-4
LOGIT_TOLERANCE = 2e-4
SCORE_TOLERANCE = 1e-5


@pytest.fixture(scope='module', params=['repository', 'shared'])
def expected(request):
    if request.param == 'repository':
        path = DATA / 'tiny.npz'
    else:
        path = request.getfixturevalue('shared') / 'parity' / 'mplug_tiny.npz'
    return {name: torch.from_numpy(value) for name, value in np.load(path).items()}


@pytest.fixture(scope='module')
def network():
    return tiny_network()


@pytest.fixture(scope='module')
def images():
    return image('mplug.images', (2, 3, 56, 56))


def close(found, wanted, tolerance=HIDDEN_TOLERANCE):
    """Compare; the repository keeps every n-th channel of large figures only."""
    step = found.shape[-1] // wanted.shape[-1]
    torch.testing.assert_close(found[..., ::step].to(wanted.dtype), wanted, atol=tolerance, rtol=0)


def watch(modules, run):
    """Return the outputs of modules during a run, in the order of their calls."""
    seen = []
    hooks = [m.register_forward_hook(lambda *args: seen.append(args[2])) for m in modules]
    with torch.no_grad():
        run()
    for hook in hooks:
        hook.remove()
    return seen


@torch.no_grad()
def all_logits(network, ids, visual=None, mask=None):
    sequence = network.sequence(ids, visual, mask)
    return network.logits(network.hidden_states(sequence)), sequence


@torch.no_grad()
def visual_tokens(network, images):
    return network.model.visual_abstractor(network.model.vision_model(images))


def test_the_vision_encoder_equals_the_official_one_in_every_layer(network, images, expected):
    vision = network.model.vision_model
    parts = [vision.embeddings, *vision.encoder.layers, vision]
    found = watch(parts, lambda: vision(images))
    names = [f'vision_hidden_{n}' for n in range(4)] + ['vision_last_hidden']
    for name, value in zip(names, found, strict=True):
        close(value, expected[name])


def test_the_abstractor_equals_the_official_one_in_every_layer(network, images, expected):
    abstractor = network.model.visual_abstractor
    with torch.no_grad():
        features = network.model.vision_model(images)
    found = watch([*abstractor.encoder.layers, abstractor], lambda: abstractor(features))
    names = ('abstractor_layer_0', 'abstractor_layer_1', 'abstractor_out')
    for name, value in zip(names, found, strict=True):
        close(value, expected[name])


def test_size_queries_shift_the_pretrained_ones(network, images, expected):
    shifted = np.load(DATA / 'tiny_lsq.npz')
    lsq = 0.5 * image('mplug.lsq', (1, 8, 48))
    with torch.no_grad():
        features = network.model.vision_model(images)
        found = network.model.visual_abstractor(features, lsq)
    close(found, torch.from_numpy(shifted['abstractor_out_with_lsq']))
    close(visual_tokens(network, images), torch.from_numpy(shifted['abstractor_out_base']))


def test_images_are_inserted_as_the_official_code_does(network, images, expected):
    sequence = network.sequence(expected['input_ids'], visual_tokens(network, images))
    assert torch.equal(sequence.is_image.long(), expected['modality_indicators'])
    close(sequence.embeddings.detach(), expected['inputs_embeds'])


def test_decoder_layers_and_logits_equal_the_official_ones(network, images, expected):
    visual = visual_tokens(network, images)
    layers = network.model.layers
    found = watch(layers, lambda: all_logits(network, expected['input_ids'], visual))
    for index, value in enumerate(found):
        close(value, expected[f'decoder_layer_{index}'])
    logits, _ = all_logits(network, expected['input_ids'], visual)
    for name in ('logits', 'logits64'):
        close(logits, expected[name], LOGIT_TOLERANCE)


def test_the_same_holds_in_double_precision(images, expected):
    network = tiny_network().double()
    visual = visual_tokens(network, images.double())
    logits, _ = all_logits(network, expected['input_ids'], visual)
    close(logits, expected['logits64'], LOGIT_TOLERANCE)
    close(visual, expected['abstractor_out64'], HIDDEN_TOLERANCE)


def test_two_images_of_one_prompt_are_inserted_in_order(network, images, expected):
    visual = visual_tokens(network, images)
    logits, sequence = all_logits(network, expected['multi_image.input_ids'], visual)
    wanted = expected['multi_image.modality_indicators']
    assert torch.equal(sequence.is_image.long(), wanted)
    close(logits, expected['multi_image.logits'], LOGIT_TOLERANCE)


def test_text_alone_uses_the_copies_for_text(network, expected):
    logits, _ = all_logits(network, expected['text_only.input_ids'])
    close(logits, expected['text_only.logits'], LOGIT_TOLERANCE)


def test_a_mask_of_the_ids_is_extended_on_the_left(network, images, expected):
    visual = visual_tokens(network, images)
    mask = expected['masked.attention_mask']
    logits, sequence = all_logits(network, expected['input_ids'], visual, mask)
    assert sequence.seen.shape == sequence.is_image.shape
    assert not mask.bool().all()
    close(logits, expected['masked.logits'], LOGIT_TOLERANCE)


def test_greedy_answers_with_a_cache_equal_the_official_ones(network, images, expected):
    visual = visual_tokens(network, images[:1])
    sequence = network.sequence(expected['input_ids'][:1], visual)
    greedy = Sampling(do_sample=False, max_new_tokens=4)
    found = list(steps(network, sequence, greedy))
    close(torch.stack([x for _, x in found]), expected['decode.step_logits'], LOGIT_TOLERANCE)
    answer = generate(network, sequence, end=(), sampling=greedy)
    assert answer[:3] == expected['decode.tokens'].tolist()


def test_a_cache_changes_nothing(network, images, expected):
    ids, visual = expected['input_ids'], visual_tokens(network, images)
    whole, sequence = all_logits(network, ids, visual)
    caches = [LayerCache() for _ in network.model.layers]
    parts = []
    with torch.no_grad():
        for start, stop in ((0, 5), (5, 14), (14, 18)):
            part = type(sequence)(
                sequence.embeddings[:, start:stop], sequence.is_image[:, start:stop]
            )
            parts.append(network.logits(network.hidden_states(part, caches)))
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=LOGIT_TOLERANCE, rtol=0)


def test_three_words_give_the_official_score(network, images, expected):
    sequence = network.sequence(expected['input_ids'], visual_tokens(network, images))
    with torch.no_grad():
        hidden = network.hidden_states(sequence)[:, -1]
        logits = network.logits(hidden, expected['score.token_ids'])
    score = logits.softmax(dim=1) @ torch.tensor([1.0, 0.5, 0.0])
    torch.testing.assert_close(score, expected['score.values'], atol=SCORE_TOLERANCE, rtol=0)


def test_the_way_that_is_exported_gives_the_same_logits(network, images, expected):
    """``forward`` sends every token through both copies; general sequences sort them."""
    ids, visual = expected['input_ids'], visual_tokens(network, images)
    for row in range(2):
        place = int((ids[row] == -200).nonzero())
        with torch.no_grad():
            found = network(
                visual[row : row + 1], ids[row : row + 1, :place], ids[row : row + 1, place + 1 :]
            )
        close(found, expected['logits'][row : row + 1, -1], LOGIT_TOLERANCE)


def test_untrained_size_modules_leave_the_backbone_bit_for_bit(network, images):
    sa_image = torch.linspace(-1.0, 1.0, images[:1].numel()).reshape(1, 3, 56, 56)
    ids = torch.tensor([[1, 30, -200, 40, 41], [1, 31, -200, 42, 43]])
    plain = visual_tokens(network, images)
    with torch.no_grad():
        sized = network.visual_tokens(images) + network.size_features(sa_image)
    assert torch.equal(plain, sized)
    found = [all_logits(network, ids, visual)[0] for visual in (plain, sized)]
    assert torch.equal(found[0], found[1])


def test_the_fill_rule_gives_the_weights_that_the_official_code_ran_with(network, shared):
    parity = shared / 'parity'
    weights = load_file(parity / 'mplug_tiny_weights.safetensors')
    wanted = json.loads((parity / 'mplug_tiny_config.json').read_text())['keys']
    state = {k: v for k, v in network.state_dict().items() if not k.startswith(OWN)}
    assert {k for k in weights if not k.endswith('inv_freq')} == set(state)
    for key, value in state.items():
        if key.endswith(TABLES):
            torch.testing.assert_close(value, weights[key], atol=1e-6, rtol=0)
            continue
        assert torch.equal(value, weights[key]), key
        digest = hashlib.sha256(value.numpy().tobytes()).hexdigest()
        assert digest == wanted[key]['fill_sha256'], key
    assert torch.equal(filled_value('lm_head.weight', (320, 64)), weights['lm_head.weight'])
