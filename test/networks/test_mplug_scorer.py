# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The full scorer on a tiny network: one pass a frame, size modules, levels, words."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from mplug_checkpoint import VOCABULARY
from mplug_engines import logits
from mplug_fixtures import tiny_network

from sageiq_ros.engines.base import EngineError
from sageiq_ros.models.generation import Sampling
from sageiq_ros.models.token_sequence import IMAGE
from sageiq_ros.scorer.algorithm1 import quality_from_logits
from sageiq_ros.scorer.base import SIZE_MODULES, QualityDescriber, SizeAblation
from sageiq_ros.scorer.build import build_scorer
from sageiq_ros.scorer.clip_preparation import prepare_crop
from sageiq_ros.scorer.mplug_owl2 import MPLUGOwl2Scorer
from sageiq_ros.types import SageIQError

# Logits reach 30 here; what differs is the order of sums in a batch of another size.
ALONE_TOLERANCE = 1e-4


def test_the_scorer_is_found_by_its_manifest(make, crops):
    scorer = build_scorer(str(make()), 1)
    assert isinstance(scorer, MPLUGOwl2Scorer)
    assert isinstance(scorer, SizeAblation) and isinstance(scorer, QualityDescriber)
    assert scorer.name.endswith(' fp32')
    assert scorer.score([]) == []


def test_scores_are_algorithm_1_of_three_logits(scorer, crops):
    found = scorer.score(crops)
    rows = list(scorer.crop_logits(crops))
    assert found == [quality_from_logits(row) for row in rows]
    assert len({quality.score for quality in found}) == len(crops)


def test_a_crop_has_the_same_logits_alone_and_in_a_batch(scorer, crops):
    together = logits(scorer, crops)
    alone = np.concatenate([logits(scorer, [crop]) for crop in crops])
    np.testing.assert_allclose(together, alone, atol=ALONE_TOLERANCE)
    reverse = logits(scorer, crops[::-1])[::-1]
    np.testing.assert_allclose(together, reverse, atol=ALONE_TOLERANCE)


def test_a_frame_is_one_pass_and_known_sizes_cost_no_sa_image(make, crops):
    scorer = MPLUGOwl2Scorer(make(), 1, device='cpu')
    runs = {'vision': [], 'decoder': [], 'words': []}
    network = scorer.network
    network.model.vision_model.register_forward_hook(
        lambda module, given, out: runs['vision'].append(len(out))
    )
    network.model.layers[0].register_forward_hook(
        lambda module, given, out: runs['decoder'].append(len(out))
    )
    scorer.score(crops)
    # Four crops and the SA images of three sizes.
    assert runs['vision'] == [7] and runs['decoder'] == [4]
    scorer.score(crops[:2])
    assert runs['vision'] == [7, 2] and runs['decoder'] == [4, 2]


def test_large_frames_are_split(make, crops):
    whole = logits(MPLUGOwl2Scorer(make(), 1, device='cpu'), crops)
    small = MPLUGOwl2Scorer(make(batch=3), 1, device='cpu')
    found = np.stack(list(small.crop_logits(crops)))
    np.testing.assert_allclose(found, whole, atol=ALONE_TOLERANCE)


def test_size_features_are_forgotten_beyond_the_bound(make, crops):
    bounded = MPLUGOwl2Scorer(make(), 1, device='cpu', cached_sizes=1)
    for _ in range(2):
        found = logits(bounded, crops)
    assert len(bounded._features) == 1
    fresh = logits(MPLUGOwl2Scorer(make(), 1, device='cpu'), crops)
    np.testing.assert_allclose(found, fresh, atol=ALONE_TOLERANCE)


def test_without_size_modules_the_backbone_answers_bit_for_bit(make, crops):
    sized = MPLUGOwl2Scorer(make(), 1, device='cpu')
    zero = MPLUGOwl2Scorer(make(), 1, device='cpu')
    zero.network.size_queries.zero_()
    zero.network.size_feature_extractor.alpha.zero_()
    zero = zero.with_size_modules(frozenset({'lsq', 'sfe'}))
    # From then on the SA image of this size is known, and the crop passes alone as elsewhere.
    zero.score(crops[:1])
    options = {'size_prompt': '', 'prompt': 'Rate the quality of this image <|image|>.'}
    plain = MPLUGOwl2Scorer(
        make('q-instruct', sized=False, aspect='stretch', prompt=options['prompt']),
        1,
        device='cpu',
    )
    backbone = by_hand(plain, crops[:1])
    for scorer in (zero, plain, sized.with_size_modules(frozenset())):
        assert np.array_equal(logits(scorer, crops[:1]), backbone)
    assert not np.array_equal(logits(sized, crops[:1]), backbone)


