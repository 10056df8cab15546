"""Hidden suite for 2.6: minus the logarithm of a prior density."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Laplace, Normal

from autograder import expect

DENSITIES = {"gaussian": Normal, "laplace": Laplace}


def drawn(rng, count, dtype=torch.float64):
    """Parameters [count] of both signs, none of them near 0."""
    signs = 2.0 * (torch.rand(count, generator=rng) < 0.5) - 1
    return (signs * (0.3 + 2 * torch.rand(count, generator=rng, dtype=torch.float64))).to(dtype)


def matches_the_density(student, rng, prior):
    """Check the student's value of ``prior`` against the density of that name, for narrow and wide scales."""
    for count, scale in ((5, 0.4), (3, 1.7), (1, 20.0)):
        phi = drawn(rng, count)
        wanted = -DENSITIES[prior](torch.zeros_like(phi), scale).log_prob(phi).sum()
        expect.close(student.neg_log_prior(phi, prior, scale), wanted, what=f"the value for {count} parameters")


@pytest.mark.weight(2)
def test_neg_log_prior_gaussian(student, rng):
    """With "gaussian" it is minus the log density of independent normal components of this standard deviation."""
    matches_the_density(student, rng, "gaussian")


@pytest.mark.weight(2)
def test_neg_log_prior_laplace(student, rng):
    """With "laplace" it is minus the log density of independent Laplace components of this scale."""
    matches_the_density(student, rng, "laplace")


def test_neg_log_prior_belongs_to_a_density(student, rng):
    """Turned back into a density of one parameter, it integrates to one, with its constant and not without."""
    scale = 0.5 + float(torch.rand((), generator=rng))
    points = scale * torch.arange(-16.0, 17.0, dtype=torch.float64) / 2
    density = [math.exp(-float(student.neg_log_prior(point[None], "gaussian", scale))) for point in points]
    expect.close(0.5 * scale * sum(density), 1.0, rtol=1e-6, what="the integral of the gaussian density")


def test_neg_log_prior_adds_up(student, reference, rng):
    """Independent components add up, and measuring all in other units only moves the constant."""
    phi = drawn(rng, 6)
    for prior in DENSITIES:
        parts = [student.neg_log_prior(part, prior, 0.8) for part in (phi[:2], phi[2:])]
        whole = float(reference.neg_log_prior(phi, prior, 0.8))
        expect.close(sum(float(part) for part in parts), whole, what=f"the sum of two {prior} parts")
        found = student.neg_log_prior(1000 * phi, prior, 800.0)
        expect.close(found, whole + 6 * math.log(1000), what=f"the {prior} value in other units")


def test_neg_log_prior_at_the_peak(student):
    """Where all parameters are 0 only the constant is left, once for each of them; it may be negative."""
    for count in (1, 4):
        zeros = torch.zeros(count, dtype=torch.float64)
        for scale in (0.1, 3.0):
            normal, laplace = count * math.log(scale * math.sqrt(math.tau)), count * math.log(scale + scale)
            expect.close(student.neg_log_prior(zeros, "gaussian", scale), normal, what="the gaussian constant")
            expect.close(student.neg_log_prior(zeros, "laplace", scale), laplace, what="the laplace constant")


def test_neg_log_prior_gradient(student, rng):
    """The gradient is that of an L2 penalty for one prior and that of an L1 penalty for the other."""
    phi = drawn(rng, 5).requires_grad_()
    slopes = {"gaussian": phi.detach() / 0.36, "laplace": phi.detach() / phi.detach().abs() / 0.6}
    for prior, wanted in slopes.items():
        found = student.neg_log_prior(phi, prior, 0.6)
        differentiable = isinstance(found, Tensor) and found.requires_grad
        assert differentiable, "the result is not differentiable"
        (slope,) = torch.autograd.grad(found, phi)
        expect.close(slope, wanted, what=f"the gradient of the {prior} value")


def test_neg_log_prior_keeps_dtype_and_arguments(student, reference, rng):
    """float32 gives a 0-d float32 tensor, and the parameters are not changed."""
    phi = drawn(rng, 5, torch.float32)
    for prior in DENSITIES:
        wanted = reference.neg_log_prior(phi.double(), prior, 0.7).float()
        with expect.unchanged(phi):
            found = expect.tensor(student.neg_log_prior(phi, prior, 0.7))
        expect.close(found, wanted, what=f"the {prior} value")


def test_neg_log_prior_refuses_bad_arguments(student, reference, rng):
    """An unknown prior and a scale of 0 or less raise ValueError; good arguments still give the right value."""
    phi = drawn(rng, 3)
    for prior, scale in (("cauchy", 1.0), ("l2", 1.0), ("gaussian", 0.0), ("laplace", 0.0), ("laplace", -1.0)):
        with pytest.raises(ValueError):
            student.neg_log_prior(phi, prior, scale)
    with pytest.raises(ValueError):
        student.neg_log_prior(phi, "gaussian", -0.5)
    for prior in DENSITIES:
        expect.close(student.neg_log_prior(phi, prior, 1e-3), reference.neg_log_prior(phi, prior, 1e-3))


@pytest.mark.cuda
def test_neg_log_prior_on_the_gpu(student, reference, rng):
    """On a GPU the value stays there and equals that on the CPU."""
    phi = drawn(rng, 5)
    for prior in DENSITIES:
        wanted = reference.neg_log_prior(phi, prior, 0.7).cuda()
        expect.close(student.neg_log_prior(phi.cuda(), prior, 0.7), wanted, what=f"the {prior} value")
