# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""No-reference metrics of the library pyiqa, brought to [0, 1] and kept off the network."""

from __future__ import annotations

import contextlib
import io
import math
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from sageiq_ros.offline import no_network
from sageiq_ros.scorer.natural_scene import padded
from sageiq_ros.types import Image, Quality, SageIQError

PREFIX = 'pyiqa:'
LEAST_SIDE_PX = 96
# Where pyiqa states no upper end, or one that pictures stay far below.
RANGES = {'niqe': (0.0, 20.0), 'niqe_matlab': (0.0, 20.0), 'pi': (0.0, 10.0)}
# These judge sets of pictures, not one.
SETS = ('fid', 'sfid', 'fid_dinov2', 'inception_score')

# What is printed is the whole process's, so that one scorer at a time can listen.
_listening = threading.Lock()
_ANNOUNCED = re.compile(r'Downloading: "[^"]*" to (.+)')


class PyiqaScorer:
    """Score crops with one metric of pyiqa, each by itself; a side below 96 px is mirrored.

    ``threads`` holds for the whole process. Runs on a CUDA device where torch finds one. Raises
    SageIQError for a package, a metric or a file of weights that is missing, and for a metric
    that is not one of single pictures.
    """

    def __init__(self, metric: str, threads: int) -> None:
        self._name = f'{PREFIX}{metric}'
        with no_network():
            pyiqa, self._torch = _import_pyiqa(metric)
        _check_name(metric, pyiqa)
        self._torch.set_num_threads(threads)
        self._device = self._torch.device('cuda' if self._torch.cuda.is_available() else 'cpu')
        with self._kept_offline(listen=True):
            self._metric = pyiqa.create_metric(metric, device=self._device, as_loss=False)
        self._low, self._high = score_range(metric, self._metric.score_range)
        self._lower_better = bool(self._metric.lower_better)
        self._complete = False

    @property
    def name(self) -> str:
        """Name the metric, as published in the message."""
        return self._name

    def score(self, crops: Sequence[Image]) -> list[Quality]:
        """Return one quality per crop, in order; NaN, no score, where the metric gives none."""
        return [Quality(self._scaled(self._value(crop))) for crop in crops]

    def _value(self, crop: Image) -> float:
        rgb = np.ascontiguousarray(padded(crop, LEAST_SIDE_PX)[:, :, ::-1].transpose(2, 0, 1))
        batch = self._torch.from_numpy(rgb).unsqueeze(0).to(self._device).float() / 255.0
        # Some metrics load their weights with the first picture.
        with self._kept_offline(listen=not self._complete), self._torch.inference_mode():
            value = float(self._metric(batch).reshape(()))
        self._complete = True
        return value

    @contextlib.contextmanager
    def _kept_offline(self, *, listen: bool) -> Iterator[None]:
        """Turn whatever goes wrong inside into one sentence, and a download into a refusal.

        To ``listen`` finds the place that pyiqa announces for missing weights, but takes what
        other threads print meanwhile, too.
        """
        told = io.StringIO()
        asked: list[str] = []
        try:
            with no_network() as asked, _heard(told) if listen else contextlib.nullcontext():
                yield
        except Exception as error:
            folder = Path(self._torch.hub.get_dir())
            raise _fault(self._name, error, asked, told.getvalue(), folder) from error

    def _scaled(self, value: float) -> float:
        if not math.isfinite(value):
            return math.nan
        part = min(1.0, max(0.0, (value - self._low) / (self._high - self._low)))
        return 1.0 - part if self._lower_better else part


def score_range(metric: str, stated: str | None) -> tuple[float, float]:
    """Read a metric's two ends from pyiqa's text, such as '0, 100' or '~0, ~1'.

    Raises SageIQError where they are not two finite numbers, the lower one first.
    """
    if metric in RANGES:
        return RANGES[metric]
    try:
        low, high = (float(end.strip().lstrip('~')) for end in (stated or '').split(','))
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError
    except ValueError as error:
        raise SageIQError(
            f'The metric {metric!r} of pyiqa has the range {stated!r}, which cannot be mapped to '
            '0 to 1; choose another metric.'
        ) from error
    return low, high


@contextlib.contextmanager
def _heard(told: io.StringIO) -> Iterator[None]:
    """Take in what the process prints, and pass it on to stderr at the end."""
    with _listening:
        try:
            with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
                yield
        finally:
            sys.stderr.write(told.getvalue())


def _import_pyiqa(metric: str) -> tuple[Any, Any]:
    try:
        import pyiqa
        import torch
    except ModuleNotFoundError as error:
        missing = error.name or 'pyiqa'
        raise SageIQError(
            f"The scorer {PREFIX}{metric} needs the package {missing}: run 'pip install "
            f"{'pyiqa' if missing in ('pyiqa', 'torch', 'torchvision') else missing}'; mind its "
            'licence, which is non-commercial.'
        ) from error
    except Exception as error:
        raise SageIQError(
            f'pyiqa cannot be imported ({type(error).__name__}: {error}); torch and torchvision '
            'must be of one build, both for CUDA or both for the processor.'
        ) from error
    return pyiqa, torch


def _check_name(metric: str, pyiqa: Any) -> None:
    known = [name for name in pyiqa.list_models(metric_mode='NR') if name not in SETS]
    if metric in known:
        return
    if metric in pyiqa.list_models():
        raise SageIQError(
            f'The metric {metric!r} of pyiqa compares a picture with others, which a car does not '
            f'have; choose one of {", ".join(known)}.'
        )
    close = get_close_matches(metric, known, 3)
    hint = f'did you mean {" or ".join(close)}? ' if close else ''
    raise SageIQError(
        f'pyiqa has no metric {metric!r}: {hint}No-reference metrics are {", ".join(known)}.'
    )


def _fault(
    name: str, error: Exception, asked: Sequence[str], told: str, folder: Path
) -> SageIQError:
    """Say what a metric lacks.

    ``asked`` are the addresses it wanted, ``told`` is what was printed meanwhile and ``folder``
    is torch hub's, in which pyiqa keeps its weights.
    """
    metric = name.removeprefix(PREFIX)
    if isinstance(error, ModuleNotFoundError):
        return SageIQError(
            f'The scorer {name} needs the package {error.name}: install pyiqa with all that it '
            "depends on ('pip install pyiqa')."
        )
    text = ' '.join(str(error).split())
    if not asked and 'offline' not in text.lower() and "can't load" not in text.lower():
        return SageIQError(f'The scorer {name} failed ({type(error).__name__}: {text}).')
    place = _ANNOUNCED.search(told)
    remedy = (
        f'fetch {asked[0]} elsewhere and put it here as {place[1].strip()}'
        if place and asked
        else f"bring {folder} and Hugging Face's cache folder from a machine on which "
        f"pyiqa.create_metric('{metric}') has run"
    )
    return SageIQError(
        f'The scorer {name} needs weights that are not on this machine, and nothing is fetched at '
        f'run time: {remedy}.'
    )
