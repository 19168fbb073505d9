# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The answers that come with the package: the default query's, from the shipped model.

With them a fresh machine runs no language model at all for driving. ``python -m
sageiq_ros.analyzer.shipped`` asks the model anew and writes ``ratings.json``.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from sageiq_ros.analyzer.model_files import converted_model, find_model, fingerprint
from sageiq_ros.analyzer.rating import PROMPT_VERSION, prompt_ending, prompt_prefix, vocabulary
from sageiq_ros.config import AnalyzerConfig

FILE = 'ratings.json'


def shipped_ratings(model: str, prompt: int, query: str) -> dict[str, float]:
    """Return raw ratings in [1, 10] by label; empty for another model, prompt or query."""
    document = _document()
    asked = {'model': model, 'prompt': prompt, 'query': query}
    return dict(document['ratings']) if asked.items() <= document.items() else {}


@cache
def _document() -> dict[str, Any]:
    return json.loads((files('sageiq_ros.analyzer') / FILE).read_text(encoding='utf-8'))


def _rate_anew() -> dict[str, Any]:
    from sageiq_ros.analyzer.likelihood import LikelihoodRater
    from sageiq_ros.analyzer.worker import expected_ratings

    query, gguf = AnalyzerConfig().query, find_model('')
    model = fingerprint(gguf)
    labels = sorted(vocabulary())
    rater = LikelihoodRater(converted_model(gguf, model))
    chances = rater.rate(prompt_prefix(query), [prompt_ending(label) for label in labels])
    ratings = dict(zip(labels, expected_ratings(chances), strict=True))
    return {'model': model, 'prompt': PROMPT_VERSION, 'query': query, 'ratings': ratings}


if __name__ == '__main__':
    Path(str(files('sageiq_ros.analyzer') / FILE)).write_text(
        json.dumps(_rate_anew(), indent=1) + '\n', encoding='utf-8'
    )
