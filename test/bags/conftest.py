# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures for bags: small, generated, each unlike the others."""

import cv2
import numpy as np
import pytest

SIZE = (64, 48)


def picture(number, size=SIZE):
    """Draw a smooth picture, so that JPEG keeps it, that is another one for every number."""
    x, y = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    channels = [np.sin(3 * x + number), np.cos(2 * y - number), np.sin(x + y + 2 * number)]
    return (127.5 + 127.5 * np.stack(channels, axis=2)).astype(np.uint8)


@pytest.fixture
def pictures():
    """Return five BGR pictures."""
    return [picture(number) for number in range(5)]


@pytest.fixture
def folder(tmp_path, pictures):
    """Return a folder of frame_1.png … frame_20.png, whose order by letters is another one."""
    path = tmp_path / 'frames'
    path.mkdir()
    for number, image in zip((1, 2, 3, 10, 20), pictures, strict=True):
        cv2.imwrite(str(path / f'frame_{number}.png'), image)
    return path
