# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A rendered drive is replayed to the node over DDS and held against the renderer's truth."""

import math
import subprocess
import sys
import time
from itertools import pairwise
from types import SimpleNamespace

import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor

from sageiq_msgs.msg import TarQuality
from sageiq_ros.bags.make import FRAME_ID, TRUTH_TOPIC, make_bag
from sageiq_ros.bags.reader import BagReader
from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.bags.results import to_assessment
from sageiq_ros.config import Config
from sageiq_ros.geometry import box_iou
from sageiq_ros.nodes.demo_run import CAMERA
from sageiq_ros.nodes.process import (
    NAMESPACE,
    RESULTS,
    NodeProcess,
    last_words,
    node_arguments,
)
from sageiq_ros.pipeline import grade
from sageiq_ros.types import Flag

FRAMES, RATE_HZ = 20, 2.0
MOST_FRAMES = 18
WAIT_S = 60.0
VEHICLES = {'car', 'bus', 'truck', 'vehicle', 'motorcycle', 'train'}
SEEN_PX = 1500.0  # a vehicle of fewer visible pixels counts neither way
HIT_IOU = 0.5
FLOAT32 = 2e-6


@pytest.fixture(scope='module')
def replay(tmp_path_factory, domain):
    """Return the truth and the results of one replay, each by stamp."""
    folder = tmp_path_factory.mktemp('replay')
    bag = folder / 'drive'
    for _ in make_bag(StreetSource(FRAMES, seed=3, rate_hz=RATE_HZ), bag):
        pass
    with BagReader(bag) as reader:
        truth = [reader.decode(message) for message in reader.messages([TRUTH_TOPIC])]
    context = Context()
    rclpy.init(context=context, domain_id=domain)
    node = rclpy.create_node('judge', context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    results = []
    subscription = node.create_subscription(TarQuality, RESULTS, results.append, 100)

    def until(condition, what):
        deadline = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < deadline, f'no {what}: {last_words(process.log)}'
            executor.spin_once(timeout_sec=0.1)
            process.require_alive()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('ROS_DOMAIN_ID', str(domain))
        arguments = [*node_arguments([CAMERA], None), '-p', f'analyzer.memo:={folder / "memo"}']
        with NodeProcess(folder / 'node.log', arguments) as process:
            until(subscription.get_publisher_count, 'node')
            player = subprocess.Popen(
                [
                    *(sys.executable, '-m', 'sageiq_ros.cli', 'bag', 'play', str(bag)),
                    *('--topic', f'/image_raw:={NAMESPACE}/{CAMERA}', '--wait', str(WAIT_S)),
                ]
            )
            until(lambda: player.poll() is not None, 'end of the drive')
            # The very last frame may be lost with its player: nobody acknowledges images.
            until(lambda: len(results) >= MOST_FRAMES, 'result of most frames')
    executor.shutdown()
    rclpy.try_shutdown(context=context)
    assert player.returncode == 0
    return SimpleNamespace(
        truth={stamp(message): message for message in truth},
        results={stamp(message): message for message in results},
        order=[stamp(message) for message in results],
    )


def stamp(message):
    return message.header.stamp.sec * 10**9 + message.header.stamp.nanosec


def vehicles(message):
    regions = to_assessment(message).regions
    return [r.region.box for r in regions if r.region.label in VEHICLES]


def test_every_frame_gets_one_result_with_the_header_it_came_with(replay):
    assert all(a < b for a, b in pairwise(replay.order))
    assert set(replay.order) <= set(replay.truth)
    assert len(replay.order) >= MOST_FRAMES
    for message in replay.results.values():
        assert message.header.frame_id == FRAME_ID
        assert message.camera == CAMERA


def test_the_regions_lie_on_the_vehicles(replay):
    seen = hits = 0
    for when, result in replay.results.items():
        real = [box for box in vehicles(replay.truth[when]) if box.area >= SEEN_PX]
        if not real:
            continue
        seen += 1
        found = vehicles(result)
        hits += any(box_iou(a, b) >= HIT_IOU for a in real for b in found)
    assert seen >= FRAMES / 4, 'the drive shows too few vehicles to judge by'
    assert hits > seen / 2, f'{hits} of {seen} frames with vehicles have a region on one'


def test_weights_are_the_softmax_of_the_raw_ones(replay):
    triplets = [t for result in replay.results.values() for t in result.triplets]
    assert triplets
    for triplet in triplets:
        assert 1.0 <= triplet.subject_weight <= 10.0 and 1.0 <= triplet.object_weight <= 10.0
        subject, object_ = triplet.subject_weight_normalized, triplet.object_weight_normalized
        assert subject + object_ == pytest.approx(1.0, abs=FLOAT32)
        expected = 1.0 / (1.0 + math.exp(triplet.object_weight - triplet.subject_weight))
        assert subject == pytest.approx(expected, abs=FLOAT32)


def test_scores_follow_algorithm_1_from_what_the_message_holds(replay):
    for result in replay.results.values():
        for triplet in result.triplets:
            assert triplet.subject != triplet.object
            expected = (
                triplet.subject_weight_normalized * result.regions[triplet.subject].quality
                + triplet.object_weight_normalized * result.regions[triplet.object].quality
            )
            assert triplet.score == pytest.approx(expected, abs=FLOAT32)
        if result.triplets:
            mean = sum(triplet.score for triplet in result.triplets) / len(result.triplets)
            assert result.score == pytest.approx(mean, abs=FLOAT32)
        assert result.state == grade(result.score, Config().scorer)


def test_nothing_is_nan_but_the_frame_score_that_nobody_asked_for(replay):
    for result in replay.results.values():
        assert 0.0 <= result.score <= 1.0
        if result.flags & Flag.WHOLE_IMAGE:
            assert result.frame_score == result.score and not result.triplets
        else:
            assert math.isnan(result.frame_score) and result.triplets
        for region in result.regions:
            assert 0.0 <= region.quality <= 1.0 and 0.0 <= region.confidence <= 1.0
            total = region.p_good + region.p_average + region.p_poor
            assert total == pytest.approx(1.0, abs=1e-5)
            roi = region.roi
            assert roi.width > 0 and roi.x_offset + roi.width <= 960
            assert roi.height > 0 and roi.y_offset + roi.height <= 540
        assert result.scene_graph and result.analyzer and result.scorer
        assert result.total_ms > 0.0
