# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Variables of MATLAB are read as scipy reads them; what is damaged is an exception, no crash."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.datasets.mat_file import read_variable

NUMBERS = struct.pack('>5d', 0.0, 12.5, 100.0, -1.0, 1e300)


def element(kind, content, order='<'):
    return struct.pack(f'{order}II', kind, len(content)) + content + bytes(-len(content) % 8)


def matrix(kind, size, name, *parts, order='<'):
    flags = element(6, struct.pack(f'{order}II', kind, 0), order)
    sizes = element(5, struct.pack(f'{order}ii', *size), order)
    return element(14, flags + sizes + element(1, name, order) + b''.join(parts), order)


def file_of(*variables, order='<'):
    mark = b'IM' if order == '<' else b'MI'
    version = struct.pack(f'{order}H', 0x0100)
    return b'MATLAB 5.0 MAT-file'.ljust(124) + version + mark + b''.join(variables)


@pytest.fixture
def write(tmp_path):
    def write(data):
        (tmp_path / 'a.mat').write_bytes(data)
        return tmp_path / 'a.mat'

    return write


@pytest.mark.parametrize('compressed', [False, True])
def test_numbers_and_cells_are_what_scipy_wrote(tmp_path, compressed):
    savemat = pytest.importorskip('scipy.io', reason='needs requirements/experiments.txt').savemat
    cells = np.empty((4, 1), object)
    cells[:, 0] = ['1.bmp', 'Größe.JPG', '', np.array([[7, 300]])]
    numbers = {
        kind: np.array([[0, 3, 100]], kind) for kind in ('f4', 'f8', 'i2', 'u1', 'i8', 'u4')
    }
    path = tmp_path / 'a.mat'
    savemat(path, {'cells': cells, **numbers, 'text': 'words'}, do_compression=compressed)
    for kind in numbers:
        np.testing.assert_array_equal(read_variable(path, kind), [0.0, 3.0, 100.0])
    assert read_variable(path, 'text') == 'words'
    first, second, empty, array = read_variable(path, 'cells')
    assert (first, second) == ('1.bmp', 'Größe.JPG')
    assert not len(empty)
    np.testing.assert_array_equal(array, [7.0, 300.0])


def test_the_order_of_bytes_may_be_the_other(write):
    path = write(file_of(matrix(6, (1, 5), b'x', element(9, NUMBERS, '>'), order='>'), order='>'))
    np.testing.assert_array_equal(read_variable(path, 'x'), np.frombuffer(NUMBERS, '>f8'))


@pytest.mark.parametrize(
    ('data', 'reason'),
    [
        (b'', 'no header'),
        (bytes(200), 'no header'),
        (file_of(), 'no variable x'),
        (file_of(matrix(6, (1, 1), b'y', element(9, bytes(8)))), 'no variable x'),
        (file_of(matrix(6, (1, 9), b'x', element(9, bytes(8)))), '1 values instead of 9'),
        (file_of(matrix(6, (1, 1), b'x', element(99, bytes(8)))), 'numbers of kind 99'),
        (file_of(matrix(5, (1, 1), b'x')), 'a matrix of class 5'),
        (file_of(matrix(1, (2**31 - 1, 2), b'x')), '0 values instead of'),
        (file_of(struct.pack('<II', 14, 2**32 - 1)), 'it ends early'),
        (file_of(element(15, zlib.compress(bytes(1 << 27)))), 'a variable of more than'),
        (file_of(element(15, b'no zlib')), 'incorrect header'),
    ],
)
def test_what_is_no_such_variable_is_told(write, data, reason):
    with pytest.raises(ValueError, match=reason):
        read_variable(write(data), 'x')


WHOLE = file_of(
    matrix(1, (1, 2), b'x', matrix(4, (1, 2), b'', element(16, b'ab')), matrix(6, (0, 0), b'')),
    element(15, zlib.compress(matrix(6, (1, 5), b'z', element(9, NUMBERS)))),
)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6))
def test_any_damage_is_read_or_told(tmp_path_factory, changes):
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    path = tmp_path_factory.getbasetemp() / 'damaged.mat'
    path.write_bytes(data)
    for name in ('x', 'z'):
        try:
            read_variable(path, name)
        except (ValueError, struct.error, LookupError, NotImplementedError):
            continue
