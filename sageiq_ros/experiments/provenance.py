# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a report was made by: command, source, machine, data, networks and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sageiq_ros.analyzer.build import find_source
from sageiq_ros.config import AnalyzerConfig, PipelineConfig
from sageiq_ros.datasets.readers.base import AnnotatedSet
from sageiq_ros.evaluation.provenance import SHOWN, made_by
from sageiq_ros.experiments.work import AssessJob, graph_digest
from sageiq_ros.schema import settings
from sageiq_ros.scorer.identity import weights_digest


def provenance(
    command: str,
    job: AssessJob,
    every: Sequence[AnnotatedSet],
    keys: Mapping[str, Sequence[str]],
    resamples: int,
) -> dict[str, str]:
    """Tell all that decides a report's numbers; networks by their weights' digests.

    ``keys`` are those judged of each data set with annotations. Needs no result, so that a fault
    here shows before the work. Raises SageIQError for a network that is not there.
    """
    counts = (f'{d.name}: {len(keys.get(d.name, d.keys()))} of {len(d.keys())}' for d in every)
    detector = _named(job.detector, graph_digest(job.detector)) if job.detector else 'none'
    engine = job.config.scene_graph.engine
    return {
        **made_by(command),
        'data sets': ', '.join(counts),
        'scene graph': _named(engine, graph_digest(engine)),
        'detector': detector,
        'language model': _language_model(job.config.analyzer),
        'scorers': ', '.join(
            f'{title}: {_named(name, weights_digest(name))}' for title, name in job.scorers.items()
        ),
        'settings': _settings(job.config),
        'regions': f'the {job.boxes.most} largest of at least {job.boxes.least_side} px a side',
        'seed': f'{job.seed}, of noises, errors, resamples, the projection and answers',
        'resamples': f'{resamples}, over pictures',
        'cache of scores': str(job.cache),
    }


def _named(name: str, digest: str) -> str:
    return f'{name} ({digest[:SHOWN]})'


def _language_model(config: AnalyzerConfig) -> str:
    if config.mode == 'prior':
        return 'none'
    name, source = find_source(config)
    *_, identity = source.section(config.query).model.split(':')
    return _named(name, identity)


def _settings(config: PipelineConfig) -> str:
    """List the settings of the stages; the scorer's engine is not used, nor are the node's own."""
    return ', '.join(
        f'{name}={value}'
        for name, value, _ in settings(config)
        if '.' in name and name != 'scorer.engine'
    )
