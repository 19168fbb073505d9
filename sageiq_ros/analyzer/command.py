# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Weigh triplets given as words for a query and print the choice as a table.

sageiq analyze "autonomous driving" --triplets "car on street; man walking on sidewalk"
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from threading import Event
from time import monotonic, perf_counter

from sageiq_ros.analyzer.base import TripletAnalyzer
from sageiq_ros.config import AnalyzerConfig, updated
from sageiq_ros.types import (
    Box,
    Region,
    SageIQError,
    SceneGraph,
    Triplet,
    WeightedTriplet,
    WeightSource,
)
from sageiq_ros.vocabulary import PREDICATES

POLL_SECONDS = 0.2


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    default = AnalyzerConfig()
    parser.add_argument('query', nargs='?', default=default.query, help='the task, in words')
    parser.add_argument(
        '--triplets',
        required=True,
        help="'subject predicate object' with a predicate of Visual Genome, divided by ';' "
        "(or 'subject | predicate | object' for any)",
    )
    parser.add_argument('--mode', choices=('prior', 'rating'), default=default.mode)
    parser.add_argument('--model', default='', help='GGUF file instead of the shipped SmolLM2')
    parser.add_argument('--memo', default='', help='file of remembered answers')
    parser.add_argument('--min-weight', type=float, default=default.min_weight)
    parser.add_argument('--max-triplets', type=int, default=default.max_triplets)
    parser.add_argument(
        '--wait',
        nargs='?',
        type=float,
        const=300.0,
        default=0.0,
        metavar='SECONDS',
        help='wait for the language model where the memo does not know a word',
    )


def run(args: argparse.Namespace) -> int:
    """Print weights, sources and times; returns 0."""
    from sageiq_ros.analyzer.build import build_analyzer

    names = ('mode', 'model', 'memo', 'query', 'min_weight', 'max_triplets')
    config = updated(AnalyzerConfig(), {name: getattr(args, name) for name in names})
    graph = parse_triplets(args.triplets)
    start = perf_counter()
    analyzer = build_analyzer(config)
    built = perf_counter()
    try:
        waited = _wait(analyzer, graph, config, args.wait) if args.wait > 0 else ''
        asked = perf_counter()
        chosen = analyzer.analyze(graph, config)
        answered = perf_counter()
    finally:
        analyzer.close()
    print('\n'.join(table(graph, chosen)))
    left = len(graph.triplets) - len(chosen)
    print(f'\n{len(chosen)} chosen, {left} left out; {analyzer.name}.')
    print(f'built in {built - start:.2f} s, analysed in {1e6 * (answered - asked):.0f} µs{waited}')
    return 0


def parse_triplets(text: str) -> SceneGraph:
    """Read triplets divided by ``;``; equal names are one region.

    Raises SageIQError naming the triplet in which no predicate is found.
    """
    regions: dict[str, int] = {}
    triplets = []
    for part in filter(None, (' '.join(part.split()) for part in text.split(';'))):
        subject, predicate, object_ = _split(part)
        ends = [regions.setdefault(label, len(regions)) for label in (subject, object_)]
        triplets.append(Triplet(ends[0], predicate, ends[1], 1.0))
    if not triplets:
        raise SageIQError("There is no triplet; give some as --triplets 'car on street'.")
    found = tuple(Region(label, 1.0, Box(0.0, 0.0, 1.0, 1.0)) for label in regions)
    return SceneGraph(found, tuple(triplets))


def _split(part: str) -> tuple[str, str, str]:
    if '|' in part:
        words = [word.strip() for word in part.split('|')]
        if len(words) == 3 and all(words):
            return words[0], words[1], words[2]
    for predicate in sorted(PREDICATES[1:], key=len, reverse=True):
        subject, found, object_ = part.partition(f' {predicate} ')
        if found and subject.strip() and object_.strip():
            return subject.strip(), predicate, object_.strip()
    raise SageIQError(
        f"{part!r} is not a triplet; write 'subject predicate object' with a predicate of Visual "
        "Genome, or 'subject | predicate | object'."
    )


def table(graph: SceneGraph, chosen: Sequence[WeightedTriplet]) -> list[str]:
    """Return the lines of a table of the chosen triplets, the most important first."""
    rows = [('', 'subject', 'weight', 'predicate', 'object', 'weight', 'source')]
    for place, weighted in enumerate(chosen, 1):
        triplet = graph.triplets[weighted.triplet]
        rows.append(
            (
                str(place),
                graph.regions[triplet.subject].label,
                f'{weighted.subject_weight:.1f}',
                triplet.predicate,
                graph.regions[triplet.object].label,
                f'{weighted.object_weight:.1f}',
                weighted.source.name.lower(),
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        '  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _wait(
    analyzer: TripletAnalyzer, graph: SceneGraph, config: AnalyzerConfig, seconds: float
) -> str:
    """Wait until no triplet is weighed by the prior alone; returns what to say about it."""
    from sageiq_ros.analyzer.rating_analyzer import RatingAnalyzer

    if not isinstance(analyzer, RatingAnalyzer):
        return ''
    # Every triplet must be seen, not only the few that are chosen now.
    everything = updated(config, {'min_weight': 1.0, 'max_triplets': 50})
    start = monotonic()
    pause = Event()
    while monotonic() - start < seconds:
        weighed = analyzer.analyze(graph, everything)
        if all(item.source is not WeightSource.PRIOR for item in weighed):
            return f', waited {monotonic() - start:.1f} s for the language model'
        error = analyzer.status().error
        if error:
            raise SageIQError(error)
        pause.wait(POLL_SECONDS)
    print('sageiq: the language model has not answered in time.', file=sys.stderr)
    return ''
