"""Hidden suite for 3.8: one step of Adam, with coupled or decoupled decay."""

import pytest
import torch
from torch import nn

from autograder import expect

BETAS = (0.8, 0.95)


def triple(found):
    """``found`` as (theta, m, v), having checked that there are three."""
    three = isinstance(found, tuple | list) and len(found) == 3
    assert three, "the result is not a tuple of three tensors"
    return tuple(found)


def start(rng, *shape):
    """A parameter and a gradient, with running means as they might be in the middle of training (v positive)."""
    theta, grad, m, v = (torch.randn(shape, generator=rng, dtype=torch.float64) for _ in range(4))
    return theta, grad, m, v.square() + 0.1


def run_beside(student, kind, rng, decoupled):
    """Take eight steps with the student's function and with torch's optimizer ``kind``; compare after each."""
    w = nn.Parameter(torch.randn(3, 2, generator=rng, dtype=torch.float64))
    theirs = kind([w], lr=0.07, betas=BETAS, eps=0.02, weight_decay=0.4)
    theta, m, v = w.detach().clone(), torch.zeros_like(w.detach()), torch.zeros_like(w.detach())
    for t in range(1, 9):
        w.grad = torch.randn(3, 2, generator=rng, dtype=torch.float64)
        theta, m, v = triple(student.adam_step(theta, w.grad, m, v, t, 0.07, BETAS, 0.02, 0.4, decoupled))
        theirs.step()
        expect.close(theta, w.detach(), what=f"theta after step {t}")
    expect.close(m, theirs.state[w]["exp_avg"], what="m")
    expect.close(v, theirs.state[w]["exp_avg_sq"], what="v")


@pytest.mark.weight(2)
def test_adam_step_coupled_run(student, rng):
    """Eight steps with coupled decay are eight steps of PyTorch's Adam, moments included."""
    run_beside(student, torch.optim.Adam, rng, decoupled=False)


@pytest.mark.weight(2)
def test_adam_step_decoupled_run(student, rng):
    """Eight steps with decoupled decay are eight steps of PyTorch's AdamW, moments included."""
    run_beside(student, torch.optim.AdamW, rng, decoupled=True)


def test_adam_step_coupled_decay_is_an_l2_penalty(student, reference, rng):
    """Coupled decay does what adding the gradient of an L2 penalty to the data gradient does."""
    theta, grad, m, v = start(rng, 4)
    found = triple(student.adam_step(theta, grad, m, v, 3, 0.1, BETAS, 0.01, 0.6, False))
    wanted = reference.adam_step(theta, grad + 0.6 * theta, m, v, 3, 0.1, BETAS, 0.01, 0.0, False)
    for name, a, b in zip(("theta", "m", "v"), found, wanted, strict=True):
        expect.close(a, b, what=name)


def test_adam_step_decoupled_decay_without_gradient(student, rng):
    """With no gradient and empty moments decoupled decay shrinks all entries alike, and the moments stay empty."""
    theta, _, zero, _ = start(rng, 3, 2)
    zero = torch.zeros_like(zero)
    new, m, v = triple(student.adam_step(theta, zero, zero, zero, 1, 0.2, BETAS, 1e-3, 0.3, True))
    expect.close(new, 0.94 * theta, what="theta")
    expect.close(m, zero, what="m")
    expect.close(v, zero, what="v")


def test_adam_step_first_step_has_a_known_size(student, rng):
    """Without decay, the first step moves each entry by about the learning rate, whatever the size of its gradient."""
    theta, grad, _, _ = start(rng, 6)
    grad = grad.sign() * torch.logspace(-2, 3, 6, dtype=torch.float64)
    zero = torch.zeros_like(theta)
    for decoupled in (False, True):
        new, _, _ = triple(student.adam_step(theta, grad, zero, zero, 1, 0.3, BETAS, 1e-3, 0.0, decoupled))
        expect.close(new - theta, -0.3 * grad / (grad.abs() + 1e-3), what="the step")


def test_adam_step_keeps_its_arguments(student, reference, rng):
    """Parameter, gradient and moments that came in stay as they were; the same values come out in float32."""
    state = tuple(x.float() for x in start(rng, 2, 3))
    for decoupled in (False, True):
        with expect.unchanged(*state):
            found = triple(student.adam_step(*state, 2, 0.1, BETAS, 1e-2, 0.5, decoupled))
        wanted = reference.adam_step(*state, 2, 0.1, BETAS, 1e-2, 0.5, decoupled)
        for name, a, b in zip(("theta", "m", "v"), found, wanted, strict=True):
            expect.close(a, b, what=name)


def test_adam_step_counts_from_one(student, reference, rng):
    """A step number below 1 raises ValueError; a later one still gives the right step."""
    state = start(rng, 5)
    for t in (0, -1):
        with pytest.raises(ValueError):  # noqa: PT011 - a student's message is free
            student.adam_step(*state, t, 0.1, BETAS, 1e-2, 0.2, True)
    found = triple(student.adam_step(*state, 7, 0.1, BETAS, 1e-2, 0.0, True))
    expect.close(found[0], reference.adam_step(*state, 7, 0.1, BETAS, 1e-2, 0.0, True)[0], what="theta")


@pytest.mark.cuda
def test_adam_step_on_the_gpu(student, reference, rng):
    """On a GPU the results stay there and equal those on the CPU."""
    state = start(rng, 3, 4)
    wanted = reference.adam_step(*state, 4, 0.1, BETAS, 1e-2, 0.3, True)
    found = triple(student.adam_step(*[x.to("cuda") for x in state], 4, 0.1, BETAS, 1e-2, 0.3, True))
    for name, a, b in zip(("theta", "m", "v"), found, wanted, strict=True):
        expect.close(a, b.to("cuda"), what=name)
