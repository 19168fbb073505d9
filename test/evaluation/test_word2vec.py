# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Word vectors are read from both formats of word2vec, and damaged files are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sageiq_ros.evaluation import word2vec
from sageiq_ros.evaluation.word2vec import look_up, read_word2vec, words_of
from sageiq_ros.types import SageIQError

VECTORS = {
    'sharp': [1.0, -2.5, 0.125],
    'Blur': [10.0, 32.0, 0.5],
    'caf\u00e9': [3.0, 0.0, 1e-9],
    '7': [0.0, 7.0, 0.0],
}


def binary(vectors, line_feed):
    parts = [f'{len(vectors)} {len(next(iter(vectors.values())))}\n'.encode()]
    for word, values in vectors.items():
        parts += [word.encode(), b' ', np.array(values, '<f4').tobytes(), line_feed]
    return b''.join(parts)


def text(vectors):
    lines = [f'{len(vectors)} {len(next(iter(vectors.values())))}']
    lines += [' '.join([word, *map(repr, values)]) for word, values in vectors.items()]
    return ('\n'.join(lines) + '\n').encode()


def write(folder, data):
    path = folder / 'vectors'
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    'data',
    [binary(VECTORS, b'\n'), binary(VECTORS, b''), text(VECTORS)],
    ids=['binary with line feeds', 'binary', 'text'],
)
@pytest.mark.parametrize('chunk', [1, 1 << 20])
def test_wanted_words_are_read(data, chunk, tmp_path, monkeypatch):
    monkeypatch.setattr(word2vec, 'CHUNK_BYTES', chunk)
    path = write(tmp_path, data)
    found = read_word2vec(path, {*VECTORS, 'unknown'})
    assert found.keys() == VECTORS.keys()
    for word, values in VECTORS.items():
        np.testing.assert_array_equal(found[word], np.array(values, np.float32))
    assert read_word2vec(path, {'Blur'}).keys() == {'Blur'}


@pytest.mark.parametrize('data', [binary(VECTORS, b''), text(VECTORS)], ids=['binary', 'text'])
def test_what_is_kept_of_a_file_is_the_vectors_alone(data, tmp_path):
    found = read_word2vec(write(tmp_path, data), {'sharp', 'Blur'})
    assert all(values.base is None for values in found.values())


@settings(max_examples=20)
@given(
    st.lists(
        st.lists(
            st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=2, max_size=2
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_values_survive_in_binary(tmp_path_factory, rows):
    vectors = {f'word{place}': row for place, row in enumerate(rows)}
    folder = tmp_path_factory.mktemp('vectors')
    found = read_word2vec(write(folder, binary(vectors, b'\n')), set(vectors))
    for word, values in vectors.items():
        np.testing.assert_array_equal(found[word], np.array(values, np.float32))


@pytest.mark.parametrize(
    ('data', 'reason'),
    [
        (b'', 'does not begin'),
        (b'\x1f\x8b packed', 'unpack it first'),
        (b'4 0\n', 'does not begin'),
        (b'4 99999999\n', 'does not begin'),
        (binary(VECTORS, b'\n')[:-6], 'ends after 3 of 4'),
        (text(VECTORS)[:-12], 'ends after 3 of 4'),
        (b'1 2\n' + b'x' * 5000, 'ends after 0 of 1'),
        (binary({'sharp': [np.nan, 1.0]}, b''), 'no finite vector'),
    ],
)
def test_a_file_that_is_none_is_refused(data, reason, tmp_path):
    with pytest.raises(SageIQError, match=reason):
        read_word2vec(write(tmp_path, data), {'sharp'})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SageIQError, match='nowhere'):
        read_word2vec(tmp_path / 'nowhere', {'sharp'})


def test_words_are_looked_up_as_written_then_in_lower_case():
    vectors = {'Blur': np.array([1.0]), 'blur': np.array([2.0]), "isn't": np.array([3.0])}
    words = words_of("Blur, BLUR: it isn't (sharp).")
    assert words == ['Blur', 'BLUR', 'it', "isn't", 'sharp']
    np.testing.assert_array_equal(look_up(words, vectors), [[1.0], [2.0], [3.0]])
    assert look_up(['sharp'], vectors) is None
