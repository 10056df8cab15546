"""Hidden suite of 6.5, predicting with an ensemble."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch
from torch import nn

from autograder import expect


def networks(rng, count, dtype=torch.float64):
    """``count`` small nonlinear networks from 2 inputs to 3 outputs, with drawn parameters."""
    made = [nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 3)).to(dtype) for _ in range(count)]
    with torch.no_grad():
        for parameter in (parameter for model in made for parameter in model.parameters()):
            parameter.copy_(1.5 * torch.randn(parameter.shape, generator=rng, dtype=torch.float64))
    return made


def inputs(rng, dtype=torch.float64):
    """A batch of 7 inputs."""
    return torch.randn(7, 2, generator=rng, dtype=torch.float64).to(dtype)


@pytest.mark.weight(2)
def test_bagged_predict_averages_outputs(student, rng):
    """For networks, the mean prediction is the mean of what the networks return, not the return of a mean network."""
    for count in (2, 5):
        models, x = networks(rng, count), inputs(rng)
        total = sum(model(x) for model in models).detach()
        found = expect.tensor(student.bagged_predict(models, x))
        expect.close(found.detach(), total / count, what=f"the prediction of {count} networks")


def test_bagged_predict_with_plain_functions(student, rng):
    """Members may be plain functions, in a list or a tuple, and each of them sees the same inputs."""
    x = torch.rand(6, generator=rng, dtype=torch.float64)
    models = (lambda x: x**2, lambda x: 1 - x, lambda x: 5 * x + 3)
    expect.close(student.bagged_predict(models, x, "mean"), (x * x + 4 * x + 4) / 3, what="the mean")
    expect.close(student.bagged_predict(list(models[::-1]), x, "median"), (x * x).maximum(1 - x), what="the median")


@pytest.mark.weight(2)
def test_bagged_predict_median(student, rng):
    """The median is taken over the members, output by output; of an even number it is the midpoint."""
    for count in (3, 4):
        models, x = networks(rng, count), inputs(rng)
        low, high = (
            torch.stack([model(x) for model in models]).detach().kthvalue(place, dim=0).values
            for place in ((count + 1) // 2, count // 2 + 1)
        )
        found = expect.tensor(student.bagged_predict(models, x, how="median"))
        expect.close(found.detach(), low + (high - low) / 2, what=f"the median of {count} networks")


def test_bagged_predict_of_one_member(student, rng):
    """An ensemble of one predicts what its member predicts, in float32 as well; inputs and member stay as they were."""
    (model,), x = networks(rng, 1, torch.float32), inputs(rng, torch.float32)
    wanted = model(x).detach()
    for how in ("mean", "median"):
        with expect.unchanged(model, x):
            found = expect.tensor(student.bagged_predict([model], x, how))
        expect.close(found.detach(), wanted, what=f"the {how} of one member")


def test_bagged_predict_gradient(student, rng):
    """The prediction is differentiable in the inputs, through every member."""
    models, x, slope = networks(rng, 3), inputs(rng).requires_grad_(), torch.randn(7, 3, generator=rng).double()
    wanted = sum(torch.autograd.grad((model(x) * slope).sum(), x)[0] for model in models) / 3
    (found,) = torch.autograd.grad((student.bagged_predict(models, x) * slope).sum(), x)
    expect.close(found, wanted, what="the gradient in the inputs")


def test_bagged_predict_refuses_what_it_cannot_do(student, rng):
    """No members and an unknown word are a ValueError; a proper ensemble is not."""
    models, x = [lambda x: 2 * x, lambda x: x + 1], torch.rand(4, generator=rng, dtype=torch.float64)
    for arguments in (([], x, "mean"), ([], x, "median"), (models, x, "vote"), (models, x, "Median")):
        with pytest.raises(ValueError):
            student.bagged_predict(*arguments)
    expect.close(student.bagged_predict(models, x), (3 * x + 1) / 2, what="the mean of two members")


@pytest.mark.cuda
def test_bagged_predict_on_the_gpu(student, reference, rng):
    """Members and inputs on a GPU give a prediction on the GPU, as on the CPU."""
    models, x = networks(rng, 4), inputs(rng)
    for how in ("mean", "median"):
        wanted = reference.bagged_predict([model.cpu() for model in models], x, how).detach().cuda()
        found = expect.tensor(student.bagged_predict([model.cuda() for model in models], x.cuda(), how))
        expect.close(found.detach(), wanted, rtol=1e-6, what=f"the {how}")
