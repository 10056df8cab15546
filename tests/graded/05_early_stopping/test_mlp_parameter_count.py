"""Hidden suite of 5.7, the number of parameters of a fully connected network."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import itertools

import pytest
import torch
from torch import nn


def drawn(rng, layers):
    """The sizes of so many layers, all different."""
    return [2 + int(size) for size in torch.randperm(20, generator=rng)[:layers]]


def built(sizes, bias):
    """How many parameters PyTorch's layers of these sizes have."""
    layers = [nn.Linear(a, b, bias=bias, device="meta") for a, b in itertools.pairwise(sizes)]
    return sum(parameter.numel() for layer in layers for parameter in layer.parameters())


@pytest.mark.weight(2)
def test_mlp_parameter_count_of_built_networks(student, rng):
    """It is the number of parameters of a network that PyTorch builds with these sizes, with and without biases."""
    for layers in (2, 3, 5):
        sizes = drawn(rng, layers)
        for bias in (True, False):
            found = student.mlp_parameter_count(sizes, bias)
            assert found == built(sizes, bias), f"another number for {layers} sizes with bias={bias}"
        assert student.mlp_parameter_count(tuple(sizes)) == built(sizes, True), "another number by default"


def test_mlp_parameter_count_adds_up(student, rng):
    """A network cut in two at a hidden layer has as many parameters as its two parts together."""
    sizes = drawn(rng, 5)
    whole, lower, upper = (student.mlp_parameter_count(part) for part in (sizes, sizes[:3], sizes[2:]))
    assert whole == lower + upper, "the parts have another number of parameters than the whole"
    assert lower == built(sizes[:3], True), "another number for the lower part"


def test_mlp_parameter_count_of_biases(student, rng):
    """Biases make a difference of one for each unit that is not an input."""
    sizes = drawn(rng, 4)
    difference = student.mlp_parameter_count(sizes, bias=True) - student.mlp_parameter_count(sizes, bias=False)
    assert difference == sum(sizes) - sizes[0], "biases make another difference"


def test_mlp_parameter_count_is_exact(student):
    """The smallest networks count right, and so do those too large for floating-point numbers; the result is an int."""
    assert student.mlp_parameter_count([1, 1]) == 2, "one weight and one bias are wrong"
    assert type(student.mlp_parameter_count([2, 3])) is int, "a count is an int"
    assert student.mlp_parameter_count([1, 1, 1], False) == 2, "two weights without biases are wrong"
    large = 10**9 + 7
    assert student.mlp_parameter_count([large, large, 3]) == large * (large + 1) + 3 * (large + 1), "not exact"


def test_mlp_parameter_count_refuses_what_is_no_network(student, rng):
    """Fewer than two sizes, or one below 1, is a ValueError; two sizes are a network."""
    for sizes in ([], [5], [5, 0, 2], [0, 3], [3, 0], [4, -1]):
        with pytest.raises(ValueError):
            student.mlp_parameter_count(sizes)
    sizes = drawn(rng, 2)
    assert student.mlp_parameter_count(sizes) == built(sizes, True), "another number for two sizes"
