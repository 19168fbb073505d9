# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers read as a paper sets them, names fit their room, and ticks are round."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_blocks import words

from sageiq_ros.evaluation.pages.blocks import Number
from sageiq_ros.evaluation.pages.scale import drawable, scale_of
from sageiq_ros.evaluation.pages.text import (
    cell_text,
    clip,
    has_interval,
    in_words,
    is_gain,
    number_text,
    slug,
    text_width,
    wrap,
)

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ('value', 'digits', 'signed', 'text'),
    [
        (0.8125, 3, False, '0.812'),
        (0.05, 2, True, '+0.05'),
        (-0.053, 3, True, '−0.053'),
        (-0.0004, 3, True, '0.000'),
        (0.0004, 3, True, '0.000'),
        (NAN, 3, True, '–'),
        (INF, 3, True, '+∞'),
        (-INF, 3, False, '−∞'),
        (1234.5, 0, False, '1234'),
        (2.5e12, 1, False, '2.5e+12'),
    ],
)
def test_numbers_have_their_digits_their_sign_and_a_proper_minus(value, digits, signed, text):
    assert number_text(value, digits, signed) == text


@pytest.mark.parametrize(
    ('cell', 'text'), [(7, '7'), (-3, '−3'), (2026, '2026'), (118287, '118,287'), ('-a', '-a')]
)
def test_counts_read_well(cell, text):
    assert cell_text(cell) == text


def test_a_gain_is_a_difference_that_reads_as_positive():
    assert is_gain(Number(0.01, signed=True))
    for other in (
        Number(0.01),
        Number(0.0004, signed=True),
        Number(-0.1, signed=True),
        Number(NAN, signed=True),
        '+1',
    ):
        assert not is_gain(other)


@pytest.mark.parametrize(
    ('low', 'high', 'stands_out'),
    [
        (0.01, 0.09, True),
        (-0.01, 0.11, False),
        (0.0004, 0.1, False),  # reads as 0.000
        (NAN, 0.1, False),
        (NAN, NAN, True),  # the paper's own numbers have none
    ],
)
def test_a_gain_stands_out_where_its_interval_reads_as_above_zero(low, high, stands_out):
    assert is_gain(Number(0.05, low, high, signed=True)) is stands_out


def test_a_headline_says_in_words_that_it_is_not_defined():
    assert in_words(number_text(NAN)) == 'not defined'
    assert in_words(number_text(0.5)) == '0.500'


def test_an_interval_needs_an_end():
    assert has_interval(Number(0.5, 0.4, 0.6)) and has_interval(Number(0.5, NAN, 0.6))
    assert not has_interval(Number(0.5))


@given(words, st.floats(20.0, 300.0))
def test_clipped_names_fit(name, room):
    shown = clip(name, room, 12.0)
    assert text_width(shown, 12.0) <= room
    assert shown.endswith('…') or shown == ' '.join(shown.split())


@given(words, st.floats(20.0, 300.0))
def test_wrapped_names_lose_no_word(name, room):
    lines = wrap(name, room, 12.0)
    if lines is not None:
        assert len(lines) <= 2 and all(text_width(line, 12.0) <= room for line in lines)
        assert ' '.join(lines).split() == clip(name, INF, 12.0).split()


def test_short_names_stay_whole():
    assert clip('SageIQ-M', 100.0, 12.0) == 'SageIQ-M'
    assert wrap('salt and pepper', 70.0, 12.0) == ['salt and', 'pepper']
    assert wrap('salt and pepper', 40.0, 12.0) is None


def test_links_are_plain_and_unique():
    assert slug('Table VIII: σ of “Weiß”') == 'table-viii-of-wei'
    assert slug('a b', {'a-b', 'a-b-2'}) == 'a-b-3'
    assert slug('…') == 'part'


@given(st.lists(st.floats(), max_size=8), st.booleans())
def test_ticks_are_round_and_hold_all_values(values, zero):
    scale = scale_of(values, zero)
    mantissa = f'{scale.step:e}'[:8]
    assert mantissa in ('1.000000', '2.000000', '5.000000')
    slack = 1e-5 * scale.step
    for value in [v for v in values if drawable(v)] + [0.0] * zero:
        assert scale.low - slack <= value <= scale.high + slack
    assert 2 <= len(scale.ticks) <= 10


@pytest.mark.parametrize(
    ('values', 'labels'),
    [
        ([0.31, 0.78], ['0.3', '0.4', '0.5', '0.6', '0.7', '0.8']),
        ([0.0, 40.0], ['0', '10', '20', '30', '40']),
        ([-0.12, 0.05], ['−0.15', '−0.10', '−0.05', '0.00', '0.05']),
        ([NAN, INF], ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']),
        ([0.002, 0.009], ['0.002', '0.004', '0.006', '0.008', '0.010']),
        ([3e7, 9e7], ['3e+07', '4e+07', '5e+07', '6e+07', '7e+07', '8e+07', '9e+07']),
    ],
)
def test_ticks_are_at_1_2_or_5_times_a_power_of_ten(values, labels):
    scale = scale_of(values)
    assert [scale.label(tick) for tick in scale.ticks] == labels


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
def test_no_two_ticks_read_the_same(values):
    scale = scale_of(values)
    labels = [scale.label(tick) for tick in scale.ticks]
    assert len(set(labels)) == len(labels)
    assert all(re.fullmatch(r'−?[\d.]+(e[-+−]?\d+)?', label) for label in labels)


def test_a_single_value_has_an_axis_of_its_size():
    scale = scale_of([0.91])
    assert scale.low <= 0.91 <= scale.high and scale.high - scale.low < 1.0
