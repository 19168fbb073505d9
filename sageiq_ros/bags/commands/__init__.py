# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The commands ``sageiq bag …`` that need no ROS."""
