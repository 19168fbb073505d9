# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Reading a checkpoint runs none of its code and survives damage."""

from __future__ import annotations

import argparse
import io
import os
import pickle

import pytest
import torch
from checkpoint_fixtures import SIZE, TINY, official, save
from reltr_fixtures import REDUCED, filled

from sageiq_ros.deployment.checkpoint import read_checkpoint
from sageiq_ros.deployment.import_reltr import import_reltr
from sageiq_ros.models.reltr_checkpoint import CheckpointError


@pytest.fixture(scope='module')
def state():
    return filled(REDUCED).state_dict()


class Harmful:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize('legacy', [False, True], ids=['zip', 'legacy'])
def test_code_in_a_checkpoint_is_named_and_never_run(tmp_path, state, legacy):
    trap = tmp_path / 'trap'
    path = tmp_path / 'checkpoint0149.pth'
    content = {**official(state), 'lr_scheduler': Harmful(trap)}
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(CheckpointError, match=r'asks for the Python object posix\.mkdir') as error:
        import_reltr(path, tmp_path / 'engine', SIZE, heads=TINY)
    assert 'nothing of it was loaded' in str(error.value)
    assert not trap.exists() and not (tmp_path / 'engine').exists()
    # The trap is a real one: an unguarded load springs it.
    torch.load(path, weights_only=False)
    assert trap.is_dir()


def test_a_bare_pickle_is_refused_too(tmp_path):
    path = tmp_path / 'bare.pth'
    path.write_bytes(pickle.dumps(Harmful(tmp_path / 'trap'), protocol=2))
    with pytest.raises(CheckpointError):
        read_checkpoint(path)
    assert not (tmp_path / 'trap').exists()


def test_reading_leaves_nothing_allowed_for_others(tmp_path, state):
    path = save(tmp_path, official({'so_embed.weight': state['so_embed.weight']}))
    assert read_checkpoint(path)['args'].nheads == REDUCED.heads
    assert argparse.Namespace not in torch.serialization.get_safe_globals()


@pytest.mark.parametrize('keep', [0, 1, 2, 100, 0.5, 0.99])
def test_a_damaged_file_is_one_sentence(tmp_path, state, keep):
    whole = io.BytesIO()
    torch.save(official({'so_embed.weight': state['so_embed.weight']}), whole)
    content = whole.getvalue()
    path = tmp_path / 'cut.pth'
    path.write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    with pytest.raises(CheckpointError, match=r'cut\.pth is no readable torch checkpoint'):
        read_checkpoint(path)
