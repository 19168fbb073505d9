# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Charts show every value where it belongs, and nothing that is not a value."""

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from page_blocks import NAN, any_chart, charts

from sageiq_ros.evaluation.pages.blocks import (
    BarChart,
    HeatMap,
    LineChart,
    RadarChart,
    Scatter,
    Series,
)
from sageiq_ros.evaluation.pages.charts import drawing, values
from sageiq_ros.evaluation.pages.draw import WIDE, chart_width, colors

EDGE = 0.15  # px, for places written with one decimal


def read(chart):
    return ElementTree.fromstring(drawing(chart))


def texts(root):
    """Return what can be read in a drawing, without tooltips."""
    return [''.join(t for t in (e.text, *(c.tail for c in e)) if t) for e in root.iter('text')]


def tips(root):
    return [tip.text for tip in root.iter('title')]


def marked(root, tag, tip):
    """Return the marks of a tag whose tooltip begins with the words."""
    return [mark for mark in root.iter(tag) if (mark.findtext('title') or '').startswith(f'{tip}')]


def number(mark, name):
    return float(mark.get(name))


def bars(*series, places=('a', 'b')):
    return BarChart('bars', places, series, 'SRCC')


def line(*series, places=('a', 'b', 'c')):
    return LineChart('lines', places, series, 'SRCC', 'place')


@given(any_chart())
def test_whatever_a_chart_holds_its_drawing_is_well_formed(chart):
    root = read(chart)
    assert root.get('role') == 'img' and root.get('aria-label') is not None
    for mark in root.iter():
        places = ' '.join(v for k, v in mark.items() if k not in ('aria-label', 'style', 'class'))
        assert not re.search(r'\b(nan|inf)\b|e[+-]\d', places)


@pytest.mark.parametrize('chart', charts(), ids=lambda chart: chart.name)
def test_a_drawing_names_itself_and_uses_the_colours_of_the_page_only(chart):
    drawn = drawing(chart)
    assert f'aria-label="{chart.name}"' in drawn and drawn.startswith('<svg ')
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn)) <= {
        'none',
        *(f'var(--{name})' for name in ('ink', 'soft', 'line', 'card')),
        *(f'var(--series{index})' for index in range(1, 13)),
    }


def test_bars_are_as_high_as_their_values():
    root = read(bars(Series('ours', [0.2, 0.8])))
    low, high = (marked(root, 'rect', f'ours, {place}')[0] for place in 'ab')
    assert number(high, 'height') == pytest.approx(4 * number(low, 'height'), abs=4 * EDGE)
    ends = [number(bar, 'y') + number(bar, 'height') for bar in (low, high)]
    assert ends[0] == pytest.approx(ends[1], abs=2 * EDGE)


def test_bars_of_negative_values_hang_from_zero():
    root = read(bars(Series('ours', [0.5, -0.5])))
    up, down = (marked(root, 'rect', f'ours, {place}')[0] for place in 'ab')
    assert number(up, 'y') + number(up, 'height') == pytest.approx(number(down, 'y'), abs=EDGE)
    assert '−0.50' in texts(root)


def test_bars_of_one_place_stand_side_by_side():
    root = read(bars(Series('one', [0.5, 0.6]), Series('two', [0.4, 0.7])))
    one, two = (marked(root, 'rect', f'{name}, a')[0] for name in ('one', 'two'))
    assert number(one, 'x') + number(one, 'width') <= number(two, 'x') + EDGE


def test_whiskers_reach_from_the_low_to_the_high_end():
    root = read(bars(Series('ours', [0.5], [0.25], [0.75]), places=('a',)))
    bar = marked(root, 'rect', 'ours, a')[0]
    top, bottom = re.search(
        r'M[\d.]+ ([\d.]+)h6m-3 0V([\d.]+)', ElementTree.tostring(root, 'unicode')
    ).groups()
    half = number(bar, 'height') / 2.0
    assert float(top) == pytest.approx(number(bar, 'y') - half, abs=2 * EDGE)
    assert float(bottom) == pytest.approx(number(bar, 'y') + half, abs=2 * EDGE)
    assert 'ours, a: 0.5 (0.25 … 0.75)' in tips(root)


