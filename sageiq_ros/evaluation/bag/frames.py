# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The frames of a bag's image topic, numbered as its messages are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sageiq_ros.bags.frames import BagError, Frame, Selection
from sageiq_ros.bags.reader import BagReader, Message
from sageiq_ros.bags.recording import BagSource, header_ns
from sageiq_ros.bags.sources import check_limits
from sageiq_ros.evaluation.drive import FrameResult
from sageiq_ros.images import to_bgr


class Times(NamedTuple):
    """Hold when a message was stamped (0 where it was not) and recorded, in nanoseconds."""

    number: int
    header_ns: int
    recorded_ns: int

    @property
    def stamp_ns(self) -> int:
        """Return its time: the header's, or else that of recording."""
        return self.header_ns or self.recorded_ns


class BagFrames:
    """Yield number and frame of the pictures of one image topic, the first one with messages.

    A frame's number is its message's place in the topic, from 0, however the bag is thinned
    (``rate_hz``) or cut (``frames``). ``remark`` is a sentence where the recording was cut off or
    its metadata err. Raises BagError for what is no bag, and for a topic that is not there or
    holds no image.
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
        self.path = path
        self._source = BagSource(path, topic)
        self.remark = self._source.remark
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
            yield int(frame.name.rpartition(' ')[2]), frame

    def times(self) -> Iterator[Times]:
        """Read the times of all messages that can be decoded, without their pictures."""
        with BagReader(self.path) as reader:
            for number, message in enumerate(up_to_damage(reader.messages([self.topic]))):
                try:
                    yield Times(number, header_ns(reader.decode(message)), message.stamp_ns)
                except BagError:
                    continue

    def stamps(self) -> dict[int, int]:
        """Read the stamps of all messages, in nanoseconds by number."""
        return {times.number: times.stamp_ns for times in self.times()}

    def again(self, chosen: Sequence[FrameResult]) -> Iterator[Frame]:
        """Read the frames of some results once more, and nothing else of the bag."""
        with BagReader(self.path) as reader:
            for result in chosen:
                start = result.recorded_ns
                for message in reader.messages([self.topic], start, start + 1):
                    decoded = reader.decode(message)
                    stamp_ns = header_ns(decoded) or message.stamp_ns
                    if stamp_ns == result.stamp_ns:
                        yield Frame(to_bgr(decoded), stamp_ns, result.name, message.stamp_ns)
                        break


def up_to_damage(messages: Iterator[Message]) -> Iterator[Message]:
    """Yield the messages before the place where a bag is damaged, if it is."""
    try:
        yield from messages
    except BagError:
        return
