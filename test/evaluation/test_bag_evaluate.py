# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bag evaluate``: every frame of a recorded drive, what it leaves, and its faults."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from bag_evaluate_helpers import (
    FATAL,
    FLOAT,
    INTERRUPTED,
    PERIOD_NS,
    TOPIC,
    BrightnessPipeline,
    evaluate,
    stamp,
    write_drive,
)
from rosbags.rosbag2 import Writer

from sageiq_ros.bags.make import make_bag
from sageiq_ros.bags.messages import RAW_TYPE, build, raw_image
from sageiq_ros.bags.reader import storage_files
from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.bags.typestore import message_store
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.cli import main

LEVELS = (200, 180, 60, 40, 100, 220, 150, 90, 30, 240)
CSV_DIGITS = 5e-5  # results.csv has four digits


def rows(folder):
    with (folder / 'results.csv').open(newline='') as file:
        return list(csv.DictReader(file))


@pytest.fixture
def pipelines(monkeypatch):
    """Score by brightness; returns the pipelines that were built."""
    built = []

    def build(config):
        built.append(BrightnessPipeline(config))
        return built[-1]

    monkeypatch.setattr('sageiq_ros.evaluation.bag.work.build_pipeline', build)
    return built


@pytest.fixture
def drive(tmp_path):
    return write_drive(tmp_path / 'drive', LEVELS)


@pytest.mark.parametrize(
    ('storage', 'compressed', 'executor'),
    [('mcap', False, 'process'), ('sqlite3', True, 'processes')],
    ids=['raw', 'compressed'],
)
def test_the_shipped_engines_say_the_same_as_assess_does(
    tmp_path, capsys, storage, compressed, executor
):
    bag, out = tmp_path / 'bag', tmp_path / 'out'
    for _ in make_bag(StreetSource(3, seed=2), bag, storage=storage, compressed=compressed):
        pass
    config = tmp_path / 'parameters.yaml'
    config.write_text(yaml.safe_dump({'/**': {'ros__parameters': {'analyzer.mode': 'prior'}}}))
    found = evaluate(bag, out, '--config', config, '--executor', executor)
    assert found.status == 0
    lines = tmp_path / 'lines.jsonl'
    assert main(['assess', str(bag), '--config', str(config), '--output', str(lines)]) == 0
    assessed = [json.loads(line) for line in lines.read_text().splitlines()]
    for row, line in zip(rows(out), assessed, strict=True):
        assert (row['name'], int(row['stamp_ns'])) == (line['name'], line['stamp_ns'])
        assert float(row['score']) == pytest.approx(line['score'], abs=CSV_DIGITS + 1e-6)
    assert found.summary['frames'] == {
        'in_topic': 3, 'taken': 3, 'with_result': 3, 'not_decodable': 0,
        'with_triplets': sum(bool(line['triplets']) for line in assessed),
    }  # fmt: skip
    assert found.summary['scorer'] == assessed[0]['scorer']
    assert '3 of 3 frames taken' in capsys.readouterr().out
    assert (out / 'report.html').read_text().startswith('<!doctype html>')


def test_the_summary_holds_states_scores_labels_and_the_speed(drive, tmp_path, pipelines):
    summary = evaluate(drive, tmp_path / 'out').summary
    assert summary['states'] == {'UNKNOWN': 0, 'GOOD': 4, 'DEGRADED': 3, 'POOR': 3}
    assert summary['score']['lowest'] == 30 / 255 and summary['score']['highest'] == 240 / 255
    assert summary['score']['median'] == pytest.approx(np.median(LEVELS) / 255)
    assert summary['recorded_s'] == pytest.approx(0.9)
    assert summary['speed'] == pytest.approx(0.9 / summary['spent_s'])
    car, road = summary['labels_seen']
    assert (car['label'], car['frames'], car['weight']) == ('car', 10, 8.0)
    assert road['quality'] == pytest.approx(np.mean(LEVELS) / 255)
    assert summary['comparison'] is None


def test_a_thinned_drive_keeps_the_numbers_of_its_frames(drive, tmp_path, pipelines):
    found = evaluate(drive, tmp_path / 'out', '--rate', '5', '--frames', '3')
    assert [row['frame'] for row in rows(tmp_path / 'out')] == ['0', '2', '4']
    assert [row['name'] for row in rows(tmp_path / 'out')][1] == 'message 2'
    assert found.summary['frames']['taken'] == 3


def test_frames_that_cannot_be_decoded_are_skipped_counted_and_named(tmp_path, capsys, pipelines):
    bag = write_drive(tmp_path / 'bag', [100, None, 50, None])
    found = evaluate(bag, tmp_path / 'out')
    assert found.status == 0
    assert [row['frame'] for row in rows(tmp_path / 'out')] == ['0', '2']
    assert found.summary['frames']['not_decodable'] == 2
    assert [line[:9] for line in found.summary['skipped']] == ['Message 1', 'Message 3']
    assert 'sageiq: skipped: Message 1 of /image_raw' in capsys.readouterr().err
    assert '2 messages could not be decoded: Message 1' in (
        (tmp_path / 'out' / 'report.html').read_text()
    )


