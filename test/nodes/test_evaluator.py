# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq_evaluator``: what the node says of a played bag becomes the files of an evaluation."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from std_msgs.msg import Header

from sageiq_msgs.msg import TarQuality
from sageiq_ros.bags.make import make_bag
from sageiq_ros.bags.messages import RAW_TYPE, raw_image
from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.config import AnalyzerConfig, PipelineConfig
from sageiq_ros.evaluation.bag.frames import BagFrames
from sageiq_ros.evaluation.bag.run import BagRun
from sageiq_ros.evaluation.bag.work import AssessFrames
from sageiq_ros.evaluation.results_table import ResultsTable
from sageiq_ros.executors.local import LocalExecutor
from sageiq_ros.nodes.collector import READY, Collector, may_be_played
from sageiq_ros.nodes.evaluator import NAME, NAMESPACE, results_of
from sageiq_ros.nodes.feeder import Feeder
from sageiq_ros.nodes.messages import bgr_image
from sageiq_ros.nodes.process import NodeProcess

TOPIC = '/image_raw'
LEVELS = (200, 40, 120, 90)
PERIOD_NS = 100_000_000
START_NS = 5_000_000_000
START_S = 120.0
TRIES = 20
FLOAT32 = 1e-6
CSV_DIGITS = 5e-5  # results.csv has four digits


def grey(level):
    return np.full((6, 8, 3), level, np.uint8)


@pytest.fixture
def bag(tmp_path):
    """Return a bag of four grey pictures."""
    with BagWriter(tmp_path / 'bag') as writer:
        for number, level in enumerate(LEVELS):
            stamp_ns = START_NS + number * PERIOD_NS
            writer.write(TOPIC, RAW_TYPE, stamp_ns, raw_image(grey(level), stamp_ns, 'camera'))
    return tmp_path / 'bag'


@pytest.fixture
def listener(context):
    """Return the ROS node of an evaluator and a function that lets it receive until something."""
    node = rclpy.create_node(NAME, namespace=NAMESPACE, context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)

    def until(condition):
        for _ in range(int(START_S / 0.05)):
            if condition():
                return
            executor.spin_once(timeout_sec=0.05)
        pytest.fail(f'it did not come to pass within {START_S} s')

    yield node, until
    executor.shutdown()
    node.destroy_node()


