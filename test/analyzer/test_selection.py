# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Which triplets are scored, and in what order."""

from analyzer_helpers import make_graph
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.analyzer.selection import less_certain, relevance, select_triplets
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import SceneGraph, WeightedTriplet, WeightSource

WEIGHTS = {'man': 10.0, 'car': 9.0, 'bike': 9.0, 'street': 5.0, 'tree': 2.0, 'house': 1.0}


def select(graph: SceneGraph, **changes: object) -> tuple[WeightedTriplet, ...]:
    labels = [region.label for region in graph.regions]
    weights = [
        (WEIGHTS[labels[t.subject]], WEIGHTS[labels[t.object]], WeightSource.MEMO)
        for t in graph.triplets
    ]
    return select_triplets(graph, weights, AnalyzerConfig(**changes))


def chosen(graph, **changes):
    return [item.triplet for item in select(graph, **changes)]


def test_the_weightier_entity_decides_whether_a_triplet_is_relevant():
    graph = make_graph(
        ('tree', 'near', 'house', 0.9), ('tree', 'near', 'car', 0.2), ('car', 'on', 'street', 0.1)
    )
    assert chosen(graph) == [2, 1]
    assert chosen(graph, min_weight=1.0) == [2, 1, 0]
    assert chosen(graph, min_weight=9.5) == []


def test_a_weight_equal_to_the_least_is_enough():
    assert chosen(make_graph(('tree', 'near', 'street', 0.5)), min_weight=5.0) == [0]


def test_the_order_is_by_relevance_then_by_confidence():
    graph = make_graph(
        ('car', 'near', 'tree', 0.3), ('bike', 'near', 'tree', 0.6), ('man', 'near', 'tree', 0.1)
    )
    assert chosen(graph) == [2, 1, 0]


def test_of_one_pair_of_regions_the_most_confident_triplet_stays():
    graph = make_graph(
        ('car', 'on', 'street', 0.3),
        ('car', 'parked on', 'street', 0.6),
        ('car 2', 'on', 'street', 0.1),
    )
    assert chosen(graph) == [1, 2]


def test_one_car_with_many_relations_does_not_hide_the_others():
    graph = make_graph(
        ('car', 'on', 'street', 0.9),
        ('car', 'near', 'tree', 0.9),
        ('car', 'near', 'house', 0.9),
        ('car 2', 'on', 'street', 0.2),
        ('car 3', 'on', 'street', 0.1),
    )
    assert chosen(graph, max_triplets=3) == [0, 3, 4]
    assert chosen(graph, max_triplets=4) == [0, 3, 4, 1]


def test_a_rider_and_the_bike_below_come_before_background():
    graph = make_graph(
        ('man', 'on', 'street', 0.9),
        ('man', 'riding', 'bike', 0.5),
        ('tree', 'near', 'street', 0.9),
    )
    assert chosen(graph, max_triplets=2) == [1, 0]


def test_of_two_triplets_with_the_same_larger_weight_the_other_weight_decides():
    graph = make_graph(('car', 'near', 'house', 0.9), ('car 2', 'on', 'street', 0.1))
    assert chosen(graph) == [1, 0]


def test_a_triplet_is_as_certain_as_its_less_certain_entity():
    order = [WeightSource.UNKNOWN, WeightSource.PRIOR, WeightSource.LLM, WeightSource.MEMO]
    for place, source in enumerate(order):
        for other in order[place:]:
            assert less_certain(source, other) is less_certain(other, source) is source


NAMES = st.sampled_from([f'{label} {number}' for label in WEIGHTS for number in range(3)])
TRIPLETS = st.lists(
    st.tuples(NAMES, st.sampled_from(['on', 'near']), NAMES, st.floats(0.0, 1.0)), max_size=30
)


@given(TRIPLETS, st.floats(1.0, 10.0), st.integers(1, 8))
def test_the_rules_hold_for_any_graph(triplets, least, most):
    graph = make_graph(*triplets)
    found = select(graph, min_weight=least, max_triplets=most)
    values = [relevance(item.subject_weight, item.object_weight) for item in found]
    pairs = [(graph.triplets[i.triplet].subject, graph.triplets[i.triplet].object) for i in found]
    assert len(found) <= most
    assert all(max(item.subject_weight, item.object_weight) >= least for item in found)
    assert values == sorted(values, reverse=True)
    assert len(set(pairs)) == len(pairs)
    ends = {(t[0], t[2]): [WEIGHTS[name.split()[0]] for name in (t[0], t[2])] for t in triplets}
    relevant = {pair: weights for pair, weights in ends.items() if max(weights) >= least}
    assert len(found) == min(most, len(relevant))
    if relevant:
        assert values[0] == max(relevance(*weights) for weights in relevant.values())
