# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The curated table: every label once, graded as its rubric says, and read in its context."""

from importlib import resources

import pytest
import yaml
from analyzer_helpers import make_graph
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.analyzer.prior import (
    UNKNOWN_WEIGHT,
    context_factors,
    fallback_weight,
    in_context,
    known_label,
    prior,
    prior_weight,
    prior_weights,
    tasks_of,
    vocabulary,
)
from sageiq_ros.analyzer.prior_analyzer import PriorAnalyzer
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import WeightSource
from sageiq_ros.vocabulary import OBJECTS, PREDICATES

DRIVING = 'autonomous driving'


def document():
    source = resources.files('sageiq_ros.analyzer') / 'prior.yaml'
    return yaml.safe_load(source.read_text(encoding='utf-8'))


def test_every_label_of_visual_genome_stands_once_with_weights_of_the_scale():
    groups = [group for kind in document()['entities'].values() for group in kind]
    listed = [label for group in groups for label in group['labels']]
    assert sorted(listed) == sorted(OBJECTS[1:])
    assert all(1 <= weight <= 10 for group in groups for weight in group['weights'])
    assert all(len(group['weights']) == len(document()['tasks']) for group in groups)


def test_every_alias_means_a_label_and_is_none():
    aliases = document()['aliases']
    assert set(aliases.values()) <= set(vocabulary())
    assert not set(aliases) & set(vocabulary())
    assert list(aliases) == sorted(aliases)


def test_context_names_kinds_and_relations_that_there_are():
    table = document()
    kinds = set(table['entities'])
    relations = {name for pair in table['relations'] for name in pair.split('/')}
    assert {p for found in table['relations'].values() for p in found} <= set(PREDICATES)
    assert set(table['context']) <= kinds
    for row in table['context'].values():
        for key, factor in row.items():
            partner, _, relation = key.partition('.')
            assert partner in kinds and relation in relations | {''}, key
            assert 0.0 < factor < 4.0


def test_people_come_before_vehicles_before_the_street_before_poles_before_scenery():
    order = ['child', 'man', 'car', 'street', 'pole', 'building', 'pillow']
    weights = [prior_weight(DRIVING, label) for label in order]
    assert weights == sorted(weights, reverse=True) and len(set(weights)) == len(weights)


@pytest.mark.parametrize(
    ('query', 'tasks'),
    [
        ('autonomous driving', ('driving',)),
        ('Driver assistance', ('driving',)),
        ('parking assistance', ('parking',)),
        ('pedestrian safety', ('pedestrians',)),
        ('traffic sign reading', ('signs',)),
        ('pedestrians and cyclists', ('pedestrians', 'cyclists')),
        ('harvesting', ()),
        ('hard drives', ('driving',)),
    ],
)
def test_a_query_is_about_a_task_by_the_beginnings_of_its_words(query, tasks):
    assert tasks_of(query) == tasks


def test_a_query_about_two_tasks_has_the_larger_weight_and_one_about_none_that_of_driving():
    both = prior_weight('pedestrians and signs', 'sign'), prior_weight('pedestrians', 'sign')
    assert both[0] == prior_weight('signs', 'sign') > both[1]
    assert prior_weight('harvesting', 'car') == prior_weight(DRIVING, 'car')


@pytest.mark.parametrize(
    ('label', 'same'),
    [
        ('Cars', 'car'),
        ('police car', 'car'),
        ('traffic_lights', 'light'),
        ('buses', 'bus'),
        ('road', 'street'),
        ('wet road', 'street'),
        ('hot dog', 'food'),
        ('teddy bear', 'pillow'),
    ],
)
def test_other_spellings_count_as_the_label_they_mean(label, same):
    assert known_label(label) == same
    assert prior_weight(DRIVING, label) == prior().weights[same]['driving']


def test_an_unknown_word_is_not_dismissed():
    assert prior_weight(DRIVING, 'zeppelin') is None
    assert fallback_weight(DRIVING, 'zeppelin') == UNKNOWN_WEIGHT >= AnalyzerConfig().min_weight
    assert context_factors('zeppelin', 'on', 'street') == (1.0, 1.0)


@pytest.mark.parametrize(
    ('more', 'less'),
    [
        (('man', 'walking on', 'street'), ('man', 'in', 'building')),
        (('man', 'near', 'building'), ('man', 'in', 'building')),
        (('man', 'near', 'car'), ('man', 'in', 'car')),
        (('light', 'on', 'pole'), ('light', 'on', 'building')),
        (('dog', 'on', 'street'), ('dog', 'behind', 'fence')),
        (('bike', 'near', 'man'), ('bike', 'near', 'fence')),
        (('box', 'on', 'street'), ('box', 'near', 'tree')),
        (('door', 'of', 'car'), ('door', 'on', 'building')),
    ],
)
def test_what_happens_on_the_road_matters_more_than_what_does_not(more, less):
    assert prior_weights(DRIVING, *more)[0] > prior_weights(DRIVING, *less)[0]


def test_the_object_has_its_own_view_of_a_triplet():
    assert context_factors('man', 'in', 'car') == (0.25, 0.62)
    assert context_factors('car', 'near', 'man') == (0.93, 1.0)


@given(st.floats(1.0, 10.0), st.floats(0.01, 4.0))
def test_context_keeps_weights_on_the_scale_and_in_order(weight, factor):
    assert 1.0 <= in_context(weight, factor) <= 10.0
    assert in_context(weight, factor) >= in_context(1.0, factor) == 1.0
    assert in_context(weight, 1.0) == pytest.approx(weight)


@given(st.text(), st.text(), st.text(), st.text())
def test_any_words_have_weights_of_the_scale(query, subject, predicate, object_):
    assert all(1.0 <= w <= 10.0 for w in prior_weights(query, subject, predicate, object_))


def test_the_prior_alone_says_that_it_is_the_source(street):
    chosen = PriorAnalyzer().analyze(street, AnalyzerConfig(mode='prior'))
    predicates = [street.triplets[item.triplet].predicate for item in chosen]
    assert set(predicates[:2]) == {'walking on', 'on'} and predicates[2:] == ['along']
    assert {item.source for item in chosen} == {WeightSource.PRIOR}


def test_an_empty_graph_has_no_triplet_that_matters():
    analyzer = PriorAnalyzer()
    assert analyzer.analyze(make_graph(), AnalyzerConfig()) == ()
    assert analyzer.answered(make_graph(), AnalyzerConfig()) and analyzer.status() is None
