# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Labels of a drive in a topic: which message, which number, which camera, and what is lost."""

import math

import numpy as np
import pytest
from bag_evaluate_helpers import FLOAT, TOPIC, stamp
from rosbags.typesys import get_types_from_msg

from sageiq_ros.bags.messages import RAW_TYPE, TRUTH_TYPE, build, header, raw_image, truth
from sageiq_ros.bags.reader import BagReader, storage_files
from sageiq_ros.bags.typestore import message_store
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.evaluation.bag.frames import BagFrames
from sageiq_ros.evaluation.bag.label_source import labels_of, read_label_topic
from sageiq_ros.evaluation.bag.labels import Labels
from sageiq_ros.types import SageIQError, SceneGraph

ILLUMINANCE = 'sensor_msgs/msg/Illuminance'
SCORED = 'labels_msgs/msg/Scored'
CUT = b'\x00\x01\x00\x00'  # the head of a message without its contents


def quality(number, score, camera=TOPIC):
    message = truth(SceneGraph(), stamp(number), 'camera', camera, (8, 6))
    message.score = score
    return message


class TestTopic:
    def labels(self, folder, messages, topic='/labels'):
        with BagWriter(folder / 'bag') as writer:
            for stamp_ns, type_name, message in messages:
                writer.write(topic, type_name, stamp_ns, message)
        with BagReader(folder / 'bag') as reader:
            return read_label_topic(reader, topic, TOPIC)

    def test_a_message_without_a_header_belongs_to_the_time_it_came(self, tmp_path):
        found = self.labels(
            tmp_path, [(100 + n, FLOAT, build(FLOAT, data=n / 4)) for n in range(3)]
        )
        assert found == Labels('/labels', (100, 101, 102), (0.0, 0.25, 0.5), True)

    def test_tar_quality_belongs_to_the_stamp_of_its_header(self, tmp_path):
        messages = [
            (stamp(number) + 7, TRUTH_TYPE, quality(number, score))
            for number, score in enumerate((0.25, math.nan, 0.75))
        ]
        assert self.labels(tmp_path, messages) == Labels(
            '/labels', (stamp(0), stamp(2)), (0.25, 0.75), True, empty=1
        )

    def test_a_float_with_a_header_of_any_type_in_the_bag_will_do(self, tmp_path):
        store = message_store()
        text = 'std_msgs/Header header\nstring who\nfloat64 value\n'
        store.register(get_types_from_msg(text, SCORED))
        scored = store.types[SCORED]
        found = self.labels(
            tmp_path,
            [
                (9, SCORED, scored(header=header(stamp(4), ''), who='a', value=0.1)),
                (10, SCORED, scored(header=header(0, ''), who='b', value=0.2)),
            ],
        )
        assert found == Labels('/labels', (stamp(4), 10), (0.1, 0.2), True)

    def test_a_message_of_two_floats_is_refused(self, tmp_path):
        message = build(ILLUMINANCE, header=header(1, ''), illuminance=1.0, variance=0.0)
        with pytest.raises(SageIQError, match='which holds 2 floats; labels are TarQuality or'):
            self.labels(tmp_path, [(1, ILLUMINANCE, message)])

    def test_scores_that_are_all_nan_are_refused(self, tmp_path):
        messages = [(n, FLOAT, build(FLOAT, data=math.nan)) for n in range(3)]
        with pytest.raises(SageIQError, match='None of the 3 messages of /labels holds a score'):
            self.labels(tmp_path, messages)


