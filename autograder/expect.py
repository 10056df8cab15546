"""What graded suites check with: comparisons whose failure messages a student may read.

A message says what kind of thing is wrong (type, shape, dtype, NaN, values) and never an expected value or a
hidden input. Statistical checks state the probability ``alpha`` with which a correct answer fails them.
"""

import contextlib
import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.evidence import Average, Rate, measure, risked, saw
from autograder.messages import say, say_plainly

ALPHA = 1e-10
"""Probability with which one statistical check fails a correct answer (design: below 1e-9 a test)."""

_RTOL = {torch.float16: 1e-2, torch.bfloat16: 2e-2, torch.float32: 1e-4, torch.float64: 1e-9}
_ATOL = {torch.float16: 1e-3, torch.bfloat16: 1e-2, torch.float32: 1e-5, torch.float64: 1e-10}


class Mismatch(AssertionError):
    """A check of a graded suite failed; its message is written for the student, in the words of the course.

    ``ending`` is the same sentence in ours: which failures are alike must not hang on a course's words.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(say(key, **values))
        self.ending = say_plainly(key, **values)


def close(
    actual: object,
    expected: Tensor | float,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    what: str = "",
) -> None:
    """Check that ``actual`` has the type, shape, dtype and device of ``expected``, and its values within tolerance.

    Where ``expected`` is a float or a 0-d tensor, a Python number and a 0-d tensor are both welcome. Tolerances
    follow the dtype of ``expected`` unless given. Raises ``Mismatch``.
    """
    saw(actual)
    what = what or say("checks.result")
    wanted = expected if isinstance(expected, Tensor) else torch.tensor(float(expected), dtype=torch.float64)
    found = tensor(actual, what=what, scalar=wanted.ndim == 0)
    _same_kind(found, wanted, what, only_shape=not (isinstance(expected, Tensor) and isinstance(actual, Tensor)))
    kind = wanted.dtype if found.dtype == torch.float64 else found.dtype
    if not kind.is_floating_point and not kind.is_complex:
        if not torch.equal(found.to(wanted.dtype), wanted):
            raise Mismatch("checks.values", what=what)
        return
    precise = torch.complex128 if kind.is_complex else torch.float64
    found, wanted = found.detach().to("cpu", precise), wanted.detach().to("cpu", precise)
    _no_stray_nan(found, wanted, what)
    relative = _RTOL.get(kind, 1e-9) if rtol is None else rtol
    absolute = _ATOL.get(kind, 1e-10) if atol is None else atol
    if not torch.allclose(found, wanted, rtol=relative, atol=absolute, equal_nan=True):
        raise Mismatch("checks.values", what=what)


def equal(actual: object, expected: Tensor, *, what: str = "") -> None:
    """Check that ``actual`` is a tensor with exactly the shape, dtype, device and values of ``expected``."""
    saw(actual)
    what = what or say("checks.result")
    found = tensor(actual, what=what)
    _same_kind(found, expected, what)
    _no_stray_nan(found, expected, what)
    if not torch.equal(found, expected):
        raise Mismatch("checks.values", what=what)


def _same_kind(found: Tensor, wanted: Tensor, what: str, only_shape: bool = False) -> None:
    if found.shape != wanted.shape:
        raise Mismatch("checks.shape", what=what, found=list(found.shape), wanted=list(wanted.shape))
    if only_shape:
        return
    if found.dtype != wanted.dtype:
        raise Mismatch("checks.dtype", what=what, found=found.dtype, wanted=wanted.dtype)
    if found.device != wanted.device:
        raise Mismatch("checks.device", what=what, found=found.device, wanted=wanted.device)


def _no_stray_nan(found: Tensor, wanted: Tensor, what: str) -> None:
    if bool(found.isnan().any()) and not bool(wanted.isnan().any()):
        raise Mismatch("checks.nan", what=what)


def tensor(value: object, *, what: str = "", scalar: bool = False) -> Tensor:
    """``value`` as a tensor: itself, or, where a ``scalar`` is welcome, a Python number in float64."""
    if isinstance(value, Tensor):
        return value
    if scalar and isinstance(value, int | float):
        return torch.tensor(float(value), dtype=torch.float64)
    wanted = "checks.no_number" if scalar else "checks.no_tensor"
    raise Mismatch(wanted, what=what or say("checks.result"), type=_kind(value))


def _kind(value: object) -> str:
    """The name of a value's type; of an object in the student's process, that of the object itself."""
    describe = getattr(type(value), "_described", None)
    return str(describe(value)) if describe is not None else type(value).__name__


def rate(successes: int, trials: int, p: float, *, alpha: float = ALPHA, what: str = "") -> None:
    """Check that ``successes`` of ``trials`` fit a Bernoulli probability ``p``.

    Fails when the two-sided Chernoff bound 2·exp(−n·KL(observed‖p)) on the probability of an outcome at least as
    far off is below ``alpha``; exact at p = 0 and p = 1.
    """
    saw(Rate(successes, trials, p))
    risked(alpha)
    observed = successes / trials
    if 2 * math.exp(-min(trials * _kl(observed, p), 700.0)) < alpha:
        raise Mismatch("checks.off_rate", what=what or say("checks.rate"), found=f"{observed:.4f}", count=trials)


def mean(samples: Tensor, expected: float, *, std: float, bound: float, alpha: float = ALPHA, what: str = "") -> None:
    """Check that independent ``samples`` [n], each within ``bound`` of their mean and of standard deviation ``std``,
    fit the mean ``expected``, by Bernstein's inequality at level ``alpha``.
    """
    n = samples.numel()
    logs = math.log(2 / alpha)
    margin = bound * logs / (3 * n) + math.sqrt((bound * logs / (3 * n)) ** 2 + 2 * std * std * logs / n)
    found = float(samples.double().mean())
    saw(Average(found, float(expected), margin))
    risked(alpha)
    if not abs(found - expected) <= margin + 1e-12:
        raise Mismatch("checks.off_mean", what=what or say("checks.mean"), count=n)


def frequencies(counts: Tensor, p: Tensor, *, alpha: float = ALPHA, what: str = "") -> None:
    """Check that ``counts`` [K] of independent draws fit the probabilities ``p`` [K]: each as in ``rate``, at level
    ``alpha`` / K, so that all together fail a right answer with probability ``alpha`` at most.
    """
    trials, what = int(counts.sum()), what or say("checks.frequencies")
    for successes, share in zip(counts.tolist(), p.tolist(), strict=True):
        rate(int(successes), trials, share, alpha=alpha / counts.numel(), what=what)


def chance(alpha: float) -> None:
    """Declare that the next check, written by hand, fails a right answer with probability ``alpha`` at most."""
    risked(alpha)


def measured(name: str, value: float) -> None:
    """Put a number, such as a test error in percent, into the student's grade; it decides nothing."""
    measure(name, float(value))


