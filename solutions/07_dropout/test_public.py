"""Small examples to check by hand. Passing them is necessary, and not enough for full marks."""
# Tests are named after the class or function that they test, capitals and all.
# ruff: noqa: N802

import pytest
import torch
from torch import nn

from autograder import expect


def test_bernoulli_mask_example(student):
    """Of the uniform numbers 0.1, 0.3 and 0.9 only the first lies below p = 0.2."""
    mask = student.bernoulli_mask(torch.tensor([0.1, 0.3, 0.9]), 0.2)
    expect.equal(mask, torch.tensor([0.0, 1.0, 1.0]))


def test_bernoulli_mask_needs_a_probability(student):
    """p = 2 is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.bernoulli_mask(torch.tensor([0.1]), 2.0)


def test_standard_dropout_in_prediction(student):
    """With p = 0.25, three quarters of each activation are left in prediction."""
    out = student.standard_dropout(torch.tensor([4.0, 8.0]), 0.25, False)
    expect.close(out, torch.tensor([3.0, 6.0]))


def test_standard_dropout_in_training(student):
    """In training, a thousand fives become zeros and fives, and both occur."""
    out = student.standard_dropout(torch.full((1000,), 5.0), 0.25, True)
    assert {float(value) for value in out} == {0.0, 5.0}, "other values than zero and the activation"


def test_InvertedDropout_in_training(student):
    """With p = 0.75, a kept one becomes a four."""
    out = student.InvertedDropout(0.75)(torch.ones(1000))
    assert {float(value) for value in out} == {0.0, 4.0}, "other values than zero and the rescaled activation"


def test_InvertedDropout_in_prediction(student):
    """In evaluation mode nothing changes."""
    layer = student.InvertedDropout(0.75)
    layer.eval()
    expect.equal(layer(torch.tensor([1.0, -2.0])), torch.tensor([1.0, -2.0]))


def tiny_model():
    """Two inputs, dropped, and one linear unit: 2 x1 + 4 x2 + 1."""
    model = nn.Sequential(nn.Dropout(0.5), nn.Linear(2, 1))
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([[2.0, 4.0]]))
        model[1].bias.fill_(1.0)
    return model


def test_weight_scaled_copy_example(student):
    """Halved, the weights are 1 and 2; the bias is still 1."""
    scaled = student.weight_scaled_copy(tiny_model(), 0.5)
    expect.close(scaled[1].weight.detach(), torch.tensor([[1.0, 2.0]]))
    expect.close(scaled[1].bias.detach(), torch.tensor([1.0]))


def test_weight_scaled_copy_keeps_the_model(student):
    """The model that went in still has its weights 2 and 4."""
    model = tiny_model()
    scaled = student.weight_scaled_copy(model, 0.5)
    assert scaled is not model, "the copy is the model itself"
    expect.equal(scaled[1].bias.detach(), torch.tensor([1.0]))
    expect.equal(model[1].weight.detach(), torch.tensor([[2.0, 4.0]]))


def test_mc_dropout_without_dropout(student):
    """A model without dropout always says the same: 2 + 4 + 1 = 7, with variance 0."""
    mean, variance = student.mc_dropout(tiny_model()[1:], torch.tensor([[1.0, 1.0]]), 5)
    expect.close(mean, torch.tensor([[7.0]]), what="the mean")
    expect.close(variance, torch.tensor([[0.0]]), what="the variance")


def test_mc_dropout_is_random(student):
    """With dropout the outputs of a model in evaluation mode differ, and it is still in evaluation mode afterwards."""
    model = tiny_model().eval()
    _, variance = student.mc_dropout(model, torch.tensor([[1.0, 1.0]]), 100)
    assert float(variance) > 0, "the variance is zero"
    assert not model.training, "the model is in training mode"
    assert not model[0].training, "the dropout layer is in training mode"


def test_subnetwork_average_of_one_unit(student):
    """One unit, p = 0.5: half of softmax(0, 0) = (1/2, 1/2) and half of softmax(ln 3, 0) = (3/4, 1/4)."""
    weight, bias, h = torch.tensor([[3.0], [1.0]]).log(), torch.zeros(2), torch.ones(1)
    expect.close(student.subnetwork_average(weight, bias, h, 0.5, "arithmetic"), torch.tensor([0.625, 0.375]))


def test_subnetwork_average_geometric(student):
    """One unit, p = 0.5: the square roots of 3/8 and 1/8, divided by their sum."""
    weight, bias, h = torch.tensor([[3.0], [1.0]]).log(), torch.zeros(2), torch.ones(1)
    expect.close(student.subnetwork_average(weight, bias, h, 0.5, "geometric"), torch.tensor([0.633975, 0.366025]))


def test_interaction_survival_of_a_pair(student):
    """At a rate of 0.5, a pair is complete in one pass of four."""
    expect.close(student.interaction_survival(2, 0.5), 0.25)


def test_expected_surviving_interactions_of_pairs(student):
    """Of the 300 pairs of 25 inputs, 75 survive at a rate of 0.5."""
    expect.close(student.expected_surviving_interactions(25, 2, 0.5), 75.0)


def test_dropout_linear_objective_example(student):
    """One example, x = 2, y = 3, w = 1, p = 0.5: the prediction is 0 or 4, so the average of 9 and 1."""
    x, y, w = torch.tensor([[2.0]]), torch.tensor([3.0]), torch.tensor([1.0])
    expect.close(student.dropout_linear_objective(x, y, w, 0.5), torch.tensor(5.0))


def test_dropout_linear_objective_without_dropout(student):
    """Two examples with errors 1 and 2, p = 0: a sum of squares of 5."""
    x, y, w = torch.tensor([[1.0], [2.0]]), torch.tensor([2.0, 4.0]), torch.tensor([1.0])
    expect.close(student.dropout_linear_objective(x, y, w, 0.0), torch.tensor(5.0))
