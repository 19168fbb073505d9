# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Ways of running stage 1: each loads in the process it is measured in."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sageiq_ros.bench.runner import Call
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.manifest import TensorSpec
from sageiq_ros.openvino_core import openvino_core
from sageiq_ros.types import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray


def load_network(engine: str, backend: str, threads: int, image: Image) -> Call:
    """Load a RelTR engine alone; a call runs it on the resized image."""
    from sageiq_ros.engines.store import load_engine

    loaded = load_engine(engine, 'reltr', threads, backend)
    spec = loaded.manifest.inputs[0]
    inputs = {spec.name: resized(spec, [image])}
    return lambda: loaded(inputs)


def load_stage(engine: str, threads: int, looks: int, images: list[Image]) -> Call:
    """Load all of stage 1 with its defaults; calls take the images in turns."""
    from sageiq_ros.config import SceneGraphConfig
    from sageiq_ros.scene_graph.build import build_generator

    config = SceneGraphConfig(engine=engine, looks=looks)
    generator = build_generator(config, threads)
    frames = cycle(images)
    return lambda: generator.generate(next(frames), config)


def load_onnx(path: Path, threads: int) -> Call:
    """Load any ONNX file with one input of static shape; a call runs it on constant noise."""
    from sageiq_ros.engines.manifest import Manifest
    from sageiq_ros.engines.openvino import OpenVINOEngine

    try:
        model = openvino_core().read_model(str(path))
        sides = [port.get_shape() for port in model.inputs]
    except RuntimeError as error:
        raise EngineError(
            f'{path} is no ONNX file with inputs of static shape: '
            f'{str(error).strip().splitlines()[-1]}'
        ) from error
    specs = [
        TensorSpec(port.any_name, tuple(shape), port.element_type.to_dtype().name)
        for port, shape in zip(model.inputs, sides, strict=True)
    ]
    outputs = tuple(
        TensorSpec(port.any_name, (), port.element_type.to_dtype().name) for port in model.outputs
    )
    manifest = Manifest(path.stem, 'onnx', '', path.name, '', tuple(specs), outputs)
    engine = OpenVINOEngine(path, manifest, threads)
    rng = np.random.default_rng(0)
    inputs = {spec.name: rng.integers(0, 256, spec.shape).astype(spec.dtype) for spec in specs}
    return lambda: engine(inputs)


def load_torch(
    folder: Path, threads: int, layout: str, size: tuple[int, int], image: Image
) -> Call:
    """Load a RelTR's weights in torch eager mode, fp32.

    ``layout`` is ``channels_first`` or ``channels_last``, of weights and images; the image comes
    in ``size`` (width, height).
    """
    import torch

    from sageiq_ros.engines.pytorch import TorchEngine
    from sageiq_ros.engines.store import read_manifest, verified_model

    class Arranged(TorchEngine):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            form = getattr(torch, 'contiguous_format' if layout == 'channels_first' else layout)
            self._module.to(memory_format=form)
            self._module.model.register_forward_pre_hook(
                lambda _, given: (given[0].contiguous(memory_format=form), *given[1:])
            )

    manifest = read_manifest(folder)
    engine = Arranged(verified_model(folder, manifest), manifest, threads)
    spec = replace(manifest.inputs[0], shape=(1, size[1], size[0], 3))
    inputs = {spec.name: resized(spec, [image])}
    return lambda: engine(inputs)


def resized(spec: TensorSpec, images: list[Image]) -> NDArray[np.uint8]:
    """Return images as a RelTR engine of ``spec`` takes them, (B, H, W, 3)."""
    import cv2

    _, height, width, _ = spec.shape
    # As scene_graph.reltr does.
    rows = [cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA) for image in images]
    return np.asarray(np.stack(rows), np.uint8)
