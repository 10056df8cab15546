"""The checks of graded suites: what they let pass, what they catch, and that they never give a value away."""

import math

import pytest
import torch
from torch import nn

from autograder.expect import ALPHA, Mismatch, close, equal, mean, rate, tensor, unchanged

WANTED = torch.tensor([1.5, -2.25, 31.25], dtype=torch.float64)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (WANTED.clone(), WANTED), (WANTED * (1 + 1e-11), WANTED), (2.0, 2.0), (2, torch.tensor(2.0)),
        (torch.tensor(2.0), 2.0), (torch.tensor(2.0, dtype=torch.float64), 2.0), (torch.zeros(0), torch.zeros(0)),
        (torch.tensor([math.nan, math.inf]), torch.tensor([math.nan, math.inf])), (torch.arange(3), torch.arange(3)),
        (torch.tensor([True]), torch.tensor([True])), (WANTED.float() * (1 + 1e-5), WANTED.float()),
        (WANTED.clone().requires_grad_(), WANTED),
    ],
)  # fmt: skip
def test_close_lets_what_is_right_pass(actual, expected):
    """Within the tolerance of the dtype; numbers and 0-d tensors are alike."""
    close(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "told"),
    [
        (WANTED + 1e-7, WANTED, "has wrong values"),
        (WANTED.float(), WANTED, "has dtype torch.float32, not torch.float64"),
        (WANTED.reshape(3, 1), WANTED, r"has shape \[3, 1\], not \[3\]"),
        (WANTED * math.nan, WANTED, "contains NaN"),
        (torch.full((3,), math.inf).double(), WANTED, "has wrong values"),
        ([1.5, -2.25, 31.25], WANTED, "is a list, not a tensor"),
        (None, 31.25, "is a NoneType, not a tensor or a number"),
        (31.0, 31.25, "has wrong values"),
        (math.nan, 31.25, "contains NaN"),
        (torch.tensor([0, 1, 3]), torch.arange(3), "has wrong values"),
        (torch.tensor([31.25]), 31.25, r"has shape \[1\], not \[\]"),
        ("31.25", 31.25, "is a str"),
        (WANTED.to("meta"), WANTED, "is on meta, not on cpu"),
    ],
)  # fmt: skip
def test_close_says_what_kind_of_thing_is_wrong(actual, expected, told):
    """Type, shape, dtype, device, NaN or values, under the name that the suite gives; never an expected value."""
    with pytest.raises(Mismatch, match=f"^the loss {told}") as caught:
        close(actual, expected, what="the loss")
    assert "31.25" not in str(caught.value)


def test_close_takes_tolerances():
    """Those given replace the dtype's, both ways."""
    close(WANTED + 0.01, WANTED, rtol=0, atol=0.02)
    with pytest.raises(Mismatch):
        close(WANTED * (1 + 1e-11), WANTED, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("actual", "told"),
    [
        (WANTED + 1e-15 * WANTED.abs(), "wrong values"), (WANTED.float(), "dtype"), (WANTED[:2], "shape"),
        (3.0, "is a float"), (WANTED.to("meta"), "is on meta"), (WANTED * math.nan, "NaN"),
    ],
)  # fmt: skip
def test_equal_is_exact(actual, told):
    """The last bit counts."""
    equal(WANTED.clone(), WANTED)
    with pytest.raises(Mismatch, match=told) as caught:
        equal(actual, WANTED)
    assert "31.25" not in str(caught.value)


def test_a_number_is_a_tensor_only_where_a_scalar_is_welcome():
    """A list never is."""
    assert tensor(2, scalar=True).dtype == torch.float64
    assert tensor(WANTED) is WANTED
    for value, scalar in ((2.0, False), ([2.0], True)):
        with pytest.raises(Mismatch):
            tensor(value, scalar=scalar)


def passes(check, *args, **more):
    """Whether a check passes."""
    try:
        check(*args, **more)
    except Mismatch:
        return False
    return True


def probability(n, k, p):
    """Of exactly k successes in n draws, from logarithms of factorials."""
    if p in (0.0, 1.0):
        return float(k == n * p)
    logs = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(logs + k * math.log(p) + (n - k) * math.log1p(-p))


