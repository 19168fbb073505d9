# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Start sageiq_node; it configures and activates itself unless autostart is false."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, GroupAction
from launch.conditions import IfCondition
from launch.substitutions import (
    LaunchConfiguration,
    NotEqualsSubstitution,
    PathJoinSubstitution,
)
from launch_ros.actions import LifecycleNode, SetParameter
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and the node."""
    defaults = PathJoinSubstitution([FindPackageShare('sageiq_ros'), 'config', 'sageiq.yaml'])
    cameras = LaunchConfiguration('cameras')
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'params_file',
                default_value=defaults,
                description='Parameter file; the shipped one documents every parameter.',
            ),
            DeclareLaunchArgument(
                'cameras',
                default_value='',
                description='Image topics in place of those in params_file, such as '
                '"[/camera/front/image_raw, /camera/rear/image_raw/compressed]".',
            ),
            DeclareLaunchArgument(
                'namespace',
                default_value='sageiq',
                description='Namespace of the node and its topics.',
            ),
            DeclareLaunchArgument(
                'use_sim_time',
                default_value='false',
                choices=['true', 'false'],
                description='Take the time from /clock, as when a bag is replayed.',
            ),
            DeclareLaunchArgument(
                'autostart',
                default_value='true',
                choices=['true', 'false'],
                description='Configure and activate at start; false waits for a manager.',
            ),
            DeclareLaunchArgument(
                'log_level',
                default_value='info',
                choices=['debug', 'info', 'warn', 'error', 'fatal'],
                description='Least severity that is logged.',
            ),
            GroupAction(
                [
                    # As text, which the node reads as YAML: a list would be passed on as Python.
                    SetParameter(
                        'cameras',
                        ParameterValue(cameras, value_type=str),
                        condition=IfCondition(NotEqualsSubstitution(cameras, '')),
                    ),
                    LifecycleNode(
                        package='sageiq_ros',
                        executable='sageiq_node',
                        name='sageiq_node',
                        namespace=LaunchConfiguration('namespace'),
                        output='screen',
                        parameters=[
                            {
                                'use_sim_time': LaunchConfiguration('use_sim_time'),
                                'autostart': LaunchConfiguration('autostart'),
                            }
                        ],
                        ros_arguments=[
                            '--params-file',
                            LaunchConfiguration('params_file'),
                            '--log-level',
                            LaunchConfiguration('log_level'),
                        ],
                    ),
                ]
            ),
        ]
    )
