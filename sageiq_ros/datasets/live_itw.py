# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The LIVE In the Wild Image Quality Challenge Database (LIVE-itw), as it is released.

``Images/`` holds the pictures and ``Data/`` their names and mean opinion scores. The first seven
were shown to the study's subjects for practice: they lie in ``Images/trainingImages`` and are
no part of the 1,162 pictures that the literature means.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.mat_file import Value, read_variable
from sageiq_ros.types import SageIQError

PICTURES = 'Images'
NAMES_FILE = 'Data/AllImages_release.mat'
SCORES_FILE = 'Data/AllMOS_release.mat'
PRACTICE_PICTURES = 7
MOST_OPINION = 100
TRAINING_SHARE = 0.8

Item = TypeVar('Item')


@dataclass(frozen=True, slots=True)
class LiveItw:
    """Hold the study's pictures in the release's order and their opinion scores (N,), 0 to 100."""

    pictures: tuple[Path, ...]
    opinions: NDArray[np.float64]


def is_live_itw(folder: Path) -> bool:
    """Tell whether ``folder`` is laid out as the release is."""
    return (folder / NAMES_FILE).is_file()


def read_live_itw(folder: Path) -> LiveItw:
    """Read the release in ``folder``.

    Raises SageIQError as ``read_tables`` does, and for a picture that is missing.
    """
    live = read_tables(folder)
    missing = [path.name for path in live.pictures if not path.is_file()]
    if missing:
        raise SageIQError(
            f'{folder / PICTURES} lacks {len(missing)} of {len(live.pictures)} pictures, the '
            f'first is {missing[0]}; unpack the release of LIVE-itw again.'
        )
    return live


def read_tables(folder: Path) -> LiveItw:
    """Read what the release in ``folder`` says, whether its pictures are there or not.

    Raises SageIQError for a table that is missing, damaged or does not fit the other one, and for
    a score that is no opinion.
    """
    cells = _table(folder, NAMES_FILE)
    if not isinstance(cells, list):
        raise SageIQError(
            f'{folder / NAMES_FILE} holds no cells but numbers or text; unpack the release of '
            'LIVE-itw again.'
        )
    # MATLAB has an empty name as an array without numbers.
    names = [cell if isinstance(cell, str) else '' for cell in cells]
    if not all(names):
        raise SageIQError(
            f'{folder / NAMES_FILE} has no name in cell {names.index("") + 1}; unpack the release '
            'of LIVE-itw again.'
        )
    opinions = _table(folder, SCORES_FILE)
    if not isinstance(opinions, np.ndarray):
        raise SageIQError(
            f'{folder / SCORES_FILE} holds no numbers but cells or text; unpack the release of '
            'LIVE-itw again.'
        )
    if len(names) != len(opinions) or len(names) <= PRACTICE_PICTURES:
        raise SageIQError(
            f'{folder / NAMES_FILE} names {len(names)} pictures and {folder / SCORES_FILE} holds '
            f'{len(opinions)} scores; unpack the release of LIVE-itw again.'
        )
    names, opinions = names[PRACTICE_PICTURES:], opinions[PRACTICE_PICTURES:]
    for name, opinion in zip(names, opinions.tolist(), strict=True):
        if not 0.0 <= opinion <= MOST_OPINION:
            raise SageIQError(
                f'{folder / SCORES_FILE} holds {opinion} for {name}, no opinion score from 0 to '
                f'{MOST_OPINION}; unpack the release of LIVE-itw again.'
            )
    return LiveItw(tuple(folder / PICTURES / name for name in names), opinions)


def split_at_random(items: Sequence[Item], seed: int) -> tuple[list[Item], list[Item]]:
    """Split into (training, test) with 80 % in the first, both in the order given.

    LIVE-itw's 1,162 pictures give 930 and 232 (paper, IV-A); which ones is not published.
    """
    order = np.random.default_rng(seed).permutation(len(items))
    count = round(TRAINING_SHARE * len(items))
    training, test = sorted(order[:count].tolist()), sorted(order[count:].tolist())
    return [items[i] for i in training], [items[i] for i in test]


def _table(folder: Path, file: str) -> Value:
    path = folder / file
    try:
        return read_variable(path, path.stem)
    except FileNotFoundError as error:
        raise SageIQError(
            f'There is no {path}; name the folder of the LIVE-itw release, with {PICTURES} and '
            'Data in it.'
        ) from error
    except NotImplementedError as error:
        raise SageIQError(
            f'{path} is written as MATLAB 7.3, which cannot be read here; save it with -v7.'
        ) from error
    except (OSError, ValueError, struct.error, LookupError, RecursionError) as error:
        raise SageIQError(
            f'{path} is no readable table of {path.stem} ({type(error).__name__}); unpack the '
            'release of LIVE-itw again.'
        ) from error
