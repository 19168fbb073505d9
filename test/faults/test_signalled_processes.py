# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The node's process may be killed, stopped or interrupted at any moment, and be there twice."""

import os
import signal
from itertools import pairwise
from pathlib import Path

import pytest
from busy_node import ENDLESS, SLOW
from node_child import DOUBLE, START_S, assert_clean_end
from node_fixtures import Running
from pipeline_double import Build
from reports import CAMERA, OK, WARN, said, values_of

fault = pytest.mark.fault
BUSY = (str(Path(__file__).with_name('busy_node.py')),)


def reported(probe, image, accept):
    """Send an image again and again until the camera's report, once a second, is acceptable."""
    probe.diagnostics.clear()

    def found():
        probe.send(image)
        reports = [status for array in probe.diagnostics for status in array.status]
        return any(status.name.endswith(CAMERA) and accept(status) for status in reports)

    probe.until(found, f'report of {CAMERA}', START_S)


@fault("the node's process is killed")
def test_a_node_that_is_started_again_goes_on(child, probe, picture):
    process = child(DOUBLE)
    probe.ask_until_answered(picture(stamp=1))
    os.kill(process.pid, signal.SIGKILL)
    again = child(DOUBLE)

    def answered():
        probe.send(picture(stamp=2))
        return probe.results[-1].header.stamp.sec == 2

    probe.until(answered, 'result of the new node', START_S)
    reported(probe, picture(stamp=3), lambda status: status.level == OK)
    assert_clean_end(again)


@fault('an interrupt while an image is in work')
def test_an_interrupt_does_not_wait_for_the_image_in_work(child, probe, picture):
    process = child(BUSY)
    probe.ask_until_answered(picture(stamp=1))
    reported(probe, picture(ENDLESS, stamp=2), in_work)
    assert 'rror' not in assert_clean_end(process)
    assert probe.results[-1].header.stamp.sec == 1


def in_work(status):
    """Tell whether an image has been taken of which no result comes."""
    values = values_of(status)
    done = sum(int(values[key]) for key in ('processed', 'dropped for a newer frame'))
    return int(values['received']) > done and values['results per second'] == '0.00'


@fault("the node's process is stopped for a while")
def test_after_a_stop_what_came_meanwhile_gives_way_to_the_newest(child, probe, picture):
    process = child(BUSY)
    probe.ask_until_answered(picture(stamp=1))
    probe.results.clear()
    os.kill(process.pid, signal.SIGSTOP)
    for stamp in range(2, 42):
        probe.send(picture(SLOW, stamp=stamp))
    os.kill(process.pid, signal.SIGCONT)

    def caught_up():
        probe.send(picture(stamp=99))
        return probe.results and probe.results[-1].header.stamp.sec == 99

    probe.until(caught_up, 'result of an image after the stop')
    stamps = [result.header.stamp.sec for result in probe.results]
    assert all(earlier <= later for earlier, later in pairwise(stamps))
    # Each of the forty would have taken its time: most have given way to newer ones.
    assert len(set(stamps) - {99}) <= 4
    reported(probe, picture(stamp=99), lambda status: status.level == OK)
    assert_clean_end(process)


@fault('two nodes of one name')
def test_a_second_node_of_the_same_name_is_told_by_both(start, probe, picture, other_context):
    start()
    probe.ask(picture(stamp=1))
    second = Running(other_context, Build(), {})
    try:
        words = (
            '1 more on this topic: another node publishes results here; give it another namespace'
        )
        said(probe, 'results', words, WARN)
    finally:
        second.stop()
    said(probe, 'results', 'active', OK)
    count = len(probe.results)
    probe.ask(picture(stamp=2))
    assert len(probe.results) == count + 1
