"""Hidden suite of 9.1, a new head for an old body."""

from collections import OrderedDict

import pytest
import torch
from torch import nn
from torchvision.models import resnet18

from autograder import expect


def drawn(rng, **layers):
    """A model of these named layers in float64 with parameters drawn from ``rng``, and none of them near 0."""
    model = nn.Sequential(OrderedDict(layers)).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(2 + torch.rand(parameter.shape, generator=rng, dtype=torch.float64))
    return model


def fresh(rng, **settings):
    """A model with a head inside a head: ``"head.2"`` reads 5 features and has 4 outputs."""
    head = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 4, **settings))
    return drawn(rng, body=nn.Sequential(nn.Linear(3, 6), nn.BatchNorm1d(6), nn.ReLU()), head=head)


def tensors_of(result):
    """All parameters and buffers of what the student returned, by name."""
    assert isinstance(result, nn.Module), "the result is not a model"
    return result.state_dict(keep_vars=True)


def check_new(found, name, out, width):
    """Check that a weight [out, width] and a bias [out] stand at ``name``; return both."""
    assert f"{name}.bias" in found, "the new head has no bias"
    weight, bias = found[f"{name}.weight"], found[f"{name}.bias"]
    expect.equal(torch.tensor(weight.shape), torch.tensor((out, width)), what="the shape of the new weight")
    expect.equal(torch.tensor(bias.shape), torch.tensor((out,)), what="the shape of the new bias")
    return weight.detach(), bias.detach()


@pytest.mark.weight(2)
def test_replace_head_keeps_the_body(student, rng):
    """Every parameter and buffer outside the head is the same object as before, with the same values."""
    model = drawn(rng, body=nn.Linear(3, 6), norm=nn.BatchNorm1d(6), fc=nn.Linear(6, 4), fc2=nn.Linear(4, 4))
    model.body.weight.requires_grad_(False)
    old = {name: value for name, value in model.state_dict(keep_vars=True).items() if not name.startswith("fc.")}
    values = {name: value.detach().clone() for name, value in old.items()}
    found = tensors_of(student.replace_head(model, "fc", 9))
    check_new(found, "fc", 9, 6)
    assert found.keys() == {*old, "fc.weight", "fc.bias"}, "the result has other parameters than before"
    for name, value in old.items():
        assert found[name] is value, f"{name} is another tensor than before"
        expect.equal(found[name].detach(), values[name], what=name)
    flags = [found[f"body.{name}"].requires_grad for name in ("weight", "bias")]
    assert flags == [False, True], "requires_grad of the body was changed"


@pytest.mark.weight(2)
def test_replace_head_within_a_layer(student, rng):
    """A name with dots leads to a layer further inside; the model then computes body, new layer, and no more."""
    model, x = fresh(rng).eval(), torch.randn(7, 3, generator=rng, dtype=torch.float64)
    features = model.head[1](model.head[0](model.body(x))).detach()
    result = student.replace_head(model, "head.2", 3)
    weight, bias = check_new(tensors_of(result), "head.2", 3, 5)
    expect.close(result(x).detach(), features @ weight.T + bias, what="the output of the model")


def test_replace_head_in_place(student, rng):
    """It is the given model that has the new layer afterwards, not only the result; all other layers stay."""
    model = fresh(rng)
    before = repr(model.body), repr(model.head[0])
    check_new(tensors_of(student.replace_head(model, "head.2", 11)), "head.2", 11, 5)
    now = repr(model.get_submodule("head.2"))
    assert now.startswith("Linear("), "the layer of that name is no Linear"
    assert "out_features=11" in now, "the given model has its old layer"
    assert (repr(model.body), repr(model.head[0])) == before, "another layer was changed"


