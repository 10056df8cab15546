"""The reading half of the codec: what ``wire`` writes, from a peer that may be hostile.

Every size is checked before anything of that size is made. Containers may only name nodes that stand before them, and
none but tensors twice, so a frame cannot be cyclic, reading it needs no recursion, and a value has no more parts than
its frame. Nothing is unpickled or evaluated.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np
import torch

from autograder.remote.claims import SMALL_FRAME, check_claims
from autograder.remote.wire import (
    ARRAY_DTYPES,
    DTYPES,
    IMAGE_MODES,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_FRAME,
    MAX_INT_BITS,
    MAX_ITEMS,
    MAX_NODES,
    MAX_TEXT,
    GuestProtocolError,
    Handle,
    Raised,
    tensor_from,
)

_SAME_HASH = 16
_ATOMS = frozenset([type(None), bool, int, float, str, bytes])


@dataclass(frozen=True)
class Decoder:
    """Reads frames. ``wrap`` is given the tensors that require a gradient, in order, and returns what stands for them;
    ``ref`` finds the judge's own tensors; ``handle`` makes proxies."""

    wrap: Callable[[list[torch.Tensor]], Sequence[torch.Tensor]]
    ref: Callable[[int], Any]
    handle: Callable[[Handle], Any]

    def decode(self, frame: bytes | memoryview) -> Any:
        """The value of a frame. Raises ``GuestProtocolError`` and nothing else."""
        try:
            if len(frame) > SMALL_FRAME:
                check_claims(frame, MAX_ITEMS)
            nodes = msgpack.unpackb(
                frame, raw=False, use_list=True, strict_map_key=True, max_str_len=4 * MAX_TEXT, max_bin_len=MAX_FRAME,
                max_array_len=min(MAX_ITEMS, len(frame)), max_map_len=0, max_ext_len=0,
            )  # fmt: skip
            return self._table(nodes)
        except GuestProtocolError:
            raise
        except Exception as error:  # whatever a hostile frame provokes is the same finding
            raise GuestProtocolError(f"unreadable frame: {type(error).__name__}: {error}"[:500]) from error

    def _table(self, nodes: Any) -> Any:
        if type(nodes) is not list or not 0 < len(nodes) <= MAX_NODES:
            raise GuestProtocolError(f"a frame must be a table of nodes, at most {MAX_NODES}")
        leaves = [self._leaf(node) for node in nodes]
        wanting = [leaf.tensor for leaf in leaves if type(leaf) is _Output]
        wrapped = iter(self.wrap(wanting) if wanting else ())
        values: list[Any] = []
        depths: list[int] = []  # levels below each node, _NAMED or _SHARED
        for node, leaf in zip(nodes, leaves, strict=True):
            if leaf is _CONTAINER:
                leaf = self._container(node, values, depths)
            else:
                leaf = next(wrapped) if type(leaf) is _Output else leaf
                depths.append(_SHARED if issubclass(type(leaf), torch.Tensor) else 0)
            values.append(leaf)
        return values[-1]

    def _leaf(self, node: Any) -> Any:
        if type(node) is not list:
            if type(node) not in _ATOMS:
                raise GuestProtocolError(f"a node of type {type(node).__name__}")
            return node
        if not node or type(node[0]) is not str:
            raise GuestProtocolError("a node without a kind")
        kind = node[0]
        if kind in ("list", "tuple", "dict"):
            return _CONTAINER
        reader = _READERS.get(kind)
        if reader is None:
            raise GuestProtocolError(f"a node of kind {kind[:40]!r}")
        return reader(self, node[1:])

    def _container(self, node: Any, values: list[Any], depths: list[int]) -> Any:
        kind, *children = node
        below, known = -1, len(depths)
        for child in children:
            if type(child) is not int or not 0 <= child < known:
                raise GuestProtocolError(f"a {kind} names a node that does not stand before it")
            depth = depths[child]
            if depth == _NAMED:
                raise GuestProtocolError(f"a {kind} names parts that are named already")
            if depth == _SHARED:
                depth = 0
            else:
                depths[child] = _NAMED
            if depth > below:
                below = depth
        if below >= MAX_DEPTH:
            raise GuestProtocolError(f"a value more than {MAX_DEPTH} levels deep")
        depths.append(below + 1)
        parts = [values[child] for child in children]
        if kind == "dict":
            return _dict(parts)
        return parts if kind == "list" else tuple(parts)

    def _tensor(self, fields: list[Any]) -> "torch.Tensor | _Output":
        name, shape, device, requires_grad, data = fields
        _check(name in DTYPES and device in ("cpu", "cuda") and type(requires_grad) is bool, "a tensor's fields")
        _check_size(shape, DTYPES[name].itemsize, data)
        if device == "cuda" and not torch.cuda.is_available():
            raise GuestProtocolError("a tensor on a GPU that is not there")
        found = tensor_from(name, shape, device, data)
        can = found.is_floating_point() or found.is_complex()
        return _Output(found) if requires_grad and can else found

    def _array(self, fields: list[Any]) -> Any:
        name, shape, data = fields
        _check(name in ARRAY_DTYPES, "an array's dtype")
        _check_size(shape, np.dtype(name).itemsize, data)
        raw = np.frombuffer(bytearray(data), dtype=np.uint8 if name == "bool" else name)
        return (raw != 0 if name == "bool" else raw).reshape(shape)

    def _image(self, fields: list[Any]) -> Any:
        from PIL import Image

        mode, size, data = fields
        _check(mode in IMAGE_MODES and type(size) is list and len(size) == 2, "an image's fields")
        width, height = size
        _check(
            type(width) is int and type(height) is int and 0 < width < 2**15 and 0 < height < 2**15, "an image's size"
        )
        row = (width + 7) // 8 if mode == "1" else width * IMAGE_MODES[mode]
        _check(type(data) is bytes and len(data) == row * height, "an image's data")
        return Image.frombytes(mode, (width, height), data)

    def _exception(self, fields: list[Any]) -> Raised:
        classes, message, traceback = fields
        _check(all(type(text) is str for text in (message, traceback)), "an exception's text")
        return Raised(_names(classes), message, traceback)

    def _handle(self, fields: list[Any]) -> Any:
        number, classes, can_call = fields
        _check(type(number) is int and type(can_call) is bool and classes != [], "a handle's fields")
        return self.handle(Handle(number, _names(classes), can_call))

    def _ref(self, fields: list[Any]) -> Any:
        (key,) = fields
        _check(type(key) is int, "a reference's key")
        return self.ref(key)