def test_one_of_several_cameras_is_chosen_by_its_topic(tmp_path, pipelines):
    with BagWriter(tmp_path / 'bag') as writer:
        for topic, level in (('/front', 51), ('/rear', 102)):
            image = raw_image(np.full((6, 8, 3), level, np.uint8), stamp(0), 'camera')
            writer.write(topic, RAW_TYPE, stamp(0), image)
    found = evaluate(tmp_path / 'bag', tmp_path / 'out', '--topic', '/rear')
    assert found.summary['topic'] == '/rear'
    assert rows(tmp_path / 'out')[0]['score'] == '0.4000'
    assert found.summary['speed'] is None, 'one frame has no duration'


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_a_recording_without_metadata_is_read_and_said_to_be_cut_off(tmp_path, pipelines, storage):
    bag = write_drive(tmp_path / 'bag', LEVELS, storage=storage)
    (bag / 'metadata.yaml').unlink()
    found = evaluate(bag, tmp_path / 'out')
    assert found.status == 0 and found.summary['frames']['taken'] == len(LEVELS)
    (remark,) = found.summary['remarks']
    assert remark.startswith('The recording was cut off; bag.')


def test_a_truncated_mcap_file_gives_what_comes_before_the_cut(tmp_path, pipelines):
    bag = write_drive(tmp_path / 'bag', LEVELS * 20)
    (file,) = storage_files(bag)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    (bag / 'metadata.yaml').unlink()
    found = evaluate(bag, tmp_path / 'out')
    frames = found.summary['frames']
    assert found.status == 0 and len(LEVELS) * 9 < frames['taken'] < len(LEVELS) * 20
    assert frames['in_topic'] == frames['taken'] and frames['not_decodable'] == 0
    assert found.summary['remarks'] == ['The recording was cut off; bag.mcap was read.']


def test_a_truncated_database_is_one_sentence(tmp_path, capsys, pipelines):
    bag = write_drive(tmp_path / 'bag', LEVELS * 20, storage='sqlite3')
    (file,) = storage_files(bag)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert evaluate(bag, tmp_path / 'out').status == 2
    said = capsys.readouterr().err
    assert said.startswith('sageiq: The bag ') and len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ('storage', 'damage', 'labels'),
    # Two pages of the database, of which one begins somewhere in it; more than a chunk.
    [('sqlite3', 8192, 'labels.csv'), ('mcap', 300_000, '/labels')],
)
def test_a_file_damaged_in_the_middle_gives_what_was_read_before(
    tmp_path, monkeypatch, pipelines, storage, damage, labels
):
    monkeypatch.chdir(tmp_path)
    with BagWriter('bag', storage) as writer:
        for number in range(40):
            image = raw_image(np.full((120, 160, 3), number, np.uint8), stamp(number), 'camera')
            writer.write(TOPIC, RAW_TYPE, stamp(number), image)
            writer.write('/labels', FLOAT, stamp(number), build(FLOAT, data=number / 40))
    Path('labels.csv').write_text('frame,score\n0,0.1\n1,0.2\n2,0.3\n39,0.4\n')
    (file,) = storage_files(Path('bag'))
    data = bytearray(file.read_bytes())
    middle = len(data) // 2
    data[middle : middle + damage] = b'\xff' * damage
    file.write_bytes(data)
    found = evaluate('bag', tmp_path / 'out', '--labels', labels)
    assert found.status == 0
    taken = len(rows(tmp_path / 'out'))
    assert 10 <= taken < 40
    (remark,) = found.summary['remarks']
    assert remark.startswith(f'After {taken} of its frames reading ended: The bag')
    assert found.summary['comparison']['n'] == (3 if labels == 'labels.csv' else taken)


def test_a_language_model_that_fails_costs_what_comes_after(tmp_path, capsys, pipelines):
    bag = write_drive(tmp_path / 'bag', [100, 50, FATAL, 70])
    found = evaluate(bag, tmp_path / 'out')
    assert found.status == 2
    assert capsys.readouterr().err.endswith('sageiq: The language model gives no answer.\n')
    assert len(rows(tmp_path / 'out')) == 2
    assert found.summary['remarks'] == [
        'After 2 of its frames it was broken off: The language model gives no answer.'
    ]


def test_ctrl_c_leaves_what_there_is(tmp_path, pipelines):
    bag = write_drive(tmp_path / 'bag', [100, INTERRUPTED])
    found = evaluate(bag, tmp_path / 'out')
    assert found.status == 130
    assert len(rows(tmp_path / 'out')) == 1
    assert found.summary['remarks'] == ['After 1 of its frames it was interrupted.']


