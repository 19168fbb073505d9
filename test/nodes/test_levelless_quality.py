# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A scorer without levels, or without a score, passes through message, picture and JSON."""

import json
import math

import cv2
import numpy as np
import pytest
from std_msgs.msg import Header

from sageiq_ros import cli
from sageiq_ros.bags.frames import Frame
from sageiq_ros.evaluation.assess import record
from sageiq_ros.nodes.messages import tar_quality
from sageiq_ros.overlay import draw_assessment, score_text
from sageiq_ros.types import (
    AssessedRegion,
    AssessedTriplet,
    Assessment,
    Box,
    Flag,
    Quality,
    Region,
    State,
    WeightSource,
)

IMAGE = np.full((120, 160, 3), 90, np.uint8)


@pytest.fixture(params=[0.7, math.nan], ids=['score', 'no score'])
def assessment(request):
    car = AssessedRegion(Region('car', 0.9, Box(10.0, 10.0, 60.0, 60.0)), Quality(request.param))
    triplet = AssessedTriplet(
        0, 'on', 0, 0.8, 8.0, 5.0, 0.9525741, 0.0474259, request.param, WeightSource.PRIOR
    )
    state = State.UNKNOWN if math.isnan(request.param) else State.GOOD
    score = request.param
    return Assessment('driving', score, math.nan, state, Flag.NONE, (car,), (triplet,))


def test_the_message_carries_what_there_is(assessment):
    message = tar_quality(
        assessment, header=Header(), camera='front', size=(160, 120), total_ms=1.0
    )
    (region,) = message.regions
    score = assessment.regions[0].quality.score
    assert region.quality == pytest.approx(score, abs=1e-6, nan_ok=True)
    assert np.isnan([region.p_good, region.p_average, region.p_poor]).all()


def test_json_says_null(assessment):
    line = json.dumps(record(Frame(IMAGE, 0, 'frame.png'), assessment), allow_nan=False)
    (region,) = json.loads(line)['regions']
    assert region['p_good'] is region['p_average'] is region['p_poor'] is None


def test_the_overlay_is_drawn(assessment):
    assert (draw_assessment(IMAGE, assessment) != IMAGE).any()


def test_a_missing_score_is_words():
    assert (score_text(math.nan), score_text(0.625)) == ('no score', '0.62')


def test_the_parameter_file_chooses_a_scorer_without_levels(tmp_path, capsys):
    config = tmp_path / 'niqe.yaml'
    config.write_text(
        '/**:\n  ros__parameters:\n    analyzer: {mode: prior}\n'
        '    scorer: {engine: niqe, frame_score: true}\n',
        encoding='utf-8',
    )
    picture = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    cv2.imwrite(str(tmp_path / 'frame.png'), picture)
    assert cli.main(['assess', str(tmp_path / 'frame.png'), '--config', str(config)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found['scorer'] == 'niqe'
    assert 0.0 < found['frame_score'] < 1.0
