# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The settings of the gate, each with its range and its sentence."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sageiq_ros.schema import ConfigError, check, setting

NODE = 'sageiq_gate'


@dataclass(frozen=True, slots=True)
class GateConfig:
    """Everything that decides whether the gate is open.

    Raises ConfigError for a value of the wrong kind or out of its range, and for a contradiction.
    """

    cameras: tuple[str, ...] = setting(
        ('image_raw',),
        'Cameras that must all be good enough, named as in the cameras of sageiq_node.',
    )
    min_score: tuple[float, ...] = setting(
        (0.35,),
        'Least score of a camera. One number for all cameras, or one for each in their order.',
        low=0.0,
        high=1.0,
        live=True,
    )
    floor_labels: tuple[str, ...] = setting(
        ('person', 'pedestrian', 'man', 'woman', 'child', 'boy', 'girl', 'kid', 'people'),
        'Labels of regions that may close the gate whatever the score of the frame; an empty one '
        'is none.',
        live=True,
    )
    floor: tuple[float, ...] = setting(
        (0.3,),
        'Least quality of a region of such a label. One number for all of floor_labels, or one '
        'for each in their order.',
        low=0.0,
        high=1.0,
        live=True,
    )
    hysteresis: float = setting(
        0.1,
        'How far above min_score and floor a camera must be for the gate to open again.',
        low=0.0,
        high=1.0,
        live=True,
    )
    open_after_s: float = setting(
        1.0,
        'Seconds for which all results must be good enough to open it before the gate opens.',
        low=0.0,
        high=60.0,
        live=True,
    )
    close_after_s: float = setting(
        0.2,
        'Seconds of bad results, with none in between that is good enough to open it, before the '
        'gate closes; 0 closes it by the first one.',
        low=0.0,
        high=60.0,
        live=True,
    )
    stale_after_s: float = setting(
        0.5,
        'Seconds after which a result is too old, counted from the stamp of its image and from '
        'when it came.',
        low=0.01,
        high=60.0,
        live=True,
    )
    future_tolerance_s: float = setting(
        0.1,
        'Seconds by which the stamp of an image may lie ahead of ROS time.',
        low=0.0,
        high=10.0,
        live=True,
    )
    heartbeat_s: float = setting(
        0.1,
        'Seconds from one gate_state to the next where nothing changes; also how often staleness '
        'is looked for.',
        low=0.01,
        high=10.0,
    )
    autostart: bool = setting(
        True, 'Configure and activate at start; false waits for a lifecycle manager.'
    )

    def __post_init__(self) -> None:
        for item in fields(self):
            value = check(item.name, getattr(self, item.name), item.default, item.metadata)
            object.__setattr__(self, item.name, value)
        if not self.cameras:
            raise ConfigError('cameras is empty; name at least one.')
        _refuse_twice('cameras', self.cameras)
        _refuse_twice('floor_labels', tuple(filter(None, map(same_label, self.floor_labels))))
        for name, each in (('min_score', self.cameras), ('floor', self.floor_labels)):
            given = len(getattr(self, name))
            if given not in (1, len(each)):
                whose = 'cameras' if name == 'min_score' else 'floor_labels'
                raise ConfigError(
                    f'{name} holds {given} numbers for {len(each)} {whose}; give one for all, '
                    'or one for each.'
                )


def same_label(label: str) -> str:
    """Write a label as all that are the same are written: in lower case, with single spaces."""
    return ' '.join(label.casefold().split())


def _refuse_twice(setting_name: str, names: tuple[str, ...]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f'{setting_name} names {name!r} twice; name each once.')
