# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The paper's training of SageIQ-M, step by step, on one device or several (IV-B 3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch.nn import functional as F
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from sageiq_ros.training.scale_consistency.inputs import Inputs
from sageiq_ros.training.scale_consistency.pictures import (
    Picture,
    drawn,
    halved,
    steps_per_epoch,
)
from sageiq_ros.training.scale_consistency.recipe import Recipe
from sageiq_ros.training.scale_consistency.scoring import ScoringModule
from sageiq_ros.training.scale_consistency.state import Progress, load_state, save_state
from sageiq_ros.training.scale_consistency.trainables import load_trained, trained_state
from sageiq_ros.types import SageIQError

STATE_FILE = 'state.pt'
LOG_FOLDER = 'log'


class Trainer:
    """Train a network's size modules and biases towards the teacher's labels.

    ``identity`` describes the training: a state in ``work`` is taken up where it has the same.
    ``validate`` measures the network at every epoch's end; every process calls it.
    """

    def __init__(
        self,
        module: ScoringModule,
        inputs: Inputs,
        recipe: Recipe,
        accelerator: Accelerator,
        work: Path,
        identity: dict[str, Any],
        validate: Callable[[], dict[str, float]],
    ) -> None:
        self._network = module.network
        self._inputs = inputs
        self._recipe = recipe
        self._accelerator = accelerator
        self._state_file = work / STATE_FILE
        self._identity = identity
        self._validate = validate
        parameters = [p for p in module.parameters() if p.requires_grad]
        optimiser = torch.optim.Adam(parameters, lr=recipe.rate)
        self._progress = Progress()
        stored = load_state(self._state_file, identity)
        if stored is not None:
            self._progress, trained, adam = stored
            load_trained(self._network, trained)
            optimiser.load_state_dict(adam)
        self._module, self._optimiser = accelerator.prepare(module, optimiser)
        self._log_folder = work / LOG_FOLDER

    def train(
        self, pictures: Sequence[Picture], labels: Sequence[float], save_every: int
    ) -> list[dict[str, float]]:
        """Run the epochs that are left; returns each one's loss and validation.

        The state is renewed every ``save_every`` steps and at every epoch's end. Raises
        SageIQError where the loss is no number any more.
        """
        main = self._accelerator.is_main_process
        steps = steps_per_epoch(len(pictures), self._recipe, self._accelerator.num_processes)
        first = self._progress.epoch * steps + self._progress.step
        # What a stopped training logged after its last state is drawn again, and logged once.
        writer = SummaryWriter(str(self._log_folder), purge_step=first + 1) if main else None
        bar = tqdm(
            total=self._recipe.epochs * steps,
            initial=first,
            desc='training',
            unit='step',
            disable=not main,
        )
        progress = self._progress
        while progress.epoch < self._recipe.epochs:
            while progress.step < steps:
                loss = self._step(pictures, labels)
                progress.losses.append(loss)
                progress.step += 1
                bar.update()
                bar.set_postfix(epoch=progress.epoch + 1, loss=f'{loss:.5f}')
                if writer is not None:
                    writer.add_scalar('loss/step', loss, progress.epoch * steps + progress.step)
                if progress.step % save_every == 0:
                    self._save()
            entry = {'loss': math.fsum(progress.losses) / steps, **self._validate()}
            progress.history.append(entry)
            progress.epoch, progress.step, progress.losses = progress.epoch + 1, 0, []
            if writer is not None:
                bar.write(f'epoch {progress.epoch}: {_text(entry)}')
                self._log_epoch(writer, entry, progress.epoch * steps)
            self._save()
        bar.close()
        if writer is not None:
            writer.close()
        return progress.history

    def _step(self, pictures: Sequence[Picture], labels: Sequence[float]) -> float:
        accelerator, progress = self._accelerator, self._progress
        rank, processes = accelerator.process_index, accelerator.num_processes
        chosen = drawn(len(pictures), self._recipe, progress.epoch, progress.step, rank, processes)
        images = [halved(pictures[i], self._recipe, progress.epoch, i) for i in chosen]
        batch = self._inputs.batch(images, accelerator.device)
        wanted = torch.tensor([labels[i] for i in chosen], device=accelerator.device)
        loss = F.mse_loss(self._module(batch), wanted)
        self._optimiser.zero_grad(set_to_none=True)
        accelerator.backward(loss)
        value = float(accelerator.reduce(loss.detach(), 'mean'))
        if not math.isfinite(value):
            raise SageIQError(
                f'The loss is {value} at step {progress.step} of epoch {progress.epoch + 1}; '
                'lower --rate and start again in a new folder.'
            )
        self._optimiser.step()
        return value

    def _save(self) -> None:
        if self._accelerator.is_main_process:
            trained = trained_state(self._network)
            adam = self._optimiser.state_dict()
            save_state(self._state_file, self._identity, self._progress, trained, adam)
        self._accelerator.wait_for_everyone()

    def _log_epoch(self, writer: SummaryWriter, entry: dict[str, float], step: int) -> None:
        extractor = self._network.size_feature_extractor
        writer.add_scalar('size_modules/alpha', extractor.alpha.detach().mean(), step)
        spread = self._network.size_queries.detach().square().mean().sqrt()
        writer.add_scalar('size_modules/query_rms', spread, step)
        for name, value in entry.items():
            writer.add_scalar(
                'loss/epoch' if name == 'loss' else f'validation/{name}', value, step
            )
        writer.flush()


def _text(entry: dict[str, float]) -> str:
    return ', '.join(
        f'{name} {value:.6f}' if name == 'loss' else f'{name} {value:.3f}'
        for name, value in entry.items()
    )
