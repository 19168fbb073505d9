# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A worker process without a model that speaks the real protocol, faults included.

The argument is a folder. A file ``crash``, ``hang``, ``nonsense`` or ``refuse`` in it makes the
worker do that once for a request (``refuse``: while loading) and is removed first; a file ``mute``
makes all answers of round 2 unreadable, and a request with 'poison' in it always ends the process.
A list is answered by its second item and then its first.
"""

import json
import os
import sys
from pathlib import Path
from threading import Event

folder = Path(sys.argv[1])


def told_to(fault: str) -> bool:
    try:
        (folder / fault).unlink()
    except FileNotFoundError:
        return False
    return True


def send(message: object) -> None:
    print(json.dumps(message), flush=True)


def answer(words: str) -> object:
    if words.startswith('['):
        return [1, 0][2 - min(2, len(json.loads(words))) :]
    if words.startswith('{'):
        return None if (folder / 'mute').exists() else [9.0, 3.5]
    return sum(map(ord, words)) % 100 / 100


with (folder / 'starts').open('a') as log:
    log.write(f'{os.getpid()} {"rclpy" in sys.modules}\n')
if told_to('refuse'):
    send({'error': 'The model is damaged; fetch it again.'})
    sys.exit(1)
send({'ready': True})
for line in sys.stdin:
    request = json.loads(line)
    with (folder / 'asked').open('a', encoding='utf-8') as log:
        log.writelines(f'{words}\n' for words in request['words'])
    if told_to('crash') or any('poison' in words for words in request['words']):
        os._exit(9)
    if told_to('hang'):
        Event().wait()
    if told_to('nonsense'):
        print('not json', flush=True)
        continue
    send({'id': request['id'], 'answers': [answer(words) for words in request['words']]})
