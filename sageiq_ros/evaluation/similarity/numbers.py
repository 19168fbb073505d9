# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What was measured of data sets, as plain values for JSON."""

from __future__ import annotations

import math
from typing import Any

from sageiq_ros.evaluation.similarity.measure import Similarity


def numbers(similarity: Similarity) -> dict[str, Any]:
    """Return everything measured as plain values; what is not known is None."""
    centers, names = similarity.centers, similarity.names
    plain: dict[str, Any] = {
        'extractor': similarity.extractor,
        'resnet50': similarity.resnet50,
        'seed': similarity.seed,
        'divergence': similarity.full.kind,
        'sets': [
            {
                'name': center.name,
                'driving': center.driving,
                'pictures': center.pictures,
                'broken': center.broken,
                'first_fault': center.fault,
                'within': within,
                'center': center.vector.tolist(),
                'projected': projected.tolist(),
            }
            for center, within, projected in zip(
                centers, similarity.within, similarity.projected, strict=True
            )
        ],
        'distances': [
            {
                'sets': [names[pair.first], names[pair.second]],
                'distance': pair.distance,
                'ratio_as_printed': pair.as_printed,
                'ratio_scaled': pair.scaled,
            }
            for pair in similarity.distortions
        ],
        'draws': {
            'count': similarity.draws.count,
            'agreeing': similarity.draws.agreeing,
            'epsilon_as_printed': similarity.draws.epsilon_as_printed,
            'epsilon_scaled': similarity.draws.epsilon_scaled,
        },
    }
    found = zip(
        ('D', "D'"),
        (similarity.full, similarity.reduced),
        similarity.contrasts(),
        similarity.contrasts(photographs=True),
        strict=True,
    )
    for name, one, summary, real in found:
        plain[name] = {
            'matrix': one.matrix.tolist(),
            'undefined_terms': one.undefined.tolist(),
            'terms': one.terms,
            'among_driving': summary.driving,
            'between_kinds': summary.apart,
            'among_driving_without_rendered': real.driving,
            'between_kinds_without_rendered': real.apart,
        }
    return _without_nan(plain)


def _without_nan(value: Any) -> Any:
    """Replace NaN and infinity, which JSON does not know, by None all the way down."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
