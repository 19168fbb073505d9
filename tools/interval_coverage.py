# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Count in how many simulated drives the intervals of ``sageiq bag evaluate`` hold the truth.

python tools/interval_coverage.py --frames 300 --neighbours 0.9 --drives 400
"""

import argparse
import math

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.evaluation.bag.blocks import block_length
from sageiq_ros.evaluation.bag.comparison import measure

CORRELATION = 0.6
SCALE, MIDDLE = 0.05, 0.5
"""Labels and scores are that many times a normal variable from the middle: within 0 to 1."""


def main() -> None:
    """Print the share of drives for each measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--frames', type=int, default=300)
    parser.add_argument('--neighbours', type=float, default=0.9, help='their correlation')
    parser.add_argument('--drives', type=int, default=400)
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    truth = truths()
    held = dict.fromkeys(truth, 0)
    few = 0
    for _ in range(args.drives):
        label, noise = (series(rng, args.frames, args.neighbours) for _ in range(2))
        score = CORRELATION * label + math.sqrt(1.0 - CORRELATION**2) * noise
        table = MIDDLE + SCALE * np.stack([label, score])
        blocks = block_length(table)
        few += blocks.few
        for name, found in measure(table, blocks).items():
            held[name] += found.low <= truth[name] <= found.high
    for name, count in held.items():
        print(f'{name:20} {count / args.drives:.3f}')
    print(f'{"told to be short":20} {few / args.drives:.3f}')


def truths() -> dict[str, float]:
    """Return what each measure is of two such normal series of any length."""
    srcc = 6.0 / math.pi * math.asin(CORRELATION / 2.0)
    deviation = SCALE * math.sqrt(2.0 - 2.0 * CORRELATION)
    return {
        'srcc': srcc,
        'plcc': CORRELATION,
        'mcc': (srcc + CORRELATION) / 2.0,
        'mean_error': 0.0,
        'mean_absolute_error': deviation * math.sqrt(2.0 / math.pi),
    }


def series(rng: np.random.Generator, count: int, share: float) -> NDArray[np.float64]:
    """Draw a normal series (count,) of variance 1 that keeps a share of its last value."""
    values = [rng.normal()]
    for step in rng.normal(size=count - 1) * math.sqrt(1.0 - share**2):
        values.append(share * values[-1] + step)
    return np.array(values)


if __name__ == '__main__':
    main()
