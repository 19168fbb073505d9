# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Several looks at one frame: mapped back exactly, united once, nothing seen is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.geometry import box_iou
from sageiq_ros.scene_graph.ensemble import LOOKS, EnsembleGenerator, Seen, map_back, merge_looks
from sageiq_ros.schema import ConfigError, updated
from sageiq_ros.types import Box, Region, SceneGraph, Triplet

WIDTH, HEIGHT = 200, 100
CONFIG = SceneGraphConfig()
FRAME = Box(0.0, 0.0, float(WIDTH), float(HEIGHT))
LABELS = ('car', 'person', 'street')


class Painted:
    """Find the areas of one colour: what a perfect network does, in the pixels it is shown."""

    name = 'painted'
    COLORS = ((255, 'car'), (128, 'person'))

    def __init__(self):
        self.sizes = []

    def generate(self, image, config):
        self.sizes.append(image.shape[:2])
        regions = []
        for value, label in self.COLORS:
            rows, columns = np.nonzero(image[..., 0] == value)
            if len(rows):
                edges = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
                regions.append(Region(label, 0.75, Box(*map(float, edges))))
        triplets = (Triplet(0, 'near', 1, 0.5),) if len(regions) == 2 else ()
        return SceneGraph(tuple(regions), triplets)


def painted(car=(90, 45, 110, 55), person=None):
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for (value, _), box in zip(Painted.COLORS, (car, person), strict=True):
        if box is not None:
            image[box[1] : box[3], box[0] : box[2], 0] = value
    return image


def seen(graph, window=FRAME):
    return Seen(graph, window, (WIDTH, HEIGHT))


def one(label, confidence, *edges):
    return SceneGraph((Region(label, confidence, Box(*map(float, edges))),))


def edges(box):
    return box.x1, box.y1, box.x2, box.y2


def test_one_look_is_the_generators_own_answer():
    image, inner = painted(person=(20, 40, 24, 60)), Painted()
    answer = EnsembleGenerator(inner).generate(image, CONFIG)
    assert answer == Painted().generate(image, CONFIG)
    assert inner.sizes == [(HEIGHT, WIDTH)]


@pytest.mark.parametrize('looks', range(2, 6))
def test_every_look_costs_one_run_and_perfect_looks_agree(looks):
    inner = Painted()
    image = painted(person=(112, 40, 116, 60))
    answer = EnsembleGenerator(inner).generate(image, replace(CONFIG, looks=looks))
    assert len(inner.sizes) == looks
    assert answer == Painted().generate(image, CONFIG)


def test_an_object_cut_by_a_window_does_not_become_another():
    # The car spans all windows but the whole one.
    image = painted(car=(10, 45, 190, 55))
    answer = EnsembleGenerator(Painted()).generate(image, replace(CONFIG, looks=5))
    assert [edges(region.box) for region in answer.regions] == [(10, 45, 190, 55)]


@pytest.mark.parametrize('look', LOOKS, ids=lambda look: look.name)
def test_a_box_comes_back_exactly_from_every_look(look):
    image = painted()
    x1, y1, x2, y2 = look.pixels(WIDTH, HEIGHT)
    view = image[y1:y2, x1:x2]
    view = view[:, ::-1] if look.mirrored else view
    back = map_back(Painted().generate(view, CONFIG), look, WIDTH, HEIGHT)
    assert [edges(region.box) for region in back.regions] == [(90, 45, 110, 55)]


@pytest.mark.parametrize('size', [(1, 1), (2, 3), (3, 2), (1, 400)])
def test_any_size_of_image_can_be_looked_at(size):
    image = np.full((*size, 3), 255, np.uint8)
    answer = EnsembleGenerator(Painted()).generate(image, replace(CONFIG, looks=5))
    assert edges(answer.regions[0].box) == (0, 0, size[1], size[0])


@pytest.mark.parametrize('looks', [0, 6])
def test_only_the_looks_that_exist_can_be_asked_for(looks):
    with pytest.raises(ConfigError, match=r'looks must lie in \[1, 5\]'):
        updated(CONFIG, {'looks': looks})


def test_what_one_look_alone_saw_is_kept_behind_what_all_agree_on():
    car, person = one('car', 0.6, 10, 10, 40, 40), one('person', 0.9, 100, 10, 110, 40)
    answer = merge_looks([seen(SceneGraph(car.regions + person.regions)), seen(car)], CONFIG)
    assert {r.label: r.confidence for r in answer.regions} == pytest.approx(
        {'car': 0.6, 'person': 0.45}
    )


