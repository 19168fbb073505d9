# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The example that runs the gate without its node, over results that were recorded."""

import re
import runpy
from pathlib import Path

import pytest
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from sageiq_ros.bags import writer
from sageiq_ros.bags.messages import TRUTH_TYPE, truth
from sageiq_ros.bags.typestore import definitions_folder, message_store
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.types import Box, Region, SceneGraph

EXAMPLE = Path(__file__).parents[2] / 'examples' / 'gate_over_a_recording.py'
MAIN = runpy.run_path(str(EXAMPLE))['main']
TOPIC = '/sageiq/tar_quality'
BEGIN_NS, PERIOD_NS = 1_700_000_000_000_000_000, 100_000_000


def record(path, scores):
    """Record a result of each score, None where none came, ten a second."""
    with BagWriter(path) as bag:
        for place, score in enumerate(scores):
            if score is not None:
                now_ns = BEGIN_NS + place * PERIOD_NS
                message = truth(SceneGraph(), now_ns - PERIOD_NS // 2, '', 'image_raw', (8, 6))
                message.score, message.state = score, 1
                bag.write(TOPIC, TRUTH_TYPE, now_ns, message)
    return str(path)


def test_it_prints_every_change_with_its_reason(tmp_path, capsys):
    bag = record(tmp_path / 'drive', [0.8] * 15 + [0.2] * 5 + [None] * 7 + [0.8] * 15)
    assert MAIN([bag]) == 0
    opens = 'opens in 1.00 s at the earliest: score 0.80 is good enough'
    said = capsys.readouterr().out
    assert re.findall(r'^ *\d+\.\d\d s  (.*)$', said, re.MULTILINE) == [
        f'CLOSED   image_raw: {opens}',
        'OPEN     every camera is good enough',
        'CLOSED   image_raw: score 0.20 is below 0.35',
        'STALE    image_raw: the image is 0.55 s old, more than 0.50 s',
        f'CLOSED   image_raw: {opens}',
        'OPEN     every camera is good enough',
    ]


def test_the_least_score_is_an_option(tmp_path, capsys):
    bag = record(tmp_path / 'drive', [0.8] * 15)
    assert MAIN([bag, '--min-score', '0.9']) == 0
    assert 'OPEN' not in capsys.readouterr().out


def test_a_topic_that_is_not_there_is_one_sentence(tmp_path, capsys):
    bag = record(tmp_path / 'drive', [0.8])
    assert MAIN([bag, '--topic', '/other']) == 2
    assert capsys.readouterr().err.count('\n') == 1


def test_results_from_before_a_quality_had_an_age_are_refused_in_one_sentence(
    tmp_path, capsys, monkeypatch
):
    old = get_typestore(Stores.ROS2_KILTED)
    for path in definitions_folder().glob('*.msg'):
        text = re.sub(r'^float32 age_s .*\n', '', path.read_text(), flags=re.MULTILINE)
        old.register(get_types_from_msg(text, f'sageiq_msgs/msg/{path.stem}'))
    monkeypatch.setattr(writer, 'message_store', lambda: old)
    graph = SceneGraph((Region('car', 0.9, Box(0.0, 0.0, 4.0, 4.0)),))
    with BagWriter(tmp_path / 'drive') as bag:
        bag.write(TOPIC, TRUTH_TYPE, BEGIN_NS, truth(graph, BEGIN_NS, '', 'image_raw', (8, 6)))
    assert MAIN([str(tmp_path / 'drive')]) == 2
    said = capsys.readouterr().err
    assert 'no TarQuality of this version' in said and 'age_s' in said
    assert said.count('\n') == 1


@pytest.mark.parametrize('score', ['nan', '-3', '2'])
def test_a_least_score_that_cannot_be_is_one_sentence(tmp_path, capsys, score):
    bag = record(tmp_path / 'drive', [0.8])
    assert MAIN([bag, f'--min-score={score}']) == 2
    said = capsys.readouterr().err
    assert said.startswith('min_score must ') and said.count('\n') == 1


def test_messages_that_are_no_results_are_one_sentence(tmp_path, capsys):
    header = message_store().types['std_msgs/msg/Header']
    time = message_store().types['builtin_interfaces/msg/Time']
    with BagWriter(tmp_path / 'drive') as bag:
        message = header(stamp=time(sec=1, nanosec=0), frame_id='')
        bag.write('/headers', 'std_msgs/msg/Header', BEGIN_NS, message)
    assert MAIN([str(tmp_path / 'drive'), '--topic', '/headers']) == 2
    said = capsys.readouterr().err
    assert 'holds std_msgs/msg/Header, which is no TarQuality of this version' in said
    assert said.count('\n') == 1
