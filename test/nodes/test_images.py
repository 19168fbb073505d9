# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Image messages of every encoding become the same BGR picture, or one sentence."""

from contextlib import suppress
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.images import COMPRESSED_TYPE, RAW_TYPE, ImageError, image_type, to_bgr

# A conversion through YUV rounds three times.
YUV_TOLERANCE = 3
JPEG_TOLERANCE = 6

BLUE, GREEN, RED = (200, 30, 40), (20, 180, 60), (10, 50, 220)
HEIGHT, WIDTH = 12, 16


def scene():
    """Three broad stripes, blue, green and red, as BGR."""
    image = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    image[:4], image[4:8], image[8:] = BLUE, GREEN, RED
    return image


def message(pixels, encoding, *, height=HEIGHT, width=WIDTH, pad=0, big=0):
    """Lay rows of bytes out as a driver would, with ``pad`` bytes after every row."""
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(pixels.shape[0], -1)
    padded = np.pad(rows, ((0, 0), (0, pad)), constant_values=255)
    return SimpleNamespace(
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=big,
        step=padded.shape[1],
        data=padded.tobytes(),
    )


def mosaic(pattern):
    """Sample the scene through a Bayer filter whose first four pixels are ``pattern``."""
    image, channel = scene(), {'b': 0, 'g': 1, 'r': 2}
    raw = np.empty((HEIGHT, WIDTH), np.uint8)
    for place, letter in enumerate(pattern):
        row, column = divmod(place, 2)
        raw[row::2, column::2] = image[row::2, column::2, channel[letter]]
    return raw


def yuv422(order):
    yuv = cv2.cvtColor(scene(), cv2.COLOR_BGR2YUV)
    packed = np.empty((HEIGHT, WIDTH, 2), np.uint8)
    luma, chroma = ('y', 'uv') if order == 'yuyv' else ('uv', 'y')
    packed[..., (luma, chroma).index('y')] = yuv[..., 0]
    packed[:, 0::2, (luma, chroma).index('uv')] = yuv[:, 0::2, 1]
    packed[:, 1::2, (luma, chroma).index('uv')] = yuv[:, 0::2, 2]
    return packed