class TestCameras:
    def write(self, folder, topic, cameras):
        """Write a frame and a score of each camera at the same stamps; returns the bag."""
        with BagWriter(folder / 'bag') as writer:
            for number in range(4):
                for place, camera in enumerate(cameras):
                    picture = raw_image(np.zeros((6, 8, 3), np.uint8), stamp(number), 'camera')
                    name = camera if camera.startswith('/') else '/image_raw'
                    writer.write(name, RAW_TYPE, stamp(number), picture)
                    score = abs(place - number / 4)
                    writer.write(topic, TRUTH_TYPE, stamp(number), quality(number, score, camera))
        return folder / 'bag'

    def test_labels_of_another_camera_are_left_out_and_counted(self, tmp_path):
        bag = self.write(tmp_path, '/sageiq/tar_quality', ['/rear', '/front'])
        found = labels_of(BagFrames(bag, '/front'), '/sageiq/tar_quality')
        assert found.of_frame == {0: 1.0, 1: 0.75, 2: 0.5, 3: 0.25} and found.unmatched == 0
        assert found.remarks == (
            '4 messages of /sageiq/tar_quality are of another camera than /front (/rear) and were '
            'left out.',
        )

    @pytest.mark.parametrize(
        ('topic', 'camera', 'image_topic', 'same'),
        [
            ('/sageiq/tar_quality', '/image_raw', '/image_raw', True),
            ('/sageiq/tar_quality', 'image_raw', '/sageiq/image_raw', True),
            ('/tar_quality', 'front/image_raw', '/front/image_raw', True),
            ('/sageiq/tar_quality', '', '/image_raw', True),
            ('/sageiq/tar_quality', 'image_raw', '/image_raw', False),
            ('/sageiq/tar_quality', '/rear', '/front', False),
        ],
    )
    def test_a_camera_is_named_in_full_or_in_the_namespace_of_the_labels(
        self, tmp_path, topic, camera, image_topic, same
    ):
        bag = self.write(tmp_path, topic, [camera])
        with BagReader(bag) as reader:
            if same:
                assert len(read_label_topic(reader, topic, image_topic).scores) == 4
            else:
                with pytest.raises(SageIQError, match=f'No score of {topic} is of {image_topic}:'):
                    read_label_topic(reader, topic, image_topic)


class TestFaults:
    def test_a_label_that_cannot_be_decoded_costs_nothing_else(self, tmp_path):
        with BagWriter(tmp_path / 'bag') as writer:
            for number in range(10):
                if number % 4 == 1:
                    writer.write_raw('/labels', FLOAT, number, CUT)
                else:
                    writer.write('/labels', FLOAT, number, build(FLOAT, data=number / 4))
        with BagReader(tmp_path / 'bag') as reader:
            found = read_label_topic(reader, '/labels', TOPIC)
        assert found.keys == (0, 2, 3, 4, 6, 7, 8)
        (remark,) = found.remarks
        assert remark.startswith('3 messages could not be decoded: Message 1 of /labels: The bag')
        assert 'Message 5 of /labels' in remark and 'Message 9 of /labels' in remark

    def test_no_label_that_can_be_decoded_is_one_sentence(self, tmp_path):
        with BagWriter(tmp_path / 'bag') as writer:
            writer.write_raw('/labels', FLOAT, 0, CUT)
        with (
            BagReader(tmp_path / 'bag') as reader,
            pytest.raises(
                SageIQError, match=r'/labels holds no label that can be read\. 1 messages'
            ),
        ):
            read_label_topic(reader, '/labels', TOPIC)

    def test_labels_after_a_damaged_place_are_told_to_be_missing(self, tmp_path):
        with BagWriter(tmp_path / 'bag') as writer:
            for number in range(40):
                image = raw_image(np.full((120, 160, 3), number, np.uint8), stamp(number), 'c')
                writer.write(TOPIC, RAW_TYPE, stamp(number), image)
                writer.write('/labels', FLOAT, stamp(number), build(FLOAT, data=number / 40))
        (file,) = storage_files(tmp_path / 'bag')
        data = bytearray(file.read_bytes())
        middle = len(data) // 2
        data[middle : middle + 300_000] = b'\xff' * 300_000
        file.write_bytes(data)
        found = labels_of(BagFrames(tmp_path / 'bag'), '/labels')
        assert 10 <= len(found.scores) < 40
        (remark,) = found.remarks
        assert remark.startswith('The labels of /labels end early: The bag')
