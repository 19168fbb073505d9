# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Answers travel as a file, and with it a car needs no language model."""

import json
from dataclasses import replace

import pytest
from analyzer_helpers import make_graph, needs_smollm2

import sageiq_ros.analyzer.language_models.files as files
from sageiq_ros.analyzer import job as jobs
from sageiq_ros.analyzer.answers import items_key, pair_key, valid_answer
from sageiq_ros.analyzer.answers_file import AnswersFile, load_answers, shipped_answers
from sageiq_ros.analyzer.build import build_analyzer, find_job
from sageiq_ros.analyzer.memo import Memo
from sageiq_ros.analyzer.prior import vocabulary
from sageiq_ros.analyzer.waiting import wait_for_answers
from sageiq_ros.cli import main
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import SageIQError, WeightSource

STREET = make_graph(('car', 'on', 'street', 0.9), ('zeppelin', 'above', 'street', 0.5))


@pytest.fixture
def answers(tmp_path):
    """A file of a model that is nowhere, with answers to one query."""
    path = tmp_path / 'answers.json'
    found = {label: place / 100 for place, label in enumerate(vocabulary())}
    AnswersFile('openvino:abc', 'Elsewhere-8B', 'association-1', 1, {'parking': found}).save(path)
    return path


@pytest.fixture
def no_model(monkeypatch):
    monkeypatch.setattr(files, 'PACKAGE', 'no-such-package')


def test_a_car_needs_no_model_where_it_has_answers(tmp_path, answers, no_model):
    config = AnalyzerConfig(
        model=str(answers), query='parking', min_weight=1.0, memo=str(tmp_path / 'memo')
    )
    analyzer = build_analyzer(config)
    assert analyzer.name == 'Elsewhere-8B association and prior'
    found = {item.triplet: item.source for item in analyzer.analyze(STREET, config)}
    assert found == {0: WeightSource.MEMO, 1: WeightSource.PRIOR}
    assert analyzer.status() is None and analyzer.answered(STREET, config)
    analyzer.close()


def test_a_query_that_the_file_does_not_answer_is_told(tmp_path, answers, no_model, caplog):
    config = AnalyzerConfig(model=str(answers), query='snow clearing', memo=str(tmp_path / 'memo'))
    analyzer = build_analyzer(config)
    assert {item.source for item in analyzer.analyze(STREET, config)} == {WeightSource.PRIOR}
    said = "The file of answers has none, or not all, to the query 'snow clearing'"
    assert said in analyzer.status().error and said in caplog.text
    parking = replace(config, query='parking')
    assert wait_for_answers(analyzer, STREET, parking, 30.0)
    assert analyzer.analyze(STREET, parking)[0].source is WeightSource.MEMO
    assert analyzer.status() is None
    analyzer.close()


def test_a_file_of_another_method_is_refused(answers):
    with pytest.raises(SageIQError, match="holds answers of the method 'association'"):
        build_analyzer(AnalyzerConfig(model=str(answers), mode='constrained'))


