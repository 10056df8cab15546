"""The only codec for what a guest says, its writing half: a closed table of types, bounded in every size.

A frame is one msgpack array, the table of nodes. Containers name their children by index, and only nodes that stand
before them, so that a frame cannot be cyclic and reading it needs no recursion. Atoms (None, bool, int, float, str,
bytes) stand for themselves; every other node is an array that begins with its kind. Exact types only: a subclass of
Tensor is refused by name, so nothing that overrides ``==`` can reach a check. Nothing is unpickled or evaluated.
"""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgpack
import numpy as np
import torch

FRAME_HEADER = 8
MAX_FRAME = 256 * 2**20
MAX_NODES = 250_000
MAX_ITEMS = 3 * MAX_NODES  # elements of all arrays of a frame: a node, its kind, and its place in a container
MAX_DEPTH = 64
MAX_DIMENSIONS = 32
MAX_TEXT = 2**20
MAX_INT_BITS = 4096

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16,
        torch.float32, torch.float64, torch.complex64, torch.complex128,
    )
}  # fmt: skip
DTYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}
ARRAY_DTYPES = frozenset(
    [
        *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    ]
)
IMAGE_MODES = {"1": 1, "L": 1, "RGB": 3, "RGBA": 4, "I": 4, "F": 4}
TENSORS = (torch.Tensor, torch.nn.Parameter)
MAPPINGS = (dict, OrderedDict, defaultdict, Counter)
_CONTAINERS = (list, tuple, *MAPPINGS)


class GuestProtocolError(Exception):
    """A frame from a guest is not what the codec allows."""


class Unsendable(Exception):
    """A value has no place in the table of types: ``claim`` is why, as a key of the judge's messages, and then names
    and values of what that speaks of."""

    def __init__(self, key: str, **values: object) -> None:
        self.claim = (key, *(str(part)[:200] for pair in values.items() for part in pair))
        super().__init__(*self.claim)


@dataclass(frozen=True)
class Handle:
    """An object that stays in the guest: its number there, the names of its classes, most derived first, and whether
    it can be called."""

    id: int
    classes: tuple[str, ...]
    callable: bool


@dataclass(frozen=True)
class Ref:
    """A tensor that came from the judge, by the key under which it was sent."""

    key: int


@dataclass(frozen=True)
class Raised:
    """An exception in the guest: the names of its classes, its message and the student's own frames."""

    classes: tuple[str, ...]
    message: str
    traceback: str = ""


Lift = Callable[[Any], "Handle | Ref | None"]


