# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Every source of pictures behind one door, and a clear sentence for what cannot be opened."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.bags.files import natural_key
from sageiq_ros.bags.frames import EPOCH_NS, BagError, Frame, thin
from sageiq_ros.bags.make import make_bag
from sageiq_ros.bags.messages import raw_image
from sageiq_ros.bags.sources import open_source, open_sources
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.images import RAW_TYPE

PIXEL = np.zeros((1, 1, 3), np.uint8)


def frames_at(seconds):
    return [Frame(PIXEL, round(s * 1e9), str(number)) for number, s in enumerate(seconds)]


@pytest.fixture
def video(tmp_path, pictures):
    """Return a lossily compressed video of the pictures, 25 a second."""
    path = tmp_path / 'drive.avi'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 25.0, (64, 48))
    for image in pictures:
        writer.write(image)
    writer.release()
    return path


@pytest.fixture
def bag(tmp_path, folder):
    path = tmp_path / 'bag'
    for _ in make_bag(open_source(folder), path):
        pass
    return path


class TestFolders:
    def test_files_come_in_natural_order(self, folder):
        names = [frame.name for frame in open_source(folder)]
        assert names == [f'frame_{number}.png' for number in (1, 2, 3, 10, 20)]

    def test_an_unreadable_file_is_skipped_reported_and_its_time_left_out(self, folder):
        (folder / 'frame_2.png').write_bytes(b'torn')
        source = open_source(folder, rate_hz=10.0)
        stamps = [frame.stamp_ns - EPOCH_NS for frame in source]
        assert stamps == [0, 200_000_000, 300_000_000, 400_000_000]
        assert source.skipped == ['frame_2.png is not an image that can be read.']

    def test_iterating_again_starts_over(self, folder):
        source = open_source(folder, frames=3)
        assert len(list(source)) == len(list(source)) == source.count == 3

    def test_grey_and_sixteen_bit_pictures_become_bgr(self, tmp_path):
        cv2.imwrite(str(tmp_path / 'a.png'), np.full((4, 6), 99, np.uint8))
        cv2.imwrite(str(tmp_path / 'b.png'), np.full((4, 6, 3), 0x6363, np.uint16))
        for frame in open_source(tmp_path):
            np.testing.assert_array_equal(frame.image, np.full((4, 6, 3), 99, np.uint8))

    @given(st.lists(st.integers(0, 10**12), min_size=2, max_size=8, unique=True))
    def test_numbers_in_names_sort_as_numbers(self, numbers):
        names = sorted((f'img{number}.png' for number in numbers), key=natural_key)
        assert names == [f'img{number}.png' for number in sorted(numbers)]

    @given(st.lists(st.text(max_size=12), max_size=8, unique_by=natural_key), st.randoms())
    def test_any_names_have_one_order(self, names, random):
        shuffled = random.sample(names, len(names))
        assert sorted(names, key=natural_key) == sorted(shuffled, key=natural_key)


class TestVideos:
    def test_frames_are_stamped_by_the_clock_of_the_video(self, video):
        frames = list(open_source(video))
        assert [frame.stamp_ns - EPOCH_NS for frame in frames] == [
            40_000_000 * number for number in range(5)
        ]
        assert frames[0].image.shape == (48, 64, 3)

    def test_a_rate_thins_it(self, video):
        source = open_source(video, rate_hz=12.5)
        stamps = [frame.stamp_ns - EPOCH_NS for frame in source]
        assert stamps == [0, 80_000_000, 160_000_000]
        assert source.count == 3


class TestThinning:
    @given(st.floats(0.5, 60.0), st.integers(2, 80))
    def test_a_camera_at_the_rate_keeps_every_frame(self, rate, count):
        frames = frames_at([number / rate for number in range(count)])
        assert list(thin(frames, rate)) == frames

    @given(
        st.lists(st.floats(0.0, 20.0), min_size=1, max_size=80).map(sorted),
        st.floats(0.5, 30.0),
    )
    def test_no_more_frames_than_the_rate_allows(self, seconds, rate):
        kept = list(thin(frames_at(seconds), rate))
        span = (kept[-1].stamp_ns - kept[0].stamp_ns) / 1e9
        # The grid is kept to within a quarter of a period at either end.
        assert len(kept) <= span * rate + 2
        assert all(a.stamp_ns <= b.stamp_ns for a, b in pairwise(kept))

    @given(
        before=st.lists(st.floats(0.0, 20.0), min_size=1, max_size=40).map(sorted),
        after=st.lists(st.floats(0.0, 20.0), min_size=1, max_size=40).map(sorted),
        rate=st.floats(0.5, 30.0),
        periods=st.floats(1.01, 100.0),
    )
    def test_a_clock_that_jumps_back_starts_a_new_grid(self, before, after, rate, periods):
        jump = before[-1] - after[0] - periods / rate
        first, second = frames_at(before), frames_at([jump + s for s in after])
        kept = list(thin([*first, *second], rate))
        assert kept == [*thin(first, rate), *thin(second, rate)]

    @given(
        st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), min_size=1, max_size=80),
        st.floats(0.5, 30.0),
    )
    def test_stamps_that_jitter_backwards_are_no_jump(self, tenths, rate):
        """Frames that come up to nine tenths of a period out of order stay on one grid."""
        periods = [(time - early) / 10 for time, early in sorted(tenths)]
        kept = list(thin(frames_at([p / rate for p in periods]), rate))
        assert len(kept) <= max(periods) - periods[0] + 2


