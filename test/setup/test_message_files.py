# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The message files: every field explained, UNKNOWN always 0, and the package built from them."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / 'sageiq_msgs'
FILES = sorted(FOLDER.glob('*/*.[ms][sr][gv]'))
FIELD = re.compile(r'^(?P<type>[\w/\[\]<>=]+)\s+(?P<name>\w+)(?P<value>\s*=\s*\S+)?')


def declarations(path):
    """Return (declaration, comment) of every line that declares a field or a constant."""
    lines = path.read_text(encoding='utf-8').splitlines()
    parts = [line.partition('#') for line in lines if line.strip() and not line.startswith('#')]
    return [
        (FIELD.match(code.strip()), comment.strip()) for code, _, comment in parts if code != '---'
    ]


def test_the_design_s_interfaces_are_there():
    assert [path.stem for path in FILES] == [
        'GateCamera',
        'GateState',
        'TarQuality',
        'TarRegion',
        'TarTriplet',
        'DescribeQuality',
    ]


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_every_file_begins_with_what_it_is_for(path):
    assert re.match(r'# [A-Z].*\.', path.read_text(encoding='utf-8'))


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_every_field_has_a_comment(path):
    bare = [
        field['name']
        for field, comment in declarations(path)
        if not field['value'] and not comment
    ]
    assert bare == []


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_every_number_states_its_range(path):
    stated = re.compile(r'\[.+\]|>= 0|\d+ to |or more|one of|sum of|sum to')
    vague = [
        field['name']
        for field, comment in declarations(path)
        if re.match(r'u?int|float', field['type']) and not field['value']
        if not stated.search(comment)
    ]
    assert vague == []


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_a_field_never_set_reads_as_unknown(path):
    zeros = {
        field['name']
        for field, _ in declarations(path)
        if field['value'] and field['value'].split('=')[1].strip() == '0'
    }
    assert all(name.endswith('_UNKNOWN') for name in zeros)


def test_weight_sources_are_those_of_the_pipeline():
    from sageiq_ros.types import WeightSource

    constants = {
        field['name'].removeprefix('SOURCE_'): int(field['value'].split('=')[1])
        for field, _ in declarations(FOLDER / 'msg' / 'TarTriplet.msg')
        if field['value']
    }
    assert constants == {item.name: item.value for item in WeightSource}


def test_the_build_lists_every_file():
    listed = re.findall(r'"((?:msg|srv)/\w+\.\w+)"', (FOLDER / 'CMakeLists.txt').read_text())
    assert sorted(listed) == sorted(str(path.relative_to(FOLDER)) for path in FILES)


def test_the_built_package_is_up_to_date():
    messages = pytest.importorskip('sageiq_msgs.msg', reason='needs make setup')
    for path in FILES:
        if path.suffix == '.msg':
            fields = [field['name'] for field, _ in declarations(path) if not field['value']]
            built = getattr(messages, path.stem).get_fields_and_field_types()
            assert list(built) == fields
