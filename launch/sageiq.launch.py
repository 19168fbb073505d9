# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Start sageiq_node, and sageiq_gate and RViz if they are asked for.

Both nodes configure and activate themselves unless autostart is false. A node that dies takes
nothing with it, for the gate must go on to say so: launch logs it and its status stays 0.
"""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, GroupAction
from launch.conditions import IfCondition
from launch.substitutions import (
    LaunchConfiguration,
    NotEqualsSubstitution,
    PathJoinSubstitution,
)
from launch_ros.actions import LifecycleNode, Node, SetParameter
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and the nodes."""
    config = PathJoinSubstitution([FindPackageShare('sageiq_ros'), 'config'])
    profile_file = [PathJoinSubstitution([config, LaunchConfiguration('profile')]), '.yaml']
    cameras, namespace = LaunchConfiguration('cameras'), LaunchConfiguration('namespace')
    use_sim_time = {'use_sim_time': LaunchConfiguration('use_sim_time')}
    common = {
        'package': 'sageiq_ros',
        'namespace': namespace,
        'output': 'screen',
        'parameters': [{**use_sim_time, 'autostart': LaunchConfiguration('autostart')}],
    }
    ros_arguments = [
        # Of two files the later one wins.
        *('--params-file', profile_file),
        *('--params-file', LaunchConfiguration('params_file')),
        *('--log-level', LaunchConfiguration('log_level')),
    ]
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'profile',
                default_value='nano',
                choices=['nano', 'full'],
                description='What runs in the three stages: nano is the shipped engines, full the '
                "paper's models, whose paths params_file must give.",
            ),
            DeclareLaunchArgument(
                'params_file',
                default_value=profile_file,
                description='Parameter file; what it sets wins over the profile.',
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
                description='Namespace of the nodes and their topics.',
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
                'gate',
                default_value='false',
                choices=['true', 'false'],
                description='Start sageiq_gate too.',
            ),
            DeclareLaunchArgument(
                'rviz',
                default_value='false',
                choices=['true', 'false'],
                description='Start RViz with config/sageiq.rviz; the package rviz2 must be there.',
            ),
            DeclareLaunchArgument(
                'log_level',
                default_value='info',
                choices=['debug', 'info', 'warn', 'error', 'fatal'],
                description='Least severity that the nodes log.',
            ),
            GroupAction(
                [
                    # As text, which the nodes read as YAML: a list would be passed on as Python.
                    SetParameter(
                        'cameras',
                        ParameterValue(cameras, value_type=str),
                        condition=IfCondition(NotEqualsSubstitution(cameras, '')),
                    ),
                    # The enclaves are those of config/sros2_policy.xml, of use with SROS2 only.
                    LifecycleNode(
                        executable='sageiq_node',
                        name='sageiq_node',
                        ros_arguments=[*ros_arguments, *('--enclave', '/sageiq/sageiq_node')],
                        **common,
                    ),
                    LifecycleNode(
                        condition=IfCondition(LaunchConfiguration('gate')),
                        executable='sageiq_gate',
                        name='sageiq_gate',
                        ros_arguments=[*ros_arguments, *('--enclave', '/sageiq/sageiq_gate')],
                        **common,
                    ),
                ]
            ),
            Node(
                condition=IfCondition(LaunchConfiguration('rviz')),
                package='rviz2',
                executable='rviz2',
                namespace=namespace,
                # The file names the topics of the default namespace.
                remappings=[('/sageiq/overlay', 'overlay')],
                arguments=['-d', PathJoinSubstitution([config, 'sageiq.rviz'])],
                parameters=[use_sim_time],
                output='screen',
            ),
        ]
    )
