# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Compare two models' answers in words: the paper's Tables X and XI."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from sageiq_ros.evaluation.text_similarity import (
    Similarity,
    Vectors,
    latent_cosine,
    word_similarity,
)
from sageiq_ros.output import check_writable
from sageiq_ros.types import SageIQError

PAPER_SETS = ('cityscapes', 'kitti', 'waymo')
WITHOUT, WITH = 'w/o SageIQ-P', 'w/ SageIQ-P'
Three = tuple[float, float, float]
# Tables X and XI as they are printed, by set: mean, other way of reduction and average. Some of
# the averages are those of numbers before they were rounded.
PAPER: dict[tuple[str, str], tuple[Three, Three, Three]] = {
    ('LCS', WITHOUT): ((0.858, 1.0, 0.929), (0.878, 1.0, 0.939), (0.856, 1.0, 0.928)),
    ('LCS', WITH): ((0.822, 1.0, 0.911), (0.860, 1.0, 0.930), (0.841, 1.0, 0.921)),
    ('WVS', WITHOUT): ((0.910, 0.965, 0.938), (0.927, 0.973, 0.950), (0.912, 0.963, 0.938)),
    ('WVS', WITH): ((0.896, 0.960, 0.928), (0.910, 0.967, 0.939), (0.889, 0.964, 0.927)),
}
OTHER = {'LCS': 'CLS token', 'WVS': 'max pooling'}
WAYS = ('mean', 'other', 'average')


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold two answers about the same picture or region of a data set."""

    dataset: str
    setting: str
    first: str
    second: str


Measure = Callable[[Pair], Similarity | None]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq experiment words``."""
    for option, whose in (('--a', "one model's"), ('--b', "the other's")):
        parser.add_argument(
            option,
            type=Path,
            required=True,
            metavar='FILE',
            help=f'{whose} answers, as "sageiq describe --json" writes',
        )
    parser.add_argument('--clip', type=Path, metavar='DIR', help='CLIP checkpoint, for LCS')
    parser.add_argument(
        '--word2vec', type=Path, metavar='FILE', help='vectors, binary or text, for WVS'
    )
    parser.add_argument('--json', type=Path, metavar='FILE', help='file to write all numbers to')


def run(args: argparse.Namespace) -> int:
    """Compare, print the tables beside the paper's numbers and write the numbers."""
    check_writable(args.json)
    pairs = pair_answers(read_answers(args.a), read_answers(args.b))
    measures = find_measures(args.clip, args.word2vec, pairs)
    if not measures:
        raise SageIQError('Name a CLIP checkpoint with --clip, word vectors with --word2vec.')
    rows = [row for name in measures for row in summarise(name, measures[name], pairs)]
    print('\n'.join(table(rows)))
    if args.json is not None:
        args.json.write_text(json.dumps(rows, indent=2, allow_nan=False) + '\n', encoding='utf-8')
    return 0


def find_measures(
    clip: Path | None, word2vec: Path | None, pairs: Sequence[Pair]
) -> dict[str, Measure]:
    """Return LCS where there is a CLIP checkpoint and WVS where there are word vectors.

    Of the vectors only the words of ``pairs`` are read. Raises SageIQError for files that are
    missing or damaged.
    """
    measures: dict[str, Measure] = {}
    if clip is not None:
        from sageiq_ros.evaluation.clip_tokens import ClipTokens

        embed = ClipTokens(clip)
        measures['LCS'] = lambda pair: _similarity(
            latent_cosine, embed(pair.first), embed(pair.second)
        )
    if word2vec is not None:
        measures['WVS'] = _by_words(word2vec, pairs)
    return measures


def read_answers(path: Path) -> dict[tuple[str, str, str], str]:
    """Read lines of JSON: ``name``, ``answer``, and if wanted ``box`` and ``dataset``.

    Returns answers by data set, name and box. Raises SageIQError for a line that is none.
    """
    try:
        lines = path.read_text(encoding='utf-8').splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SageIQError(f'Cannot read {path} as text: {error}.') from error
    answers = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            name, answer = record['name'], record['answer']
            key = (str(record.get('dataset', '')), str(name), json.dumps(record.get('box')))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise SageIQError(
                f'Line {number} of {path} is no object with a name and an answer.'
            ) from error
        if not isinstance(answer, str) or not answer.strip():
            raise SageIQError(f'The answer in line {number} of {path} is empty.')
        if key in answers:
            raise SageIQError(f'Line {number} of {path} answers for {name} a second time.')
        answers[key] = answer
    return answers


