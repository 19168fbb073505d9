# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The demo on a real drive: what it weighs and scores are the vehicles that are there."""

import os
import subprocess
import sys

from sageiq_ros.bags.reader import BagReader
from sageiq_ros.bags.results import to_assessment
from sageiq_ros.bags.sources import open_source
from sageiq_ros.geometry import box_iou
from sageiq_ros.scene_graph.yolox import VEHICLES, YoloxDetector
from sageiq_ros.types import Box

WAIT_S = 400.0
JUDGE_THRESHOLD = 0.4
HIT_IOU = 0.5
LEAST_SHARE = 0.9


def test_nine_frames_of_ten_carry_a_triplet_on_a_real_vehicle(shared, tmp_path, domain):
    clip = shared / 'data' / 'driving_clip'
    subprocess.run(
        [
            *(sys.executable, '-m', 'sageiq_ros.cli', 'demo'),
            *('--input', str(clip), '--output', str(tmp_path / 'out')),
        ],
        env={**os.environ, 'ROS_DOMAIN_ID': str(domain)},
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=WAIT_S,
    )
    results = {}
    with BagReader(tmp_path / 'out' / 'tar_quality') as reader:
        for message in reader.messages(['/sageiq/tar_quality']):
            decoded = reader.decode(message)
            stamp = decoded.header.stamp
            results[stamp.sec * 10**9 + stamp.nanosec] = to_assessment(decoded)
    judge = YoloxDetector(shared / 'data' / 'weights' / 'yolox_nano.onnx', threads=2)
    frames = hits = 0
    for frame in open_source(clip):
        frames += 1
        result = results.get(frame.stamp_ns)
        if result is None:
            continue
        found = judge.detect(frame.image, JUDGE_THRESHOLD)
        real = [
            Box(*map(float, box))
            for box, label in zip(found.boxes, found.labels, strict=True)
            if label in VEHICLES
        ]
        used = {index for t in result.triplets for index in (t.subject, t.object)}
        hits += any(
            box_iou(result.regions[index].region.box, box) >= HIT_IOU
            for index in used
            for box in real
        )
    assert frames == 150
    assert hits >= LEAST_SHARE * frames, f'{hits} of {frames} frames'
