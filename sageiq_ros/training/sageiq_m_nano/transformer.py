# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Second and third step: the backbone on whole crops, then the size modules on reduced ones.

As in the paper (IV-A, IV-B) the backbone learns quality from pictures that fill its square and
knows nothing of sizes. Then it is frozen as the teacher: its score of the full crop labels the
crop's reduced ones. Crops of all sizes with their own full-reference label are
about half of each batch, which the paper, without such labels, cannot have.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.models.size_prompt import QUALITY_TOKENS, size_prompt
from sageiq_ros.scorer.base import LSQ, SFE, SIZE_MODULES
from sageiq_ros.training.sageiq_m_nano.crops import REDUCED, View
from sageiq_ros.training.sageiq_m_nano.loss import quality_loss
from sageiq_ros.training.sageiq_m_nano.network import SizeBranch, batch_logits, predict
from sageiq_ros.training.sageiq_m_nano.schedule import AveragedParts, Schedule
from sageiq_ros.training.sageiq_m_nano.views import CLEAN, ViewBatch, ViewStore

BATCH = 64
BACKBONE_SCHEDULE = Schedule(peak=1e-3, last=1e-5, warm_up=100)
SIZE_SCHEDULE = Schedule(peak=6e-4, last=1e-5, warm_up=50)
WEIGHT_DECAY = 0.02
CLIP_NORM = 1.0
HELPER_WEIGHT = 0.5
# Of a batch, of every kind in ``REDUCED``; the rest are crops with their own label.
REDUCED_IN_BATCH = 10
# A small crop that may be clean or not is scored by what is more likely, so that clean ones as
# rare as among the crops drawn would be scored the lower the smaller they are.
CLEAN_IN_BATCH = 8
# This share of prompts reads 0000x0000, or nothing would ever need the SA branch; and alpha
# starts above 0, where both it and the layers behind it would have next to no gradient.
SILENT_PROMPTS = 0.25
ALPHA_START = 0.1
SIZE_REFRESH_STEPS = 50
SAVE_EVERY = 100


def train_backbone(
    network: SageIQM,
    store: ViewStore,
    validation: ViewStore | None,
    state_path: Path,
    steps: int,
    seed: int,
) -> None:
    """Train all but the trunk in place on labelled crops that fill the square, without sizes."""
    side = network.config.vision.image_size
    rows = store.rows(View.WHOLE, View.ALTERED, least_side=side)
    network.size_queries.requires_grad_(False)
    # A plain head on the mean token teaches the encoder from the first step on, long before the
    # abstractor's and the decoder's attention has found what to look at. Training only.
    torch.manual_seed(seed)
    helper = torch.nn.Linear(network.config.vision.hidden_size, len(QUALITY_TOKENS))
    helper.to(network.size_queries.device)

    def draw(rng: np.random.Generator) -> ViewBatch:
        chosen = rng.choice(rows, BATCH)
        return store.batch(chosen, store.labels[chosen], _device(network))

    parts = {'network': network, 'helper': helper}
    loop = _Loop(parts, BACKBONE_SCHEDULE, state_path, steps, seed, 'backbone', modules=())
    for batch in loop.batches(draw, validation):
        logits, features = loop.logits(batch)
        helped = quality_loss(helper(features.mean(dim=1)), batch.labels)
        loop.step(quality_loss(logits, batch.labels) + HELPER_WEIGHT * helped)


def train_size_modules(
    network: SageIQM,
    store: ViewStore,
    validation: ViewStore | None,
    state_path: Path,
    steps: int,
    seed: int,
    modules: Collection[str] = SIZE_MODULES,
) -> None:
    """Train all but the trunk in place on crops of every size and on reduced ones.

    ``modules`` are those of ``SIZE_MODULES`` that the network has; fewer are an ablation.
    """
    labels = teacher_labels(network, store)
    labelled = store.rows(View.WHOLE, View.ALTERED)
    drawn = [(store.rows(view), REDUCED_IN_BATCH) for view in REDUCED]
    drawn.append((labelled[store.kinds[labelled] == CLEAN], CLEAN_IN_BATCH))
    drawn.append((labelled, BATCH - sum(count for _, count in drawn)))
    network.size_queries.requires_grad_(LSQ in modules)
    with torch.no_grad():
        network.size_feature_extractor.alpha.fill_(ALPHA_START if SFE in modules else 0.0)
    silent = torch.from_numpy(size_prompt(0, 0)).to(network.size_queries.device)

    def draw(rng: np.random.Generator) -> ViewBatch:
        rows = np.concatenate([rng.choice(rows, count) for rows, count in drawn])
        batch = store.batch(rows, labels[rows], _device(network))
        batch.prompts[torch.from_numpy(rng.random(BATCH) < SILENT_PROMPTS)] = silent
        return batch

    parts = {'network': network}
    loop = _Loop(parts, SIZE_SCHEDULE, state_path, steps, seed, 'sizes', modules)
    for batch in loop.batches(draw, validation):
        loop.step(quality_loss(loop.logits(batch)[0], batch.labels))


