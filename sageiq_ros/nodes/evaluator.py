# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq_evaluator``: collect what the node says of a bag that is played, and evaluate it."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

from sageiq_ros.bags.recording import frame_name
from sageiq_ros.config import Config, ScorerConfig
from sageiq_ros.evaluation.bag.files import EvaluationFolder
from sageiq_ros.evaluation.bag.frames import BagFrames, Times
from sageiq_ros.evaluation.bag.label_source import labels_of
from sageiq_ros.evaluation.bag.run import BagRun
from sageiq_ros.evaluation.drive import FrameResult
from sageiq_ros.nodes.collector import Collector, may_be_played
from sageiq_ros.nodes.stop_request import StopRequest
from sageiq_ros.schema import read_parameters, updated
from sageiq_ros.types import Assessment, SageIQError

NAME, NAMESPACE = 'sageiq_evaluator', 'sageiq'
TICK_S = 0.1
DROPPED = (
    'The drive was played to the node, which works on the newest frame: one that comes while '
    'another is in work gets no result.'
)


def main(argv: Sequence[str] | None = None) -> int:
    """Collect until SIGINT or SIGTERM, then write; returns 2 for a fault the user can mend."""
    words = list(sys.argv if argv is None else argv)
    args = _parser().parse_args(remove_ros_args(words)[1:])
    stop = StopRequest()
    try:
        if args.until_ready:
            return _wait(args, words, stop)
        return _evaluate(args, words, stop)
    except SageIQError as error:
        print(f'{NAME}: {error}', file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=NAME, description=__doc__)
    parser.add_argument('bag', type=Path, help='the bag that is played')
    parser.add_argument('--topic', help='image topic (default: the first one with messages)')
    parser.add_argument('--labels', help='topic of the bag or .csv file, as sageiq bag evaluate')
    parser.add_argument('--config', help="the node's parameter file, for the thresholds")
    parser.add_argument('--out', type=Path, default=Path('bag_evaluation'), help='folder')
    parser.add_argument(
        '--start-timeout', type=float, default=300.0, help='seconds the node may take to start'
    )
    parser.add_argument(
        '--until-ready',
        action='store_true',
        help='collect nothing: end when the node hears the topic and an evaluator the node',
    )
    return parser


@contextmanager
def _node(words: Sequence[str], name: str) -> Iterator[tuple[Node, SingleThreadedExecutor]]:
    rclpy.init(args=list(words), signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node(name, namespace=NAMESPACE)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        yield node, executor
    finally:
        # One that is left to the interpreter's end may complain there.
        executor.shutdown()
        rclpy.try_shutdown()


def _wait(args: argparse.Namespace, words: Sequence[str], stop: StopRequest) -> int:
    topic = BagFrames(args.bag, args.topic).topic
    with _node(words, f'{NAME}_wait') as (node, executor):
        while not stop.asked and not may_be_played(node, topic):
            executor.spin_once(timeout_sec=TICK_S)
    return 0


def _evaluate(args: argparse.Namespace, words: Sequence[str], stop: StopRequest) -> int:
    # First of all, so that what goes wrong does not leave yesterday's results there.
    folder = EvaluationFolder(args.out)
    thresholds = _thresholds(args.config)
    frames = BagFrames(args.bag, args.topic or None)
    times = _times(frames)
    labels = labels_of(frames, args.labels) if args.labels else None
    with _node(words, NAME) as (node, executor):
        collector = Collector(node, frames.topic)
        results_topic = collector.topic
        begin = time.monotonic()
        while not stop.asked and not collector.fault:
            executor.spin_once(timeout_sec=TICK_S)
            collector.check()
            if not collector.connected and time.monotonic() - begin > args.start_timeout:
                raise SageIQError(
                    f'No node publishes {results_topic} after {args.start_timeout:g} s; look '
                    "for the node's own words."
                )
        take_what_waits(executor, collector)
    results = list(results_of(times, collector.results))
    answered = [place for place, result in enumerate(results, 1) if result.assessment]
    if not answered:
        raise SageIQError(
            collector.fault
            or f'No result of {frames.topic} came on {results_topic}; see whether the bag was '
            'played and what the node said.'
        )
    run = BagRun(frames, folder.results, played=True)
    run.spent_s = collector.elapsed_s
    for result in results:
        run.add(result)
    run.remarks += _remarks(len(results), answered, len(collector.results))
    if collector.fault:
        run.remarks.append(collector.fault)
    print(folder.write(run, labels, thresholds, shlex.join(words)))
    if collector.fault:
        raise SageIQError(collector.fault)
    return 0


def _times(frames: BagFrames) -> list[Times]:
    times = list(frames.times())
    if len({one.header_ns for one in times} - {0}) < len(times):
        raise SageIQError(
            f'The frames of {frames.topic} cannot be told apart by the stamps of their headers: '
            "some have none or that of another; use 'sageiq bag evaluate'."
        )
    return times


def results_of(
    times: Iterable[Times], collected: Mapping[int, Assessment]
) -> Iterator[FrameResult]:
    """Yield the result of every frame of a bag that was played, also of those without one."""
    for one in times:
        found = collected.get(one.header_ns)
        name = frame_name(one.number)
        yield FrameResult(one.number, name, one.stamp_ns, found, recorded_ns=one.recorded_ns)


def _remarks(frames: int, answered: Sequence[int], collected: int) -> Iterator[str]:
    yield DROPPED
    after = frames - answered[-1]
    if after:
        yield (
            f'{after} frames come after the last result: the drive was not played to its end, or '
            'the node had no time left for them.'
        )
    if collected > len(answered):
        yield f'{collected - len(answered)} results belong to no frame of the bag.'


def take_what_waits(executor: SingleThreadedExecutor, collector: Collector) -> None:
    """Receive until nothing comes any more."""
    before = -1
    while collector.heard != before:
        before = collector.heard
        executor.spin_once(timeout_sec=TICK_S)


def _thresholds(config_file: str | None) -> ScorerConfig:
    """Read the thresholds alone: the rest is the node's, and may hold more than settings."""
    names = ('scorer.good', 'scorer.poor')
    given = read_parameters(config_file) if config_file else {}
    return updated(Config(), {name: given[name] for name in names if name in given}).scorer


if __name__ == '__main__':
    sys.exit(main())
