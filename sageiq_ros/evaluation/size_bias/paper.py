# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The paper's own numbers on size bias, Tables IV to VI, to stand beside measured ones.

Each triple is SRCC, PLCC and MCC.
"""

from __future__ import annotations

Triple = tuple[float, float, float]

TABLE_IV: dict[str, dict[str, Triple]] = {
    'Shannon entropy': {'rescaled': (1.000, 0.978, 0.989), 'cropped': (1.000, 0.996, 0.998)},
    'Q-Instruct': {'rescaled': (0.600, 0.759, 0.680), 'cropped': (0.564, 0.683, 0.624)},
}

TABLE_V: dict[str, dict[str, Triple]] = {
    'Q-Instruct': {'rescaled': (0.643, 0.693, 0.668), 'cropped': (0.857, 0.974, 0.916)},
    'Q-Align': {'rescaled': (0.648, 0.654, 0.651), 'cropped': (0.850, 0.853, 0.852)},
    'DeQA-Score': {'rescaled': (0.653, 0.663, 0.658), 'cropped': (0.871, 0.867, 0.869)},
    'SageIQ-M': {'rescaled': (0.797, 0.754, 0.775), 'cropped': (0.975, 0.988, 0.981)},
}

# Of Table VI's six rows with one or two modules on, four show the same ticks as another one, so
# that a row cannot be told by its modules: their range stands for them.
TABLE_VI: dict[str, dict[str, Triple]] = {
    'no module (Q-Instruct)': TABLE_V['Q-Instruct'],
    'some modules, lowest': {
        'rescaled': (0.714, 0.704, 0.718),
        'cropped': (0.865, 0.980, 0.923),
    },
    'some modules, highest': {
        'rescaled': (0.786, 0.748, 0.767),
        'cropped': (0.971, 0.987, 0.978),
    },
    'all modules (SageIQ-M)': TABLE_V['SageIQ-M'],
}
