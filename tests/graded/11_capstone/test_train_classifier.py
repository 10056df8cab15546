"""Hidden suite of 11.2, a classifier for MNIST-1D. Two trainings serve all four tiers.

The examples are drawn here, and the classes numbered anew, so that a model that was trained elsewhere knows nothing.
"""

from typing import Any

import pytest
import torch
from torch import nn

from autograder import expect, mnist1d

MOST_PARAMETERS = 100_000


@pytest.fixture
def report(student, once, rng):
    """What two trainings on the same data came to."""
    data = once("data", lambda: drawn(rng))
    return once("report", lambda: {**trainings(student, **data), **data})


def drawn(rng) -> dict[str, Any]:
    """4,000 examples to train on, 2,000 to test, their classes numbered anew, and two seeds for the trainings."""
    made = mnist1d.generate(int(torch.randint(2**31, (), generator=rng)), 10_000)
    numbering = torch.randperm(10, generator=rng)
    x, x_test = (torch.tensor(part, dtype=torch.float32) for part in (made.x[:4000], made.x_test))
    y, y_test = (numbering[torch.tensor(part)] for part in (made.y[:4000], made.y_test))
    seeds = torch.randint(2**31, (2,), generator=rng).tolist()
    return {"x": x, "y": y, "x_test": x_test, "y_test": y_test, "seeds": seeds}


def trainings(student, x, y, x_test, y_test, seeds) -> dict[str, Any]:
    """What two trainings on the same data with different seeds came to, as plain data."""
    first = student.train_classifier(x, y, seeds[0])
    first.state_of_chance = torch.get_rng_state  # runs beside the student's code
    before = first.state_of_chance()
    second = student.train_classifier(x, y, seeds[1])
    restored = torch.equal(expect.tensor(before), expect.tensor(first.state_of_chance()))
    models = [seen(model, x_test, y_test) for model in (first, second)]  # no training has seen the test set
    return {"models": models, "restored": restored}


def seen(model, x_test, y_test) -> dict[str, Any]:
    """Of one model: why it is refused, if it is; its logits, test error in percent, parameters and modes."""
    with torch.no_grad():
        logits = model(x_test)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    refused = why_refused(model, logits, len(x_test), parameters)
    if refused:
        return {"refused": refused}
    wrong = (logits.argmax(dim=1) != y_test).double().mean()
    evaluating = not any(module.training for module in model.modules())
    return {
        "refused": "", "logits": logits, "error": 100 * float(wrong), "parameters": parameters, "evaluating": evaluating
    }  # fmt: skip


def why_refused(model, logits, rows, parameters) -> str:
    """Why this model earns nothing, in words for the student; empty where it is what the docstring asks for."""
    if not isinstance(model, nn.Module):
        return "what was returned is no nn.Module"
    if parameters > MOST_PARAMETERS:
        return f"the model has {parameters:,} parameters, more than 100,000"
    if not isinstance(logits, torch.Tensor) or logits.shape != (rows, 10) or not logits.is_floating_point():
        return "the model does not return a floating-point tensor [N, 10]"
    if not logits.isfinite().all():
        return "the model returns NaN or infinity"
    if (logits >= 0).all() and torch.allclose(logits.double().sum(dim=1), torch.ones(rows).double(), atol=1e-3):
        return "the model returns probabilities, not logits: never negative, and each row sums to 1"
    return ""


def error_of(report) -> float:
    """The mean test error in percent, of models that are not refused."""
    for model in report["models"]:
        assert not model["refused"], model["refused"]
    return sum(model["error"] for model in report["models"]) / len(report["models"])


def test_train_classifier_keeps_its_promises_and_reaches_35_percent(student, report):
    """At most 35 % mean test error; evaluation mode; the same seed gives the same model bit by bit, another one another
    model; torch's global random numbers are as they were."""
    error, models = error_of(report), report["models"]
    expect.measured("test error", error)
    expect.measured("parameters", models[0]["parameters"])
    assert error <= 35, f"the mean test error is {error:.1f} %"
    assert all(model["evaluating"] for model in models), "a module of the model is in training mode"
    assert report["restored"], "the training changed torch's global random number generator"
    assert not torch.equal(models[0]["logits"], models[1]["logits"]), "two seeds gave the same model"
    again = student.train_classifier(report["x"], report["y"], report["seeds"][0])
    with torch.no_grad():
        logits = again(report["x_test"])
    assert torch.equal(expect.tensor(logits), models[0]["logits"]), "the same seed gave two different models"


def test_train_classifier_reaches_28_percent(report):
    """At most 28 % mean test error."""
    error = error_of(report)
    assert error <= 28, f"the mean test error is {error:.1f} %"


def test_train_classifier_reaches_20_percent(report):
    """At most 20 % mean test error."""
    error = error_of(report)
    assert error <= 20, f"the mean test error is {error:.1f} %"


def test_train_classifier_reaches_12_percent(report):
    """At most 12 % mean test error."""
    error = error_of(report)
    assert error <= 12, f"the mean test error is {error:.1f} %"
