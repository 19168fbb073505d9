# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a camera on a car suffers, as functions of one strength.

Every degradation takes an image (uint8, HxWx3, BGR), a strength in [0, 1] and a seeded random
generator and returns a new image of the same shape. Strength 0 returns the image unchanged and
1 is the worst that a driver's camera still delivers. Random choices (angle, noise field, places
of drops) depend on the generator alone, never on the strength: the same seed at two strengths
gives the same accident, milder and harsher, so that quality falls monotonically along it.
Lengths are in pixels of the image given, as blur of a camera is.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.types import Image, SageIQError

Degradation = Callable[[Image, float, np.random.Generator], Image]

MAX_MOTION_PX = 24.0
MAX_DEFOCUS_RADIUS_PX = 7.0
MAX_GAUSSIAN_SIGMA_PX = 5.0
MAX_NOISE_SIGMA = 50.0
MAX_SHOT_GAIN = 20.0
MAX_IMPULSE_SHARE = 0.1
JPEG_QUALITY_RANGE = (95.0, 4.0)
OVER_EXPOSURE_STOPS = 3.0
UNDER_EXPOSURE_STOPS = 5.0
DISPLAY_GAMMA = 2.2
MAX_OPTICAL_DEPTH = 3.0
STREAKS_PER_MEGAPIXEL = 5000
BLOBS_PER_MEGAPIXEL = 450


def motion_blur(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Smear along a straight line of up to 24 px at any angle."""
    angle = rng.uniform(0.0, math.pi)
    return cv2.filter2D(
        image, -1, line_kernel(strength * MAX_MOTION_PX, angle), borderType=cv2.BORDER_REFLECT
    )


def defocus(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Blur with the disc of an open aperture, radius up to 7 px."""
    del rng
    kernel = disc_kernel(strength * MAX_DEFOCUS_RADIUS_PX)
    return cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT)


