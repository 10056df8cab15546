"""Frames as a guest writes them, and as a hostile one would: real frames of many values, and mutations of them that
keep to the structure of a frame, so that they get further than random bytes."""

import copy
import random
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np
import torch
from PIL import Image

from autograder.remote.reply import CHANGES
from autograder.remote.wire import Encoder, Handle, Raised, Ref

# What a scripted guest was sent, by key: two tensors, a generator, and the tensors of a module's layer.
KEYS = (1, 2, 3, 4, 5)
CALLBACK = 0x7A11BAC0DE000001  # stands for the number of the function that was passed, which only the judge knows


_OWN = torch.zeros(1)  # stands for the judge's own tensor


def lift(value: Any) -> Handle | Ref | None:
    """What the real guest does: a handle for an object, a reference for a tensor of the judge's."""
    if isinstance(value, torch.Tensor):
        return Ref(KEYS[0]) if value is _OWN else None
    classes = ("submission.Thing", "torch.nn.modules.dropout.Dropout", "torch.nn.modules.module.Module")
    return Handle(7, (*classes, "builtins.object"), callable(value))


def encoded(value: Any) -> bytes:
    """One value as a frame."""
    return Encoder(lift).encode(value)


def state(left: int, following: int) -> torch.Tensor:
    """A generator's state with these places in its block of 624 numbers, of which only some can be."""
    found = torch.Generator().manual_seed(0).get_state()
    found[8:12] = torch.frombuffer(bytearray(left.to_bytes(4, "little")), dtype=torch.uint8)
    found[16:24] = torch.frombuffer(bytearray(following.to_bytes(8, "little")), dtype=torch.uint8)
    return found


def plain_values() -> list[Any]:
    """Values of every kind that the codec carries."""
    generator = torch.Generator().manual_seed(0)
    return [
        None, True, 0, -1, 2**62, 2**64, -(2**4000), 0.5, float("nan"), 1j, "text", "é" * 40, b"bytes", [], (), {},
        [1, [2, (3, {"a": [4.5]})]], {(1, 2): "x", 3: None}, list(range(40)), torch.float32, torch.tensor(1.5),
        torch.ones(2, 3, requires_grad=True), torch.zeros(0, 2), torch.tensor([True, False]), torch.arange(4),
        torch.rand(3, generator=generator).bfloat16(), torch.tensor([1 + 2j]), generator.get_state(),
        np.arange(6, dtype=np.uint16).reshape(2, 3), np.float32(1.5), _OWN,
        Image.new("RGB", (2, 2)), Image.new("1", (9, 2)),
        state(624, 624), state(1, 0), state(300, 325), state(1, 2**40),
        Raised(("submission.Mine", "builtins.ValueError", "builtins.Exception"), "no", "line 1"), object(), len,
    ]  # fmt: skip


def answers() -> list[Any]:
    """Whole answers, as ``guest`` puts them together."""
    x, weight = torch.ones(2, 3), torch.ones(3, 3, requires_grad=True)
    layers = {"": ("Sequential", "", False), "0": ("Linear", "in_features=3", True), "1": ("Mine", "", True)}
    return [
        *({"value": value} for value in plain_values()),
        {"value": [x * 2, weight * 2], "printed": "hello\n", "lost": 3},
        {"value": None, "error": Raised(("builtins.KeyError", "builtins.Exception"), "'a'", "line 3")},
        {"value": None, "error": Raised(("Missing", "f", "g"), "")},
        {"value": None, "error": Raised(("Unsendable",), "a subclass")},
        {"value": 1, "values": [(1, x * 3), (2, torch.ones(5)), (3, torch.Generator().manual_seed(5).get_state())]},
        {"value": 1, "grads": [(1, None), (4, torch.ones(3, 3))], "flags": [(1, False), (4, False)]},
        {"value": 1, "modules": [(0, layers)]},
        {"value": [x, None, _OWN]},
        {"value": [torch.ones(2, 3), None, torch.ones(3)]},
        {"callback": CALLBACK, "args": (1.5, x), "kwargs": {"factor": 2}},
    ]


