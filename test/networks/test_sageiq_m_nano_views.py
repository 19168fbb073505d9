# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What SageIQ-M nano sees in training: crops and their halves, kept and read back."""

import cv2
import numpy as np
import pytest
import torch

from sageiq_ros.datasets.labelled_crops import SIDE_RANGE_PX, draw_crops
from sageiq_ros.scorer.preparation import normalise, prepare_crop
from sageiq_ros.training.sageiq_m_nano.crops import (
    LOCAL_KINDS,
    REDUCED,
    View,
    picture_groups,
    views_of,
)
from sageiq_ros.training.sageiq_m_nano.views import (
    CLEAN,
    INDEX_FILE,
    SEVERAL,
    ViewStore,
    batch_of,
    open_or_make_views,
    write_views,
)
from sageiq_ros.types import SageIQError

SIDE = 32
CROPS = 60


@pytest.fixture(scope='module')
def groups(tmp_path_factory):
    folder = tmp_path_factory.mktemp('pictures')
    rng = np.random.default_rng(1)
    for index in range(2):
        small = rng.integers(0, 256, (60, 80, 3), np.uint8)
        picture = cv2.resize(small, (640, 480), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f'{index}.png'), picture)
    return [sorted(folder.iterdir())]


@pytest.fixture(scope='module')
def samples(groups):
    return list(draw_crops(groups, [1.0], CROPS, 5))


@pytest.fixture(scope='module')
def folder(groups, tmp_path_factory):
    folder = tmp_path_factory.mktemp('views') / 'part_5'
    write_views(folder, groups, [1.0], CROPS, 5, SIDE)
    return folder


@pytest.fixture(scope='module')
def store(folder):
    return ViewStore(folder)


def test_every_crop_is_kept_whole_and_altered_and_some_in_halves(store):
    counts = {view: len(store.rows(view)) for view in View}
    assert counts[View.WHOLE] == counts[View.ALTERED] == CROPS
    assert 0 < counts[View.INNER] < counts[View.RESCALED] == counts[View.CROPPED] < CROPS


def test_wholes_are_the_crops_as_the_scorer_prepares_them(store, samples):
    for row, sample in zip(store.rows(View.WHOLE), samples, strict=True):
        np.testing.assert_array_equal(store.squares(row), prepare_crop(sample.image, SIDE))
        assert store.labels[row] == pytest.approx(sample.label)
        assert tuple(store.shapes[row]) == sample.image.shape[:2]


def test_halves_have_no_label_and_a_fraction_of_the_size(store):
    rows = store.rows(View.WHOLE)
    wholes = dict(zip(store.crops[rows], store.shapes[rows], strict=True))
    for row in store.rows(*REDUCED):
        share = store.shapes[row] / wholes[store.crops[row]]
        assert np.isnan(store.labels[row])
        assert store.shapes[row].min() >= SIDE_RANGE_PX[0]
        assert (share <= (0.25 if store.views[row] == View.INNER else 0.5)).all()


def test_a_part_is_not_taken_for_the_whole_where_a_fault_is_local(samples):
    rng = np.random.default_rng(0)
    local = [s for s in samples if set(s.kinds) & set(LOCAL_KINDS) or len(s.kinds) > 1]
    assert local
    for sample in local:
        for view, crop in views_of(sample, rng):
            assert view is not View.INNER
            if view is View.ALTERED:
                assert crop.shape == sample.image.shape


def test_kinds_tell_clean_and_several(store, samples):
    kinds = store.kinds[store.rows(View.WHOLE)]
    for kind, sample in zip(kinds, samples, strict=True):
        assert (kind == CLEAN) == (not sample.kinds)
        assert (kind == SEVERAL) == (len(sample.kinds) > 1)


def test_a_batch_is_what_the_encoder_takes(store):
    rows = store.rows(View.WHOLE)[:3]
    batch = store.batch(rows, store.labels[rows])
    for image, row in zip(batch.images, rows, strict=True):
        torch.testing.assert_close(image, torch.from_numpy(normalise(store.squares(row))))
    torch.testing.assert_close(batch.sides, torch.from_numpy(store.shapes[rows]).float())


def test_crops_alone_make_the_same_batch(store, samples):
    rows = store.rows(View.WHOLE)[:4]
    alone = batch_of([sample.image for sample in samples[:4]], SIDE)
    kept = store.batch(rows, store.labels[rows])
    torch.testing.assert_close(alone.images, kept.images)
    assert alone.sizes == kept.sizes and torch.equal(alone.prompts, kept.prompts)


def test_several_folders_are_read_as_one(folder, groups, tmp_path):
    write_views(tmp_path / 'part_6', groups, [1.0], 4, 6, SIDE)
    both, second = ViewStore(folder, tmp_path / 'part_6'), ViewStore(tmp_path / 'part_6')
    first = len(both) - len(second)
    assert len(set(both.crops)) == CROPS + 4
    np.testing.assert_array_equal(both.squares(first), second.squares(0))
    np.testing.assert_array_equal(both.squares(len(both) - 1), second.squares(len(second) - 1))


def test_any_number_of_processes_makes_the_same_views(groups, tmp_path):
    one, two = (
        open_or_make_views(tmp_path / str(n), groups, [1.0], 16, SIDE, processes=n) for n in (1, 2)
    )
    np.testing.assert_array_equal(one.labels, two.labels)
    for row in range(len(one)):
        np.testing.assert_array_equal(one.squares(row), two.squares(row))


@pytest.mark.parametrize('kept', [None, 0, 100])
def test_half_a_store_is_refused(kept, groups, tmp_path):
    """Without an index, or with one cut off after some bytes."""
    write_views(tmp_path / 'part_7', groups, [1.0], 2, 7, SIDE)
    index = tmp_path / 'part_7' / INDEX_FILE
    data = index.read_bytes()
    index.unlink()
    if kept is not None:
        index.write_bytes(data[:kept])
    with pytest.raises(SageIQError, match='delete it'):
        ViewStore(tmp_path / 'part_7')


def test_crops_too_few_to_draw_from_are_refused(store, groups, tmp_path):
    store.check_variety(SIDE)
    write_views(tmp_path / 'part_8', groups, [1.0], 1, 8, SIDE)
    with pytest.raises(SageIQError, match='raise --crops'):
        ViewStore(tmp_path / 'part_8').check_variety(SIDE)


def test_photographs_are_half_of_all_and_share_it_by_their_size(groups, tmp_path):
    for name, count in (('photos', 4), ('more', 6), ('road', 2)):
        (tmp_path / name).mkdir()
        for index in range(count):
            cv2.imwrite(str(tmp_path / name / f'{index}.png'), np.zeros((20, 30, 3), np.uint8))
    found, shares = picture_groups(tmp_path / 'photos', [tmp_path / 'more'], [tmp_path / 'road'])
    assert [len(group) for group in found] == [3, 6, 2]
    assert shares == pytest.approx([0.5 * 3 / 9, 0.5 * 6 / 9, 0.5])
