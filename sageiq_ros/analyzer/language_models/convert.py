# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A GGUF file's OpenVINO form in the user's cache.

OpenVINO GenAI reads a 4-bit GGUF once and leaves an int4 IR with its tokenizer; afterwards plain
OpenVINO compiles that in a third of the time.
"""

from __future__ import annotations

import fcntl
import shutil
from importlib import metadata
from pathlib import Path

from sageiq_ros.analyzer.language_models.base import LanguageModelError, reason_of
from sageiq_ros.analyzer.language_models.files import MODEL_BIN, MODEL_XML
from sageiq_ros.cache import cache_folder
from sageiq_ros.openvino_core import load_apart

_PARTS = (MODEL_XML, MODEL_BIN, 'openvino_tokenizer.xml', 'openvino_tokenizer.bin')


def converted_model(gguf: Path, identity: str, root: Path | None = None) -> Path:
    """Return the folder of the model's int4 IR and tokenizer, making it the first time.

    ``identity`` is the GGUF's fingerprint; the folder's name holds it and OpenVINO's version. It
    appears at once and complete: the conversion works beside it, one process at a time. Raises
    LanguageModelError for a file that OpenVINO GenAI cannot read and for a cache folder that
    cannot be written.
    """
    version = metadata.version('openvino')
    target = (root or cache_folder()) / 'models' / f'{identity[:16]}-openvino-{version}'
    if _complete(target):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.with_name(target.name + '.lock').open('w') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _complete(target):
                # Only the holder of the lock is here, so what lies there was left by a crash.
                partial = target.with_name(target.name + '.partial')
                shutil.rmtree(partial, ignore_errors=True)
                shutil.rmtree(target, ignore_errors=True)
                partial.mkdir()
                _convert(gguf, partial)
                partial.rename(target)
    except OSError as error:
        raise LanguageModelError(
            f'The cache folder {target.parent} cannot be written ({error.strerror}); make room or '
            'set XDG_CACHE_HOME to a folder that can.'
        ) from error
    return target


def _complete(folder: Path) -> bool:
    return all((folder / part).is_file() for part in _PARTS)


def _convert(gguf: Path, folder: Path) -> None:
    import openvino_genai

    # GenAI writes the IR next to the GGUF, which may be read-only: let it find a link instead.
    link = folder / 'model.gguf'
    link.symlink_to(gguf.resolve())
    try:
        load_apart(lambda: openvino_genai.LLMPipeline(str(link), 'CPU', enable_save_ov_model=True))
    except Exception as error:
        raise LanguageModelError(
            f'{gguf} is not a GGUF file that OpenVINO GenAI can read ({reason_of(error)}).'
        ) from error
    link.unlink()
    if not _complete(folder):
        raise LanguageModelError(f'OpenVINO GenAI left no model when it read {gguf}.')
