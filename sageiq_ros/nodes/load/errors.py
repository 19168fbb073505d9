# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Which errors in the node's diagnostics a soak has brought about itself."""

from __future__ import annotations

import math

from sageiq_ros.nodes.load.conditions import Phase

# A camera that has returned must be found, and what is told once a second be told anew.
GRACE_S = 3.0
BAD_FRAMES = 'bad frames'


class Causes:
    """Remember the faults that were caused, until the node must have got over them."""

    def __init__(self) -> None:
        self._phase: Phase | None = None
        self._stopped_until: dict[str, float] = {}
        self._broken_until = -math.inf

    def begin(self, phase: Phase, now_s: float) -> None:
        """Take note of the phase that begins; what the one before caused may last a little."""
        before, self._phase = self._phase, phase
        if before is not None and before.stopped:
            self._stopped_until[before.stopped] = now_s + GRACE_S
        if before is not None and before.condition.broken_every:
            self._broken_until = now_s + GRACE_S

    def explain(self, camera: str, message: str, now_s: float) -> bool:
        """Tell whether an error of a camera (or of the node) at a moment was caused here."""
        if self._phase is None:
            return False
        stopped_until = self._stopped_until.get(camera, -math.inf)
        if camera == self._phase.stopped or now_s <= stopped_until:
            return True
        broken = self._phase.condition.broken_every > 0 or now_s <= self._broken_until
        return broken and message.startswith(BAD_FRAMES)