@pytest.fixture
def evaluator(tmp_path):
    """Return a function that starts the evaluator as a process; it is ended after the test."""
    processes = []

    def start(*arguments):
        environment = {**os.environ}
        environment.pop('_ROS_WHEELS_BOOTSTRAP_COMPLETE', None)
        processes.append(
            subprocess.Popen(
                [sys.executable, '-m', 'sageiq_ros.nodes.evaluator', *map(str, arguments)],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def rows(folder):
    with (folder / 'results.csv').open(newline='') as file:
        return list(csv.DictReader(file))


def ask(probe, level, stamp_ns):
    """Send a picture and wait for the result that bears its stamp."""
    header = Header(frame_id='camera')
    header.stamp.sec, header.stamp.nanosec = divmod(stamp_ns, 1_000_000_000)
    probe.send(bgr_image(grey(level), header), TOPIC)
    probe.until(lambda: any(r.header.stamp == header.stamp for r in probe.results), 'result')


def until_ready(probe):
    """Wait until the node's results reach the evaluator."""
    topic = f'/{NAMESPACE}/{READY}'
    probe.until(lambda: probe.node.count_publishers(topic), 'evaluator', START_S)


def test_what_was_played_is_written_when_the_end_is_told(start, probe, evaluator, bag, tmp_path):
    start(cameras=[TOPIC])
    labels = tmp_path / 'labels.csv'
    labels.write_text('frame,score\n' + ''.join(f'{n},{v / 255}\n' for n, v in enumerate(LEVELS)))
    config = tmp_path / 'parameters.yaml'
    # What no setting is, a parameter of ROS for one, does not concern the evaluator.
    config.write_text('/**: {ros__parameters: {use_sim_time: true, scorer: {good: 0.4}}}\n')
    process = evaluator(
        *(bag, '--topic', TOPIC, '--labels', labels, '--config', config),
        *('--out', tmp_path / 'out', '--ros-args', '-r', '__ns:=/sageiq'),
    )
    until_ready(probe)
    probe.ask_until_answered(bgr_image(grey(1), Header()), TOPIC)
    # The third frame is not sent, as if it had been dropped.
    for number in (0, 1, 3):
        ask(probe, LEVELS[number], START_NS + number * PERIOD_NS)
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=START_S)
    assert process.returncode == 0, errors
    assert '4 of 4 frames taken, 3 results' in said
    table = rows(tmp_path / 'out')
    assert [row['score'] == '' for row in table] == [False, False, True, False]
    for row, level in zip(table, LEVELS, strict=True):
        if row['score']:
            assert float(row['score']) == pytest.approx(level / 255, abs=CSV_DIGITS)
    summary = json.loads((tmp_path / 'out' / 'summary.json').read_text())
    assert summary['comparison']['n'] == 3
    assert summary['comparison']['mean_absolute_error']['value'] < FLOAT32
    page = (tmp_path / 'out' / 'report.html').read_text()
    assert 'gets no result' in page and '>0.4</text>' in page


@pytest.fixture
def default_node():
    """Return a node of the context that a feeder lives in."""
    rclpy.init()
    yield rclpy.create_node(NAME, namespace=NAMESPACE)
    rclpy.try_shutdown()


def test_the_scores_are_those_of_the_evaluation_without_ros(default_node, tmp_path):
    node = default_node
    bag = tmp_path / 'street'
    for _ in make_bag(StreetSource(4, seed=1, rate_hz=1.0), bag):
        pass
    collector = Collector(node, TOPIC)
    prior = PipelineConfig(analyzer=AnalyzerConfig(mode='prior'))
    arguments = ['-p', f'cameras:=["{TOPIC}"]', '-p', 'analyzer.mode:=prior']
    with NodeProcess(tmp_path / 'node.log', arguments) as process:
        feeder = Feeder(node, process, TOPIC)
        answers = node.create_subscription(
            TarQuality, 'tar_quality', feeder.receive, QoSProfile(depth=10)
        )
        feeder.wait_until_ready(answers.get_publisher_count, START_S)
        for _, frame in BagFrames(bag):
            # Again where the collector had not found the node yet.
            for _ in range(TRIES):
                assert feeder.assess(frame, START_S)
                if frame.stamp_ns in collector.results:
                    break
        feeder.close()
    frames = BagFrames(bag)
    played = list(results_of(frames.times(), collector.results))
    offline = BagRun(frames, ResultsTable(tmp_path / 'results.csv'))
    offline.go(LocalExecutor(), AssessFrames(prior))
    assert len(played) == 4
    for ours, theirs in zip(played, offline.results, strict=True):
        assert ours.score == pytest.approx(theirs.score, abs=FLOAT32)
        assert (ours.index, ours.name, ours.stamp_ns, ours.recorded_ns) == (
            theirs.index, theirs.name, theirs.stamp_ns, theirs.recorded_ns,
        )  # fmt: skip


def test_the_player_may_start_when_the_node_and_the_evaluator_listen(
    start, listener, evaluator, bag
):
    node, until = listener
    process = evaluator(bag, '--topic', TOPIC, '--until-ready')
    assert not may_be_played(node, TOPIC)
    start(cameras=[TOPIC])
    until(lambda: node.get_subscriptions_info_by_topic(TOPIC))
    assert not may_be_played(node, TOPIC), 'nobody has the results yet'
    collector = Collector(node, TOPIC)

    def ready():
        collector.check()
        return may_be_played(node, TOPIC)

    until(ready)
    assert process.wait(START_S) == 0
    assert not collector.results


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        (['--topic', '/nowhere'], 'has no topic /nowhere; its topics are: /image_raw.'),
        (['--labels', 'nowhere.csv'], 'Cannot read the labels nowhere.csv'),
        (['--config', 'nowhere.yaml'], 'Cannot read the parameter file nowhere.yaml'),
        (['--start-timeout', '0.5'], 'No node publishes /sageiq/tar_quality after 0.5 s'),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else '',
)
def test_a_fault_is_one_sentence_and_leaves_no_older_results(
    evaluator, bag, tmp_path, arguments, sentence
):
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / 'summary.json').write_text('{}')
    process = evaluator(bag, '--out', tmp_path / 'out', *arguments)
    said, errors = process.communicate(timeout=START_S)
    assert process.returncode == 2 and not said
    assert errors.startswith('sageiq_evaluator: ') and sentence in errors
    assert len(errors.splitlines()) == 1
    assert not list((tmp_path / 'out').iterdir())


@pytest.mark.parametrize('stamps', [(0, START_NS), (START_NS, START_NS)], ids=['none', 'equal'])
def test_frames_that_stamps_do_not_tell_apart_are_refused(evaluator, tmp_path, stamps):
    with BagWriter(tmp_path / 'bag') as writer:
        for number, stamp_ns in enumerate(stamps):
            message = raw_image(grey(9), stamp_ns, 'camera')
            writer.write(TOPIC, RAW_TYPE, START_NS + number, message)
    _, errors = evaluator(tmp_path / 'bag', '--out', tmp_path / 'out').communicate(timeout=START_S)
    assert 'The frames of /image_raw cannot be told apart by the stamps' in errors
    assert len(errors.splitlines()) == 1


def test_an_end_without_any_result_is_one_sentence(start, listener, evaluator, bag, tmp_path):
    start(cameras=[TOPIC])
    node, until = listener
    process = evaluator(bag, '--out', tmp_path / 'out')
    until(lambda: node.get_subscriptions_info_by_topic('/sageiq/tar_quality'))
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=START_S)
    assert process.returncode == 2
    assert 'No result of /image_raw came on /sageiq/tar_quality' in errors
    assert not (tmp_path / 'out' / 'results.csv').exists()


def test_a_node_that_ends_too_early_is_told_and_what_there_is_written(
    probe, evaluator, bag, tmp_path, monkeypatch
):
    doubles = str(Path(__file__).parent)
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join([doubles, os.environ['PYTHONPATH']]))
    arguments = ['-p', f'cameras:=["{TOPIC}"]']
    with NodeProcess(tmp_path / 'node.log', arguments, module='pipeline_double'):
        process = evaluator(bag, '--out', tmp_path / 'out')
        until_ready(probe)
        probe.ask_until_answered(bgr_image(grey(1), Header()), TOPIC)
        ask(probe, LEVELS[0], START_NS)
    _, errors = process.communicate(timeout=START_S)
    assert process.returncode == 2
    assert 'The node ended before the drive did' in errors
    assert [bool(row['score']) for row in rows(tmp_path / 'out')] == [True, False, False, False]
