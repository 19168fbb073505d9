# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The message types a bag of ours may hold: ROS 2 Kilted's and those of sageiq_msgs."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from sageiq_ros.bags.frames import BagError

PACKAGE = 'sageiq_msgs'


@cache
def message_store() -> Typestore:
    """Return the Kilted types with ours registered from their ``.msg`` text.

    Raises BagError where no definition of sageiq_msgs can be found.
    """
    store = get_typestore(Stores.ROS2_KILTED)
    folder = definitions_folder()
    for path in sorted(folder.glob('*.msg')):
        text = path.read_text(encoding='utf-8')
        store.register(get_types_from_msg(text, f'{PACKAGE}/msg/{path.stem}'))
    return store


def definitions_folder() -> Path:
    """Find sageiq_msgs/msg: that of the sourced workspace, else that of the source tree."""
    prefixes = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    installed = [Path(prefix, 'share', PACKAGE, 'msg') for prefix in prefixes if prefix]
    source = Path(__file__).resolve().parents[2] / PACKAGE / 'msg'
    for folder in (*installed, source):
        if any(folder.glob('*.msg')):
            return folder
    raise BagError(
        f'The message definitions of {PACKAGE} are not installed; build the workspace and source '
        'its setup file.'
    )
