# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Weigh triplets given as words for a query and print the choice as a table.

sageiq analyze "autonomous driving" --triplets "car on street; man walking on sidewalk"
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from sageiq_ros.analyzer.commands.options import add_options, configuration
from sageiq_ros.analyzer.triplet_text import HELP, parse_triplets
from sageiq_ros.analyzer.waiting import wait_for_answers
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.schema import updated
from sageiq_ros.types import SceneGraph, WeightedTriplet

WAIT_SECONDS = 300.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    default = AnalyzerConfig()
    parser.add_argument('query', nargs='?', default=default.query, help='the task, in words')
    parser.add_argument('--triplets', required=True, help=HELP)
    add_options(parser)
    parser.add_argument('--min-weight', type=float, default=default.min_weight)
    parser.add_argument('--max-triplets', type=int, default=default.max_triplets)
    parser.add_argument(
        '--wait',
        nargs='?',
        type=float,
        const=WAIT_SECONDS,
        default=0.0,
        metavar='SECONDS',
        help='wait for the language model where the memo does not know an answer',
    )
    parser.add_argument('--json', action='store_true', help='print JSON instead of a table')


def run(args: argparse.Namespace) -> int:
    """Print weights, sources and times; returns 0."""
    from sageiq_ros.analyzer.build import build_analyzer

    config = updated(
        configuration(args), {n: getattr(args, n) for n in ('query', 'min_weight', 'max_triplets')}
    )
    graph = parse_triplets(args.triplets)
    start = perf_counter()
    analyzer = build_analyzer(config)
    built = perf_counter()
    try:
        answered = args.wait <= 0 or wait_for_answers(analyzer, graph, config, args.wait)
        asked = perf_counter()
        chosen = analyzer.analyze(graph, config)
        done = perf_counter()
        status = analyzer.status()
    finally:
        analyzer.close()
    if not answered:
        print('sageiq: the language model has not answered in time.', file=sys.stderr)
    if status is not None and status.unread:
        print(
            f'sageiq: {status.unread} answers of the language model could not be read.',
            file=sys.stderr,
        )
    times = {
        'built_s': round(built - start, 3),
        'waited_s': round(asked - built, 3),
        'analysed_us': round(1e6 * (done - asked)),
    }
    if args.json:
        print(json.dumps(_document(graph, chosen, analyzer.name, config.query, times), indent=1))
        return 0
    print('\n'.join(table(graph, chosen)))
    left = len(graph.triplets) - len(chosen)
    print(f'\n{len(chosen)} chosen, {left} left out; {analyzer.name}.')
    waited = f', waited {times["waited_s"]:.1f} s for the language model' if args.wait else ''
    print(f'built in {times["built_s"]:.2f} s, analysed in {times["analysed_us"]} µs{waited}')
    return 0


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


def _document(
    graph: SceneGraph,
    chosen: Sequence[WeightedTriplet],
    analyzer: str,
    query: str,
    times: dict[str, float],
) -> dict[str, Any]:
    triplets = []
    for weighted in chosen:
        triplet = graph.triplets[weighted.triplet]
        triplets.append(
            {
                'place': weighted.triplet,
                'subject': graph.regions[triplet.subject].label,
                'predicate': triplet.predicate,
                'object': graph.regions[triplet.object].label,
                'subject_weight': weighted.subject_weight,
                'object_weight': weighted.object_weight,
                'source': weighted.source.name.lower(),
            }
        )
    return {'query': query, 'analyzer': analyzer, 'chosen': triplets, **times}
