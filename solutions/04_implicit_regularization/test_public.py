"""Small examples to check by hand. Passing them is necessary, and not enough for full marks."""

import pytest
import torch

from autograder import expect
from autograder.remote.probes import PolynomialLoss


def bowl(*curvatures, center=0.0):
    """Half of curvature times squared distance from the center, summed over the parameters."""
    h = torch.tensor(curvatures, dtype=torch.float64)
    return PolynomialLoss(torch.diag(h), torch.full_like(h, center), torch.zeros_like(h))


def point(*values):
    """Parameters in float64."""
    return torch.tensor(values, dtype=torch.float64)


def test_gradient_of_two_parameters(student):
    """The loss (2 a^2 + 6 b^2) / 2 has the gradient (2 a, 6 b)."""
    expect.close(student.gradient(bowl(2.0, 6.0), point(3.0, -1.0)), point(6.0, -6.0), rtol=1e-6)


def test_gradient_has_no_side_effect(student):
    """Asked twice at the same parameters it says the same, and they have no .grad afterwards."""
    phi = point(0.5).requires_grad_()
    for _ in range(2):
        expect.close(student.gradient(bowl(4.0), phi), point(2.0), rtol=1e-6)
    assert phi.grad is None, "the parameters have a .grad"


def test_gd_path_by_halves(student):
    """With curvature 5 and a learning rate of 0.1 each step halves the distance to the minimum."""
    path = student.gd_path(bowl(5.0), point(8.0), 0.1, 3)
    expect.close(path, torch.tensor([[8.0], [4.0], [2.0], [1.0]], dtype=torch.float64), rtol=1e-6)


def test_gd_path_refuses_a_negative_rate(student):
    """A learning rate of -1 is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.gd_path(bowl(1.0), point(1.0), -1.0, 2)


def test_gradient_flow_decays(student):
    """With curvature 2, after half a unit of time, 1/e of the distance is left: 0.367879."""
    expect.close(student.gradient_flow(bowl(2.0), point(1.0), 0.5, 50), point(0.367879), rtol=1e-5)


def test_gradient_flow_in_one_step(student):
    """With curvature 1 and one step of length 1 the method leaves 1 - 1 + 1/2 - 1/6 + 1/24; 0.367879 would be exact."""
    expect.close(student.gradient_flow(bowl(1.0), point(1.0), 1.0, 1), point(0.367879), rtol=0, atol=0.02)


def test_gd_modified_loss_of_one_parameter(student):
    """Curvature 2 at distance 3: the loss is 9, the slope 6, and a learning rate of 0.5 adds 36 / 8."""
    expect.close(student.gd_modified_loss(bowl(2.0), point(3.0), 0.5), point(13.5)[0])


def test_gd_modified_loss_of_one_parameter_has_a_slope(student):
    """As a function of the distance that is 1.5 times its square: at 3 the slope is 9, more than the loss's own 6."""
    phi = point(3.0).requires_grad_()
    value = student.gd_modified_loss(bowl(2.0), phi, 0.5)
    expect.close(torch.autograd.grad(value, phi)[0], point(9.0), what="the gradient")


def test_batch_gradients_of_two_batches(student):
    """Two bowls with centers 1 and -1 pull the parameter 0 in opposite directions."""
    losses = [bowl(3.0, center=1.0), bowl(3.0, center=-1.0)]
    expect.close(student.batch_gradients(losses, point(0.0)), torch.tensor([[-3.0], [3.0]]).double(), rtol=1e-6)


def test_batch_gradients_needs_batches(student):
    """An empty list is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.batch_gradients([], point(0.0))


def test_gradient_variance_of_three_batches(student):
    """Around their mean (1, 1) the rows are (4, 3), (-4, 3) and (0, -6): (25 + 25 + 36) / 3."""
    grads = torch.tensor([[5.0, 4.0], [-3.0, 4.0], [1.0, -5.0]])
    expect.close(student.gradient_variance(grads), torch.tensor(86.0 / 3))


def test_gradient_variance_of_batches_that_agree(student):
    """Where all rows are equal the variance is 0; where one of four is 2 away from the rest it is 3/4."""
    expect.close(student.gradient_variance(torch.full((4, 1), 7.0)), torch.tensor(0.0))
    expect.close(student.gradient_variance(torch.tensor([[7.0], [7.0], [7.0], [9.0]])), torch.tensor(0.75))


def test_sgd_modified_loss_of_opposite_batches(student):
    """Two bowls at 1 and -1, curvature 2, parameter 0: mean loss 1, no mean slope, and slopes 2 apart from it."""
    losses = [bowl(2.0, center=1.0), bowl(2.0, center=-1.0)]
    expect.close(student.sgd_modified_loss(losses, point(0.0), 0.5), point(1.5)[0])


def test_sgd_modified_loss_of_one_batch(student):
    """With a single batch it is the example of 4.4: 9 + 36 / 8."""
    expect.close(student.sgd_modified_loss([bowl(2.0)], point(3.0), 0.5), point(13.5)[0])


def test_discretization_gap_after_one_step(student):
    """Curvature 1, one step of 0.5 from 1: gradient descent is at 0.5 and the flow at exp(-0.5) = 0.606531."""
    expect.close(student.discretization_gap(bowl(1.0), point(1.0), 0.5, 0.5, False), 0.106531, rtol=1e-3)


def test_discretization_gap_of_the_modified_flow(student):
    """The flow on the modified loss is at exp(-0.5 - 0.125) = 0.535261: a third of the distance is left."""
    expect.close(student.discretization_gap(bowl(1.0), point(1.0), 0.5, 0.5, True), 0.035261, rtol=1e-3)
