# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""OpenVINO without a trap for signals.

Each CPU plugin gives the thread that loads it an alternate signal stack and takes it away again.
Of two plugins that end in the order in which they began, the second leaves the freed stack of the
first one in place, and the next Ctrl-C is a segmentation fault (2026.4.1).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from openvino import Core

Loaded = TypeVar('Loaded')


@cache
def openvino_core() -> Core:
    """Return the one ``openvino.Core`` of the process, whose plugin never ends.

    Raises ImportError where OpenVINO is missing.
    """
    from openvino import Core

    return Core()


def load_apart(load: Callable[[], Loaded]) -> Loaded:
    """Call what loads a plugin of its own in a thread that ends; raises what it raises.

    Python's signal handlers run in the main thread, whose signal stack so stays as it is.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(load).result()
