# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Turn an official RelTR checkpoint into an engine folder that is safe to load."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.types import SageIQError

if TYPE_CHECKING:
    from sageiq_ros.models.reltr import RelTRConfig

SUMMARIES = {'reltr': 'an official RelTR checkpoint'}
HEADS = ('vg', 'open-images')
VOCABULARIES = {'vg': 'vg150', 'open-images': 'open-images'}
WEIGHTS = 'weights.safetensors'
LEAST_SIDE, MOST_SIDE = 32, 4096


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq models import reltr``."""
    parser.add_argument('checkpoint', type=Path, help='official .pth, container or state dict')
    parser.add_argument(
        '--out', type=Path, required=True, metavar='FOLDER', help='new folder of the engine'
    )
    parser.add_argument(
        '--head',
        choices=HEADS,
        help='refuse any other head (default: by shapes)',
    )
    parser.add_argument(
        '--size',
        default='800x480',
        metavar='WxH',
        help='width x height in pixels of what the network sees (800x480)',
    )


def run(args: argparse.Namespace) -> int:
    """Import the checkpoint and say what it was."""
    manifest = import_reltr(args.checkpoint, args.out, parse_size(args.size), head=args.head)
    source = manifest.provenance
    _, height, width, _ = manifest.inputs[0].shape
    print(
        f'{args.out}: RelTR, {source["head"]} head, {source["parameters"]:,} parameters, '
        f'{width} x {height}, '
        + ('epoch not told' if source['epoch'] is None else f'epoch {source["epoch"]}')
    )
    return 0


def import_reltr(
    checkpoint: Path,
    folder: Path,
    size: tuple[int, int],
    *,
    head: str | None = None,
    heads: Mapping[str, RelTRConfig] | None = None,
) -> Manifest:
    """Write ``folder`` from a checkpoint for images of ``size`` (width, height); needs torch.

    ``head`` is the name it must have. ``heads`` are the networks that are known, by default the
    two official ones. Raises CheckpointError for a file that is unsafe, damaged or another
    network, and where ``folder`` holds something already; nothing is written then.
    """
    try:
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import save_file
    except ImportError as error:
        raise SageIQError(
            f'Importing a checkpoint lacks a package ({error}); make the environment that has it '
            "by 'make train-venv' and run .venv-train/bin/python -m sageiq_ros.cli models import."
        ) from error

    from sageiq_ros.deployment.checkpoint import read_checkpoint
    from sageiq_ros.engines.store import sha256, write_manifest
    from sageiq_ros.models import reltr_checkpoint as rules
    from sageiq_ros.models.reltr import RelTR
    from sageiq_ros.models.reltr_image import INPUT, ImageRelTRConfig

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise rules.CheckpointError(f'{folder} exists already; give a new folder by --out.')
    content = read_checkpoint(checkpoint)
    heads = rules.HEADS if heads is None else heads
    try:
        state = rules.state_of(content)
        found = rules.find_head(state, heads)
        if head not in (None, found):
            raise rules.CheckpointError(f'its head is {found}, not {head} as --head says')
        config = heads[found]
        container = content if 'model' in content else {}
        arguments = container.get('args')
        if isinstance(arguments, argparse.Namespace):
            rules.check_arguments(vars(arguments), config)
        state = rules.fitted(state, config)
    except rules.CheckpointError as error:
        raise rules.CheckpointError(f'{checkpoint} is not imported: {error}.') from error
    epoch = container.get('epoch')
    with torch.device('meta'):
        parameters = sum(value.numel() for value in RelTR(config).parameters())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(state, folder / WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise SageIQError(f'Cannot write the engine to {folder}: {error}.') from error
    manifest = Manifest(
        name=folder.resolve().name,
        network='reltr',
        precision='fp32',
        file=WEIGHTS,
        sha256=sha256(folder / WEIGHTS),
        inputs=(TensorSpec(INPUT, (1, size[1], size[0], 3), 'uint8'),),
        outputs=output_specs(config),
        settings={'vocabulary': VOCABULARIES[found], **ImageRelTRConfig(config).to_settings()},
        provenance={
            'imported_by': 'sageiq models import reltr',
            'checkpoint': checkpoint.name,
            'checkpoint_sha256': sha256(checkpoint),
            'head': found,
            'epoch': epoch if isinstance(epoch, int) else None,
            'parameters': parameters,
        },
    )
    write_manifest(folder, manifest)
    return manifest


def output_specs(config: RelTRConfig, batch: int = 1) -> tuple[TensorSpec, ...]:
    """Describe the arrays of ``models.reltr_image.OUTPUTS``."""
    from sageiq_ros.models.reltr_image import OUTPUTS

    specs = []
    for name in OUTPUTS:
        role, kind = name.split('_')
        queries = config.entities if role == 'pred' else config.triplets
        classes = config.predicates if role == 'rel' else config.classes
        width = 4 if kind == 'boxes' else classes + 1
        specs.append(TensorSpec(name, (batch, queries, width), 'float32'))
    return tuple(specs)


def parse_size(text: str) -> tuple[int, int]:
    """Read ``WIDTHxHEIGHT`` in pixels; raises SageIQError for anything else."""
    sides = text.lower().split('x')
    if len(sides) != 2 or not all(side.isdecimal() for side in sides):
        raise SageIQError(f'--size must be WIDTHxHEIGHT such as 800x480, not {text!r}.')
    width, height = map(int, sides)
    if not (LEAST_SIDE <= width <= MOST_SIDE and LEAST_SIDE <= height <= MOST_SIDE):
        raise SageIQError(
            f'--size must have sides of {LEAST_SIDE} to {MOST_SIDE} pixels, not {text}.'
        )
    return width, height
