# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The training of a nano RelTR, step by step, from a checkpoint to the next."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sageiq_ros.models.csp_darknet import load_yolox
from sageiq_ros.models.reltr import RelTR, RelTRConfig
from sageiq_ros.openvino_core import openvino_core
from sageiq_ros.scene_graph.coco import WORDS_80
from sageiq_ros.training.reltr_data import Target, make_sample
from sageiq_ros.training.reltr_losses import total_loss
from sageiq_ros.training.reltr_matcher import TorchTarget
from sageiq_ros.training.reltr_stock import Stock
from sageiq_ros.types import Image
from sageiq_ros.vocabulary import OBJECTS

WARMUP = 100
AVERAGE = 0.998
CLIP = 1.0
NO_OBJECT = 0.2
TRAINED_SHARE = 0.3
LAST_SHARE = 0.02
STRIDE = 16


class Trainer:
    """Hold a network, its running average and its optimiser.

    Backbone and dense head start from YOLOX-nano's weights and learn slower than the rest; the
    backbone's first stage keeps them and runs compiled. AdamW at ``rate``, on a cosine over
    ``steps``. ``batch`` images are taken by each of ``world`` processes, of which this is number
    ``rank``; they share their gradients.
    """

    def __init__(
        self,
        yolox: dict[str, Tensor],
        *,
        size: tuple[int, int],
        batch: int,
        rate: float,
        steps: int,
        seed: int,
        threads: int,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        torch.set_num_threads(threads)
        torch.manual_seed(seed)
        self.size, self.batch, self.rate, self.steps, self.seed = size, batch, rate, steps, seed
        self._rank, self._world = rank, world
        self.step = 0
        self.model = RelTR(RelTRConfig.nano())
        self._body = self.model.backbone[0].body
        head = self.model.anchors.dense
        classes = self.model.config.anchor_classes
        places = {OBJECTS[index]: place for place, index in enumerate(classes)}
        words = {coco: places[word] for coco, word in enumerate(WORDS_80) if word in places}
        load_yolox(self._body, head, yolox, words)
        self._body.freeze_low()
        self._low = _compiled_low(self._body, (batch, 3, size[1], size[0]), threads)
        self.model.train().to(memory_format=torch.channels_last)
        self.average = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        inside = {id(p) for part in (self._body, head) for p in part.parameters()}
        self._learned = [p for p in self.model.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(
            [
                {'params': [p for p in self._learned if id(p) not in inside], 'share': 1.0},
                {'params': [p for p in self._learned if id(p) in inside], 'share': TRAINED_SHARE},
            ],
            lr=rate,
            weight_decay=1e-4,
            fused=True,
        )

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""
        stored = torch.load(path, map_location='cpu', weights_only=True)
        self.model.load_state_dict(stored['model'])
        self.average = stored['average']
        self._optimizer.load_state_dict(stored['optimizer'])
        self.step = stored['step']

    def save(self, path: Path) -> None:
        """Write a checkpoint; a cut never leaves half a file."""
        state = {
            'model': self.model.state_dict(),
            'average': self.average,
            'optimizer': self._optimizer.state_dict(),
            'step': self.step,
        }
        draft = path.with_suffix('.tmp')
        torch.save(state, draft)
        draft.replace(path)

    def learn(self, stock: Stock) -> dict[str, float]:
        """Take one step on frames drawn from ``stock``; return the losses."""
        rng = np.random.default_rng([self.seed, self.step, self._rank])
        samples = [make_sample(stock.draw(rng), self.size, rng) for _ in range(self.batch)]
        fine = self._low(_planes([image for image, _ in samples]))
        maps = self._body.high(fine.contiguous(memory_format=torch.channels_last))
        cells = (self.size[1] // STRIDE, self.size[0] // STRIDE)
        targets = [as_tensors(target) for _, target in samples]
        output = self.model.relate(maps)
        classes = self.model.config.anchor_classes
        loss, terms = total_loss(output, targets, cells, NO_OBJECT, classes)
        for group in self._optimizer.param_groups:
            group['lr'] = self.rate * group['share'] * self._share_of_rate()
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self._share_gradients()
        norm = nn.utils.clip_grad_norm_(self._learned, CLIP)
        if torch.isfinite(norm):
            self._optimizer.step()
        self.step += 1
        self._follow()
        return terms

    def _share_gradients(self) -> None:
        if self._world == 1:
            return
        gradients = [p.grad for p in self._learned if p.grad is not None]
        flat = torch.cat([g.flatten() for g in gradients])
        torch.distributed.all_reduce(flat)
        flat /= self._world
        for gradient, part in zip(
            gradients, flat.split([g.numel() for g in gradients]), strict=True
        ):
            gradient.copy_(part.view_as(gradient))

    def _share_of_rate(self) -> float:
        done = min(self.step / self.steps, 1.0)
        cosine = 0.5 * (1 + math.cos(math.pi * done))
        return min((self.step + 1) / WARMUP, 1.0) * (LAST_SHARE + (1 - LAST_SHARE) * cosine)

    @torch.no_grad()
    def _follow(self) -> None:
        share = max(1 - AVERAGE, 1 / (self.step + 1))
        for name, value in self.model.state_dict().items():
            if value.dtype.is_floating_point:
                self.average[name].lerp_(value, share)


def as_tensors(target: Target) -> TorchTarget:
    """Turn a sample's truth into tensors."""
    denied = None
    if target.labelled is not None:
        denied = torch.zeros(len(OBJECTS) + 1, dtype=torch.bool)
        denied[list(target.labelled)] = True
    return TorchTarget(
        torch.from_numpy(target.labels),
        torch.from_numpy(target.boxes),
        torch.from_numpy(target.relations),
        denied,
        torch.from_numpy(target.ignored),
    )


def _planes(images: Sequence[Image]) -> NDArray[np.float32]:
    return np.ascontiguousarray(np.stack(images).transpose(0, 3, 1, 2), dtype=np.float32)


def _compiled_low(
    body: nn.Module, shape: tuple[int, int, int, int], threads: int
) -> Callable[[NDArray[np.float32]], Tensor]:
    # OpenVINO is faster than torch here, and no gradient is needed.
    import openvino

    class Low(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = body

        def forward(self, x: Tensor) -> Tensor:
            return self.body.low(x)

    converted = openvino.convert_model(Low().eval(), example_input=torch.zeros(shape))
    converted.reshape(list(shape))
    compiled = openvino_core().compile_model(
        converted,
        'CPU',
        {'INFERENCE_NUM_THREADS': threads, 'INFERENCE_PRECISION_HINT': 'f32'},
    )
    return lambda pixels: torch.from_numpy(compiled(pixels)[0].copy())