def _kl(q: float, p: float) -> float:
    """KL divergence of Bernoulli(q) from Bernoulli(p), in nats."""
    total = 0.0
    for a, b in ((q, p), (1 - q, 1 - p)):
        if a > 0:
            if b <= 0:
                return math.inf
            total += a * math.log(a / b)
    return total


@contextlib.contextmanager
def unchanged(*objects: Tensor | nn.Module) -> Iterator[None]:
    """Check that the body leaves these tensors and modules as they were: values bit by bit, ``requires_grad``,
    ``.grad``, every module's ``training`` flag and the module tree."""
    before = [_snapshot(thing) for thing in objects]
    try:
        yield
    finally:
        after = [_snapshot(thing) for thing in objects]
    for old, new in zip(before, after, strict=True):
        for part in {**old, **new}:
            if part not in old or part not in new or not _same(old[part], new[part]):
                key, name = part
                raise Mismatch("checks.changed", part=say(key, name=name))


# What to compare, under the key of the message that says what it is, and the name of whose it is.
_State = dict[tuple[str, str], Any]


def _snapshot(thing: Tensor | nn.Module) -> _State:
    if isinstance(thing, Tensor):
        return _tensor_state(say("checks.the_tensor"), thing)
    state: _State = {("checks.layers", ""): repr(thing)}
    for name, module in thing.named_modules():
        state["checks.training", name or say("checks.the_model")] = module.training
    for name, value in [*thing.named_parameters(), *thing.named_buffers()]:
        state.update(_tensor_state(name, value))
    return state


def _tensor_state(name: str, value: Tensor) -> _State:
    grad = value.grad if value.is_leaf or value.retains_grad else None  # others have none, and torch warns
    return {
        ("checks.part_values", name): value.detach().clone(),
        ("checks.requires_grad", name): value.requires_grad,
        ("checks.grad", name): None if grad is None else grad.detach().clone(),
    }


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, Tensor) and isinstance(new, Tensor):
        return (
            old.dtype == new.dtype
            and old.shape == new.shape
            and bool(
                torch.equal(
                    old.contiguous().reshape(-1).view(torch.uint8), new.contiguous().reshape(-1).view(torch.uint8)
                )
            )
        )
    return type(old) is type(new) and bool(old == new)
