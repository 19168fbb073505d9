# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Own labels: a network adds the words that the detector does not know, once."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from sageiq_ros.models.reltr_image import OUTPUTS
from sageiq_ros.training.reltr_data import TEACHER_LABELS, Frame, make_sample
from sageiq_ros.training.self_labels import add_own_labels
from sageiq_ros.vocabulary import OBJECT_INDEX, PREDICATE_INDEX

SIZE = (64, 32)
CAR_BOX = np.array([[40, 50, 80, 80]], np.float32)
SURE, UNSURE = 8.0, 0.0


class Network(nn.Module):
    """Say that the lower half is a street, the whole a car, and a sign may be there."""

    runs = 0

    def forward(self, images):
        self.runs += 1
        assert images.shape == (1, 3, SIZE[1], SIZE[0])
        logits = torch.zeros(1, 3, 152)
        for row, (word, value) in enumerate(
            (('street', SURE), ('car', SURE), ('sign', UNSURE)), start=0
        ):
            logits[0, row, OBJECT_INDEX[word]] = value
        boxes = torch.tensor([[[0.5, 0.75, 1.0, 0.5], [0.5, 0.5, 1.0, 1.0], [0.5, 0.1, 0.1, 0.1]]])
        shown = {'pred_logits': logits, 'pred_boxes': boxes}
        rest = {
            name: torch.zeros(1, 1, 4 if name.endswith('boxes') else 152)
            for name in OUTPUTS
            if name not in shown
        }
        return {**shown, **rest}


def frame():
    none = np.zeros((0, 4), np.float32)
    image = np.zeros((100, 200, 3), np.uint8)
    return Frame(image, None, CAR_BOX, ('car',), none, TEACHER_LABELS)


def test_sure_finds_of_new_words_join_the_detectors(tmp_path):
    (labelled,) = add_own_labels([frame()], Network(), SIZE, tmp_path)
    assert labelled.labels == ('car', 'street')
    assert labelled.boxes.tolist() == [[40, 50, 80, 80], [0, 50, 200, 100]]
    assert labelled.looked_for == TEACHER_LABELS


def test_a_car_then_stands_on_the_street(tmp_path):
    (labelled,) = add_own_labels([frame()], Network(), SIZE, tmp_path)
    _, before = make_sample(frame(), SIZE, None)
    _, target = make_sample(labelled, SIZE, None)
    assert len(before.relations) == 0
    assert [0, 1, PREDICATE_INDEX['on']] in target.relations.tolist()


def test_answers_are_kept_for_a_training_that_goes_on(tmp_path):
    first, second = Network(), Network()
    labelled = add_own_labels([frame()], first, SIZE, tmp_path)
    again = add_own_labels([frame()], second, SIZE, tmp_path)
    assert (first.runs, second.runs) == (1, 0)
    assert again[0].labels == labelled[0].labels
    assert np.array_equal(again[0].boxes, labelled[0].boxes)
