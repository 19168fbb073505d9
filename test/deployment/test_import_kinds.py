# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq models import`` knows its kinds before torch is asked for."""

import argparse
from importlib import import_module

import pytest

from sageiq_ros.cli import main
from sageiq_ros.deployment.import_ import KINDS, configure


@pytest.mark.parametrize('kind', KINDS)
def test_every_kind_has_a_summary_and_arguments_of_its_own(kind):
    module = import_module(f'sageiq_ros.deployment.{KINDS[kind]}')
    assert module.SUMMARIES[kind]
    parser = argparse.ArgumentParser()
    configure(parser)
    args = parser.parse_args([kind, 'checkpoint', '--out', 'folder'])
    assert args.kind == kind and str(args.checkpoint) == 'checkpoint'
    assert hasattr(args, 'head') == (kind == 'reltr')


@pytest.mark.parametrize('kind', KINDS)
def test_nothing_to_import_is_one_sentence(tmp_path, capsys, kind):
    words = [str(tmp_path / 'nowhere'), '--out', str(tmp_path / 'out')]
    assert main(['models', 'import', kind, *words]) == 2
    text = capsys.readouterr().err
    assert text.startswith('sageiq: ') and text.count('\n') == 1


def test_an_unknown_kind_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(['models', 'import', 'gpt', 'checkpoint', '--out', 'folder'])
    assert 'invalid choice' in capsys.readouterr().err
