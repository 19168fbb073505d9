# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The shared-memory profile that large images need; imports no ROS, so that it can come first."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = 'sageiq_ros'


def profile_variable() -> str:
    """Name the variable that names the profile: Jazzy's Fast DDS 2 has another than Fast DDS 3."""
    jazzy = os.environ.get('ROS_DISTRO') == 'jazzy'
    return 'FASTRTPS_DEFAULT_PROFILES_FILE' if jazzy else 'FASTDDS_DEFAULT_PROFILES_FILE'


def profile_path() -> Path | None:
    """Find config/fastdds.xml in the sourced workspace or the source tree."""
    prefixes = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    installed = [
        Path(prefix, 'share', PACKAGE, 'config', 'fastdds.xml') for prefix in prefixes if prefix
    ]
    source = Path(__file__).resolve().parents[2] / 'config' / 'fastdds.xml'
    return next((path for path in (*installed, source) if path.is_file()), None)


def use_large_messages() -> None:
    """Let this process publish images of any size; call it before rclpy is initialised.

    A profile that the user has set stays. Other middlewares ignore it.
    """
    path = profile_path()
    if path is not None:
        os.environ.setdefault(profile_variable(), str(path))
