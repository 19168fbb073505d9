# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What turns a picture into the features whose centres are compared (section IV-B2).

The paper takes a pretrained ResNet-50's 2048 pooled features; their weights are the user's to
name. Without them the backbone of the shipped scene graph network stands in, and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.engines.store import find_engine, read_manifest, verified_model
from sageiq_ros.openvino_core import openvino_core
from sageiq_ros.types import Image, SageIQError

MEAN = np.array((0.485, 0.456, 0.406), np.float32)
DEVIATION = np.array((0.229, 0.224, 0.225), np.float32)
SIDE = 224
RESNET50_LENGTH, RESNET50_CONVOLUTIONS = 2048, 53
SCENE_GRAPH, EFFICIENTNET = 'scene-graph', 'efficientnet-lite0'
SUBSTITUTES = (SCENE_GRAPH, EFFICIENTNET)
ENGINE = 'reltr_nano'
# The scope of CSPDarknet's last stage in the names that its export gives.
DEEPEST = '/dark5/'

Features = NDArray[np.float32]


class FeatureExtractor(Protocol):
    """Turn pictures into features of one length, which globally pooled activations are."""

    name: str
    """Names network, weights and length, for the report."""
    resnet50: bool
    """Whether it is the paper's network."""

    def __call__(self, image: Image) -> Features:
        """Return the features (L) of one BGR picture of any size."""
        ...


def build_extractor(
    resnet50: Path | None = None, substitute: str = SCENE_GRAPH, threads: int = 1
) -> FeatureExtractor:
    """Load ResNet-50 from a file, or without one what is named of ``SUBSTITUTES``.

    The file is torchvision's state dict (.pth, .safetensors; needs torch) or an .onnx file.
    Raises SageIQError for a file or a package that is missing, damaged or of another network.
    """
    if resnet50 is not None:
        if not resnet50.is_file():
            raise SageIQError(f'There is no file {resnet50}; name the weights of a ResNet-50.')
        if resnet50.suffix == '.onnx':
            return OnnxResNet50(resnet50, threads)
        from sageiq_ros.evaluation.similarity.torch_networks import TorchResNet50

        return TorchResNet50(resnet50, threads)
    if substitute == SCENE_GRAPH:
        return SceneGraphBackbone(threads)
    from sageiq_ros.evaluation.similarity.torch_networks import EfficientNetLite0Features

    return EfficientNetLite0Features(threads)


def prepare(image: Image) -> NDArray[np.float32]:
    """Resize a BGR picture to 224 x 224 and normalise it as for ImageNet: RGB (1, 3, 224, 224).

    The whole picture is squeezed into the square, for the paper resizes and does not crop.
    """
    rgb = shrink(image, SIDE, SIDE)[..., ::-1].astype(np.float32) / 255
    normal = (rgb - MEAN) / DEVIATION
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None])


def shrink(image: Image, width: int, height: int) -> Image:
    """Resize by averaged areas where a picture shrinks in both directions, else bilinearly."""
    shrinks = image.shape[0] >= height and image.shape[1] >= width
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=way), np.uint8)


class SceneGraphBackbone:
    """Pool the last stage of the shipped scene graph network's CSPDarknet (256 features).

    Its activation, SiLU, is cut off below 0 before the mean, so that features are what
    ResNet-50's are: means of activations that are never negative.
    """

    resnet50 = False

    def __init__(self, threads: int = 1) -> None:
        folder = find_engine(ENGINE)
        manifest = read_manifest(folder)
        model = read_graph(verified_model(folder, manifest))
        output = find_last(model, lambda op, shape: DEEPEST in op.get_friendly_name())
        if output is None:
            raise SageIQError(
                f'The engine {ENGINE} has no stage {DEEPEST.strip("/")}; restore the shipped one.'
            )
        self._run = compile_to(model, output, threads)
        self._height, self._width = manifest.inputs[0].shape[1:3]
        self.name = (
            f'CSPDarknet of {ENGINE} (COCO, then streets; {output.shape[1]} features), '
            'not ResNet-50'
        )

    def __call__(self, image: Image) -> Features:
        maps = self._run(shrink(image, self._width, self._height)[None])
        return np.maximum(maps[0], 0).mean(axis=(1, 2))


