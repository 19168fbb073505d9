# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Stage 3 with the full SageIQ-M, or with Q-Instruct, Q-Align or DeQA-Score: one network.

All regions of a frame, and the SA images of sizes not seen before, pass the vision encoder
together; one pass of the decoder then gives the logits of the level words. Needs torch.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.manifest import Manifest
from sageiq_ros.engines.mplug_owl2 import NETWORK, choose_device, load_network
from sageiq_ros.engines.store import read_manifest, sha256
from sageiq_ros.engines.vision_tower import load_vision_tower
from sageiq_ros.models.generation import Sampling, generate
from sageiq_ros.models.token_sequence import IMAGE
from sageiq_ros.scorer.base import LSQ, SFE, SIZE_PROMPT
from sageiq_ros.scorer.clip_preparation import prepare_crop, prepare_sa_image, sa_size
from sageiq_ros.scorer.levels import quality_from_levels
from sageiq_ros.scorer.prompt_tokenizer import TOKENIZER, PromptTokenizer
from sageiq_ros.scorer.scoring_settings import ScoringSettings
from sageiq_ros.types import Image, Quality, SageIQError

Size = tuple[int, int]


class MPLUGOwl2Scorer:
    """Score regions with a store folder that ``sageiq models import`` wrote.

    ``backend`` runs the vision encoder: ``torch``, which ``auto`` means, or a backend of the
    folder's ``vision`` engine; the rest is torch on ``device`` (``auto``: cuda where there is
    one). ``threads`` holds for the whole process. ``cached_sizes`` bounds the memory for size
    features (about 0.5 MB a size in 16 bits). Not safe for several threads at once. Raises
    SageIQError for a folder that is damaged or incomplete.
    """

    def __init__(
        self,
        folder: Path,
        threads: int,
        backend: str = 'auto',
        *,
        device: str = 'auto',
        cached_sizes: int = 256,
    ) -> None:
        manifest = read_manifest(folder)
        if manifest.network != NETWORK:
            raise EngineError(f'{folder} runs {manifest.network}, where {NETWORK} is needed.')
        torch.set_num_threads(threads)
        try:
            settings = ScoringSettings.from_settings(manifest.settings['scoring'])
            trained = frozenset(manifest.settings['size_modules'])
        except (KeyError, ValueError, TypeError) as error:
            raise EngineError(
                f'The settings in the manifest of {folder} cannot be used: {error}.'
            ) from error
        # Untrained modules add exactly nothing, and the SA image would cost as much as a crop.
        self.settings = replace(
            settings, lsq=settings.lsq and LSQ in trained, sfe=settings.sfe and SFE in trained
        )
        self._tokenizer = own_tokenizer(folder, manifest)
        words = [[self._tokenizer.word(w) for w in level] for level in self.settings.words]
        self._device = choose_device(device)
        self.network = load_network(folder, manifest, self._device)
        self._levels = [len(level) for level in words]
        self._rows = torch.tensor([w for level in words for w in level], device=self._device)
        self._dtype = self.network.model.embed_tokens.weight.dtype
        self._side = self.network.config.vision.image_size
        self._tower = load_vision_tower(self.network, folder, threads, backend)
        self._name = f'{manifest.name} {manifest.precision}'
        self._cached_sizes = cached_sizes
        self._features: OrderedDict[Size, Tensor] = OrderedDict()

    @property
    def name(self) -> str:
        """Name the network and its precision, as published in the message."""
        return self._name

    @property
    def size_modules(self) -> frozenset[str]:
        """Name the size modules that are on."""
        settings = self.settings
        switches = {LSQ: settings.lsq, SFE: settings.sfe, SIZE_PROMPT: settings.size_prompt}
        return frozenset(name for name, on in switches.items() if on)

    def with_size_modules(self, modules: frozenset[str]) -> MPLUGOwl2Scorer:
        """Return a scorer with only ``modules`` on, which shares this one's network.

        Raises SageIQError for a module that is not on here.
        """
        absent = sorted(modules - self.size_modules)
        if absent:
            raise SageIQError(
                f'{self.name} has no {absent[0]} to switch; it has '
                f'{", ".join(sorted(self.size_modules)) or "no size module"}.'
            )
        other = copy.copy(self)
        other.settings = replace(
            self.settings,
            lsq=LSQ in modules,
            sfe=SFE in modules,
            size_prompt=self.settings.size_prompt if SIZE_PROMPT in modules else '',
        )
        other._features = OrderedDict()
        return other

    @property
    def batch(self) -> int:
        """Tell how many crops one pass takes."""
        return self.settings.batch

    def score(self, crops: Sequence[Image]) -> list[Quality]:
        """Return one quality per crop (uint8 BGR, any size of at least one pixel), in order."""
        settings = self.settings
        return [
            quality_from_levels(row, settings.values, settings.temperature)
            for row in self.crop_logits(crops)
        ]

    def crop_logits(self, crops: Sequence[Image]) -> Iterator[NDArray[np.float64]]:
        """Yield the logits of the levels of each crop, synonyms averaged."""
        batch = self.settings.batch
        for start in range(0, len(crops), batch):
            for row in self.word_logits(crops[start : start + batch]).cpu().double():
                yield np.array([float(level.mean()) for level in row.split(self._levels)])

    @torch.inference_mode()
    def word_logits(self, crops: Sequence[Image]) -> Tensor:
        """Return the logits (crops, words) of all level words, in one forward pass."""
        sizes = [crop.shape[:2] for crop in crops]
        prompts = [self._tokenizer.prompt(self.settings.score_prompt(*s), IMAGE) for s in sizes]
        # Padding stands behind the last token, which a causal decoder does not look at.
        ids = torch.zeros((len(crops), max(map(len, prompts))), dtype=torch.long)
        for row, prompt in zip(ids, prompts, strict=True):
            row[: len(prompt)] = torch.tensor(prompt)
        visual = self._visual_tokens(crops)
        sequence = self.network.sequence(ids.to(self._device), visual)
        hidden = self.network.hidden_states(sequence)
        ends = torch.tensor([len(prompt) + visual.shape[1] - 2 for prompt in prompts])
        last = hidden[torch.arange(len(crops)), ends.to(hidden.device)]
        return self.network.logits(last, self._rows)

    @torch.inference_mode()
    def describe(
        self,
        crop: Image,
        question: str = '',
        seed: int = 0,
        sampling: Sampling | None = None,
    ) -> str:
        """Answer a question about a crop (uint8 BGR), ``general_question`` by default, in words.

        The same ``seed`` gives the same answer on the same machine. ``sampling`` is that of the
        paper's Table IX by default. Raises SageIQError for a question that holds the placeholder
        of an image, and for an answer without words.
        """
        settings = self.settings
        try:
            text = settings.question_prompt(question or settings.general_question, *crop.shape[:2])
        except ValueError as error:
            raise SageIQError(f'The question cannot be asked: {error}.') from error
        ids = torch.tensor([self._tokenizer.prompt(text, IMAGE)], device=self._device)
        sequence = self.network.sequence(ids, self._visual_tokens([crop]))
        answer = generate(self.network, sequence, (self._tokenizer.end,), sampling, seed)
        text = self._tokenizer.decode(answer)
        if not text:
            raise SageIQError(
                f'{self.name} answered without a word; ask another question, or with another seed.'
            )
        return text

    def _visual_tokens(self, crops: Sequence[Image]) -> Tensor:
        """Return image tokens (crops, queries + 1, width) with size features added."""
        settings, side = self.settings, self._side
        images = [prepare_crop(crop, settings.aspect, side) for crop in crops]
        sizes = [sa_size(*crop.shape[:2], settings) for crop in crops] if settings.sfe else []
        missing = [size for size in dict.fromkeys(sizes) if size not in self._features]
        images += [prepare_sa_image(*size, settings, side) for size in missing]
        pixels = torch.from_numpy(np.stack(images)).to(self._device, self._dtype)
        queries = self.network.size_queries if settings.lsq else None
        tokens = self.network.model.visual_abstractor(self._tower(pixels), queries)
        visual, patterns = tokens[: len(crops)], tokens[len(crops) :]
        if not settings.sfe:
            return visual
        if missing:
            found = self.network.size_feature_extractor(patterns)
            # A row alone is a view that would keep its whole batch in memory.
            rows = (row.clone() for row in found)
            self._features.update(zip(missing, rows, strict=True))
        features = torch.stack([self._features[size] for size in sizes])
        for size in sizes:
            self._features.move_to_end(size)
        while len(self._features) > self._cached_sizes:
            self._features.popitem(last=False)
        return visual + features


def own_tokenizer(folder: Path, manifest: Manifest) -> PromptTokenizer:
    """Read a store folder's tokenizer; raises EngineError for one that is not its own."""
    path = folder / TOKENIZER
    if not path.is_file() or sha256(path) != manifest.provenance.get('tokenizer_sha256'):
        raise EngineError(
            f'{path} is missing or not the file that was imported; restore it or import the '
            'engine again.'
        )
    tokenizer = PromptTokenizer(path)
    try:
        vocabulary = int(manifest.settings['network']['language']['vocabulary'])
    except (KeyError, TypeError, ValueError) as error:
        raise EngineError(
            f'The manifest of {folder} tells no vocabulary; import the engine again.'
        ) from error
    if tokenizer.size > vocabulary:
        raise EngineError(
            f'{path} has {tokenizer.size} pieces, where the network knows {vocabulary} words; '
            'import the engine again.'
        )
    return tokenizer
