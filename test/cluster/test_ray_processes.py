# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A Ray that was started for some work leaves nothing behind; a cluster may lose a machine."""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from executor_jobs import PATIENCE_SECONDS, Record, runs, wait_until

pytest.importorskip('ray', reason='needs ray, which .venv-train has')

FOLDER = Path(__file__).parent
LOG = 'ray-*/session_latest/logs/dashboard.log'


@dataclass
class Session:
    """Scripts with a home, a place for temporary files and a network proxy of their own."""

    folder: Path
    proxy: socket.socket

    def __post_init__(self):
        for name in ('home', 'tmp', 'record'):
            (self.folder / name).mkdir()
        self.record = Record(self.folder / 'record')
        self.script = None

    def start(self, name, *arguments, **variables):
        environment = {
            **os.environ,
            'PYTHONPATH': os.pathsep.join(filter(None, sys.path)),
            'HOME': str(self.folder / 'home'),
            'TMPDIR': str(self.folder / 'tmp'),
            'http_proxy': f'http://127.0.0.1:{self.proxy.getsockname()[1]}',
            **variables,
        }
        for unwanted in ('RAY_ADDRESS', 'RAY_AUTH_TOKEN', 'RAY_AUTH_MODE', 'no_proxy', 'NO_PROXY'):
            if unwanted not in variables:
                environment.pop(unwanted, None)
        self.script = subprocess.Popen(
            [sys.executable, str(FOLDER / name), str(self.record.folder), *arguments],
            cwd=self.folder,
            env=environment,
            start_new_session=True,
        )
        return self.script

    @property
    def processes(self):
        """List the processes of the script that run, itself included."""
        numbers = [int(path.name) for path in Path('/proc').iterdir() if path.name.isdigit()]
        return [number for number in numbers if runs(number) and self.owns(number)]

    def owns(self, number):
        try:
            return os.getsid(number) == self.script.pid
        except ProcessLookupError:
            return False

    def files(self, name):
        return list((self.folder / name).iterdir())

    @property
    def was_called(self):
        """Tell whether somebody has asked the proxy for something."""
        try:
            self.proxy.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def session():
    # Not pytest's folder: the path of a socket in it would be longer than Linux allows.
    with TemporaryDirectory() as folder, socket.create_server(('127.0.0.1', 0)) as proxy:
        proxy.setblocking(False)
        session = Session(Path(folder), proxy)
        yield session
        for number in session.processes if session.script else []:
            os.kill(number, signal.SIGKILL)
        session.script.wait()


def test_a_ray_of_its_own_asks_no_network_and_leaves_nothing(session):
    script = session.start('ray_script.py', '', 'wait_to_be_told', 'fail_once')
    temporary = session.folder / 'tmp'
    wait_until(
        lambda: any('Usage reporting is disabled' in p.read_text() for p in temporary.glob(LOG)),
        'Ray has asked what it asks when it starts',
    )
    assert not session.was_called
    session.record.add('told', '')
    assert script.wait(PATIENCE_SECONDS) == 0
    proxy = f'http://127.0.0.1:{session.proxy.getsockname()[1]}'
    assert sorted(session.record.lines('outcomes')) == [f'0 {proxy} ', '1 done ']
    wait_until(lambda: not session.processes, 'no process of Ray is left')
    assert session.files('home') == session.files('tmp') == []
    assert not session.was_called


def test_a_path_too_long_for_ray_says_what_to_set(session):
    long = session.folder / 'tmp' / ('x' * 50)
    long.mkdir()
    assert session.start('ray_script.py', '', '1', TMPDIR=str(long)).wait(PATIENCE_SECONDS) == 0
    (refused,) = session.record.lines('refused')
    assert refused.endswith('; set TMPDIR to a folder with a shorter path.')


def test_a_cluster_that_is_not_there_is_told_at_once(session):
    with socket.create_server(('127.0.0.1', 0)) as server:
        port = server.getsockname()[1]
    script = session.start('ray_script.py', f'127.0.0.1:{port}', '1')
    assert script.wait(PATIENCE_SECONDS) == 0
    (refused,) = session.record.lines('refused')
    assert refused.startswith(f'Ray cannot be joined at 127.0.0.1:{port} (ConnectionRefused')


@pytest.mark.parametrize('whole_terminal', [False, True])
def test_ctrl_c_leaves_no_process_and_no_file(session, whole_terminal):
    script = session.start('ray_script.py', '', 'hang', 'hang')
    wait_until(lambda: session.record.tries('hang') == 2, 'two workers are in the middle')
    assert set(session.record.workers) < set(session.processes)
    (os.killpg if whole_terminal else os.kill)(script.pid, signal.SIGINT)
    assert script.wait(PATIENCE_SECONDS) == -signal.SIGINT
    wait_until(lambda: not session.processes, 'no process of Ray is left')
    assert session.files('tmp') == []


def test_the_workers_of_a_killed_script_end(session):
    script = session.start('ray_script.py', '', 'hang', 'hang')
    wait_until(lambda: session.record.tries('hang') == 2, 'two workers are in the middle')
    script.kill()
    script.wait()
    wait_until(lambda: not any(map(runs, session.record.workers)), 'no worker is left')


def test_a_cluster_that_loses_a_machine_loses_no_item(session):
    # A cluster under a token, as the documentation asks for.
    script = session.start(
        'nodes_script.py',
        RAY_AUTH_MODE='token',
        RAY_AUTH_TOKEN='7' * 64,
        RAY_TMPDIR=str(session.folder / 'tmp'),
        RAY_USAGE_STATS_ENABLED='0',
    )
    assert script.wait(2 * PATIENCE_SECONDS) == 0
    outcomes = dict(line.split(' ', 1) for line in session.record.lines('outcomes'))
    assert len(outcomes) == 13
    assert outcomes['0'] != outcomes['1'], 'both machines have worked'
    assert outcomes['2'] == 'done ' and session.record.tries('hang_once') == 2
    assert [outcomes[str(i + 3)] for i in range(10)] == [f'{10 * i} ' for i in range(10)]
    assert session.record.lines('lost') == session.record.lines('hanging')
