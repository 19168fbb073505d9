# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The pipelines of Figs. 12 and 14 differ from SageIQ-P in just what they are called after."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from sageiq_ros.analyzer.prior_analyzer import PriorAnalyzer
from sageiq_ros.config import PipelineConfig
from sageiq_ros.experiments import variants as v
from sageiq_ros.sageiq_d.hybrid import seeded
from sageiq_ros.types import (
    Box,
    Flag,
    Quality,
    Region,
    SceneGraph,
    Triplet,
    WeightedTriplet,
    WeightSource,
)

REGIONS = (
    Region('car', 0.9, Box(0, 0, 10, 10)),
    Region('street', 0.8, Box(10, 0, 30, 10)),
    Region('person', 0.95, Box(30, 0, 60, 10)),
)
GRAPH = SceneGraph(
    REGIONS,
    (
        Triplet(2, 'on', 1, 0.9),
        Triplet(0, 'on', 1, 0.8),
        Triplet(0, 'near', 2, 0.7),
        Triplet(2, 'near', 0, 0.6),
    ),
)
IMAGE = np.zeros((10, 60, 3), np.uint8)
# Scores by the width of a crop: the car's, the street's, the person's and the whole picture's.
BY_WIDTH = {10: 0.9, 20: 0.1, 30: 0.7, 60: 0.4}


class Generator:
    """Answers with one graph, whatever it sees."""

    name = 'graph'

    def __init__(self, graph=GRAPH):
        self.graph = graph
        self.looks = 0

    def generate(self, image, config):
        self.looks += 1
        return self.graph


class Scorer:
    """Scores a crop by its width."""

    name = 'width'

    def score(self, crops):
        return [Quality(BY_WIDTH[crop.shape[1]]) for crop in crops]


def stages(graph=GRAPH, detector=None):
    return v.Stages(Generator(graph), detector, PriorAnalyzer(), Scorer(), PipelineConfig())


def shown(assessment):
    return [
        (
            assessment.regions[t.subject].region.label,
            t.predicate,
            assessment.regions[t.object].region.label,
        )
        for t in assessment.triplets
    ]


def draws(*words):
    return partial(seeded, *words)


def test_with_is_the_pipeline_itself():
    found = v.build_variant(stages(), v.WITH)(IMAGE)
    assert ('person', 'on', 'street') in shown(found)
    assert found.triplets[0].subject_weight > found.triplets[0].object_weight


def test_without_predicate_keeps_pairs_and_loses_words():
    found = v.build_variant(stages(), v.NO_PREDICATE)(IMAGE)
    assert found.triplets and all(predicate == '' for _, predicate, _ in shown(found))


def test_without_triplet_scores_each_entity_by_itself():
    found = v.build_variant(stages(), v.NO_TRIPLET)(IMAGE)
    assert {(subject, object_) for subject, _, object_ in shown(found)} == {
        ('person', 'person'),
        ('car', 'car'),
        ('street', 'street'),
    }
    assert found.score == pytest.approx((0.7 + 0.9 + 0.1) / 3)


def test_without_weights_both_entities_count_alike():
    found = v.build_variant(stages(), v.NO_WEIGHTS)(IMAGE)
    assert {t.subject_weight_normalized for t in found.triplets} == {0.5}
    pair = found.triplets[0]
    qualities = [found.regions[i].quality.score for i in (pair.subject, pair.object)]
    assert pair.score == pytest.approx(sum(qualities) / 2)


def test_the_detector_takes_the_generators_place():
    other = SceneGraph(REGIONS[:2], (Triplet(0, 'and', 1, 0.9),))
    found = v.build_variant(stages(detector=Generator(other)), v.DETECTOR)(IMAGE)
    assert shown(found) == [('car', 'and', 'street')]


@pytest.mark.parametrize('name', ['no_such', v.DETECTOR])
def test_an_unknown_variant_or_a_missing_detector_is_an_error(name):
    with pytest.raises(ValueError, match=name):
        v.build_variant(stages(), name)


