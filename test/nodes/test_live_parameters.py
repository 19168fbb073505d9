# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Every live parameter, set alone over DDS, changes the next result of the shipped engines.

Those of ``camera`` have their tests in ``test_cameras.py``.
"""

import math
from dataclasses import dataclass, field
from itertools import count

import numpy as np
import pytest

from sageiq_msgs.msg import TarQuality
from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.config import Config, PipelineConfig
from sageiq_ros.nodes.messages import bgr_image
from sageiq_ros.pipeline import build_pipeline
from sageiq_ros.schema import settings, updated

CAMERA_GROUP = 'camera.'


def graph(result):
    return [(one.label, one.roi.x_offset, one.roi.y_offset) for one in result.regions], [
        (one.subject, one.predicate, one.object) for one in result.triplets
    ]


def differs(before, after):
    return graph(before) != graph(after)


def reused(result):
    """Name the regions that kept the quality of an earlier frame."""
    return {(one.label, one.roi.x_offset, one.roi.width) for one in result.regions if one.age_s}


@dataclass(frozen=True)
class Case:
    """Set a parameter to ``value``, or to what it makes of the result before."""

    name: str
    value: object
    effect: object
    given: dict = field(default_factory=dict)

    def __str__(self):
        return self.name


MANY = {'analyzer.min_weight': 1.0, 'analyzer.max_triplets': 50}
CASES = [
    Case('scene_graph.rules', 'official_demo', differs, MANY),
    Case('scene_graph.entity_threshold', 0.9, differs, MANY),
    Case(
        'scene_graph.relation_threshold',
        0.5,
        lambda before, after: len(after.triplets) < len(before.triplets),
        MANY,
    ),
    Case('scene_graph.merge_iou', 0.0, differs, MANY),
    Case('scene_graph.max_triplets', 2, lambda _, after: len(after.triplets) <= 2, MANY),
    Case('scene_graph.looks', 5, differs, MANY),
    Case('analyzer.query', 'parking', lambda _, after: after.query == 'parking'),
    Case(
        'analyzer.min_weight',
        10.0,
        lambda before, after: len(after.triplets) < len(before.triplets),
        {'analyzer.max_triplets': 50},
    ),
    Case('analyzer.max_triplets', 1, lambda _, after: len(after.triplets) == 1),
    Case(
        'scorer.frame_score',
        True,
        lambda before, after: math.isnan(before.frame_score) and after.frame_score >= 0.0,
    ),
    Case(
        'scorer.good',
        lambda before: max(0.0, before.score - 0.01),
        lambda _, after: after.state == TarQuality.STATE_GOOD,
        {'scorer.good': 1.0, 'scorer.poor': 0.0},
    ),
    Case(
        'scorer.poor',
        lambda before: min(1.0, before.score + 0.01),
        lambda _, after: after.state == TarQuality.STATE_POOR,
        {'scorer.good': 1.0, 'scorer.poor': 0.0},
    ),
    Case(
        'scorer.reuse_s',
        60.0,
        lambda _, after: after.flags & TarQuality.FLAG_REUSED,
    ),
    Case(
        'scorer.reuse_iou',
        1.0,
        lambda before, after: reused(before) and not reused(before) & reused(after),
        {'scorer.reuse_s': 60.0, 'scorer.reuse_iou': 0.5},
    ),
    Case(
        'runtime.budget_ms',
        0.001,
        lambda _, after: after.flags & TarQuality.FLAG_BUDGET_CUT,
        MANY,
    ),
]


def test_every_live_parameter_has_its_case():
    live = {name for name, _, meta in settings(Config()) if meta['live']}
    assert {case.name for case in CASES} == {
        name for name in live if not name.startswith(CAMERA_GROUP)
    }


@pytest.fixture(scope='module')
def engines():
    """Load the shipped engines once; every node gets a pipeline that never closes them."""
    pipeline = build_pipeline(updated(PipelineConfig(), {'analyzer.mode': 'prior'}))
    pipeline.warm_up()
    yield pipeline
    pipeline.close()


@pytest.fixture(scope='module')
def street():
    (frame,) = StreetSource(1, seed=3)
    return frame.image


def shifted(image, pixels):
    return np.roll(image, pixels, axis=1)


@pytest.mark.parametrize('case', CASES, ids=str)
def test_a_live_parameter_changes_the_next_result(start, probe, engines, street, case):
    def build(config):
        engines.config = config
        engines.close = lambda: None
        return engines

    given = {name.replace('.', '__'): value for name, value in case.given.items()}
    start(build, analyzer__mode='prior', **given)
    seconds = count(1)

    def ask(image):
        header = TarQuality().header
        header.stamp.sec = next(seconds)
        return probe.ask(bgr_image(image, header))

    ask(street)
    before = ask(shifted(street, 4))
    assert before.regions and before.triplets
    value = case.value(before) if callable(case.value) else case.value
    assert probe.set(**{case.name.replace('.', '__'): value}).successful
    first = ask(shifted(street, 4))
    after = ask(shifted(street, 4)) if case.name == 'scorer.reuse_s' else first
    assert case.effect(before, after)
    assert not case.effect(before, before)
