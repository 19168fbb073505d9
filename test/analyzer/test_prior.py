# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The curated table: every label once, graded as its rubric says."""

from pathlib import Path

import pytest
import yaml
from analyzer_helpers import make_graph
from hypothesis import given
from hypothesis import strategies as st

import sageiq_ros.analyzer.prior as prior
from sageiq_ros.analyzer.prior import (
    LONGEST_WORD,
    UNKNOWN_WEIGHT,
    PriorAnalyzer,
    clean_words,
    driving_weights,
    fallback_weight,
    prior_weight,
)
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import WeightSource
from sageiq_ros.vocabulary import OBJECTS


def test_every_label_of_visual_genome_has_one_weight_of_the_scale():
    table = yaml.safe_load(Path(prior.__file__).with_name('prior_driving.yaml').read_text())
    listed = [label for labels in table['labels'].values() for label in labels]
    assert sorted(listed) == sorted(OBJECTS[1:])
    assert set(table['labels']) == set(range(1, 11))
    assert set(table['aliases'].values()) <= set(listed)
    assert not set(table['aliases']) & set(listed)


def test_people_come_before_vehicles_before_signs_before_the_street_before_scenery():
    order = ['child', 'car', 'sign', 'street', 'pole', 'building', 'pillow']
    weights = [driving_weights()[label] for label in order]
    assert weights == sorted(weights, reverse=True) and len(set(weights)) == len(weights)


@pytest.mark.parametrize(
    ('label', 'same'),
    [
        ('Cars', 'car'),
        ('police car', 'car'),
        ('traffic_lights', 'light'),
        ('buses', 'bus'),
        ('road', 'street'),
        ('wet road', 'street'),
    ],
)
def test_other_spellings_count_as_the_label_they_mean(label, same):
    assert prior_weight(label) == driving_weights()[same]


def test_an_unknown_word_is_not_dismissed():
    assert prior_weight('zeppelin') is None
    assert fallback_weight('zeppelin') == UNKNOWN_WEIGHT >= AnalyzerConfig().min_weight


@given(st.text())
def test_any_text_has_a_weight_of_the_scale_and_no_power_over_a_prompt(text):
    assert 1.0 <= fallback_weight(text) <= 10.0
    words = clean_words(text)
    assert len(words) <= LONGEST_WORD and words.isprintable()
    assert not set(words) & set('<|>{}[]:\n') and clean_words(words) == words


def test_the_prior_alone_says_that_it_is_the_source(street):
    chosen = PriorAnalyzer().analyze(street, AnalyzerConfig(mode='prior'))
    assert [street.triplets[item.triplet].predicate for item in chosen] == [
        'walking on',
        'on',
        'along',
    ]
    assert {item.source for item in chosen} == {WeightSource.PRIOR}
    assert (chosen[0].subject_weight, chosen[0].object_weight) == (10.0, 4.0)


def test_an_empty_graph_has_no_triplet_that_matters():
    assert PriorAnalyzer().analyze(make_graph(), AnalyzerConfig()) == ()
