# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Quantise an ONNX file to static int8, as Q/DQ nodes that every runtime takes (needs NNCF)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def quantize_onnx(
    source: Path,
    target: Path,
    samples: Iterable[Mapping[str, NDArray[np.generic]]],
    *,
    ignored_names: Sequence[str] = (),
    transformer: bool = True,
) -> None:
    """Calibrate ``source`` on ``samples`` (inputs by name) and write int8 to ``target``.

    ``ignored_names`` are regular expressions of node names that stay in float.
    ``transformer`` turns on NNCF's treatment of attention (smoothing of activations included).
    """
    import nncf
    import onnx

    calibration = list(samples)
    scope = nncf.IgnoredScope(patterns=list(ignored_names), validate=False)
    quantized = nncf.quantize(
        onnx.load(str(source)),
        nncf.Dataset(calibration),
        subset_size=len(calibration),
        preset=nncf.QuantizationPreset.MIXED,
        model_type=nncf.ModelType.TRANSFORMER if transformer else None,
        ignored_scope=scope if ignored_names else None,
    )
    onnx.save(quantized, str(target))
