# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Keep libraries that would fetch files by themselves from doing so."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Read by Hugging Face's libraries when they are imported.
SWITCHES = ('HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE', 'HF_DATASETS_OFFLINE')

_guarded = threading.local()
_installed: list[bool] = []


class NetworkRefusedError(OSError):
    """A library tried to reach the network; its text is the address."""


@contextmanager
def no_network() -> Iterator[list[str]]:
    """Refuse every network access of this thread; yields the addresses that were asked for.

    Where a library reaches out, NetworkRefusedError is raised inside it, whatever it makes of it.
    Sockets of this machine's processes (AF_UNIX) stay open, and so do other threads' ones.
    """
    for switch in SWITCHES:
        os.environ[switch] = '1'
    if not _installed:
        sys.addaudithook(_refuse)
        _installed.append(True)
    before = getattr(_guarded, 'asked', None)
    asked: list[str] = []
    _guarded.asked = asked
    try:
        yield asked
    finally:
        _guarded.asked = before


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event not in ('urllib.Request', 'socket.getaddrinfo', 'socket.connect'):
        return
    asked = getattr(_guarded, 'asked', None)
    if asked is None:
        return
    address = args[1] if event == 'socket.connect' else args[0]
    if event == 'socket.connect' and isinstance(address, str | bytes):
        return
    asked.append(str(address))
    raise NetworkRefusedError(str(address))
