# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The rendered street: drives and scenes with exact boxes and triplets, from a seed alone."""

from sageiq_ros.datasets.street.drive import (
    StreetFrame,
    episode_at,
    render_drive,
    render_street,
)

__all__ = ['StreetFrame', 'episode_at', 'render_drive', 'render_street']
