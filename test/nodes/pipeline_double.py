# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A pipeline whose answers tests can foresee: the score of an image is its mean brightness."""

import math
import threading
from types import SimpleNamespace

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

MISSING = '/nowhere'
ENDLESS = '/endless'
UNCLOSABLE = '/unclosable'


class DoublePipeline:
    """Stand in for Pipeline. While ``gate`` is cleared, every image waits for it to be set.

    So does every description while ``speech`` is cleared.
    """

    def __init__(self, config):
        self.config = config
        self.generator = SimpleNamespace(name='generator-double')
        self.analyzer = SimpleNamespace(name='analyzer-double', status=lambda: None)
        self.scorer = SimpleNamespace(name='scorer-double')
        self.seen = 0
        self.rounds = []
        self.warmed = self.closed = 0
        self.gate = threading.Event()
        self.gate.set()
        self.speech = threading.Event()
        self.speech.set()
        self.asked = 0

    def __call__(self, image):
        config = self.config
        self.seen += 1
        assert self.gate.wait(10.0)
        if image[0, 0, 0] == 13:
            raise RuntimeError('a fault inside the pipeline')
        height, width = image.shape[:2]
        score = float(image.mean()) / 255
        quality = Quality(score, 0.5, 0.25, 0.25)
        boxes = Box(0.5, 0.0, width / 2, height / 2), Box(-4.0, height / 2, width + 9.0, height)
        triplet = AssessedTriplet(
            0, 'on', 1, 0.75, 8.0, 5.0, 0.9525741, 0.0474259, score, WeightSource.PRIOR
        )
        return Assessment(
            query=config.analyzer.query,
            score=score,
            frame_score=score if config.scorer.frame_score else math.nan,
            state=grade(score, config.scorer),
            flags=Flag.PRIOR_WEIGHTS,
            regions=tuple(
                AssessedRegion(Region(label, 0.5, box), quality)
                for label, box in zip(('car', 'street'), boxes, strict=True)
            ),
            triplets=(triplet,),
            scene_graph=self.generator.name,
            analyzer=self.analyzer.name,
            scorer=self.scorer.name,
        )

    def assess(self, views):
        self.rounds.append(0)
        found = []
        for view in views:
            self.rounds[-1] += 1
            found.append(self(view.image))
        return found

    def describe(self, crop):
        self.asked += 1
        assert self.speech.wait(10.0)
        if crop[0, 0, 0] == 13:
            raise RuntimeError('a fault inside the scorer')
        if crop[0, 0, 0] == 14:
            raise SageIQError('The model has nothing to say.')
        if crop[0, 0, 0] == 15:
            return ' '
        height, width = crop.shape[:2]
        return f'{width} x {height} px of brightness {crop.mean():.0f}.'

    def warm_up(self):
        self.warmed += 1

    def close(self):
        self.closed += 1
        if self.config.scorer.engine == UNCLOSABLE:
            raise RuntimeError('a fault of the device')


class Build:
    """Build doubles and keep them; MISSING is refused as a missing folder is.

    The engine ENDLESS never ends loading, UNCLOSABLE raises when it is closed.
    """

    def __init__(self):
        self.built = []

    def __call__(self, config):
        if config.scorer.engine == ENDLESS:
            threading.Event().wait()
        if config.scorer.engine == MISSING:
            raise SageIQError(f'There is no engine in {MISSING}; give the path of a store folder.')
        self.built.append(DoublePipeline(config))
        return self.built[-1]


if __name__ == '__main__':
    import sys

    from sageiq_ros.nodes.sageiq_node import main

    sys.exit(main(build=Build()))