@pytest.mark.parametrize("n", [1, 40, 1000])
@pytest.mark.parametrize("p", [0.0, 0.003, 0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("alpha", [ALPHA, 1e-4, 0.05])
def test_rate_fails_a_right_answer_at_most_as_often_as_it_says(n, p, alpha):
    """The exact binomial probability of all counts that are refused is below alpha."""
    refused = sum(probability(n, k, p) for k in range(n + 1) if not passes(rate, k, n, p, alpha=alpha))
    assert refused <= alpha


@pytest.mark.parametrize(("p", "q"), [(0.5, 0.25), (0.2, 0.8), (0.1, 0.0), (0.9, 1.0)])
def test_rate_catches_a_wrong_probability(p, q):
    """With 2000 draws, answers that mistake p for q almost never pass: the exact probability is below one in 1e9."""
    assert sum(probability(2000, k, q) for k in range(2001) if passes(rate, k, 2000, p)) < 1e-9


def test_rate_is_exact_at_the_ends():
    """One drop at p = 0, or one that is kept at p = 1, is one too many."""
    assert passes(rate, 0, 10, 0.0)
    assert passes(rate, 10, 10, 1.0)
    assert not passes(rate, 1, 10, 0.0)
    assert not passes(rate, 9, 10, 1.0)


def test_rate_tells_what_was_found_and_not_what_is_right():
    """The observed rate is the student's own."""
    with pytest.raises(Mismatch, match=r"the drop rate is 0\.9000, .* for 1000 draws") as caught:
        rate(900, 1000, 0.3125, what="the drop rate")
    assert "3125" not in str(caught.value)


@pytest.mark.parametrize("n", [100, 1000])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("alpha", [ALPHA, 0.05])
def test_mean_fails_a_right_answer_at_most_as_often_as_it_says(n, p, alpha):
    """For coin flips the exact probability is known: what is refused is below alpha."""
    std, bound = math.sqrt(p * (1 - p)), max(p, 1 - p)

    def flips(k):
        return (torch.arange(n) < k).double()

    kept = [k for k in range(n + 1) if passes(mean, flips(k), p, std=std, bound=bound, alpha=alpha)]
    assert sum(probability(n, k, p) for k in range(n + 1) if k not in set(kept)) <= alpha
    assert kept == list(range(kept[0], kept[-1] + 1))
    assert len(kept) < n + 1


def test_mean_tells_no_expectation():
    """Neither the mean that was wanted nor how far off it is."""
    with pytest.raises(Mismatch, match="the average over 5000 draws is too far") as caught:
        mean(torch.zeros(5000), 31.25, std=1.0, bound=1.0, what="the average")
    assert "31" not in str(caught.value)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_mean_refuses_what_is_no_number(value):
    """NaN compares false with everything, and must not pass for that."""
    assert not passes(mean, torch.full((10,), value), 0.0, std=1.0, bound=100.0)


def test_mean_of_nothing_varies_not_at_all():
    """Samples without spread must be exact, but for rounding."""
    assert passes(mean, torch.full((10,), 0.1, dtype=torch.float64), 0.1, std=0.0, bound=0.0)
    assert not passes(mean, torch.full((10,), 0.11), 0.1, std=0.0, bound=0.0)


def spoil_value(model):
    """Change a weight in place."""
    with torch.no_grad():
        model[0].weight[0, 0] += 1


CHANGES = {
    "the values of 0.weight": spoil_value,
    "requires_grad of 0.bias": lambda model: model[0].bias.requires_grad_(False),
    ".grad of 0.weight": lambda model: model(torch.ones(1, 2)).sum().backward(),
    "training flag of the model": lambda model: model.eval(),
    "training flag of 2": lambda model: model[2].eval(),
    "the layers of the model": lambda model: model.append(nn.ReLU()),
    "the values of 1.running_mean": lambda model: model[1].running_mean.add_(1),
}


@pytest.mark.parametrize("label", CHANGES)
def test_unchanged_catches_every_kind_of_change_to_a_model(label):
    """Values, buffers, flags, gradients and layers: the message names which."""
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2).eval(), nn.Dropout())
    with unchanged(model):
        model(torch.ones(3, 2))
    with pytest.raises(Mismatch, match=f"an argument was changed: {label}"), unchanged(model):
        CHANGES[label](model)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.mul_(-1), lambda x: x.resize_(1), lambda x: x.requires_grad_(), lambda x: setattr(x, "grad", x + 1),
    ],
)  # fmt: skip
def test_unchanged_catches_a_changed_tensor(change):
    """Bit by bit: zero and minus zero differ, and NaN is itself."""
    x = torch.tensor([0.0, math.nan])
    with unchanged(x):
        x.clone().mul_(-1)
    with pytest.raises(Mismatch, match="an argument was changed"), unchanged(x):
        change(x)


def test_unchanged_watches_every_argument_and_odd_layouts():
    """Also the last one, and a transposed, an expanded, an empty and a 0-d tensor."""
    kinds = [torch.rand(3, 2).T, torch.rand(1).expand(4), torch.zeros(0, 3), torch.tensor(1.0)]
    with unchanged(*kinds):
        pass
    with pytest.raises(Mismatch), unchanged(*kinds):
        kinds[3].add_(1)


def test_an_error_inside_unchanged_is_not_hidden():
    """Where the body fails, that is what the student must hear."""
    with pytest.raises(ZeroDivisionError), unchanged(torch.ones(1)):
        raise ZeroDivisionError
