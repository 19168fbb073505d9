# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints as the official training writes them, of a small network."""

from __future__ import annotations

import argparse
from dataclasses import replace

import torch
from reltr_fixtures import REDUCED

from sageiq_ros.deployment.import_reltr import import_reltr

SIZE = (96, 64)
TINY = {'vg': REDUCED, 'open-images': replace(REDUCED, classes=289, predicates=31)}


def official(state, **arguments):
    """Wrap a state dict as the official training does."""
    parameter = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.AdamW([parameter], lr=1e-4)
    parameter.grad = torch.ones(2)
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 100)
    known = {'dilation': False, 'position_embedding': 'sine', 'nheads': REDUCED.heads}
    return {
        'model': state,
        'optimizer': optimizer.state_dict(),
        'lr_scheduler': scheduler.state_dict(),
        'epoch': 149,
        'args': argparse.Namespace(**{**known, **arguments}),
    }


def save(tmp_path, content):
    path = tmp_path / 'checkpoint0149.pth'
    torch.save(content, path)
    return path


def imported(tmp_path, content, **options):
    folder = tmp_path / 'engine'
    return folder, import_reltr(save(tmp_path, content), folder, SIZE, heads=TINY, **options)
