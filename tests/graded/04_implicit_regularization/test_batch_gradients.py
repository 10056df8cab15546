"""Hidden suite of 4.5, one gradient for each batch."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect
from autograder.remote.probes import PolynomialLoss

CLOSE = {"rtol": 1e-6, "atol": 1e-6}


def drawn(rng, batches, n):
    """Losses of so many batches in n coupled parameters, all different, and a point."""
    losses = []
    for _ in range(batches):
        root, center = (torch.randn(shape, generator=rng, dtype=torch.float64) for shape in ((n, n), (n,)))
        quartic = torch.rand(n, generator=rng, dtype=torch.float64)
        losses.append(PolynomialLoss(root @ root.T / n + torch.eye(n, dtype=torch.float64), center, quartic))
    return losses, 3 + torch.rand(n, generator=rng, dtype=torch.float64)


def slopes(losses, phi):
    """Their gradients, on paper, as rows."""
    return torch.stack([loss.hessian @ (phi - loss.center) + loss.quartic * phi**3 for loss in losses])


@pytest.mark.weight(2)
def test_batch_gradients_by_row(student, rng):
    """Row b is the gradient of the loss of batch b alone, in the order in which the batches were given."""
    losses, phi = drawn(rng, 5, 3)
    expect.close(student.batch_gradients(losses, phi), slopes(losses, phi), **CLOSE)
    expect.close(student.batch_gradients(losses[::-1], phi), slopes(losses, phi).flip(0), **CLOSE)


def test_batch_gradients_average_to_that_of_the_mean(student, rng):
    """For equally large batches the mean of the rows is the gradient of the mean loss, which gives descent's step."""
    losses, phi = drawn(rng, 4, 3)
    mean_slope = sum(loss.hessian @ (phi - loss.center) + loss.quartic * phi**3 for loss in losses) / 4
    found = expect.tensor(student.batch_gradients(losses, phi))
    expect.close(found.mean(dim=0), mean_slope, **CLOSE, what="the mean of the rows")


def test_batch_gradients_of_one_batch(student, rng):
    """One batch gives one row, and a tuple of losses is as good as a list."""
    losses, phi = drawn(rng, 2, 3)
    expect.close(student.batch_gradients(losses[:1], phi), slopes(losses[:1], phi), **CLOSE)
    expect.close(student.batch_gradients(tuple(losses), phi), slopes(losses, phi), **CLOSE)


def test_batch_gradients_keeps_its_arguments(student, rng):
    """Parameters are not changed and get no gradient, also where they require one; float32 stays float32."""
    losses, phi = drawn(rng, 3, 2)
    wanted, losses = slopes(losses, phi).float(), [loss.to(torch.float32) for loss in losses]
    phi = phi.float().requires_grad_()
    phi.grad = torch.ones_like(phi)
    with expect.unchanged(phi):
        found = student.batch_gradients(losses, phi)
    expect.close(found, wanted)


def test_batch_gradients_needs_a_batch(student, rng):
    """No batch at all is a ValueError; the same batch twice is not."""
    losses, phi = drawn(rng, 1, 2)
    with pytest.raises(ValueError):
        student.batch_gradients([], phi)
    expect.close(student.batch_gradients(losses * 2, phi), slopes(losses * 2, phi), **CLOSE)


@pytest.mark.cuda
def test_batch_gradients_on_the_gpu(student, rng):
    """On a GPU the gradients are on the GPU, and as on the CPU."""
    losses, phi = drawn(rng, 4, 3)
    found = student.batch_gradients([loss.to("cuda") for loss in losses], phi.cuda())
    expect.close(found, slopes(losses, phi).cuda(), **CLOSE)
