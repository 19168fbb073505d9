# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What SageIQ-M and its teacher are given: prepared as the scorer does, by the same settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sageiq_ros.models.token_sequence import IMAGE
from sageiq_ros.scorer.clip_preparation import prepare_crop, prepare_sa_image, sa_size
from sageiq_ros.scorer.prompt_tokenizer import PromptTokenizer
from sageiq_ros.scorer.scoring_settings import PRESETS, ScoringSettings
from sageiq_ros.training.scale_consistency.recipe import TEACHERS
from sageiq_ros.types import Image


@dataclass(frozen=True, slots=True)
class Batch:
    """Hold normalised pictures (B, 3, S, S), their SA images alike, and prompts (B, L).

    ``lengths`` (B,) are those of the prompts, which are padded behind their end. Without SA images
    the size modules are off.
    """

    images: Tensor
    sa_images: Tensor | None
    prompts: Tensor
    lengths: Tensor


@dataclass(frozen=True, slots=True)
class Inputs:
    """Prepare pictures and prompts by ``settings`` for a vision encoder of ``side`` px."""

    settings: ScoringSettings
    tokenizer: PromptTokenizer
    side: int

    def batch(self, pictures: Sequence[Image], device: torch.device) -> Batch:
        """Prepare pictures (uint8 BGR, any sizes)."""
        sizes = [picture.shape[:2] for picture in pictures]
        prompts = [self.prompt(*size) for size in sizes]
        # Padding stands behind the last token, which a causal decoder does not look at.
        tokens = torch.zeros((len(prompts), max(map(len, prompts))), dtype=torch.long)
        for row, prompt in zip(tokens, prompts, strict=True):
            row[: len(prompt)] = torch.tensor(prompt)
        sa_images = None
        if self.settings.sfe:
            sa_images = _stack([self._sa_pixels(*size) for size in sizes], device)
        images = _stack([self.pixels(picture) for picture in pictures], device)
        lengths = torch.tensor([len(prompt) for prompt in prompts], device=device)
        return Batch(images, sa_images, tokens.to(device), lengths)

    def pixels(self, picture: Image) -> NDArray[np.float32]:
        """Bring a picture to the encoder's input (3, S, S)."""
        return prepare_crop(picture, self.settings.aspect, self.side)

    def prompt(self, height: int, width: int) -> list[int]:
        """Return the tokens of the prompt for a picture of that many pixels."""
        return self.tokenizer.prompt(self.settings.score_prompt(height, width), IMAGE)

    def levels(self) -> Levels:
        """Return how this prompt's logits become a score."""
        words = [[self.tokenizer.word(w) for w in level] for level in self.settings.words]
        return Levels(words, self.settings.values, self.settings.temperature)

    def teacher(self, kind: str) -> Inputs:
        """Return the inputs of the teacher, which has no size modules and reads no size.

        ``backbone`` asks and shows as these inputs do otherwise, ``q-instruct`` as that model was
        trained to be asked.
        """
        own, published = TEACHERS
        settings = PRESETS[published]
        if kind == own:
            settings = replace(self.settings, size_prompt='', lsq=False, sfe=False)
        return replace(self, settings=settings)

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        return self.settings.to_settings()

    def _sa_pixels(self, height: int, width: int) -> NDArray[np.float32]:
        size = sa_size(height, width, self.settings)
        return prepare_sa_image(*size, self.settings, self.side)


@dataclass(frozen=True, slots=True)
class Levels:
    """Hold the words of each level by their tokens, the levels' values, and a temperature."""

    words: list[list[int]]
    values: tuple[float, ...]
    temperature: float

    @property
    def rows(self) -> list[int]:
        return [word for level in self.words for word in level]

    def scores(self, logits: Tensor) -> Tensor:
        """Turn float32 logits (B, words) into scores (B,): Algorithm 1, lines 4 and 6."""
        parts = logits.split([len(level) for level in self.words], dim=1)
        means = torch.stack([part.mean(dim=1) for part in parts], dim=1)
        probabilities = (means / self.temperature).softmax(dim=1)
        return (probabilities * probabilities.new_tensor(self.values)).sum(dim=1)


def _stack(arrays: Sequence[NDArray[np.float32]], device: torch.device) -> Tensor:
    return torch.from_numpy(np.stack(arrays)).to(device)
