"""Hidden suite of 1.2, the shortest least-squares solution."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def normal(rng, *shape):
    """Standard normal numbers."""
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def spread(rng, rows, columns, rank):
    """A random matrix with ``rank`` singular values between 1 and 2; the others are 0 up to rounding."""
    left, right = (torch.linalg.qr(normal(rng, size, rank)).Q for size in (rows, columns))
    return (left * (1 + torch.rand(rank, generator=rng, dtype=torch.float64))) @ right.T


@pytest.mark.weight(2)
def test_min_norm_fit_of_many_points(student, rng):
    """With more points than coefficients, what is left over is orthogonal to every feature."""
    for rows, columns in ((9, 4), (6, 6), (5, 1)):
        features, y = spread(rng, rows, columns, columns), normal(rng, rows) + 1
        w = expect.tensor(student.min_norm_fit(features, y))
        assert w.shape == (columns,), "the shape is wrong"
        expect.close(features.T @ (features @ w), features.T @ y, what="what the features see of the predictions")


@pytest.mark.weight(2)
def test_min_norm_fit_of_many_features(student, rng):
    """With more features than points the fit is exact, and a combination of the rows: no other exact fit is shorter."""
    for rows, columns in ((4, 9), (1, 5), (7, 8)):
        features, y = spread(rng, rows, columns, rows), normal(rng, rows) + 1
        shortest = features.T @ torch.linalg.solve(features @ features.T, y)
        expect.close(student.min_norm_fit(features, y), shortest)


@pytest.mark.weight(2)
def test_min_norm_fit_of_any_rank(student, rng):
    """Where rows and columns both depend on each other, tall, square or wide, it is still the shortest of the best."""
    for rows, columns in ((8, 5), (6, 6), (5, 8)):
        first, second, y = spread(rng, rows, 3, 3), spread(rng, 3, columns, 3), normal(rng, rows)
        best = torch.linalg.solve(first.T @ first, first.T @ y)
        shortest = second.T @ torch.linalg.solve(second @ second.T, best)
        expect.close(student.min_norm_fit(first @ second, y), shortest)


def test_min_norm_fit_of_repeated_features(student, rng):
    """Equal features share the work equally, and a feature that is zero gets nothing."""
    features, y = spread(rng, 7, 2, 2), normal(rng, 7)
    one, other = torch.linalg.solve(features.T @ features, features.T @ y)
    wide = features[:, [0, 1, 1, 0, 1]]
    wide = torch.cat([wide, torch.zeros(7, 1, dtype=torch.float64)], dim=1)
    expected = torch.stack([one / 2, other / 3, other / 3, one / 2, other / 3, torch.zeros_like(one)])
    expect.close(student.min_norm_fit(wide, y), expected)


def test_min_norm_fit_takes_small_singular_values_seriously(student, rng):
    """A direction with 1e-8 of the largest singular value is fitted like the others: there is no hidden penalty."""
    left, right = torch.linalg.qr(normal(rng, 6, 3)).Q, torch.linalg.qr(normal(rng, 3, 3)).Q
    features = (left * torch.tensor([1.0, 1e-2, 1e-8], dtype=torch.float64)) @ right.T
    w = normal(rng, 3) + 3
    expect.close(student.min_norm_fit(features, features @ w), w, rtol=1e-6, atol=1e-6)


def test_min_norm_fit_knows_no_units(student, rng):
    """Features in other units give coefficients in other units; what counts as zero is relative to the largest."""
    features, y = spread(rng, 6, 5, 3), normal(rng, 6)
    for scale in (1e-13, 1e13):
        found = expect.tensor(student.min_norm_fit(features * scale, y))
        assert found.shape == (5,), "the shape is wrong"
        expect.close(found * scale, torch.linalg.pinv(features, rtol=1e-6) @ y)


def test_min_norm_fit_keeps_dtype_and_arguments(student, reference, rng):
    """float32 stays float32, whether wide or tall, and no argument is changed."""
    for rows, columns in ((8, 3), (3, 8)):
        features, y = spread(rng, rows, columns, 3).float(), normal(rng, rows).float()
        expected = reference.min_norm_fit(features.double(), y.double()).float()
        with expect.unchanged(features, y):
            found = student.min_norm_fit(features, y)
        expect.close(found, expected)


def test_min_norm_fit_refuses_other_lengths(student, rng):
    """Fewer or more targets than rows are a ValueError, one target for all rows as well; as many are not."""
    features, y = spread(rng, 4, 3, 3), normal(rng, 4)
    for wrong in (y[:3], y[:1], torch.cat([y, y])):
        with pytest.raises(ValueError):
            student.min_norm_fit(features, wrong)
    expect.close(student.min_norm_fit(features[:1], y[:1]), y[0] * features[0] / features[0].square().sum())


@pytest.mark.cuda
def test_min_norm_fit_on_the_gpu(student, reference, rng):
    """On a GPU the coefficients are on the GPU, and as on the CPU."""
    for rows, columns in ((8, 3), (3, 8)):
        features, y = spread(rng, rows, columns, 3), normal(rng, rows)
        expected = reference.min_norm_fit(features, y).cuda()
        expect.close(student.min_norm_fit(features.cuda(), y.cuda()), expected, rtol=1e-6)
