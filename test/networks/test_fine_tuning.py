# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fine-tuning on hybrids: every picture is scored by a network that never saw it (IV-C3)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from sageiq_ros.engines.store import find_engine
from sageiq_ros.scorer.build import build_scorer
from sageiq_ros.scorer.scoring_settings import ScoringSettings
from sageiq_ros.training.fine_tuning.cross_fit import EPOCHS, FOLDS, cross_fitted_scores, steps
from sageiq_ros.training.fine_tuning.learners import PROMPT, load_learner
from sageiq_ros.training.scale_consistency.trainables import is_trained
from sageiq_ros.types import SageIQError

# Of int8 against float32 weights of 16 bits.
INT8 = 0.02


class Memory:
    """A learner that remembers what it was trained on: one parameter a picture."""

    rate = 0.5

    def __init__(self, pictures):
        self.table = nn.Parameter(torch.zeros(pictures))
        self.trained = [set() for _ in range(FOLDS)]
        self.fold = -1

    def fresh(self):
        with torch.no_grad():
            self.table.zero_()
        self.fold += 1

    def parameters(self):
        return [self.table]

    def prepare(self, image):
        return image

    def score(self, prepared):
        if torch.is_grad_enabled():
            self.trained[self.fold].add(prepared)
        return self.table[prepared : prepared + 1]


def test_every_picture_is_scored_by_a_fold_that_was_not_trained_on_it():
    learner, labels = Memory(23), [0.5] * 23
    told = []
    groups = ['a'] * 13 + ['b'] * 10
    found = cross_fitted_scores(learner, range(23), labels, groups, 0, told.append)
    # What was learnt of a picture stays in its own parameter, and a score shows none of it.
    assert found == [0.0] * 23
    left = [set(range(23)) - trained for trained in learner.trained]
    assert sorted(index for fold in left for index in fold) == list(range(23))
    assert sum(told) == steps(groups) == EPOCHS * sum(23 - len(fold) for fold in left)
    # A stretch of each group: 13 pictures are 3, 3, 3, 2 and 2, ten are two each.
    assert left[0] == {0, 1, 2, 13, 14} and left[4] == {11, 12, 21, 22}


@pytest.fixture
def pictures():
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (90, 120, 3), np.uint8) for _ in range(5)]


def test_nano_starts_as_the_shipped_scorer(pictures):
    learner = load_learner('sageiq_m_nano', 'cpu')
    shipped = [quality.score for quality in build_scorer('sageiq_m_nano', 1).score(pictures)]
    with torch.inference_mode():
        found = [float(learner.score(learner.prepare(picture))) for picture in pictures]
    assert found == pytest.approx(shipped, abs=INT8)


def test_nano_learns_its_labels_and_forgets_them(pictures):
    learner = load_learner('sageiq_m_nano', 'cpu')
    prepared = learner.prepare(pictures[0])
    with torch.inference_mode():
        before = float(learner.score(prepared))
    wanted = 1.0 - before
    optimiser = torch.optim.Adam(learner.parameters(), lr=learner.rate)
    for _ in range(25):
        loss = (learner.score(prepared) - wanted).square().sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    with torch.inference_mode():
        after = float(learner.score(prepared))
        assert abs(after - wanted) < abs(before - wanted)
        learner.fresh()
        assert float(learner.score(prepared)) == before


def test_only_the_size_modules_and_the_visual_biases_are_trained():
    learner = load_learner('sageiq_m_nano', 'cpu')
    trained = {id(parameter) for parameter in learner.parameters()}
    named = dict(learner._network.named_parameters())
    assert {name for name, p in named.items() if id(p) in trained} == set(
        filter(is_trained, named)
    )


def test_a_large_model_is_asked_with_the_papers_prompt(make, pictures):
    learner = load_learner(str(make()), 'cpu')
    assert 'considering regions critical to autonomous driving' in PROMPT
    asked = learner._inputs.prompt(90, 120)
    usual = replace(learner._inputs, settings=ScoringSettings()).prompt(90, 120)
    assert learner._inputs.settings.prompt == PROMPT and asked != usual
    prepared = learner.prepare(pictures[0])
    loss = (learner.score(prepared) - 0.9).square().sum()
    loss.backward()
    assert all(p.grad is not None for p in learner.parameters())


def test_a_scorer_without_weights_to_train_is_refused(tmp_path):
    folder = find_engine('sageiq_m_nano')
    (tmp_path / 'manifest.json').write_text((folder / 'manifest.json').read_text())
    with pytest.raises(SageIQError, match='cannot be fine-tuned'):
        load_learner(str(tmp_path), 'cpu')
