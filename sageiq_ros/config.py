# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The one schema of every setting: dataclasses that fill the node's parameters, YAML and docs.

A field carries its default, its range and its sentence. A setting that is not ``live`` is read
when the node is configured; a live one takes effect on the next frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from sageiq_ros.types import SageIQError

QUERY_LIMIT = 200


class ConfigError(SageIQError):
    """A setting that is unknown, of the wrong kind or out of range."""


def setting(
    default: Any,
    description: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] | None = None,
    live: bool = False,
    max_length: int | None = None,
) -> Any:
    """Declare one setting; a tuple default is a list of strings in YAML."""
    meta = {
        'description': description,
        'low': low,
        'high': high,
        'choices': choices,
        'live': live,
        'max_length': max_length,
    }
    return field(default=default, metadata=meta)


@dataclass(frozen=True, slots=True)
class SceneGraphConfig:
    """Stage 1: triplet construction."""

    engine: str = setting(
        'reltr_nano', 'Engine of the scene graph: a shipped name or the path of a store folder.'
    )
    rules: str = setting(
        'sageiq',
        'How outputs become triplets; the official rules ignore the thresholds and merging.',
        choices=('sageiq', 'official_demo', 'official_evaluation'),
        live=True,
    )
    entity_threshold: float = setting(
        0.3, 'Least confidence of a subject or object.', low=0.0, high=1.0, live=True
    )
    relation_threshold: float = setting(
        0.1, 'Least confidence of a triplet.', low=0.0, high=1.0, live=True
    )
    merge_iou: float = setting(
        0.6, 'Overlap above which two boxes of one label are one.', low=0.0, high=1.0, live=True
    )
    max_triplets: int = setting(
        40, 'Most triplets handed to the analyzer.', low=1, high=200, live=True
    )
    looks: int = setting(
        1,
        'Looks at a frame that are united against missed detections: whole, mirrored, centre, '
        'left, right. Each costs one run of the engine.',
        low=1,
        high=5,
        live=True,
    )


@dataclass(frozen=True, slots=True)
class AnalyzerConfig:
    """Stage 2: triplet analysis."""

    mode: str = setting(
        'combined',
        'How entities are weighed: by the curated prior and a language model together, by one of '
        'them alone (prior; association and rating of words), or by the two rounds of the paper '
        '(constrained to readable answers, or paper: free text).',
        choices=('combined', 'prior', 'association', 'rating', 'constrained', 'paper'),
    )
    model: str = setting(
        '',
        'Language model: empty for the shipped SmolLM2, else the path of a GGUF file, of a folder '
        'for OpenVINO or transformers, or of a .json file of exported answers.',
    )
    backend: str = setting(
        'auto',
        'What runs the language model; auto chooses by its files.',
        choices=('auto', 'openvino', 'transformers', 'llama_cpp'),
    )
    threads: int = setting(1, 'Processor threads of the language model.', low=1, high=64)
    evaluations: int = setting(
        1,
        'Evaluations of a weight by the language model that are averaged, each with another '
        'prompt or sample.',
        low=1,
        high=5,
    )
    parser: str = setting(
        'tolerant',
        'How free text is read in mode paper: tolerantly, or by the patterns of Table III only.',
        choices=('tolerant', 'strict'),
    )
    deadline: float = setting(
        300.0,
        'Seconds that the language model may take to load or to answer before its process is '
        'started anew.',
        low=1.0,
        high=7200.0,
    )
    memo: str = setting('', 'File of remembered answers; empty for the cache folder of the user.')
    query: str = setting(
        'autonomous driving',
        'The task that regions must matter for, in words.',
        live=True,
        max_length=QUERY_LIMIT,
    )
    min_weight: float = setting(
        5.0,
        'Least importance the weightier entity of a triplet must have.',
        low=1.0,
        high=10.0,
        live=True,
    )
    max_triplets: int = setting(
        5, 'Most triplets that are scored, the most important first.', low=1, high=50, live=True
    )


@dataclass(frozen=True, slots=True)
class ScorerConfig:
    """Stage 3: triplet scoring."""

    engine: str = setting(
        'sageiq_m_nano',
        'Scorer: a shipped engine, the path of a store folder, brisque, niqe, pyiqa:<metric>, or '
        'your own as <module>:<class> (docs/scorers.md).',
    )
    frame_score: bool = setting(False, 'Score the whole image too, beside its regions.', live=True)
    good: float = setting(0.6, 'Score from which a frame is GOOD.', low=0.0, high=1.0, live=True)
    poor: float = setting(0.35, 'Score below which a frame is POOR.', low=0.0, high=1.0, live=True)


