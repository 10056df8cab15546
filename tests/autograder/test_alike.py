"""Values compared as the diagnosis does: but for rounding, for what was dropped, for chance."""

import pytest
import torch

from autograder.alike import alike, alike_in_the_mean, alike_where_kept
from autograder.evidence import Average, Rate

ALIKE = [
    (torch.ones(3), torch.ones(3) + 1e-7, True),
    (torch.ones(3), torch.ones(3) + 1e-3, False),
    (torch.ones(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64) + 1e-6, True),
    (torch.ones(3), torch.ones(3) + 5e-5, True),
    (torch.ones(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64) + 5e-5, False),
    (torch.ones(3, dtype=torch.float16), torch.ones(3, dtype=torch.float16) * 1.005, True),
    (torch.ones(3), torch.ones(1, 3), False),
    (torch.ones(3), torch.ones(3, dtype=torch.float64), False),
    (torch.tensor([float("nan")]), torch.tensor([float("nan")]), True),
    (torch.tensor([1, 2]), torch.tensor([1, 3]), False),
    (1.0, 1.0 + 1e-9, True),
    (1.0, 1, True),
    (torch.tensor(2.0), 2.0, True),
    (True, 1, False),
    (float("nan"), float("nan"), True),
    ([1.0, "a"], [1.0, "a"], True),
    ([1.0], [1.0, 2.0], False),
    (None, None, True),
    (object, object, True),
    ("a", "b", False),
]


@pytest.mark.parametrize(("one", "other", "same"), ALIKE)
def test_values_are_alike_but_for_rounding(one, other, same):
    """Type, shape, dtype and every entry count; NaN equals NaN."""
    assert alike(one, other) is alike(other, one) is same


CHANCES = [
    (Rate(300, 1000, 0.5), Rate(320, 1000, 0.5), True),
    (Rate(300, 1000, 0.5), Rate(500, 1000, 0.5), False),
    (Rate(0, 1000, 0.5), Rate(0, 1000, 0.5), True),
    (Rate(0, 1000, 0.5), Rate(1000, 1000, 0.5), False),
    (Average(1.0, 2.0, 0.1), Average(1.05, 2.0, 0.1), True),
    (Average(1.0, 2.0, 0.1), Average(1.5, 2.0, 0.1), False),
    (torch.zeros(3), torch.zeros(4), False),
    (torch.arange(1.0, 101.0), torch.arange(100.0, 0.0, -1.0), True),
    (torch.arange(1.0, 101.0), torch.arange(201.0, 301.0), False),
    ([torch.arange(9.0)], [torch.arange(8.0, -1.0, -1.0)], True),
    ([torch.zeros(3)], [torch.ones(3)], False),
    (1.0, 2.0, True),
    (1.0, "a", False),
]


@pytest.mark.parametrize(("one", "other", "same"), CHANCES)
def test_what_chance_decides_is_alike_in_its_rates(one, other, same):
    """Where values are random, shares and means must fit each other."""
    assert alike_in_the_mean(one, other) is alike_in_the_mean(other, one) is same


DROPPED = [
    (torch.tensor([0.0, 2.0, 4.0]), torch.tensor([1.0, 0.0, 4.0]), True),
    (torch.tensor([0.0, 2.0, 4.0]), torch.tensor([1.0, 0.0, 3.0]), False),
    ([torch.tensor([0.0, 2.0])], [torch.tensor([0.0, 3.0])], False),
    (torch.zeros(3), torch.zeros(4), False),
    (Rate(300, 1000, 0.5), Rate(500, 1000, 0.5), False),
]


@pytest.mark.parametrize(("one", "other", "same"), DROPPED)
def test_what_is_dropped_may_differ(one, other, same):
    """Where neither is 0, both must be the same."""
    assert alike_where_kept(one, other) is alike_where_kept(other, one) is same
