"""Hidden suite of 11.1, error, loss and gap of a classifier."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import math

import pytest
import torch
from torch import nn

from autograder import expect

KEYS = {"train_error", "test_error", "gap", "train_loss", "test_loss"}


def drawn(rng, *layers, dtype=torch.float64):
    """A model of these layers with parameters drawn from ``rng``."""
    model = nn.Sequential(*layers).to(dtype)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=rng, dtype=torch.float64))
    return model


def examples(rng, count, dtype=torch.float64):
    """``count`` inputs of 6 numbers and their classes, out of 4."""
    x = torch.randn(count, 6, generator=rng, dtype=torch.float64).to(dtype)
    return x, torch.randint(4, (count,), generator=rng)


def dictionary(found):
    """What was returned, if it is a dict with the five keys."""
    assert isinstance(found, dict), "the report is not a dict"
    assert set(found) == KEYS, "the keys of the report are not the five that the docstring names"
    assert all(isinstance(value, float) for value in found.values()), "a value of the report is not a Python float"
    return found


def error_and_loss(model, x, y):
    """Error in percent and mean cross-entropy, worked out at one go."""
    log_probabilities = model(x).detach().log_softmax(dim=1)
    wrong = (log_probabilities.argmax(dim=1) != y).double().mean()
    return 100 * float(wrong), -float(log_probabilities.gather(1, y[:, None]).mean())


def check(found, model, train, test, **tolerance):
    """All five numbers of a report."""
    (train_error, train_loss), (test_error, test_loss) = (error_and_loss(model, *part) for part in (train, test))
    expect.close(found["train_error"], train_error, what="train_error", **tolerance)
    expect.close(found["test_error"], test_error, what="test_error", **tolerance)
    expect.close(found["gap"], test_error - train_error, what="gap", **tolerance)
    expect.close(found["train_loss"], train_loss, what="train_loss", **tolerance)
    expect.close(found["test_loss"], test_loss, what="test_loss", **tolerance)


@pytest.mark.weight(2)
def test_generalization_report_of_a_fixed_classifier(student, rng):
    """Where the class is always the same and its chance is known, error, gap and loss follow from counting classes."""
    x, chance = torch.randn(20, 3, generator=rng, dtype=torch.float64), 0.55 + 0.4 * torch.rand(1, generator=rng)
    model = drawn(rng, nn.Linear(3, 2)).eval()
    with torch.no_grad():
        nn.init.zeros_(model[0].weight)
        model[0].bias.copy_(torch.cat([chance, 1 - chance]).log())
    y_train, y_test = torch.tensor([0] * 15 + [1] * 5), torch.tensor([0] * 3 + [1] * 7)
    surprises = [-math.log(float(chance)), -math.log(1 - float(chance))]
    wanted = {"train_error": 25.0, "test_error": 70.0, "gap": 45.0}
    wanted["train_loss"] = 0.75 * surprises[0] + 0.25 * surprises[1]
    wanted["test_loss"] = 0.3 * surprises[0] + 0.7 * surprises[1]
    found = dictionary(student.generalization_report(model, x, y_train, x[:10], y_test))
    for key, value in wanted.items():
        expect.close(found[key], value, rtol=1e-6, what=key)


@pytest.mark.weight(2)
def test_generalization_report_of_drawn_networks(student, rng):
    """Sets of different sizes, the test set the harder or the easier one: five right numbers, in float32 as well."""
    for dtype, tolerance in ((torch.float64, {}), (torch.float32, {"rtol": 1e-4})):
        model = drawn(rng, nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 4), dtype=dtype).eval()
        train, test = examples(rng, 31, dtype), examples(rng, 12, dtype)
        train = train[0], model(train[0]).argmax(dim=1)  # all right
        for first, second in ((train, test), (test, train)):
            found = dictionary(student.generalization_report(model, *first, *second))
            check(found, model, first, second, **tolerance)


@pytest.mark.weight(2)
def test_generalization_report_counts_every_example_once(student, rng):
    """Sets that no batch size divides: an example counts the same, whichever batch it was in."""
    model = drawn(rng, nn.Linear(6, 4)).eval()
    train, test = examples(rng, 2311), examples(rng, 1009)
    train[0][-311:] *= 9
    test[0][-9:] *= 30
    check(dictionary(student.generalization_report(model, *train, *test)), model, train, test)


def test_generalization_report_in_bounded_memory(student, rng):
    """However long the sets, the model never gets more than 1,000 examples at a time, and all of them in the end."""
    model, sizes = drawn(rng, nn.Linear(6, 4)).eval(), []
    train, test = examples(rng, 2001), examples(rng, 1500)
    wanted = error_and_loss(model, *train), error_and_loss(model, *test)
    model.register_forward_pre_hook(lambda module, args: sizes.append(len(args[0])))
    found = dictionary(student.generalization_report(model, *train, *test))
    assert sum(sizes) >= 3501, "the model has not seen all examples"
    assert max(sizes) <= 1000, "the model got more than 1,000 examples at a time"
    expect.close(found["train_loss"], wanted[0][1], what="train_loss")
    expect.close(found["test_error"], wanted[1][0], what="test_error")


@pytest.mark.weight(2)
def test_generalization_report_measures_in_evaluation_mode(student, rng):
    """Dropout does not drop and batch normalization uses its running statistics, in whatever mode the model comes."""
    model = drawn(rng, nn.Linear(6, 9), nn.BatchNorm1d(9), nn.Sequential(nn.ReLU(), nn.Dropout(0.5)), nn.Linear(9, 4))
    with torch.no_grad():
        model[1].running_mean.copy_(torch.randn(9, generator=rng))
        model[1].running_var.copy_(4 * torch.rand(9, generator=rng) + 0.5)
    train, test = examples(rng, 40), examples(rng, 25)
    twin = nn.Sequential(*model).eval()
    wanted = [error_and_loss(twin, *part) for part in (train, test)]
    model.train()
    found = dictionary(student.generalization_report(model, *train, *test))
    for part, (error, loss) in zip(("train", "test"), wanted, strict=True):
        expect.close(found[f"{part}_error"], error, what=f"{part}_error")
        expect.close(found[f"{part}_loss"], loss, what=f"{part}_loss")


@pytest.mark.weight(2)
def test_generalization_report_leaves_no_traces(student, rng):
    """Every module is left in the mode in which it came, also when the model fails; model and data stay the same."""
    mixed = drawn(rng, nn.Linear(6, 5), nn.Sequential(nn.BatchNorm1d(5), nn.Dropout(0.5)), nn.Linear(5, 4)).train()
    mixed[1][0].eval()
    broken = drawn(rng, nn.Dropout(0.5), nn.Linear(6, 5), nn.Linear(3, 4)).train()
    inner = drawn(rng, nn.Sequential(nn.Linear(6, 5), nn.Dropout(0.5)), nn.Linear(5, 4)).eval()
    inner[0][1].train()
    train, test = examples(rng, 31), examples(rng, 20)  # lengths without a common factor: no two errors alike
    with expect.unchanged(mixed, broken, inner, *train, *test):
        found = [dictionary(student.generalization_report(model, *train, *test)) for model in (mixed, inner)]
        with pytest.raises(RuntimeError):
            student.generalization_report(broken, *train, *test)
    for model, report in zip((mixed, inner), found, strict=True):
        check(report, model.eval(), train, test)


def test_generalization_report_builds_no_graph(student, rng):
    """Measuring needs no gradients, not even where the inputs ask for them."""
    # In place, on a tensor that requires a gradient: an error where a graph is built. It changes no value.
    model = drawn(rng, nn.LeakyReLU(1.0, inplace=True), nn.Linear(6, 4)).eval()
    train, test = examples(rng, 30), examples(rng, 20)
    with torch.no_grad():
        wanted = [error_and_loss(model, *part) for part in (train, test)]
    train[0].requires_grad_()
    test[0].requires_grad_()
    found = dictionary(student.generalization_report(model, *train, *test))
    expect.close(found["train_loss"], wanted[0][1], what="train_loss")
    expect.close(found["test_loss"], wanted[1][1], what="test_loss")


def test_generalization_report_refuses_what_is_no_set_of_examples(student, rng):
    """An empty set and lengths that differ are a ValueError, in either set; one example is a set."""
    model = drawn(rng, nn.Linear(6, 4)).eval()
    (x, y), empty = examples(rng, 5), (torch.zeros(0, 6).double(), torch.zeros(0).long())
    for wrong in (empty, (x, y[:4]), (x[:4], y), (x[:0], y), (x, y[:0])):
        for sets in ((*wrong, x, y), (x, y, *wrong)):
            with pytest.raises(ValueError):
                student.generalization_report(model, *sets)
    y = model(x).argmax(dim=1)
    y[1:] = (y[1:] + 1) % 4  # only the first one is right
    one = x[:1], y[:1]
    check(dictionary(student.generalization_report(model, *one, x, y)), model, one, (x, y))


@pytest.mark.cuda
def test_generalization_report_on_the_gpu(student, rng):
    """A model and data on a GPU give the same report as on the CPU."""
    model = drawn(rng, nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 4)).eval()
    train, test = examples(rng, 1200), examples(rng, 300)
    wanted = [error_and_loss(model, *part) for part in (train, test)]
    moved = [tensor.cuda() for tensor in (*train, *test)]
    found = dictionary(student.generalization_report(model.cuda(), *moved))
    for part, (error, loss) in zip(("train", "test"), wanted, strict=True):
        expect.close(found[f"{part}_error"], error, rtol=1e-6, what=f"{part}_error")
        expect.close(found[f"{part}_loss"], loss, rtol=1e-6, what=f"{part}_loss")