def teacher_labels(network: SageIQM, store: ViewStore) -> NDArray[np.float32]:
    """Return every row's label: its own, or for a reduced crop what the whole is worth.

    That is the frozen network's score of the whole where it fills the square. What is smaller the
    network was never taught to score, and the whole's own label counts.
    """
    teacher = copy.deepcopy(network).eval()
    reduced, wholes = store.rows(*REDUCED), store.rows(View.WHOLE)
    score = np.full(store.crops.max() + 1, np.nan, np.float32)
    score[store.crops[wholes]] = store.labels[wholes]
    wholes = store.rows(View.WHOLE, least_side=network.config.vision.image_size)
    wholes = wholes[np.isin(store.crops[wholes], store.crops[reduced])]
    batches = store.in_order(wholes, BATCH, _device(network))
    score[store.crops[wholes]] = predict(teacher, batches, modules=())
    labels = store.labels.copy()
    labels[reduced] = score[store.crops[reduced]]
    return labels


def _device(network: SageIQM) -> str:
    return str(network.size_queries.device)


class _Loop:
    """Run a training: seeded batches in, losses out, the rest is the same for both steps."""

    def __init__(
        self,
        parts: Mapping[str, torch.nn.Module],
        schedule: Schedule,
        state_path: Path,
        steps: int,
        seed: int,
        name: str,
        modules: Collection[str],
    ) -> None:
        self._network: SageIQM = parts['network']  # type: ignore[assignment]
        self._modules = modules
        self._branch = SizeBranch(self._network, SIZE_REFRESH_STEPS)
        self._schedule, self._path, self._steps = schedule, state_path, steps
        self._seed, self._name = seed, name
        self._optimiser = torch.optim.AdamW(
            _groups(parts), lr=schedule.peak, betas=(0.9, 0.98), weight_decay=0.0
        )
        self._parts = AveragedParts(parts, self._optimiser)
        self._running = float('nan')

    def batches(
        self, draw: Callable[[np.random.Generator], ViewBatch], validation: ViewStore | None
    ) -> Iterator[ViewBatch]:
        from tqdm import tqdm

        first = self._parts.resume(self._path)
        progress = tqdm(
            range(first, self._steps),
            initial=first,
            total=self._steps,
            desc=self._name,
            unit='step',
        )
        for step in progress:
            self._network.train()
            for group in self._optimiser.param_groups:
                group['lr'] = self._schedule.rate(step, self._steps)
            # Seeded by step, so that a resumed training draws what an unbroken one would.
            yield draw(np.random.default_rng((self._seed, step)))
            self._parts.update()
            progress.set_postfix(loss=f'{self._running:.4f}')
            if (step + 1) % SAVE_EVERY == 0 or step + 1 == self._steps:
                self._parts.save(self._path, step + 1)
                if validation is not None:
                    progress.write(f'{self._name}, step {step + 1}: {self._validated(validation)}')
        self._parts.load_averages()

    def logits(self, batch: ViewBatch) -> tuple[torch.Tensor, torch.Tensor]:
        return batch_logits(self._network, self._branch, batch, self._modules)

    def _validated(self, validation: ViewStore) -> str:
        from sageiq_ros.evaluation.correlation import srcc

        rows = validation.rows(View.WHOLE)
        with self._parts.averages():
            batches = validation.in_order(rows, BATCH, _device(self._network))
            rank = srcc(predict(self._network, batches, self._modules), validation.labels[rows])
            alpha = self._network.size_feature_extractor.alpha.item()
        return f'loss {self._running:.4f}, SRCC {rank:.4f}, alpha {alpha:.3f}'

    def step(self, loss: torch.Tensor) -> None:
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), CLIP_NORM)
        self._optimiser.step()
        known = self._running == self._running
        self._running = 0.98 * self._running + 0.02 * loss.item() if known else loss.item()


def _groups(parts: Mapping[str, torch.nn.Module]) -> list[dict[str, object]]:
    """Decay matrices and kernels only: not biases, gains, queries or embeddings."""
    plain = ('query_embeds', 'vit_eos', 'size_queries', 'cls_token', 'position_embedding')
    decayed, kept = [], []
    for part in parts.values():
        for name, parameter in part.named_parameters():
            if not parameter.requires_grad:
                continue
            is_matrix = parameter.ndim > 1 and not name.endswith(plain)
            is_matrix = is_matrix and 'embed_tokens' not in name
            (decayed if is_matrix else kept).append(parameter)
    return [
        {'params': decayed, 'weight_decay': WEIGHT_DECAY},
        {'params': kept, 'weight_decay': 0.0},
    ]
