"""Hidden suite of 11.3, the leave-one-out study."""

from operator import methodcaller

import pytest
import torch
from torch import nn

from autograder import expect

NAMES = ("dropout", "weight decay", "shift", "noise", "early stopping")


def numbers(rng, count):
    """``count`` different numbers from 1 to 2."""
    return [1 + float(value) for value in torch.rand(count, generator=rng, dtype=torch.float64)]


def pipeline(*functions):
    """A training that runs beside the student's code: each of these functions on what the one before it returned."""
    stages = [nn.Identity() for _ in functions]
    for stage, function in zip(stages, functions, strict=True):
        stage.forward = function
    return nn.Sequential(*stages)


def check(found, wanted):
    """The names and effects of a study."""
    assert isinstance(found, dict), "the study is not a dict"
    assert set(found) == set(wanted), "the study does not have one entry for each option"
    for name, value in wanted.items():
        expect.close(found[name], value, what=f"the effect of {name!r}")


@pytest.mark.weight(2)
def test_ablate_of_a_sum(student, rng):
    """Where each option adds a number of its own to the metric, that number is its effect, sign included."""
    worth = dict(zip(NAMES, numbers(rng, 5), strict=True))
    worth["noise"] *= -1
    base = 30 + numbers(rng, 1)[0]
    check(student.ablate(lambda options: base + sum(worth[name] for name in options), dict.fromkeys(NAMES, 1)), worth)


@pytest.mark.weight(2)
def test_ablate_with_options_that_interact(student, rng):
    """The effect of an option is what it does when all the others are there, with their values."""
    a, b, c = numbers(rng, 3)
    options = {"a": a, "b": b, "c": c}

    def train(given):
        total = sum(given.values()) + 5 * given.get("a", 0) * given.get("b", 0)
        return total - 7 * given.get("b", 0) * given.get("c", 0)

    check(student.ablate(train, options), {"a": a + 5 * a * b, "b": b + 5 * a * b - 7 * b * c, "c": c - 7 * b * c})


@pytest.mark.weight(2)
def test_ablate_trains_no_more_than_needed(student, rng):
    """One training with all options and one without each, none twice; "without" means that the key is absent."""
    for count in (1, 2, 5):
        options, seen = dict(zip(NAMES, numbers(rng, count), strict=False)), []

        def train(given, seen=seen):
            seen.append(dict(given))
            return 10.0 * len(given)

        check(student.ablate(train, options), dict.fromkeys(options, 10.0))
        wanted = [options, *({key: options[key] for key in options if key != name} for name in options)]
        assert len(seen) == count + 1, "the number of trainings is not one more than that of options"
        assert all(case in seen for case in wanted), "a training did not get the options that it should get"


def test_ablate_without_options(student):
    """No options: one training, and no effects."""
    seen = []
    found = student.ablate(lambda given: float(len(seen.append(given) or seen)), {})
    assert isinstance(found, dict), "the study is not a dict"
    assert not found, "the study has an entry, but there are no options"
    assert seen == [{}], "without options one training, with an empty dict, is asked for"


@pytest.mark.weight(2)
def test_ablate_with_a_training_that_empties_its_options(student, rng):
    """What a training does to its dict reaches no other training, and not the caller's options."""
    a, b = numbers(rng, 2)
    options = {"a": a, "b": b}
    for name, wanted in (("a", {"a": a - 9.0, "b": 0.0}), ("b", {"a": 0.0, "b": b - 9.0})):
        check(student.ablate(pipeline(methodcaller("pop", name, 9.0)), options), wanted)
        check(student.ablate(pipeline(methodcaller("setdefault", name, 9.0)), options), wanted)
    assert options == {"a": a, "b": b}, "the options were changed"


@pytest.mark.weight(2)
def test_ablate_with_a_training_that_empties_a_list(student, rng):
    """What a training does to the values inside its dict reaches no other training, and not the caller's options."""
    first, second, third, rate = numbers(rng, 4)
    options = {"decay": {"at": [first, second, third]}, "rate": rate}
    train = pipeline(methodcaller("get", "decay", {"at": [0.0, 9.0]}), methodcaller("get", "at"), methodcaller("pop"))
    check(student.ablate(train, options), {"decay": third - 9.0, "rate": 0.0})
    assert options == {"decay": {"at": [first, second, third]}, "rate": rate}, "the options were changed"


def test_ablate_copies_tensors(student, rng):
    """A tensor among the options is copied for the training as well."""
    weights, seen = torch.rand(3, generator=rng, dtype=torch.float64) + 1, []
    total = float(weights.sum())

    def train(given):
        seen.append(given.get("class weights"))
        return given.get("scale", 1.0) * (0.0 if seen[-1] is None else float(seen[-1].sum()))

    check(
        student.ablate(train, {"class weights": weights, "scale": 3.0}),
        {"class weights": 3 * total, "scale": 2 * total},
    )
    assert all(tensor is not weights for tensor in seen), "a training got the caller's own tensor"
