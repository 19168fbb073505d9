# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Results as they come over the network: TarQuality messages, read and given to the gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fuzzing.bags import GRAPH, TRUTH_TYPE
from fuzzing.mutators import mutate_bytes
from fuzzing.target import Run, Target
from sageiq_ros.bags.messages import truth
from sageiq_ros.bags.results import to_assessment
from sageiq_ros.bags.typestore import message_store
from sageiq_ros.gate.config import GateConfig
from sageiq_ros.gate.decision import GateStatus
from sageiq_ros.gate.gate import QualityGate
from sageiq_ros.types import State, WeightSource

# Without any delay, so that one result decides; the camera is that of the seed.
_GATE = GateConfig(cameras=('/raw',), open_after_s=0.0, close_after_s=0.0)
_STAMP_S = 1.0


def _make(read: Callable[[Any], str], folder: Path) -> tuple[Sequence[bytes], Run]:
    store = message_store()
    message = truth(GRAPH, round(_STAMP_S * 1e9), 'camera', '/raw', (32, 24))
    message.state, message.score = State.GOOD, 0.7
    for region in message.regions:
        region.quality = region.p_good = 0.7
    triplet = message.triplets[0]
    triplet.source, triplet.score = WeightSource.MEMO, 0.7
    triplet.subject_weight, triplet.subject_weight_normalized = 8.0, 0.95
    triplet.object_weight, triplet.object_weight_normalized = 5.0, 0.05

    def run(data: bytes) -> str:
        try:
            message = store.deserialize_cdr(data, TRUTH_TYPE)
        except Exception:
            # What no message can be, the middleware keeps away.
            return 'no message'
        return read(message)

    return [bytes(store.serialize_cdr(message, TRUTH_TYPE))], run


def _assessment(message: Any) -> str:
    assessment = to_assessment(message)
    used = [place for t in assessment.triplets for place in (t.subject, t.object)]
    assert all(0 <= place < len(assessment.regions) for place in used)
    return f'{assessment.state} {len(used)}'


def _gate(message: Any) -> str:
    gate = QualityGate(_GATE)
    taken = gate.take(message, 10.0, _STAMP_S + 0.05)
    decision = gate.state(10.0, _STAMP_S + 0.05)
    assert decision.state != GateStatus.OPEN or (taken and 0.35 <= message.score <= 1.0)
    return f'{decision.state} {decision.reason}'[:60]


TARGETS = (
    Target('TarQuality message', partial(_make, _assessment), mutate_bytes, 6_000),
    Target('TarQuality to the gate', partial(_make, _gate), mutate_bytes, 6_000, ()),
)
