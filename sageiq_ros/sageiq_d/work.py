# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The work of one source picture: read it, degrade it, label it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import cv2

from sageiq_ros.datasets.readers.base import AnnotatedSet, check_there
from sageiq_ros.sageiq_d.degradations import find_degradation
from sageiq_ros.sageiq_d.hybrid import BoxRule, choose_regions, clear_crops, make_hybrid
from sageiq_ros.sageiq_d.plan import picture_path
from sageiq_ros.types import Image, SageIQError

Item = tuple[str, str]
"""A data set's name and a picture's key."""


@dataclass(frozen=True, slots=True)
class BuiltPicture:
    """Hold what one source picture came to.

    ``files`` are PNG bytes by the path they belong at, ``rows`` those of the manifest. Without
    any region a picture is left out, and ``reason`` says so.
    """

    files: dict[str, bytes]
    rows: list[dict[str, Any]]
    reason: str = ''


@dataclass(frozen=True, slots=True)
class BuildJob:
    """Build hybrids of the pictures of ``sets``, which are data sets by name."""

    sets: dict[str, AnnotatedSet]
    degradations: tuple[str, ...]
    boxes: BoxRule
    scorer: str
    seed: int

    def start(self) -> Callable[[Item], BuiltPicture]:
        """Load the scorer."""
        from sageiq_ros.scorer.build import build_scorer

        check_there(self.sets.values())
        scorer = build_scorer(self.scorer, 1)

        def build(item: Item) -> BuiltPicture:
            dataset, key = item
            annotated = self.sets[dataset].read(key)
            regions = choose_regions(annotated, self.boxes)
            if not regions:
                return BuiltPicture({}, [], 'no annotated object is large enough')
            qualities = scorer.score(clear_crops(annotated.image, regions))
            scores = [quality.score for quality in qualities]
            files: dict[str, bytes] = {}
            rows = []
            for name in self.degradations:
                source = (dataset, key, self.seed)
                data = _png(make_hybrid(annotated.image, regions, name, source))
                path = picture_path(dataset, name, key)
                files[path] = data
                rows.append(
                    {
                        'file': path,
                        'bytes': len(data),
                        'sha256': hashlib.sha256(data).hexdigest(),
                        'dataset': dataset,
                        'key': key,
                        'source_sha256': hashlib.sha256(annotated.image.tobytes()).hexdigest(),
                        'degradation': name,
                        'parameters': json.dumps(find_degradation(name).parameters),
                        'seed': self.seed,
                        'width': annotated.image.shape[1],
                        'height': annotated.image.shape[0],
                        'scorer': scorer.name,
                        'label': fmean(scores),
                        'regions': [
                            {'label': r.label, 'score': s, **_roi(r.bounds)}
                            for r, s in zip(regions, scores, strict=True)
                        ],
                    }
                )
            return BuiltPicture(files, rows)

        return build


def _roi(bounds: tuple[int, int, int, int]) -> dict[str, int]:
    return dict(zip(('x', 'y', 'width', 'height'), bounds, strict=True))


def _png(image: Image) -> bytes:
    done, data = cv2.imencode('.png', image)
    if not done:
        raise SageIQError(f'OpenCV cannot write a PNG of {image.shape[1]}x{image.shape[0]} px.')
    return data.tobytes()
