# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The rendered street: its pictures, its truth and its geometry."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sageiq_ros.datasets.street import (
    camera,
    episode_at,
    render_drive,
    render_street,
)
from sageiq_ros.datasets.street.camera import EPISODES, Optics, spoil, take
from sageiq_ros.datasets.street.drive import EPISODE_EVERY, EPISODE_LENGTH, FIRST_EPISODE
from sageiq_ros.datasets.street.geometry import NEAR, Camera, clip_near, turn_about_y
from sageiq_ros.datasets.street.light import make_light
from sageiq_ros.datasets.street.render import StreetPainter
from sageiq_ros.datasets.street.scene import World
from sageiq_ros.datasets.street.things import Vehicle
from sageiq_ros.datasets.street.truth import scene_graph
from sageiq_ros.vocabulary import OBJECTS
from sageiq_ros.vocabulary import PREDICATES as PREDICATE_NAMES

SMALL = (416, 256)
SEEDS = range(20, 32)

LABELS = {
    'car', 'truck', 'bus', 'bike', 'motorcycle', 'man', 'woman', 'person', 'tree', 'trunk',
    'building', 'street', 'sidewalk', 'pole', 'sign', 'light', 'fence', 'window', 'door', 'wheel',
}  # fmt: skip
PREDICATES = {
    'along', 'on', 'of', 'parked on', 'walking on', 'standing on', 'riding', 'near', 'behind',
    'in front of',
}  # fmt: skip


@pytest.fixture(scope='module')
def scenes():
    return {seed: render_street(seed, size=SMALL, clean=True) for seed in SEEDS}


def sharpness(image) -> float:
    return cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var()


def test_the_same_seed_gives_the_same_bytes():
    a, b = render_street(5, size=SMALL), render_street(5, size=SMALL)
    assert a.image.tobytes() == b.image.tobytes()
    assert a.graph == b.graph
    first = [frame.image.tobytes() for frame in render_drive(5, 3, size=SMALL)]
    again = [frame.image.tobytes() for frame in render_drive(5, 3, size=SMALL)]
    assert first == again


def test_another_seed_gives_another_street(scenes):
    pictures = {frame.image.tobytes() for frame in scenes.values()}
    assert len(pictures) == len(scenes)


def test_the_length_of_a_drive_does_not_change_its_frames():
    short = list(render_drive(8, 2, size=SMALL))
    long = list(render_drive(8, 4, size=SMALL))
    assert [f.image.tobytes() for f in short] == [f.image.tobytes() for f in long[:2]]


@pytest.mark.parametrize('size', [(960, 540), (416, 256), (320, 320)])
def test_frames_have_the_size_asked_for(size):
    frame = render_street(3, size=size)
    assert frame.image.shape == (size[1], size[0], 3)
    assert frame.image.dtype == np.uint8


@pytest.mark.parametrize(('rate', 'size'), [(0.0, SMALL), (10.0, (32, 32))])
def test_senseless_requests_are_refused(rate, size):
    with pytest.raises(ValueError, match='must be'):
        next(render_drive(1, 1, size=size, rate_hz=rate))


def test_boxes_lie_inside_the_picture_and_are_not_empty(scenes):
    for frame in scenes.values():
        assert frame.graph.regions
        for region in frame.graph.regions:
            box = region.box
            assert 0 <= box.x1 < box.x2 <= SMALL[0]
            assert 0 <= box.y1 < box.y2 <= SMALL[1]
            assert region.confidence == 1.0


def test_labels_and_predicates_are_those_of_visual_genome():
    assert set(OBJECTS) >= LABELS
    assert set(PREDICATE_NAMES) >= PREDICATES


def test_only_promised_labels_and_predicates_occur(scenes):
    for frame in scenes.values():
        assert {region.label for region in frame.graph.regions} <= LABELS
        assert {triplet.predicate for triplet in frame.graph.triplets} <= PREDICATES


def test_triplets_join_two_different_regions_once(scenes):
    for frame in scenes.values():
        count = len(frame.graph.regions)
        pairs = [(t.subject, t.object) for t in frame.graph.triplets]
        assert len(pairs) == len(set(pairs))
        for triplet in frame.graph.triplets:
            assert 0 <= triplet.subject < count
            assert 0 <= triplet.object < count
            assert triplet.subject != triplet.object
            assert triplet.confidence == 1.0


