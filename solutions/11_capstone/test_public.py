"""Small examples to check by hand. Passing them is necessary, and not enough for full marks."""

import pytest
import torch
from torch import nn

from autograder import expect, mnist1d


def always_the_first_class():
    """A model of two classes whose logits are 0 and -log 3: probabilities 3/4 and 1/4, whatever the input."""
    model = nn.Sequential(nn.Linear(1, 2))
    with torch.no_grad():
        model[0].weight.zero_()
        model[0].bias.copy_(torch.tensor([0.0, -torch.tensor(3.0).log()]))
    return model


def test_generalization_report_of_a_constant(student):
    """One of four training examples is in the second class, and one of two test examples: errors 25 and 50 percent."""
    y_train, y_test = torch.tensor([0, 0, 1, 0]), torch.tensor([1, 0])
    report = student.generalization_report(
        always_the_first_class(), torch.ones(4, 1), y_train, torch.ones(2, 1), y_test
    )
    expect.close(report["train_error"], 25.0, what="train_error")
    expect.close(report["test_error"], 50.0, what="test_error")
    expect.close(report["gap"], 25.0, what="gap")
    expect.close(report["test_loss"], 0.83698822, atol=1e-4, what="test_loss")  # (log 4/3 + log 4) / 2


def test_generalization_report_needs_examples(student):
    """An empty test set is a ValueError."""
    x, y = torch.ones(4, 1), torch.zeros(4, dtype=torch.int64)
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.generalization_report(always_the_first_class(), x, y, x[:0], y[:0])


def test_train_classifier_on_the_published_data(student):
    """One training on the published data: logits for its test set, and an error of 35 % at most."""
    data = mnist1d.generate()
    x, x_test = (torch.tensor(part, dtype=torch.float32) for part in (data.x, data.x_test))
    model = student.train_classifier(x, torch.tensor(data.y), 0)
    with torch.no_grad():
        scores = model(x_test)
    assert scores.shape == (1000, 10), "not one row of ten logits for each example"
    error = 100 * float((scores.argmax(dim=1) != torch.tensor(data.y_test)).double().mean())
    expect.measured("test error on the published data", error)
    assert error <= 35, f"the test error is {error:.1f} %"


def test_ablate_by_hand(student):
    """The metric is 10, 3 less with dropout and 1 more with noise: these are the two effects."""

    def metric(options):
        return 10.0 - 3.0 * ("dropout" in options) + 1.0 * ("noise" in options)

    effects = student.ablate(metric, {"dropout": 0.5, "noise": 0.1})
    expect.close(effects["dropout"], -3.0, what="the effect of dropout")
    expect.close(effects["noise"], 1.0, what="the effect of noise")
