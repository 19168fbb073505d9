# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The page of a report is one well-formed file that shows every block as it is."""

import base64
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from page_blocks import NAN, any_report, full_table, report, table

from sageiq_ros.evaluation.pages.blocks import Gallery, Number, Report, Row, Section, Table
from sageiq_ros.evaluation.pages.html import page
from sageiq_ros.evaluation.pages.html_tables import data_url, gallery_html, table_html

VOID = {'meta', 'img'}


class Reader(HTMLParser):
    """Check that elements nest, and collect ids, links, what would be loaded, and text."""

    def __init__(self, page):
        super().__init__()
        self.open, self.ids, self.links, self.loads, self.text = [], [], [], [], []
        self.tags = set()
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        for name, value in attributes:
            if name == 'id':
                self.ids.append(value)
            elif name == 'href':
                self.links.append(value)
            elif name in ('src', 'srcset', 'xlink:href', 'action', 'data', 'poster'):
                self.loads.append(value)
            # User's words are no attributes, whatever they hold.
            assert not name.startswith('on')
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != 'style':
            self.text.append(data)


def one(*cells, **look):
    """Return the row of a table of these cells as HTML."""
    heads = tuple('abcdefg'[: len(cells)])
    html = table_html(Table('one', heads, [Row(cells, **look)]))
    return re.search('<tbody>(.*)</tbody>', html)[1]


@settings(max_examples=40)
@given(any_report)
def test_whatever_a_report_holds_its_page_is_well_formed_and_loads_nothing(content):
    read = Reader(page(content))
    assert all(load.startswith('data:image/jpeg;base64,') for load in read.loads)
    assert len(set(read.ids)) == len(read.ids)
    assert {link[1:] for link in read.links} <= set(read.ids)


def test_the_page_has_no_script_and_names_no_other_page():
    html = page(report())
    assert Reader(html).tags.isdisjoint({'script', 'link', 'iframe', 'object'})
    assert not re.search(r'https?:|url\(|@import', html)


def test_users_words_are_never_markup():
    evil = '<script>alert("1")</script>&amp;\'" onload="x'
    content = Report(
        evil,
        evil,
        [Section(evil, (evil,), [Table(evil, (evil,), [Row((evil,))], note=evil)])],
        {evil: evil, 'command': evil},
        [(evil, evil)],
    )
    read = Reader(page(content))
    assert 'script' not in read.tags and read.text.count(evil) >= 10


def test_contents_link_all_sections_in_order():
    html = page(report())
    contents = re.search(r'<nav.*?</nav>', html)[0]
    assert re.findall(r'<a href="#([^"]+)">([^<]+)</a>', contents) == [
        ('tables', 'Tables'),
        ('charts', 'Charts'),
        ('examples', 'Examples'),
        ('how-this-was-made', 'How this was made'),
    ]
    assert all(f'<section id="{name}">' in html for name in ('tables', 'how-this-was-made'))


def test_sections_of_one_title_have_links_of_their_own():
    html = page(Report('r', 'l', [Section('Same', ()), Section('Same', ())], {}))
    assert '<a href="#same">' in html and '<a href="#same-2">' in html


def test_headline_figures_stand_at_the_top():
    html = page(report())
    assert '<div><b>0.812</b><span>MCC of SageIQ-M</span></div>' in html
    assert html.index('class="figures"') < html.index('class="contents"') < html.index('<section')


def test_provenance_comes_last_with_the_command_as_code():
    html = page(report())
    made = html[html.index('<section id="how-this-was-made">') :]
    assert '<dt>command</dt><dd><code>sageiq report --seed 7</code></dd>' in made
    assert '<dt>machine</dt><dd>two cores</dd>' in made and '<section' not in made[1:]


def test_a_report_of_nothing_has_no_empty_boxes():
    html = page(Report('title', 'lead', [], {}))
    body = html[html.index('<body>') :]
    head = '<header><h1>title</h1><p class="lead">lead</p></header>'
    assert body == f'<body><main>{head}</main></body></html>\n'


def test_small_charts_share_a_row_and_wide_blocks_do_not():
    html = page(report())
    assert '<figure class="card" id="degradations">' in html
    assert '<figure class="card half" id="fig-11">' in html
    rows = re.findall(r'<div class="blocks">(.*?)</figure></div>', html)
    for row in rows:
        assert len(set(re.findall(r'<figure class="card( half)?"', row))) == 1


def test_every_chart_has_its_values_below():
    html = page(report())
    charts = html.count('<svg ')
    assert charts == html.count('<details><summary>Values</summary>') == 12