def real_frames() -> list[bytes]:
    """Frames that a guest may well write."""
    return [encoded(value) for value in (*plain_values(), *answers(), [], [1, 2], list(KEYS))]


_ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**32, 2**40, 2**63, -(2**63), 2**64 - 1, 0.0, float("nan"), float("inf"), "",
    "x" * 70, "\x00", b"", b"1234", b"\xff" * 64, [], [0], [2**39, 2**39], [-1], [True], [[]], ["list"], ["list", 0],
    ["dict", 0, 0], ["tuple", 0, 1], ["ref", 1], ["ref", 3], ["ref", 999], ["ref", "1"], ["int", "0x10"],
    ["int", "f" * 1100], ["complex", 1.0, 2.0], ["dtype", "float32"], ["dtype", "object"], ["handle", 1, ["a.b"], True],
    ["handle", 2, ["torch.nn.modules.dropout.Dropout"], False], ["handle", 3, [], False],
    ["tensor", "float32", [1], "cpu", True, b"1234"], ["tensor", "uint8", [4], "cuda", False, b"1234"],
    ["exception", ["builtins.StopIteration"], "", ""], ["exception", [], "", ""],
)  # fmt: skip
_NAMES = (
    "list", "tuple", "dict", "int", "complex", "dtype", "tensor", "array", "image", "exception", "handle", "ref",
    "float32", "bool", "complex64", "bfloat16", "uint8", "cpu", "cuda", "RGB", "1", "I", "Missing", "Unsendable",
    "builtins.StopIteration", "builtins.MemoryError", "builtins.SystemExit", "torch.nn.modules.linear.Linear", "0.0.0",
)  # fmt: skip

_FIELDS = (
    "value", "error", "printed", "lost", "values", "grads", "flags", "modules", "callback", "args", "kwargs",
)  # fmt: skip

Change = Callable[[random.Random, list[Any]], None]


def _somewhere(rng: random.Random, nodes: list[Any]) -> tuple[list[Any], int]:
    """A place in the table or, more often, in one of its nodes."""
    inner = [node for node in nodes if type(node) is list and node]
    if inner and rng.random() < 0.8:
        node = rng.choice(inner)
        nested = [part for part in node if type(part) is list and part]
        node = rng.choice(nested) if nested and rng.random() < 0.3 else node
        return node, rng.randrange(len(node))
    return nodes, rng.randrange(len(nodes))


def _odd(rng: random.Random, nodes: list[Any]) -> Any:
    return rng.choice(
        (copy.deepcopy(rng.choice(_ODD)), rng.choice(_NAMES), rng.choice(_FIELDS), rng.randrange(-2, len(nodes) + 2))
    )


def _replace(rng: random.Random, nodes: list[Any]) -> None:
    place, index = _somewhere(rng, nodes)
    place[index] = _odd(rng, nodes)


def _nudge(rng: random.Random, nodes: list[Any]) -> None:
    """A number a little or a lot off, a text or bytes a little longer or shorter."""
    place, index = _somewhere(rng, nodes)
    old = place[index]
    if type(old) in (int, float):
        place[index] = rng.choice((old + 1, old - 1, -old, old * 2, str(old), bool(old), [old]))
    elif type(old) in (str, bytes):
        cut = rng.randrange(len(old) + 1)
        place[index] = rng.choice((old[:cut], old[cut:], old + old, old[:cut] + old[:1] + old[cut:]))
    elif old is None or type(old) is bool:
        place[index] = rng.choice((not old, int(bool(old)), None, str(old)))


def _remove(rng: random.Random, nodes: list[Any]) -> None:
    place, index = _somewhere(rng, nodes)
    del place[index]


def _insert(rng: random.Random, nodes: list[Any]) -> None:
    place, index = _somewhere(rng, nodes)
    place.insert(index, _odd(rng, nodes))


