"""Our msgpack against openpi-client's, byte for byte, and against what is broken."""

import random

import numpy as np
import pytest

from simrun import wire

msgpack_numpy = pytest.importorskip("openpi_client.msgpack_numpy")

VALUES = [
    None, True, False, 0, 127, 128, 255, 256, 65535, 65536, 2**32, 2**64 - 1, -1, -32, -33, -128, -129, -32769,
    -2**31 - 1, -2**63, 0.0, -1.5, 1e300, "", "pick up the käse", "x" * 40, "y" * 300, "z" * 70000, b"", b"1" * 300,
    [], list(range(20)), {"a": 1, "b": {"c": [None]}}, {str(number): number for number in range(20)},
]
ARRAYS = [np.arange(6, dtype=kind).reshape(2, 3) for kind in ("f4", "f8", "u1", "i8", "i2", "f2")] + [
    np.array(3.0), np.zeros((0, 3), np.float32), np.array([True, False]), np.arange(6.0).reshape(2, 3).T,
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_are_packed_as_openpi_packs_them(value):
    assert wire.pack(value) == msgpack_numpy.packb(value)
    assert wire.unpack(wire.pack(value)) == value


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_arrays_are_packed_as_openpi_packs_them(array):
    assert wire.pack({"x": array}) == msgpack_numpy.packb({"x": array})
    back = wire.unpack(wire.pack(array))
    assert back.dtype == array.dtype and back.shape == array.shape and (back == array).all()


def test_the_published_bytes_are_read():
    data = bytes.fromhex(
        "82A670726F6D7074A47069636BBA6F62736572766174696F6E2F6A6F696E745F706F736974696F6E84C40B5F5F6E6461727261795F5F"
        "C3C40464617461C4080000803F00000040C4056474797065A33C6634C4057368617065910 2".replace(" ", "")
    )
    found = wire.unpack(data)
    assert found["prompt"] == "pick"
    assert found["observation/joint_position"].tolist() == [1.0, 2.0]
    assert wire.pack(found) == data


def test_broken_messages_are_refused():
    chance = random.Random(1)
    whole = wire.pack({"x": ARRAYS[0], "y": VALUES[-1], "z": "text"})
    for data in [b"", b"\xc1", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\x91" * 100, whole[:-1], whole + b"\0"]:
        with pytest.raises(wire.WireError):
            wire.unpack(data)
    for _ in range(20_000):
        data = bytearray(whole)
        for _ in range(1 + chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            wire.unpack(bytes(data))
        except wire.WireError:
            pass


def test_what_cannot_be_sent_is_refused():
    for value in [object(), 2**64, np.array(["a"]), np.array([1j]), {1, 2}]:
        with pytest.raises(wire.WireError):
            wire.pack(value)