def test_a_look_that_could_not_see_has_no_say():
    left = Box(0.0, 0.0, 100.0, 100.0)
    answer = merge_looks(
        [seen(one('car', 0.8, 150, 10, 190, 40)), seen(SceneGraph(), left)], CONFIG
    )
    assert answer.regions[0].confidence == pytest.approx(0.8)


def test_a_cut_region_stands_for_the_whole_one():
    street, car = Box(0, 50, 200, 100), Box(20, 40, 40, 60)
    window = Box(0.0, 20.0, 120.0, 80.0)
    crop = SceneGraph(
        (Region('car', 0.8, car), Region('street', 0.6, Box(0, 50, 120, 80))),
        (Triplet(0, 'on', 1, 0.4),),
    )
    answer = merge_looks([seen(one('street', 0.9, *edges(street))), seen(crop, window)], CONFIG)
    (triplet,) = answer.triplets
    assert answer.regions[triplet.subject].label == 'car'
    assert answer.regions[triplet.object].box == street
    alone = merge_looks([seen(SceneGraph()), seen(crop, window)], CONFIG)
    assert [region.label for region in alone.regions] == ['car'] and not alone.triplets


def test_the_surest_predicate_of_a_pair_is_kept():
    pair = one('car', 0.9, 10, 10, 40, 40).regions + one('car', 0.9, 60, 10, 90, 40).regions
    graphs = [SceneGraph(pair, (Triplet(0, word, 1, 0.5),)) for word in ('near', 'near', 'behind')]
    answer = merge_looks([seen(graph) for graph in graphs], CONFIG)
    (triplet,) = answer.triplets
    assert triplet.predicate == 'near'
    assert triplet.confidence == pytest.approx(1.0 / 3)


@st.composite
def graphs(draw):
    regions = []
    for _ in range(draw(st.integers(0, 6))):
        x, y = draw(st.integers(0, 180)), draw(st.integers(0, 80))
        width, height = draw(st.integers(1, 20)), draw(st.integers(1, 20))
        box = Box(float(x), float(y), float(x + width), float(y + height))
        regions.append(Region(draw(st.sampled_from(LABELS)), draw(st.floats(0.3, 1.0)), box))
    triplets = tuple(
        Triplet(subject, draw(st.sampled_from(('on', 'near'))), object_, draw(st.floats(0.1, 1.0)))
        for subject in range(len(regions))
        for object_ in range(len(regions))
        if subject != object_ and draw(st.booleans())
    )
    return SceneGraph(tuple(regions), triplets)


@given(graphs())
def test_mirroring_twice_changes_nothing(graph):
    mirrored = LOOKS[1]
    once = map_back(graph, mirrored, WIDTH, HEIGHT)
    assert map_back(once, mirrored, WIDTH, HEIGHT) == graph


@given(st.lists(graphs(), min_size=1, max_size=4))
def test_uniting_again_changes_nothing(found):
    once = merge_looks([seen(graph) for graph in found], CONFIG)
    again = merge_looks([seen(once), seen(once)], CONFIG)
    # Means of looks reorder regions, and the first of equal ones stays first.
    assert sorted(map(repr, again.regions)) == sorted(map(repr, once.regions))
    assert sentences(again) == pytest.approx(sentences(once))


@given(st.lists(graphs(), min_size=1, max_size=4))
def test_every_object_that_a_look_saw_whole_is_there_once(found):
    answer = merge_looks([seen(graph) for graph in found], CONFIG)
    for graph in found:
        for region in graph.regions:
            assert any(
                region.label == other.label
                and (region.box == other.box or box_iou(region.box, other.box) >= CONFIG.merge_iou)
                for other in answer.regions
            )
    for place, region in enumerate(answer.regions):
        assert 0.0 < region.confidence <= 1.0
        for other in answer.regions[:place]:
            overlap = box_iou(region.box, other.box)
            assert region.label != other.label or overlap < CONFIG.merge_iou + 1e-6
    pairs = [(t.subject, t.object) for t in answer.triplets]
    assert len(set(pairs)) == len(pairs) <= CONFIG.max_triplets


def sentences(graph):
    """Return every triplet's confidence by its words and places."""
    return {
        (
            *(str(graph.regions[i]) for i in (triplet.subject, triplet.object)),
            triplet.predicate,
        ): triplet.confidence
        for triplet in graph.triplets
    }
