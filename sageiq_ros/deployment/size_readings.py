# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A file of size modules belongs to the readings of the paper that it was trained with."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sageiq_ros.models.size_modules import FILE_FORMAT, SizeModulesConfig
from sageiq_ros.scorer.scoring_settings import ScoringSettings
from sageiq_ros.types import SageIQError

# What an import may still choose: the start of a training, how many crops pass together, how
# questions are asked, and which modules are on.
FREE = (
    *('alpha_start', 'queries_std'),
    *('batch', 'question', 'general_question', 'lsq', 'sfe'),
)


def check_readings(path: Path, size: SizeModulesConfig, scoring: ScoringSettings) -> None:
    """Compare what a file of ``sageiq train sageiq-m`` was trained with to an import's settings.

    Most readings have weights of the same shapes, and the wrong one gives wrong scores without a
    word. A file of other origin says nothing of them and is accepted. Raises SageIQError naming
    every difference as the ``--set`` that removes it.
    """
    about = _about(path)
    if about is None:
        return
    try:
        trained_size = SizeModulesConfig(**about['size'])
        trained_scoring = ScoringSettings.from_settings(about['scoring'])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path) from error
    trained = {**asdict(trained_size), **trained_scoring.to_settings()}
    given = {**asdict(size), **scoring.to_settings()}
    other = [name for name in given if name not in FREE and trained[name] != given[name]]
    if other:
        words = ' '.join(f'--set {_word(name, trained[name])}' for name in other)
        raise SageIQError(f'{path} was trained with other settings; import it with {words}.')


def _about(path: Path) -> dict[str, Any] | None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, 'pt') as content:
            metadata = content.metadata() or {}
    except (OSError, SafetensorError):
        return None  # What is wrong with it, the check of its keys says.
    if metadata.get('format') != FILE_FORMAT:
        return None
    try:
        about = json.loads(metadata['about'])
    except (KeyError, ValueError, RecursionError) as error:
        raise _damaged(path) from error
    if not isinstance(about, dict):
        raise _damaged(path)
    return about


def _damaged(path: Path) -> SageIQError:
    return SageIQError(
        f'{path} does not say as it should what it was trained with; take the file as "sageiq '
        'train sageiq-m" wrote it.'
    )


def _word(name: str, value: Any) -> str:
    # Bare where --set reads it back as text; a line end is only written as JSON writes it.
    bare = isinstance(value, str) and value.isprintable() and not _is_json(value)
    return shlex.quote(f'{name}={value if bare else json.dumps(value)}')


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
