# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The measurements of ``sageiq bench node`` as a table in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

# What a row says, the measurement's name, and its number with its unit.
ONE = (
    ('baseline: `Pipeline` called frame by frame in one process', 'pipeline_hz', '{:.1f} /s'),
    ('node, next frame when the result has come', 'paced_hz', '{:.1f} /s'),
    ('… against the baseline', 'paced_ratio', '{:.2f} ×'),
    ('node, fed faster than it can follow', 'saturated_hz', '{:.1f} /s'),
    ('… against the baseline', 'saturated_ratio', '{:.2f} ×'),
    ('age of a result, from sending to receiving, paced', 'paced_age_ms', '{:.0f} ms'),
    ('… saturated', 'saturated_age_ms', '{:.0f} ms'),
    ('… saturated, 95th percentile', 'saturated_age_p95_ms', '{:.0f} ms'),
    ('process start to first result', 'first_result_s', '{:.1f} s'),
    ('active without images, of one processor', 'idle_percent', '{:.1f} %'),
    ('resident memory of the node, largest', 'node_mb', '{:.0f} MB'),
    ('… of its worker processes', 'children_mb', '{:.0f} MB'),
)
OWN = (
    ('from arrival in the node to its result published', 'wall_ms', '{:.1f} ms'),
    ('… of it stage 1 around its network', 'scene_graph_ms', '{:.1f} ms'),
    ('… stage 2', 'analyzer_ms', '{:.1f} ms'),
    ('… stage 3 around its network', 'scorer_ms', '{:.1f} ms'),
    ('… converting, building and publishing the result', 'other_ms', '{:.1f} ms'),
    ('the same where nothing is found in the image', 'nothing_found_ms', '{:.1f} ms'),
    ('processor time of the whole node process', 'cpu_ms', '{:.1f} ms'),
    ('… of it receiving: that of a frame left out', 'receive_ms', '{:.1f} ms'),
    ('baseline: an rclpy node that receives and does nothing else', 'bare_ms', '{:.1f} ms'),
    ('resizing to the network of stage 1, by itself', 'resize_ms', '{:.1f} ms'),
    ('receiving, converting, resizing, building and publishing', 'handling_ms', '{:.1f} ms'),
)


def table(measured: dict[str, Any]) -> list[str]:
    """Lay out what was measured, as rows of Markdown."""
    machine, size = measured['machine'], measured['input']
    lines = [
        f'{machine["processors"]} processors ({", ".join(machine["instructions"]) or "plain"}), '
        f'load before {machine["load_before"]:.1f}'
    ]
    if 'one' in measured:
        turns = measured['one']
        title = f'One camera, {size["width"]}x{size["height"]} raw: median of {len(turns)} turns'
        lines += ['', *_head(f'{title} (lowest to highest)'), *_rows(ONE, turns)]
    if 'own' in measured:
        turns = measured['own']
        regions = median(turn['regions'] for turn in turns)
        title = f'Own cost of a raw 1920x1080 frame with {regions:.0f} regions, without networks'
        lines += ['', *_head(title), *_rows(OWN, turns)]
    if 'several' in measured:
        lines += ['', *_several(measured['several'])]
    return lines


def _head(title: str) -> list[str]:
    return [f'| {title} | |', '|---|---|']


def _rows(rows: Sequence[tuple[str, str, str]], turns: Sequence[dict[str, float]]) -> list[str]:
    lines = []
    for meaning, name, form in rows:
        values = [turn[name] for turn in turns]
        number, _, unit = form.partition(' ')
        spread = f'{number.format(min(values))} to {number.format(max(values))}'
        lines.append(f'| {meaning} | {number.format(median(values))} {unit} ({spread}) |')
    return lines


def _several(part: dict[str, Any]) -> list[str]:
    width, height = part['size']
    together, node, sender = part['together'], part['node'], part['sender']
    cameras = part['cameras'].values()
    frames = together['age_frames']
    memory, late = node['memory_mb'], sender['late_ms']
    rows = {
        'images sent': str(sum(one['sent'] for one in cameras)),
        '… that the node never saw': str(sum(one['unseen'] for one in cameras)),
        'results, all cameras': f'{together["results_hz"]:.1f} /s',
        'share of a camera, of an equal one': f'{part["shares"]["min"]:.2f} to '
        f'{part["shares"]["max"]:.2f}',
        'time to process a frame: median, p95, p99, largest': _percentiles(together['total_ms']),
        'age of an image when its result is published: median, p95, p99, largest': _percentiles(
            together['age_ms']
        ),
        '… 99th percentile, in frames: its own processing is 1': f'{frames["p99"]:.2f}',
        'processors that the node keeps busy': f'{node["cores"]:.2f}',
        'resident memory, first to last': f'{memory[0]:.0f} to {memory[-1]:.0f} MB, '
        f'{node["memory_slope_mb"]:+.1f} MB of its own in 10 minutes',
        'threads, open files': f'{node["threads"]["max"]}, {node["files"]["max"]}',
        'sender: late by, median and p99': f'{late["median"]:.1f}, {late["p99"]:.1f} ms',
        '… frames left out, processors': f'{sender["missed"]}, {sender["cores"]:.2f}',
    }
    title = (
        f'{len(part["cameras"])} cameras, {width}x{height} raw at {part["rate_hz"]:g} Hz each, '
        f'{part["seconds"]:.0f} s'
    )
    return [*_head(title), *(f'| {meaning} | {value} |' for meaning, value in rows.items())]


def _percentiles(times: dict[str, float]) -> str:
    return ', '.join(f'{times[name]:.0f}' for name in ('median', 'p95', 'p99', 'max')) + ' ms'
