# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Scorers whose size bias is known."""

import numpy as np

from sageiq_ros.scorer.base import SIZE_MODULES
from sageiq_ros.types import Quality


class Scorer:
    """Score crops by a function."""

    def __init__(self, rule, name='test'):
        self._rule, self.name = rule, name

    def score(self, crops):
        return [Quality(float(self._rule(crop)), 0.0, 0.0, 0.0) for crop in crops]


class Switchable(Scorer):
    """A score of content to which every module that is off adds noise of its own."""

    def __init__(self, modules=SIZE_MODULES, able=SIZE_MODULES):
        self.modules, self.size_modules = frozenset(modules), frozenset(able)
        super().__init__(self._value, 'switchable')

    def with_size_modules(self, modules):
        return Switchable(modules | (set(SIZE_MODULES) - self.size_modules), self.size_modules)

    def _value(self, crop):
        noise = np.random.default_rng([crop.shape[0], crop.shape[1], int(crop.sum())])
        missing = len(SIZE_MODULES) - len(self.modules)
        return content(crop) + 0.2 * missing * noise.random()


def content(crop):
    """Return what neither rescaling nor cropping changes in pictures of one colour."""
    return crop.mean() / 255.0


def size(crop):
    """Return what depends on the width alone."""
    return crop.shape[1] / 1000.0
