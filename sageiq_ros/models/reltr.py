# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""RelTR, relation transformer for scene graphs (Cong, Yang, Rosenhahn 2023), with official keys.

``RelTRConfig()`` is the published network. ``RelTRConfig.nano()`` is the same network made small,
with one declared departure (docs/deviations.md): ``anchor_classes`` names classes that a dense
head finds on three levels of the backbone, and its finds replace the learned queries.

Shapes: B images, N memory cells, E entity queries, T triplet queries, D hidden width.
Boxes are (cx, cy, w, h) in [0, 1] of the unpadded input.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sageiq_ros.models.csp_darknet import CSPDarknet
from sageiq_ros.models.reltr_anchors import AnchorQueries, FusedProjection, refine
from sageiq_ros.models.reltr_layers import MLP, DecoderLayer, EncoderLayer, sine_position
from sageiq_ros.models.resnet import ResNet
from sageiq_ros.vocabulary import OBJECT_INDEX

MASK_SIDE = 28
STREET_WORDS = (
    'person', 'bike', 'car', 'motorcycle', 'bus', 'truck', 'street', 'sidewalk', 'tree', 'pole',
    'sign', 'building', 'fence',
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RelTRConfig:
    """Size a RelTR; the defaults are the published Visual Genome network."""

    backbone: str = 'resnet50'
    hidden: int = 256
    heads: int = 8
    encoder_layers: int = 6
    decoder_layers: int = 6
    feedforward: int = 2048
    entities: int = 100
    triplets: int = 200
    classes: int = 151
    predicates: int = 51
    dropout: float = 0.1
    mask_channels: tuple[int, int] = (64, 32)
    mask_features: tuple[int, int] = (512, 128)
    anchor_classes: tuple[int, ...] = ()

    @classmethod
    def nano(cls) -> RelTRConfig:
        """Return the embedded configuration, about 3 million parameters."""
        return cls(
            backbone='csp_darknet',
            hidden=128,
            heads=4,
            encoder_layers=1,
            decoder_layers=2,
            feedforward=256,
            entities=64,
            triplets=80,
            dropout=0.0,
            mask_channels=(16, 16),
            mask_features=(64, 64),
            anchor_classes=tuple(OBJECT_INDEX[word] for word in STREET_WORDS),
        )


class Backbone(nn.Module):
    """Hold the feature extractor under the official key prefix ``backbone.0.body``."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.body = CSPDarknet() if name == 'csp_darknet' else ResNet(name)


class Encoder(nn.Module):
    def __init__(self, config: RelTRConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))


class Decoder(nn.Module):
    def __init__(self, config: RelTRConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))


class Transformer(nn.Module):
    def __init__(self, config: RelTRConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)


class RelTR(nn.Module):
    """Turn images into entities and subject-predicate-object triplets."""

    def __init__(self, config: RelTRConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or RelTRConfig()
        d = config.hidden
        self.backbone = nn.ModuleList([Backbone(config.backbone)])
        channels = self.backbone[0].body.channels
        if config.anchor_classes:
            self.input_proj = FusedProjection(channels, d)
        else:
            self.input_proj = nn.Conv2d(channels[-1], d, 1)
        self.transformer = Transformer(config)
        anchored = bool(config.anchor_classes)
        self.entity_embed = nn.Embedding(1 if anchored else config.entities, 2 * d)
        self.triplet_embed = nn.Embedding(1 if anchored else config.triplets, 3 * d)
        self.so_embed = nn.Embedding(2, d)
        first, second = config.mask_channels
        self.so_mask_conv = nn.Sequential(
            nn.Upsample(size=(MASK_SIDE, MASK_SIDE)),
            nn.Conv2d(2, first, 3, 2, 3),
            nn.ReLU(),
            nn.BatchNorm2d(first),
            nn.MaxPool2d(3, 2, 1),
            nn.Conv2d(first, second, 3, 1, 1),
            nn.ReLU(),
            nn.BatchNorm2d(second),
        )
        inner, outer = config.mask_features
        self.so_mask_fc = nn.Sequential(
            nn.Linear(second * 64, inner), nn.ReLU(), nn.Linear(inner, outer)
        )
        self.rel_class_embed = MLP(2 * d + outer, d, config.predicates + 1, 2)
        for role in ('entity', 'sub', 'obj'):
            setattr(self, f'{role}_class_embed', nn.Linear(d, config.classes + 1))
            setattr(self, f'{role}_bbox_embed', MLP(d, d, 4, 3))
        for parameter in self.transformer.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
        if anchored:
            self.anchors = AnchorQueries(config, channels)
            for role in ('entity', 'sub', 'obj'):
                last = getattr(self, f'{role}_bbox_embed').layers[-1]
                nn.init.zeros_(last.weight)
                nn.init.zeros_(last.bias)

    def forward(self, images: Tensor, mask: Tensor | None = None) -> dict[str, Tensor]:
        """Run on images (B, 3, H, W), normalised as the backbone wants them.

        ``mask`` (B, H, W) is True on padding. Returns the last layer's ``pred_logits``
        (B, E, classes + 1), ``sub_logits``, ``obj_logits`` (B, T, classes + 1), ``rel_logits``
        (B, T, predicates + 1) and ``pred_boxes``, ``sub_boxes``, ``obj_boxes``; ``aux_outputs``
        holds those of the earlier layers, ``so_maps`` (layer, B, T, 2, h, w) the attention maps.
        An anchored network adds what its loss needs: ``dense_logits`` (B, cells, anchor classes),
        ``dense_boxes`` and ``pair_logits``.
        """
        features = self.features(images)
        return self.relate(features, mask)

    def features(self, images: Tensor) -> list[Tensor]:
        """Return the backbone's maps."""
        return self.backbone[0].body(images)

    def relate(self, features: list[Tensor], mask: Tensor | None = None) -> dict[str, Tensor]:
        """Run everything behind the backbone."""
        x = self.input_proj(features if self.config.anchor_classes else features[-1])
        height, width = x.shape[-2:]
        if mask is None:
            small = None
            pos = sine_position(
                torch.zeros(1, height, width, dtype=torch.bool, device=x.device), x.shape[1]
            )
            blocked = None
        else:
            small = F.interpolate(mask[None].float(), size=(height, width))[0].bool()
            pos = sine_position(small, x.shape[1])
            blocked = small.flatten(1)[:, None, None, :]
        pos = pos.flatten(2).transpose(1, 2).to(x.dtype)
        memory = x.flatten(2).transpose(1, 2)
        for layer in self.transformer.encoder.layers:
            memory = layer(memory, pos, blocked)
        if self.config.anchor_classes:
            return self._decode_anchored(features, memory, pos, (height, width))
        return self._decode(memory, pos, blocked, (height, width))

    def _decode(
        self, memory: Tensor, pos: Tensor, blocked: Tensor | None, size: tuple[int, int]
    ) -> dict[str, Tensor]:
        batch, d = len(memory), self.config.hidden
        entity_pos, entity = self.entity_embed.weight.expand(batch, -1, -1).split(d, dim=2)
        pair_pos, sub, obj = self.triplet_embed.weight.expand(batch, -1, -1).split(d, dim=2)
        so_pos = self.so_embed.weight
        outputs = []
        for layer in self.transformer.decoder.layers:
            entity = layer.entity(entity, entity_pos, memory, pos, blocked)
            sub, obj, sub_map, obj_map = layer.triplet(
                sub, obj, pair_pos, pair_pos, so_pos, entity, memory, pos, blocked
            )
            outputs.append(
                {
                    'pred_logits': self.entity_class_embed(entity),
                    'pred_boxes': self.entity_bbox_embed(entity).sigmoid(),
                    'sub_boxes': self.sub_bbox_embed(sub).sigmoid(),
                    'obj_boxes': self.obj_bbox_embed(obj).sigmoid(),
                    **self._triplet_heads(sub, obj, sub_map, obj_map, size),
                }
            )
        return _collect(outputs)

    def _decode_anchored(
        self, maps: list[Tensor], memory: Tensor, pos: Tensor, size: tuple[int, int]
    ) -> dict[str, Tensor]:
        config, d = self.config, self.config.hidden
        layers = self.transformer.decoder.layers
        dense_features, dense_logits, dense_boxes = self.anchors.dense(maps)
        cells = self.anchors.pick_cells(dense_logits, dense_boxes, config.entities, size)
        words = self.anchors.words(dense_logits, cells)
        content = self.anchors.content(dense_features, memory, cells, size)
        box = dense_boxes.gather(1, cells[..., None].expand(-1, -1, 4)).detach()
        entity = content + self.entity_embed.weight[:, d:]
        entities, logits, boxes = [], [], []
        for layer in layers:
            entity_pos = self.anchors.position(box) + self.entity_embed.weight[:, :d]
            prior = self.anchors.entity_prior(box, size)
            entity = layer.entity(entity, entity_pos, memory, pos, prior)
            refined = refine(self.entity_bbox_embed(entity), box)
            entities.append(entity)
            boxes.append(refined)
            logits.append(self.entity_class_embed(entity) + words)
            box = refined.detach()
        entity_pos = self.anchors.position(box)
        pair_logits = self.anchors.pairs(entity, entity_pos)
        first, second = self.anchors.pick_pairs(pair_logits, logits[-1], config.triplets)
        shared, sub_start, obj_start = self.triplet_embed.weight.split(d, dim=1)
        sub = entity.gather(1, first[..., None].expand(-1, -1, d)) + sub_start
        obj = entity.gather(1, second[..., None].expand(-1, -1, d)) + obj_start
        sub_box = box.gather(1, first[..., None].expand(-1, -1, 4))
        obj_box = box.gather(1, second[..., None].expand(-1, -1, 4))
        sub_words = words.gather(1, first[..., None].expand(-1, -1, words.shape[2]))
        obj_words = words.gather(1, second[..., None].expand(-1, -1, words.shape[2]))
        outputs = []
        for index, layer in enumerate(layers):
            sub_pos = self.anchors.position(sub_box) + shared
            obj_pos = self.anchors.position(obj_box) + shared
            sub, obj, sub_map, obj_map = layer.triplet(
                sub,
                obj,
                sub_pos,
                obj_pos,
                self.so_embed.weight,
                entities[index],
                memory,
                pos,
                self.anchors.triplet_prior(sub_box, size),
                self.anchors.triplet_prior(obj_box, size),
            )
            sub_refined = refine(self.sub_bbox_embed(sub), sub_box)
            obj_refined = refine(self.obj_bbox_embed(obj), obj_box)
            sub_box, obj_box = sub_refined.detach(), obj_refined.detach()
            heads = self._triplet_heads(sub, obj, sub_map, obj_map, size)
            outputs.append(
                {
                    **heads,
                    'pred_logits': logits[index],
                    'pred_boxes': boxes[index],
                    'sub_logits': heads['sub_logits'] + sub_words,
                    'obj_logits': heads['obj_logits'] + obj_words,
                    'sub_boxes': sub_refined,
                    'obj_boxes': obj_refined,
                }
            )
        return {
            **_collect(outputs),
            'dense_logits': dense_logits,
            'dense_boxes': dense_boxes,
            'pair_logits': pair_logits,
        }

    def _triplet_heads(
        self, sub: Tensor, obj: Tensor, sub_map: Tensor, obj_map: Tensor, size: tuple[int, int]
    ) -> dict[str, Tensor]:
        triplets = sub_map.shape[1]
        maps = torch.stack([sub_map, obj_map], dim=2).detach()
        maps = maps.reshape(-1, 2, *size)
        heat = self.so_mask_fc(self.so_mask_conv(maps).flatten(1))
        heat = heat.reshape(-1, triplets, heat.shape[1])
        return {
            'sub_logits': self.sub_class_embed(sub),
            'obj_logits': self.obj_class_embed(obj),
            'rel_logits': self.rel_class_embed(torch.cat([sub, obj, heat], dim=2)),
            'so_maps': maps.reshape(-1, triplets, 2, *size),
        }


def _collect(outputs: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    maps = torch.stack([output.pop('so_maps') for output in outputs])
    return {**outputs[-1], 'aux_outputs': outputs[:-1], 'so_maps': maps}
