# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq models import``: make an engine of a published checkpoint, one kind a network."""

from __future__ import annotations

import argparse
from importlib import import_module
from types import ModuleType

# The module that knows a kind, each with ``configure`` and ``run`` of its own.
KINDS = {
    'reltr': 'import_reltr',
    'sageiq-m': 'import_sageiq_m',
    'q-instruct': 'import_sageiq_m',
    'mplug-owl2': 'import_sageiq_m',
    'q-align': 'import_sageiq_m',
    'deqa-score': 'import_sageiq_m',
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of every kind."""
    kinds = parser.add_subparsers(dest='kind', required=True, metavar='KIND')
    for kind, name in KINDS.items():
        module = _module(name)
        summary = module.SUMMARIES[kind]
        module.configure(kinds.add_parser(kind, help=summary, description=summary))


def run(args: argparse.Namespace) -> int:
    """Import a checkpoint of the chosen kind."""
    return _module(KINDS[args.kind]).run(args)


def _module(name: str) -> ModuleType:
    return import_module(f'sageiq_ros.deployment.{name}')
