"""Whether two values that a test looked at are alike: but for rounding, or as two draws of one random answer are."""

import math
from collections.abc import Callable
from typing import Any

import torch

from autograder.evidence import Average, Rate

_RTOL, _ATOL = 1e-5, 1e-8
_COARSE = {torch.float32: (1e-4, 1e-5), torch.float16: (1e-2, 1e-3), torch.bfloat16: (1e-2, 1e-3)}
"""Tolerances of dtypes in which two ways to make one mistake differ by more."""
_DEVIATIONS = 5.0
Compare = Callable[[Any, Any], bool]


def alike(one: Any, other: Any) -> bool:
    """Whether two noted values are the same but for rounding; what a statistical check looked at, but for chance."""
    one, other = _plain_number(one), _plain_number(other)
    if isinstance(one, Rate | Average):
        return _alike_by_chance(one, other, _same_tensors)
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return _same_tensors(one, other)
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=_RTOL, abs_tol=_ATOL) or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return type(one) is type(other) and bool(one == other)


def alike_where_kept(one: Any, other: Any) -> bool:
    """Whether two noted values are the same but for what was dropped: entries that neither has set to 0 are equal."""
    return _alike_by_chance(one, other, _same_where_kept)


def alike_in_the_mean(one: Any, other: Any) -> bool:
    """Whether two noted values could be draws of one answer by their means."""
    return _alike_by_chance(one, other, _same_mean)


def _alike_by_chance(one: Any, other: Any, tensors: Callable[[torch.Tensor, torch.Tensor], bool]) -> bool:
    one, other = _plain_number(one), _plain_number(other)
    if isinstance(one, Rate) and isinstance(other, Rate):
        trials, pooled = one.trials + other.trials, one.successes + other.successes
        share = pooled / trials
        spread = math.sqrt(share * (1 - share) * (1 / one.trials + 1 / other.trials))
        return abs(one.successes / one.trials - other.successes / other.trials) <= _DEVIATIONS * spread + 1e-12
    if isinstance(one, Average) and isinstance(other, Average):
        return abs(one.value - other.value) <= one.margin  # about seven standard errors of one of them
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return one.shape == other.shape and one.dtype == other.dtype and tensors(one.cpu(), other.cpu())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_alike_by_chance(*pair, tensors) for pair in zip(one, other, strict=True))
    return type(one) is type(other)


def _plain_number(value: Any) -> Any:
    """Numbers and tensors without axes are one thing to a check; a truth value is none."""
    if isinstance(value, torch.Tensor) and value.ndim == 0 and not value.is_complex() and value.dtype != torch.bool:
        return float(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _same_where_kept(one: torch.Tensor, other: torch.Tensor) -> bool:
    kept = (one != 0) & (other != 0)
    return _same_tensors(one[kept], other[kept])


def _same_mean(one: torch.Tensor, other: torch.Tensor) -> bool:
    if not one.is_floating_point() or not one.numel():
        return True
    spread = float((one.var(correction=0) + other.var(correction=0)).sqrt())
    return abs(float(one.mean() - other.mean())) <= _DEVIATIONS * spread / math.sqrt(one.numel()) + _ATOL


def _same_tensors(one: torch.Tensor, other: torch.Tensor) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.is_floating_point() or one.is_complex():
        rtol, atol = _COARSE.get(one.dtype, (_RTOL, _ATOL))
        return torch.allclose(one.cpu(), other.cpu(), rtol=rtol, atol=atol, equal_nan=True)
    return torch.equal(one.cpu(), other.cpu())


STRICTEST_FIRST: tuple[Compare, ...] = (alike, alike_where_kept, alike_in_the_mean)
