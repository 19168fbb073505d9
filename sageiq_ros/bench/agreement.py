# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a batch gives what single images give, and every run what the last one gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from sageiq_ros.bench.loads import load_network, resized
from sageiq_ros.bench.runner import Runner
from sageiq_ros.engines.base import Engine, EngineError
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.engines.store import find_engine, read_manifest, verified_model
from sageiq_ros.openvino_core import openvino_core
from sageiq_ros.types import Image, SceneGraph

BATCH = 4
PROCESSES, RUNS = 2, 2
# Of the network's own input; summing in another order moves a box by far less.
BOX_TOLERANCE_PX = 0.1


def batch(engine: str, images: list[Image], threads: int) -> dict[str, Any]:
    """Compare OpenVINO's answers to ``BATCH`` images at once with those one by one.

    An ONNX engine is given the batch by OpenVINO's reshape, weights by an export of their own.
    ``deterministic`` tells whether ``RUNS`` runs in each of ``PROCESSES`` processes gave the same
    bytes.
    """
    from sageiq_ros.deployment.parity import graphs

    folder = find_engine(engine)
    manifest = read_manifest(folder)
    if manifest.network != 'reltr':
        raise EngineError(f'The engine {engine!r} runs {manifest.network}, not reltr.')
    with TemporaryDirectory(prefix='sageiq_bench_') as work:
        single, batched = _engines(folder, manifest, threads, Path(work))
        rows = resized(single.manifest.inputs[0], [images[i % len(images)] for i in range(BATCH)])
        name = manifest.inputs[0].name
        alone = [{name: row[None]} for row in rows]
        answers = [single(inputs) for inputs in alone]
        together = batched({name: rows})
    difference = {
        key: float(abs(value - np.concatenate([answer[key] for answer in answers])).max())
        for key, value in together.items()
    }
    one = graphs(single.manifest, alone, answers)
    four = graphs(single.manifest, [{name: rows}], [together])
    digests = _digests(engine, threads, images[0])
    return {
        'images': BATCH,
        'by': 'export' if manifest.file.endswith('.safetensors') else 'OpenVINO reshape',
        'max_difference': difference,
        **compare(one, four),
        'processes': PROCESSES,
        'runs_each': RUNS,
        'digests': digests,
        'deterministic': len(set(digests)) == 1,
    }


def compare(one: Sequence[SceneGraph], other: Sequence[SceneGraph]) -> dict[str, Any]:
    """Compare graphs image by image.

    ``same`` says of each image whether regions and triplets have the same words and indices in
    the same order and boxes within ``BOX_TOLERANCE_PX``; ``max_box_px`` is over all regions of
    images whose words agree.
    """
    same, most = [], 0.0
    for first, second in zip(one, other, strict=True):
        agrees = _words(first) == _words(second)
        off = _box_difference(first, second) if agrees else 0.0
        most = max(most, off)
        same.append(agrees and off <= BOX_TOLERANCE_PX)
    return {
        'triplets': [len(graph.triplets) for graph in one],
        'same': same,
        'same_triplets': all(same),
        'max_box_px': most,
        'box_tolerance_px': BOX_TOLERANCE_PX,
    }


def _words(graph: SceneGraph) -> tuple[list[str], list[tuple[int, str, int]]]:
    triplets = [(t.subject, t.predicate, t.object) for t in graph.triplets]
    return [region.label for region in graph.regions], triplets


def _box_difference(one: SceneGraph, other: SceneGraph) -> float:
    edges = [
        np.array([(r.box.x1, r.box.y1, r.box.x2, r.box.y2) for r in graph.regions])
        for graph in (one, other)
    ]
    return float(abs(edges[0] - edges[1]).max()) if one.regions else 0.0


def _engines(folder: Path, manifest: Manifest, threads: int, work: Path) -> tuple[Engine, Engine]:
    from sageiq_ros.engines.openvino import OpenVINOEngine

    if manifest.file.endswith('.safetensors'):
        from sageiq_ros.deployment.export import export_engine

        _, height, width, _ = manifest.inputs[0].shape
        made = []
        for count in (1, BATCH):
            out = work / f'batch_{count}'
            written = export_engine(folder, out, (width, height), count)
            made.append(OpenVINOEngine(out / written.file, written, threads))
        return made[0], made[1]
    model = verified_model(folder, manifest)
    path, spec = work / 'batched.xml', manifest.inputs[0]
    shape = (BATCH, *spec.shape[1:])
    _reshape(model, shape, path)
    inputs = (TensorSpec(spec.name, shape, spec.dtype),)
    batched = OpenVINOEngine(path, replace(manifest, file=path.name, inputs=inputs), threads)
    return OpenVINOEngine(model, manifest, threads), batched


def _reshape(model: Path, shape: tuple[int, ...], path: Path) -> None:
    import openvino as ov

    network = openvino_core().read_model(str(model))
    try:
        network.reshape(list(shape))
    except RuntimeError as error:
        raise EngineError(
            f'OpenVINO cannot give {model} a batch of {shape[0]} '
            f'({str(error).strip().splitlines()[-1]}); measure the weights it came from instead.'
        ) from error
    ov.save_model(network, str(path), compress_to_fp16=False)


def _digests(engine: str, threads: int, image: Image) -> list[str]:
    load = partial(load_network, engine, 'auto', threads, image)
    digests = []
    for number in range(PROCESSES):
        with Runner(f'process {number + 1}', load) as runner:
            digests += [runner.digest() for _ in range(RUNS)]
    return digests
