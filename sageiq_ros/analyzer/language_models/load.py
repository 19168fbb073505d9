# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Load a language model by whatever runs it."""

from __future__ import annotations

from sageiq_ros.analyzer.language_models.base import LanguageModel, LanguageModelError
from sageiq_ros.analyzer.language_models.files import ModelFiles


def load_language_model(files: ModelFiles, threads: int = 1) -> LanguageModel:
    """Load a model; raises LanguageModelError for one that cannot be, in one sentence."""
    try:
        if files.backend == 'transformers':
            from sageiq_ros.analyzer.language_models.transformers import TransformersModel

            return TransformersModel(files.path, threads)
        if files.backend == 'llama_cpp':
            from sageiq_ros.analyzer.language_models.llama_cpp import LlamaCppModel

            return LlamaCppModel(files.path, threads)
        from sageiq_ros.analyzer.language_models.convert import converted_model
        from sageiq_ros.analyzer.language_models.openvino import OpenVINOModel

        folder = files.path
        if folder.is_file():
            folder = converted_model(folder, files.identity)
        return OpenVINOModel(folder, threads)
    except ImportError as error:
        raise LanguageModelError(
            f'{error.name} is missing, which runs the language model {files.path}: install '
            'requirements/runtime.txt.'
        ) from error
