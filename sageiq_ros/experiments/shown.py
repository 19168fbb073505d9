# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Agreements as cells of tables and series of charts, the same in every section."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sageiq_ros.evaluation.bootstrap import Estimate
from sageiq_ros.evaluation.pages.blocks import Cell, Number, Row, Series
from sageiq_ros.evaluation.pages.text import in_words, number_text
from sageiq_ros.experiments.agreement import METRICS, Agreement
from sageiq_ros.experiments.conditions import MOTION, Condition
from sageiq_ros.sageiq_d.hybrid import DEFAULT_BOXES

HEADS = tuple(metric.upper() for metric in METRICS)


def under(degradation: str, variant: str) -> Condition:
    """Return a condition with the usual number of regions."""
    return Condition(degradation, DEFAULT_BOXES, variant)


def motion(variant: str) -> Condition:
    """Return the condition of Table VIII and of all that the paper measures like it."""
    return under(MOTION, variant)


def number(found: Estimate, signed: bool = False) -> Number:
    """Return an estimate as a cell; a difference without an interval does not stand out."""
    return Number(found.value, found.low, found.high, signed=signed and not math.isnan(found.low))


def cells(agreement: Agreement, signed: bool = False) -> tuple[Cell, ...]:
    """Return SRCC, PLCC and MCC as cells."""
    return tuple(number(agreement[metric], signed) for metric in METRICS)


def mcc_series(name: str, found: Sequence[Agreement]) -> Series:
    """Return the MCC of agreements as a series with its intervals."""
    estimates = [agreement['mcc'] for agreement in found]
    return Series(
        name,
        [e.value for e in estimates],
        [e.low for e in estimates],
        [e.high for e in estimates],
    )


def paper_row(name: str, *rest: Cell) -> Row:
    """Return a row of the paper's own numbers, which says so."""
    return Row((f'paper: {name}', *rest), paper=True)


def said(found: Estimate) -> str:
    """Return a difference with its interval, if it has one, in words."""
    value, low, high = (
        in_words(number_text(part, signed=True)) for part in (found.value, found.low, found.high)
    )
    return value if math.isnan(found.low) else f'{value} (95 % interval {low} to {high})'
