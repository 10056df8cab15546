"""In the judge: what goes to a guest. Arguments are pickled, with tensors, generators, handles and functions lifted
out, so that identity, tied weights and the parameters of modules survive."""

import functools
import hashlib
import io
import pickle
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import torch
from torch import nn

from autograder.errors import AssignmentError
from autograder.remote.proxy import RemoteName, RemoteObject, pid_of
from autograder.remote.twins import Entry, GeneratorEntry, TensorEntry, lifted
from autograder.remote.wire import DTYPE_NAMES, TENSORS, tensor_bytes, tensor_from

# Where a class or function must be defined to be known in a guest, which can read no suite.
_PACKAGES = frozenset(
    {"builtins", "torch", "torchvision", "numpy", "PIL", "collections", "functools", "operator", "math"}
)
_FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType)


def veiled(seed: int) -> int:
    """The seed that a guest gets where the judge's own generator has ``seed``, which cannot be told from it."""
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:7])


class Lifted:
    """The objects of the judge's that guests know, each under a key: those of one request and those that live on."""

    def __init__(self) -> None:
        self.objects: dict[int, torch.Tensor | torch.Generator] = {}
        self._used: set[int] = set()
        self._next = 0

    def key_of(self, thing: torch.Tensor | torch.Generator) -> int:
        """The key of ``thing``, a new one where it has none yet."""
        key = next((key for key, known in self.objects.items() if known is thing), None)
        if key is None:
            self._next += 1
            key = self._next
            self.objects[key] = thing
        self._used.add(key)
        return key

    def keep(self, alive: Iterable[int]) -> None:
        """After a request: forget all but those that still live in the guest."""
        self._used = set()
        self.objects = {key: self.objects[key] for key in alive if key in self.objects}

    def table(self) -> list[Entry]:
        """Every object as it travels, with its present values."""
        return [_entry(key, thing) for key, thing in self.objects.items()]

    def differentiable(self) -> dict[int, torch.Tensor]:
        """Those through which gradients may flow in this request, by key: its arguments, and the leaves that live on,
        such as the parameters that an optimizer holds. Other tensors of earlier requests may have lost their graph.
        """
        return {
            key: thing
            for key, thing in self.objects.items()
            if isinstance(thing, torch.Tensor) and thing.requires_grad and (thing.is_leaf or key in self._used)
        }


@dataclass(frozen=True)
class Loaded:
    """What a guest is to load: the module's name, and its source as (label, text) pieces."""

    module: str
    segments: Sequence[tuple[str, str]]
    seconds: float


