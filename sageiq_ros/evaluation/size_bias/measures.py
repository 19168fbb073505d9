# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the size of a picture does to a score: Tables IV, V and VI of the paper.

Values of full pictures are correlated with those of the same pictures at half the width and
height, rescaled and centre-cropped. A correlation does not see a constant shift, which is a
bias too; so the mean shift stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.full_reference import pseudo_score
from sageiq_ros.datasets.varied_quality import Sample
from sageiq_ros.evaluation.bootstrap import Estimate, estimate
from sageiq_ros.evaluation.correlation import plcc, srcc
from sageiq_ros.evaluation.size_bias.reduction import cropped_half, rescaled_half, shannon_entropy
from sageiq_ros.scorer.base import LSQ, SFE, SIZE_PROMPT, RegionScorer
from sageiq_ros.types import Image, SageIQError

REDUCTIONS = ('rescaled', 'cropped')
METRICS = ('srcc', 'plcc', 'mcc', 'shift')
MODULE_NAMES = {LSQ: 'LSQ', SFE: 'SFE', SIZE_PROMPT: 'size prompt'}
SAMPLES_A_BATCH = 8

Floats = NDArray[np.float64]
Estimates = dict[str, dict[str, Estimate]]
Ticks = Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class Series:
    """Hold one measured thing's values, (n, 3): of full, rescaled and cropped pictures.

    ``point`` are the metrics of all of them, (2, 4) as ``REDUCTIONS`` by ``METRICS``, and
    ``replicates`` those of the resamples, (count, 2, 4).
    """

    name: str
    scorer: str
    values: Floats
    point: Floats
    replicates: Floats


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold a row of a table: one scorer, or several of one network that differ by their seed.

    In the ablation ``ticks`` tells of every size module whether it is on (None: as the network
    has it).
    """

    label: str
    members: tuple[Series, ...]
    ticks: Ticks | None = None

    @property
    def title(self) -> str:
        """Return the label, or in the ablation the modules that are on."""
        return self.label if self.ticks is None else modules_title(self.ticks)

    def estimates(self) -> Estimates:
        """Return the mean over members by reduction and metric, with its interval."""
        return _named(self._point(), self._replicates())

    def differences(self, baseline: Entry) -> Estimates:
        """Return this entry's metrics less the baseline's on the same pictures and resamples."""
        return _named(
            self._point() - baseline._point(), self._replicates() - baseline._replicates()
        )

    def spreads(self) -> dict[str, dict[str, float]] | None:
        """Return the standard deviation over members (n - 1); None where there is one only."""
        if len(self.members) < 2:
            return None
        table = np.std([member.point for member in self.members], axis=0, ddof=1)
        return {
            reduction: {m: float(table[r, c]) for c, m in enumerate(METRICS)}
            for r, reduction in enumerate(REDUCTIONS)
        }

    def _point(self) -> Floats:
        return np.mean([member.point for member in self.members], axis=0)

    def _replicates(self) -> Floats:
        return np.mean([member.replicates for member in self.members], axis=0)


def modules_title(ticks: Ticks) -> str:
    """Name the size modules that are on."""
    return ' + '.join(MODULE_NAMES[module] for module, on in ticks.items() if on) or 'no module'


def entropies(samples: Iterable[Sample], interpolation: str) -> Floats:
    """Return the entropy of every sample, full, rescaled and cropped: (n, 3), in bits."""
    return np.array(
        [
            [shannon_entropy(image) for image in three_sizes(sample.image, interpolation)]
            for sample in samples
        ]
    )


def truths(samples: Iterable[Sample], interpolation: str) -> Floats:
    """Return the full-reference score of every sample, full, rescaled and cropped: (n, 3).

    What reducing does to the quality itself: a scorer that is right agrees with itself no better.
    The rescaled sample is compared with the rescaled original; all sides are 96 px or more.
    """
    rows = []
    for sample in samples:
        worse, clean = sample.image, sample.clean
        height, width = (side // 2 for side in clean.shape[:2])
        top, left = (clean.shape[0] - height) // 2, (clean.shape[1] - width) // 2
        centre = slice(top, top + height), slice(left, left + width)
        small = (rescaled_half(picture, interpolation) for picture in (clean, worse))
        rows.append(
            [pseudo_score(clean, worse), pseudo_score(*small), pseudo_score(clean, worse, centre)]
        )
    return np.array(rows)


def scores(
    samples: Iterable[Sample],
    scorer: RegionScorer,
    interpolation: str,
    progress: Callable[[int], object] = lambda count: None,
) -> Floats:
    """Return the score of every sample, full, rescaled and cropped: (n, 3), each in [0, 1].

    ``progress`` is told how many samples were done since it was last told. Raises SageIQError
    where the scorer gives no number.
    """
    rows: list[list[float]] = []
    source = iter(samples)
    while batch := list(islice(source, SAMPLES_A_BATCH)):
        crops = [crop for s in batch for crop in three_sizes(s.image, interpolation)]
        found = [quality.score for quality in scorer.score(crops)]
        if len(found) != len(crops) or not np.isfinite(found).all():
            raise SageIQError(
                f'The scorer {scorer.name} gave no number for some of {len(crops)} pictures; '
                'leave it out or ask for larger regions with --side.'
            )
        rows += [found[i : i + 3] for i in range(0, len(found), 3)]
        progress(len(batch))
    return np.array(rows)


def three_sizes(image: Image, interpolation: str) -> tuple[Image, Image, Image]:
    """Return a picture full, rescaled and cropped."""
    return image, rescaled_half(image, interpolation), cropped_half(image)


def series(
    name: str, scorer: str, values: Floats, resamples: Sequence[NDArray[np.intp]]
) -> Series:
    """Measure ``values`` (n, 3) as they are and in every resample."""
    replicates = np.array([metrics(values[chosen]) for chosen in resamples])
    return Series(name, scorer, values, metrics(values), replicates)


def metrics(values: Floats) -> Floats:
    """Return SRCC, PLCC, MCC and mean shift of columns 1 and 2 against column 0: (2, 4).

    Correlations are NaN where a column is constant.
    """
    full, rows = values[:, 0], []
    for reduced in values[:, 1:].T:
        rank, linear = srcc(full, reduced), plcc(full, reduced)
        rows.append((rank, linear, (rank + linear) / 2.0, float((reduced - full).mean())))
    return np.array(rows)


def _named(point: Floats, replicates: Floats) -> Estimates:
    return {
        reduction: {
            metric: estimate(point[r, c], replicates[:, r, c]) for c, metric in enumerate(METRICS)
        }
        for r, reduction in enumerate(REDUCTIONS)
    }
