# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Choose stage 3's scorer by its name."""

from __future__ import annotations

import re
from difflib import get_close_matches

from sageiq_ros.engines import mplug_owl2
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.store import MANIFEST, find_engine, load_engine, read_manifest, shipped
from sageiq_ros.quoting import quoted
from sageiq_ros.scorer.base import RegionScorer
from sageiq_ros.types import SageIQError

METRICS = ('brisque', 'niqe')
FORMS = "'pyiqa:<metric>', the path of an engine's folder, or your own as '<module>:<class>'"
NETWORKS = ('sageiq_m', mplug_owl2.NETWORK)

_IMPORT_PATH = re.compile(r'[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*')


def build_scorer(name: str, threads: int, backend: str = 'auto') -> RegionScorer:
    """Load the scorer called ``name``; the names are those of ``docs/scorers.md``.

    ``threads`` are those of engines and pyiqa. ``backend`` is that of ``load_engine``; of a
    large model it runs the vision encoder. Raises SageIQError for a scorer that is unknown,
    missing or damaged, and for less than one thread.
    """
    if threads < 1:
        raise SageIQError(f'A scorer needs 1 processor thread or more, not {threads}.')
    if name == 'brisque':
        from sageiq_ros.scorer.brisque import BrisqueScorer

        return BrisqueScorer()
    if name == 'niqe':
        from sageiq_ros.scorer.niqe import NiqeScorer

        return NiqeScorer()
    if name.startswith('pyiqa:'):
        from sageiq_ros.scorer.pyiqa_metric import PyiqaScorer

        return PyiqaScorer(name.removeprefix('pyiqa:'), threads)
    if _IMPORT_PATH.fullmatch(name):
        from sageiq_ros.scorer.imported import import_scorer

        return import_scorer(name)
    return _engine_scorer(name, threads, backend)


def _engine_scorer(name: str, threads: int, backend: str) -> RegionScorer:
    try:
        folder = find_engine(name)
    except EngineError as error:
        raise unknown_scorer(name) from error
    network = read_manifest(folder).network
    if network not in NETWORKS:
        raise SageIQError(
            f'The engine {quoted(name)} runs {network}, which scores nothing. {_choices()}'
        )
    if network != mplug_owl2.NETWORK:
        from sageiq_ros.scorer.sageiq_m import SageIQMScorer

        return SageIQMScorer(load_engine(name, 'sageiq_m', threads, backend))
    try:
        from sageiq_ros.scorer.mplug_owl2 import MPLUGOwl2Scorer
    except ImportError as error:
        raise EngineError(
            f'{name} needs a package that is missing ({error.name}): run '
            "'pip install .[sageiq_m]' in the repository."
        ) from error
    return MPLUGOwl2Scorer(folder, threads, backend)


def unknown_scorer(name: str) -> SageIQError:
    close = get_close_matches(name.partition(':')[2] or name, [*_engines(), *METRICS], 1)
    hint = f'; did you mean {close[0]!r}?' if close else '.'
    return SageIQError(f'There is no scorer {quoted(name)}{hint} {_choices()}')


def _choices() -> str:
    return f'Scorers are {", ".join([*_engines(), *METRICS])}, {FORMS}.'


def _engines() -> list[str]:
    folders = sorted(path.parent for path in shipped().glob(f'*/{MANIFEST}'))
    return [folder.name for folder in folders if read_manifest(folder).network in NETWORKS]
