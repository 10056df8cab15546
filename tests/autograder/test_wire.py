"""The codec between guest and judge: what it carries, what it refuses, and what a hostile peer can make of it."""

import math
from collections import OrderedDict, namedtuple
from typing import Any

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from autograder.remote.unwire import Decoder
from autograder.remote.wire import (
    DTYPES,
    MAX_DEPTH,
    MAX_NODES,
    Encoder,
    GuestProtocolError,
    Handle,
    Raised,
    Ref,
    Unsendable,
)

PLAIN = Decoder(wrap=lambda tensors: tensors, ref=lambda key: f"ref {key}", handle=lambda handle: handle)


def there_and_back(value: Any, lift: Any = lambda _: None) -> Any:
    """What the judge receives for a value."""
    return PLAIN.decode(Encoder(lift).encode(value))


def frame(*nodes: Any) -> bytes:
    """A frame with these nodes, as a hostile guest could write it."""
    return msgpack.packb(list(nodes))


atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False)
)
values = st.recursive(
    atoms,
    lambda part: st.lists(part) | st.dictionaries(st.text() | st.integers(), part) | st.tuples(part, part),
    max_leaves=30,
)


@given(values)
@settings(max_examples=300, deadline=None)
def test_plain_values_survive(value: Any) -> None:
    """Nested plain values come back equal, with the same types."""
    assert repr(there_and_back(value)) == repr(value)


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4)], ids=str)
def test_tensors_survive(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    """Tensors of every dtype and shape come back bit by bit."""
    value = torch.arange(math.prod(shape)).reshape(shape).to(dtype)
    back = there_and_back(value)
    assert back.dtype == dtype
    assert back.shape == value.shape
    assert torch.equal(back, value)


def test_unusual_tensors_survive() -> None:
    """NaN, infinities, negative zero, transposed, expanded and conjugated tensors keep their values."""
    odd = torch.tensor([float("nan"), float("inf"), -0.0], dtype=torch.float64)
    back = there_and_back(odd)
    assert torch.equal(back.view(torch.int64), odd.view(torch.int64))
    matrix = torch.arange(6.0).reshape(2, 3)
    for value in (matrix.T, matrix[:, ::2], matrix[:1].expand(4, 3), torch.tensor([1 + 2j]).conj()):
        assert torch.equal(there_and_back(value), value)


def test_a_tensor_returned_twice_is_one_tensor() -> None:
    """Identity within an answer survives."""
    value = torch.ones(2)
    first, second = there_and_back([value, value])
    assert first is second


def test_arrays_images_dtypes_and_numpy_scalars_survive() -> None:
    """numpy arrays and scalars, PIL images and dtypes have their place in the table."""
    array = np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::-1]
    assert np.array_equal(there_and_back(array), array)
    assert there_and_back(np.array([True, False])).tolist() == [True, False]
    assert there_and_back(np.float64(0.1)) == 0.1
    assert there_and_back(torch.bfloat16) is torch.bfloat16
    for mode in ("1", "L", "RGB", "RGBA"):
        image = Image.new(mode, (5, 3), 1)
        assert there_and_back(image).tobytes() == image.tobytes()


def test_named_tuples_and_ordered_dicts_travel_as_plain_ones() -> None:
    """Harmless subclasses of containers arrive as their plain kind."""
    point = namedtuple("point", "x y")
    assert there_and_back(point(1, 2)) == (1, 2)
    assert type(there_and_back(OrderedDict(a=1))) is dict
    assert there_and_back(torch.Size([2, 3])) == (2, 3)


def test_what_has_no_place_becomes_a_handle_or_is_refused() -> None:
    """An object of another class travels as a handle where the guest gives one, and is named where it does not."""
    handle = Handle(7, ("submission.Thing", "builtins.object"), True)
    assert there_and_back([object()], lambda _: handle) == [handle]
    with pytest.raises(Unsendable, match=r"unsendable\.type', 'type', 'object'"):
        there_and_back(object())


def test_tensor_subclasses_are_refused_by_name() -> None:
    """A tensor whose operators a student could override never reaches a check."""

    class AlwaysEqual(torch.Tensor):
        def __eq__(self, other: object) -> bool:  # type: ignore[override]
            return True

        __hash__ = torch.Tensor.__hash__

    with pytest.raises(Unsendable, match="AlwaysEqual"):
        there_and_back(torch.ones(2).as_subclass(AlwaysEqual))
    with pytest.raises(Unsendable, match="sparse"):
        there_and_back(torch.eye(2).to_sparse())
    assert type(there_and_back(torch.nn.Parameter(torch.ones(2)).detach())) is torch.Tensor


def test_cycles_and_excess_are_refused_when_written() -> None:
    """A value that contains itself, is too deep or too large is refused with the reason."""
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(Unsendable, match=r"unsendable\.deep"):
        there_and_back(cycle)
    with pytest.raises(Unsendable, match=r"unsendable\.bits"):
        there_and_back(1 << 10_000)
    with pytest.raises(Unsendable, match=r"unsendable\.container"):
        there_and_back([0] * (MAX_NODES + 1))
    with pytest.raises(Unsendable, match=r"unsendable\.large"):
        there_and_back(torch.ones(1).expand(2**40))


