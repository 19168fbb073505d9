# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Make the analyzer that a configuration names."""

from __future__ import annotations

from sageiq_ros.analyzer.answers import AnswerSource
from sageiq_ros.analyzer.answers_file import AnswersFile, load_answers
from sageiq_ros.analyzer.base import TripletAnalyzer
from sageiq_ros.analyzer.combination import BLENDS
from sageiq_ros.analyzer.job import Job
from sageiq_ros.analyzer.language_models.files import find_model
from sageiq_ros.analyzer.memo import Memo
from sageiq_ros.analyzer.prior_analyzer import PriorAnalyzer
from sageiq_ros.analyzer.rounds_analyzer import RoundsAnalyzer
from sageiq_ros.analyzer.word_analyzer import WordAnalyzer
from sageiq_ros.analyzer.worker_process import WorkerLimits
from sageiq_ros.cache import cache_folder
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.paths import user_path
from sageiq_ros.types import SageIQError

TITLES = {'combined': 'association and prior'}


def build_analyzer(config: AnalyzerConfig) -> TripletAnalyzer:
    """Build the analyzer of ``config.mode``; raises SageIQError for a missing or damaged model.

    The model is only looked for here. It is loaded, in a process of its own, when the first word
    comes that the memo does not know.
    """
    if config.mode == 'prior':
        return PriorAnalyzer()
    model, source = find_source(config)
    memo = find_memo(config)
    limits = WorkerLimits(start=config.deadline, answer=config.deadline)
    name = f'{model} {TITLES.get(config.mode, config.mode)}'
    if config.mode in BLENDS:
        return WordAnalyzer(name, BLENDS[config.mode], source, memo, config.query, limits)
    in_order = config.mode == 'paper'
    return RoundsAnalyzer(name, source, memo, config.query, limits, in_order=in_order)


def find_source(config: AnalyzerConfig) -> tuple[str, AnswerSource]:
    """Return the model's name and where its answers come from: a job, or a file of answers.

    Raises SageIQError for a model or a file that is missing, damaged or of another mode.
    """
    if config.model.endswith('.json'):
        return _from_file(config)
    job = find_job(config)
    return job.files.name, job


def find_job(config: AnalyzerConfig) -> Job:
    """Return what a language model is to do for a configuration; see ``find_model`` for errors."""
    strict = config.mode == 'paper' and config.parser == 'strict'
    files = find_model(config.model, config.backend)
    return Job(files, method_of(config.mode), config.evaluations, strict, config.threads)


def find_memo(config: AnalyzerConfig) -> Memo:
    """Return the file of remembered answers that a configuration names."""
    return Memo(user_path(config.memo) if config.memo else cache_folder() / 'memo.sqlite3')


def method_of(mode: str) -> str:
    """Name what the language model is asked in a mode."""
    return BLENDS[mode].method if mode in BLENDS else mode


def _from_file(config: AnalyzerConfig) -> tuple[str, AnswersFile]:
    answers = load_answers(user_path(config.model))
    method = answers.mode.partition('-')[0]
    if method != method_of(config.mode):
        raise SageIQError(
            f"{config.model} holds answers of the method '{method}', which analyzer.mode "
            f"'{config.mode}' does not use; export them anew or set another mode."
        )
    return answers.name, answers
