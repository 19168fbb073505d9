# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The command line names its commands and answers mistakes in one sentence."""

from importlib.util import find_spec

import pytest

from sageiq_ros import cli


@pytest.mark.parametrize('module', [module for module, _ in cli.COMMANDS.values()])
def test_every_command_has_its_module(module):
    assert find_spec(f'sageiq_ros.{module}') is not None


def test_no_words_list_the_commands(capsys):
    assert cli.main([]) == 0
    shown = capsys.readouterr().out
    assert all(' '.join(key) in shown for key in cli.COMMANDS)


def test_an_unknown_command_is_named(capsys):
    assert cli.main(['bag', 'mend']) == 2
    assert "there is no command 'bag mend'" in capsys.readouterr().err


def test_a_fault_of_the_user_is_one_line(capsys, tmp_path):
    assert cli.main(['bag', 'info', str(tmp_path / 'none')]) == 2
    shown = capsys.readouterr().err.strip()
    assert shown.startswith('sageiq: ') and len(shown.splitlines()) == 1
