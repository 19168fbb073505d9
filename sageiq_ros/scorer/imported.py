# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A user's own scorer, named by its import path: ``my_module:MyScorer``."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from difflib import get_close_matches

from sageiq_ros.scorer.base import RegionScorer
from sageiq_ros.types import Image, Quality, SageIQError


def import_scorer(path: str) -> RegionScorer:
    """Import ``module:name`` and call it without arguments; see ``docs/scorers.md``.

    Raises SageIQError where the module or the name is missing, the call fails, or what it
    returns has no ``name`` and ``score``.
    """
    module_name, _, attribute = path.partition(':')
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f'{module_name}.'.startswith(f'{error.name}.'):
            raise SageIQError(
                f'The scorer {path!r} needs a package that is missing: {error.name}.'
            ) from error
        raise SageIQError(
            f'There is no module {error.name!r} for the scorer {path!r}; install it, or add its '
            'folder to PYTHONPATH.'
        ) from error
    except Exception as error:
        raise _failed(path, 'cannot be imported', error) from error
    if not hasattr(module, attribute):
        close = get_close_matches(attribute, vars(module), 1)
        hint = f'; did you mean {module_name}:{close[0]}?' if close else '.'
        raise SageIQError(f'The module {module_name!r} has no {attribute!r}{hint}')
    try:
        scorer = getattr(module, attribute)()
    except SageIQError:
        raise
    except Exception as error:
        raise _failed(path, 'cannot be made', error) from error
    if not isinstance(getattr(scorer, 'name', None), str) or not callable(
        getattr(scorer, 'score', None)
    ):
        raise SageIQError(
            f'{path!r} makes {type(scorer).__name__}, which is no scorer: that has a text '
            "'name' and a method 'score(crops)'."
        )
    return CheckedScorer(scorer, path)


class CheckedScorer:
    """Hold a foreign scorer to the interface: a wrong answer is a fault, never a result."""

    def __init__(self, scorer: RegionScorer, path: str) -> None:
        self._scorer = scorer
        self._path = path

    @property
    def name(self) -> str:
        """Name the scorer as it does itself."""
        return self._scorer.name

    def score(self, crops: Sequence[Image]) -> list[Quality]:
        """Return one quality per crop, in order.

        Raises SageIQError where the scorer fails or answers with another number of qualities
        or with a score outside [0, 1]; NaN stands for no score.
        """
        try:
            qualities = list(self._scorer.score(crops))
        except SageIQError:
            raise
        except Exception as error:
            raise _failed(self._path, 'failed', error) from error
        if len(qualities) != len(crops):
            raise SageIQError(
                f'The scorer {self._path!r} gave {len(qualities)} qualities for '
                f'{len(crops)} crops.'
            )
        for quality in qualities:
            if not isinstance(quality, Quality):
                raise SageIQError(
                    f'The scorer {self._path!r} gave {type(quality).__name__} where '
                    'sageiq_ros.types.Quality belongs.'
                )
            if quality.score < 0.0 or quality.score > 1.0:
                raise SageIQError(
                    f'The scorer {self._path!r} gave the score {quality.score}, outside [0, 1].'
                )
        return qualities


def _failed(path: str, what: str, error: Exception) -> SageIQError:
    return SageIQError(f'The scorer {path!r} {what} ({type(error).__name__}: {error}).')