def _repeat(rng: random.Random, nodes: list[Any]) -> None:
    place, index = _somewhere(rng, nodes)
    place[index:index] = [place[index]] * rng.choice((1, 2, 17, 300))


def _swap(rng: random.Random, nodes: list[Any]) -> None:
    (place, index), (other, at) = _somewhere(rng, nodes), _somewhere(rng, nodes)
    if place is not other[at] and other is not place[index]:
        place[index], other[at] = other[at], place[index]


def _splice(rng: random.Random, nodes: list[Any]) -> None:
    """Nodes of another frame in front of these or after them."""
    other = msgpack.unpackb(rng.choice(REAL))
    nodes[:] = [*nodes, *other] if rng.random() < 0.5 else [*other, *nodes]


def _wrap(rng: random.Random, nodes: list[Any]) -> None:
    """Containers around the last node, few or too many."""
    for _ in range(rng.choice((1, 2, 63, 64, 65, 70))):
        nodes.append([rng.choice(("list", "tuple")), len(nodes) - 1])


def _field(rng: random.Random, nodes: list[Any]) -> None:
    """Another field in an answer."""
    if type(nodes[-1]) is list and nodes[-1][:1] == ["dict"]:
        fields = nodes.pop()
        nodes += [rng.choice(_FIELDS), copy.deepcopy(rng.choice(_ODD)), [*fields, len(nodes), len(nodes) + 1]]


_CHANGES: tuple[Change, ...] = (_replace, _nudge, _remove, _insert, _repeat, _swap, _splice, _wrap, _field)
REAL = real_frames()
_VALUES = plain_values()


def invented(rng: random.Random) -> bytes:
    """A frame that follows the codec, with an answer that claims anything of anything."""

    def claim() -> Any:
        if rng.random() < 0.7:
            return rng.choice(_VALUES)
        path = rng.choice(("", "0", "1", "0.1", "2", "a.b.c", ".", 7))
        return {path: rng.choice((("Linear", "", True), ("Dropout", "p=0.9", False), (1, 2, 3), None))}

    def pairs() -> Any:
        count = rng.choice((0, 1, 1, 2, 3))
        return [(rng.choice((*KEYS, 0, -1, True, 999, "1")), claim()) for _ in range(count)]

    names = rng.sample(_FIELDS, rng.randrange(1, 5))
    answer = {name: pairs() if name in CHANGES else rng.choice(_VALUES) for name in names}
    return encoded(rng.choice((answer, answer, pairs(), claim(), {**answer, "value": claim()})))


def mutated(frame: bytes, rng: random.Random) -> bytes:
    """A frame like this one with some of its nodes changed; with some of its bytes changed where it is no table."""
    try:
        nodes = msgpack.unpackb(frame, strict_map_key=False)
    except Exception:  # what is mutated may be the result of mutations
        return damaged(frame, rng)
    if type(nodes) is not list or rng.random() < 0.05:
        return damaged(frame, rng)
    if rng.random() < 0.1:
        return invented(rng)
    for _ in range(rng.choice((1, 1, 1, 1, 2, 4))):
        if nodes:
            rng.choice(_CHANGES)(rng, nodes)
    try:
        return bytes(msgpack.packb(nodes))
    except Exception:  # a number out of msgpack's range
        return damaged(frame, rng)


def damaged(frame: bytes, rng: random.Random) -> bytes:
    """A frame with bytes changed, cut off, doubled or put in."""
    data = bytearray(frame or b"\x90")
    for _ in range(rng.choice((1, 1, 2, 8))):
        at = rng.randrange(len(data))
        kind = rng.randrange(4)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at : at + rng.choice((1, 4, len(data)))]
        elif kind == 2:
            data[at:at] = data[at : at + 40]
        else:
            data[at:at] = rng.choice((b"\xdd\xff\xff\xff\xff", b"\xc6\x7f\xff\xff\xff", b"\x91" * 300, b"\xc0"))
        data = data or bytearray(b"\x90")
    return bytes(data)
