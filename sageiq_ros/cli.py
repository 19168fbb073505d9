# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The command ``sageiq``: a table of commands, each living in the room that it drives."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from importlib import import_module

from sageiq_ros.types import SageIQError

COMMANDS: dict[tuple[str, ...], tuple[str, str]] = {
    ('demo',): ('nodes.demo', 'play a drive into the node and write a report'),
    ('assess',): ('evaluation.assess', 'assess images, a video or a bag without ROS'),
    ('describe',): ('evaluation.describe', 'describe picture quality in words'),
    ('scene-graph',): (
        'evaluation.scene_graph_frames',
        'find scene graphs in images, a video or a bag',
    ),
    ('score',): ('evaluation.score', 'score images or boxes with any scorer'),
    ('analyze',): ('analyzer.commands.analyze', 'weigh triplets for a query'),
    ('analyzer', 'precompute'): (
        'analyzer.commands.precompute',
        'have the language model answer a vocabulary',
    ),
    ('analyzer', 'export'): ('analyzer.commands.export', 'write remembered answers into a file'),
    ('analyzer', 'import'): ('analyzer.commands.import_', 'take answers of a file into the memo'),
    ('bag', 'evaluate'): ('evaluation.bag.command', 'assess a recorded drive'),
    ('bag', 'make'): ('bags.commands.make', 'write a bag from images, a video or the renderer'),
    ('bag', 'play'): ('nodes.play', 'play a bag onto its topics in real time'),
    ('bag', 'wait'): ('nodes.wait', 'wait until somebody listens to the images of a bag'),
    ('bag', 'info'): ('bags.commands.info', 'tell what a bag holds'),
    ('bench', 'analyzer'): ('bench.analyzer', "measure the analyzer, the paper's way = 1"),
    ('bench', 'bag'): ('bench.bag', 'measure the evaluation of a bag, one process = 1'),
    ('bench', 'executors'): ('bench.executors', 'measure where experiments run, one worker = 1'),
    ('bench', 'node'): ('nodes.load.bench', 'measure the running node'),
    ('bench', 'scene-graph'): ('bench.scene_graph', 'measure the scene graph networks'),
    ('bench', 'trade-offs'): (
        'bench.trade_offs',
        'measure a time budget, kept qualities, rounds of cameras',
    ),
    ('bench', 'scorer'): ('bench.scorer', 'measure the scorers'),
    ('dataset', 'build'): ('sageiq_d.commands.build', "build the paper's test set SageIQ-D"),
    ('dataset', 'verify'): ('sageiq_d.commands.verify', 'check a SageIQ-D by its checksums'),
    ('evaluate', 'analyzer'): ('evaluation.analyzer', 'measure every mode on labelled triplets'),
    ('evaluate', 'paper'): ('experiments.command', 'run every experiment of the paper'),
    ('evaluate', 'scene-graph'): ('evaluation.scene_graph', 'measure recall of scene graphs'),
    ('evaluate', 'words'): ('evaluation.words', 'measure the words for measured faults'),
    ('evaluate', 'scorer'): ('evaluation.scorer', 'measure the scorer on held-out pictures'),
    ('experiment', 'similarity'): (
        'evaluation.similarity.command',
        'compare data sets by their feature centres',
    ),
    ('experiment', 'size-bias'): (
        'evaluation.size_bias.command',
        "measure what a picture's size does to scores",
    ),
    ('experiment', 'words'): (
        'evaluation.words_experiment',
        "compare two models' answers in words",
    ),
    ('models', 'build'): ('deployment.build', 'compile an engine into the cache'),
    ('models', 'export'): ('deployment.export', 'make an ONNX engine of imported weights'),
    ('models', 'import'): ('deployment.import_', 'make an engine of an official checkpoint'),
    ('models', 'import-detector'): (
        'deployment.import_detector',
        'make an engine of an ONNX detector',
    ),
    ('models', 'list'): ('deployment.listing', 'tell which engines there are'),
    ('models', 'quantize'): ('deployment.quantize', 'make an int8 engine of a float one'),
    ('soak',): ('nodes.load.soak', 'load the running node for hours and judge it'),
    ('train', 'niqe'): ('scorer.commands.fit_niqe', "fit NIQE's model of clean pictures"),
    ('train', 'reltr'): ('training.reltr', 'train the nano scene graph network'),
    ('train', 'sageiq-m'): (
        'training.scale_consistency.command',
        "train size modules by the paper's recipe",
    ),
    ('train', 'sageiq-m-nano'): (
        'training.sageiq_m_nano.command',
        'train the nano quality network',
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status, 2 for a fault the user can mend."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = next(
        (key for key in ((*words[:2],), (*words[:1],)) if key in COMMANDS),
        None,
    )
    if command is None:
        return _overview(words)
    module = import_module(f'sageiq_ros.{COMMANDS[command][0]}')
    parser = argparse.ArgumentParser(
        prog=' '.join(('sageiq', *command)), description=module.__doc__.splitlines()[0]
    )
    # For commands that tell what their results were made by.
    parser.set_defaults(command_line=shlex.join(('sageiq', *words)))
    module.configure(parser)
    try:
        return module.run(parser.parse_args(words[len(command) :]))
    except SageIQError as error:
        print(f'sageiq: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _overview(words: Sequence[str]) -> int:
    asked = not words or words[0] in ('-h', '--help')
    lines = [f'  {" ".join(key):24}{text}' for key, (_, text) in COMMANDS.items()]
    text = '\n'.join(
        ['usage: sageiq COMMAND [options]', '', *lines, '', 'sageiq COMMAND --help tells more.']
    )
    if asked:
        print(text)
        return 0
    print(f'sageiq: there is no command {" ".join(words[:2])!r}.\n\n{text}', file=sys.stderr)
    return 2


if __name__ == '__main__':
    sys.exit(main())