@torch.inference_mode()
def by_hand(scorer, crops):
    """Compute the logits of one crop by the network's parts, without the scorer's own way."""
    network = tiny_network(VOCABULARY)
    images = torch.from_numpy(np.stack([prepare_crop(c, 'stretch', 56) for c in crops]))
    visual = network.model.visual_abstractor(network.model.vision_model(images))
    text = 'USER: Rate the quality of this image <|image|>.\nASSISTANT: '
    ids = torch.tensor([scorer._tokenizer.prompt(text, IMAGE)])
    hidden = network.hidden_states(network.sequence(ids, visual))[:, -1]
    rows = torch.tensor([scorer._tokenizer.word(w) for w in ('good', 'average', 'poor')])
    return network.logits(hidden, rows).numpy()


def test_every_size_module_can_be_switched_off_by_itself(scorer, crops):
    assert scorer.size_modules == frozenset(SIZE_MODULES)
    whole = logits(scorer, crops)
    found = [
        logits(scorer.with_size_modules(scorer.size_modules - {m}), crops) for m in SIZE_MODULES
    ]
    for other in found:
        assert np.abs(other - whole).max() > 1e-3
    np.testing.assert_allclose(
        logits(scorer.with_size_modules(scorer.size_modules), crops[:1]),
        logits(scorer, crops[:1]),
        atol=ALONE_TOLERANCE,
    )
    with pytest.raises(SageIQError, match='has no sfe to switch'):
        scorer.with_size_modules(frozenset()).with_size_modules(frozenset({'sfe'}))


def test_untrained_size_modules_are_not_run(make):
    scorer = MPLUGOwl2Scorer(make(sized=False), 1, device='cpu')
    assert scorer.size_modules == {'size_prompt'}


def test_five_levels_and_synonyms_are_scored(make, crops):
    scorer = MPLUGOwl2Scorer(make('q-align', sized=False), 1, device='cpu')
    rows, words = np.stack(list(scorer.crop_logits(crops))), logits(scorer, crops)
    assert rows.shape == (len(crops), 5)
    np.testing.assert_array_equal(rows, words)
    weights = np.exp(rows - rows.max(axis=1, keepdims=True))
    wanted = weights / weights.sum(axis=1, keepdims=True) @ [1.0, 0.75, 0.5, 0.25, 0.0]
    found = scorer.score(crops)
    np.testing.assert_allclose([quality.score for quality in found], wanted)
    boost = {
        'words': [
            ['good', 'high', 'fine'],
            ['average', 'medium', 'acceptable'],
            ['poor', 'low', 'bad'],
        ]
    }
    boosted = MPLUGOwl2Scorer(make('q-instruct', sized=False, **boost), 1, device='cpu')
    words = logits(boosted, crops)
    assert words.shape == (len(crops), 9)
    np.testing.assert_allclose(
        np.stack(list(boosted.crop_logits(crops))), words.reshape(-1, 3, 3).mean(2), rtol=1e-6
    )


def test_a_description_is_repeatable_and_depends_on_crop_question_and_seed(scorer, crops):
    short = Sampling(max_new_tokens=12)

    def say(crop=0, question='', seed=0):
        return scorer.describe(crops[crop], question, seed, short)

    assert say() == say() != ''
    assert len({say(), say(crop=1), say(question='Is it bad?'), say(seed=1)}) == 4
    with pytest.raises(SageIQError, match=r'must not hold <\|image\|>'):
        say(question='Compare <|image|>.')


def test_a_manifest_with_other_settings_is_refused(make, tmp_path):
    folder = make(sa_size='rounded', batch=5)
    path = folder / 'manifest.json'
    content = json.loads(path.read_text())
    content['settings']['scoring']['aspect'] = 'odd'
    path.write_text(json.dumps(content))
    with pytest.raises(EngineError, match='aspect must be stretch or crop or pad'):
        MPLUGOwl2Scorer(folder, 1)
