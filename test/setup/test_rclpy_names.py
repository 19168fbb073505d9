# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is imported from rclpy is there in Jazzy, Kilted and Lyrical."""

import ast

import pytest

# Looked up in the sources of all three (7.1 is that of Jazzy); look there before adding a name.
KNOWN = {
    'rclpy.callback_groups': {'ReentrantCallbackGroup'},
    'rclpy.client': {'Client'},
    'rclpy.clock': {'Clock', 'ClockType'},
    'rclpy.context': {'Context'},
    'rclpy.duration': {'Duration', 'Infinite'},
    'rclpy.event_handler': {'SubscriptionEventCallbacks'},
    'rclpy.exceptions': {'InvalidHandle', 'InvalidParameterTypeException'},
    'rclpy.executors': {'ExternalShutdownException', 'SingleThreadedExecutor'},
    'rclpy.lifecycle': {
        'LifecycleNode',
        'LifecyclePublisher',
        'LifecycleState',
        'TransitionCallbackReturn',
    },
    'rclpy.node': {'Node'},
    'rclpy.parameter': {'Parameter', 'parameter_value_to_python'},
    'rclpy.publisher': {'Publisher'},
    'rclpy.qos': {
        'DurabilityPolicy',
        'HistoryPolicy',
        'LivelinessPolicy',
        'QoSCompatibility',
        'QoSProfile',
        'ReliabilityPolicy',
        'qos_check_compatible',
        'qos_profile_sensor_data',
    },
    'rclpy.qos_overriding_options': {'QoSOverridingOptions'},
    'rclpy.serialization': {'deserialize_message'},
    'rclpy.signals': {'SignalHandlerOptions'},
    'rclpy.subscription': {'Subscription'},
    'rclpy.task': {'Future'},
    'rclpy.time': {'Time'},
    'rclpy.timer': {'Timer'},
    'rclpy.utilities': {'remove_ros_args'},
}


def at_run_time(node):
    """Yield the imports of a module, without those for the type checker alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and getattr(child.test, 'id', '') == 'TYPE_CHECKING':
            continue
        if isinstance(child, ast.ImportFrom):
            yield child
        yield from at_run_time(child)


def unknown(source):
    """Return what a source takes from rclpy that is not known, as 'module.name'."""
    return [
        f'{statement.module}.{alias.name}'
        for statement in at_run_time(ast.parse(source))
        if (statement.module or '').partition('.')[0] == 'rclpy'
        for alias in statement.names
        if alias.name not in KNOWN.get(statement.module, ())
    ]


@pytest.mark.parametrize('folder', ['sageiq_ros', 'examples', 'launch', 'test', 'tools'])
def test_every_name_is_in_all_distributions(root, folder):
    found = {
        str(path.relative_to(root)): names
        for path in (root / folder).rglob('*.py')
        if (names := unknown(path.read_text(encoding='utf-8')))
    }
    assert found == {}


def test_a_name_that_jazzy_lacks_is_noticed_and_one_for_the_type_checker_is_not():
    line = 'from rclpy.subscription import MessageInfo'
    assert unknown(line) == ['rclpy.subscription.MessageInfo']
    assert unknown(f'if TYPE_CHECKING:\n    {line}') == []
