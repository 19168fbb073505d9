# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bag make`` and ``sageiq bag info`` as a user meets them."""

import pytest

from sageiq_ros.cli import main


def test_a_folder_becomes_a_bag_and_info_tells_what_it_holds(folder, tmp_path, capsys):
    bag = str(tmp_path / 'bag')
    assert main(['bag', 'make', str(folder), bag, '--rate', '5', '--format', 'sqlite3']) == 0
    made = capsys.readouterr().out
    assert main(['bag', 'info', bag]) == 0
    told = capsys.readouterr().out
    assert told == made
    lines = dict(line.split(maxsplit=1) for line in told.splitlines())
    assert lines['messages'] == '5'
    assert lines['duration'] == '0.800 s'
    assert lines['first'].startswith('2026-01-01 00:00:00.000000000 UTC')
    assert lines['topics'].split() == ['/image_raw', '5', 'sensor_msgs/msg/Image', '5.00', 'Hz']


def test_what_could_not_be_read_is_said(folder, tmp_path, capsys):
    (folder / 'frame_3.png').write_bytes(b'')
    assert main(['bag', 'make', str(folder), str(tmp_path / 'bag')]) == 0
    assert 'skipped: frame_3.png' in capsys.readouterr().err


def test_the_same_street_gives_the_same_pictures_and_truth(tmp_path):
    from sageiq_ros.bags.reader import BagReader

    contents = []
    for name in ('a', 'b'):
        path = str(tmp_path / name)
        assert main(['bag', 'make', 'street', path, '--frames', '2', '--seed', '4']) == 0
        with BagReader(path) as reader:
            assert [topic.name for topic in reader.topics] == ['/image_raw', '/truth']
            contents.append([(m.topic, m.stamp_ns, bytes(m.data)) for m in reader.messages()])
    assert len(contents[0]) == 4
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        (['--topic', 'camera'], 'written in full'),
        (['--topic', '/camera/compressed'], 'convention of image_transport'),
        (['--compressed', '--topic', '/camera'], 'convention of image_transport'),
        (['--frames', '0'], 'at least 1'),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_leaves_nothing(
    folder, tmp_path, capsys, arguments, sentence
):
    assert main(['bag', 'make', str(folder), str(tmp_path / 'bag'), *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith('sageiq: ') and sentence in error
    assert not (tmp_path / 'bag').exists()
