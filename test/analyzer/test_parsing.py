# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a language model says is read or found unreadable, and nothing raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.analyzer.parsing import (
    LONGEST_ANSWER,
    read_selection,
    read_weights,
    strict_selection,
    strict_weights,
)

ITEMS = ['window on building', 'car on street', 'man on sidewalk']

# What the paper's model really answered (Table VII).
SELECTED = (
    'Based on the options provided, selected items: [2] . This is because the car on the street '
    'is a critical component of the autonomous driving system, as it provides the necessary data '
    'for the system to make decisions. Therefore, option 2 is important for autonomous driving. '
    'The number index is 2.'
)
WEIGHED = (
    'I have analyzed the objects car and street, and assigned triplet weights based on their '
    'importance to autonomous driving: - Subject: car, Weight: 8 - Object: street, Weight: 5 . '
    'The car is assigned a score of 8 because it is directly relevant to autonomous driving '
    "decisions, such as determining the vehicle's speed and trajectory. The street is assigned a "
    'score of 5 because it is indirectly relevant to autonomous driving decisions, such as '
    "determining the vehicle's position and orientation."
)


def test_the_papers_own_answers_are_read_tolerantly_and_not_by_its_patterns():
    assert read_selection(SELECTED, ITEMS) == (1,)
    assert read_weights(WEIGHED, 'car', 'street') == (8.0, 5.0)
    assert strict_selection(SELECTED, ITEMS) is None
    assert strict_weights(WEIGHED, 'car', 'street') is None


@pytest.mark.parametrize(
    ('text', 'places'),
    [
        ('Selected items: [2, 1]', (1, 0)),
        ('Selected items: [2]', (1,)),
        ('Selected items:[ 3 ,2 ]', (2, 1)),
        ('Selected items: [2, 2]', (1,)),
        ('Selected items: [X, Y, Z]. Selected items: [1]', None),
        ('Selected items: [4]', None),
        ('Selected items: [0]', None),
        ('Selected items: []', None),
        ('selected items: [2]', None),
        ('Selected items: 2', None),
    ],
)
def test_the_strict_reading_is_table_3s(text, places):
    assert strict_selection(text, ITEMS) == places


@pytest.mark.parametrize(
    ('text', 'weights'),
    [
        ('Object: car, Score: 8; Object: street, Score: 5', (8.0, 5.0)),
        ('Object: street, Score: 5 Object:  car,  Score:  8', (8.0, 5.0)),
        ('Object: car, Weight: 8; Object: street, Weight: 5', None),
        ('Object: car, Score: 8', None),
        ('Object: car, Score: 80; Object: street, Score: 5', None),
        ('object: car, score: 8; object: street, score: 5', None),
    ],
)
def test_strict_weights_want_what_table_2_does_not_ask_for(text, weights):
    assert strict_weights(text, 'car', 'street') == weights


def test_strict_names_have_one_word():
    text = 'Object: traffic light, Score: 8; Object: street, Score: 5'
    assert strict_weights(text, 'traffic light', 'street') is None
    assert read_weights(text, 'traffic light', 'street') == (8.0, 5.0)


@pytest.mark.parametrize(
    ('text', 'places'),
    [
        ('Selected items: [2, 3]', (1, 2)),
        ('SELECTED ITEMS - [3,2]', (2, 1)),
        ('The selected items are: [2. car on street, 3. man on sidewalk]', (1, 2)),
        ('[man on sidewalk, car on street]', (2, 1)),
        ('Selected items: 2, 3 and 1', (1, 2, 0)),
        ('Most relevant items: 3', (2,)),
        ('Selected items: [0, 1]', (0, 1)),
        ('Selected items: [2, 9, 2, 3]', (1, 2)),
        ('Selected items: [X, Y, Z]\nSelected items: [3]', (2,)),
        ('Selected items: [2], [3]', (1, 2)),
        ('Selected items: (2, 3)', (1, 2)),
        ('Selected indices: 2 > 3 > 1', (1, 2, 0)),
        ('Selected items:\n2. car on street\n3. man on sidewalk', (1, 2)),
        ('Selected items:\n1. man on sidewalk\n2. car on street\nThese matter.', (2, 1)),
        ('Selected items:\n- 3\n- 1\n', (2, 0)),
        ('Selected items: 2\n3\n1', (1, 2, 0)),
        ('Selected items: 2. car on street, 3. man on sidewalk', (1, 2)),
        ('Selected items: man on sidewalk and car on street', (2, 1)),
        ('The items are: [1. window on building, 2. car on street]. Selected items: 2', (1,)),
        ('Selected items: []', ()),
        ('Selected items:\n- Something else', None),
        ('Selected items: [X, Y, Z]', None),
        ('Selected items: [99]', None),
        ('I cannot help with that.', None),
        ('', None),
    ],
)
def test_a_selection_is_read_in_whatever_form(text, places):
    assert read_selection(text, ITEMS) == places


