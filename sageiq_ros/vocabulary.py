# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Visual Genome's standard words: 150 object names and 50 predicates.

The index is the class of RelTR's logits; index 0 is a dummy class in both, and the logits have
one more column at the end (no object, no relation). Source: the Stanford VG split's vocabulary,
as used by RelTR's official inference script.
"""

# fmt: off
OBJECTS: tuple[str, ...] = (
    'N/A', 'airplane', 'animal', 'arm', 'bag', 'banana', 'basket', 'beach', 'bear', 'bed', 'bench',
    'bike', 'bird', 'board', 'boat', 'book', 'boot', 'bottle', 'bowl', 'box', 'boy', 'branch',
    'building', 'bus', 'cabinet', 'cap', 'car', 'cat', 'chair', 'child', 'clock', 'coat',
    'counter', 'cow', 'cup', 'curtain', 'desk', 'dog', 'door', 'drawer', 'ear', 'elephant',
    'engine', 'eye', 'face', 'fence', 'finger', 'flag', 'flower', 'food', 'fork', 'fruit',
    'giraffe', 'girl', 'glass', 'glove', 'guy', 'hair', 'hand', 'handle', 'hat', 'head', 'helmet',
    'hill', 'horse', 'house', 'jacket', 'jean', 'kid', 'kite', 'lady', 'lamp', 'laptop', 'leaf',
    'leg', 'letter', 'light', 'logo', 'man', 'men', 'motorcycle', 'mountain', 'mouth', 'neck',
    'nose', 'number', 'orange', 'pant', 'paper', 'paw', 'people', 'person', 'phone', 'pillow',
    'pizza', 'plane', 'plant', 'plate', 'player', 'pole', 'post', 'pot', 'racket', 'railing',
    'rock', 'roof', 'room', 'screen', 'seat', 'sheep', 'shelf', 'shirt', 'shoe', 'short',
    'sidewalk', 'sign', 'sink', 'skateboard', 'ski', 'skier', 'sneaker', 'snow', 'sock', 'stand',
    'street', 'surfboard', 'table', 'tail', 'tie', 'tile', 'tire', 'toilet', 'towel', 'tower',
    'track', 'train', 'tree', 'truck', 'trunk', 'umbrella', 'vase', 'vegetable', 'vehicle', 'wave',
    'wheel', 'window', 'windshield', 'wing', 'wire', 'woman', 'zebra',
)

PREDICATES: tuple[str, ...] = (
    '__background__', 'above', 'across', 'against', 'along', 'and', 'at', 'attached to', 'behind',
    'belonging to', 'between', 'carrying', 'covered in', 'covering', 'eating', 'flying in', 'for',
    'from', 'growing on', 'hanging from', 'has', 'holding', 'in', 'in front of', 'laying on',
    'looking at', 'lying on', 'made of', 'mounted on', 'near', 'of', 'on', 'on back of', 'over',
    'painted on', 'parked on', 'part of', 'playing', 'riding', 'says', 'sitting on', 'standing on',
    'to', 'under', 'using', 'walking in', 'walking on', 'watching', 'wearing', 'wears', 'with',
)
# fmt: on

OBJECT_INDEX = {name: index for index, name in enumerate(OBJECTS)}
PREDICATE_INDEX = {name: index for index, name in enumerate(PREDICATES)}
