# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Settings: one schema, refusals with a reason, all changes or none."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.config import Config
from sageiq_ros.schema import ConfigError, load_yaml, settings, updated

LONGEST_REASON = 1500
FORM = '/**:\n  ros__parameters:\n    {}\n'


def write(tmp_path, text):
    path = tmp_path / 'parameters.yaml'
    path.write_text(text, encoding='utf-8')
    return path


def test_every_setting_has_a_sentence_and_its_default_passes():
    defaults = {name: value for name, value, _ in settings(Config())}
    assert updated(Config(), defaults) == Config()
    for name, _, meta in settings(Config()):
        assert meta['description'].endswith('.'), name


def test_a_nested_setting_changes_by_its_dotted_name():
    changed = updated(Config(), {'scene_graph.entity_threshold': 0.5, 'cameras': ['front']})
    assert changed.scene_graph.entity_threshold == 0.5
    assert changed.cameras == ('front',)
    assert changed.analyzer == Config().analyzer


@pytest.mark.parametrize(
    ('name', 'value', 'reason'),
    [
        ('scene_graph.entity_threshold', 1.5, r'must lie in \[0.0, 1.0\], not 1.5'),
        ('scene_graph.entity_threshold', math.nan, 'must be a finite number'),
        ('scene_graph.entity_threshold', 'high', 'must be of type float, not str'),
        ('scene_graph.max_triplets', 2.5, 'must be of type int, not float'),
        ('scorer.frame_score', 1, 'must be of type bool, not int'),
        ('analyzer.mode', 'guess', 'must be one of combined, prior, association, rating'),
        ('analyzer.query', '', 'must have a letter or a digit'),
        ('analyzer.query', '\U0001f697!!!', 'must have a letter or a digit'),
        ('analyzer.query', 'a' * 201, 'must be 1 to 200 printable characters'),
        ('analyzer.query', 'a\nb', 'must be 1 to 200 printable characters'),
        ('cameras', [1], 'must be a list of strings'),
        ('scene_graph.entity_treshold', 0.5, 'is not a setting; known are'),
        ('scorer.poor', 0.9, 'must not exceed scorer.good'),
        ('scorer.good', 10**400, 'must be a finite number'),
        ('camera.max_rate', [10**400], 'must be a finite number'),
    ],
)
def test_a_bad_value_is_refused_with_its_reason(name, value, reason):
    with pytest.raises(ConfigError, match=reason):
        updated(Config(), {name: value})


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('analyzer.query', 'a' * 1_000_000),
        ('analyzer.mode', 'a' * 1_000_000),
        ('scorer.good', [['a' * 100] * 100] * 100),
        ('cameras', 'a' * 1_000_000),
        ('cameras', [7] * 1_000_000),
        ('a' * 1_000_000, 1),
        ('runtime.threads', 1 << 20_000),
    ],
    ids=lambda item: type(item).__name__,
)
def test_a_reason_is_short_however_long_the_value(name, value):
    with pytest.raises(ConfigError) as caught:
        updated(Config(), {name: value})
    reason = str(caught.value)
    assert len(reason) < LONGEST_REASON and len(reason.splitlines()) == 1


def test_cameras_may_be_emptied_and_named_again():
    empty = updated(Config(), {'cameras': []})
    assert updated(empty, {'cameras': ['front']}).cameras == ('front',)


def test_two_thresholds_move_together_where_either_alone_would_be_refused():
    changed = updated(Config(), {'scorer.poor': 0.8, 'scorer.good': 0.9})
    assert (changed.scorer.poor, changed.scorer.good) == (0.8, 0.9)


def test_whole_numbers_serve_as_floats():
    value = updated(Config(), {'scorer.good': 1}).scorer.good
    assert value == 1.0 and isinstance(value, float)


def test_a_ros_parameter_file_fills_the_configuration(tmp_path):
    path = write(tmp_path, FORM.format('analyzer: {min_weight: 7.0, query: parking}'))
    loaded = load_yaml(Config(), path)
    assert (loaded.analyzer.min_weight, loaded.analyzer.query) == (7.0, 'parking')


@pytest.mark.parametrize(
    'text',
    [
        '',
        'just words',
        '{',
        '[1, 2]',
        'a: {b: 1}',
        '\x00',
        '[' * 20_000,
        FORM.format('scorer.good: 2020-99-99'),
        FORM.format('scorer.frame_score: !!bool perhaps'),
        FORM.format('scorer.good: !!int ""'),
        FORM.format('scorer.good: !!timestamp never'),
        FORM.format(f'0x{"f" * 5000}: 1'),
    ],
)
def test_a_file_of_another_form_is_one_sentence(tmp_path, text):
    with pytest.raises(ConfigError, match=r'parameters\.yaml'):
        load_yaml(Config(), write(tmp_path, text))


def test_aliases_are_refused_as_ros_does_before_they_multiply(tmp_path):
    lines = ['a0: &a0 {x: 1, y: 2}']
    lines += [f'a{n}: &a{n} {{x: *a{n - 1}, y: *a{n - 1}}}' for n in range(1, 60)]
    path = write(tmp_path, '/**:\n  ros__parameters:\n    ' + '\n    '.join(lines))
    with pytest.raises(ConfigError, match='aliases are not taken'):
        load_yaml(Config(), path)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match='Cannot read the parameter file'):
        load_yaml(Config(), tmp_path / 'none.yaml')


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text())
)


@given(st.dictionaries(st.sampled_from([name for name, _, _ in settings(Config())]), scalars))
def test_any_value_is_taken_or_refused_never_worse(changes):
    try:
        changed = updated(Config(), changes)
    except ConfigError:
        return
    assert updated(changed, {}) == changed
