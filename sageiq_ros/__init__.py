# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ: scene-graph-guided image quality for cars' cameras."""

import sys

# At its import OpenVINO forks a process that reports the use over the network. Nothing may leave a
# car, nor fork beside its threads: without this module OpenVINO does without it.
sys.modules.setdefault('openvino_telemetry', None)  # type: ignore[arg-type]