def test_replace_head_starts_fresh(student, rng):
    """The new numbers are drawn as nn.Linear draws them, anew in each call; none comes from the old layer."""
    heads = []
    for _ in range(2):
        model = drawn(rng, body=nn.Linear(3, 16), fc=nn.Linear(16, 60))
        weight, bias = check_new(tensors_of(student.replace_head(model, "fc", 30)), "fc", 30, 16)
        heads.append(weight)
        numbers = torch.cat([weight.flatten(), bias])
        assert (numbers.abs() <= 0.25 + 1e-6).all(), "numbers larger than nn.Linear draws for so many features"
        expect.mean(numbers, 0.0, std=0.25 / 3**0.5, bound=0.25, what="the mean of the new numbers")
        expect.mean(numbers.square(), 0.25**2 / 3, std=0.019, bound=0.0625, what="the mean of their squares")
    assert not torch.equal(*heads), "two calls gave the same numbers"


def test_replace_head_is_trainable_and_has_a_bias(student, rng):
    """Also where the old layer was frozen, or had no bias, the new one is trainable and has one."""
    model = fresh(rng, bias=False).requires_grad_(False)
    model.body[0].weight.requires_grad_(True)
    found = tensors_of(student.replace_head(model, "head.2", 3))
    check_new(found, "head.2", 3, 5)
    assert found["body.0.weight"] is model.body[0].weight, "a parameter of the body is another tensor than before"
    trainable = {name for name, value in found.items() if value.requires_grad}
    assert {"head.2.bias", "head.2.weight"} <= trainable, "the new layer is frozen"
    assert len(trainable) == 3, "requires_grad of another layer was changed"


def test_replace_head_keeps_the_dtype(student, rng):
    """The new layer has the dtype of the old weight; one output is enough, and so is one more than before."""
    for dtype in (torch.float64, torch.float32, torch.bfloat16):
        for out in (1, 5):
            found = tensors_of(student.replace_head(fresh(rng).to(dtype), "head.2", out))
            weight, bias = check_new(found, "head.2", out, 5)
            assert (weight.dtype, bias.dtype) == (dtype, dtype), f"the new layer has dtype {weight.dtype}, not {dtype}"


def test_replace_head_refuses_what_it_cannot_replace(student, rng):
    """An unknown name, a layer that is not linear and a size below 1 are errors, after which the model is as before."""
    model = fresh(rng)
    cases = [(KeyError, name, 3) for name in ("fc", "head.3", "head.2.fc", "2", "eva.2")]
    cases += [(TypeError, name, 3) for name in ("body", "body.1", "head.1")]
    cases += [(ValueError, "head.2", out) for out in (0, -2)]
    with expect.unchanged(model):
        for error, name, out in cases:
            with pytest.raises(error):
                student.replace_head(model, name, out)
    check_new(tensors_of(student.replace_head(model, "head.2", 3)), "head.2", 3, 5)


def test_replace_head_of_a_residual_network(student, rng):
    """A ResNet-18 gets a head for 7 classes that reads 512 features, and all else in it stays."""
    model = resnet18().half()
    model.layer4 = nn.Identity()  # three quarters of its numbers, which would only take time to send
    kept = {name: value for name, value in model.state_dict(keep_vars=True).items() if not name.startswith("fc.")}
    found = tensors_of(student.replace_head(model, "fc", 7))
    check_new(found, "fc", 7, 512)
    assert found.keys() == {*kept, "fc.weight", "fc.bias"}, "the result has other parameters than before"
    assert all(found[name] is value for name, value in kept.items()), "a tensor of the body was replaced"


@pytest.mark.cuda
def test_replace_head_on_the_gpu(student, rng):
    """In a model on a GPU the new layer is on the GPU, and the model still computes."""
    model, x = fresh(rng).float().eval().cuda(), torch.randn(7, 3, generator=rng).cuda()
    features = model.head[1](model.head[0](model.body(x))).detach()
    result = student.replace_head(model, "head.2", 3)
    weight, bias = check_new(tensors_of(result), "head.2", 3, 5)
    expect.close(result(x).detach(), features @ weight.T + bias, rtol=1e-3, atol=1e-4, what="the output of the model")
