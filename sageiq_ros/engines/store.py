# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Folders of engines: find one by name or path, check it, write a new one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from sageiq_ros.engines.base import Engine, EngineError
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.paths import user_path
from sageiq_ros.quoting import quoted, shortened

MANIFEST = 'manifest.json'
LONGEST_TEXT = 200
# Module, class and the file each backend runs; of those that run a file the first is the default.
BACKENDS = {
    'openvino': ('openvino', 'OpenVINOEngine', '.onnx'),
    'onnxruntime': ('onnxruntime', 'OnnxruntimeEngine', '.onnx'),
    'tensorrt': ('tensorrt', 'TensorRTEngine', '.onnx'),
    'torch': ('pytorch', 'TorchEngine', '.safetensors'),
}


def shipped() -> Path:
    """Return the folder of the engines that come with the package."""
    return Path(str(files('sageiq_ros') / 'store'))


def find_engine(name_or_path: str) -> Path:
    """Return the folder of a shipped engine's name or of a path.

    Raises EngineError when neither holds a manifest, and SageIQError for what cannot be a path.
    """
    is_path = '/' in name_or_path or name_or_path.startswith(('.', '~'))
    manifest = user_path(
        str(Path(name_or_path if is_path else shipped() / name_or_path, MANIFEST))
    )
    if not manifest.is_file():
        names = ', '.join(sorted(p.parent.name for p in shipped().glob(f'*/{MANIFEST}')))
        raise EngineError(
            f'No engine at {quoted(name_or_path)}: give the path of a folder with {MANIFEST}, or '
            f'one of the shipped names: {names or "none"}.'
        )
    return manifest.parent


def read_manifest(folder: Path) -> Manifest:
    """Read and check a folder's manifest; raises EngineError naming what is wrong with it."""
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
        tensors = {
            side: tuple(
                TensorSpec(t['name'], tuple(t['shape']), t['dtype']) for t in content[side]
            )
            for side in ('inputs', 'outputs')
        }
        return _checked(Manifest(**{**content, **tensors}))
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise EngineError(
            f'{path} is not a readable engine manifest ({type(error).__name__}: '
            f'{shortened(str(error))}); restore it or export the engine again.'
        ) from error


def _checked(manifest: Manifest) -> Manifest:
    """Return a manifest of the right types; raises TypeError or ValueError for another."""
    for name in ('name', 'network', 'precision', 'file', 'sha256'):
        text = getattr(manifest, name)
        if not (isinstance(text, str) and text.isprintable() and len(text) <= LONGEST_TEXT):
            raise TypeError(f'{name} is no short text')
    for name in ('settings', 'provenance', 'measured'):
        if not isinstance(getattr(manifest, name), dict):
            raise TypeError(f'{name} is no object')
    for tensor in (*manifest.inputs, *manifest.outputs):
        if not (isinstance(tensor.name, str) and isinstance(tensor.dtype, str)):
            raise TypeError('a tensor has a name or dtype that is no text')
        if not all(type(size) is int and size >= 0 for size in tensor.shape):
            raise ValueError(f'the tensor {shortened(tensor.name)} has no shape of whole numbers')
    if Path(manifest.file).name != manifest.file:
        raise ValueError('its file does not lie beside it')
    return manifest


def verified_model(folder: Path, manifest: Manifest) -> Path:
    """Return the path of an engine's network file after checking its SHA-256."""
    path = folder / manifest.file
    if not path.is_file():
        raise EngineError(
            f'The engine {manifest.name} lacks its file {path}; restore it or choose another.'
        )
    if sha256(path) != manifest.sha256:
        raise EngineError(
            f'{path} is not the file its manifest describes (SHA-256 differs); restore it or '
            'export the engine again.'
        )
    return path


def load_engine(name_or_path: str, network: str, threads: int, backend: str = 'auto') -> Engine:
    """Load an engine that runs ``network`` on ``threads`` processor threads.

    ``backend`` is a name of ``BACKENDS``, or ``auto`` for the first of them that runs the file.
    Raises EngineError when the engine is missing, damaged or made for another network, and when
    the backend does not run its file or is not there; another one never takes its place.
    """
    folder = find_engine(name_or_path)
    manifest = read_manifest(folder)
    if manifest.network != network:
        raise EngineError(
            f'The engine {quoted(name_or_path)} runs {manifest.network}, where {network} is '
            'needed.'
        )
    module, name, _ = BACKENDS[choose_backend(manifest, backend)]
    engine = getattr(import_module(f'sageiq_ros.engines.{module}'), name)
    return engine(verified_model(folder, manifest), manifest, threads)


def choose_backend(manifest: Manifest, backend: str = 'auto') -> str:
    """Return the backend that ``backend`` means for an engine's file.

    Raises EngineError for an unknown name and for a backend that does not run such a file.
    """
    if backend != 'auto' and backend not in BACKENDS:
        raise EngineError(
            f'There is no backend {backend!r}; choose auto, {" or ".join(fit_backends())}.'
        )
    fit = fit_backends(manifest)
    if not fit:
        raise EngineError(
            f'No backend runs the file {quoted(manifest.file)} of the engine {manifest.name}: '
            f'it must '
            'end in .onnx or .safetensors.'
        )
    if backend == 'auto':
        return fit[0]
    if backend not in fit:
        raise EngineError(
            f'The backend {backend} does not run {manifest.file} of the engine '
            f'{manifest.name}; '
            f'choose {" or ".join(fit)}.'
        )
    return backend


def fit_backends(manifest: Manifest | None = None) -> list[str]:
    """List the backends that run an engine's file, the default first; all without a manifest."""
    suffix = None if manifest is None else Path(manifest.file).suffix
    return [name for name, (_, _, fits) in BACKENDS.items() if suffix in (None, fits)]


def write_engine(
    folder: Path,
    *,
    name: str,
    network: str,
    precision: str,
    model: Path,
    settings: dict[str, Any],
    provenance: dict[str, Any],
    measured: dict[str, Any],
) -> Manifest:
    """Write the manifest of the ONNX file ``model``, which must lie in ``folder`` already."""
    import onnx

    graph = onnx.load(str(model)).graph
    manifest = Manifest(
        name=name,
        network=network,
        precision=precision,
        file=model.name,
        sha256=sha256(model),
        inputs=tuple(_spec(value) for value in graph.input),
        outputs=tuple(_spec(value) for value in graph.output),
        settings=settings,
        provenance=provenance,
        measured=measured,
    )
    write_manifest(folder, manifest)
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write a manifest into its engine's folder."""
    text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + '\n', encoding='utf-8')


def sha256(path: Path) -> str:
    """Hash a file."""
    with path.open('rb') as stream:
        return hashlib.file_digest(stream, 'sha256').hexdigest()


def _spec(value: Any) -> TensorSpec:
    import onnx

    tensor = value.type.tensor_type
    shape = tuple(dimension.dim_value for dimension in tensor.shape.dim)
    return TensorSpec(
        value.name, shape, str(onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type))
    )
