# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""One door to the labels of a drive: a topic of its bag, or a CSV file."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

from sageiq_ros.bags.frames import BagError
from sageiq_ros.bags.messages import TRUTH_TYPE
from sageiq_ros.bags.reader import BagReader, Message
from sageiq_ros.evaluation.bag.frames import BagFrames, up_to_damage
from sageiq_ros.evaluation.bag.label_file import read_label_file
from sageiq_ros.evaluation.bag.labels import Labels, MatchedLabels, match
from sageiq_ros.types import SageIQError


def labels_of(frames: BagFrames, name: str) -> MatchedLabels:
    """Find the labels ``name``, a topic of the bag or a CSV file, and match them to its frames.

    Raises SageIQError for a name that is neither, labels that cannot be read, and labels of which
    none belongs to a frame.
    """
    with BagReader(frames.path) as reader:
        is_topic = any(topic.name == name for topic in reader.topics)
        if is_topic or not (Path(name).is_file() or name.endswith('.csv')):
            labels = read_label_topic(reader, name)
        else:
            labels = read_label_file(Path(name))
    if not labels.scores:
        raise SageIQError(f'{name} holds no label with a score; fill the scores in.')
    return match(labels, frames.stamps(), frames.topic)


def read_label_topic(reader: BagReader, name: str) -> Labels:
    """Read a topic of TarQuality or of any message with one float beside its header.

    A label's time is its header's, or that of recording where it has none.
    """
    if not reader.topic(name).count:
        raise BagError(f'{name} in {reader.path} holds no message; name another topic of labels.')
    stamps: list[int] = []
    scores: list[float] = []
    empty = 0
    for message in up_to_damage(reader.messages([name])):
        decoded = reader.decode(message)
        score = float(getattr(decoded, _score_field(decoded, message, reader)))
        if math.isfinite(score):
            stamps.append(_stamp(decoded, message))
            scores.append(score)
        else:
            empty += 1
    if not scores:
        raise BagError(
            f'None of the {empty} messages of {name} holds a score; a rendered drive tells its '
            'regions and no quality, so give labels of your own.'
        )
    return Labels(name, tuple(stamps), tuple(scores), True, empty)


def _score_field(decoded: Any, message: Message, reader: BagReader) -> str:
    if message.type == TRUTH_TYPE:
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


def _stamp(decoded: Any, message: Message) -> int:
    stamp = getattr(getattr(decoded, 'header', None), 'stamp', None)
    if stamp is None:
        return message.stamp_ns
    return stamp.sec * 1_000_000_000 + stamp.nanosec or message.stamp_ns
