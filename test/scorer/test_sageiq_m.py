# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The shipped SageIQ-M nano scores regions: batched, cached by size, and sensibly."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from sageiq_ros.datasets.degradations import degrade
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.store import load_engine
from sageiq_ros.geometry import cut
from sageiq_ros.scorer.base import LSQ, SFE, SIZE_PROMPT
from sageiq_ros.scorer.sageiq_m import SageIQMScorer
from sageiq_ros.types import Box, SageIQError

SAME = 1e-6
BATCH = 8


class CountingEngine:
    """Count the calls of the real engine."""

    def __init__(self, engine):
        self._engine = engine
        self.manifest = engine.manifest
        self.calls = 0

    def __call__(self, inputs):
        self.calls += 1
        return self._engine(inputs)


@pytest.fixture(scope='module')
def shipped():
    return load_engine('sageiq_m_nano', 'sageiq_m', 1)


@pytest.fixture
def engine(shipped):
    return CountingEngine(shipped)


@pytest.fixture
def scorer(engine):
    return SageIQMScorer(engine)


@pytest.fixture(scope='module')
def street():
    """Return 540 x 960 pixels of facades, windows, cars and a road, with fine texture."""
    rng = np.random.default_rng(2)
    image = np.full((540, 960, 3), (150, 140, 130), np.uint8)
    cv2.rectangle(image, (0, 330), (960, 540), (85, 85, 88), -1)
    for _ in range(220):
        x, y = int(rng.integers(0, 940)), int(rng.integers(0, 320))
        colour = tuple(int(c) for c in rng.integers(20, 230, 3))
        size = rng.integers(6, 60, 2)
        cv2.rectangle(image, (x, y), (x + int(size[0]), y + int(size[1])), colour, -1, cv2.LINE_AA)
    for x in range(60, 900, 170):
        cv2.rectangle(image, (x, 340), (x + 110, 400), (30, 30, 160), -1, cv2.LINE_AA)
        cv2.rectangle(image, (x + 20, 346), (x + 90, 366), (220, 210, 190), -1, cv2.LINE_AA)
        for wheel in (x + 25, x + 85):
            cv2.circle(image, (wheel, 400), 13, (20, 20, 20), -1, cv2.LINE_AA)
    grain = rng.normal(0.0, 3.0, image.shape)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


@pytest.fixture(scope='module')
def boxes():
    rng = np.random.default_rng(4)
    corners = rng.uniform((0, 200), (800, 380), (6, 2))
    return [Box(x, y, x + 40.0 + 15 * i, y + 30.0 + 12 * i) for i, (x, y) in enumerate(corners)]


def test_qualities_come_in_order_and_in_range(scorer, street, boxes):
    qualities = scorer.score(cut(street, boxes))
    assert len(qualities) == len(boxes)
    for quality in qualities:
        assert 0.0 <= quality.score <= 1.0
        assert quality.p_good + quality.p_average + quality.p_poor == pytest.approx(1.0)
        assert quality.score == pytest.approx(quality.p_good + 0.5 * quality.p_average)


def test_a_region_scores_the_same_alone_and_in_a_batch(scorer, street, boxes):
    together = scorer.score(cut(street, boxes))
    for box, quality in zip(boxes, together, strict=True):
        (alone,) = scorer.score(cut(street, [box]))
        assert alone.score == pytest.approx(quality.score, abs=SAME)


def test_a_frame_is_one_call_once_its_sizes_are_known(scorer, engine, street, boxes):
    scorer.score(cut(street, boxes))
    first = engine.calls
    scorer.score(cut(street, boxes))
    assert first == 2  # size features of SA images, then the regions
    assert engine.calls - first == 1


def test_more_regions_than_the_batch_take_several_calls(scorer, engine, street):
    box = Box(100.0, 300.0, 180.0, 390.0)
    qualities = scorer.score(cut(street, [box] * (2 * BATCH + 1)))
    assert len(qualities) == 2 * BATCH + 1
    assert engine.calls == 1 + 3
    scores = [quality.score for quality in qualities]
    assert max(scores) - min(scores) < SAME


