# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Load the node for long under changing conditions, and judge it by named limits."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq soak``."""
    from sageiq_ros.nodes.load.bench import configure_cameras

    configure_cameras(parser)
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        '--hours', dest='seconds', type=hours, default=3600.0, metavar='H', help='how long (1)'
    )
    length.add_argument(
        '--minutes', dest='seconds', type=minutes, metavar='M', help='how long, in minutes'
    )
    parser.add_argument(
        '--json', type=Path, metavar='FILE', help='settings, samples, verdict; kept as it goes'
    )


def hours(text: str) -> float:
    """Read hours as seconds."""
    return 3600.0 * _number(text, 'hours')


def minutes(text: str) -> float:
    """Read minutes as seconds."""
    return 60.0 * _number(text, 'minutes')


def _number(text: str, unit: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'must be a number of {unit} such as 1.5, not {text!r}'
        ) from None


def run(args: argparse.Namespace) -> int:
    """Soak and judge; Ctrl-C and the node's death end it with a verdict over what there is."""
    from sageiq_ros.config import Config
    from sageiq_ros.nodes.transport import use_large_messages
    from sageiq_ros.output import check_writable
    from sageiq_ros.schema import load_yaml, updated
    from sageiq_ros.types import SageIQError

    if not all(0 < value < math.inf for value in (args.cameras, args.rate, args.seconds)):
        raise SageIQError(
            '--cameras, --rate, --hours and --minutes must be finite numbers above 0.'
        )
    check_writable(args.json)
    use_large_messages()
    from sageiq_ros.nodes.load.loaded_node import camera_names, loaded_node
    from sageiq_ros.nodes.load.soak_file import SoakFile
    from sageiq_ros.nodes.load.soak_run import Soak
    from sageiq_ros.nodes.load.soak_status import StatusLine
    from sageiq_ros.nodes.load.surroundings import load_frames, ros
    from sageiq_ros.nodes.load.verdict import PASS, judge, lines, outcome
    from sageiq_ros.nodes.process import NodeError

    cameras = camera_names(args.cameras)
    config = Config(cameras=cameras)
    if args.config:
        # As for the node, the cameras given here win over those of the file.
        config = updated(load_yaml(config, args.config), {'cameras': cameras})
    frames = load_frames(args.input)
    file, status = SoakFile(args), StatusLine()
    soak = Soak(args.rate, config, status.show, lambda: file.keep(soak))
    with ros():
        try:
            with loaded_node(
                frames, args.size, cameras, args.config, noticed=soak.notice
            ) as loaded:
                soak.run(loaded, args.seconds)
        except NodeError as error:
            soak.tally.death = str(error)
            soak.tally.note(str(error))
        except KeyboardInterrupt:
            print('\nsageiq: interrupted; judging what there is.', file=sys.stderr)
        finally:
            status.end()
            file.keep(soak)
    judgements = judge(soak.tally)
    print('\n'.join([*lines(judgements), *soak.tally.remarks()]))
    return 0 if outcome(judgements) == PASS else 1
