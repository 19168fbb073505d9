# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq evaluate analyzer``: every mode of stage 2 against labelled triplets and words."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from sageiq_ros.analyzer.combination import BLENDS, Blend
from sageiq_ros.analyzer.job import Job, make_method
from sageiq_ros.analyzer.language_models.base import LanguageModel
from sageiq_ros.analyzer.language_models.files import find_model
from sageiq_ros.analyzer.language_models.load import load_language_model
from sageiq_ros.analyzer.selection import relevance
from sageiq_ros.datasets.importance_labels import (
    SPLITS,
    TUNING_QUERIES,
    LabelledTriplet,
    load_triplets,
    load_words,
)
from sageiq_ros.evaluation.analyzer_chart import auc_chart
from sageiq_ros.evaluation.analyzer_modes import (
    Scores,
    by_prior,
    by_rounds,
    by_words,
    constant_order,
)
from sageiq_ros.evaluation.correlation import auc, srcc
from sageiq_ros.types import SageIQError

MODES = ('combined', 'prior', 'association', 'rating', 'prior+rating', 'constrained', 'paper')
WORD_MODES = {**BLENDS, 'prior+rating': replace(BLENDS['combined'], method='rating')}
RELEVANT = 5.0
"""Mean importance from which a word counts as relevant."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('--labels', type=Path, help='labelled triplets (default: the shipped)')
    parser.add_argument('--split', choices=SPLITS, default='reporting', help='(reporting)')
    parser.add_argument(
        '--modes', nargs='+', choices=MODES, default=MODES[:5], help=f'({" ".join(MODES[:5])})'
    )
    parser.add_argument('--queries', nargs='+', metavar='QUERY', help='(all that are labelled)')
    parser.add_argument(
        '--share',
        type=float,
        nargs='+',
        default=[],
        metavar='SHARE',
        help='combined also with these shares of the prior, 0 to 1, in place of its own',
    )
    parser.add_argument('--model', default='', help='language model (default SmolLM2)')
    parser.add_argument('--backend', default='auto', help='what runs it (auto)')
    parser.add_argument('--threads', type=int, default=2, help='processor threads (2)')
    parser.add_argument('--evaluations', type=int, default=1, help='averaged, 1 to 5 (1)')
    parser.add_argument(
        '--asked',
        type=int,
        default=60,
        help='triplets a query that constrained and paper are asked about, drawn at random (60)',
    )
    parser.add_argument('--seed', type=int, default=7, help='of that draw and of samples (7)')
    parser.add_argument(
        '--words', action='store_true', help='also words for queries that the prior has no task of'
    )
    parser.add_argument('--json', type=Path, help='file for all numbers')
    parser.add_argument('--svg', type=Path, help='file for a picture of them')


def run(args: argparse.Namespace) -> int:
    """Measure, print a table, write the numbers."""
    if not all(0.0 <= share <= 1.0 for share in args.share):
        raise SageIQError('A --share must lie in [0, 1].')
    if not 1 <= args.evaluations <= 5:
        raise SageIQError(f'--evaluations must lie in [1, 5], not {args.evaluations}.')
    for file in filter(None, (args.json, args.svg)):
        if not file.absolute().parent.is_dir():
            raise SageIQError(f'There is no folder {file.parent} for {file.name}.')
    triplets = [t for t in load_triplets(args.labels) if t.split == args.split]
    queries = args.queries or list(dict.fromkeys(q for item in triplets for q in item.votes))
    if not triplets or not queries:
        raise SageIQError(f'No triplet is labelled for the split {args.split}.')
    model, files = None, None
    if args.share or set(args.modes) != {'prior'}:
        files = find_model(args.model, args.backend)
        model = load_language_model(files, args.threads)
    evaluator = Evaluator(model, files, args)
    result: dict[str, Any] = {
        'split': args.split,
        'model': files.name if files else None,
        'evaluations': args.evaluations,
        'seed': args.seed,
        'queries': {},
    }
    for query in queries:
        labelled = [item for item in triplets if query in item.votes]
        if not labelled:
            raise SageIQError(f'No triplet of the split {args.split} is labelled for {query!r}.')
        result['queries'][query] = rows = evaluator.query(query, labelled)
        print('\n'.join(table(query, rows)), flush=True)
    if args.words:
        result['words'] = evaluator.words(args.split)
        print('\n'.join(word_table(result['words'])))
    if args.json is not None:
        args.json.write_text(json.dumps(result, indent=1) + '\n', encoding='utf-8')
    if args.svg is not None:
        args.svg.write_text(auc_chart(result), encoding='utf-8')
    return 0


class Evaluator:
    """Measure modes with one loaded model."""

    def __init__(self, model: LanguageModel | None, files: Any, args: argparse.Namespace) -> None:
        self._model, self._files, self._args = model, files, args
        shares = {
            f'combined, share {share:g}': Blend('association', share, share)
            for share in args.share
        }
        self._blends = {**WORD_MODES, **shares}
        self._names = [*args.modes, *shares]

    def query(self, query: str, triplets: list[LabelledTriplet]) -> dict[str, Any]:
        """Return a row a mode: AUC of relevance, Spearman's rho of importance, how many."""
        rows = {}
        for mode in self._names:
            part = triplets
            if mode in ('constrained', 'paper'):
                part = random.Random(self._args.seed).sample(
                    triplets, min(self._args.asked, len(triplets))
                )
                rows['position in the list'] = measure(query, part, constant_order(part))
            begin = perf_counter()
            scores, extra = self._scores(mode, query, part)
            seconds = perf_counter() - begin
            rows[mode] = {**measure(query, part, scores), **extra, 'seconds': round(seconds, 3)}
        agreement = annotators(query, triplets)
        return rows if agreement is None else {**rows, 'one annotator, by the others': agreement}

    def words(self, split: str) -> dict[str, Any]:
        """Return AUC and rho by mode and query over single words, outside of any triplet."""
        items = [word for word in load_words() if word.split == split]
        found: dict[str, Any] = {}
        for query in items[0].votes:
            if (query in TUNING_QUERIES) != (split == 'tuning'):
                continue
            gold = [float(np.mean(item.votes[query])) for item in items]
            relevant = [value >= RELEVANT for value in gold]
            rows = {}
            for mode in self._names:
                if mode not in self._blends and mode != 'prior':
                    continue
                alone = [LabelledTriplet(w.label, '', '', split, {}) for w in items]
                scores = [subject for _, subject, _ in self._scores(mode, query, alone)[0]]
                rows[mode] = {'auc': auc(scores, relevant), 'srcc': srcc(scores, gold)}
            found[query] = {'relevant': sum(relevant), 'words': len(items), 'modes': rows}
        return found

    def _scores(
        self, mode: str, query: str, triplets: Sequence[LabelledTriplet]
    ) -> tuple[Scores, dict[str, Any]]:
        if mode == 'prior':
            return by_prior(query, triplets), {}
        assert self._model is not None
        blend = self._blends.get(mode)
        job = Job(
            self._files,
            blend.method if blend else mode,
            self._args.evaluations,
            seed=self._args.seed,
        )
        method = make_method(self._model, job)
        if blend is not None:
            return by_words(blend, job, method, query, triplets), {}
        return by_rounds(method, query, triplets)


