# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Entities that a half-trained RelTR adds to frames of which a detector knows only a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.models.reltr import RelTR
from sageiq_ros.models.reltr_image import OUTPUTS
from sageiq_ros.scene_graph.postprocess import build_graph
from sageiq_ros.training.reltr_data import Frame

OWN_SURE = 0.6


@torch.no_grad()
def add_own_labels(
    frames: Sequence[Frame], model: RelTR, size: tuple[int, int], cache: Path
) -> list[Frame]:
    """Return ``frames`` with what ``model`` is sure of at ``size`` (width, height), by new words.

    Without a street no car stands on one, and the relations of such frames would never be
    learnt. Words that were looked for keep the detector's boxes alone. Answers are kept in the
    folder ``cache``, so that a training that is cut goes on with the same.
    """
    model.eval()
    config = replace(SceneGraphConfig(), entity_threshold=OWN_SURE)
    found = []
    for number, frame in enumerate(frames):
        path = cache / f'{number}.npz'
        if not path.is_file():
            height, width = frame.image.shape[:2]
            small = cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA)
            output = model(torch.from_numpy(small).permute(2, 0, 1)[None].float())
            arrays = {name: output[name].numpy() for name in OUTPUTS}
            regions = [
                region
                for region in build_graph(arrays, width, height, config).regions
                if region.label not in (frame.looked_for or ())
            ]
            boxes = [(r.box.x1, r.box.y1, r.box.x2, r.box.y2) for r in regions]
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(
                path,
                boxes=np.array(boxes, np.float32).reshape(-1, 4),
                labels=np.array([region.label for region in regions], str),
            )
        with np.load(path) as own:
            found.append(
                replace(
                    frame,
                    boxes=np.concatenate([frame.boxes, own['boxes']]),
                    labels=frame.labels + tuple(str(label) for label in own['labels']),
                )
            )
    return found
