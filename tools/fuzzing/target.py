# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What is fuzzed: a function of bytes, seeds that it accepts, and what it may raise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzzing.mutators import Mutation
from sageiq_ros.types import SageIQError

Run = Callable[[bytes], object]


@dataclass(frozen=True)
class Target:
    """Hold a parser of untrusted input.

    ``make(folder)`` prepares it in a folder of its own and returns the seeds, valid inputs, and
    the function, which returns a word on what it has found: inputs with a new one are mutated
    further. ``allowed`` are the documented exceptions. ``count`` is the number of inputs of a
    whole run, ``most_mb`` what one input may cost.
    """

    name: str
    make: Callable[[Path], tuple[Sequence[bytes], Run]]
    mutate: Mutation
    count: int
    allowed: tuple[type[Exception], ...] = (SageIQError,)
    most_mb: int = 256
