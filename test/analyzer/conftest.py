# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A street to analyse, and analyzers with a worker process without a model."""

import pytest
from analyzer_helpers import LIMITS, FakeModel, make_graph

from sageiq_ros.analyzer.combination import BLENDS
from sageiq_ros.analyzer.memo import Memo
from sageiq_ros.analyzer.rounds_analyzer import RoundsAnalyzer
from sageiq_ros.analyzer.word_analyzer import WordAnalyzer
from sageiq_ros.analyzer.worker_process import WorkerLimits
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import SceneGraph


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / 'worker'
    folder.mkdir()
    return FakeModel(folder)


@pytest.fixture
def memo(tmp_path):
    return Memo(tmp_path / 'cache' / 'memo.sqlite3')


@pytest.fixture
def make_analyzer(model, memo):
    made = []

    def make(limits: WorkerLimits = LIMITS, query: str = AnalyzerConfig().query) -> WordAnalyzer:
        made.append(WordAnalyzer('fake', BLENDS['combined'], model, memo, query, limits))
        return made[-1]

    yield make
    for analyzer in made:
        analyzer.close()


@pytest.fixture
def make_rounds(model, memo):
    made = []

    def make(in_order: bool = False) -> RoundsAnalyzer:
        source = type(model)(model.folder, 'constrained-1', 1)
        made.append(
            RoundsAnalyzer('fake', source, memo, AnalyzerConfig().query, LIMITS, in_order=in_order)
        )
        return made[-1]

    yield make
    for analyzer in made:
        analyzer.close()


@pytest.fixture
def street() -> SceneGraph:
    return make_graph(
        ('building', 'along', 'street', 0.9),
        ('car', 'on', 'street', 0.8),
        ('man', 'walking on', 'sidewalk', 0.7),
        ('tree', 'near', 'building', 0.6),
    )
