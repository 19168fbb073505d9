# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Where a training stands: written whole or not at all, and taken up by the same training only."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sageiq_ros.types import SageIQError


@dataclass(slots=True)
class Progress:
    """Hold the next step and the losses before it; ``history`` has one entry an epoch."""

    epoch: int = 0
    step: int = 0
    losses: list[float] = field(default_factory=list)
    history: list[dict[str, float]] = field(default_factory=list)


def save_state(
    path: Path,
    identity: dict[str, Any],
    progress: Progress,
    trained: dict[str, Tensor],
    optimiser: dict[str, Any],
) -> None:
    """Write the state of the training that ``identity`` describes.

    Only what is trained is written, 50 MB and twice that for Adam, not the frozen 16 GB.
    """
    content = {
        'identity': identity,
        'epoch': progress.epoch,
        'step': progress.step,
        'losses': progress.losses,
        'history': progress.history,
        'trained': trained,
        'optimiser': optimiser,
    }
    # Written aside first: a training that is stopped here still finds the previous state.
    partial = path.with_suffix('.partial')
    torch.save(content, partial)
    partial.replace(path)


def load_state(
    path: Path, identity: dict[str, Any]
) -> tuple[Progress, dict[str, Tensor], dict[str, Any]] | None:
    """Return progress, trained parameters and Adam's state; None where there is no state.

    Raises SageIQError for a state of another training and for a file that is none.
    """
    if not path.is_file():
        return None
    try:
        content = dict(torch.load(path, map_location='cpu', weights_only=True))
        stored, trained, adam = (dict(content[k]) for k in ('identity', 'trained', 'optimiser'))
        losses, history = list(content['losses']), list(content['history'])
        progress = Progress(int(content['epoch']), int(content['step']), losses, history)
    except Exception as error:  # A damaged file raises whatever its bytes lead to.
        raise SageIQError(
            f'{path} is damaged or no state of a training ({type(error).__name__}); delete it to '
            'train from the start.'
        ) from error
    other = [name for name, value in identity.items() if stored.get(name) != value]
    if other:
        raise SageIQError(
            f'{path} is the state of a training with another {", ".join(other)}; give a new '
            'folder by --work, or the arguments that it was started with.'
        )
    return progress, trained, adam
