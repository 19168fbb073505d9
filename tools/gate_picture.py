# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Draw docs/images/gate.svg: a score over time, and what the gate itself makes of it.

``python tools/gate_picture.py`` at the repository's root.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parents[1]))

from sageiq_ros.gate.config import GateConfig
from sageiq_ros.gate.gate import QualityGate

PATH = Path('docs/images/gate.svg')
CONFIG = GateConfig(cameras=('front',), close_after_s=0.3)
# Score of every tenth of a second, None where no result came.
SCORES = (
    *[0.75] * 22,
    *[0.25] * 2,
    *[0.75] * 8,
    *[0.40] * 10,
    *[0.22] * 8,
    *[0.40] * 10,
    *[0.70] * 20,
    *[None] * 12,
    *[0.80] * 18,
)
PERIOD_S, START_S = 0.1, 1000.0
NOTES = (
    (1.0, 'good for 1 s'),
    (2.3, 'too short'),
    (3.45, 'hysteresis'),
    (4.6, 'bad for 0.3 s'),
    (5.7, 'hysteresis'),
    (7.0, 'good for 1 s'),
    (8.7, 'no results'),
    (9.7, 'good for 1 s'),
)
LEFT, TOP, PLOT_H, SECOND = 124, 44, 150, 74
COLORS = {'OPEN': '#5b9a86', 'CLOSED': '#c25b4e', 'STALE': '#8a8f98', 'UNKNOWN': '#d6d2c7'}
INK, FAINT = '#1c1f24', '#5f6672'


def states() -> list[tuple[float, str]]:
    """Return what the gate says, a hundred times a second."""
    gate = QualityGate(CONFIG)
    said = []
    for place, score in enumerate(SCORES):
        now_s = place * PERIOD_S
        if score is not None:
            gate.take(_result(score, now_s), now_s, START_S + now_s)
        for part in range(10):
            then_s = now_s + part * PERIOD_S / 10
            said.append((then_s, gate.state(then_s, START_S + then_s).state.name))
    return said


def _result(score: float, now_s: float) -> SimpleNamespace:
    stamp = SimpleNamespace(sec=int(START_S), nanosec=round(1e9 * now_s))
    header = SimpleNamespace(stamp=stamp)
    return SimpleNamespace(
        header=header, camera='front', state=1, score=score, regions=(), triplets=()
    )


def picture() -> str:
    """Write the picture."""
    end_s = len(SCORES) * PERIOD_S
    width, height = LEFT + round(end_s * SECOND) + 24, TOP + PLOT_H + 84
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" rx="10" fill="#fbfaf7"/>',
    ]
    minimum = CONFIG.min_score[0]
    for value, name in (
        (minimum + CONFIG.hysteresis, 'opens from'),
        (minimum, 'closes below'),
    ):
        parts.append(
            f'<path d="M{LEFT} {_y(value)}H{width - 24}" stroke="{FAINT}" stroke-dasharray="4 4"/>'
        )
        parts.append(_text(LEFT - 8, _y(value) + 4, f'{name} {value:.2f}', 'end', FAINT, 11))
    for value in (0.0, 1.0):
        parts.append(_text(LEFT - 8, _y(value) + 4, f'{value:g}', 'end', FAINT, 11))
    parts.append(_text(18, TOP - 18, 'score', 'start', INK, 13))
    parts += [
        f'<circle cx="{_x(place * PERIOD_S)}" cy="{_y(score)}" r="2.6" fill="#2f7fb8"/>'
        for place, score in enumerate(SCORES)
        if score is not None
    ]
    parts += [_text(_x(at_s), TOP - 18, note, 'middle', FAINT, 11) for at_s, note in NOTES]
    band = TOP + PLOT_H + 22
    parts.append(_text(LEFT - 8, band + 18, 'gate_state', 'end', INK, 13))
    for name, run in groupby(states(), key=lambda one: one[1]):
        begin_s, *_ = times = [at_s for at_s, _ in run]
        length = SECOND * (times[-1] - begin_s + PERIOD_S / 10)
        parts.append(
            f'<rect x="{_x(begin_s)}" y="{band}" width="{length:.1f}" height="26" '
            f'fill="{COLORS[name]}"/>'
        )
        middle = round(_x(begin_s) + length / 2, 1)
        parts.append(_text(middle, band + 17, name, 'middle', '#ffffff', 11))
    for second in range(int(end_s) + 1):
        parts.append(_text(_x(second), band + 46, f'{second} s', 'middle', FAINT, 11))
    return ''.join([*parts, '</svg>\n'])


def _x(seconds: float) -> float:
    return round(LEFT + SECOND * seconds, 1)


def _y(score: float) -> float:
    return round(TOP + PLOT_H * (1.0 - score), 1)


def _text(x: float, y: float, words: str, anchor: str, color: str, size: int) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{color}" font-size="{size}">'
        f'{words}</text>'
    )


if __name__ == '__main__':
    PATH.write_text(picture(), encoding='utf-8')
