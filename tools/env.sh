# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
#
# Environment of a shell in which python, rclpy, sageiq_msgs, sageiq_ros, colcon and sageiq work:
#
#     . tools/env.sh
#
# Any POSIX shell will do. From another folder bash and zsh find this file by themselves; for
# others set SAGEIQ_ROOT to the repository's folder first.

if [ -n "${BASH_VERSION:-}" ]; then
    SAGEIQ_ROOT=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE:-$0}")/.." && pwd)
elif [ -n "${ZSH_VERSION:-}" ]; then
    eval 'SAGEIQ_ROOT=${${(%):-%x}:A:h:h}'
else
    SAGEIQ_ROOT=${SAGEIQ_ROOT:-$PWD}
fi

if [ ! -x "$SAGEIQ_ROOT/.venv/bin/python" ]; then
    echo "$SAGEIQ_ROOT has no environment yet; run 'make setup' there first." >&2
    return 1
fi
export SAGEIQ_ROOT

# A child with the mark of the wheels' re-execution but another LD_LIBRARY_PATH cannot load rclpy.
unset _ROS_WHEELS_BOOTSTRAP_COMPLETE

export VIRTUAL_ENV="$SAGEIQ_ROOT/.venv"
export PATH="$VIRTUAL_ENV/bin:$PATH"

# Made for the wheels, the environment must not mix with a ROS 2 distribution that is sourced too.
if [ -e "$VIRTUAL_ENV/.ros-wheels" ]; then
    export AMENT_PREFIX_PATH="$VIRTUAL_ENV"
    export CMAKE_PREFIX_PATH="$VIRTUAL_ENV"
    unset COLCON_PREFIX_PATH LD_LIBRARY_PATH PYTHONPATH ROS_DISTRO
else
    # Nodes that ROS 2 starts with the system's interpreter need this environment's packages too.
    PYTHONPATH="$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')${PYTHONPATH:+:$PYTHONPATH}"
fi

if [ -e "$SAGEIQ_ROOT/install/local_setup.sh" ]; then
    . "$SAGEIQ_ROOT/install/local_setup.sh"
fi

# The source tree comes before a copy that colcon installed.
export PYTHONPATH="$SAGEIQ_ROOT${PYTHONPATH:+:$PYTHONPATH}"

# Raw images of 640x480 and more need larger shared-memory segments than Fast DDS has by default; a
# profile of the user's own stays.
# Jazzy's Fast DDS 2 has another name for the variable than Fast DDS 3.
if [ "${ROS_DISTRO:-}" = jazzy ]; then
    export FASTRTPS_DEFAULT_PROFILES_FILE="${FASTRTPS_DEFAULT_PROFILES_FILE:-$SAGEIQ_ROOT/config/fastdds.xml}"
else
    export FASTDDS_DEFAULT_PROFILES_FILE="${FASTDDS_DEFAULT_PROFILES_FILE:-$SAGEIQ_ROOT/config/fastdds.xml}"
fi
