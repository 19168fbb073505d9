# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bench scene-graph``: what it measures is there, follows from the times, and is kept."""

from __future__ import annotations

import importlib.util
import json
from functools import partial

import bench_loads
import numpy as np
import pytest

from sageiq_ros.bench import agreement, full_size, stage
from sageiq_ros.bench.agreement import compare
from sageiq_ros.bench.machine import machine
from sageiq_ros.bench.runner import Runner
from sageiq_ros.bench.timing import fastest, interleave, spread, summary
from sageiq_ros.cli import main
from sageiq_ros.engines.base import EngineError
from sageiq_ros.types import Box, Region, SceneGraph, Triplet

COMMAND = ['bench', 'scene-graph']


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path_factory):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path_factory.getbasetemp() / 'cache'))


@pytest.fixture(scope='module')
def pictures(tmp_path_factory):
    import cv2

    from sageiq_ros.datasets.street import render_drive

    folder = tmp_path_factory.mktemp('pictures')
    for number, frame in enumerate(render_drive(0, 2, size=(448, 256))):
        cv2.imwrite(str(folder / f'{number}.png'), frame.image)
    return str(folder)


class Clock:
    """Take given times instead of real ones, and note who was asked."""

    def __init__(self, name, times, asked):
        self.name, self._times, self._asked = name, iter(times), asked

    def time(self, seconds):
        self._asked.append((self.name, seconds))
        return next(self._times)


def test_turns_alternate_and_count_as_the_median_of_their_runs():
    asked = []
    one = Clock('one', [[1.0, 9.0, 2.0], [4.0]], asked)
    two = Clock('two', [[8.0], [6.0, 2.0]], asked)
    assert interleave([one, two], 2, 0.5, '') == {'one': [2.0, 4.0], 'two': [8.0, 4.0]}
    assert asked == [('one', 0.5), ('two', 0.5), ('two', 0.5), ('one', 0.5)]


def test_ratios_pair_the_turns_of_one_repeat():
    # A machine that turned ten times slower half-way leaves the ratio alone.
    found = summary({'base': [10.0, 10.0, 100.0], 'fast': [5.0, 5.0, 50.0]}, 'base')
    assert found['fast']['faster'] == {'median': 2.0, 'p10': 2.0, 'p90': 2.0}
    assert found['base']['faster']['median'] == 1.0
    assert found['fast']['fps']['median'] == pytest.approx(200.0)
    assert found['base']['ms']['median'] == 10.0
    assert found['base']['turns_ms'] == [10.0, 10.0, 100.0]


def test_spread_and_fastest_follow_from_the_values():
    assert spread([float(value) for value in range(11)]) == {
        'median': 5.0,
        'p10': 1.0,
        'p90': 9.0,
    }
    turns = {'a': [3.0, 3.0, 0.1], 'b': [2.0, 2.0, 9.0], 'c': [1.0]}
    assert fastest(turns, ['a', 'b']) == 'b'


def test_a_process_times_hashes_and_tells_its_own_memory():
    ballast = np.ones(25_000_000)
    with Runner('light', partial(bench_loads.constant, 1.0)) as light:
        assert light.load_s > 0.0
        assert all(time >= 0.0 for time in light.time(0.0))
        assert light.digest() == light.digest()
        first = light.digest()
        before = light.peak_mb()
    with Runner('heavy', partial(bench_loads.holding, 150)) as heavy:
        # The 200 MB of this process are not counted, those of the child are.
        assert heavy.peak_mb() - before == pytest.approx(150.0, abs=40.0)
    assert before < ballast.nbytes / 1e6
    with Runner('other', partial(bench_loads.constant, 2.0)) as other:
        assert other.digest() != first
    with Runner('counting', bench_loads.counting) as counting:
        assert counting.digest() != counting.digest()


def test_faults_of_the_process_reach_the_one_who_measures(capfd):
    with pytest.raises(EngineError, match='There is nothing to run'):
        Runner('a', bench_loads.refusing)
    with pytest.raises(EngineError, match=r"'b' ended by itself \(exit status 7\)"):
        Runner('b', bench_loads.dying)
    with pytest.raises(EngineError, match=r"'c' ended by itself \(exit status 1\)"):
        Runner('c', bench_loads.stumbling)
    assert 'ZeroDivisionError: by accident' in capfd.readouterr().err
    with (
        Runner('d', bench_loads.dying_later) as runner,
        pytest.raises(EngineError, match=r"'d' ended by itself \(exit status 9\)"),
    ):
        runner.time(0.0)


def graph(predicate='on', left=0.0):
    regions = (
        Region('car', 0.9, Box(left, 0.0, 10.0, 10.0)),
        Region('street', 0.8, Box(0.0, 5.0, 20.0, 20.0)),
    )
    return SceneGraph(regions, (Triplet(0, predicate, 1, 0.7),))


def test_graphs_are_the_same_by_words_order_and_boxes_within_the_tolerance():
    assert compare([graph()], [graph(left=0.05)]) == {
        'triplets': [1],
        'same': [True],
        'same_triplets': True,
        'max_box_px': pytest.approx(0.05),
        'box_tolerance_px': agreement.BOX_TOLERANCE_PX,
    }
    assert compare([graph(), graph()], [graph(), graph(left=0.2)])['same'] == [True, False]
    assert not compare([graph()], [graph('near')])['same_triplets']
    turned = SceneGraph(graph().regions[::-1], (Triplet(1, 'on', 0, 0.7),))
    assert not compare([graph()], [turned])['same_triplets']
    empty = SceneGraph((), ())
    assert compare([empty], [empty])['same_triplets']
    assert not compare([empty], [graph()])['same_triplets']


