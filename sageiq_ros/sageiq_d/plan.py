# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a SageIQ-D is built of, noted in its folder so that only the same build goes on there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Any

from sageiq_ros.datasets.evenly import evenly
from sageiq_ros.datasets.readers.base import AnnotatedSet
from sageiq_ros.sageiq_d.degradations import find_degradation
from sageiq_ros.sageiq_d.files import write_file
from sageiq_ros.sageiq_d.hybrid import BoxRule
from sageiq_ros.types import SageIQError

PLAN_FILE = 'plan.json'
FORMAT = 1
PACKAGES = ('numpy', 'opencv-python-headless', 'pyarrow', 'rosbags')
LONGEST_NAME = 240
"""Bytes of a file's name; most file systems take 255."""


def versions() -> dict[str, str]:
    """Return the versions of the packages that a set's bytes hang on."""
    found = {}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


@dataclass(frozen=True, slots=True)
class Source:
    """Name a data set's pictures by their number and the digest of their keys."""

    dataset: str
    pictures: int
    keys_sha256: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Say what is built: equal plans build equal bytes of equal source pictures.

    ``scorer`` is a scorer's name and ``scorer_digest`` tells its weights from others'.
    """

    sources: tuple[Source, ...]
    degradations: tuple[str, ...]
    boxes: BoxRule
    scorer: str
    scorer_digest: str
    seed: int
    packages: Mapping[str, str] = field(default_factory=versions)
    format: int = FORMAT

    def __post_init__(self) -> None:
        for name in self.degradations:
            find_degradation(name)
        if len(set(self.degradations)) != len(self.degradations) or not self.degradations:
            raise SageIQError('Name each degradation once, and at least one.')

    def as_json(self) -> str:
        """Return the plan as text, the same for equal plans."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + '\n'


def describe_source(data: AnnotatedSet, keys: Sequence[str]) -> Source:
    """Describe the chosen keys of a data set."""
    digest = hashlib.sha256('\n'.join(keys).encode(errors='surrogateescape')).hexdigest()
    return Source(data.name, len(keys), digest)


def choose_keys(data: AnnotatedSet, most: int | None) -> list[str]:
    """Return at most ``most`` keys of a data set, spread evenly; None is all.

    Raises SageIQError for a set whose pictures have no annotated objects, and for less than 1.
    """
    if not data.annotated:
        raise SageIQError(
            f'The pictures of {data.name} have no annotated objects, which SageIQ-D is made of.'
        )
    return evenly(data.keys(), most)


def settle_plan(folder: Path, plan: Plan) -> None:
    """Note the plan in an empty folder, or make sure that the one noted there is the same.

    Raises SageIQError for another plan, for a folder with other things in it and for one that
    cannot be written.
    """
    path = folder / PLAN_FILE
    try:
        if not path.is_file():
            if any(folder.iterdir()):
                raise SageIQError(
                    f'{folder} holds other files but no {PLAN_FILE}; name an empty folder.'
                )
            write_file(folder, PLAN_FILE, plan.as_json().encode(), durable=True)
            return
        noted = path.read_text(encoding='utf-8')
    except OSError as error:
        raise SageIQError(f'Cannot use {folder}: {error.strerror}.') from error
    if noted != plan.as_json():
        raise SageIQError(
            f'{folder} was begun with other {_differences(noted, plan)}; name another folder, or '
            'give what it was begun with.'
        )


def picture_path(dataset: str, degradation: str, key: str) -> str:
    """Return where a hybrid lies in its set; raises SageIQError for a key that is no file name."""
    path = PurePosixPath(degradation, dataset, f'{key}.png')
    parts = PurePosixPath(key).parts
    if not parts or parts[0] == '/' or '..' in parts or '\0' in key:
        raise SageIQError(f'{key!r} of {dataset} is no name for a file within a folder.')
    if max(len(os.fsencode(part)) for part in path.parts) > LONGEST_NAME:
        raise SageIQError(f'The key {key[:40]}… of {dataset} is too long for the name of a file.')
    return str(path)


def check_paths(keys: Mapping[str, Sequence[str]]) -> None:
    """Raise SageIQError where two pictures would be one file, be it for their case alone."""
    seen: dict[str, str] = {}
    for dataset in keys:
        for key in keys[dataset]:
            path = picture_path(dataset, '', key).casefold()
            if path in seen:
                raise SageIQError(
                    f'{seen[path]!r} and {key!r} of {dataset} would be one file; rename one.'
                )
            seen[path] = key


def _differences(noted: str, plan: Plan) -> str:
    try:
        before: dict[str, Any] = json.loads(noted)
    except ValueError:
        return f'options ({PLAN_FILE} is damaged)'
    now = json.loads(plan.as_json())
    names = sorted(name for name in now if before.get(name) != now[name])
    return ', '.join(name.replace('_', ' ') for name in names) or 'options'
