# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Labels of a drive: read from tables, and given to the frames they belong to."""

import numpy as np
import pytest
from bag_evaluate_helpers import PERIOD_NS, TOPIC, stamp, write_drive
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.bags.messages import RAW_TYPE
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.evaluation.bag.frames import BagFrames
from sageiq_ros.evaluation.bag.label_file import read_label_file
from sageiq_ros.evaluation.bag.label_source import labels_of
from sageiq_ros.evaluation.bag.labels import Labels, match
from sageiq_ros.types import SageIQError

FLOAT32 = 1e-7
DIGITS = 5000 * '1'  # more than Python turns into a number


@pytest.fixture
def table(tmp_path):
    def write(text, encoding='utf-8'):
        path = tmp_path / 'labels.csv'
        path.write_bytes(text.encode(encoding))
        return path

    return write


class TestTable:
    @pytest.mark.parametrize(
        ('heads', 'row', 'key', 'by_stamp'),
        [
            ('stamp_ns,score', '1700000000123456789,0.5', 1700000000123456789, True),
            ('stamp,score', '1700000000.123456789,0.5', 1700000000123456789, True),
            ('stamp,score', '1.7e9,0.5', 1700000000000000000, True),
            ('name,score', 'message 12,0.5', 12, False),
            ('frame,score', '12,0.5', 12, False),
            ('Score, Frame', '0.5, 12', 12, False),
            ('frame,name,stamp_ns,score,state', '3,message 4,5,0.5,GOOD', 4, False),
            ('frame,stamp_ns,stamp,score', '3,5,6,0.5', 3, False),
            ('stamp,stamp_ns,score', '6,5,0.5', 5, True),
        ],
    )
    def test_a_label_belongs_to_a_stamp_or_a_frame(self, table, heads, row, key, by_stamp):
        labels = read_label_file(table(f'{heads}\n{row}\n'))
        assert (labels.keys, labels.scores, labels.by_stamp) == ((key,), (0.5,), by_stamp)

    @given(
        rows=st.dictionaries(
            st.integers(0, 2**63 - 1),
            st.floats(allow_nan=False, allow_infinity=False),
            min_size=1,
            max_size=20,
        )
    )
    def test_every_stamp_and_score_comes_back_exactly(self, tmp_path_factory, rows):
        path = tmp_path_factory.getbasetemp() / 'any.csv'
        path.write_text('stamp_ns,score\n' + ''.join(f'{k},{v!r}\n' for k, v in rows.items()))
        labels = read_label_file(path)
        assert dict(zip(labels.keys, labels.scores, strict=True)) == rows
        seconds = ''.join(f'{k // 10**9}.{k % 10**9:09},{v!r}\n' for k, v in rows.items())
        path.write_text('stamp,score\n' + seconds)
        assert read_label_file(path).keys == labels.keys

    def test_empty_scores_and_empty_lines_are_no_labels(self, table):
        labels = read_label_file(table('frame,score\r\n0,0.1\r\n\r\n1,\r\n2,nan\r\n3,0.2\r\n'))
        assert (labels.keys, labels.empty) == ((0, 3), 2)

    def test_a_byte_order_mark_is_passed_over(self, table):
        assert read_label_file(table('\ufeffframe,score\n1,0.5\n')).keys == (1,)

    @pytest.mark.parametrize(
        ('text', 'sentence'),
        [
            ('frame,score\n1,0.5\n2,high\n', "line 3: the score 'high' is not a number."),
            ('frame,score\n1,inf\n', "line 2: the score 'inf' is not finite."),
            ('frame,score\nfirst,0.5\n', "line 2: 'first' is no whole number"),
            ('frame,score\n-1,0.5\n', "line 2: '-1' is no whole number"),
            (f'stamp_ns,score\n{2**63},1\n', f"line 2: '{2**63}' is no whole number"),
            ('stamp,score\nnoon,0.5\n', "line 2: 'noon' is not a time in seconds."),
            ('stamp,score\nnan,0.5\n', "line 2: 'nan' is not a time in seconds."),
            ('stamp,score\n1e999999,0.5\n', "line 2: '1e999999' is not a time in seconds."),
            ('name,score\n7.png,0.5\n', "line 2: '7.png' is no frame of a bag"),
            ('frame,score\n1,0.5\n\n1,0.6\n', 'line 4: frame 1 has a label on line 2 already.'),
            ('frame,score\n1\n', 'line 2: the line has 1 columns, the first line has 2.'),
            (
                'frame,score\n0,0.5\n1,0,5\n',
                'line 3: the line has 3 columns, the first line has 2; write decimals with a '
                'point, not a comma.',
            ),
            (
                'frame,score\n0,0.5,0.7,good\n',
                'line 2: the line has 4 columns, the first line has 2.',
            ),
            ('score,frame,note\n0.5,1\n', 'line 2: the line has 2 columns, the first line has 3.'),
            (f'frame,score\n{DIGITS},1\n', "line 2: '111111111111...1111111111111' is no whole"),
            (
                f'name,score\nmessage {DIGITS},1\n',
                "line 2: 'message 1111...1111111111111' is no",
            ),
            (f'stamp,score\n{DIGITS},1\n', "line 2: '111111111111...1111111111111' is not a"),
            ('frame,score\n"1,0.5\n', 'line 2: unexpected end of data.'),
            ('frame,value\n1,0.5\n', 'score and one of name, frame, stamp_ns, stamp, not frame,'),
            ('time,score\n1,0.5\n', 'score and one of name, frame, stamp_ns, stamp, not time,'),
            ('', 'one of name, frame, stamp_ns, stamp, not nothing.'),
        ],
    )
    def test_a_bad_line_is_named(self, table, text, sentence):
        with pytest.raises(SageIQError) as caught:
            read_label_file(table(text))
        assert sentence in str(caught.value) and 'labels.csv' in str(caught.value)

    def test_another_encoding_is_one_sentence(self, table):
        with pytest.raises(SageIQError, match='is not a CSV file in UTF-8'):
            read_label_file(table('frame,score\n1,0.5,\u00e4\n', 'latin-1'))

    def test_a_table_without_any_score_is_one_sentence(self, table, tmp_path):
        frames = BagFrames(write_drive(tmp_path / 'bag', [1, 2]))
        with pytest.raises(SageIQError, match='holds no label with a score; fill the scores in'):
            labels_of(frames, str(table('frame,score\n0,\n1,\n')))


