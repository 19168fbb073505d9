# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Blocks of reports: one plausible report with every kind, and any block there can be."""

import math

import numpy as np
from hypothesis import strategies as st

from sageiq_ros.evaluation.pages.blocks import (
    BarChart,
    Gallery,
    HeatMap,
    LineChart,
    Number,
    RadarChart,
    Report,
    Row,
    Scatter,
    Section,
    Series,
    Table,
)

NAN = math.nan
PLACES = tuple(
    f'{city} of a place with a remarkably long name'
    for city in (
        *('Reykjavik', 'WWWWWWWWWWWWWWWW', 'Vladivostok', 'Antananarivo', '蘇州蘇州蘇州蘇州'),
        *('Tegucigalpa', 'Thiruvananthapuram', 'Minneapolis', 'Wolverhampton', 'Gelsenkirchen'),
        *('Montevideo', '%%%%%%%%%%%%'),
    )
)
MODELS = ('SageIQ-M', 'Q-Instruct', 'Q-Align', 'DeQA-Score', 'mPLUG-Owl2')
DEGRADATIONS = (
    *('motion blur', 'Gaussian blur', 'mean blur', 'median blur', 'Gaussian noise'),
    *('JPEG compression', 'salt and pepper'),
)


def wave(count, middle, swing=0.1):
    """Return values that rise and fall around a middle."""
    return [middle + swing * math.sin(1.7 * index + 10.0 * middle) for index in range(count)]


def series(name, count, middle, paper=False, interval=0.03):
    """Return a series of a wave with its intervals."""
    values = wave(count, middle)
    lows, highs = ([v + sign * interval for v in values] for sign in (-1, 1))
    return (
        Series(name, values, lows, highs, paper)
        if interval
        else Series(name, values, (), (), paper)
    )


def crowded():
    """Return six series of twelve values, below and above zero, with gaps and paper's numbers."""
    gaps = Series('one that lacks values', [NAN if i % 3 == 0 else 0.3 for i in range(12)])
    rest = [
        series(f'series {letter} whose name is rather long', 12, middle, letter in 'CE')
        for letter, middle in zip('ABCDE', (0.2, -0.1, 0.25, -0.3, -0.2), strict=True)
    ]
    return [gaps, *rest]


def table():
    """Return a table of thirteen models and nine columns of numbers with intervals."""
    rows = []
    for index in range(13):
        cells = []
        for value in wave(3, 0.4 + 0.03 * index):
            gain = 0.02 * math.cos(7.0 * value)
            cells += [
                Number(value, value - 0.02, value + 0.02),
                Number(NAN) if index == 4 else Number(value + gain, value, value + 0.04),
                Number(NAN if index == 4 else gain, gain - 0.01, gain + 0.01, signed=True),
            ]
        rows.append(Row((f'model {index}', *cells), strong=index == 12))
    rows.append(Row(('paper: model 0', *(Number(v) for v in wave(9, 0.5))), paper=True))
    return Table(
        'Table VIII: scores without and with SageIQ-P',
        ('model', *('w/o', 'w/', 'Δ') * 3),
        rows,
        groups=(('', 1), ('Cityscapes', 3), ('KITTI', 3), ('Waymo', 3)),
        note='SRCC; below each its 95 % interval.',
    )


def full_table():
    """Return the largest table there is: thirteen models on three data sets, 13 columns."""
    sets = ('cityscapes', 'kitti', 'waymo', 'average')
    rows = []
    for index in range(13):
        for name in sets:
            values = [Number(v, v - 0.4, v + 0.4) for v in wave(6, -0.5 + 0.01 * index)]
            gains = [Number(v, v - 0.6, v + 0.6, signed=True) for v in wave(3, -0.2)]
            cells = (f'Model-{index} nano', 'Gaussian noise', name, 1200, *values, *gains)
            rows.append(Row(cells, strong=name == 'average'))
    for index in range(13):
        for name in sets:
            numbers = [Number(v, signed=place > 5) for place, v in enumerate(wave(9, 0.3))]
            rows.append(
                Row((f'paper: Model-{index}', 'Motion blur', name, '', *numbers), paper=True)
            )
    return Table(
        'Table VIII: motion blur',
        ('Scorer', 'Degradation', 'Data set', 'n', *('SRCC', 'PLCC', 'MCC') * 3),
        rows,
        groups=(('', 4), ('without SageIQ-P', 3), ('with SageIQ-P', 3), ('gain', 3)),
        text_columns=3,
        note='Below ours the paper’s rows, which are of other pictures and other labels.',
    )


def gallery(columns=5):
    """Return a gallery of grey pictures of various sizes."""
    pictures = [
        [np.full((90 + 10 * c, 160, 3), 40 * r + 20 * c, np.uint8) for r in range(3)]
        for c in range(columns)
    ]
    texts = [[Number(0.71), Number(NAN), 'GOOD'] for _ in range(columns)]
    names = ('original', 'hybrid', 'regions')
    return Gallery('Fig. 10: examples', names, pictures, ('label', 'SageIQ-M', 'state'), texts)


