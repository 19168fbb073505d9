# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Setting the node's live parameters while it runs."""

from __future__ import annotations

from rcl_interfaces.srv import SetParameters
from rclpy.client import Client
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.task import Future

from sageiq_ros.nodes.process import NAMESPACE

SERVICE = f'{NAMESPACE}/sageiq_node/set_parameters'


class Tuner:
    """Ask for one parameter after the other and see to the answers later."""

    def __init__(self, node: Node) -> None:
        self._client: Client = node.create_client(SetParameters, SERVICE)
        self._asked: list[tuple[str, Future]] = []

    def set(self, name: str, value: float | int | list[float]) -> None:
        """Ask the node to set a parameter."""
        message = Parameter(name, value=value).to_parameter_msg()
        future = self._client.call_async(SetParameters.Request(parameters=[message]))
        self._asked.append((name, future))

    def faults(self) -> list[str]:
        """Say why parameters asked for since the last call were not set; nothing of the others."""
        asked, self._asked = self._asked, []
        faults = []
        for name, future in asked:
            answer = future.result() if future.done() else None
            if answer is None:
                faults.append(f'{name} was asked for and there was no answer.')
            elif not answer.results[0].successful:
                faults.append(f'{name} was refused: {answer.results[0].reason}')
        return faults
