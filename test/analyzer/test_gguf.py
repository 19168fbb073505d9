# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A GGUF file is measured by its own header before a library crashes over it."""

import contextlib
import struct

import pytest
from analyzer_helpers import needs_smollm2
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.analyzer.language_models.base import LanguageModelError
from sageiq_ros.analyzer.language_models.files import find_model
from sageiq_ros.analyzer.language_models.gguf import needed_bytes


def gguf_of(pairs=b'', counts=(0, 0), data=b''):
    return b'GGUF' + struct.pack('<IQQ', 3, *counts) + pairs + data


def text(words):
    return struct.pack('<Q', len(words)) + words


PAIRS = (
    text(b'general.alignment')
    + struct.pack('<II', 4, 64)
    + text(b'tokens')
    + struct.pack('<IIQ', 9, 8, 2)
    + text(b'a')
    + text(b'bc')
    + text(b'scores')
    + struct.pack('<IIQ2f', 9, 6, 2, 0.5, 1.5)
)
# 64 values in blocks of 32 as Q4_0, behind a tensor of four float32.
TENSORS = (
    text(b'norm')
    + struct.pack('<IQIQ', 1, 4, 0, 0)
    + text(b'weight')
    + struct.pack('<I2QIQ', 2, 32, 2, 2, 64)
)


def test_a_gguf_that_is_cut_off_anywhere_is_refused_before_anything_is_loaded(tmp_path):
    head = gguf_of(PAIRS + TENSORS, (2, 3))
    start = -(-len(head) // 64) * 64
    whole = head.ljust(start, b'\0') + bytes(64 + 2 * 18)
    path = tmp_path / 'model.gguf'
    path.write_bytes(whole)
    assert needed_bytes(path) == len(whole)
    find_model(str(path))
    for size in (5, 20, 30, 60, len(head) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(LanguageModelError, match=r'model\.gguf has no readable header'):
            find_model(str(path))
    for size in (len(head), len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(LanguageModelError, match=rf'has {size} bytes instead of {len(whole)}'):
            find_model(str(path))


@pytest.mark.parametrize(
    'head',
    [
        gguf_of(text(b'general.alignment') + struct.pack('<II', 4, 0), (1, 1)),
        gguf_of(text(b'w') + struct.pack('<I', 50_000) + bytes(500_000), (1, 0)),
        gguf_of(text(b'tokens') + struct.pack('<IIQ', 9, 8, 2**60), (0, 1)),
        gguf_of(
            text(b'tokens') + struct.pack('<I', 9) + struct.pack('<IQ', 9, 1) * 20_000, (0, 1)
        ),
    ],
)
def test_a_hostile_header_is_refused_at_once(tmp_path, head):
    path = tmp_path / 'model.gguf'
    path.write_bytes(head)
    with pytest.raises(LanguageModelError, match='has no readable header'):
        find_model(str(path))


@given(st.binary(max_size=200), st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)))
def test_any_header_is_read_or_refused(tmp_path_factory, noise, counts):
    path = tmp_path_factory.getbasetemp() / 'noise.gguf'
    path.write_bytes(gguf_of(noise, counts))
    with contextlib.suppress(ValueError):
        assert needed_bytes(path) >= 0


def test_the_packaged_model_is_as_long_as_its_header_says():
    needs_smollm2()
    path = find_model().path
    assert needed_bytes(path) == path.stat().st_size
