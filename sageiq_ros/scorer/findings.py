# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""From measured attributes to words: which faults a crop shows, how grave, in one sentence each.

The thresholds were chosen on the tuning pictures of ``sageiq evaluate words`` so that the word
rarely falls on a clean picture; docs/words.md has what they give on the reporting pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from sageiq_ros.scorer.attributes import Attributes

# The faults, each with the values from which it is slight and strong.
THRESHOLDS: dict[str, tuple[float, float]] = {
    'blur': (1.0, 1.8),  # px
    # Two scales see little of a long smear, so that less is more here.
    'motion': (1.0, 1.4),  # px
    'noise': (4.5, 10.0),  # grey levels
    'specks': (0.012, 0.04),  # share of pixels
    'blocks': (1.6, 4.0),  # grey levels
    'overexposure': (0.25, 0.5),  # share of pixels
    'underexposure': (170.0, 190.0),  # grey levels that the bright end lacks to white
    'haze': (0.65, 0.8),  # share of light
}
# From here on the blur is called motion: at least 1.7 times as wide along as across, in a scene
# with edges of other directions too.
MOTION_ANISOTROPY, MOTION_CROSS_ENERGY = 0.5, 0.3
# Above this hardly any energy is left along the line but what keeps it above zero: edges of one
# diagonal direction, whose blur along themselves cannot be seen. Smears of the tuning pictures
# stay below it; sharp stripes at 30 or 45 degrees have more than 100.
MOST_CROSS_ENERGY = 40.0
WHITE_LEVEL = 255.0


class Grade(IntEnum):
    """Say how grave a fault is."""

    NONE = 0
    SLIGHT = 1
    STRONG = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """Name a fault, one of ``THRESHOLDS``, its grade and the sentence for it.

    ``severity`` orders faults: the value over the one from which the fault is strong.
    """

    fault: str
    grade: Grade
    severity: float
    sentence: str


def find_faults(measured: Attributes) -> list[Finding]:
    """List the faults that a crop shows, the gravest first; empty where there is none."""
    values = {
        'motion' if _is_motion(measured) else 'blur': _blur(measured),
        'noise': measured.noise,
        'specks': measured.specks,
        'blocks': measured.blocks,
        'overexposure': measured.clipped,
        'underexposure': WHITE_LEVEL - measured.bright_end,
        'haze': measured.veil,
    }
    found = []
    for fault, value in values.items():
        slight, strong = THRESHOLDS[fault]
        # NaN, what could not be measured, is below every threshold.
        grade = Grade((value >= slight) + (value >= strong))
        if grade is not Grade.NONE:
            sentence = _sentence(fault, grade.name.lower(), measured)
            found.append(Finding(fault, grade, value / strong, sentence))
    return sorted(found, key=lambda finding: (finding.grade, finding.severity), reverse=True)


def _is_motion(measured: Attributes) -> bool:
    edges = measured.cross_energy
    return (
        measured.anisotropy >= MOTION_ANISOTROPY
        and MOTION_CROSS_ENERGY <= edges <= MOST_CROSS_ENERGY
    )


def _blur(measured: Attributes) -> float:
    """Return the blur in pixels of the directions that have edges to tell it."""
    # Below 0 the noise taken off was more than all that there was along the line.
    if 0.0 <= measured.cross_energy <= MOST_CROSS_ENERGY:
        return measured.blur
    return measured.blur_across


def _sentence(fault: str, grade: str, a: Attributes) -> str:
    match fault:
        case 'blur':
            return f'There is {grade} blur: it spreads edges by {_blur(a):.1f} px.'
        case 'motion':
            return (
                f'There is {grade} motion blur along {a.blur_direction:.0f} degrees: it spreads '
                f'edges by {a.blur_along:.1f} px along and {a.blur_across:.1f} px across.'
            )
        case 'noise':
            return f'There is {grade} noise of {a.noise:.1f} grey levels.'
        case 'specks':
            return (
                f'There is {grade} speckling: {a.specks:.1%} of the pixels are stray black or '
                f'white dots.'
            )
        case 'blocks':
            return f'There is {grade} blocking as of JPEG, in steps of {a.blocks:.1f} grey levels.'
        case 'overexposure':
            return f'There is {grade} overexposure: {a.clipped:.0%} of the pixels are clipped.'
        case 'underexposure':
            return (
                f'There is {grade} underexposure: 99% of the pixels are no brighter than '
                f'{a.bright_end:.0f} of 255.'
            )
        case _:
            return (
                f'There is {grade} haze or lack of contrast: a veil takes {a.veil:.0%} of the '
                f'light, the contrast is {a.contrast:.0f} grey levels.'
            )
