# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Our conversions are cv_bridge's, encoding by encoding, where that is installed."""

from importlib import import_module

import numpy as np
import pytest
from sensor_msgs.msg import Image

from sageiq_ros.images import to_bgr

HEIGHT, WIDTH = 8, 12
# Of 16 bits cv_bridge keeps the nearest value of 8 too, by another rounding.
SIXTEEN_BITS_TOLERANCE = 1

CHANNELS = {
    'bgr8': 3, 'rgb8': 3, 'bgra8': 4, 'rgba8': 4, 'mono8': 1,
    'bgr16': 3, 'rgb16': 3, 'bgra16': 4, 'rgba16': 4, 'mono16': 1,
    'bayer_rggb8': 1, 'bayer_bggr8': 1, 'bayer_gbrg8': 1, 'bayer_grbg8': 1,
    'yuv422': 2, 'yuv422_yuy2': 2,
}  # fmt: skip


@pytest.fixture(scope='module')
def bridge():
    module = pytest.importorskip('cv_bridge', reason='needs cv_bridge, which no ROS 2 wheel is')
    return module.CvBridge()


def is_compiled():
    """Tell ROS's cv_bridge from the one among Python packages, which is of ROS 1's time."""
    return not import_module('cv_bridge.boost.cv_bridge_boost').__file__.endswith('.py')


@pytest.mark.parametrize('pad', [0, 5])
@pytest.mark.parametrize('encoding', CHANNELS)
def test_a_conversion_is_that_of_cv_bridge(bridge, encoding, pad):
    if pad and not is_compiled():
        pytest.skip('this cv_bridge, in Python alone, does not heed the step')
    size = 2 if '16' in encoding else 1
    step = WIDTH * CHANNELS[encoding] * size + pad * size
    data = np.random.default_rng(7).integers(0, 256, HEIGHT * step, np.uint8)
    message = Image(height=HEIGHT, width=WIDTH, encoding=encoding, step=step, data=data.tobytes())
    try:
        expected = bridge.imgmsg_to_cv2(message, 'bgr8')
    except Exception as error:
        pytest.skip(f'this cv_bridge refuses {encoding} with a step of {step}: {error}')
    tolerance = SIXTEEN_BITS_TOLERANCE if size == 2 else 0
    np.testing.assert_allclose(to_bgr(message).astype(int), expected, atol=tolerance)
