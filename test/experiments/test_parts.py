# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A part of the report that fails takes no other with it, and nothing that was found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sageiq_ros.config import PipelineConfig
from sageiq_ros.experiments import parts as module
from sageiq_ros.experiments.agreement import Scores
from sageiq_ros.experiments.answers import Answers, Look, Speaker
from sageiq_ros.experiments.options import EXPERIMENTS, WORDS
from sageiq_ros.experiments.output import write_files
from sageiq_ros.experiments.parts import Material, parts
from sageiq_ros.experiments.words import Vectors
from sageiq_ros.experiments.work import AssessJob, Row
from sageiq_ros.sageiq_d.hybrid import BoxRule
from sageiq_ros.types import SageIQError


def material(experiments, **more):
    rows = [Row('s', 's', 'a', f'{n}', 'motion_blur', 5, 'with', n, n, 1) for n in range(3)]
    job = AssessJob(
        sets={},
        scorers={'s': 's'},
        experiments=frozenset(experiments),
        main='s',
        detector='',
        config=PipelineConfig(),
        boxes=BoxRule(),
        seed=0,
        cache=Path('unused'),
    )
    given = {
        'left_out': (),
        'chosen': {'a': 3},
        'fine_tuning': '',
        'every': (),
        'features': None,
        'pictures': None,
        'against': '',
        'vectors': Vectors(None, None),
    }
    return Material(job=job, rows=rows, scores=Scores(rows, 5, 0), **{**given, **more})


SECTIONS = (
    ('overview', None),
    ('table_viii', 'table8'),
    ('figure_10', 'fig10'),
    *((f'figure_{number}', f'fig{number}') for number in range(11, 16)),
    ('measure', 'fig8'),
    ('ask', 'words'),
)


@pytest.mark.parametrize(('name', 'experiment'), SECTIONS)
@pytest.mark.parametrize('error', [SageIQError('It is gone.'), ZeroDivisionError('It is gone.')])
def test_each_may_fail_by_itself(name, experiment, error, monkeypatch):
    def fail(*args, **more):
        raise error

    monkeypatch.setattr(module, name, fail)
    asked = {experiment, 'table8'} - {None}
    found = list(parts(material(asked, features=object(), against='t')))
    assert len(found) == 1 + len(asked)
    (failed,) = (part for part in found if part.reason)
    assert failed.reason.endswith('It is gone.')
    assert failed.section.text == (f'Not run: {failed.reason}',)
    # Of one experiment the paper has tables that are shown all the same.
    assert bool(failed.section.blocks) == (experiment == WORDS)


def test_every_experiment_has_a_part():
    assert {name for _, name in SECTIONS} - {None} == set(EXPERIMENTS)


def test_answers_that_cannot_be_compared_are_kept(monkeypatch):
    look = Look('a', '1.png', None, np.zeros((8, 8, 3), np.uint8))
    speakers = (Speaker(title, title, ['sharp']) for title in 'st')
    monkeypatch.setattr(module, 'ask', lambda *args: Answers([look], *speakers, seed=0))

    def fail(*args):
        raise SageIQError('No pair of answers could be compared.')

    monkeypatch.setattr(module, 'tables_x_and_xi', fail)
    _, part = parts(material({WORDS}, against='t'))
    assert part.reason == 'No pair of answers could be compared.'
    assert all('"sharp"' in text for text in part.files.values()) and len(part.files) == 2
    (table,) = part.section.blocks
    assert table.rows and all(row.paper for row in table.rows)


def test_numbers_are_written_before_a_page_that_fails(tmp_path, monkeypatch):
    def fail(report):
        raise ZeroDivisionError

    monkeypatch.setattr('sageiq_ros.experiments.output.markdown', fail)
    with pytest.raises(ZeroDivisionError):
        write_files(tmp_path, None, {'a': 1}, {'answers.jsonl': '{}'})
    assert {path.name for path in tmp_path.iterdir()} == {'paper.json', 'answers.jsonl'}
