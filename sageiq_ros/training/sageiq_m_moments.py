# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The frozen trunk's features of all training crops, computed once and kept in a file.

The trunk of SageIQ-M nano does not learn, and running it is most of a training step's cost on
a processor. Every crop is seen twice: as it is, and flipped or cut to a part.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sageiq_ros.datasets.labelled_crops import CropStore
from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.models.size_prompt import size_prompt
from sageiq_ros.scorer.preparation import rounded_size
from sageiq_ros.training.sageiq_m_data import augmented, make_batch
from sageiq_ros.training.sageiq_m_network import MomentBatch

BATCH = 32
VIEWS = 2


class MomentStore:
    """Read features (crops x 2, channels, grid, grid) with their crops' sizes and labels.

    Row ``2 * i`` is crop i as it is; row ``2 * i + 1`` its altered view.
    """

    def __init__(self, folder: Path, channels: int, grid: int) -> None:
        index = np.load(folder / 'moments.npz', allow_pickle=False)
        self.shapes: NDArray[np.int32] = index['shapes']
        self.labels: NDArray[np.float32] = index['labels']
        self.features = np.memmap(
            folder / 'moments.f16',
            np.float16,
            mode='r',
            shape=(len(self.labels), channels, grid, grid),
        )

    def __len__(self) -> int:
        return len(self.labels)

    def draw(self, count: int, rng: np.random.Generator) -> MomentBatch:
        """Draw a batch of rows."""
        rows = rng.integers(0, len(self), count)
        shapes = [(int(height), int(width)) for height, width in self.shapes[rows]]
        return MomentBatch(
            moments=torch.from_numpy(self.features[rows].astype(np.float32)),
            prompts=torch.from_numpy(np.stack([size_prompt(w, h) for h, w in shapes])),
            sizes=tuple(rounded_size(*shape) for shape in shapes),
            labels=torch.from_numpy(self.labels[rows]),
        )


def open_or_make_moments(
    folder: Path, store: CropStore, network: SageIQM, seed: int
) -> MomentStore:
    """Open the features in ``folder``, computing them first where there are none."""
    from tqdm import tqdm

    embedding = network.model.vision_model.embeddings.patch_embed
    side, grid = network.config.vision.image_size, network.config.vision.grid
    if not (folder / 'moments.npz').is_file():
        folder.mkdir(parents=True, exist_ok=True)
        shape = (len(store) * VIEWS, embedding.channels, grid, grid)
        features = np.memmap(folder / 'moments.f16', np.float16, mode='w+', shape=shape)
        shapes = np.zeros((shape[0], 2), np.int32)
        rng = np.random.default_rng((seed, 1))
        starts = tqdm(range(0, len(store), BATCH), desc='features of the trunk', unit='batch')
        for start in starts:
            indices = range(start, min(start + BATCH, len(store)))
            for view in range(VIEWS):
                crops = [store[i] for i in indices]
                if view:
                    crops = [
                        augmented(crop, int(store.kinds[i]), rng)
                        for crop, i in zip(crops, indices, strict=True)
                    ]
                labels = store.labels[start : start + BATCH]
                batch = make_batch(crops, labels, side)
                rows = np.s_[start * VIEWS + view : (indices[-1] + 1) * VIEWS : VIEWS]
                with torch.no_grad():
                    features[rows] = embedding.moments(torch.from_numpy(batch.images)).half()
                shapes[rows] = [crop.shape[:2] for crop in crops]
        features.flush()
        labels = np.repeat(store.labels, VIEWS)
        np.savez(folder / 'moments.npz', shapes=shapes, labels=labels)
    return MomentStore(folder, embedding.channels, grid)
