# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq analyze`` prints the choice as a table."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.analyzer.triplet_text import parse_triplets
from sageiq_ros.cli import main
from sageiq_ros.types import SageIQError
from sageiq_ros.vocabulary import OBJECTS, PREDICATES


def test_the_most_important_triplet_comes_first(capsys):
    triplets = 'car on street; man walking on sidewalk; tree near building'
    assert main(['analyze', 'driving', '--mode', 'prior', '--triplets', triplets]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ['1', 'car', '8.1', 'on', 'street', '7.0', 'prior']
    assert lines[2].split() == ['2', 'man', '8.0', 'walking', 'on', 'sidewalk', '5.4', 'prior']
    assert '2 chosen, 1 left out; prior.' in lines


def test_json_holds_the_choice_and_the_times(capsys):
    triplets = 'leaf on tree; car on street'
    command = ['analyze', 'driving', '--mode', 'prior', '--triplets', triplets, '--json']
    assert main(command) == 0
    document = json.loads(capsys.readouterr().out)
    (chosen,) = document['chosen']
    assert (chosen['place'], chosen['subject'], chosen['source']) == (1, 'car', 'prior')
    assert 6.5 < chosen['object_weight'] < chosen['subject_weight'] < 9.0
    assert document['analyzer'] == 'prior' and document['analysed_us'] > 0


@pytest.mark.parametrize(
    ('text', 'said'),
    [('car street', "'car street' is not a triplet"), (' ; ', 'There is no triplet')],
)
def test_what_is_no_triplet_is_told(capsys, text, said):
    assert main(['analyze', 'driving', '--mode', 'prior', '--triplets', text]) == 2
    assert said in capsys.readouterr().err


def test_a_query_out_of_range_is_told(capsys):
    assert main(['analyze', ' ', '--mode', 'prior', '--triplets', 'car on street']) == 2
    assert 'query must have a letter' in capsys.readouterr().err


def test_bars_allow_any_predicate():
    graph = parse_triplets('traffic light | hangs over | wet street')
    assert [region.label for region in graph.regions] == ['traffic light', 'wet street']
    assert graph.triplets[0].predicate == 'hangs over'


@given(
    st.lists(
        st.tuples(
            st.sampled_from(OBJECTS[1:]),
            st.sampled_from(PREDICATES[1:]),
            st.sampled_from(OBJECTS[1:]),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_every_triplet_of_visual_genome_is_read_back(triplets):
    graph = parse_triplets(';'.join(' '.join(triplet) for triplet in triplets))
    labels = [region.label for region in graph.regions]
    assert [(labels[t.subject], t.predicate, labels[t.object]) for t in graph.triplets] == triplets
    assert len(set(labels)) == len(labels)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        graph = parse_triplets(text)
    except SageIQError:
        return
    assert graph.triplets
