# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq train sageiq-m``: train size modules and biases by the paper's recipe; resumable."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sageiq_ros.training.arguments import count, seed
from sageiq_ros.training.scale_consistency.recipe import REDUCTIONS, TEACHERS, Recipe
from sageiq_ros.types import SageIQError

if TYPE_CHECKING:
    from accelerate import Accelerator

OUTPUT_SUFFIX = '.safetensors'
OUTPUT_FILE = f'size_modules{OUTPUT_SUFFIX}'
SAVE_EVERY = 100


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    paper = Recipe()
    parser.add_argument(
        '--network',
        type=Path,
        required=True,
        metavar='FOLDER',
        help='the backbone with Q-Instruct weights, as imported',
    )
    parser.add_argument(
        '--data',
        type=Path,
        required=True,
        metavar='FOLDER',
        help='the release of LIVE-itw, or any folder of pictures',
    )
    parser.add_argument(
        '--work', type=Path, required=True, metavar='FOLDER', help='labels, state and log'
    )
    parser.add_argument(
        '--out', type=Path, metavar='FILE', help=f'size modules (WORK/{OUTPUT_FILE})'
    )
    parser.add_argument(
        '--epochs', type=count, default=paper.epochs, help=f'the paper: {paper.epochs}'
    )
    parser.add_argument(
        '--rate', type=_rate, default=paper.rate, help=f"Adam's rate; the paper: {paper.rate:g}"
    )
    parser.add_argument(
        '--batch',
        type=count,
        default=paper.batch,
        help=f'pictures a step and process ({paper.batch})',
    )
    parser.add_argument(
        '--reductions',
        nargs='+',
        choices=REDUCTIONS,
        default=list(REDUCTIONS),
        help='how a picture is halved; one is drawn a picture and epoch (both)',
    )
    parser.add_argument(
        '--labels-by',
        choices=TEACHERS,
        default=TEACHERS[0],
        help="the teacher's prompt and framing: the network's own without the size, or those of "
        f"Q-Instruct's authors ({TEACHERS[0]})",
    )
    parser.add_argument('--seed', type=seed, default=paper.seed, help='of split, start and order')
    parser.add_argument(
        '--save-every', type=count, default=SAVE_EVERY, help=f'steps ({SAVE_EVERY})'
    )
    parser.add_argument(
        '--less-memory',
        action='store_true',
        help='compute layers twice instead of keeping their activations',
    )


def run(args: argparse.Namespace) -> int:
    """Label, train from the last saved state on, and write the size modules."""
    try:
        import accelerate  # noqa: F401
        import tensorboard  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise SageIQError(
            f'Training lacks a package ({error}); make the environment that has it by '
            "'make train-venv' and run .venv-train/bin/python -m sageiq_ros.cli train sageiq-m."
        ) from error
    reductions = tuple(way for way in REDUCTIONS if way in args.reductions)
    recipe = Recipe(args.epochs, args.rate, args.batch, reductions, args.seed)
    train(
        args.network,
        args.data,
        args.work,
        args.out,
        recipe,
        labels_by=args.labels_by,
        save_every=args.save_every,
        less_memory=args.less_memory,
    )
    return 0


def train(
    network_folder: Path,
    data: Path,
    work: Path,
    out: Path | None,
    recipe: Recipe,
    *,
    labels_by: str = TEACHERS[0],
    save_every: int = SAVE_EVERY,
    less_memory: bool = False,
) -> Path:
    """Train by ``recipe`` and return the file of size modules.

    Every process of an ``accelerate launch`` calls this. Raises SageIQError for a folder or file
    that cannot be used and for a state of another training in ``work``.
    """
    from dataclasses import asdict
    from functools import partial

    from sageiq_ros.training.scale_consistency.labels import teacher_hash, teacher_scores
    from sageiq_ros.training.scale_consistency.network import load_network
    from sageiq_ros.training.scale_consistency.output import write_size_modules
    from sageiq_ros.training.scale_consistency.pictures import find_pictures
    from sageiq_ros.training.scale_consistency.scoring import ScoringModule, checkpoint_layers
    from sageiq_ros.training.scale_consistency.trainables import (
        prepare_parameters,
        start_size_modules,
    )
    from sageiq_ros.training.scale_consistency.trainer import Trainer
    from sageiq_ros.training.scale_consistency.validation import scale_consistency

    accelerator = _accelerator()
    path = out or work / OUTPUT_FILE
    if accelerator.is_main_process:
        _check_places(work, path)
    training, test = find_pictures(data, recipe.seed)
    network, inputs = load_network(network_folder, str(accelerator.device))
    taught = inputs.teacher(labels_by)
    prepare_parameters(network)
    start_size_modules(network, recipe.seed)
    if less_memory:
        checkpoint_layers(network)
    teacher = teacher_hash(network, taught, accelerator)
    judge = ScoringModule(network, taught.levels())
    labels = teacher_scores(judge, taught, training, work, teacher, accelerator)
    module = ScoringModule(network, inputs.levels())
    identity: dict[str, Any] = {
        'teacher': teacher,
        'scoring': inputs.to_json(),
        'size': asdict(network.config.size),
        'pictures': [picture.sha256 for picture in training],
        'tested': [picture.sha256 for picture in test],
        'processes': accelerator.num_processes,
        **recipe.to_json(),
    }
    validate = partial(scale_consistency, module, inputs, test, accelerator)
    trainer = Trainer(module, inputs, recipe, accelerator, work, identity, validate)
    history = trainer.train(training, labels, save_every)
    if accelerator.is_main_process:
        counts = {'pictures': len(training), 'tested': len(test)}
        about = {**identity, **counts, 'history': history}
        write_size_modules(path, network, about)
        print(f'{path}: size modules of {len(history)} epochs on {len(training)} pictures')
    accelerator.end_training()
    return path


def _accelerator() -> Accelerator:
    from accelerate import Accelerator
    from accelerate.utils import DistributedDataParallelKwargs

    # Nothing changes the buffers: they are position tables.
    handlers = [DistributedDataParallelKwargs(broadcast_buffers=False)]
    try:
        return Accelerator(mixed_precision='bf16', kwargs_handlers=handlers)
    except ValueError as error:
        raise SageIQError(
            f'This device cannot train in bfloat16 ({error}); use one that can, or the processor '
            'by ACCELERATE_USE_CPU=true.'
        ) from error


def _check_places(work: Path, out: Path) -> None:
    """Make the folders that are written to, and find out now what would fail after days."""
    from sageiq_ros.output import check_writable
    from sageiq_ros.training.scale_consistency.trainer import STATE_FILE

    if out.suffix != OUTPUT_SUFFIX:
        raise SageIQError(f'--out must end in {OUTPUT_SUFFIX}, which {out} does not.')
    for folder in (work, out.parent):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SageIQError(
                f'{folder} cannot be a folder ({error.strerror}); name another by --work or --out.'
            ) from error
    check_writable(work / STATE_FILE)
    check_writable(out)


def _rate(text: str) -> float:
    value = float(text)
    if not 0.0 < value < math.inf:
        raise argparse.ArgumentTypeError(f'must be a number above 0, not {text}')
    return value
