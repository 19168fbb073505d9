# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure stage 2 on ten triplets: the paper's prompts as written are 1, all else is a ratio.

Every way uses the same language model and number of threads. The turns are interleaved.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

PARTS = ('analyzer', 'llama')


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bench analyzer``."""
    parser.add_argument(
        '--parts',
        nargs='+',
        choices=PARTS,
        default=PARTS[:1],
        help='analyzer: all modes; llama: an int4 LLaMA of random weights by transformers '
        '(default: analyzer)',
    )
    parser.add_argument('--model', default='', help='language model (default SmolLM2)')
    parser.add_argument('--backend', default='auto', help='what runs it (auto)')
    parser.add_argument('--threads', type=int, default=1, metavar='N', help='of the model (1)')
    parser.add_argument('--repeats', type=int, default=3, metavar='N', help='turns (3)')
    parser.add_argument(
        '--shape', choices=('8b', 'tiny'), default='8b', help="llama: LLaMA-3-8B's, or a tiny one"
    )
    parser.add_argument('--json', type=Path, metavar='FILE', help='keep every measurement')


def run(args: argparse.Namespace) -> int:
    """Measure, print, keep; returns 0."""
    from sageiq_ros.bench.machine import machine
    from sageiq_ros.types import SageIQError

    if args.repeats < 1 or args.threads < 1:
        raise SageIQError('--repeats and --threads must be positive.')
    if args.json is not None and not args.json.absolute().parent.is_dir():
        raise SageIQError(f'There is no folder {args.json.parent} for {args.json.name}.')
    results: dict[str, Any] = {'machine': machine()}
    if 'analyzer' in args.parts:
        from sageiq_ros.bench.analyzer_ways import measure_ways

        results['analyzer'] = measure_ways(args.model, args.backend, args.threads, args.repeats)
        print('\n'.join(_ways(results['analyzer'])))
    if 'llama' in args.parts:
        from sageiq_ros.bench.random_llama import measure_llama

        results['llama'] = measure_llama(args.shape, args.threads, args.repeats)
        print('\n'.join(_llama(results['llama'])))
    if args.json is not None:
        args.json.write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')
    return 0


def _ways(part: dict[str, Any]) -> list[str]:
    lines = [
        f'{part["triplets"]} triplets, {part["model"]} by {part["backend"]}, {part["threads"]} '
        f'threads; medians of {part["repeats"]} turns',
        f'  {"":44}{"faster":>12}{"time":>12}',
    ]
    for name, row in part['ways'].items():
        seconds = row['seconds']['median']
        time = f'{seconds:.2f} s' if seconds > 0.1 else f'{1e6 * seconds:.0f} µs'
        mark = '  (baseline)' if name == part['baseline'] else ''
        lines.append(f'  {name:44}{row["faster"]["median"]:11.1f}x{time:>12}{mark}')
    alone = part['selector_s']['median']
    lines.append(f'  the selector prompt alone took {alone:.2f} s of the baseline')
    lines.append(f'  process start and loading of the model, once: {part["start_s"]:.1f} s')
    return lines


def _llama(part: dict[str, Any]) -> list[str]:
    return [
        f'LLaMA of the {part["shape"]} shape, random weights, NF4, on {part["device"]}: '
        f'{part["parameters"] / 1e9:.2f} B parameters',
        f'  prompt {part["prefill_tokens_s"]["median"]:.1f} tokens/s, answer '
        f'{part["decode_tokens_s"]["median"]:.2f} tokens/s, {part["memory_mb"]:.0f} MB '
        f'({part["memory_is"]}), made in {part["made_s"]:.0f} s',
    ]