def gaussian_blur(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Blur with a Gaussian of up to 5 px standard deviation."""
    del rng
    sigma = max(strength * MAX_GAUSSIAN_SIGMA_PX, 0.05)
    return cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)


def gaussian_noise(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Add white noise of up to 50 grey levels standard deviation."""
    field = _normal_field(image.shape, rng)
    return _to_uint8(image + (strength * MAX_NOISE_SIGMA) * field)


def shot_noise(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Add noise whose variance grows with the light, as of few photons."""
    field = _normal_field(image.shape, rng)
    deviation = np.sqrt(image.astype(np.float32) * (strength**2 * MAX_SHOT_GAIN))
    return _to_uint8(image + deviation * field)


def salt_and_pepper(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Set up to a tenth of the pixels to black or white in equal shares."""
    draw = rng.random(image.shape[:2], dtype=np.float32)
    half = strength**2 * MAX_IMPULSE_SHARE / 2.0
    result = image.copy()
    result[draw < half] = 0
    result[draw > 1.0 - half] = 255
    return result


def jpeg(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Compress as JPEG, from quality 95 down to 4 in equal ratios."""
    del rng
    best, worst = JPEG_QUALITY_RANGE
    quality = round(best * (worst / best) ** strength)
    _, data = cv2.imencode('.jpg', image, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def over_exposure(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Expose up to 3 stops too long: bright parts saturate."""
    del rng
    return _expose(image, strength * OVER_EXPOSURE_STOPS)


def under_exposure(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Expose up to 5 stops too short: dark parts drown in the quantisation."""
    del rng
    return _expose(image, -strength * UNDER_EXPOSURE_STOPS)


def fog(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Mix with bright air by Koschmieder's law; the density drifts smoothly over the image."""
    air = rng.uniform(170.0, 235.0) + rng.uniform(-8.0, 8.0, 3)
    drift = cv2.resize(
        rng.uniform(0.7, 1.3, (3, 3)).astype(np.float32),
        (image.shape[1], image.shape[0]),
        interpolation=cv2.INTER_CUBIC,
    )
    transmission = np.exp(-strength * MAX_OPTICAL_DEPTH * drift)[..., None]
    return _to_uint8(image * transmission + air.astype(np.float32) * (1.0 - transmission))


def rain_streaks(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Draw slanted bright streaks of falling rain, more and brighter with the strength."""
    height, width = image.shape[:2]
    most = max(4, round(STREAKS_PER_MEGAPIXEL * height * width / 1e6))
    slant = rng.uniform(-0.35, 0.35)
    places = rng.uniform((-0.1, -0.1), (1.1, 1.1), (most, 2)) * (width, height)
    lengths = rng.uniform(8.0, 36.0, most)
    layer = np.zeros((height, width), np.uint8)
    for (x, y), length in zip(places[: math.ceil(strength * most)], lengths, strict=False):
        end = (round(x + slant * length), round(y + length))
        cv2.line(layer, (round(x), round(y)), end, 255, 1, cv2.LINE_AA)
    alpha = cv2.GaussianBlur(layer, (3, 3), 0).astype(np.float32)[..., None] / 255.0
    alpha *= 0.35 + 0.45 * strength
    return _to_uint8(image * (1.0 - alpha) + 225.0 * alpha)


def lens_drops(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Put water drops on the lens: discs that show a blurred, shifted, brighter picture."""
    mask = _blobs(image.shape[:2], strength, rng, radii=(5.0, 26.0))
    shift = rng.uniform(-12.0, 12.0, 2)
    moved = cv2.warpAffine(
        image,
        np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]]),
        (image.shape[1], image.shape[0]),
        borderMode=cv2.BORDER_REFLECT,
    )
    through = cv2.GaussianBlur(moved, (0, 0), 5.0).astype(np.float32) * 0.9 + 25.0
    return _to_uint8(image * (1.0 - mask) + through * mask)


def lens_dirt(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Splash mud on the lens: brown spots with soft edges, nearly opaque."""
    mask = _blobs(image.shape[:2], strength, rng, radii=(3.0, 20.0))
    mask = cv2.GaussianBlur(mask[..., 0], (0, 0), 2.0)[..., None] * 0.92
    mud = np.array([45.0, 62.0, 78.0], np.float32) * rng.uniform(0.5, 1.5)
    return _to_uint8(image * (1.0 - mask) + mud * mask)


DEGRADATIONS: dict[str, Degradation] = {
    function.__name__: function
    for function in (
        motion_blur,
        defocus,
        gaussian_blur,
        gaussian_noise,
        shot_noise,
        salt_and_pepper,
        jpeg,
        over_exposure,
        under_exposure,
        fog,
        rain_streaks,
        lens_drops,
        lens_dirt,
    )
}


def degrade(image: Image, name: str, strength: float, rng: np.random.Generator) -> Image:
    """Apply the degradation called ``name`` at ``strength`` in [0, 1].

    Raises SageIQError for a name that ``DEGRADATIONS`` lacks or a strength outside the range.
    """
    if name not in DEGRADATIONS:
        raise SageIQError(f'No degradation {name!r}: choose from {", ".join(DEGRADATIONS)}.')
    if not 0.0 <= strength <= 1.0:
        raise SageIQError(f'The strength of a degradation lies in [0, 1], not {strength}.')
    if strength == 0.0:
        return image.copy()
    return DEGRADATIONS[name](image, strength, rng)


def line_kernel(length: float, angle: float) -> NDArray[np.float32]:
    """Return the blur kernel of a straight motion of ``length`` px; it sums to 1."""
    reach = math.ceil(length / 2.0) + 1
    steps = np.linspace(-length / 2.0, length / 2.0, max(2, math.ceil(length * 8)))
    return _splat(steps * math.cos(angle), steps * math.sin(angle), reach)


def disc_kernel(radius: float) -> NDArray[np.float32]:
    """Return the blur kernel of a disc of ``radius`` px; it sums to 1."""
    reach = math.ceil(radius) + 1
    fine = np.linspace(-radius, radius, max(3, math.ceil(radius * 12)))
    x, y = np.meshgrid(fine, fine)
    inside = x**2 + y**2 <= radius**2
    return _splat(x[inside], y[inside], reach)


def _splat(x: NDArray[np.floating], y: NDArray[np.floating], reach: int) -> NDArray[np.float32]:
    """Share unit masses at (x, y) among their four neighbours on a grid of 2 reach + 1."""
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    right, down = x - column, y - row
    for dy, weight_y in ((0, 1.0 - down), (1, down)):
        for dx, weight_x in ((0, 1.0 - right), (1, right)):
            np.add.at(kernel, (row + dy + reach, column + dx + reach), weight_y * weight_x)
    return (kernel / kernel.sum()).astype(np.float32)


def _blobs(
    shape: tuple[int, int],
    strength: float,
    rng: np.random.Generator,
    radii: tuple[float, float],
) -> NDArray[np.float32]:
    """Return an opacity map (H, W, 1) of irregular discs, their number growing with strength."""
    height, width = shape
    most = max(3, round(BLOBS_PER_MEGAPIXEL * height * width / 1e6))
    centres = rng.uniform(0.0, 1.0, (most, 2)) * (width, height)
    sizes = rng.uniform(radii[0], radii[1], most)
    squeezes = rng.uniform(0.7, 1.0, most)
    turns = rng.uniform(0.0, 180.0, most)
    mask = np.zeros(shape, np.uint8)
    wanted = strength * most
    for index in range(math.ceil(wanted)):
        # The last one grows into place, so that the covered area rises without steps.
        size = sizes[index] * math.sqrt(min(1.0, wanted - index))
        centre = (round(centres[index, 0]), round(centres[index, 1]))
        axes = (max(1, round(size)), max(1, round(size * squeezes[index])))
        cv2.ellipse(mask, centre, axes, turns[index], 0, 360, 255, -1, cv2.LINE_AA)
    soft = cv2.GaussianBlur(mask, (0, 0), 1.2)
    return soft.astype(np.float32)[..., None] / 255.0


def _expose(image: Image, stops: float) -> Image:
    """Multiply the light by 2 ** stops, seen through a display gamma."""
    levels = np.arange(256, dtype=np.float64) / 255.0
    curve = 255.0 * (levels**DISPLAY_GAMMA * 2.0**stops) ** (1.0 / DISPLAY_GAMMA)
    return cv2.LUT(image, _to_uint8(curve))


def _normal_field(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    return rng.standard_normal(shape, dtype=np.float32)


def _to_uint8(values: NDArray[np.floating]) -> Image:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
