# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The commands that load the node, on a domain where they talk alone, on a node that is quick."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

DOUBLES = str(Path(__file__).parents[1] / 'nodes')


@pytest.fixture
def pictures(tmp_path):
    """Return a folder with one small picture."""
    folder = tmp_path / 'pictures'
    folder.mkdir()
    cv2.imwrite(str(folder / 'a.png'), np.full((48, 64, 3), 99, np.uint8))
    return str(folder)


@pytest.fixture
def alone(monkeypatch):
    """Talk on a DDS domain that no other test of this machine is likely to use."""
    monkeypatch.setenv('ROS_DOMAIN_ID', str(1 + (os.getpid() + 53) % 100))


@pytest.fixture
def with_double(monkeypatch, alone):
    """Measure the pipeline double of test/nodes, which takes next to no time."""
    monkeypatch.syspath_prepend(DOUBLES)
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join([DOUBLES, os.environ['PYTHONPATH']]))
    from pipeline_double import DoublePipeline

    from sageiq_ros.nodes.load import loaded_node, one_camera
    from sageiq_ros.nodes.process import NodeProcess

    def double(log, arguments, module=None):
        return NodeProcess(log, arguments, module='pipeline_double')

    monkeypatch.setattr(one_camera, 'build_pipeline', DoublePipeline)
    monkeypatch.setattr(one_camera, 'NodeProcess', double)
    monkeypatch.setattr(loaded_node, 'NodeProcess', double)
