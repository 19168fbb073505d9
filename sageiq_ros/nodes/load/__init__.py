# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Cameras that load the node, and what it makes of them."""
