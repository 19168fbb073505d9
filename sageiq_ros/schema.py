# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Schemas of settings: dataclasses that fill a node's parameters, its YAML and its docs.

A field carries its default, its range and its sentence. A setting that is not ``live`` is read
when the node is configured; a live one takes effect on the next frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from sageiq_ros.quoting import quoted
from sageiq_ros.types import SageIQError

NODE = 'sageiq_node'
# PyYAML lets through what Python says of a date without such a day, of a tag without a value, ...
_MALFORMED = (
    yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, RecursionError,
)  # fmt: skip


class ConfigError(SageIQError):
    """A setting that is unknown, of the wrong kind or out of range."""


class _Loader(yaml.SafeLoader):
    """As ROS does, take no aliases: a few lines of them may stand for more than any memory."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            place = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, 'aliases are not taken', place)
        return super().compose_node(parent, index)


def setting(
    default: Any,
    description: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] | None = None,
    live: bool = False,
    max_length: int | None = None,
) -> Any:
    """Declare one setting; a tuple default is a list of strings or of numbers in YAML.

    The range of a list is that of its numbers. A list of numbers has one for all cameras, or one
    for each, so it is never empty.
    """
    meta = {
        'description': description,
        'low': low,
        'high': high,
        'choices': choices,
        'live': live,
        'max_length': max_length,
    }
    return field(default=default, metadata=meta)


def settings(config: Any, prefix: str = '') -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Yield dotted name, value and metadata of every setting of a configuration dataclass."""
    for item in fields(config):
        value = getattr(config, item.name)
        if is_dataclass(value):
            yield from settings(value, f'{prefix}{item.name}.')
        else:
            yield prefix + item.name, value, item.metadata


def check(name: str, value: Any, default: Any, meta: Mapping[str, Any]) -> Any:
    """Return ``value`` in the default's type; raise ConfigError with the reason it is refused."""
    if isinstance(default, tuple):
        return _check_list(name, value, default, meta)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = _as_float(value)
    if type(value) is not type(default):
        raise ConfigError(
            f'{name} must be of type {type(default).__name__}, not {type(value).__name__} '
            f'({quoted(value)}).'
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f'{name} must be a finite number, not {value}.')
    low, high = meta['low'], meta['high']
    if low is not None and not low <= value <= high:
        raise ConfigError(f'{name} must lie in [{low}, {high}], not {quoted(value)}.')
    if meta['choices'] is not None and value not in meta['choices']:
        raise ConfigError(
            f'{name} must be one of {", ".join(meta["choices"])}, not {quoted(value)}.'
        )
    limit = meta['max_length']
    if limit is not None and not (len(value) <= limit and value.isprintable()):
        raise ConfigError(
            f'{name} must be 1 to {limit} printable characters, not {quoted(value)}.'
        )
    if limit is not None and not any(map(str.isalnum, value)):
        raise ConfigError(f'{name} must have a letter or a digit in it, not {quoted(value)}.')
    return value


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _check_list(
    name: str, value: Any, default: tuple[Any, ...], meta: Mapping[str, Any]
) -> tuple[Any, ...]:
    # A list of numbers is never empty.
    words = not default or isinstance(default[0], str)
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        kind = 'strings' if words else 'numbers'
        raise ConfigError(f'{name} must be a list of {kind}, not {quoted(value)}.')
    if words and not all(isinstance(item, str) for item in value):
        raise ConfigError(f'{name} must be a list of strings, not {quoted(list(value))}.')
    if not words and not value:
        raise ConfigError(f'{name} is empty; give one number for all cameras, or one for each.')
    return tuple(check(name, item, '' if words else default[0], meta) for item in value)


def updated(config: Any, changes: Mapping[str, Any]) -> Any:
    """Return a copy of a configuration with dotted names changed, all of them or none.

    Raises ConfigError naming the setting that is unknown or refused.
    """
    known = {name: (value, meta) for name, value, meta in settings(config)}
    direct: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    for name, value in changes.items():
        if name not in known:
            raise ConfigError(
                f'{quoted(name)} is not a setting; known are {", ".join(sorted(known))}.'
            )
        value = check(name, value, *known[name])
        head, _, rest = name.partition('.')
        if rest:
            nested.setdefault(head, {})[rest] = value
        else:
            direct[head] = value
    for head, part in nested.items():
        direct[head] = updated(getattr(config, head), part)
    return replace(config, **direct)


def load_yaml(config: Any, path: str | Path, node: str = NODE) -> Any:
    """Fill a configuration from the ROS parameter file that ``node`` reads.

    Raises ConfigError for a missing or malformed file and for an unknown or refused setting.
    """
    return updated(config, read_parameters(path, node))


def read_parameters(path: str | Path, node: str = NODE) -> dict[str, Any]:
    """Read what a ROS parameter file sets for ``node`` in whatever namespace, as dotted names."""
    found: dict[str, Any] = {}
    try:
        document = yaml.load(Path(path).read_text(encoding='utf-8'), _Loader)
        for name, parameters in _sections(document):
            if name.rpartition('/')[2] in (node, '*', '**'):
                found.update(_flatten(parameters))
    except OSError as error:
        raise ConfigError(f'Cannot read the parameter file {path}: {error.strerror}.') from error
    except _MALFORMED as error:
        raise ConfigError(f'{path} is not a YAML file: {" ".join(str(error).split())}.') from error
    if not found:
        raise ConfigError(
            f'{path} has no ros__parameters of {node}; see config/sageiq.yaml for the form.'
        )
    return found


def _sections(tree: Any, name: str = '') -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the name of every node, from the namespaces it stands in, and its parameters."""
    for key, value in tree.items() if isinstance(tree, dict) else ():
        if key == 'ros__parameters' and isinstance(value, dict):
            yield name, value
        else:
            yield from _sections(value, f'{name}/{key}')


def _flatten(tree: Mapping[str, Any], prefix: str = '') -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flatten(value, f'{prefix}{key}.')
        else:
            yield f'{prefix}{key}', value