@dataclass
class Arguments(pickle.Pickler):
    """Pickles the arguments of one request, and collects the functions and modules among them."""

    lifted: Lifted
    callbacks: dict[int, Callable[..., Any]] = field(default_factory=dict)
    modules: list[nn.Module] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._buffer = io.BytesIO()
        super().__init__(self._buffer, protocol=pickle.HIGHEST_PROTOCOL)

    def pickle(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bytes:
        """The arguments as bytes. Raises ``AssignmentError`` for what cannot be sent to a guest."""
        self.modules = _modules((args, kwargs))
        try:
            self.dump((args, dict(kwargs), self.modules))
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise AssignmentError(f"a suite passes an argument that cannot be sent to a submission: {error}") from error
        return self._buffer.getvalue()

    def reducer_override(self, obj: Any) -> Any:
        """Lift what must not be pickled by value. pickle asks about everything but plain built-in values."""
        pid = self._lifted_as(obj)
        if pid is not None:
            return lifted, pid
        if isinstance(obj, BaseException):  # not as others have it pickled in this process: Dask adds tracebacks to it
            return obj.__reduce_ex__(pickle.HIGHEST_PROTOCOL)
        return _sparing(obj) if isinstance(obj, nn.Module) else NotImplemented

    def _lifted_as(self, obj: Any) -> tuple[str, Any] | None:
        kind: Any = type(obj)
        place = _place(kind)
        if place is _Place.IN_PICKLE:
            return None
        if place is _Place.TWIN:
            return "twin", self.lifted.key_of(obj)
        if place is _Place.PROXY:
            return pid_of(obj)
        if place is _Place.REFUSED:
            raise AssignmentError(
                f"a suite passes a {type(obj).__name__}; only plain tensors and Parameters can be sent"
            )
        if isinstance(obj, type):
            if not _known_there(obj):
                raise AssignmentError(
                    f"a suite passes an object of {obj.__qualname__}, which no submission can import; define it in "
                    "autograder/remote/probes.py, or pass a function"
                )
            return None
        if place is _Place.CALLBACK or not _known_there(obj):
            number = next((number for number, known in self.callbacks.items() if known is obj), len(self.callbacks))
            self.callbacks[number] = obj
            return "callback", number
        return None


class _ByValue(pickle.Pickler):
    """Pickles tensors as their values alone, where torch would add the address of their memory."""

    def reducer_override(self, obj: Any) -> Any:
        """As pickle asks for it."""
        if type(obj) is nn.Parameter:
            return nn.Parameter, (obj.detach(), obj.requires_grad)
        if type(obj) is torch.Tensor and obj.dtype in DTYPE_NAMES:
            return tensor_from, (DTYPE_NAMES[obj.dtype], tuple(obj.shape), obj.device.type, tensor_bytes(obj))
        return NotImplemented


def by_value(value: Any) -> bytes:
    """What one of the judge's own functions has answered, as bytes that are the same for the same values."""
    buffer = io.BytesIO()
    _ByValue(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


class _Place(Enum):
    """Where an object of a type goes: into the pickle, or out of it, and how."""

    IN_PICKLE = auto()
    TWIN = auto()
    PROXY = auto()
    BY_NAME = auto()  # classes and functions: by name where the guest can import them
    CALLBACK = auto()
    REFUSED = auto()


@functools.cache
def _place(kind: type) -> _Place:
    if kind in TENSORS or issubclass(kind, torch.Generator):
        return _Place.TWIN
    if issubclass(kind, torch.Tensor):
        return _Place.REFUSED
    if kind in (RemoteObject, RemoteName):
        return _Place.PROXY
    if issubclass(kind, (type, *_FUNCTIONS)):
        return _Place.BY_NAME
    if any("__call__" in vars(base) for base in kind.__mro__) and not _known_there(kind):
        return _Place.CALLBACK
    return _Place.IN_PICKLE


def _known_there(thing: Any) -> bool:
    """Whether a guest can import ``thing`` by the name of its module: lambdas and nested functions never."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", "")
    if module is None:  # built-in functions of some extension modules
        return True
    return module.partition(".")[0] in _PACKAGES or (module.startswith("autograder.remote.") and "<" not in name)


def _modules(values: Iterable[Any]) -> list[nn.Module]:
    """The modules among arguments, each once, outermost only: their layers come with them."""
    found: list[nn.Module] = []
    for value in values:
        if isinstance(value, dict):
            found += _modules(value.values())
        elif type(value) in (list, tuple):
            found += _modules(value)
        elif isinstance(value, nn.Module) and pid_of(value) is None:
            found.append(value)
    return found


@functools.cache
def _filled_in() -> Mapping[str, Any]:
    """What torch adds to a module whose state lacks it."""
    blank = nn.Module.__new__(nn.Module)
    blank.__setstate__({})  # type: ignore[no-untyped-call]
    return vars(blank)


def _sparing(module: nn.Module) -> Any:
    """How pickle is to write a module: without the empty tables of hooks, most of it, that torch fills in by itself.
    Hooks are numbered anew: torch counts all that a process ever had. Below zero no number of the guest's own is."""
    if type(module).__setstate__ is not nn.Module.__setstate__:
        return NotImplemented
    reduced: Any = module.__reduce_ex__(pickle.HIGHEST_PROTOCOL)
    make, made_from, state, *rest = reduced
    known = _filled_in()
    told = {name: value for name, value in state.items() if name not in known or value != known[name]}
    tables = [name for name, value in told.items() if "_hooks" in name and isinstance(value, dict)]
    hooks = {number: -1 - place for place, number in enumerate(sorted({key for name in tables for key in told[name]}))}
    told.update((name, type(told[name])((hooks[key], hook) for key, hook in told[name].items())) for name in tables)
    return make, made_from, told, *rest


def _entry(key: int, thing: torch.Tensor | torch.Generator) -> Entry:
    if isinstance(thing, torch.Generator):
        return GeneratorEntry(key, str(thing.device), tensor_bytes(thing.get_state()))
    usual = thing.is_contiguous() or 0 in thing.stride()
    return TensorEntry(
        key=key,
        version=thing._version,
        dtype=DTYPE_NAMES.get(thing.dtype) or str(thing.dtype),
        shape=tuple(thing.shape),
        stride=None if usual else tuple(thing.stride()),
        device=thing.device.type,
        requires_grad=thing.requires_grad,
        is_parameter=isinstance(thing, nn.Parameter),
        data=tensor_bytes(thing),
        grad=None if not thing.is_leaf or thing.grad is None else tensor_bytes(thing.grad),
    )
