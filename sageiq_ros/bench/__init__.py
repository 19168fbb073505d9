# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure what a stage costs: speed, memory, and whether runs agree."""
