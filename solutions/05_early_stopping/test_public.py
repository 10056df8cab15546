"""Public tests of 05_early_stopping: small examples that you can check by hand. The graded tests look closer."""
# The tests are named after what they test, capitals and all; the words of a ValueError are the student's own.
# ruff: noqa: N802, PT011

import math

import pytest
import torch
from torch import nn

from autograder import expect


def test_split_indices_sizes(student):
    """Ten examples at 0.5, 0.25, 0.25: five, then 2.5 rounded down, and three are left."""
    sizes = [len(part) for part in student.split_indices(10, (0.5, 0.25, 0.25))]
    assert sizes == [5, 2, 3], f"the parts have the sizes {sizes}"


def test_split_indices_uses_each_index_once(student):
    """All parts together are 0, 1, ..., 9 in some order, as int64."""
    together = torch.cat(list(student.split_indices(10)))
    expect.equal(together.sort().values, torch.arange(10), what="all parts together, sorted,")


def test_split_indices_repeats_with_the_generator(student):
    """Two generators with the same seed give the same test set; the fractions 0.5, 0.5, 0.5 are refused."""
    first, second = (student.split_indices(40, generator=torch.Generator().manual_seed(3))[2] for _ in range(2))
    expect.equal(second, first, what="the test set from the same seed")
    with pytest.raises(ValueError):
        student.split_indices(10, (0.5, 0.5, 0.5))


def test_EarlyStopper_with_patience_two(student):
    """5, 4, 6, 4, ...: epoch 1 is the best; epochs 2 and 3 bring no improvement, and the second of them stops."""
    stopper = student.EarlyStopper(patience=2)
    answers = [bool(stopper.step(metric)) for metric in (5.0, 4.0, 6.0, 4.0)]
    assert answers == [False, False, False, True], f"it answers {answers}"
    assert (stopper.best, stopper.best_epoch, stopper.counter, stopper.epoch) == (4.0, 1, 2, 3)


def test_EarlyStopper_min_delta_and_mode(student):
    """Accuracies 50, 52, 53 with min_delta 2: 52 is not MORE than 2 better than 50, and 53 is."""
    stopper = student.EarlyStopper(2, min_delta=2.0, mode="max")
    assert not any(stopper.step(metric) for metric in (50.0, 52.0, 53.0)), "it stops"
    assert (stopper.best, stopper.best_epoch, stopper.counter) == (53.0, 2, 0)


def test_best_epoch_by_hand(student):
    """The smallest of 3, 1, 2, 1 stands at 1 for the first time, the largest at 0."""
    assert student.best_epoch([3.0, 1.0, 2.0, 1.0]) == 1
    assert student.best_epoch([3.0, 1.0, 2.0, 1.0], mode="max") == 0


def test_best_epoch_skips_nan(student):
    """NaN is never the best, and its place still counts."""
    assert student.best_epoch([math.nan, 2.0, 1.0]) == 2
    with pytest.raises(ValueError):
        student.best_epoch([])


def test_fit_with_early_stopping_reports(student):
    """4, 2, 3, 5, 1 with patience 2: epoch 1 is the best, epoch 3 the last; the 1 is never seen."""
    metrics = iter([4.0, 2.0, 3.0, 5.0, 1.0])
    trained = []
    report = student.fit_with_early_stopping(
        nn.Linear(2, 1), lambda model: trained.append(1), lambda model: next(metrics, 9.0), max_epochs=5, patience=2
    )
    assert report == {"best_epoch": 1, "stop_epoch": 3, "history": [4.0, 2.0, 3.0, 5.0]}
    assert len(trained) == 4, "train_epoch was not called once for each of the four epochs"


def test_fit_with_early_stopping_to_the_last_epoch(student):
    """If it gets better to the end, patience never runs out; and the model is ready for use."""
    metrics, model = iter([3.0, 2.0, 1.0]), nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
    report = student.fit_with_early_stopping(model, lambda model: None, lambda model: next(metrics, 9.0), 3, 1)
    assert report == {"best_epoch": 2, "stop_epoch": None, "history": [3.0, 2.0, 1.0]}
    assert [layer.training for layer in (model, *model)] == [False] * 3, "the model is not in evaluation mode"


def test_select_and_test_by_hand(student):
    """Validation errors 30, 20, 25 choose candidate 1, whose test error is 24, although candidate 2 would have 21."""
    val, test = {"a": 30.0, "b": 20.0, "c": 25.0}, {"a": 33.0, "b": 24.0, "c": 21.0}
    found = student.select_and_test(["a", "b", "c"], lambda name: val[name], lambda name: test[name])
    assert tuple(found) == (1, 24.0)


def test_select_and_test_asks_once(student):
    """The test metric is asked for a single time."""
    asked = []

    def test_metric(candidate):
        asked.append(candidate)
        return 0.5

    assert tuple(student.select_and_test([10, 30, 20], lambda number: number, test_metric, mode="max")) == (1, 0.5)
    assert asked == [30]


def test_early_stopped_weights_in_one_dimension(student):
    """With H = 2, lr = 0.25 each step goes half of the way to the minimum at 8: 0, 4, 6, 7."""
    H, w_star = torch.tensor([[2.0]]), torch.tensor([8.0])
    for steps, wanted in enumerate((0.0, 4.0, 6.0, 7.0)):
        expect.close(student.early_stopped_weights(H, w_star, 0.25, steps), torch.tensor([wanted]))


def test_early_stopped_weights_flat_direction(student):
    """Where the loss is flat there is no gradient, and the weight stays at 0."""
    H, w_star = torch.diag(torch.tensor([1.0, 0.0])), torch.tensor([4.0, 4.0])
    expect.close(student.early_stopped_weights(H, w_star, 0.5, 2), torch.tensor([3.0, 0.0]))


def test_mlp_parameter_count_by_hand(student):
    """3 inputs, 2 outputs: 6 weights and 2 biases. With a hidden layer of 4: 12 + 4, and 8 + 2."""
    assert student.mlp_parameter_count([3, 2]) == 8
    assert student.mlp_parameter_count([3, 4, 2]) == 26
    assert student.mlp_parameter_count([3, 4, 2], bias=False) == 20


def test_mlp_parameter_count_refuses(student):
    """One layer of units alone is no network."""
    with pytest.raises(ValueError):
        student.mlp_parameter_count([7])


def three_units():
    """Two layers with three hidden units, and two examples: the second unit fires for neither."""
    first, second = nn.Linear(1, 3), nn.Linear(3, 1)
    with torch.no_grad():
        first.weight.copy_(torch.tensor([[1.0], [-1.0], [2.0]]))
        first.bias.copy_(torch.tensor([0.0, 0.0, -3.0]))
        second.weight.copy_(torch.tensor([[1.0, 10.0, 100.0]]))
        second.bias.fill_(0.5)
    return first, second, torch.tensor([[1.0], [2.0]])


def test_prune_dead_units_by_hand(student):
    """The second unit gives relu(-1) = relu(-2) = 0; the third fires for the second example only, and stays."""
    first, second = student.prune_dead_units(*three_units())
    expect.close(first.weight, torch.tensor([[1.0], [2.0]]))
    expect.close(second.weight, torch.tensor([[1.0, 100.0]]))


def test_prune_dead_units_keeps_the_outputs(student):
    """The outputs are 1 + 0.5 and 2 + 100 + 0.5, before and after."""
    *layers, examples = three_units()
    first, second = student.prune_dead_units(*layers, examples)
    expect.close(second(torch.relu(first(examples))), torch.tensor([[1.5], [102.5]]))
