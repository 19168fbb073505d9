# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""An assessment drawn on its image: regions with labels and qualities, triplets with weights."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2

from sageiq_ros.geometry import pixel_bounds
from sageiq_ros.types import AssessedTriplet, Assessment, Flag, Image, State

Color = tuple[int, int, int]

# BGR, told apart by red-green blind eyes too: blue is good, yellow degraded, vermilion poor.
STATE_COLORS: dict[State, Color] = {
    State.GOOD: (233, 180, 86),
    State.DEGRADED: (66, 228, 240),
    State.POOR: (0, 94, 213),
    State.UNKNOWN: (200, 200, 200),
}
DARK: Color = (24, 24, 24)
LIGHT: Color = (245, 245, 245)
FONT = cv2.FONT_HERSHEY_SIMPLEX
TRIPLETS_SHOWN = 5


def quality_color(quality: float) -> Color:
    """Blend from poor over degraded to good for a quality in [0, 1]; NaN is grey."""
    if math.isnan(quality):
        return STATE_COLORS[State.UNKNOWN]
    stops = [STATE_COLORS[State.POOR], STATE_COLORS[State.DEGRADED], STATE_COLORS[State.GOOD]]
    place = min(max(quality, 0.0), 1.0) * 2
    low = min(int(place), 1)
    part = place - low
    blue, green, red = (
        round((1 - part) * a + part * b) for a, b in zip(stops[low], stops[low + 1], strict=True)
    )
    return blue, green, red


def score_text(score: float) -> str:
    """Write a score with two digits, or that there is none."""
    return 'no score' if math.isnan(score) else f'{score:.2f}'


def draw_assessment(image: Image, assessment: Assessment) -> Image:
    """Return a copy of a BGR image with the assessment drawn on it.

    Every region is framed in the colour of its quality and named with label, quality and its
    importance (the largest raw weight, 1 to 10, that a triplet gives it). The bar on top tells the
    frame's state and score, the lines below it the triplets, most important first.
    """
    canvas = image.copy()
    height, width = canvas.shape[:2]
    scale = text_scale(canvas)
    importance = _importance(assessment)
    for index, assessed in enumerate(assessment.regions):
        x, y, box_width, box_height = pixel_bounds(assessed.region.box, width, height)
        color = quality_color(assessed.quality.score)
        thickness = max(1, round(2 * scale * (1.6 if importance.get(index, 0) >= 7 else 1)))
        cv2.rectangle(canvas, (x, y), (x + box_width - 1, y + box_height - 1), color, thickness)
    # Labels come after all frames, so that no frame cuts through a label.
    for index, assessed in enumerate(assessment.regions):
        x, y, _, _ = pixel_bounds(assessed.region.box, width, height)
        words = f'{assessed.region.label} {score_text(assessed.quality.score)}'
        if index in importance:
            words += f'  w {importance[index]:.0f}'
        draw_label(canvas, words, (x, y), quality_color(assessed.quality.score), scale)
    _panel(canvas, assessment, scale)
    return canvas


def text_scale(canvas: Image) -> float:
    """Return how much larger than OpenCV's plain size text on a picture should be."""
    return min(max(min(canvas.shape[:2]) / 900, 0.35), 2.0)


def _importance(assessment: Assessment) -> dict[int, float]:
    importance: dict[int, float] = {}
    for triplet in assessment.triplets:
        for region, weight in (
            (triplet.subject, triplet.subject_weight),
            (triplet.object, triplet.object_weight),
        ):
            importance[region] = max(importance.get(region, 0.0), weight)
    return importance


def draw_label(
    canvas: Image, words: str, corner: tuple[int, int], color: Color, scale: float
) -> None:
    """Write on a filled ground above a box's corner, or inside where there is no room above."""
    thickness = max(1, round(1.4 * scale))
    (text_width, text_height), baseline = cv2.getTextSize(words, FONT, 0.6 * scale, thickness)
    pad = max(2, round(3 * scale))
    x = max(0, min(corner[0], canvas.shape[1] - text_width - 2 * pad))
    top = corner[1] - text_height - baseline - pad
    if top < 0:
        top = corner[1]
    bottom = top + text_height + baseline + pad
    cv2.rectangle(canvas, (x, top), (x + text_width + 2 * pad, bottom), color, cv2.FILLED)
    cv2.putText(
        canvas,
        words,
        (x + pad, bottom - baseline),
        FONT,
        0.6 * scale,
        DARK,
        thickness,
        cv2.LINE_AA,
    )


def _panel(canvas: Image, assessment: Assessment, scale: float) -> None:
    """Write state, score and triplets."""
    head = f'{assessment.state.name} {score_text(assessment.score)}'
    if assessment.flags & Flag.WHOLE_IMAGE:
        head += '  (whole image)'
    lines = [_sentence(assessment, triplet) for triplet in assessment.triplets[:TRIPLETS_SHOWN]]
    left_out = len(assessment.triplets) - len(lines)
    if left_out:
        lines.append(f'and {left_out} more')
    draw_panel(canvas, head, lines, STATE_COLORS[assessment.state], scale)


def draw_panel(canvas: Image, head: str, lines: Sequence[str], color: Color, scale: float) -> None:
    """Write a headline in ``color`` and lines into the top left corner, on a darkened ground."""
    sizes = [0.8 * scale] + [0.5 * scale] * len(lines)
    thickness = max(1, round(1.2 * scale))
    pad = round(8 * scale)
    measured = [
        cv2.getTextSize(words, FONT, size, thickness)[0]
        for words, size in zip([head, *lines], sizes, strict=True)
    ]
    panel_width = min(max(width for width, _ in measured) + 2 * pad, canvas.shape[1])
    panel_height = min(sum(height + pad for _, height in measured) + pad, canvas.shape[0])
    ground = canvas[:panel_height, :panel_width]
    cv2.addWeighted(ground, 0.35, ground, 0.0, 0.0, dst=ground)
    y = 0
    for row, (words, size, (_, height)) in enumerate(
        zip([head, *lines], sizes, measured, strict=True)
    ):
        y += height + pad
        cv2.putText(
            canvas, words, (pad, y), FONT, size, LIGHT if row else color, thickness, cv2.LINE_AA
        )


def _sentence(assessment: Assessment, triplet: AssessedTriplet) -> str:
    subject = assessment.regions[triplet.subject].region.label
    object_ = assessment.regions[triplet.object].region.label
    return (
        f'{subject} {triplet.predicate} {object_}: {score_text(triplet.score)} '
        f'(w {triplet.subject_weight:.0f}/{triplet.object_weight:.0f})'
    )
