# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The process that holds the language model: JSON lines in, JSON lines out.

Started as ``python -m sageiq_ros.analyzer.worker GGUF SHA256``. A request is
``{"id": 1, "query": "autonomous driving", "labels": ["car", ...]}``, its answer
``{"id": 1, "ratings": [7.1, ...]}`` in the same order, or ``{"id": 1, "error": "..."}``. The first
line out is ``{"ready": true}`` or ``{"error": "..."}``. The process ends when its input does, and
with its parent however that ends; it never imports rclpy.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from sageiq_ros.types import SageIQError

NICENESS = 5
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Serve requests until the input ends; returns 1 where the model cannot be loaded."""
    answers = _claim_output()
    # The terminal's interrupt is the parent's affair, which closes the input in its own time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    # Frames come first where cores are few; the prior stands in for what is late here.
    os.nice(NICENESS)
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()

    gguf, sha256 = arguments
    try:
        rater = _load(Path(gguf), sha256)
    except SageIQError as error:
        _send(answers, {'error': str(error)})
        return 1
    except Exception as error:
        _send(answers, {'error': f'The language model cannot be loaded: {error!r}'})
        return 1
    _send(answers, {'ready': True})
    while True:
        request = json.loads(requests.get())
        try:
            answer: dict[str, Any] = {'ratings': _rate(rater, request['query'], request['labels'])}
        except Exception as error:
            answer = {'error': f'The language model failed: {error!r}'}
        _send(answers, {'id': request['id'], **answer})


def _load(gguf: Path, sha256: str) -> Any:
    from sageiq_ros.analyzer.likelihood import LikelihoodRater
    from sageiq_ros.analyzer.model_files import converted_model

    return LikelihoodRater(converted_model(gguf, sha256))


def _rate(rater: Any, query: str, labels: list[str]) -> list[float]:
    from sageiq_ros.analyzer.rating import prompt_ending, prompt_prefix

    prompts = [prompt_ending(label) for label in labels]
    return expected_ratings(rater.rate(prompt_prefix(query), prompts))


def expected_ratings(chances: Any) -> list[float]:
    """Return the expectation, 1 to 10, of each row of chances of the answers 1 to 10."""
    return [
        round(float(sum((value + 1) * chance for value, chance in enumerate(row))), 4)
        for row in chances
    ]


def _claim_output() -> TextIO:
    """Keep standard output for answers; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), 'w', encoding='utf-8')
    os.dup2(2, 1)
    return answers


def _read_requests(requests: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    # At once, even while the main thread loads or rates: nothing here needs an orderly end.
    os._exit(0)


def _end_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _send(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + '\n')
    answers.flush()


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
