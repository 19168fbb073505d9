# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fine-tune on four fifths of the pictures and score the other fifth, in turn for all five.

The paper splits SageIQ-D 8:2 once (IV-C3). With five such splits every picture has a score of a
network that was not trained on it. A fold is one stretch of each data set, since neighbouring
frames of a drive show the same street. Five networks' scores are put together, so that what one
of them adds to all its scores counts as disagreement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from sageiq_ros.training.fine_tuning.learners import Learner

FOLDS = 5
EPOCHS = 5


def cross_fitted_scores(
    learner: Learner,
    pictures: Sequence[Any],
    labels: Sequence[float],
    groups: Sequence[str],
    seed: int,
    progress: Callable[[int], object] = lambda count: None,
) -> list[float]:
    """Return a score for each of ``pictures``, from the network that was not trained on it.

    ``pictures`` are as ``learner.prepare`` gives them, ``labels`` in [0, 1] and ``groups`` the
    data sets they come from, in the order of frames. Each fold is trained from the start for five
    epochs, one picture a step, by Adam on the mean squared error. ``progress`` is told of steps,
    ``steps(groups)`` in all.
    """
    rng = np.random.default_rng(seed)
    found = [float('nan')] * len(pictures)
    for held_out in stretches(groups):
        training = [index for index in range(len(pictures)) if index not in held_out]
        learner.fresh()
        optimiser = torch.optim.Adam(learner.parameters(), lr=learner.rate)
        for _ in range(EPOCHS):
            for place in rng.permutation(len(training)):
                index = training[place]
                score = learner.score(pictures[index])
                loss = F.mse_loss(score, score.new_tensor([labels[index]]))
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                optimiser.step()
                progress(1)
        with torch.inference_mode():
            for index in sorted(held_out):
                found[index] = float(learner.score(pictures[index]))
    return found


def stretches(groups: Sequence[str]) -> list[set[int]]:
    """Cut each group's pictures into five stretches; returns the places of each fold."""
    folds: list[set[int]] = [set() for _ in range(FOLDS)]
    for name in dict.fromkeys(groups):
        places = [place for place, group in enumerate(groups) if group == name]
        for fold, part in zip(folds, np.array_split(places, FOLDS), strict=True):
            fold.update(part.tolist())
    return folds


def steps(groups: Sequence[str]) -> int:
    """Count the steps of all folds together."""
    return sum(EPOCHS * (len(groups) - len(fold)) for fold in stretches(groups))
