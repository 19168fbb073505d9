# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Turn an object detector in ONNX into an engine folder for stage 1."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sageiq_ros.deployment.detector_heads import (
    OtherHeadError,
    Shapes,
    detr_settings,
    yolox_settings,
)
from sageiq_ros.engines.base import EngineError
from sageiq_ros.openvino_core import openvino_core

if TYPE_CHECKING:
    import onnx

    from sageiq_ros.engines.base import Arrays
    from sageiq_ros.engines.manifest import Manifest

CHECKS = {'yolox': yolox_settings, 'detr': detr_settings}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq models import-detector``."""
    parser.add_argument('file', type=Path, help='ONNX file of the detector')
    parser.add_argument(
        '--head',
        choices=CHECKS,
        required=True,
        help="yolox: the raw head; detr: class logits with 'no object' last, boxes in [0, 1]",
    )
    parser.add_argument(
        '--out', type=Path, required=True, metavar='FOLDER', help='new folder of the engine'
    )
    parser.add_argument(
        '--labels',
        type=Path,
        metavar='FILE',
        help='class names, one a line in the order of the classes (default: those of COCO)',
    )
    parser.add_argument(
        '--size', metavar='WxH', help='input size in pixels, where the file leaves it open'
    )
    parser.add_argument(
        '--rgb',
        action='store_true',
        help='yolox: the network takes RGB (default BGR, as official ones)',
    )
    parser.add_argument(
        '--unit-range',
        action='store_true',
        help='yolox: the network takes values in 0 to 1 (default 0 to 255, as official ones)',
    )


def run(args: argparse.Namespace) -> int:
    """Import the detector and say what it was."""
    if args.head == 'detr' and (args.rgb or args.unit_range):
        raise EngineError('--rgb and --unit-range belong to --head yolox; leave them out.')
    manifest = import_detector(
        args.file,
        args.out,
        args.head,
        labels=args.labels,
        size=args.size,
        rgb=args.rgb,
        unit_range=args.unit_range,
    )
    words = manifest.settings['words']
    _, _, height, width = manifest.inputs[0].shape
    print(
        f'{args.out}: {args.head} head, {manifest.precision}, {width} x {height}, '
        f'{sum(map(bool, words))} of {len(words)} classes have a word of Visual Genome'
    )
    return 0


def import_detector(
    file: Path,
    folder: Path,
    head: str,
    *,
    labels: Path | None = None,
    size: str | None = None,
    rgb: bool = False,
    unit_range: bool = False,
) -> Manifest:
    """Write the engine folder of a detector; needs onnx.

    The network is run once on noise, and what comes out must be what the head gives. ``rgb``
    and ``unit_range`` tell how a YOLOX takes its picture. Raises EngineError where the file is
    damaged or its inputs and outputs are not those of ``head``, and where ``folder`` holds
    something already; nothing is written then.
    """
    try:
        import onnx
    except ImportError as error:
        raise EngineError(
            "Importing a detector needs onnx: 'pip install -r requirements/train.txt'."
        ) from error
    from sageiq_ros.engines.store import sha256, write_engine

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EngineError(f'{folder} exists already; give a new folder by --out.')
    model = _read(file)
    scale = 1 / 255 if unit_range else 1.0
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix='.import-') as scratch:
        made = Path(scratch) / 'engine'
        made.mkdir()
        path = made / 'model.onnx'
        try:
            _fix_inputs(model, size)
            onnx.save(model, str(path))
            outputs = _run_once(path, model, 255 * scale if head == 'yolox' else 1.0)
            inputs = _shapes(model)
            settings = CHECKS[head](inputs, outputs)
        except OtherHeadError as error:
            raise EngineError(f'{file} has no {head.upper()} head: {error}.') from error
        if head == 'yolox':
            settings |= {'channels': 'rgb' if rgb else 'bgr', 'scale': scale}
        settings['words'] = _words(labels, settings.pop('classes'), head)
        _fix_outputs(model, outputs)
        onnx.save(model, str(path))
        manifest = write_engine(
            made,
            name=folder.resolve().name,
            network=head,
            precision=_precision(model),
            model=path,
            settings=settings,
            provenance={
                'imported_by': 'sageiq models import-detector',
                'file': file.name,
                'file_sha256': sha256(file),
            },
            measured={},
        )
        folder.mkdir(exist_ok=True)
        for part in made.iterdir():
            part.rename(folder / part.name)
    return manifest


def _read(file: Path) -> onnx.ModelProto:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(file))
        onnx.checker.check_model(model)
    except FileNotFoundError as error:
        raise EngineError(f'There is no {file}; give the path of an ONNX file.') from error
    except (OSError, DecodeError, onnx.checker.ValidationError) as error:
        reason = ' '.join(str(error).split())[:200]
        raise EngineError(f'{file} cannot be read as ONNX: {reason}') from error
    return model


def _fix_inputs(model: onnx.ModelProto, size: str | None) -> None:
    """Give every open dimension of the inputs a number: one picture, of ``size`` where open."""
    from sageiq_ros.deployment.import_reltr import parse_size

    picture = model.graph.input[0].type.tensor_type.shape.dim
    if len(picture) != 4:
        raise OtherHeadError(f'its first input has {len(picture)} axes, not the 4 of a picture')
    height, width = (axis.dim_value for axis in picture[2:])
    if size is not None:
        asked = parse_size(size)
        if height and width and asked != (width, height):
            raise EngineError(f'The file is made for {width} x {height} pixels; leave out --size.')
        width, height = asked
    elif not (height and width):
        raise EngineError('The file leaves its input size open; choose one by --size WxH.')
    for value in model.graph.input:
        axes = value.type.tensor_type.shape.dim
        numbers = (1, height, width) if len(axes) == 3 else (1, 3, height, width)
        for axis, number in zip(axes, numbers, strict=False):
            if not axis.dim_value:
                axis.dim_value = number


def _run_once(path: Path, model: onnx.ModelProto, most: float) -> Arrays:
    """Return the outputs by name on a picture of noise in 0 to ``most``, all masks being 1."""
    import numpy as np
    import onnx

    inputs = {}
    for index, value in enumerate(model.graph.input):
        shape = _shape(value)
        dtype = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
        if index == 0 and dtype != np.float32:
            raise OtherHeadError(f'it takes a picture of {dtype}, not float32')
        noise = np.random.default_rng(0).random(shape, np.float32) * np.float32(most)
        inputs[value.name] = noise if index == 0 else np.ones(shape, dtype)
    try:
        options = {'INFERENCE_PRECISION_HINT': 'f32'}
        outputs = openvino_core().compile_model(str(path), 'CPU', options)(inputs)
    except RuntimeError as error:
        raise EngineError(
            f'OpenVINO cannot run this network: {str(error).strip().splitlines()[-1]}'
        ) from error
    found = {value.name: np.array(outputs[value.name]) for value in model.graph.output}
    if not all(np.isfinite(value).all() for value in found.values()):
        raise OtherHeadError('on a picture of noise it gives values that are not finite')
    return found


def _fix_outputs(model: onnx.ModelProto, outputs: Arrays) -> None:
    """Write the shapes that were seen into the file, so that the manifest tells them."""
    for value in model.graph.output:
        dims = value.type.tensor_type.shape.dim
        del dims[:]
        for number in outputs[value.name].shape:
            dims.add().dim_value = number


def _shape(value: onnx.ValueInfoProto) -> tuple[int, ...]:
    return tuple(axis.dim_value for axis in value.type.tensor_type.shape.dim)


def _shapes(model: onnx.ModelProto) -> Shapes:
    return {value.name: _shape(value) for value in model.graph.input}


def _words(labels: Path | None, classes: int, head: str) -> list[str]:
    from sageiq_ros.scene_graph.coco import WORDS_80, WORDS_91, word_of

    if labels is None:
        words = WORDS_80 if head == 'yolox' else WORDS_91
        if classes != len(words):
            raise EngineError(
                f'The detector knows {classes} classes, where COCO has {len(words)}; name them '
                'by --labels FILE, one a line.'
            )
        return list(words)
    try:
        names = labels.read_text(encoding='utf-8').splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f'{labels} cannot be read as text: {error}.') from error
    if len(names) != classes:
        raise EngineError(
            f'{labels} names {len(names)} classes, where the detector knows {classes}.'
        )
    words = [word_of(name) for name in names]
    if not any(words):
        raise EngineError(
            f'None of the {classes} names in {labels} is a word of COCO or of Visual Genome; '
            'see sageiq_ros/vocabulary.py.'
        )
    return words


def _precision(model: onnx.ModelProto) -> str:
    import onnx

    if any(node.op_type == 'QuantizeLinear' for node in model.graph.node):
        return 'int8'
    kinds = [tensor.data_type for tensor in model.graph.initializer]
    half = kinds.count(onnx.TensorProto.FLOAT16) > kinds.count(onnx.TensorProto.FLOAT)
    return 'fp16' if half else 'fp32'
