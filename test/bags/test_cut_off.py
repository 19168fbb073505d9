# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings that were cut off give what lies before the cut, and say so."""

import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.rosbag2.storage_mcap import McapReader

from sageiq_ros.bags.frames import BagError
from sageiq_ros.bags.messages import build, raw_image
from sageiq_ros.bags.reader import BagReader, storage_files
from sageiq_ros.bags.sources import open_source
from sageiq_ros.bags.typestore import message_store
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.cli import main
from sageiq_ros.images import RAW_TYPE

FLOAT = 'std_msgs/msg/Float32'
SECOND_NS = 10**9
# Three of these pictures fill a chunk; the labels begin in the second of four.
PICTURES, SIZE, FIRST_LABEL = 9, (380, 320, 3), 4
REMARK = 'The recording was cut off; bag.mcap was read.'
COMPRESSIONS = {
    'zstd': (CompressionMode.STORAGE, CompressionFormat.ZSTD),
    'by message': (CompressionMode.MESSAGE, CompressionFormat.ZSTD),
    'by file': (CompressionMode.FILE, CompressionFormat.ZSTD),
}


def write(path, compression=None, size=SIZE):
    """Write pictures of noise and, from some picture on, labels; returns the storage file."""
    store, random = message_store(), np.random.default_rng(0)
    writer = Writer(path, version=9, storage_plugin=StoragePlugin.MCAP)
    if compression:
        writer.set_compression(*COMPRESSIONS[compression])
    with writer:
        camera = writer.add_connection('/image_raw', RAW_TYPE, typestore=store)
        for number in range(PICTURES):
            if number == FIRST_LABEL:
                labels = writer.add_connection('/labels', FLOAT, typestore=store)
            stamp_ns = (number + 1) * SECOND_NS
            picture = raw_image(random.integers(0, 256, size, np.uint8), stamp_ns, 'camera')
            writer.write(camera, stamp_ns, store.serialize_cdr(picture, RAW_TYPE))
            if number >= FIRST_LABEL:
                label = store.serialize_cdr(build(FLOAT, data=number / 7), FLOAT)
                writer.write(labels, stamp_ns + 1, label)
    (file,) = storage_files(path)
    return file


def chunks_of(file):
    reader = McapReader(file)
    reader.open()
    begin, chunks = reader.data_start, list(reader.chunks)
    reader.close()
    return begin, chunks


def end_of(chunk):
    return chunk.chunk_start_offset + chunk.chunk_length


def without_chunks(file):
    """Lay the content of all chunks out bare, as ros2 bag's preset fastwrite does."""
    begin, chunks = chunks_of(file)
    data = file.read_bytes()
    contents = [data[end_of(chunk) - chunk.uncompressed_size : end_of(chunk)] for chunk in chunks]
    file.write_bytes(data[:begin] + b''.join(contents))


def read(path, *options):
    with BagReader(path) as reader:
        return [(m.topic, m.stamp_ns, bytes(m.data)) for m in reader.messages(*options)]


@pytest.fixture(scope='module', params=['chunks', 'no chunks', 'zstd'])
def recording(request, tmp_path_factory):
    """Return a file, what is in it, and from which size of the file on each message is whole."""
    packed = request.param in COMPRESSIONS
    file = write(tmp_path_factory.mktemp('drive') / 'bag', request.param if packed else None)
    messages, (_, chunks) = read(file), chunks_of(file)
    assert len(chunks) == 4 and len(messages) == PICTURES + PICTURES - FIRST_LABEL
    if request.param == 'no chunks':
        without_chunks(file)
    data = file.read_bytes()
    sizes = [
        next(end_of(chunk) for chunk in chunks if stamp_ns <= chunk.message_end_time)
        if packed
        else data.index(message) + len(message)
        for _, stamp_ns, message in messages
    ]
    return file, data, messages, sizes


@settings(max_examples=20)
@given(share=st.floats(0.0, 1.0), reserved=st.booleans())
@example(share=1.0, reserved=False)
def test_all_that_is_whole_before_the_cut_is_read(recording, share, reserved):
    """Zeros of reserved space may be taken for what was being written, but hide nothing."""
    file, data, messages, sizes = recording
    kept = round(sizes[0] + share * (len(data) - 1 - sizes[0]))
    file.write_bytes(data[:kept] + bytes(len(data) - kept) * reserved)
    whole = [message for message, size in zip(messages, sizes, strict=True) if size <= kept]
    found = read(file)
    assert found[: len(whole)] == whole
    assert reserved or len(found) == len(whole)
    with BagReader(file) as reader:
        assert reader.remark == REMARK
        assert (reader.message_count, reader.start_ns) == (len(found), SECOND_NS)
        assert reader.end_ns == found[-1][1]


