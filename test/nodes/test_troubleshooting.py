# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The words that docs/troubleshooting.md tells people to look for are those that the nodes say."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / 'docs' / 'troubleshooting.md').read_text(encoding='utf-8')
TABLES = '| the diagnostics say |', '| reason, or the diagnostics of `sageiq_gate` |'


def words_of_the_code():
    """Return all source text with string literals that are continued on the next line joined."""
    folders = ('nodes', 'gate', 'engines', 'analyzer')
    sources = [path for name in folders for path in (ROOT / 'sageiq_ros' / name).rglob('*.py')]
    text = '\n'.join(path.read_text(encoding='utf-8') for path in sources)
    return re.sub(r"'\s*\n\s*f?'", '', text)


def quoted():
    """Yield the words in the first column of every table of what the nodes say."""
    for table in re.split(r'\n\n+', PAGE):
        if table.startswith(TABLES):
            for row in table.splitlines()[2:]:
                yield from re.findall('`(.+?)`', row.split(' | ')[0])


WORDS = sorted(set(quoted()) - {'sageiq_node'})


def test_there_are_words_to_look_for():
    assert len(WORDS) > 25


@pytest.mark.parametrize('words', WORDS)
def test_the_code_says_these_words(words):
    code = words_of_the_code()
    parts = [part.strip() for part in words.split('…')]
    for part in parts:
        assert part in code, part
