# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Load a SageIQ-M on mPLUG-Owl2 from its store folder, tensor by tensor, in any precision.

The manifest's file is an index of safetensors shards with their SHA-256, so that its own hash
covers all weights. Needs torch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.manifest import Manifest
from sageiq_ros.engines.store import sha256, verified_model

if TYPE_CHECKING:
    import torch
    from torch import nn

    from sageiq_ros.models.sageiq_m import SageIQM

NETWORK = 'mplug_owl2'
VISION = 'mplug_owl2_vision'
INDEX = 'weights.index.json'
VISION_FOLDER = 'vision'
# Type of activations, norms and all that is not quantised. Only the decoder's layers are: they
# hold 92 of 100 parameters, and the picture's details must not suffer.
DTYPES = {
    'fp32': 'float32',
    'bf16': 'bfloat16',
    'fp16': 'float16',
    'int8': 'bfloat16',
    'nf4': 'bfloat16',
}
QUANTIZED = ('int8', 'nf4')
# bitsandbytes 0.50's product in bf16, which it takes by itself on a processor that has it, needs
# multiples of so many rows and columns; other matrices go the way of all other processors.
BF16_ROWS, BF16_COLUMNS = 32, 64
SIZE_QUERIES, SIZE_FEATURES = 'size_queries', 'size_feature_extractor.'


def choose_device(device: str = 'auto') -> str:
    """Return ``cuda`` or ``cpu``; raises EngineError for a device that is not here."""
    import torch

    if device == 'auto':
        return 'cuda' if torch.cuda.is_available() else 'cpu'
    if torch.device(device).type == 'cuda' and not torch.cuda.is_available():
        raise EngineError(
            f'torch {torch.__version__} finds no CUDA device; choose cpu, or install a torch '
            'built for CUDA and a driver.'
        )
    return device


def load_network(folder: Path, manifest: Manifest, device: str = 'cpu') -> SageIQM:
    """Build the network in eval mode on ``device`` in the manifest's precision.

    At no time more than one tensor lies in memory beside it. Size modules that the folder lacks
    are LSQ = 0 and an untrained SFE. Raises EngineError for a folder that is damaged or
    incomplete, and where torch or, for nf4, bitsandbytes is missing.
    """
    try:
        import torch
        from safetensors import SafetensorError, safe_open
    except ImportError as error:
        raise EngineError(
            f'{manifest.name} needs a package that is missing ({error.name}): run '
            "'pip install .[sageiq_m]' in the repository."
        ) from error
    from sageiq_ros.models.mplug_owl2_config import from_settings
    from sageiq_ros.models.sageiq_m import SageIQM
    from sageiq_ros.models.visual_abstractor import position_tables

    precision = manifest.precision
    if precision not in DTYPES:
        raise EngineError(
            f'{manifest.name} has the precision {precision!r}; choose {", ".join(DTYPES)}.'
        )
    try:
        config = from_settings(manifest.settings['network'])
    except (KeyError, TypeError, ValueError) as error:
        raise EngineError(
            f'The settings of {folder} describe no mPLUG-Owl2 ({type(error).__name__}: {error}); '
            'import it again.'
        ) from error
    dtype = getattr(torch, DTYPES[precision])
    with torch.device('meta'):
        network = SageIQM(config)
    fill_untrained(network, device, dtype)
    tables = position_tables(config.abstractor)
    for layer in network.model.visual_abstractor.encoder.layers:
        for name, table in tables.items():
            setattr(layer.crossattention.attention, name, table.to(device, dtype))
    for shard in verified_shards(folder, manifest):
        try:
            with safe_open(shard, 'pt') as content, torch.no_grad():
                for key in content.keys():  # noqa: SIM118
                    place(network, key, content.get_tensor(key), precision, device, dtype)
        except (SafetensorError, AttributeError, ValueError) as error:
            raise EngineError(
                f'{shard} does not fit the network of its manifest ({error}); import it again.'
            ) from error
        except (MemoryError, RuntimeError) as error:
            if not _lacks_memory(error):
                raise
            raise EngineError(
                f'{manifest.name} does not fit into the memory of {device} in {precision}; import '
                'it with --precision int8 or nf4.'
            ) from error
    absent = [name for name, value in network.state_dict().items() if value.is_meta]
    if absent:
        raise EngineError(
            f"{folder} lacks {len(absent)} of the network's weights ({absent[0]}); import it "
            'again.'
        )
    return network.requires_grad_(False).eval()


