# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The official rules by name: what the official scripts show and rank, also for nothing found."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sageiq_ros.config import Config, SceneGraphConfig
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.scene_graph.official import (
    demo_graph,
    evaluation_graph,
    rank_demo,
    rank_evaluation,
)
from sageiq_ros.scene_graph.reltr import RULES, RelTRGenerator
from sageiq_ros.schema import settings
from sageiq_ros.vocabulary import OBJECTS, PREDICATES

DATA = Path(__file__).parents[1] / 'data' / 'reltr'
CONFIG = SceneGraphConfig()
WIDTH, HEIGHT = 200.0, 100.0
SURE = 12.0
PIXEL_ATOL = 1e-2


def table(rows, names, **others):
    """Make logits of rows of {name: logit}; 'nothing' is the last column."""
    columns = [*names, 'nothing']
    logits = np.zeros((1, len(rows), len(columns)), np.float32)
    for row, values in enumerate(rows):
        for name, value in values.items():
            logits[0, row, columns.index(name)] = value
    return logits


def outputs(subjects, objects, predicates):
    count = len(subjects)
    places = np.tile(np.array([0.5, 0.5, 0.2, 0.4], np.float32), (1, count, 1))
    return {
        'pred_logits': table([{'tree': SURE}], OBJECTS),
        'pred_boxes': np.full((1, 1, 4), 0.5, np.float32),
        'sub_logits': table(subjects, OBJECTS),
        'sub_boxes': places,
        'obj_logits': table(objects, OBJECTS),
        'obj_boxes': places,
        'rel_logits': table(predicates, PREDICATES),
    }


def sure(*words):
    return [{word: SURE} for word in words]


def words(graph):
    return [
        ' '.join((graph.regions[t.subject].label, t.predicate, graph.regions[t.object].label))
        for t in graph.triplets
    ]


@pytest.mark.parametrize('name', ['top10', 'thresh'])
def test_the_demo_shows_what_the_official_script_shows(name):
    case = json.loads((DATA / f'inference_{name}.json').read_text(encoding='utf-8'))
    with np.load(DATA / f'inference_{name}.npz') as arrays:
        found = {key.removeprefix('out.'): arrays[key] for key in arrays.files}
    ranked = rank_demo(found)
    assert ranked.order.tolist() == case['query']
    assert ranked.labels.T.tolist() == [case[f'{role}_ids'] for role in ('sub', 'obj', 'rel')]
    np.testing.assert_allclose(ranked.scores.prod(axis=1), case['scores_product'], atol=1e-6)
    np.testing.assert_allclose(ranked.scores.min(axis=1), case['min_prob_per_triplet'], atol=1e-6)
    graph = demo_graph(found, *map(float, case['image_size_wh']), CONFIG)
    assert words(graph) == case['titles']
    for role in ('subject', 'object'):
        boxes = [graph.regions[getattr(t, role)].box for t in graph.triplets]
        rectangles = [(box.x1, box.y1, box.width, box.height) for box in boxes]
        expected = [(*rect['xy'], rect['w'], rect['h']) for rect in case[f'{role}_rects']]
        np.testing.assert_allclose(rectangles, expected, rtol=0, atol=PIXEL_ATOL)


def test_the_demo_wants_each_of_the_three_above_its_threshold():
    # 0.3 of 152 columns needs a logit of log(0.3 / 0.7 * 151).
    edge = float(np.log(0.3 / 0.7 * (len(OBJECTS))))
    found = outputs(
        [{'car': edge - 0.01}, {'car': edge + 0.01}],
        sure('street', 'street'),
        sure('on', 'on'),
    )
    assert rank_demo(found).order.tolist() == [1]
    assert len(rank_evaluation(found).order) == 2


