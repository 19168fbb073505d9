# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Write remembered answers of a language model into a file that a car can use without the model.

sageiq analyzer export answers.json
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sageiq_ros.analyzer.commands.options import add_options, configuration
from sageiq_ros.config import QUERY_LIMIT
from sageiq_ros.types import SageIQError


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('file', type=Path, help='.json file to write; analyzer.model may name it')
    parser.add_argument('--queries', nargs='+', metavar='QUERY', help='(all that are answered)')
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Write the file; returns 0."""
    from sageiq_ros.analyzer.answers_file import AnswersFile, shipped_queries
    from sageiq_ros.analyzer.build import find_job, find_memo
    from sageiq_ros.analyzer.text import clean_words

    config = configuration(args)
    if args.file.suffix != '.json':
        raise SageIQError(f'The name of a file of answers ends in .json, not {args.file.name!r}.')
    job, memo = find_job(config), find_memo(config)
    section = job.section('')
    queries = [clean_words(query, QUERY_LIMIT) for query in args.queries or []]
    if not queries:
        remembered = [s.query for s in memo.sections() if s == job.section(s.query)]
        queries = sorted({*remembered, *shipped_queries(section)})
    found = {}
    for query in queries:
        asked = job.section(query)
        found[query] = dict(sorted({**job.given(asked), **memo.load(asked)}.items()))
        if not found[query]:
            raise SageIQError(
                f'Nothing is remembered for {query!r}; run sageiq analyzer precompute first.'
            )
    if not found:
        raise SageIQError('Nothing is remembered; run sageiq analyzer precompute first.')
    AnswersFile(section.model, job.files.name, section.mode, section.prompt, found).save(args.file)
    total = sum(map(len, found.values()))
    print(f'{total} answers of {job.files.name} to {len(found)} queries in {args.file}.')
    return 0