@dataclass
class Encoder:
    """Turns values into a frame. ``lift`` says which tensors are the judge's own (a ``Ref``) and gives handles to what
    has no other place in the table; ``outputs`` collects, in order, the tensors that require a gradient."""

    lift: Lift
    outputs: list[torch.Tensor] = field(default_factory=list)
    _nodes: list[Any] = field(default_factory=list)
    _tensors: dict[int, int] = field(default_factory=dict)
    _items: int = 0

    def encode(self, value: Any) -> bytes:
        """The frame for one value. Raises ``Unsendable``."""
        self._add(value, 0)
        try:
            # A lone surrogate is in no encoding; as "?" it costs no more than the text that it is in.
            frame: bytes = msgpack.packb(self._nodes, use_bin_type=True, unicode_errors="replace")
        except (ValueError, OverflowError) as error:
            raise Unsendable("unsendable.value", error=error) from error
        if len(frame) > MAX_FRAME:
            raise Unsendable("unsendable.frame", size=len(frame), most=MAX_FRAME)
        return frame

    def _add(self, value: Any, depth: int) -> int:
        if depth > MAX_DEPTH:
            raise Unsendable("unsendable.deep", most=MAX_DEPTH)
        is_tensor = type(value) in TENSORS
        if is_tensor and id(value) in self._tensors:
            return self._tensors[id(value)]
        node = self._node(value, depth)
        index = len(self._nodes)
        self._nodes.append(node)
        self._items += 1
        if type(node) is list:
            self._items += len(node) + sum([len(part) for part in node if type(part) is list])
        if index >= MAX_NODES or self._items > MAX_ITEMS:
            raise Unsendable("unsendable.parts", most=MAX_NODES)
        if is_tensor:
            self._tensors[id(value)] = index
        return index

    def _node(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in TENSORS:
            return self._tensor_node(value)
        if kind in _CONTAINERS and len(value) > MAX_NODES:
            raise Unsendable("unsendable.container", most=MAX_NODES)
        if value is None or kind in (bool, float):
            return value
        if kind in (str, bytes):
            if len(value) > (MAX_TEXT if kind is str else MAX_FRAME):
                raise Unsendable("unsendable.length", type=kind.__name__, length=len(value))
            return value
        if kind is int:
            if value.bit_length() > MAX_INT_BITS:
                raise Unsendable("unsendable.bits", bits=value.bit_length())
            return value if -(2**63) <= value < 2**63 else ["int", hex(value)]
        if kind in (list, tuple) or (isinstance(value, tuple) and hasattr(kind, "_fields")) or kind is torch.Size:
            return ["list" if kind is list else "tuple", *[self._add(part, depth + 1) for part in value]]
        if kind in MAPPINGS:
            return ["dict", *[self._add(part, depth + 1) for pair in value.items() for part in pair]]
        return self._rare_node(value)

    def _rare_node(self, value: Any) -> Any:
        """The node of a value that is neither an atom nor a container."""
        if isinstance(value, torch.Tensor):
            return self._tensor_node(value)
        if type(value) is np.ndarray:
            if value.dtype.name not in ARRAY_DTYPES:
                raise Unsendable("unsendable.dtype", dtype=value.dtype)
            if value.ndim > MAX_DIMENSIONS:
                raise Unsendable("unsendable.dimensions", count=value.ndim)
            native = value.astype(value.dtype.name, copy=False)  # the name says nothing about the order of bytes
            return ["array", value.dtype.name, list(value.shape), native.tobytes()]
        if isinstance(value, np.generic) and value.dtype.name in ARRAY_DTYPES:
            return self._node(value.item(), 0)
        if type(value) is complex:
            return ["complex", value.real, value.imag]
        if type(value) is torch.dtype:
            return ["dtype", str(value).removeprefix("torch.")]
        if isinstance(value, Raised):
            return ["exception", list(value.classes), value.message[:MAX_TEXT], value.traceback[:MAX_TEXT]]
        if type(value).__module__.startswith("PIL.") and getattr(value, "mode", None) in IMAGE_MODES:
            return ["image", value.mode, list(value.size), value.tobytes()]
        lifted = self.lift(value)
        if isinstance(lifted, Handle):
            return ["handle", lifted.id, list(lifted.classes), lifted.callable]
        raise Unsendable("unsendable.type", type=type(value).__name__)

    def _tensor_node(self, value: torch.Tensor) -> Any:
        if type(value) not in TENSORS and not type(value).__module__.startswith("torchvision.tv_tensors"):
            raise Unsendable("unsendable.subclass", type=type(value).__name__)
        lifted = self.lift(value)
        if isinstance(lifted, Ref):
            return ["ref", lifted.key]
        return ["tensor", *self._tensor_fields(value)]

    def _tensor_fields(self, value: torch.Tensor) -> list[Any]:
        name = DTYPE_NAMES.get(value.dtype)
        if name is None or value.layout is not torch.strided or value.device.type not in ("cpu", "cuda"):
            raise Unsendable("unsendable.tensor", layout=value.layout, dtype=value.dtype, device=value.device)
        if value.numel() * value.element_size() > MAX_FRAME or value.ndim > MAX_DIMENSIONS:
            raise Unsendable("unsendable.large", shape=list(value.shape))
        if value.requires_grad:
            self.outputs.append(value)
        return [name, list(value.shape), value.device.type, value.requires_grad, tensor_bytes(value)]


NOTHING_LIVES = Encoder(lambda _: None).encode([])
"""What a guest usually says of the judge's objects after a request, known without writing or reading it each time."""


def keys_frame(keys: Sequence[int]) -> bytes:
    """The frame for the keys of the judge's objects that live on in the guest."""
    return Encoder(lambda _: None).encode(list(keys)) if keys else NOTHING_LIVES


def tensor_bytes(value: torch.Tensor) -> bytes:
    """The values of a tensor, row by row, as raw bytes."""
    plain = value.detach()
    if plain.is_cpu and plain.dtype is not torch.bfloat16 and not (plain.is_conj() or plain.is_neg()):
        return plain.numpy().tobytes()
    flat = plain.resolve_conj().resolve_neg().to("cpu").contiguous().reshape(-1)  # numpy knows no bfloat16
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


def tensor_from(name: str, shape: Sequence[int], device: str, data: bytes) -> torch.Tensor:
    """The tensor that ``tensor_bytes`` took apart; sizes must already have been checked."""
    if not data:
        return torch.empty(tuple(shape), dtype=DTYPES[name], device=device)
    flat = torch.frombuffer(bytearray(data), dtype=torch.uint8 if name == "bool" else DTYPES[name])
    # A byte other than 0 and 1 in a bool tensor is undefined behaviour, so bools are made by comparing.
    flat = flat.ne(0) if name == "bool" else flat
    flat = flat if len(shape) == 1 else flat.view(tuple(shape))
    return flat if device == "cpu" else flat.to(device)
