"""Hidden suite of 5.8, pruning dead units."""

import pytest
import torch
from torch import nn

from autograder import expect


def draw(rng, *shape):
    """Random normal numbers in float64."""
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def layers(rng, alive, inputs=3, outputs=2):
    """Two layers and 12 positive examples; a hidden unit is on for all of them, or dead where ``alive`` is False."""
    sign = torch.where(torch.tensor(alive), 1.0, -1.0).double()
    first = nn.Linear(inputs, len(alive)).double()
    second = nn.Linear(len(alive), outputs).double()
    with torch.no_grad():
        first.weight.copy_(sign[:, None] * (0.5 + draw(rng, len(alive), inputs).abs()))
        first.bias.copy_(0.1 * sign * draw(rng, len(alive)).abs())
        second.weight.copy_(draw(rng, outputs, len(alive)))
        second.bias.copy_(1 + draw(rng, outputs).abs())
    return first, second, 0.1 + draw(rng, 12, inputs).abs()


def outputs_of(first, second, X):  # noqa: N803 - as in the handout
    """What the two layers compute."""
    return second(torch.relu(first(X))).detach()


def check_parts(smaller, first, second, kept):
    """Check that the smaller layers hold these units of the old ones, in parameters of their own."""
    assert [isinstance(layer, nn.Linear) for layer in smaller] == [True, True], "not two linear layers"
    pairs = (("first", "weight", first.weight[kept]), ("first", "bias", first.bias[kept]),
             ("second", "weight", second.weight[:, kept]), ("second", "bias", second.bias))  # fmt: skip
    for (place, name, wanted), layer, old in zip(
        pairs, (smaller[0], smaller[0], smaller[1], smaller[1]), (first, first, second, second), strict=True
    ):
        found = getattr(layer, name)
        expect.equal(expect.tensor(found).detach(), wanted.detach(), what=f"the {name} of the {place} layer")
        assert found is not getattr(old, name), f"the {name} of the {place} layer is the old parameter itself"


@pytest.mark.weight(2)
def test_prune_dead_units_keeps_the_outputs(student, rng):
    """With fewer units the two layers compute what they computed before, and the old layers stay as they were."""
    first, second, X = layers(rng, [False, True, True, False, True, False])
    wanted = outputs_of(first, second, X)
    with expect.unchanged(first, second, X):
        small_first, small_second = student.prune_dead_units(first, second, X)
    expect.close(outputs_of(small_first, small_second, X), wanted, what="the output of the smaller layers")
    sizes = [getattr(layer, name) for layer in (small_first, small_second) for name in ("in_features", "out_features")]
    assert sizes == [3, 3, 3, 2], "a layer has the wrong size"


@pytest.mark.weight(2)
def test_prune_dead_units_keeps_the_living(student, rng):
    """The units that are not dead keep their weights, biases and order; the bias of the outputs stays as it is."""
    for _ in range(2):
        alive = [False, True, *(bool(b) for b in torch.randint(2, (5,), generator=rng)), True]
        first, second, X = layers(rng, alive, inputs=4, outputs=3)
        check_parts(student.prune_dead_units(first, second, X), first, second, torch.tensor(alive))


def test_prune_dead_units_needs_only_one_example(student, rng):
    """A unit that fires for a single example is alive; one whose output is exactly zero everywhere is dead."""
    first, second, X = layers(rng, [True, False, True, False, False])
    with torch.no_grad():
        first.weight[1], first.bias[1] = torch.tensor([1.0, 0, 0]), -1.0
        first.weight[2], first.bias[2], second.weight[:, 2] = 0.0, 0.0, 9.0
        first.weight[3] -= 2.0
        first.weight[4], first.bias[4] = torch.tensor([-1.0, 0, 0]), 1.0
        X[:, 0] /= 2 * X[:, 0].max()
        X[int(torch.randint(12, (), generator=rng)), 0] = 1.25
    check_parts(
        student.prune_dead_units(first, second, X), first, second, torch.tensor([True, True, False, False, True])
    )


def test_prune_dead_units_ignores_the_size_of_weights(student, rng):
    """Small weights do not make a unit dead, and large ones do not keep it alive."""
    first, second, X = layers(rng, [True, False, True, False])
    with torch.no_grad():
        for layer, weight in ((first, first.weight), (second, second.weight.T)):
            weight[0] *= 1e-6
            weight[1] *= 1e3
            layer.bias[0] = abs(layer.bias[0]) * 1e-6
    check_parts(student.prune_dead_units(first, second, X), first, second, torch.tensor([True, False, True, False]))


def test_prune_dead_units_at_both_ends(student, rng):
    """Where nothing is dead all units stay; where all are dead none does, and the output is a bias, in float32 too."""
    first, second, X = layers(rng, [True] * 4)
    check_parts(student.prune_dead_units(first, second, X), first, second, torch.tensor([True] * 4))
    first, second, X = (thing.float() for thing in layers(rng, [False] * 5))
    smaller = student.prune_dead_units(first, second, X)
    check_parts(smaller, first, second, torch.tensor([False] * 5))
    expect.close(outputs_of(*smaller, X), second.bias.detach().expand(12, 2), what="the output without any unit")


@pytest.mark.cuda
def test_prune_dead_units_on_the_gpu(student, rng):
    """Layers on a GPU become smaller layers on the GPU."""
    first, second, X = (thing.cuda() for thing in layers(rng, [True, False, True, True]))
    kept = torch.tensor([True, False, True, True], device="cuda")
    check_parts(student.prune_dead_units(first, second, X), first, second, kept)
