"""Hidden suite of 1.4, the median test error, degree by degree."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def drawn(rng, *shape):
    """Points uniform on [-1, 1], and none very close to 0."""
    signs = torch.randint(0, 2, shape, generator=rng) * 2 - 1
    return signs * (0.1 + 0.9 * torch.rand(shape, generator=rng, dtype=torch.float64))


def wave(rng):
    """A smooth function, elementwise, with random coefficients."""
    a, b, c = (1 + torch.rand(3, generator=rng, dtype=torch.float64)).tolist()
    return lambda x: a * x + torch.cos(3 * b * x) + c


@pytest.mark.weight(3)
def test_median_mse_curve_of_straight_lines(student, rng):
    """For degree 1 each error is known by hand; the result is their median, also of an even number of samples."""
    target, x_test = wave(rng), drawn(rng, 11)
    for repeats, lam in ((5, 0.0), (4, 0.0), (6, 0.8)):
        x = drawn(rng, 3, repeats, 7)
        slopes = (x * target(x)).sum(dim=2) / (x.square().sum(dim=2) + lam)
        errors = (slopes[:, :, None] * x_test - target(x_test)).square().mean(dim=2).sort(dim=1).values
        expected = (errors[:, (repeats - 1) // 2] + errors[:, repeats // 2]) / 2
        found = student.median_mse_curve(x, x_test, target, (1, 1, 1), lam)
        expect.close(found, expected, what=f"the curve of {repeats} samples with lam = {lam}")


def test_median_mse_curve_of_a_single_point(student, rng):
    """Fitted to one point at 1, all coefficients are equal; so the errors at 1 and at -1 are known for any degree."""
    target, lam, degrees = wave(rng), 0.5, (4, 1, 7)
    ends = torch.tensor([1.0, -1.0], dtype=torch.float64)
    right, left = target(ends)
    p = torch.tensor(degrees, dtype=torch.float64)
    errors = (right * p / (p + lam) - right) ** 2 + (-right * (p % 2) / (p + lam) - left) ** 2
    found = student.median_mse_curve(torch.ones(3, 2, 1, dtype=torch.float64), ends, target, degrees, lam)
    expect.close(found, errors / 2)


def test_median_mse_curve_on_the_training_points(student, rng):
    """Tested on its training points, a fit with enough coefficients makes no error, and a straight line a known one."""
    target, points = wave(rng), torch.linspace(-0.9, 0.8, 6, dtype=torch.float64)
    samples = torch.stack([points[torch.randperm(6, generator=rng)] for _ in range(12)]).reshape(4, 3, 6)
    line = target(points) - points * (points @ target(points)) / (points @ points)
    expected = torch.stack([torch.zeros_like(line[0]), line.square().mean(), *torch.zeros(2).double()])
    found = student.median_mse_curve(samples, points, target, [6, 1, 7, 20])
    expect.close(found, expected, atol=1e-9)


@pytest.mark.weight(2)
def test_median_mse_curve_on_fresh_samples(student, reference, rng):
    """Degrees in any order, some twice, below and above the number of points, with and without a penalty."""
    target, x, x_test, degrees = wave(rng), drawn(rng, 5, 4, 7), drawn(rng, 9), [12, 3, 30, 3, 2]
    for lam in (0.0, 0.2):
        expected = reference.median_mse_curve(x, x_test, target, degrees, lam)
        found = student.median_mse_curve(x, x_test, target, degrees, lam)
        expect.close(found, expected, rtol=1e-6, what=f"the curve with lam = {lam}")


def test_median_mse_curve_resists_a_bad_sample(student, rng):
    """One sample whose fit is off by a million does not move the median of the others, which are all alike."""
    good = torch.tensor([0.5, 1.0], dtype=torch.float64)
    bad = torch.tensor([1e-9, 1e-9], dtype=torch.float64)
    intercept = float(1 + torch.rand((), generator=rng))
    x = torch.stack([good, bad, good, good.flip(0)])[None]
    slope = 3 + intercept * 1.5 / 1.25
    expected = ((slope - 3) * 2.0 - intercept) ** 2
    found = student.median_mse_curve(x, torch.tensor([2.0]).double(), lambda t: 3 * t + intercept, [1])
    expect.close(found, torch.tensor([expected], dtype=torch.float64))


def test_median_mse_curve_keeps_dtype_and_arguments(student, reference, rng):
    """float32 stays float32, and no argument is changed."""
    target, x, x_test, degrees = wave(rng), drawn(rng, 4, 3, 8).float(), drawn(rng, 5).float(), [2, 3, 1, 4]
    expected = reference.median_mse_curve(x.double(), x_test.double(), target, degrees, 0.5).float()
    with expect.unchanged(x, x_test):
        found = student.median_mse_curve(x, x_test, target, degrees, 0.5)
    expect.close(found, expected, rtol=1e-3)


def test_median_mse_curve_refuses_bad_arguments(student):
    """More or fewer degrees than groups of samples, and a negative lambda, are a ValueError; as many are not."""
    x, x_test = torch.tensor([[[1.0]], [[2.0]]], dtype=torch.float64), torch.tensor([3.0], dtype=torch.float64)
    for degrees, lam in (([1], 0.0), ([1, 1, 1], 0.0), ([1, 1], -0.5)):
        with pytest.raises(ValueError):
            student.median_mse_curve(x, x_test, torch.square, degrees, lam)
    expect.close(student.median_mse_curve(x, x_test, torch.square, [1, 1]), torch.tensor([36.0, 9.0]).double())


@pytest.mark.cuda
def test_median_mse_curve_on_the_gpu(student, reference, rng):
    """On a GPU the curve is on the GPU, and as on the CPU."""
    target, x, x_test = wave(rng), drawn(rng, 2, 3, 7), drawn(rng, 9)
    expected = reference.median_mse_curve(x, x_test, target, [2, 12], 0.2).cuda()
    expect.close(student.median_mse_curve(x.cuda(), x_test.cuda(), target, [2, 12], 0.2), expected, rtol=1e-6)
