# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""OpenVINO in a process: one runtime, and what loads a plugin of its own does so apart."""

import threading

import pytest

from sageiq_ros.openvino_core import load_apart, openvino_core


def test_a_process_has_one_runtime():
    assert openvino_core() is openvino_core()


def test_what_is_loaded_apart_is_not_loaded_by_the_main_thread():
    assert load_apart(threading.current_thread) is not threading.main_thread()


def test_a_fault_apart_is_raised_here():
    with pytest.raises(ZeroDivisionError):
        load_apart(lambda: 1 // 0)
