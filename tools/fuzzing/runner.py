# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run one target: mutate, call, and note whatever may not happen."""

from __future__ import annotations

import base64
import re
import resource
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

from fuzzing.mutators import LONGEST
from fuzzing.target import Run, Target
from sageiq_ros.types import SageIQError

MOST_SECONDS = 10.0
"""Of a processor, so that a busy machine changes nothing."""

LONGEST_SENTENCE = 1000
MOST_GROWTH_MB = 64
REFUSED_SHARE = 0.25
MOST_KEPT = 256
"""Inputs with an outcome of their own that are mutated further, beside the seeds."""

SHOWN_BYTES = 300
# Not on a disk, which would be waited for at every answer that is kept.
MEMORY = '/dev/shm' if Path('/dev/shm').is_dir() else None


@dataclass
class Finding:
    """Hold one thing that may not happen; ``kind`` is escape, sentence, hang, memory or crash."""

    kind: str
    place: str
    text: str
    number: int
    data: bytes = b''
    count: int = 1

    def record(self) -> dict[str, Any]:
        """Return it as JSON, with the beginning of its input."""
        shown = base64.b64encode(self.data[:SHOWN_BYTES]).decode()
        return {
            'kind': self.kind,
            'place': self.place,
            'text': self.text,
            'first_input': self.number,
            'count': self.count,
            'bytes': len(self.data),
            'base64': shown,
        }


@dataclass
class Outcome:
    """Hold what came of a target: how often each outcome, and the findings by where they are."""

    name: str
    inputs: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    most_mb: float = 0.0
    growth_mb: float = 0.0
    results: Counter[str] = field(default_factory=Counter)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def note(self, kind: str, place: str, text: str, data: bytes) -> None:
        """Note a finding, or another of the same place."""
        known = self.findings.get((kind, place))
        if known is None:
            self.findings[kind, place] = Finding(kind, place, text[:500], self.inputs, data)
        else:
            known.count += 1

    def record(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            'target': self.name,
            'inputs': self.inputs,
            'seconds': round(self.seconds, 1),
            'slowest_s': round(self.slowest_s, 3),
            'most_mb_of_an_input': round(self.most_mb),
            'growth_mb': round(self.growth_mb),
            'taken': self.results['taken'],
            'refused': {
                name: count for name, count in sorted(self.results.items()) if name != 'taken'
            },
            'findings': [finding.record() for finding in self.findings.values()],
        }


class TooLong(BaseException):
    """An input that takes more than MOST_SECONDS; nothing that is fuzzed may catch it."""


def inputs_of(
    target: Target, seeds: list[bytes], refused: list[bytes], seed: int
) -> Iterator[bytes]:
    """Yield the seeds, then mutations of them without end, and now and then of those refused.

    What is appended to either list is mutated too.
    """
    rng = Random(f'{seed} {target.name}')
    yield from tuple(seeds)
    while True:
        pool = refused if refused and rng.random() < REFUSED_SHARE else seeds
        yield target.mutate(rng, rng.choice(pool), seeds)


def run_target(
    target: Target,
    seed: int,
    count: int,
    seconds: float | None = None,
    begun: Callable[[int], None] = lambda number: None,
) -> Outcome:
    """Try ``count`` inputs, or as many as ``seconds`` allow; ``begun`` hears each one's number."""
    outcome = Outcome(target.name)
    start = time.monotonic()
    with TemporaryDirectory(prefix='fuzz', dir=MEMORY) as folder, alarmed():
        found, run = target.make(Path(folder))
        seeds, refused = list(found), []
        seen: set[str] = set()
        settled_mb = 0.0
        for data in inputs_of(target, seeds, refused, seed):
            if outcome.inputs >= count or (seconds and time.monotonic() - start > seconds):
                break
            begun(outcome.inputs)
            signature = try_input(target, run, data, outcome)
            outcome.inputs += 1
            if signature not in seen and len(data) <= LONGEST and len(seen) < MOST_KEPT:
                seen.add(signature)
                (seeds if signature.startswith('taken') else refused).append(data)
            if outcome.inputs == count // 4:
                settled_mb = _resident_mb()
        if settled_mb:
            outcome.growth_mb = max(0.0, _resident_mb() - settled_mb)
        if outcome.growth_mb > MOST_GROWTH_MB:
            text = f'{outcome.growth_mb:.0f} MB more after the last than after a quarter of all'
            outcome.note('memory', 'growth', text, b'')
    outcome.seconds = time.monotonic() - start
    return outcome


def try_input(target: Target, run: Run, data: bytes, outcome: Outcome) -> str:
    """Call the target with one input; returns what came of it in words without their numbers."""
    _forget_peak()
    start, before_mb = time.process_time(), _resident_mb()
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        signature = f'taken {run(data)}'
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        outcome.results['taken'] += 1
    except TooLong as error:
        signature = 'hang'
        outcome.note('hang', _place(error), f'more than {MOST_SECONDS} s', data)
    except Exception as error:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        name = type(error).__name__
        signature = f'{name} {_skeleton(str(error))}'
        if isinstance(error, target.allowed):
            outcome.results[name] += 1
            _check_sentence(error, data, outcome)
        else:
            outcome.note('escape', f'{name} at {_place(error)}', f'{name}: {error}', data)
    seconds, grown = time.process_time() - start, _peak_mb() - before_mb
    outcome.slowest_s = max(outcome.slowest_s, seconds)
    outcome.most_mb = max(outcome.most_mb, grown)
    if seconds > MOST_SECONDS and signature != 'hang':
        outcome.note('hang', 'C code', f'{seconds:.1f} s', data)
    if grown > target.most_mb:
        outcome.note('memory', 'one input', f'{grown:.0f} MB', data)
    return signature


def _check_sentence(error: Exception, data: bytes, outcome: Outcome) -> None:
    """Note a text for the user that is empty, too long to read or of several lines."""
    text = str(error)
    if isinstance(error, SageIQError) and not (
        text.strip() and len(text) <= LONGEST_SENTENCE and len(text.splitlines()) == 1
    ):
        outcome.note('sentence', _place(error), f'{len(text)} characters: {text[:200]!r}', data)


def _skeleton(text: str) -> str:
    return re.sub(r"'[^']*'|\d+|/\S+", '#', text)[:120]


def _place(error: BaseException) -> str:
    """Name the innermost line of the package in which an error arose, or else of the tool."""
    # The innermost of all is the alarm itself, where an input took too long.
    frames = list(traceback.extract_tb(error.__traceback__))
    if isinstance(error, TooLong):
        frames.pop()
    ours = [frame for frame in frames if '/sageiq_ros/' in frame.filename] or frames
    frame = ours[-1]
    return f'{"/".join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}'


def _forget_peak() -> None:
    # Else only what takes more than all before it would be seen (proc(5), clear_refs).
    Path('/proc/self/clear_refs').write_text('5')


def _peak_mb() -> float:
    # Not ru_maxrss, which begins with that of the parent.
    (kilobytes,) = re.findall(r'VmHWM:\s+(\d+)', Path('/proc/self/status').read_text())
    return int(kilobytes) / 1024.0


def _resident_mb() -> float:
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


@contextmanager
def alarmed() -> Iterator[None]:
    """Have the timer of ``try_input`` raise TooLong, which else ends the process."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, late)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)
