# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a language model is to do: which model, in which mode; and the function that does it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sageiq_ros.analyzer import association, prompts, rating
from sageiq_ros.analyzer.answers import pair_key
from sageiq_ros.analyzer.answers_file import shipped_answers
from sageiq_ros.analyzer.language_models.base import LanguageModel
from sageiq_ros.analyzer.language_models.files import ModelFiles
from sageiq_ros.analyzer.memo import Section
from sageiq_ros.analyzer.rounds import TwoRounds

_VERSIONS = {
    'association': association.PROMPT_VERSION,
    'rating': rating.PROMPT_VERSION,
    'constrained': prompts.PROMPT_VERSION,
    'paper': prompts.PROMPT_VERSION,
}

# One pass over the prompt answers any number of words by association.
_CHUNKS = {'association': 256, 'rating': 25}

Method = Callable[[str, Sequence[str]], list[Any]]
"""Answer words for a query, each with a JSON value, None where the answer is unreadable."""


@dataclass(frozen=True, slots=True)
class Job:
    """Name a model and how it is asked; an ``AnswerSource`` whose worker is a process of its own.

    ``mode`` is ``association``, ``rating``, ``constrained`` or ``paper``; see ``Association``,
    ``rating.rate`` and ``TwoRounds`` for the rest.
    """

    files: ModelFiles
    mode: str
    evaluations: int = 1
    strict: bool = False
    threads: int = 1
    seed: int | None = None

    @property
    def command(self) -> list[str]:
        """The command line of a worker process for this job."""
        return [sys.executable, '-P', '-m', 'sageiq_ros.analyzer.worker', self.to_json()]

    @property
    def chunk(self) -> int:
        """How many words are best asked about at once."""
        return _CHUNKS.get(self.mode, 1)

    def section(self, query: str) -> Section:
        """Return under what the answers for a query are remembered.

        Two backends round differently, so each has its own.
        """
        strict = '-strict' if self.strict else ''
        mode = f'{self.mode}{strict}-{self.evaluations}'
        model = f'{self.files.backend}:{self.files.identity}'
        return Section(model, mode, _VERSIONS[self.mode], query)

    def given(self, section: Section) -> Mapping[str, Any]:
        """Return the answers of this model that come with the package."""
        return shipped_answers(section)

    def to_json(self) -> str:
        """Write the job as one line."""
        files = asdict(self.files) | {'path': str(self.files.path)}
        return json.dumps(asdict(self) | {'files': files})

    @staticmethod
    def from_json(text: str) -> Job:
        """Read what ``to_json`` wrote."""
        job = Job(**json.loads(text))
        files: Any = job.files
        return replace(job, files=ModelFiles(**files | {'path': Path(files['path'])}))


def load_method(job: Job) -> Method:
    """Load the job's model and run it once; raises LanguageModelError where that cannot be."""
    from sageiq_ros.analyzer.language_models.load import load_language_model

    method = make_method(load_language_model(job.files, job.threads), job)
    # What is wrong with a model may show only now, and must not be blamed on somebody's words.
    method('anything', ['anything' if job.mode in _CHUNKS else pair_key('one', 'another')])
    return method


def make_method(model: LanguageModel, job: Job) -> Method:
    """Return the function that asks a loaded model in the job's mode."""
    if job.mode == 'association':
        return association.Association(model, job.evaluations).rate
    if job.mode == 'rating':
        return lambda query, words: rating.rate(model, query, words, job.evaluations)
    rounds = TwoRounds(model, job.mode, job.evaluations, job.strict, job.seed)

    def answer(query: str, words: str) -> Any:
        asked = json.loads(words)
        if isinstance(asked, list):
            return rounds.select(query, asked)
        return rounds.weigh(query, asked['subject'], asked['object'])

    return lambda query, words: [answer(query, item) for item in words]
