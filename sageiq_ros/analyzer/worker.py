# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The process that holds the language model: JSON lines in, JSON lines out.

Started as ``python -m sageiq_ros.analyzer.worker JOB``, JOB being a ``Job`` as JSON. A request is
``{"id": 1, "query": "autonomous driving", "words": ["car", ...]}``, its reply
``{"id": 1, "answers": [7.1, ...]}`` in the same order, null for an answer of the model that cannot
be read, or ``{"id": 1, "error": "..."}``. The first line out is ``{"ready": true}`` or
``{"error": "..."}``. The process ends when its input does, and with its parent however that ends;
it never imports rclpy.
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
from typing import Any, TextIO

from sageiq_ros.analyzer.job import Job, load_method
from sageiq_ros.analyzer.language_models.base import reason_of
from sageiq_ros.types import SageIQError

NICENESS = 5
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Serve requests until the input ends; returns 1 where the model cannot be loaded."""
    replies = _claim_output()
    # The terminal's interrupt is the parent's affair, which closes the input in its own time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    # Frames come first where cores are few; the prior stands in for what is late here.
    os.nice(NICENESS)
    # Whatever library reads a model: nothing is looked up in a network.
    os.environ['HF_HUB_OFFLINE'] = '1'
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    try:
        method = load_method(Job.from_json(arguments[0]))
    except SageIQError as error:
        _send(replies, {'error': str(error)})
        return 1
    except Exception as error:
        _send(replies, {'error': f'The language model cannot be loaded ({reason_of(error)}).'})
        return 1
    _send(replies, {'ready': True})
    while True:
        request = json.loads(requests.get())
        try:
            reply: dict[str, Any] = {'answers': method(request['query'], request['words'])}
        except SageIQError as error:
            reply = {'error': str(error)}
        except Exception as error:
            reply = {'error': f'The language model failed ({reason_of(error)}).'}
        _send(replies, {'id': request['id'], **reply})


def _claim_output() -> TextIO:
    """Keep standard output for replies; what libraries print goes to standard error."""
    replies = os.fdopen(os.dup(1), 'w', encoding='utf-8')
    os.dup2(2, 1)
    return replies


def _read_requests(requests: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    # At once, even while the main thread loads or rates: nothing here needs an orderly end.
    os._exit(0)


def _end_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _send(replies: TextIO, message: dict[str, Any]) -> None:
    replies.write(json.dumps(message) + '\n')
    replies.flush()


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
