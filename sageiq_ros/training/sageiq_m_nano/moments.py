# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The trained trunk's features of all crops in all views, computed once and kept in a file.

The trunk no longer learns when the transformer around it does, and running it is most of a
step's cost on a processor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sageiq_ros.datasets.labelled_crops import CropStore
from sageiq_ros.evaluation.size_reduction import cropped_half, rescaled_half
from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.models.size_prompt import size_prompt
from sageiq_ros.scorer.preparation import rounded_size
from sageiq_ros.training.sageiq_m_nano.crops import augmented, make_batch
from sageiq_ros.training.sageiq_m_nano.network import MomentBatch
from sageiq_ros.types import Image

BATCH = 64
SEED = 1
# Of every second crop at least as large as the square, the halves are taken too.
HALVES_EVERY = 2
FEATURES_FILE = 'moments.f16'
INDEX_FILE = 'moments.npz'


class View(IntEnum):
    """Say how a row's crop came from the stored one."""

    WHOLE = 0
    ALTERED = 1  # flipped, or a part with the same label
    RESCALED = 2  # half as wide and high (paper, IV-B)
    CROPPED = 3  # the centre of half the width and height


class MomentStore:
    """Read features (rows, channels, patch rows, patch columns) and what they are of.

    ``crops`` is the stored crop's number, ``views`` a ``View``, ``shapes`` height and width of
    what the network sees, ``labels`` its full-reference score, NaN for halves.
    """

    def __init__(self, folder: Path) -> None:
        index = np.load(folder / INDEX_FILE, allow_pickle=False)
        self.crops: NDArray[np.int32] = index['crops']
        self.views: NDArray[np.int8] = index['views']
        self.shapes: NDArray[np.int32] = index['shapes']
        self.labels: NDArray[np.float32] = index['labels']
        shape = (len(self.crops), *(int(n) for n in index['feature_shape']))
        self.features = np.memmap(folder / FEATURES_FILE, np.float16, mode='r', shape=shape)

    def rows(self, *views: View, least_side: int = 0) -> NDArray[np.intp]:
        """List the rows of some views whose sides both reach ``least_side`` px."""
        large = self.shapes.min(axis=1) >= least_side
        return np.flatnonzero(np.isin(self.views, views) & large)

    def batch(self, rows: NDArray[np.intp], labels: NDArray[np.float32]) -> MomentBatch:
        """Read rows, whose labels the caller knows."""
        shapes = [(int(height), int(width)) for height, width in self.shapes[rows]]
        return MomentBatch(
            moments=torch.from_numpy(self.features[rows].astype(np.float32)),
            prompts=torch.from_numpy(np.stack([size_prompt(w, h) for h, w in shapes])),
            sizes=tuple(rounded_size(*shape) for shape in shapes),
            labels=torch.from_numpy(labels),
        )


def open_or_make_moments(folder: Path, store: CropStore, network: SageIQM) -> MomentStore:
    """Open the features in ``folder``, computing them first where there are none."""
    from tqdm import tqdm

    embedding = network.model.vision_model.embeddings.patch_embed
    side = network.config.vision.image_size
    if not (folder / INDEX_FILE).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        crops: list[int] = []
        views: list[int] = []
        shapes: list[tuple[int, int]] = []
        jobs = list(_jobs(store, side))
        rng = np.random.default_rng(SEED)
        feature_shape: tuple[int, ...] = ()
        with (folder / FEATURES_FILE).open('wb') as stream:
            starts = range(0, len(jobs), BATCH)
            for start in tqdm(starts, desc='features of the trunk', unit='batch'):
                part = jobs[start : start + BATCH]
                seen = [_seen(store, index, view, rng) for index, view in part]
                batch = make_batch(seen, np.zeros(len(seen), np.float32), side)
                with torch.no_grad():
                    images = torch.from_numpy(batch.images)
                    images = images.to(memory_format=torch.channels_last)
                    features = embedding.moments(images).half().contiguous().numpy()
                feature_shape = features.shape[1:]
                stream.write(features.tobytes())
                crops += [index for index, _ in part]
                views += [int(view) for _, view in part]
                shapes += [crop.shape[:2] for crop in seen]
        halves = np.array(views) >= View.RESCALED
        np.savez(
            folder / INDEX_FILE,
            crops=np.array(crops, np.int32),
            views=np.array(views, np.int8),
            shapes=np.array(shapes, np.int32),
            labels=np.where(halves, np.nan, store.labels[crops]).astype(np.float32),
            feature_shape=np.array(feature_shape, np.int32),
        )
    return MomentStore(folder)


def _jobs(store: CropStore, side: int) -> Iterator[tuple[int, View]]:
    for index in range(len(store)):
        yield index, View.WHOLE
        yield index, View.ALTERED
        if index % HALVES_EVERY == 0 and min(store[index].shape[:2]) >= side:
            yield index, View.RESCALED
            yield index, View.CROPPED


def _seen(store: CropStore, index: int, view: View, rng: np.random.Generator) -> Image:
    altered: dict[View, Callable[[Image], Image]] = {
        View.WHOLE: lambda crop: crop,
        View.ALTERED: lambda crop: augmented(crop, int(store.kinds[index]), rng),
        View.RESCALED: rescaled_half,
        View.CROPPED: cropped_half,
    }
    return altered[view](store[index])
