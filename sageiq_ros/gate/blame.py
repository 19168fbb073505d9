# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Which region of a frame pulled its score down most."""

from __future__ import annotations

import math

from sageiq_ros.gate.result import Region, Result


def pulled_down_most(result: Result, limit: float) -> Region | None:
    """Return the region that took most from a score below ``limit``, None where none did.

    The score is the sum over regions of their share of it, the mean over triplets of their
    normalised weights, times their quality; a region takes its share times how far it is below.
    """
    shares = [0.0] * len(result.regions)
    for triplet in result.triplets:
        shares[triplet.subject] += triplet.subject_weight_normalized
        shares[triplet.object] += triplet.object_weight_normalized
    taken = [
        (share * (limit - region.quality), -place)
        for place, (share, region) in enumerate(zip(shares, result.regions, strict=True))
        if not math.isnan(region.quality)
    ]
    most, place = max(taken, default=(0.0, 0))
    return result.regions[-place] if most > 0.0 else None
