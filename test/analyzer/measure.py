# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure the real language model on ``importance.yaml``: accuracy, time and memory.

    python test/analyzer/measure.py

prints the numbers of docs/analyzer.md. AUC is that of relevance (importance 5 or more), rho is
Spearman's rank correlation of importance; both over the words that are labels of Visual Genome.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import yaml

from sageiq_ros.analyzer.likelihood import LikelihoodRater
from sageiq_ros.analyzer.model_files import converted_model, find_model, fingerprint
from sageiq_ros.analyzer.prior import driving_weights
from sageiq_ros.analyzer.rating import (
    combined_weights,
    prompt_ending,
    prompt_prefix,
    vocabulary,
)
from sageiq_ros.analyzer.worker import expected_ratings
from sageiq_ros.analyzer.worker_client import CHUNK


def labelled() -> tuple[list[str], dict[str, list[int]]]:
    """Read the queries and every word's importance for each of them."""
    table = yaml.safe_load(Path(__file__).with_name('importance.yaml').read_text())
    return table['queries'], table['importance']


def load_rater() -> LikelihoodRater:
    gguf = find_model()
    return LikelihoodRater(converted_model(gguf, fingerprint(gguf)))


def rate(rater: LikelihoodRater, query: str, words: list[str]) -> dict[str, float]:
    """Rate words as the worker does."""
    ratings: dict[str, float] = {}
    for start in range(0, len(words), CHUNK):
        part = words[start : start + CHUNK]
        chances = rater.rate(prompt_prefix(query), [prompt_ending(word) for word in part])
        ratings.update(zip(part, expected_ratings(chances), strict=True))
    return ratings


def auc(scores: Any, relevant: Any) -> float:
    """Return the chance that a relevant word scores above another, ties counting a half."""
    scores, relevant = np.asarray(scores), np.asarray(relevant, bool)
    difference = scores[relevant][:, None] - scores[~relevant][None]
    return float(np.mean((difference > 0) + 0.5 * (difference == 0)))


def spearman(first: Any, second: Any) -> float:
    """Return the correlation of ranks, ties sharing their mean rank."""
    return float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])


def _ranks(values: Any) -> Any:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


def accuracy(rater: LikelihoodRater, query: str) -> dict[str, tuple[float, float]]:
    """Return AUC and rho of the prior, the rating and their union for one labelled query."""
    queries, importance = labelled()
    truth = {word: values[queries.index(query)] for word, values in importance.items()}
    words = [word for word in truth if word in driving_weights()]
    ratings = rate(rater, query, list(vocabulary()))
    union = combined_weights(query, ratings)
    prior = driving_weights()
    gold = [truth[word] for word in words]
    relevant = [value >= 5 for value in gold]
    found = {}
    for name, table in (('prior', prior), ('rating', ratings), ('union', union)):
        scores = np.round([table[word] for word in words], 6)
        found[name] = auc(scores, relevant), spearman(scores, gold)
    return found


def _resident() -> float:
    fields = Path('/proc/self/status').read_text().split('VmRSS:')[1].split()
    return int(fields[0]) / 1024


def main() -> None:
    start, start_cpu = perf_counter(), process_time()
    rater = load_rater()
    print(
        f'load {perf_counter() - start:.1f} s ({process_time() - start_cpu:.1f} s of one core), '
        f'then {_resident():.0f} MB resident'
    )
    print(f'{"query":24}' + ''.join(f'{name:>16}' for name in ('prior', 'rating', 'union')))
    times = []
    for query in labelled()[0]:
        start, start_cpu = perf_counter(), process_time()
        found = accuracy(rater, query)
        times.append(f'{perf_counter() - start:.1f} ({process_time() - start_cpu:.1f})')
        cells = (f'{a:.3f} / {rho:.2f}' for a, rho in found.values())
        print(f'{query:24}' + ''.join(f'{cell:>16}' for cell in cells), flush=True)
    print('150 words of a new query, s (of one core): ' + ', '.join(times))
    print(f'{_resident():.0f} MB resident at the end')


if __name__ == '__main__':
    main()
