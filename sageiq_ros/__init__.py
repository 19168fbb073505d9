# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ: scene-graph-guided image quality for cars' cameras."""
