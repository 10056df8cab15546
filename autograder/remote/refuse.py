"""In the guest: library calls that a task forbids fail while that task's tests run, however they are reached.

The function itself is changed, not a name for it: a Python function gets other code, and an operator of torch's another
kernel in torch's own dispatcher. So an alias, ``getattr``, a compiled script or another thread meets the same refusal.
"""

import functools
import importlib
import inspect
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

OPERATOR = "aten::"
# The first that has a kernel answers a call: inside torch.func, with and without gradients, on each device.
_KEYS = ("FuncTorchDynamicLayerFrontMode", "AutogradCPU", "AutogradCUDA", "CPU", "CUDA")


class ForbiddenCall(RuntimeError):
    """A task's code called what it was to write; the message is the name of that."""


class Refusals:
    """What is refused at present in this process; ``called`` is what was refused since ``forget``, if anything."""

    def __init__(self) -> None:
        self.called: str | None = None
        self._names: tuple[tuple[str, str], ...] = ()
        self._codes: list[tuple[types.FunctionType, types.CodeType]] = []
        self._kernels: torch.library.Library | None = None

    def forget(self) -> None:
        """Nothing was called yet."""
        self.called = None

    def set(self, names: Sequence[tuple[str, str]]) -> None:
        """Refuse exactly these from now on, as (what, the name that a student is told): ``aten::operator``, the dotted
        name of a function or class, or ``name(argument)`` for one argument of a function."""
        wanted = tuple((what, told) for what, told in names)
        if wanted == self._names:
            return
        self._allow_all()
        for what, told in wanted:
            if what.startswith(OPERATOR):
                self._refuse_operator(what.removeprefix(OPERATOR), told)
                continue
            for function in _functions(what):
                self._codes.append((function, function.__code__))
                function.__code__ = self._refusing(function, what, told)
        self._names = wanted

    def _allow_all(self) -> None:
        self._names = ()
        for function, code in reversed(self._codes):
            function.__code__ = code
        self._codes.clear()
        if self._kernels is not None:
            self._kernels._destroy()  # type: ignore[no-untyped-call]
            self._kernels = None

    def _refuse(self, told: str) -> None:
        self.called = told
        raise ForbiddenCall(told)

    def _refuse_operator(self, operator: str, told: str) -> None:
        self._kernels = self._kernels or torch.library.Library("aten", "IMPL")  # type: ignore[no-untyped-call]

        def refuse(*_args: Any, **_kwargs: Any) -> None:
            self._refuse(told)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns that a kernel is replaced: it is what we want
            for key in _KEYS:
                self._kernels.impl(operator, refuse, key)  # type: ignore[no-untyped-call]

    def _refusing(self, function: types.FunctionType, what: str, told: str) -> types.CodeType:
        """Code for ``function`` that refuses, always or where the argument named in ``what`` is not its default."""
        argument = what.partition("(")[2].removesuffix(")")
        if not argument:
            return _calling(lambda *_args, **_kwargs: self._refuse(told), function.__code__)
        original = types.FunctionType(
            function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
        )
        original.__kwdefaults__ = function.__kwdefaults__
        signature = inspect.signature(original)

        def answer(*args: Any, **kwargs: Any) -> Any:
            default = signature.parameters[argument].default
            if signature.bind(*args, **kwargs).arguments.get(argument, default) == default:
                return original(*args, **kwargs)
            return self._refuse(told)

        return _calling(answer, function.__code__)


HERE = Refusals()
"""Those of this process: of a guest, or of the server that it was forked from."""


def _functions(what: str) -> Iterator[types.FunctionType]:
    """The Python functions that a name means: a function, or those that a class defines itself."""
    found = resolve(what)
    members = list(vars(found).values()) if isinstance(found, type) else [found]
    yield from (member for member in members if isinstance(member, types.FunctionType))


def resolve(what: str) -> Any:
    """The object of a dotted name. Raises ``LookupError`` where there is none."""
    parts = what.partition("(")[0].split(".")
    for size in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:size]))
            for part in parts[size:]:
                found = getattr(found, part)
        except (ImportError, AttributeError):
            continue
        return found
    raise LookupError(what)


def _calling(answer: Callable[..., Any], like: types.CodeType) -> types.CodeType:
    """Code that calls ``answer``, with the free variables that a function of the code ``like`` is bound to."""
    code = _constant_call(like.co_freevars)
    constants = tuple(answer if constant == "answer" else constant for constant in code.co_consts)
    return code.replace(co_consts=constants)


@functools.cache
def _constant_call(free: tuple[str, ...]) -> types.CodeType:
    """Code with these free variables that calls the constant "answer"."""
    cells = ", ".join(free)
    body = f"  return 'answer'(*args, **kwargs)\n  {cells}\n"
    source = f"def factory({cells}):\n def refused(*args, **kwargs):\n{body} return refused\n"
    space: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # of calling a string, which stands for another constant
        exec(source, space)
    code: types.CodeType = space["factory"](*free).__code__
    return code
