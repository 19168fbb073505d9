# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Engines and language models: names, manifests, and the headers of their files."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

from fuzzing.files import in_file
from fuzzing.mutators import decoded, encoded, mutate_bytes, mutate_json, mutate_text
from fuzzing.target import Run, Target
from sageiq_ros.analyzer.language_models.files import find_model
from sageiq_ros.analyzer.language_models.gguf import needed_bytes
from sageiq_ros.config import SceneGraphConfig, ScorerConfig
from sageiq_ros.engines.store import (
    MANIFEST,
    choose_backend,
    find_engine,
    read_manifest,
    sha256,
    shipped,
    verified_model,
)

_NETWORK = b'a network file'


def _manifest(folder: Path) -> tuple[Sequence[bytes], Run]:
    (folder / 'model.onnx').write_bytes(_NETWORK)
    digest = sha256(folder / 'model.onnx')
    seeds = []
    for engine in (SceneGraphConfig().engine, ScorerConfig().engine):
        content = json.loads((shipped() / engine / MANIFEST).read_text(encoding='utf-8'))
        short = {key: value for key, value in content['settings'].items() if len(str(value)) < 200}
        content |= {'file': 'model.onnx', 'sha256': digest, 'settings': short, 'measured': {}}
        seeds.append(encoded(json.dumps(content)))

    def run(data: bytes) -> str:
        (folder / MANIFEST).write_bytes(data)
        manifest = read_manifest(find_engine(str(folder)))
        backend = choose_backend(manifest)
        path = verified_model(folder, manifest)
        assert path.parent == folder
        tensors = (*manifest.inputs, *manifest.outputs)
        assert all(isinstance(size, int) for tensor in tensors for size in tensor.shape)
        return f'{manifest.network} {backend} {sorted(manifest.settings)}'

    return seeds, run


def _engine_name(folder: Path) -> tuple[Sequence[bytes], Run]:
    (folder / MANIFEST).write_bytes(b'{}')
    names = [SceneGraphConfig().engine, str(folder), './engines/reltr', '~/engines/reltr']
    return [encoded(name) for name in names], lambda data: find_engine(decoded(data)).name


def _model_path(folder: Path) -> tuple[Sequence[bytes], Run]:
    (folder / 'a.gguf').write_bytes(gguf_seeds()[0])
    names = [str(folder / 'a.gguf'), '~/models/a.gguf', './a.gguf']
    return [encoded(name) for name in names], lambda data: find_model(decoded(data)).backend


def _text(words: bytes) -> bytes:
    return struct.pack('<Q', len(words)) + words


def gguf_seeds() -> list[bytes]:
    """Return GGUF files of a few keys and tensors: strings, arrays of arrays, two block types."""
    pairs = (
        _text(b'general.alignment') + struct.pack('<II', 4, 64),
        _text(b'tokens') + struct.pack('<IIQ', 9, 8, 2) + _text(b'a') + _text(b'bc'),
        _text(b'scores') + struct.pack('<IIQ2f', 9, 6, 2, 0.5, 1.5),
        _text(b'nested') + struct.pack('<IIQIQB', 9, 9, 1, 0, 1, 7),
    )
    tensors = (
        _text(b'norm') + struct.pack('<IQIQ', 1, 4, 0, 0),
        _text(b'weight') + struct.pack('<I2QIQ', 2, 32, 2, 2, 64),
    )
    head = b'GGUF' + struct.pack('<IQQ', 3, len(tensors), len(pairs))
    whole = head + b''.join(pairs) + b''.join(tensors)
    return [whole + bytes(300), b'GGUF' + struct.pack('<IQQ', 3, 0, 0)]


def _gguf(path: Path) -> str:
    needed = needed_bytes(path)
    assert needed >= 0
    return str(needed.bit_length())


def _model_folder(name: str, seeds: Sequence[bytes], others: dict[str, bytes]) -> Target:
    def make(folder: Path) -> tuple[Sequence[bytes], Run]:
        for other, content in others.items():
            (folder / other).write_bytes(content)

        def run(data: bytes) -> str:
            (folder / name).write_bytes(data)
            return find_model(str(folder)).backend

        return seeds, run

    mutate = mutate_bytes if name.endswith('.safetensors') else mutate_text
    return Target(f'language model, {name}', make, mutate, 3_000)


def _safetensors() -> bytes:
    header = {'w': {'dtype': 'F32', 'shape': [2, 2], 'data_offsets': [0, 16]}, '__metadata__': {}}
    text = json.dumps(header).encode()
    return struct.pack('<Q', len(text)) + text + bytes(16)


_INDEX = json.dumps({'weight_map': {'a': 'model.safetensors', 'b': 'model.safetensors'}}).encode()
_IR = b'<net><data offset="0" shape="4" size="16"/><data offset="16" size="8"/></net>'
_FOLDER = {'config.json': b'{}', 'tokenizer.json': b'{}', 'model.safetensors': _safetensors()}

TARGETS = (
    Target('engine manifest', _manifest, mutate_json, 6_000),
    Target('name of an engine', _engine_name, mutate_text, 4_000),
    Target('path of a language model', _model_path, mutate_text, 4_000),
    Target(
        'GGUF file', in_file('a.gguf', gguf_seeds(), _gguf), mutate_bytes, 8_000, (ValueError,)
    ),
    _model_folder('model.safetensors', [_safetensors()], _FOLDER),
    _model_folder('model.safetensors.index.json', [_INDEX], _FOLDER),
    _model_folder(
        'openvino_model.xml',
        [_IR],
        {'openvino_model.bin': bytes(24), 'openvino_tokenizer.xml': b''},
    ),
)
