# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""An image topic of a bag as a source of frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sageiq_ros.bags.frames import BagError, Frame
from sageiq_ros.bags.reader import BagReader, Topic
from sageiq_ros.images import COMPRESSED_TYPE, RAW_TYPE, ImageError, to_bgr
from sageiq_ros.quoting import shortened


class BagSource:
    """Yield the pictures of one topic, by default the first image topic that has messages.

    A frame's time is its header's, or the time of recording where the header has none. ``count``
    is what the files hold, whatever their metadata say.
    """

    def __init__(self, path: Path, topic: str | None = None) -> None:
        self.path = path
        self.skipped: list[str] = []
        with BagReader(path) as reader:
            self.topic = choose_image_topic(reader, topic)
            self.remark = reader.remark
            seconds = (reader.end_ns - reader.start_ns) / 1e9
        self.name = f'{path} {self.topic.name}'
        self.count = self.topic.count
        self.rate_hz = (self.count - 1) / seconds if seconds and self.count > 1 else None

    def __iter__(self) -> Iterator[Frame]:
        self.skipped.clear()
        with BagReader(self.path) as reader:
            for index, message in enumerate(reader.messages([self.topic.name])):
                try:
                    decoded = reader.decode(message)
                    image = to_bgr(decoded)
                except (BagError, ImageError) as error:
                    self.skipped.append(f'Message {index} of {self.topic.name}: {error}')
                    continue
                stamp_ns = header_ns(decoded) or message.stamp_ns
                yield Frame(image, stamp_ns, frame_name(index), message.stamp_ns)
        if self.skipped and len(self.skipped) == self.count:
            raise BagError(
                f'None of the {self.count} messages of {self.topic.name} in {self.path} holds a '
                f'picture that can be read; the first: {self.skipped[0]}'
            )


def frame_name(number: int) -> str:
    """Name a frame by the place of its message in the topic, from 0."""
    return f'message {number}'


def header_ns(decoded: Any) -> int:
    """Return the stamp of a message's header in nanoseconds, 0 where it has none."""
    stamp = getattr(getattr(decoded, 'header', None), 'stamp', None)
    # A file's own definition of a header may be another than ROS's.
    sec, nanosec = getattr(stamp, 'sec', 0), getattr(stamp, 'nanosec', 0)
    whole = isinstance(sec, int) and isinstance(nanosec, int)
    return sec * 1_000_000_000 + nanosec if whole else 0


def image_topics(reader: BagReader) -> list[Topic]:
    """Return the topics that carry images, raw or compressed."""
    return [topic for topic in reader.topics if topic.type in (RAW_TYPE, COMPRESSED_TYPE)]


def choose_image_topic(reader: BagReader, name: str | None) -> Topic:
    """Return the topic asked for, or the first image topic that is not empty."""
    candidates = image_topics(reader)
    if name is not None:
        topic = reader.topic(name)
        if topic not in candidates:
            raise BagError(
                f'{name} in {reader.path} carries {shortened(topic.type)}, not images; its image '
                f'topics are: {", ".join(t.name for t in candidates) or "none"}.'
            )
        return topic
    for topic in candidates:
        if topic.count:
            return topic
    there = ', '.join(shortened(f'{topic.name} ({topic.type})') for topic in reader.topics)

    raise BagError(f'{reader.path} has no images; its topics are: {there or "none"}.')
