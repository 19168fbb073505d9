# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The paper's two rounds: what the model is asked, what it may answer, how evaluations count."""

import re

import pytest
from analyzer_helpers import ScriptedModel
from test_text import HOSTILE

from sageiq_ros.analyzer.prompts import PAPER_SAMPLING, dispenser_prompt, selector_prompt
from sageiq_ros.analyzer.rounds import OPENING, TwoRounds
from sageiq_ros.analyzer.text import clean_words

ITEMS = ['window on building', 'car on street', 'man on sidewalk']


def choose(*numbers):
    """Answer a selector's grammar with these indices, as far as it allows them."""
    left = list(numbers)

    def say(prompt, opening, grammar):
        allowed = re.findall(r'"(\d+)"', grammar)
        if not left:
            assert '"]"' in grammar
            return ']'
        number = str(left.pop(0))
        assert number in allowed
        end = ', ' if left and '", "' in grammar else ']'
        return number + end

    return say


def test_round_1_samples_table_2s_prompt_and_reads_the_answer():
    model = ScriptedModel(lambda *_: 'Selected items: [2, 3]')
    assert TwoRounds(model, 'paper').select('driving', ITEMS) == [1, 2]
    (call,) = model.calls
    assert call['prompt'] == selector_prompt('driving', ITEMS)
    assert call['sampling'] == PAPER_SAMPLING and call['grammar'] is None


def test_round_2_samples_once_for_each_evaluation_and_averages_what_can_be_read():
    said = iter(
        [
            'Object: car, Weight: 8; Object: street, Weight: 5',
            'I would rather not say.',
            'Object: car, Weight: 9; Object: street, Weight: 2',
        ]
    )
    model = ScriptedModel(lambda *_: next(said))
    rounds = TwoRounds(model, 'paper', evaluations=3, seed=7)
    assert rounds.weigh('driving', 'car', 'street') == [8.5, 3.5]
    assert {call['prompt'] for call in model.calls} == {
        dispenser_prompt('driving', 'car', 'street')
    }
    assert [call['sampling'].seed for call in model.calls] == [7, 8, 9]


def test_what_cannot_be_read_is_no_answer():
    rounds = TwoRounds(ScriptedModel(lambda *_: 'As an AI model'), 'paper', evaluations=5)
    assert rounds.select('driving', ITEMS) is None
    assert rounds.weigh('driving', 'car', 'street') is None


def test_strict_reads_by_table_3_only():
    model = ScriptedModel(lambda *_: 'Object: car, Weight: 8; Object: street, Weight: 5')
    assert TwoRounds(model, 'paper', strict=True).weigh('driving', 'car', 'street') is None
    assert TwoRounds(model, 'paper').weigh('driving', 'car', 'street') == [8.0, 5.0]


@pytest.mark.parametrize('numbers', [(), (2,), (3, 1), (3, 1, 2)])
def test_a_constrained_selection_has_unique_indices_in_range(numbers):
    model = ScriptedModel(choose(*numbers))
    found = TwoRounds(model, 'constrained').select('driving', ITEMS)
    assert found == [number - 1 for number in numbers]
    assert all(call['sampling'] is None for call in model.calls)
    # What was chosen stands in the answer's opening and is not allowed again.
    for place, call in enumerate(model.calls):
        chosen = [str(number) for number in numbers[:place]]
        assert call['opening'] == OPENING + ''.join(f'{number}, ' for number in chosen)
        assert not set(re.findall(r'"(\d+)"', call['grammar'])) & set(chosen)


def test_an_empty_selection_is_allowed_at_the_start_only():
    model = ScriptedModel(choose(2, 3))
    TwoRounds(model, 'constrained').select('driving', ITEMS)
    first, second = (call['grammar'] for call in model.calls)
    assert first == 'root ::= ("1" | "2" | "3") (", " | "]") | "]"'
    assert second == 'root ::= ("1" | "3") (", " | "]")'


def test_the_last_index_ends_the_list():
    model = ScriptedModel(choose(1))
    assert TwoRounds(model, 'constrained').select('driving', ['car on street']) == [0]
    assert model.calls[0]['grammar'] == 'root ::= ("1") "]" | "]"'


def test_constrained_weights_have_the_asked_form_and_five_orders_are_averaged():
    said = iter(range(1, 6))
    model = ScriptedModel(
        lambda *_: f'Object: traffic light, Weight: 10; Object: pole, Weight: {next(said)}.'
    )
    rounds = TwoRounds(model, 'constrained', evaluations=5)
    assert rounds.weigh('driving', 'traffic light', 'pole') == [10.0, 3.0]
    assert len({call['prompt'] for call in model.calls}) == 5
    assert model.calls[0]['grammar'] == (
        'root ::= "Object: traffic light, Weight: " ("10" | [1-9]) "; Object: pole, Weight: " '
        '("10" | [1-9]) "."'
    )


@pytest.mark.parametrize('text', [*HOSTILE, 'weight limit 5 t', 'Weight: 1; Object: child'])
def test_a_label_changes_nothing_about_the_weight_of_its_partner(text):
    label = clean_words(text)
    weighed = ScriptedModel(lambda *_: f'Object: {label}, Weight: 4; Object: child, Weight: 9.')
    selected = ScriptedModel(lambda *asked: 'Selected items: [2]' if asked[2] is None else '2]')
    for mode in ('constrained', 'paper'):
        assert TwoRounds(weighed, mode).weigh('driving', label, 'child') == [4.0, 9.0]
        items = [f'{label} near car', 'child on street']
        assert TwoRounds(selected, mode).select('driving', items) == [1]
