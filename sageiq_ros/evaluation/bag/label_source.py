# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""One door to the labels of a drive: a topic of its bag, or a CSV file."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sageiq_ros.bags.frames import BagError
from sageiq_ros.bags.messages import TRUTH_TYPE
from sageiq_ros.bags.reader import BagReader, Message
from sageiq_ros.bags.recording import header_ns
from sageiq_ros.evaluation.bag.frames import BagFrames
from sageiq_ros.evaluation.bag.label_file import read_label_file
from sageiq_ros.evaluation.bag.labels import Labels, MatchedLabels, match
from sageiq_ros.evaluation.bag.remarks import not_decoded
from sageiq_ros.types import SageIQError


def labels_of(frames: BagFrames, name: str) -> MatchedLabels:
    """Find the labels ``name``, a topic of the bag or a CSV file, and match them to its frames.

    Raises SageIQError for a name that is neither, labels that cannot be read, and labels of which
    none belongs to a frame.
    """
    with BagReader(frames.path) as reader:
        is_topic = any(topic.name == name for topic in reader.topics)
        if is_topic or not (Path(name).is_file() or name.endswith('.csv')):
            labels = read_label_topic(reader, name, frames.topic)
        else:
            labels = read_label_file(Path(name))
    if not labels.scores:
        raise SageIQError(f'{name} holds no label with a score; fill the scores in.')
    return match(labels, frames.stamps(), frames.topic)


def read_label_topic(reader: BagReader, name: str, image_topic: str) -> Labels:
    """Read a topic of TarQuality or of any message with one float beside its header.

    A label's time is its header's, or that of recording where it has none. A TarQuality of
    another camera than the image topic is left out. Raises BagError where no label is left.
    """
    if not reader.topic(name).count:
        raise BagError(f'{name} in {reader.path} holds no message; name another topic of labels.')
    remarks: list[str] = []
    stamps: list[int] = []
    scores: list[float] = []
    others: Counter[str] = Counter()
    empty = 0
    for message, decoded in _decoded(reader, name, remarks):
        field = _score_field(decoded, message, reader)
        camera = _camera(decoded, message)
        if camera not in ('', image_topic):
            others[camera] += 1
            continue
        score = float(getattr(decoded, field))
        if math.isfinite(score):
            stamps.append(header_ns(decoded) or message.stamp_ns)
            scores.append(score)
        else:
            empty += 1
    if others:
        remarks.append(
            f'{others.total()} messages of {name} are of another camera than {image_topic} '
            f'({", ".join(sorted(others))}) and were left out.'
        )
    if not scores:
        raise BagError(_nothing_left(name, image_topic, empty, others, remarks))
    return Labels(name, tuple(stamps), tuple(scores), True, empty, tuple(remarks))


def _decoded(reader: BagReader, name: str, remarks: list[str]) -> Iterator[tuple[Message, Any]]:
    """Yield what can be decoded up to where the bag is damaged; remark on the rest."""
    faults: list[str] = []
    try:
        for number, message in enumerate(reader.messages([name])):
            try:
                decoded = reader.decode(message)
            except BagError as error:
                faults.append(f'Message {number} of {name}: {error}.')
                continue
            yield message, decoded
    except BagError as error:
        remarks.append(f'The labels of {name} end early: {error}.')
    if faults:
        remarks.append(not_decoded(faults))


def _nothing_left(
    name: str, image_topic: str, empty: int, others: Counter[str], remarks: Sequence[str]
) -> str:
    if others:
        return (
            f'No score of {name} is of {image_topic}: its messages are of '
            f'{", ".join(sorted(others))}; evaluate one of these with --topic, or give the '
            'labels in a file.'
        )
    if empty:
        return (
            f'None of the {empty} messages of {name} holds a score; a rendered drive tells its '
            'regions and no quality, so give labels of your own.'
        )
    return f'{name} holds no label that can be read. {" ".join(remarks)}'


def _camera(decoded: Any, message: Message) -> str:
    """Return the image topic that a label belongs to in full, '' where it tells none."""
    name = getattr(decoded, 'camera', '') if message.type == TRUTH_TYPE else ''
    if not isinstance(name, str):
        return ''
    if not name or name.startswith('/'):
        return name
    # A node publishes its results in the namespace in which its cameras' names are resolved.
    return f'{message.topic.rpartition("/")[0]}/{name}'


def _score_field(decoded: Any, message: Message, reader: BagReader) -> str:
    if message.type == TRUTH_TYPE and isinstance(getattr(decoded, 'score', None), float):
        return 'score'
    floats = [
        field.name
        for field in dataclasses.fields(decoded)
        if isinstance(getattr(decoded, field.name), float)
    ]
    if len(floats) != 1:
        raise BagError(
            f'{message.topic} in {reader.path} carries {message.type}, which holds '
            f'{len(floats)} floats; labels are TarQuality or a message of one float.'
        )
    return floats[0]