def test_it_measures_the_shipped_network_and_keeps_every_turn(pictures, tmp_path, capsys):
    kept = tmp_path / 'bench.json'
    quick = ['--repeats', '2', '--seconds', '0.001', '--threads', '1', '--json', str(kept)]
    assert main([*COMMAND, '--input', pictures, *quick]) == 0
    measured = json.loads(kept.read_text())
    assert measured['settings'] == {'repeats': 2, 'seconds': 0.001, 'threads': 1}
    assert measured['input']['pictures'] == 2
    nano = measured['nano']
    assert nano['baseline'] == 'engine, openvino'
    installed = importlib.util.find_spec('onnxruntime') is not None
    assert ('engine, onnxruntime' in nano['runners']) == installed
    assert nano['not_installed'] == ([] if installed else ['onnxruntime'])
    for row in nano['runners'].values():
        assert len(row['turns_ms']) == 2
        assert row['fps']['p10'] <= row['fps']['median'] <= row['fps']['p90']
        assert row['peak_mb'] > 30.0
        assert row['load_s'] > 0.0
    looks = measured['looks']
    five = looks['runners']['stage 1, 5 looks']
    assert looks['latency_ratio'] == pytest.approx(1.0 / five['faster']['median'])
    batch = measured['batch']
    assert batch['same'] == [True] * 4
    assert sum(batch['triplets']) > 0
    assert batch['deterministic'] and len(batch['digests']) == 4
    printed = capsys.readouterr().out
    assert 'nano: reltr_nano int8' in printed
    assert 'give the same triplets as one by one' in printed
    assert 'identical to the bit' in printed


def test_a_detector_is_timed_beside_it_whatever_its_inputs(pictures, tmp_path, capsys):
    from sageiq_ros.engines.store import find_engine

    kept = tmp_path / 'bench.json'
    model = find_engine('sageiq_m_nano') / 'model.onnx'
    command = [*COMMAND, '--parts', 'nano', '--input', pictures, '--detector', str(model)]
    assert main([*command, '--repeats', '1', '--seconds', '0.001', '--json', str(kept)]) == 0
    assert 'yardstick, model' in json.loads(kept.read_text())['nano']['runners']
    assert 'yardstick, model' in capsys.readouterr().out


def test_disagreement_is_printed_and_is_the_exit_status(pictures, monkeypatch, capsys):
    found = {
        'images': 4,
        'by': 'OpenVINO reshape',
        'max_difference': {'rel_logits': 1.0},
        **compare([graph()], [graph('near')]),
        'processes': 2,
        'runs_each': 2,
        'digests': ['a', 'b'],
        'deterministic': False,
    }
    monkeypatch.setattr(agreement, 'batch', lambda *_: found)
    assert main([*COMMAND, '--parts', 'batch', '--input', pictures]) == 1
    printed = capsys.readouterr().out
    assert 'give NOT the same triplets' in printed
    assert 'NOT identical to the bit' in printed


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        (['--repeats', '0'], 'must be positive'),
        (['--seconds', '0'], 'must be positive'),
        (['--threads', '0'], 'must be positive'),
        (['--engine', 'none_such'], "No engine at 'none_such'"),
        (['--engine', 'sageiq_m_nano', '--parts', 'nano'], 'runs sageiq_m, where reltr'),
        (['--engine', 'sageiq_m_nano', '--parts', 'batch'], 'runs sageiq_m, not reltr'),
        (['--detector', 'none.onnx'], 'There is no detector at none.onnx'),
        (['--json', 'no/such/folder.json'], 'There is no folder no/such'),
    ],
)
def test_wrong_words_are_answered_by_a_sentence(pictures, words, sentence, capsys):
    assert main([*COMMAND, '--input', pictures, *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_file_that_is_no_network_is_no_detector(pictures, tmp_path, capsys):
    file = tmp_path / 'broken.onnx'
    file.write_bytes(b'not a network')
    command = [*COMMAND, '--parts', 'nano', '--input', pictures, '--detector', str(file)]
    assert main(command) == 2
    assert f'{file} is no ONNX file' in capsys.readouterr().err


def test_the_full_size_names_the_packages_it_lacks(pictures, monkeypatch, capsys):
    monkeypatch.setattr(full_size, 'find_spec', lambda name: None if name == 'nncf' else name)
    assert main([*COMMAND, '--parts', 'full', '--input', pictures]) == 2
    assert 'The part full lacks nncf; install' in capsys.readouterr().err


def test_the_machine_is_described_by_what_decides_speed():
    found = machine()
    assert found['processors'] >= 1
    assert 'openvino' in found['packages']
    assert json.loads(json.dumps(found)) == found


def test_looks_are_those_that_the_setting_allows():
    from sageiq_ros.config import SceneGraphConfig
    from sageiq_ros.schema import settings

    meta = {name: meta for name, _, meta in settings(SceneGraphConfig())}
    assert meta['looks']['high'] == stage.MOST_LOOKS
