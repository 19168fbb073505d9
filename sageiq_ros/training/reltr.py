# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq train reltr``: train the nano RelTR on street frames, on a few processor cores."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sageiq_ros.types import SageIQError

if TYPE_CHECKING:
    from torch import Tensor

    from sageiq_ros.engines.base import Engine
    from sageiq_ros.models.reltr import RelTR
    from sageiq_ros.training.reltr_data import Frame

    Sources = list[tuple[float, list[Frame]]]

LOG_EVERY = 50
SAVE_EVERY = 100
SHARES = {'camvid': 0.66, 'nuscenes_front': 0.12, 'road_stills': 0.07, 'rendered': 0.15}
YOLOX = Path('weights') / 'yolox_nano.onnx'
# Share of the steps after which frames labelled by the detector get the network's own labels too.
FIRST_LEG = 0.5
CHECKPOINT, MEETING = 'last.pt', 'meeting'
RENDERED_HOLDOUT = 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        '--data',
        type=Path,
        required=True,
        help='folder with camvid/, weights/yolox_nano.onnx, and if present nuscenes_front/ and '
        'road_stills/',
    )
    parser.add_argument(
        '--work', type=Path, required=True, help='folder of checkpoints, log and teacher labels'
    )
    parser.add_argument('--steps', type=int, default=4400, help='steps in all (default 4400)')
    parser.add_argument('--stop', type=int, help='stop earlier, at this step')
    parser.add_argument(
        '--batch', type=int, default=6, help='images a step of each process (default 6)'
    )
    parser.add_argument(
        '--processes', type=int, default=2, help='processes that share gradients (default 2)'
    )
    parser.add_argument(
        '--size', default='448x256', help='width x height of training crops (448x256)'
    )
    parser.add_argument('--rate', type=float, default=1e-3, help='learning rate (default 0.001)')
    parser.add_argument(
        '--rendered', type=int, default=200, help='rendered streets to learn from (default 200)'
    )
    parser.add_argument('--seed', type=int, default=0, help='seed (default 0)')
    parser.add_argument(
        '--out', type=Path, help='store folder of the engine, made and measured after training'
    )
    parser.add_argument(
        '--engine-size', default='480x320', help='input width x height of the engine (480x320)'
    )
    parser.add_argument(
        '--threads', type=int, default=1, help='processor threads of each process (default 1)'
    )


def run(args: argparse.Namespace) -> int:
    """Train, or go on where the work folder's checkpoint stands."""
    args.work.mkdir(parents=True, exist_ok=True)
    size, weights = _size(args.size), _yolox(args.data / YOLOX)
    # Read now, so that a wrong one does not cost the training.
    engine_size = _size(args.engine_size)
    sources = _sources(args)
    end = min(args.stop or args.steps, args.steps)
    half = round(FIRST_LEG * args.steps)
    if _steps_done(args.work) < half:
        _leg(args, size, weights, sources, min(half, end))
    if end > half:
        _leg(args, size, weights, _with_own_labels(sources, args.work, size), end)
    if args.out is not None and end == args.steps:
        _ship(args, engine_size)
    return 0


def _leg(
    args: argparse.Namespace,
    size: tuple[int, int],
    weights: dict[str, Tensor],
    sources: Sources,
    end: int,
) -> None:
    import torch

    if args.processes == 1:
        _train(0, args, size, weights, sources, end)
        return
    # What a training that was cut left behind would be taken for a process of this one.
    (args.work / MEETING).unlink(missing_ok=True)
    torch.multiprocessing.spawn(_train, (args, size, weights, sources, end), args.processes)


def _with_own_labels(sources: Sources, work: Path, size: tuple[int, int]) -> Sources:
    from sageiq_ros.training.reltr_data import TEACHER_LABELS
    from sageiq_ros.training.self_labels import add_own_labels

    model = _trained(work)
    return [
        (
            share,
            add_own_labels(frames, model, size, work / 'own' / str(index))
            if frames[0].looked_for == TEACHER_LABELS
            else frames,
        )
        for index, (share, frames) in enumerate(sources)
    ]


def _checkpoint(work: Path) -> dict[str, Any]:
    import torch

    return torch.load(work / CHECKPOINT, map_location='cpu', weights_only=True)


def _steps_done(work: Path) -> int:
    return _checkpoint(work)['step'] if (work / CHECKPOINT).is_file() else 0