FRAMES = {number: stamp(number) for number in range(10)}


def by_stamp(*offsets_ns):
    scores = [0.1 * place for place in range(len(offsets_ns))]
    return Labels('made', [stamp(0) + offset for offset in offsets_ns], scores, True)


class TestMatching:
    @pytest.mark.parametrize(
        ('offset_ns', 'frame'),
        [
            (0, 0),
            (PERIOD_NS // 2, 0),
            (PERIOD_NS // 2 + 1, 1),
            (9 * PERIOD_NS, 9),
            (9 * PERIOD_NS + PERIOD_NS // 2, 9),
            (-PERIOD_NS // 2, 0),
        ],
    )
    def test_a_label_within_half_a_period_belongs_to_the_nearest_frame(self, offset_ns, frame):
        assert match(by_stamp(offset_ns), FRAMES, TOPIC).of_frame == {frame: 0.0}

    @pytest.mark.parametrize(
        'offset_ns', [-PERIOD_NS // 2 - 1, 9 * PERIOD_NS + PERIOD_NS // 2 + 1]
    )
    def test_labels_without_overlap_are_one_sentence(self, offset_ns):
        with pytest.raises(SageIQError) as caught:
            match(by_stamp(offset_ns), FRAMES, TOPIC)
        assert str(caught.value).startswith(
            'None of the 1 labels of made lies within 0.05 s, half a frame period, of a frame of '
            f'/image_raw: the frames are {stamp(0)} to {stamp(9)}, the labels '
        )

    def test_numbers_of_no_frame_are_one_sentence(self):
        with pytest.raises(
            SageIQError, match='names a frame of /image_raw: the frames are 0 to 9'
        ):
            match(Labels('made', [10], [0.5], False), FRAMES, TOPIC)

    def test_the_closest_of_several_labels_is_taken_and_the_others_are_counted(self):
        found = match(by_stamp(30, -10, 20, 5 * PERIOD_NS), FRAMES, TOPIC)
        assert found.of_frame == {0: pytest.approx(0.1), 5: pytest.approx(0.3)}
        assert found.unmatched == 2
        assert len(found.stamps_ns) == len(found.scores) == 4

    def test_labels_by_number_take_their_frames_stamps(self):
        found = match(Labels('made', [3, 12, 1], [0.3, 1.2, 0.1], False), FRAMES, TOPIC)
        assert found.of_frame == {3: 0.3, 1: 0.1} and found.unmatched == 1
        assert found.stamps_ns == (stamp(3), stamp(1)) and found.scores == (0.3, 0.1)

    def test_labels_of_one_stamp_are_given_to_its_frames_in_turn(self):
        frames = {0: stamp(0), 1: stamp(0), 2: stamp(1), 3: stamp(1), 4: stamp(1), 5: stamp(2)}
        keys = [stamp(0) + 9, stamp(0) + 9, stamp(1), stamp(1), stamp(2), stamp(2)]
        found = match(Labels('made', keys, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], True), frames, TOPIC)
        assert found.of_frame == {0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4, 5: 0.5}
        assert found.unmatched == 1

    def test_frames_of_one_stamp_do_not_shrink_the_reach_of_a_label(self):
        frames = {number: stamp(number // 2) for number in range(10)}
        found = match(by_stamp(PERIOD_NS // 2, 3 * PERIOD_NS + 9), frames, TOPIC)
        assert found.of_frame == {0: 0.0, 6: 0.1}

    def test_the_table_of_a_run_labels_frames_that_share_a_stamp(self, table):
        rows = ''.join(f'{n},message {n},{stamp(n // 2)},0.{n}\n' for n in range(10))
        labels = read_label_file(table('frame,name,stamp_ns,score\n' + rows))
        frames = {number: stamp(number // 2) for number in range(10)}
        assert match(labels, frames, TOPIC).of_frame == {n: n / 10 for n in range(10)}

    @pytest.mark.parametrize('frames', [{4: stamp(0)}, {4: stamp(0), 5: stamp(0)}])
    def test_no_reach_is_told_where_there_is_no_period(self, frames):
        with pytest.raises(SageIQError) as caught:
            match(by_stamp(1), frames, TOPIC)
        assert str(caught.value) == (
            f'None of the 1 labels of made has the stamp of a frame of {TOPIC}: the frames are '
            f'{stamp(0)} to {stamp(0)}, the labels {stamp(0) + 1} to {stamp(0) + 1}.'
        )

    def test_no_frame_at_all_is_one_sentence(self, tmp_path, table):
        with BagWriter(tmp_path / 'bag') as writer:
            writer.write_raw(TOPIC, RAW_TYPE, stamp(0), b'\x00\x01\x00\x00' + b'\x01' * 10)
        for text in ('frame,score\n0,0.5\n', f'stamp_ns,score\n{stamp(0)},0.5\n'):
            with pytest.raises(SageIQError, match='No message of /image_raw can be decoded, so'):
                labels_of(BagFrames(tmp_path / 'bag'), str(table(text)))

    def test_of_a_single_frame_only_a_label_of_its_stamp_is_taken(self):
        assert match(by_stamp(0), {4: stamp(0)}, TOPIC).of_frame == {4: 0.0}
        with pytest.raises(SageIQError):
            match(by_stamp(1), {4: stamp(0)}, TOPIC)

    @given(
        order=st.permutations(range(12)),
        shift=st.integers(-PERIOD_NS // 2 + 1, PERIOD_NS // 2 - 1),
        frames=st.permutations(range(12)),
    )
    def test_neither_order_nor_a_shift_below_half_a_period_changes_a_match(
        self, order, shift, frames
    ):
        stamps = {number: stamp(number) for number in frames}
        keys = [stamp(number) + shift for number in order]
        scores = [float(number) for number in order]
        found = match(Labels('made', keys, scores, True), stamps, TOPIC)
        assert found.of_frame == {number: float(number) for number in range(12)}
        assert found.unmatched == 0

    def test_thinning_does_not_stretch_the_reach_of_a_label(self, tmp_path):
        levels = np.full(10, 100)
        labels = [0.5 if number == 3 else None for number in range(10)]
        bag = write_drive(tmp_path / 'bag', levels, labels)
        found = labels_of(BagFrames(bag, rate_hz=1.0), '/labels')
        assert found.of_frame == {3: pytest.approx(0.5, abs=FLOAT32)}
