# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq models quantize``: an int8 engine of a float one, and how far it is from it."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sageiq_ros.deployment.calibration import Inputs
    from sageiq_ros.engines.base import Engine
    from sageiq_ros.engines.manifest import Manifest

MODEL = 'model.onnx'
QUANTIZED = ('QuantizeLinear', 'DequantizeLinear')


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('engine', help='store folder, or shipped name, of an fp32 ONNX engine')
    parser.add_argument(
        '--calibrate',
        type=Path,
        required=True,
        metavar='SOURCE',
        help='folder of images, or rosbag2, of what the network will see',
    )
    parser.add_argument('--out', type=Path, required=True, metavar='FOLDER', help='new folder')
    parser.add_argument(
        '--images',
        type=int,
        default=128,
        metavar='N',
        help='images to calibrate on (default 128); a quarter as many more are compared on',
    )
    parser.add_argument(
        '--float',
        nargs='+',
        action='extend',
        default=[],
        metavar='REGEX',
        dest='float_nodes',
        help='names of ONNX nodes that stay in float',
    )
    parser.add_argument(
        '--transformer', action='store_true', help="use NNCF's treatment of attention"
    )
    parser.add_argument(
        '--symmetric', action='store_true', help='zero points of 0 only, as TensorRT requires'
    )
    parser.add_argument(
        '--evaluate', type=Path, metavar='FOLDER', help='CamVid: recall before and after (reltr)'
    )
    parser.add_argument('--threads', type=int, default=2, help='processor threads (default 2)')


def run(args: argparse.Namespace) -> int:
    """Quantise, compare, write the folder, print the comparison."""
    from sageiq_ros.engines.base import EngineError
    from sageiq_ros.engines.store import find_engine, read_manifest

    if args.images < 1:
        raise EngineError(f'--images must be at least 1, not {args.images}.')
    folder = find_engine(args.engine)
    manifest = read_manifest(folder)
    if args.evaluate is not None and manifest.network != 'reltr':
        raise EngineError(f'--evaluate measures reltr engines only, not {manifest.network}.')
    if args.evaluate is not None:
        from sageiq_ros.datasets.camvid import frames

        # Asked for now, so that a wrong folder does not cost the quantisation.
        frames(args.evaluate, 'val')
    result = quantize_engine(
        folder,
        args.out,
        args.calibrate,
        images=args.images,
        float_nodes=args.float_nodes,
        transformer=args.transformer,
        symmetric=args.symmetric,
        camvid=args.evaluate,
        threads=args.threads,
        command=command(args),
    )
    _print(args.out, result)
    return 0


def quantize_engine(
    folder: Path,
    out: Path,
    source: Path,
    *,
    images: int,
    float_nodes: Sequence[str] = (),
    transformer: bool = False,
    symmetric: bool = False,
    camvid: Path | None = None,
    threads: int = 1,
    command: str = '',
) -> Manifest:
    """Write ``out``: the static int8 engine of the fp32 ONNX engine in ``folder``.

    ``source`` is a folder of images or a rosbag2, of which ``images`` calibrate and others are
    held out to compare on. ``measured['parity']`` of the new manifest holds the drift of every
    output, for a RelTR the agreement of triplets, and with ``camvid`` the recall of both.
    Raises EngineError, before anything is written, for an engine that is not float ONNX, a
    folder that is taken and a pattern that fits no node.
    """
    from dataclasses import replace

    from sageiq_ros.deployment.calibration import gather
    from sageiq_ros.engines.openvino import OpenVINOEngine
    from sageiq_ros.engines.quantize import quantize_onnx
    from sageiq_ros.engines.store import read_manifest, verified_model, write_engine

    manifest = read_manifest(folder)
    model = verified_model(folder, manifest)
    _check(model, manifest, out, float_nodes)
    exact = OpenVINOEngine(model, manifest, threads)
    calibrating, held_out = gather(exact, source, images)
    out.mkdir(parents=True, exist_ok=True)
    target = out / MODEL
    quantize_onnx(
        model,
        target,
        calibrating,
        ignored_names=float_nodes,
        transformer=transformer,
        symmetric=symmetric,
    )
    written = replace(manifest, precision='int8', file=MODEL)
    quantized = OpenVINOEngine(target, written, threads)
    parity = {
        'command': command,
        'calibration_runs': len(calibrating),
        'held_out_runs': len(held_out),
        'engine': 'openvino, float parts in f32',
        **_compare(exact, quantized, held_out),
    }
    if camvid is not None:
        from sageiq_ros.deployment.parity import recall

        parity['camvid_val'] = {
            'fp32': recall(exact, camvid),
            'int8': recall(quantized, camvid),
        }
    return write_engine(
        out,
        name=manifest.name,
        network=manifest.network,
        precision='int8',
        model=target,
        settings=manifest.settings,
        provenance={
            **manifest.provenance,
            'quantized_from': {'precision': manifest.precision, 'sha256': manifest.sha256},
        },
        measured={'parity': parity},
    )


