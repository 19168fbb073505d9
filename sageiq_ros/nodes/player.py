# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Publishing recorded messages at the times they were recorded, without decoding them."""

from __future__ import annotations

import time
from collections.abc import Container, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rosbags.interfaces import QosDurability, QosReliability
from rosgraph_msgs.msg import Clock

from sageiq_ros.bags.reader import BagReader, Message, Topic
from sageiq_ros.bags.typestore import BagError

CLOCK_PERIOD_NS = 25_000_000
FLUSH_S = 2.0
QUEUE = 10


class Player:
    """Publish the topics ``names`` of a bag, each under the name it maps to.

    ``speed`` scales time; ``clock`` publishes the bag's time on /clock at 40 Hz of bag time.
    """

    def __init__(
        self,
        node: Node,
        reader: BagReader,
        names: Mapping[str, str],
        *,
        speed: float = 1.0,
        clock: bool = False,
    ) -> None:
        if not 0.0 < speed <= 1000.0:
            raise BagError(f'The speed must lie above 0 and up to 1000, not {speed}.')
        self.reader = reader
        self.speed = speed
        self.published = 0
        self.worst_delay_s = 0.0
        self._publishers = {
            name: _publisher(node, reader.topic(name), new) for name, new in names.items()
        }
        self._clock = node.create_publisher(Clock, '/clock', QUEUE) if clock else None

    def wait_for_subscriber(self, timeout_s: float) -> bool:
        """Wait until somebody listens to one of the topics; tell whether that came to pass."""
        deadline = time.monotonic() + timeout_s
        while not any(p.get_subscription_count() for p in self._publishers.values()):
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        return True

    def play(self) -> None:
        """Publish the bag once, from its first message on."""
        begin = time.monotonic()
        first_ns: int | None = None
        for stamp_ns, message in self._events():
            first_ns = stamp_ns if first_ns is None else first_ns
            due = begin + (stamp_ns - first_ns) / 1e9 / self.speed
            ahead = due - time.monotonic()
            if ahead > 0.0:
                time.sleep(ahead)
            self.worst_delay_s = max(self.worst_delay_s, -ahead)
            if message is None:
                self._tick(stamp_ns)
            else:
                self._publishers[message.topic].publish(bytes(message.data))
                self.published += 1

    def flush(self) -> None:
        """Wait, for a limited time, until reliable subscribers have the last messages."""
        for publisher in self._publishers.values():
            publisher.wait_for_all_acked(Duration(seconds=FLUSH_S))

    def summary(self) -> str:
        """Say in one sentence what was played and how punctually."""
        return (
            f'Played {self.published} messages on {len(self._publishers)} topics; the latest was '
            f'{1e3 * self.worst_delay_s:.0f} ms behind its time.'
        )

    def _events(self) -> Iterator[tuple[int, Message | None]]:
        """Merge the messages with the ticks of the clock, which have no message."""
        tick_ns: int | None = None
        for message in self.reader.messages(list(self._publishers)):
            if self._clock is not None:
                tick_ns = message.stamp_ns if tick_ns is None else tick_ns
                while tick_ns <= message.stamp_ns:
                    yield tick_ns, None
                    tick_ns += CLOCK_PERIOD_NS
            yield message.stamp_ns, message

    def _tick(self, stamp_ns: int) -> None:
        clock = Clock()
        clock.clock.sec, clock.clock.nanosec = divmod(stamp_ns, 1_000_000_000)
        if self._clock is not None:
            self._clock.publish(clock)


def select_topics(
    reader: BagReader, wanted: Sequence[str], excluded: Container[str] = ()
) -> tuple[dict[str, str], list[str]]:
    """Resolve ``NAME[:=NEW]`` arguments to a mapping of names, and say what is left out.

    Nothing wanted means every topic whose type is installed and whose name is not ``excluded``.
    Raises BagError for a topic that the bag lacks, a type that is not installed, and a bag with
    nothing to play.
    """
    left_out: list[str] = []
    names: dict[str, str] = {}
    if wanted:
        for argument in wanted:
            name, _, new = argument.partition(':=')
            message_class(reader.topic(name))
            names[name] = new or name
    else:
        for topic in (topic for topic in reader.topics if topic.name not in excluded):
            try:
                message_class(topic)
            except BagError as error:
                left_out.append(f'left out: {error}')
            else:
                names[topic.name] = topic.name
    if not any(reader.topic(name).count for name in names):
        raise BagError(f'{reader.path} holds no message that can be played here.')
    return names, left_out


def message_class(topic: Topic) -> Any:
    """Import the class of a topic's type."""
    try:
        package, _, name = topic.type.split('/')
        return getattr(import_module(f'{package}.msg'), name)
    except (ValueError, ImportError, AttributeError) as error:
        raise BagError(
            f'topic {topic.name} has type {topic.type}, which is not installed here.'
        ) from error


def _publisher(node: Node, topic: Topic, name: str) -> Publisher:
    return node.create_publisher(message_class(topic), name, _profile(topic))


def _profile(topic: Topic) -> QoSProfile:
    """Offer what was offered when it was recorded: latched topics stay latched."""
    latched = any(qos.durability is QosDurability.TRANSIENT_LOCAL for qos in topic.qos)
    lossy = any(qos.reliability is QosReliability.BEST_EFFORT for qos in topic.qos)
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=QUEUE,
        reliability=ReliabilityPolicy.BEST_EFFORT if lossy else ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )
