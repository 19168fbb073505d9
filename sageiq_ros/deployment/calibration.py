# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures to calibrate a network on, and the inputs that its stage makes of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.engines.base import Arrays, Engine, EngineError
from sageiq_ros.engines.manifest import TensorSpec
from sageiq_ros.types import Image, SageIQError

if TYPE_CHECKING:
    from tqdm import tqdm

Inputs = Mapping[str, NDArray[np.generic]]
# One picture in so many is held out of the calibration, to compare on.
HELD_OUT = 5
# Top, left and side of the crops that a scorer is shown, as shares of the image.
CROPS = (
    (0.0, 0.0, 1.0),
    (0.0, 0.0, 0.5),
    (0.0, 0.5, 0.5),
    (0.5, 0.0, 0.5),
    (0.5, 0.5, 0.5),
    (0.25, 0.25, 0.5),
    (0.4, 0.4, 0.2),
    (0.5, 0.3, 0.1),
)


def gather(engine: Engine, source: Path, images: int) -> tuple[list[Inputs], list[Inputs]]:
    """Return inputs of ``images`` pictures to calibrate on, and of others to compare on.

    Pictures of ``source`` are evenly chosen and every fifth of them is held out; a small source
    gives fewer. Raises SageIQError where there are not two that can be read.
    """
    calibrating: list[Image] = []
    held_out: list[Image] = []
    wanted = images + -(-images // (HELD_OUT - 1))
    for index, image in enumerate(pictures(source, wanted)):
        part = held_out if index % HELD_OUT == 1 else calibrating
        part.append(_shrunk(engine, image))
    if not held_out:
        raise EngineError(
            f'{source} has one readable image, where two at least are needed: one to calibrate '
            'on and one to compare on.'
        )
    return network_inputs(engine, calibrating), network_inputs(engine, held_out)


def pictures(source: Path, count: int) -> Iterator[Image]:
    """Yield up to ``count`` BGR images of a folder or of a rosbag2, evenly chosen, in order.

    Those that cannot be read are passed over and named on stderr. Raises SageIQError where
    there is none at all.
    """
    from sageiq_ros.bags.files import folder_source
    from sageiq_ros.bags.reader import is_bag

    if not source.is_dir() and not (source.is_file() and is_bag(source)):
        raise EngineError(f'{source} is neither a folder of images nor a rosbag2.')
    if is_bag(source):
        total, read = _bag(source)
    else:
        paths = folder_source(source).paths
        total, read = len(paths), partial(_files, paths)
    chosen = np.unique(np.linspace(0, total - 1, min(count, total)).round().astype(int)).tolist()
    readable = 0
    with progress(chosen, 'images') as bar:
        for name, image in read(chosen):
            bar.update()
            if image is None:
                bar.write(f'sageiq: skipped: {name} cannot be read as an image.', sys.stderr)
                continue
            readable += 1
            yield image
    if not readable:
        raise EngineError(
            f'None of the {len(chosen)} pictures chosen from {source} can be read; give another '
            'folder of images or rosbag2.'
        )


def _files(paths: Sequence[Path], chosen: Sequence[int]) -> Iterator[tuple[str, Image | None]]:
    from sageiq_ros.bags.files import read_image

    for index in chosen:
        yield str(paths[index]), read_image(paths[index])


def _bag(source: Path) -> tuple[int, Callable[[list[int]], Iterator[tuple[str, Image | None]]]]:
    from sageiq_ros.bags.reader import BagReader
    from sageiq_ros.bags.recording import choose_image_topic
    from sageiq_ros.images import to_bgr

    with BagReader(source) as reader:
        topic = choose_image_topic(reader, None)

    def read(chosen: list[int]) -> Iterator[tuple[str, Image | None]]:
        wanted = set(chosen)
        with BagReader(source) as reader:
            for index, message in enumerate(reader.messages([topic.name])):
                if index not in wanted:
                    continue
                image = None
                with suppress(SageIQError):
                    image = to_bgr(reader.decode(message))
                yield f'message {index} of {topic.name}', image

    return topic.count, read


def network_inputs(engine: Engine, images: Sequence[Image]) -> list[Inputs]:
    """Return what the stage of ``engine``'s network feeds it for these images, in order.

    A RelTR takes images of its size, as many at once as its batch, where the last may come
    repeatedly. A SageIQ-M takes crops of each. Raises EngineError for another network.
    """
    network = engine.manifest.network
    if network == 'reltr':
        return list(_batched(engine.manifest.inputs[0], images))
    if network == 'sageiq_m':
        return _recorded(engine, images)
    raise EngineError(f'There is no way known to feed a {network} for calibration.')


def _shrunk(engine: Engine, image: Image) -> Image:
    if engine.manifest.network != 'reltr':
        return image
    _, height, width, _ = engine.manifest.inputs[0].shape
    # As scene_graph.reltr does.
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _batched(spec: TensorSpec, images: Sequence[Image]) -> Iterator[Inputs]:
    batch = spec.shape[0]
    for start in range(0, len(images), batch):
        rows = images[start : start + batch]
        yield {spec.name: np.stack([*rows, *[rows[-1]] * (batch - len(rows))])}


class _Recorder:
    """Run an engine and keep what it was given."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.manifest = engine.manifest
        self.inputs: list[Inputs] = []

    def __call__(self, inputs: Inputs) -> Arrays:
        self.inputs.append({name: value.copy() for name, value in inputs.items()})
        return self._engine(inputs)


def _recorded(engine: Engine, images: Sequence[Image]) -> list[Inputs]:
    from sageiq_ros.scorer.sageiq_m import SageIQMScorer

    recorder = _Recorder(engine)
    scorer = SageIQMScorer(recorder)
    for image in images:
        height, width = image.shape[:2]
        scorer.score(
            [
                image[
                    int(top * height) : max(int(top * height) + 1, int((top + part) * height)),
                    int(left * width) : max(int(left * width) + 1, int((left + part) * width)),
                ]
                for top, left, part in CROPS
            ]
        )
    return recorder.inputs


def progress(items: Sized, name: str) -> tqdm[Any]:
    """Return a bar on stderr for as many steps as there are items; silent off a terminal."""
    from tqdm import tqdm

    return tqdm(total=len(items), desc=name, disable=None, leave=False)