def measure(query: str, triplets: Sequence[LabelledTriplet], scores: Scores) -> dict[str, Any]:
    """Correlate scores with labels."""
    weights = [weight for _, *pair in scores for weight in pair]
    gold = [value for item in triplets for value in item.importance(query)]
    relevant = [item.relevant(query) for item in triplets]
    return {
        'auc': auc([first for first, *_ in scores], relevant),
        'srcc': srcc(weights, gold),
        'triplets': len(triplets),
        'relevant': sum(relevant),
    }


def annotators(query: str, triplets: Sequence[LabelledTriplet]) -> dict[str, Any] | None:
    """Measure each annotator against the others; None where there is only one."""
    count = min(len(item.votes[query]) for item in triplets)
    if count < 2:
        return None
    rows = []
    for one in range(count):
        others = [
            LabelledTriplet(
                item.subject,
                item.predicate,
                item.object,
                item.split,
                {query: tuple(v for i, v in enumerate(item.votes[query]) if i != one)},
            )
            for item in triplets
        ]
        votes = [item.votes[query][one] for item in triplets]
        scores = [(relevance(s, o), s, o) for _, s, o in votes]
        rows.append(measure(query, others, scores))
    return {
        'auc': float(np.mean([row['auc'] for row in rows])),
        'srcc': float(np.mean([row['srcc'] for row in rows])),
        'triplets': len(triplets),
        'relevant': rows[0]['relevant'],
    }


def table(query: str, rows: dict[str, Any]) -> list[str]:
    """Lay one query's numbers out as lines of text."""
    lines = [f'{query:30}{"AUC":>7}{"rho":>7}{"triplets":>10}{"read":>12}{"s":>9}']
    for name, row in rows.items():
        read = ''
        if 'pairs' in row:
            read = (
                f'{row["selections_read"]}/{row["selections"]} {row["pairs_read"]}/{row["pairs"]}'
            )
        seconds = f'{row["seconds"]:9.2f}' if 'seconds' in row else ''
        figures = f'{row["auc"]:7.3f}{row["srcc"]:7.3f}{row["triplets"]:10d}'
        lines.append(f'  {name:28}{figures}{read:>12}{seconds}')
    return lines


def word_table(queries: dict[str, Any]) -> list[str]:
    """Lay the numbers of single words out as lines of text."""
    modes = list(next(iter(queries.values()))['modes'])
    lines = [f'{"words: AUC / rho":30}' + ''.join(f'{mode:>16}' for mode in modes)]
    for query, row in queries.items():
        cells = (f'{row["modes"][m]["auc"]:.3f} / {row["modes"][m]["srcc"]:.2f}' for m in modes)
        lines.append(f'  {query:28}' + ''.join(f'{cell:>16}' for cell in cells))
    means = (
        f'{np.mean([row["modes"][m]["auc"] for row in queries.values()]):.3f} / '
        f'{np.mean([row["modes"][m]["srcc"] for row in queries.values()]):.2f}'
        for m in modes
    )
    return [*lines, f'  {"mean":28}' + ''.join(f'{cell:>16}' for cell in means)]
