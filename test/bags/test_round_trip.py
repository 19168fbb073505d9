# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What is written into a bag is what is read from it, in both formats."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sageiq_ros.bags.frames import EPOCH_NS, BagError
from sageiq_ros.bags.make import RAW_TOPIC, TRUTH_TOPIC, make_bag
from sageiq_ros.bags.messages import TRUTH_TYPE, raw_image, truth
from sageiq_ros.bags.reader import BagReader
from sageiq_ros.bags.results import to_assessment
from sageiq_ros.bags.sources import open_source
from sageiq_ros.bags.typestore import message_store
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.images import RAW_TYPE, to_bgr
from sageiq_ros.types import Box, Region, SceneGraph, State, Triplet, WeightSource

JPEG_ERROR = 4.0  # grey levels, mean over a smooth picture at the quality bags are written with
FORMATS = pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
STREET = SceneGraph(
    (
        Region('car', 1.0, Box(10.2, 5.0, 30.0, 20.9)),
        Region('street', 1.0, Box(-3.0, 15.0, 64.0, 60.0)),
    ),
    (Triplet(0, 'on', 1, 1.0),),
)


def make(source, path, **options):
    for _ in make_bag(source, path, **options):
        pass
    return path


@FORMATS
def test_a_folder_comes_back_from_its_bag_as_it_was(folder, pictures, tmp_path, storage):
    bag = make(open_source(folder, rate_hz=20.0), tmp_path / 'bag', storage=storage)
    frames = list(open_source(bag))
    for frame, image in zip(frames, pictures, strict=True):
        np.testing.assert_array_equal(frame.image, image)
    assert [frame.stamp_ns - EPOCH_NS for frame in frames] == [
        0, 50_000_000, 100_000_000, 150_000_000, 200_000_000,
    ]  # fmt: skip


@FORMATS
def test_a_compressed_bag_keeps_the_look_of_the_pictures(folder, pictures, tmp_path, storage):
    bag = make(open_source(folder), tmp_path / 'bag', storage=storage, compressed=True)
    with BagReader(bag) as reader:
        (topic,) = reader.topics
        assert (topic.name, topic.type) == (
            '/image_raw/compressed',
            'sensor_msgs/msg/CompressedImage',
        )
    for frame, image in zip(open_source(bag), pictures, strict=True):
        assert np.abs(frame.image.astype(float) - image).mean() < JPEG_ERROR


@given(
    image=arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))),
    stamp_ns=st.integers(0, 2**31 * 10**9 - 1),
)
def test_any_picture_and_stamp_survive_serialisation(image, stamp_ns):
    store = message_store()
    data = store.serialize_cdr(raw_image(image, stamp_ns, 'camera'), RAW_TYPE)
    message = store.deserialize_cdr(data, RAW_TYPE)
    np.testing.assert_array_equal(to_bgr(message), image)
    assert message.header.stamp.sec * 10**9 + message.header.stamp.nanosec == stamp_ns


@FORMATS
def test_truth_is_kept_with_nan_for_every_judgement(tmp_path, storage):
    with BagWriter(tmp_path / 'bag', storage) as writer:
        message = truth(STREET, 5, 'camera', RAW_TOPIC, (64, 48))
        writer.write(TRUTH_TOPIC, TRUTH_TYPE, 7, message)
    with BagReader(tmp_path / 'bag') as reader:
        (recorded,) = reader.messages([TRUTH_TOPIC])
        assert recorded.stamp_ns == 7
        read = to_assessment(reader.decode(recorded))
    assert math.isnan(read.score) and read.state is State.UNKNOWN
    car, street = read.regions
    # Whole pixels that the boxes touch, inside the image.
    assert car.region == Region('car', 1.0, Box(10, 5, 30, 21))
    assert street.region == Region('street', 1.0, Box(0, 15, 64, 48))
    assert math.isnan(car.quality.score)
    (triplet,) = read.triplets
    assert (triplet.subject, triplet.predicate, triplet.object) == (0, 'on', 1)
    assert math.isnan(triplet.subject_weight) and triplet.source is WeightSource.UNKNOWN


@FORMATS
def test_messages_are_found_by_the_time_of_recording(folder, pictures, tmp_path, storage):
    bag = make(open_source(folder, rate_hz=10.0), tmp_path / 'bag', storage=storage)
    stamps = [EPOCH_NS + number * 100_000_000 for number in range(len(pictures))]
    with BagReader(bag) as reader:
        for start, stop in ((1, 3), (2, 2), (0, 1), (4, 9)):
            first = EPOCH_NS + start * 100_000_000
            found = reader.messages([RAW_TOPIC], first, EPOCH_NS + stop * 100_000_000)
            assert [message.stamp_ns for message in found] == stamps[start:stop]
        (one,) = reader.messages([RAW_TOPIC], stamps[3], stamps[3] + 1)
        np.testing.assert_array_equal(to_bgr(reader.decode(one)), pictures[3])
        assert [m.stamp_ns for m in reader.messages(start_ns=stamps[4])] == stamps[4:]


