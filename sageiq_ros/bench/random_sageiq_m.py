# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How fast and large the full SageIQ-M is; random weights tell that as well as trained ones."""

from __future__ import annotations

import gc
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sageiq_ros.bench.machine import memory_mb
from sageiq_ros.bench.scorer_loads import REGIONS
from sageiq_ros.bench.timing import spread
from sageiq_ros.types import SageIQError

if TYPE_CHECKING:
    from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig

PRECISIONS = ('bf16', 'int8', 'nf4')
# Tokens of the scoring and the size prompt around the image, about as LLaMA-2's tokenizer counts.
PROMPT_TOKENS = (3, 32)
LEVELS = 3


def measure_full(shape: str, threads: int, repeats: int) -> dict[str, Any]:
    """Make the network in every precision and time eight regions, alone and at once.

    ``shape`` is ``full`` or ``tiny``. Sizes are known, so the SA path is not in it. Raises
    SageIQError where torch or bitsandbytes is missing, or memory.
    """
    try:
        import bitsandbytes
        import torch
    except ImportError as error:
        raise SageIQError(
            f"{error.name} is missing: run 'pip install torch bitsandbytes'."
        ) from error
    torch.set_num_threads(threads)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    return {
        'shape': shape,
        'device': torch.cuda.get_device_name() if device == 'cuda' else 'the processor',
        'threads': threads,
        'regions': REGIONS,
        'repeats': repeats,
        'precisions': {p: _measure(_config(shape), p, device, repeats) for p in PRECISIONS},
        'packages': {m.__name__: m.__version__ for m in (torch, bitsandbytes)},
    }


def describe(part: dict[str, Any]) -> list[str]:
    """Lay out what was measured, ratios to bf16 first."""
    rows = part['precisions']
    base = rows[PRECISIONS[0]]
    lines = [
        f'SageIQ-M of the {part["shape"]} shape, random weights, on {part["device"]}: '
        f'{base["parameters"] / 1e9:.3f} B parameters, {part["regions"]} regions',
        f'  {"":6}{"faster":>8}{"ms at once":>12}{"ms one by one":>15}{"GiB":>8}',
    ]
    for name, row in rows.items():
        faster = base['at_once_ms']['median'] / row['at_once_ms']['median']
        lines.append(
            f'  {name:6}{faster:7.2f}x{row["at_once_ms"]["median"]:12.1f}'
            f'{row["one_by_one_ms"]["median"]:15.1f}{row["memory_mb"] * 1e6 / 2**30:8.2f}'
        )
    lines.append(f'  memory: {base["memory_is"]}')
    return lines


def _config(shape: str) -> SageIQMConfig:
    from sageiq_ros.models.clip_vision import VisionConfig
    from sageiq_ros.models.modality_llama import LanguageConfig
    from sageiq_ros.models.sageiq_m import SageIQMConfig
    from sageiq_ros.models.visual_abstractor import AbstractorConfig

    if shape == 'full':
        return SageIQMConfig()
    return SageIQMConfig(
        VisionConfig(64, 128, layers=2, heads=4, image_size=56),
        AbstractorConfig(8, 2, 4, 64, 96, encoder_hidden_size=64, grid=4),
        LanguageConfig(512, 128, 256, layers=2, heads=4),
    )


def _measure(config: SageIQMConfig, precision: str, device: str, repeats: int) -> dict[str, Any]:
    import torch

    if device == 'cuda':
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    begin = perf_counter()
    try:
        network = _make(config, precision, device)
        made = perf_counter() - begin
        side = config.vision.image_size
        dtype = network.model.embed_tokens.weight.dtype
        images = torch.randn(REGIONS, 3, side, side, device=device, dtype=dtype)
        _score(network, images[:1], device)
        at_once, one_by_one = [], []
        for _ in range(repeats):
            at_once.append(_score(network, images, device))
            one_by_one.append(sum(_score(network, image[None], device) for image in images))
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise SageIQError(
            f'The {precision} network does not fit into the memory of {device}; choose --shape '
            'tiny or a larger device.'
        ) from error
    if device == 'cuda':
        memory, kind = torch.cuda.max_memory_allocated() / 1e6, 'largest allocated on the GPU'
    else:
        memory, kind = memory_mb('VmRSS'), 'resident at the end, of the whole process'
    del network
    gc.collect()
    with torch.device('meta'):
        from sageiq_ros.models.sageiq_m import SageIQM

        parameters = sum(parameter.numel() for parameter in SageIQM(config).parameters())
    return {
        'parameters': parameters,
        'at_once_ms': spread(at_once),
        'one_by_one_ms': spread(one_by_one),
        'memory_mb': memory,
        'memory_is': kind,
        'made_s': made,
    }


def _make(config: SageIQMConfig, precision: str, device: str) -> SageIQM:
    """Return the network with seeded weights, placed one at a time as a checkpoint's are."""
    import torch

    from sageiq_ros.engines.mplug_owl2 import DTYPES, fill_untrained, place
    from sageiq_ros.models.sageiq_m import SageIQM
    from sageiq_ros.models.visual_abstractor import position_tables

    dtype = getattr(torch, DTYPES[precision])
    with torch.device('meta'):
        network = SageIQM(config)
    fill_untrained(network, device, dtype)
    for layer in network.model.visual_abstractor.encoder.layers:
        for name, table in position_tables(config.abstractor).items():
            setattr(layer.crossattention.attention, name, table.to(device, dtype))
    generator = torch.Generator(device).manual_seed(0)
    absent = [(n, p.shape) for n, p in network.named_parameters() if p.is_meta]
    with torch.no_grad():
        for name, shape in absent:
            value = torch.ones(shape, device=device)
            if len(shape) > 1:
                value.normal_(std=0.02, generator=generator)
            place(network, name, value, precision, device, dtype)
    return network.requires_grad_(False).eval()


def _score(network: SageIQM, images: Any, device: str) -> float:
    """Return how many milliseconds images take from pixels to three logits."""
    import torch

    before, after = (
        torch.ones((len(images), count), dtype=torch.long, device=device)
        for count in PROMPT_TOKENS
    )
    rows = torch.arange(LEVELS, device=device)
    if device == 'cuda':
        torch.cuda.synchronize()
    begin = perf_counter()
    with torch.inference_mode():
        network(network.visual_tokens(images), before, after, rows)
    if device == 'cuda':
        torch.cuda.synchronize()
    return 1e3 * (perf_counter() - begin)
