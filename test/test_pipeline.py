# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The three stages in order, with stages whose answers are known."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.analyzer.base import WorkerStatus
from sageiq_ros.config import PipelineConfig, RuntimeConfig, ScorerConfig
from sageiq_ros.pipeline import Pipeline, View, grade
from sageiq_ros.scorer.algorithm1 import quality_from_logits
from sageiq_ros.scorer.reuse import KeptQualities
from sageiq_ros.types import (
    Box,
    Flag,
    Region,
    SageIQError,
    SceneGraph,
    State,
    Triplet,
    WeightedTriplet,
    WeightSource,
)

IMAGE = np.zeros((90, 160, 3), np.uint8)
CAR = Region('car', 0.9, Box(10, 20, 50, 60))
STREET = Region('street', 0.8, Box(0, 50, 160, 90))
MAN = Region('man', 0.7, Box(70, 20, 90, 60))
TREE = Region('tree', 0.6, Box(100, 0, 140, 50))
GRAPH = SceneGraph(
    regions=(TREE, CAR, STREET, MAN),
    triplets=(Triplet(1, 'on', 2, 0.8), Triplet(3, 'on', 2, 0.7), Triplet(0, 'near', 2, 0.5)),
)
LOGITS = {'car': (3.0, 0.0, 0.0), 'street': (0.0, 1.0, 0.0), 'man': (0.0, 0.0, 2.0)}
WHOLE = (0.0, 0.0, 0.0)


class KnownGraph:
    name = 'known-graph'

    def __init__(self, graph):
        self.graph = graph

    def generate(self, image, config):
        return self.graph


class KnownWeights:
    name = 'known-weights'

    def __init__(self, *selected):
        self.selected = selected

    def analyze(self, graph, config):
        return self.selected

    def close(self):
        self.selected = ()


class KnownScores:
    name = 'known-scores'

    def __init__(self):
        self.calls = []

    def score(self, crops):
        self.calls.append([crop.shape[:2] for crop in crops])
        names = {size(region.box): region.label for region in GRAPH.regions}
        return [quality_from_logits(LOGITS.get(names.get(s), WHOLE)) for s in self.calls[-1]]


def size(box):
    """Return height and width; no two regions of the graph have the same."""
    return int(box.y2 - box.y1), int(box.x2 - box.x1)


CAR_ON_STREET = WeightedTriplet(0, 8.0, 5.0, WeightSource.LLM)
MAN_ON_STREET = WeightedTriplet(1, 10.0, 5.0, WeightSource.LLM)


def pipeline(*selected, graph=GRAPH, config=None):
    return Pipeline(KnownGraph(graph), KnownWeights(*selected), KnownScores(), config)


def test_one_triplet_is_scored_by_algorithm_1():
    result = pipeline(CAR_ON_STREET)(IMAGE)
    car = math.exp(3) / (math.exp(3) + 2) + 0.5 / (math.exp(3) + 2)
    weight = 1 / (1 + math.exp(5 - 8))
    assert result.score == pytest.approx(weight * car + (1 - weight) * 0.5)
    assert result.triplets[0].score == result.score
    assert result.flags is Flag.NONE


def test_several_triplets_are_averaged_and_a_shared_region_is_scored_once():
    run = pipeline(CAR_ON_STREET, MAN_ON_STREET)
    result = run(IMAGE)
    assert run.scorer.calls == [[size(r.box) for r in (CAR, STREET, MAN)]]
    assert [region.region for region in result.regions] == [CAR, STREET, MAN]
    assert [(t.subject, t.object) for t in result.triplets] == [(0, 1), (2, 1)]
    assert result.score == pytest.approx(sum(t.score for t in result.triplets) / 2)


def test_the_whole_image_is_scored_where_no_triplet_is_left():
    run = pipeline()
    result = run(IMAGE)
    assert run.scorer.calls == [[(90, 160)]]
    assert result.flags is Flag.WHOLE_IMAGE
    assert result.score == result.frame_score == pytest.approx(0.5)
    assert result.regions == result.triplets == ()


