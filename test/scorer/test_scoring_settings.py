# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How large models are asked and scored: settings by name, prompts, levels."""

import json

import numpy as np
import pytest

from sageiq_ros.scorer.algorithm1 import quality_from_logits
from sageiq_ros.scorer.levels import quality_from_levels
from sageiq_ros.scorer.scoring_settings import PRESETS, ScoringSettings


@pytest.mark.parametrize('kind', PRESETS)
def test_settings_go_to_json_and_back(kind):
    text = json.dumps(PRESETS[kind].to_settings())
    assert ScoringSettings.from_settings(json.loads(text)) == PRESETS[kind]


def test_the_size_prompt_stands_where_it_is_told():
    after = ScoringSettings(chat='{prompt}')
    assert after.score_prompt(720, 1280) == (
        'Rate the quality of this image <|image|>. The image size is 1280x720.'
    )
    before = ScoringSettings(chat='{prompt}', size_place='before')
    assert before.score_prompt(720, 1280) == (
        'The image size is 1280x720. Rate the quality of this image <|image|>.'
    )
    none = ScoringSettings(chat='{prompt}', size_prompt='')
    assert none.score_prompt(720, 1280) == 'Rate the quality of this image <|image|>.'


def test_a_question_is_put_into_its_chat_as_it_is():
    found = ScoringSettings().question_prompt('Is {width} {question} sharp?', 3, 4)
    assert found == (
        'USER: <|image|>Is {width} {question} sharp? The image size is 4x3. ASSISTANT:'
    )
    plain = PRESETS['q-instruct'].question_prompt('Sharp?', 3, 4)
    assert plain == 'USER: <|image|>Sharp? ASSISTANT:'
    with pytest.raises(ValueError, match='must not hold'):
        ScoringSettings().question_prompt('<|image|>', 3, 4)


@pytest.mark.parametrize(
    ('values', 'match'),
    [
        ({'aspect': 'odd'}, 'aspect must be'),
        ({'sa_range': 1}, 'sa_range must be str'),
        ({'prompt': 'no image'}, 'score prompt, .* must hold <.image.> once, not 0'),
        ({'chat': '<|image|>{prompt}'}, 'score prompt, .* once, not 2'),
        ({'chat': '{prompt} {prompt}'}, 'score prompt, .* once, not 2'),
        ({'size_prompt': '<|image|>{width}x{height}'}, 'score prompt, .* once, not 2'),
        ({'question': '{question}'}, 'question prompt, .* once, not 0'),
        ({'question': '<|image|>{question}<|image|>'}, 'question prompt, .* once, not 2'),
        ({'general_question': 'Look at <|image|>.'}, 'general_question must not hold'),
        ({'question': '<|image|>'}, 'question must hold'),
        ({'chat': 'USER:'}, r'chat must hold \{prompt\}'),
        ({'size_prompt': '{width}'}, 'size_prompt must hold'),
        ({'words': [['good']], 'values': [1.0]}, 'two levels or more'),
        ({'words': [['good'], []], 'values': [1.0, 0.0]}, 'two levels or more'),
        ({'words': 'good'}, 'a list of lists'),
        ({'words': [[1], [2]]}, 'words must be texts'),
        ({'values': [1.0, 0.5]}, 'as many values'),
        ({'values': [2.0, 0.5, 0.0]}, 'must lie in'),
        ({'values': ['a', 'b', 'c']}, 'a list of numbers'),
        ({'temperature': 0}, 'temperature must be above 0'),
        ({'batch': 0}, 'batch at least 1'),
        ({'lsq': 1}, 'lsq must be bool'),
        ({'colour': 1}, "there is no 'colour'"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(values, match):
    with pytest.raises(ValueError, match=match):
        ScoringSettings.from_settings(values)


def test_three_levels_are_algorithm_1():
    for logits in ([1.5, -2.0, 30.0], [0.0, 0.0, 0.0]):
        assert quality_from_levels(logits, (1.0, 0.5, 0.0)) == quality_from_logits(logits)


def test_five_levels_are_their_expectation_and_fit_three_shares():
    found = quality_from_levels(np.log([0.4, 0.2, 0.1, 0.2, 0.1]), (1.0, 0.75, 0.5, 0.25, 0.0))
    assert found.score == pytest.approx(0.4 + 0.15 + 0.05 + 0.05)
    shares = (found.p_good, found.p_average, found.p_poor)
    assert shares == pytest.approx((0.6, 0.1, 0.3))


def test_two_levels_with_a_temperature_are_q_benchs_rule():
    found = quality_from_levels([20.0, 10.0], (1.0, 0.0), 100.0)
    assert found.score == pytest.approx(np.exp(0.2) / (np.exp(0.2) + np.exp(0.1)))
    assert found.p_average == 0.0


@pytest.mark.parametrize('logits', [[1.0, 2.0], [np.nan, 1.0, 2.0]])
def test_logits_that_are_no_levels_are_refused(logits):
    with pytest.raises(ValueError, match='3 finite logits'):
        quality_from_levels(logits, (1.0, 0.5, 0.0))
