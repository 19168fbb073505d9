# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Folders of pictures that several tests measure on."""

import cv2
import numpy as np
import pytest


@pytest.fixture(scope='session')
def flat_pictures(tmp_path_factory):
    """Make twelve pictures of one grey level each, of various sizes."""
    folder = tmp_path_factory.mktemp('flat')
    rng = np.random.default_rng(4)
    for index in range(12):
        height, width = rng.integers(20, 40, 2) * 2
        picture = np.full((height, width, 3), 20 * index, np.uint8)
        cv2.imwrite(str(folder / f'{index:02}.png'), picture)
    return folder


@pytest.fixture(scope='session')
def textured_pictures(tmp_path_factory):
    """Make five textured pictures of 160 x 120 px."""
    folder = tmp_path_factory.mktemp('textured')
    rng = np.random.default_rng(8)
    for index in range(5):
        small = rng.integers(0, 256, (24, 32, 3), np.uint8)
        picture = cv2.resize(small, (160, 120), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f'{index}.png'), picture)
    return folder
