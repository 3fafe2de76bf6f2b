#!/usr/bin/env python3
"""Makes events.bin: an event file with given times, by the tensorboard package's own messages and records.

    pip install tensorboard numpy
    python crates/train/tests/tensorboard/generate.py
"""
import io
import pathlib

import numpy
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def histogram(values):
    """30 parts of equal width, or one if they have none."""
    least, largest = (min(values), max(values)) if values else (0.0, 0.0)
    edges = numpy.linspace(least, largest, 31 if largest > least else 2)
    counts, _ = numpy.histogram(values, edges) if largest > least else ([len(values)], None)
    return HistogramProto(
        min=least,
        max=largest,
        num=len(values),
        sum=sum(values),
        sum_squares=sum(x * x for x in values),
        bucket_limit=edges[1:],
        bucket=counts,
    )


def event(time, step, **value):
    return Event(wall_time=time, step=step, summary=Summary(value=[Summary.Value(**value)]))


picture = Summary.Image(height=3, width=200, colorspace=3, encoded_image_string=b"\x89PNG and more")
events = [
    Event(wall_time=1234.5, file_version="brain.Event:2"),
    event(1235.25, 0, tag="loss/training", simple_value=0.75),
    event(1236.0, 300, tag="größe", simple_value=float("nan")),
    event(1237.0, 1 << 40, tag="weights", histo=histogram([i * 0.25 - 5.0 for i in range(61)])),
    event(1238.0, 5, tag="constant", histo=histogram([2.5] * 3)),
    event(1239.0, 6, tag="nothing", histo=histogram([])),
    event(1240.0, 7, tag="picture", image=picture),
]
file = io.BytesIO()
writer = RecordWriter(file)
for each in events:
    writer.write(each.SerializeToString(deterministic=True))
(pathlib.Path(__file__).parent / "events.bin").write_bytes(file.getvalue())
