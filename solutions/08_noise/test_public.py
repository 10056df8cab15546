"""Small examples to check by hand. Passing them is necessary, and not enough for full marks."""

import math

import pytest
import torch
from torch import nn

from autograder import expect


def test_add_input_noise_in_training(student):
    """A thousand fives become a thousand other numbers, and their mean is still near 5."""
    out = expect.tensor(student.add_input_noise(torch.full((1000,), 5.0), 0.5))
    assert (out != 5.0).all(), "an input got no noise"
    assert abs(float(out.mean()) - 5.0) < 0.2, "the mean of the noise is not near 0"


def test_add_input_noise_in_prediction(student):
    """In prediction nothing changes."""
    x = torch.tensor([[1.0, -2.0]])
    expect.equal(student.add_input_noise(x, 0.5, training=False), x)


def test_expected_input_noise_loss_example(student):
    """One example, x = 2, y = 5, w = 3, b = 0, noise of -1 or 1: errors of -4 and 2, so 10 on average."""
    x, y, w, b = torch.tensor([[2.0]]), torch.tensor([5.0]), torch.tensor([3.0]), torch.tensor(0.0)
    expect.close(student.expected_input_noise_loss(x, y, w, b, 1.0), torch.tensor(10.0))


def test_expected_input_noise_loss_without_noise(student):
    """Without noise, the errors 1 and 2 cost 5."""
    x, y, w, b = torch.tensor([[1.0], [2.0]]), torch.tensor([2.0, 4.0]), torch.tensor([1.0]), torch.tensor(0.0)
    expect.close(student.expected_input_noise_loss(x, y, w, b, 0.0), torch.tensor(5.0))


def test_input_noise_lambda_of_one_example(student):
    """One example, noise of plus or minus 3: w = 1 costs 9 more on average, as a sum and as a mean."""
    expect.close(student.input_noise_lambda(3.0, 1), 9.0)
    expect.close(student.input_noise_lambda(3.0, 1, "mean"), 9.0)


def test_input_noise_lambda_needs_a_known_reduction(student):
    """Another word is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.input_noise_lambda(1.0, 4, "median")


def test_perturbed_weights_inside_and_after(student):
    """Inside, the weight is another one and the bias is not; afterwards the weight is what it was."""
    model = nn.Linear(3, 2)
    weight, bias = model.weight.detach().clone(), model.bias.detach().clone()
    with student.perturbed_weights(model, 0.1):
        assert (model.weight != weight).all(), "a weight has no noise"
        expect.equal(model.bias.detach(), bias, what="the bias inside")
    expect.equal(model.weight.detach(), weight, what="the weight afterwards")


def test_perturbed_weights_after_an_error(student):
    """The weight is put back also if the block raises, and the error goes on."""
    model = nn.Linear(3, 2)
    weight = model.weight.detach().clone()

    def failing():
        with student.perturbed_weights(model, 0.1):
            assert (model.weight != weight).all(), "a weight has no noise"
            raise KeyError("something went wrong")

    with pytest.raises(KeyError):
        failing()
    expect.equal(model.weight.detach(), weight, what="the weight afterwards")


def test_smooth_labels_spread_over_the_others(student):
    """Three classes, rho = 0.5: a half for the true one, a quarter for each other."""
    found = student.smooth_labels(torch.tensor([1, 0]), 3, 0.5)
    expect.close(found, torch.tensor([[0.25, 0.5, 0.25], [0.5, 0.25, 0.25]]))


def test_smooth_labels_spread_over_all(student):
    """Four classes, rho = 0.4, spread over all: a tenth for each class, and 0.6 more for the true one."""
    expect.close(student.smooth_labels(torch.tensor([3]), 4, 0.4, "all"), torch.tensor([[0.1, 0.1, 0.1, 0.7]]))


def test_soft_cross_entropy_example(student):
    """Probabilities 3/4 and 1/4, label (1/2, 1/2): half of ln(4/3) and half of ln 4."""
    logits, probs = torch.tensor([[3.0, 1.0]]).log(), torch.tensor([[0.5, 0.5]])
    expect.close(student.soft_cross_entropy(logits, probs), torch.tensor((math.log(4 / 3) + math.log(4)) / 2))


def test_soft_cross_entropy_reductions(student):
    """Equal logits for two classes cost ln 2 each, whatever the labels."""
    logits, probs = torch.zeros(3, 2), torch.tensor([[1.0, 0.0], [0.5, 0.5], [0.2, 0.8]])
    expect.close(student.soft_cross_entropy(logits, probs, "none"), torch.full((3,), math.log(2)))
    expect.close(student.soft_cross_entropy(logits, probs, "sum"), torch.tensor(3 * math.log(2)))


def test_flip_labels_all(student):
    """With two classes and rho = 1, each label becomes the other."""
    expect.equal(student.flip_labels(torch.tensor([0, 1, 1]), 2, 1.0), torch.tensor([1, 0, 0]))


def test_flip_labels_some(student):
    """With rho = 0.5, about half of a thousand labels change."""
    found = expect.tensor(student.flip_labels(torch.zeros(1000, dtype=torch.int64), 10, 0.5))
    assert 350 < int((found != 0).sum()) < 650, "far more or far fewer than half of the labels are wrong"
