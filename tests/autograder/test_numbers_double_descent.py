"""Published numbers of double descent, reproduced with the reference of ``01_double_descent``.

``tests/data/double_descent_n15.csv`` is ``results/polynomial_regression/num_data=15/mse.csv`` of the repository
RylanSchaeffer/Stanford-AI-Alignment-Double-Descent-Tutorial at commit 23c73b2e99: training and test error of 30 repeats
for each of 30 numbers of features.
"""

import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.course import load_course
from autograder.reference import load_solutions, run

ROOT = Path(__file__).parents[2]
SIZES = [*range(1, 26), 30, 40, 50, 100, 200]
X_TEST = torch.linspace(-1, 1, 1000, dtype=torch.float64)
X_TRAIN = torch.from_numpy(np.random.RandomState(0).uniform(-1, 1, (30, 30, 15)))  # as the published script draws them


def truth(x):
    """The target of the published experiment."""
    return 2 * x + torch.cos(25 * x)


@cache
def solved(variant=None):
    """The reference, or the reference with one of its misconceptions in place."""
    assignment = load_course(ROOT).assignment("01_double_descent")
    solutions = load_solutions(assignment)
    chosen = [answer for answer in solutions.misconceptions if answer.written_as == variant]
    return run(assignment.module, solutions.segments(*chosen))


@cache
def published():
    """Number of features [900], training error [900] and test error [30, 30] of the table."""
    table = np.loadtxt(ROOT / "tests" / "data" / "double_descent_n15.csv", delimiter=",", skiprows=1)
    assert table[:, 1].reshape(30, 30)[:, 0].tolist() == SIZES
    return torch.from_numpy(table[:, 3].reshape(30, 30)), torch.from_numpy(table[:, 4].reshape(30, 30))


@cache
def single_errors():
    """Our test errors [30, 30]: the median of a single sample is its error."""
    curve = solved().median_mse_curve
    return torch.stack([curve(X_TRAIN[:, r : r + 1], X_TEST, truth, SIZES) for r in range(30)], dim=1)


@cache
def curve(lam=0.0):
    """Our curve of medians, by number of features."""
    return dict(zip(SIZES, solved().median_mse_curve(X_TRAIN, X_TEST, truth, SIZES, lam).tolist(), strict=True))


@pytest.mark.slow
def test_all_900_test_errors_of_the_table():
    """R1: sample by sample, also where a fit is off by a factor of a billion."""
    _, wanted = published()
    assert float(((single_errors() - wanted) / wanted).abs().max()) < 1e-5


@pytest.mark.slow
def test_all_900_training_errors_of_the_table():
    """R1: the training errors, too. From 15 features on they are rounding errors."""
    features, fit = solved().legendre_features, solved().min_norm_fit
    wanted, _ = published()
    for samples, errors, size in zip(X_TRAIN, wanted, SIZES, strict=True):
        tables = [features(x, size) for x in samples]
        found = [(f @ fit(f, truth(x)) - truth(x)).square().mean() for x, f in zip(samples, tables, strict=True)]
        # An error of 1e-13 and less is what rounding leaves, and differs from machine to machine.
        torch.testing.assert_close(torch.stack(found), errors, rtol=1e-6, atol=1e-13)


def test_the_medians_of_the_table():
    """R1: the curve with its peak at 15 parameters for 15 points, and its floor at 30."""
    wanted = published()[1].quantile(0.5, dim=1).tolist()
    for size, median in zip(SIZES, wanted, strict=True):
        assert curve()[size] == pytest.approx(median, rel=1e-5 if size == 15 else 1e-6)
    known = {1: 0.5106, 5: 0.7926, 10: 14.12, 13: 2.02e4, 14: 2.36e5, 15: 6.728e6, 16: 6.42e4, 17: 255, 20: 30.1}
    for size, median in {**known, 25: 0.463, 30: 0.351, 50: 0.520, 200: 0.556}.items():
        assert curve()[size] == pytest.approx(median, rel=5e-3)
    assert max(curve(), key=curve().get) == 15
    assert min(curve(), key=curve().get) == 30


def test_peak_over_floor_and_the_mean():
    """R1b: the peak is 1.92e7 times the floor; the mean, carried by one sample, peaks at 14 instead."""
    assert curve()[15] / curve()[30] == pytest.approx(1.92e7, rel=5e-3)
    assert min(range(1, 16), key=curve().get) == 1
    means = single_errors().mean(dim=1)
    assert SIZES[int(means.argmax())] == 14
    assert float(means.max()) == pytest.approx(8.54e9, rel=1e-2)
    assert float(single_errors()[13].max() / single_errors()[13].sum()) > 0.98


@pytest.mark.parametrize(
    ("lam", "highest", "at", "floor"), [(1e-3, 6.69, 12, 0.356), (0.1, 1.01, 13, 0.395), (1.0, 0.723, 12, 0.514)]
)
def test_ridge_removes_the_peak(lam, highest, at, floor):
    """R2: with a penalty on the sum of squares the maximum is harmless, and the floor hardly moves."""
    assert curve(lam)[at] == max(curve(lam).values()) == pytest.approx(highest, rel=2e-3)
    assert curve(lam)[30] == pytest.approx(floor, rel=2e-3)


