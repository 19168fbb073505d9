# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings: files of mcap and sqlite3, whole, cut off and damaged, and their metadata."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

from fuzzing import pictures
from fuzzing.mutators import mutate_bytes, mutate_text
from fuzzing.target import Run, Target
from sageiq_ros.bags.messages import jpeg_image, raw_image, truth
from sageiq_ros.bags.reader import BagReader
from sageiq_ros.bags.recording import BagSource
from sageiq_ros.bags.typestore import message_store
from sageiq_ros.evaluation.bag.label_source import read_label_topic
from sageiq_ros.images import COMPRESSED_TYPE, RAW_TYPE
from sageiq_ros.types import Box, Region, SageIQError, SceneGraph, Triplet

TRUTH_TYPE = 'sageiq_msgs/msg/TarQuality'
SECOND_NS = 10**9
GRAPH = SceneGraph(
    (Region('car', 0.9, Box(1, 2, 9, 9)), Region('street', 0.8, Box(0, 5, 30, 20))),
    (Triplet(0, 'on', 1, 0.7),),
)


def _write(path: Path, storage: StoragePlugin, packed: CompressionMode | None) -> Path:
    """Write a drive of two cameras with labels; returns its storage file."""
    store, picture = message_store(), pictures.scene()[:8, :8]
    writer = Writer(path, version=9, storage_plugin=storage)
    if packed is not None:
        writer.set_compression(packed, CompressionFormat.ZSTD)
    with writer:
        topics = (('/raw', RAW_TYPE), ('/jpeg/compressed', COMPRESSED_TYPE), ('/t', TRUTH_TYPE))
        opened = [writer.add_connection(*topic, typestore=store) for topic in topics]
        for number in range(1, 4):
            stamp_ns = number * SECOND_NS
            messages = (
                raw_image(picture, stamp_ns, 'camera'),
                jpeg_image(picture, stamp_ns, 'camera'),
                truth(GRAPH, stamp_ns, 'camera', '/raw', (32, 24)),
            )
            for connection, message, (_, kind) in zip(opened, messages, topics, strict=True):
                writer.write(connection, stamp_ns, store.serialize_cdr(message, kind))
    return next(file for file in path.iterdir() if file.suffix != '.yaml')


def _drive(path: Path) -> str:
    """Read all of a recording as the package does; a topic that cannot be read costs that one."""
    said = []
    with BagReader(path) as reader:
        said.append(f'{min(reader.message_count, 9)} {reader.source[:9]} {bool(reader.remark)}')
        assert reader.size_bytes > 0
        for topic in reader.topics:
            try:
                for message in reader.messages([topic.name], stop_ns=10 * SECOND_NS):
                    reader.decode(message)
                if topic.type == TRUTH_TYPE:
                    read_label_topic(reader, topic.name, '/raw')
            except SageIQError as error:
                said.append(type(error).__name__)
    for topic in ('/raw', '/jpeg/compressed'):
        source = BagSource(path, topic)
        said.append(f'{sum(1 for _ in source)} {len(source.skipped)}')
    return ' '.join(said)


def _file(
    name: str, storage: StoragePlugin, modes: Sequence[CompressionMode | None]
) -> Callable[[Path], tuple[Sequence[bytes], Run]]:
    def make(folder: Path) -> tuple[Sequence[bytes], Run]:
        path = folder / name

        def run(data: bytes) -> str:
            path.write_bytes(data)
            return _drive(path)

        files = [_write(folder / str(n), storage, mode) for n, mode in enumerate(modes)]
        whole = [file.read_bytes() for file in files]
        return [*whole, *(data[: 2 * len(data) // 3] for data in whole)], run

    return make


def _metadata(folder: Path) -> tuple[Sequence[bytes], Run]:
    bag = folder / 'bag'
    _write(bag, StoragePlugin.MCAP, None)
    text = (bag / 'metadata.yaml').read_bytes()
    with_source = text.replace(b'custom_data: null', b'custom_data:\n    source: a street')

    def run(data: bytes) -> str:
        (bag / 'metadata.yaml').write_bytes(data)
        return _drive(bag)

    return [text, with_source], run


TARGETS = (
    Target(
        'mcap file',
        _file('bag.mcap', StoragePlugin.MCAP, (None, CompressionMode.STORAGE)),
        mutate_bytes,
        2_000,
    ),
    Target('sqlite3 bag', _file('bag.db3', StoragePlugin.SQLITE3, (None,)), mutate_bytes, 1_000),
    Target('bag metadata', _metadata, mutate_text, 800),
)
