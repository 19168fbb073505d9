# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the node says of its load, its memory and others that publish in its place."""

from types import SimpleNamespace

import pytest

from sageiq_ros.nodes import load_report
from sageiq_ros.nodes.camera import Camera
from sageiq_ros.nodes.diagnostics import results_status
from sageiq_ros.nodes.load_report import LoadReport, memory_status

OK, WARN, ERROR = b'\x00', b'\x01', b'\x02'


def cameras(count):
    return [Camera(f'camera{place}', f'/camera{place}', 'image', place) for place in range(count)]


def spend(monkeypatch, seconds):
    """Let time pass, a half of it on the processor."""
    now, spent = load_report.perf_counter() + seconds, load_report.process_time() + seconds / 2
    monkeypatch.setattr(load_report, 'perf_counter', lambda: now)
    monkeypatch.setattr(load_report, 'process_time', lambda: spent)


def report(monkeypatch, *counts, seconds=2.0):
    """Report after ``seconds`` in which each camera received, processed and dropped frames."""
    monkeypatch.setattr(load_report, 'perf_counter', lambda: 10.0)
    monkeypatch.setattr(load_report, 'process_time', lambda: 1.0)
    group = cameras(len(counts))
    made = LoadReport(group, 'node')
    for camera, (received, processed, dropped) in zip(group, counts, strict=True):
        camera.received, camera.processed, camera.dropped = received, processed, dropped
    spend(monkeypatch, seconds)
    status = made.status()
    return status, {item.key: item.value for item in status.values}


def test_a_node_that_keeps_up_is_well(monkeypatch):
    status, values = report(monkeypatch, (20, 20, 0), (20, 20, 0))
    assert (status.name, status.level, status.message) == ('node: load', OK, 'keeps up')
    assert values['images per second'] == values['results per second'] == '20.0'
    assert values['processor [cores]'] == '0.50'


def test_dropping_frames_is_normal_while_every_camera_is_served(monkeypatch):
    status, values = report(monkeypatch, (60, 10, 50), (60, 10, 50))
    assert (status.level, status.message) == (OK, 'frames give way to newer ones')
    assert values['dropped per second'] == '50.0'


def test_a_camera_that_hardly_gets_a_result_is_an_overload(monkeypatch):
    status, _ = report(monkeypatch, (60, 10, 50), (60, 1, 59))
    assert status.level == WARN
    assert status.message.startswith('overloaded: a camera gets 0.5 results per second; use fewer')


def test_a_camera_that_sends_seldom_is_no_overload(monkeypatch):
    assert report(monkeypatch, (1, 1, 0), (60, 30, 30))[0].level == OK


def proc(tmp_path, left_kb):
    (tmp_path / 'self').mkdir()
    (tmp_path / 'self' / 'status').write_text(
        'Name:\tsageiq node\nVmHWM:\t  500000 kB\nVmRSS:\t  250000 kB\nThreads:\t9\n'
    )
    (tmp_path / 'meminfo').write_text(f'MemTotal:  8000000 kB\nMemAvailable: {left_kb} kB\n')
    return tmp_path


def test_memory_is_told_in_megabytes(tmp_path):
    status = memory_status('node', proc(tmp_path, 4_000_000))
    values = {item.key: item.value for item in status.values}
    assert (status.level, status.message) == (OK, '256.0 MB')
    assert values['resident at most [MB]'] == '512.0'
    assert values['left on the machine [MB]'] == '4096'


def test_a_machine_short_of_memory_is_told(tmp_path):
    status = memory_status('node', proc(tmp_path, 100_000))
    assert status.level == WARN
    assert status.message == 'only 102 MB are left on this machine; end what is not needed'


def test_the_node_itself_reads_its_memory():
    values = {item.key: item.value for item in memory_status('node').values}
    assert 1.0 < float(values['resident [MB]']) <= float(values['resident at most [MB]'])


def working(latencies_ms, busy_s=0.0):
    return SimpleNamespace(latencies_ms=latencies_ms, busy_s=busy_s)


@pytest.mark.parametrize('latencies', [(), (1.0, 2.0)])
def test_another_publisher_of_results_is_told(latencies):
    assert results_status('node', working(latencies), '').level == OK
    status = results_status('node', working(latencies), '', rivals=1)
    assert status.level == WARN
    assert status.message.startswith('1 more on this topic: another node publishes results here')


def test_latencies_come_with_their_percentiles():
    values = {
        item.key: item.value for item in results_status('node', working(range(101)), '').values
    }
    assert values['latency median [ms]'] == '50.0'
    assert values['latency p95 [ms]'] == '95.0'
    assert values['latency p99 [ms]'] == '99.0'


def test_an_engine_that_hangs_is_an_error():
    assert results_status('node', working((1.0,), busy_s=9.0), '').level == OK
    status = results_status('node', working((1.0,), busy_s=12.0), '', rivals=1)
    assert status.level == ERROR
    assert status.message.startswith('nothing for 12 s: an engine hangs')
