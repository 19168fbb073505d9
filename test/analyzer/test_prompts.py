# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The prompts are Table II's, the sampling is Table I's."""

import hashlib
import re

from sageiq_ros.analyzer.language_models.base import Sampling
from sageiq_ros.analyzer.prompts import (
    ANSWER_TOKENS,
    CONSIDERATIONS,
    PAPER_SAMPLING,
    dispenser_prompt,
    selector_prompt,
)

ITEMS = ['window on building', 'car on street']

# Of the prompts for Table VII's triplets: a changed letter shows where the paper is not at hand.
SELECTOR_SHA = '6cc5'
DISPENSER_SHA = 'ece0'


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:4]


def test_sampling_is_that_of_table_1():
    assert Sampling(temperature=0.1, top_k=20, top_p=0.2, seed=None) == PAPER_SAMPLING
    assert ANSWER_TOKENS == 256


def test_items_are_numbered_from_one_as_in_table_7():
    prompt = selector_prompt('autonomous driving', ITEMS)
    assert 'are: [1. window on building, 2. car on street]. Identify' in prompt
    assert 'most relevant to autonomous driving,' in prompt
    assert digest(prompt) == SELECTOR_SHA


def test_the_dispenser_names_both_entities_twice():
    prompt = dispenser_prompt('autonomous driving', 'car', 'street')
    assert prompt.startswith('You are an AI assistant for autonomous driving. Analyze two')
    assert prompt.endswith('Object: car, Weight: X; Object: street, Weight: Y.')
    assert digest(prompt) == DISPENSER_SHA


def test_variants_differ_in_the_order_of_the_considerations_only():
    prompts = [dispenser_prompt('driving', 'car', 'street', variant) for variant in range(5)]
    assert len(set(prompts)) == 5
    for prompt in prompts:
        told = re.findall(r'[123]\. (\w+: [^.]+\.)', prompt)
        assert sorted(told) == sorted(CONSIDERATIONS)
        assert re.findall(r'([123])\. \w+:', prompt) == ['1', '2', '3']


def test_the_words_are_the_papers(shared):
    text = (shared / 'paper' / 'sageiq.txt').read_text(encoding='utf-8')
    holes = {'graph_triplet_list': 'I', 'user_query': 'Q', 'triplet_subject': 'S'}
    holes['triplet_object'] = 'O'
    for name, letter in holes.items():
        text = text.replace(rf'$\{{\text{{{name}}}\}}$', f'@{letter}')
    selector = selector_prompt('@Q', []).replace('[]', '@I')
    assert f'Selector Prompt\t{selector}\n' in text
    assert f'Dispenser Prompt\t{dispenser_prompt("@Q", "@S", "@O")}\n' in text
