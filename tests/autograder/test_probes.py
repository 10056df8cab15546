"""Promises of ``autograder.remote.probes``: what suites pass to be called beside the student's code."""

import torch
from torch import nn

from autograder.remote.probes import CountingEpoch, PolynomialLoss, ScriptedMetric

LOOP = """
import torch
def train_and_score(model, train_epoch, metric):
    train_epoch(model.train())
    train_epoch(model)
    with torch.no_grad():
        return metric(model.eval())
"""


def network() -> nn.Module:
    """A network with buffers, its whole state at zero."""
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    for value in model.state_dict().values():
        value.zero_()
    return model


def test_an_epoch_tells_what_it_finds_and_adds_one_to_the_whole_state():
    """Parameters, buffers and integer counters go up by 1 with each call, after ``tell`` has heard of the modes."""
    heard, model = [], network().train()
    model[1].eval()
    epoch = CountingEpoch(lambda modes, gradients: heard.append((modes, gradients, float(model[0].bias[0]))))
    epoch(model)
    with torch.no_grad():
        epoch(model)
    assert heard == [([True, True, False], True, 0.0), ([True, True, False], False, 1.0)]
    assert all((value == 2).all() for value in model.state_dict().values())
    assert all(parameter.requires_grad and parameter.grad is None for parameter in model.parameters())


def test_a_metric_is_what_it_is_answered():
    """The score is the answer of ``tell``; the model stays as it is."""
    model = network().eval()
    assert ScriptedMetric(lambda modes, gradients: (modes, gradients))(model) == ([False] * 3, True)
    assert all((value == 0).all() for value in model.state_dict().values())


def test_both_work_in_a_guest(guest_of):
    """There they find the guest's own modes, tell the judge, and what they change comes back in the judge's model."""
    heard, model = [], network()

    def tell(modes: list[bool], gradients: bool) -> float:
        heard.append((set(modes), gradients))
        return 0.25 * len(heard)

    student = guest_of(LOOP).student
    assert student.train_and_score(model, CountingEpoch(tell), ScriptedMetric(tell)) == 0.75
    assert heard == [({True}, True), ({True}, True), ({False}, False)]
    assert all((value == 2).all() for value in model.state_dict().values())
    assert not any(layer.training for layer in model.modules())


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
