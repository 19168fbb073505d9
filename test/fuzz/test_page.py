# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the page of fuzzing tells is what was run: every target, and nothing found."""

import json
import re
from pathlib import Path

from fuzzing.targets import TARGETS

DOCS = Path(__file__).parents[2] / 'docs'
LEAST_IMAGES, LEAST_OTHERS = 10_000, 100_000
IMAGES = ('raw image', 'JPEG image', 'PNG image')


def test_the_page_and_its_numbers_are_of_one_run_of_all_targets():
    kept = json.loads((DOCS / 'fuzzing.json').read_text(encoding='utf-8'))
    rows = re.findall(
        r'^\| (.+?) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|',
        (DOCS / 'fuzzing.md').read_text(encoding='utf-8'),
        re.MULTILINE,
    )
    told = {name: [int(cell.replace(',', '')) for cell in cells] for name, *cells in rows}
    run = {
        one['target']: [one['inputs'], one['taken'], sum(one['refused'].values())]
        for one in kept['targets']
    }
    run['all'] = [sum(column) for column in zip(*run.values(), strict=True)]
    assert told == run
    assert set(run) == {*TARGETS, 'all'}
    assert kept['findings'] == 0
    images = sum(run[name][0] for name in IMAGES)
    assert images >= LEAST_IMAGES and run['all'][0] - images >= LEAST_OTHERS
