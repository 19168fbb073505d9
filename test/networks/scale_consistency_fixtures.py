# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A small LIVE-itw as it is released, and weights to train on it."""

from __future__ import annotations

import cv2
import numpy as np
from mplug_checkpoint import published_state
from scipy.io import savemat

PRACTICE, STUDY = 7, 10


def moderate_state():
    """Return a tiny backbone's weights that leave scores somewhere between 0 and 1."""
    state = published_state()
    return {**state, 'lm_head.weight': state['lm_head.weight'] * 0.1}


def write_live_itw(folder):
    """Write a release of ten pictures in three sizes, and seven to practise with."""
    rng = np.random.default_rng(3)
    (folder / 'Images' / 'trainingImages').mkdir(parents=True)
    (folder / 'Data').mkdir()
    names = [f't{i}.bmp' for i in range(PRACTICE)] + [f'{i}.bmp' for i in range(STUDY)]
    for index, name in enumerate(names):
        coarse = rng.integers(0, 256, (6 + 4 * index, 8 + 4 * index, 3), np.uint8)
        size = (80 + 8 * (index % 3), 64 + 8 * (index % 2))
        picture = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
        place = folder / 'Images' / ('trainingImages' if index < PRACTICE else '')
        cv2.imwrite(str(place / name), picture)
    cells = np.empty((len(names), 1), object)
    cells[:, 0] = names
    savemat(folder / 'Data' / 'AllImages_release.mat', {'AllImages_release': cells})
    scores = np.linspace(0.0, 100.0, len(names))[None]
    savemat(folder / 'Data' / 'AllMOS_release.mat', {'AllMOS_release': scores})
    return folder