def test_what_triplets_say_makes_sense(scenes):
    said = {
        (f.graph.regions[t.subject].label, t.predicate, f.graph.regions[t.object].label)
        for f in scenes.values()
        for t in f.graph.triplets
    }
    assert ('car', 'on', 'street') in said
    assert ('sidewalk', 'along', 'street') in said
    riders = {'man', 'woman', 'person'}
    for subject, predicate, target in said:
        if predicate == 'riding':
            assert subject in riders
            assert target in {'bike', 'motorcycle'}
        if predicate in ('walking on', 'standing on'):
            assert subject in riders
            assert target in {'street', 'sidewalk'}
        if predicate == 'parked on':
            assert subject in {'car', 'truck', 'bus'}
            assert target == 'street'
        if subject in ('window', 'door'):
            assert target == 'building'


def test_the_nearer_of_two_cars_reaches_lower_in_the_picture(scenes):
    checked = 0
    for frame in scenes.values():
        regions = frame.graph.regions
        for t in frame.graph.triplets:
            if (
                t.predicate == 'behind'
                and regions[t.subject].label == regions[t.object].label == 'car'
            ):
                assert regions[t.subject].box.y1 <= regions[t.object].box.y2
                assert regions[t.subject].box.y2 <= regions[t.object].box.y2 + 1
                checked += 1
    assert checked > 5


def paint(seed: int, time: float = 3.0):
    rng = np.random.default_rng(seed)
    world = World(seed)
    z = world.ego_z(time)
    camera = Camera(
        *SMALL, 380.0, world.layout.lane_x(world.ego_lane), 1.45, z, bend=world.bend(z)
    )
    return StreetPainter(world, make_light(rng, 'day'), SMALL[0]).paint(camera, time), camera


