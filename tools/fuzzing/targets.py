# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""All targets by name."""

from fuzzing import answers, bags, engines, images, labels, messages, sets, settings, words
from fuzzing.target import Target

ROOMS = (images, words, settings, answers, engines, labels, sets, bags, messages)
TARGETS: dict[str, Target] = {target.name: target for room in ROOMS for target in room.TARGETS}
