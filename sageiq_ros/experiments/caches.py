# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Compute each score and each scene graph once: stages that remember by content.

The key is a digest of the pixels and of everything that decides the answer, so that a cached
answer is the one that would be computed.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.scene_graph.base import SceneGraphGenerator
from sageiq_ros.scorer.base import RegionScorer
from sageiq_ros.types import Box, Image, Quality, Region, SageIQError, SceneGraph, Triplet

SECONDS_FOR_A_LOCK = 60.0


class ContentCache:
    """Keep texts by digest in an SQLite file that several local processes may share.

    What was put is on disk after ``flush``. Raises SageIQError for a file that is none or cannot
    be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new: dict[bytes, str] = {}
        self._near: dict[bytes, str] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=SECONDS_FOR_A_LOCK)
            self._database.execute('PRAGMA journal_mode=WAL')
            self._database.execute(
                'CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, answer TEXT NOT NULL)'
            )
        except (OSError, sqlite3.Error) as error:
            raise self._fault(error) from error

    def get(self, key: bytes) -> str | None:
        """Return what was put under a key, or None."""
        if key in self._near:
            return self._near[key]
        try:
            row = self._database.execute(
                'SELECT answer FROM answers WHERE key = ?', (key,)
            ).fetchone()
        except sqlite3.Error as error:
            raise self._fault(error) from error
        if row is not None:
            self._near[key] = row[0]
        return None if row is None else row[0]

    def put(self, key: bytes, answer: str) -> None:
        """Remember an answer."""
        self._near[key] = self._new[key] = answer

    def flush(self) -> None:
        """Write what is new, and let go of what was near at hand, written or not."""
        new = list(self._new.items())
        self._new.clear()
        self._near.clear()
        try:
            with self._database:
                self._database.executemany('INSERT OR REPLACE INTO answers VALUES (?, ?)', new)
        except sqlite3.Error as error:
            raise self._fault(error) from error

    def remember(self) -> None:
        """Flush, or say on stderr why that cannot be: what was found is worth more."""
        try:
            self.flush()
        except SageIQError as error:
            print(f'sageiq: {error} Answers are not remembered for now.', file=sys.stderr)

    def _fault(self, error: Exception) -> SageIQError:
        return SageIQError(
            f'The cache of scores {self._path} cannot be used ({error}); remove it or name '
            'another with --cache.'
        )


class CachedScorer:
    """Score crops with another scorer, each content once."""

    def __init__(self, inner: RegionScorer, identity: str, cache: ContentCache) -> None:
        self._inner, self._identity, self._cache = inner, identity, cache

    @property
    def name(self) -> str:
        """Name the scorer that scores."""
        return self._inner.name

    def score(self, crops: Sequence[Image]) -> list[Quality]:
        """Return one quality per crop; those that are new are scored in one call."""
        keys = [content_key(self._identity, crop) for crop in crops]
        answers = {key: self._cache.get(key) for key in keys}
        # Each content once, even where a crop comes twice.
        new = {key: crop for key, crop in zip(keys, crops, strict=True) if answers[key] is None}
        for key, quality in zip(new, self._inner.score(list(new.values())), strict=True):
            answers[key] = json.dumps(
                (quality.score, quality.p_good, quality.p_average, quality.p_poor)
            )
            self._cache.put(key, answers[key])
        return [Quality(*json.loads(answers[key])) for key in keys]


class CachedGenerator:
    """Generate scene graphs with another generator by one look, each content and setting once."""

    def __init__(self, inner: SceneGraphGenerator, identity: str, cache: ContentCache) -> None:
        self._inner, self._identity, self._cache = inner, identity, cache

    @property
    def name(self) -> str:
        """Name the generator that looks."""
        return self._inner.name

    def generate(self, image: Image, config: SceneGraphConfig) -> SceneGraph:
        """Return the graph of one BGR image."""
        # An ensemble around this asks for several looks, and takes them itself.
        config = replace(config, looks=1)
        settings = json.dumps(asdict(config), sort_keys=True)
        key = content_key(f'{self._identity}\0{settings}', image)
        answer = self._cache.get(key)
        if answer is None:
            answer = json.dumps(asdict(self._inner.generate(image, config)))
            self._cache.put(key, answer)
        return _read_graph(answer)


def content_key(identity: str, image: Image) -> bytes:
    """Return a digest of an image's pixels and shape and of what looks at it."""
    digest = hashlib.sha256(f'{identity}\0{image.shape}'.encode())
    digest.update(image.tobytes())
    return digest.digest()


def _read_graph(answer: str) -> SceneGraph:
    content = json.loads(answer)
    return SceneGraph(
        tuple(
            Region(region['label'], region['confidence'], Box(**region['box']))
            for region in content['regions']
        ),
        tuple(Triplet(**triplet) for triplet in content['triplets']),
    )
