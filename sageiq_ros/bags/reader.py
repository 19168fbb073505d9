# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Reading rosbag2 recordings (mcap, sqlite3) without a ROS installation."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml
from rosbags.highlevel import AnyReader
from rosbags.interfaces import Connection, ConnectionExtRosbag2, Qos
from rosbags.typesys import Stores, get_typestore

from sageiq_ros.bags.frames import BagError

STORAGE_SUFFIXES = ('.mcap', '.db3')
SOURCE_KEY = 'source'


@dataclass(frozen=True, slots=True)
class Topic:
    """Describe one topic of a bag; ``qos`` is what its publishers offered, if recorded."""

    name: str
    type: str
    count: int
    qos: tuple[Qos, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """Hold one recorded message as it was on the wire, and when it was received."""

    topic: str
    type: str
    stamp_ns: int
    data: bytes


class BagReader:
    """Read one bag: a rosbag2 folder, or a single ``.mcap`` or ``.db3`` file of one.

    A context manager. Every fault of the file is a BagError.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._check_path()
        with self._faults():
            self._reader = AnyReader(
                [self.path], default_typestore=get_typestore(Stores.ROS2_KILTED)
            )
            self._reader.open()
        self.topics = self._topics()
        empty = not self._reader.message_count
        self.start_ns = 0 if empty else self._reader.start_time
        self.end_ns = 0 if empty else self._reader.end_time - 1

    @property
    def source(self) -> str:
        """Tell what the bag was made from, where its metadata say so."""
        metadata = self.path / 'metadata.yaml'
        if not metadata.is_file():
            return ''
        with self._faults():
            document = yaml.safe_load(metadata.read_text(encoding='utf-8'))
            custom = document['rosbag2_bagfile_information'].get('custom_data') or {}
            return str(custom.get(SOURCE_KEY, ''))

    @property
    def message_count(self) -> int:
        """Count the messages of all topics."""
        return sum(topic.count for topic in self.topics)

    @property
    def size_bytes(self) -> int:
        """Measure the bag on disk."""
        files = self.path.iterdir() if self.path.is_dir() else [self.path]
        return sum(file.stat().st_size for file in files if file.is_file())

    def topic(self, name: str) -> Topic:
        """Return a topic; raise BagError with the list of those there are."""
        for topic in self.topics:
            if topic.name == name:
                return topic
        there = ', '.join(topic.name for topic in self.topics) or 'none'
        raise BagError(f'{self.path} has no topic {name}; its topics are: {there}.')

    def messages(self, topics: Collection[str] = ()) -> Iterator[Message]:
        """Yield messages in order of time; no topics named means all of them."""
        wanted = {self.topic(name).name for name in topics}
        connections = [
            connection
            for connection in self._reader.connections
            if not wanted or connection.topic in wanted
        ]
        if not connections:
            return
        records = self._reader.messages(connections=connections)
        while True:
            with self._faults():
                record = next(records, None)
            if record is None:
                return
            connection, stamp_ns, data = record
            yield Message(connection.topic, connection.msgtype, stamp_ns, data)

    def decode(self, message: Message) -> Any:
        """Return the fields of a message as attributes, byte arrays as numpy arrays."""
        with self._faults():
            return self._reader.deserialize(message.data, message.type)

    def close(self) -> None:
        """Release the file."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _topics(self) -> tuple[Topic, ...]:
        found: dict[str, Topic] = {}
        for connection in self._reader.connections:
            earlier = found.get(connection.topic)
            count = connection.msgcount + (earlier.count if earlier else 0)
            found[connection.topic] = Topic(
                connection.topic, connection.msgtype, count, _offered(connection)
            )
        return tuple(sorted(found.values(), key=lambda topic: topic.name))

    def _check_path(self) -> None:
        if not self.path.exists():
            raise BagError(f'There is no bag {self.path}; check the path.')
        if self.path.is_dir():
            if (self.path / 'metadata.yaml').exists():
                return
            if files := storage_files(self.path):
                raise BagError(
                    f'{self.path} has no metadata.yaml, so its recording was cut off; rebuild it '
                    f'with "ros2 bag reindex {self.path}", or name the file {files[0].name}.'
                )
            raise BagError(f'{self.path} is not a bag: it holds neither .mcap nor .db3 files.')
        if self.path.suffix == '.bag':
            raise BagError(
                f'{self.path} is a ROS 1 bag; convert it first: rosbags-convert '
                f'--src {self.path} --dst {self.path.stem}.'
            )
        if self.path.suffix not in STORAGE_SUFFIXES:
            raise BagError(f'{self.path} is not a bag: a bag ends in .mcap or .db3.')

    @contextmanager
    def _faults(self) -> Iterator[None]:
        # A damaged file surfaces as whatever its parser met: struct, sqlite, yaml, zstd errors.
        try:
            yield
        except Exception as error:
            reason = ' '.join(str(error).split()) or type(error).__name__
            raise BagError(f'The bag {self.path} is damaged or not a bag: {reason}') from error


def storage_files(folder: Path) -> list[Path]:
    """List the files of a folder that hold recorded messages."""
    return sorted(path for path in folder.iterdir() if path.suffix in STORAGE_SUFFIXES)


def is_bag(path: Path) -> bool:
    """Tell whether a path looks like a recording, damaged ones included."""
    if path.is_dir():
        return (path / 'metadata.yaml').exists() or bool(storage_files(path))
    return path.suffix in (*STORAGE_SUFFIXES, '.bag')


def _offered(connection: Connection) -> tuple[Qos, ...]:
    ext = connection.ext
    return tuple(ext.offered_qos_profiles) if isinstance(ext, ConnectionExtRosbag2) else ()
