# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of the report, of which one that fails takes no other with it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sageiq_ros.datasets.readers.base import AnnotatedSet
from sageiq_ros.evaluation.pages.blocks import Block, Section
from sageiq_ros.evaluation.similarity.features import FeatureExtractor
from sageiq_ros.evaluation.similarity.measure import measure
from sageiq_ros.evaluation.similarity.numbers import numbers
from sageiq_ros.evaluation.similarity.section import section
from sageiq_ros.experiments import conditions as names
from sageiq_ros.experiments.ablation import FINE_TUNED, figure_12
from sageiq_ros.experiments.agreement import Scores
from sageiq_ros.experiments.answers import answer_files, ask
from sageiq_ros.experiments.gallery import figure_10
from sageiq_ros.experiments.options import FIG_8, FIG_10, WORDS
from sageiq_ros.experiments.overview import LeftOut, overview
from sageiq_ros.experiments.region_counts import figure_15
from sageiq_ros.experiments.robustness import figure_14
from sageiq_ros.experiments.table_viii import figure_11, table_viii
from sageiq_ros.experiments.undegraded import figure_13
from sageiq_ros.experiments.variants import DETECTOR
from sageiq_ros.experiments.words import Vectors, similarity_table, tables_x_and_xi
from sageiq_ros.experiments.work import AssessJob, Row
from sageiq_ros.types import SageIQError

NO_DETECTOR = 'name an engine of an object detector with --detector (docs/scene_graph.md).'
WORDS_TITLE = 'Tables X and XI'
PAPERS_OWN = {WORDS: (similarity_table(()),)}
"""The paper's numbers of an experiment, which are shown whether it could be run or not."""

Made = TypeVar('Made')


@dataclass(frozen=True, slots=True)
class Part:
    """Hold a section of the report and what is written beside it.

    ``numbers`` are those that its tables do not show, by name; ``files`` are texts by file name.
    ``reason`` says why it was not run, empty where it was.
    """

    section: Section
    numbers: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    reason: str = ''


@dataclass(frozen=True, slots=True)
class Material:
    """Hold all that the report is made of.

    ``chosen`` is how many pictures of each data set were asked for. ``fine_tuning`` is why there
    is no fine-tuned variant, empty where there is one. ``features`` are of Figs. 8 and 9, None
    where those are not asked for or have too few data sets; ``every`` are those data sets, at
    most ``pictures`` of each. ``against`` is the scorer that words are compared with, or empty.
    """

    job: AssessJob
    rows: Sequence[Row]
    scores: Scores
    left_out: Sequence[LeftOut]
    chosen: Mapping[str, int]
    fine_tuning: str
    every: Sequence[AnnotatedSet]
    features: FeatureExtractor | None
    pictures: int | None
    against: str
    vectors: Vectors


def parts(material: Material) -> Iterator[Part]:
    """Yield the parts of the experiments asked for, at first what was judged."""
    job, scores = material.job, material.scores
    not_run = {} if job.detector else {DETECTOR: NO_DETECTOR}
    if material.fine_tuning:
        not_run[FINE_TUNED] = material.fine_tuning
    makers: dict[str, tuple[str, Callable[[], Part]]] = {
        names.TABLE_VIII: ('Table VIII', lambda: Part(table_viii(scores))),
        FIG_10: ('Fig. 10', lambda: Part(figure_10(job, scores))),
        names.FIG_11: ('Fig. 11', lambda: Part(figure_11(scores))),
        names.FIG_12: ('Fig. 12', lambda: Part(figure_12(scores, job.main, not_run))),
        names.FIG_13: ('Fig. 13', lambda: Part(figure_13(scores))),
        names.FIG_14: ('Fig. 14', lambda: Part(figure_14(scores, job.main))),
        names.FIG_15: ('Fig. 15', lambda: Part(figure_15(scores))),
        FIG_8: ('Figs. 8 and 9', lambda: _similarity(material)),
        WORDS: (WORDS_TITLE, lambda: _words(material)),
    }

    def judged() -> Part:
        return Part(overview(scores, job.main, material.chosen, material.left_out))

    yield _guarded('What was judged', judged)
    for name, (title, make) in makers.items():
        if name in job.experiments:
            yield _guarded(title, make, PAPERS_OWN.get(name, ()))


def or_why(make: Callable[[], Made]) -> tuple[Made | None, str]:
    """Return what is made, or None and why not: hours of scores must not be lost with it."""
    try:
        return make(), ''
    except SageIQError as error:
        return None, str(error)
    except Exception as error:
        traceback.print_exc()
        return None, f'{type(error).__name__}: {error}'


def _guarded(title: str, make: Callable[[], Part], blocks: Sequence[Block] = ()) -> Part:
    """Make a part, or one that says why it is not there and shows ``blocks`` instead."""
    made, reason = or_why(make)
    return made or Part(Section(title, (f'Not run: {reason}',), blocks), reason=reason)


def _similarity(material: Material) -> Part:
    if material.features is None:
        raise SageIQError('they compare two data sets or more.')
    found = measure(
        material.every,
        material.features,
        pictures=material.pictures,
        seed=material.job.seed,
    )
    return Part(section(found), numbers={'similarity': numbers(found)})


def _words(material: Material) -> Part:
    if not material.against:
        raise SageIQError('they compare two scorers.')
    answers = ask(material.job, material.rows, material.against)
    # A language model takes hours for them: they are kept even where they cannot be compared.
    compared = _guarded(
        WORDS_TITLE,
        lambda: Part(tables_x_and_xi(answers, material.vectors)),
        PAPERS_OWN[WORDS],
    )
    return replace(compared, files=answer_files(answers))