class TestBags:
    def test_the_first_image_topic_is_taken(self, bag, pictures):
        for frame, image in zip(open_source(bag), pictures, strict=True):
            np.testing.assert_array_equal(frame.image, image)

    def test_a_rate_thins_them(self, bag):
        source = open_source(bag, rate_hz=5.0)
        assert [frame.name for frame in source] == ['message 0', 'message 2', 'message 4']
        assert source.count == 3

    def test_a_frame_knows_its_stamp_and_when_it_was_recorded(self, tmp_path):
        with BagWriter(tmp_path / 'bag') as writer:
            for stamp_ns, recorded_ns in ((3, 50), (0, 60)):
                message = raw_image(PIXEL, stamp_ns, 'camera')
                writer.write('/image_raw', RAW_TYPE, recorded_ns, message)
        frames = open_source(tmp_path / 'bag')
        assert [(frame.stamp_ns, frame.recorded_ns) for frame in frames] == [(3, 50), (60, 60)]

    def test_a_storage_file_can_be_named_itself(self, bag):
        assert len(list(open_source(bag / 'bag.mcap'))) == 5


class TestRefusals:
    """Each is one sentence that names the path and says what to do."""

    def refused(self, *arguments, **options):
        with pytest.raises(BagError) as caught:
            list(open_source(*arguments, **options))
        return str(caught.value)

    def test_nothing_there(self, tmp_path):
        assert 'There is no' in self.refused(tmp_path / 'nowhere')

    def test_no_images(self, tmp_path):
        (tmp_path / 'notes.txt').write_text('nothing to see')
        assert 'holds no images' in self.refused(tmp_path)

    def test_neither_video_nor_anything(self, tmp_path):
        (tmp_path / 'notes.txt').write_text('nothing to see')
        assert 'neither a folder of images, a bag nor a video' in self.refused(
            tmp_path / 'notes.txt'
        )

    @pytest.mark.parametrize('kept', [0, 10])
    def test_a_truncated_bag(self, bag, kept):
        file = bag / 'bag.mcap'
        file.write_bytes(file.read_bytes()[:kept])
        assert 'damaged or not a bag' in self.refused(bag)

    def test_a_damaged_database(self, tmp_path):
        file = tmp_path / 'bag.db3'
        file.write_bytes(b'SQLite format 3\0' + b'\7' * 4000)
        assert 'damaged or not a bag' in self.refused(file)

    def test_several_files_of_a_recording_that_was_cut_off(self, bag):
        (bag / 'metadata.yaml').rename(bag / 'bag_1.db3')
        assert 'ros2 bag reindex' in self.refused(bag)

    def test_metadata_that_are_no_yaml(self, bag):
        (bag / 'metadata.yaml').write_text('{')
        assert 'damaged or not a bag' in self.refused(bag)

    def test_a_bag_of_ros_1(self, tmp_path):
        (tmp_path / 'old.bag').write_bytes(b'#ROSBAG V2.0')
        assert 'ROS 1 bag' in self.refused(tmp_path / 'old.bag')

    def test_an_unknown_topic_lists_those_there(self, bag):
        assert self.refused(bag, topic='/nowhere').endswith('its topics are: /image_raw.')

    @pytest.mark.parametrize('rate', [0.0, -1.0, float('nan'), float('inf')])
    def test_a_rate_that_is_none(self, folder, rate):
        assert 'rate' in self.refused(folder, rate_hz=rate)

    def test_a_number_of_frames_below_one(self, folder):
        assert 'at least 1' in self.refused(folder, frames=0)

    def test_several_inputs_must_be_images(self, folder, video):
        with pytest.raises(BagError, match='must all be images'):
            open_sources([str(folder / 'frame_1.png'), str(video)])
