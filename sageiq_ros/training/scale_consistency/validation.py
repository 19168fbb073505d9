# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Scale consistency by the protocol of Table V: full against half size, in the same model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import gather_object
from tqdm import tqdm

from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.evaluation.correlation import plcc, srcc
from sageiq_ros.training.scale_consistency.inputs import Inputs
from sageiq_ros.training.scale_consistency.pictures import HALVES, Picture
from sageiq_ros.training.scale_consistency.scoring import ScoringModule


def scale_consistency(
    module: ScoringModule, inputs: Inputs, pictures: Sequence[Picture], accelerator: Accelerator
) -> dict[str, float]:
    """Return SRCC, PLCC and MCC of the scores of full and halved pictures, by way of halving.

    Keys are such as ``rescaled_srcc``. A value is NaN where all scores of a column are equal.
    """
    rank, processes = accelerator.process_index, accelerator.num_processes
    rows = []
    mine = range(rank, len(pictures), processes)
    for index in tqdm(mine, desc='validating', leave=False, disable=rank > 0):
        full = read_picture(pictures[index].path)
        views = [full, *(halve(full) for halve in HALVES.values())]
        scores = []
        # One by one: the full picture's batch must not need more memory than training does.
        for view in views:
            batch = inputs.batch([view], accelerator.device)
            with torch.inference_mode(), accelerator.autocast():
                scores.append(float(module(batch)[0]))
        rows.append((index, scores))
    columns = np.array([scores for _, scores in sorted(gather_object(rows))]).T
    result = {}
    for way, halves in zip(HALVES, columns[1:], strict=True):
        rank_correlation, linear = srcc(columns[0], halves), plcc(columns[0], halves)
        result[f'{way}_srcc'] = rank_correlation
        result[f'{way}_plcc'] = linear
        result[f'{way}_mcc'] = (rank_correlation + linear) / 2.0
    return result