def command(args: argparse.Namespace) -> str:
    """Write the command line that these arguments came from."""
    words = ['sageiq', 'models', 'quantize', args.engine, '--calibrate', str(args.calibrate)]
    words += ['--out', str(args.out), '--images', str(args.images)]
    words += ['--float', *args.float_nodes] if args.float_nodes else []
    words += ['--transformer'] if args.transformer else []
    words += ['--symmetric'] if args.symmetric else []
    words += [] if args.evaluate is None else ['--evaluate', str(args.evaluate)]
    return shlex.join([*words, '--threads', str(args.threads)])


def _check(model: Path, manifest: Manifest, out: Path, float_nodes: Sequence[str]) -> None:
    from sageiq_ros.engines.base import EngineError

    if model.suffix != '.onnx':
        raise EngineError(f'{model} is no ONNX file; export it first with "sageiq models export".')
    try:
        import nncf  # noqa: F401
        import onnx
    except ImportError as error:
        raise EngineError(
            f'Quantisation lacks a package ({error}); install it with '
            "'pip install -r requirements/train.txt'."
        ) from error
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise EngineError(f'{out} exists already; give a new folder by --out.')
    nodes = onnx.load(str(model), load_external_data=False).graph.node
    if manifest.precision == 'int8' or any(node.op_type in QUANTIZED for node in nodes):
        raise EngineError(
            f'{model} is quantised already ({manifest.precision}); give the fp32 engine that it '
            'was made from.'
        )
    for pattern in float_nodes:
        try:
            fits = any(re.match(pattern, node.name) for node in nodes)
        except re.error as error:
            raise EngineError(f'{pattern!r} is no regular expression: {error}.') from error
        if not fits:
            raise EngineError(
                f'No node of {model} is named like {pattern!r}; its first is {nodes[0].name!r}.'
            )


def _compare(exact: Engine, quantized: Engine, held_out: Sequence[Inputs]) -> dict[str, Any]:
    from sageiq_ros.deployment.calibration import progress
    from sageiq_ros.deployment.parity import agreement, drift, graphs

    runs: tuple[list[Any], list[Any]] = ([], [])
    with progress(held_out, 'compare') as bar:
        for inputs in held_out:
            for engine, outputs in zip((exact, quantized), runs, strict=True):
                outputs.append(engine(inputs))
            bar.update()
    report: dict[str, Any] = {'drift': drift(*runs)}
    if exact.manifest.network == 'reltr':
        report['triplets'] = agreement(
            *(graphs(exact.manifest, held_out, outputs) for outputs in runs)
        )
    return report


def _print(out: Path, manifest: Manifest) -> None:
    parity = manifest.measured['parity']
    size = (out / manifest.file).stat().st_size / 1e6
    print(f'{out}: {manifest.name} int8, {size:.1f} MB; {parity["held_out_runs"]} runs compared')
    print(f'  {"output":14}{"mean / std":>12}{"max / std":>12}')
    for name, row in parity['drift'].items():
        print(f'  {name:14}{row["mean_per_std"]:12.4f}{row["max_per_std"]:12.3f}')
    if 'triplets' in parity:
        found = parity['triplets']
        kept, new = (found[key] for key in ('fp32_found_by_int8', 'int8_found_by_fp32'))
        print(
            f'  triplets: {found["fp32"]} of fp32, {found["int8"]} of int8'
            + ('' if kept is None else f'; int8 gives {kept:.1%} of the former')
            + ('' if new is None else f', fp32 {new:.1%} of the latter')
        )
    for precision, row in parity.get('camvid_val', {}).items():
        print(f'  CamVid val {precision}: R@20 {row["R@20"]:.3f}   R@50 {row["R@50"]:.3f}')
