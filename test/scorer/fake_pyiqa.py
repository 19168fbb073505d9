# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Doubles of pyiqa 0.1.16 and of the little of torch that its adapter touches.

Names, ranges, call protocol and what is printed before a download are pyiqa's own.
"""

import contextlib
import sys
import urllib.request
from types import ModuleType, SimpleNamespace

import numpy as np

# Name: mode, lower is better, range, value (a number, a function of the tensor, or an error).
METRICS = {
    'piqe': ('NR', True, '0, 100', 30.0),
    'niqe': ('NR', True, '~0, ~100', 5.0),
    'entropy': ('NR', False, '0, 8', 9.0),
    'musiq': ('NR', False, '~0, ~100', 75.0),
    'liqe': ('NR', False, '1, 5', 4.0),
    'wadiqam_nr': ('NR', False, '~-1, ~0.1', -0.45),
    'broken': ('NR', False, '0, 1', float('nan')),
    'open': ('NR', False, '~0, ~', 1.0),
    'fid': ('NR', True, '0, ~', 1.0),
    'lpips': ('FR', True, '0, 1', 0.1),
}
WEIGHTS = 'https://weights.invalid/some/musiq_koniq.pth'


class Tensor:
    """Hold an array with the methods that the adapter calls."""

    def __init__(self, array):
        self.array = np.asarray(array)

    def unsqueeze(self, axis):
        return Tensor(np.expand_dims(self.array, axis))

    def to(self, device):
        return self

    def float(self):
        return Tensor(self.array.astype(np.float32))

    def reshape(self, shape):
        return Tensor(self.array.reshape(shape))

    def __truediv__(self, other):
        return Tensor(self.array / other)

    def __float__(self):
        return float(self.array)


class Metric:
    """Answer with a fixed value, after the checks that pyiqa makes of its input."""

    def __init__(self, name):
        self.metric_mode, self.lower_better, self.score_range, self._value = METRICS[name]
        self.seen = []

    def __call__(self, batch):
        assert batch.array.dtype == np.float32 and batch.array.ndim == 4
        assert batch.array.shape[1] == 3
        assert batch.array.min() >= 0.0 and batch.array.max() <= 1.0
        self.seen.append(batch.array)
        return Tensor(np.array([self._value]))


def install(monkeypatch, folder, *, need=None):
    """Put the doubles in place; ``need`` is what creating a metric runs first."""
    made = []

    def list_models(metric_mode=None):
        return sorted(name for name, row in METRICS.items() if metric_mode in (None, row[0]))

    def create_metric(name, as_loss=False, device=None):
        assert not as_loss
        if need is not None:
            need()
        made.append(Metric(name))
        return made[-1]

    pyiqa, torch = ModuleType('pyiqa'), ModuleType('torch')
    pyiqa.list_models, pyiqa.create_metric, pyiqa.made = list_models, create_metric, made
    torch.set_num_threads = lambda threads: setattr(torch, 'threads', threads)
    torch.device = str
    torch.from_numpy = Tensor
    torch.inference_mode = contextlib.nullcontext
    torch.cuda = SimpleNamespace(is_available=lambda: False)
    torch.hub = SimpleNamespace(get_dir=lambda: str(folder))
    monkeypatch.setitem(sys.modules, 'pyiqa', pyiqa)
    monkeypatch.setitem(sys.modules, 'torch', torch)
    return pyiqa, torch


def download(folder):
    """Fetch weights as pyiqa does, printing the same line."""
    print(f'Downloading: "{WEIGHTS}" to {folder}/pyiqa/musiq_koniq.pth\n')
    urllib.request.urlopen(WEIGHTS)
