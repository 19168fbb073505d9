# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The frames of a bag's image topic, numbered as its messages are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sageiq_ros.bags.frames import BagError, Frame, Selection
from sageiq_ros.bags.reader import BagReader, Message, storage_files
from sageiq_ros.bags.recording import BagSource
from sageiq_ros.bags.sources import check_limits


class BagFrames:
    """Yield number and frame of the pictures of one image topic, the first one with messages.

    A frame's number is its message's place in the topic, from 0, however the bag is thinned
    (``rate_hz``) or cut (``frames``). ``remark`` is a sentence where the recording was cut off.
    Raises BagError for what is no bag, and for a topic that is not there or holds no image.
    """

    def __init__(
        self,
        path: Path,
        topic: str | None = None,
        *,
        rate_hz: float | None = None,
        frames: int | None = None,
    ) -> None:
        check_limits(rate_hz, frames)
        self.path = self._readable(path)
        self.remark = (
            '' if self.path == path else f'The recording was cut off; {self.path.name} was read.'
        )
        self._source = BagSource(self.path, topic)
        self._selection = Selection(self._source, rate_hz=rate_hz, frames=frames)
        self.topic = self._source.topic.name
        self.name = f'{path} {self.topic}'
        self.in_topic = self._source.count
        if not self.in_topic:
            raise BagError(f'{path} holds no message on {self.topic}; name another topic.')

    @property
    def count(self) -> int | None:
        """Tell how many frames are expected."""
        return self._selection.count

    @property
    def skipped(self) -> list[str]:
        """Say in sentences which messages could not be decoded, so far."""
        return self._source.skipped

    def __iter__(self) -> Iterator[tuple[int, Frame]]:
        for frame in self._selection:
            # A recording names its frames "message 0", "message 1" and so on.
            yield int(frame.name.rpartition(' ')[2]), frame

    def stamps(self) -> dict[int, int]:
        """Read the stamps of all messages, in nanoseconds by number, without their pictures."""
        found: dict[int, int] = {}
        with BagReader(self.path) as reader:
            for number, message in enumerate(up_to_damage(reader.messages([self.topic]))):
                try:
                    stamp = reader.decode(message).header.stamp
                except BagError:
                    continue
                found[number] = stamp.sec * 1_000_000_000 + stamp.nanosec or message.stamp_ns
        return found

    @staticmethod
    def _readable(path: Path) -> Path:
        """Return a bag, or the only file of one whose recording was cut off."""
        if path.is_dir() and not (path / 'metadata.yaml').exists():
            files = storage_files(path)
            if len(files) == 1:
                return files[0]
        return path


def up_to_damage(messages: Iterator[Message]) -> Iterator[Message]:
    """Yield the messages before the place where a bag is damaged, if it is."""
    try:
        yield from messages
    except BagError:
        return