_CONTAINER = object()
# In place of the depth of a node: that it has its place in a container; that it is a tensor, which may have many.
_NAMED, _SHARED = -1, -2


@dataclass(frozen=True)
class _Output:
    """A tensor that requires a gradient, before ``wrap`` has made it differentiable here."""

    tensor: torch.Tensor


def _dict(parts: list[Any]) -> dict[Any, Any]:
    """The dict of these keys and values. Python compares all keys of one hash with each other, so there must be few."""
    _check(len(parts) % 2 == 0, "a dict's keys and values")
    keys = parts[::2]
    if len(keys) > _SAME_HASH:
        _check(max(Counter(map(hash, keys)).values()) <= _SAME_HASH, "a dict's keys")
    found = dict(zip(keys, parts[1::2], strict=True))
    _check(len(found) == len(keys), "a dict's keys")
    return found


def _int(_: Decoder, fields: list[Any]) -> int:
    (text,) = fields
    _check(type(text) is str and len(text) <= MAX_INT_BITS // 4 + 4, "an int's digits")
    return int(text, 16)


def _complex(_: Decoder, fields: list[Any]) -> complex:
    real, imaginary = fields
    _check(type(real) is float and type(imaginary) is float, "a complex number's parts")
    return complex(real, imaginary)


def _dtype(_: Decoder, fields: list[Any]) -> torch.dtype:
    (name,) = fields
    return DTYPES[name]


_READERS: dict[str, Callable[[Decoder, list[Any]], Any]] = {
    "int": _int, "complex": _complex, "dtype": _dtype, "tensor": Decoder._tensor, "array": Decoder._array,
    "image": Decoder._image, "exception": Decoder._exception, "handle": Decoder._handle, "ref": Decoder._ref,
}  # fmt: skip


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise GuestProtocolError(f"{what} are not what they should be")


def _names(classes: Any) -> tuple[str, ...]:
    _check(type(classes) is list and len(classes) <= 64 and all(type(name) is str for name in classes), "class names")
    return tuple(name[:200] for name in classes)


def _check_size(shape: Any, itemsize: int, data: Any) -> None:
    _check(type(shape) is list and len(shape) <= MAX_DIMENSIONS and type(data) is bytes, "a shape or its data")
    for length in shape:
        _check(type(length) is int and 0 <= length < 2**40, "lengths")
    if math.prod(shape) * itemsize != len(data):
        raise GuestProtocolError(f"{len(data)} bytes do not fill shape {shape}")