def test_a_cut_among_the_indices_of_a_chunk_loses_none_of_its_messages(tmp_path):
    file = write(tmp_path / 'bag', 'zstd')
    data, messages, (_, chunks) = file.read_bytes(), read(file), chunks_of(file)
    second, third = chunks[1:3]
    assert len(second.message_index_offsets) == 2
    for kept in range(end_of(second), third.chunk_start_offset, 9):
        file.write_bytes(data[:kept])
        assert read(file) == messages[:7]


def test_a_part_of_it_is_found_by_time(recording):
    file, data, messages, _ = recording
    file.write_bytes(data[:-8])
    assert read(file, ['/image_raw'], 2 * SECOND_NS, 4 * SECOND_NS) == messages[1:3]


@pytest.fixture
def cut_off(tmp_path):
    """Return the folder of a recorder that was killed within the seventh picture."""
    file = write(tmp_path / 'bag')
    data = file.read_bytes()
    picture = read(file, ['/image_raw'])[6][2]
    file.write_bytes(data[: data.index(picture) + len(picture) // 2])
    (file.parent / 'metadata.yaml').unlink()
    return file.parent


def test_every_command_takes_what_is_there_and_says_so(cut_off, tmp_path, capsys):
    assert main(['bag', 'info', str(cut_off)]) == 0
    told = capsys.readouterr().out
    assert f'remark    {REMARK}' in told and '/image_raw        6' in told
    assert main(['bag', 'make', str(cut_off), str(tmp_path / 'copy')]) == 0
    assert f'sageiq: {REMARK}' in capsys.readouterr().err
    source, copy = open_source(cut_off), open_source(tmp_path / 'copy')
    assert (source.remark, copy.remark) == (REMARK, '')
    assert source.count == len(list(source)) == len(list(copy)) == 6


def test_a_file_beside_metadata_that_know_of_more_is_cut_off_too(tmp_path):
    file = write(tmp_path / 'bag')
    file.write_bytes(file.read_bytes()[:-100_000])
    with BagReader(tmp_path / 'bag') as reader:
        assert reader.remark == f'{REMARK} metadata.yaml tells of 14 messages, but there are 12.'
        assert reader.end_ns == 8 * SECOND_NS + 1


def test_nothing_whole_before_the_cut_is_said(tmp_path):
    file = write(tmp_path / 'bag')
    file.write_bytes(file.read_bytes()[:10_000])
    with pytest.raises(BagError, match='cut off before its first message was whole'):
        BagReader(tmp_path / 'bag')


def test_metadata_that_count_wrongly_are_corrected(tmp_path):
    write(tmp_path / 'bag', size=(4, 4, 3))
    metadata = tmp_path / 'bag' / 'metadata.yaml'
    metadata.write_text(metadata.read_text().replace('message_count: 9', 'message_count: 20'))
    source = open_source(tmp_path / 'bag')
    assert source.count == len(list(source)) == PICTURES
    assert source.remark == 'metadata.yaml tells of 25 messages, but there are 14.'


def test_messages_compressed_one_by_one_need_no_metadata(tmp_path):
    file = write(tmp_path / 'bag', 'by message', size=(4, 4, 3))
    whole = read(tmp_path / 'bag')
    (tmp_path / 'bag' / 'metadata.yaml').unlink()
    assert read(tmp_path / 'bag') == read(file) == whole


def test_a_compressed_file_without_metadata_is_to_be_unpacked(tmp_path):
    file = write(tmp_path / 'bag', 'by file', size=(4, 4, 3))
    (tmp_path / 'bag' / 'metadata.yaml').unlink()
    for path in (file, file.parent):
        with pytest.raises(BagError, match=f'"zstd -d {file}" and name {file.with_suffix("")}.'):
            open_source(path)


@pytest.mark.skipif(not shutil.which('sqlite3'), reason='needs the sqlite3 program')
def test_the_way_out_of_a_truncated_database_leads_out(tmp_path):
    with BagWriter(tmp_path / 'bag', 'sqlite3') as writer:
        for number in range(40):
            picture = raw_image(np.full((100, 100, 3), number, np.uint8), number, 'camera')
            writer.write('/image_raw', RAW_TYPE, number, picture)
    (file,) = storage_files(tmp_path / 'bag')
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(BagError) as caught:
        BagReader(file)
    way_out = str(caught.value).partition('rescue what can be read of it with: ')[2]
    subprocess.run(way_out, shell=True, cwd=tmp_path, check=True, capture_output=True)
    found = [stamp_ns for _, stamp_ns, _ in read(tmp_path / 'rescued.db3')]
    assert found == list(range(len(found))) and len(found) > 15
