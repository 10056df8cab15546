"""Hidden suite of 7.4, the weight scaling inference rule."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import itertools

import pytest
import torch
from torch import nn

from autograder import expect


def drawn(rng, *layers):
    """A model of these layers in float64 with parameters, biases included, drawn from ``rng``."""
    model = nn.Sequential(*layers).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=rng, dtype=torch.float64))
    return model


def all_masks(units, p):
    """Every mask of ``units`` elements [2^units, units] with its probability [2^units]."""
    masks = torch.tensor(list(itertools.product((0.0, 1.0), repeat=units)), dtype=torch.float64)
    return masks, (p + (1 - 2 * p) * masks).prod(dim=1)


@pytest.mark.weight(2)
def test_weight_scaled_copy_gives_the_average_pre_activation(student, rng):
    """The copy's linear head returns the average over all masks of what the head returns with a mask."""
    model = drawn(rng, nn.Linear(4, 6), nn.Tanh(), nn.Dropout(0.3), nn.Linear(6, 3))
    x = torch.randn(4, generator=rng, dtype=torch.float64)
    for p in (0.2, 0.7):
        masks, chance = all_masks(6, p)
        average = (chance @ model[3](masks * model[1](model[0](x)))).detach()
        scaled = student.weight_scaled_copy(model, p)
        scaled.eval()
        expect.close(scaled(x[None])[0], average, what=f"the output of the copy for p = {p}")


def test_weight_scaled_copy_gives_the_geometric_average_of_sub_networks(student, rng):
    """Softmax of the copy's output is the normalized geometric mean of all sub-networks' probabilities."""
    model, h = drawn(rng, nn.Dropout(0.3), nn.Linear(6, 4)), torch.randn(6, generator=rng, dtype=torch.float64)
    masks, chance = all_masks(6, 0.3)
    product = (chance @ model[1](masks * h).log_softmax(dim=1)).exp().detach()
    probabilities = student.weight_scaled_copy(model, 0.3)(h[None])[0].softmax(dim=0)
    expect.close(probabilities, product / product.sum(), what="the probabilities of the copy")


@pytest.mark.weight(2)
def test_weight_scaled_copy_scales_outgoing_weights_only(student, rng):
    """Scaled are the weights that read a dropped layer, also behind other layers; no bias and no other weight is."""
    head = nn.Linear(5, 4), nn.Dropout(0.2), nn.ReLU(), nn.Flatten(), nn.Linear(4, 6), nn.Tanh()
    model = drawn(rng, *head, nn.Linear(6, 3), nn.Dropout(0.6), nn.Linear(3, 2), nn.Linear(2, 2))
    scaled = student.weight_scaled_copy(model, 0.3)
    assert len(scaled) == len(model), "the copy has another number of layers"
    found, given = scaled.state_dict(), model.state_dict()
    assert found.keys() == given.keys(), "the copy has its parameters elsewhere"
    for index, share in ((0, 1.0), (4, 0.7), (6, 1.0), (8, 0.7), (9, 1.0)):
        weight, bias = f"{index}.weight", f"{index}.bias"
        expect.close(found[weight], share * given[weight], what=f"the weight of layer {index}")
        expect.equal(found[bias], given[bias], what=f"the bias of layer {index}")


def test_weight_scaled_copy_is_deterministic(student, reference, rng):
    """Every marker is an Identity in the copy, so that it gives one and the same answer, in either mode."""
    model = drawn(rng, nn.Dropout(0.8), nn.Linear(30, 8), nn.Tanh(), nn.Dropout(0.8), nn.Linear(8, 2))
    x = torch.ones(9, 30, dtype=torch.float64)
    scaled = student.weight_scaled_copy(model, 0.4)
    assert isinstance(scaled[0], nn.Identity), "the first layer is not an Identity"
    assert isinstance(scaled[3], nn.Identity), "a marker further inside is not an Identity"
    scaled.train()
    expect.close(scaled(x), reference.weight_scaled_copy(model, 0.4)(x).detach(), what="the output in training mode")


@pytest.mark.weight(2)
def test_weight_scaled_copy_leaves_the_model_alone(student, rng):
    """The model is the same after the call as before it, and the copy has tensors of its own."""
    model = drawn(rng, nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 2))
    with expect.unchanged(model):
        scaled = student.weight_scaled_copy(model, 0.3)
    assert scaled[0].weight is not model[0].weight, "the copy shares a weight with the model"
    assert scaled[2].bias is not model[2].bias, "the copy shares a bias with the model"
    expect.close(scaled[2].weight.detach(), 0.7 * model[2].weight.detach(), what="the scaled weight")


def test_weight_scaled_copy_at_both_ends(student, rng):
    """p = 0 keeps the function of the model; p = 1 leaves only what the biases say. float32 stays float32."""
    model = drawn(rng, nn.Linear(3, 4), nn.Tanh(), nn.Dropout(0.5), nn.Linear(4, 2)).float()
    x = torch.randn(5, 3, generator=rng)
    model.eval()
    expect.close(student.weight_scaled_copy(model, 0.0)(x).detach(), model(x).detach(), what="the output for p = 0")
    bias_only = model[3].bias.detach().expand(5, 2)
    expect.close(student.weight_scaled_copy(model, 1.0)(x).detach(), bias_only, what="the output for p = 1")


def test_weight_scaled_copy_refuses_a_wrong_probability(student, rng):
    """A p outside [0, 1] is a ValueError; a legal one is not."""
    model = drawn(rng, nn.Dropout(0.5), nn.Linear(4, 2))
    for p in (-0.01, 1.01):
        with pytest.raises(ValueError):
            student.weight_scaled_copy(model, p)
    expect.close(student.weight_scaled_copy(model, 0.25)[1].weight.detach(), 0.75 * model[1].weight.detach())


@pytest.mark.cuda
def test_weight_scaled_copy_on_the_gpu(student, reference, rng):
    """The copy of a model on a GPU is on the GPU, and computes the same."""
    model = drawn(rng, nn.Linear(3, 4), nn.Tanh(), nn.Dropout(0.5), nn.Linear(4, 2)).float()
    x = torch.randn(5, 3, generator=rng)
    out = reference.weight_scaled_copy(model, 0.3)(x).detach()
    expect.close(student.weight_scaled_copy(model.cuda(), 0.3)(x.cuda()).detach(), out.cuda(), rtol=1e-3, atol=1e-4)
