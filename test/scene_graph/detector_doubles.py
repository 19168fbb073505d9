# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Engines and detectors that answer what they are told to."""

from __future__ import annotations

import numpy as np

from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.scene_graph.detections import Detections, suppress


class StubEngine:
    """Give the same outputs for every input, and remember the inputs."""

    def __init__(self, network, inputs, outputs, settings):
        self.outputs = {name: np.asarray(value, np.float32) for name, value in outputs.items()}
        self.manifest = Manifest(
            'stub',
            network,
            'fp32',
            'model.onnx',
            '',
            tuple(TensorSpec(name, shape, dtype) for name, shape, dtype in inputs),
            tuple(TensorSpec(n, v.shape, 'float32') for n, v in self.outputs.items()),
            settings,
        )
        self.seen = None

    def __call__(self, inputs):
        self.seen = inputs
        for spec in self.manifest.inputs:
            assert inputs[spec.name].shape == spec.shape
            assert inputs[spec.name].dtype == spec.dtype
        return self.outputs


class StubDetector:
    """See the same (label, score, box) in every image."""

    name = 'stub fp32'

    def __init__(self, *found):
        self.found = sorted(found, key=lambda one: -one[1])

    def detect(self, image, threshold=0.4, iou=0.5):
        sure = [one for one in self.found if one[1] >= threshold]
        boxes = np.array([box for *_, box in sure], np.float32).reshape(-1, 4)
        scores = np.array([score for _, score, _ in sure], np.float32)
        kept = suppress(boxes, scores, iou)
        return Detections(boxes[kept], tuple(sure[i][0] for i in kept), scores[kept])
