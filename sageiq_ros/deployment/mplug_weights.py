# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Check the keys of an mPLUG-Owl2 checkpoint and write its tensors in shards of bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from sageiq_ros.deployment.checkpoint_folder import find_shards, open_shard
from sageiq_ros.models.reltr_checkpoint import CheckpointError, compare

if TYPE_CHECKING:
    from torch import Tensor

    from sageiq_ros.models.sageiq_m import SageIQMConfig

# Follows from the configuration; some checkpoints hold it.
ANALYTIC = ('rotary_emb.inv_freq', 'q_pos_embed', 'k_pos_embed')
OWN = ('size_queries', 'size_feature_extractor.')
# What the paper trains besides its own modules: biases of the visual path.
VISUAL = ('model.vision_model.', 'model.visual_abstractor.')
STORED = {'bf16': 'bfloat16', 'fp16': 'float16', 'fp32': 'float32'}
# Half precision rounds the tables of a checkpoint by up to 2 ** -9.
TABLE_TOLERANCE = 0.01
SHARD_BYTES = 1_000_000_000

# A file, the keys its index expects of it, and those that are taken from it.
Sources = dict[Path, tuple[set[str] | None, list[str]]]


def checked_sources(
    checkpoint: Path, size_modules: Path | None, config: SageIQMConfig, *, own: bool
) -> Sources:
    """Say which keys to take from which file, after comparing all shapes with the network's.

    A key of ``size_modules`` takes the place of the checkpoint's. With ``own`` the checkpoint
    may hold LSQ and SFE itself. Raises CheckpointError naming what is missing, foreign or of
    another shape.
    """
    import torch

    from sageiq_ros.models.sageiq_m import SageIQM

    with torch.device('meta'):
        network = SageIQM(config)
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    given: dict[str, tuple[int, ...]] = {}
    sources: Sources = {}
    for path, expected in find_shards(checkpoint).items():
        with open_shard(path, expected) as shard:
            twice = [key for key in shard.shapes if key in given]
            if twice:
                raise CheckpointError(f'{path} holds {twice[0]}, which another shard has, too.')
            given.update(shard.shapes)
            sources[path] = (expected, list(shard.shapes))
    kept = {key: shape for key, shape in given.items() if not key.endswith(ANALYTIC)}
    optional = {key for key in shapes if key.startswith(OWN)} if own else set()
    wanted = {
        key: shape
        for key, shape in shapes.items()
        if not key.endswith(ANALYTIC) and (not key.startswith(OWN) or (key in kept and own))
    }
    faults = compare(kept, wanted)
    if faults:
        raise CheckpointError(f'{checkpoint} is not imported: {"; ".join(faults)}.')
    found = optional & set(kept)
    if size_modules is not None:
        replaced = _size_keys(size_modules, shapes)
        found |= {key for key in replaced if key.startswith(OWN)}
        for path, (expected, keys) in sources.items():
            sources[path] = (expected, [key for key in keys if key not in replaced])
        sources[size_modules] = (None, sorted(replaced))
    partial = [key for key in optional - found if key.startswith(OWN[1])]
    if partial and any(key.startswith(OWN[1]) for key in found):
        raise CheckpointError(
            f'{size_modules or checkpoint} holds a part of SFE only: {sorted(partial)[0]} is '
            'missing; save all of it.'
        )
    return sources


def converted(
    sources: Sources, precision: str, config: SageIQMConfig
) -> Iterator[tuple[str, Tensor]]:
    """Yield keys and contiguous tensors as they are stored for a precision, file by file.

    Raises CheckpointError for numbers that are not finite or do not fit, for integers and for
    position tables that are not mPLUG-Owl2's.
    """
    import torch

    from sageiq_ros.models.visual_abstractor import position_tables

    tables = position_tables(config.abstractor)
    stored = getattr(torch, STORED[precision]) if precision in STORED else None
    for path, (expected, keys) in sources.items():
        with open_shard(path, expected) as shard:
            for key in keys:
                value = shard.tensor(key).detach()
                if not value.is_floating_point() or value.layout is not torch.strided:
                    raise CheckpointError(
                        f'{path}: {key} holds {value.dtype}, not plain real numbers.'
                    )
                last = key.rpartition('.')[2]
                if last in tables:
                    _check_table(path, key, value, tables[last])
                if key.endswith(ANALYTIC):
                    continue
                value = value.to(stored or value.dtype).contiguous()
                if not value.isfinite().all():
                    raise CheckpointError(
                        f'{path}: {key} holds numbers that are not finite in {value.dtype}; fetch '
                        'the file again, or choose --precision bf16.'
                    )
                yield key, value


class ShardWriter:
    """Write tensors into safetensors files of about 1 GB; a context manager.

    ``digests`` are the SHA-256 of the files by name and ``parameters`` the count of numbers, both
    complete after the context.
    """

    def __init__(self, folder: Path, limit: int = SHARD_BYTES) -> None:
        self._folder = folder
        self._limit = limit
        self._held: dict[str, Tensor] = {}
        self._bytes = 0
        self.digests: dict[str, str] = {}
        self.parameters = 0

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self._held:
            self._write()

    def add(self, key: str, value: Tensor) -> None:
        """Take one tensor; writes a file whenever enough have come together."""
        if self._held and self._bytes + value.nbytes > self._limit:
            self._write()
        # A tensor that is mapped from its file would be read again, from a file closed by then.
        self._held[key] = value.clone()
        self._bytes += value.nbytes
        self.parameters += value.numel()

    def _write(self) -> None:
        from safetensors.torch import save_file

        from sageiq_ros.engines.store import sha256

        path = self._folder / f'weights-{len(self.digests) + 1:05d}.safetensors'
        save_file(self._held, path)
        path.chmod(0o644)
        self.digests[path.name] = sha256(path)
        self._held, self._bytes = {}, 0


def _size_keys(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> set[str]:
    """Check a file of size modules and return its keys."""
    if not path.is_file() or path.suffix != '.safetensors':
        raise CheckpointError(f'--size-modules must be a .safetensors file, which {path} is not.')
    with open_shard(path, None) as shard:
        for key, shape in shard.shapes.items():
            bias = key.startswith(VISUAL) and key.endswith('.bias')
            if key not in shapes or not (bias or key.startswith(OWN)):
                raise CheckpointError(
                    f'{path} holds the foreign key {key}; only LSQ, SFE and biases of the vision '
                    'encoder and abstractor are taken.'
                )
            if shape != shapes[key]:
                raise CheckpointError(f'{path}: {key} has shape {shape}, not {shapes[key]}.')
        return set(shard.shapes)


def _check_table(path: Path, key: str, value: Tensor, table: Tensor) -> None:
    value = value.float().squeeze(0) if value.dim() == 3 else value.float()
    if value.shape != table.shape or (value - table).abs().max() > TABLE_TOLERANCE:
        raise CheckpointError(
            f"{path}: {key} is not mPLUG-Owl2's sine-cosine table, which this network computes."
        )
