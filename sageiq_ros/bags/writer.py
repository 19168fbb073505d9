# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Writing rosbag2 recordings (mcap, sqlite3) without a ROS installation."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rosbags.interfaces import (
    Connection,
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import StoragePlugin, Writer

from sageiq_ros.bags.frames import BagError
from sageiq_ros.bags.reader import SOURCE_KEY
from sageiq_ros.bags.typestore import message_store

FORMATS = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}
_UNSET = QosTime(0, 0)
_RELIABLE = Qos(
    QosHistory.KEEP_LAST,
    10,
    QosReliability.RELIABLE,
    QosDurability.VOLATILE,
    _UNSET,
    _UNSET,
    QosLiveliness.AUTOMATIC,
    _UNSET,
    avoid_ros_namespace_conventions=False,
)


class BagWriter:
    """Write one new bag folder; a context manager.

    Raises BagError for a folder that exists and for a format that is not in FORMATS. A bag
    whose writing failed is removed; one whose writing was interrupted is closed and kept.
    ``source`` says in the bag's metadata what it was made from.
    """

    def __init__(self, path: str | Path, storage: str = 'mcap', source: str = '') -> None:
        self.path = Path(path)
        if storage not in FORMATS:
            raise BagError(f'A bag is written as {" or ".join(FORMATS)}, not {storage!r}.')
        if self.path.exists():
            raise BagError(f'{self.path} exists already; name another folder or remove it.')
        self._writer = Writer(self.path, version=9, storage_plugin=FORMATS[storage])
        if source:
            self._writer.set_custom_data(SOURCE_KEY, source)
        try:
            self._writer.open()
        except OSError as error:
            raise BagError(f'Cannot write the bag {self.path}: {error.strerror}.') from error
        self._connections: dict[str, Connection] = {}

    def write(self, topic: str, type_name: str, stamp_ns: int, message: Any) -> None:
        """Append a message built with ``message_store().types``."""
        data = message_store().serialize_cdr(message, type_name)
        self.write_raw(topic, type_name, stamp_ns, data)

    def write_raw(
        self, topic: str, type_name: str, stamp_ns: int, data: bytes | memoryview
    ) -> None:
        """Append a message that is in CDR already; ``stamp_ns`` is when it was received."""
        if topic not in self._connections:
            self._connections[topic] = self._writer.add_connection(
                topic,
                type_name,
                typestore=message_store(),
                offered_qos_profiles=[_RELIABLE],
            )
        try:
            self._writer.write(self._connections[topic], stamp_ns, data)
        except OSError as error:
            raise BagError(f'Cannot write the bag {self.path}: {error.strerror}.') from error

    def close(self) -> None:
        """Finish the files; the bag is readable only after this."""
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self.close()
            return
        self._writer.abort()
        shutil.rmtree(self.path)
