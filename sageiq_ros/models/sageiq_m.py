# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ-M: an image-quality model that knows how large its picture was (paper, III-B).

The backbone is mPLUG-Owl2: vision encoder, visual abstractor and a causal language decoder,
with the published parameter names. SageIQ-M adds learnable size queries (LSQ), the size feature
extractor (SFE) on the SA image's branch, and the size prompt. With LSQ = 0, alpha = 0 and no
size prompt it computes exactly what the backbone computes. One class serves the paper's full
model and the nano one; only ``SageIQMConfig`` differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from sageiq_ros.models.clip_vision import VisionConfig, VisionModel
from sageiq_ros.models.modality_llama import (
    DecoderLayer,
    LanguageConfig,
    LayerCache,
    RMSNorm,
    Routes,
    rotary_tables,
)
from sageiq_ros.models.size_modules import SizeFeatureExtractor, SizeModulesConfig
from sageiq_ros.models.size_prompt import WORDS
from sageiq_ros.models.token_sequence import TokenSequence, causal_mask, insert
from sageiq_ros.models.visual_abstractor import AbstractorConfig, VisualAbstractor


@dataclass(frozen=True, slots=True)
class SageIQMConfig:
    """Join the sizes of the parts; the defaults are mPLUG-Owl2's, about 8.2 billion parameters.

    ``size_reduction`` is the factor by which SFE narrows its input (4096 to 1024 in the paper).
    """

    vision: VisionConfig = field(default_factory=VisionConfig)
    abstractor: AbstractorConfig = field(default_factory=AbstractorConfig)
    language: LanguageConfig = field(default_factory=LanguageConfig)
    size_reduction: int = 4
    size: SizeModulesConfig = field(default_factory=SizeModulesConfig)

    @classmethod
    def nano(cls) -> SageIQMConfig:
        """Return the shipped small model: two views of 96 px, width 128, 1.6 M parameters."""
        width = 128
        return cls(
            vision=VisionConfig(
                hidden_size=width,
                intermediate_size=3 * width,
                layers=2,
                heads=4,
                image_size=96,
                patch_size=16,
                patch_embedding='moments',
                views=2,
            ),
            abstractor=AbstractorConfig(
                queries=8,
                layers=2,
                heads=4,
                hidden_size=width,
                intermediate_size=352,
                encoder_hidden_size=width,
                grid=6,
                views=2,
            ),
            language=LanguageConfig(
                vocabulary=len(WORDS),
                hidden_size=width,
                intermediate_size=352,
                layers=2,
                heads=4,
            ),
        )


class Backbone(nn.Module):
    """Hold mPLUG-Owl2's parts under the names of its checkpoints (``model.`` there)."""

    def __init__(self, config: SageIQMConfig) -> None:
        super().__init__()
        language = config.language
        self.embed_tokens = nn.Embedding(language.vocabulary, language.hidden_size)
        self.layers = nn.ModuleList(DecoderLayer(language) for _ in range(language.layers))
        self.norm = RMSNorm(language.hidden_size, language.rms_norm_eps)
        self.vision_model = VisionModel(config.vision)
        self.visual_abstractor = VisualAbstractor(config.abstractor, language.hidden_size)


class SageIQM(nn.Module):
    """Score pictures by the logits of quality words at the prompt's end."""

    def __init__(self, config: SageIQMConfig) -> None:
        super().__init__()
        self.config = config
        self.model = Backbone(config)
        language = config.language
        self.lm_head = nn.Linear(language.hidden_size, language.vocabulary, bias=False)
        queries = torch.zeros(1, config.abstractor.queries, config.abstractor.hidden_size)
        if config.size.queries_std:
            queries.normal_(std=config.size.queries_std)
        self.size_queries = nn.Parameter(queries)
        self.size_feature_extractor = SizeFeatureExtractor(
            language.hidden_size, config.size_reduction, config.size
        )

    def visual_tokens(self, images: Tensor) -> Tensor:
        """Abstract normalised RGB images (B, 3, S, S) to tokens (B, queries + 1, width)."""
        return self.abstract(self.model.vision_model(images))

    def abstract(self, features: Tensor) -> Tensor:
        """Gather the vision encoder's output with pretrained plus size queries."""
        return self.model.visual_abstractor(features, self.size_queries)

    def size_features(self, sa_images: Tensor) -> Tensor:
        """Extract size features (B, queries + 1, width) from normalised SA images."""
        return self.size_feature_extractor(self.visual_tokens(sa_images))

    def sequence(
        self, ids: Tensor, visual: Tensor | None = None, attention_mask: Tensor | None = None
    ) -> TokenSequence:
        """Embed token ids with image tokens in their places; see ``token_sequence.insert``."""
        return insert(self.model.embed_tokens, ids, visual, attention_mask)

    def forward(
        self, visual: Tensor, before: Tensor, after: Tensor, rows: Tensor | None = None
    ) -> Tensor:
        """Return the logits (B, words) of the token that follows the prompt.

        ``visual`` are image tokens (B, N, width), size features added; ``before`` and ``after``
        the prompt's token ids (B, L) around them. ``rows`` picks words by their ids, all of the
        vocabulary without it.
        """
        embed = self.model.embed_tokens
        hidden = torch.cat((embed(before), visual, embed(after)), dim=1)
        lengths = (before.shape[1], visual.shape[1], after.shape[1])
        kinds = [torch.full((n,), kind) for n, kind in zip(lengths, (0, 1, 0), strict=True)]
        is_image = torch.cat(kinds).bool().to(hidden.device)[None, :, None]
        tables = tuple(
            table.to(hidden) for table in rotary_tables(self.config.language, sum(lengths))
        )
        for layer in self.model.layers:
            hidden = layer(hidden, is_image, tables)
        weight = self.lm_head.weight if rows is None else self.lm_head.weight[rows]
        return self.model.norm(hidden[:, -1]) @ weight.T

    def hidden_states(
        self, sequence: TokenSequence, caches: Sequence[LayerCache] | None = None
    ) -> Tensor:
        """Run the decoder over any tokens; returns (B, L, width) before the final norm.

        ``caches``, one a layer, hold what was read before and take what is read now; then
        ``sequence`` continues it, and its ``seen`` covers all tokens from the first one on.
        """
        hidden = sequence.embeddings
        held = caches[0].key if caches else None
        past = 0 if held is None else held.shape[2]
        length = past + hidden.shape[1]
        tables = rotary_tables(self.config.language, length)
        cosine, sine = (table[past:].to(hidden) for table in tables)
        kinds = Routes.of(sequence.is_image)
        mask = None
        if past or sequence.seen is not None:
            mask = causal_mask(past, length, sequence.seen, hidden.device)
        for index, layer in enumerate(self.model.layers):
            cache = caches[index] if caches else None
            hidden = layer(hidden, kinds, (cosine, sine), mask, cache)
        return hidden

    def head(self, rows: Tensor | None = None) -> Tensor:
        """Return the weights (words, width) of ``logits`` in float32; ``rows`` as there."""
        weight = self.lm_head.weight if rows is None else self.lm_head.weight[rows]
        return weight.float()

    def logits(
        self, hidden: Tensor, rows: Tensor | None = None, head: Tensor | None = None
    ) -> Tensor:
        """Norm decoder states (…, width) and return their logits (…, words) in float32.

        ``rows`` picks words by their ids, all of the vocabulary without it; ``head``, made once
        where many logits are asked for, takes its place. The product is taken in float32
        whatever the weights' type: in 16 bits a logit near 20 has steps of 1/64 to 1/8.
        """
        weight = self.head(rows) if head is None else head
        return self.model.norm(hidden).float() @ weight.T
