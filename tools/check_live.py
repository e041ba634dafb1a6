#!/usr/bin/env python3
"""Watches a run over Foxglove's WebSocket protocol, beside clients that break it.

    check_live.py SIMRUN
"""

import base64
import json
import re
import socket
import struct
import subprocess
import sys

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PROTOCOL = "foxglove.websocket.v1"


def start(program):
    run = subprocess.Popen(
        [program, "task", "reach", "--policy", "random", "--until", "time-limit", "--episodes", "20"]
        # In real time, so that there is something to watch while the others misbehave.
        + ["--clock", "wall", "--live", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in run.stderr:
        found = re.search(r"ws://127\.0\.0\.1:(\d+)", line)
        if found:
            return run, int(found.group(1))
    sys.exit("no port was told")


def hostile(port):
    """Each of these costs its own connection alone."""
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"426" in plain.recv(4096)
    with socket.create_connection(("127.0.0.1", port)) as garbage:
        garbage.sendall(b"\x00\xff" * 4096)
    for message in ("no JSON", "[]", json.dumps({"op": "subscribe", "subscriptions": 3})):
        with connect(f"ws://127.0.0.1:{port}", subprotocols=[PROTOCOL]) as client:
            client.send(message)
            try:
                while True:
                    client.recv(timeout=10)
            except ConnectionClosed:
                pass
    with connect(f"ws://127.0.0.1:{port}", subprotocols=[PROTOCOL]) as client:
        try:
            client.send("x" * (1 << 20))
            while True:
                client.recv(timeout=10)
        except ConnectionClosed:
            pass


def watch(port):
    with connect(f"ws://127.0.0.1:{port}", subprotocols=[PROTOCOL], max_size=None) as client:
        assert client.subprotocol == PROTOCOL
        assert json.loads(client.recv(timeout=10))["op"] == "serverInfo"
        advertised = json.loads(client.recv(timeout=30))
        assert advertised["op"] == "advertise"
        channels = {channel["id"]: channel for channel in advertised["channels"]}
        for channel in channels.values():
            if channel["schemaEncoding"] == "protobuf":
                FileDescriptorSet.FromString(base64.b64decode(channel["schema"]))
            else:
                json.loads(channel["schema"])
        wanted = [{"id": 100 + number, "channelId": number} for number in channels]
        client.send(json.dumps({"op": "subscribe", "subscriptions": wanted}))
        seen, ticks = {}, []
        while len(ticks) < 60:
            message = client.recv(timeout=30)
            if isinstance(message, str):
                continue
            opcode, subscription, time = struct.unpack_from("<BIQ", message)
            assert opcode == 1
            topic = channels[subscription - 100]["topic"]
            seen[topic] = seen.get(topic, 0) + 1
            if topic == "/tick":
                ticks.append((time, json.loads(message[13:])["tick"]))
        # /scene was sent before anybody watched, and is given to whoever comes later.
        for topic in ("/tick", "/tf", "/scene", "/observation/state"):
            assert seen.get(topic), (topic, seen)
        assert ticks == sorted(ticks)
        print(f"{sum(seen.values())} messages on {len(seen)} topics")


def main():
    run, port = start(sys.argv[1])
    try:
        hostile(port)
        watch(port)
    finally:
        run.terminate()
        run.stderr.close()
        run.wait(timeout=60)


if __name__ == "__main__":
    main()
