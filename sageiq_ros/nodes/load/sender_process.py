# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The sending process as seen from the one that measures."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from sageiq_ros.bags.frames import Frame
from sageiq_ros.nodes.load.cameras import Load
from sageiq_ros.nodes.load.sender import line_of
from sageiq_ros.nodes.process import child_environment, last_words
from sageiq_ros.types import SageIQError

MODULE = 'sageiq_ros.nodes.load.sender'
STOP_S = 10.0


class SenderError(SageIQError):
    """The process that plays the cameras died, and with it what was being measured."""


class SenderProcess:
    """Play cameras in a process of its own; a context manager that always ends it.

    ``frames`` are sent in turns, resized to ``size`` (width, height). ``folder`` takes its files.
    """

    def __init__(self, frames: Sequence[Frame], size: tuple[int, int], folder: Path) -> None:
        saved = folder / 'frames.npy'
        np.save(saved, np.stack([_resized(frame, size) for frame in frames]))
        self._log = folder / 'sender.log'
        with self._log.open('wb') as log:
            self._process = subprocess.Popen(
                [sys.executable, '-m', MODULE, str(saved)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=child_environment(),
                start_new_session=True,
                text=True,
            )

    def send(self, load: Load) -> dict[str, Any]:
        """Have ``load`` sent from now on; returns what was sent of the one before.

        ``sent`` are the frames of each camera, ``missed`` those left out because it was too
        late, ``late_ms`` how late the others were. Raises SenderError when the process has ended.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(line_of(load))
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ''
        if not line:
            raise SenderError(f'The sending process ended by itself; {last_words(self._log)}')
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._process.communicate(timeout=STOP_S)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            self._process.kill()
            self._process.communicate()


def _resized(frame: Frame, size: tuple[int, int]) -> np.ndarray:
    width, height = size
    if frame.image.shape[:2] == (height, width):
        return frame.image
    return cv2.resize(frame.image, (width, height), interpolation=cv2.INTER_LINEAR)
