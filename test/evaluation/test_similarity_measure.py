# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Centres of data sets, what is measured of them and what the report says."""

import json
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from sageiq_ros.datasets.evenly import evenly
from sageiq_ros.datasets.readers.base import AnnotatedBox, AnnotatedImage
from sageiq_ros.evaluation.pages.blocks import HeatMap, RadarChart, Table
from sageiq_ros.evaluation.similarity.centers import find_center
from sageiq_ros.evaluation.similarity.measure import count_pictures, measure
from sageiq_ros.evaluation.similarity.numbers import numbers
from sageiq_ros.evaluation.similarity.projection import draw
from sageiq_ros.evaluation.similarity.section import contrast_table, section
from sageiq_ros.types import Box, SageIQError

CAR = AnnotatedBox('car', Box(0, 0, 1, 1))


@dataclass
class Colours:
    """A data set of flat pictures; None is a picture that is broken."""

    name: str
    colours: list
    boxes: tuple = (CAR,)
    read_keys: list = field(default_factory=list)

    def keys(self):
        return [f'{number:02}' for number in range(len(self.colours))]

    def read(self, key):
        self.read_keys.append(key)
        colour = self.colours[int(key)]
        if colour is None:
            raise SageIQError(f'{key} is broken.')
        return AnnotatedImage(np.full((2, 2, 3), colour, np.uint8), self.boxes)


class MeanColour:
    name, resnet50 = 'mean colour', False

    def __call__(self, image):
        return image.mean(axis=(0, 1)).astype(np.float32)


def sets():
    """Make two driving sets that are nearly alike and one set that is not."""
    return [
        Colours('a', [(200, 20, 10), (200, 22, 10)] * 2),
        Colours('b', [(200, 30, 12), (200, 32, 12)] * 2),
        Colours('photos', [(20, 200, 90), (22, 200, 90)] * 2, boxes=()),
    ]


def found(*others, **options):
    return measure([*sets(), *others], MeanColour(), **options)


def texts(similarity):
    return ' '.join(section(similarity).text)


def test_a_center_is_the_mean_and_each_half_has_its_own():
    center = find_center(Colours('a', [(0, 10, 0), (0, 20, 0), (0, 60, 0)]), MeanColour())
    np.testing.assert_allclose(center.vector, [0, 30, 0])
    np.testing.assert_allclose(center.halves[:, 1], [15, 60])
    assert (center.pictures, center.broken, center.fault, center.driving) == (3, 0, '', True)


def test_broken_pictures_are_left_out_and_counted():
    center = find_center(Colours('a', [None, (0, 20, 0), None, (0, 40, 0)]), MeanColour())
    np.testing.assert_allclose(center.vector, [0, 30, 0])
    assert (center.pictures, center.broken, center.fault) == (2, 2, '00 is broken.')


def test_sums_do_not_lose_small_features():
    # In single precision 4e8 + 1 is 4e8.
    center = find_center(
        Colours('a', [(200, 0, 0), (1, 0, 0)] * 2),
        lambda image: np.float32([4e8 if image[0, 0, 0] == 200 else 1]),
    )
    assert center.vector.tolist() == [(4e8 + 1) / 2]


def test_at_most_so_many_pictures_are_read_evenly_by_key():
    data = Colours('a', [(1, 1, 1)] * 9)
    ticks = []
    find_center(data, MeanColour(), 3, lambda: ticks.append(1))
    assert data.read_keys == ['00', '04', '08'] and len(ticks) == 3
    assert evenly('abc', None) == evenly('abc', 7) == ['a', 'b', 'c'] and evenly('abc', 1) == ['a']


def test_every_picture_ticks_broken_ones_too():
    ticks = []
    data = [*sets(), Colours('c', [None, (1, 2, 3)])]
    measure(data, MeanColour(), tick=lambda: ticks.append(1))
    assert len(ticks) == count_pictures(data, None) == 14
    assert count_pictures(data, 3) == 11


def test_a_set_of_which_nothing_can_be_read_is_told():
    with pytest.raises(SageIQError, match='No picture of the data set a can be used: 00 is brok'):
        find_center(Colours('a', [None]), MeanColour())
    with pytest.raises(SageIQError, match='it has none'):
        find_center(Colours('a', []), MeanColour())


def test_centers_are_projected_and_compared():
    similarity = found(dimensions=5, seed=3)
    matrix = np.array([center.vector for center in similarity.centers])
    np.testing.assert_allclose(similarity.projected, matrix @ draw(3, 5, 3))
    assert similarity.names == ('a', 'b', 'photos') and similarity.driving == (True, True, False)
    full, _ = similarity.contrasts()
    assert full.apart > 10 * full.driving > 0
    assert similarity.farthest() == 'photos' and similarity.unsure() == ()


def test_the_same_seed_measures_the_same():
    assert numbers(found()) == numbers(found())
    assert numbers(found(seed=8)) != numbers(found())


@pytest.mark.parametrize(
    ('data', 'options', 'reason'),
    [
        (sets()[:1], {}, 'at least two data sets'),
        ([*sets(), Colours('a', [(1, 1, 1)])], {}, 'different names'),
        ([], {}, 'not none'),
        (sets(), {'dimensions': 0}, '1 to 2048 dimensions, not 0'),
        (sets(), {'dimensions': 200_000_000}, '1 to 2048 dimensions'),
        (sets(), {'pictures': 0}, 'at least 1'),
        (sets(), {'divergence': 'softmax'}, 'no divergence'),
    ],
)
def test_what_cannot_be_measured_is_told_before_a_picture_is_read(data, options, reason):
    with pytest.raises(SageIQError, match=reason):
        measure(data, MeanColour(), **options)
    assert not any(one.read_keys for one in data)