def test_forgotten_sizes_are_computed_again_with_the_same_result(engine, street, boxes):
    small, large = SageIQMScorer(engine, cached_sizes=1), SageIQMScorer(engine)
    expected = [quality.score for quality in large.score(cut(street, boxes))]
    for _ in range(2):
        found = [quality.score for quality in small.score(cut(street, boxes))]
        assert found == pytest.approx(expected, abs=SAME)


def test_no_region_needs_no_call(scorer, engine, street):
    assert scorer.score([]) == []
    assert engine.calls == 0


@pytest.mark.parametrize(
    'box',
    [
        Box(-50.0, -50.0, 40.0, 40.0),
        Box(950.0, 530.0, 2000.0, 2000.0),
        Box(2000.0, 2000.0, 3000.0, 3000.0),
        Box(10.2, 10.2, 10.4, 10.4),
        Box(0.0, 0.0, 960.0, 540.0),
    ],
    ids=['over the corner', 'over the edge', 'outside', 'one pixel', 'whole image'],
)
def test_any_box_is_scored(scorer, street, box):
    (quality,) = scorer.score(cut(street, [box]))
    assert 0.0 <= quality.score <= 1.0


@pytest.mark.parametrize(
    'kind', ['motion_blur', 'defocus', 'gaussian_noise', 'jpeg', 'under_exposure', 'fog']
)
def test_a_degraded_street_scores_lower(scorer, street, boxes, kind):
    clean = np.mean([quality.score for quality in scorer.score(cut(street, boxes))])
    worse = degrade(street, kind, 0.8, np.random.default_rng(0))
    degraded = np.mean([quality.score for quality in scorer.score(cut(worse, boxes))])
    assert degraded < clean - 0.1


def test_size_features_are_computed_every_time_without_a_cache(engine, street, boxes):
    crops = cut(street, boxes)
    kept = SageIQMScorer(engine).score(crops)
    engine.calls = 0
    uncached = SageIQMScorer(engine, cached_sizes=0)
    for turn in (1, 2):
        assert [q.score for q in uncached.score(crops)] == pytest.approx(
            [q.score for q in kept], abs=SAME
        )
        assert engine.calls == 2 * turn


def test_switched_off_size_modules_are_not_asked(scorer, engine, street, boxes):
    crops = cut(street, boxes)
    assert scorer.size_modules == {SFE, SIZE_PROMPT}
    full = [quality.score for quality in scorer.score(crops)]
    for modules in (frozenset(), {SFE}, {SIZE_PROMPT}):
        ablated = scorer.with_size_modules(frozenset(modules))
        engine.calls = 0
        found = [quality.score for quality in ablated.score(crops)]
        assert engine.calls == (2 if SFE in modules else 1)
        assert np.abs(np.subtract(found, full)).max() > SAME
        assert ablated.size_modules == scorer.size_modules
    everything = scorer.with_size_modules(scorer.size_modules)
    assert [q.score for q in everything.score(crops)] == pytest.approx(full, abs=SAME)


def test_size_queries_cannot_be_switched(scorer):
    with pytest.raises(SageIQError, match='train an engine without it'):
        scorer.with_size_modules(frozenset({LSQ}))


def test_a_switched_off_module_stands_in_the_name(scorer):
    assert scorer.with_size_modules(frozenset({SFE})).name == (
        'sageiq_m_nano int8 without size_prompt'
    )


def test_the_name_tells_network_and_precision(scorer):
    assert scorer.name == 'sageiq_m_nano int8'


def test_an_engine_with_other_inputs_is_refused(shipped):
    engine = CountingEngine(shipped)
    engine.manifest = replace(shipped.manifest, inputs=shipped.manifest.inputs[:1])
    with pytest.raises(EngineError, match='train one'):
        SageIQMScorer(engine)


def test_an_engine_of_one_square_is_refused(shipped):
    engine = CountingEngine(shipped)
    images, *rest = shipped.manifest.inputs
    square = replace(images, shape=(BATCH, 3, 96, 96))
    engine.manifest = replace(shipped.manifest, inputs=(square, *rest))
    with pytest.raises(EngineError, match='another version'):
        SageIQMScorer(engine)
