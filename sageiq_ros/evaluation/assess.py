# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Assess images, a video or a bag without ROS: one line of JSON a frame."""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sageiq_ros.bags.frames import Frame
    from sageiq_ros.types import AssessedRegion, AssessedTriplet, Assessment


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq assess``."""
    from sageiq_ros.bags.frames import SOURCE_HELP

    parser.add_argument('input', nargs='+', help=f'image files, or {SOURCE_HELP}')
    parser.add_argument('--output', metavar='FILE', help='file to write instead of the terminal')
    parser.add_argument('--config', metavar='FILE', help='parameter file, as the node reads it')
    parser.add_argument('--topic', help='image topic, where the input is a bag with several')
    parser.add_argument('--frames', type=int, metavar='N', help='stop after N frames')
    parser.add_argument(
        '--rate', type=float, metavar='HZ', help='thin a video or bag to at most this'
    )


def run(args: argparse.Namespace) -> int:
    """Assess every frame; pictures that cannot be read are reported and passed over."""
    from contextlib import ExitStack, closing

    from tqdm import tqdm

    from sageiq_ros.bags.frames import print_faults
    from sageiq_ros.bags.sources import open_sources
    from sageiq_ros.config import Config
    from sageiq_ros.pipeline import build_pipeline
    from sageiq_ros.schema import load_yaml
    from sageiq_ros.types import SageIQError

    config = load_yaml(Config(), args.config) if args.config else Config()
    source = open_sources(args.input, topic=args.topic, rate_hz=args.rate, frames=args.frames)
    with ExitStack() as stack:
        pipeline = stack.enter_context(closing(build_pipeline(config)))
        # Results must not depend on how fast a language model answers.
        pipeline.patience = math.inf
        output = sys.stdout
        if args.output:
            try:
                output = stack.enter_context(open(args.output, 'w', encoding='utf-8'))
            except OSError as error:
                raise SageIQError(f'Cannot write {args.output}: {error.strerror}.') from error
        for frame in tqdm(source, total=source.count, unit='frame', disable=None):
            print(json.dumps(record(frame, pipeline(frame.image))), file=output, flush=True)
    print_faults(source)
    return 0


def record(frame: Frame, assessment: Assessment) -> dict[str, Any]:
    """Return one frame's outcome as JSON values; what there is no value for is null."""
    from sageiq_ros.types import Flag

    height, width = frame.image.shape[:2]
    timing = assessment.timing
    return {
        'name': frame.name,
        'stamp_ns': frame.stamp_ns,
        'width': width,
        'height': height,
        'query': assessment.query,
        'score': _number(assessment.score),
        'frame_score': _number(assessment.frame_score),
        'state': assessment.state.name,
        'flags': [flag.name for flag in Flag if flag and flag in assessment.flags],
        'regions': [_region(region) for region in assessment.regions],
        'triplets': [_triplet(triplet) for triplet in assessment.triplets],
        'scene_graph': assessment.scene_graph,
        'analyzer': assessment.analyzer,
        'scorer': assessment.scorer,
        'ms': {
            'scene_graph': _number(timing.scene_graph_ms),
            'analyzer': _number(timing.analyzer_ms),
            'scorer': _number(timing.scorer_ms),
            'total': _number(timing.total_ms),
        },
    }


def _region(assessed: AssessedRegion) -> dict[str, Any]:
    box, quality = assessed.region.box, assessed.quality
    return {
        'label': assessed.region.label,
        'confidence': _number(assessed.region.confidence),
        'box': [_number(edge) for edge in (box.x1, box.y1, box.x2, box.y2)],
        'quality': _number(quality.score),
        'p_good': _number(quality.p_good),
        'p_average': _number(quality.p_average),
        'p_poor': _number(quality.p_poor),
    }


def _triplet(triplet: AssessedTriplet) -> dict[str, Any]:
    return {
        'subject': triplet.subject,
        'predicate': triplet.predicate,
        'object': triplet.object,
        'confidence': _number(triplet.confidence),
        'subject_weight': _number(triplet.subject_weight),
        'object_weight': _number(triplet.object_weight),
        'subject_weight_normalized': _number(triplet.subject_weight_normalized),
        'object_weight_normalized': _number(triplet.object_weight_normalized),
        'score': _number(triplet.score),
        'source': triplet.source.name,
    }


def _number(value: float) -> float | None:
    # JSON has no NaN; more than six digits would only be noise.
    return None if math.isnan(value) else round(float(value), 6)
