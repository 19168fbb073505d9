# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""One result per frame, of the newest frame, with the image's own header."""

import math
from itertools import pairwise

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage, Image

from sageiq_msgs.msg import TarQuality, TarTriplet
from sageiq_ros.images import to_bgr

FLOAT32 = 1e-6


def compressed(message):
    encoded = cv2.imencode('.jpg', to_bgr(message))[1]
    return CompressedImage(header=message.header, format='jpeg', data=encoded.tobytes())


def test_the_node_comes_up_by_itself_and_answers_an_image(start, probe, picture):
    start()
    image = picture(brightness=204, stamp=1234567890, size=(8, 6))
    result = probe.ask(image)
    assert result.header == image.header
    assert result.camera == 'image_raw'
    assert result.query == 'autonomous driving'
    assert result.state == TarQuality.STATE_GOOD
    assert result.score == pytest.approx(0.8, abs=FLOAT32)
    assert math.isnan(result.frame_score)
    assert result.flags == TarQuality.FLAG_PRIOR_WEIGHTS
    assert (result.scene_graph, result.analyzer, result.scorer) == (
        'generator-double',
        'analyzer-double',
        'scorer-double',
    )
    assert result.total_ms > 0


def test_regions_are_whole_pixels_inside_the_image(start, probe, picture):
    start()
    result = probe.ask(picture(size=(8, 6)))
    car, street = result.regions
    assert (car.label, street.label) == ('car', 'street')
    # 0.5..4 x 0..3 touches four columns; -4..17 x 3..6 is cut to the image.
    assert (car.roi.x_offset, car.roi.y_offset, car.roi.width, car.roi.height) == (0, 0, 4, 3)
    assert (street.roi.x_offset, street.roi.y_offset) == (0, 3)
    assert (street.roi.width, street.roi.height) == (8, 3)
    assert not car.roi.do_rectify
    assert (car.p_good, car.p_average, car.p_poor) == (0.5, 0.25, 0.25)


def test_triplets_carry_their_weights_raw_and_normalized(start, probe, picture):
    start()
    (triplet,) = probe.ask(picture()).triplets
    assert (triplet.subject, triplet.predicate, triplet.object) == (0, 'on', 1)
    assert (triplet.subject_weight, triplet.object_weight) == (8.0, 5.0)
    assert triplet.subject_weight_normalized == pytest.approx(0.9525741, abs=FLOAT32)
    assert triplet.object_weight_normalized == pytest.approx(0.0474259, abs=FLOAT32)
    assert triplet.source == TarTriplet.SOURCE_PRIOR


def test_raw_and_compressed_cameras_share_the_node(start, probe, picture):
    start(cameras=['/front/image_raw', '/rear/image_raw/compressed'])
    front = probe.ask(picture(100), '/front/image_raw')
    rear = probe.ask(compressed(picture(200)), '/rear/image_raw/compressed')
    assert front.camera == '/front/image_raw'
    assert rear.camera == '/rear/image_raw/compressed'
    assert rear.score == pytest.approx(200 / 255, abs=0.01)


def test_the_newest_frame_wins_and_the_others_are_counted(start, probe, picture):
    running = start()
    probe.ask(picture(stamp=1))
    pipeline = running.pipeline
    pipeline.gate.clear()
    probe.send(picture(stamp=2))
    probe.until(lambda: pipeline.seen == 2, 'frame in work')
    camera = running.node._cameras[0]
    for stamp in range(3, 9):
        probe.send(picture(stamp=stamp))
        probe.until(lambda count=stamp: camera.received == count, f'frame {stamp}')
    pipeline.gate.set()
    probe.until(lambda: probe.results[-1].header.stamp.sec == 8, 'result of the newest frame')
    assert [result.header.stamp.sec for result in probe.results] == [1, 2, 8]
    status = probe.status('camera /sageiq/image_raw')
    values = {item.key: item.value for item in status.values}
    assert (values['received'], values['processed']) == ('8', '3')
    assert values['dropped for a newer frame'] == '5'


def test_a_busy_camera_leaves_the_other_its_turn(start, probe, picture):
    running = start(cameras=['/busy', '/calm'])
    probe.ask(picture(), '/busy')
    probe.ask(picture(), '/calm')
    pipeline = running.pipeline
    pipeline.gate.clear()
    cameras = {camera.topic: camera for camera in running.node._cameras}
    probe.send(picture(stamp=2), '/busy')
    probe.until(lambda: pipeline.seen == 3, 'frame in work')
    for topic, stamp in (('/calm', 3), ('/busy', 3), ('/busy', 4), ('/busy', 5)):
        camera, count = cameras[topic], cameras[topic].received
        probe.send(picture(stamp=stamp), topic)
        probe.until(lambda: camera.received > count, f'frame {stamp} of {topic}')  # noqa: B023
    pipeline.gate.set()
    probe.until(lambda: len(probe.results) == 5, 'all results')
    order = [(result.camera, result.header.stamp.sec) for result in probe.results]
    assert order[2:] == [('/busy', 2), ('/calm', 3), ('/busy', 5)]


@pytest.mark.fault('a viewer of the overlay comes and goes')
def test_the_overlay_is_drawn_only_while_somebody_looks(start, probe, picture, monkeypatch):
    from sageiq_ros.nodes import sageiq_node

    drawn = []
    draw = sageiq_node.draw_assessment
    monkeypatch.setattr(
        sageiq_node, 'draw_assessment', lambda *args: drawn.append(1) or draw(*args)
    )
    running = start()
    image = picture(size=(320, 240), stamp=5)
    probe.ask(image)
    probe.ask(image)
    assert not drawn
    looking = probe.node.create_subscription(Image, '/sageiq/overlay', probe.overlays.append, 10)
    probe.until(running.node._overlays.get_subscription_count, 'subscription seen')
    probe.ask(image)
    probe.until(lambda: probe.overlays, 'overlay')
    overlay = probe.overlays[0]
    assert overlay.header == image.header
    assert (overlay.width, overlay.height, overlay.encoding) == (320, 240, 'bgr8')
    assert not np.array_equal(to_bgr(overlay), to_bgr(image))
    probe.node.destroy_subscription(looking)
    probe.until(lambda: not running.node._overlays.get_subscription_count(), 'loss seen')
    probe.ask(image)
    probe.ask(image)
    assert len(drawn) == 1


def test_a_healthy_node_reports_engines_analyzer_rate_and_latency(start, probe, picture):
    start()
    probe.ask(picture())
    status = probe.status('camera /sageiq/image_raw', lambda status: status.level == b'\x00')
    assert status.message.endswith('results per second')
    assert probe.status('engines').message == 'loaded'
    assert probe.status('analyzer').message == 'analyzer-double'
    values = {item.key: item.value for item in probe.status('results').values}
    assert float(values['latency median [ms]']) > 0
    assert float(values['latency p95 [ms]']) >= float(values['latency median [ms]'])


def test_results_keep_the_order_of_their_frames(start, probe, picture):
    start()
    for stamp in range(1, 30):
        probe.send(picture(stamp=stamp))
    probe.until(
        lambda: probe.results and probe.results[-1].header.stamp.sec == 29, 'the last result'
    )
    stamps = [result.header.stamp.sec for result in probe.results]
    assert all(earlier < later for earlier, later in pairwise(stamps))