def nv(first):
    """Lay out full luma, then rows of interleaved chroma at half resolution."""
    yuv = cv2.cvtColor(scene(), cv2.COLOR_BGR2YUV)
    chroma = yuv[::2, ::2, 1:] if first == 'u' else yuv[::2, ::2, :0:-1]
    return np.vstack([yuv[..., 0], chroma.reshape(HEIGHT // 2, WIDTH)])


GRAY = cv2.cvtColor(scene(), cv2.COLOR_BGR2GRAY)
RGB = scene()[..., ::-1]
ALPHA = np.full((HEIGHT, WIDTH, 1), 7, np.uint8)


@pytest.mark.parametrize('pad', [0, 5])
@pytest.mark.parametrize(
    ('encoding', 'pixels'),
    [
        ('bgr8', scene()),
        ('8UC3', scene()),
        ('rgb8', RGB),
        ('bgra8', np.dstack([scene(), ALPHA])),
        ('8UC4', np.dstack([scene(), ALPHA])),
        ('rgba8', np.dstack([RGB, ALPHA])),
    ],
)
def test_colour_of_eight_bits_is_exact(encoding, pixels, pad):
    np.testing.assert_array_equal(to_bgr(message(pixels, encoding, pad=pad)), scene())


@pytest.mark.parametrize(('big', 'order'), [(0, '<u2'), (1, '>u2')])
def test_sixteen_bits_scale_to_eight_in_both_byte_orders(big, order):
    wide = (scene().astype(np.uint16) * 257).astype(order)
    alpha = np.full((HEIGHT, WIDTH, 1), 7, order)
    for encoding, pixels in (
        ('bgr16', wide),
        ('16UC3', wide),
        ('rgb16', wide[..., ::-1]),
        ('bgra16', np.dstack([wide, alpha])),
        ('16UC4', np.dstack([wide, alpha])),
        ('rgba16', np.dstack([wide[..., ::-1], alpha])),
    ):
        np.testing.assert_array_equal(to_bgr(message(pixels, encoding, big=big)), scene())
    gray = (GRAY.astype(np.uint16) * 257).astype(order)
    for encoding in ('mono16', '16UC1'):
        np.testing.assert_array_equal(to_bgr(message(gray, encoding, big=big))[..., 1], GRAY)


@pytest.mark.parametrize('encoding', ['mono8', '8UC1'])
def test_gray_becomes_three_equal_channels(encoding):
    image = to_bgr(message(GRAY, encoding, pad=3))
    np.testing.assert_array_equal(image, np.dstack([GRAY] * 3))


@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
@pytest.mark.parametrize('bits', [8, 16])
def test_a_bayer_mosaic_gives_its_colours_back(pattern, bits):
    raw = mosaic(pattern)
    if bits == 16:
        raw = raw.astype(np.uint16) * 257
    image = to_bgr(message(raw, f'bayer_{pattern}{bits}'))
    for row, colour in ((2, BLUE), (6, GREEN), (9, RED)):
        np.testing.assert_array_equal(image[row, 4:-4], np.tile(colour, (WIDTH - 8, 1)))


@pytest.mark.parametrize(
    ('encoding', 'pixels'),
    [
        ('yuv422', yuv422('uyvy')),
        ('uyvy', yuv422('uyvy')),
        ('yuv422_yuy2', yuv422('yuyv')),
        ('yuyv', yuv422('yuyv')),
        ('nv12', nv('u')),
        ('nv21', nv('v')),
    ],
)
@pytest.mark.parametrize('pad', [0, 6])
def test_yuv_gives_its_colours_back(encoding, pixels, pad):
    image = to_bgr(message(pixels, encoding, pad=pad)).astype(int)
    # OpenCV's packed YUV is video range, its BGR2YUV full range: undo that by the luma's ratio.
    for row, colour in ((1, BLUE), (5, GREEN), (9, RED)):
        assert np.argmax(image[row, 5]) == np.argmax(colour), encoding


def test_bgr_is_a_view_of_the_message_even_with_padded_rows():
    for pad in (0, 5):
        source = message(scene(), 'bgr8', pad=pad)
        assert np.shares_memory(to_bgr(source), np.frombuffer(source.data, np.uint8))


def test_the_last_row_must_be_whole():
    source = message(scene(), 'bgr8')
    source.data = source.data[:-1]
    with pytest.raises(ImageError, match='takes 576 bytes, but the message holds 575') as caught:
        to_bgr(source)
    assert caught.value.kind == 'truncated'


@pytest.mark.parametrize(
    ('change', 'kind', 'reason'),
    [
        ({'height': 0}, 'size', '16x0 pixels'),
        ({'width': 0}, 'size', '0x12 pixels'),
        ({'step': 47}, 'step', 'takes 48 bytes, but the step is 47'),
        ({'encoding': 'bgr9'}, 'encoding', "The encoding 'bgr9' is not known; known are bgr8,"),
        ({'encoding': 'nv24'}, 'encoding', "The encoding 'nv24' is not known"),
        ({'encoding': ''}, 'encoding', "The encoding '' is not known"),
        ({'height': 2**31}, 'truncated', 'but the message holds 576'),
        ({'encoding': 'nv12', 'height': 3}, 'size', 'nv12 needs an even size, not 16x3'),
        ({'encoding': 'yuyv', 'width': 15}, 'size', 'yuyv needs an even size, not 15x12'),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(change, kind, reason):
    source = message(scene(), 'bgr8')
    vars(source).update(change)
    with pytest.raises(ImageError, match=reason) as caught:
        to_bgr(source)
    assert caught.value.kind == kind
    assert str(caught.value).endswith('.') and '\n' not in str(caught.value)


def compressed(extension, image, form=''):
    return SimpleNamespace(format=form, data=cv2.imencode(extension, image)[1].tobytes())


def test_png_is_exact_and_jpeg_near():
    np.testing.assert_array_equal(to_bgr(compressed('.png', scene())), scene())
    near = to_bgr(compressed('.jpg', np.full((16, 16, 3), 90, np.uint8))).astype(int)
    assert np.abs(near - 90).max() <= JPEG_TOLERANCE


def test_a_gray_jpeg_becomes_three_channels():
    assert to_bgr(compressed('.jpg', GRAY)).shape == (HEIGHT, WIDTH, 3)


def test_orientation_in_the_metadata_does_not_turn_the_picture():
    jpeg = compressed('.jpg', scene()).data
    # An Exif segment with the one entry Orientation = 6 (turn by a quarter).
    exif = bytes.fromhex(
        'ffe1 0022 457869660000 4d4d002a00000008 0001 0112 0003 00000001 00060000 00000000'
    )
    turned = SimpleNamespace(format='jpeg', data=jpeg[:2] + exif + jpeg[2:])
    assert to_bgr(turned).shape == (HEIGHT, WIDTH, 3)


@pytest.mark.parametrize('extension', ['.jpg', '.png'])
@pytest.mark.parametrize('kept', [0.3, 0.6, 0.95])
def test_compressed_data_cut_short_is_refused_not_filled_with_grey(extension, kept):
    whole = compressed(extension, np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8))
    cut = SimpleNamespace(format='x', data=whole.data[: int(len(whole.data) * kept)])
    with pytest.raises(ImageError) as caught:
        to_bgr(cut)
    assert caught.value.kind == 'truncated'


def test_zeros_after_the_end_of_a_jpeg_are_allowed():
    whole = compressed('.jpg', scene())
    padded = SimpleNamespace(format='jpeg', data=whole.data + bytes(40))
    np.testing.assert_array_equal(to_bgr(padded), to_bgr(whole))


@pytest.mark.parametrize('extension', ['.jpg', '.png'])
def test_what_a_camera_writes_after_the_end_is_allowed(extension):
    whole = compressed(extension, scene())
    more = SimpleNamespace(format='x', data=whole.data + b'camera data' * 20)
    np.testing.assert_array_equal(to_bgr(more), to_bgr(whole))


@pytest.mark.parametrize('fill', [b'', b'\xff\xff'])
def test_the_end_of_a_small_picture_in_the_headers_is_not_the_end(fill):
    data = compressed('.jpg', scene()).data
    small = b'Exif\0\0' + data
    header = fill + b'\xff\xe1' + (len(small) + 2).to_bytes(2, 'big') + small
    whole = SimpleNamespace(format='jpeg', data=data[:2] + header + data[2:])
    np.testing.assert_array_equal(to_bgr(whole), to_bgr(compressed('.jpg', scene())))
    cut = SimpleNamespace(format='jpeg', data=whole.data[:-20])
    with pytest.raises(ImageError) as caught:
        to_bgr(cut)
    assert caught.value.kind == 'truncated'


@pytest.mark.parametrize(
    ('data', 'kind'), [(b'', 'size'), (b'GIF89a', 'undecodable'), (bytes(64), 'undecodable')]
)
def test_other_compressed_data_is_refused(data, kind):
    with pytest.raises(ImageError) as caught:
        to_bgr(SimpleNamespace(format='16UC1; compressedDepth', data=data))
    assert caught.value.kind == kind


ENCODINGS = st.sampled_from(
    [
        'bgr8',
        'rgba8',
        'mono8',
        'mono16',
        'rgb16',
        'bayer_rggb8',
        'bayer_gbrg16',
        'yuyv',
        'nv12',
        'x',
    ]
)


@given(
    ENCODINGS,
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 80),
    st.integers(0, 255),
    st.binary(max_size=200),
)
def test_any_raw_message_is_a_picture_or_an_image_error(encoding, height, width, step, big, data):
    source = SimpleNamespace(
        height=height, width=width, encoding=encoding, is_bigendian=big, step=step, data=data
    )
    try:
        image = to_bgr(source)
    except ImageError:
        return
    assert image.shape == (height, width, 3) and image.dtype == np.uint8


@given(st.sampled_from(['.jpg', '.png']), st.integers(0, 400), st.integers(0, 255))
def test_any_flipped_byte_is_a_picture_or_an_image_error(extension, place, value):
    data = bytearray(compressed(extension, scene()).data)
    data[place % len(data)] = value
    with suppress(ImageError):
        assert to_bgr(SimpleNamespace(format='', data=bytes(data))).ndim == 3


def test_the_name_of_a_topic_tells_its_type():
    assert image_type('/front/image_raw') == RAW_TYPE
    assert image_type('/front/image_raw/compressed') == COMPRESSED_TYPE
