# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Write this folder's networks: ``.venv-train/bin/python test/data/engines/make_networks.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HEIGHT, WIDTH, CHANNELS = 6, 8, 4
# Odd, so that no value lies halfway between two steps, where runtimes round differently.
SCALE = 1.9


def main() -> None:
    """Write every network beside this file."""
    folder = Path(__file__).parent
    for name, nodes in {
        'float': [*cast_first(), *head('planes')],
        'symmetric': [*cast_first(), *quantized('int8_zero'), *head('rounded')],
        'asymmetric': [*cast_first(), *quantized('uint8_three'), *head('rounded')],
        'transposed_bytes': [*transpose_first(), *head('planes')],
    }.items():
        graph = helper.make_graph(
            nodes,
            name,
            [helper.make_tensor_value_info('image', TensorProto.UINT8, [1, HEIGHT, WIDTH, 3])],
            [
                helper.make_tensor_value_info('logits', TensorProto.FLOAT, [1, CHANNELS]),
                helper.make_tensor_value_info(
                    'maps', TensorProto.FLOAT, [1, CHANNELS, HEIGHT, WIDTH]
                ),
            ],
            weights(),
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=9)
        onnx.checker.check_model(model)
        onnx.save(model, str(folder / f'{name}.onnx'))


def weights() -> list[TensorProto]:
    kernel = np.random.default_rng(0).normal(size=(CHANNELS, 3, 3, 3)).astype(np.float32) / 255
    values = {
        'kernel': kernel,
        'scale': np.array(SCALE, np.float32),
        'int8_zero': np.array(0, np.int8),
        'uint8_three': np.array(3, np.uint8),
    }
    return [numpy_helper.from_array(value, name) for name, value in values.items()]


def cast_first() -> list[onnx.NodeProto]:
    return [
        helper.make_node('Cast', ['image'], ['numbers'], to=TensorProto.FLOAT),
        helper.make_node('Transpose', ['numbers'], ['planes'], perm=[0, 3, 1, 2]),
    ]


def transpose_first() -> list[onnx.NodeProto]:
    return [
        helper.make_node('Transpose', ['image'], ['bytes'], perm=[0, 3, 1, 2]),
        helper.make_node('Cast', ['bytes'], ['planes'], to=TensorProto.FLOAT),
    ]


def quantized(zero: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node('QuantizeLinear', ['planes', 'scale', zero], ['steps']),
        helper.make_node('DequantizeLinear', ['steps', 'scale', zero], ['rounded']),
    ]


def head(source: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node('Conv', [source, 'kernel'], ['folded'], 'conv', pads=[1, 1, 1, 1]),
        helper.make_node('Relu', ['folded'], ['maps']),
        helper.make_node('ReduceMean', ['maps'], ['logits'], axes=[2, 3], keepdims=0),
    ]


if __name__ == '__main__':
    main()
