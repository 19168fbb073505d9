# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run every experiment of the paper on SageIQ-P and write a report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sageiq_ros.evaluation.pages.blocks import Report, Section
    from sageiq_ros.experiments.agreement import Scores
    from sageiq_ros.experiments.run import Measured
    from sageiq_ros.experiments.work import AssessJob, Row


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq evaluate paper``."""
    from sageiq_ros.datasets.readers.open import SETS_HELP
    from sageiq_ros.evaluation.similarity.command import add_features
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
    add_features(parser)
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
    add('--seed', type=int, default=0, help='of all that is drawn at random (0)')
    add('--resamples', type=int, default=1000, help='resamples of the bootstrap (1000)')
    add('--cache', type=Path, metavar='FILE', help='file of scores known (in the cache folder)')
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Measure, write the report and name its files; 1 where an experiment named did not run."""
    from tqdm import tqdm

    from sageiq_ros.cache import cache_folder
    from sageiq_ros.datasets.readers.open import parse_sets
    from sageiq_ros.evaluation.similarity.features import build_extractor
    from sageiq_ros.executors.options import executor_from
    from sageiq_ros.experiments import options
    from sageiq_ros.experiments.agreement import Scores
    from sageiq_ros.experiments.numbers import plain_numbers
    from sageiq_ros.experiments.output import write_files, write_scores
    from sageiq_ros.experiments.parts import Material, parts
    from sageiq_ros.experiments.provenance import provenance
    from sageiq_ros.experiments.run import list_items, measure
    from sageiq_ros.experiments.words import Vectors
    from sageiq_ros.experiments.work import AssessJob
    from sageiq_ros.output import check_out
    from sageiq_ros.sageiq_d.hybrid import BoxRule
    from sageiq_ros.sageiq_d.plan import choose_keys
    from sageiq_ros.schema import updated
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
    experiments = options.read_experiments(args.only)
    every = parse_sets(args.data)
    sets = {data.name: data for data in every if data.annotated}
    keys = {name: choose_keys(data, args.images) for name, data in sets.items()}
    job = AssessJob(
        sets=sets,
        scorers=scorers,
        experiments=experiments,
        main=next(iter(scorers)),
        detector=args.detector,
        config=config,
        boxes=BoxRule(least_side=args.least_side),
        seed=args.seed,
        cache=(args.cache or cache_folder() / 'scores.sqlite3').absolute(),
    )
    comparable = options.FIG_8 in experiments and len(every) > 1
    features = build_extractor(args.resnet50, args.features) if comparable else None
    made = provenance(args.command_line, job, every, keys, args.resamples)
    check_out(args.out)
    begun = perf_counter()
    items = list_items(job, keys)
    with tqdm(total=len(items), unit='picture', disable=None) as bar:
        measured = measure(job, items, executor, bar.update)
    write_scores(args.out, measured.rows)
    rows, fine_tuning = _fine_tune(job, measured)
    scores = Scores(rows, args.resamples, args.seed)
    material = Material(
        job=job,
        rows=measured.rows,
        scores=scores,
        left_out=measured.left_out,
        chosen={name: len(found) for name, found in keys.items()},
        fine_tuning=fine_tuning,
        every=every,
        features=features,
        pictures=args.images,
        against=against,
        vectors=Vectors(args.clip, args.word2vec),
    )
    found = list(parts(material))
    made['executor'] = executor.name
    made['time'] = f'{(perf_counter() - begun) / 60.0:.1f} minutes'
    report = _report([part.section for part in found], made, scores, job.main)
    numbers = plain_numbers(report, scores, rows, measured.left_out)
    files: dict[str, str] = {}
    for part in found:
        numbers |= part.numbers
        files |= part.files
    for path in (*write_files(args.out, report, numbers, files), write_scores(args.out, rows)):
        print(path)
    missing = [part for part in found if part.reason]
    for part in missing:
        print(f'sageiq: {part.section.title} did not run: {part.reason}', file=sys.stderr)
    return 1 if missing and args.only is not None else 0


def _fine_tune(job: AssessJob, measured: Measured) -> tuple[list[Row], str]:
    """Return all rows, the fine-tuned network's among them, or why those are missing."""
    from tqdm import tqdm

    from sageiq_ros.experiments.conditions import FIG_12
    from sageiq_ros.experiments.fine_tuning import fine_tuned_rows, why_not
    from sageiq_ros.experiments.parts import or_why

    rows = list(measured.rows)
    if FIG_12 not in job.experiments:
        return rows, ''
    reason = why_not()
    if reason:
        return rows, reason

    def bar(steps: int) -> tqdm:
        return tqdm(total=steps, desc='fine-tuning', unit='step', disable=None)

    found, reason = or_why(lambda: fine_tuned_rows(job, rows, bar))
    return [*rows, *(found or ())], reason


def _report(
    sections: Sequence[Section], made: Mapping[str, str], scores: Scores, main: str
) -> Report:
    from sageiq_ros.evaluation.pages.blocks import Report
    from sageiq_ros.evaluation.pages.text import number_text
    from sageiq_ros.experiments.published import AVERAGE, TABLE_VIII
    from sageiq_ros.experiments.shown import motion
    from sageiq_ros.experiments.variants import WITH, WITHOUT

    without, with_ = (scores.average(main, motion(variant))['mcc'] for variant in (WITHOUT, WITH))
    gain = with_.value - without.value
    papers = number_text(TABLE_VIII['SageIQ-M'][AVERAGE][-1], signed=True)
    return Report(
        'SageIQ: the paper’s experiments',
        'What SageIQ-P adds to a quality scorer, on pictures whose important regions are clear '
        'and whose rest is degraded.',
        sections,
        made,
        (
            (number_text(without.value), f'MCC of {main} without SageIQ-P'),
            (number_text(with_.value), 'MCC with SageIQ-P, motion blur'),
            (number_text(gain, signed=True), f'gain (the paper’s SageIQ-M: {papers})'),
            (str(sum(map(scores.pictures, scores.datasets))), 'pictures judged'),
        ),
    )
