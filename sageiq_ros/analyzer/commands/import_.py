# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Take the answers of an exported file into the memo of this machine.

sageiq analyzer import answers.json
"""

from __future__ import annotations

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('file', type=Path, help='what sageiq analyzer export wrote')
    parser.add_argument('--memo', default='', help='file of remembered answers (the cache folder)')


def run(args: argparse.Namespace) -> int:
    """Merge the answers, those of the file before what is there; returns 0."""
    from sageiq_ros.analyzer.answers_file import load_answers
    from sageiq_ros.analyzer.build import find_memo
    from sageiq_ros.config import AnalyzerConfig
    from sageiq_ros.schema import updated
    from sageiq_ros.types import SageIQError

    answers = load_answers(args.file)
    memo = find_memo(updated(AnalyzerConfig(), {'memo': args.memo}))
    for query, found in answers.queries.items():
        if not memo.store(answers.section(query), found):
            raise SageIQError(f'The answers are not in {memo.path}: it cannot be written.')
    total = sum(map(len, answers.queries.values()))
    print(
        f'{total} answers of {answers.name} ({answers.mode}) to {len(answers.queries)} queries '
        f'taken into {memo.path}.'
    )
    return 0