@pytest.mark.parametrize(
    'chart',
    [
        bars(Series('ours', [NAN, 0.5])),
        line(Series('ours', [NAN, 0.5, 0.6])),
        RadarChart('radar', ('a', 'b', 'c'), [Series('ours', [NAN, 0.5, 0.6])]),
    ],
    ids=['bars', 'lines', 'radar'],
)
def test_what_is_not_defined_is_a_cross_that_the_legend_explains(chart):
    root = read(chart)
    assert 'ours, a: not defined' in tips(root) and 'not defined' in texts(root)
    (place,) = marked(root, 'path', 'ours, a')
    assert 'l6 6m0 -6l-6 6' in place.get('d')


def test_without_gaps_the_legend_does_not_speak_of_them():
    assert 'not defined' not in texts(read(bars(Series('ours', [0.4, 0.5]))))


def test_a_gap_parts_the_line():
    values = [0.5, 0.6, NAN, 0.4, 0.3]
    root = read(line(Series('ours', values), places=tuple('abcde')))
    (path,) = (p for p in root.iter('path') if p.get('stroke-linejoin'))
    assert re.sub(r'[\d. ]+', '', path.get('d')) == 'MLML'


def test_a_gap_opens_the_outline_of_a_radar():
    spokes = ('a', 'b', 'c', 'd')
    for found, letters in (([1, 2, 3, 4], 'MLLLZ'), ([1, NAN, 3, 4], 'MLML')):
        root = read(RadarChart('radar', spokes, [Series('ours', found)]))
        (path,) = (p for p in root.iter('path') if p.get('stroke-linejoin'))
        assert re.sub(r'[\d. ]+', '', path.get('d')) == letters


def test_the_papers_series_are_dashed_and_hollow():
    ours, paper = Series('nano', [0.5, 0.6, 0.7]), Series('paper: nano', [0.4] * 3, paper=True)
    for chart in (bars(ours, paper, places=tuple('abc')), line(ours, paper)):
        root = read(chart)
        dashed = [mark.get('stroke') for mark in root.iter() if mark.get('stroke-dasharray')]
        assert set(dashed) == {'var(--series1)'}
        (mark,) = (
            *marked(root, 'rect', 'paper: nano, a'),
            *marked(root, 'path', 'paper: nano, a'),
        )
        assert mark.get('fill') == 'var(--card)' or mark.get('fill-opacity') == '.08'
    outline = read(RadarChart('radar', tuple('abc'), [ours, paper]))
    assert any(p.get('stroke-dasharray') and p.get('fill') == 'none' for p in outline.iter('path'))


def test_the_paper_has_the_colour_of_the_series_of_its_name():
    names = ('A', 'B', 'paper: B', 'A (paper)', 'C', 'paper')
    series = [Series(name, [1.0], paper='paper' in name) for name in names]
    order = [1, 2, 2, 1, 3, 4]
    assert colors(series) == [f'var(--series{number})' for number in order]


def test_lines_over_numbers_keep_their_distances():
    root = read(line(Series('ours', [0.1, 0.2, 0.3]), places=('1', '3', '7')))
    (path,) = (p for p in root.iter('path') if p.get('stroke-linejoin'))
    x = [float(place.split()[0]) for place in re.split('[ML]', path.get('d'))[1:]]
    assert (x[2] - x[1]) == pytest.approx(2 * (x[1] - x[0]), abs=3 * EDGE)
    assert {'1', '3', '7'} <= set(texts(root))


def test_numbers_too_near_to_be_named_give_way_to_round_ones():
    places = ('0', '0.01', '0.02', '0.04', '0.8')
    shown = texts(read(line(Series('ours', [0.91] * 5), places=places)))
    assert {'0.0', '0.2', '0.4', '0.6', '0.8'} <= set(shown) and '0.02' not in shown


def test_names_that_fit_stand_level_and_long_ones_are_turned_and_cut():
    level = read(bars(Series('ours', [0.5, 0.6]), places=('short', 'quite a bit longer')))
    assert not [t for t in level.iter('text') if t.get('transform')]
    long = tuple(f'{letter} very long name of a place indeed' for letter in 'abcdefgh')
    turned = [
        t
        for t in read(bars(Series('o', [1.0] * 8), places=long)).iter('text')
        if t.get('transform')
    ]
    assert len(turned) == 8
    for text, name in zip(turned, long, strict=True):
        assert text.findtext('title') == name and text[0].tail.endswith('…')


