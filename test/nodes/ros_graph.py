# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What both nodes say, hear and serve while they are active under simulated time."""

import threading
from contextlib import contextmanager, suppress

from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.parameter import Parameter

from sageiq_ros.nodes.gate_node import GateNode

NAMESPACE = '/sageiq'
NODES = ('sageiq_node', 'sageiq_gate')


class Graph:
    """Ask a node of the same participant what the two advertise, by full names."""

    def __init__(self, node):
        self._node = node

    def publishes(self, name):
        return dict(self._node.get_publisher_names_and_types_by_node(name, NAMESPACE))

    def subscribes(self, name):
        return dict(self._node.get_subscriber_names_and_types_by_node(name, NAMESPACE))

    def serves(self, name):
        return dict(self._node.get_service_names_and_types_by_node(name, NAMESPACE))

    def calls(self, name):
        return dict(self._node.get_client_names_and_types_by_node(name, NAMESPACE))

    def published(self):
        """Return the type of every topic that one of the nodes publishes."""
        return {topic: types for name in NODES for topic, types in self.publishes(name).items()}


@contextmanager
def both_nodes(start, probe, context):
    """Start both nodes and yield the Graph once both are active."""
    start(use_sim_time=True)
    gate = GateNode(context=context, parameter_overrides=[Parameter('use_sim_time', value=True)])
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(gate)

    def spin():
        with suppress(ExternalShutdownException):
            executor.spin()

    thread = threading.Thread(target=spin)
    thread.start()
    graph = Graph(probe.node)
    try:
        for name, topic in zip(NODES, ('image_raw', 'tar_quality'), strict=True):
            heard = f'{NAMESPACE}/{topic}'
            probe.until(lambda name=name, heard=heard: heard in graph.subscribes(name), name)
        yield graph
    finally:
        executor.shutdown()
        thread.join()
        gate.close()
        gate.destroy_node()
