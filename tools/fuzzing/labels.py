# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Labels that users bring: of a drive's frames, of triplets, answers in words."""

from __future__ import annotations

from pathlib import Path

from fuzzing.files import in_file
from fuzzing.mutators import mutate_json, mutate_text
from fuzzing.target import Target
from sageiq_ros.datasets.importance_labels import load_triplets
from sageiq_ros.evaluation.bag.label_file import LARGEST, read_label_file
from sageiq_ros.evaluation.words_experiment import read_answers

_CSV = (
    b'stamp_ns,score\n1000000000,0.5\n1100000000,\n1200000000,0.75\n',
    b'stamp,score\n1767225600.1,0.5\n1767225600.2,nan\n',
    b'frame,score,note\n0,0.5,"wet, dark"\n7,1,\n',
    b'name,score\nmessage 0,0.25\nmessage 12,0.5\n',
)
_TRIPLET = (
    b'{"subject": "car", "predicate": "on", "object": "street", "split": "tuning", '
    b'"parking": [[1, 8, 5], [0, 7, 4.5]]}\n'
)
_ANSWER = b'{"name": "a.png", "answer": "It is sharp.", "box": [1, 2, 3, 4], "dataset": "kitti"}\n'


def _labels(path: Path) -> str:
    labels = read_label_file(path)
    assert len(labels.keys) == len(labels.scores) and all(0 <= k <= LARGEST for k in labels.keys)
    return f'{min(len(labels.keys), 3)} {labels.by_stamp} {min(labels.empty, 2)}'


def _triplets(path: Path) -> str:
    found = load_triplets(path)
    for labelled in found:
        for query in labelled.votes:
            assert min(labelled.importance(query)) >= 1.0
            labelled.relevant(query)
    return f'{min(len(found), 3)}'


TARGETS = (
    Target('labels of a drive', in_file('labels.csv', _CSV, _labels), mutate_text, 8_000),
    Target('labelled triplets', in_file('t.jsonl', [_TRIPLET], _triplets), mutate_json, 6_000),
    Target(
        'answers in words',
        in_file('answers.jsonl', [_ANSWER], lambda path: len(read_answers(path))),
        mutate_json,
        4_000,
    ),
)
