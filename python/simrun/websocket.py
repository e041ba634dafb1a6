"""A WebSocket client (RFC 6455) of the standard library: whole messages, one thread, pings answered."""

import base64
import hashlib
import os
import socket
import ssl
import struct
from urllib.parse import urlsplit

import numpy as np

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
LARGEST = 64 << 20
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Closed(ConnectionError):
    """The other side has closed, in its words where it gave any."""


class WebSocket:
    """An open connection to ws://HOST:PORT or wss://HOST:PORT."""

    def __init__(self, address: str, api_key: str | None = None, ca_file: str | None = None, timeout: float = 30.0):
        parts = urlsplit(address)
        if parts.scheme not in ("ws", "wss") or not parts.hostname or not parts.port:
            raise ValueError(f"expected ws://HOST:PORT or wss://HOST:PORT, found {address!r}")
        plain = socket.create_connection((parts.hostname, parts.port), timeout=timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "wss":
            context = ssl.create_default_context(cafile=ca_file)
            plain = context.wrap_socket(plain, server_hostname=parts.hostname)
        self.socket = plain
        self.buffer = bytearray()
        try:
            self._shake_hands(parts, api_key)
        except BaseException:
            plain.close()
            raise
        # From here on the other side may think as long as it likes.
        plain.settimeout(None)

    def _shake_hands(self, parts, api_key: str | None) -> None:
        key = base64.b64encode(os.urandom(16))
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        lines = [f"GET {parts.path or '/'} HTTP/1.1", f"Host: {host}:{parts.port}", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Key: {key.decode()}", "Sec-WebSocket-Version: 13"]
        if api_key:
            lines.append(f"Authorization: Api-Key {api_key}")
        self.socket.sendall("\r\n".join(lines + ["", ""]).encode("ascii"))
        while b"\r\n\r\n" not in self.buffer:
            if len(self.buffer) > 1 << 16:
                raise Closed("a handshake without end")
            self._fill()
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        self.buffer = bytearray(rest)
        status, *fields = head.decode("latin-1").split("\r\n")
        if " 101" not in status:
            raise Closed(f"the server answered {status!r}: {rest[:200].decode(errors='replace').strip()}")
        wanted = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        answers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in fields)}
        if answers.get("sec-websocket-accept") != wanted:
            raise Closed("the handshake's answer is to another question")

    def _fill(self) -> None:
        data = self.socket.recv(1 << 16)
        if not data:
            raise Closed("the connection was closed")
        self.buffer += data

    def _take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self._fill()
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def send(self, data: bytes, opcode: int = BINARY) -> None:
        """Sends one message, masked as a client must."""
        head = bytearray([0x80 | opcode])
        if len(data) < 126:
            head.append(0x80 | len(data))
        elif len(data) < 1 << 16:
            head += bytes([0x80 | 126]) + struct.pack(">H", len(data))
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", len(data))
        mask = os.urandom(4)
        pattern = np.frombuffer(mask * (len(data) // 4 + 1), np.uint8)[:len(data)]
        self.socket.sendall(bytes(head) + mask + (np.frombuffer(data, np.uint8) ^ pattern).tobytes())

    def receive(self) -> bytes:
        """The next binary message; answers pings while it waits.

        Raises Closed with the last text message, which is how the server says what went wrong.
        """
        said, message, inside = "", bytearray(), None
        while True:
            first, second = self._take(2)
            opcode, length = first & 0x0F, second & 0x7F
            if first & 0x70 or second & 0x80:
                raise Closed("a frame that a server may not send")
            if length == 126:
                length = struct.unpack(">H", self._take(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self._take(8))[0]
            if length + len(message) > LARGEST:
                raise Closed(f"a message of more than {LARGEST} bytes")
            data = self._take(length)
            if opcode == PING:
                self.send(data, PONG)
            elif opcode == CLOSE:
                code = struct.unpack(">H", data[:2])[0] if len(data) >= 2 else 1005
                raise Closed(said.strip() or f"closed with {code} {data[2:].decode(errors='replace')}".strip())
            elif opcode in (CONTINUATION, TEXT, BINARY):
                inside = inside if opcode == CONTINUATION else opcode
                message += data
                if first & 0x80:
                    if inside == BINARY:
                        return bytes(message)
                    said, message = message.decode(errors="replace"), bytearray()

    def close(self) -> None:
        """Says goodbye and hangs up."""
        try:
            self.send(struct.pack(">H", 1000), CLOSE)
        except OSError:
            pass
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