def fill_untrained(network: SageIQM, device: str, dtype: torch.dtype) -> None:
    """Give the size modules values that add nothing; trained ones take their place.

    LSQ and alpha are 0 whatever the configuration says: where training starts, it draws itself.
    """
    from dataclasses import replace

    import torch

    from sageiq_ros.models.size_modules import SizeFeatureExtractor

    config = network.config
    with torch.random.fork_rng(devices=[]):
        # Not torch.manual_seed, which resets the generators of CUDA devices too.
        torch.default_generator.manual_seed(0)
        extractor = SizeFeatureExtractor(
            config.language.hidden_size,
            config.size_reduction,
            replace(config.size, alpha_start=0.0),
        )
    network.size_feature_extractor = extractor.to(device, dtype)
    queries = torch.zeros(network.size_queries.shape, dtype=dtype, device=device)
    network.size_queries = torch.nn.Parameter(queries, requires_grad=False)


def place(
    network: nn.Module,
    key: str,
    value: torch.Tensor,
    precision: str,
    device: str,
    dtype: torch.dtype,
) -> None:
    """Put one weight into its place, quantised where ``precision`` asks for it.

    Raises AttributeError for a key that the network does not have, ValueError for another shape.
    """
    import torch

    parent_name, _, name = key.rpartition('.')
    parent = network.get_submodule(parent_name)
    expected = getattr(parent, name)
    if expected.shape != value.shape:
        raise ValueError(f'{key} has shape {tuple(value.shape)}, not {tuple(expected.shape)}')
    quantize = precision in QUANTIZED and key.startswith('model.layers.')
    if quantize and isinstance(parent, torch.nn.Linear):
        module = _quantized(value, precision, device, dtype)
        outer, _, last = parent_name.rpartition('.')
        setattr(network.get_submodule(outer), last, module)
        return
    value = value.to(device, dtype)
    setattr(parent, name, torch.nn.Parameter(value, requires_grad=False))


def verified_shards(folder: Path, manifest: Manifest) -> list[Path]:
    """Return the paths of all shards after checking their SHA-256; raises EngineError."""
    index = verified_model(folder, manifest)
    try:
        shards: dict[str, str] = dict(json.loads(index.read_text(encoding='utf-8'))['shards'])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(f'{index} is no index of weights; import the engine again.') from error
    paths = []
    for name, digest in shards.items():
        path = folder / name
        if Path(name).name != name or not path.is_file() or sha256(path) != digest:
            raise EngineError(
                f'{path} is missing or not the file that {index.name} describes; restore it or '
                'import the engine again.'
            )
        paths.append(path)
    return paths


def _lacks_memory(error: Exception) -> bool:
    """Tell whether an error is one of memory; on the processor torch has no class for it."""
    import torch

    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        "can't allocate memory" in str(error)
    )


def _quantized(value: torch.Tensor, precision: str, device: str, dtype: torch.dtype) -> nn.Module:
    if precision == 'int8':
        from sageiq_ros.models.int8_linear import Int8Linear

        return Int8Linear(value.to(device)).to(device)
    try:
        import bitsandbytes as bnb
    except ImportError as error:
        raise EngineError(
            "The precision nf4 needs bitsandbytes, which is missing: run 'pip install "
            "bitsandbytes', or import with --precision int8."
        ) from error
    rows, columns = value.shape
    options: dict[str, Any] = {'quant_type': 'nf4', 'compress_statistics': True}
    module = bnb.nn.Linear4bit(
        columns, rows, bias=False, compute_dtype=dtype, device='meta', **options
    )
    weight = bnb.nn.Params4bit(value.to(dtype), requires_grad=False, **options)
    module.weight = weight.to(device)
    if rows % BF16_ROWS or columns % BF16_COLUMNS:
        module.support_avx512bf16_for_cpu = False
    return module
