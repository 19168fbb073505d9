# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every worker does, wherever it runs: load a job once, then do item after item."""

from __future__ import annotations

import logging
import pickle
from dataclasses import dataclass
from typing import Any

from sageiq_ros.executors.base import Job, Work
from sageiq_ros.types import SageIQError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what came of one try of an item, or of a worker's start.

    ``error`` is a sentence, empty where all went well. It is ``final`` where another try cannot
    end otherwise.
    """

    value: Any = None
    error: str = ''
    final: bool = False


def describe(error: BaseException) -> str:
    """Return an exception's type and text in one line."""
    text = ' '.join(str(error).split())
    return f'{type(error).__name__}: {text}' if text else type(error).__name__


def load(job: Job) -> Work:
    """Start a job; whatever goes wrong is a SageIQError."""
    try:
        return job.start()
    except SageIQError:
        raise
    except Exception as error:
        raise _start_error(error) from error


def attempt(work: Work, item: Any) -> Answer:
    """Do one item; whatever it raises is in the answer.

    A SageIQError is final: it says what is wrong with the item, which stays so.
    """
    try:
        return Answer(work(item))
    except SageIQError as error:
        return Answer(error=str(error), final=True)
    except Exception as error:
        # The report has one line of it, too little to find a fault of the program by.
        log.exception('The work on an item failed.')
        return Answer(error=describe(error))


class Workplace:
    """Hold the work of a process of its own; jobs, items and answers come and go pickled."""

    def start(self, job: bytes) -> bytes:
        """Load a job and return a pickled Answer, whose ``error`` says why it cannot be."""
        try:
            try:
                # Workers share the processors, so none of them may take all for itself.
                import cv2

                cv2.setNumThreads(1)
                loaded = pickle.loads(job)
            except Exception as error:
                raise _start_error(error) from error
            self._work = load(loaded)
        except SageIQError as error:
            return pickle.dumps(Answer(error=str(error), final=True))
        return pickle.dumps(Answer())

    def do(self, item: bytes) -> bytes:
        """Do one item and return its pickled Answer."""
        try:
            answer = attempt(self._work, pickle.loads(item))
            return pickle.dumps(answer)
        except Exception as error:
            return pickle.dumps(Answer(error=describe(error)))


def read_answer(data: bytes) -> Answer:
    """Return the answer that a Workplace gave; one that cannot be unpickled here is an error."""
    try:
        return pickle.loads(data)
    except Exception as error:
        return Answer(error=describe(error))


def _start_error(error: Exception) -> SageIQError:
    return SageIQError(f'The work cannot be started ({describe(error)}).')
