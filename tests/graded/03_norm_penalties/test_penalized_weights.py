"""Hidden suite for 3.1: which parameters a norm penalty counts."""

import pytest
from torch import nn

from autograder import expect


def same_objects(found, wanted):
    """Check that ``found`` is a list that holds exactly the objects ``wanted``, in their order."""
    assert isinstance(found, list), "the result is not a list"
    assert len(found) == len(wanted), f"the list has {len(found)} entries, not {len(wanted)}"
    for place, (a, b) in enumerate(zip(found, wanted, strict=True)):
        assert a is b, f"entry {place} is not the parameter that belongs there"


@pytest.mark.weight(2)
def test_penalized_weights_selects_by_kind_of_layer(student):
    """Weights of linear and convolutional layers count, in module order; normalization, embedding and biases don't."""
    model = nn.Sequential(
        nn.Embedding(7, 6), nn.Linear(6, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Conv1d(5, 4, 3), nn.LayerNorm(4),
        nn.Conv2d(4, 3, 2), nn.GroupNorm(1, 3), nn.Conv3d(3, 2, 2, bias=False), nn.PReLU(), nn.Linear(2, 3),
    )  # fmt: skip
    same_objects(student.penalized_weights(model), [model[i].weight for i in (1, 4, 6, 8, 10)])


def test_penalized_weights_goes_to_any_depth(student):
    """Layers inside blocks inside blocks count as well."""
    inner = nn.Sequential(nn.Conv2d(2, 3, 1), nn.Sequential(nn.Linear(3, 2), nn.ModuleList([nn.Linear(2, 5)])))
    model = nn.Sequential(nn.Linear(4, 2), nn.Tanh(), inner, nn.Linear(5, 1))
    layers = [model[0], inner[0], inner[1][0], inner[1][1][0], model[3]]
    same_objects(student.penalized_weights(model), [layer.weight for layer in layers])


def test_penalized_weights_ignores_names(student):
    """A layer's kind decides, never the name that it is stored under."""
    parts = {"weight_branch": nn.Linear(3, 4), "bias": nn.Linear(4, 2), "weights": nn.Sequential(nn.Conv1d(2, 2, 3))}
    model = nn.ModuleDict(parts)
    wanted = [parts["weight_branch"].weight, parts["bias"].weight, parts["weights"][0].weight]
    same_objects(student.penalized_weights(model), wanted)


def test_penalized_weights_counts_a_shared_weight_once(student):
    """A layer used twice, or a weight shared by two layers, is one weight; two layers with equal values are two."""
    shared, tied, twin = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)
    tied.weight = shared.weight
    twin.weight.data.copy_(shared.weight.data)
    model = nn.Sequential(shared, nn.ReLU(), nn.Sequential(shared, tied), twin, nn.Linear(4, 2), shared)
    same_objects(student.penalized_weights(model), [shared.weight, twin.weight, model[4].weight])


def test_penalized_weights_of_single_layers(student):
    """A model may be one layer; a model without such layers gives an empty list."""
    for layer in (nn.Linear(3, 2), nn.Conv1d(2, 3, 2), nn.Conv3d(1, 2, 2, bias=False)):
        same_objects(student.penalized_weights(layer), [layer.weight])
    same_objects(student.penalized_weights(nn.Sequential(nn.ReLU(), nn.BatchNorm1d(3))), [])


def test_penalized_weights_holds_the_parameters_themselves(student):
    """The list holds the model's own Parameters, which still require gradients, and the model stays as it was."""
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.3), nn.Linear(4, 2, bias=False)).eval()
    with expect.unchanged(model):
        found = student.penalized_weights(model)
    same_objects(found, [model[0].weight, model[3].weight])
    trainable = all(isinstance(w, nn.Parameter) and w.requires_grad for w in found)
    assert trainable, "an entry is not a trainable Parameter"


@pytest.mark.cuda
def test_penalized_weights_on_the_gpu(student):
    """On a GPU, too, the list holds the model's own parameters."""
    model = nn.Sequential(nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), nn.Linear(3, 2)).to("cuda")
    same_objects(student.penalized_weights(model), [model[0].weight, model[2].weight])
