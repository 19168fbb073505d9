# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Stage 1's generator follows from what the engine says it is."""

from __future__ import annotations

import json
from importlib.util import find_spec

import numpy as np
import pytest
from detector_doubles import StubEngine

from sageiq_ros.config import PipelineConfig, SceneGraphConfig
from sageiq_ros.engines.base import EngineError
from sageiq_ros.pipeline import build_pipeline
from sageiq_ros.scene_graph import build
from sageiq_ros.scene_graph.coco import WORDS_80, WORDS_91
from sageiq_ros.scene_graph.yolox import cells
from sageiq_ros.schema import updated

SIZE = (32, 64)


def yolox():
    rows = len(cells(SIZE)[0])
    settings = {'padding': 114, 'words': list(WORDS_80), 'channels': 'bgr', 'scale': 1.0}
    raw = np.zeros((1, rows, 85))
    return StubEngine('yolox', [('images', (1, 3, *SIZE), 'float32')], {'output': raw}, settings)


def detr():
    outputs = {'logits': np.zeros((1, 2, 92)), 'pred_boxes': np.zeros((1, 2, 4))}
    settings = {
        'logits': 'logits',
        'boxes': 'pred_boxes',
        'words': list(WORDS_91),
        'mean': [0.5] * 3,
        'deviation': [0.5] * 3,
    }
    return StubEngine('detr', [('pixel_values', (1, 3, *SIZE), 'float32')], outputs, settings)


def store(folder, network):
    """Write a manifest of ``network``; its file is never opened."""
    content = {
        'name': 'made', 'network': network, 'precision': 'fp32', 'file': 'model.onnx',
        'sha256': '', 'inputs': [], 'outputs': [],
    }  # fmt: skip
    (folder / 'manifest.json').write_text(json.dumps(content))
    return str(folder)


@pytest.mark.parametrize('made', [yolox, detr], ids=['yolox', 'detr'])
def test_a_detector_in_the_store_becomes_the_generator(tmp_path, monkeypatch, made):
    engine, asked = made(), []

    def load(*words):
        asked.append(words)
        return engine

    monkeypatch.setattr(build, 'load_engine', load)
    folder = store(tmp_path, engine.manifest.network)
    generator = build.build_generator(SceneGraphConfig(engine=folder), 3, 'onnxruntime')
    graph = generator.generate(np.zeros((48, 48, 3), np.uint8), SceneGraphConfig())
    assert graph.regions == () and engine.seen is not None
    assert asked == [(folder, engine.manifest.network, 3, 'onnxruntime')]
    assert generator.name == 'stub fp32'


def test_the_shipped_engine_is_taken_by_its_name():
    assert build.build_generator(SceneGraphConfig(), 1).name.startswith('reltr_nano')


def test_an_engine_of_another_stage_is_named():
    with pytest.raises(EngineError, match='runs sageiq_m, which makes no scene graph'):
        build.build_generator(SceneGraphConfig(engine='sageiq_m_nano'), 1)


def test_the_pipeline_takes_its_generator_from_here(tmp_path):
    config = updated(PipelineConfig(), {'scene_graph.engine': store(tmp_path, 'segmenter')})
    with pytest.raises(EngineError, match='runs segmenter'):
        build_pipeline(config)


@pytest.mark.parametrize('content', ['', '[]', '{"model_type": "bert"}'])
def test_a_folder_of_another_kind_is_no_engine(tmp_path, content):
    (tmp_path / 'config.json').write_text(content)
    with pytest.raises(EngineError, match='No engine at'):
        build.build_generator(SceneGraphConfig(engine=str(tmp_path)), 1)


@pytest.mark.skipif(
    find_spec('torch') is not None and find_spec('transformers') is not None,
    reason='torch and transformers are installed here',
)
def test_transformers_is_asked_for_where_it_is_missing(tmp_path):
    (tmp_path / 'config.json').write_text('{"model_type": "detr"}')
    with pytest.raises(EngineError, match=r'pip install torch transformers.*import-detector'):
        build.build_generator(SceneGraphConfig(engine=str(tmp_path)), 1)
