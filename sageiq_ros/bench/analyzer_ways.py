# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The ways of stage 2 that ``sageiq bench analyzer`` times on the same ten triplets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
from tqdm import tqdm

from sageiq_ros.analyzer.answers import items_key, pair_key
from sageiq_ros.analyzer.base import TripletAnalyzer
from sageiq_ros.analyzer.build import build_analyzer
from sageiq_ros.analyzer.job import Job, make_method
from sageiq_ros.analyzer.language_models.base import LanguageModel
from sageiq_ros.analyzer.language_models.files import find_model
from sageiq_ros.analyzer.language_models.load import load_language_model
from sageiq_ros.analyzer.triplet_text import parse_triplets
from sageiq_ros.analyzer.waiting import wait_for_answers
from sageiq_ros.bench.timing import spread
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import SageIQError

TRIPLETS = (
    'car on street; car behind truck; man walking on sidewalk; woman near car; sign on pole; '
    'window on building; tree near building; bike near tree; light above street; dog near man'
)
BASELINE = 'paper as written, 1 + 10 prompts'
PATIENCE_S = 600.0
FRAMES = 500
# A query for every turn, so that each is as new as the first.
TASKS = ('bicycle counting', 'litter collection', 'snow clearing', 'tree care', 'taxi hailing')


def measure_ways(model: str, backend: str, threads: int, repeats: int) -> dict[str, Any]:
    """Time all ways in turns; returns ratios, seconds and what they were taken with."""
    files = find_model(model, backend)
    graph = parse_triplets(TRIPLETS)
    words = [
        (graph.regions[t.subject].label, t.predicate, graph.regions[t.object].label)
        for t in graph.triplets
    ]
    loaded = load_language_model(files, threads)
    config = replace(
        AnalyzerConfig(), model=model, backend=backend, threads=threads, min_weight=1.0
    )
    selector: list[float] = []
    with TemporaryDirectory() as folder:
        config = replace(config, memo=str(Path(folder) / 'memo'))
        begin = perf_counter()
        analyzer = build_analyzer(replace(config, query='starting'))
        try:
            _wait(analyzer, replace(config, query='starting'))
            start_s = perf_counter() - begin
            ways: dict[str, Callable[[int], float]] = {
                BASELINE: _rounds(loaded, Job(files, 'paper'), words, selector),
                'constrained, the same prompts': _rounds(
                    loaded, Job(files, 'constrained'), words, []
                ),
                'rating of the words by number': _rating(loaded, Job(files, 'rating'), words),
                'default, cold: a query never seen': _cold(analyzer, config),
                'default, warm: a frame': lambda turn: _warm(analyzer, config),
                'prior: a frame': lambda turn: _warm(
                    build_analyzer(replace(config, mode='prior')), config
                ),
            }
            # Whatever is compiled at the first use is not what is measured.
            for name, way in ways.items():
                if name != BASELINE:
                    way(repeats)
            times = _interleave(ways, repeats)
        finally:
            analyzer.close()
    base = np.array(times[BASELINE])
    return {
        'model': files.name,
        'backend': files.backend,
        'threads': threads,
        'repeats': repeats,
        'triplets': len(graph.triplets),
        'baseline': BASELINE,
        'start_s': start_s,
        'selector_s': spread(selector),
        'ways': {
            name: {
                'faster': spread((base / np.array(values)).tolist()),
                'seconds': spread(values),
                'turns_s': values,
            }
            for name, values in times.items()
        },
    }


def _interleave(ways: dict[str, Callable[[int], float]], repeats: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    with tqdm(
        total=repeats * len(ways), desc='analyzer', unit='turn', leave=False, disable=None
    ) as bar:
        for turn in range(repeats):
            first = turn % len(names)
            for name in (*names[first:], *names[:first]):
                times[name].append(ways[name](turn))
                bar.update()
    return times


def _rounds(
    model: LanguageModel, job: Job, words: list[tuple[str, str, str]], selector: list[float]
) -> Callable[[int], float]:
    method = make_method(model, job)

    def turn(number: int) -> float:
        begin = perf_counter()
        method('autonomous driving', [items_key(map(' '.join, words))])
        selector.append(perf_counter() - begin)
        # As if all ten were selected: what the small model selects can seldom be read.
        method('autonomous driving', [pair_key(s, o) for s, _, o in words])
        return perf_counter() - begin

    return turn


def _rating(
    model: LanguageModel, job: Job, words: list[tuple[str, str, str]]
) -> Callable[[int], float]:
    method = make_method(model, job)
    labels = list(dict.fromkeys(label for s, _, o in words for label in (s, o)))

    def turn(number: int) -> float:
        begin = perf_counter()
        method(f'{TASKS[number % len(TASKS)]} {number}', labels)
        return perf_counter() - begin

    return turn


def _cold(analyzer: TripletAnalyzer, config: AnalyzerConfig) -> Callable[[int], float]:
    def turn(number: int) -> float:
        task = f'{TASKS[number % len(TASKS)]} {number}'
        # The worker ends when it has nothing to do; its start is not what is measured here.
        _wait(analyzer, replace(config, query=f'before {task}'))
        return _wait(analyzer, replace(config, query=task))

    return turn


def _wait(analyzer: TripletAnalyzer, config: AnalyzerConfig) -> float:
    """Return the seconds from the first frame with a new query to its answer."""
    begin = perf_counter()
    if not wait_for_answers(analyzer, parse_triplets(TRIPLETS), config, PATIENCE_S):
        raise SageIQError(f'The language model did not answer within {PATIENCE_S:.0f} s.')
    return perf_counter() - begin


def _warm(analyzer: TripletAnalyzer, config: AnalyzerConfig) -> float:
    """Return the median seconds of a frame whose words are all known."""
    graph = parse_triplets(TRIPLETS)
    times = []
    for _ in range(FRAMES):
        begin = perf_counter()
        analyzer.analyze(graph, config)
        times.append(perf_counter() - begin)
    return float(np.median(times))