def test_numbers_are_json_without_nan():
    single = Colours('one', [(9, 9, 9)])
    for divergence in ('signed', 'literal'):
        plain = numbers(found(single, divergence=divergence))
        assert json.loads(json.dumps(plain, allow_nan=False)) == plain
        assert plain['sets'][3]['within'] is None and plain['sets'][0]['within'] is not None
        assert len(plain['distances']) == 6 and len(plain['D']['matrix']) == 4


def test_numbers_hold_what_was_measured():
    similarity = found(Colours('rendered', [(1, 1, 250)] * 2))
    plain = numbers(similarity)
    for name, one in (('D', similarity.full), ("D'", similarity.reduced)):
        assert plain[name]['matrix'] == one.matrix.tolist()
    full, real = (similarity.contrasts(photographs=only)[0] for only in (False, True))
    assert plain['D']['among_driving'] == full.driving
    assert plain['D']['between_kinds'] == full.apart
    assert plain['D']['among_driving_without_rendered'] == real.driving
    assert plain['D']['between_kinds_without_rendered'] == real.apart
    for pair, written in zip(similarity.distortions, plain['distances'], strict=True):
        assert written['sets'] == [similarity.names[i] for i in (pair.first, pair.second)]
        ratios = written['ratio_as_printed'], written['ratio_scaled']
        assert ratios == (pair.as_printed, pair.scaled)


def test_the_section_shows_both_figures_and_both_tables():
    blocks = section(found()).blocks
    (radar,) = (block for block in blocks if isinstance(block, RadarChart))
    assert radar.spokes == tuple('12345678') and [s.name for s in radar.series] == [
        'a', 'b', 'photos',
    ]  # fmt: skip
    maps = [block for block in blocks if isinstance(block, HeatMap)]
    assert [block.name.split(':')[0] for block in maps] == ['D', "D'"]
    assert all(len(block.rows) == 3 and block.rows[1][1] == 0 for block in maps)
    for table in (block for block in blocks if isinstance(block, Table)):
        assert {len(row.cells) for row in table.rows} == {len(table.heads)}


def test_the_table_of_kinds_has_the_papers_cells_below():
    similarity = found(Colours('rendered', [(1, 1, 250)] * 2))
    full, reduced = similarity.contrasts()
    first, second, third, _, paper = contrast_table(similarity).rows
    assert [cell.value for cell in first.cells[1:]] == [full.driving, full.apart]
    assert [cell.value for cell in second.cells[1:]] == [reduced.driving, reduced.apart]
    assert third.cells[0] == 'D without rendered' and paper.paper
    assert len(contrast_table(found()).rows) == 3


def test_the_finding_is_set_beside_the_papers():
    alike = texts(found())
    assert 'As in the paper, driving sets are more alike' in alike
    assert 'photos differs most' in alike and 'mean colour' in alike and '--resnet50' in alike
    far = Colours('far', [(1, 1, 250)] * 2)
    unlike = texts(found(far))
    assert 'Unlike in the paper' in unlike and "Other features than the paper's" in unlike
    paper = replace(found(far), resnet50=True)
    assert '--resnet50' not in texts(paper) and 'Other features' not in texts(paper)


def test_rendered_streets_are_left_out_of_a_second_mean():
    far = Colours('rendered', [(1, 1, 250)] * 2)
    without, both = found(), found(far)
    real, _ = both.contrasts(photographs=True)
    assert real == without.contrasts()[0] != both.contrasts()[0]
    assert f'it is {real.driving:.4f} among driving sets' in texts(both)
    assert 'rendered' not in texts(without)
    # A folder of photographs may be called so, too.
    folder = replace(far, boxes=())
    assert not any(center.rendered for center in found(folder).centers)


def test_a_set_that_differs_from_itself_as_much_is_named():
    mixed = Colours('mixed', [(200, 20, 10)] * 2 + [(10, 20, 200)] * 2)
    assert found(mixed).unsure() == ('mixed',)
    assert 'Of mixed one half differs' in texts(found(mixed))


def test_one_kind_alone_is_not_compared():
    similarity = measure(sets()[:2], MeanColour())
    assert 'cannot be compared here' in texts(similarity)
    assert 'have it above' in texts(found()) and 'have it above' not in texts(similarity)
    assert numbers(similarity)['draws']['agreeing'] is None


def test_the_printed_divergence_tells_what_is_undefined():
    dark = Colours('dark', [(0, 20, 10)])
    similarity = found(dark, divergence='literal')
    assert similarity.full.undefined.sum() == 3
    text = texts(similarity)
    assert '3 terms of D and' in text and 'as printed' in text
    notes = [block.note for block in section(similarity).blocks if isinstance(block, HeatMap)]
    assert '3 of 48 terms are undefined' in notes[0]


def test_equal_sets_have_no_distance_to_distort():
    twin = replace(sets()[0], name='twin')
    assert 'All centres are equal' in texts(measure([sets()[0], twin], MeanColour()))
