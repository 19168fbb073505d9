# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Lose one of two nodes of a cluster in the middle of an item; the argument is a folder."""

import sys
from pathlib import Path
from threading import Thread

from executor_jobs import Record, wait_until
from ray.cluster_utils import Cluster
from ray_jobs import Places

from sageiq_ros.executors.ray import RayExecutor


def lose_node(cluster, nodes, record):
    wait_until(lambda: record.lines('hanging'), 'a worker is in the middle of an item')
    (lost,) = [node for node in nodes if node.node_id == record.lines('hanging')[0]]
    cluster.remove_node(lost, allow_graceful=False)
    record.add('lost', lost.node_id)


if __name__ == '__main__':
    record = Record(Path(sys.argv[1]))
    head = {'num_cpus': 0, 'include_dashboard': False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    thread = Thread(target=lose_node, args=(cluster, nodes, record))
    thread.start()
    executor = RayExecutor(address=cluster.address)
    for outcome in executor.run(Places(record), ['meet', 'meet', 'hang_once', *range(10)]):
        record.add('outcomes', f'{outcome.index} {outcome.value} {outcome.error}')
    thread.join()
    cluster.shutdown()
