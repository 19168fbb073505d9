# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The SROS2 policy grants each node what it does, and nothing else."""

from pathlib import Path
from xml.etree import ElementTree

from ros_graph import NODES, both_nodes

POLICY = ElementTree.parse(Path(__file__).parents[2] / 'config' / 'sros2_policy.xml').getroot()
RULES = {
    'subscribe': ('topics', 'topic'),
    'publish': ('topics', 'topic'),
    'reply': ('services', 'service'),
    'request': ('services', 'service'),
}


def profile(name):
    (found,) = POLICY.findall(f".//profile[@node='{name}']")
    return found


def granted(name, rule):
    """Return the full names that a rule allows to a node."""
    group, item = RULES[rule]
    node = profile(name)
    namespace = node.get('ns')
    names = [
        entry.text
        for entries in node.findall(f"{group}[@{rule}='ALLOW']")
        for entry in entries.findall(item)
    ]
    assert len(names) == len(set(names))
    return {
        name if name.startswith('/') else f'{namespace}/{name.replace("~", node.get("node"), 1)}'
        for name in names
    }


def test_the_policy_has_the_form_that_sros2_reads():
    assert (POLICY.tag, POLICY.get('version')) == ('policy', '0.2.0')
    enclaves = POLICY.findall('enclaves/enclave')
    assert [enclave.get('path') for enclave in enclaves] == [f'/sageiq/{name}' for name in NODES]
    known = {(group, rule) for rule, (group, _) in RULES.items()}
    for rules in POLICY.findall('.//profile/*'):
        ((rule, word),) = rules.attrib.items()
        assert (rules.tag, rule) in known and word == 'ALLOW'


def test_each_node_is_granted_exactly_what_it_does(start, probe, context):
    with both_nodes(start, probe, context) as graph:
        for name in NODES:
            assert granted(name, 'publish') == set(graph.publishes(name))
            assert granted(name, 'subscribe') == set(graph.subscribes(name))
            assert granted(name, 'reply') == set(graph.serves(name))
            assert granted(name, 'request') == set(graph.calls(name)) == set()
