# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq scene-graph`` as a user meets it: lines, pictures, skipped files, wrong arguments."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from sageiq_ros.cli import main
from sageiq_ros.datasets.street import render_street
from sageiq_ros.scene_graph import build
from sageiq_ros.types import Box, Region, SceneGraph, Triplet
from sageiq_ros.vocabulary import OBJECT_INDEX, PREDICATE_INDEX

GRAPH = SceneGraph(
    (Region('car', 0.9, Box(10, 20, 50, 40)), Region('street', 0.8, Box(0, 30, 64, 48))),
    (Triplet(0, 'on', 1, 0.5),),
)


class Double:
    """Find the same graph everywhere; remember the settings."""

    name = 'double fp32'

    def generate(self, image, config):
        self.config = config
        return GRAPH


@pytest.fixture
def double(monkeypatch):
    made = Double()

    def build_generator(config, threads, backend):
        made.asked = config.engine, threads, backend
        return made

    monkeypatch.setattr(build, 'build_generator', build_generator)
    return made


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / 'frames'
    path.mkdir()
    for number in (1, 2, 10):
        cv2.imwrite(str(path / f'f{number}.png'), np.full((48, 64, 3), 90, np.uint8))
    return path


def test_a_line_a_frame_goes_to_the_terminal(folder, double, capsys):
    assert main(['scene-graph', str(folder)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line['name'] for line in lines] == ['f1.png', 'f2.png', 'f10.png']
    first = lines[0]
    assert (first['width'], first['height'], first['stamp_ns']) == (64, 48, None)
    assert first['regions'][0] == {'label': 'car', 'confidence': 0.9, 'box': [10, 20, 50, 40]}
    assert first['triplets'] == [
        {'subject': 0, 'object': 1, 'words': ['car', 'on', 'street'], 'confidence': 0.5}
    ]
    assert first['scene_graph'] == 'double fp32' and first['ms'] >= 0


def test_a_bag_keeps_its_stamps(folder, double, tmp_path, capsys):
    bag = str(tmp_path / 'bag')
    assert main(['bag', 'make', str(folder), bag, '--rate', '2']) == 0
    capsys.readouterr()
    assert main(['scene-graph', bag, '--topic', '/image_raw']) == 0
    stamps = [json.loads(line)['stamp_ns'] for line in capsys.readouterr().out.splitlines()]
    assert np.diff(stamps).tolist() == [500_000_000] * 2


def test_a_folder_takes_lines_and_pictures(folder, double, tmp_path, capsys):
    out = tmp_path / 'out'
    assert main(['scene-graph', str(folder), '--out', str(out), '--overlays']) == 0
    assert capsys.readouterr().out == ''
    assert len((out / 'graphs.jsonl').read_text().splitlines()) == 3
    pictures = sorted((out / 'overlays').iterdir())
    assert [path.name for path in pictures] == ['000000_f1.jpg', '000001_f2.jpg', '000002_f10.jpg']
    assert cv2.imread(str(pictures[0])).shape == (48, 64, 3)


def test_a_file_takes_the_lines(folder, double, tmp_path):
    out = tmp_path / 'a.jsonl'
    assert main(['scene-graph', str(folder), '--out', str(out), '--frames', '2']) == 0
    assert len(out.read_text().splitlines()) == 2


def test_settings_come_from_options_over_the_file(folder, double, tmp_path):
    file = tmp_path / 'own.yaml'
    file.write_text(
        '/**:\n  ros__parameters:\n    runtime: {threads: 3}\n'
        '    scene_graph: {entity_threshold: 0.4, looks: 5}\n'
    )
    words = ['--config', str(file), '--looks', '2', '--max-triplets', '7', '--engine', 'mine']
    assert main(['scene-graph', str(folder), *words]) == 0
    assert double.asked == ('mine', 3, 'auto')
    assert double.config.entity_threshold == 0.4
    assert (double.config.looks, double.config.max_triplets) == (2, 7)


def test_a_broken_picture_is_told_and_the_rest_is_written(folder, double, capsys):
    (folder / 'f3.png').write_bytes(b'')
    assert main(['scene-graph', str(folder)]) == 1
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 3
    assert 'skipped: f3.png' in shown.err and '3 frames written, 1 skipped' in shown.err


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        (['--overlays'], '--overlays needs a folder'),
        (['--overlays', '--out', 'a.jsonl'], '--overlays needs a folder'),
        (['--out', '/dev/null/a'], 'Cannot make the folder'),
        (['--out', 'none/a.jsonl'], 'Cannot write none/a.jsonl'),
        (['--looks', '9'], 'looks must lie in [1, 5]'),
        (['--entity-threshold', '1.5'], 'entity_threshold must lie in [0.0, 1.0]'),
        (['--config', 'none.yaml'], 'Cannot read the parameter file'),
        (['--frames', '0'], 'at least 1'),
    ],
)
def test_a_wrong_argument_is_one_sentence(
    folder, double, capsys, tmp_path, monkeypatch, words, sentence
):
    monkeypatch.chdir(tmp_path)
    assert main(['scene-graph', str(folder), *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith('sageiq: ') and sentence in error and len(error.splitlines()) == 1


def test_an_engine_that_is_not_there_is_named_with_those_that_are(folder, capsys):
    assert main(['scene-graph', str(folder), '--engine', 'reltr_big']) == 2
    assert "No engine at 'reltr_big'" in capsys.readouterr().err


def test_the_shipped_engine_finds_a_street(tmp_path, capsys):
    cv2.imwrite(str(tmp_path / 'a.png'), render_street(0, size=(640, 360), clean=True).image)
    assert main(['scene-graph', str(tmp_path / 'a.png'), '--threads', '1']) == 0
    line = json.loads(capsys.readouterr().out)
    assert {region['label'] for region in line['regions']} >= {'street'}
    for triplet in line['triplets']:
        subject, predicate, object_ = triplet['words']
        assert subject == line['regions'][triplet['subject']]['label']
        assert object_ == line['regions'][triplet['object']]['label']
        assert predicate in PREDICATE_INDEX and subject in OBJECT_INDEX
    assert line['triplets']
