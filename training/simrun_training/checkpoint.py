"""Reads a PyTorch checkpoint (`torch.save`, zip form, pickle or dill) without running anything in it.

A pickle is a program. Here it may only build plain containers and records of tensors: every name that
it asks for must be on a list. Classes of OmegaConf and dill become inert stand-ins, which keep what
they are given and do nothing; any other name is refused. Tensors are read from the archive
later, one at a time, so that optimiser states cost no memory.
"""

import io
import pickle
import pickletools
import zipfile
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

LARGEST_PICKLE = 64 << 20
DTYPES = {
    "FloatStorage": torch.float32, "DoubleStorage": torch.float64, "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16, "LongStorage": torch.int64, "IntStorage": torch.int32,
    "ShortStorage": torch.int16, "CharStorage": torch.int8, "ByteStorage": torch.uint8, "BoolStorage": torch.bool,
}


class CheckpointError(ValueError):
    """A file that is no checkpoint of a known kind, or that asks for something not allowed."""


@dataclass(frozen=True)
class Storage:
    """A block of numbers in the archive: its key, type and count."""

    key: str
    dtype: torch.dtype
    count: int


@dataclass(frozen=True)
class TensorRecord:
    """A tensor not yet read: where it lies in its storage, in elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


class Inert:
    """Stands in for an object whose class is not loaded: keeps its state, does nothing."""

    name = "?"

    def __init__(self, *arguments, **more):
        self.arguments, self.state, self.items = arguments, None, {}

    def __setstate__(self, state):
        self.state = state

    def __setitem__(self, key, value):
        self.items[key] = value


class Allowed:
    """A name that a pickle may call: what it does here is ours, and nothing of it can be changed."""

    __slots__ = ("_call",)

    def __init__(self, call):
        object.__setattr__(self, "_call", call)

    def __call__(self, *arguments):
        return self._call(*arguments)

    def __setattr__(self, *_):
        raise CheckpointError("the pickle tries to change a function")

    __setstate__ = __setattr__


def _rebuild_tensor(storage, offset, size, stride, *_):
    numbers = (offset, *size, *stride)
    if not isinstance(storage, Storage) or len(size) != len(stride) or any(type(n) is not int or n < 0 for n in numbers):
        raise CheckpointError("a tensor's record is malformed")
    return TensorRecord(storage, offset, tuple(size), tuple(stride))


def _rebuild_parameter(data, *_):
    return data


def _latin1(text, encoding):
    # How protocol 2 writes bytes.
    if encoding != "latin1" or not isinstance(text, str):
        raise CheckpointError("bytes are written in an unknown way")
    return text.encode("latin1")


def _default_dict(_factory=None, items=()):
    return dict(items)


# Each of these is ours or a plain container; the pickle's own name for it is only a key.
CALLS = {
    "collections.OrderedDict": lambda *a: OrderedDict(*a),
    "collections.defaultdict": _default_dict,
    "torch._utils._rebuild_tensor_v2": _rebuild_tensor,
    "torch._utils._rebuild_parameter": _rebuild_parameter,
    "_codecs.encode": _latin1,
    "builtins.set": lambda *a: set(*a),
    "dill._dill._load_type": lambda name: f"type {name}", "dill.dill._load_type": lambda name: f"type {name}",
    "torch.Size": lambda items=(): tuple(items),
    "torch.device": lambda *a: None,
}
# Types that appear as values, never called.
NAMES = {f"builtins.{n}" for n in ("dict", "list", "tuple", "int", "float", "str", "bool")}
NAMES |= {"typing.Any", "typing.Dict", "typing.List", "typing.Union"}


class Reader(pickle.Unpickler):
    """An unpickler that knows a short list of names."""

    def find_class(self, module, name):
        # Protocols before 3 use Python 2's name of the module.
        full = f"{'builtins' if module == '__builtin__' else module}.{name}"
        if full in CALLS:
            return Allowed(CALLS[full])
        if module == "torch" and name in DTYPES:
            return DTYPES[name]
        if full in NAMES:
            return f"type {full}"
        if module.split(".")[0] == "omegaconf":
            return type("Inert", (Inert,), {"name": full})
        raise CheckpointError(f"the pickle asks for {full}, which is not allowed: only tensors, plain containers and "
                              "configuration are read")

    def persistent_load(self, record):
        kind, dtype, key, _location, count = record
        if kind != "storage" or not isinstance(dtype, torch.dtype) or type(key) is not str or type(count) is not int or count < 0:
            raise CheckpointError("a storage's record is malformed")
        return Storage(key, dtype, count)


def unpickle(data: bytes):
    """What a pickle builds, in stand-ins."""
    try:
        # Sizes first: the memo is as long as its greatest index, and every entry takes an operation.
        for operation, argument, _ in pickletools.genops(data):
            if operation.name.endswith("PUT") and argument >= len(data):
                raise CheckpointError("the pickle numbers more values than it can hold")
        return Reader(io.BytesIO(data)).load()
    except CheckpointError:
        raise
    except (pickle.UnpicklingError, EOFError, LookupError, TypeError, ValueError, AttributeError, OverflowError,
            MemoryError, RecursionError) as error:
        raise CheckpointError(f"the pickle cannot be read: {type(error).__name__}: {error}") from None


class Checkpoint:
    """An open checkpoint: `root` is what was saved, tensors as records."""

    def __init__(self, path: str):
        self.path = path
        try:
            self.archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise CheckpointError(f"{path}: not a zip archive as torch.save writes it since 1.6 ({error})") from None
        names = [n for n in self.archive.namelist() if n.endswith("/data.pkl") and n.count("/") == 1]
        if len(names) != 1:
            raise CheckpointError(f"{path}: expected one data.pkl, found {len(names)}")
        self.prefix = names[0].removesuffix("data.pkl")
        if self.archive.getinfo(names[0]).file_size > LARGEST_PICKLE:
            raise CheckpointError(f"{path}: data.pkl is over {LARGEST_PICKLE} bytes")
        order = self.prefix + "byteorder"
        if order in self.archive.namelist() and self.archive.read(order) != b"little":
            raise CheckpointError(f"{path}: only little-endian numbers are read")
        self.root = unpickle(self.archive.read(names[0]))

    def tensor(self, record: TensorRecord) -> Tensor:
        """Reads one tensor, as float32 (whole numbers as they are); sizes are checked before allocating."""
        storage, count = record.storage, prod(record.shape)
        last = record.offset + sum((n - 1) * s for n, s in zip(record.shape, record.stride)) if count else -1
        name = f"{self.prefix}data/{storage.key}"
        width = torch.empty((), dtype=storage.dtype).element_size()
        try:
            size = self.archive.getinfo(name).file_size
        except KeyError:
            raise CheckpointError(f"{self.path}: {name} is missing") from None
        if size != storage.count * width or last >= storage.count or count > storage.count:
            raise CheckpointError(f"{self.path}: {name} has {size} bytes, a tensor of it needs other")
        if not count:
            return torch.zeros(record.shape)
        block = torch.frombuffer(bytearray(self.archive.read(name)), dtype=storage.dtype)
        value = block.as_strided(record.shape, record.stride, record.offset)
        return value.float().contiguous() if value.is_floating_point() else value.clone()


def plain(node, root=None, depth=0):
    """An OmegaConf stand-in as dictionaries, lists and scalars; `${a.b}` is looked up from the root.

    What cannot be resolved is None, as if the file did not say it.
    """
    root = node if root is None else root
    if depth > 32:
        return None
    if isinstance(node, Inert):
        state = node.state if isinstance(node.state, dict) else {}
        node = state.get("_content", state.get("_val"))
    if isinstance(node, dict):
        return {k: plain(v, root, depth + 1) for k, v in node.items()}
    if isinstance(node, (list, tuple)):
        return [plain(v, root, depth + 1) for v in node]
    if isinstance(node, str) and "${" in node:
        return _lookup(node, root, depth)
    return node if node is None or isinstance(node, (str, int, float, bool)) else None


def _lookup(text, root, depth):
    if not (text.startswith("${") and text.endswith("}")):
        return None
    at = root
    for part in text[2:-1].split("."):
        if isinstance(at, Inert):
            state = at.state if isinstance(at.state, dict) else {}
            at = state.get("_content")
        at = at.get(part) if isinstance(at, dict) else None
    return plain(at, root, depth + 1)