def test_our_messages_in_a_bag_are_those_of_the_built_package():
    """Bytes written without ROS are read by the package's own type support."""
    from rclpy.serialization import deserialize_message

    from sageiq_msgs.msg import TarQuality

    message = truth(STREET, 1_500_000_000, 'camera', RAW_TOPIC, (64, 48))
    data = bytes(message_store().serialize_cdr(message, TRUTH_TYPE))
    read = deserialize_message(data, TarQuality)
    assert (read.header.stamp.sec, read.header.stamp.nanosec) == (1, 500_000_000)
    assert [region.label for region in read.regions] == ['car', 'street']
    assert read.triplets[0].predicate == 'on' and read.scene_graph == 'truth'


def test_a_bag_tells_what_it_was_made_from(folder, tmp_path):
    bag = make(open_source(folder), tmp_path / 'bag')
    with BagReader(bag) as reader:
        assert reader.source == str(folder)
        assert reader.message_count == 5
        assert reader.start_ns == EPOCH_NS
        assert reader.end_ns == EPOCH_NS + 400_000_000
        assert reader.size_bytes > 5 * 64 * 48 * 3


def test_a_source_that_is_no_text_is_none(folder, tmp_path):
    bag = make(open_source(folder), tmp_path / 'bag')
    metadata = bag / 'metadata.yaml'
    aliases = ['[&a0 [1, 2]']
    # As text this would be of 2 to the power of 60 numbers.
    aliases += [f'&a{n} [*a{n - 1}, *a{n - 1}]' for n in range(1, 60)]
    text = metadata.read_text(encoding='utf-8')
    assert str(folder) in text
    metadata.write_text(text.replace(str(folder), ', '.join(aliases) + ']'), encoding='utf-8')
    with BagReader(bag) as reader:
        assert reader.source == ''
        assert reader.message_count == 5


@pytest.mark.parametrize(
    ('ours', 'theirs'),
    [
        (f'name: {RAW_TOPIC}', 'name: null'),
        ('type: sensor_msgs/msg/Image', 'type: 7'),
        ('message_count: 5', 'message_count: null'),
        ('message_count: 5', 'message_count: many'),
    ],
)
def test_metadata_of_other_types_are_one_sentence(folder, tmp_path, ours, theirs):
    bag = make(open_source(folder), tmp_path / 'bag')
    text = (bag / 'metadata.yaml').read_text(encoding='utf-8')
    assert ours in text
    (bag / 'metadata.yaml').write_text(text.replace(ours, theirs), encoding='utf-8')
    with pytest.raises(BagError, match='is damaged or not a bag'):
        BagReader(bag)


@pytest.mark.parametrize(
    ('ours', 'theirs'),
    [
        (b'uint32 height', b'uint32 weight'),
        (b'uint8 is_bigendian', b'uint8 is_bigEndian'),
        (b'uint32 step', b'string step'),
    ],
)
def test_images_that_a_file_defines_in_another_way_than_ros_are_told(
    folder, tmp_path, ours, theirs
):
    bag = make(open_source(folder), tmp_path / 'bag')
    (file,) = bag.glob('*.mcap')
    data = file.read_bytes()
    assert ours in data
    file.write_bytes(data.replace(ours, theirs))
    with pytest.raises(BagError, match=r'None of the 5 messages .* a definition of its own'):
        list(open_source(file))


def test_a_bag_that_was_left_early_holds_what_was_written(folder, tmp_path):
    making = make_bag(open_source(folder), tmp_path / 'bag')
    next(making)
    next(making)
    making.close()
    assert len(list(open_source(tmp_path / 'bag'))) == 2


def test_a_bag_whose_source_fails_is_not_left_behind(folder, tmp_path):
    for path in folder.iterdir():
        path.write_bytes(b'no picture')
    with pytest.raises(BagError, match='None of the 5 image files'):
        make(open_source(folder), tmp_path / 'bag')
    assert not (tmp_path / 'bag').exists()


def test_a_bag_is_never_overwritten(folder, tmp_path):
    make(open_source(folder), tmp_path / 'bag')
    with pytest.raises(BagError, match='exists already'):
        make(open_source(folder), tmp_path / 'bag')
    assert len(list(open_source(tmp_path / 'bag'))) == 5
