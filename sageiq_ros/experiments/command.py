# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run every experiment of the paper on SageIQ-P and write a report."""

from __future__ import annotations

import argparse
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from sageiq_ros.types import SageIQError

if TYPE_CHECKING:
    from sageiq_ros.datasets.readers.base import AnnotatedSet
    from sageiq_ros.evaluation.pages.blocks import Report, Section
    from sageiq_ros.experiments.agreement import Scores
    from sageiq_ros.experiments.run import Measured
    from sageiq_ros.experiments.work import AssessJob, Row

Made = TypeVar('Made')


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq evaluate paper``."""
    from sageiq_ros.datasets.readers.open import SETS_HELP
    from sageiq_ros.executors.options import add_options
    from sageiq_ros.experiments.options import EXPERIMENTS, FULL, NANO
    from sageiq_ros.sageiq_d.hybrid import LEAST_SIDE_PX

    add = parser.add_argument
    add(
        '--profile',
        choices=(NANO, FULL),
        default=NANO,
        help="the shipped networks, or the paper's models by --config (nano)",
    )
    add('--data', required=True, metavar='SET,SET', help=SETS_HELP)
    add('--out', type=Path, required=True, metavar='FOLDER', help='folder of the report')
    add('--only', metavar='NAME,NAME', help=f'of {", ".join(EXPERIMENTS)} (all)')
    add(
        '--scorer',
        action='append',
        default=[],
        metavar='[TITLE=]NAME',
        help="in place of the profile's; repeatable, the first is that of Figs. 12 and 14",
    )
    add('--config', type=Path, metavar='FILE', help='parameter file, as the node reads it')
    add('--detector', default='', metavar='FOLDER', help='engine of the detector in Fig. 12')
    add('--resnet50', type=Path, metavar='FILE', help='weights for Figs. 8 and 9')
    add(
        '--words-against',
        metavar='TITLE',
        help='scorer whose words are compared with those of the first (the second)',
    )
    add('--clip', type=Path, metavar='FOLDER', help='CLIP checkpoint, for Table X')
    add('--word2vec', type=Path, metavar='FILE', help='word vectors, for Table XI')
    add('--images', type=int, metavar='N', help='at most so many pictures of a set, evenly')
    add(
        '--least-side',
        type=int,
        default=LEAST_SIDE_PX,
        metavar='PX',
        help=f'least width and height of a region ({LEAST_SIDE_PX})',
    )
    add('--seed', type=int, default=0, help='of noises, errors and resamples (0)')
    add('--resamples', type=int, default=1000, help='resamples of the bootstrap (1000)')
    add('--cache', type=Path, metavar='FILE', help='file of scores known (in the cache folder)')
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Measure, write the report and name its files."""
    from tqdm import tqdm

    from sageiq_ros.cache import cache_folder
    from sageiq_ros.config import updated
    from sageiq_ros.datasets.readers.open import parse_sets
    from sageiq_ros.executors.options import executor_from
    from sageiq_ros.experiments import options
    from sageiq_ros.experiments.agreement import Scores
    from sageiq_ros.experiments.output import write_files, write_scores
    from sageiq_ros.experiments.run import list_items, measure
    from sageiq_ros.experiments.work import AssessJob
    from sageiq_ros.output import check_out
    from sageiq_ros.sageiq_d.hybrid import BoxRule
    from sageiq_ros.sageiq_d.plan import choose_keys
    from sageiq_ros.scorer.identity import scorer_identity

    options.check_numbers(args)
    options.check_files(args)
    executor = executor_from(args)
    config = options.read_config(args.profile, args.config)
    if args.executor != 'process':
        # Workers share the processors among them.
        config = updated(config, {'runtime.threads': 1})
    scorers = options.read_scorers(args.profile, config, args.scorer)
    for name in scorers.values():
        scorer_identity(name)
    against = options.read_against(scorers, args.words_against)
    every = parse_sets(args.data)
    sets = {data.name: data for data in every if data.annotated}
    keys = {name: choose_keys(data, args.images) for name, data in sets.items()}
    job = AssessJob(
        sets=sets,
        scorers=scorers,
        experiments=options.read_experiments(args.only),
        main=next(iter(scorers)),
        detector=args.detector,
        config=config,
        boxes=BoxRule(least_side=args.least_side),
        seed=args.seed,
        cache=(args.cache or cache_folder() / 'scores.sqlite3').absolute(),
    )
    check_out(args.out)
    begun = perf_counter()
    items = list_items(job, keys)
    with tqdm(total=len(items), unit='picture', disable=None) as bar:
        measured = measure(job, items, executor, bar.update)
    write_scores(args.out, measured.rows)
    rows, fine_tuning = _fine_tune(job, measured)
    scores = Scores(rows, args.resamples, args.seed)
    made = {'executor': executor.name, **_provenance(job, every, keys, args.resamples)}
    found = list(_sections(args, job, every, scores, measured, keys, fine_tuning, against))
    made['time'] = f'{(perf_counter() - begun) / 60.0:.1f} minutes'
    report = _report(found, made, scores, job.main)
    for path in write_files(args.out, report, scores, rows, measured.left_out):
        print(path)
    return 0


