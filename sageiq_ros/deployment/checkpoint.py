# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Read a torch checkpoint without running any code it carries (needs torch)."""

from __future__ import annotations

import argparse
import re
import zipfile
from pathlib import Path
from typing import Any

from sageiq_ros.models.reltr_checkpoint import CheckpointError

# Official containers keep the training's arguments in one.
ALLOWED = (argparse.Namespace,)
FOREIGN = re.compile(r'GLOBAL ([\w.]+)')


def read_checkpoint(path: Path) -> Any:
    """Return what a ``.pth`` file holds, tensors on the cpu.

    Only tensors, plain containers and ``ALLOWED`` are built. Raises CheckpointError naming the
    first global beyond them that the file asks for, and for a file that is missing or damaged.
    """
    import torch

    if not path.is_file():
        raise CheckpointError(f'There is no checkpoint {path}.')
    try:
        with torch.serialization.safe_globals(list(ALLOWED)):
            # Mapped, the optimizer's share of an official container is never read.
            return torch.load(
                path, map_location='cpu', weights_only=True, mmap=zipfile.is_zipfile(path)
            )
    except Exception as error:  # A damaged pickle raises whatever its bytes lead to.
        foreign = FOREIGN.search(str(error))
        if foreign:
            raise CheckpointError(
                f'{path} asks for the Python object {foreign[1]}, which a checkpoint does not '
                'need and which may run code: nothing of it was loaded.'
            ) from error
        raise CheckpointError(
            f'{path} is no readable torch checkpoint ({type(error).__name__}); fetch it again.'
        ) from error
