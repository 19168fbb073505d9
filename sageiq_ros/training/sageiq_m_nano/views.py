# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What SageIQ-M nano sees in training: prepared once from labelled crops, kept in files.

Degrading and labelling a crop costs a processor core about 30 ms, far more than a step of the
training on a GPU has. So all crops are drawn ahead, in parts that are made side by side and do
not depend on how many processes make them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sageiq_ros.datasets.degradations import DEGRADATIONS
from sageiq_ros.datasets.labelled_crops import draw_crops
from sageiq_ros.models.size_prompt import size_prompt
from sageiq_ros.scorer.preparation import VIEWS, prepare_crop, rounded_size
from sageiq_ros.training.sageiq_m_nano.crops import REDUCED, View, views_of
from sageiq_ros.types import Image, SageIQError

PARTS = 16
FIRST_SEED = 101
TONED_SHARE = 0.5
SQUARES_FILE = 'squares.u8'
INDEX_FILE = 'index.npz'
SEVERAL, CLEAN = -1, len(DEGRADATIONS)

_Index = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class ViewBatch:
    """Hold what the network is given, and the labels (B,) to learn.

    ``images`` (B, 3, 2 S, S) as the encoder takes them, ``sides`` (B, 2) height and width of the
    crops in pixels, ``prompts`` (B, 14) and ``sizes`` what the size modules are told.
    """

    images: Tensor
    sides: Tensor
    prompts: Tensor
    sizes: tuple[tuple[int, int], ...]
    labels: Tensor


class ViewStore:
    """Read views of crops from one or more folders that ``write_views`` made, as one list.

    ``crops`` are the numbers of the crops they came from, ``views`` a ``View``, ``shapes`` height
    and width, ``labels`` the full-reference score, NaN for reduced ones, and ``kinds`` the
    degradation's place in ``DEGRADATIONS``, ``SEVERAL`` or ``CLEAN``. Raises SageIQError for a
    folder that holds no complete store.
    """

    def __init__(self, *folders: Path) -> None:
        parts = [_read(folder) for folder in folders]
        ends = np.cumsum([0, *(int(index['crops'].max()) + 1 for index, _ in parts)])
        pairs = zip(parts, ends[:-1], strict=True)
        self.crops: NDArray[np.int64] = np.concatenate([i['crops'] + end for (i, _), end in pairs])
        self.views: NDArray[np.int8] = _joined(parts, 'views')
        self.shapes: NDArray[np.int32] = _joined(parts, 'shapes')
        self.labels: NDArray[np.float32] = _joined(parts, 'labels')
        self.kinds: NDArray[np.int16] = _joined(parts, 'kinds')
        self._squares = [squares for _, squares in parts]
        self._starts = np.cumsum([0, *(len(squares) for squares in self._squares)])

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, *views: View, least_side: int = 0) -> NDArray[np.intp]:
        """List the rows of some views whose sides both reach ``least_side`` px."""
        large = self.shapes.min(axis=1) >= least_side
        return np.flatnonzero(np.isin(self.views, views) & large)

    def check_variety(self, side: int) -> None:
        """Raise SageIQError where a step of the training would find none of what it draws."""
        wanted = {
            f'of {side} px and more': self.rows(View.WHOLE, least_side=side),
            'clean': np.flatnonzero(self.kinds == CLEAN),
            **{f'{view.name.lower()} in size': self.rows(view) for view in REDUCED},
        }
        lacking = [name for name, rows in wanted.items() if not len(rows)]
        if lacking:
            raise SageIQError(
                f'There are no crops {", ".join(lacking)} to learn from; raise --crops and name '
                'another folder with --work.'
            )

    def squares(self, row: int) -> Image:
        """Return a row's prepared crop (2 S, S, 3), uint8 BGR."""
        part = int(np.searchsorted(self._starts, row, side='right')) - 1
        return self._squares[part][row - int(self._starts[part])]

    def batch(
        self, rows: NDArray[np.intp], labels: NDArray[np.float32], device: str = 'cpu'
    ) -> ViewBatch:
        """Read rows, whose labels the caller knows."""
        return _batch([self.squares(int(r)) for r in rows], self.shapes[rows], labels, device)

    def in_order(
        self, rows: NDArray[np.intp], size: int, device: str = 'cpu'
    ) -> Iterator[ViewBatch]:
        """Read rows with their own labels, ``size`` at a time."""
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            yield self.batch(part, self.labels[part], device)


def batch_of(crops: Sequence[Image], side: int) -> ViewBatch:
    """Prepare crops as the scorer does; their labels are NaN."""
    shapes = np.array([crop.shape[:2] for crop in crops])
    labels = np.full(len(crops), np.nan, np.float32)
    return _batch([prepare_crop(crop, side) for crop in crops], shapes, labels, 'cpu')


