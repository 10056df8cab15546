"""Hidden suite of 1.6, the limit of gradient descent."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect

RTOL = 1e-6  # of the docstring: a loop that converges is accepted


def normal(rng, *shape):
    """Standard normal numbers."""
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def spread(rng, rows, columns, rank):
    """A random matrix whose nonzero singular values, ``rank`` of them, lie between 1 and 2."""
    left, right = (torch.linalg.qr(normal(rng, size, rank)).Q for size in (rows, columns))
    return (left * (1 + torch.rand(rank, generator=rng, dtype=torch.float64))) @ right.T


@pytest.mark.weight(2)
def test_gd_limit_is_where_the_steps_lead(student, rng):
    """A hundred steps of gradient descent arrive there, for wide and tall features of any rank."""
    for rows, columns, rank in ((4, 9, 4), (9, 5, 5), (6, 6, 3), (8, 5, 2)):
        features, y, theta0 = spread(rng, rows, columns, rank), normal(rng, rows), 3 * normal(rng, columns)
        theta = theta0
        for _ in range(100):
            theta = theta - 0.25 * features.T @ (features @ theta - y)
        found = student.gd_limit(features, y, theta0)
        expect.close(found, theta, rtol=RTOL, atol=1e-7, what=f"the limit for {rows} x {columns}, rank {rank}")


@pytest.mark.weight(2)
def test_gd_limit_keeps_what_no_row_sees(student, rng):
    """With more parameters than data it fits exactly, and moves from its start along the rows only."""
    features, y, theta0 = spread(rng, 4, 9, 4), normal(rng, 4), 3 * normal(rng, 9)
    along = torch.linalg.solve(features @ features.T, features @ theta0 - y)
    expected = theta0 - features.T @ along
    expect.close(student.gd_limit(features, y, theta0), expected, rtol=RTOL, atol=1e-7)


def test_gd_limit_from_zero(student, rng):
    """From zero it is the shortest of the exact fits."""
    features, y = spread(rng, 3, 8, 3), normal(rng, 3) + 1
    expected = features.T @ torch.linalg.solve(features @ features.T, y)
    found = student.gd_limit(features, y, torch.zeros(8, dtype=torch.float64))
    expect.close(found, expected, rtol=RTOL, atol=1e-7)


def test_gd_limit_forgets_its_start_where_data_decide(student, rng):
    """With independent features and enough data, every start leads to the one least-squares solution."""
    features, y = spread(rng, 9, 4, 4), normal(rng, 9)
    expected = torch.linalg.solve(features.T @ features, features.T @ y)
    for size in (1.0, 50.0):
        found = student.gd_limit(features, y, size * normal(rng, 4))
        expect.close(found, expected, rtol=RTOL, atol=1e-6, what="the limit")


def test_gd_limit_of_a_silent_feature(student, rng):
    """A feature that is always zero keeps its coefficient; two that are equal move by equal amounts."""
    unit = torch.nn.functional.normalize(normal(rng, 5), dim=0)
    y, theta0 = normal(rng, 5), 3 * normal(rng, 3)
    features = torch.stack([unit, torch.zeros_like(unit), unit], dim=1)
    move = (unit @ y - theta0[0] - theta0[2]) / 2
    expected = theta0 + move * torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64)
    expect.close(student.gd_limit(features, y, theta0), expected, rtol=RTOL, atol=1e-7)


def test_gd_limit_stays_at_a_minimum(student, rng):
    """Started at a point without slope, with an error or without, it stays there."""
    features, theta0 = spread(rng, 7, 9, 3), 3 * normal(rng, 9)
    left = torch.linalg.qr(features).Q
    rest = normal(rng, 7)
    rest = rest - left[:, :3] @ (left[:, :3].T @ rest)
    for y in (features @ theta0, features @ theta0 + rest):
        expect.close(student.gd_limit(features, y, theta0), theta0, rtol=RTOL, atol=1e-6)


def test_gd_limit_keeps_dtype_and_arguments(student, reference, rng):
    """float32 stays float32, and no argument is changed."""
    features, y, theta0 = (tensor.float() for tensor in (spread(rng, 4, 7, 4), normal(rng, 4), normal(rng, 7)))
    expected = reference.gd_limit(features.double(), y.double(), theta0.double()).float()
    with expect.unchanged(features, y, theta0):
        found = student.gd_limit(features, y, theta0)
    expect.close(found, expected)


def test_gd_limit_refuses_other_lengths(student, rng):
    """Targets that do not match the rows, or a start that does not match the columns, are a ValueError."""
    features, y, theta0 = spread(rng, 4, 3, 3), normal(rng, 4), normal(rng, 3)
    for targets, start in ((y[:3], theta0), (y[:1], theta0), (y, theta0[:2]), (y, theta0[:1]), (y[:3], y)):
        with pytest.raises(ValueError):
            student.gd_limit(features, targets, start)
    row = features[:1] / features[0].norm()
    expected = theta0 + (y[0] - row[0] @ theta0) * row[0]
    expect.close(student.gd_limit(row, y[:1], theta0), expected, rtol=RTOL, atol=1e-7)


@pytest.mark.cuda
def test_gd_limit_on_the_gpu(student, reference, rng):
    """On a GPU the limit is on the GPU, and as on the CPU."""
    for rows, columns in ((8, 3), (3, 8)):
        arguments = spread(rng, rows, columns, 3), normal(rng, rows), normal(rng, columns)
        expected = reference.gd_limit(*arguments).cuda()
        found = student.gd_limit(*(tensor.cuda() for tensor in arguments))
        expect.close(found, expected, rtol=RTOL, atol=1e-7)
