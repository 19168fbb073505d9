# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Object detectors: how a picture enters their heads, and how what comes out is read."""

from __future__ import annotations

import numpy as np
import pytest
from detector_doubles import StubEngine

from sageiq_ros.scene_graph.coco import WORDS_80, WORDS_91
from sageiq_ros.scene_graph.detr import DEVIATION, MEAN, DetrEngine
from sageiq_ros.scene_graph.yolox import VEHICLES, YoloxDetector, YoloxEngine, cells, letterbox
from sageiq_ros.types import SageIQError

HEIGHT, WIDTH = 64, 96
CAR, PERSON, HYDRANT = 2, 0, 10


def yolox(rows, *, channels='bgr', scale=1.0, size=(HEIGHT, WIDTH)):
    """Make a YOLOX whose rows hold (canvas box, class, score); every other row is empty."""
    grid, stride = cells(size)
    raw = np.zeros((1, len(grid), 85), np.float32)
    for row, (box, label, score) in enumerate(rows):
        box = np.array(box, np.float32)
        raw[0, row, :2] = (box[:2] + box[2:]) / 2 / stride[row] - grid[row]
        raw[0, row, 2:4] = np.log((box[2:] - box[:2]) / stride[row])
        raw[0, row, 4] = 1.0
        raw[0, row, 5 + label] = score
    settings = {'padding': 114, 'words': list(WORDS_80), 'channels': channels, 'scale': scale}
    shape = (1, 3, *size)
    return StubEngine('yolox', [('images', shape, 'float32')], {'output': raw}, settings)


def detr(rows, *, mask=False):
    """Make a DETR whose queries hold (cx, cy, w, h, class, logit)."""
    logits = np.zeros((1, len(rows), 92), np.float32)
    logits[..., -1] = 5.0
    for row, (*_, label, logit) in enumerate(rows):
        logits[0, row, label] = logit
    boxes = np.array([row[:4] for row in rows], np.float32)[None]
    inputs = [('pixel_values', (1, 3, HEIGHT, WIDTH), 'float32')]
    if mask:
        inputs.append(('pixel_mask', (1, HEIGHT, WIDTH), 'int64'))
    settings = {
        'logits': 'logits',
        'boxes': 'pred_boxes',
        'words': list(WORDS_91),
        'mean': list(MEAN),
        'deviation': list(DEVIATION),
    }
    return StubEngine('detr', inputs, {'logits': logits, 'pred_boxes': boxes}, settings)


def test_a_yolox_box_comes_back_in_the_pictures_pixels():
    # The picture is twice the canvas, so that a canvas box doubles.
    image = np.zeros((2 * HEIGHT, 2 * WIDTH, 3), np.uint8)
    found = YoloxEngine(yolox([((10, 20, 40, 30), CAR, 0.9)])).detect(image)
    assert found.labels == ('car',)
    assert found.scores == pytest.approx([0.9])
    assert found.boxes[0] == pytest.approx([20, 40, 80, 60], abs=1e-3)


def test_a_class_without_a_word_is_passed_over():
    engine = yolox([((10, 20, 40, 30), HYDRANT, 0.9), ((50, 20, 60, 60), PERSON, 0.8)])
    found = YoloxEngine(engine).detect(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    assert found.labels == ('person',)


def test_the_surest_of_overlapping_boxes_stays_whatever_its_class():
    engine = yolox([((10, 20, 40, 30), 7, 0.6), ((10, 20, 41, 30), CAR, 0.8)])
    found = YoloxEngine(engine).detect(np.zeros((HEIGHT, WIDTH, 3), np.uint8), 0.3, 0.6)
    assert found.labels == ('car',)


def test_boxes_stay_inside_the_picture():
    engine = yolox([((-30, -10, 500, 400), CAR, 0.9)])
    (box,) = YoloxEngine(engine).detect(np.zeros((32, 96, 3), np.uint8)).boxes
    assert box.tolist() == [0, 0, 96, 32]


def test_the_picture_enters_a_yolox_as_the_manifest_says():
    image = np.zeros((HEIGHT // 2, WIDTH, 3), np.uint8)
    image[..., 0] = 200
    plain, other = yolox([]), yolox([], channels='rgb', scale=1 / 255)
    YoloxEngine(plain).detect(image)
    YoloxEngine(other).detect(image)
    tensor = plain.seen['images'][0]
    assert (tensor[0, : HEIGHT // 2] == 200).all() and (tensor[1, : HEIGHT // 2] == 0).all()
    assert (tensor[:, HEIGHT // 2 :] == 114).all()
    np.testing.assert_allclose(other.seen['images'][0], tensor[::-1] / 255, rtol=1e-6)


@pytest.mark.parametrize('size', [(1, 1), (1, 700), (700, 1), (1080, 1920)])
def test_any_picture_fits_the_canvas(size):
    canvas, scale = letterbox(np.zeros((*size, 3), np.uint8), (HEIGHT, WIDTH), 114)
    assert canvas.shape == (HEIGHT, WIDTH, 3)
    assert scale * size[0] <= HEIGHT + 1e-9 and scale * size[1] <= WIDTH + 1e-9


def test_a_detr_box_comes_back_in_the_pictures_pixels():
    image = np.zeros((100, 200, 3), np.uint8)
    found = DetrEngine(detr([(0.5, 0.5, 0.2, 0.4, 3, 12.0), (0.2, 0.2, 0.1, 0.1, 3, 0.0)])).detect(
        image
    )
    assert found.labels == ('car',)
    assert found.boxes[0] == pytest.approx([80, 30, 120, 70], abs=1e-3)
    assert found.scores[0] == pytest.approx(np.exp(12) / (np.exp(12) + np.exp(5) + 90), rel=1e-4)


def test_the_last_column_of_a_detr_never_wins():
    found = DetrEngine(detr([(0.5, 0.5, 0.2, 0.4, 3, 0.0)])).detect(
        np.zeros((100, 200, 3), np.uint8), threshold=0.0
    )
    assert found.scores[0] < 0.01


def test_the_picture_enters_a_detr_normalised_as_rgb_with_a_full_mask():
    engine = detr([(0.5, 0.5, 0.2, 0.4, 3, 9.0)], mask=True)
    image = np.full((50, 60, 3), (0, 0, 255), np.uint8)
    DetrEngine(engine).detect(image)
    tensor = engine.seen['pixel_values'][0]
    for channel, value in enumerate((1.0, 0.0, 0.0)):
        expected = (value - MEAN[channel]) / DEVIATION[channel]
        np.testing.assert_allclose(tensor[channel], expected, rtol=1e-5)
    assert (engine.seen['pixel_mask'] == 1).all()


def test_a_missing_teacher_is_one_sentence(tmp_path):
    with pytest.raises(SageIQError, match='no detector at'):
        YoloxDetector(tmp_path / 'none.onnx')


def test_the_teacher_sees_vehicles_on_a_road(shared):
    import cv2

    teacher = YoloxDetector(shared / 'data' / 'weights' / 'yolox_nano.onnx')
    image = cv2.imread(str(shared / 'data' / 'driving_clip' / 'frame_0039.jpg'))
    assert set(teacher.detect(image).labels) & set(VEHICLES)
