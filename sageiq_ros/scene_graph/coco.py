# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""COCO's classes under Visual Genome's words: what a COCO detector may say in a scene graph."""

from __future__ import annotations

from sageiq_ros.vocabulary import OBJECT_INDEX

# Number in COCO's 91, name, word of vocabulary.OBJECTS (empty where it has none). The order is
# that of the 80 classes without gaps. Every class of a street is told by its own word or by the
# nearest more general one; a thing that only looks alike (teddy bear, hot dog) has none.
_CLASSES: tuple[tuple[int, str, str], ...] = (
    (1, 'person', 'person'), (2, 'bicycle', 'bike'), (3, 'car', 'car'),
    (4, 'motorcycle', 'motorcycle'), (5, 'airplane', 'airplane'), (6, 'bus', 'bus'),
    (7, 'train', 'train'), (8, 'truck', 'truck'), (9, 'boat', 'boat'),
    (10, 'traffic light', 'light'), (11, 'fire hydrant', ''), (13, 'stop sign', 'sign'),
    (14, 'parking meter', ''), (15, 'bench', 'bench'), (16, 'bird', 'bird'), (17, 'cat', 'cat'),
    (18, 'dog', 'dog'), (19, 'horse', 'horse'), (20, 'sheep', 'sheep'), (21, 'cow', 'cow'),
    (22, 'elephant', 'elephant'), (23, 'bear', 'bear'), (24, 'zebra', 'zebra'),
    (25, 'giraffe', 'giraffe'), (27, 'backpack', 'bag'), (28, 'umbrella', 'umbrella'),
    (31, 'handbag', 'bag'), (32, 'tie', 'tie'), (33, 'suitcase', 'bag'), (34, 'frisbee', ''),
    (35, 'skis', 'ski'), (36, 'snowboard', ''), (37, 'sports ball', ''), (38, 'kite', 'kite'),
    (39, 'baseball bat', ''), (40, 'baseball glove', 'glove'), (41, 'skateboard', 'skateboard'),
    (42, 'surfboard', 'surfboard'), (43, 'tennis racket', 'racket'), (44, 'bottle', 'bottle'),
    (46, 'wine glass', 'glass'), (47, 'cup', 'cup'), (48, 'fork', 'fork'), (49, 'knife', ''),
    (50, 'spoon', ''), (51, 'bowl', 'bowl'), (52, 'banana', 'banana'), (53, 'apple', 'fruit'),
    (54, 'sandwich', 'food'), (55, 'orange', 'orange'), (56, 'broccoli', 'vegetable'),
    (57, 'carrot', 'vegetable'), (58, 'hot dog', ''), (59, 'pizza', 'pizza'),
    (60, 'donut', 'food'), (61, 'cake', 'food'), (62, 'chair', 'chair'), (63, 'couch', ''),
    (64, 'potted plant', 'plant'), (65, 'bed', 'bed'), (67, 'dining table', 'table'),
    (70, 'toilet', 'toilet'), (72, 'tv', 'screen'), (73, 'laptop', 'laptop'), (74, 'mouse', ''),
    (75, 'remote', ''), (76, 'keyboard', ''), (77, 'cell phone', 'phone'),
    (78, 'microwave', ''), (79, 'oven', ''), (80, 'toaster', ''), (81, 'sink', 'sink'),
    (82, 'refrigerator', ''), (84, 'book', 'book'), (85, 'clock', 'clock'), (86, 'vase', 'vase'),
    (87, 'scissors', ''), (88, 'teddy bear', ''), (89, 'hair drier', ''), (90, 'toothbrush', ''),
)  # fmt: skip

WORDS_80: tuple[str, ...] = tuple(word for _, _, word in _CLASSES)
"""Word of each of the 80 classes without gaps (YOLOX); empty where there is none."""

WORDS_91: tuple[str, ...] = tuple(
    {number: word for number, _, word in _CLASSES}.get(number, '') for number in range(91)
)
"""Word of each of the numbers 0 to 90 (DETR); empty where there is none."""

_BY_NAME = {name: word for _, name, word in _CLASSES}


def word_of(name: str) -> str:
    """Return Visual Genome's word for a class name of COCO or of Visual Genome, else ''."""
    plain = ' '.join(name.replace('_', ' ').lower().split())
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    return plain if plain in OBJECT_INDEX else ''
