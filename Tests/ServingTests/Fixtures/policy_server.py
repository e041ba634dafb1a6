"""A policy server as its protocol describes it, for tests: policy_server.py MODE [KEY]

Prints the port it listens on, on 127.0.0.1, and ends when its input ends. Messages are packed by
openpi-client's own msgpack_numpy. MODE says how it behaves; anything but `good` is wrong somewhere.
"""

import asyncio
import http
import os
import sys
import threading
import time
import traceback

import numpy as np
import websockets
from openpi_client import msgpack_numpy
from websockets.asyncio.server import serve

MODE = sys.argv[1]
KEY = sys.argv[2] if len(sys.argv) > 2 else None


def infer(observation, count):
    """Echoes what arrived, as the server sees it, beside an action chunk."""
    if MODE == "raises" and count == 3:
        raise ValueError("the gripper is on fire")
    reply = {"actions": np.full((10, 8), count, dtype=np.float32)}
    if MODE == "lists":
        reply["actions"] = reply["actions"].tolist()
    if MODE == "no-actions":
        reply = {"action": reply["actions"], "state": np.zeros(7)}
    if MODE == "nan":
        reply["actions"][0, 0] = np.nan
    reply["seen"] = {
        key: f"{value.dtype.str} {list(value.shape)} {int(value.astype(np.float64).sum() * 1000)}"
        if isinstance(value, np.ndarray) else repr(value)
        for key, value in observation.items()
    }
    reply["scalar"] = np.float32(1.5)
    reply["policy_timing"] = {"infer_ms": 2.5}
    return reply


async def handler(socket):
    if MODE == "silent":
        await asyncio.sleep(60)
    if MODE == "text-first":
        await socket.send("Traceback\n  here\nRuntimeError: no weights\n")
        await socket.close(1011, "Internal server error. Traceback included in previous frame.")
        return
    if MODE == "not-msgpack":
        await socket.send(b"\xc1 this is no msgpack")
    if MODE == "huge":
        await socket.send(bytes(80_000_000))
    await socket.send(msgpack_numpy.packb({"robot": "test", "reset_pose": [0.0, 1.0]}))
    if MODE == "chatty":
        await socket.send(msgpack_numpy.packb({"actions": np.zeros((1, 1))}))
    count = 0
    previous = None
    while True:
        try:
            started = time.monotonic()
            observation = msgpack_numpy.unpackb(await socket.recv())
            count += 1
            if MODE == "pings":
                await (await socket.ping(b"are you there"))
            if MODE == "slow" and count == 2:
                await asyncio.sleep(60)
            if MODE == "leaves" and count == 2:
                await socket.close(1001, "going away")
                return
            if MODE == "drops" and count == 2:
                socket.transport.abort()
                return
            started_inference = time.monotonic()
            reply = infer(observation, count)
            inference = time.monotonic() - started_inference
            reply["server_timing"] = {"infer_ms": 1000 * inference}
            if previous is not None:
                reply["server_timing"]["prev_total_ms"] = 1000 * previous
            packed = msgpack_numpy.packb(reply)
            if MODE == "fragments":
                await socket.send([packed[:5], packed[5:6], packed[6:]])
            elif MODE == "garbage" and count == 2:
                socket.transport.write(b"\xff\xff\xff\xff garbage, not a frame")
            elif MODE == "truncated" and count == 2:
                await socket.send(packed[:-3])
            else:
                await socket.send(packed)
            previous = time.monotonic() - started
        except websockets.ConnectionClosed:
            return
        except Exception:
            await socket.send(traceback.format_exc())
            await socket.close(1011, "Internal server error. Traceback included in previous frame.")
            return


def check(connection, request):
    if KEY is not None and request.headers.get("Authorization") != f"Api-Key {KEY}":
        return connection.respond(http.HTTPStatus.UNAUTHORIZED, "no\n")
    if MODE == "forbids":
        return connection.respond(http.HTTPStatus.FORBIDDEN, "no\n")
    if MODE == "http":
        return connection.respond(http.HTTPStatus.OK, "hello\n")
    return None


async def speak_no_http(reader, writer):
    """Takes the connection and says nothing, or a byte of a handshake now and then."""
    while MODE == "drips":
        for byte in b"HTTP/1.1 101 Switching Protocols\r\nX-Padding: " + b"x" * 1000:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)
    await asyncio.sleep(60)


def end_with_input():
    """A thread of its own: a loop that waits for its executor would not end."""
    sys.stdin.read()
    os._exit(0)


async def main():
    threading.Thread(target=end_with_input, daemon=True).start()
    if MODE in ("mute", "drips"):
        server = await asyncio.start_server(speak_no_http, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()
    async with serve(
        handler, "127.0.0.1", 0, compression=None, max_size=None, process_request=check
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
