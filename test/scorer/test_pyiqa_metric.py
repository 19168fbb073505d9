# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Metrics of pyiqa are mapped to [0, 1], called as pyiqa wants it, and kept off the network."""

import math
import socket
import sys
import threading
import urllib.request

import fake_pyiqa
import numpy as np
import pytest

from sageiq_ros.offline import NetworkRefusedError, no_network
from sageiq_ros.scorer import pyiqa_metric
from sageiq_ros.scorer.build import build_scorer
from sageiq_ros.scorer.pyiqa_metric import score_range
from sageiq_ros.types import SageIQError


@pytest.fixture
def doubles(monkeypatch, tmp_path):
    return fake_pyiqa.install(monkeypatch, tmp_path)


@pytest.mark.parametrize(
    ('metric', 'score'),
    [
        ('piqe', 0.7),
        ('niqe', 0.75),
        ('entropy', 1.0),
        ('musiq', 0.75),
        ('liqe', 0.75),
        ('wadiqam_nr', 0.5),
    ],
)
def test_a_range_is_mapped_and_lower_better_turned_round(doubles, metric, score):
    scorer = build_scorer(f'pyiqa:{metric}', 3)
    (quality,) = scorer.score([np.zeros((100, 100, 3), np.uint8)])
    assert quality.score == pytest.approx(score)
    assert math.isnan(quality.p_good)
    assert scorer.name == f'pyiqa:{metric}'
    assert doubles[1].threads == 3


def test_crops_arrive_as_rgb_and_are_mirrored_up_to_96_px(doubles):
    scorer = build_scorer('pyiqa:piqe', 1)
    blue = np.zeros((1, 200, 3), np.uint8)
    blue[..., 0] = 255
    scorer.score([blue, np.zeros((120, 100, 3), np.uint8)])
    first, second = doubles[0].made[0].seen
    assert first.shape == (1, 3, 96, 200) and second.shape == (1, 3, 120, 100)
    assert first[0, 2].min() == 1.0 and not first[0, :2].any()


def test_what_is_no_number_is_no_score(doubles):
    (quality,) = build_scorer('pyiqa:broken', 1).score([np.zeros((96, 96, 3), np.uint8)])
    assert math.isnan(quality.score)


@pytest.mark.parametrize(
    ('metric', 'sentence'),
    [
        ('piqee', 'no metric .piqee.: did you mean piqe'),
        ('zzz', 'no metric .zzz.: No-reference metrics are broken, entropy'),
        ('lpips', 'compares a picture with others'),
        ('fid', 'compares a picture with others'),
        ('open', 'cannot be mapped'),
    ],
)
def test_a_metric_that_does_not_fit_is_refused(doubles, metric, sentence):
    with pytest.raises(SageIQError, match=sentence):
        build_scorer(f'pyiqa:{metric}', 1)


@pytest.mark.parametrize(
    ('stated', 'ends'),
    [('0, 100', (0, 100)), ('~0, ~1', (0, 1)), ('~-3, ~3', (-3, 3)), ('~-1, ~0.1', (-1, 0.1))],
)
def test_pyiqa_s_texts_of_ranges_are_read(stated, ends):
    assert score_range('some', stated) == pytest.approx(ends)


@pytest.mark.parametrize('stated', [None, '', '0', '0, inf', 'nan, 1', '1, 1', '5, 1', '0, 1, 2'])
def test_a_range_without_two_ends_in_order_is_refused(stated):
    with pytest.raises(SageIQError, match='cannot be mapped'):
        score_range('some', stated)


def test_only_making_a_metric_and_its_first_crop_take_what_is_printed(
    monkeypatch, tmp_path, capsys
):
    real, seen = sys.stdout, []

    def look(*_):
        print('a word')
        seen.append((sys.stdout is real, pyiqa_metric._listening.locked()))

    def call(metric, batch):
        look()
        return fake_pyiqa.Tensor(np.array([30.0]))

    fake_pyiqa.install(monkeypatch, tmp_path, need=look)
    monkeypatch.setattr(fake_pyiqa.Metric, '__call__', call)
    build_scorer('pyiqa:piqe', 1).score([np.zeros((96, 96, 3), np.uint8)] * 3)
    # One scorer at a time listens; from the second crop on the process's output is its own.
    assert seen == [(False, True), (False, True), (True, False), (True, False)]
    assert capsys.readouterr() == ('a word\n' * 2, 'a word\n' * 2)


