#!/usr/bin/env python3
# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Print when the gate would have opened and closed on a recorded drive, and why.

    ros2 bag record -o drive --topics /sageiq/tar_quality
    python3 gate_over_a_recording.py drive --min-score 0.5

The gate without its node, as a planner may use it: ``take`` every result, ask for the ``state``.
On the car the two clocks are ``time.monotonic()`` and the clock of the planner's node; here both
are when the result was recorded.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from sageiq_ros.bags.reader import BagReader, Message
from sageiq_ros.gate.config import GateConfig
from sageiq_ros.gate.decision import GateDecision
from sageiq_ros.gate.gate import QualityGate
from sageiq_ros.types import SageIQError

BEAT_S = 0.1


def main(argv: Sequence[str] | None = None) -> int:
    """Return 2 for a fault the user can mend."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('bag', type=Path)
    parser.add_argument('--topic', default='/sageiq/tar_quality')
    parser.add_argument('--min-score', type=float, default=0.35)
    args = parser.parse_args(argv)
    try:
        with BagReader(args.bag) as bag:
            run(bag, args.topic, args.min_score)
    except SageIQError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def result_of(bag: BagReader, message: Message) -> Any:
    """Decode a result; raise SageIQError for a message that a gate cannot read."""
    result = bag.decode(message)
    try:
        QualityGate(GateConfig(cameras=(result.camera,))).take(result, 0.0, 0.0)
    except AttributeError as error:
        raise SageIQError(
            f'{message.topic} in {bag.path} holds {message.type}, which is no TarQuality of this '
            f'version: {error}.'
        ) from error
    return result


def run(bag: BagReader, topic: str, min_score: float) -> None:
    """Gate on all cameras of a topic of results."""
    results = [(1e-9 * one.stamp_ns, result_of(bag, one)) for one in bag.messages([topic])]
    if not results:
        raise SageIQError(f'{topic} in {bag.path} holds no results.')
    cameras = tuple(dict.fromkeys(result.camera for _, result in results))
    gate = QualityGate(GateConfig(cameras=cameras, min_score=(min_score,)))
    said: list[tuple[float, GateDecision]] = []
    begin_s = now_s = 1e-9 * bag.start_ns
    for came_s, result in results:
        # Between results time alone may make the gate stale.
        while now_s + BEAT_S < came_s:
            now_s += BEAT_S
            said.append((now_s, gate.state(now_s, now_s)))
        now_s = came_s
        gate.take(result, now_s, now_s)
        said.append((now_s, gate.state(now_s, now_s)))
    for _, same in groupby(said, key=lambda one: (one[1].state, one[1].camera)):
        when_s, decision = next(same)
        print(f'{when_s - begin_s:8.2f} s  {decision.state.name:7}  {decision.reason}')


if __name__ == '__main__':
    sys.exit(main())