def test_gradients_mark_outputs_in_order() -> None:
    """Tensors that require a gradient are collected by the writer and wrapped by the reader, in the same order."""
    first, second = torch.ones(2, requires_grad=True) * 2, torch.ones(3, requires_grad=True) * 3
    encoder = Encoder(lambda _: None)
    data = encoder.encode({"a": first, "b": [torch.zeros(1), second]})
    assert [tuple(output.shape) for output in encoder.outputs] == [(2,), (3,)]
    wrapped = Decoder(lambda tensors: [tensor + 100 for tensor in tensors], PLAIN.ref, PLAIN.handle).decode(data)
    assert wrapped["a"].tolist() == [102, 102]
    assert wrapped["b"][0].tolist() == [0]
    assert wrapped["b"][1].tolist() == [103] * 3


def test_references_and_exceptions_survive() -> None:
    """The judge's own tensors come back by their key, and exceptions as names and text."""
    raised = Raised(("builtins.ValueError",), "no", "line 1")
    assert there_and_back({"error": raised})["error"] == raised
    assert there_and_back([torch.ones(1)], lambda value: Ref(3)) == ["ref 3"]


HOSTILE = {
    "no table": msgpack.packb(5),
    "an empty table": frame(),
    "a forward reference": frame(["list", 1], ["list"]),
    "a reference to itself": frame(["list", 0]),
    "a negative reference": frame(1, ["list", -1]),
    "a bool as reference": frame(1, 2, ["list", True]),
    "an unknown kind": frame(["pickle", b"x"]),
    "a kind that is no text": frame([1, 2]),
    "an empty node": frame([]),
    "a map": msgpack.packb([{"a": 1}]),
    "an extension type": msgpack.packb([msgpack.ExtType(1, b"x")]),
    "a dict without a value": frame(1, ["dict", 0]),
    "an unhashable key": frame(["list"], 1, ["dict", 0, 1]),
    "a tensor of too few bytes": frame(["tensor", "float32", [10], "cpu", False, b"1234"]),
    "a tensor with a huge shape": frame(["tensor", "float32", [2**39, 2**39], "cpu", False, b""]),
    "a tensor with a negative length": frame(["tensor", "float32", [-1], "cpu", False, b""]),
    "a tensor of objects": frame(["tensor", "object", [1], "cpu", False, b"12345678"]),
    "a tensor on no device": frame(["tensor", "float32", [1], "meta", False, b"1234"]),
    "a shape of bools": frame(["tensor", "uint8", [True], "cpu", False, b"1"]),
    "an array of objects": frame(["array", "object", [1], b"12345678"]),
    "an image of no size": frame(["image", "L", [0, 0], b""]),
    "an image of an unknown mode": frame(["image", "CMYK", [1, 1], b"1234"]),
    "an int of too many digits": frame(["int", "0x" + "f" * 5000]),
    "an int in words": frame(["int", "ten"]),
    "a handle without a number": frame(["handle", "1", [], False]),
    "an exception without text": frame(["exception", ["a"], 5, ""]),
    "a key that was never sent": frame(["ref", "a"]),
    "trailing bytes": frame(1) + b"\x01",
    "a truncated frame": frame("abcdef")[:-3],
    "an array that claims 2**32 elements": b"\xdd\xff\xff\xff\xff",
    "a text that claims 2**32 bytes": b"\x91\xdb\xff\xff\xff\xff",
    "nested msgpack arrays": b"\x91" * 100_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_frames_end_in_one_error(data: bytes) -> None:
    """Whatever a frame claims, reading it raises ``GuestProtocolError`` and nothing else."""
    with pytest.raises(GuestProtocolError):
        PLAIN.decode(data)


def test_a_frame_cannot_unfold_into_more_than_it_may() -> None:
    """Sharing a node many times over (a "billion laughs") counts as often as it unfolds."""
    nodes: list[Any] = ["ha"]
    nodes += [["list", *[level] * 10] for level in range(10)]
    with pytest.raises(GuestProtocolError, match="parts"):
        PLAIN.decode(frame(*nodes))
    deep: list[Any] = [0, *(["list", level] for level in range(MAX_DEPTH + 2))]
    with pytest.raises(GuestProtocolError, match="levels deep"):
        PLAIN.decode(frame(*deep))


def test_bools_are_made_of_any_byte() -> None:
    """A byte other than 0 and 1 becomes True instead of an undefined value."""
    back = PLAIN.decode(frame(["tensor", "bool", [3], "cpu", False, b"\x00\x01\xff"]))
    assert back.tolist() == [False, True, True]
    assert int(back.sum()) == 2


@given(st.binary(max_size=200))
@settings(max_examples=500, deadline=None)
def test_random_frames_raise_nothing_else(data: bytes) -> None:
    """Random bytes are read as a value or refused; no other exception comes out."""
    try:
        PLAIN.decode(data)
    except GuestProtocolError:
        return


@given(values, st.data())
@settings(max_examples=300, deadline=None)
def test_damaged_frames_raise_nothing_else(value: Any, data: st.DataObject) -> None:
    """A frame with some bytes changed is read as a value or refused."""
    damaged = bytearray(Encoder(lambda _: None).encode([value, torch.ones(2)]))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        PLAIN.decode(bytes(damaged))
    except GuestProtocolError:
        return
