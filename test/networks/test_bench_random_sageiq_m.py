# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bench scorer --parts full``: the tiny shape runs in all precisions, and is counted."""

import json

from sageiq_ros.bench.random_sageiq_m import PRECISIONS, measure_full
from sageiq_ros.cli import main


def test_every_precision_is_timed(tmp_path, capsys):
    output = tmp_path / 'numbers.json'
    arguments = ['--parts', 'full', '--shape', 'tiny', '--repeats', '1', '--threads', '1']
    assert main(['bench', 'scorer', *arguments, '--json', str(output)]) == 0
    rows = json.loads(output.read_text())['full']['precisions']
    assert tuple(rows) == PRECISIONS
    for row in rows.values():
        assert row['at_once_ms']['median'] > 0.0 and row['one_by_one_ms']['median'] > 0.0
        assert row['memory_mb'] > 0.0
    assert 'nf4' in capsys.readouterr().out


def test_all_precisions_have_the_same_network():
    rows = measure_full('tiny', 1, 1)['precisions'].values()
    assert len({row['parameters'] for row in rows}) == 1
