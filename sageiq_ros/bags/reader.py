# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Reading rosbag2 recordings (mcap, sqlite3) without a ROS installation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import yaml
from rosbags.highlevel import AnyReader
from rosbags.interfaces import Connection, ConnectionExtRosbag2, Qos
from rosbags.rosbag2 import Reader
from rosbags.rosbag2.reader import DirectoryReader
from rosbags.rosbag2.storage_mcap import DECOMPRESSORS
from rosbags.typesys import Stores, get_typestore

from sageiq_ros.bags.cut_off import RecordingPath, is_cut_off
from sageiq_ros.bags.frames import BagError
from sageiq_ros.images import COMPRESSED_TYPE, RAW_TYPE
from sageiq_ros.quoting import shortened

if TYPE_CHECKING:
    from rosbags.rosbag2.reader import ReaderProtocol

STORAGE_SUFFIXES = ('.mcap', '.db3')
PACKED_SUFFIXES = ('.mcap.zstd', '.db3.zstd')
SOURCE_KEY = 'source'
IMAGE_TYPES = (RAW_TYPE, COMPRESSED_TYPE)
_ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'


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

    A context manager. Every fault of the file is a BagError. A recording that was cut off is read
    up to there where it can be; ``remark`` is a sentence that says so, '' where nothing is amiss.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._verdicts: dict[str, bool] = {}
        readable = self._readable()
        with self._faults():
            self._reader = AnyReader(
                [readable], default_typestore=get_typestore(Stores.ROS2_KILTED)
            )
            self._reader.open()
            self.topics = self._topics()
            holding = [file.metadata for file in self._files if file.metadata.message_count]
            self.start_ns = min((file.start_time for file in holding), default=0)
            self.end_ns = max((file.end_time for file in holding), default=1) - 1
        self.remark = self._remark(readable)

    @property
    def source(self) -> str:
        """Tell what the bag was made from, where its metadata say so."""
        metadata = self.path / 'metadata.yaml'
        if not metadata.is_file():
            return ''
        with self._faults():
            document = yaml.safe_load(metadata.read_text(encoding='utf-8'))
            custom = document['rosbag2_bagfile_information'].get('custom_data') or {}
            source = custom.get(SOURCE_KEY, '')
            # A few lines of YAML may stand for a value that no memory holds as text.
            return source if isinstance(source, str) else ''

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
        there = ', '.join(shortened(topic.name) for topic in self.topics) or 'none'
        raise BagError(f'{self.path} has no topic {shortened(name)}; its topics are: {there}.')

    def messages(
        self,
        topics: Collection[str] = (),
        start_ns: int | None = None,
        stop_ns: int | None = None,
    ) -> Iterator[Message]:
        """Yield messages in order of time; no topics named means all of them.

        ``start_ns`` and ``stop_ns`` limit the time of recording, the latter excluded; where the
        file has an index, nothing else of it is read.
        """
        wanted = {self.topic(name).name for name in topics}
        connections = [
            connection
            for connection in self._reader.connections
            if not wanted or connection.topic in wanted
        ]
        if not connections:
            return
        records = self._reader.messages(connections, start_ns, stop_ns)
        while True:
            with self._faults():
                record = next(records, None)
            if record is None:
                return
            connection, stamp_ns, data = record
            if data.startswith(_ZSTD_MAGIC):
                # No CDR begins so; that messages are compressed is said by metadata.yaml only.
                with self._faults():
                    data = DECOMPRESSORS['zstd'](data, 0)
            yield Message(connection.topic, connection.msgtype, stamp_ns, data)

    def decode(self, message: Message) -> Any:
        """Return the fields of a message as attributes, byte arrays as numpy arrays.

        A file brings the definitions of its messages; that of an image must be ROS's own.
        """
        with self._faults():
            if message.type in IMAGE_TYPES and not self._defines_as_ros(message.type):
                raise ValueError(f'it has a definition of its own of {message.type}')
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

    def _defines_as_ros(self, type_name: str) -> bool:
        if type_name not in self._verdicts:
            known = get_typestore(Stores.ROS2_KILTED).hash_rihs01(type_name)
            self._verdicts[type_name] = self._reader.typestore.hash_rihs01(type_name) == known
        return self._verdicts[type_name]

    @property
    def _files(self) -> list[ReaderProtocol]:
        (bag,) = (reader.storage for reader in self._reader.readers if isinstance(reader, Reader))
        return bag.storages if isinstance(bag, DirectoryReader) else [bag]

    def _topics(self) -> tuple[Topic, ...]:
        """Take topics from the metadata, but their counts from the files, which do not err."""
        counts: Counter[str] = Counter()
        for file in self._files:
            for connection in file.connections:
                counts[connection.topic] += connection.msgcount
        found = {
            connection.topic: Topic(
                connection.topic,
                connection.msgtype,
                counts[connection.topic],
                _offered(connection),
            )
            for connection in self._reader.connections
        }
        if not all(isinstance(t.name, str) and isinstance(t.type, str) for t in found.values()):
            raise ValueError('a topic has no name or no type')
        return tuple(sorted(found.values(), key=lambda topic: topic.name))

    def _remark(self, readable: Path) -> str:
        files = storage_files(readable) if readable.is_dir() else [readable]
        cut_off = [file.name for file in files if readable != self.path or is_cut_off(file)]
        if cut_off and not self.message_count:
            self.close()
            raise BagError(
                f'The bag {self.path} was cut off before its first message was whole; there is '
                'nothing in it to read.'
            )
        with self._faults():
            told = sum(connection.msgcount for connection in self._reader.connections)
        sentences = []
        if cut_off:
            sentences.append(f'The recording was cut off; {", ".join(cut_off)} was read.')
        if told != self.message_count:
            sentences.append(
                f'metadata.yaml tells of {told} messages, but there are {self.message_count}.'
            )
        return ' '.join(sentences)

    def _readable(self) -> RecordingPath:
        """Return the bag, or the only file of one whose recording was cut off."""
        if not self.path.exists():
            raise BagError(f'There is no bag {self.path}; check the path.')
        if self.path.is_dir():
            if (self.path / 'metadata.yaml').exists():
                return RecordingPath(self.path)
            files = storage_files(self.path)
            if not files:
                raise BagError(f'{self.path} is not a bag: it holds neither .mcap nor .db3 files.')
            if len(files) > 1:
                raise BagError(
                    f'{self.path} has no metadata.yaml, so its recording was cut off; rebuild it '
                    f'with "ros2 bag reindex {self.path}", or name the file {files[0].name}.'
                )
            return RecordingPath(self._unpacked(files[0]))
        if self.path.suffix == '.bag':
            raise BagError(
                f'{self.path} is a ROS 1 bag; convert it first: rosbags-convert '
                f'--src {self.path} --dst {self.path.stem}.'
            )
        if not _is_storage(self.path):
            raise BagError(f'{self.path} is not a bag: a bag ends in .mcap or .db3.')
        return RecordingPath(self._unpacked(self.path))

    def _unpacked(self, file: Path) -> Path:
        if file.name.endswith(PACKED_SUFFIXES):
            raise BagError(
                f'{file} is compressed as a whole, which is read only beside its metadata.yaml; '
                f'unpack it with "zstd -d {file}" and name {file.with_suffix("")}.'
            )
        return file

    @contextmanager
    def _faults(self) -> Iterator[None]:
        # A damaged file surfaces as whatever its parser met: struct, sqlite, yaml, zstd errors.
        try:
            yield
        except Exception as error:
            reason = shortened(str(error)) or type(error).__name__
            if 'disk image is malformed' in reason:
                reason += self._way_out()
            raise BagError(f'The bag {self.path} is damaged or not a bag: {reason}') from error

    def _way_out(self) -> str:
        """Tell how to rescue a database that SQLite calls malformed."""
        files = storage_files(self.path) if self.path.is_dir() else [self.path]
        return (
            f'; rescue what can be read of it with: sqlite3 {files[-1]} .dump | '
            "sed 's/^ROLLBACK.*/COMMIT;/' | sqlite3 rescued.db3"
        )


def storage_files(folder: Path) -> list[Path]:
    """List the files of a folder that hold recorded messages, compressed ones included."""
    return sorted(path for path in folder.iterdir() if _is_storage(path))


def is_bag(path: Path) -> bool:
    """Tell whether a path looks like a recording, damaged ones included."""
    if path.is_dir():
        return (path / 'metadata.yaml').exists() or bool(storage_files(path))
    return _is_storage(path) or path.suffix == '.bag'


def _is_storage(path: Path) -> bool:
    return path.name.endswith((*STORAGE_SUFFIXES, *PACKED_SUFFIXES))


def _offered(connection: Connection) -> tuple[Qos, ...]:
    ext = connection.ext
    return tuple(ext.offered_qos_profiles) if isinstance(ext, ConnectionExtRosbag2) else ()
