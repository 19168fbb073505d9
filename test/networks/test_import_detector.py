# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq models import-detector``: what it takes, what it writes and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper, save

from sageiq_ros.cli import main
from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.engines.store import read_manifest
from sageiq_ros.scene_graph.build import build_generator

HEIGHT, WIDTH = 32, 64
ROWS = 32 + 8 + 2
IMAGE = np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def constant_network(path, outputs, shape=(1, 3, HEIGHT, WIDTH), dtype=TensorProto.FLOAT):
    """Write a network that gives ``outputs`` for every picture; the picture takes part by 0 x."""
    nodes = [
        helper.make_node('Cast', ['picture'], ['floats'], to=TensorProto.FLOAT),
        helper.make_node('ReduceMax', ['floats'], ['most'], keepdims=0),
        helper.make_node('Mul', ['most', 'zero'], ['nothing']),
    ]
    constants = [numpy_helper.from_array(np.float32(0), 'zero')]
    for name, value in outputs.items():
        constants.append(numpy_helper.from_array(np.asarray(value, np.float32), f'{name}_is'))
        nodes.append(helper.make_node('Add', [f'{name}_is', 'nothing'], [name]))
    graph = helper.make_graph(
        nodes,
        'made',
        [helper.make_tensor_value_info('picture', dtype, shape)],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * np.ndim(value))
            for name, value in outputs.items()
        ],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=9)
    save(model, str(path))
    return str(path)


def yolox_rows(classes=80, **changes):
    """Return a raw head that sees a car (class 2) in its first cell and a person in its last."""
    raw = np.zeros((1, ROWS, 5 + classes), np.float32)
    raw[0, 0, [4, 7]] = 0.9
    raw[0, -1, [4, 5]] = 0.9
    for column, value in changes.items():
        raw[0, :, int(column[1:])] = value
    return raw


def detr_outputs(classes=91, prefix='pred_'):
    logits = np.zeros((1, 4, classes + 1), np.float32)
    logits[0, :, -1] = 9.0
    logits[0, 0, 3 % classes] = 20.0
    boxes = np.full((1, 4, 4), 0.5, np.float32)
    return {f'{prefix}logits': logits, 'pred_boxes': boxes}


def labels_of(engine):
    graph = build_generator(SceneGraphConfig(engine=str(engine)), 1).generate(
        IMAGE, SceneGraphConfig()
    )
    return sorted(region.label for region in graph.regions)


def test_a_yolox_becomes_an_engine_that_makes_graphs(tmp_path, capsys):
    file = constant_network(tmp_path / 'a.onnx', {'output': yolox_rows()})
    out = tmp_path / 'engine'
    assert main(['models', 'import-detector', file, '--head', 'yolox', '--out', str(out)]) == 0
    assert '64 x 32, 59 of 80 classes' in capsys.readouterr().out
    manifest = read_manifest(out)
    assert (manifest.name, manifest.network, manifest.precision) == ('engine', 'yolox', 'fp32')
    assert manifest.outputs[0].shape == (1, ROWS, 85)
    assert manifest.settings['channels'] == 'bgr' and manifest.settings['scale'] == 1.0
    assert labels_of(out) == ['car', 'person']
    assert sorted(path.name for path in tmp_path.iterdir()) == ['a.onnx', 'engine']


@pytest.mark.parametrize('prefix', ['', 'pred_'], ids=['transformers', 'official'])
def test_a_detr_becomes_an_engine_that_makes_graphs(tmp_path, prefix):
    file = constant_network(tmp_path / 'a.onnx', detr_outputs(prefix=prefix))
    out = tmp_path / 'engine'
    assert main(['models', 'import-detector', file, '--head', 'detr', '--out', str(out)]) == 0
    assert labels_of(out) == ['car']


def test_an_open_size_is_chosen_once(tmp_path, capsys):
    shape = ('batch', 3, 'height', 'width')
    file = constant_network(tmp_path / 'a.onnx', detr_outputs(), shape)
    words = ['models', 'import-detector', file, '--head', 'detr', '--out', str(tmp_path / 'b')]
    assert main(words) == 2
    assert '--size WxH' in capsys.readouterr().err
    assert main([*words, '--size', '96x64']) == 0
    assert read_manifest(tmp_path / 'b').inputs[0].shape == (1, 3, 64, 96)
    assert labels_of(tmp_path / 'b') == ['car']


def test_other_classes_are_named_by_a_file(tmp_path, capsys):
    file = constant_network(tmp_path / 'a.onnx', {'output': yolox_rows(3)})
    names = tmp_path / 'names.txt'
    out = str(tmp_path / 'b')
    words = ['models', 'import-detector', file, '--head', 'yolox', '--out', out]
    assert main(words) == 2
    assert 'knows 3 classes, where COCO has 80' in capsys.readouterr().err
    for text, sentence in (('a\nb\n', 'names 2 classes'), ('x\ny\nz\n', 'None of the 3 names')):
        names.write_text(text)
        assert main([*words, '--labels', str(names)]) == 2
        assert sentence in capsys.readouterr().err
    names.write_text('person\nflying saucer\ntraffic light\n')
    assert main([*words, '--labels', str(names), '--rgb', '--unit-range']) == 0
    settings = read_manifest(tmp_path / 'b').settings
    assert settings['words'] == ['person', '', 'light']
    assert settings['channels'] == 'rgb' and settings['scale'] == pytest.approx(1 / 255)
    assert labels_of(tmp_path / 'b') == ['light', 'person']


