# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fine-tune on four fifths of the pictures and score the other fifth, in turn for all five.

The paper splits SageIQ-D 8:2 once (IV-C3). With five such splits every picture has a score of a
network that was not trained on it.
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
    seed: int,
    progress: Callable[[int], object] = lambda count: None,
) -> list[float]:
    """Return a score for each of ``pictures``, from the network that was not trained on it.

    ``pictures`` are as ``learner.prepare`` gives them and ``labels`` in [0, 1]. Each fold is
    trained from the start for five epochs, one picture a step, by Adam on the mean squared error.
    ``progress`` is told of steps, ``steps(len(pictures))`` in all.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(pictures))
    found = [float('nan')] * len(pictures)
    for fold in range(FOLDS):
        held_out = set(order[fold::FOLDS].tolist())
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
            for index in held_out:
                found[index] = float(learner.score(pictures[index]))
    return found


def steps(pictures: int) -> int:
    """Count the steps of all folds together."""
    sizes = (len(range(fold, pictures, FOLDS)) for fold in range(FOLDS))
    return sum(EPOCHS * (pictures - size) for size in sizes)