def _trained(work: Path) -> RelTR:
    from sageiq_ros.models.reltr import RelTR, RelTRConfig

    state = _checkpoint(work)
    model = RelTR(RelTRConfig.nano())
    model.load_state_dict(state['average'])
    return model


def _train(
    rank: int,
    args: argparse.Namespace,
    size: tuple[int, int],
    weights: dict[str, Tensor],
    sources: Sources,
    end: int,
) -> None:
    import cv2
    import torch
    from tqdm import tqdm

    from sageiq_ros.training.reltr_stock import Stock
    from sageiq_ros.training.reltr_trainer import Trainer

    cv2.setNumThreads(args.threads)
    if args.processes > 1:
        meeting = (args.work / MEETING).resolve()
        torch.distributed.init_process_group(
            'gloo', f'file://{meeting}', rank=rank, world_size=args.processes
        )
    trainer = Trainer(
        weights,
        size=size,
        batch=args.batch,
        rate=args.rate,
        steps=args.steps,
        seed=args.seed,
        threads=args.threads,
        rank=rank,
        world=args.processes,
    )
    path = args.work / CHECKPOINT
    if path.is_file():
        trainer.load(path)
    stock = Stock(sources)
    sums: dict[str, float] = {}
    with (
        (args.work / f'log{rank or ""}.jsonl').open('a', encoding='utf-8') as log,
        tqdm(
            total=end, initial=trainer.step, unit='step', mininterval=10.0, disable=rank > 0
        ) as bar,
    ):
        started = time.perf_counter()
        while trainer.step < end:
            for name, value in trainer.learn(stock).items():
                sums[name] = sums.get(name, 0.0) + value
            bar.update()
            if trainer.step % LOG_EVERY == 0:
                mean = {name: round(value / LOG_EVERY, 4) for name, value in sums.items()}
                seconds = round((time.perf_counter() - started) / LOG_EVERY, 3)
                log.write(json.dumps({'step': trainer.step, 'seconds': seconds, **mean}) + '\n')
                log.flush()
                sums, started = {}, time.perf_counter()
            if rank == 0 and (trainer.step % SAVE_EVERY == 0 or trainer.step == end):
                trainer.save(path)


def _ship(args: argparse.Namespace, size: tuple[int, int]) -> None:
    from sageiq_ros.datasets.camvid import frames
    from sageiq_ros.evaluation.scene_graph_sets import on_camvid, on_rendered
    from sageiq_ros.scene_graph.reltr import RelTRGenerator
    from sageiq_ros.training.reltr_export import ship

    def measure(engine: Engine) -> dict[str, Any]:
        generator = RelTRGenerator(engine)
        return {
            'camvid_val': on_camvid(generator, args.data / 'camvid', None),
            'rendered': on_rendered(generator, RENDERED_HOLDOUT),
        }

    images = [image for image, _ in frames(args.data / 'camvid', 'train')]
    images += sorted((args.data / 'nuscenes_front').glob('*.jpg'))
    ship(_trained(args.work), size, args.out, images, measure, args.work)


def _size(text: str) -> tuple[int, int]:
    parts = text.split('x')
    if len(parts) != 2 or not all(p.isdigit() and int(p) % 32 == 0 and int(p) for p in parts):
        raise SageIQError(f'A size must be two multiples of 32 such as 448x256, not {text!r}.')
    return int(parts[0]), int(parts[1])


def _sources(args: argparse.Namespace) -> Sources:
    from sageiq_ros.scene_graph.yolox import YoloxDetector
    from sageiq_ros.training.reltr_data import camvid_frames, pseudo_frames, rendered_frames

    detector = YoloxDetector(args.data / YOLOX, args.threads)
    cache = args.work / 'teacher'
    found = [(SHARES['camvid'], camvid_frames(args.data / 'camvid', detector, cache))]
    for name in ('nuscenes_front', 'road_stills'):
        paths = sorted((args.data / name).glob('*.jpg'))
        if paths:
            found.append((SHARES[name], pseudo_frames(paths, detector, cache)))
    if args.rendered:
        rendered = rendered_frames(args.rendered, args.work / 'rendered')
        found.append((SHARES['rendered'], rendered))
    return found


def _yolox(path: Path) -> dict[str, Tensor]:
    import onnx
    import torch
    from onnx import numpy_helper

    if not path.is_file():
        raise SageIQError(f'There are no first weights at {path}: put YOLOX-nano there as ONNX.')
    weights = onnx.load(str(path)).graph.initializer
    return {w.name: torch.from_numpy(numpy_helper.to_array(w).copy()) for w in weights}
