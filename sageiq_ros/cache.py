# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Where SageIQ keeps what it may rebuild at any time."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder of what SageIQ may rebuild, ``$XDG_CACHE_HOME/sageiq``."""
    base = os.environ.get('XDG_CACHE_HOME', '')
    return (Path(base) if os.path.isabs(base) else Path.home() / '.cache') / 'sageiq'