class OnnxResNet50:
    """Run the ResNet-50 of an ONNX file up to its pooled features, with OpenVINO.

    The file has one input, float32 RGB (B, 3, H, W) normalised as for ImageNet. The features are
    the last tensor that is 2048 wide, pooled where it still has a height and a width; a
    classifier behind it is left out.
    """

    resnet50 = True

    def __init__(self, path: Path, threads: int = 1) -> None:
        model = read_graph(path)
        shape = (1, 3, SIDE, SIDE)
        inputs = model.inputs
        if len(inputs) != 1 or inputs[0].get_element_type().get_type_name() != 'f32':
            raise SageIQError(f'{path} must have one input, of float32 pictures (B, 3, H, W).')
        try:
            model.reshape(list(shape))
        except RuntimeError as error:
            raise SageIQError(
                f'{path} does not take pictures of {SIDE} x {SIDE} px (1, 3, {SIDE}, {SIDE}); '
                'export it with that input.'
            ) from error
        output = find_last(model, lambda op, shape: shape[:2] == [1, RESNET50_LENGTH])
        convolutions = sum(op.get_type_name() == 'Convolution' for op in model.get_ops())
        if output is None or convolutions != RESNET50_CONVOLUTIONS:
            raise SageIQError(
                f'{path} is no ResNet-50, which has {RESNET50_CONVOLUTIONS} convolutions and '
                f'{RESNET50_LENGTH} features.'
            )
        self._run = compile_to(model, output, threads)
        self.name = f'ResNet-50 of {path.name} ({RESNET50_LENGTH} features)'

    def __call__(self, image: Image) -> Features:
        return self._run(prepare(image)).reshape(RESNET50_LENGTH, -1).mean(axis=1)


def read_graph(path: Path) -> Any:
    """Read a network as OpenVINO's model; raises SageIQError where it cannot be read."""
    try:
        return openvino_core().read_model(str(path))
    except RuntimeError as error:
        raise SageIQError(
            f'{path} is no ONNX file that OpenVINO reads; fetch it again.'
        ) from error


def find_last(model: Any, fits: Callable[[Any, list[int]], bool]) -> Any:
    """Return the last computed output (1, C) or (1, C, H, W) that fits, or None.

    Operations are asked in an order in which each follows those that it needs. So where what
    fits ends in one operation, as a stage of a network does, that one is found, whatever
    quantisation has put between.
    """
    found = None
    for op in model.get_ordered_ops():
        if op.get_type_name() in ('Constant', 'Result') or not op.outputs():
            continue
        output = op.output(0)
        partial = output.get_partial_shape()
        if partial.is_dynamic or len(partial) not in (2, 4):
            continue
        shape = list(output.shape)
        if shape[0] == 1 and fits(op, shape):
            found = output
    return found


def compile_to(
    model: Any, output: Any, threads: int
) -> Callable[[NDArray[np.generic]], NDArray[np.float32]]:
    """Compile what ``output`` needs of a network with one input, in full float32.

    Lower precisions, which OpenVINO takes by itself where a processor has them, would make the
    numbers depend on the machine.
    """
    import openvino as ov

    options = {'INFERENCE_NUM_THREADS': str(threads), 'INFERENCE_PRECISION_HINT': 'f32'}
    part = ov.Model([output], model.get_parameters(), 'features')
    request = openvino_core().compile_model(part, 'CPU', options).create_infer_request()

    def run(picture: NDArray[np.generic]) -> NDArray[np.float32]:
        return np.array(request.infer([picture])[0], np.float32)

    return run