def test_a_cell_shows_its_value_and_its_interval_in_small_type():
    assert one(Number(0.8125, 0.79, 0.83)) == (
        '<tr><th scope="row" class="word">0.812<small>0.790 … 0.830</small></th></tr>'
    )
    assert '<td>−0.05<small>−0.10 … +0.01</small></td>' in one(
        'name', Number(-0.05, -0.1, 0.01, digits=2, signed=True)
    )


def test_gains_stand_out_and_losses_and_noise_do_not():
    assert '<td class="gain">+0.031</td>' in one('name', Number(0.031, signed=True))
    noise = Number(0.031, -0.01, 0.07, signed=True)
    assert 'gain' not in one('name', Number(-0.031, signed=True), Number(0.5), noise)


def test_what_is_undefined_is_a_dash_to_the_eye_and_a_word_to_the_ear():
    assert (
        '<td><span aria-hidden="true">–</span><span class="heard">not defined</span></td>'
    ) in one('name', Number(NAN))


def test_rows_of_the_paper_and_summaries_are_marked():
    assert one('a', paper=True).startswith('<tr class="paper">')
    assert one('a', strong=True).startswith('<tr class="strong">')
    assert one('a', paper=True, strong=True).startswith('<tr class="paper strong">')
    assert one('a').startswith('<tr><th')


def test_the_first_cell_names_its_row():
    content = Table('t', ('model', 'set', 'n'), [Row(('ours', 'KITTI', 3))], text_columns=2)
    row = '<tr><th scope="row" class="word">ours</th><td class="word">KITTI</td><td>3</td></tr>'
    assert row in table_html(content)


def test_tables_of_many_columns_are_set_in_small_type():
    assert table_html(full_table()).startswith('<table class="numbers dense"')
    assert table_html(Table('t', ('a', 'b'), [])).startswith('<table class="numbers"')


def test_groups_span_their_columns():
    html = table_html(table())
    group = '<th scope="colgroup" colspan="3" class="group"><span>KITTI</span></th>'
    assert '<tr><td colspan="1"></td>' in html and group in html
    assert html.count('<th scope="col"') == 10


def test_a_row_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match='row 2 of "t" has 1 cells for 2 heads'):
        table_html(Table('t', ('a', 'b'), [Row(('x', 1)), Row(('y',))]))
    with pytest.raises(ValueError, match='groups of "t" span 3 of 2 columns'):
        table_html(Table('t', ('a', 'b'), [], groups=(('g', 3),)))


def test_pictures_are_shrunk_to_640_px_and_keep_their_colours():
    picture = np.full((500, 1000, 3), (200, 90, 30), np.uint8)
    data = base64.b64decode(data_url(picture).removeprefix('data:image/jpeg;base64,'))
    shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == (320, 640, 3)
    assert np.abs(shown.astype(int) - (200, 90, 30)).max() <= 4  # what JPEG may cost


def test_small_pictures_are_not_enlarged():
    data = base64.b64decode(data_url(np.zeros((10, 20, 3), np.uint8)).split(',')[1])
    assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).shape == (10, 20, 3)


def test_a_headline_that_is_not_defined_says_so():
    html = page(Report('r', 'l', [], {}, [('–', 'MCC of SageIQ-M')]))
    assert '<div><b>not defined</b><span>MCC of SageIQ-M</span></div>' in html


def test_a_picture_says_what_it_shows_to_those_who_do_not_see_it():
    picture = np.zeros((4, 6, 3), np.uint8)
    names = ('KITTI 000012', '"odd" & more')
    html = gallery_html(Gallery('Fig. 10', ('hybrid',), [[picture]] * 2, (), [[], []], '', names))
    assert 'alt="hybrid, KITTI 000012; Fig. 10"' in html
    assert 'alt="hybrid, &quot;odd&quot; &amp; more; Fig. 10"' in html


def test_a_gallery_numbers_pictures_without_a_name_and_sets_texts_below():
    picture = np.zeros((4, 6, 3), np.uint8)
    gallery = Gallery('g', ('top',), [[picture], [picture]], ('score',), [[Number(0.5)], ['GOOD']])
    html = gallery_html(gallery)
    assert 'alt="top, example 1; g"' in html and 'alt="top, example 2; g"' in html
    assert html.endswith(
        '<tr class="texts"><th scope="row">score</th><td>0.500</td><td>GOOD</td></tr>'
        '</tbody></table>'
    )


def test_a_gallery_whose_texts_do_not_fit_is_refused():
    picture = np.zeros((4, 6, 3), np.uint8)
    with pytest.raises(ValueError, match='"g" has 1 examples and 2 texts'):
        gallery_html(Gallery('g', ('top',), [[picture]], ('score',), [['a'], ['b']]))
    with pytest.raises(ValueError, match='shorter'):
        gallery_html(Gallery('g', ('top',), [[picture]], ('score', 'state'), [['a']]))
