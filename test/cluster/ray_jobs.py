# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Work that tells where in a Ray it is done."""

import os
from dataclasses import dataclass

from executor_jobs import Tens, wait_until


@dataclass(frozen=True)
class Places(Tens):
    @property
    def node(self):
        import ray

        return ray.get_runtime_context().get_node_id()

    def meet(self, tries):
        super().meet(tries)
        return self.node

    def hang_once(self, tries):
        if tries == 1:
            self.record.add('hanging', self.node)
            self.hang(tries)
        return 'done'

    def wait_to_be_told(self, tries):
        wait_until(lambda: self.record.lines('told'), 'the test goes on')
        return os.environ['http_proxy']
