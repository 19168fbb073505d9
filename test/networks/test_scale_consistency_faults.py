# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What ``sageiq train sageiq-m`` cannot use is one sentence, and found before the work."""

import json
import math

import numpy as np
import pytest
from mplug_fixtures import tiny_network
from safetensors import safe_open

from sageiq_ros.training.scale_consistency.output import write_size_modules
from sageiq_ros.training.scale_consistency.pictures import find_pictures
from sageiq_ros.types import SageIQError


def test_pictures_too_few_to_validate_are_refused(tmp_path):
    for number in range(14):
        (tmp_path / f'{number}.png').write_bytes(bytes([number]))
    with pytest.raises(SageIQError, match='holds 14 pictures; at least 15 are needed'):
        find_pictures(tmp_path, 1)
    (tmp_path / '14.png').touch()
    assert [len(part) for part in find_pictures(tmp_path, 1)] == [12, 3]


def test_what_cannot_be_measured_is_null_in_the_file(tmp_path):
    path = tmp_path / 'size_modules.safetensors'
    history = [{'loss': 0.25, 'rescaled_srcc': math.nan, 'cropped_plcc': np.inf}]
    write_size_modules(path, tiny_network(), {'seed': 1, 'history': history})
    with safe_open(path, 'pt') as content:
        about = json.loads(content.metadata()['about'], parse_constant=pytest.fail)
    entry = {'loss': 0.25, 'rescaled_srcc': None, 'cropped_plcc': None}
    assert about == {'seed': 1, 'history': [entry]}
