# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A broken image costs that image: it is counted, told in words, and the next one is answered."""

import math
import struct
import time
import zlib

import cv2
import pytest
from reports import CAMERA, ERROR, OK, healthy, said, values_of
from sensor_msgs.msg import CompressedImage

from sageiq_ros.images import to_bgr
from sageiq_ros.nodes.sageiq_node import LOG_PERIOD_S

JPEG = '/sageiq/image_raw/compressed'
LONGEST_WORDS = 1000
fault = pytest.mark.fault


def empty(image):
    image.width = image.height = image.step = 0
    image.data = []


def cut(image):
    image.data = image.data[:-1]


def narrow(image):
    image.step = 3


def unknown(image):
    image.encoding = 'infrared7'


def endless_name(image):
    image.encoding = 'mono' * 250_000


def floats(image):
    image.encoding, image.step = '32FC1', 4 * image.width
    image.data = struct.pack('<f', math.nan) * (image.width * image.height)


def odd(image):
    image.encoding, image.width, image.step = 'bayer_rggb8', 7, 7


@pytest.mark.parametrize(
    ('spoil', 'kind', 'message'),
    [
        pytest.param(
            empty,
            'size',
            'The image is 0x0 pixels; nothing can be seen in it.',
            marks=fault('an image without pixels'),
        ),
        pytest.param(
            cut,
            'truncated',
            'The image of 8x6 pixels in bgr8 takes 144 bytes, but the message holds 143.',
            marks=fault('an image whose data are cut off'),
        ),
        pytest.param(
            narrow,
            'step',
            'A row of 8 pixels in bgr8 takes 24 bytes, but the step is 3.',
            marks=fault('a step that is shorter than a row'),
        ),
        pytest.param(
            unknown,
            'encoding',
            "The encoding 'infrared7' is not known; known are bgr8, ",
            marks=fault('an unknown encoding'),
        ),
        pytest.param(
            endless_name,
            'encoding',
            "The encoding 'monomono",
            marks=fault('an encoding with a name of a million letters'),
        ),
        pytest.param(
            floats,
            'encoding',
            "The encoding '32FC1' is not known; known are bgr8, ",
            marks=fault('pixels that are floats, all of them NaN'),
        ),
        pytest.param(
            odd,
            'size',
            'bayer_rggb8 needs an even size, not 7x6.',
            marks=fault('a Bayer image of an odd size'),
        ),
    ],
)
def test_a_broken_image_is_told_and_the_next_one_answered(
    start, probe, picture, spoil, kind, message
):
    start()
    probe.ask(picture(stamp=1))
    healthy(probe)
    broken = picture(stamp=2)
    spoil(broken)
    probe.send(broken)
    status = said(probe, CAMERA, f'bad frames: {message}', ERROR)
    assert len(status.message) < LONGEST_WORDS
    assert values_of(status)[f'bad frames: {kind}'] == '1'
    assert values_of(status)['last bad frame'].startswith(message)
    assert probe.ask(picture(stamp=3)).header.stamp.sec == 3
    assert len(probe.results) == 2
    assert values_of(healthy(probe))['bad frames'] == '1'


def jpeg(image, **fields):
    data = cv2.imencode('.jpg', to_bgr(image))[1].tobytes()
    return CompressedImage(header=image.header, format='jpeg', data=fields.get('data', data))


def cut_jpeg(image):
    return jpeg(image, data=bytes(jpeg(image).data[:200]))


def no_data(image):
    return jpeg(image, data=b'')


def words(image):
    return jpeg(image, data=b'no picture at all')


def bitmap(image):
    return jpeg(image, data=cv2.imencode('.bmp', to_bgr(image))[1].tobytes())


def chunk(kind, content):
    checksum = struct.pack('>I', zlib.crc32(kind + content))
    return struct.pack('>I', len(content)) + kind + content + checksum


def bomb(image):
    header = chunk(b'IHDR', struct.pack('>IIBBBBB', 30_000, 30_000, 8, 2, 0, 0, 0))
    rows = chunk(b'IDAT', zlib.compress(bytes(1 << 20)))
    return jpeg(image, data=b'\x89PNG\r\n\x1a\n' + header + rows + chunk(b'IEND', b''))


@pytest.mark.parametrize(
    ('spoiled', 'kind', 'message'),
    [
        pytest.param(
            cut_jpeg,
            'truncated',
            'The compressed image ends early, after 200 bytes.',
            marks=fault('a JPEG that is cut off'),
        ),
        pytest.param(
            no_data,
            'size',
            'The compressed image holds no data.',
            marks=fault('a compressed image without data'),
        ),
        pytest.param(
            words,
            'undecodable',
            "The compressed image of format 'jpeg' is neither JPEG nor PNG that can be decoded.",
            marks=fault('compressed data that are no picture'),
        ),
        pytest.param(
            bitmap,
            'undecodable',
            "The compressed image of format 'jpeg' is neither JPEG nor PNG that can be decoded.",
            marks=fault('a picture in a format that no camera sends'),
        ),
        pytest.param(
            bomb,
            'size',
            'The compressed image claims to be 30000x30000 pixels; no more than 67108864 are '
            'decoded.',
            marks=fault('a PNG of a kilobyte that claims to be gigabytes'),
        ),
    ],
)
def test_a_broken_compressed_image_is_told_too(start, probe, picture, spoiled, kind, message):
    start(cameras=[JPEG])
    probe.ask(jpeg(picture(stamp=1)), JPEG)
    probe.status(f'camera {JPEG}', lambda status: status.level == OK)
    probe.send(spoiled(picture(stamp=2)), JPEG)
    status = said(probe, f'camera {JPEG}', f'bad frames: {message}', ERROR)
    assert values_of(status)[f'bad frames: {kind}'] == '1'
    assert probe.ask(jpeg(picture(stamp=3)), JPEG).header.stamp.sec == 3
    assert len(probe.results) == 2
    assert values_of(healthy(probe, f'camera {JPEG}'))['bad frames'] == '1'


@fault('every image is broken')
def test_a_flood_of_broken_images_does_not_fill_the_log(start, probe, picture, capfd):
    running = start()
    probe.ask(picture())
    (camera,) = running.node._cameras
    broken = picture()
    cut(broken)
    begin = time.monotonic()

    def flooded():
        # One may be lost on its way.
        probe.send(broken)
        return camera.bad_total >= 40

    probe.until(flooded, 'forty broken images', 60.0)
    said(probe, CAMERA, 'bad frames: ', ERROR)
    lines = capfd.readouterr().err.count('No result for a frame of /sageiq/image_raw: ')
    assert 1 <= lines <= 1 + (time.monotonic() - begin) / LOG_PERIOD_S
    assert probe.ask(picture(stamp=3)).header.stamp.sec == 3
    healthy(probe)
