# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a result can be written is known before the work, and asking leaves no trace."""

import pytest

from sageiq_ros.output import check_writable
from sageiq_ros.types import SageIQError


def test_a_new_file_is_not_left_behind_and_an_old_one_is_kept(tmp_path):
    new, old = tmp_path / 'new.json', tmp_path / 'old.json'
    old.write_text('{}', encoding='utf-8')
    check_writable(new)
    check_writable(old)
    check_writable(None)
    assert not new.exists() and old.read_text(encoding='utf-8') == '{}'


def test_a_link_to_a_file_to_come_is_kept(tmp_path):
    link, target = tmp_path / 'link.json', tmp_path / 'target.json'
    link.symlink_to(target)
    check_writable(link)
    assert link.is_symlink() and not target.exists()


def test_a_folder_that_is_missing_is_a_sentence(tmp_path):
    with pytest.raises(SageIQError, match='Cannot write'):
        check_writable(tmp_path / 'none' / 'x.json')
