# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Load the node for long under changing conditions, and judge it by named limits."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType


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
    return 3600.0 * float(text)


def minutes(text: str) -> float:
    """Read minutes as seconds."""
    return 60.0 * float(text)


def run(args: argparse.Namespace) -> int:
    """Soak and judge; Ctrl-C and the node's death end it with a verdict over what there is."""
    from sageiq_ros.nodes.transport import use_large_messages
    from sageiq_ros.output import check_writable
    from sageiq_ros.types import SageIQError

    if min(args.cameras, args.rate, args.seconds) <= 0:
        raise SageIQError('--cameras, --rate, --hours and --minutes must be above 0.')
    check_writable(args.json)
    use_large_messages()
    signal.signal(signal.SIGTERM, _interrupt)
    from sageiq_ros.nodes.load.loaded_node import camera_names, loaded_node
    from sageiq_ros.nodes.load.soak_file import SoakFile
    from sageiq_ros.nodes.load.soak_run import Soak
    from sageiq_ros.nodes.load.soak_status import StatusLine
    from sageiq_ros.nodes.load.surroundings import load_frames, ros
    from sageiq_ros.nodes.load.verdict import PASS, judge, lines, outcome
    from sageiq_ros.nodes.process import NodeError

    frames, cameras = load_frames(args.input), camera_names(args.cameras)
    file, status = SoakFile(args), StatusLine()
    soak = Soak(args.rate, cameras, status.show, lambda: file.keep(soak))
    try:
        with (
            ros(),
            loaded_node(frames, args.size, cameras, args.config, noticed=soak.notice) as loaded,
        ):
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
    print('\n'.join([*lines(judgements), *soak.tally.texts]))
    return 0 if outcome(judgements) == PASS else 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
