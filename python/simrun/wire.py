"""msgpack with numpy arrays, as openpi's packages write it: arrays are maps whose keys are bytes."""

import struct

import numpy as np

# A peer's lengths are believed only as far as its message reaches, and these levels deep.
DEEPEST = 32


class WireError(ValueError):
    """A message that is not what it must be."""


def pack(value) -> bytes:
    """A value as msgpack: None, bool, int, float, str, bytes, sequences, maps, numpy's values."""
    out = bytearray()
    _pack(value, out)
    return bytes(out)


def _pack(value, out: bytearray) -> None:
    if value is None:
        out.append(0xC0)
    elif isinstance(value, (bool, np.bool_)):
        out.append(0xC3 if value else 0xC2)
    elif isinstance(value, (int, np.integer)):
        _pack_int(int(value), out)
    elif isinstance(value, (float, np.floating)):
        out += b"\xcb" + struct.pack(">d", value)
    elif isinstance(value, str):
        data = value.encode()
        _head(len(data), out, 0xA0, 31, (0xD9, 0xDA, 0xDB))
        out += data
    elif isinstance(value, (bytes, bytearray, memoryview)):
        _head(len(value), out, None, -1, (0xC4, 0xC5, 0xC6))
        out += value
    elif isinstance(value, np.ndarray):
        _pack_array(value, out)
    elif isinstance(value, dict):
        _head(len(value), out, 0x80, 15, (None, 0xDE, 0xDF))
        for key, item in value.items():
            _pack(key, out)
            _pack(item, out)
    elif isinstance(value, (list, tuple)):
        _head(len(value), out, 0x90, 15, (None, 0xDC, 0xDD))
        for item in value:
            _pack(item, out)
    else:
        raise WireError(f"{type(value).__name__} cannot be sent")


def _pack_array(array: np.ndarray, out: bytearray) -> None:
    if array.dtype.kind not in "biuf":
        raise WireError(f"an array of {array.dtype} cannot be sent")
    _pack({b"__ndarray__": True, b"data": array.tobytes(), b"dtype": array.dtype.str,
           b"shape": list(array.shape)}, out)


def _pack_int(number: int, out: bytearray) -> None:
    if 0 <= number < 0x80 or -32 <= number < 0:
        out.append(number & 0xFF)
    elif number >= 0:
        for tag, form, top in ((0xCC, ">B", 1 << 8), (0xCD, ">H", 1 << 16), (0xCE, ">I", 1 << 32), (0xCF, ">Q", 1 << 64)):
            if number < top:
                out += bytes([tag]) + struct.pack(form, number)
                return
        raise WireError(f"{number} does not fit 64 bits")
    else:
        for tag, form, top in ((0xD0, ">b", 1 << 7), (0xD1, ">h", 1 << 15), (0xD2, ">i", 1 << 31), (0xD3, ">q", 1 << 63)):
            if number >= -top:
                out += bytes([tag]) + struct.pack(form, number)
                return
        raise WireError(f"{number} does not fit 64 bits")


def _head(count: int, out: bytearray, fixed, limit: int, tags) -> None:
    """A length: in one byte with its tag, or after the tag in 8, 16 or 32 bits."""
    if fixed is not None and count <= limit:
        out.append(fixed | count)
    elif tags[0] is not None and count < 1 << 8:
        out += bytes([tags[0], count])
    elif count < 1 << 16:
        out += bytes([tags[1]]) + struct.pack(">H", count)
    elif count < 1 << 32:
        out += bytes([tags[2]]) + struct.pack(">I", count)
    else:
        raise WireError(f"{count} is too many")


def unpack(data: bytes):
    """The one value that fills a message."""
    reader = _Reader(data)
    value = reader.value(0)
    if reader.at != len(data):
        raise WireError(f"{len(data) - reader.at} bytes after the value")
    return value


class _Reader:
    def __init__(self, data: bytes):
        self.data = memoryview(data)
        self.at = 0

    def take(self, count: int) -> memoryview:
        if count > len(self.data) - self.at:
            raise WireError(f"{count} bytes wanted at {self.at} of {len(self.data)}")
        part = self.data[self.at:self.at + count]
        self.at += count
        return part

    def number(self, form: str):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def value(self, depth: int):
        if depth > DEEPEST:
            raise WireError(f"more than {DEEPEST} levels")
        tag = self.take(1)[0]
        if tag < 0x80:
            return tag
        if tag >= 0xE0:
            return tag - 0x100
        if tag < 0x90:
            return self.map(tag & 0x0F, depth)
        if tag < 0xA0:
            return self.list(tag & 0x0F, depth)
        if tag < 0xC0:
            return self.text(tag & 0x1F)
        match tag:
            case 0xC0: return None
            case 0xC2: return False
            case 0xC3: return True
            case 0xC4 | 0xC5 | 0xC6: return bytes(self.take(self.number((">B", ">H", ">I")[tag - 0xC4])))
            case 0xCA: return self.number(">f")
            case 0xCB: return self.number(">d")
            case 0xD9 | 0xDA | 0xDB: return self.text(self.number((">B", ">H", ">I")[tag - 0xD9]))
            case 0xDC | 0xDD: return self.list(self.number((">H", ">I")[tag - 0xDC]), depth)
            case 0xDE | 0xDF: return self.map(self.number((">H", ">I")[tag - 0xDE]), depth)
        if 0xCC <= tag <= 0xD3:
            return self.number((">B", ">H", ">I", ">Q", ">b", ">h", ">i", ">q")[tag - 0xCC])
        raise WireError(f"the tag 0x{tag:02x}")

    def text(self, count: int) -> str:
        try:
            return bytes(self.take(count)).decode()
        except UnicodeDecodeError as error:
            raise WireError("text that is not UTF-8") from error

    def list(self, count: int, depth: int) -> list:
        if count > len(self.data) - self.at:
            raise WireError(f"a list of {count}")
        return [self.value(depth + 1) for _ in range(count)]

    def map(self, count: int, depth: int):
        if 2 * count > len(self.data) - self.at:
            raise WireError(f"a map of {count}")
        found = {}
        for _ in range(count):
            key = self.value(depth + 1)
            if not isinstance(key, (str, bytes)):
                raise WireError("a key that is no text")
            found[key] = self.value(depth + 1)
        if b"__ndarray__" in found or "__ndarray__" in found:
            return _array({key if isinstance(key, str) else key.decode(errors="replace"): item
                           for key, item in found.items()})
        if b"__npgeneric__" in found:
            return np.dtype(_kind(found.get(b"dtype"))).type(found.get(b"data"))
        return found


def _kind(text) -> str:
    if not isinstance(text, str) or len(text) != 3 or text[1] not in "biuf":
        raise WireError(f"the element type {text!r}")
    return text


def _array(found: dict) -> np.ndarray:
    data, shape = found.get("data"), found.get("shape")
    if not isinstance(data, bytes) or not isinstance(shape, list) or len(shape) > 16:
        raise WireError("an array without data or shape")
    try:
        return np.frombuffer(data, np.dtype(_kind(found.get("dtype")))).reshape(shape).copy()
    except (TypeError, ValueError) as error:
        raise WireError(f"an array whose data do not fill its shape: {error}") from error
