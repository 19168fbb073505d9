# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Answers of a language model as a file: what ships with the package, and what users carry."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from sageiq_ros.analyzer.answers import valid_answer
from sageiq_ros.analyzer.memo import Section
from sageiq_ros.quoting import shortened
from sageiq_ros.types import SageIQError

log = logging.getLogger(__name__)

FORMAT = 1
SHIPPED = 'answers.json'
_SPOILT = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """Hold the answers of one model in one mode, by query and words; needs no language model.

    ``name`` is what the model is called; ``model``, ``mode`` and ``prompt`` are as in the memo's
    key.
    """

    model: str
    name: str
    mode: str
    prompt: int
    queries: Mapping[str, Mapping[str, Any]]

    command: None = None
    chunk: int = 1

    def section(self, query: str) -> Section:
        """Return under what the answers for a query are remembered."""
        return Section(self.model, self.mode, self.prompt, query)

    def given(self, section: Section) -> Mapping[str, Any]:
        """Return the answers of a section that the file holds."""
        return (
            self.queries.get(section.query, {}) if section == self.section(section.query) else {}
        )

    def save(self, path: Path) -> None:
        """Write the file; raises SageIQError where that cannot be."""
        document = {
            'format': FORMAT,
            'model': self.model,
            'name': self.name,
            'mode': self.mode,
            'prompt': self.prompt,
            'queries': self.queries,
        }
        text = json.dumps(document, indent=1, ensure_ascii=False) + '\n'
        try:
            path.write_text(text, encoding='utf-8')
        except OSError as error:
            raise SageIQError(f'{path} cannot be written: {error.strerror}.') from error


def load_answers(path: Path) -> AnswersFile:
    """Read a file; raises SageIQError for one that is missing, damaged or of another format."""
    try:
        return _parse(path.read_text(encoding='utf-8'))
    except OSError as error:
        raise SageIQError(f'{path} cannot be read: {error.strerror}.') from error
    except _SPOILT as error:
        raise SageIQError(
            f'{path} is not a file of answers as sageiq analyzer export writes them '
            f'({shortened(str(error))}).'
        ) from error


@cache
def _shipped() -> AnswersFile:
    return _parse((resources.files('sageiq_ros.analyzer') / SHIPPED).read_text(encoding='utf-8'))


def shipped_answers(section: Section) -> Mapping[str, Any]:
    """Return the answers that come with the package; empty for another model, mode or query."""
    return _shipped().given(section)


def shipped_queries(section: Section) -> tuple[str, ...]:
    """Name the queries that the package has answers to; none for another model or mode."""
    return tuple(
        query for query in _shipped().queries if shipped_answers(section._replace(query=query))
    )


def _parse(text: str) -> AnswersFile:
    document = json.loads(text)
    if document['format'] != FORMAT:
        raise ValueError(f'format {document["format"]} instead of {FORMAT}')
    mode = str(document['mode'])
    queries = {}
    for query, answers in document['queries'].items():
        if not query.isprintable():
            raise ValueError(f'query {query!r}')
        queries[query] = valid = {
            words: answer for words, answer in answers.items() if valid_answer(mode, words, answer)
        }
        if len(valid) < len(answers):
            log.warning(
                '%d answers to %r are out of range and left out.', len(answers) - len(valid), query
            )
    return AnswersFile(
        str(document['model']),
        str(document['name']),
        mode,
        int(document['prompt']),
        queries,
    )
