# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Token embeddings of CLIP's text side, from a local folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.types import SageIQError

WEIGHTS = 'model.safetensors'
EMBEDDING = 'token_embedding.weight'


class ClipTokens:
    """Embed texts by CLIP's tokenizer and token embeddings; nothing is fetched or unpickled.

    ``folder`` is a checkpoint as transformers saves it, of the whole model or of the text side:
    the tokenizer's files and ``model.safetensors``. Raises SageIQError for a folder without them
    and where transformers is missing.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from safetensors import SafetensorError, safe_open
            from transformers import AutoTokenizer
        except ImportError as error:
            raise SageIQError(
                f'CLIP needs a package that is missing ({error.name}): run '
                "'pip install -r requirements/train.txt'."
            ) from error
        if not folder.is_dir():
            raise SageIQError(f'{folder} is no folder; name one that holds a CLIP checkpoint.')
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise SageIQError(f"{folder} holds no tokenizer of CLIP's.") from error
        try:
            with safe_open(str(folder / WEIGHTS), framework='numpy') as weights:
                (key,) = (name for name in weights.keys() if name.endswith(EMBEDDING))  # noqa: SIM118
                self._table: NDArray[np.floating] = weights.get_tensor(key)
        except (OSError, SafetensorError, ValueError) as error:
            raise SageIQError(
                f'{folder} holds no {WEIGHTS} with one {EMBEDDING}; convert other formats first.'
            ) from error
        if len(self._table) < len(self._tokenizer):
            raise SageIQError(f'The tokenizer in {folder} has more tokens than the embedding.')

    def __call__(self, text: str) -> NDArray[np.float32]:
        """Return the embeddings (tokens, width) of a text, its start and end token included.

        Longer texts than CLIP's 77 tokens are not cut: no position takes part.
        """
        ids = self._tokenizer(text, truncation=False, verbose=False)['input_ids']
        return self._table[ids].astype(np.float32)
