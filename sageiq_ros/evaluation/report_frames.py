# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Single frames in a report: the picture with its regions drawn, and its triplets beside it."""

from __future__ import annotations

import base64
import math
from html import escape

from sageiq_ros.evaluation.extremes import KeptFrame
from sageiq_ros.geometry import box_iou
from sageiq_ros.overlay import quality_color, score_text
from sageiq_ros.types import (
    AssessedRegion,
    AssessedTriplet,
    Assessment,
    Box,
    Flag,
    WeightSource,
)

TEXT_SHARE = 0.021  # height of a label relative to the picture's width
LETTER_SHARE = 0.62  # width of a letter relative to its height, on average
SOURCES = {
    WeightSource.UNKNOWN: 'weights of unknown origin',
    WeightSource.LLM: 'language model',
    WeightSource.MEMO: 'remembered answer',
    WeightSource.PRIOR: 'prior',
}


def frame_article(mark: str, kept: KeptFrame) -> str:
    """Show one frame; ``mark`` is its name in the score chart."""
    assessment = kept.result.assessment
    if assessment is None:
        return ''
    state = assessment.state.name
    name = kept.result.name
    if str(kept.result.index) not in name:
        name = f'frame {kept.result.index} · {name}'
    blocks = [_triplet(assessment, triplet) for triplet in assessment.triplets]
    if assessment.flags & Flag.WHOLE_IMAGE:
        blocks.append(
            '<div class="triplet">No triplet matters here, so the whole image was scored.</div>'
        )
    return (
        f'<article>{_picture(kept, assessment)}<div class="text">'
        f'<h4><b>{score_text(assessment.score)}</b><span class="badge {state}">{state}</span></h4>'
        f'<p class="note">{mark} · {escape(name)}</p>'
        f'{"".join(blocks)}</div></article>'
    )


def _picture(kept: KeptFrame, assessment: Assessment) -> str:
    width, height = kept.size
    data = base64.b64encode(kept.jpeg).decode('ascii')
    frames = ''.join(_frame(region, width) for region in assessment.regions)
    taken: list[Box] = []
    labels = ''.join(_label(region, kept.size, taken) for region in assessment.regions)
    return (
        f'<svg viewBox="0 0 {width} {height}" style="overflow:hidden" role="img" '
        f'aria-label="{escape(kept.result.name)}">'
        f'<image href="data:image/jpeg;base64,{data}" width="{width}" height="{height}"/>'
        f'{frames}{labels}</svg>'
    )


def _frame(assessed: AssessedRegion, image_width: int) -> str:
    box = assessed.region.box
    return (
        f'<rect x="{box.x1:.0f}" y="{box.y1:.0f}" width="{box.width:.0f}" '
        f'height="{box.height:.0f}" fill="none" stroke="{_color(assessed)}" '
        f'stroke-width="{image_width / 380:.1f}"/>'
    )


def _label(assessed: AssessedRegion, size: tuple[int, int], taken: list[Box]) -> str:
    """Name a region above its box, or where no earlier name stands; adds to ``taken``."""
    box = assessed.region.box
    text_height = TEXT_SHARE * size[0]
    words = f'{assessed.region.label} {score_text(assessed.quality.score)}'
    width = LETTER_SHARE * text_height * len(words) + 0.6 * text_height
    height = 1.3 * text_height
    x = min(box.x1, max(size[0] - width, 0.0))
    # Above the box, below it, inside at its top, then one line higher each.
    tops = (box.y1 - height, box.y2, box.y1, *(box.y1 - row * height for row in range(2, 7)))
    places = [Box(x, y, x + width, y + height) for y in tops if 0.0 <= y <= size[1] - height]
    free = [place for place in places if all(box_iou(place, other) == 0.0 for other in taken)]
    place = next(iter(free or places), Box(x, 0.0, x + width, height))
    taken.append(place)
    return (
        f'<rect x="{x:.0f}" y="{place.y1:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'fill="{_color(assessed)}"/>'
        f'<text x="{x + 0.3 * text_height:.1f}" y="{place.y1 + text_height:.1f}" '
        f'style="font-size:{text_height:.1f}px;font-weight:600;fill:#16181c">{escape(words)}</text>'
    )


def _color(assessed: AssessedRegion) -> str:
    blue, green, red = quality_color(assessed.quality.score)
    return f'rgb({red},{green},{blue})'


def _triplet(assessment: Assessment, triplet: AssessedTriplet) -> str:
    subject, object_ = (assessment.regions[index] for index in (triplet.subject, triplet.object))
    shares = [
        f'<span style="flex:{share:.4f} 0 0"></span>'
        for share in (triplet.subject_weight_normalized, triplet.object_weight_normalized)
        if not math.isnan(share)
    ]
    return (
        f'<div class="triplet"><span class="score">{score_text(triplet.score)}</span>'
        f'{escape(subject.region.label)} <i>{escape(triplet.predicate)}</i> '
        f'{escape(object_.region.label)}<div class="weights">{"".join(shares)}</div>'
        f'<div class="small"><span>weights {triplet.subject_weight:.1f} : '
        f'{triplet.object_weight:.1f} → {triplet.subject_weight_normalized:.2f} : '
        f'{triplet.object_weight_normalized:.2f}</span>'
        f'<span>{SOURCES[triplet.source]}</span></div></div>'
    )