def test_bars_carry_their_values_where_there_is_room():
    assert '0.52' in texts(read(bars(Series('ours', [0.52, 0.6]))))
    many = [Series(str(index), [0.52] * 8) for index in range(6)]
    assert '0.52' not in texts(read(bars(*many, places=tuple('abcdefgh'))))


def test_charts_that_show_much_are_wide():
    few, many = (bars(Series('o', [1.0] * n), places=tuple('x' * n)) for n in (5, 12))
    assert chart_width(few) < chart_width(many) == WIDE


def test_a_heat_map_is_darker_for_more_and_says_from_where_to_where():
    root = read(HeatMap('map', ('a', 'b'), [[0.0, 1.0], [0.5, NAN]]))
    assert {'a to b: 1', 'b to a: 0.5', 'b to b: not defined'} <= set(tips(root))
    by_tip = {mark.findtext('title'): mark for mark in root.iter('rect')}
    shades = [number(by_tip[t], 'fill-opacity') for t in ('a to a: 0', 'b to a: 0.5', 'a to b: 1')]
    assert shades == sorted(shades) and shades[0] < 0.1 and shades[2] == 1.0
    blank = by_tip['b to b: not defined']
    assert blank.get('fill') == 'none' and '–' in texts(root)
    # Rows are from a place, so that b to a lies below and to the left of a to b.
    above, below = by_tip['a to b: 1'], by_tip['b to a: 0.5']
    assert number(below, 'y') > number(above, 'y') and number(below, 'x') < number(above, 'x')


def test_both_axes_of_a_scatter_are_the_same():
    root = read(Scatter('plot', 'h', 'v', {'ours': [(0.0, 1.0), (1.0, 0.0), (0.5, 0.5)]}))
    dots = [d for d in root.iter('circle') if (d.findtext('title') or '').startswith('ours: ')]
    (x0, y1), (x1, y0), (x, y) = ((number(d, 'cx'), number(d, 'cy')) for d in dots)
    assert (x, y) == pytest.approx(((x0 + x1) / 2.0, (y0 + y1) / 2.0), abs=EDGE)
    (diagonal,) = (p for p in root.iter('path') if p.findtext('title') == 'both are equal')
    ends = [float(n) for n in re.findall(r'[\d.]+', diagonal.get('d'))]
    assert ends == pytest.approx([x0, y0, x1, y1], abs=EDGE)


def test_a_scatter_says_what_it_leaves_out():
    points = [(index / 4000.0, 0.5) for index in range(4000)] + [(NAN, 0.1)]
    root = read(Scatter('plot', 'h', 'v', {'ours': points}))
    drawn = [d for d in root.iter('circle') if (d.findtext('title') or '').startswith('ours: ')]
    assert len(drawn) == math.ceil(4000 / 3)
    assert {'One point in 3 is drawn.', 'ours (1 not defined)'} <= set(texts(root))


def test_values_of_a_chart_are_a_table():
    ours = Series('ours', [0.5, NAN], [0.4, NAN], [0.6, NAN])
    table = values(bars(ours, Series('paper', [0.7, 0.8], paper=True)))
    assert table.heads == ('SRCC', 'a', 'b')
    assert [row.paper for row in table.rows] == [False, True]
    first = table.rows[0].cells[1]
    assert (first.value, first.low, first.high, first.digits) == (0.5, 0.4, 0.6, 3)
    assert math.isnan(table.rows[0].cells[2].value)


def test_values_of_points_are_their_number_means_and_place():
    points = [(0.0, 2.0), (4.0, 3.0), (NAN, 1.0)]
    (row,) = values(Scatter('plot', 'h', 'v', {'ours': points})).rows
    name, known, missing, horizontal, vertical, above = row.cells
    assert (name, known, missing, above) == ('ours', 2, 1, 1)
    assert (horizontal.value, vertical.value) == (2.0, 2.5)


@pytest.mark.parametrize(
    'chart',
    [
        bars(Series('ours', [0.5])),
        line(Series('ours', [0.5])),
        RadarChart('radar', ('a', 'b'), [Series('ours', [0.5])]),
        HeatMap('map', ('a', 'b'), [[0.5, 0.5]]),
    ],
    ids=['bars', 'lines', 'radar', 'heat map'],
)
def test_a_chart_with_fewer_values_than_places_is_refused(chart):
    with pytest.raises(ValueError, match='shorter'):
        drawing(chart)
