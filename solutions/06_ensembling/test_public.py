"""Small examples to check by hand. Passing them is necessary, and not enough for full marks."""

import pytest
import torch

from autograder import expect


def test_combine_regression_mean(student):
    """Three members, two examples: (1 + 2 + 6)/3 = 3 and (0 + 4 + 2)/3 = 2."""
    preds = torch.tensor([[1.0, 0.0], [2.0, 4.0], [6.0, 2.0]])
    expect.close(student.combine_regression(preds, "mean"), torch.tensor([3.0, 2.0]))


def test_combine_regression_median(student):
    """In order, the four members say 1, 2, 4, 100: halfway between 2 and 4 is 3."""
    preds = torch.tensor([[4.0], [1.0], [100.0], [2.0]])
    expect.close(student.combine_regression(preds, "median"), torch.tensor([3.0]))


def test_combine_regression_needs_a_known_word(student):
    """The word "mode" is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.combine_regression(torch.tensor([[1.0]]), "mode")


def test_combine_classification_mean(student):
    """The logits add up to 6 for class 0 and to 4 for class 1."""
    logits = torch.tensor([[[6.0, 0.0]], [[0.0, 2.0]], [[0.0, 2.0]]])
    expect.equal(student.combine_classification(logits, "mean"), torch.tensor([0]))


def test_combine_classification_vote(student):
    """Two of three members prefer class 1."""
    logits = torch.tensor([[[6.0, 0.0]], [[0.0, 2.0]], [[0.0, 2.0]]])
    expect.equal(student.combine_classification(logits, "vote"), torch.tensor([1]))


def test_combine_classification_tie(student):
    """One vote for class 2, one for class 1: the smaller index wins."""
    logits = torch.tensor([[[0.0, 1.0, 5.0]], [[0.0, 3.0, 1.0]]])
    expect.equal(student.combine_classification(logits, "vote"), torch.tensor([1]))


def test_bootstrap_indices_example(student):
    """A bag of 100 examples is 100 whole numbers between 0 and 99."""
    rows = student.bootstrap_indices(100)
    assert rows.dtype == torch.int64, f"the indices are {rows.dtype}"
    assert rows.shape == (100,), "there are not as many draws as examples"
    assert 0 <= int(rows.min()) <= int(rows.max()) <= 99, "an index is out of range"


def test_bootstrap_indices_repeat_themselves(student):
    """Among 100 draws from 100 examples some come twice (that none does has a probability of about 1e-42)."""
    rows = student.bootstrap_indices(100)
    assert len(rows.unique()) < 100, "each example came once"


def test_fit_bagged_keeps_pairs(student):
    """Each target is ten times its input; so it is in every bag."""
    x = torch.arange(8.0)
    bags = []
    student.fit_bagged(x, 10 * x, lambda x_bag, y_bag: bags.append((x_bag, y_bag)), 3)
    assert len(bags) == 3, "fit was not called three times"
    for x_bag, y_bag in bags:
        expect.equal(y_bag, 10 * x_bag, what="the targets of a bag")


def test_fit_bagged_returns_a_list(student):
    """Every bag of the one example 5 has the largest input 5: the list holds it twice."""
    found = student.fit_bagged(torch.tensor([5.0]), torch.tensor([0.0]), lambda x_bag, y_bag: float(x_bag.max()), 2)
    assert found == [5.0, 5.0], "the list does not hold what fit returned"


def test_bagged_predict_mean(student):
    """At 3, the members say 6 and 9: the mean is 7.5."""
    expect.close(student.bagged_predict([lambda x: 2 * x, lambda x: x * x], torch.tensor([3.0])), torch.tensor([7.5]))


def test_bagged_predict_median(student):
    """At 3, the members say 6, 9 and 100: the median is 9."""
    models = [lambda x: 2 * x, lambda x: x * x, lambda x: x + 97]
    expect.close(student.bagged_predict(models, torch.tensor([3.0]), "median"), torch.tensor([9.0]))


def test_relu_basis_of_two_units(student):
    """Two units wake up at 0 and at 0.5: at 0.25 only the first one is awake, at 1 both are."""
    wanted = torch.tensor([[1.0, 0.25, 0.0], [1.0, 1.0, 0.5]])
    expect.close(student.relu_basis(torch.tensor([0.25, 1.0]), 2), wanted)


def test_fit_relu_network_on_a_line(student):
    """One unit and no penalty: the line through (0, 1) and (1, 3) is 1 + 2x."""
    found = student.fit_relu_network(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 3.0]), 1, 0.0)
    expect.close(found, torch.tensor([1.0, 2.0]))


def test_fit_relu_network_with_a_penalty(student):
    """The same with reg = 0.5: for the slope w the best intercept is 2 - w/2, and (w - 2)^2/2 + w^2/2 is least at 1."""
    found = student.fit_relu_network(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 3.0]), 1, 0.5)
    expect.close(found, torch.tensor([1.5, 1.0]))


def test_ambiguity_decomposition_example(student):
    """Members 1 and 3, target 1: the mean 2 errs by 1, the members err by 0 and 4, and lie 1 from their mean."""
    found = student.ambiguity_decomposition(torch.tensor([[1.0], [3.0]]), torch.tensor([1.0]))
    for part, wanted in zip(found, (1.0, 2.0, 1.0), strict=True):
        expect.close(part, torch.tensor(wanted))


def test_ambiguity_decomposition_of_twins(student):
    """Two members that agree have no ambiguity: errors of 1 and 9 on two examples, 5 on average."""
    found = student.ambiguity_decomposition(torch.tensor([[1.0, 3.0], [1.0, 3.0]]), torch.tensor([0.0, 0.0]))
    for part, wanted in zip(found, (5.0, 5.0, 0.0), strict=True):
        expect.close(part, torch.tensor(wanted))