def test_the_demo_merges_nothing_clamps_nothing_and_names_dummies():
    found = outputs(
        sure('car', 'car', 'N/A'), sure('street', 'street', 'car'), sure('on', 'on', 'near')
    )
    found['sub_boxes'][0, :, 0] = 0.05
    graph = demo_graph(found, WIDTH, HEIGHT, CONFIG)
    assert words(graph) == ['car on street', 'car on street', 'N/A near car']
    assert len(graph.regions) == 6
    box = graph.regions[0].box
    assert (box.x1, box.y1, box.x2, box.y2) == pytest.approx((-10, 30, 30, 70), abs=1e-4)


def test_the_evaluation_asks_real_predicates_only():
    unsure = {'__background__': 15.0, 'nothing': 20.0, 'on': 2.0}
    found = outputs(sure('car'), sure('street'), [unsure])
    assert demo_graph(found, WIDTH, HEIGHT, CONFIG).triplets == ()
    graph = evaluation_graph(found, WIDTH, HEIGHT, CONFIG)
    assert words(graph) == ['car on street']
    real = np.exp(2.0) / (np.exp(2.0) + len(PREDICATES) - 2)
    assert graph.triplets[0].confidence == pytest.approx(real, rel=3e-3)


def test_the_evaluation_ranks_by_the_product_and_keeps_as_many_as_asked():
    found = outputs(
        [{'car': 4.0}, {'car': 8.0}, {'car': 6.0}], sure('tree', 'sign', 'pole'), sure(*['on'] * 3)
    )
    graph = evaluation_graph(found, WIDTH, HEIGHT, replace(CONFIG, max_triplets=2))
    assert words(graph) == ['car on sign', 'car on pole']


class FixedEngine:
    """Answer every image with the same outputs."""

    manifest = Manifest(
        'fixed', 'reltr', 'fp32', 'none', '', (TensorSpec('image', (1, 8, 8, 3), 'uint8'),), ()
    )

    def __init__(self, answer):
        self._answer = answer

    def __call__(self, inputs):
        return self._answer


def test_an_engine_of_other_words_is_refused():
    engine = FixedEngine({})
    engine.manifest = replace(engine.manifest, settings={'vocabulary': 'open-images'})
    with pytest.raises(EngineError, match='speaks the vocabulary open-images'):
        RelTRGenerator(engine)


def test_every_choice_of_the_setting_is_a_rule():
    (meta,) = (meta for name, _, meta in settings(Config()) if name == 'scene_graph.rules')
    assert set(meta['choices']) == set(RULES)


@pytest.mark.parametrize(
    ('rules', 'expected'),
    [
        ('sageiq', ['car on street']),
        ('official_demo', ['car on street', 'car on street']),
        ('official_evaluation', ['car on street', 'car on street', 'car near tree']),
    ],
)
def test_the_generator_follows_the_rules_that_are_set(rules, expected):
    found = outputs(
        [{'car': SURE}, {'car': SURE - 1}, {'car': 3.0}],
        sure('street', 'street', 'tree'),
        sure('on', 'on', 'near'),
    )
    generator = RelTRGenerator(FixedEngine(found))
    image = np.zeros((100, 200, 3), np.uint8)
    assert words(generator.generate(image, replace(CONFIG, rules=rules))) == expected


@pytest.mark.parametrize('rules', sorted(RULES))
@pytest.mark.parametrize('queries', [0, 3])
def test_nothing_found_is_an_empty_graph_or_an_unsure_one(rules, queries):
    nothing = [{'nothing': SURE}] * queries
    found = outputs(nothing, nothing, nothing)
    found['pred_logits'] = table([{'nothing': SURE}], OBJECTS)
    generator = RelTRGenerator(FixedEngine(found))
    graph = generator.generate(np.zeros((10, 10, 3), np.uint8), replace(CONFIG, rules=rules))
    if rules == 'official_evaluation':
        assert len(graph.triplets) == queries
        assert all(triplet.confidence < 1e-6 for triplet in graph.triplets)
    else:
        assert graph.regions == () and graph.triplets == ()
