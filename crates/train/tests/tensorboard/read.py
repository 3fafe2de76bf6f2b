#!/usr/bin/env python3
"""Reads the folder that main.rs wrote, and fails where a value is another one."""
import math
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "histograms": 0, "images": 0})
events.Reload()
tags = events.Tags()
assert tags["scalars"] == ["loss", "accuracy"], tags
assert tags["histograms"] == ["weights", "labels"], tags
assert tags["images"] == ["digits"], tags

loss = events.Scalars("loss")
assert [event.step for event in loss] == list(range(2000))
for event in loss:
    assert event.value == struct.unpack("f", struct.pack("f", 1 / (1 + event.step)))[0], event
assert all(a.wall_time <= b.wall_time for a, b in zip(loss, loss[1:]))
(event,) = events.Scalars("accuracy")
assert event.step == 1 << 33 and event.value == -math.inf

(event,) = events.Histograms("weights")
weights = event.histogram_value
assert (event.step, weights.min, weights.max, weights.num, weights.sum) == (3, -1, 2, 3, 1.5), weights
assert weights.sum_squares == 5.25 and len(weights.bucket) == 30 and sum(weights.bucket) == 3
assert weights.bucket_limit[-1] == 2 and weights.bucket[0] == 1 and weights.bucket[15] == 1 and weights.bucket[-1] == 1
(event,) = events.Histograms("labels")
assert event.histogram_value.sum == 6

(event,) = events.Images("digits")
assert event.step == 4 and event.encoded_image_string.startswith(b"\x89PNG\r\n")
print(f"read, a picture of {event.width} x {event.height}")
