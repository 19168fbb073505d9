# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What an engine's folder says of itself: ``manifest.json`` beside the network file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Describe one input or output: its name, shape (static) and numpy dtype."""

    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Identify an engine.

    ``network`` is the class that understands it (``reltr``, ``sageiq_m``); ``file`` lies beside
    the manifest and hashes to ``sha256``. ``settings`` holds what pre- and post-processing need
    (mean, std, vocabulary …), ``provenance`` says what it was trained on and under which licence,
    and ``measured`` what was measured of it and by which command.
    """

    name: str
    network: str
    precision: str
    file: str
    sha256: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    measured: dict[str, Any] = field(default_factory=dict)
