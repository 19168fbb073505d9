# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Have the language model answer a vocabulary now, so that the car need not ask.

sageiq analyzer precompute "parking assistance" "pedestrian safety"

Answers go into the memo, part by part: a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

from sageiq_ros.analyzer.commands.options import add_options, configuration, read_lines
from sageiq_ros.config import QUERY_LIMIT, AnalyzerConfig
from sageiq_ros.schema import updated
from sageiq_ros.types import SageIQError


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        'queries',
        nargs='*',
        default=[AnalyzerConfig().query],
        metavar='QUERY',
        help=f'tasks in words ({AnalyzerConfig().query})',
    )
    parser.add_argument(
        '--words',
        type=Path,
        metavar='FILE',
        help="a label a line, beside Visual Genome's 150; the modes constrained and paper need it "
        'and are asked about every two of its labels',
    )
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Ask, remember, say how much was new; returns 0."""
    from tqdm import tqdm

    from sageiq_ros.analyzer.answers import pair_key
    from sageiq_ros.analyzer.build import find_job, find_memo
    from sageiq_ros.analyzer.combination import BLENDS
    from sageiq_ros.analyzer.job import load_method
    from sageiq_ros.analyzer.prior import vocabulary
    from sageiq_ros.analyzer.text import clean_words

    config = configuration(args)
    if config.mode == 'prior' or config.model.endswith('.json'):
        raise SageIQError('There is no language model to ask; name another --mode or --model.')
    queries = [updated(config, {'query': query}).query for query in args.queries]
    named = [clean_words(line) for line in read_lines(args.words)]
    if config.mode in BLENDS:
        words = list(dict.fromkeys([*vocabulary(), *filter(None, named)]))
    elif named:
        words = [pair_key(*pair) for pair in product(filter(None, named), repeat=2)]
    else:
        raise SageIQError(f'Mode {config.mode} is asked about pairs: name a file with --words.')
    job, memo = find_job(config), find_memo(config)
    todo: dict[str, list[str]] = {}
    for query in (clean_words(query, QUERY_LIMIT) for query in queries):
        section = job.section(query)
        known = {**job.given(section), **memo.load(section)}
        todo[query] = [word for word in words if word not in known]
    count = sum(map(len, todo.values()))
    unread = 0
    if count:
        method = load_method(job)
        with tqdm(total=count, desc='asking', unit='answer', disable=None) as bar:
            for query, missing in todo.items():
                for start in range(0, len(missing), job.chunk):
                    part = missing[start : start + job.chunk]
                    found = zip(part, method(query, part), strict=True)
                    answers = {word: answer for word, answer in found if answer is not None}
                    unread += len(part) - len(answers)
                    if not memo.store(job.section(query), answers):
                        raise SageIQError(f'{memo.path} cannot be written; name another --memo.')
                    bar.update(len(part))
    print(
        f'{count - unread} answers new, {len(words) * len(todo) - count} known before, '
        f'{unread} that could not be read; {job.files.name}, {len(todo)} queries, in {memo.path}.'
    )
    return 0
