# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What others gave is quoted on one short line, whatever it is; so are their paths."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.paths import user_path
from sageiq_ros.quoting import MOST, quoted, shortened
from sageiq_ros.types import SageIQError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_what_is_short_is_quoted_as_it_is():
    for value in ('front', 7, 0.5, ['a', 1], None, {'a': 1}):
        assert quoted(value) == repr(value)
    assert shortened('two\nlines') == 'two lines'


@given(VALUES)
def test_any_value_is_one_short_line(value):
    text = quoted(value)
    assert 0 < len(text) <= MOST and text.splitlines() == [text]


@given(st.text())
def test_any_text_is_one_short_line(text):
    line = shortened(text)
    assert len(line) <= MOST and len(line.splitlines()) <= 1


def test_a_number_that_python_refuses_to_write_is_told_by_its_size():
    assert quoted([1 << 20_000]) == '[a number of 20001 bits]'


def test_a_path_begins_at_home_and_need_not_be_there(monkeypatch, tmp_path):
    monkeypatch.setenv('HOME', str(tmp_path))
    assert user_path('~/engines/new') == tmp_path / 'engines' / 'new'
    assert user_path('engines') == Path('engines')


@pytest.mark.parametrize('text', ['~nobody-of-this-name/x', 'a' * 300, '/a' * 3000, 'a\0b'])
def test_what_cannot_be_a_path_is_one_sentence(text):
    with pytest.raises(SageIQError, match=r'cannot be a path here \(.*\)\.$') as caught:
        user_path(text)
    assert len(str(caught.value)) < 2 * MOST
