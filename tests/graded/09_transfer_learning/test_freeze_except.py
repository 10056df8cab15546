"""Hidden suite of 9.2, which parameters are trained."""

from collections import OrderedDict

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torchvision.models import resnet18

from autograder import expect


def drawn(rng, **layers):
    """A model of these named layers in float64 with parameters drawn from ``rng``."""
    model = nn.Sequential(OrderedDict(layers)).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=rng, dtype=torch.float64))
    return model


def alike(rng):
    """A model whose layers have names that begin, end or go on as others do."""
    inner = nn.Sequential(OrderedDict(fc=nn.Linear(4, 4), fc2=nn.Linear(4, 4)))
    top = nn.Sequential(nn.Linear(4, 4), nn.Sequential(nn.LayerNorm(4)))
    return drawn(rng, myfc=nn.Linear(3, 4), body=inner, norm=nn.BatchNorm1d(4), fc2=nn.Linear(4, 4), fc=top)


def check_pattern(student, model, prefixes, wanted):
    """Check the names that the student returns for these prefixes, and each parameter's flag after the call."""
    found = student.freeze_except(model, prefixes)
    trainable = sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)
    assert trainable == sorted(wanted), "other parameters are trainable than those of the named layers"
    assert isinstance(found, list), f"the result is a {type(found).__name__}, not a list"
    assert found == sorted(wanted), "the names that are returned are not those of the trainable parameters, sorted"


def train(model, rng, steps):
    """Train all parameters by SGD with momentum and weight decay, and return their values before and after."""
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
    like = next(model.parameters())
    for _ in range(steps):
        x = torch.randn(12, 3, generator=rng, dtype=torch.float64).to(like.device, like.dtype)
        optimizer.zero_grad()
        cross_entropy(model(x), torch.arange(12, device=like.device) % 4).backward()
        optimizer.step()
    return before, {name: parameter.detach() for name, parameter in model.named_parameters()}


FC = ["fc.0.weight", "fc.0.bias", "fc.1.0.weight", "fc.1.0.bias"]
ALL = [*FC, "myfc.weight", "myfc.bias", "body.fc.weight", "body.fc.bias", "body.fc2.weight", "body.fc2.bias",
       "norm.weight", "norm.bias", "fc2.weight", "fc2.bias"]  # fmt: skip


@pytest.mark.weight(2)
def test_freeze_except_compares_whole_steps_of_a_path(student, rng):
    """A path stands for what lies within this layer, and not for layers whose names look like it."""
    check_pattern(student, alike(rng), ["fc"], FC)
    check_pattern(student, alike(rng), ["fc2", "norm"], ["fc2.weight", "fc2.bias", "norm.weight", "norm.bias"])


def test_freeze_except_within_a_layer(student, rng):
    """A path with dots stands for a layer further inside; paths may overlap, and each name is returned once."""
    check_pattern(student, alike(rng), ["body.fc"], ["body.fc.weight", "body.fc.bias"])
    check_pattern(
        student, alike(rng), ("fc.1", "body.fc2"), ["fc.1.0.weight", "fc.1.0.bias", "body.fc2.weight", "body.fc2.bias"]
    )
    check_pattern(student, alike(rng), ["fc", "fc.1", "fc"], FC)


def test_freeze_except_nothing(student, rng):
    """An empty list freezes everything; all layers' paths together freeze nothing."""
    model = alike(rng)
    check_pattern(student, model, ["myfc", "body", "norm", "fc2", "fc"], ALL)
    check_pattern(student, model, [], [])


def test_freeze_except_whatever_was_before(student, rng):
    """What was frozen before becomes trainable if it is named, and what was trainable is frozen if it is not."""
    model = alike(rng).requires_grad_(False)
    model.body.fc.weight.requires_grad_(True)
    model.fc[0].bias.requires_grad_(True)
    check_pattern(student, model, ["fc"], FC)
    check_pattern(student, model, ["body.fc"], ["body.fc.weight", "body.fc.bias"])


@pytest.mark.weight(2)
def test_freeze_except_holds_bit_by_bit(student, rng):
    """Trained by SGD with momentum and weight decay, frozen parameters stay as they are and the others move."""
    model = alike(rng)
    student.freeze_except(model, ["fc2", "body.fc"])
    before, after = train(model, rng, steps=5)
    for name, value in after.items():
        if name.startswith(("fc2.", "body.fc.")):
            assert not torch.equal(value, before[name]), f"{name} is to be trained and did not move"
        else:
            assert torch.equal(value, before[name]), f"{name} is frozen and has moved"


def test_freeze_except_changes_nothing_else(student, rng):
    """Values, buffers, training flags and the layers themselves are the same after the call."""
    model = alike(rng)
    model.body.eval()
    model.norm.running_mean += 3
    values = {name: value.clone() for name, value in model.state_dict().items()}
    modes, layers = {name: layer.training for name, layer in model.named_modules()}, repr(model)
    check_pattern(student, model, ["norm"], ["norm.weight", "norm.bias"])
    assert {name: layer.training for name, layer in model.named_modules()} == modes, "a training flag was changed"
    assert repr(model) == layers, "the layers were changed"
    for name, value in model.state_dict().items():
        expect.equal(value, values[name], what=name)


def test_freeze_except_in_a_residual_network(student):
    """In a ResNet-18 with the last stage and the head to be trained, 17 parameters are trainable and 45 are frozen."""
    model = resnet18().half()
    wanted = [name for name, _ in model.named_parameters() if name.split(".")[0] in ("layer4", "fc")]
    check_pattern(student, model, ["layer4", "fc"], wanted)


@pytest.mark.cuda
def test_freeze_except_on_the_gpu(student, rng):
    """On a GPU, too, frozen parameters stay bit by bit as they are, and the others move."""
    model = alike(rng).float().cuda()
    student.freeze_except(model, ["fc", "norm"])
    before, after = train(model, rng, steps=3)
    moved = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert moved == {*FC, "norm.weight", "norm.bias"}, "other parameters have moved than those of the named layers"
