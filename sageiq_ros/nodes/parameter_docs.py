# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The schemas of the nodes as pages: ``config/sageiq.yaml`` and ``docs/parameters.md``.

``python -m sageiq_ros.nodes.parameter_docs`` at the repository's root writes both.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sageiq_ros.config import Config
from sageiq_ros.gate.config import NODE as GATE
from sageiq_ros.gate.config import GateConfig
from sageiq_ros.schema import NODE, settings

YAML_PATH, TABLE_PATH = Path('config/sageiq.yaml'), Path('docs/parameters.md')
_WIDTH = 99
_TYPES = {str: 'string', float: 'double', int: 'integer', bool: 'bool'}
_NODES = ((NODE, Config()), (GATE, GateConfig()))


def constraints(value: Any, meta: Mapping[str, Any]) -> str:
    """Say in words what a value must be and when it is read, for a parameter descriptor."""
    words = []
    if meta['choices']:
        words.append(f'one of {", ".join(meta["choices"])}')
    if meta['max_length']:
        words.append(f'1 to {meta["max_length"]} printable characters, one a letter or digit')
    if meta['low'] is not None and isinstance(value, tuple):
        words.append(f'each {meta["low"]} to {meta["high"]}')
    words.append('takes effect on the next frame' if meta['live'] else 'read by configure')
    return '; '.join(words)


def parameter_yaml() -> str:
    """Write the parameter file of the nodes with every default and its sentence."""
    lines = [
        '# Parameters of the nodes, each with its default, written by',
        '# python -m sageiq_ros.nodes.parameter_docs; a live one acts on the next frame.',
    ]
    for node, config in _NODES:
        lines += [f'/**/{node}:', '  ros__parameters:']
        group = ''
        for name, value, meta in _rows(config):
            head, _, leaf = name.rpartition('.')
            if head != group:
                lines.append(f'    {head}:')
                group = head
            indent = ' ' * (6 if head else 4)
            comment = f'{meta["description"]} {_range(value, meta)}'.rstrip()
            comment += ' Live.' if meta['live'] else ''
            lines += textwrap.wrap(
                comment,
                _WIDTH,
                initial_indent=f'{indent}# ',
                subsequent_indent=f'{indent}# ',
                break_on_hyphens=False,
            )
            lines.append(f'{indent}{leaf}: {_scalar(value)}')
    return '\n'.join(lines) + '\n'


def parameter_table() -> str:
    """Write the page that documents every parameter."""
    lines = [
        '# Parameters',
        '',
        'Written from `sageiq_ros/config.py` and `sageiq_ros/gate/config.py` by '
        '`python -m sageiq_ros.nodes.parameter_docs`; `config/sageiq.yaml` is the same with '
        'defaults.',
        '',
        'A live parameter takes effect on the next frame. The others are read when the node is '
        'configured; setting one',
        'while it is configured is refused with that reason.',
    ]
    for node, config in _NODES:
        lines += [
            '',
            f'## `{node}`',
            '',
            '| Parameter | Type | Default | Range | Live | Meaning |',
            '|---|---|---|---|---|---|',
        ]
        lines += [
            f'| `{name}` | {_type(value)} | `{_scalar(value)}` | {_range(value, meta, "")} '
            f'| {"yes" if meta["live"] else "no"} | {meta["description"]} |'
            for name, value, meta in _rows(config)
        ]
    return '\n'.join(lines) + '\n'


def _rows(config: Any) -> list[tuple[str, Any, Mapping[str, Any]]]:
    return sorted(settings(config), key=lambda row: '.' in row[0])


def _type(value: Any) -> str:
    return f'{_TYPES[type(value[0])]}[]' if isinstance(value, tuple) else _TYPES[type(value)]


def _range(value: Any, meta: Mapping[str, Any], stop: str = '.') -> str:
    if meta['choices']:
        return f'One of {", ".join(meta["choices"])}{stop}'
    if meta['max_length']:
        return f'1 to {meta["max_length"]} characters{stop}'
    if meta['low'] is None:
        return ''
    kind = type(value[0] if isinstance(value, tuple) else value)
    return f'{kind(meta["low"])} to {kind(meta["high"])}{stop}'


def _scalar(value: Any) -> str:
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, width=10_000)
    return text.removesuffix('\n').removesuffix('\n...')


if __name__ == '__main__':
    YAML_PATH.write_text(parameter_yaml(), encoding='utf-8')
    TABLE_PATH.write_text(parameter_table(), encoding='utf-8')
