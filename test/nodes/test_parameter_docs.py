# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The parameter file and the table in the docs are the schema's, word for word."""

from pathlib import Path

import pytest

from sageiq_ros.config import Config
from sageiq_ros.nodes.parameter_docs import (
    TABLE_PATH,
    YAML_PATH,
    parameter_table,
    parameter_yaml,
)
from sageiq_ros.schema import load_yaml, settings

ROOT = Path(__file__).parents[2]
MEND = 'run python -m sageiq_ros.nodes.parameter_docs'


@pytest.mark.parametrize(
    ('path', 'write'), [(YAML_PATH, parameter_yaml), (TABLE_PATH, parameter_table)]
)
def test_the_page_is_what_the_schema_says(path, write):
    assert (ROOT / path).read_text(encoding='utf-8') == write(), MEND


def test_the_parameter_file_holds_every_default():
    loaded = load_yaml(Config(), ROOT / YAML_PATH)
    assert loaded == Config()
    text = parameter_yaml()
    for name, _, _ in settings(Config()):
        assert f'{name.rpartition(".")[2]}: ' in text


def test_no_line_is_longer_than_the_house_allows():
    assert max(map(len, parameter_yaml().splitlines())) <= 99
