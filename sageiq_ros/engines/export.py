# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Export a network to ONNX with static shapes (needs torch and onnx)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

OPSET = 17


def export_onnx(
    module: torch.nn.Module,
    inputs: Mapping[str, torch.Tensor],
    outputs: Sequence[str],
    path: Path,
) -> None:
    """Write ``module`` in eval mode as one ONNX file of opset 17.

    ``inputs`` are example arrays by the names of ``forward``'s arguments, in their order; their
    shapes become static. ``outputs`` name the returned tuple in its order; their shapes, which
    the exporter may lose, are those of one run.
    """
    import onnx
    import torch

    example = tuple(inputs.values())
    with torch.no_grad():
        results = module.eval()(*example)
    with warnings.catch_warnings():
        # It warns wherever a shape becomes a constant, which is what is wanted here.
        warnings.simplefilter('ignore', torch.jit.TracerWarning)
        torch.onnx.export(
            module,
            example,
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load(str(path))
    for value, result in zip(model.graph.output, results, strict=True):
        dimensions = value.type.tensor_type.shape.dim
        del dimensions[:]
        for length in result.shape:
            dimensions.add().dim_value = length
    onnx.save(model, str(path))
