# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Ways of running that take no network: spawned processes find them here by name."""

import os

import numpy as np

from sageiq_ros.engines.base import EngineError


def counting():
    """Give the number of the call, so that no two runs are the same."""
    calls = []

    def call():
        calls.append(None)
        return {'count': np.array([len(calls)])}

    return call


def constant(value):
    return lambda: {'value': np.full(3, value, np.float32)}


def holding(megabytes):
    held = np.ones(megabytes * 125_000)
    return lambda: {'sum': held[:1]}


def refusing():
    raise EngineError('There is nothing to run.')


def dying():
    os._exit(7)


def dying_later():
    calls = []

    def call():
        calls.append(None)
        if len(calls) > 1:
            os._exit(9)
        return {}

    return call


def stumbling():
    raise ZeroDivisionError('by accident')
