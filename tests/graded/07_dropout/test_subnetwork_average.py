"""Hidden suite of 7.6, the average over all sub-networks."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import itertools

import pytest
import torch

from autograder import expect

HOWS = ("arithmetic", "geometric")


def drawn(rng, classes, units):
    """Weight [K, H], bias [K] and activations [H] of a softmax layer."""
    shapes = (classes, units), (classes,), (units,)
    return tuple(torch.randn(shape, generator=rng, dtype=torch.float64) for shape in shapes)


def test_subnetwork_average_of_one_unit(student, rng):
    """With one unit there are two sub-networks: the one without it has the weight p, the one with it the rest."""
    weight, bias, h = drawn(rng, 3, 1)
    without, full = bias.softmax(dim=0), (weight[:, 0] * h + bias).softmax(dim=0)
    for p in (0.2, 0.7):
        expected = full + p * (without - full)
        found = student.subnetwork_average(weight, bias, h, p, "arithmetic")
        expect.close(found, expected, what=f"the average for p = {p}")


@pytest.mark.weight(2)
def test_subnetwork_average_arithmetic(student, rng):
    """The arithmetic average is the expected probability over independent masks, each with its own chance."""
    weight, bias, h = drawn(rng, 4, 6)
    masks = torch.tensor(list(itertools.product((0.0, 1.0), repeat=6)), dtype=torch.float64)
    probabilities = torch.stack([(weight * mask @ h + bias).softmax(dim=0) for mask in masks])
    for p in (0.15, 0.6):
        chance = (p + (1 - 2 * p) * masks).prod(dim=1, keepdim=True)
        expected = (chance * probabilities).sum(dim=0)
        found = student.subnetwork_average(weight, bias, h, p, "arithmetic")
        expect.close(found, expected, what=f"the average for p = {p}")


@pytest.mark.weight(2)
def test_subnetwork_average_geometric(student, rng):
    """The normalized geometric average is what one pass with scaled activations returns."""
    weight, bias, h = drawn(rng, 5, 7)
    for p in (0.15, 0.6):
        expected = (weight @ (h - p * h) + bias).softmax(dim=0)
        found = student.subnetwork_average(weight, bias, h, p, "geometric")
        expect.close(found, expected, what=f"the average for p = {p}")


def test_subnetwork_average_at_both_ends(student, rng):
    """p = 0 leaves the full network, p = 1 the one without units; in between, both averages sum to one."""
    weight, bias, h = drawn(rng, 3, 5)
    for how in HOWS:
        for p, logits in ((0.0, weight @ h + bias), (1.0, bias)):
            found = student.subnetwork_average(weight, bias, h, p, how)
            expect.close(found, logits.softmax(dim=0), what=f"the {how} average for p = {p}")
        total = student.subnetwork_average(weight, bias, h, 0.3, how).sum()
        expect.close(total, torch.ones((), dtype=torch.float64), what=f"the sum of the {how} average")


def test_subnetwork_average_ignores_a_silent_unit(student, reference, rng):
    """A unit whose activation is 0 changes neither average, whether it is dropped or not."""
    weight, bias, h = drawn(rng, 3, 5)
    h[2] = 0.0
    rest = [0, 1, 3, 4]
    for how in HOWS:
        expected = reference.subnetwork_average(weight[:, rest], bias, h[rest], 0.3, how)
        expect.close(student.subnetwork_average(weight, bias, h, 0.3, how), expected, what=f"the {how} average")


def test_subnetwork_average_gradient(student, reference, rng):
    """Both averages are differentiable in weight, bias and activations."""
    inputs, slope = [tensor.requires_grad_() for tensor in drawn(rng, 3, 4)], torch.randn(3, generator=rng).double()
    for how in HOWS:
        found, expected = (
            torch.autograd.grad(one.subnetwork_average(*inputs, 0.3, how) @ slope, inputs)
            for one in (student, reference)
        )
        for name, left, right in zip(("W", "b", "h"), found, expected, strict=True):
            expect.close(left, right, what=f"the gradient in {name} of the {how} average")


def test_subnetwork_average_keeps_dtype_and_arguments(student, reference, rng):
    """float32 stays float32, and no argument is changed."""
    weight, bias, h = (tensor.float() for tensor in drawn(rng, 3, 3))
    with expect.unchanged(weight, bias, h):
        for how in HOWS:
            expected = reference.subnetwork_average(weight.double(), bias.double(), h.double(), 0.3, how).float()
            expect.close(student.subnetwork_average(weight, bias, h, 0.3, how), expected, what=f"the {how} average")


def test_subnetwork_average_refuses_what_it_cannot_do(student, rng):
    """More than 16 units, a p outside [0, 1] or an unknown average are a ValueError; a small layer is not."""
    weight, bias, h = drawn(rng, 2, 3)
    wrong = [(weight, bias, h, p, how) for p, how in ((-0.1, "geometric"), (1.1, "arithmetic"), (0.3, "harmonic"))]
    for arguments in (*wrong, (*drawn(rng, 2, 17), 0.3, "geometric")):
        with pytest.raises(ValueError):
            student.subnetwork_average(*arguments)
    expect.close(student.subnetwork_average(weight, bias, h, 0.0, "arithmetic"), (weight @ h + bias).softmax(dim=0))


@pytest.mark.cuda
def test_subnetwork_average_on_the_gpu(student, reference, rng):
    """On a GPU both averages are on the GPU, and as on the CPU."""
    arguments = drawn(rng, 3, 6)
    for how in HOWS:
        expected = reference.subnetwork_average(*arguments, 0.3, how).cuda()
        found = student.subnetwork_average(*(tensor.cuda() for tensor in arguments), 0.3, how)
        expect.close(found, expected, rtol=1e-6)
