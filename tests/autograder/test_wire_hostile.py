"""A hostile guest: whatever it says, however often and whenever, is one failure of one test, and soon.

The frames come from ``tests/fuzz``, which also feeds many more of them to the same code.
"""

import builtins
import copy
import importlib.util
import itertools
import pickle
import random
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from autograder.remote import line, unwire, wire
from autograder.remote.claims import check_claims
from autograder.remote.failures import StudentFailure, StudentRaised
from autograder.remote.proxy import RemoteObject
from autograder.remote.request import Loaded
from autograder.remote.session import Session
from autograder.remote.unwire import Decoder
from autograder.remote.wire import (
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_INT_BITS,
    MAX_ITEMS,
    MAX_TEXT,
    Encoder,
    GuestProtocolError,
    Raised,
    Unsendable,
)
from autograder.results import Outcome

Make = Callable[..., Session]


def _load(name: str) -> ModuleType:
    """A module of the fuzz targets', which lie in no package."""
    path = Path(__file__).resolve().parents[1] / "fuzz" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


frames, peer = _load("hostile_frames"), _load("scripted_peer")
PLAIN = Decoder(wrap=lambda tensors: tensors, ref={1: torch.ones(2, 3)}.__getitem__, handle=lambda handle: handle)
NOTHING = frames.encoded([])
REAL_ANSWERS = [frames.encoded(answer) for answer in frames.answers()]
seeds = st.integers(0, 2**64)


@given(seeds)
@settings(max_examples=1000, deadline=None)
def test_mutated_frames_are_read_or_refused(seed: int) -> None:
    """A frame whose structure was tampered with is a value that claimed to be small, or one error."""
    rng = random.Random(seed)
    frame = frames.mutated(rng.choice(frames.REAL), rng)
    try:
        PLAIN.decode(frame)
    except GuestProtocolError:
        return
    check_claims(frame, MAX_ITEMS)


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_a_session_survives_mutated_scripts(seed: int) -> None:
    """Answers, calls back and gradients that were tampered with, one after another, show a suite nothing but a failure
    or an exception of the student's."""
    rng = random.Random(seed)
    script = [(rng.choice(REAL_ANSWERS), NOTHING) for _ in range(5)]
    for at in rng.sample(range(5), 2):
        frame = frames.invented(rng) if rng.random() < 0.5 else frames.mutated(script[at][0], rng)
        script[at] = (frame, rng.choice((NOTHING, NOTHING, NOTHING, b"", frames.encoded([1, 3]))))
    peer.play(script)


def test_a_script_without_tampering_has_no_failure() -> None:
    """The scripted guest is understood: what the tests with it refuse is not refused for another reason."""
    answer = {"value": 5, "printed": "hello", "lost": 2, "values": [(1, torch.zeros(2, 3))], "flags": [(2, True)]}
    session, x = asked([(answer, [1])])
    assert session.failure is None
    assert x.tolist() == [[0] * 3] * 2
    assert session.printed.startswith("hello\n")
    session, _ = asked([({"callback": frames.CALLBACK, "args": (1,), "kwargs": {}}, None), ({"value": 5}, [])])
    assert session.failure is None


def asked(script: list[tuple[Any, Any]]) -> tuple[Session, torch.Tensor]:
    """A session that has asked a guest which says these values (and then what lives on: None for a question)."""
    raw = [(frames.encoded(said), b"" if alive is None else frames.encoded(alive)) for said, alive in script]
    callback = [lambda *args: len(args)]
    session = Session(lambda: peer.Scripted(raw, 0), Loaded("task", [], 5.0))
    session.begin(1, 5.0)
    x, generator = torch.ones(2, 3, requires_grad=True), torch.Generator().manual_seed(1)
    x.requires_grad_(False)
    model = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5))
    session.student.f(x, torch.ones(4), generator, model, callback[0])
    return session, x