def test_an_empty_graph_falls_back_to_the_whole_image():
    assert pipeline(graph=SceneGraph())(IMAGE).flags is Flag.WHOLE_IMAGE


def test_the_frame_is_scored_beside_its_regions_only_when_asked():
    assert math.isnan(pipeline(CAR_ON_STREET)(IMAGE).frame_score)
    asked = PipelineConfig(scorer=ScorerConfig(frame_score=True))
    result = pipeline(CAR_ON_STREET, config=asked)(IMAGE)
    assert result.frame_score == pytest.approx(0.5)
    assert len(result.regions) == 2


def test_prior_weights_are_flagged():
    prior = replace(MAN_ON_STREET, source=WeightSource.PRIOR)
    assert pipeline(CAR_ON_STREET, prior)(IMAGE).flags is Flag.PRIOR_WEIGHTS


def test_a_new_configuration_rules_the_next_image():
    run = pipeline(CAR_ON_STREET)
    assert run(IMAGE).state is State.GOOD
    run.config = PipelineConfig(scorer=ScorerConfig(good=0.99, poor=0.98))
    assert run(IMAGE).state is State.POOR


@pytest.mark.parametrize(
    'image',
    [
        np.zeros((0, 10, 3), np.uint8),
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
    ],
)
def test_what_is_no_image_is_refused(image):
    with pytest.raises(ValueError, match='must be uint8'):
        pipeline()(image)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_score_is_graded_by_its_thresholds(score, a, b):
    poor, good = sorted((a, b))
    state = grade(score, ScorerConfig(good=good, poor=poor))
    expected = State.GOOD if score >= good else State.POOR if score < poor else State.DEGRADED
    assert state is expected


def test_no_number_is_never_good():
    assert grade(math.nan, ScorerConfig()) is State.UNKNOWN


class LateWeights(KnownWeights):
    """The prior's weights until the third look."""

    looks = 0

    def analyze(self, graph, config):
        self.looks += 1
        source = WeightSource.LLM if self.looks >= 3 else WeightSource.PRIOR
        return tuple(replace(weighted, source=source) for weighted in self.selected)

    def answered(self, graph, config):
        return self.looks >= 3

    def status(self):
        return WorkerStatus(True, 1, 0, self.error, self.error, 0)

    error = ''


def test_an_image_waits_for_the_language_model_only_where_it_is_told_to():
    made = Pipeline(KnownGraph(GRAPH), LateWeights(CAR_ON_STREET), KnownScores())
    assert Flag.PRIOR_WEIGHTS in made(IMAGE).flags
    made.patience = 30.0
    assert Flag.PRIOR_WEIGHTS not in made(IMAGE).flags
    made.analyzer.looks, made.analyzer.error = 0, 'The language model process ended.'
    with pytest.raises(SageIQError, match='process ended'):
        made(IMAGE)


def test_the_regions_of_several_views_are_scored_in_one_call_with_equal_results():
    run = pipeline(CAR_ON_STREET, MAN_ON_STREET)
    alone = replace(run(IMAGE), timing=None)
    run.scorer.calls.clear()
    together = run.assess([View(IMAGE), View(IMAGE), View(IMAGE)])
    assert len(run.scorer.calls) == 1
    assert len(run.scorer.calls[0]) == 9
    assert [replace(one, timing=None) for one in together] == [alone] * 3


def test_a_view_is_taken_when_its_turn_has_come():
    run = pipeline(CAR_ON_STREET)
    order = []
    generate = run.generator.generate

    def views():
        for name in 'ab':
            order.append(f'take {name}')
            yield View(IMAGE)

    run.generator.generate = lambda *given: order.append('stage 1') or generate(*given)
    run.assess(views())
    assert order == ['take a', 'stage 1', 'take b', 'stage 1']


SPENT = PipelineConfig(runtime=RuntimeConfig(budget_ms=1e-6))


