# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Speed and memory of the full-size RelTR: torch eager against what is made for the processor."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sageiq_ros.bench.loads import load_network, load_torch
from sageiq_ros.bench.runner import Load, Runner
from sageiq_ros.bench.stage import Settings, described, measure
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.store import find_engine, read_manifest
from sageiq_ros.types import Image

if TYPE_CHECKING:
    from sageiq_ros.models.reltr import RelTRConfig

SEED = 0
LAYOUTS = ('channels_first', 'channels_last')
# What int8 takes in, by the options of "sageiq models quantize".
QUANTISATIONS: dict[str, dict[str, Any]] = {
    'int8 backbone': {'float_nodes': ('^(?!/model/body/).*$',)},
    'int8 everything': {'transformer': True},
}
NEEDED = ('torch', 'safetensors', 'onnx', 'nncf')
SEEDED_NOTE = (
    'The weights are random (seed 0): times and memory are those of the network, accuracy and '
    'drift tell nothing of a trained one.'
)


def full(
    checkpoint: str | None,
    size: tuple[int, int],
    images: list[Image],
    settings: Settings,
    work: Path,
    *,
    config: RelTRConfig | None = None,
) -> dict[str, Any]:
    """Measure a RelTR in torch eager fp32, OpenVINO fp32 and OpenVINO int8, in turns.

    ``checkpoint`` is a folder that ``sageiq models import`` wrote; without one the published
    network of ``config`` gets seeded weights. ``size`` is (width, height). What is made goes into
    ``work`` under a name that its sources decide, and is used again. ``images`` calibrate. The
    baseline is the faster of torch's two memory layouts.
    """
    weights = find_engine(checkpoint) if checkpoint else seeded_weights(work, size, config)
    engines = made_engines(weights, size, images, settings.threads, work)
    loads: dict[str, Load] = {
        f'torch fp32, {layout}': partial(
            load_torch, weights, settings.threads, layout, size, images[0]
        )
        for layout in LAYOUTS
    }
    eager = list(loads)
    for name, folder in engines.items():
        load = partial(load_network, str(folder), 'openvino', settings.threads, images[0])
        # Compiled beforehand, so that the peak is that of a start with a filled cache.
        with Runner(name, load):
            loads[f'OpenVINO {name}'] = load
    found = measure(loads, settings, 'full', baselines=eager)
    for name, folder in engines.items():
        manifest, size_of = described(str(folder))
        row = found['runners'][f'OpenVINO {name}']
        row['engine'] = size_of
        if name in QUANTISATIONS:
            parity = manifest.measured['parity']
            row['drift'], calibrated = parity['drift'], parity['calibration_runs']
    return {
        'weights': checkpoint or f'random, seed {SEED}',
        'note': None if checkpoint else SEEDED_NOTE,
        'size': list(size),
        'calibration_images': calibrated,
        **found,
    }


def check_packages() -> None:
    """Raise EngineError naming the packages that measuring the full size lacks."""
    absent = [name for name in NEEDED if find_spec(name) is None]
    if absent:
        raise EngineError(
            f'The part full lacks {", ".join(absent)}; install them with '
            "'pip install -r requirements/train.txt'."
        )


def made_engines(
    weights: Path, size: tuple[int, int], images: Sequence[Image], threads: int, work: Path
) -> dict[str, Path]:
    """Return the folders of the fp32 engine and of each of ``QUANTISATIONS``, made if need be."""
    from sageiq_ros.deployment.export import export_engine
    from sageiq_ros.deployment.quantize import quantize_engine

    source = [read_manifest(weights).sha256, size, version('torch'), version('onnx')]
    exact = made(work, 'fp32', source, partial(export_engine, weights, size=size))
    pictures = written(images, work)
    folders = {'fp32': exact}
    for name, options in QUANTISATIONS.items():
        sources = [read_manifest(exact).sha256, pictures.name, options, version('nncf')]
        quantize = partial(
            quantize_engine,
            exact,
            source=pictures,
            images=len(images),
            threads=threads,
            **options,
        )
        folders[name] = made(work, name.replace(' ', '_'), sources, quantize)
    return folders


def seeded_weights(work: Path, size: tuple[int, int], config: RelTRConfig | None = None) -> Path:
    """Return the folder of an untrained RelTR, the published one by default; same seed, same
    weights.
    """
    from sageiq_ros.models.reltr import RelTRConfig

    config = config or RelTRConfig()
    sources = [SEED, asdict(config), size, version('torch')]
    return made(work, 'seeded', sources, partial(_seed, config, size))


def _seed(config: RelTRConfig, size: tuple[int, int], folder: Path) -> None:
    import torch

    from sageiq_ros.deployment.import_reltr import import_reltr
    from sageiq_ros.models.reltr import RelTR

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        state = RelTR(config).state_dict()
    # By way of a checkpoint, as any other weights come.
    checkpoint = folder.with_suffix('.pth')
    try:
        torch.save(state, checkpoint)
        import_reltr(checkpoint, folder, size, heads={'vg': config})
    finally:
        checkpoint.unlink(missing_ok=True)


def written(images: Sequence[Image], work: Path) -> Path:
    """Return a folder of ``work`` that holds these images as PNG files."""
    import cv2

    content = hashlib.sha256()
    for image in images:
        content.update(repr(image.shape).encode() + image.tobytes())

    def write(folder: Path) -> None:
        folder.mkdir(parents=True)
        for number, image in enumerate(images):
            if not cv2.imwrite(str(folder / f'{number:03d}.png'), image):
                raise EngineError(f'Cannot write into {folder}; is there room on the disk?')

    return made(work, 'pictures', [content.hexdigest()], write)


def made(work: Path, name: str, sources: Sequence[Any], make: Callable[[Path], Any]) -> Path:
    """Return the folder of ``work`` that ``make`` fills, where the same ``sources`` filled it
    before it is taken as it is.

    It is moved into place when it is complete, so that an interrupted run leaves no half of one.
    """
    text = json.dumps(list(sources), sort_keys=True)
    folder = work / f'{name}_{hashlib.sha256(text.encode()).hexdigest()[:12]}'
    if folder.is_dir():
        return folder
    draft = work / 'draft' / folder.name
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.parent.mkdir(parents=True, exist_ok=True)
        print(f'sageiq: making {folder}', file=sys.stderr)
        make(draft)
        return draft.rename(folder)
    except OSError as error:
        raise EngineError(f'Cannot make {folder}: {error.strerror or error}.') from error
