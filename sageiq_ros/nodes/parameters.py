# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A schema of settings as ROS parameters: declared, checked and applied live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

    The node must have been made with ``automatically_declare_parameters_from_overrides``, so that
    what the user gave is seen, misspelt names too. A value the user gave that is refused leaves
    the default in place and stands in ``refused`` until the parameter is set.

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
        given = {name: _taken(node, name) for name in self._known if node.has_parameter(name)}
        self.config, self.refused = accept(defaults, given)
        for name, value, meta in settings(self.config):
            node.declare_parameter(
                name, _plain(value), describe(value, meta), ignore_override=True
            )
        self._warn_of_unknown(node)
        node.add_on_set_parameters_callback(self._check)
        node.add_post_set_parameters_callback(self._apply)

    def require_accepted(self) -> None:
        """Raise ConfigError for a value given at start that was refused and not yet mended."""
        for reason in self.refused.values():
            raise ConfigError(reason)

    def _warn_of_unknown(self, node: Node) -> None:
        for name in node.get_parameters_by_prefix(''):
            if name not in self._known and not name.startswith(OTHER_PARAMETERS):
                near = get_close_matches(name, self._known, 1)
                hint = f'; is {near[0]} meant?' if near else '.'
                node.get_logger().warning(f'The parameter {name} is not known and unused{hint}')

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
    good, refused = {}, {}
    for name, value in given.items():
        try:
            good[name] = check(name, value, *known[name])
        except ConfigError as error:
            refused[name] = str(error)
    try:
        return updated(defaults, good), refused
    except ConfigError as error:
        reason = str(error)
    # Each is right alone but two contradict one another: the one without which the rest fit.
    for culprit in reversed(good):
        rest = {name: value for name, value in good.items() if name != culprit}
        try:
            return updated(defaults, rest), refused | {culprit: reason}
        except ConfigError:
            continue
    return defaults, refused | dict.fromkeys(good, reason)


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


def _taken(node: Node, name: str) -> Any:
    value = node.get_parameter(name).value
    node.undeclare_parameter(name)
    return value


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
