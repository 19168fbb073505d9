# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The file of trained size modules: LSQ, SFE and biases by the network's own names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.training.scale_consistency.trainables import trained_state

FORMAT = 'sageiq-m size modules'


def write_size_modules(path: Path, network: SageIQM, about: dict[str, Any]) -> None:
    """Write a safetensors file of float32 tensors, 52 MB at full size.

    Keys are those of ``SageIQM.state_dict()``: ``size_queries``, ``size_feature_extractor.*`` and
    the full names of the trained biases. The metadata hold ``format`` and, as JSON, ``about``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix('.partial')
    metadata = {'format': FORMAT, 'about': json.dumps(about)}
    save_file(trained_state(network), partial, metadata)
    partial.replace(path)
