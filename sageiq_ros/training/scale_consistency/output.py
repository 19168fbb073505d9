# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The file of trained size modules: LSQ, SFE and biases by the network's own names."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.models.size_modules import FILE_FORMAT
from sageiq_ros.training.scale_consistency.trainables import trained_state


def write_size_modules(path: Path, network: SageIQM, about: dict[str, Any]) -> None:
    """Write a safetensors file of float32 tensors, 52 MB at full size.

    Keys are those of ``SageIQM.state_dict()``: ``size_queries``, ``size_feature_extractor.*`` and
    the full names of the trained biases. The metadata hold ``format`` and, as JSON, ``about``,
    with null for a number that is not finite.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix('.partial')
    metadata = {'format': FILE_FORMAT, 'about': json.dumps(_finite(about), allow_nan=False)}
    save_file(trained_state(network), partial, metadata)
    partial.replace(path)


def _finite(value: Any) -> Any:
    # Strict readers of JSON take neither NaN nor infinity.
    if isinstance(value, dict):
        return {name: _finite(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