@dataclass(frozen=True, slots=True)
class RuntimeConfig:
    """How the engines run."""

    threads: int = setting(2, 'Processor threads of the inference engines.', low=1, high=64)
    backend: str = setting(
        'auto',
        'What runs the engines; auto chooses by the file: OpenVINO for ONNX, torch for weights.',
        choices=('auto', 'openvino', 'onnxruntime', 'tensorrt', 'torch'),
    )


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """All settings of the three stages."""

    scene_graph: SceneGraphConfig = SceneGraphConfig()
    analyzer: AnalyzerConfig = AnalyzerConfig()
    scorer: ScorerConfig = ScorerConfig()
    runtime: RuntimeConfig = RuntimeConfig()

    def __post_init__(self) -> None:
        if not self.scorer.poor <= self.scorer.good:
            raise ConfigError(
                f'scorer.poor ({self.scorer.poor}) must not exceed scorer.good '
                f'({self.scorer.good}); lower one or raise the other.'
            )


@dataclass(frozen=True, slots=True)
class Config(PipelineConfig):
    """Everything that ``config/sageiq.yaml`` sets: the pipeline and the node around it."""

    cameras: tuple[str, ...] = setting(
        ('image_raw',),
        'Image topics, one a camera; a name ending in /compressed carries CompressedImage.',
    )
    result_queue: int = setting(
        5, 'Results kept for a slow subscriber of tar_quality.', low=1, high=100
    )
    autostart: bool = setting(
        True, 'Configure and activate at start; false waits for a lifecycle manager.'
    )


def settings(config: Any, prefix: str = '') -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Yield dotted name, value and metadata of every setting of a configuration dataclass."""
    for item in fields(config):
        value = getattr(config, item.name)
        if is_dataclass(value):
            yield from settings(value, f'{prefix}{item.name}.')
        else:
            yield prefix + item.name, value, item.metadata


def check(name: str, value: Any, default: Any, meta: Mapping[str, Any]) -> Any:
    """Return ``value`` in the default's type; raise ConfigError with the reason it is refused."""
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if isinstance(default, tuple) and isinstance(value, list | tuple):
        value = tuple(value)
        if not all(isinstance(item, str) for item in value):
            raise ConfigError(f'{name} must be a list of strings, not {list(value)!r}.')
    if type(value) is not type(default):
        raise ConfigError(
            f'{name} must be of type {type(default).__name__}, not {type(value).__name__} '
            f'({value!r}).'
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f'{name} must be a finite number, not {value}.')
    low, high = meta['low'], meta['high']
    if low is not None and not low <= value <= high:
        raise ConfigError(f'{name} must lie in [{low}, {high}], not {value}.')
    if meta['choices'] is not None and value not in meta['choices']:
        raise ConfigError(f'{name} must be one of {", ".join(meta["choices"])}, not {value!r}.')
    limit = meta['max_length']
    if limit is not None and not (len(value) <= limit and value.isprintable()):
        raise ConfigError(f'{name} must be 1 to {limit} printable characters, not {value!r}.')
    if limit is not None and not any(map(str.isalnum, value)):
        raise ConfigError(f'{name} must have a letter or a digit in it, not {value!r}.')
    return value


def updated(config: Any, changes: Mapping[str, Any]) -> Any:
    """Return a copy of a configuration with dotted names changed, all of them or none.

    Raises ConfigError naming the setting that is unknown or refused.
    """
    known = {name: (value, meta) for name, value, meta in settings(config)}
    direct: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    for name, value in changes.items():
        if name not in known:
            raise ConfigError(f'{name} is not a setting; known are {", ".join(sorted(known))}.')
        value = check(name, value, *known[name])
        head, _, rest = name.partition('.')
        if rest:
            nested.setdefault(head, {})[rest] = value
        else:
            direct[head] = value
    for head, part in nested.items():
        direct[head] = updated(getattr(config, head), part)
    return replace(config, **direct)


def load_yaml(config: Any, path: str | Path) -> Any:
    """Fill a configuration from the ROS parameter file the node reads.

    Raises ConfigError for a missing or malformed file and for an unknown or refused setting.
    """
    return updated(config, read_parameters(path))


def read_parameters(path: str | Path) -> dict[str, Any]:
    """Read ``/**: ros__parameters:`` of a ROS parameter file as dotted names."""
    try:
        document = yaml.safe_load(Path(path).read_text(encoding='utf-8'))
    except OSError as error:
        raise ConfigError(f'Cannot read the parameter file {path}: {error.strerror}.') from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f'{path} is not a YAML file: {" ".join(str(error).split())}.') from error
    found: dict[str, Any] = {}
    for node in (document or {}).values() if isinstance(document, dict) else ():
        if isinstance(node, dict) and isinstance(node.get('ros__parameters'), dict):
            found.update(_flatten(node['ros__parameters']))
    if not found:
        raise ConfigError(f'{path} has no ros__parameters; see config/sageiq.yaml for the form.')
    return found


def _flatten(tree: Mapping[str, Any], prefix: str = '') -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flatten(value, f'{prefix}{key}.')
        else:
            yield f'{prefix}{key}', value
