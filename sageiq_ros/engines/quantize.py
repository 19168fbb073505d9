# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Quantise an ONNX file to static int8, as Q/DQ nodes (needs NNCF)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnx


def quantize_onnx(
    source: Path,
    target: Path,
    samples: Iterable[Mapping[str, NDArray[np.generic]]],
    *,
    ignored_names: Sequence[str] = (),
    transformer: bool = True,
    symmetric: bool = False,
) -> None:
    """Calibrate ``source`` on ``samples`` (inputs by name) and write int8 to ``target``.

    ``ignored_names`` are regular expressions of node names that stay in float.
    ``transformer`` turns on NNCF's treatment of attention (smoothing of activations included).
    ``symmetric`` makes every zero point an int8 0 and gives activations one scale a tensor, as
    TensorRT requires; without it they take the range they have, which is more exact.
    Weights take half of int8's range: a processor without VNNI adds two products in 16 bits,
    where those of the whole range overflow and nothing is found any more.
    """
    import nncf
    import onnx
    from nncf.quantization.advanced_parameters import (
        AdvancedQuantizationParameters,
        OverflowFix,
        QuantizationParameters,
    )

    # It would tell of every operation that stays in float.
    nncf.set_log_level(logging.WARNING)
    preset = nncf.QuantizationPreset.MIXED
    advanced = AdvancedQuantizationParameters(overflow_fix=OverflowFix.ENABLE)
    if symmetric:
        preset = nncf.QuantizationPreset.PERFORMANCE
        advanced.activations_quantization_params = QuantizationParameters(per_channel=False)
    calibration = list(samples)
    scope = nncf.IgnoredScope(patterns=list(ignored_names), validate=False)
    quantized = nncf.quantize(
        onnx.load(str(source)),
        nncf.Dataset(calibration),
        subset_size=len(calibration),
        preset=preset,
        model_type=nncf.ModelType.TRANSFORMER if transformer else None,
        ignored_scope=scope if ignored_names else None,
        advanced_parameters=advanced,
    )
    if symmetric:
        make_signed(quantized)
    onnx.save(quantized, str(target))


def make_signed(model: onnx.ModelProto) -> None:
    """Turn the steps of a symmetrically quantised graph from uint8 into int8, in place.

    The range stays: 127 steps take the place of 255. Raises ValueError for a zero point that is
    not 0.
    """
    from onnx import numpy_helper

    weights = {weight.name: weight for weight in model.graph.initializer}
    pairs = {
        (node.input[1], node.input[2])
        for node in model.graph.node
        if node.op_type in ('QuantizeLinear', 'DequantizeLinear')
    }
    zeros = {zero for _, zero in pairs if numpy_helper.to_array(weights[zero]).dtype == np.uint8}
    for name in zeros:
        value = numpy_helper.to_array(weights[name])
        if value.any():
            raise ValueError(f'the zero point {name} is {value}, not 0')
        weights[name].CopyFrom(numpy_helper.from_array(value.astype(np.int8), name))
    for name in {scale for scale, zero in pairs if zero in zeros}:
        value = numpy_helper.to_array(weights[name]) * np.float32(255 / 127)
        weights[name].CopyFrom(numpy_helper.from_array(value, name))
