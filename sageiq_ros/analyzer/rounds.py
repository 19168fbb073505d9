# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The paper's two rounds (section III-A2): select triplets, then weigh the ends of each.

Mode ``paper`` samples free text and reads it. Mode ``constrained`` lets the model say nothing but
an answer, by a grammar, and always takes the likeliest token.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sageiq_ros.analyzer.language_models.base import LanguageModel
from sageiq_ros.analyzer.parsing import (
    read_selection,
    read_weights,
    strict_selection,
    strict_weights,
)
from sageiq_ros.analyzer.prompts import (
    ANSWER_TOKENS,
    PAPER_SAMPLING,
    dispenser_prompt,
    selector_prompt,
)

OPENING = 'Selected items: ['
_WEIGHT = '("10" | [1-9])'


@dataclass(frozen=True, slots=True)
class TwoRounds:
    """Ask a language model Table II's prompts.

    ``evaluations`` weights are averaged (the paper's ensemble against weight errors, section
    IV-C5): samples in mode ``paper``, orders of the prompt's considerations in ``constrained``.
    ``strict`` reads free text by Table III only. ``seed`` makes samples repeatable.
    """

    model: LanguageModel
    mode: str
    evaluations: int = 1
    strict: bool = False
    seed: int | None = None

    def select(self, query: str, items: Sequence[str]) -> list[int] | None:
        """Return the places of the relevant items, the most significant first.

        None where the answer cannot be read.
        """
        prompt = selector_prompt(query, items)
        if self.mode == 'constrained':
            return self._select_by_grammar(prompt, len(items))
        read = strict_selection if self.strict else read_selection
        found = read(self._sample(prompt, 0), items)
        return None if found is None else list(found)

    def weigh(self, query: str, subject: str, object_: str) -> list[float] | None:
        """Return the weights of subject and object in [1, 10].

        Evaluations that cannot be read do not count; None where none can.
        """
        found = []
        for variant in range(self.evaluations):
            if self.mode == 'constrained':
                weights = self._weigh_by_grammar(query, subject, object_, variant)
            else:
                text = self._sample(dispenser_prompt(query, subject, object_), variant)
                read = strict_weights if self.strict else read_weights
                weights = read(text, subject, object_)
            if weights is not None:
                found.append(weights)
        if not found:
            return None
        return [sum(column) / len(found) for column in zip(*found, strict=True)]

    def _sample(self, prompt: str, variant: int) -> str:
        seed = None if self.seed is None else self.seed + variant
        return self.model.complete(
            prompt, ANSWER_TOKENS, sampling=replace(PAPER_SAMPLING, seed=seed)
        )

    def _select_by_grammar(self, prompt: str, count: int) -> list[int]:
        # No small grammar says that every index comes once: the next one is asked for each time.
        chosen: list[int] = []
        while len(chosen) < count:
            left = [f'"{n}"' for n in range(1, count + 1) if n - 1 not in chosen]
            end = '"]"' if len(left) == 1 else '(", " | "]")'
            none = '' if chosen else ' | "]"'
            listed = ''.join(f'{place + 1}, ' for place in chosen)
            answer = self.model.complete(
                prompt,
                ANSWER_TOKENS,
                opening=OPENING + listed,
                grammar=f'root ::= ({" | ".join(left)}) {end}{none}',
            )
            number = answer.strip().rstrip(',] ')
            if number:
                chosen.append(int(number) - 1)
            if ',' not in answer:
                break
        return chosen

    def _weigh_by_grammar(
        self, query: str, subject: str, object_: str, variant: int
    ) -> tuple[float, float] | None:
        # Cleaned words hold neither quotes nor backslashes.
        first, second = f'Object: {subject}, Weight: ', f'; Object: {object_}, Weight: '
        answer = self.model.complete(
            dispenser_prompt(query, subject, object_, variant),
            ANSWER_TOKENS,
            grammar=f'root ::= "{first}" {_WEIGHT} "{second}" {_WEIGHT} "."',
        )
        told = re.fullmatch(rf'{re.escape(first)}(\d+){re.escape(second)}(\d+)\.', answer.strip())
        return None if told is None else (float(told[1]), float(told[2]))