def test_wrong_solvers_miss_the_curve():
    """R2b: normal equations are useless at 200 features (published: 359); float32 cuts the peak to 2.8e5."""
    wrong = solved("min_norm_fit__normal_equations").median_mse_curve
    at_200 = float(wrong(X_TRAIN[-1:], X_TEST, truth, [200]))
    assert at_200 > 50 * curve()[200]  # what a singular system returns differs from machine to machine
    single = solved().median_mse_curve(X_TRAIN[14:15].float(), X_TEST.float(), truth, [15])
    assert 1.4e5 < float(single) < 5.6e5


def test_the_cutoff_explains_the_peak_of_float32():
    """The handout's first question: float64 with float32's cutoff has the same peak, so rounding is not the reason."""
    features, rtol = solved().legendre_features, 15 * torch.finfo(torch.float32).eps
    test, errors = features(X_TEST, 15), []
    for x in X_TRAIN[14]:
        w = torch.linalg.pinv(features(x, 15), rtol=rtol) @ truth(x)
        errors.append((test @ w - truth(X_TEST)).square().mean())
    assert float(torch.stack(errors).quantile(0.5)) == pytest.approx(2.8e5, rel=0.05)


def test_a_line_has_no_peak():
    """The handout's second question: a target that the features can express shows no peak up to 15 parameters."""
    found = solved().median_mse_curve(X_TRAIN, X_TEST, lambda x: 2 * x, SIZES)
    errors = dict(zip(SIZES, found.tolist(), strict=True))
    assert max(errors[size] for size in range(1, 16)) < 1e-20
    assert errors[16] == pytest.approx(1.1e-4, rel=0.1)
    assert errors[200] == pytest.approx(0.16, rel=0.05)


def test_other_numbers_of_the_handout():
    """Predicting zero has the error 1.83; a network 40-40-40-10 has 3,690 parameters."""
    assert float(truth(X_TEST).square().mean()) == pytest.approx(1.83, abs=5e-3)
    layers = [torch.nn.Linear(a, b) for a, b in ((40, 40), (40, 40), (40, 10))]
    assert sum(weight.numel() for layer in layers for weight in layer.parameters()) == 3690


def test_the_smallest_singular_value_collapses_at_the_peak():
    """The median over the samples of the smallest nonzero singular value is lowest at 15 features: 4e-6."""
    features, smallest = solved().legendre_features, solved().smallest_singular_value
    medians = {
        size: float(torch.tensor([smallest(features(x, size)) for x in samples]).quantile(0.5))
        for samples, size in zip(X_TRAIN, SIZES, strict=True)
    }
    assert min(medians, key=medians.get) == 15
    assert medians[15] == pytest.approx(4.0e-6, rel=0.05)


def test_gd_limit_is_reached_by_twenty_thousand_steps():
    """1.6: gradient descent with the largest safe step ends where the closed form says, to 1e-10."""
    generator = torch.Generator().manual_seed(0)
    features, y, theta0 = (torch.randn(*shape, generator=generator).double() for shape in ((6, 15), (6,), (15,)))
    rate, theta = 1 / float(torch.linalg.matrix_norm(features, 2)) ** 2, theta0
    for _ in range(20_000):
        theta = theta - rate * features.T @ (features @ theta - y)
    torch.testing.assert_close(solved().gd_limit(features, y, theta0), theta, rtol=0, atol=1e-10)


RISKS = {10: 0.086, 20: 0.263, 30: 0.833, 36: 3.000, 60: 0.860, 100: 0.769, 400: 0.928}


def test_min_norm_risk_of_the_theory():
    """R3: the values of Hastie and others' formula for 40 examples, noise variance 1/4 and signal 1."""
    for size, risk in RISKS.items():
        assert solved().min_norm_risk(40, size, 0.25, 1.0) == pytest.approx(risk, abs=5e-4)


@pytest.mark.parametrize("size", [20, 60, *(pytest.param(size, marks=pytest.mark.slow) for size in (10, 30, 100, 400))])
def test_min_norm_risk_of_simulations(size):
    """R3: 400 simulated problems agree with the formula within six standard errors."""
    generator = torch.Generator().manual_seed(size)
    found = []
    for _ in range(400):
        w = torch.nn.functional.normalize(torch.randn(size, generator=generator, dtype=torch.float64), dim=0)
        features = torch.randn(40, size, generator=generator, dtype=torch.float64)
        y = features @ w + 0.5 * torch.randn(40, generator=generator, dtype=torch.float64)
        found.append((solved().min_norm_fit(features, y) - w).square().sum())
    errors = torch.stack(found)
    margin = 6 * float(errors.std()) / math.sqrt(400)
    assert abs(float(errors.mean()) - solved().min_norm_risk(40, size, 0.25, 1.0)) < margin
