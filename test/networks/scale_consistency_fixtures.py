# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A small LIVE-itw as it is released, a network to train on it, and the command that does."""

from __future__ import annotations

import cv2
import numpy as np
from mplug_checkpoint import published_state, write_checkpoint
from scipy.io import savemat

from sageiq_ros.deployment.import_sageiq_m import import_sageiq_m

PRACTICE, STUDY = 7, 15
EPOCHS, BATCH = 2, 2
# The paper's 1e-5 for thousands of steps is not seen in twelve.
RATE = 3e-3


def arguments(folders, work, *more):
    """Return the command's words; a later word of ``more`` counts."""
    words = ['train', 'sageiq-m', '--network', folders / 'network', '--data', folders / 'live']
    words += ['--work', work, '--rate', RATE, '--epochs', EPOCHS, '--batch', BATCH]
    return [str(word) for word in (*words, '--save-every', 3, *more)]


def write_folders(root):
    """Write the release, a checkpoint and its import into ``root``."""
    write_live_itw(root / 'live')
    checkpoint = write_checkpoint(root / 'checkpoint', 'single', moderate_state())
    import_sageiq_m(checkpoint, root / 'network', 'sageiq-m')
    return root


def moderate_state():
    """Return a tiny backbone's weights that leave scores somewhere between 0 and 1."""
    state = published_state()
    return {**state, 'lm_head.weight': state['lm_head.weight'] * 0.1}


def write_live_itw(folder):
    """Write a release of fifteen pictures in three sizes, and seven to practise with."""
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
