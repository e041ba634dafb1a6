#!/usr/bin/env python3
"""Reads recordings with other projects' readers: counts, times and every schema.

    check_recordings.py REPORT.json

REPORT.json is what `simrun task --record DIR --json` printed. Each of its recordings is read by
PyPI's `mcap`, with all checksums, and every protobuf message by its own schema. What is read must
agree with the report: ticks, times, success, and the pictures' size.
"""

import io
import json
import sys

from mcap.reader import NonSeekingReader, make_reader
from mcap_protobuf.decoder import DecoderFactory


def check(path, episode, policy_hz, control_hz):
    with open(path, "rb") as file:
        data = file.read()
    reader = make_reader(io.BytesIO(data), validate_crcs=True, decoder_factories=[DecoderFactory()])
    summary = reader.get_summary()
    counts = {
        summary.channels[number].topic: count
        for number, count in summary.statistics.channel_message_counts.items()
    }
    metadata = {record.name: record.metadata for record in reader.iter_metadata()}
    header, result = metadata["simrun"], metadata["simrun.result"]
    epoch = int(header["epoch_ns"])
    assert int(header["seed"]) == episode["seed"], path
    assert result["state_hash"] == episode["state_hash"], path
    assert (result["success"] == "true") == episode["success"], path
    assert counts["/tick"] == episode["ticks"], (path, counts, episode)
    for topic in ("/observation/state", "/safety", "/state"):
        assert counts[topic] == episode["ticks"], (path, topic, counts)
    assert counts["/tf"] == episode["ticks"] + 1, (path, counts)

    seen = {topic: 0 for topic in counts}
    last = {}
    monotonic = 0
    for schema, channel, message in reader.iter_messages(log_time_order=False):
        topic = channel.topic
        assert message.log_time >= last.get(topic, epoch), (path, topic, "times go back")
        assert message.publish_time <= message.log_time, (path, topic)
        last[topic] = message.log_time
        seen[topic] += 1
        if channel.message_encoding == "json":
            value = json.loads(message.data)
            if topic == "/tick":
                told = epoch + round(value["time_s"] * 1e9)
                assert abs(told - message.log_time) <= 1, (path, value["time_s"])
                assert value["monotonic_ns"] > monotonic, (path, "the clock goes back")
                monotonic = value["monotonic_ns"]
                # A tick begins where the last one ended, lost periods and all.
                assert abs(value["time_s"] - value["tick"] / control_hz) < 1e-6, (path, value)
    for topic, count in counts.items():
        assert seen[topic] == count, (path, topic)

    pictures = 0
    for schema, channel, message, decoded in reader.iter_decoded_messages(
        topics=["/tf", "/scene", "/observation/cloud"]
        + [topic for topic in counts if topic.startswith("/camera/")]
    ):
        if channel.topic == "/tf":
            assert decoded.transforms and decoded.transforms[0].parent_frame_id == "world"
            for transform in decoded.transforms:
                q = transform.rotation
                assert abs(q.x**2 + q.y**2 + q.z**2 + q.w**2 - 1) < 1e-9
        elif channel.topic == "/scene":
            assert len(decoded.entities) > 3
        elif channel.topic == "/observation/cloud":
            assert decoded.point_stride == 12 and len(decoded.data) % 12 == 0
        else:
            assert decoded.format == "png" and decoded.data[1:4] == b"PNG"
            pictures += 1
    # The same without the index, as a stream.
    streamed = sum(1 for _ in NonSeekingReader(io.BytesIO(data)).iter_messages())
    assert streamed == summary.statistics.message_count, path
    return summary.statistics.message_count, pictures


def main():
    with open(sys.argv[1]) as file:
        report = json.load(file)
    files = report["recordings"]["files"]
    assert len(files) == len(report["episodes"]) and report["recordings"]["dropped"] == 0
    messages = pictures = 0
    for path, episode in zip(files, report["episodes"]):
        found = check(path, episode, report["policy_rate_hz"], report["rate_hz"])
        messages += found[0]
        pictures += found[1]
    print(f"{len(files)} recordings, {messages} messages, {pictures} pictures read by mcap")


if __name__ == "__main__":
    main()
