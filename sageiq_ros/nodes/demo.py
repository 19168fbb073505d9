# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Play a drive into the node over DDS and write a report of what it says."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq demo``."""
    from sageiq_ros.bags.frames import DEFAULT_RATE_HZ, SOURCE_HELP, STREET

    parser.add_argument('--input', default=STREET, help=f'{SOURCE_HELP} (default: {STREET})')
    parser.add_argument('--output', default='demo_output', help='folder for what it leaves')
    parser.add_argument('--frames', type=int, metavar='N', help='stop after N frames')
    parser.add_argument(
        '--rate',
        type=float,
        default=DEFAULT_RATE_HZ,
        metavar='HZ',
        help='most frames per second (default 10); a faster video or bag is thinned to this',
    )
    parser.add_argument('--topic', help='image topic, where the input is a bag with several')
    parser.add_argument('--seed', type=int, default=0, help='which street to render')
    parser.add_argument('--config', metavar='FILE', help='parameter file of the node')


def run(args: argparse.Namespace) -> int:
    """Run the demo; what was collected is written even if the node dies or Ctrl-C comes."""
    from sageiq_ros.nodes.transport import use_large_messages

    use_large_messages()
    import rclpy
    from rclpy.signals import SignalHandlerOptions

    from sageiq_ros.bags.frames import FrameSource
    from sageiq_ros.bags.rendered import StreetSource
    from sageiq_ros.bags.sources import open_source
    from sageiq_ros.config import Config
    from sageiq_ros.nodes.demo_files import DemoFolder
    from sageiq_ros.nodes.demo_run import DemoRun
    from sageiq_ros.nodes.process import NodeError
    from sageiq_ros.schema import load_yaml

    config = load_yaml(Config(), args.config) if args.config else Config()
    source: FrameSource = open_source(
        args.input, topic=args.topic, rate_hz=args.rate, frames=args.frames, seed=args.seed
    )
    folder = DemoFolder(Path(args.output))
    if isinstance(source, StreetSource):
        source = folder.rendered_drive(source)
    signal.signal(signal.SIGTERM, _interrupt)
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    demo = DemoRun(source, args.rate, folder)
    fault: NodeError | None = None
    try:
        demo.start(args.config)
        demo.play()
    except NodeError as error:
        fault = error
    except KeyboardInterrupt:
        demo.remarks.append(f'It was interrupted after {len(demo.results)} frames.')
        print('sageiq: interrupted; writing what there is.', file=sys.stderr)
    finally:
        demo.close()
        rclpy.try_shutdown()
    if demo.results:
        print(folder.write(demo, config.scorer, args.command_line))
    if fault is not None:
        raise fault
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
