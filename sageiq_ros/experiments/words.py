# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Tables X and XI: how alike two scorers' answers in words are, without and with SageIQ-P."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from sageiq_ros.evaluation.pages.blocks import Gallery, Number, Row, Section, Table
from sageiq_ros.evaluation.word2vec import words_of
from sageiq_ros.evaluation.words_experiment import (
    PAPER,
    PAPER_SETS,
    WITH,
    WITHOUT,
    Pair,
    find_measures,
    summarise,
    ways_of,
)
from sageiq_ros.experiments.answers import AGAINST_FILE, MAIN_FILE, PICTURES, Answers
from sageiq_ros.experiments.numbered_frames import number_frames
from sageiq_ros.experiments.shown import paper_row
from sageiq_ros.overlay import LIGHT


@dataclass(frozen=True, slots=True)
class Vectors:
    """Name the files that words are compared by, each None where there is none."""

    clip: Path | None
    word2vec: Path | None


def tables_x_and_xi(answers: Answers, vectors: Vectors) -> Section:
    """Compare the main scorer's words with the other's, and show a pair of answers."""
    pairs = [
        Pair(look.dataset, WITHOUT if look.box is None else WITH, first, second)
        for look, first, second in zip(
            answers.looks, answers.main.answers, answers.against.answers, strict=True
        )
    ]
    rows = [
        Row((f'{name}, {way}', *_place(found), Number(found['ours'][key])))
        for name, compare in find_measures(vectors.clip, vectors.word2vec, pairs).items()
        for found in summarise(name, compare, pairs)
        for key, way in ways_of(name).items()
    ]
    for (setting, dataset), shares in _common(pairs).items():
        share = Number(fmean(shares))
        rows.append(Row(('words in common', setting, dataset, len(shares), share)))
    text = [
        f'Answers of {answers.main.title} and of {answers.against.title} to the same '
        'motion-blurred pictures (without SageIQ-P) and to the regions that decide (with it), at '
        f'most {PICTURES} pictures of a data set. A scorer without a language model answers from '
        'measured attributes and its own score (docs/words.md).',
        'The paper compares SageIQ-M with Q-Instruct.',
    ]
    lacking = [
        name
        for name, path in (
            ('LCS: --clip FOLDER of a CLIP checkpoint', vectors.clip),
            ('WVS: --word2vec FILE', vectors.word2vec),
        )
        if path is None
    ]
    if lacking:
        text.append(f'Not measured for want of a file: {"; ".join(lacking)}.')
    blocks = (similarity_table(rows), _example(answers))
    return Section('Tables X and XI: quality in words', tuple(text), blocks)


def similarity_table(rows: Sequence[Row]) -> Table:
    """Lay out rows of ours, which may be none, above the paper's."""
    return Table(
        'Tables X and XI: similarity of answers',
        ('Measure', 'Setting', 'Data set', 'pairs', 'similarity'),
        [*rows, *_paper_rows()],
        text_columns=3,
        note='LCS: cosine of CLIP’s token embeddings. WVS: cosine of word vectors. Words in '
        'common: twice the shared words over all words of both answers; not in the paper.',
    )


def words_in_common(first: str, second: str) -> float:
    """Return twice the shared words over all words of two texts, in [0, 1], whatever the case."""
    a, b = ({word.lower() for word in words_of(text)} for text in (first, second))
    return 2.0 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def _place(found: Mapping[str, Any]) -> tuple[str, str, int]:
    return found['setting'], found['dataset'], found['pairs']


def _common(pairs: Sequence[Pair]) -> Mapping[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = {}
    for pair in pairs:
        share = words_in_common(pair.first, pair.second)
        found.setdefault((pair.setting, pair.dataset), []).append(share)
    return dict(sorted(found.items()))


def _paper_rows() -> Iterator[Row]:
    for (measure, setting), by_set in PAPER.items():
        for dataset, printed in zip(PAPER_SETS, by_set, strict=True):
            for way, value in zip(ways_of(measure).values(), printed, strict=True):
                yield paper_row(f'{measure}, {way}', setting, dataset, '', Number(value))


def _example(answers: Answers) -> Gallery:
    """Show the first picture, then its first region framed, with what is said of each."""
    whole, *rest = answers.looks
    # A picture's regions come right after it.
    looks = [whole, *(look for look in rest[:1] if look.box is not None)]
    speakers = (answers.main, answers.against)
    return Gallery(
        'Answers to the first picture (as in Fig. 16)',
        ('picture, region',),
        [
            [whole.crop if look.box is None else number_frames(whole.crop, [look.box], [LIGHT])]
            for look in looks
        ],
        ('setting', 'data set', 'key', *(speaker.title for speaker in speakers)),
        [
            (
                WITHOUT if look.box is None else WITH,
                *(look.dataset, look.key),
                *(speaker.answers[place] for speaker in speakers),
            )
            for place, look in enumerate(looks)
        ],
        note='Without SageIQ-P the whole picture is described, with it the region in the frame '
        f'alone. All answers are in {MAIN_FILE} and {AGAINST_FILE}.',
    )
