"""Hidden suite of 1.1, the Legendre polynomials."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import math

import pytest
import torch

from autograder import expect


def drawn(rng, count):
    """``count`` points uniform on [-1, 1]."""
    return 2 * torch.rand(count, generator=rng, dtype=torch.float64) - 1


@pytest.mark.weight(2)
def test_legendre_features_of_low_degree(student, rng):
    """The first three polynomials have the textbook's formulas, on the interval and outside, each in its column."""
    x = torch.cat([drawn(rng, 4), 2 + drawn(rng, 3)])
    textbook = torch.stack([x, 1.5 * x**2 - 0.5, 2.5 * x**3 - 1.5 * x], dim=1)
    for degree in (1, 2, 3):
        expect.close(student.legendre_features(x, degree), textbook[:, :degree], what=f"degree {degree}")


def test_legendre_features_at_three_points(student):
    """Up to degree 200, P_n is 1 at 1 and alternates at -1; at 0 the odd ones vanish and the even ones are known."""
    found = student.legendre_features(torch.tensor([1.0, -1.0, 0.0], dtype=torch.float64), 200)
    middle = [(-1) ** (n // 2) * math.comb(n, n // 2) / 2**n if n % 2 == 0 else 0.0 for n in range(1, 201)]
    expected = torch.tensor([[1.0] * 200, [(-1.0) ** n for n in range(1, 201)], middle], dtype=torch.float64)
    expect.close(found, expected)


@pytest.mark.weight(2)
def test_legendre_features_equal_an_integral(student, rng):
    """P_n(x) is an average of powers over a circle (Laplace's integral): here for low and high degrees up to 200."""
    x, degrees = drawn(rng, 6), [1, 2, 3, 4, 7, 30, 99, 199, 200]
    angles = 2 * math.pi * torch.arange(256, dtype=torch.float64) / 256
    points = torch.complex(x[:, None].expand(-1, 256), (1 - x[:, None] ** 2).sqrt() * angles.cos())
    expected = torch.stack([(points**n).real.mean(dim=1) for n in degrees], dim=1)
    found = expect.tensor(student.legendre_features(x, 200))
    assert found.shape == (6, 200), "the shape is wrong"
    expect.close(found[:, [n - 1 for n in degrees]], expected)


def test_legendre_features_are_orthogonal(student):
    """The integral over [-1, 1] of two different polynomials' product is 0; of P_n's square it is 2 / (2n + 1)."""
    k = torch.arange(1.0, 30, dtype=torch.float64)
    nodes, vectors = torch.linalg.eigh(torch.diag(k / (4 * k**2 - 1).sqrt(), -1))  # Gauss's quadrature
    found = expect.tensor(student.legendre_features(nodes, 25))
    assert found.shape == (30, 25), "the shape is wrong"
    integrals = (found * 2 * vectors[:1].T ** 2).T @ found
    expect.close(integrals, torch.diag(2 / (2 * torch.arange(1.0, 26).double() + 1)), what="the table of integrals")


def test_legendre_features_anywhere(student, reference, rng):
    """Outside the interval, too, and for points that do not lie next to each other in memory."""
    x = torch.cat([drawn(rng, 6), 2.1 + drawn(rng, 6), -2.1 + drawn(rng, 6)])[::2]
    with expect.unchanged(x):
        found = student.legendre_features(x, 12)
    expect.close(found, reference.legendre_features(x, 12))


def test_legendre_features_in_float32(student, reference, rng):
    """float32 stays float32, at the ends of the interval and for a single point as well."""
    for x in (torch.cat([drawn(rng, 9).float(), torch.tensor([-1.0, 1.0])]), drawn(rng, 1).float()):
        expect.close(student.legendre_features(x, 20), reference.legendre_features(x.double(), 20).float())


def test_legendre_features_refuses_bad_arguments(student):
    """A degree below 1 and an x that is no vector are a ValueError; degree 1 of a vector is not."""
    x = torch.tensor([0.5, -2.0], dtype=torch.float64)
    for points, degree in ((x, 0), (x, -1), (x[:, None], 3), (x[0], 3)):
        with pytest.raises(ValueError):
            student.legendre_features(points, degree)
    expect.close(student.legendre_features(x, 1), x[:, None])


@pytest.mark.cuda
def test_legendre_features_on_the_gpu(student, reference, rng):
    """On a GPU the features are on the GPU, and as on the CPU."""
    x = drawn(rng, 40)
    expect.close(student.legendre_features(x.cuda(), 30), reference.legendre_features(x, 30).cuda())
