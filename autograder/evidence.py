"""What one test looked at: kept to tell misconceptions apart, and to add up how often chance fails a right answer.

Suites do not use this: ``expect`` and the seats do.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch


@dataclass(frozen=True)
class Rate:
    """A share that a statistical check looked at: ``successes`` of ``trials``, where ``p`` is right."""

    successes: int
    trials: int
    p: float


@dataclass(frozen=True)
class Average:
    """A mean of ``trials`` that a statistical check looked at; a right answer has ``expected``, and its distance from
    that is ``margin`` at most but for the check's alpha."""

    value: float
    expected: float
    margin: float


@dataclass
class Evidence:
    """``seen``: what the student's functions returned and what checks looked at, in order. ``chance``: the probability,
    at most, with which the test's statistical checks fail a right answer. ``ending``: how the test failed, in one line;
    empty where it did not. ``measured``: numbers for a leaderboard, by name."""

    seen: list[Any] = field(default_factory=list)
    chance: float = 0.0
    ending: str = ""
    measured: dict[str, float] = field(default_factory=dict)


_current = Evidence()


def fresh() -> Evidence:
    """Evidence of a test that begins now: everything until the next call is noted there."""
    global _current
    _current = Evidence()
    return _current


def saw(value: object) -> None:
    """Note a value; of what is no plain value only that it is none, since in a guest it stays behind a handle."""
    _current.seen.append(_plain(value))


def risked(alpha: float) -> None:
    """Note that a check fails a right answer with probability ``alpha`` at most."""
    _current.chance += alpha


def measure(name: str, value: float) -> None:
    """Note a number for the leaderboard; one that is infinite, or no number, is on no board."""
    if math.isfinite(value):
        _current.measured[name] = value


def _plain(value: object) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach()
    if isinstance(value, bool | int | float | complex | str | Rate | Average) or value is None:
        return value
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    return object
