# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Draw the sky of the rendered street: gradient, clouds, the sun's glow, a distant skyline."""

from __future__ import annotations

import cv2
import numpy as np

from sageiq_ros.datasets.street.canvas import Canvas
from sageiq_ros.datasets.street.geometry import Camera
from sageiq_ros.datasets.street.light import Light
from sageiq_ros.datasets.street.textures import clouds


def draw_sky(canvas: Canvas, camera: Camera, light: Light, seed: int, time: float) -> None:
    """Paint sky, clouds, the sun's glow and a hazy skyline above the horizon."""
    bottom = min(canvas.height, max(4, int(camera.horizon + 3)))
    step = 4 if canvas.width > 600 else 2
    rows, columns = bottom // step + 1, canvas.width // step + 1
    v = (camera.horizon - (np.arange(rows) + 0.5) * step) / camera.focal
    u = ((np.arange(columns) + 0.5) * step - canvas.width / 2) / camera.focal
    up = np.clip(v, 0.0, 1.2)[:, None].astype(np.float32)
    share = (1.0 - np.exp(-3.2 * up))[:, :, None]
    sky = light.horizon.astype(np.float32) * (1 - share) + light.zenith.astype(np.float32) * share
    sky = np.repeat(sky, columns, axis=1)
    reach = 1.0 / (up + 0.10)
    across = (u[None, :].astype(np.float32) + np.float32(camera.yaw)) * reach * 60
    map_x = (across + np.float32(seed % 977 + 1.5 * time)) % 1024
    map_y = np.broadcast_to((reach * 70 + np.float32(seed % 389)) % 512, map_x.shape)
    density = cv2.remap(
        clouds(), map_x, np.ascontiguousarray(map_y), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
    )
    cover = np.clip((density - (1.0 - light.cover) * 0.9) * 3.0, 0.0, 1.0) * np.clip(
        up * 9, 0.25, 1
    )
    bright = np.clip(light.horizon * 1.06, 0, 252).astype(np.float32)
    body = bright * (1.0 - 0.20 * np.clip(density, 0, 1))[:, :, None]
    sky += (body - sky) * (0.85 * cover)[:, :, None]
    view = camera.rotation @ light.sun
    if view[2] > 0.05 and light.time != 'overcast':
        away = np.hypot(
            u[None, :] - view[0] / view[2], -v[:, None] - (view[1] / view[2] + camera.pitch)
        )
        sky += (90 * np.exp(-away * 5) + 140 * np.exp(-away * 22))[:, :, None].astype(
            np.float32
        ) * np.array([0.75, 0.9, 1.0], np.float32)
    rng = np.random.default_rng([seed, 11])
    angle = ((u + camera.yaw) * 40 + 200).astype(int) % 400
    tops = rng.uniform(0.01, 0.05, 400) + 0.03 * (rng.random(400) < 0.2)
    hidden = v[:, None] < tops[angle][None, :]
    town = (light.horizon * 0.80 * np.array([1.02, 1.0, 0.95])).astype(np.float32)
    sky[hidden] = sky[hidden] * 0.45 + town * 0.55
    grown = cv2.resize(
        np.clip(sky, 0, 255).astype(np.uint8),
        (columns * step, rows * step),
        interpolation=cv2.INTER_LINEAR,
    )
    canvas.put(0, grown[:bottom, : canvas.width])