@pytest.mark.parametrize('seed', [2, 3, 4])
def test_boxes_of_cars_enclose_exactly_their_visible_pixels(seed):
    picture, _ = paint(seed)
    graph = scene_graph(picture)
    boxes = {(r.label, r.box.x1, r.box.y1, r.box.x2, r.box.y2) for r in graph.regions}
    found = 0
    for ident, entity in picture.entities.items():
        if not isinstance(entity.thing, Vehicle) or entity.parent:
            continue
        family = [ident, *(i for i, e in picture.entities.items() if e.parent == ident)]
        rows, columns = np.nonzero(np.isin(picture.canvas.ids, family))
        if rows.size == 0:
            continue
        box = (entity.label, columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        if box in boxes:
            found += 1
            share = rows.size / ((box[3] - box[1]) * (box[4] - box[2]))
            assert share > 0.2, 'a vehicle fills a good part of its own box'
    assert found == sum(r.label in ('car', 'truck', 'bus') for r in graph.regions)
    assert found > 0


def test_moving_things_move_smoothly():
    frames = list(render_drive(4, 4, size=SMALL, episodes=False))
    for before, after in pairwise(frames):
        change = np.abs(before.image.astype(int) - after.image.astype(int)).mean()
        assert 0.3 < change < 45.0
        assert after.stamp_ns - before.stamp_ns == 100_000_000


def test_episodes_come_when_they_are_announced():
    assert episode_at(1, FIRST_EPISODE - 0.1) == ('', 0.0)
    kind, strength = episode_at(1, FIRST_EPISODE + EPISODE_LENGTH / 2)
    assert kind in EPISODES
    assert strength == pytest.approx(1.0)
    assert episode_at(1, FIRST_EPISODE + EPISODE_LENGTH + 0.1) == ('', 0.0)
    middle = FIRST_EPISODE + EPISODE_LENGTH / 2
    kinds = [episode_at(1, middle + i * EPISODE_EVERY)[0] for i in range(len(EPISODES))]
    assert sorted(kinds) == sorted(EPISODES)


@pytest.mark.parametrize('kind', ['defocus', 'motion', 'dirt', 'dark'])
def test_bad_optics_cost_sharpness(scenes, kind):
    clean = scenes[20].image
    good, bad = Optics(noise_sigma=0.0), spoil(Optics(noise_sigma=0.0), kind, 1.0)
    if kind == 'dark':
        bad = replace(bad, noise_sigma=0.0)
    before, after = sharpness(take(clean, good, (1, 0))), sharpness(take(clean, bad, (1, 0)))
    assert after < 0.8 * before


def test_drops_on_the_lens_spoil_a_good_part_of_the_picture(scenes):
    clean = scenes[20].image
    wet = take(clean, replace(Optics(noise_sigma=0.0, vignette=0.0), drops=40), (1, 0))
    assert (np.abs(wet.astype(int) - clean).max(axis=2) > 12).mean() > 0.08


def test_noise_and_exposure_do_what_they_say(scenes):
    clean = np.full((256, 416, 3), 100, np.uint8)
    plain = Optics(noise_sigma=0.0, vignette=0.0)
    noisy = take(clean, replace(plain, noise_sigma=12.0), (1, 0)).astype(float)
    assert noisy.std() == pytest.approx(12.0, rel=0.1)
    assert take(clean, replace(plain, exposure_gain=0.5), (1, 0)).mean() == pytest.approx(
        50.0, abs=1.0
    )
    assert take(clean, replace(plain, exposure_gain=1.8), (1, 0)).mean() > 130.0
    assert np.array_equal(take(clean, plain, (1, 0)), clean)


@given(radius=st.floats(0.5, 9.0))
@settings(max_examples=20, deadline=None)
def test_blur_keeps_the_light(radius):
    image = np.zeros((96, 128, 3), np.uint8)
    image[40:56, 50:80] = 200
    blurred = camera.blur_disc(image, radius)
    assert blurred.shape == image.shape
    assert blurred.mean() == pytest.approx(image.mean(), rel=0.08)


cameras = st.builds(
    Camera,
    width=st.just(960),
    height=st.just(540),
    focal=st.floats(500, 1200),
    x=st.floats(-4, 4),
    y=st.floats(1.0, 2.5),
    z=st.floats(-50, 500),
    yaw=st.floats(-0.3, 0.3),
    pitch=st.floats(-0.1, 0.1),
    bend=st.floats(-0.003, 0.003),
)


@given(camera=cameras, column=st.integers(0, 959), row=st.integers(0, 539))
@settings(max_examples=60, deadline=None)
def test_a_pixels_ray_meets_the_ground_where_that_point_is_projected(camera, column, row):
    top = int(min(max(camera.horizon + 25, 0), 500))
    row = max(row, top)
    x, z = camera.ground_rays(top)
    point = np.array([[x[row - top, column], 0.0, z[row - top, column]]], float)
    pixels, depth = camera.project(point)
    assert depth[0] > 0
    assert pixels[0] == pytest.approx((column + 0.5, row + 0.5), abs=0.1)
    assert camera.spot(*point[0])[:2] == pytest.approx(pixels[0], abs=1e-6)


@given(camera=cameras, far=st.floats(5, 100), side=st.floats(-5, 5))
@settings(max_examples=60, deadline=None)
def test_twice_as_far_is_half_as_tall(camera, far, side):
    camera = replace(camera, yaw=0.0, pitch=0.0)
    near_foot, near_top, far_foot, far_top = (
        camera.spot(camera.x + side, y, camera.z + d)[1]
        for d in (far, 2 * far)
        for y in (0.0, 2.0)
    )
    assert near_foot - near_top == pytest.approx(2 * (far_foot - far_top), rel=1e-6)


@given(
    corners=st.lists(
        st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.floats(-9, 9)), min_size=3, max_size=6
    )
)
@settings(max_examples=80, deadline=None)
def test_what_is_cut_at_the_lens_lies_before_it(corners):
    kept = clip_near(np.array(corners))
    assert len(kept) <= 2 * len(corners)
    if len(kept):
        assert kept[:, 2].min() >= NEAR - 1e-9


@given(heading=st.floats(-7, 7), x=st.floats(-5, 5), y=st.floats(-5, 5), z=st.floats(-5, 5))
def test_turning_keeps_heights_and_distances(heading, x, y, z):
    turned = turn_about_y(np.array([[x, y, z]]), heading)[0]
    assert turned[1] == y
    assert np.hypot(turned[0], turned[2]) == pytest.approx(np.hypot(x, z), abs=1e-9)
