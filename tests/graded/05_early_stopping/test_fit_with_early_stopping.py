"""Hidden suite of 5.4, the training loop with early stopping."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import math

import pytest
import torch
from torch import nn

from autograder import expect
from autograder.remote.probes import CountingEpoch, ScriptedMetric


class Script:
    """What a training loop is given: an epoch that adds 1 to the whole state, and a metric that follows a script.

    ``calls`` records each call in turn: what was called, in which modes the layers were, whether gradients were on.
    """

    def __init__(self, metrics):
        self.left, self.calls = list(metrics), []
        self.train_epoch, self.validate = CountingEpoch(self.trained), ScriptedMetric(self.validated)

    def trained(self, modes, gradients):
        """Told by the epoch."""
        self.calls.append(("train", set(modes), gradients))

    def validated(self, modes, gradients):
        """Told by the metric; answers with the next number of the script, or with infinity after its end."""
        self.calls.append(("validate", set(modes), gradients))
        return self.left.pop(0) if self.left else math.inf


def network(rng):
    """A small network with a batch normalization inside a block, everything in its state drawn from ``rng``."""
    model = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.2)), nn.Linear(3, 1))
    for value in model.state_dict().values():
        value.copy_(torch.randint(1, 50, value.shape, generator=rng))
    return model


def fit(student, model, metrics, max_epochs, *settings):
    """Run the student's loop over a script: what it reports, the names of the calls, and by how much the state grew."""
    before = {name: value.clone() for name, value in model.state_dict().items()}
    script = Script(metrics)
    report = student.fit_with_early_stopping(model, script.train_epoch, script.validate, max_epochs, *settings)
    assert isinstance(report, dict), f"the result is a {type(report).__name__}, not a dict"
    growth = {name: value - before[name] for name, value in model.state_dict().items()}
    return report, script.calls, growth


def check_state(model, growth, epochs):
    """Check that the model is as it was after so many epochs of training, and in evaluation mode."""
    for name, grown in growth.items():
        expect.equal(grown, torch.full_like(grown, epochs), what=f"the change of {name} since the start")
    assert not any(module.training for module in model.modules()), "the model is not in evaluation mode"


@pytest.mark.weight(2)
def test_fit_with_early_stopping_restores_the_best_epoch(student, rng):
    """Parameters and buffers have the values of the best epoch again, bit by bit, and the model is left for use."""
    for metrics, best in (([5, 3, 4, 3.5, 3.25], 1), ([2.0, 4, 8, 6], 0), ([9, 8, 7, 6, 5], 4), ([4, 6, 5, 3, 7], 3)):
        model = network(rng)
        report, _, growth = fit(student, model, metrics, 5, 3)
        assert report["best_epoch"] == best, "it reports another epoch than the best"
        check_state(model, growth, best + 1)


@pytest.mark.weight(2)
def test_fit_with_early_stopping_reports_what_happened(student, rng):
    """It trains until patience has run out and no longer, or to the last epoch, and reports best, stop and history."""
    lead = [20.0 - i for i in range(int(torch.randint(1, 5, (), generator=rng)))]
    n = len(lead)
    # Patience runs out in the middle; never; with the very last epoch; at once.
    cases = (
        (9, 3, n + 2, [*lead, 30.0, 25.0, 22.0, 1.0, 1.0]),
        (n + 2, 3, None, [*lead, 30.0, 25.0, 1.0]),
        (n + 3, 3, n + 2, [*lead, 30.0, 25.0, 22.0, 1.0]),
        (9, 1, n, [*lead, 30.0, 1.0]),
    )
    for max_epochs, patience, stop, metrics in cases:
        report, calls, _ = fit(student, network(rng), metrics, max_epochs, patience)
        epochs = max_epochs if stop is None else stop + 1
        assert list(report["history"]) == metrics[:epochs], "the history does not hold one metric for each epoch"
        assert [call[0] for call in calls] == ["train", "validate"] * epochs, "training and validation do not alternate"
        assert report["stop_epoch"] == stop, "it reports another epoch as the one at which patience ran out"
        assert report["best_epoch"] == n - 1, "it reports another epoch than the best"
        assert set(report) == {"best_epoch", "stop_epoch", "history"}, "the report has other keys than those three"


def test_fit_with_early_stopping_sets_the_modes(student, rng):
    """Each layer trains in training mode with gradients, and is validated in evaluation mode without."""
    for training in (True, False):
        model = network(rng).train(training)
        _, calls, growth = fit(student, model, [4.0, 2.0, 3.0, 1.0], 4, 2)
        trained, validated = calls[::2], calls[1::2]
        assert trained == [("train", {True}, True)] * 4, "an epoch was trained in the wrong mode or without gradients"
        assert validated == [("validate", {False}, False)] * 4, "a validation was in the wrong mode or with gradients"
        check_state(model, growth, 4)


def test_fit_with_early_stopping_follows_the_rule(student, rng):
    """Ties, NaN and gains of no more than min_delta are no improvements: they move neither bar nor checkpoint."""
    cases = (
        ([8, 7.75, 7.5, 7.25, 7.0, 6.75, 6.75], 3, 0.5, 3, 6),
        ([8, 7.75, 7.5, 1.0], 2, 0.5, 0, 2),
        ([8, 8, 8, 7.5], 2, 0.0, 0, 2),
        ([6, math.nan, 5, math.nan, math.nan], 2, 0.0, 2, 4),
    )
    for metrics, patience, min_delta, best, stop in cases:
        model = network(rng)
        report, _, growth = fit(student, model, metrics, 9, patience, min_delta)
        assert (report["best_epoch"], report["stop_epoch"]) == (best, stop), "the best epoch or the stop is another"
        check_state(model, growth, best + 1)


def test_fit_with_early_stopping_refuses_wrong_settings(student, rng):
    """Less than one epoch, patience below 1 or a negative min_delta is a ValueError before anything is trained."""
    model = network(rng)
    for settings in ((0, 2, 0.0), (-1, 2, 0.0), (5, 0, 0.0), (5, 2, -0.5)):
        script = Script([1.0])
        with expect.unchanged(model), pytest.raises(ValueError):
            student.fit_with_early_stopping(model, script.train_epoch, script.validate, *settings)
        assert not script.calls, "something was trained or validated"
    report, calls, growth = fit(student, model, [1.0, 2.0], 1, 1)
    assert (report["best_epoch"], report["stop_epoch"], len(calls)) == (0, None, 2), "one epoch is a legal number"
    check_state(model, growth, 1)


@pytest.mark.cuda
def test_fit_with_early_stopping_on_the_gpu(student, rng):
    """A model on a GPU stays there and gets the state of its best epoch back."""
    model = network(rng).cuda()
    report, _, growth = fit(student, model, [5, 3, 4, 3.5, 3.25], 5, 2)
    assert (report["best_epoch"], report["stop_epoch"]) == (1, 3), "the best epoch or the stop is another"
    assert all(value.is_cuda for value in model.state_dict().values()), "a part of the state is not on the GPU"
    check_state(model, growth, 2)
