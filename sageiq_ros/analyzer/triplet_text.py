# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Triplets as people type them: ``car on street; man walking on sidewalk``."""

from __future__ import annotations

from sageiq_ros.quoting import quoted
from sageiq_ros.types import Box, Region, SageIQError, SceneGraph, Triplet
from sageiq_ros.vocabulary import PREDICATES

HELP = (
    "'subject predicate object' with a predicate of Visual Genome, divided by ';' "
    "(or 'subject | predicate | object' for any)"
)


def parse_triplets(text: str) -> SceneGraph:
    """Read triplets divided by ``;``; equal names are one region.

    Raises SageIQError naming the triplet in which no predicate is found.
    """
    regions: dict[str, int] = {}
    triplets = []
    for part in filter(None, (' '.join(part.split()) for part in text.split(';'))):
        subject, predicate, object_ = _split(part)
        ends = [regions.setdefault(label, len(regions)) for label in (subject, object_)]
        triplets.append(Triplet(ends[0], predicate, ends[1], 1.0))
    if not triplets:
        raise SageIQError("There is no triplet; give some as --triplets 'car on street'.")
    found = tuple(Region(label, 1.0, Box(0.0, 0.0, 1.0, 1.0)) for label in regions)
    return SceneGraph(found, tuple(triplets))


def _split(part: str) -> tuple[str, str, str]:
    if '|' in part:
        words = [word.strip() for word in part.split('|')]
        if len(words) == 3 and all(words):
            return words[0], words[1], words[2]
    for predicate in sorted(PREDICATES[1:], key=len, reverse=True):
        subject, found, object_ = part.partition(f' {predicate} ')
        if found and subject.strip() and object_.strip():
            return subject.strip(), predicate, object_.strip()
    raise SageIQError(
        f"{quoted(part)} is not a triplet; write 'subject predicate object' with a predicate of "
        "Visual Genome, or 'subject | predicate | object'."
    )
