"""Hidden suite of 8.4, noise on the weights."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch
from torch import nn

from autograder import expect

WITHIN = {1: 0.6826894921, 2: 0.9544997361}
"""The share of a Gaussian within one and two standard deviations of its mean."""


def drawn(rng, model):
    """``model`` in float64, every parameter drawn from ``rng``."""
    model.double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=rng, dtype=torch.float64))
    return model


def noise_inside(student, model, std, generator=None):
    """What a block adds to each parameter and buffer of ``model``, by name."""
    before = {name: value.detach().clone() for name, value in model.state_dict().items()}
    with student.perturbed_weights(model, std, generator):
        return {name: value.detach() - before[name] for name, value in model.state_dict().items()}


@pytest.mark.weight(2)
def test_perturbed_weights_adds_gaussian_noise(student, rng):
    """Inside, each element of a weight has noise of the given standard deviation, independent of its neighbors'."""
    model = drawn(rng, nn.Linear(80, 60))
    for std in (0.3, 2.0):
        noise = noise_inside(student, model, std, rng)["weight"]
        for width, share in WITHIN.items():
            inside = int((noise.abs() < width * std).sum())
            expect.rate(inside, 4800, share, what=f"the share of noise within {width} standard deviations")
        positive = noise > 0
        expect.rate(int(positive.sum()), 4800, 0.5, what="the share of positive noise")
        for first, second in ((positive[::2], positive[1::2]), (positive[:, ::2], positive[:, 1::2])):
            expect.rate(int((first == second).sum()), 2400, 0.5, what="agreement between neighbors")


@pytest.mark.weight(2)
def test_perturbed_weights_chooses_the_weights(student, rng):
    """Weights of linear and convolutional layers get noise, at any depth; biases, other layers and buffers get none."""
    convolutions = nn.ModuleDict({"one": nn.Conv1d(2, 3, 2), "two": nn.Conv2d(1, 2, 2), "three": nn.Conv3d(1, 2, 2)})
    parts = {"weight_branch": nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)), "table": nn.Embedding(3, 4)}
    model = drawn(rng, nn.ModuleDict({**parts, "deep": nn.ModuleList([convolutions, nn.LayerNorm(4)])}))
    wanted = {f"deep.0.{name}.weight" for name in convolutions} | {"weight_branch.0.weight"}
    for name, noise in noise_inside(student, model, 0.5, rng).items():
        if name in wanted:
            assert (noise != 0).all(), f"an element of {name} got no noise"
        else:
            assert (noise == 0).all(), f"{name} was changed"


@pytest.mark.weight(2)
def test_perturbed_weights_puts_the_weights_back(student, rng):
    """After the block every value is what it was, bit by bit, and every parameter requires gradients as before."""
    model = drawn(rng, nn.Sequential(nn.Linear(9, 8), nn.BatchNorm1d(8), nn.Conv1d(8, 4, 3)))
    holders = list(model.parameters())
    with expect.unchanged(model):
        noise = noise_inside(student, model, 0.7, rng)
    assert (noise["0.weight"] != 0).all(), "inside the block an element of a weight got no noise"
    assert (noise["2.weight"] != 0).all(), "inside the block an element of a weight got no noise"
    same = all(one is other for one, other in zip(holders, model.parameters(), strict=True))
    assert same, "a Parameter of the model is another object than before"


def test_perturbed_weights_puts_the_weights_back_after_an_exception(student, rng):
    """A block that ends with an exception leaves the weights as they were too, and the exception goes on."""
    model = drawn(rng, nn.Sequential(nn.Linear(9, 8), nn.Tanh(), nn.Linear(8, 2)))
    before = model[2].weight.detach().clone()

    def interrupted():
        with student.perturbed_weights(model, 0.4, rng):
            assert (model[2].weight != before).all(), "inside the block an element of a weight got no noise"
            raise KeyError("interrupted")

    with expect.unchanged(model), pytest.raises(KeyError, match="interrupted"):
        interrupted()


def test_perturbed_weights_gives_gradients_at_the_noisy_weights(student, rng):
    """Forward and backward inside the block give the gradient there; it is still in .grad after the block."""
    model, x = drawn(rng, nn.Linear(4, 3)), torch.randn(6, 4, generator=rng, dtype=torch.float64)
    before = model.weight.detach().clone()
    with student.perturbed_weights(model, 0.6, rng):
        noisy = model.weight.detach().clone()
        assert model.weight.requires_grad, "inside the block the weight requires no gradient"
        model(x).square().sum().backward()
    assert (noisy != before).all(), "inside the block an element of the weight got no noise"
    out = x @ noisy.T + model.bias.detach()
    expect.close(model.weight.grad, 2 * out.T @ x, what="the gradient in the weight")
    expect.close(model.bias.grad, 2 * out.sum(dim=0), what="the gradient in the bias")
    expect.equal(model.weight.detach(), before, what="the weight after the block")


def test_perturbed_weights_of_a_shared_weight(student, rng):
    """A weight of two layers, or of a layer that is used twice, gets its noise once, and is put back."""
    first, second, again = nn.Linear(80, 80), nn.Linear(80, 80), nn.Linear(80, 80)
    second.weight = first.weight
    model = drawn(rng, nn.Sequential(first, nn.Tanh(), second, again, again))
    with expect.unchanged(model):
        noise = noise_inside(student, model, 0.5, rng)
    for name in ("0.weight", "3.weight"):
        inside = int((noise[name].abs() < 0.5).sum())
        expect.rate(inside, 6400, WITHIN[1], what="the share of noise within one standard deviation")


def test_perturbed_weights_uses_the_generator(student, rng):
    """All randomness comes from the generator: the same state gives the same noise. Without one, each block is new."""
    model = drawn(rng, nn.Sequential(nn.Linear(5, 4), nn.Linear(4, 4)))
    seed = int(torch.randint(2**31, (), generator=rng))
    one, two = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    first, same, fresh, later = (noise_inside(student, model, 0.5, generator) for generator in (one, two, None, None))
    for name in ("0.weight", "1.weight"):
        assert (first[name] != 0).all(), "inside the block an element of a weight got no noise"
        expect.equal(same[name], first[name], what="the noise for the same generator state")
        assert (later[name] != fresh[name]).all(), "two blocks in a row got the same noise"
        assert (fresh[name] != first[name]).all(), "the noise is the same with and without the generator"


def test_perturbed_weights_keeps_float32_and_refuses_a_negative_std(student, rng):
    """A negative std is a ValueError and leaves the model alone; 0 is none; float32 weights stay float32."""
    model = drawn(rng, nn.Linear(80, 80)).float()
    with expect.unchanged(model):
        with pytest.raises(ValueError), student.perturbed_weights(model, -0.1, rng):
            pass
        assert (noise_inside(student, model, 0.0, rng)["weight"] == 0).all(), "std = 0 changes the weight"
        noise = noise_inside(student, model, 0.5, rng)["weight"]
    inside = int((noise.abs() < 0.5).sum())
    expect.rate(inside, 6400, WITHIN[1], what="the share of noise within one standard deviation")


@pytest.mark.cuda
def test_perturbed_weights_on_the_gpu(student, rng):
    """On a GPU the noise comes from the generator that lives there, and the weights are put back bit by bit."""
    model = drawn(rng, nn.Sequential(nn.Linear(50, 40), nn.Linear(40, 2))).float().cuda()
    with expect.unchanged(model):
        noise = noise_inside(student, model, 0.5, torch.Generator("cuda").manual_seed(4))["0.weight"]
    expect.rate(int((noise.abs() < 0.5).sum()), 2000, WITHIN[1], what="the share of small noise")
