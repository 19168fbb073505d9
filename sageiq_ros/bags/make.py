# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Turning any source of pictures into a bag."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path

from sageiq_ros.bags.frames import BagError, Frame, FrameSource
from sageiq_ros.bags.messages import TRUTH_TYPE, jpeg_image, raw_image, truth
from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.images import COMPRESSED_TYPE, RAW_TYPE, image_type
from sageiq_ros.types import SceneGraph

FRAME_ID = 'camera'
RAW_TOPIC = '/image_raw'
COMPRESSED_TOPIC = '/image_raw/compressed'
TRUTH_TOPIC = '/truth'


def make_bag(
    source: FrameSource,
    path: str | Path,
    *,
    storage: str = 'mcap',
    compressed: bool = False,
    topic: str | None = None,
) -> Generator[Frame, None, None]:
    """Write a source into a new bag, yielding each frame once it is written.

    The renderer's truth goes to TRUTH_TOPIC. Raises BagError; a failed bag is removed, one that
    is left early (the generator closed) stays readable.
    """
    topic = topic or (COMPRESSED_TOPIC if compressed else RAW_TOPIC)
    if not topic.startswith('/') or topic.endswith('/'):
        raise BagError(f'A topic in a bag is written in full, as {RAW_TOPIC}, not {topic!r}.')
    type_name = COMPRESSED_TYPE if compressed else RAW_TYPE
    if image_type(topic) != type_name:
        raise BagError(
            'By the convention of image_transport the topic of compressed images ends in '
            f'/compressed, and no other does; {topic!r} breaks it.'
        )
    picture = jpeg_image if compressed else raw_image
    with BagWriter(path, storage, source.name) as writer:
        try:
            for frame, graph in _with_truth(source):
                message = picture(frame.image, frame.stamp_ns, FRAME_ID)
                writer.write(topic, type_name, frame.stamp_ns, message)
                if graph is not None:
                    size = frame.image.shape[1], frame.image.shape[0]
                    labels = truth(graph, frame.stamp_ns, FRAME_ID, topic, size)
                    writer.write(TRUTH_TOPIC, TRUTH_TYPE, frame.stamp_ns, labels)
                yield frame
        except GeneratorExit:
            # Left early on purpose: what is written so far is a whole bag.
            return


def _with_truth(source: FrameSource) -> Iterable[tuple[Frame, SceneGraph | None]]:
    if isinstance(source, StreetSource):
        return source.rendered()
    return ((frame, None) for frame in source)
