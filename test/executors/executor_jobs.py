# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Jobs for the tests of executors: they do as their items say and keep a record in a folder."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import monotonic

from sageiq_ros.types import SageIQError

PATIENCE_SECONDS = 60.0
# Longer than any test waits: work that nobody stops does not end by itself in time.
HANG_SECONDS = 600.0


def wait_until(true, what, patience=PATIENCE_SECONDS):
    """Return as soon as ``true()`` is; fail after ``patience`` seconds."""
    end = monotonic() + patience
    while not true():
        assert monotonic() < end, f'waited {patience} s in vain until {what}'
        Event().wait(0.01)


def runs(pid):
    """Tell whether a process runs; one that only waits to be collected does not."""
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] not in 'ZX'
    except (FileNotFoundError, ProcessLookupError):
        return False


@dataclass(frozen=True)
class Record:
    """What the workers of a job have done so far, in order."""

    folder: Path

    def add(self, kind, text):
        """Add a line at once, whoever else adds one."""
        file = os.open(self.folder / kind, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        os.write(file, f'{text}\n'.encode())
        os.close(file)

    def lines(self, kind):
        path = self.folder / kind
        return path.read_text().splitlines() if path.exists() else []

    @property
    def workers(self):
        """Return the process of every worker that was started."""
        return [int(line) for line in self.lines('starts')]

    def tries(self, item):
        return self.lines('tries').count(str(item))


@dataclass(frozen=True)
class Tens:
    """Multiply numbers by ten; an item that is a word does what the word says."""

    record: Record

    def start(self):
        self.record.add('starts', os.getpid())
        return self.work

    def work(self, item):
        self.record.add('tries', item)
        if isinstance(item, int):
            return item * 10
        return getattr(self, item)(self.record.tries(item))

    def refuse(self, tries):
        raise SageIQError('The picture is broken: take another.')

    def fail(self, tries):
        raise ValueError('no\nluck')

    def fail_once(self, tries):
        if tries == 1:
            raise ValueError('no luck yet')
        return 'done'

    def die(self, tries):
        os.kill(os.getpid(), signal.SIGKILL)

    def die_once(self, tries):
        return self.die(tries) if tries == 1 else 'done'

    def die_leaving_a_child(self, tries):
        if os.fork() == 0:
            self.record.add('children', os.getpid())
            self.hang(tries)
        wait_until(lambda: len(self.record.lines('children')) == tries, 'the child runs')
        self.die(tries)

    def die_when_idle(self, tries):
        wait_until(lambda: self.record.tries('die_when_told'), 'the other worker has an item')

        def die():
            wait_until(lambda: self.record.lines('answered'), 'this item is done')
            self.die(tries)

        Thread(target=die).start()
        return os.getpid()

    def die_when_told(self, tries):
        wait_until(lambda: self.record.lines('told'), 'the test goes on')
        return self.die_once(tries)

    def interrupt_itself(self, tries):
        os.kill(os.getpid(), signal.SIGINT)
        return 'done'

    def meet(self, tries):
        wait_until(lambda: self.record.tries('meet') == 2, 'another worker has come, too')
        return os.getpid()

    def hang(self, tries):
        Event().wait(HANG_SECONDS)

    def give_what_cannot_be_pickled(self, tries):
        return lambda: None

    def count_threads(self, tries):
        import cv2

        return cv2.getNumThreads()


@dataclass(frozen=True)
class Refusing(Tens):
    def start(self):
        super().start()
        raise SageIQError('The network is missing: fetch it.')


@dataclass(frozen=True)
class Failing(Tens):
    def start(self):
        super().start()
        raise ValueError('no\nluck')


@dataclass(frozen=True)
class Dying(Tens):
    def start(self):
        super().start()
        self.die(1)
