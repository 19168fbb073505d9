# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Stage 3 with SageIQ-M nano: prepare crops, run all of a frame at once, apply Algorithm 1.

Size features depend on a crop's height and width alone (paper, III-B), so they are computed
once a size and kept. The engine is one static graph with two outputs: ``logits`` of crops, and
``features``, SFE's output for whatever image it is given; SA images take the same way through
it as crops do.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.engines.base import Engine, EngineError
from sageiq_ros.models.size_prompt import SIZE_PROMPT_LENGTH, size_prompt
from sageiq_ros.scorer.algorithm1 import quality_from_logits
from sageiq_ros.scorer.base import LSQ, SFE, SIZE_MODULES, SIZE_PROMPT
from sageiq_ros.scorer.preparation import (
    VIEWS,
    normalise,
    prepare_crop,
    prepare_sa_image,
    rounded_size,
)
from sageiq_ros.types import Image, Quality, SageIQError

Size = tuple[int, int]
Floats = NDArray[np.float32]

INPUTS = ('images', 'size_features', 'size_prompts')
OUTPUTS = ('logits', 'features')
SILENT = size_prompt(0, 0)


class SageIQMScorer:
    """Score crops with a SageIQ-M nano engine; not safe for several threads at once.

    ``cached_sizes`` bounds the memory for size features (about 5 kB a size); 0 keeps none. Of
    the size modules that the engine has, ``modules`` are switched on, by default all.
    """

    def __init__(
        self, engine: Engine, cached_sizes: int = 1024, modules: frozenset[str] | None = None
    ) -> None:
        manifest = engine.manifest
        shapes = {spec.name: spec.shape for spec in manifest.inputs}
        if set(shapes) != set(INPUTS) or shapes['size_prompts'][1] != SIZE_PROMPT_LENGTH:
            raise EngineError(
                f'The engine {manifest.name!r} is not a SageIQ-M nano (its inputs are '
                f'{", ".join(shapes)}); train one with "sageiq train sageiq-m-nano".'
            )
        self._batch, _, rows, self._side = shapes['images']
        if rows != VIEWS * self._side:
            raise EngineError(
                f'The engine {manifest.name!r} is a SageIQ-M nano of another version (its images '
                f'are {rows} x {self._side} px); train it again with "sageiq train sageiq-m-nano".'
            )
        self._engine = engine
        self._own = frozenset(manifest.settings.get('size_modules', SIZE_MODULES))
        self._modules = self._own if modules is None else modules
        self._feature_shape = shapes['size_features'][1:]
        self._cached_sizes = cached_sizes
        self._features: OrderedDict[Size, Floats] = OrderedDict()

    @property
    def name(self) -> str:
        """Name the network and its precision, as published in the message."""
        without = ''.join(f' without {module}' for module in sorted(self._own - self._modules))
        return f'{self._engine.manifest.name} {self._engine.manifest.precision}{without}'

    @property
    def batch(self) -> int:
        """Tell how many crops one run of the network takes, full or not."""
        return self._batch

    @property
    def size_modules(self) -> frozenset[str]:
        """Name the modules that can be switched; LSQ is a constant of the engine's graph."""
        return self._own - {LSQ}

    def with_size_modules(self, modules: frozenset[str]) -> SageIQMScorer:
        """Return this scorer with only ``modules``, a subset of ``size_modules``, switched on."""
        unknown = sorted(modules - self.size_modules)
        if unknown:
            raise SageIQError(
                f'{", ".join(unknown)} of {self._engine.manifest.name} cannot be switched; train '
                'an engine without it.'
            )
        kept = modules | (self._own & {LSQ})
        return SageIQMScorer(self._engine, self._cached_sizes, kept)

    def score(self, crops: Sequence[Image]) -> list[Quality]:
        """Return one quality per crop (uint8 BGR, any size of at least one pixel), in order."""
        return [quality_from_logits(row) for row in self.crop_logits(crops)]

    def crop_logits(self, crops: Sequence[Image]) -> Iterator[Floats]:
        """Yield the logits (3,) of good, average and poor of each crop."""
        for start in range(0, len(crops), self._batch):
            part = crops[start : start + self._batch]
            features = self._size_features([rounded_size(*crop.shape[:2]) for crop in part])
            images = self._zeros('images')
            prompts = np.tile(SILENT, (self._batch, 1))
            for index, crop in enumerate(part):
                images[index] = normalise(prepare_crop(crop, self._side))
                if SIZE_PROMPT in self._modules:
                    prompts[index] = size_prompt(crop.shape[1], crop.shape[0])
            yield from self._run(images, features, prompts)['logits'][: len(part)]

    def _size_features(self, sizes: Sequence[Size]) -> Floats:
        """Return size features (batch, tokens, width), the rows after ``sizes`` zero."""
        result = self._zeros('size_features')
        if SFE not in self._modules:
            return result
        missing = [size for size in dict.fromkeys(sizes) if size not in self._features]
        if missing:
            images = self._zeros('images')
            for index, size in enumerate(missing):
                images[index] = prepare_sa_image(*size, self._side)
            prompts = np.tile(SILENT, (self._batch, 1))
            computed = self._run(images, self._zeros('size_features'), prompts)['features']
            # Copies: a row by itself would keep its whole batch in memory.
            self._features.update(
                (size, row.copy()) for size, row in zip(missing, computed, strict=False)
            )
        for index, size in enumerate(sizes):
            result[index] = self._features[size]
            self._features.move_to_end(size)
        while len(self._features) > self._cached_sizes:
            self._features.popitem(last=False)
        return result

    def _zeros(self, name: str) -> Floats:
        images = (3, VIEWS * self._side, self._side)
        shape = images if name == 'images' else self._feature_shape
        return np.zeros((self._batch, *shape), np.float32)

    def _run(
        self, images: Floats, features: Floats, prompts: NDArray[np.int64]
    ) -> dict[str, NDArray[np.generic]]:
        inputs = dict(zip(INPUTS, (images, features, prompts), strict=True))
        return self._engine(inputs)
