"""Hidden suite for 3.6: PyTorch's weight decay that is the same as the penalty, and the optimizer that uses it."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder import expect


def drawn(model, rng):
    """``model`` in float64 with every parameter drawn from ``rng``."""
    model.double()
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape, generator=rng, dtype=torch.float64)
    return model


def decays(optimizer, model):
    """The weight decay of each parameter of ``model`` by name, having checked that each is in exactly one group."""
    groups = getattr(optimizer, "param_groups", None)
    assert groups is not None, "the result is not an optimizer"
    placed = [(id(p), float(group["weight_decay"])) for group in groups for p in group["params"]]
    assert len(placed) == len(dict(placed)), "a parameter is in two groups"
    assert set(dict(placed)) == {id(p) for p in model.parameters()}, "the groups don't hold all parameters of the model"
    return {name: dict(placed)[id(p)] for name, p in model.named_parameters()}


def step_in_lockstep(student, model, data, lam, momentum, steps):
    """Train ``model`` with the student's optimizer, and a twin on the cost with a handwritten penalty; compare them."""
    x, y, n = *data, 4 * len(data[1])
    twin = copy.deepcopy(model)
    heavy = [layer.weight for layer in twin if isinstance(layer, nn.Linear)]
    ours = torch.optim.SGD(twin.parameters(), lr=0.1, momentum=momentum)
    theirs = student.make_l2_sgd(model, 0.1, lam, n, momentum=momentum)
    assert hasattr(theirs, "step"), "the result is not an optimizer"
    for _ in range(steps):
        model.zero_grad()
        twin.zero_grad()
        cross_entropy(model(x), y).backward()
        (cross_entropy(twin(x), y) + lam * sum(w.square().sum() for w in heavy) / n).backward()
        theirs.step()
        ours.step()
    for (name, found), wanted in zip(model.named_parameters(), twin.parameters(), strict=True):
        expect.close(found.detach(), wanted.detach(), what=f"{name} after {steps} steps")


def same_step(student, rng, source, factor):
    """Check that the student's decay moves a weight as plain SGD does on the data cost + factor * lam / n * squares."""
    start, pull = torch.randn(2, 6, generator=rng, dtype=torch.float64)
    for lam, n in ((0.8, 3), (5.0, 64)):
        runs = [nn.Parameter(start.clone()) for _ in range(2)]
        decay = student.equivalent_weight_decay(lam, n, source)
        assert isinstance(decay, float), f"the result is a {type(decay).__name__}, not a float"
        costs = (runs[0] @ pull, runs[1] @ pull + factor / n * lam * runs[1].square().sum())
        for w, cost, wd in zip(runs, costs, (decay, 0.0), strict=True):
            cost.backward()
            torch.optim.SGD([w], lr=0.1, weight_decay=abs(wd)).step()
        expect.close(runs[0].detach(), runs[1].detach(), what="the weight after one step")


def test_equivalent_weight_decay_matches_the_formula(student, rng):
    """SGD with this weight decay on the data cost moves a weight as plain SGD does on the formula's cost."""
    same_step(student, rng, "formula", 1.0)


def test_equivalent_weight_decay_matches_the_code(student, rng):
    """SGD with this weight decay on the data cost moves a weight as plain SGD does on the program's cost."""
    same_step(student, rng, "code", 2.0)


def test_equivalent_weight_decay_ratios(student, rng):
    """Half the examples, or the slide's code instead of its formula, need twice the decay; no penalty needs none."""
    lam = 0.5 + float(torch.rand((), generator=rng))
    base = student.equivalent_weight_decay(lam, 24)
    expect.close(student.equivalent_weight_decay(lam, 12), 2 * base)
    expect.close(student.equivalent_weight_decay(lam, 24, source="code"), 2 * base)
    expect.close(student.equivalent_weight_decay(0.0, 24, "code"), 0.0)
    expect.close(12 * base, lam)


def test_equivalent_weight_decay_refuses_bad_arguments(student):
    """An unknown source, n below 1 and a negative lambda raise ValueError; good arguments still get the right decay."""
    for lam, n, source in ((1.0, 5, "slide"), (1.0, 0, "formula"), (1.0, -2, "code"), (-1.0, 5, "formula")):
        with pytest.raises(ValueError):  # noqa: PT011 - a student's message is free
            student.equivalent_weight_decay(lam, n, source)
    expect.close(student.equivalent_weight_decay(3.0, 16), 0.375)
    expect.close(student.equivalent_weight_decay(1.5, 1), 3.0, what="the decay for n = 1")


def test_make_l2_sgd_groups(student, rng):
    """Every parameter is in one group; weights of linear and convolutional layers decay, the rest do not."""
    parts = {"weight_table": nn.Embedding(5, 3), "body": nn.Conv1d(3, 4, 2), "norm": nn.LayerNorm(4)}
    model = drawn(nn.ModuleDict({**parts, "head": nn.Linear(4, 2)}), rng)
    with expect.unchanged(model):
        optimizer = student.make_l2_sgd(model, 0.05, 3.0, 80, momentum=0.7)
        found = decays(optimizer, model)
    for name, decay in found.items():
        wanted = 0.075 if name in ("body.weight", "head.weight") else 0.0
        expect.close(decay, wanted, what=f"the weight decay of {name}")
    settings = {(float(group["lr"]), float(group["momentum"])) for group in optimizer.param_groups}
    assert settings == {(0.05, 0.7)}, "learning rate or momentum do not hold for all groups"


@pytest.mark.weight(2)
def test_make_l2_sgd_trains_like_the_penalty(student, rng):
    """Step after step, training with it on the data cost gives the weights of plain SGD on the penalized cost."""
    model = drawn(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)), rng)
    x = torch.randn(10, 4, generator=rng, dtype=torch.float64)
    step_in_lockstep(student, model, (x, torch.arange(10) % 3), lam=2.0, momentum=0.0, steps=12)


def test_make_l2_sgd_with_momentum(student, rng):
    """The same holds with momentum and with a normalization layer in the network."""
    model = drawn(nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.Linear(6, 3)), rng)
    x = torch.randn(10, 4, generator=rng, dtype=torch.float64)
    step_in_lockstep(student, model, (x, torch.arange(10) % 3), lam=2.0, momentum=0.9, steps=12)


def test_make_l2_sgd_refuses_bad_arguments(student, rng):
    """n below 1 and a negative lambda raise ValueError; good arguments still give the right groups."""
    model = drawn(nn.Sequential(nn.Linear(2, 3)), rng)
    for lam, n in ((1.0, 0), (-1.0, 5)):
        with pytest.raises(ValueError):  # noqa: PT011 - a student's message is free
            student.make_l2_sgd(model, 0.1, lam, n)
    found = decays(student.make_l2_sgd(model, 0.1, 0.5, 8), model)
    expect.close(found["0.weight"], 0.125, what="the weight decay of the weight")
    expect.close(found["0.bias"], 0.0, what="the weight decay of the bias")


@pytest.mark.cuda
def test_make_l2_sgd_on_the_gpu(student, rng):
    """On a GPU, too, training with it gives the weights of plain SGD on the penalized cost."""
    model = drawn(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)), rng).to("cuda")
    x = torch.randn(10, 4, generator=rng, dtype=torch.float64).to("cuda")
    step_in_lockstep(student, model, (x, torch.arange(10, device="cuda") % 3), lam=2.0, momentum=0.5, steps=5)
