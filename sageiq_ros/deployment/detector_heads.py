# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Tell whether what a network takes and gives is that of a detector's head.

Each check takes the inputs' shapes and the outputs of one run on noise, by their names, and
returns what the store's manifest needs to know. Raises OtherHeadError with what does not fit.
"""

from __future__ import annotations

from typing import Any

from sageiq_ros.engines.base import Arrays
from sageiq_ros.scene_graph.detr import DEVIATION, MEAN
from sageiq_ros.scene_graph.yolox import PADDING, STRIDES

Shapes = dict[str, tuple[int, ...]]


class OtherHeadError(Exception):
    """What of a file does not fit the head it was said to have, without a full stop."""


def yolox_settings(inputs: Shapes, outputs: Arrays) -> dict[str, Any]:
    """Return the settings of a YOLOX: its number of ``classes`` and the ``padding``."""
    shape = next(iter(inputs.values()))
    if len(inputs) != 1 or shape[:2] != (1, 3):
        raise OtherHeadError(f'it takes {_told(inputs)}, not one picture of (1, 3, height, width)')
    height, width = shape[2:]
    if height % STRIDES[-1] or width % STRIDES[-1]:
        raise OtherHeadError(f'its sides {width} x {height} are no multiples of {STRIDES[-1]}')
    rows = sum((height // stride) * (width // stride) for stride in STRIDES)
    raw = next(iter(outputs.values()))
    if len(outputs) != 1 or raw.ndim != 3 or raw.shape[:2] != (1, rows) or raw.shape[2] < 6:
        told = _told({name: value.shape for name, value in outputs.items()})
        raise OtherHeadError(f'it gives {told}, not one output of (1, {rows}, 5 + classes)')
    if raw[..., 4:].min() < 0 or raw[..., 4:].max() > 1:
        raise OtherHeadError('its scores are not probabilities')
    # Offsets from a cell are a few strides; decoded centres spread over the whole picture.
    if raw[0, :, 0].max() > width / 2:
        raise OtherHeadError('it decodes its boxes itself; export without --decode_in_inference')
    return {'classes': raw.shape[2] - 5, 'padding': PADDING}


def detr_settings(inputs: Shapes, outputs: Arrays) -> dict[str, Any]:
    """Return the settings of a DETR: ``classes``, names of its outputs, the normalisation."""
    shape = next(iter(inputs.values()))
    if shape[:2] != (1, 3) or len(inputs) > 2:
        raise OtherHeadError(
            f'it takes {_told(inputs)}, not a picture of (1, 3, height, width) and its mask'
        )
    told = _told({name: value.shape for name, value in outputs.items()})
    boxes = next((name for name in outputs if name.endswith('boxes')), None)
    logits = next((name for name in outputs if name.endswith('logits')), None)
    if boxes is None or logits is None:
        raise OtherHeadError(f'its outputs {told} are not named logits and boxes')
    found = outputs[logits].shape
    if len(found) != 3 or found[0] != 1 or outputs[boxes].shape != (*found[:2], 4):
        raise OtherHeadError(f'it gives {told}, not (1, queries, classes + 1) and (1, queries, 4)')
    if outputs[boxes].min() < 0 or outputs[boxes].max() > 1:
        raise OtherHeadError('its boxes do not lie in [0, 1]')
    return {
        'classes': found[2] - 1,
        'logits': logits,
        'boxes': boxes,
        'mean': list(MEAN),
        'deviation': list(DEVIATION),
    }


def _told(shapes: Shapes) -> str:
    return ', '.join(f'{name} {shape}' for name, shape in shapes.items())