@pytest.mark.parametrize(
    ('head', 'outputs', 'shape', 'sentence'),
    [
        ('detr', {'output': yolox_rows()}, (1, 3, 32, 64), 'not named logits and boxes'),
        ('yolox', detr_outputs(), (1, 3, 32, 64), 'not one output of (1, 42, 5 + classes)'),
        ('yolox', {'output': yolox_rows()}, (1, 3, 64, 64), 'not one output of (1, 84,'),
        ('yolox', {'output': yolox_rows()}, (1, 3, 30, 64), 'no multiples of 32'),
        ('yolox', {'output': yolox_rows()}, (1, 32, 64, 3), 'not one picture of (1, 3,'),
        ('yolox', {'output': yolox_rows()}, (32, 64), '2 axes, not the 4'),
        ('yolox', {'output': yolox_rows(c4=1.5)}, (1, 3, 32, 64), 'not probabilities'),
        ('yolox', {'output': yolox_rows(c0=60.0)}, (1, 3, 32, 64), 'decodes its boxes itself'),
        ('yolox', {'output': yolox_rows(c2=np.nan)}, (1, 3, 32, 64), 'not finite'),
        (
            'detr',
            {**detr_outputs(), 'pred_boxes': np.full((1, 4, 4), 30.0)},
            (1, 3, 32, 64),
            'do not lie in [0, 1]',
        ),
        (
            'detr',
            {**detr_outputs(), 'pred_boxes': np.zeros((1, 5, 4))},
            (1, 3, 32, 64),
            'not (1, queries, classes + 1)',
        ),
    ],
)
def test_another_network_is_refused_and_leaves_nothing(
    tmp_path, capsys, head, outputs, shape, sentence
):
    file = constant_network(tmp_path / 'a.onnx', outputs, shape)
    out = str(tmp_path / 'b')
    assert main(['models', 'import-detector', file, '--head', head, '--out', out]) == 2
    error = capsys.readouterr().err
    assert error.startswith('sageiq: ') and len(error.splitlines()) == 1
    assert f'no {head.upper()} head' in error and sentence in error
    assert [path.name for path in tmp_path.iterdir()] == ['a.onnx']


def test_a_picture_of_bytes_is_refused(tmp_path, capsys):
    file = constant_network(tmp_path / 'a.onnx', {'output': yolox_rows()}, dtype=TensorProto.UINT8)
    assert main(['models', 'import-detector', file, '--head', 'yolox', '--out', 'none']) == 2
    assert 'takes a picture of uint8' in capsys.readouterr().err


@pytest.mark.parametrize('content', [None, b'', b'no network at all'])
def test_a_file_that_is_no_onnx_is_one_sentence(tmp_path, capsys, content):
    file = tmp_path / 'a.onnx'
    if content is not None:
        file.write_bytes(content)
    out = tmp_path / 'b'
    words = ['models', 'import-detector', str(file), '--head', 'yolox', '--out', str(out)]
    assert main(words) == 2
    error = capsys.readouterr().err
    assert str(file) in error and len(error.splitlines()) == 1 and not out.exists()


def test_a_folder_in_use_is_left_alone(tmp_path, capsys):
    file = constant_network(tmp_path / 'a.onnx', {'output': yolox_rows()})
    words = ['models', 'import-detector', file, '--head', 'yolox', '--out', str(tmp_path)]
    assert main(words) == 2
    assert 'exists already' in capsys.readouterr().err


def test_yolox_nano_sees_what_its_bare_file_sees(tmp_path, shared):
    import cv2

    from sageiq_ros.scene_graph.yolox import YoloxDetector

    file = shared / 'data' / 'weights' / 'yolox_nano.onnx'
    out = tmp_path / 'engine'
    words = ['models', 'import-detector', str(file), '--head', 'yolox', '--out', str(out)]
    assert main(words) == 0
    image = cv2.imread(str(shared / 'data' / 'driving_clip' / 'frame_0039.jpg'))
    config = SceneGraphConfig(engine=str(out), entity_threshold=0.4, merge_iou=0.5)
    graph = build_generator(config, 1).generate(image, config)
    bare = YoloxDetector(file).detect(image, 0.4, 0.5)
    assert [region.label for region in graph.regions] == list(bare.labels) != []
    for region, box in zip(graph.regions, bare.boxes, strict=True):
        edges = (region.box.x1, region.box.y1, region.box.x2, region.box.y2)
        assert edges == pytest.approx(box.tolist(), abs=0.5)
