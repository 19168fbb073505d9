# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Which pictures calibrate, which are held out, and what the stages make of them."""

import cv2
import numpy as np
import pytest

from sageiq_ros.cli import main
from sageiq_ros.deployment.calibration import gather, network_inputs, pictures
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.engines.store import load_engine
from sageiq_ros.types import SageIQError

SIDE = 16


class Fed:
    """Be an engine of a RelTR of one size and batch that is never run."""

    def __init__(self, network='reltr', batch=1):
        spec = TensorSpec('image', (batch, SIDE, 2 * SIDE, 3), 'uint8')
        self.manifest = Manifest('fed', network, 'fp32', 'model.onnx', '', (spec,), ())


@pytest.fixture
def folder(tmp_path):
    """Return a folder of 20 grey pictures, each as bright as its number times ten."""
    path = tmp_path / 'pictures'
    path.mkdir()
    for number in range(20):
        image = np.full((2 * SIDE, 4 * SIDE, 3), 10 * number, np.uint8)
        cv2.imwrite(str(path / f'frame_{number}.png'), image)
    return path


def numbers(inputs):
    return [int(row.mean()) // 10 for given in inputs for row in given['image']]


def test_chosen_pictures_are_spread_over_the_folder_and_no_held_out_one_calibrates(folder):
    calibrating, held_out = gather(Fed(), folder, 8)
    assert numbers(calibrating) == [0, 4, 6, 8, 11, 15, 17, 19]
    assert numbers(held_out) == [2, 13]
    assert calibrating[0]['image'].shape == (1, SIDE, 2 * SIDE, 3)
    assert calibrating[0]['image'].dtype == np.uint8


def test_a_small_folder_gives_all_it_has(folder):
    calibrating, held_out = gather(Fed(), folder, 128)
    assert sorted(numbers(calibrating) + numbers(held_out)) == list(range(20))
    assert len(held_out) == 4


def test_batches_are_filled_with_the_last_picture(folder):
    calibrating, held_out = gather(Fed(batch=3), folder, 8)
    assert numbers(calibrating) == [0, 4, 6, 8, 11, 15, 17, 19, 19]
    assert numbers(held_out) == [2, 13, 13]


def test_a_bag_gives_the_pictures_of_its_topic(folder, tmp_path):
    bag = tmp_path / 'bag'
    assert main(['bag', 'make', str(folder), str(bag)]) == 0
    calibrating, held_out = gather(Fed(), bag, 8)
    assert (numbers(calibrating), numbers(held_out)) == (
        [0, 4, 6, 8, 11, 15, 17, 19],
        [2, 13],
    )


def test_a_picture_that_cannot_be_read_is_named_and_passed_over(folder, capsys):
    (folder / 'frame_4.png').write_bytes(b'no picture')
    assert len(list(pictures(folder, 10))) == 9
    assert 'frame_4.png cannot be read' in capsys.readouterr().err


def test_a_folder_of_broken_pictures_is_one_sentence(folder):
    for path in folder.iterdir():
        path.write_bytes(b'no picture')
    with pytest.raises(EngineError, match='None of the 20 pictures chosen from'):
        gather(Fed(), folder, 128)


def test_one_picture_is_too_few(folder):
    for path in sorted(folder.iterdir())[1:]:
        path.unlink()
    with pytest.raises(EngineError, match='one readable image, where two at least'):
        gather(Fed(), folder, 128)


@pytest.mark.parametrize(
    ('name', 'words'),
    [
        ('none', 'neither a folder of images nor a rosbag2'),
        ('video.mp4', 'neither a folder of images nor a rosbag2'),
        ('empty', 'holds no images'),
        ('cut_off', 'seems to be empty'),
    ],
)
def test_what_is_no_source_is_one_sentence(tmp_path, name, words):
    (tmp_path / 'video.mp4').write_bytes(b'')
    (tmp_path / 'empty').mkdir()
    (tmp_path / 'cut_off').mkdir()
    (tmp_path / 'cut_off' / 'a_0.mcap').write_bytes(b'')
    with pytest.raises(SageIQError, match=words):
        list(pictures(tmp_path / name, 4))


def test_a_scorer_is_fed_its_crops():
    engine = load_engine('sageiq_m_nano', 'sageiq_m', 1)
    image = np.random.default_rng(0).integers(0, 256, (90, 160, 3), np.uint8)
    found = network_inputs(engine, [image])
    assert all(set(given) == {spec.name for spec in engine.manifest.inputs} for given in found)
    for given in found:
        for spec in engine.manifest.inputs:
            assert given[spec.name].shape == spec.shape and given[spec.name].dtype == spec.dtype
    assert np.abs(found[-1]['size_features']).max() > 0


def test_another_network_is_refused(folder):
    with pytest.raises(EngineError, match='no way known to feed a yolox'):
        network_inputs(Fed('yolox'), [])
