# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Words: a language model's free text, triplets and boxes as people type them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

from fuzzing.files import in_file
from fuzzing.mutators import decoded, encoded, mutate_json, mutate_text
from fuzzing.target import Run, Target
from sageiq_ros.analyzer.parsing import (
    read_selection,
    read_weights,
    strict_selection,
    strict_weights,
)
from sageiq_ros.analyzer.triplet_text import parse_triplets
from sageiq_ros.evaluation.boxes import Boxes
from sageiq_ros.evaluation.describe import parse_box

_ITEMS = 'car on street; man walking on sidewalk; traffic light above street\n'
# As Table II asks, as Table III reads, as Table VII shows the paper's model, and other ways.
_SELECTIONS = (
    'Selected items: [2, 1, 3]',
    'Selected items: [1], [3]',
    'Selected items: 2 and 1.',
    'Relevant triplets:\n- man walking on sidewalk\n- car on street (it may move)\n',
    'Relevant items:\n1. car on street\n2) traffic light above street\n',
    'The most significant items are [man walking on sidewalk, car on street].',
    'Selected indices: [0, 2]',
    'Nothing matters here. Selected items: []',
)
_PAIR = 'traffic light; car\n'
_WEIGHTS = (
    'Object: traffic light, Weight: 9; Object: car, Weight: 7.',
    'Object: traffic, Score: 9\nObject: car, Score: 7',
    'I would give the traffic light a weight of 8.5 and the car a weight of 6.',
    'Weight: 9 for the traffic light, weight: 7/10 for the car (on a scale of 1 to 10)',
    'traffic light: 9\ncar: 7',
    'importance 8, importance 3',
)
_TRIPLETS = (
    'car on street; man walking on sidewalk',
    'police car | in front of | traffic light; tree near building',
    'car on street;',
)
_BOXES = ('10,20,200,100', 'boxes.csv', ' 1 , 2 , 3 , 4 ', '0,0,320,240', '1.5,2,3e1,4')


def _texts(head: str, bodies: Sequence[str]) -> list[bytes]:
    return [encoded(head + body) for body in bodies]


def _split(data: bytes) -> tuple[list[str], str]:
    names, _, answer = decoded(data).partition('\n')
    return [name.strip() for name in names.split(';')][:40], answer


def _selection(data: bytes) -> str:
    items, answer = _split(data)
    found = [read(answer, items) for read in (read_selection, strict_selection)]
    for places in found:
        assert places is None or len(set(places)) == len(places)
        assert places is None or all(0 <= place < len(items) for place in places)
    return str(found)


def _weights(data: bytes) -> str:
    names, answer = _split(data)
    subject, object_ = (*names, '')[:2]
    found = [read(answer, subject, object_) for read in (read_weights, strict_weights)]
    for pair in found:
        assert pair is None or all(1.0 <= weight <= 10.0 for weight in pair)
    return str(found)


def _triplets(data: bytes) -> str:
    graph = parse_triplets(decoded(data))
    assert all(max(t.subject, t.object) < len(graph.regions) for t in graph.triplets)
    return f'{min(len(graph.triplets), 5)}'


def _box(data: bytes) -> str:
    text = decoded(data)
    Boxes([text])
    box = parse_box(text, SimpleNamespace(shape=(240, 320, 3)))
    assert 0 <= box.x1 < box.x2 <= 320 and 0 <= box.y1 < box.y2 <= 240
    return 'box'


def _box_file(
    suffix: str, seeds: Sequence[bytes]
) -> Callable[[Path], tuple[Sequence[bytes], Run]]:
    return in_file(f'boxes{suffix}', seeds, lambda path: str(Boxes([str(path)]).none))


TARGETS = (
    Target(
        'selection in free text',
        lambda folder: (_texts(_ITEMS, _SELECTIONS), _selection),
        mutate_text,
        16_000,
        (),
    ),
    Target(
        'weights in free text',
        lambda folder: (_texts(_PAIR, _WEIGHTS), _weights),
        mutate_text,
        16_000,
        (),
    ),
    Target('triplets', lambda folder: (_texts('', _TRIPLETS), _triplets), mutate_text, 8_000),
    Target('box', lambda folder: (_texts('', _BOXES), _box), mutate_text, 8_000),
    Target(
        'boxes in CSV',
        _box_file('.csv', [b'image,x,y,w,h\na.png,1,2,3,4\n', b'x,y,w,h\n1,2,3,4\n']),
        mutate_text,
        4_000,
    ),
    Target(
        'boxes in JSON',
        _box_file(
            '.json', [b'[[1, 2, 3, 4]]', b'{"a.png": [[1, 2, 3, 4]], "b.png": [[5, 6, 7, 8]]}']
        ),
        mutate_json,
        4_000,
    ),
)
