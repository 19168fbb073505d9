# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""From a trained nano RelTR to its shipped engine: ONNX, int8, manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from sageiq_ros.datasets.evenly import evenly
from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.engines.base import Engine
from sageiq_ros.engines.manifest import Manifest
from sageiq_ros.engines.openvino import OpenVINOEngine
from sageiq_ros.engines.store import write_engine
from sageiq_ros.models.reltr import RelTR
from sageiq_ros.models.reltr_image import INPUT, OUTPUTS, ImageRelTR, Normalization

LARGE = 2048
NAME, NETWORK = 'reltr_nano', 'reltr'
# YOLOX's networks take pixels as they are.
RAW = Normalization(mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), rgb=False)
CALIBRATION_IMAGES = 128
PROVENANCE = {
    'trained_by': 'sageiq train reltr',
    'labels': 'scene graphs derived by docs/scene_graph_labels.md',
    'data': [
        'CamVid train, 367 frames (CC BY-NC 4.0 / academic, non-commercial)',
        'nuScenes front camera, 100 frames labelled by YOLOX-nano (CC BY-NC-SA 4.0, '
        'non-commercial)',
        'Udacity road stills, 14 pictures labelled by YOLOX-nano (MIT)',
        'rendered streets of this package (Apache-2.0)',
    ],
    'initial_weights': 'YOLOX-nano, COCO (Apache-2.0); its stem and first stage are unchanged',
    'teacher': 'YOLOX-nano, COCO (Apache-2.0)',
}
# The dense head and the projection alone are int8. With the backbone in int8 as well, OpenVINO on
# a processor without VNNI finds nothing, where ONNX Runtime computes the same file rightly
# (docs/engines.md); attention loses recall.
FLOAT_NODES = ('^(?!/model/(input_proj|dense/levels.*)/).*$',)


def export(model: RelTR, size: tuple[int, int], path: Path) -> None:
    """Write the float ONNX file of a model for images of ``size`` (width, height)."""
    from sageiq_ros.engines.export import export_onnx

    example = torch.zeros(1, size[1], size[0], 3, dtype=torch.uint8)
    export_onnx(ImageRelTR(deepcopy(model), RAW), {INPUT: example}, OUTPUTS, path)


def ship(
    model: RelTR,
    size: tuple[int, int],
    folder: Path,
    images: Sequence[Path],
    measure: Callable[[Engine], dict[str, Any]],
    work: Path,
) -> Manifest:
    """Write ``folder``: the int8 engine of ``model`` for images of ``size`` (width, height).

    ``images`` calibrate it. ``measure`` is asked of the fp32 engine, which stays in ``work``, and
    of the int8 one, and its answers go into the manifest.
    """
    from sageiq_ros.engines.quantize import quantize_onnx

    folder.mkdir(parents=True, exist_ok=True)
    exact = work / 'model_fp32.onnx'
    export(model, size, exact)
    path = folder / 'model.onnx'
    samples = calibration(evenly(images, CALIBRATION_IMAGES), size)
    quantize_onnx(exact, path, samples, ignored_names=FLOAT_NODES, transformer=False)
    halve_weights(path)
    measured: dict[str, Any] = {}
    for precision, file in (('fp32', exact), ('int8', path)):
        manifest = write_engine(
            file.parent,
            name=NAME,
            network=NETWORK,
            precision=precision,
            model=file,
            settings={'vocabulary': 'vg150'},
            provenance=PROVENANCE,
            measured=measured,
        )
        engine = OpenVINOEngine(file, manifest, threads=1)
        measured[precision] = measure(engine)
    return write_engine(
        folder,
        name=NAME,
        network=NETWORK,
        precision='int8',
        model=path,
        settings={'vocabulary': 'vg150'},
        provenance=PROVENANCE,
        measured=measured,
    )


def halve_weights(path: Path) -> None:
    """Store the large float weights of an ONNX file in fp16, cast back to fp32 when it loads."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(str(path))
    casts, weights = [], []
    for weight in model.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < LARGE:
            weights.append(weight)
            continue
        name = f'{weight.name}_half'
        value = numpy_helper.to_array(weight).astype(np.float16)
        weights.append(numpy_helper.from_array(value, name))
        casts.append(helper.make_node('Cast', [name], [weight.name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(weights)
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def calibration(paths: Sequence[Path], size: tuple[int, int]) -> Iterator[dict[str, np.ndarray]]:
    """Yield images as the engine's input."""
    for path in paths:
        image = read_picture(path)
        yield {INPUT: cv2.resize(image, size, interpolation=cv2.INTER_AREA)[None]}
