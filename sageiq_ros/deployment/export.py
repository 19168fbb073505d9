# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq models export``: an ONNX engine of one size and batch from a RelTR's weights."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from sageiq_ros.openvino_core import openvino_core

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sageiq_ros.engines.manifest import Manifest

MODEL = 'model.onnx'
MOST_BATCH = 64
# The greatest difference of a logit or box coordinate that rounding explains.
TOLERANCE = 0.01
STREET_SEED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('engine', help='store folder with weights.safetensors')
    parser.add_argument(
        '--size', metavar='WxH', help="width x height in pixels (default: the weights' own)"
    )
    parser.add_argument('--batch', type=int, default=1, metavar='N', help='images a run (1)')
    parser.add_argument('--out', type=Path, required=True, metavar='FOLDER', help='new folder')


def run(args: argparse.Namespace) -> int:
    """Export, compare with torch, write the folder, print the comparison."""
    from sageiq_ros.deployment.import_reltr import parse_size
    from sageiq_ros.engines.base import EngineError
    from sageiq_ros.engines.store import find_engine, read_manifest

    if not 1 <= args.batch <= MOST_BATCH:
        raise EngineError(f'--batch must lie in [1, {MOST_BATCH}], not {args.batch}.')
    folder = find_engine(args.engine)
    if args.size is None:
        _, height, width, _ = read_manifest(folder).inputs[0].shape
    else:
        width, height = parse_size(args.size)
    words = ['sageiq', 'models', 'export', args.engine, '--size', f'{width}x{height}']
    words += ['--batch', str(args.batch), '--out', str(args.out)]
    manifest = export_engine(folder, args.out, (width, height), args.batch, shlex.join(words))
    most = max(manifest.measured['export']['max_difference'].values())
    print(
        f'{args.out}: {manifest.name}, {width} x {height}, batch {args.batch}, '
        f'{(args.out / MODEL).stat().st_size / 1e6:.1f} MB; at most {most:.1e} from torch'
    )
    return 0


def export_engine(
    folder: Path, out: Path, size: tuple[int, int], batch: int = 1, command: str = ''
) -> Manifest:
    """Write ``out``: the fp32 ONNX engine of a RelTR's weights; needs torch and onnx.

    It takes ``batch`` images of ``size`` (width, height) at once. ``measured['export']`` of its
    manifest holds the greatest difference from torch on one image, by output. Raises EngineError
    for a folder without weights, a folder that is taken, and where the difference is more than
    rounding explains.
    """
    from sageiq_ros.engines.base import EngineError
    from sageiq_ros.engines.export import export_onnx
    from sageiq_ros.engines.pytorch import load_module
    from sageiq_ros.engines.store import read_manifest, verified_model, write_engine

    manifest = read_manifest(folder)
    if not manifest.file.endswith('.safetensors'):
        raise EngineError(
            f'{folder} holds {manifest.file}, no weights to export; give the folder that '
            '"sageiq models import" wrote.'
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise EngineError(f'{out} exists already; give a new folder by --out.')
    module = load_module(verified_model(folder, manifest), manifest)
    import torch

    images = _images(size, batch)
    with torch.inference_mode():
        expected = [value.numpy() for value in module(torch.from_numpy(images))]
    out.mkdir(parents=True, exist_ok=True)
    model = out / MODEL
    spec = manifest.inputs[0].name
    names = [output.name for output in manifest.outputs]
    export_onnx(module, {spec: torch.from_numpy(images)}, names, model)
    found = _run(model, spec, images)
    difference = {
        name: float(abs(found[name] - value).max())
        for name, value in zip(names, expected, strict=True)
    }
    if max(difference.values()) > TOLERANCE:
        model.unlink()
        raise EngineError(
            f'The exported network differs from torch by up to {max(difference.values()):.2g}, '
            f'more than {TOLERANCE}; nothing was written.'
        )
    return write_engine(
        out,
        name=manifest.name,
        network=manifest.network,
        precision=manifest.precision,
        model=model,
        settings=manifest.settings,
        provenance={**manifest.provenance, 'exported_from': {'sha256': manifest.sha256}},
        measured={
            'export': {
                'command': command,
                'compared_on': f'the rendered street of seed {STREET_SEED}',
                'engine': 'openvino, f32 throughout',
                'max_difference': difference,
            }
        },
    )


def _images(size: tuple[int, int], batch: int) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    from sageiq_ros.datasets.street import render_street

    image = cv2.resize(render_street(STREET_SEED).image, size, interpolation=cv2.INTER_AREA)
    # Every second one is mirrored, so that rows that change places are noticed.
    rows = [image if row % 2 == 0 else image[:, ::-1] for row in range(batch)]
    return np.ascontiguousarray(np.stack(rows), np.uint8)


def _run(model: Path, name: str, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    # Not kept in the cache: this network runs once.
    compiled = openvino_core().compile_model(
        str(model), 'CPU', {'INFERENCE_PRECISION_HINT': 'f32'}
    )
    results = compiled({name: images})
    return {output.any_name: results[output] for output in compiled.outputs}
