# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The options that say which analyzer a command is about; defaults are the node's."""

from __future__ import annotations

import argparse
from pathlib import Path

from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.schema import settings, updated

NAMES = ('mode', 'model', 'backend', 'threads', 'evaluations', 'parser', 'memo')


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare an option for each setting of the analyzer that is read at its construction."""
    for name, value, meta in settings(AnalyzerConfig()):
        if name in NAMES:
            choices = meta['choices']
            parser.add_argument(
                f'--{name}',
                default=value,
                type=type(value),
                choices=choices,
                metavar=None if choices else name.upper(),
                help=f'{meta["description"]} ({value or "empty"})',
            )


def configuration(args: argparse.Namespace) -> AnalyzerConfig:
    """Return the configuration that the options make; raises ConfigError for one out of range."""
    return updated(AnalyzerConfig(), {name: getattr(args, name) for name in NAMES})


def read_lines(path: Path | None) -> list[str]:
    """Read a file's lines that are not empty, each once; none where no file is named."""
    from sageiq_ros.types import SageIQError

    if path is None:
        return []
    try:
        lines = path.read_text(encoding='utf-8').splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SageIQError(f'{path} cannot be read: {error}.') from error
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))
