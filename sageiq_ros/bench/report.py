# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The measurements of ``sageiq bench scene-graph`` as text."""

from __future__ import annotations

from typing import Any

HEADS = ('faster', 'frames/s', '10th to 90th', 'ms', 'peak MB', 'load s')


def describe(measured: dict[str, Any]) -> str:
    """Lay out what was measured, ratios first."""
    machine, size, settings = (measured[key] for key in ('machine', 'input', 'settings'))
    lines = [
        f'{machine["processors"]} processors ({", ".join(machine["instructions"]) or "plain"}), '
        f'{settings["threads"]} threads a network, load before {machine["load_before"]:.1f}; '
        f'{size["pictures"]} pictures of {size["width"]}x{size["height"]}; medians of '
        f'{settings["repeats"]} turns of {settings["seconds"]:g} s'
    ]
    if 'nano' in measured:
        part = measured['nano']
        lines += ['', f'nano: {_engine(part["engine"])}', *_table(part)]
        lines += [f'  not installed: {name}' for name in part['not_installed']]
    if 'looks' in measured:
        part = measured['looks']
        lines += ['', f'looks: {part["latency_ratio"]:.2f} x the latency of one look']
        lines += _table(part)
    if 'batch' in measured:
        lines += ['', *_batch(measured['batch'])]
    if 'full' in measured:
        part = measured['full']
        width, height = part['size']
        lines += ['', f'full: RelTR at {width}x{height}, weights: {part["weights"]}']
        lines += [*_table(part), *_drift(part)]
        lines += [f'  {part["note"]}'] if part['note'] else []
    return '\n'.join(lines)


def _engine(engine: dict[str, Any]) -> str:
    _, height, width, _ = engine['input']
    return (
        f'{engine["name"]} {engine["precision"]}, {engine["megabytes"]:.1f} MB, {width}x{height}'
    )


def _table(part: dict[str, Any]) -> list[str]:
    faster, fps, between, ms, peak, load = HEADS
    width = max(map(len, part['runners']))
    lines = [f'  {"":{width}} {faster:>8} {fps:>9} {between:>16} {ms:>9} {peak:>8} {load:>7}']
    for name, row in part['runners'].items():
        rate = row['fps']
        low_high = f'{rate["p10"]:.1f} to {rate["p90"]:.1f}'
        mark = '  (baseline)' if name == part['baseline'] else ''
        lines.append(
            f'  {name:{width}} {row["faster"]["median"]:7.2f}x {rate["median"]:9.1f} '
            f'{low_high:>16} {row["ms"]["median"]:9.2f} {row["peak_mb"]:8.0f} '
            f'{row["load_s"]:7.2f}{mark}'
        )
    return lines


def _batch(part: dict[str, Any]) -> list[str]:
    same = 'the same' if part['same_triplets'] else 'NOT the same'
    bits = 'identical' if part['deterministic'] else 'NOT identical'
    most = max(part['max_difference'].values())
    return [
        f'batch: {part["images"]} images at once ({part["by"]}) give {same} triplets as one by '
        f'one: {sum(part["triplets"])} triplets, boxes within {part["max_box_px"]:.2g} pixels '
        f'(tolerance {part["box_tolerance_px"]}), outputs within {most:.2g}',
        f'       {part["runs_each"]} runs in each of {part["processes"]} processes: outputs '
        f'{bits} to the bit',
    ]


def _drift(part: dict[str, Any]) -> list[str]:
    lines = []
    for name, row in part['runners'].items():
        if 'drift' in row:
            worst = max(row['drift'].items(), key=lambda item: item[1]['mean_per_std'])
            lines.append(
                f'  {name}: mean drift from fp32 at most {worst[1]["mean_per_std"]:.3f} standard '
                f'deviations ({worst[0]})'
            )
    return lines
