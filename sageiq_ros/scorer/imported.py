# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A user's own scorer, named by its import path: ``my_module:MyScorer``."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from numbers import Real
from typing import Any, TypeVar

from sageiq_ros.scorer.base import (
    SIZE_MODULES,
    QualityDescriber,
    RegionScorer,
    SizeAblation,
)
from sageiq_ros.types import Image, Quality, SageIQError

PROBABILITIES = ('p_good', 'p_average', 'p_poor')

_Answer = TypeVar('_Answer')


def import_scorer(path: str) -> RegionScorer:
    """Import ``module:name`` and call it without arguments; see ``docs/scorers.md``.

    Raises SageIQError where the module or the name is missing, the call fails, or what it
    returns has no ``name`` and ``score``. A scorer that describes, or whose size modules can be
    switched, is a ``QualityDescriber`` or a ``SizeAblation`` here too.
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
    return _checked(scorer, path)


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
        or with one that is not a number in [0, 1]; NaN stands for no score, and for the three
        probabilities of a scorer that knows no levels.
        """
        qualities = self._guarded(lambda: list(self._scorer.score(crops)))
        if len(qualities) != len(crops):
            raise SageIQError(
                f'The scorer {self._path!r} gave {len(qualities)} qualities for '
                f'{len(crops)} crops.'
            )
        return [self._sound(quality) for quality in qualities]

    def _guarded(self, call: Callable[[], _Answer]) -> _Answer:
        try:
            return call()
        except SageIQError:
            raise
        except Exception as error:
            raise _failed(self._path, 'failed', error) from error

    def _sound(self, quality: Any) -> Quality:
        """Return a quality as plain floats; whatever else would fail far from its cause."""
        if not isinstance(quality, Quality):
            raise SageIQError(
                f'The scorer {self._path!r} gave {type(quality).__name__} where '
                'sageiq_ros.types.Quality belongs.'
            )
        found = {}
        for name in ('score', *PROBABILITIES):
            value = getattr(quality, name)
            if not isinstance(value, Real):
                raise SageIQError(
                    f'The scorer {self._path!r} gave {type(value).__name__} as {name}, where a '
                    'number in [0, 1] or NaN belongs.'
                )
            if value < 0 or value > 1:
                raise SageIQError(
                    f'The scorer {self._path!r} gave the {name} {value}, outside [0, 1].'
                )
            found[name] = float(value)
        if len({math.isnan(found[name]) for name in PROBABILITIES}) > 1:
            raise SageIQError(
                f'The scorer {self._path!r} gave some of {", ".join(PROBABILITIES)} and left '
                'others NaN; give all three or none.'
            )
        return Quality(**found)


class _CheckedDescriber(CheckedScorer):
    """Pass on what a foreign scorer says of a crop.

    A class of its own, as are the next two: whether an object fits a runtime protocol is read
    off its class from Python 3.12 on, so that ``__getattr__`` would hide what it passes on.
    """

    _scorer: Any

    def describe(self, crop: Image, question: str = '', seed: int = 0) -> str:
        """Return its sentences; raises SageIQError where it fails or says nothing."""
        text = self._guarded(lambda: self._scorer.describe(crop, question, seed))
        if not isinstance(text, str) or not text.strip():
            raise SageIQError(
                f'The scorer {self._path!r} gave {text!r} as a description, where text belongs.'
            )
        return text


class _CheckedAblation(CheckedScorer):
    """Pass on the switches of a foreign scorer's size modules."""

    _scorer: Any

    @property
    def size_modules(self) -> frozenset[str]:
        """Name its modules; raises SageIQError where it fails or names others."""
        names = self._guarded(lambda: frozenset(self._scorer.size_modules))
        if not names <= frozenset(SIZE_MODULES):
            raise SageIQError(
                f'The scorer {self._path!r} names the size modules '
                f'{", ".join(sorted(map(str, names)))}; there are {", ".join(SIZE_MODULES)}.'
            )
        return names

    def with_size_modules(self, modules: frozenset[str]) -> RegionScorer:
        """Return the scorer that it makes of these, checked too; raises SageIQError else."""
        return _checked(self._guarded(lambda: self._scorer.with_size_modules(modules)), self._path)


class _CheckedBoth(_CheckedDescriber, _CheckedAblation):
    """Pass on both."""


def _checked(scorer: Any, path: str) -> CheckedScorer:
    if not isinstance(getattr(scorer, 'name', None), str) or not callable(
        getattr(scorer, 'score', None)
    ):
        raise SageIQError(
            f'{path!r} makes {type(scorer).__name__}, which is no scorer: that has a text '
            "'name' and a method 'score(crops)'."
        )
    kinds = {
        (False, False): CheckedScorer,
        (True, False): _CheckedDescriber,
        (False, True): _CheckedAblation,
        (True, True): _CheckedBoth,
    }
    kind = kinds[isinstance(scorer, QualityDescriber), isinstance(scorer, SizeAblation)]
    return kind(scorer, path)


def _failed(path: str, what: str, error: Exception) -> SageIQError:
    return SageIQError(f'The scorer {path!r} {what} ({type(error).__name__}: {error}).')