def test_files_of_an_earlier_evaluation_are_replaced(drive, tmp_path, pipelines):
    out = tmp_path / 'out'
    evaluate(drive, out)
    (out / 'mine.txt').write_text('kept')
    evaluate(drive, out, '--frames', '2')
    assert len(rows(out)) == 2 and (out / 'mine.txt').read_text() == 'kept'
    assert evaluate(write_drive(tmp_path / 'broken', [None]), out).status == 2
    assert sorted(path.name for path in out.iterdir()) == ['mine.txt']


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        (['--topic', '/nowhere'], 'has no topic /nowhere; its topics are: /image_raw.'),
        (['--labels', '/nowhere'], 'has no topic /nowhere; its topics are: /image_raw.'),
        (['--labels', 'nowhere.csv'], 'Cannot read the labels nowhere.csv'),
        (['--labels', '/image_raw'], 'labels are TarQuality or a message of one float.'),
        (['--rate', '0'], 'must lie above 0'),
        (['--frames', '0'], 'at least 1'),
    ],
    ids=lambda value: '' if isinstance(value, str) else ' '.join(value),
)
def test_a_wrong_option_is_one_sentence_before_any_work(
    drive, tmp_path, capsys, pipelines, options, sentence
):
    assert evaluate(drive, tmp_path / 'out', *options).status == 2
    said = capsys.readouterr().err
    assert sentence in said and len(said.splitlines()) == 1
    assert not pipelines and not (tmp_path / 'out').exists()


def test_an_output_folder_that_cannot_be_is_one_sentence(drive, tmp_path, capsys, pipelines):
    (tmp_path / 'file').write_text('')
    assert evaluate(drive, tmp_path / 'file').status == 2
    assert 'Cannot write to the folder' in capsys.readouterr().err and not pipelines


@pytest.mark.parametrize('topic', [None, TOPIC])
def test_a_bag_without_messages_is_one_sentence(tmp_path, capsys, pipelines, topic):
    with BagWriter(tmp_path / 'bag'):
        pass
    options = [] if topic is None else ['--topic', topic]
    assert evaluate(tmp_path / 'bag', tmp_path / 'out', *options).status == 2
    said = capsys.readouterr().err
    assert 'its topics are: none.' in said and len(said.splitlines()) == 1


def test_a_topic_without_messages_is_one_sentence(tmp_path, capsys, pipelines):
    with Writer(tmp_path / 'bag', version=9) as writer:
        writer.add_connection(TOPIC, RAW_TYPE, typestore=message_store())
    assert evaluate(tmp_path / 'bag', tmp_path / 'out', '--topic', TOPIC).status == 2
    assert 'holds no message on /image_raw; name another topic.' in capsys.readouterr().err
    assert not pipelines


def test_a_bag_of_broken_pictures_only_is_one_sentence(tmp_path, capsys, pipelines):
    bag = write_drive(tmp_path / 'bag', [None, None])
    assert evaluate(bag, tmp_path / 'out').status == 2
    assert 'None of the 2 messages of /image_raw' in capsys.readouterr().err
    assert not (tmp_path / 'out' / 'results.csv').exists()


def test_labels_of_a_topic_are_compared_frame_by_frame(tmp_path, capsys, pipelines):
    labels = [None if number == 4 else level / 255 - 0.1 for number, level in enumerate(LEVELS)]
    bag = write_drive(tmp_path / 'bag', LEVELS, labels, delay_ns=PERIOD_NS // 3)
    found = evaluate(bag, tmp_path / 'out', '--labels', '/labels')
    comparison = found.summary['comparison']
    assert (comparison['n'], comparison['frames_without_pair']) == (9, 1)
    assert comparison['labels_without_frame'] == 0
    assert comparison['srcc']['value'] == pytest.approx(1.0)
    assert comparison['plcc']['value'] == pytest.approx(1.0)
    assert comparison['mean_error']['value'] == pytest.approx(0.1, abs=1e-6)
    said = capsys.readouterr().out
    assert '9 of 10 frames have a score and a label of /labels' in said
    assert 'SRCC                 1.000 [1.000, 1.000]' in said


def test_a_results_table_is_a_file_of_labels(drive, tmp_path, pipelines):
    evaluate(drive, tmp_path / 'first')
    labels = tmp_path / 'first' / 'results.csv'
    comparison = evaluate(drive, tmp_path / 'out', '--labels', labels).summary['comparison']
    assert comparison['n'] == 10 and comparison['labels_without_score'] == 0
    assert comparison['mcc']['value'] == pytest.approx(1.0)
    assert comparison['mean_absolute_error']['value'] < CSV_DIGITS
    assert comparison['lag_s'] == 0.0


def test_the_truth_of_a_rendered_drive_has_no_scores_and_is_refused(tmp_path, capsys, pipelines):
    for _ in make_bag(StreetSource(2), tmp_path / 'bag'):
        pass
    assert evaluate(tmp_path / 'bag', tmp_path / 'out', '--labels', '/truth').status == 2
    assert 'None of the 2 messages of /truth holds a score' in capsys.readouterr().err
    assert not pipelines
