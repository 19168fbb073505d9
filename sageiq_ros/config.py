# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The settings of the pipeline and of ``sageiq_node``, each with its range and its sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sageiq_ros.schema import ConfigError, setting

QUERY_LIMIT = 200


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
    reuse_s: float = setting(
        0.0,
        'Seconds for which a region that has not moved may keep its quality; 0 to score every '
        'region of every frame.',
        low=0.0,
        high=60.0,
        live=True,
    )
    reuse_iou: float = setting(
        0.9,
        'Overlap with the place where it was scored from which a region of the same label has '
        'not moved.',
        low=0.5,
        high=1.0,
        live=True,
    )


@dataclass(frozen=True, slots=True)
class RuntimeConfig:
    """How the engines run."""

    threads: int = setting(2, 'Processor threads of the inference engines.', low=1, high=64)
    backend: str = setting(
        'auto',
        'What runs the engines; auto chooses by the file: OpenVINO for ONNX, torch for weights.',
        choices=('auto', 'openvino', 'onnxruntime', 'tensorrt', 'torch'),
    )
    budget_ms: float = setting(
        0.0,
        'Milliseconds for a frame from when it is taken: its regions are scored in the order of '
        'importance until they are spent, those of the most important triplet and what goes into '
        'the same run always; 0 for no limit.',
        low=0.0,
        high=60_000.0,
        live=True,
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
class CameraConfig:
    """How the cameras share the node; a list has one number for all, or one for each."""

    max_rate: tuple[float, ...] = setting(
        (0.0,),
        'Most frames a second that are taken of a camera; 0 for no limit. One number for all '
        'cameras, or one for each in their order.',
        low=0.0,
        high=1000.0,
        live=True,
    )
    good: tuple[float, ...] = setting(
        (-1.0,),
        'Score from which a frame of a camera is GOOD, in place of scorer.good; below 0 for '
        'scorer.good itself. One number for all cameras, or one for each.',
        low=-1.0,
        high=1.0,
        live=True,
    )
    poor: tuple[float, ...] = setting(
        (-1.0,),
        'Score below which a frame of a camera is POOR, in place of scorer.poor; below 0 for '
        'scorer.poor itself. One number for all cameras, or one for each.',
        low=-1.0,
        high=1.0,
        live=True,
    )
    batch: int = setting(
        1,
        'Most cameras whose waiting frames are assessed together, all their regions scored in '
        'one go: more frames a second, each of them later.',
        low=1,
        high=16,
        live=True,
    )


@dataclass(frozen=True, slots=True)
class Config(PipelineConfig):
    """Everything that ``config/sageiq.yaml`` sets: the pipeline and the node around it."""

    cameras: tuple[str, ...] = setting(
        ('image_raw',),
        'Image topics, one a camera; a name ending in /compressed carries CompressedImage.',
    )
    camera: CameraConfig = CameraConfig()
    result_queue: int = setting(
        5, 'Results kept for a slow subscriber of tar_quality.', low=1, high=100
    )
    autostart: bool = setting(
        True, 'Configure and activate at start; false waits for a lifecycle manager.'
    )

    def __post_init__(self) -> None:
        # Without super(): dataclasses with slots make another class than the one it would find.
        PipelineConfig.__post_init__(self)
        for name in ('max_rate', 'good', 'poor'):
            given = len(getattr(self.camera, name))
            if given not in (1, len(self.cameras)):
                raise ConfigError(
                    f'camera.{name} holds {given} numbers for {len(self.cameras)} cameras; give '
                    'one for all, or one for each.'
                )
        for place, name in enumerate(self.cameras):
            levels = self.levels(place)
            if levels.poor > levels.good:
                raise ConfigError(
                    f'{name} would be POOR below {levels.poor} but GOOD from {levels.good}; mend '
                    'camera.poor or camera.good.'
                )

    def levels(self, place: int) -> ScorerConfig:
        """Return the scorer's settings with the thresholds of one of the cameras."""
        good, poor = of_camera(self.camera.good, place), of_camera(self.camera.poor, place)
        return replace(
            self.scorer,
            good=self.scorer.good if good < 0.0 else good,
            poor=self.scorer.poor if poor < 0.0 else poor,
        )


def of_camera(numbers: tuple[float, ...], place: int) -> float:
    """Choose a camera's number from a list with one for all, or one for each."""
    return numbers[0] if len(numbers) == 1 else numbers[place]
