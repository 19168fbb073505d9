# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Play a bag into sageiq_node and write table, summary and report of its results."""

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
from launch.event_handlers import OnShutdown
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
from launch_ros.actions import Node
from launch_ros.substitutions import ExecutableInPackage, FindPackageShare

# Jazzy's Fast DDS 2 has another name for it than Fast DDS 3.
JAZZY = EqualsSubstitution(EnvironmentVariable('ROS_DISTRO', default_value=''), 'jazzy')
PROFILE = IfElseSubstitution(
    JAZZY, 'FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE'
)


def after_evaluation(event: ProcessExited, context: LaunchContext) -> list[Action]:
    """End everything, with status 1 where the evaluator has failed; it has told why."""
    if event.returncode:
        raise RuntimeError(f'sageiq_evaluator failed with status {event.returncode}.')
    running = context.launch_configurations['running'] == 'true'
    return [Shutdown(reason='the evaluator has ended')] if running else []


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and who starts after whom.

    The player starts when all others are ready; when it has ended, and the last frame has had its
    time, the evaluator is told to write by the end of everything.
    """
    package = FindPackageShare('sageiq_ros')
    bag, topic = LaunchConfiguration('bag'), LaunchConfiguration('topic')
    namespace, player = LaunchConfiguration('namespace'), LaunchConfiguration('player')
    params_file = LaunchConfiguration('params_file')
    fastdds = [PathJoinSubstitution([package, 'config', 'fastdds.xml'])]
    # launch_ros breaks on a second shutdown, so what ends by the first one asks for none.
    running = IfCondition(EqualsSubstitution(LaunchConfiguration('running'), 'true'))
    end = [
        TimerAction(
            condition=running,
            period=LaunchConfiguration('drain'),
            actions=[Shutdown(reason='the bag is over', condition=running)],
        )
    ]
    ros2_player = ExecuteProcess(
        condition=IfCondition(EqualsSubstitution(player, 'ros2')),
        cmd=[
            FindExecutable(name='ros2'),
            *('bag', 'play', bag, '--rate', LaunchConfiguration('rate')),
            # It does not wait for a subscriber; DDS announces a participant every three seconds.
            *('--topics', topic, '--clock', '40', '--delay', '4.0'),
            '--disable-keyboard-controls',
        ],
        # Without larger shared-memory segments most raw images are lost; see docs/transport.md.
        additional_env={PROFILE: EnvironmentVariable(PROFILE, default_value=fastdds)},
        output='screen',
        on_exit=end,
    )
    sageiq_player = ExecuteProcess(
        condition=IfCondition(EqualsSubstitution(player, 'sageiq')),
        cmd=[
            ExecutableInPackage(executable='sageiq', package='sageiq_ros'),
            *('bag', 'play', bag, '--rate', LaunchConfiguration('rate')),
            *('--topic', topic, '--clock', '--wait', '20'),
        ],
        output='screen',
        on_exit=end,
    )
    return LaunchDescription(
        [
            DeclareLaunchArgument('bag', description='The bag: a folder, or one file of it.'),
            DeclareLaunchArgument(
                'topic',
                default_value='/image_raw',
                description='Image topic of the bag; a name ending in /compressed is '
                'CompressedImage.',
            ),
            DeclareLaunchArgument(
                'params_file',
                default_value=PathJoinSubstitution([package, 'config', 'sageiq.yaml']),
                description='Parameter file of the node.',
            ),
            DeclareLaunchArgument(
                'out',
                default_value='bag_evaluation',
                description='Folder for results.csv, summary.json and report.html.',
            ),
            DeclareLaunchArgument(
                'labels',
                default_value='',
                description='Labels: a topic of the bag or a .csv file; empty for none.',
            ),
            DeclareLaunchArgument(
                'rate', default_value='1.0', description='Speed: 2.0 plays twice as fast.'
            ),
            DeclareLaunchArgument(
                'player',
                default_value='ros2',
                choices=['ros2', 'sageiq'],
                description='What plays the bag: "ros2 bag play", or "sageiq bag play".',
            ),
            DeclareLaunchArgument(
                'drain',
                default_value='5.0',
                description='Seconds that the node has for the last frame.',
            ),
            DeclareLaunchArgument(
                'namespace',
                default_value='sageiq',
                description='Namespace of the node and its topics.',
            ),
            DeclareLaunchArgument(
                'log_level',
                default_value='info',
                choices=['debug', 'info', 'warn', 'error', 'fatal'],
                description='Least severity that the node logs.',
            ),
            SetLaunchConfiguration('running', 'true'),
            RegisterEventHandler(
                OnShutdown(on_shutdown=[SetLaunchConfiguration('running', 'false')])
            ),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(
                    PathJoinSubstitution([package, 'launch', 'sageiq.launch.py'])
                ),
                launch_arguments={
                    'params_file': params_file,
                    'cameras': ['["', topic, '"]'],
                    'namespace': namespace,
                    'use_sim_time': 'true',
                    'log_level': LaunchConfiguration('log_level'),
                }.items(),
            ),
            Node(
                package='sageiq_ros',
                executable='sageiq_evaluator',
                namespace=namespace,
                arguments=[
                    *(bag, '--topic', topic, '--labels', LaunchConfiguration('labels')),
                    *('--config', params_file, '--out', LaunchConfiguration('out')),
                ],
                output='screen',
                # Writing goes through the whole bag once more.
                sigterm_timeout='3600',
                on_exit=after_evaluation,
            ),
            Node(
                package='sageiq_ros',
                executable='sageiq_evaluator',
                namespace=namespace,
                arguments=[bag, '--topic', topic, '--until-ready'],
                output='screen',
                on_exit=[ros2_player, sageiq_player],
            ),
        ]
    )
