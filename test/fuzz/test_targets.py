# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever becomes of a valid input, its reader takes it or refuses it in one clear sentence."""

import logging

import pytest
from fuzzing.runner import Outcome, alarmed, try_input
from fuzzing.targets import TARGETS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = 40


@pytest.fixture(params=TARGETS)
def target(request):
    """Return each target in turn, without what is logged of every damaged file."""
    logging.disable()
    with alarmed():
        yield TARGETS[request.param]
    logging.disable(logging.NOTSET)


def test_any_mutation_is_taken_or_refused_in_a_sentence(target, tmp_path):
    seeds, run = target.make(tmp_path)

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def try_mutation(rng):
        outcome = Outcome(target.name)
        try_input(target, run, target.mutate(rng, rng.choice(seeds), seeds), outcome)
        assert not outcome.findings

    try_mutation()


def test_the_seeds_are_valid(target, tmp_path):
    seeds, run = target.make(tmp_path)
    outcome = Outcome(target.name)
    signatures = [try_input(target, run, seed, outcome) for seed in seeds]
    assert not outcome.findings
    assert signatures[0].startswith('taken')
    # Of the others some are cut off, or bombs.
    assert outcome.results['taken'] >= len(seeds) / 4
