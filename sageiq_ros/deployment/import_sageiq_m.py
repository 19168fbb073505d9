# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Turn a published mPLUG-Owl2 checkpoint into an engine folder, tensor by tensor."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.scorer.base import LSQ, SFE
from sageiq_ros.types import SageIQError

SUMMARIES = {
    'sageiq-m': "the paper's SageIQ-M: Q-Instruct's weights and size modules",
    'q-instruct': 'Q-Instruct on mPLUG-Owl2',
    'mplug-owl2': 'mPLUG-Owl2 as it was published',
    'q-align': 'Q-Align (OneAlign)',
    'deqa-score': 'DeQA-Score, the full one or merged from LoRA',
}
OWN_KIND = 'sageiq-m'
PRECISIONS = ('bf16', 'fp16', 'fp32', 'int8', 'nf4')
CONFIG = 'config.json'


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the kinds of ``SUMMARIES``."""
    parser.add_argument(
        'checkpoint', type=Path, help='folder with config.json, tokenizer.model and the weights'
    )
    parser.add_argument(
        '--out', type=Path, required=True, metavar='FOLDER', help='new folder of the engine'
    )
    parser.add_argument(
        '--size-modules',
        type=Path,
        metavar='FILE',
        help='sageiq-m: safetensors of LSQ and SFE, and of biases trained with them',
    )
    parser.add_argument(
        '--precision', choices=PRECISIONS, default='bf16', help='how the engine runs (bf16)'
    )
    parser.add_argument(
        '--vision-onnx',
        type=int,
        metavar='BATCH',
        help='also write the vision encoder as ONNX for that many images at once',
    )
    parser.add_argument(
        '--set',
        action='append',
        default=[],
        metavar='NAME=VALUE',
        help='change a scoring setting or a reading of SFE; see docs/sageiq_m.md',
    )


def run(args: argparse.Namespace) -> int:
    """Import the checkpoint and say what it was."""
    manifest = import_sageiq_m(
        args.checkpoint,
        args.out,
        args.kind,
        precision=args.precision,
        size_modules=args.size_modules,
        vision_batch=args.vision_onnx,
        options=parse_options(args.set),
    )
    modules = manifest.settings['size_modules']
    print(
        f'{args.out}: {args.kind}, {manifest.provenance["parameters"]:,} parameters, '
        f'{manifest.precision}, trained size modules: {", ".join(modules) or "none"}'
    )
    return 0


def import_sageiq_m(
    checkpoint: Path,
    folder: Path,
    kind: str,
    *,
    precision: str = 'bf16',
    size_modules: Path | None = None,
    vision_batch: int | None = None,
    options: Mapping[str, Any] | None = None,
) -> Manifest:
    """Write ``folder`` from a checkpoint folder of one of ``SUMMARIES``; needs torch.

    Weights are stored in 16 or 32 bits (int8 and nf4 are made when the engine is loaded, of the
    checkpoint's own numbers) and gathered for one shard of about 1 GB at a time. ``options``
    change values of ``ScoringSettings`` and ``SizeModulesConfig``. Raises SageIQError for a
    checkpoint that is unsafe, damaged, incomplete or another network, for size modules that were
    trained with other options, and where ``folder`` holds something already; nothing is written
    then.
    """
    try:
        from safetensors import SafetensorError

        from sageiq_ros.deployment.mplug_weights import ShardWriter, checked_sources, converted
        from sageiq_ros.deployment.size_readings import check_readings
    except ImportError as error:
        raise SageIQError(
            f'Importing a checkpoint lacks a package ({error}); make the environment that has it '
            "by 'make train-venv' and run .venv-train/bin/python -m sageiq_ros.cli models import."
        ) from error
    from sageiq_ros.engines.mplug_owl2 import INDEX, NETWORK, SIZE_FEATURES, SIZE_QUERIES
    from sageiq_ros.engines.store import sha256, write_manifest
    from sageiq_ros.models.mplug_owl2_config import to_settings

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EngineError(f'{folder} exists already; give a new folder by --out.')
    if size_modules is not None and kind != OWN_KIND:
        raise EngineError(f'--size-modules belong to {OWN_KIND}, not to {kind}.')
    if vision_batch is not None and not 1 <= vision_batch <= 64:
        raise SageIQError(f'--vision-onnx must lie in [1, 64], not {vision_batch}.')
    if vision_batch is not None:
        _check_vision_packages()
    config, scoring = _settings(checkpoint, kind, options or {})
    tokenizer = _tokenizer(checkpoint, config.language.vocabulary, scoring.words)
    if size_modules is not None:
        # Before the shapes: those of another alpha differ, and the reading says why.
        check_readings(size_modules, config.size, scoring)
    sources = checked_sources(checkpoint, size_modules, config, own=kind == OWN_KIND)
    present = {key for _, keys in sources.values() for key in keys}
    folder = folder.absolute()
    draft = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Beside its place, so that it is moved there in one step once it is complete.
        draft = Path(mkdtemp(prefix=f'.{folder.name}.', dir=folder.parent))
        draft.chmod(0o755)
        with ShardWriter(draft) as writer:
            for key, value in converted(sources, precision, config):
                writer.add(key, value)
        index = draft / INDEX
        index.write_text(json.dumps({'shards': writer.digests}, indent=2) + '\n')
        shutil.copyfile(tokenizer, draft / tokenizer.name)
        manifest = Manifest(
            name=folder.resolve().name,
            network=NETWORK,
            precision=precision,
            file=INDEX,
            sha256=sha256(index),
            inputs=(TensorSpec('image', (1, 3, *[config.vision.image_size] * 2), 'float32'),),
            outputs=(TensorSpec('logits', (1, sum(map(len, scoring.words))), 'float32'),),
            settings={
                'network': to_settings(config),
                'scoring': scoring.to_settings(),
                'size_modules': [
                    name
                    for name, prefix in ((LSQ, SIZE_QUERIES), (SFE, SIZE_FEATURES))
                    if any(key.startswith(prefix) for key in present)
                ],
            },
            provenance={
                'imported_by': f'sageiq models import {kind}',
                'checkpoint': checkpoint.resolve().name,
                'size_modules': None if size_modules is None else sha256(size_modules),
                'tokenizer_sha256': sha256(tokenizer),
                'parameters': writer.parameters,
            },
        )
        write_manifest(draft, manifest)
        if vision_batch is not None:
            _export_vision(draft, manifest, vision_batch)
        if folder.is_dir():
            folder.rmdir()
        draft.rename(folder)
    except (OSError, SafetensorError) as error:
        raise SageIQError(f'Cannot write the engine to {folder}: {error}.') from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
    return manifest


def parse_options(pairs: Sequence[str]) -> dict[str, Any]:
    """Read ``NAME=VALUE``, the value as JSON where it is any, else as text."""
    options = {}
    for pair in pairs:
        name, equals, text = pair.partition('=')
        if not equals:
            raise SageIQError(f'--set takes NAME=VALUE, not {pair!r}.')
        try:
            options[name] = json.loads(text)
        except ValueError:
            options[name] = text
    return options


def _settings(checkpoint: Path, kind: str, options: Mapping[str, Any]) -> tuple[Any, Any]:
    """Read config.json and join a kind's presets with ``options``."""
    from dataclasses import asdict, fields, replace

    from sageiq_ros.models.mplug_owl2_config import ConfigError, from_official
    from sageiq_ros.models.size_modules import SizeModulesConfig
    from sageiq_ros.scorer.scoring_settings import PRESETS, ScoringSettings

    path = checkpoint / CONFIG
    if not path.is_file():
        raise EngineError(f'{checkpoint} has no {CONFIG}; give the folder that has it.')
    try:
        config = from_official(json.loads(path.read_text(encoding='utf-8')))
    except ConfigError as error:
        raise EngineError(f'{path} is not of an mPLUG-Owl2: {error}.') from error
    except (OSError, ValueError, AttributeError) as error:
        raise EngineError(f'{path} is not readable JSON; fetch it again.') from error
    readings = {field.name for field in fields(SizeModulesConfig)}
    own = {name: value for name, value in options.items() if name in readings}
    others = {name: value for name, value in options.items() if name not in readings}
    try:
        size = SizeModulesConfig(**{**asdict(config.size), **own})
        scoring = ScoringSettings.from_settings({**PRESETS[kind].to_settings(), **others})
    except (ValueError, TypeError) as error:
        raise SageIQError(f'A value of --set cannot be used: {error}.') from error
    return replace(config, size=size), scoring


def _tokenizer(checkpoint: Path, vocabulary: int, words: Sequence[Sequence[str]]) -> Path:
    """Return the tokenizer's path once it is read and has every word in one piece."""
    from sageiq_ros.scorer.prompt_tokenizer import TOKENIZER, PromptTokenizer

    path = checkpoint / TOKENIZER
    if not path.is_file():
        raise EngineError(
            f"{checkpoint} has no {TOKENIZER}; copy LLaMA-2's from the model's page into it."
        )
    tokenizer = PromptTokenizer(path)
    if tokenizer.size > vocabulary:
        raise EngineError(
            f'{path} has {tokenizer.size} pieces, where the network knows {vocabulary} words; it '
            'belongs to another model.'
        )
    for word in (word for level in words for word in level):
        tokenizer.word(word)
    return path


def _check_vision_packages() -> None:
    """Raise SageIQError for what the export lacks, before gigabytes of shards are written."""
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
    except ImportError as error:
        raise SageIQError(
            f"--vision-onnx needs a package that is missing ({error.name}): run 'pip install "
            "onnx onnxruntime', or leave it out."
        ) from error


def _export_vision(folder: Path, manifest: Manifest, batch: int) -> None:
    from sageiq_ros.engines.vision_tower import export_vision

    export_vision(folder, manifest, batch)
