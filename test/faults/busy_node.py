# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A node for processes whose pipeline is slow at one brightness, and never done at another."""

import sys
import threading
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / 'nodes'))

from pipeline_double import DoublePipeline

from sageiq_ros.nodes.sageiq_node import main

SLOW, ENDLESS = 18, 17
SLOW_S = 0.2


class BusyPipeline(DoublePipeline):
    """Take ``SLOW_S`` for an image, or for ever."""

    def __call__(self, image):
        if image[0, 0, 0] == ENDLESS:
            threading.Event().wait()
        if image[0, 0, 0] == SLOW:
            threading.Event().wait(SLOW_S)
        return super().__call__(image)


if __name__ == '__main__':
    sys.exit(main(build=BusyPipeline))