def charts():
    """Return every kind of chart, easy and crowded."""
    pairs = [
        series(f'{model}, {way}', 7, middle, interval=0)
        for model in MODELS
        for way, middle in (('without', 0.5), ('with', 0.7))
    ]
    matrix = [[abs(a - b) * 1.3 for b in range(12)] for a in range(12)]
    matrix[3][4] = NAN
    cloud = {
        'full reference': list(zip(wave(300, 0.5, 0.4), wave(300, 0.45, 0.4), strict=True)),
        'SageIQ-M nano': [(0.2, 0.3), (NAN, 0.4)],
    }
    few = [[0.0, 0.05, 1.1], [0.04, 0.0, 0.9], [1.2, NAN, 0.0]]
    errors = [Series('without', [0.8, 0.75, 0.7, NAN, 0.5, 0.3]), series('with', 6, 0.6)]
    return [
        BarChart('Fig. 11', MODELS, [series('w/o', 5, 0.5), series('with', 5, 0.7)], 'MCC'),
        BarChart('Degradations', DEGRADATIONS, pairs, 'MCC'),
        BarChart('Long bars', PLACES, crowded(), 'difference of the mean correlation'),
        BarChart('Shift', ('rescaled', 'both'), [Series('nano', [-0.12, NAN])], 'shift'),
        LineChart(
            'Fig. 15',
            ('1', '3', '5', '7'),
            [series(m, 4, 0.5) for m in MODELS] + [series('paper: Q-Align', 4, 0.6, True, 0)],
            'MCC',
            'most regions a picture',
        ),
        LineChart('Fig. 14', ('0', '0.05', '0.1', '0.2', '0.4', '0.8'), errors, 'MCC', 'missing'),
        LineChart('Long lines', PLACES, crowded(), 'MCC', 'place'),
        RadarChart('Fig. 8', tuple('12345678'), [series(m, 8, 0.5) for m in MODELS]),
        RadarChart('Long radar', PLACES, crowded()),
        HeatMap('Fig. 9', ('Cityscapes', 'KITTI', 'LIVE-itw'), few),
        HeatMap('Long heat map', PLACES, matrix),
        Scatter('Size bias', 'score of the full picture', 'score of the reduced one', cloud),
    ]


def report():
    """Return a report with every kind of block."""
    return Report(
        'SageIQ, measured',
        'Every table and figure of the paper, beside the numbers that it gives.',
        [
            Section('Tables', ('First paragraph.', 'Second paragraph.'), [table()]),
            Section('Charts', (), charts()),
            Section('Examples', ('Pictures.',), [gallery()]),
        ],
        {'command': 'sageiq report --seed 7', 'machine': 'two cores'},
        [('0.812', 'MCC of SageIQ-M'), ('+0.053', 'gained by regions')],
    )


words = st.text(max_size=24) | st.sampled_from(PLACES)
numbers = st.floats() | st.floats(-1, 1)
cells = (
    words
    | st.integers()
    | st.builds(Number, numbers, numbers, numbers, st.integers(0, 5), st.booleans())
)
counts = st.integers(0, 13)


def lists(elements, count):
    """Draw lists of one length."""
    return st.lists(elements, min_size=count, max_size=count)


def names(count):
    """Draw tuples of names of one length."""
    return lists(words, count).map(tuple)


@st.composite
def any_series(draw, count):
    values = draw(lists(numbers, count))
    low, high = (draw(st.just(()) | lists(numbers, count)) for _ in range(2))
    return Series(draw(words), values, low, high, draw(st.booleans()))


@st.composite
def any_table(draw):
    columns = draw(st.integers(1, 5))
    rows = draw(
        st.lists(
            st.builds(Row, lists(cells, columns).map(tuple), st.booleans(), st.booleans()),
            max_size=4,
        )
    )
    groups = draw(st.just(()) | words.map(lambda title: ((title, columns),)))
    text_columns = draw(st.integers(0, columns))
    return Table(draw(words), draw(names(columns)), rows, groups, text_columns, draw(words))


@st.composite
def any_chart(draw):
    kind = draw(st.sampled_from((BarChart, LineChart, RadarChart, HeatMap, Scatter)))
    if kind is Scatter:
        points = st.dictionaries(
            words, st.lists(st.tuples(numbers, numbers), max_size=5), max_size=3
        )
        return Scatter(draw(words), draw(words), draw(words), draw(points), draw(words))
    count = draw(counts)
    places = draw(names(count) | lists(numbers.map(str), count).map(tuple))
    if kind is HeatMap:
        return HeatMap(draw(words), places, draw(lists(lists(numbers, count), count)), draw(words))
    lines = draw(st.lists(any_series(count), max_size=7))
    units = draw(names({BarChart: 1, LineChart: 2, RadarChart: 0}[kind]))
    return kind(draw(words), places, lines, *units, draw(words))


@st.composite
def any_gallery(draw):
    count, rows, texts = (draw(st.integers(0, 2)) for _ in range(3))
    picture = np.full((3, 4, 3), 90, np.uint8)
    return Gallery(
        draw(words),
        draw(names(rows)),
        [[picture] * rows for _ in range(count)],
        draw(names(texts)),
        draw(lists(lists(cells, texts), count)),
        draw(words),
        draw(st.just(()) | names(count)),
    )


any_section = st.builds(
    Section,
    words,
    st.lists(words, max_size=2).map(tuple),
    st.lists(any_table() | any_chart() | any_gallery(), max_size=3),
)
any_report = st.builds(
    Report,
    words,
    words,
    st.lists(any_section, max_size=2),
    st.dictionaries(words, words, max_size=2),
    st.lists(st.tuples(words, words), max_size=2),
)
