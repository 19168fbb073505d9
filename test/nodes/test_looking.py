# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What RViz, Foxglove and rosbag2 are told to look at is what the nodes publish."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from rclpy.duration import Duration, Infinite
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSCompatibility,
    QoSProfile,
    ReliabilityPolicy,
    qos_check_compatible,
)
from ros_graph import both_nodes

CONFIG = Path(__file__).parents[2] / 'config'
RVIZ = yaml.safe_load((CONFIG / 'sageiq.rviz').read_text())
FOXGLOVE = json.loads((CONFIG / 'foxglove_layout.json').read_text())
BAG_QOS = yaml.safe_load((CONFIG / 'bag_qos_overrides.yaml').read_text())
CAMERA = '/image_raw'


@pytest.fixture
def graph(start, probe, context):
    with both_nodes(start, probe, context) as graph:
        yield graph


def get_message(kind):
    package, _, name = kind.split('/')
    return getattr(import_module(f'{package}.msg'), name)


def displays():
    return [shown['Topic'] for shown in RVIZ['Visualization Manager']['Displays']]


def profile(deadline=Infinite, **policies):
    """Make a profile whose unset policies are DDS's own, as the graph shows them."""
    return QoSProfile(
        deadline=deadline,
        lifespan=Infinite,
        liveliness=LivelinessPolicy.AUTOMATIC,
        liveliness_lease_duration=Infinite,
        **policies,
    )


def rviz_profile(topic):
    return profile(
        history=HistoryPolicy[topic['History Policy'].upper().replace(' ', '_')],
        depth=topic['Depth'],
        reliability=ReliabilityPolicy[topic['Reliability Policy'].upper().replace(' ', '_')],
        durability=DurabilityPolicy[topic['Durability Policy'].upper().replace(' ', '_')],
    )


def bag_profile(settings):
    deadline = settings.get('deadline')
    return profile(
        history=HistoryPolicy.get_from_short_key(settings['history']),
        depth=settings['depth'],
        reliability=ReliabilityPolicy.get_from_short_key(settings['reliability']),
        durability=DurabilityPolicy.get_from_short_key(settings['durability']),
        deadline=Duration(seconds=deadline['sec'], nanoseconds=deadline['nsec'])
        if deadline
        else Infinite,
    )


def foxglove_paths(value):
    """Yield every message path of the layout's panels: a topic, and a field of it or none."""
    if isinstance(value, str) and value.startswith('/'):
        yield re.fullmatch(r'(/[\w/]+)(?:\.(\w+))?', value).groups()
    for item in value.values() if isinstance(value, dict) else ():
        yield from foxglove_paths(item)
    for item in value if isinstance(value, list) else ():
        yield from foxglove_paths(item)


def leaves(layout):
    if isinstance(layout, str):
        return [layout]
    return leaves(layout['first']) + leaves(layout['second'])


def test_rviz_shows_published_images_by_a_qos_that_matches(graph, probe):
    assert displays()
    for topic in displays():
        assert graph.published()[topic['Value']] == ['sensor_msgs/msg/Image']
        (source,) = probe.node.get_publishers_info_by_topic(topic['Value'])
        verdict, why = qos_check_compatible(source.qos_profile, rviz_profile(topic))
        assert verdict == QoSCompatibility.OK, why


def test_foxglove_shows_fields_that_are_published(graph):
    paths = set(foxglove_paths(FOXGLOVE['configById']))
    topics = {'/sageiq/overlay', '/sageiq/tar_quality', '/sageiq/gate_state', '/diagnostics'}
    assert {topic for topic, _ in paths} == topics
    for topic, field in paths:
        (kind,) = graph.published()[topic]
        assert field is None or field in get_message(kind).get_fields_and_field_types()


def test_foxglove_names_the_states_of_the_gate():
    (rules,) = (
        panel['rules']
        for name, panel in FOXGLOVE['configById'].items()
        if name.startswith('Indicator!')
    )
    states = get_message('sageiq_msgs/msg/GateState')
    for rule in rules:
        assert getattr(states, f'STATE_{rule["label"]}') == int(rule['rawValue'])


def test_foxglove_lays_out_every_panel_once():
    shown = leaves(FOXGLOVE['layout'])
    assert sorted(shown) == sorted(FOXGLOVE['configById'])


def test_rosbag2_hears_and_plays_what_the_nodes_publish_as_they_do(graph, probe):
    assert set(BAG_QOS) == {CAMERA, '/sageiq/tar_quality', '/sageiq/gate_state'}
    for topic in set(BAG_QOS) - {CAMERA}:
        (source,) = probe.node.get_publishers_info_by_topic(topic)
        mine, theirs = bag_profile(BAG_QOS[topic]), source.qos_profile
        for offered, asked in ((theirs, mine), (mine, theirs)):
            verdict, why = qos_check_compatible(offered, asked)
            assert verdict == QoSCompatibility.OK, why


def test_rosbag2_offers_the_node_its_camera(graph, probe):
    (node,) = probe.node.get_subscriptions_info_by_topic('/sageiq/image_raw')
    verdict, why = qos_check_compatible(bag_profile(BAG_QOS[CAMERA]), node.qos_profile)
    assert verdict == QoSCompatibility.OK, why


def test_the_table_of_qos_says_what_the_nodes_offer_and_ask_for(graph, probe):
    page = (CONFIG.parent / 'docs' / 'transport.md').read_text(encoding='utf-8')
    rows = page.partition('## Quality of service')[2].split('\n\n')[1].splitlines()[2:]
    publishers, subscribers = (
        probe.node.get_publishers_info_by_topic,
        probe.node.get_subscriptions_info_by_topic,
    )
    endpoints = [
        ('asked for by `sageiq_node`', subscribers, '/sageiq/image_raw', 'sageiq_node'),
        ('`tar_quality`, offered', publishers, '/sageiq/tar_quality', 'sageiq_node'),
        ('`overlay`, offered', publishers, '/sageiq/overlay', 'sageiq_node'),
        ('`gate_state`, offered', publishers, '/sageiq/gate_state', 'sageiq_gate'),
        ('asked for by `sageiq_gate`', subscribers, '/sageiq/tar_quality', 'sageiq_gate'),
        ('`/diagnostics`, offered', publishers, '/diagnostics', 'sageiq_node'),
    ]
    assert len(rows) == len(endpoints)
    for row, (words, look, topic, node) in zip(rows, endpoints, strict=True):
        name, reliability, durability, *_ = (cell.strip() for cell in row.split('|')[1:])
        assert words in name
        (qos,) = (one.qos_profile for one in look(topic) if one.node_name == node)
        assert reliability.startswith(qos.reliability.short_key.replace('_', ' '))
        assert durability.startswith(qos.durability.short_key.replace('_', ' '))
