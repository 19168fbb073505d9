# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The one OpenVINO runtime of a process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openvino import Core


@cache
def openvino_core() -> Core:
    """Return the process's ``openvino.Core``; raises ImportError where OpenVINO is missing.

    It is never given back: each Core's CPU plugin gives the thread that loads it an alternate
    signal stack and takes it away again. Of two that end in the order in which they began, the
    second leaves the first one's freed stack in place, and the next Ctrl-C is a segmentation
    fault (2026.4.1).
    """
    from openvino import Core

    return Core()
