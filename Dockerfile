# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
#
# sageiq_node, and sageiq_gate with gate:=true, on the official ROS image. It has not been built
# yet; docs/install.md says how it is meant to be used.
#
#     docker build --build-arg ROS_DISTRO=jazzy -t sageiq .
#     docker run --rm --net=host --ipc=host sageiq cameras:="[/camera/image_raw]"

ARG ROS_DISTRO=jazzy
FROM ros:${ROS_DISTRO}-ros-base

WORKDIR /opt/sageiq
COPY . .
RUN apt-get update \
    && apt-get install --no-install-recommends -y python3-dev python3-venv \
    && rosdep install --from-paths . sageiq_msgs --ignore-src -y \
        --dependency-types build --dependency-types buildtool --dependency-types exec \
    && rm -rf /var/lib/apt/lists/*
RUN . "/opt/ros/$ROS_DISTRO/setup.sh" && PIP_NO_CACHE_DIR=1 python3 tools/environment.py node

ENTRYPOINT ["/ros_entrypoint.sh", "sh", "-c", ". tools/env.sh && exec ros2 launch sageiq_ros sageiq.launch.py \"$@\"", "sageiq"]
