# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The picture in docs/gate.md shows what the gate does now."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_picture_is_what_the_gate_makes_of_its_scores():
    drawn = runpy.run_path(str(ROOT / 'tools' / 'gate_picture.py'))['picture']()
    kept = (ROOT / 'docs' / 'images' / 'gate.svg').read_text(encoding='utf-8')
    assert kept == drawn, 'run python tools/gate_picture.py'
