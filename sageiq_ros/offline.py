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

# The events of an access, with the place of the address among their arguments.
EVENTS = {
    'urllib.Request': 0,
    'socket.getaddrinfo': 0,
    'socket.gethostbyname': 0,
    'socket.gethostbyaddr': 0,
    'socket.connect': 1,
    'socket.sendto': 1,
    'socket.sendmsg': 1,
}

_guarded = threading.local()
_installed: list[bool] = []


class NetworkRefusedError(OSError):
    """A library tried to reach the network; its text is the address."""


@contextmanager
def no_network() -> Iterator[list[str]]:
    """Refuse this thread's look-ups of hosts, connections and datagrams; yields their addresses.

    Where a library reaches out by Python's ``socket``, NetworkRefusedError is raised inside it,
    whatever it makes of it. Not guarded are connections that were open before, sockets of this
    machine's processes (AF_UNIX), other threads, child processes, and native code that calls the
    system by itself.
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
    place = EVENTS.get(event)
    if place is None:
        return
    asked = getattr(_guarded, 'asked', None)
    if asked is None:
        return
    address = args[place]
    # Of a socket: a path is another process here, and none is the peer it is connected to.
    if place == 1 and (address is None or isinstance(address, str | bytes)):
        return
    asked.append(str(address))
    raise NetworkRefusedError(str(address))
