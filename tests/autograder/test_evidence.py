"""What a test looked at: noted by checks and calls, and the chance that its statistical checks take."""

import pytest
import torch

from autograder import expect
from autograder.evidence import Average, Rate, fresh, saw
from autograder.expect import Mismatch


def test_values_are_noted_in_order_and_apart_from_their_graph():
    """Tensors without gradients, plain values as they are, lists of them; of anything else only that it is none."""
    evidence = fresh()
    x = torch.ones(2, requires_grad=True)
    saw(x * 2)
    saw((1.5, None, "a", [x]))
    saw(torch.nn.Linear(1, 1))
    assert not evidence.seen[0].requires_grad
    assert evidence.seen[1][:3] == [1.5, None, "a"]
    assert evidence.seen[2] is object


def test_checks_note_what_they_compare():
    """Also where they fail: the value is what tells one mistake from another."""
    evidence = fresh()
    expect.close(1.0, 1.0)
    with pytest.raises(Mismatch):
        expect.equal(torch.ones(2), torch.zeros(2))
    assert evidence.seen[0] == 1.0
    assert torch.equal(evidence.seen[1], torch.ones(2))
    assert evidence.chance == 0.0


def test_statistical_checks_add_up_their_risk():
    """Each notes its alpha; several frequencies share one; a check by hand declares its own."""
    evidence = fresh()
    expect.rate(50, 100, 0.5, alpha=1e-10)
    expect.mean(torch.zeros(10), 0.0, std=1.0, bound=1.0, alpha=2e-10)
    expect.frequencies(torch.tensor([50, 50]), torch.tensor([0.5, 0.5]), alpha=4e-10)
    expect.chance(1e-12)
    assert evidence.chance == pytest.approx(7e-10 + 1e-12)
    assert evidence.seen[0] == Rate(50, 100, 0.5)
    assert isinstance(evidence.seen[1], Average)


def test_frequencies_that_do_not_fit_are_found():
    """Counts that no chance explains, in one cell or in all."""
    expect.frequencies(torch.tensor([510, 290, 200]), torch.tensor([0.5, 0.3, 0.2]))
    with pytest.raises(Mismatch):
        expect.frequencies(torch.tensor([500, 400, 100]), torch.tensor([0.5, 0.3, 0.2]))


def test_a_new_test_begins_with_nothing():
    """What an earlier test looked at stays with that test."""
    first = fresh()
    saw(1)
    second = fresh()
    saw(2)
    assert (first.seen, second.seen) == ([1], [2])


def test_what_is_no_number_is_on_no_board():
    """A grade is JSON, which has no NaN: a training that went astray must not keep the grade from being stored."""
    evidence = fresh()
    for name, value in (("error", 4.5), ("diverged", float("inf")), ("astray", float("nan"))):
        expect.measured(name, value)
    assert evidence.measured == {"error": 4.5}
