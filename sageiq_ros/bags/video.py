# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A video file as a source of frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from sageiq_ros.bags.frames import DEFAULT_RATE_HZ, EPOCH_NS, BagError, Frame


class VideoSource:
    """Yield the frames of a video by its own clock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        self.skipped: list[str] = []
        self.remark = ''
        capture = self._open()
        declared = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.rate_hz = capture.get(cv2.CAP_PROP_FPS) or DEFAULT_RATE_HZ
        capture.release()
        self.count = int(declared) if declared > 0 else None

    def __iter__(self) -> Iterator[Frame]:
        self.skipped.clear()
        capture = self._open()
        index = 0
        try:
            while True:
                good, image = capture.read()
                if not good:
                    break
                stamp_ns = EPOCH_NS + round(index * 1e9 / self.rate_hz)
                yield Frame(np.asarray(image, np.uint8), stamp_ns, f'frame {index}')
                index += 1
        finally:
            capture.release()
        if not index:
            raise BagError(f'{self.path} holds no frame that can be decoded; is it complete?')
        if self.count is not None and index < self.count:
            self.skipped.append(
                f'{self.path.name} ends after {index} of the {self.count} frames it declares.'
            )

    def _open(self) -> cv2.VideoCapture:
        capture = cv2.VideoCapture(str(self.path))
        if not capture.isOpened():
            raise BagError(
                f'{self.path} is neither a folder of images, a bag nor a video that can be read.'
            )
        return capture