def open_or_make_views(
    folder: Path,
    groups: Sequence[Sequence[Path]],
    shares: Sequence[float],
    count: int,
    side: int,
    processes: int,
) -> ViewStore:
    """Open the training views in ``folder``, making the parts of them that are missing.

    They are of ``count`` crops, rounded up to whole parts, ``shares`` of which are from the groups
    of pictures, prepared for an encoder of ``side`` px.
    """
    from tqdm import tqdm

    parts = [folder / f'part_{seed}' for seed in range(FIRST_SEED, FIRST_SEED + PARTS)]
    missing = [part for part in parts if not (part / INDEX_FILE).is_file()]
    context = get_context('spawn')
    with ProcessPoolExecutor(min(processes, PARTS), mp_context=context) as pool:
        each = -(-count // PARTS)
        jobs = [pool.submit(_make_part, part, groups, shares, each, side) for part in missing]
        progress = tqdm(as_completed(jobs), desc='labelling crops', total=len(jobs), unit='part')
        try:
            for job in progress:
                job.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return ViewStore(*parts)


def _make_part(
    folder: Path,
    groups: Sequence[Sequence[Path]],
    shares: Sequence[float],
    count: int,
    side: int,
) -> None:
    import cv2

    cv2.setNumThreads(1)
    seed = int(folder.name.rpartition('_')[2])
    write_views(folder, groups, shares, count, seed, side, toned=TONED_SHARE)


def write_views(
    folder: Path,
    groups: Sequence[Sequence[Path]],
    shares: Sequence[float],
    count: int,
    seed: int,
    side: int,
    *,
    toned: float = 0.0,
) -> None:
    """Draw crops, write their views; the index comes last, so that half a store is never read.

    ``toned`` is the share of pictures whose tones are varied.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = list(DEGRADATIONS)
    rng = np.random.default_rng((seed, 1))
    crops, kept, shapes, labels, kinds = [], [], [], [], []
    with (folder / SQUARES_FILE).open('wb') as stream:
        for number, sample in enumerate(draw_crops(groups, shares, count, seed, toned=toned)):
            kind = names.index(sample.kinds[0]) if len(sample.kinds) == 1 else SEVERAL
            for view, crop in views_of(sample, rng):
                stream.write(prepare_crop(crop, side).tobytes())
                crops.append(number)
                kept.append(view)
                shapes.append(crop.shape[:2])
                labels.append(np.nan if view in REDUCED else sample.label)
                kinds.append(kind if sample.kinds else CLEAN)
    # Written aside first: a training that is stopped here finds no index.
    partial = folder / f'partial_{INDEX_FILE}'
    np.savez(
        partial,
        crops=np.array(crops, np.int64),
        views=np.array(kept, np.int8),
        shapes=np.array(shapes, np.int32),
        labels=np.array(labels, np.float32),
        kinds=np.array(kinds, np.int16),
        side=np.int32(side),
    )
    partial.replace(folder / INDEX_FILE)


def _read(folder: Path) -> tuple[_Index, NDArray[np.uint8]]:
    try:
        with np.load(folder / INDEX_FILE, allow_pickle=False) as stored:
            index = dict(stored)
        side = int(index['side'])
        shape = (len(index['crops']), VIEWS * side, side, 3)
        return index, np.memmap(folder / SQUARES_FILE, np.uint8, mode='r', shape=shape)
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        raise SageIQError(
            f'{folder} holds no complete store of training crops ({error}); delete it and '
            'let the training make it again.'
        ) from error


def _joined(parts: Sequence[tuple[_Index, NDArray[np.uint8]]], name: str) -> NDArray[Any]:
    return np.concatenate([index[name] for index, _ in parts])


def _batch(
    squares: Sequence[Image],
    shapes: NDArray[np.integer],
    labels: NDArray[np.float32],
    device: str,
) -> ViewBatch:
    pixels = torch.from_numpy(np.stack(squares)).to(device)
    # As preparation.normalise does; the pixels stay where they are, which is channels last.
    images = pixels.flip(-1).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    bounds = [(int(height), int(width)) for height, width in shapes]
    prompts = np.stack([size_prompt(width, height) for height, width in bounds])
    return ViewBatch(
        images=images,
        sides=torch.tensor(bounds, dtype=torch.float32, device=device),
        prompts=torch.from_numpy(prompts).to(device),
        sizes=tuple(rounded_size(*pair) for pair in bounds),
        labels=torch.from_numpy(labels).to(device),
    )
