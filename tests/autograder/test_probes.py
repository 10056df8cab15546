"""Probes: what suites pass to submissions computes what it says."""

import torch

from autograder.remote.probes import PolynomialLoss


def test_a_polynomial_loss_by_hand():
    """Level, quadratic part about the center and fourth powers about zero add up, and the slope is theirs."""
    loss = PolynomialLoss(
        torch.tensor([[2.0, 1.0], [1.0, 4.0]]), torch.tensor([1.0, 0.0]), torch.tensor([0.0, 8.0]), level=3.0
    )
    phi = torch.tensor([2.0, 1.0], requires_grad=True)
    value = loss(phi)
    assert float(value.detach()) == 3 + (2 + 2 + 4) / 2 + 8 / 4
    assert torch.autograd.grad(value, phi)[0].tolist() == [3.0, 5.0 + 8.0]


def test_a_polynomial_loss_of_another_dtype():
    """The same loss in float32, which float32 parameters keep, also under forward-mode differentiation."""
    loss = PolynomialLoss(torch.eye(2).double(), torch.zeros(2).double(), torch.ones(2).double(), level=0.5)
    low, phi = loss.to(torch.float32), torch.tensor([1.0, 2.0])
    assert low(phi).dtype == torch.float32
    assert float(low(phi)) == float(loss(phi.double())) == 0.5 + 5 / 2 + 17 / 4
    assert torch.func.jacfwd(low)(phi).dtype == torch.float32
