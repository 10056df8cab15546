"""Hidden suite of 1.3, ridge regression with a sum of squares."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def normal(rng, *shape):
    """Standard normal numbers."""
    return torch.randn(shape, generator=rng, dtype=torch.float64)


@pytest.mark.weight(3)
def test_ridge_fit_balances_error_and_penalty(student, rng):
    """At the minimum the slopes of error and penalty cancel, for wide and tall features and several strengths."""
    for (rows, columns), lam in (((9, 4), 0.3), ((9, 4), 6.0), ((4, 9), 0.3), ((5, 5), 2.5)):
        features, y = normal(rng, rows, columns), normal(rng, rows) + 1
        w = expect.tensor(student.ridge_fit(features, y, lam))
        assert w.shape == (columns,), "the shape is wrong"
        expect.close(features.T @ (features @ w) + lam * w, features.T @ y, what=f"the balance for lam = {lam}")


def test_ridge_fit_of_features_that_repeat(student, rng):
    """Equal features share the work equally, and a feature that is zero gets nothing; the penalty settles the rest."""
    x, y, lam = normal(rng, 6), normal(rng, 6), 0.7
    features = torch.stack([x, x, torch.zeros_like(x), x], dim=1)
    share = (x @ y) / (3 * (x @ x) + lam)
    expect.close(student.ridge_fit(features, y, lam), share * torch.tensor([1.0, 1.0, 0.0, 1.0], dtype=torch.float64))


def test_ridge_fit_counts_every_example(student, rng):
    """Twice the same data with twice the lambda is the same problem: the errors are summed."""
    features, y = normal(rng, 7, 3), normal(rng, 7)
    expected = torch.linalg.solve(features.T @ features + 1.5 * torch.eye(3, dtype=torch.float64), features.T @ y)
    found = student.ridge_fit(torch.cat([features, features]), torch.cat([y, y]), 3.0)
    expect.close(found, expected)


def test_ridge_fit_charges_a_constant_column_too(student, rng):
    """A first column of ones is a feature like any other: it pays, and nothing is centered."""
    y, lam = normal(rng, 8) + 5, 4.0
    features = torch.ones(8, 2, dtype=torch.float64)
    features[::2, 1] = -1.0
    expected = features.T @ y / (8 + lam)
    expect.close(student.ridge_fit(features, y, lam), expected)


def test_ridge_fit_without_penalty_is_the_shortest_fit(student, rng):
    """lam = 0 gives the least-squares solution of the smallest norm, for wide and tall features of any rank."""
    for rows, columns in ((4, 9), (9, 4), (7, 6)):
        left, right = (torch.linalg.qr(normal(rng, size, 3)).Q for size in (rows, columns))
        y = normal(rng, rows)
        expect.close(student.ridge_fit(2 * left @ right.T, y, 0.0), right @ (left.T @ y) / 2)


def test_ridge_fit_from_weak_to_strong(student, rng):
    """A weak penalty nearly gives the shortest fit; the coefficients shrink as it grows, at last as one over it."""
    features, y = torch.linalg.qr(normal(rng, 9, 4)).Q.T * 2, normal(rng, 4)
    found = [expect.tensor(student.ridge_fit(features, y, lam)) for lam in (1e-5, 0.1, 1.0, 10.0, 1e9)]
    assert all(w.shape == (9,) for w in found), "the shape is wrong"
    sizes = [float(w.norm()) for w in found]
    assert sizes == sorted(sizes, reverse=True), "the norm grows somewhere as lam grows"
    expect.close(found[0], features.T @ y / 4, rtol=1e-4, atol=1e-4, what="the fit with a weak penalty")
    expect.close(1e9 * found[-1], features.T @ y, rtol=1e-6, what="the fit with a strong penalty, times lam")


def test_ridge_fit_keeps_dtype_and_arguments(student, reference, rng):
    """float32 stays float32, whether wide or tall, and no argument is changed."""
    for rows, columns in ((8, 3), (3, 8)):
        features, y = normal(rng, rows, columns).float(), normal(rng, rows).float()
        expected = reference.ridge_fit(features.double(), y.double(), 0.5).float()
        with expect.unchanged(features, y):
            found = student.ridge_fit(features, y, 0.5)
        expect.close(found, expected)


def test_ridge_fit_refuses_bad_arguments(student, rng):
    """A negative lambda and targets that do not match the rows are a ValueError; lambda 0 is not."""
    features, y = normal(rng, 4, 3), normal(rng, 4)
    for targets, lam in ((y, -0.1), (y, -1e-9), (y[:3], 1.0), (y[:1], 1.0), (torch.cat([y, y]), 1.0)):
        with pytest.raises(ValueError):
            student.ridge_fit(features, targets, lam)
    expect.close(student.ridge_fit(features[:, :1], y, 0.0), (features[:, :1].T @ y) / features[:, 0].square().sum())


@pytest.mark.cuda
def test_ridge_fit_on_the_gpu(student, reference, rng):
    """On a GPU the coefficients are on the GPU, and as on the CPU."""
    for rows, columns in ((8, 3), (3, 8)):
        features, y = normal(rng, rows, columns), normal(rng, rows)
        expected = reference.ridge_fit(features, y, 0.5).cuda()
        expect.close(student.ridge_fit(features.cuda(), y.cuda(), 0.5), expected, rtol=1e-6)
