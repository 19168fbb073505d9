# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Play a bag into sageiq_node, which runs by the bag's time; ends when the bag does.

The status is 1 where any of the processes failed.
"""

import shutil
from functools import partial

from launch import Action, LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    IncludeLaunchDescription,
    RegisterEventHandler,
    SetLaunchConfiguration,
    Shutdown,
    TimerAction,
)
from launch.conditions import IfCondition
from launch.event_handlers import OnProcessExit, OnShutdown
from launch.events.process import ProcessExited
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import (
    EnvironmentVariable,
    EqualsSubstitution,
    FindExecutable,
    IfElseSubstitution,
    LaunchConfiguration,
    PathJoinSubstitution,
)
from launch_ros.substitutions import ExecutableInPackage, FindPackageShare

# Jazzy's Fast DDS 2 has another name for it than Fast DDS 3.
JAZZY = EqualsSubstitution(EnvironmentVariable('ROS_DISTRO', default_value=''), 'jazzy')
PROFILE = IfElseSubstitution(
    JAZZY, 'FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE'
)
# What the nodes say themselves: results that were recorded must not mix with theirs.
OWN = ('/sageiq/tar_quality', '/sageiq/overlay', '/sageiq/gate_state', '/diagnostics')


def end_by_failure(event: ProcessExited, context: LaunchContext) -> None:
    """End everything with status 1 where a process failed by itself; it has told why."""
    if event.returncode and not context.is_shutdown:
        raise RuntimeError(f'{event.process_name} failed with status {event.returncode}.')


def start_player(
    players: list[Action], event: ProcessExited, context: LaunchContext
) -> list[Action]:
    """Return the players, of which one starts, where the node has been waited for with success."""
    if event.returncode:
        return []
    if context.launch_configurations['player'] == 'ros2' and shutil.which('ros2') is None:
        raise RuntimeError('There is no "ros2 bag" here; play the bag with player:=sageiq.')
    return players


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and the player, which starts when the node is active."""
    package = FindPackageShare('sageiq_ros')
    bag, rate = LaunchConfiguration('bag'), LaunchConfiguration('rate')
    loop, player = LaunchConfiguration('loop'), LaunchConfiguration('player')
    fastdds = [PathJoinSubstitution([package, 'config', 'fastdds.xml'])]
    sageiq = ExecutableInPackage(executable='sageiq', package='sageiq_ros')
    # launch_ros breaks on a second shutdown, so what ends by the first one asks for none.
    running = IfCondition(EqualsSubstitution(LaunchConfiguration('running'), 'true'))
    end = [
        TimerAction(
            condition=running,
            # For the last frame.
            period=2.0,
            actions=[Shutdown(reason='the bag is over', condition=running)],
        )
    ]
    # A word cannot be left out by a condition: without a loop one is said twice.
    ros2_player = ExecuteProcess(
        condition=IfCondition(EqualsSubstitution(player, 'ros2')),
        cmd=[
            FindExecutable(name='ros2'),
            *('bag', 'play', bag, '--rate', rate, '--clock', '40', '--exclude-topics', *OWN),
            '--disable-keyboard-controls',
            IfElseSubstitution(loop, '--loop', '--disable-keyboard-controls'),
            # It does not wait for a subscriber; DDS announces a participant every three seconds.
            *('--delay', '4.0'),
        ],
        # Without larger shared-memory segments most raw images are lost; see docs/transport.md.
        additional_env={PROFILE: EnvironmentVariable(PROFILE, default_value=fastdds)},
        output='screen',
        on_exit=end,
    )
    sageiq_player = ExecuteProcess(
        condition=IfCondition(EqualsSubstitution(player, 'sageiq')),
        cmd=[
            *(sageiq, 'bag', 'play', bag, '--rate', rate, '--clock', '--exclude', *OWN),
            *('--wait', '20'),
            IfElseSubstitution(loop, '--loop', '--clock'),
        ],
        output='screen',
        on_exit=end,
    )
    return LaunchDescription(
        [
            DeclareLaunchArgument('bag', description='The bag: a folder, or one file of it.'),
            DeclareLaunchArgument(
                'rate', default_value='1.0', description='Speed: 2.0 plays twice as fast.'
            ),
            DeclareLaunchArgument(
                'loop',
                default_value='false',
                choices=['true', 'false'],
                description='Start over at the end, until Ctrl-C.',
            ),
            DeclareLaunchArgument(
                'cameras',
                default_value='[/image_raw]',
                description='Image topics of the bag; empty for those in params_file.',
            ),
            DeclareLaunchArgument(
                'profile',
                default_value='nano',
                choices=['nano', 'full'],
                description='As that of sageiq.launch.py.',
            ),
            DeclareLaunchArgument(
                'params_file',
                default_value=[
                    PathJoinSubstitution([package, 'config', LaunchConfiguration('profile')]),
                    '.yaml',
                ],
                description='Parameter file; what it sets wins over the profile.',
            ),
            DeclareLaunchArgument(
                'gate',
                default_value='false',
                choices=['true', 'false'],
                description='Start sageiq_gate too.',
            ),
            DeclareLaunchArgument(
                'rviz',
                default_value='false',
                choices=['true', 'false'],
                description='Start RViz too; the package rviz2 must be there.',
            ),
            DeclareLaunchArgument(
                'player',
                default_value='ros2',
                choices=['ros2', 'sageiq'],
                description='What plays the bag: "ros2 bag play", or "sageiq bag play".',
            ),
            SetLaunchConfiguration('running', 'true'),
            RegisterEventHandler(
                OnShutdown(on_shutdown=[SetLaunchConfiguration('running', 'false')])
            ),
            RegisterEventHandler(OnProcessExit(on_exit=end_by_failure)),
            # Not by the node's transition events: the first ones come before launch is found.
            ExecuteProcess(
                cmd=[sageiq, 'bag', 'wait', bag, '--cameras', LaunchConfiguration('cameras')],
                output='screen',
                on_exit=partial(start_player, [ros2_player, sageiq_player]),
            ),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(
                    PathJoinSubstitution([package, 'launch', 'sageiq.launch.py'])
                ),
                launch_arguments={
                    'cameras': LaunchConfiguration('cameras'),
                    'profile': LaunchConfiguration('profile'),
                    'params_file': LaunchConfiguration('params_file'),
                    'namespace': 'sageiq',
                    'use_sim_time': 'true',
                    'autostart': 'true',
                    'gate': LaunchConfiguration('gate'),
                    'rviz': LaunchConfiguration('rviz'),
                }.items(),
            ),
        ]
    )