def _fine_tune(job: AssessJob, measured: Measured) -> tuple[list[Row], str]:
    """Return all rows, the fine-tuned network's among them, or why those are missing."""
    from tqdm import tqdm

    from sageiq_ros.experiments.conditions import FIG_12
    from sageiq_ros.experiments.fine_tuning import fine_tuned_rows, why_not

    rows = list(measured.rows)
    if FIG_12 not in job.experiments:
        return rows, ''
    reason = why_not()
    if reason:
        return rows, reason

    def bar(steps: int) -> tqdm:
        return tqdm(total=steps, desc='fine-tuning', unit='step', disable=None)

    found, reason = _or_why(lambda: fine_tuned_rows(job, rows, bar))
    return [*rows, *(found or ())], reason


def _sections(
    args: argparse.Namespace,
    job: AssessJob,
    every: Sequence[AnnotatedSet],
    scores: Scores,
    measured: Measured,
    keys: Mapping[str, Sequence[str]],
    fine_tuning: str,
    against: str,
) -> Iterator[Section]:
    from sageiq_ros.evaluation.pages.blocks import Section
    from sageiq_ros.evaluation.similarity.features import build_extractor
    from sageiq_ros.evaluation.similarity.measure import measure
    from sageiq_ros.evaluation.similarity.section import section
    from sageiq_ros.experiments.options import FIG_8, WORDS
    from sageiq_ros.experiments.run import sections
    from sageiq_ros.experiments.words import Vectors, tables_x_and_xi

    def similarity() -> Section:
        if len(every) < 2:
            raise SageIQError('they compare two data sets or more.')
        return section(measure(every, build_extractor(args.resnet50), pictures=args.images))

    def words() -> Section:
        if not against:
            raise SageIQError('they compare two scorers.')
        vectors = Vectors(args.clip, args.word2vec)
        return tables_x_and_xi(job, measured.rows, against, vectors)

    chosen = {name: len(found) for name, found in keys.items()}
    yield from sections(job, scores, measured, chosen, fine_tuning)
    for name, title, make in (
        (FIG_8, 'Figs. 8 and 9', similarity),
        (WORDS, 'Tables X and XI', words),
    ):
        if name in job.experiments:
            made, reason = _or_why(make)
            yield made or Section(title, (f'Not run: {reason}',))


def _or_why(make: Callable[[], Made]) -> tuple[Made | None, str]:
    """Return what is made, or None and why not: hours of scores must not be lost with it."""
    try:
        return make(), ''
    except SageIQError as error:
        return None, str(error)
    except Exception as error:
        traceback.print_exc()
        return None, f'{type(error).__name__}: {error}'


def _provenance(
    job: AssessJob,
    every: Sequence[AnnotatedSet],
    keys: Mapping[str, Sequence[str]],
    resamples: int,
) -> dict[str, str]:
    from sageiq_ros.experiments.output import versions
    from sageiq_ros.scorer.identity import weights_digest

    config = job.config
    counts = (f'{d.name}: {len(keys.get(d.name, d.keys()))} of {len(d.keys())}' for d in every)
    return {
        **versions(),
        'data sets': ', '.join(counts),
        'scene graph': config.scene_graph.engine,
        'analyzer': f'mode {config.analyzer.mode}, query "{config.analyzer.query}"',
        'scorers': ', '.join(
            f'{title}: {name} ({weights_digest(name)[:12]})' for title, name in job.scorers.items()
        ),
        'regions': f'the 5 largest of at least {job.boxes.least_side} px a side',
        'seed': str(job.seed),
        'resamples': f'{resamples}, over pictures',
        'cache of scores': str(job.cache),
    }


def _report(
    sections: Sequence[Section], made: Mapping[str, str], scores: Scores, main: str
) -> Report:
    from sageiq_ros.evaluation.pages.blocks import Report
    from sageiq_ros.evaluation.pages.text import number_text
    from sageiq_ros.experiments.shown import motion
    from sageiq_ros.experiments.variants import WITH, WITHOUT

    without, with_ = (scores.average(main, motion(variant))['mcc'] for variant in (WITHOUT, WITH))
    gain = with_.value - without.value
    return Report(
        'SageIQ: the paper’s experiments',
        'What SageIQ-P adds to a quality scorer, on pictures whose important regions are clear '
        'and whose rest is degraded.',
        sections,
        made,
        (
            (number_text(without.value), f'MCC of {main} without SageIQ-P'),
            (number_text(with_.value), 'MCC with SageIQ-P, motion blur'),
            (number_text(gain, signed=True), 'gain (the paper’s SageIQ-M: +0.539)'),
            (str(sum(map(scores.pictures, scores.datasets))), 'pictures judged'),
        ),
    )
