# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Drives whose scores tests can foresee: the pipeline's score is the brightness of a picture."""

import json
import math
from types import SimpleNamespace

import numpy as np

from sageiq_ros.bags.messages import RAW_TYPE, build, header, raw_image
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.cli import main
from sageiq_ros.config import Config
from sageiq_ros.pipeline import grade
from sageiq_ros.types import (
    AssessedRegion,
    AssessedTriplet,
    Assessment,
    Box,
    Flag,
    Quality,
    Region,
    SageIQError,
    WeightSource,
)

START_NS = 1_700_000_000_000_000_000
PERIOD_NS = 100_000_000
TOPIC = '/image_raw'
FATAL, INTERRUPTED = 251, 252
FLOAT, STAMPED = 'std_msgs/msg/Float32', 'geometry_msgs/msg/PointStamped'


class BrightnessPipeline:
    """Stand in for Pipeline; a brightness of FATAL fails and one of INTERRUPTED is Ctrl-C."""

    def __init__(self, config):
        self.config = config
        self.patience = 0.0

    def __call__(self, image):
        assert self.patience == math.inf, 'nothing may be in a hurry'
        level = int(image[0, 0, 0])
        if level == FATAL:
            raise SageIQError('The language model gives no answer.')
        if level == INTERRUPTED:
            raise KeyboardInterrupt
        score = level / 255
        return Assessment(
            query='driving',
            score=score,
            frame_score=math.nan,
            state=grade(score, self.config.scorer),
            flags=Flag.NONE,
            regions=(
                AssessedRegion(Region('car', 0.9, Box(0.0, 0.0, 4.0, 4.0)), Quality(score)),
                AssessedRegion(Region('road', 0.9, Box(0.0, 4.0, 8.0, 6.0)), Quality(score)),
            ),
            triplets=(
                AssessedTriplet(0, 'on', 1, 0.8, 8.0, 5.0, 0.95, 0.05, score, WeightSource.PRIOR),
            ),
            scene_graph='graph',
            analyzer='analyzer',
            scorer='scorer',
        )

    def warm_up(self):
        pass

    def close(self):
        pass


class BrightnessJob:
    """Stand in for AssessFrames."""

    def start(self):
        return self.work

    def work(self, frame):
        pipeline = BrightnessPipeline(Config())
        pipeline.patience = math.inf
        return pipeline(frame.image)


def stamp(number):
    return START_NS + number * PERIOD_NS


def broken_image(number):
    """Make an image message that lacks half of its data."""
    message = raw_image(np.zeros((6, 8, 3), np.uint8), stamp(number), 'camera')
    message.data = message.data[: len(message.data) // 2]
    return message


def write_drive(path, levels, labels=None, *, storage='mcap', delay_ns=0, topic=TOPIC):
    """Write pictures of one grey level each at 10 Hz (None: broken), and labels on /labels.

    A label is recorded ``delay_ns`` after its frame; None is no label.
    """
    with BagWriter(path, storage) as writer:
        for number, level in enumerate(levels):
            picture = np.full((6, 8, 3), level or 0, np.uint8)
            message = (
                broken_image(number)
                if level is None
                else raw_image(picture, stamp(number), 'camera')
            )
            writer.write(topic, RAW_TYPE, stamp(number), message)
            if labels is not None and labels[number] is not None:
                label = build(FLOAT, data=labels[number])
                writer.write('/labels', FLOAT, stamp(number) + delay_ns, label)
    return path


def stamped(number, frame_id='camera'):
    return header(stamp(number), frame_id)


def evaluate(bag, out, *options):
    """Run the command in this process unless an option says otherwise.

    Returns its status and the summary, None where there is none.
    """
    here = ['--executor', 'process']
    status = main(['bag', 'evaluate', str(bag), '--out', str(out), *here, *map(str, options)])
    file = out / 'summary.json'
    return SimpleNamespace(
        status=status, summary=json.loads(file.read_text()) if file.is_file() else None
    )
