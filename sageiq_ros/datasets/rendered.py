# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Rendered streets with the labels that scene graphs are learnt and judged by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.street import render_street
from sageiq_ros.types import Image

SIZE = (640, 360)
# Words whose boxes mean the same in a rendering as in a mask; the rendering's buildings, say, are
# single houses where a mask holds a whole row.
LABELS = (
    'person', 'car', 'motorcycle', 'bus', 'truck', 'street', 'sidewalk', 'tree', 'pole', 'sign'
)  # fmt: skip
PEOPLE = ('man', 'woman', 'boy', 'girl', 'child', 'guy', 'lady', 'people')
# Seeds of streets: tests and the demo use small ones, training and evaluation never share one.
FIRST_TRAINING, FIRST_HOLDOUT = 100_000, 200_000


def labelled_street(seed: int) -> tuple[Image, NDArray[np.float64], tuple[str, ...]]:
    """Render one street of ``SIZE``; return its picture, boxes (N, 4) and ``LABELS``.

    People of every kind are persons, as they are in the masks.
    """
    street = render_street(seed, size=SIZE)
    named = [(r.box, 'person' if r.label in PEOPLE else r.label) for r in street.graph.regions]
    named = [(box, label) for box, label in named if label in LABELS]
    boxes = np.array([(b.x1, b.y1, b.x2, b.y2) for b, _ in named], float).reshape(-1, 4)
    return street.image, boxes, tuple(label for _, label in named)