ANSWERS = {
    "no dict": [1, 2],
    "nothing": None,
    "a tensor": torch.ones(1),
    "an object": object(),
    "a key that is no text": {1: 2},
    "an unknown field": {"value": 1, "score": 100},
    "printed is a number": {"printed": 5},
    "printed is a list": {"printed": [torch.ones(1)] * 3},
    "printed is an object": {"printed": object()},
    "lost is a text": {"printed": "", "lost": "many"},
    "lost is negative": {"lost": -1},
    "lost is huge": {"lost": 2**64},
    "lost is a bool": {"lost": True},
    "an error that is a text": {"error": "no"},
    "an error that is 0": {"error": 0},
    "an error that is an object": {"error": object()},
    "values are a text": {"values": "ab"},
    "values are an object": {"values": object()},
    "values are a dict": {"values": {1: torch.ones(2, 3)}},
    "a value without a key": {"values": [torch.ones(2, 3)]},
    "a value and more": {"values": [(1, torch.ones(2, 3), 1)]},
    "a value for what was not sent": {"values": [(999, torch.ones(1))]},
    "a bool as key": {"values": [(True, torch.ones(1))]},
    "a list as key": {"values": [([1], torch.ones(1))]},
    "a negative key": {"values": [(-1, torch.ones(1))]},
    "a key twice": {"values": [(1, torch.ones(2, 3)), (1, torch.zeros(2, 3))]},
    "no value": {"values": [(1, None)]},
    "a text as value": {"values": [(1, "ab")]},
    "an object as value": {"values": [(1, object())]},
    "an array as value": {"values": [(1, np.ones((2, 3), dtype=np.float32))]},
    "a state that is no tensor": {"values": [(3, 5)]},
    "a state of floats": {"values": [(3, torch.ones(5056))]},
    "a short state": {"values": [(3, torch.zeros(5055, dtype=torch.uint8))]},
    "an empty state": {"values": [(3, torch.zeros(0, dtype=torch.uint8))]},
    "a state of zeros": {"values": [(3, torch.zeros(5056, dtype=torch.uint8))]},
    "a state that ends beyond its block": {"values": [(3, frames.state(624, 624))]},
    "a state of another place": {"values": [(3, frames.state(300, 300))]},
    "a state far beyond its block": {"values": [(3, frames.state(600, 2**32 + 25))]},
    "a gradient of another size": {"grads": [(1, torch.ones(7))]},
    "a gradient of ints": {"grads": [(1, torch.arange(6))]},
    "a gradient that is a text": {"grads": [(1, "ab")]},
    "a gradient that is an object": {"grads": [(1, object())]},
    "a gradient of a generator": {"grads": [(3, torch.ones(1))]},
    "a flag that is a number": {"flags": [(1, 1)]},
    "a flag of a generator": {"flags": [(3, True)]},
    "a module that was not sent": {"modules": [(1, {})]},
    "a module before the first": {"modules": [(-1, {})]},
    "layers in a list": {"modules": [(0, ["a"])]},
    "a layer without a path": {"modules": [(0, {5: ("a", "b", True)})]},
    "layers as an object": {"modules": [(0, object())]},
    "a layer without a flag": {"modules": [(0, {"": ("a", "b")})]},
    "a layer's flag": {"modules": [(0, {"": ("a", "b", 1)})]},
    "a layer within nothing": {"modules": [(0, {"": ("a", "", True), "7.weight.x": ("a", "", True)})]},
    "a layer far down": {"modules": [(0, {".".join("a" * depth): ("a", "", True) for depth in range(MAX_DEPTH + 2)})]},
    "too many layers": {"modules": [(0, {f"a{number}": ("a", "", True) for number in range(10_001)})]},
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_hostile_answers_end_in_one_error(answer: Any) -> None:
    """An answer with a field that is not what it should be is one failure, remembered as that of the test."""
    with pytest.raises(StudentFailure, match="GuestProtocolError") as caught:
        asked([(answer, [])])
    assert caught.value.outcome is Outcome.CRASHED
    assert caught.value.__context__ is None, "it holds on to what the guest had sent"


QUESTIONS = {
    "an unknown number": {"callback": 5, "args": (), "kwargs": {}},
    "a number that is a bool": {"callback": True, "args": (), "kwargs": {}},
    "a number that is a list": {"callback": [1], "args": (), "kwargs": {}},
    "arguments in a list": {"callback": frames.CALLBACK, "args": [], "kwargs": {}},
    "no arguments": {"callback": frames.CALLBACK},
    "keywords that are no text": {"callback": frames.CALLBACK, "args": (), "kwargs": {1: 2}},
    "keywords in an object": {"callback": frames.CALLBACK, "args": (), "kwargs": object()},
    "an answer besides": {"value": 1},
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_hostile_calls_back_end_in_one_error(question: Any) -> None:
    """A call back that names no function that was passed, or gives it what are no arguments, is one failure."""
    with pytest.raises(StudentFailure, match="GuestProtocolError"):
        asked([(question, None), ({"value": 1}, [])])


@pytest.mark.parametrize(
    "alive",
    [5, "abc", None, {}, ["1"], [True], [1.0], (1,), object()],
    ids=lambda alive: "object" if type(alive) is object else repr(alive),
)
def test_hostile_lists_of_what_lives_on_end_in_one_error(alive: Any) -> None:
    """What lives on is a list of numbers; an answer without it, or a call back with it, is none."""
    with pytest.raises(StudentFailure, match="GuestProtocolError"):
        asked([({"value": 1}, alive)])
    with pytest.raises(StudentFailure, match="GuestProtocolError"):
        asked([({"callback": frames.CALLBACK, "args": (), "kwargs": {}}, []), ({"value": 1}, [])])


@pytest.mark.parametrize("name", [name for name, kind in vars(builtins).items() if isinstance(kind, type)])
def test_every_exception_that_a_guest_can_name_is_a_failure_or_the_students(name: str) -> None:
    """Whatever class an exception claims to be, it is raised as one of the student's, or decides the test."""
    with pytest.raises((StudentFailure, StudentRaised)):
        asked([({"error": Raised((f"builtins.{name}",), "text")}, [])])


FRAMES = {
    "a kind that is a number": [[5, 1]],
    "a surrogate": b"\x91\xa3\xed\xa0\x80",
    "an invalid text": b"\x91\xa1\xff",
    "a part named twice": [1, ["list", 0, 0]],
    "a container named twice": [["list"], ["list", 0], ["list", 0, 1]],
    "a key twice": [1, 2, 1, 3, ["dict", 0, 1, 2, 3]],
    "a container as number": [1, ["list", [0]]],
    "a float as number": [1, ["list", 0.0]],
    "too many dimensions": [["array", "uint8", [1] * 33, b"1"]],
    "a tensor with a field too many": [["tensor", "uint8", [1], "cpu", False, b"1", 1]],
    "a size that is NaN": [["tensor", "uint8", [float("nan")], "cpu", False, b"1"]],
    "a flag that is a number": [["tensor", "uint8", [1], "cpu", 0, b"1"]],
    "a dtype in a list": [["dtype", ["float32"]]],
    "data that is a text": [["tensor", "uint8", [1], "cpu", False, "1"]],
    "a size beyond 64 bits": [["dtype", 2**64 - 1]],
    "an int of 100000 digits": [["int", "f" * 100_000]],
    "a complex of ints": [["complex", 1, 2]],
    "a handle of no class": [["handle", 1, [], True]],
    "a class that is a number": [["handle", 1, [5], True]],
    "a handle of many classes": [["handle", 1, ["a"] * 65, True]],
    "an image beyond its data": [["image", "L", [9, 9], b"1"]],
    "a reference to what was not sent": [["ref", 2]],
    "a reference that is a bool": [["ref", True]],
    "an empty map": b"\x91\x80",
    "an extension of no bytes": b"\x91\xc7\x00\x05",
    "a timestamp": b"\x91\xd6\xff\x00\x00\x00\x01",
    "a reserved byte": b"\x91\xc1",
    "a map in a large frame": [b"x" * 5000, {}],
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_more_hostile_frames_end_in_one_error(frame: Any) -> None:
    """Whatever a node claims, reading the frame raises ``GuestProtocolError`` and nothing else."""
    with pytest.raises(GuestProtocolError):
        PLAIN.decode(frame if isinstance(frame, bytes) else msgpack.packb(frame))


CLAIMS = {
    "arrays within arrays": b"\xdd\x00\x0f\x42\x40" * 1000,
    "many small arrays": b"\xdd\x00\x0f\x42\x40" + b"\x90" * 1_000_000,
    "many small arrays, further in": b"\xdc\x27\x10" + (b"\xdc\x01\x00" + b"\x90" * 256) * 10_000,
}


@pytest.mark.parametrize("frame", CLAIMS.values(), ids=CLAIMS)
def test_nothing_is_made_for_a_claim(frame: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame that claims to unfold into much more than its size costs no memory."""
    monkeypatch.setattr(unwire, "MAX_ITEMS", 20_000)  # looking through more takes long where memory is traced
    tracemalloc.start()
    try:
        with pytest.raises(GuestProtocolError, match="parts"):
            PLAIN.decode(frame)
        assert tracemalloc.get_traced_memory()[1] < 2**18
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("claim", [b"\xdc\x0f\xff", b"\xdd\x00\x0a\xae\x60"], ids=["its size", "far more"])
def test_a_small_frame_makes_little_whatever_it_claims(claim: bytes) -> None:
    """Frames that are too small to be looked through first cannot make msgpack reserve much."""
    tracemalloc.start()
    try:
        with pytest.raises(GuestProtocolError):
            PLAIN.decode(claim * (4000 // len(claim)))
        assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    finally:
        tracemalloc.stop()


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda part: st.lists(part, max_size=20),
    max_leaves=20,
)


@given(plain)
@settings(max_examples=150, deadline=None)
def test_claims_are_counted_as_msgpack_writes_them(value: Any) -> None:
    """The elements of all arrays together: so many are allowed, one less is refused."""

    def count(part: Any) -> int:
        return len(part) + sum(map(count, part)) if isinstance(part, list) else 0

    frame = msgpack.packb(value)
    check_claims(frame, count(value))
    if count(value):
        with pytest.raises(ValueError, match="parts"):
            check_claims(frame, count(value) - 1)


def test_keys_of_one_hash_are_refused_and_others_are_not() -> None:
    """A dict made of keys that Python would compare with each other for hours is refused; honest ones are read."""
    same = [["int", hex(number * (2**61 - 1))] for number in range(1, 18)]
    table = [*same, *range(17), ["dict", *(place for number in range(17) for place in (number, 17 + number))]]
    with pytest.raises(GuestProtocolError, match="keys"):
        PLAIN.decode(msgpack.packb(table))
    for honest in ({-1: "a", -2: "b"}, dict.fromkeys(range(5000)), {float(n): n for n in range(5000)}, {(1, 2): 3}):
        assert PLAIN.decode(frames.encoded(honest)) == honest


def test_a_key_is_hashed_once() -> None:
    """A large key cannot be the key of many dicts, each of which would look through all of it."""
    table = [0, 1, ["tuple", 0], ["dict", 2, 1], ["dict", 2, 1]]
    with pytest.raises(GuestProtocolError, match="named already"):
        PLAIN.decode(msgpack.packb(table))


def _nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both halves with the same small limits: values at the real ones take seconds to make."""
    for half in (wire, unwire):
        monkeypatch.setattr(half, "MAX_NODES", NARROW)
        monkeypatch.setattr(half, "MAX_ITEMS", 3 * NARROW)


NARROW = 3000
LARGEST = {
    "numbers": [0.5] * (NARROW - 1),
    "a tensor again and again": [torch.ones(1)] * NARROW,
    "a tensor under many keys": dict.fromkeys(range(NARROW - 9), torch.ones(1)),
    "tensors": [torch.tensor([number]) for number in range(3 * NARROW // 11)],
    "lists": [[]] * (NARROW - 1),
    "levels": _nested(MAX_DEPTH),
    "text": "\N{SNOWMAN}\N{GRINNING FACE}" * (MAX_TEXT // 2),
    "an int": 1 - 2**MAX_INT_BITS,
    "dimensions": torch.ones([1] * MAX_DIMENSIONS),
    "an array's dimensions": np.ones([1] * MAX_DIMENSIONS),
    "an empty array": np.ones((0, 3)),
}


@pytest.mark.parametrize("value", LARGEST.values(), ids=LARGEST)
def test_what_is_just_small_enough_to_be_written_is_read(value: Any, narrow: None) -> None:
    """The limits of the two halves agree: no honest value is taken for a hostile one."""
    back = PLAIN.decode(frames.encoded(value))
    assert type(back) is type(value)


TOO_LARGE = {
    "numbers": [0.5] * NARROW,
    "a tensor again and again": [torch.ones(1)] * (NARROW + 1),
    "tensors under many keys": {number: torch.tensor([number]) for number in range(NARROW // 3)},
    "levels": _nested(MAX_DEPTH + 1),
    "dimensions": torch.ones([1] * (MAX_DIMENSIONS + 1)),
    "an array's dimensions": np.ones([1] * (MAX_DIMENSIONS + 1)),
    "an int": 2**MAX_INT_BITS,
}


@pytest.mark.parametrize("value", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_is_too_large_is_refused_when_it_is_written(value: Any, narrow: None) -> None:
    """The student is told what is wrong with their value, rather than that they are no honest guest."""
    with pytest.raises(Unsendable):
        Encoder(lambda _: None).encode(value)


def test_arrays_keep_their_values_whatever_the_order_of_their_bytes() -> None:
    """A numpy array whose numbers are stored the other way round arrives with the same numbers."""
    array = np.arange(4, dtype=">f4")
    assert PLAIN.decode(frames.encoded(array)).tolist() == [0, 1, 2, 3]


def test_a_text_that_has_no_encoding_loses_only_what_has_none(guest_of: Make) -> None:
    """Half a surrogate pair that is printed, raised or returned arrives as a question mark, and ends no guest."""
    source = "def say(): print('a\\ud800b'); return 'c\\ud800d'\ndef fail(): raise ValueError('e\\ud800f')\n"
    session = guest_of(source)
    assert session.student.say() == "c?d"
    assert session.printed == "a?b\n"
    with pytest.raises(ValueError, match=r"e\?f"):
        session.student.fail()


def test_what_is_printed_in_one_test_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many answers claim to have printed a megabyte, a test keeps one."""
    script = [(frames.encoded({"value": 1, "printed": "x" * MAX_TEXT, "lost": 5}), NOTHING)] * 3
    session = Session(lambda: peer.Scripted(script, 0), Loaded("task", [], 5.0))
    session.begin(1, 5.0)
    for _ in range(3):
        session.student.f()
    assert len(session.printed) == MAX_TEXT


def test_what_is_sent_in_one_test_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that keeps all it is given cannot be given more than some."""
    monkeypatch.setattr(line, "MAX_HEARD", 5000)
    script = [(frames.encoded({"value": b"x" * 2000}), NOTHING)] * 9
    session = Session(lambda: peer.Scripted(script, 0), Loaded("task", [], 5.0))
    for _ in range(2):
        session.begin(1, 5.0)
        assert len(session.student.f()) == 2000
        assert len(session.student.f()) == 2000
    with pytest.raises(StudentFailure, match="5000 bytes in one test"):
        session.student.f()


GRADIENTS = {
    "too few": "[]",
    "too many": "[torch.ones(3)] * 2",
    "no list": "5",
    "a text": "['ab']",
    "another shape": "[torch.ones(4)]",
    "one that would fit if it were expanded": "[torch.ones(1)]",
    "another dtype": "[torch.ones(3, dtype=torch.float64)]",
    "an object": "[object()]",
    "a number": "[1.0]",
    "an array": "[numpy.ones(3, dtype='float32')]",
}


@pytest.mark.parametrize("said", GRADIENTS.values(), ids=GRADIENTS)
def test_hostile_gradients_end_in_one_error(guest_of: Make, said: str) -> None:
    """Gradients that do not fit what they are gradients of are one failure, not an exception of autograd's."""
    source = (
        "import numpy, torch\nclass Said(list):\n    pass\n"
        f"torch.autograd.grad = lambda *_, **__: {said}\n"
        "def f(x): return x * 2\ndef fine(): return 5\n"
    )
    if said == "5":  # the guest itself would stumble over what is no list
        source = source.replace("torch.autograd.grad =", "import autograder.remote.guest as g\ng.list =")
    session = guest_of(source)
    x = torch.ones(3, requires_grad=True)
    value = session.student.f(x)
    with pytest.raises(StudentFailure, match="GuestProtocolError"):
        value.sum().backward()
    session.begin(2, 10.0)
    assert session.student.fine() == 5


# What a guest needs to speak for itself: its end of the connection, and frames as they are sent.
SPEAK = """
import os, stat, threading, time
import torch
from torch import nn
from autograder.remote import guest
from autograder.remote.wire import Encoder

def line():
    for number in range(3, 256):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return number
        except OSError:
            pass

def frame(value, alive=()):
    answer, rest = (Encoder(lambda _: None).encode(part) for part in (value, list(alive)))
    return b"".join(size.to_bytes(8, "big") for size in (8 + len(answer) + len(rest), len(answer))) + answer + rest

def say(data):
    os.write(line(), data)

def fine():
    return 5
"""


def ends(session: Session, act: Callable[[], Any], outcome: Outcome, reason: str, seconds: float = 1.0) -> None:
    """That ``act`` ends in this failure, soon, and that the next test is none the wiser."""
    session.student.fine()  # what it takes to start a guest is not on the clock
    session.begin(1, seconds)
    began = time.monotonic()
    with pytest.raises(StudentFailure, match=reason) as caught:
        act()
    assert caught.value.outcome is outcome
    assert session.failure is caught.value
    assert time.monotonic() - began < seconds + 10
    session.begin(2, 20.0)
    assert session.student.fine() == 5


SPEECHES = {
    "two answers at once": ("say(frame({'value': 1}) * 2)", Outcome.CRASHED, "GuestProtocolError"),
    "an answer before it is due, twice": (
        "say(frame({'value': 1}) + frame({'value': 2}))",
        Outcome.CRASHED,
        "not asked for",
    ),
    "a call back that was never offered": (
        "say(frame({'callback': 1, 'args': (), 'kwargs': {}})[:-1])",
        Outcome.CRASHED,
        "GuestProtocolError",
    ),
    "a header of 2**63": ("say((2**63).to_bytes(8, 'big')); time.sleep(60)", Outcome.CRASHED, "announced"),
    "a header, and then nothing": ("say((100).to_bytes(8, 'big')); time.sleep(60)", Outcome.TIMED_OUT, "time limit"),
    "half a header": ("say(bytes(4)); time.sleep(60)", Outcome.TIMED_OUT, "time limit"),
    "a frame shorter than its parts": ("say((4).to_bytes(8, 'big') + b'1234')", Outcome.CRASHED, "GuestProtocolError"),
    "a trickle": (
        "say((1000).to_bytes(8, 'big'))\n    while True:\n        say(b'x')\n        time.sleep(0.2)",
        Outcome.TIMED_OUT,
        "time limit",
    ),
    "an endless frame": (
        "say((2**28).to_bytes(8, 'big'))\n    while True: time.sleep(0.01); say(b'x' * 100)",
        Outcome.TIMED_OUT,
        "time limit",
    ),
    "random bytes": ("say(b'0123456789' * 100)", Outcome.CRASHED, "GuestProtocolError"),
    "silence": ("time.sleep(60)", Outcome.TIMED_OUT, "time limit"),
}


@pytest.mark.parametrize("speech", SPEECHES.values(), ids=SPEECHES)
def test_what_is_said_out_of_turn_ends_one_test(guest_of: Make, speech: tuple[str, Outcome, str]) -> None:
    """Bytes that a submission writes to the connection itself end the test, by the clock at the latest."""
    code, outcome, reason = speech
    session = guest_of(SPEAK + f"\ndef f():\n    {code}\n")
    ends(session, lambda: session.student.f(), outcome, reason)


def test_calls_back_without_end_end_by_the_clock(guest_of: Make) -> None:
    """The judge's own time in a function that is called back counts, so that a flood of calls cannot stretch a test."""
    session = guest_of(SPEAK + "\ndef f(back):\n    while True: back(1)\n")
    calls = []
    ends(session, lambda: session.student.f(lambda x: calls.append(time.sleep(0.01))), Outcome.TIMED_OUT, "time limit")
    assert 1 < len(calls) <= 100


def test_answers_that_are_always_there_end_by_the_clock() -> None:
    """A guest that is never waited for, because its next call back is there already, runs out of time as well."""
    calls: list[None] = []
    callback = [lambda: calls.append(time.sleep(0.05))]
    question = frames.encoded({"callback": frames.CALLBACK, "args": (), "kwargs": {}})
    script = itertools.repeat((question, b""))
    session = Session(lambda: peer.Scripted(script, 0), Loaded("task", [], 5.0))
    session.begin(1, 0.5)
    with pytest.raises(StudentFailure, match="time limit"):
        session.student.f(callback[0])
    assert 1 < len(calls) <= 10


def test_a_call_back_that_uses_an_object_of_theirs_ends_one_test(guest_of: Make) -> None:
    """A function that is called back cannot ask the guest, which waits for its answer: not without end, not at all."""
    session = guest_of(SPEAK + "\nclass Thing:\n    size = 5\ndef f(back): return back(Thing())\n")
    ends(session, lambda: session.student.f(lambda thing: thing.size), Outcome.FAILED, "only values", seconds=20.0)
    ends(session, lambda: session.student.f(lambda thing: session.student.fine()), Outcome.FAILED, "only values")


def test_a_call_back_that_fails_leaves_nobody_waiting(guest_of: Make) -> None:
    """An exception of the suite's own function comes out of the call, and the next request is not its answer."""
    session = guest_of(SPEAK + "\ndef f(back): return [back(1), 'answered']\n")

    def fails(x: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        session.student.f(fails)
    assert session.failure is None
    assert session.student.fine() == 5
    assert session.student.f(lambda x: x + 1) == [2, "answered"]


def test_gradients_flow_after_a_call_back_with_a_tensor(guest_of: Make) -> None:
    """A tensor that was shown to the suite's function in the middle of a call does not end the call's own graph."""
    session = guest_of(SPEAK + "\ndef f(x, back):\n    loss = (x * 3).sum()\n    back(loss)\n    return loss\n")
    x = torch.ones(2, requires_grad=True)
    seen: list[bool] = []
    value = session.student.f(x, lambda loss: seen.append(loss.requires_grad))
    session.student.fine()
    value.backward()
    assert seen == [False]
    assert x.grad is not None
    assert x.grad.tolist() == [3, 3]


OUTLIVED = "\ndef f(x): return x * 3\ndef g(x): return x * 5\ndef die(): os._exit(0)\n"


def test_a_graph_of_an_ended_guest_is_not_looked_for_in_the_next(guest_of: Make) -> None:
    """A value that outlives its guest does not get its gradients from another one, which counts its calls alike."""
    session = guest_of(SPEAK + OUTLIVED)
    x = torch.ones(2, requires_grad=True)
    old = session.student.f(x)
    with pytest.raises(StudentFailure):
        session.student.die()
    session.begin(2, 20.0)
    session.student.g(x)
    with pytest.raises(StudentFailure, match="ended"):
        old.sum().backward()


def test_a_graph_of_an_ended_guest_takes_none_away_from_the_next(guest_of: Make) -> None:
    """When a value goes that has outlived its guest, the next guest keeps its own call of the same number."""
    session = guest_of(SPEAK + OUTLIVED)
    x = torch.ones(2, requires_grad=True)
    old = session.student.f(x)
    with pytest.raises(StudentFailure):
        session.student.die()
    session.begin(2, 20.0)
    new = session.student.g(x)
    del old
    session.student.fine()
    new.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [5, 5]


def test_a_removed_block_and_a_students_own_layers_are_copied_back(guest_of: Make) -> None:
    """A call may remove a layer with layers in it, and switch a model that holds the student's: no protocol error."""
    source = SPEAK + (
        "\nclass Own(nn.Module):\n"
        "    def __init__(self): super().__init__(); self.inner = nn.Linear(2, 2)\n"
        "    def forward(self, x): return self.inner(x)\n"
        "def cut(model): del model[1]\ndef off(model): model.eval()\n"
    )
    session = guest_of(source)
    model = nn.Sequential(nn.Identity(), nn.Sequential(nn.Linear(2, 2), nn.ReLU()))
    session.student.cut(model)
    assert len(model) == 1
    model = nn.Sequential(nn.Dropout(0.5), session.student.Own())
    session.student.off(model)
    assert not model[0].training
    assert type(model[1]) is RemoteObject


POSER = SPEAK + (
    "\nclass Poser:\n"
    "    def __init__(self, answer): self.answer = answer\n"
    "    def __len__(self): return self.answer\n"
    "    def __iter__(self): return self.answer\n"
    "    def __next__(self): return 1\n"
    "    def __enter__(self): return self\n"
    "    def __exit__(self, *_): return True\n"
    "    def __getattr__(self, name): return self.answer\n"
    "Poser.__module__, Poser.__qualname__ = 'torch.nn.modules.dropout', 'Dropout'\n"
    "def endless():\n    poser = Poser(1)\n    poser.answer = poser\n    return poser\n"
)


@pytest.mark.parametrize("length", [-1, 2**40, 2**70, "many", None, True, 1.0, torch.ones(2)], ids=repr)
def test_a_length_is_a_small_number(guest_of: Make, length: Any) -> None:
    """An object's length is a number that a list could have, or a ``TypeError`` as for any object that has none."""
    session = guest_of(POSER)
    poser = session.student.Poser(length)
    with pytest.raises(TypeError):
        len(poser)
    with pytest.raises(TypeError):
        next(iter(poser))


def test_what_is_neither_true_nor_false_is_a_type_error(guest_of: Make) -> None:
    """An object that answers a question of yes or no with a tensor is as unusable as one that cannot be asked."""
    source = "import torch\nclass Vague:\n    def __contains__(self, item): return item\n"
    source += "    def __exit__(self, *_): return torch.ones(2)\n    def __enter__(self): return self\n"
    session = guest_of(source.replace("return item", "return torch.ones(2)"))
    vague = session.student.Vague()
    with pytest.raises(TypeError, match="neither"), vague:
        pass


def test_iterating_without_end_ends_by_the_clock(guest_of: Make) -> None:
    """A list of all that an object gives is not endless."""
    session = guest_of(POSER)

    def everything() -> None:
        for _ in session.student.endless():
            pass

    ends(session, everything, Outcome.TIMED_OUT, "time limit")


def test_an_object_that_claims_to_be_a_layer_is_still_only_an_object(guest_of: Make) -> None:
    """It may stand in a model and answer nonsense; nothing of the judge's is pickled or copied on its behalf."""
    session = guest_of(POSER)
    poser = session.student.Poser(5)
    assert isinstance(poser, nn.Dropout)
    assert not isinstance(poser, torch.Tensor)
    for act in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be copied"):
            act(poser)
    model = nn.Sequential(poser)
    with pytest.raises((TypeError, AttributeError)):
        list(model.parameters())
    assert session.failure is None


def test_no_object_swallows_a_check_that_failed(guest_of: Make) -> None:
    """A context manager of the student's that suppresses exceptions would let every check in its block pass."""
    session = guest_of(POSER)
    with pytest.raises(StudentFailure, match="swallowed"), session.student.Poser(1):
        raise AssertionError
    with session.student.Poser(1):
        pass


@pytest.mark.parametrize(
    "code",
    [
        "threading.Timer(0.2, lambda: say(frame({'value': 1}))).start()",
        "threading.Timer(0.2, lambda: say(b'x')).start()",
    ],
    ids=["a second answer, late", "a byte, late"],
)
def test_what_comes_unasked_is_found_before_the_next_request(guest_of: Make, code: str) -> None:
    """What a guest says between two requests is no answer to the second."""
    session = guest_of(SPEAK + f"\ndef f():\n    {code}\n    return 7\n")

    def both() -> None:
        assert session.student.f() == 7
        time.sleep(0.6)
        session.student.fine()

    ends(session, both, Outcome.CRASHED, "not asked for", seconds=20.0)