@pytest.mark.parametrize(
    'spoil',
    [
        lambda text: text[:100],
        lambda text: '[]',
        lambda text: text.replace('"format": 1', '"format": 9'),
        lambda text: text.replace('"queries"', '"questions"'),
        lambda text: '\x00',
        lambda text: text.replace('"prompt": 1', '"prompt": Infinity'),
        lambda text: text.replace('"queries": {', '"queries": ' + 9000 * '[' + '{'),
    ],
)
def test_a_spoilt_file_is_one_sentence(answers, capsys, spoil):
    answers.write_text(spoil(answers.read_text(encoding='utf-8')), encoding='utf-8')
    with pytest.raises(SageIQError, match='is not a file of answers as sageiq analyzer export'):
        load_answers(answers)
    assert main(['analyzer', 'import', str(answers)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(SageIQError, match='cannot be read: No such file'):
        build_analyzer(AnalyzerConfig(model=str(tmp_path / 'absent.json')))


def test_answers_out_of_range_are_left_out_and_counted(answers, caplog):
    document = json.loads(answers.read_text(encoding='utf-8'))
    document['queries']['parking'] |= {'car': 'much', 'bus': 1e9, 'tree': 2.5, '["x"]': [0]}
    document['queries']['parking']['\ud800'] = 1.0
    answers.write_text(json.dumps(document), encoding='utf-8')
    found = load_answers(answers).queries['parking']
    assert found['tree'] == 2.5 and not {'car', 'bus'} & found.keys()
    assert "4 answers to 'parking' are out of range" in caplog.text
    assert main(['analyzer', 'import', str(answers), '--memo', str(answers.with_name('m'))]) == 0


def test_import_and_export_are_each_others_inverse(tmp_path, answers, capsys):
    memo = str(tmp_path / 'memo')
    assert main(['analyzer', 'import', str(answers), '--memo', memo]) == 0
    assert '150 answers of Elsewhere-8B (association-1) to 1 queries' in capsys.readouterr().out
    loaded = load_answers(answers)
    assert Memo(tmp_path / 'memo').load(loaded.section('parking')) == loaded.queries['parking']


def test_a_memo_that_cannot_be_written_is_told(tmp_path, answers, capsys, monkeypatch):
    assert main(['analyzer', 'import', str(answers), '--memo', str(tmp_path)]) == 2
    assert 'it cannot be written' in capsys.readouterr().err
    needs_smollm2()
    monkeypatch.setattr(jobs, 'load_method', lambda _: lambda query, words: [1.0] * len(words))
    assert main(['analyzer', 'precompute', 'Raking', '--memo', str(tmp_path)]) == 2
    assert 'cannot be written; name another --memo' in capsys.readouterr().err


def test_an_export_holds_what_shipped_and_what_was_remembered(tmp_path, capsys):
    needs_smollm2()
    config = AnalyzerConfig(memo=str(tmp_path / 'memo'))
    section = find_job(config).section('raking')
    Memo(tmp_path / 'memo').store(section, {'leaf': 3.5})
    path = tmp_path / 'out.json'
    assert main(['analyzer', 'export', str(path), '--memo', config.memo]) == 0
    written = load_answers(path)
    assert written.queries['raking'] == {'leaf': 3.5}
    assert written.queries['autonomous driving'].keys() == set(vocabulary())
    words = ['analyzer', 'export', str(path), '--memo', config.memo, '--queries', 'mowing']
    assert main(words) == 2
    assert "Nothing is remembered for 'mowing'; run" in capsys.readouterr().err
    assert main(['analyzer', 'export', str(tmp_path / 'out.txt')]) == 2


def test_precompute_asks_only_for_what_is_not_known(tmp_path, capsys):
    needs_smollm2()
    memo = str(tmp_path / 'memo')
    assert main(['analyzer', 'precompute', '--memo', memo]) == 0
    assert '0 answers new, 150 known before' in capsys.readouterr().out
    words = tmp_path / 'words'
    words.write_text('car\npothole\n\npothole\n')
    job = find_job(AnalyzerConfig(memo=memo))
    command = ['analyzer', 'precompute', 'Raking!', '--words', str(words), '--memo', memo]
    assert main(command) == 0
    assert '151 answers new, 0 known before' in capsys.readouterr().out
    assert Memo(tmp_path / 'memo').load(job.section('raking')).keys() == {*vocabulary(), 'pothole'}
    assert main(command) == 0
    assert '0 answers new, 151 known before' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('words', 'said'),
    [
        (['--mode', 'prior'], 'There is no language model to ask'),
        (['--mode', 'constrained'], 'is asked about pairs: name a file with --words'),
        (['--words', '/nowhere'], '/nowhere cannot be read'),
        (['a\nb'], 'query must be 1 to 200 printable characters'),
        (['--evaluations', '9'], 'evaluations must lie in [1, 5], not 9'),
    ],
)
def test_a_wrong_call_of_precompute_is_one_sentence(tmp_path, capsys, words, said):
    command = ['analyzer', 'precompute', *words, '--memo', str(tmp_path / 'memo')]
    assert main(command) == 2
    err = capsys.readouterr().err
    assert said in err and len(err.splitlines()) == 1


def test_what_ships_are_answers_of_the_default_and_three_other_queries():
    needs_smollm2()
    job = find_job(AnalyzerConfig())
    for query in (AnalyzerConfig().query, 'parking assistance', 'pedestrian safety'):
        assert shipped_answers(job.section(query)).keys() == set(vocabulary())
    assert not shipped_answers(job.section('gardening'))
    assert not shipped_answers(find_job(AnalyzerConfig(evaluations=5)).section('parking'))


@pytest.mark.parametrize(
    ('mode', 'words', 'answer', 'valid'),
    [
        ('association-1', 'car', -3.5, True),
        ('association-1', 'car', float('nan'), False),
        ('association-1', 'car', True, False),
        ('rating-1', 'car', 3.5, True),
        ('rating-1', 'car', -3.5, False),
        ('paper-1', items_key(['a', 'b']), [1, 0], True),
        ('paper-1', items_key(['a', 'b']), [], True),
        ('paper-1', items_key(['a', 'b']), [2], False),
        ('paper-1', items_key(['a', 'b']), [0, 0], False),
        ('paper-1', items_key(['a', 'b']), [True], False),
        ('paper-1', '[no json', [0], False),
        ('paper-1', pair_key('a', 'b'), [1.0, 10], True),
        ('paper-1', pair_key('a', 'b'), [1.0], False),
        ('paper-1', pair_key('a', 'b'), [0.5, 2.0], False),
        ('paper-1', pair_key('a', 'b'), None, False),
    ],
)
def test_an_answer_must_fit_what_was_asked(mode, words, answer, valid):
    assert valid_answer(mode, words, answer) is valid