@pytest.mark.parametrize(
    ('text', 'weights'),
    [
        ('Object: car, Weight: 8; Object: street, Weight: 5', (8.0, 5.0)),
        ('Object: CAR, Score: 8; Object: Street, Score: 5', (8.0, 5.0)),
        ('Object: street, Weight: 5; Object: car, Weight: 8', (8.0, 5.0)),
        ('**car**: importance 8/10\n**street**: importance 5/10', (8.0, 5.0)),
        ('car (weight 7.5), street (weight 3)', (7.5, 3.0)),
        ('Weight: 8; Weight: 5', (8.0, 5.0)),
        ('car: 8\nstreet: 5', (8.0, 5.0)),
        ('car (1-10): 8, street (1-10): 5', (8.0, 5.0)),
        ('I give a weight of 8 for the car, a weight of 5 for the street', (8.0, 5.0)),
        ('The objects are car and street. Object: street, Weight: 5; car, Weight: 8', (8.0, 5.0)),
        ('Object: car, Weight: 8; Object: streets, Weight: 5', (8.0, 5.0)),
        ('Object: car, Weight: 8. So the car has a weight of 8.', None),
        ('Object: car, Weight: 12; Object: street, Weight: 0', (10.0, 1.0)),
        ('Object: car, Weight: -3; Object: street, Weight: 5', (1.0, 5.0)),
        ('Object: car, Weight: X; Object: street, Weight: Y.', None),
        ('Object: car, Weight: 8', None),
        ('nothing', None),
    ],
)
def test_weights_are_read_in_whatever_form(text, weights):
    assert read_weights(text, 'car', 'street') == weights


def test_two_entities_of_one_name_are_told_apart_by_their_order():
    text = 'Object: car, Weight: 8; Object: car, Weight: 5'
    assert read_weights(text, 'car', 'car') == (8.0, 5.0)
    assert strict_weights(text.replace('Weight', 'Score'), 'car', 'car') == (8.0, 5.0)


def test_a_name_within_another_word_is_not_that_name():
    text = 'Object: cart, Weight: 2; Object: car, Weight: 9; Object: street, Weight: 5'
    assert read_weights(text, 'car', 'street') == (9.0, 5.0)


def test_a_name_within_a_longer_name_is_not_that_name():
    text = 'Object: traffic light, Weight: 8; Object: light, Weight: 3'
    assert read_weights(text, 'light', 'traffic light') == (3.0, 8.0)
    assert read_weights(text.replace('traffic light', 'Traffic_Light'), 'light', 'traffic light')


@pytest.mark.parametrize(
    'label',
    ['weight limit 5t', 'score 9', 'car weight 10 object pillow', '1 - 10', 'importance 7'],
)
def test_numbers_in_a_label_are_no_answer(label):
    text = f'Object: {label}, Weight: 4; Object: child, Weight: 10.'
    assert read_weights(text, label, 'child') == (4.0, 10.0)
    assert read_weights(text, 'child', label) == (10.0, 4.0)
    items = ['car 0 on street', f'{label} on pole', 'man on street']
    assert read_selection(f'Selected items: [1. {items[0]}, 3. man]', items) == (0, 2)
    assert read_selection(f'Selected items: [{items[2]}, {items[1]}]', items) == (2, 1)


PIECES = st.sampled_from(
    [
        'Selected items: ',
        '[',
        ']',
        ', ',
        'Weight: ',
        'Score: ',
        'Object: ',
        'car',
        '2',
        '0',
        '99999999999',
    ]
)
ANSWERS = st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=5))).map(''.join))


@given(ANSWERS, st.lists(st.text(max_size=20), max_size=8))
def test_any_text_gives_indices_in_range_or_nothing(text, items):
    for read in (read_selection, strict_selection):
        places = read(text, items)
        if places is not None:
            assert all(0 <= place < len(items) for place in places)
            assert len(set(places)) == len(places)


@given(ANSWERS, st.text(max_size=20), st.text(max_size=20))
def test_any_text_gives_weights_on_the_scale_or_nothing(text, subject, object_):
    for read in (read_weights, strict_weights):
        weights = read(text, subject, object_)
        assert weights is None or all(1.0 <= weight <= 10.0 for weight in weights)


@given(st.lists(st.integers(1, 8), min_size=1, unique=True))
def test_what_the_prompt_asks_for_is_read_back(numbers):
    items = [f'thing {number} on street' for number in range(8)]
    text = f'Selected items: {numbers}'
    expected = tuple(number - 1 for number in numbers)
    assert read_selection(text, items) == strict_selection(text, items) == expected


@given(st.integers(1, 10), st.integers(1, 10))
def test_weights_in_the_asked_form_are_read_back(first, second):
    text = f'Object: car, Weight: {first}; Object: street, Weight: {second}.'
    assert read_weights(text, 'car', 'street') == (first, second)
    scored = text.replace('Weight', 'Score')
    assert strict_weights(scored, 'car', 'street') == (first, second)


@pytest.mark.parametrize('piece', ['[]', ' ', 'Selected items:[', '- \n', '1 ', 'car ', 'Weight:'])
def test_of_a_long_text_the_beginning_is_read(piece):
    text = f'Selected items: {piece * 20_000}'
    items = [f'thing {number} on street' for number in range(200)]
    for read in (read_selection, strict_selection):
        assert read(text, items) == read(text[:LONGEST_ANSWER], items)
    for read in (read_weights, strict_weights):
        assert read(text, 'car', 'street') == read(text[:LONGEST_ANSWER], 'car', 'street')
