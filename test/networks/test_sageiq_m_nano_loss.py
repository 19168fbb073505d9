# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How SageIQ-M nano's training measures an error and paces its steps."""

import numpy as np
import torch

from sageiq_ros.training.sageiq_m_nano.loss import level_distribution, quality_loss, scores
from sageiq_ros.training.sageiq_m_nano.schedule import Schedule


def test_algorithm_1_gives_back_the_label_of_its_level_distribution():
    labels = torch.linspace(0.0, 1.0, 11)
    distribution = level_distribution(labels)
    assert torch.allclose(distribution.sum(dim=1), torch.ones(11))
    torch.testing.assert_close(scores(distribution.clamp(min=1e-9).log()), labels)


def test_the_loss_falls_towards_the_label():
    labels = torch.tensor([1.0, 0.0])
    right = torch.tensor([[5.0, 0.0, -5.0], [-5.0, 0.0, 5.0]])
    assert quality_loss(right, labels) < quality_loss(right.flip(0), labels)


def test_the_rate_rises_then_falls():
    schedule = Schedule(peak=1e-3, last=1e-5, warm_up=100)
    rates = [schedule.rate(step, 1000) for step in range(1000)]
    peak = int(np.argmax(rates))
    assert (np.diff(rates[: peak + 1]) > 0).all() and (np.diff(rates[peak:]) <= 0).all()
    assert rates[-1] < rates[peak] / 50