@pytest.mark.parametrize(('rate', 'left'), [(0.0, 10), (0.2, 8), (0.4, 6), (0.6, 4), (1.0, 0)])
def test_a_share_of_the_triplets_is_missing(rate, left):
    graph = SceneGraph(REGIONS, tuple(Triplet(0, 'on', 1, n / 10) for n in range(10)))
    found = v.drop_triplets(graph, rate, np.random.default_rng(0))
    assert len(found.triplets) == left
    assert [t.confidence for t in found.triplets] == sorted(t.confidence for t in found.triplets)
    assert found.regions == REGIONS


def test_which_triplets_are_missing_is_drawn():
    graph = SceneGraph(REGIONS, tuple(Triplet(0, 'on', 1, n / 10) for n in range(10)))
    kept = [
        v.drop_triplets(graph, 0.6, np.random.default_rng(seed)).triplets for seed in range(200)
    ]
    counts = [sum(graph.triplets[n] in found for found in kept) for n in range(10)]
    # Each is kept 80 times of 200 on average; four deviations are 28.
    assert all(52 < count < 108 for count in counts)


def test_with_all_triplets_missing_the_whole_picture_is_scored():
    variant = v.ErrorVariant('missing', 1.0, False, 0)
    found = v.build_error(stages(), variant, draws('a'))(IMAGE)
    assert Flag.WHOLE_IMAGE in found.flags
    assert found.score == 0.4


def test_the_tolerant_pipeline_looks_five_times_and_each_look_loses_its_own():
    parts = stages()
    variant = v.ErrorVariant('missing', 0.5, True, 0)
    found = v.build_error(parts, variant, draws('b'))(IMAGE)
    assert parts.generator.looks == v.RUNS
    plain = v.build_error(stages(), v.ErrorVariant('missing', 0.5, False, 0), draws('b'))(IMAGE)
    assert len(found.triplets) >= len(plain.triplets)


def weighted(subject=8.0, object_=5.0):
    return (WeightedTriplet(0, subject, object_, WeightSource.PRIOR),)


def test_noise_has_the_deviation_of_a_share_of_the_weight():
    rng = np.random.default_rng(0)
    drawn = [v.noisy_weights(weighted(), 0.2, 1, rng)[0] for _ in range(4000)]
    subjects, objects = (
        np.array([getattr(w, name) for w in drawn]) for name in ('subject_weight', 'object_weight')
    )
    assert subjects.mean() == pytest.approx(8.0, abs=0.1)
    assert subjects.std() == pytest.approx(1.6, rel=0.05)
    assert objects.std() == pytest.approx(1.0, rel=0.05)
    assert abs(np.corrcoef(subjects, objects)[0, 1]) < 0.06


def test_five_averaged_draws_have_less_noise():
    rng = np.random.default_rng(0)
    drawn = [v.noisy_weights(weighted(), 0.2, v.RUNS, rng)[0].subject_weight for _ in range(4000)]
    assert np.std(drawn) == pytest.approx(1.6 / np.sqrt(5), rel=0.05)


def test_an_analyzer_that_is_asked_twice_gives_the_same_noise():
    variant = v.ErrorVariant('noise', 0.4, False, 1)
    pipeline = v.build_error(stages(), variant, draws('c'))
    first, second = pipeline(IMAGE), pipeline(IMAGE)
    assert [t.subject_weight for t in first.triplets] == [
        t.subject_weight for t in second.triplets
    ]
    plain = v.build_variant(stages(), v.WITH)(IMAGE)
    assert first.triplets[0].subject_weight != plain.triplets[0].subject_weight


def test_names_of_errors_are_told_apart():
    assert v.ErrorVariant('missing', 0.2, False, 0).name == 'missing_20_0'
    assert v.ErrorVariant('noise', 0.6, True, 2).name == 'noise_60_tolerant_2'
