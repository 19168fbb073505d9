# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Export a network to ONNX with static shapes (needs torch and onnx)."""

from __future__ import annotations

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
    shapes become static. ``outputs`` name the returned tuple in its order.
    """
    import torch

    torch.onnx.export(
        module.eval(),
        tuple(inputs.values()),
        str(path),
        input_names=list(inputs),
        output_names=list(outputs),
        opset_version=OPSET,
        dynamo=False,
    )
