# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A schema of settings as ROS parameters: declared, checked and applied live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from sageiq_ros.nodes.parameter_docs import constraints
from sageiq_ros.schema import ConfigError, check, settings, updated

OTHER_PARAMETERS = ('use_sim_time', 'start_type_description_service', 'qos_overrides.')

C = TypeVar('C')


class NodeParameters(Generic[C]):
    """Keep a node's parameters and one configuration equal.

    ``defaults`` is the configuration, a dataclass of settings, that holds where nothing is given.

    A value given at start that is refused leaves the default in place and stands in ``refused``
    until the parameter is set. Whole numbers are taken for numbers, as in YAML.

    ``locked`` tells whether settings that are not live are refused now; ``changed`` is called
    after every change with the new configuration.
    """

    def __init__(
        self,
        node: Node,
        defaults: C,
        *,
        locked: Callable[[], bool],
        changed: Callable[[C], None],
    ) -> None:
        self._known = {name: (value, meta) for name, value, meta in settings(defaults)}
        self._locked = locked
        self._changed = changed
        # rclpy shows what was given for undeclared parameters in no other way; to have them all
        # declared by it breaks on an empty list.
        overrides = {name: item.value for name, item in node._parameter_overrides.items()}
        given = {name: overrides[name] for name in self._known if name in overrides}
        self.config, self.refused = accept(defaults, given)
        for name, value, meta in settings(self.config):
            node.declare_parameter(
                name, _plain(value), describe(value, meta), ignore_override=True
            )
        self._warn_of_unknown(node, overrides)
        node.add_pre_set_parameters_callback(self._as_numbers)
        node.add_on_set_parameters_callback(self._check)
        node.add_post_set_parameters_callback(self._apply)

    def require_accepted(self) -> None:
        """Raise ConfigError for a value given at start that was refused and not yet mended."""
        for reason in self.refused.values():
            raise ConfigError(reason)

    def _warn_of_unknown(self, node: Node, given: Iterable[str]) -> None:
        for name in given:
            if name not in self._known and not name.startswith(OTHER_PARAMETERS):
                near = get_close_matches(name, self._known, 1)
                hint = f'; is {near[0]} meant?' if near else '.'
                node.get_logger().warning(f'The parameter {name} is not known and unused{hint}')

    def _as_numbers(self, parameters: list[Parameter[Any]]) -> list[Parameter[Any]]:
        """Make numbers of whole numbers, before ROS refuses them by the numbers of its types."""
        return [
            Parameter(item.name, value=_numbers(item.value))
            if item.name in self._known and _wants_numbers(self._known[item.name][0], item.value)
            else item
            for item in parameters
        ]

    def _changes(self, parameters: list[Parameter[Any]]) -> dict[str, Any]:
        return {item.name: item.value for item in parameters if item.name in self._known}

    def _check(self, parameters: list[Parameter[Any]]) -> SetParametersResult:
        try:
            changed = updated(self.config, self._changes(parameters))
            if self._locked():
                self._refuse_locked(changed)
        except ConfigError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)

    def _refuse_locked(self, changed: C) -> None:
        now = {name: value for name, value, _ in settings(self.config)}
        for name, value, meta in settings(changed):
            if value != now[name] and not meta['live']:
                raise ConfigError(
                    f'{name} is read when the node is configured: deactivate and clean up the '
                    f'node, set it, then configure it again.'
                )

    def _apply(self, parameters: list[Parameter[Any]]) -> None:
        changes = self._changes(parameters)
        if changes:
            self.config = updated(self.config, changes)
            for name in changes:
                self.refused.pop(name, None)
            self._changed(self.config)


def accept(defaults: C, given: Mapping[str, Any]) -> tuple[C, dict[str, str]]:
    """Return the configuration of all acceptable values, and why each other one is refused."""
    known = {name: (value, meta) for name, value, meta in settings(defaults)}
    good: dict[str, Any] = {}
    refused: dict[str, str] = {}
    for name, value in given.items():
        default, meta = known[name]
        try:
            if value is None and isinstance(default, tuple):
                value = _empty(name, default)
            good[name] = check(name, value, default, meta)
        except ConfigError as error:
            refused[name] = str(error)
    while True:
        try:
            return updated(defaults, good), refused
        except ConfigError as error:
            # Each is right alone but they contradict one another.
            culprit = _culprit(defaults, good, str(error))
            refused[culprit] = str(error)
            del good[culprit]


def _culprit(defaults: Any, given: Mapping[str, Any], reason: str) -> str:
    """Choose the value to give up: the last one that is named, of those one that is enough."""
    named = [name for name in reversed(given) if name in reason] or list(reversed(given))
    for name in named:
        try:
            updated(defaults, {other: given[other] for other in given if other != name})
        except ConfigError:
            continue
        return name
    return named[0]


def describe(value: Any, meta: Mapping[str, Any]) -> ParameterDescriptor:
    """Build the descriptor that ``ros2 param describe`` and rqt show."""
    descriptor = ParameterDescriptor(
        description=meta['description'], additional_constraints=constraints(value, meta)
    )
    # A list's range stands in the words: ROS checks that of single numbers only.
    if meta['low'] is None or isinstance(value, tuple):
        return descriptor
    if isinstance(value, float):
        descriptor.floating_point_range = [
            FloatingPointRange(from_value=meta['low'], to_value=meta['high'])
        ]
    else:
        descriptor.integer_range = [IntegerRange(from_value=meta['low'], to_value=meta['high'])]
    return descriptor


def _empty(name: str, default: tuple[Any, ...]) -> tuple[Any, ...]:
    """Stand for an empty list, which comes from ROS as no value."""
    if isinstance(default[0], str):
        raise ConfigError(f"{name} is an empty list, which ROS 2 does not hold; write [''].")
    return ()


def _wants_numbers(default: Any, value: Any) -> bool:
    """Tell whether whole numbers were given for numbers."""
    if isinstance(default, tuple):
        numbers = isinstance(default[0], float) and isinstance(value, Sequence) and len(value)
        return bool(numbers) and all(type(item) is int for item in value)
    return isinstance(default, float) and type(value) is int


def _numbers(value: Any) -> Any:
    return [float(item) for item in value] if isinstance(value, Sequence) else float(value)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
