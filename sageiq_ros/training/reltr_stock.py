# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The frames a RelTR is trained on, and how one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sageiq_ros.training.copy_paste import SHARES, cut_out, paste
from sageiq_ros.training.reltr_data import Frame

PASTED = 0.6


class Stock:
    """Hold sources, each a share and its frames, and what was cut out of the masked ones."""

    def __init__(self, sources: Sequence[tuple[float, Sequence[Frame]]]) -> None:
        shares = np.array([share for share, _ in sources])
        self._shares = shares / shares.sum()
        self._frames = [frames for _, frames in sources]
        cutouts = [
            cutout
            for frames in self._frames
            for frame in frames
            if frame.instances is not None
            for cutout in cut_out(frame.image, frame.instances)
        ]
        self._cutouts = {word: [c for c in cutouts if c.label == word] for word in SHARES}

    def draw(self, rng: np.random.Generator) -> Frame:
        """Draw a frame; a masked one often with entities of others pasted in."""
        frames = self._frames[rng.choice(len(self._frames), p=self._shares)]
        frame = frames[rng.integers(len(frames))]
        if frame.instances is None or rng.random() >= PASTED:
            return frame
        image, instances = paste(frame.image, frame.instances, self._cutouts, rng)
        return replace(frame, image=image, instances=instances)
