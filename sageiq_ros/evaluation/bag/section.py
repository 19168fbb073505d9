# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The section of a drive's report that holds its scores against labels."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sageiq_ros.evaluation.bag.comparison import Comparison
from sageiq_ros.evaluation.bag.summary import (
    NAMES,
    blocks_text,
    interval,
    lag_text,
    matched,
)

SIDE, LEFT, TOP = 300.0, 44.0, 8.0
WIDTH, HEIGHT = 1000.0, 356.0
MOST_DOTS = 4000


def comparison_section(comparison: Comparison) -> str:
    """Return the section as HTML: what was matched, the measures, and every pair as a dot."""
    rows = ''.join(
        f'<tr><td>{NAMES[name]}</td><td>{interval(value)}</td></tr>'
        for name, value in comparison.measures.items()
    )
    off = (
        ''
        if comparison.on_scale
        else ' The labels are not on the scale 0 to 1, so an error means nothing.'
    )
    return (
        f'<h2>Against labels</h2><p class="note">{escape(matched(comparison))} '
        f'Intervals: {blocks_text(comparison.blocks)} The mean error is score less label.{off}'
        ' The lag is the shift at which both series correlate most, positive where the score '
        'comes later.</p><div class="card">'
        f'<table><tr><th>measure</th><th>value [interval]</th></tr>{rows}'
        f'<tr><td>lag</td><td>{lag_text(comparison.lag)}</td></tr></table>'
        f'<div style="margin-top:22px">{scatter(comparison.pairs)}</div></div>'
    )


def scatter(pairs: Sequence[tuple[float, float]]) -> str:
    """Plot (label, score) pairs, at most MOST_DOTS; labels beyond 0 to 1 stretch their axis."""
    labels = [label for label, _ in pairs]
    low, high = min([0.0, *labels]), max([1.0, *labels])
    drawn = pairs[:: -(-len(pairs) // MOST_DOTS) or 1]
    bottom, right = TOP + SIDE, LEFT + SIDE
    parts = [
        f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" '
        'stroke="var(--line)"/>'
    ]
    if (low, high) == (0.0, 1.0):
        parts.append(
            f'<path d="M{LEFT} {bottom}L{right} {TOP}" stroke="var(--soft)" '
            'stroke-dasharray="4 4"><title>score and label are equal</title></path>'
        )
    for share, name in ((0.0, f'{low:g}'), (1.0, f'{high:g}')):
        parts.append(
            f'<text x="{LEFT + SIDE * share}" y="{bottom + 18}" text-anchor="middle">{name}</text>'
            f'<text x="{LEFT - 8}" y="{bottom - SIDE * share + 4}" text-anchor="end">{share:g}'
            '</text>'
        )
    parts.append(
        f'<text x="{LEFT + SIDE / 2}" y="{bottom + 36}" text-anchor="middle">label</text>'
        f'<text x="{right + 14}" y="{TOP + 12}">score of each frame</text>'
    )
    parts += [
        f'<circle cx="{LEFT + SIDE * (label - low) / (high - low):.1f}" '
        f'cy="{bottom - SIDE * score:.1f}" r="2.4" fill="var(--stage1)" fill-opacity=".6"/>'
        for label, score in drawn
    ]
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="Scores over labels">'
        f'{"".join(parts)}</svg>'
    )
