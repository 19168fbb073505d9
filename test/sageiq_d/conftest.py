# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A small COCO folder and a finished SageIQ-D of it, made once a module."""

from __future__ import annotations

import pytest
from small_set import PICTURES, build_small, write_coco

from sageiq_ros.executors.local import LocalExecutor


@pytest.fixture(scope='module')
def pictures(tmp_path_factory):
    return write_coco(tmp_path_factory.mktemp('coco') / 'small', PICTURES)


@pytest.fixture(scope='module')
def finished(pictures, tmp_path_factory):
    out = tmp_path_factory.mktemp('finished') / 'set'
    build_small(pictures, out, LocalExecutor())
    return out
