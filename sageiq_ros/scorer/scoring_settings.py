# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How a large model is asked for a score, and what it is shown: all that the paper leaves open.

The values lie in the engine's manifest under ``scoring``; docs/sageiq_m.md gives the reasons for
the defaults, which are those of SageIQ-M.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

PLACEHOLDER = '<|image|>'
CHOICES = {
    'aspect': ('stretch', 'crop', 'pad'),
    'size_place': ('after', 'before'),
    'sa_range': ('pixels', 'unit', 'raw'),
    'sa_aspect': ('image', 'stretch'),
    'sa_size': ('exact', 'rounded'),
}
Words = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ScoringSettings:
    """Name every choice; raises ValueError, a phrase, for values that contradict themselves.

    ``prompt`` holds ``<|image|>`` once, ``chat`` holds ``{prompt}``; ``size_prompt`` holds
    ``{width}`` and ``{height}`` in pixels and stands ``size_place`` the prompt, empty for none.
    ``aspect`` brings a crop to the square: ``stretch`` both sides, ``crop`` the centre, ``pad``
    with the mean colour. ``words`` are the levels, each with its synonyms, whose logits are
    averaged; ``values`` their scores in [0, 1], the best first, and ``temperature`` divides the
    logits. ``lsq`` and ``sfe`` switch the size modules; ``sa_range`` says how the SA image's
    [-2, 2] enters the encoder, ``sa_aspect`` how it is resized, ``sa_size`` whether its size is
    rounded to a quarter of an octave. ``question`` is the chat in which a question about a crop
    is asked, ``general_question`` the one that is asked where there is none; ``batch`` bounds the
    crops of one forward pass.
    """

    prompt: str = f'Rate the quality of this image {PLACEHOLDER}.'
    chat: str = 'USER: {prompt}\nASSISTANT: '
    size_prompt: str = 'The image size is {width}x{height}.'
    size_place: str = 'after'
    aspect: str = 'stretch'
    words: Words = (('good',), ('average',), ('poor',))
    values: tuple[float, ...] = (1.0, 0.5, 0.0)
    temperature: float = 1.0
    lsq: bool = True
    sfe: bool = True
    sa_range: str = 'pixels'
    sa_aspect: str = 'image'
    sa_size: str = 'exact'
    question: str = f'USER: {PLACEHOLDER}{{question}} ASSISTANT:'
    general_question: str = 'Describe and evaluate the quality of the image.'
    batch: int = 16

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f'{name} must be {" or ".join(choices)}, not {getattr(self, name)!r}'
                )
        if '{prompt}' not in self.chat or '{question}' not in self.question:
            raise ValueError('chat must hold {prompt}, and question must hold {question}')
        size = self.size_prompt
        if size and not ('{width}' in size and '{height}' in size):
            raise ValueError('size_prompt must hold {width} and {height}, or be empty')
        # Counted in what is asked: chat and size_prompt could bring a second image.
        asked = (
            ('score', 'prompt, chat and size_prompt', self.score_prompt(1, 1)),
            ('question', 'question and size_prompt', self._asked('', 1, 1)),
        )
        for kind, parts, text in asked:
            if text.count(PLACEHOLDER) != 1:
                raise ValueError(
                    f'the {kind} prompt, of {parts}, must hold {PLACEHOLDER} once, not '
                    f'{text.count(PLACEHOLDER)} times'
                )
        if PLACEHOLDER in self.general_question:
            raise ValueError(f'general_question must not hold {PLACEHOLDER}')
        if len(self.words) < 2 or len(self.words) != len(self.values) or not all(self.words):
            raise ValueError('words must be two levels or more, with as many values')
        if not all(0 <= value <= 1 for value in self.values):
            raise ValueError(f'values must lie in [0, 1], not {self.values}')
        if not self.temperature > 0 or self.batch < 1:
            raise ValueError('temperature must be above 0 and batch at least 1')

    def score_prompt(self, height: int, width: int) -> str:
        """Return the whole prompt for a crop of that many pixels."""
        text = self.prompt
        size = self._size_prompt(height, width)
        if size:
            text = f'{text} {size}' if self.size_place == 'after' else f'{size} {text}'
        return self.chat.replace('{prompt}', text)

    def question_prompt(self, question: str, height: int, width: int) -> str:
        """Return the whole prompt that asks a question; raises ValueError for a placeholder."""
        if PLACEHOLDER in question:
            raise ValueError(f'a question must not hold {PLACEHOLDER}')
        return self._asked(question, height, width)

    def _asked(self, question: str, height: int, width: int) -> str:
        parts = (question, self._size_prompt(height, width))
        return self.question.replace('{question}', ' '.join(filter(None, parts)))

    def _size_prompt(self, height: int, width: int) -> str:
        text = self.size_prompt.replace('{width}', str(width))
        return text.replace('{height}', str(height))

    def to_settings(self) -> dict[str, Any]:
        """Return JSON values."""
        words = [list(level) for level in self.words]
        return {**asdict(self), 'words': words, 'values': list(self.values)}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> ScoringSettings:
        """Read JSON values; what is absent has its default. Raises ValueError, a phrase."""
        types = {f.name: type(f.default) for f in fields(cls)}
        found: dict[str, Any] = {}
        for name, value in settings.items():
            if name not in types:
                raise ValueError(f'there is no {name!r}; choose {", ".join(types)}')
            if name == 'words':
                found[name] = _words(value)
            elif name == 'values':
                if not isinstance(value, list) or not all(map(_is_number, value)):
                    raise ValueError('values must be a list of numbers')
                found[name] = tuple(map(float, value))
            elif types[name] is float and _is_number(value):
                found[name] = float(value)
            elif type(value) is types[name]:
                found[name] = value
            else:
                raise ValueError(f'{name} must be {types[name].__name__}, not {value!r}')
        return cls(**found)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _words(value: Any) -> Words:
    if not isinstance(value, list) or not all(isinstance(level, list) for level in value):
        raise ValueError('words must be a list of lists, the synonyms of each level')
    if not all(isinstance(word, str) for level in value for word in level):
        raise ValueError('words must be texts')
    return tuple(tuple(level) for level in value)


LEVELS = (('excellent',), ('good',), ('fair',), ('poor',), ('bad',))
Q_ALIGN = ScoringSettings(
    prompt=f'How would you rate the quality of this image?\n{PLACEHOLDER}',
    chat='USER: {prompt}\nASSISTANT: The quality of the image is',
    size_prompt='',
    aspect='pad',
    words=LEVELS,
    values=(1.0, 0.75, 0.5, 0.25, 0.0),
    lsq=False,
    sfe=False,
)
Q_INSTRUCT = ScoringSettings(
    prompt=f'{PLACEHOLDER}Rate the quality of the image.',
    size_prompt='',
    aspect='crop',
    lsq=False,
    sfe=False,
)
# What each published model was made to be asked and shown.
PRESETS = {
    'sageiq-m': ScoringSettings(),
    'q-instruct': Q_INSTRUCT,
    'mplug-owl2': ScoringSettings(
        prompt=Q_INSTRUCT.prompt, size_prompt='', aspect='stretch', lsq=False, sfe=False
    ),
    'q-align': Q_ALIGN,
    'deqa-score': Q_ALIGN,
}