def test_a_spent_budget_leaves_the_most_important_triplet_and_says_so():
    result = pipeline(MAN_ON_STREET, CAR_ON_STREET, config=SPENT)(IMAGE)
    assert result.flags is Flag.BUDGET_CUT
    assert [region.region for region in result.regions] == [MAN, STREET]
    (triplet,) = result.triplets
    assert result.score == triplet.score


def test_a_budget_that_suffices_changes_nothing():
    generous = PipelineConfig(runtime=RuntimeConfig(budget_ms=60_000.0))
    run = pipeline(MAN_ON_STREET, CAR_ON_STREET, config=generous)
    free = replace(pipeline(MAN_ON_STREET, CAR_ON_STREET)(IMAGE), timing=None)
    assert replace(run(IMAGE), timing=None) == free


def test_a_spent_budget_still_scores_the_whole_image_where_no_triplet_is_left():
    result = pipeline(config=SPENT)(IMAGE)
    assert (result.flags, result.score) == (Flag.WHOLE_IMAGE, result.frame_score)
    assert not math.isnan(result.score)


def test_a_spent_budget_leaves_out_the_frame_score_that_was_asked_for_and_says_so():
    asked = replace(SPENT, scorer=ScorerConfig(frame_score=True))
    result = pipeline(CAR_ON_STREET, config=asked)(IMAGE)
    assert math.isnan(result.frame_score)
    assert result.flags is Flag.BUDGET_CUT


def test_a_region_that_is_new_is_scored_though_the_last_call_took_longer_than_the_budget():
    """The others keep their qualities, so that nothing else would be scored for long."""
    config = replace(SPENT, scorer=ScorerConfig(reuse_s=60.0))
    run = pipeline(CAR_ON_STREET, MAN_ON_STREET, config=config)
    kept = KeptQualities()
    (first,) = run.assess([View(IMAGE, kept, 0.0)])
    (second,) = run.assess([View(IMAGE, kept, 0.1)])
    assert [one.region for one in first.regions] == [CAR, STREET]
    assert [one.region for one in second.regions] == [CAR, STREET, MAN]


REUSE = PipelineConfig(scorer=ScorerConfig(reuse_s=1.0))


def test_an_unmoved_region_keeps_its_quality_and_is_flagged_with_its_age():
    run = pipeline(CAR_ON_STREET, MAN_ON_STREET, config=REUSE)
    kept = KeptQualities()
    (first,) = run.assess([View(IMAGE, kept, 10.0)])
    (second,) = run.assess([View(IMAGE, kept, 10.5)])
    assert len(run.scorer.calls) == 1
    assert first.flags is Flag.NONE
    assert second.flags is Flag.REUSED
    assert (second.score, second.triplets) == (first.score, first.triplets)
    assert [region.age_s for region in second.regions] == [0.5] * 3
    (third,) = run.assess([View(IMAGE, kept, 11.1)])
    assert third.flags is Flag.NONE
    assert len(run.scorer.calls) == 2


def test_only_the_regions_that_moved_are_scored_anew():
    run = pipeline(CAR_ON_STREET, config=REUSE)
    kept = KeptQualities()
    run.assess([View(IMAGE, kept, 0.0)])
    moved = replace(CAR, box=Box(60, 20, 100, 60))
    run.generator.graph = replace(GRAPH, regions=(TREE, moved, STREET, MAN))
    (found,) = run.assess([View(IMAGE, kept, 0.1)])
    assert run.scorer.calls[1:] == [[size(moved.box)]]
    assert [region.age_s for region in found.regions] == [0.0, 0.1]


def test_cameras_do_not_share_what_they_keep():
    run = pipeline(CAR_ON_STREET, config=REUSE)
    run.assess([View(IMAGE, KeptQualities(), 0.0), View(IMAGE, KeptQualities(), 0.0)])
    (other,) = run.assess([View(IMAGE, KeptQualities(), 0.1)])
    assert other.flags is Flag.NONE
