# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run the size-bias experiment: every scorer on the same pictures, one scorer in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.full_reference import LEAST_SIDE_PX
from sageiq_ros.datasets.varied_quality import DrawRule, Sample, draw_samples
from sageiq_ros.evaluation.bootstrap import draw_resamples
from sageiq_ros.evaluation.size_bias.measures import (
    Entry,
    Floats,
    Series,
    Ticks,
    entropies,
    modules_title,
    scores,
    series,
    three_sizes,
    truths,
)
from sageiq_ros.evaluation.size_bias.options import Wanted, module_order
from sageiq_ros.scorer.base import SIZE_MODULES, RegionScorer, SizeAblation
from sageiq_ros.types import Image, SageIQError

TRAINED = 'trained with these modules only'
TRUTH = 'full-reference score'

Load = Callable[[str], RegionScorer]
Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Plan:
    """Say what is measured, and on what.

    ``ablate`` names a scorer whose modules are switched off, or is None; ``ablation`` are rows of
    scorers trained with some modules only.
    """

    pictures: Sequence[Path]
    rule: DrawRule
    interpolation: str
    resamples: int
    examples: int
    scorers: Sequence[Wanted]
    baseline: str
    ablate: str | None
    ablation: Sequence[Wanted]


@dataclass(frozen=True, slots=True)
class Example:
    """Show one sample: its letter, its place among the samples, and its three pictures."""

    letter: str
    sample: int
    images: tuple[Image, Image, Image]


@dataclass(frozen=True, slots=True)
class SizeBias:
    """Hold all that was measured.

    ``truth`` is the full-reference score of the samples, None where there is none: they are not
    degraded, or some halves are smaller than what the measures need.
    ``samples`` are without their pixels; ``ablations`` are tables by how the modules were left
    out.
    """

    plan: Plan
    samples: Sequence[Sample]
    entropy: Entry
    truth: Entry | None
    scorers: Sequence[Entry]
    ablations: dict[str, list[Entry]]
    examples: Sequence[Example]

    @property
    def baseline(self) -> Entry:
        """Return the row that the others are compared with."""
        return next(row for row in self.scorers if row.label == self.plan.baseline)

    @property
    def compared(self) -> Sequence[Entry]:
        """Return Table V's rows: the scorers, and first what a scorer that is right would get."""
        return [*([self.truth] if self.truth else []), *self.scorers]

    def members(self) -> list[Series]:
        """Return every scorer's series once, the ablations' after the others."""
        rows = [*self.scorers, *(row for rows in self.ablations.values() for row in rows)]
        return list({m.name: m for row in rows for m in row.members}.values())


def check_scorers(plan: Plan, load: Load) -> int:
    """Load every scorer once and let it go, so that a fault shows before the work.

    Returns how many there are to measure, each variant of an ablation counted.
    """
    rows = [*plan.scorers, *plan.ablation]
    names = [name for row in rows for name in row.members]
    for name in dict.fromkeys(names):
        load(name)
    return len(names) + (len(_variants(plan.ablate, load)) if plan.ablate else 0)


def measure(plan: Plan, load: Load, progress: Progress = lambda count: None) -> SizeBias:
    """Draw the samples, score them with every scorer and correlate.

    ``load`` makes a scorer of its name; ``progress`` is told of samples that were scored.
    """
    empty = np.empty((0, 0, 3), np.uint8)
    kept: list[Sample] = []

    def noted() -> Iterator[Sample]:
        for sample in _draw(plan):
            kept.append(replace(sample, image=empty, clean=empty))
            yield sample

    found = entropies(noted(), plan.interpolation)
    resamples = draw_resamples([s.picture for s in kept], plan.resamples, plan.rule.seed)
    cache: dict[str, Series] = {}

    def measured(name: str, scorer: RegionScorer) -> Series:
        values = scores(_draw(plan), scorer, plan.interpolation, progress)
        return series(name, scorer.name, values, resamples)

    def entry(row: Wanted, ticks: Ticks | None = None) -> Entry:
        for name in row.members:
            if name in cache:
                progress(len(kept))
            else:
                cache[name] = measured(name, load(name))
        return Entry(row.label, tuple(cache[name] for name in row.members), ticks)

    rows = [entry(row) for row in plan.scorers]
    ablations: dict[str, list[Entry]] = {}
    if plan.ablate:
        ablations[f'switched off in {plan.ablate}'] = [
            Entry(title, (measured(f'{plan.ablate}, {title}', scorer),), ticks)
            for title, ticks, scorer in _variants(plan.ablate, load)
        ]
    if plan.ablation:
        ablations[TRAINED] = [
            entry(row, {m: m in (row.modules or ()) for m in SIZE_MODULES})
            for row in plan.ablation
        ]
    entropy = Entry('Shannon entropy', (series('entropy', 'entropy', found, resamples),))
    result = SizeBias(plan, kept, entropy, _truth(plan, kept, resamples), rows, ablations, ())
    return replace(result, examples=_examples(plan, kept, result.baseline.members[0].values))


def _truth(
    plan: Plan, samples: Sequence[Sample], resamples: Sequence[NDArray[np.intp]]
) -> Entry | None:
    smallest = min(side for sample in samples for side in sample.bounds[2:])
    if not plan.rule.degraded or smallest < 2 * LEAST_SIDE_PX:
        return None
    values = truths(_draw(plan), plan.interpolation)
    return Entry(TRUTH, (series('truth', TRUTH, values, resamples),))


def _draw(plan: Plan) -> Iterator[Sample]:
    return draw_samples(plan.pictures, plan.rule)


def _variants(name: str, load: Load) -> list[tuple[str, Ticks, RegionScorer]]:
    scorer = load(name)
    if not isinstance(scorer, SizeAblation):
        raise SageIQError(
            f'The scorer {name!r} cannot switch its size modules off; give engines trained '
            'without them as --ablation MODULES=FOLDER.'
        )
    able = scorer.size_modules
    subsets = [frozenset(c) for n in range(len(able) + 1) for c in combinations(sorted(able), n)]
    variants = []
    for subset in sorted(subsets, key=module_order):
        ticks: Ticks = {m: m in subset if m in able else None for m in SIZE_MODULES}
        variants.append((modules_title(ticks), ticks, scorer.with_size_modules(subset)))
    return variants


def _examples(plan: Plan, samples: Sequence[Sample], values: Floats) -> list[Example]:
    """Choose pictures of evenly spaced rank by the baseline's full score, each once."""
    firsts = [index for index, sample in enumerate(samples) if sample.version == 0]
    ranked = sorted(firsts, key=lambda index: (values[index, 0], index))
    count = min(plan.examples, len(ranked))
    if not count:
        return []
    places = np.linspace(0, len(ranked) - 1, count).round().astype(int)
    chosen = [ranked[place] for place in places]
    drawn = draw_samples(plan.pictures, plan.rule, [samples[i].picture for i in chosen])
    images = [sample.image for sample in drawn if sample.version == 0]
    return [
        Example(chr(ord('a') + n), index, three_sizes(image, plan.interpolation))
        for n, (index, image) in enumerate(zip(chosen, images, strict=True))
    ]
