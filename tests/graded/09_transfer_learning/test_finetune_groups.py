"""Hidden suite of 9.3, a learning rate for the body and one for the head."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

from collections import OrderedDict

import pytest
import torch
from torch import nn

from autograder import expect


def network(rng):
    """A model in float64 with a head of two layers, ``"fc"``, between layers whose names are like its name."""
    body = nn.Sequential(OrderedDict(fc=nn.Linear(3, 4), norm=nn.LayerNorm(4)))
    top = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 4))
    model = nn.Sequential(OrderedDict(body=body, fc=top, fc2=nn.Linear(4, 2))).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=rng, dtype=torch.float64))
    return model


def rates_of(groups, model):
    """The learning rate of each parameter that is in a group, by name, having checked that the groups are in order."""
    assert isinstance(groups, list), f"the result is a {type(groups).__name__}, not a list"
    assert all(isinstance(group, dict) and {"params", "lr"} <= group.keys() for group in groups), (
        "a group is no dict with the keys params and lr"
    )
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    assert all(isinstance(group["params"], list) for group in groups), "the parameters of a group are not a list"
    placed = [(id(parameter), group["lr"]) for group in groups for parameter in group["params"]]
    assert all(key in names for key, _ in placed), "a group holds something else than the model's own parameters"
    assert len(placed) == len(dict(placed)), "a parameter is in the groups twice"
    return {names[key]: rate for key, rate in placed}


def wanted_rates(model, heads, lr_body, lr_head):
    """The rate that each trainable parameter is to have, by name."""
    trainable = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    return {name: lr_head if name.startswith(heads) else lr_body for name in trainable}


@pytest.mark.weight(2)
def test_finetune_groups_place_each_parameter_once(student, rng):
    """Each parameter is in one group: those within the head in the second, all others in the first."""
    model = network(rng)
    for head in ("fc", "fc2", "body"):
        groups = student.finetune_groups(model, head, 0.01, 0.25)
        found = rates_of(groups, model)
        assert found == wanted_rates(model, f"{head}.", 0.01, 0.25), "a parameter is missing, or has the wrong rate"
        assert [group["lr"] for group in groups] == [0.01, 0.25], "the groups are not first the body's, then the head's"


def test_finetune_groups_of_a_head_further_inside(student, rng):
    """A path with dots names a head further inside; what is beside it belongs to the body."""
    model = network(rng)
    for head in ("fc.2", "body.fc"):
        found = rates_of(student.finetune_groups(model, head, 0.5, 0.125), model)
        assert found == wanted_rates(model, f"{head}.", 0.5, 0.125), "a parameter is missing, or has the wrong rate"


def test_finetune_groups_leave_frozen_parameters_out(student, rng):
    """A frozen parameter is in no group, whether it is the body's or the head's."""
    model = network(rng)
    for parameter in (model.body.fc.weight, model.fc[0].bias, model.fc2.weight):
        parameter.requires_grad_(False)
    found = rates_of(student.finetune_groups(model, "fc", 0.01, 0.25), model)
    assert found == wanted_rates(model, "fc.", 0.01, 0.25), "other parameters are in the groups than the trainable ones"


def test_finetune_groups_leave_empty_groups_out(student, rng):
    """Where the body or the head is frozen, one group is left, with its rate; where both are, none."""
    for frozen, rate in (("fc.", 0.01), (("body.", "fc2."), 0.25)):
        model = network(rng)
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(not name.startswith(frozen))
        groups = student.finetune_groups(model, "fc", 0.01, 0.25)
        assert rates_of(groups, model) == wanted_rates(model, "fc.", 0.01, 0.25), "the wrong parameters"
        assert [group["lr"] for group in groups] == [rate], "not one group, or one with the other rate"
        assert student.finetune_groups(model.requires_grad_(False), "fc", 0.01, 0.25) == [], "a group is empty"


@pytest.mark.weight(2)
def test_finetune_groups_train(student, rng):
    """An optimizer takes them, and one step of SGD moves each parameter by its rate times its gradient."""
    for dtype in (torch.float64, torch.float32):
        model = network(rng).to(dtype)
        groups = student.finetune_groups(model, "fc", 0.03, 0.5)
        assert rates_of(groups, model), "no parameter is in a group"
        before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
        model(torch.randn(6, 3, generator=rng, dtype=torch.float64).to(dtype)).square().mean().backward()
        torch.optim.SGD(groups, lr=9.0).step()
        for name, parameter in model.named_parameters():
            rate = 0.5 if name.startswith("fc.") else 0.03
            expect.close(parameter.detach(), before[name] - rate * parameter.grad, what=f"{name} after one step")


def test_finetune_groups_with_a_rate_of_zero(student, rng):
    """A rate of 0 is legal and is kept, for the body as for the head, and two equal rates are still two groups."""
    model = network(rng)
    for rates in ([0.0, 0.5], [0.5, 0.0], [0.25, 0.25]):
        groups = student.finetune_groups(model, "fc", *rates)
        assert rates_of(groups, model) == wanted_rates(model, "fc.", *rates), "a parameter has the wrong rate"
        assert [group["lr"] for group in groups] == rates, "not two groups with these rates"


def test_finetune_groups_leave_the_model_alone(student, rng):
    """Values, gradients and requires_grad are the same after the call as before it."""
    model = network(rng)
    model.body.norm.requires_grad_(False)
    model(torch.randn(6, 3, generator=rng, dtype=torch.float64)).sum().backward()
    with expect.unchanged(model):
        groups = student.finetune_groups(model, "fc2", 0.01, 0.25)
    assert rates_of(groups, model) == wanted_rates(model, "fc2.", 0.01, 0.25), "a parameter has the wrong rate"


def test_finetune_groups_refuse_bad_arguments(student, rng):
    """A head that the model does not have, and a negative rate, are ValueErrors; the same call done right is not."""
    model = network(rng)
    bad = [("classifier", 0.01, 0.25), ("fc.3", 0.01, 0.25), ("fc.2.fc", 0.01, 0.25), ("f", 0.01, 0.25)]
    for head, lr_body, lr_head in [*bad, ("fc", -0.01, 0.25), ("fc", 0.01, -0.25)]:
        with pytest.raises(ValueError):
            student.finetune_groups(model, head, lr_body, lr_head)
    found = rates_of(student.finetune_groups(model, "fc", 0.01, 0.25), model)
    assert found == wanted_rates(model, "fc.", 0.01, 0.25), "a parameter has the wrong rate"


@pytest.mark.cuda
def test_finetune_groups_on_the_gpu(student, rng):
    """The groups of a model on a GPU hold its own parameters, which are on the GPU."""
    model = network(rng).float().cuda()
    found = rates_of(student.finetune_groups(model, "fc", 0.01, 0.25), model)
    assert found == wanted_rates(model, "fc.", 0.01, 0.25), "a parameter is missing, or has the wrong rate"
