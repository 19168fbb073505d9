# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The labels: the frozen teacher's scores of full pictures, computed once and kept in a file."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list, gather_object
from tqdm import tqdm

from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.training.scale_consistency.inputs import Inputs
from sageiq_ros.training.scale_consistency.pictures import Picture
from sageiq_ros.training.scale_consistency.scoring import ScoringModule
from sageiq_ros.training.scale_consistency.trainables import SIZE_MODULES
from sageiq_ros.types import SageIQError

SAVED_AFTER = 16
PROBE_SIZE = (37, 53, 3)
SHOWN = 16


def teacher_hash(network: SageIQM, inputs: Inputs, accelerator: Accelerator) -> str:
    """Return the SHA-256 of all that a label depends on beside its picture.

    That is the backbone's weights, the prompt's tokens, the settings, and what becomes of a
    picture, for which a small one stands. The first process computes it for all.
    """
    found: list[str | None] = [None]
    if accelerator.is_main_process:
        digest = hashlib.sha256()
        for name, parameter in sorted(network.named_parameters()):
            if not name.startswith(SIZE_MODULES):
                digest.update(name.encode())
                raw = parameter.detach().cpu().contiguous().flatten().view(torch.uint8)
                digest.update(raw.numpy().data)
        digest.update(json.dumps([inputs.prompt(*PROBE_SIZE[:2]), inputs.to_json()]).encode())
        probe = np.random.default_rng(0).integers(0, 256, PROBE_SIZE, np.uint8)
        digest.update(np.ascontiguousarray(inputs.pixels(probe)).data)
        found = [digest.hexdigest()]
    return str(broadcast_object_list(found)[0])


def teacher_scores(
    module: ScoringModule,
    inputs: Inputs,
    pictures: Sequence[Picture],
    folder: Path,
    teacher: str,
    accelerator: Accelerator,
) -> list[float]:
    """Return the teacher's score in [0, 1] of every picture, full size.

    ``module`` and ``inputs`` are the teacher's; no step may have been taken yet. Scores are kept
    in ``folder`` by the hashes of teacher and picture, and written every 16 pictures a process:
    a training that is stopped and started again scores only what is missing. Raises SageIQError
    for a file of scores that is damaged.
    """
    path = folder / f'labels-{teacher[:SHOWN]}.json'
    known = _read(path)
    accelerator.wait_for_everyone()
    by_hash = {picture.sha256: picture for picture in pictures}
    missing = [picture for sha256, picture in by_hash.items() if sha256 not in known]
    rank, processes = accelerator.process_index, accelerator.num_processes
    chunk = SAVED_AFTER * processes
    progress = tqdm(
        total=len(by_hash),
        initial=len(by_hash) - len(missing),
        desc='labelling',
        unit='picture',
        disable=not accelerator.is_main_process,
    )
    for start in range(0, len(missing), chunk):
        part = missing[start : start + chunk]
        found = []
        for picture in part[rank::processes]:
            batch = inputs.batch([read_picture(picture.path)], accelerator.device)
            with torch.inference_mode(), accelerator.autocast():
                found.append((picture.sha256, float(module(batch)[0])))
        known.update(gather_object(found))
        progress.update(len(part))
        if accelerator.is_main_process:
            partial = path.with_suffix('.partial')
            partial.write_text(json.dumps(known))
            partial.replace(path)
    progress.close()
    return [known[picture.sha256] for picture in pictures]


def _read(path: Path) -> dict[str, float]:
    if not path.is_file():
        return {}
    try:
        scores = {str(key): float(score) for key, score in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        scores = {'': math.nan}
    if not all(0.0 <= score <= 1.0 for score in scores.values()):
        raise SageIQError(
            f"{path} is damaged; delete it, and the teacher's scores are computed again."
        )
    return scores