def test_what_was_printed_before_a_failure_is_given_back(monkeypatch, tmp_path, capsys):
    fake_pyiqa.install(monkeypatch, tmp_path, need=lambda: fake_pyiqa.download(tmp_path))
    with pytest.raises(SageIQError):
        build_scorer('pyiqa:musiq', 1)
    assert 'Downloading' in capsys.readouterr().err
    assert not pyiqa_metric._listening.locked()


@pytest.mark.parametrize('missing', ['pyiqa', 'torch'])
def test_a_missing_package_says_what_to_install(doubles, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(SageIQError, match=f'needs the package {missing}: run .pip install pyiqa'):
        build_scorer('pyiqa:piqe', 1)


def test_missing_weights_say_where_they_belong_and_are_not_fetched(monkeypatch, tmp_path):
    fake_pyiqa.install(monkeypatch, tmp_path, need=lambda: fake_pyiqa.download(tmp_path))
    place = tmp_path / 'pyiqa' / 'musiq_koniq.pth'
    with pytest.raises(SageIQError, match=f'fetch {fake_pyiqa.WEIGHTS} .* here as {place}'):
        build_scorer('pyiqa:musiq', 1)


def test_weights_that_a_hub_lacks_offline_are_said_to_be_missing(monkeypatch, tmp_path):
    def lookup():
        raise OSError("Can't load the model: offline mode is enabled.")

    fake_pyiqa.install(monkeypatch, tmp_path, need=lookup)
    with pytest.raises(SageIQError, match=r'needs weights .*Hugging Face.*create_metric'):
        build_scorer('pyiqa:musiq', 1)


def test_a_package_that_one_metric_lacks_is_named(monkeypatch, tmp_path):
    def lookup():
        raise ModuleNotFoundError("No module named 'timm'", name='timm')

    fake_pyiqa.install(monkeypatch, tmp_path, need=lookup)
    with pytest.raises(SageIQError, match='needs the package timm'):
        build_scorer('pyiqa:musiq', 1)


def test_another_failure_is_told_as_it_is(monkeypatch, tmp_path):
    def lookup():
        raise KeyError('params')

    fake_pyiqa.install(monkeypatch, tmp_path, need=lookup)
    with pytest.raises(SageIQError, match=r"pyiqa:musiq failed .KeyError: 'params'"):
        build_scorer('pyiqa:musiq', 1)


def datagram():
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


@pytest.mark.parametrize(
    'reach',
    [
        lambda: socket.create_connection(('weights.invalid', 443)),
        lambda: urllib.request.urlopen('https://weights.invalid/x'),
        lambda: socket.socket().connect(('127.0.0.1', 9)),
        lambda: socket.gethostbyname('weights.invalid'),
        lambda: socket.gethostbyname_ex('weights.invalid'),
        lambda: socket.gethostbyaddr('127.0.0.1'),
        lambda: datagram().sendto(b'x', ('127.0.0.1', 9)),
        lambda: datagram().sendto(b'x', 0, ('127.0.0.1', 9)),
        lambda: datagram().sendmsg([b'x'], [], 0, ('127.0.0.1', 9)),
    ],
)
def test_every_way_out_is_refused(monkeypatch, reach):
    for switch in ('HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE', 'HF_DATASETS_OFFLINE'):
        monkeypatch.delenv(switch, raising=False)
    with no_network() as asked, pytest.raises(NetworkRefusedError):
        reach()
    assert len(asked) == 1
    assert asked[0] in ('weights.invalid', '127.0.0.1', "('127.0.0.1', 9)") or '/x' in asked[0]


def test_processes_of_this_machine_can_be_reached(tmp_path):
    near, far = socket.socketpair()
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(str(tmp_path / 's'))
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with near, far, receiver, sender, no_network() as asked:
        # Without an address: where it goes was asked when it was connected.
        near.sendmsg([b'a'])
        sender.sendto(b'b', str(tmp_path / 's'))
        sender.sendmsg([b'c'], [], 0, str(tmp_path / 's'))
        assert far.recv(1) + receiver.recv(1) + receiver.recv(1) == b'abc'
    assert asked == []


def test_other_threads_and_later_calls_keep_their_network():
    server = socket.create_server(('127.0.0.1', 0))
    address = server.getsockname()
    with no_network() as asked:
        done = []
        thread = threading.Thread(
            target=lambda: done.append(socket.create_connection(address).close())
        )
        thread.start()
        thread.join()
    socket.create_connection(address).close()
    server.close()
    assert done == [None] and asked == []
