"""PyPI's openpi-client against `simrun serve`: check_serve.py SIMRUN [INFERENCES]

Metadata, inferences that differ only in what was sent, errors in words, the API key, health, two
clients at once, hostile ones beside them, and the end by SIGTERM.
"""

import faulthandler
import http.client
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np
from openpi_client import msgpack_numpy
from openpi_client.websocket_client_policy import WebsocketClientPolicy
import websockets.sync.client

SIMRUN = sys.argv[1]
INFERENCES = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
POLICY = "meanflow-pick-place"

# openpi's client waits for ever: a lost reply must not look like patience.
faulthandler.dump_traceback_later(240, exit=True)


class Server:
    """`simrun serve` on a free port, until the block ends."""

    def __init__(self, *options):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [SIMRUN, "serve", "--policy", POLICY, "--port", "0", *options],
            stdout=subprocess.PIPE, stderr=self.errors, text=True,
        )
        line = self.process.stdout.readline()
        assert line.startswith(f"serving {POLICY} at ws://"), line
        self.port = int(line.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 130, self.process.returncode
        self.errors.seek(0)
        self.log = self.errors.read()

    def client(self, key=None):
        client = WebsocketClientPolicy("127.0.0.1", self.port, api_key=key)
        wait = client._ws.recv
        client._ws.recv = lambda timeout=60: wait(timeout=timeout)
        return client


def health(port, path="/healthz"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read()


def observation(metadata, random):
    return {
        key: random.uniform(-0.1, 0.1, field["shape"]).astype(field["dtype"])
        for key, field in metadata["observation"].items()
    } | {"prompt": "pick up the cube"}


def inferences(server):
    client = server.client()
    metadata = client.get_server_metadata()
    assert metadata["policy"] == POLICY and metadata["action_horizon"] > 0, metadata
    shape = (metadata["action_horizon"], metadata["action_dim"])
    random = np.random.default_rng(1)
    spent = []
    for count in range(INFERENCES):
        sent = observation(metadata, random)
        start = time.perf_counter()
        reply = client.infer(sent)
        spent.append(time.perf_counter() - start)
        actions = reply["actions"]
        assert actions.dtype == np.float32 and actions.shape == shape, actions
        assert np.isfinite(actions).all() and (abs(actions) <= 1).all()
        assert reply["policy_timing"]["infer_ms"] > 0
        assert reply["server_timing"]["infer_ms"] > 0
        assert ("prev_total_ms" in reply["server_timing"]) == (count > 0)
    print(f"{INFERENCES} inferences, p50 {np.median(spent) * 1e3:.2f} ms round trip")


def sessions(server):
    """What one client does, another does not see: both get what each alone would get."""
    clients = [server.client() for _ in range(4)]
    metadata = clients[0].get_server_metadata()
    random = np.random.default_rng(2)
    first = observation(metadata, random)
    others = [observation(metadata, random) for _ in clients]
    alone = [
        [client.infer(first | {"simrun/seed": 7})["actions"], client.infer(other)["actions"]]
        for client, other in zip(clients, others)
    ]
    opened = [client.infer(first | {"simrun/seed": 7})["actions"] for client in clients]
    mixed = [client.infer(other)["actions"] for client, other in zip(clients, others)]
    for one, start, then in zip(alone, opened, mixed):
        assert (one[0] == start).all() and (one[1] == then).all()
    assert not (mixed[0] == mixed[1]).all()


def errors(server):
    metadata = server.client().get_server_metadata()
    good = observation(metadata, np.random.default_rng(3))
    name = next(iter(metadata["observation"]))
    missing = {key: value for key, value in good.items() if key != name}
    for wrong in (
        missing,
        good | {name: good[name].astype(np.int32)},
        good | {name: good[name].reshape(1, *good[name].shape)},
        good | {name: np.full_like(good[name], np.nan)},
        good | {name: "here"},
    ):
        client = server.client()
        try:
            client.infer(wrong)
        except RuntimeError as error:
            assert f"simrun: {name}: expected" in str(error), error
        else:
            raise AssertionError(f"{name} was taken")
        # As openpi's own server does.
        try:
            client._ws.recv(timeout=10)
        except websockets.ConnectionClosed as closed:
            assert closed.rcvd.code == 1011, closed
    server.client().infer(good)


def raw(server):
    """A WebSocket without a client."""
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    plain.sendall(
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert b"101" in plain.recv(64)
    return plain


def receive(plain):
    try:
        return plain.recv(65536)
    except ConnectionResetError:
        return b""


def ending(plain):
    """The code with which the server closes, or None where it only hangs up."""
    data = b""
    while chunk := receive(plain):
        data += chunk
        at = data.rfind(b"\x88")
        if at >= 0 and len(data) >= at + 4 and data[at + 1] == len(data) - at - 2:
            return struct.unpack(">H", data[at + 2:at + 4])[0]
    return None


def marks(mask):
    """A map whose key is one character of 160 KB, twice: comparing such keys takes long."""
    key = ("a" + "\u0301\u0323" * 40_000).encode()
    entry = b"\xdb" + struct.pack(">I", len(key)) + key + b"\x01"
    data = b"\x82" + entry + entry
    return b"\x82" + bytes([0x80 | 127]) + struct.pack(">Q", len(data)) + mask + data


def hostile(server):
    """Each is refused; a client beside them never notices."""
    client = server.client()
    metadata = client.get_server_metadata()
    random = np.random.default_rng(4)
    packed = msgpack_numpy.packb(observation(metadata, random))
    mask = b"\0\0\0\0"
    header = b"\x82" + bytes([0x80 | 126]) + struct.pack(">H", len(packed)) + mask
    frame = header + packed
    deep = b"\x91" * 100
    for name, data, code in (
        ("oversize", b"\x82" + bytes([0x80 | 127]) + struct.pack(">Q", 1 << 40) + mask, 1009),
        ("reserved bits", b"\xf2" + frame[1:], 1002),
        ("reserved opcode", b"\x83" + frame[1:], 1002),
        # The second begins in the same packet, so before the first can be answered.
        ("twice", frame + b"\x82\x81" + mask + b"\x80", 1002),
        ("no msgpack", b"\x82\x81" + mask + b"\xc1", 1011),
        ("deep", b"\x82\xe4" + mask + deep, 1011),
        ("marks", marks(mask), 1011),
        ("bomb", b"\x82\x85" + mask + b"\xdd\xff\xff\xff\xff", 1011),
        ("text", b"\x81\x82" + mask + b"hi", 1011),
        ("goodbye", b"\x88\x80" + mask, 1000),
    ):
        plain = raw(server)
        plain.sendall(data)
        found = ending(plain)
        assert found == code, f"{name}: {found}"
        client.infer(observation(metadata, random))
    quiet = [raw(server) for _ in range(4)]
    quiet[0].sendall(frame[:100])
    quiet[1].close()
    for _ in range(100):
        socket.create_connection(("127.0.0.1", server.port)).close()
    garbage = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    garbage.sendall(bytes(range(256)) * 16)
    client.infer(observation(metadata, random))


def keys():
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("secret\n")
        file.flush()
        with Server("--api-key-file", file.name) as server:
            metadata = server.client("secret").get_server_metadata()
            assert metadata["policy"] == POLICY
            for key in (None, "secreT", "secret2"):
                headers = {"Authorization": f"Api-Key {key}"} if key else None
                try:
                    websockets.sync.client.connect(
                        f"ws://127.0.0.1:{server.port}", additional_headers=headers
                    )
                except websockets.InvalidStatus as refused:
                    assert refused.response.status_code == 401
                else:
                    raise AssertionError("a wrong key was taken")
            assert health(server.port) == (200, b"OK\n")
        assert server.log.count("HTTP 401") == 3, server.log
        assert "secret" not in server.log
    wild = [SIMRUN, "serve", "--policy", POLICY, "--host", "0.0.0.0", "--port", "0"]
    refused = subprocess.run(wild, capture_output=True, text=True)
    assert refused.returncode == 2 and "--host" in refused.stderr, refused


def main():
    with Server() as server:
        assert health(server.port) == (200, b"OK\n")
        assert health(server.port, "/")[0] == 426
        for check in (inferences, sessions, errors, hostile):
            check(server)
            print(check.__name__)
        last = server.client()
    try:
        last._ws.recv(timeout=10)
    except websockets.ConnectionClosed as closed:
        assert closed.rcvd.code == 1001, closed
    keys()
    print("keys")


main()
