# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What is asked of ``sageiq evaluate paper``: words of the command line, checked and read."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from sageiq_ros.config import Config, PipelineConfig
from sageiq_ros.evaluation.words_experiment import find_measures
from sageiq_ros.experiments.conditions import SCORED
from sageiq_ros.experiments.published import MODELS
from sageiq_ros.schema import load_yaml
from sageiq_ros.types import SageIQError

NANO, FULL = 'nano', 'full'
NANO_SCORERS = {'SageIQ-M nano': 'sageiq_m_nano', 'BRISQUE': 'brisque', 'NIQE': 'niqe'}
PAPER_AGAINST = 'Q-Instruct'
MOST_RESAMPLES = 10_000
"""All resamples of every agreement are held: a quarter of a megabyte each with so many."""
FIG_8, FIG_10, WORDS = 'fig8', 'fig10', 'words'
EXPERIMENTS = (FIG_8, FIG_10, *SCORED, WORDS)


def read_config(profile: str, path: Path | None) -> PipelineConfig:
    """Return the settings of the stages.

    Raises SageIQError for the full profile without a file that names the paper's models.
    """
    config = Config() if path is None else load_yaml(Config(), path)
    if profile == FULL:
        shipped = [
            name
            for name, engine in (
                ('scene_graph.engine', config.scene_graph.engine == 'reltr_nano'),
                ('analyzer.model', not config.analyzer.model),
                ('scorer.engine', config.scorer.engine == 'sageiq_m_nano'),
            )
            if engine
        ]
        if shipped:
            raise SageIQError(
                "The profile full is the paper's models: name them in a parameter file with "
                f'--config, which lacks {", ".join(shipped)} (docs/experiments.md).'
            )
    return config


def read_scorers(profile: str, config: PipelineConfig, asked: list[str]) -> dict[str, str]:
    """Return scorers' names by title, the main one first.

    ``asked`` are ``NAME`` or ``TITLE=NAME``, in place of the profile's own. Raises SageIQError
    for two of one title.
    """
    if not asked and profile == NANO:
        own = config.scorer.engine
        return NANO_SCORERS if own == NANO_SCORERS['SageIQ-M nano'] else {Path(own).name: own}
    if not asked:
        return {
            'SageIQ-M': config.scorer.engine,
            **{title: name for name, title in MODELS.items()},
        }
    found: dict[str, str] = {}
    for entry in asked:
        title, _, name = entry.rpartition('=')
        title = title or MODELS.get(name, Path(name).name)
        if title in found:
            raise SageIQError(f'Two scorers are called {title!r}; write --scorer TITLE=NAME.')
        found[title] = name
    return found


def read_experiments(only: str | None) -> frozenset[str]:
    """Return which experiments are run; None is all."""
    names = EXPERIMENTS if only is None else tuple(only.split(','))
    for name in names:
        if name not in EXPERIMENTS:
            raise SageIQError(
                f'There is no experiment {name!r}; choose from {", ".join(EXPERIMENTS)}.'
            )
    if set(names) == {FIG_8}:
        raise SageIQError(
            'Figs. 8 and 9 by themselves need no scores; run "sageiq experiment similarity".'
        )
    return frozenset(names)


def check_numbers(args: argparse.Namespace) -> None:
    """Raise SageIQError for a number out of range."""
    if not 1 <= args.resamples <= MOST_RESAMPLES:
        raise SageIQError(
            f'--resamples must be between 1 and {MOST_RESAMPLES}, not {args.resamples}.'
        )
    if args.seed < 0:
        raise SageIQError(f'--seed must be at least 0, not {args.seed}.')


def check_files(args: argparse.Namespace) -> None:
    """Raise SageIQError for a file that is not there or not what it should be.

    After hours of scoring that would come too late.
    """
    for option in ('config', 'resnet50', 'clip', 'word2vec'):
        path: Path | None = getattr(args, option)
        if path is not None and not path.exists():
            raise SageIQError(f'There is no {path}; name what is there with --{option}.')
    find_measures(args.clip, args.word2vec, ())


def read_against(scorers: Mapping[str, str], title: str | None) -> str:
    """Return the title of the scorer whose words are compared; empty where there is no other.

    Raises SageIQError for a title that is not among the scorers.
    """
    titles = list(scorers)
    if title is None:
        # The paper's other model, where it is there.
        return next((t for t in (PAPER_AGAINST, *titles[1:]) if t in titles[1:]), '')
    if title not in titles:
        raise SageIQError(
            f'There is no scorer titled {title!r}; --words-against takes one of '
            f'{", ".join(titles)}.'
        )
    return title