def pair_answers(
    first: Mapping[tuple[str, str, str], str], second: Mapping[tuple[str, str, str], str]
) -> list[Pair]:
    """Match answers about the same thing; a region's count as with SageIQ-P, others as without.

    Raises SageIQError where one file has an answer that the other lacks.
    """
    odd = sorted(first.keys() ^ second.keys())
    if odd or not first:
        what = f'{odd[0][1]} (box {odd[0][2]}) is in one file only' if odd else 'they are empty'
        raise SageIQError(f'The two files must answer for the same pictures, but {what}.')
    return [
        Pair(dataset, WITHOUT if box == 'null' else WITH, answer, second[dataset, name, box])
        for (dataset, name, box), answer in first.items()
    ]


def summarise(measure: str, compare: Measure, pairs: Sequence[Pair]) -> Iterator[dict[str, Any]]:
    """Average one measure over the pairs of every data set and setting that can be compared."""
    groups: dict[tuple[str, str], list[Similarity]] = {}
    compared = 0
    for pair in pairs:
        found = compare(pair)
        if found is not None:
            groups.setdefault((pair.dataset, pair.setting), []).append(found)
            compared += 1
    if not compared:
        raise SageIQError(f'No pair of answers could be compared by {measure}.')
    for (dataset, setting), found in sorted(groups.items()):
        paper = None
        # A set of one kind or split goes by a longer name, as cityscapes-3d.
        printed_as = dataset.lower().partition('-')[0]
        if printed_as in PAPER_SETS:
            printed = PAPER[measure, setting][PAPER_SETS.index(printed_as)]
            paper = dict(zip(WAYS, printed, strict=True))
        ours = Similarity(fmean(s.mean for s in found), fmean(s.other for s in found))
        yield {
            'measure': measure,
            'other': OTHER[measure],
            'dataset': dataset,
            'setting': setting,
            'pairs': len(found),
            'ours': _values(ours),
            'paper': paper,
        }


def ways_of(measure: str) -> dict[str, str]:
    """Return the titles of a measure's three numbers by their keys in rows."""
    return {key: OTHER[measure] if key == 'other' else key for key in WAYS}


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Lay the rows out as lines of text, the paper's numbers beside ours."""
    lines = [f'{"measure":34}{"data set":14}{"pairs":>6}{"ours":>8}{"paper":>8}']
    for row in rows:
        for key, way in ways_of(row['measure']).items():
            label = f'{row["measure"]}, {way} {row["setting"]}'
            paper = '-' if row['paper'] is None else f'{row["paper"][key]:.3f}'
            lines.append(
                f'{label:34}{row["dataset"] or "all":14}{row["pairs"]:6d}'
                f'{row["ours"][key]:8.3f}{paper:>8}'
            )
    return lines


def _by_words(path: Path, pairs: Sequence[Pair]) -> Measure:
    from sageiq_ros.evaluation.word2vec import look_up, read_word2vec, words_of

    texts = [text for pair in pairs for text in (pair.first, pair.second)]
    words = {word for text in texts for word in words_of(text)}
    vectors = read_word2vec(path, words | {word.lower() for word in words})

    def compare(pair: Pair) -> Similarity | None:
        first, second = (look_up(words_of(text), vectors) for text in (pair.first, pair.second))
        if first is None or second is None:
            return None
        return _similarity(word_similarity, first, second)

    return compare


def _similarity(
    compare: Callable[[Vectors, Vectors], Similarity], first: Vectors, second: Vectors
) -> Similarity | None:
    """Compare two answers' vectors; None where they have no direction, as zeros have none."""
    try:
        return compare(first, second)
    except ValueError:
        return None


def _values(similarity: Similarity) -> dict[str, float]:
    return {key: getattr(similarity, key) for key in WAYS}
