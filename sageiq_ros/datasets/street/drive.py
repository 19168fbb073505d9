# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The rendered street: a drive, or single scenes, with pictures and the exact truth of each.

Everything is drawn procedurally from a seed; the same seed gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sageiq_ros.datasets.street.camera import (
    EPISODES,
    Optics,
    good_optics,
    random_optics,
    spoil,
    take,
)
from sageiq_ros.datasets.street.geometry import Camera
from sageiq_ros.datasets.street.light import make_light
from sageiq_ros.datasets.street.render import StreetPainter
from sageiq_ros.datasets.street.scene import World
from sageiq_ros.datasets.street.truth import scene_graph
from sageiq_ros.types import Image, SceneGraph

EPOCH_NS = 1_700_000_000_000_000_000
"""Stamp of a drive's first frame, in nanoseconds since 1970."""
FIRST_EPISODE = 4.0
EPISODE_EVERY = 6.0
EPISODE_LENGTH = 2.4
"""Seconds: when a drive's first bad episode starts, how often one comes, how long each lasts."""


@dataclass(frozen=True)
class StreetFrame:
    """Hold a rendered frame and its truth.

    ``image`` is uint8 BGR; ``graph`` has VG150 labels, boxes of the visible parts and triplets
    with VG50 predicates, all of confidence 1; ``stamp_ns`` the time of capture. The rest is the
    picture's quality as it was made, in pixels of a frame 960 wide: radius of the defocus disc,
    length of the motion smear, noise in grey levels, exposure (1 is right), the number of drops
    on the lens, the share of light lost to dirt at most, and the ``episode``, '' where
    all is well.
    """

    image: Image
    graph: SceneGraph
    stamp_ns: int
    defocus_px: float
    motion_px: float
    noise_sigma: float
    exposure_gain: float
    drops: int
    dirt: float
    episode: str


def _frame(
    scene: Image,
    graph: SceneGraph,
    stamp_ns: int,
    optics: Optics,
    seed: tuple[int, int],
    episode: str,
) -> StreetFrame:
    return StreetFrame(
        image=take(scene, optics, seed),
        graph=graph,
        stamp_ns=stamp_ns,
        defocus_px=optics.defocus_px,
        motion_px=optics.motion_px,
        noise_sigma=optics.noise_sigma,
        exposure_gain=optics.exposure_gain,
        drops=optics.drops,
        dirt=optics.dirt,
        episode=episode,
    )


def _camera(rng: np.random.Generator, world: World, size: tuple[int, int]) -> Camera:
    """Mount a camera behind the windscreen: 1.25 to 1.7 m up, 50 to 72 degrees of view."""
    width, height = size
    return Camera(
        width,
        height,
        width * rng.uniform(0.70, 1.05),
        world.layout.lane_x(world.ego_lane) + rng.normal(0, 0.15),
        rng.uniform(1.25, 1.7),
        0.0,
        pitch=rng.uniform(-0.03, 0.01),
    )


def episode_at(seed: int, seconds: float) -> tuple[str, float]:
    """Return which episode of bad optics a drive is in, '' for none, and its strength in [0, 1].

    Strength rises and falls again within ``EPISODE_LENGTH``. Kinds come in an order drawn from
    the seed, none twice before all were there.
    """
    number = math.floor((seconds - FIRST_EPISODE) / EPISODE_EVERY)
    into = seconds - FIRST_EPISODE - number * EPISODE_EVERY
    if number < 0 or into >= EPISODE_LENGTH:
        return '', 0.0
    order = np.random.default_rng([seed, 12]).permutation(len(EPISODES))
    strength = math.sin(math.pi * into / EPISODE_LENGTH) ** 0.5
    return EPISODES[order[number % len(EPISODES)]], strength


def render_drive(
    seed: int,
    frames: int,
    *,
    size: tuple[int, int] = (960, 540),
    rate_hz: float = 10.0,
    episodes: bool = True,
) -> Iterator[StreetFrame]:
    """Render a drive: ``frames`` pictures of ``size`` (width, height), ``rate_hz`` a second.

    Everything moves on consistently from frame to frame. With ``episodes`` the optics go bad at
    the times that ``episode_at`` tells; without, the camera stays in order. Raises ValueError
    for a rate that is not above 0 or a side shorter than 64 pixels.
    """
    if rate_hz <= 0 or min(size) < 64:
        raise ValueError('rate_hz must be above 0 and both sides of size at least 64 pixels')
    rng = np.random.default_rng([seed, 13])
    world, light = World(seed), make_light(rng)
    mount = _camera(rng, world, size)
    usual = good_optics(rng, dim=light.time == 'dusk')
    painter = StreetPainter(world, light, size[0])
    waves = rng.uniform(0, 2 * math.pi, 6)
    for number in range(frames):
        time = number / rate_hz
        z = world.ego_z(time)
        camera = replace(
            mount,
            z=z,
            bend=world.bend(z),
            x=mount.x + 0.12 * math.sin(0.4 * time + waves[0]),
            yaw=0.008 * math.sin(0.6 * time + waves[1]),
            pitch=mount.pitch
            + 0.0025 * math.sin(7.1 * time + waves[2])
            + 0.002 * math.sin(11.3 * time + waves[3]),
        )
        picture = painter.paint(camera, time)
        drift = 1.0 + 0.06 * math.sin(0.23 * time + waves[5])
        optics = (
            spoil(usual, 'bright', (drift - 1) / 1.6)
            if drift > 1
            else spoil(usual, 'dark', (1 - drift) / 0.8)
        )
        shake = world.ego_speed(time) / 12.0
        optics = spoil(optics, 'motion', 0.02 * shake)
        episode, strength = episode_at(seed, time) if episodes else ('', 0.0)
        if episode:
            optics = spoil(optics, episode, strength)
        stamp = EPOCH_NS + round(time * 1e9)
        yield _frame(picture.image, scene_graph(picture), stamp, optics, (seed, number), episode)


def render_street(
    seed: int, *, size: tuple[int, int] = (960, 540), clean: bool = False
) -> StreetFrame:
    """Render one scene of its own: another street, light, camera and moment for every seed.

    ``size`` is (width, height). Optics are ordinary or bad by chance; ``clean`` takes the picture
    without any fault at all. Raises ValueError for a side shorter than 64 pixels.
    """
    if min(size) < 64:
        raise ValueError('both sides of size must be at least 64 pixels')
    rng = np.random.default_rng([seed, 14])
    world, light = World(seed), make_light(rng)
    mount = _camera(rng, world, size)
    time = rng.uniform(0, 40)
    z = world.ego_z(time)
    camera = replace(
        mount,
        z=z,
        bend=world.bend(z) * 1.5,
        x=mount.x + rng.normal(0, 0.35),
        yaw=rng.normal(0, 0.05),
        pitch=mount.pitch + rng.normal(0, 0.012),
    )
    picture = StreetPainter(world, light, size[0]).paint(camera, time)
    optics = (
        Optics(noise_sigma=0.0, vignette=0.0)
        if clean
        else random_optics(rng, dim=light.time == 'dusk')
    )
    return _frame(picture.image, scene_graph(picture), EPOCH_NS, optics, (seed, 0), '')
