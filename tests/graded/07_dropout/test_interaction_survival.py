"""Hidden suite of 7.7: how many interactions survive dropout."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest

from autograder import expect


def test_interaction_survival_needs_all_its_inputs(student):
    """An interaction survives if each of its inputs does, and they are dropped independently."""
    for rate, by_order in ((0.25, (1.0, 0.75, 0.5625, 0.421875)), (0.9, (1.0, 0.1, 0.01, 0.001))):
        for order, survival in enumerate(by_order):
            found = student.interaction_survival(order, rate)
            expect.close(found, survival, what=f"the survival of order {order} at rate {rate}")


def test_interaction_survival_multiplies(student):
    """Two interactions without a common input survive together with the product of their probabilities."""
    for rate in (0.1, 0.35, 0.8):
        both, one, other = (float(student.interaction_survival(order, rate)) for order in (7, 3, 4))
        expect.close(both, one * other, what=f"the survival of order 7 at rate {rate}")
        expect.close(one**2, (1 - rate) ** 6, what=f"the squared survival of order 3 at rate {rate}")


def test_interaction_survival_at_both_ends(student):
    """At rate 0 every interaction survives, at rate 1 only the one that needs no input."""
    for order, at_one in ((0, 1.0), (1, 0.0), (5, 0.0)):
        expect.close(student.interaction_survival(order, 0.0), 1.0, what=f"the survival of order {order} at rate 0")
        expect.close(student.interaction_survival(order, 1.0), at_one, what=f"the survival of order {order} at rate 1")


def test_expected_surviving_interactions_of_few_inputs(student):
    """The expected number is the number of choices of inputs times the chance that all of a choice are there."""
    cases = (4, 2, 0.5, 1.5), (5, 3, 0.2, 5.12), (6, 1, 0.9, 0.6), (25, 3, 0.5, 287.5), (7, 0, 0.3, 1.0)
    for n_inputs, order, rate, number in cases:
        found = student.expected_surviving_interactions(n_inputs, order, rate)
        expect.close(found, number, what=f"the number for {n_inputs} inputs, order {order} and rate {rate}")


@pytest.mark.weight(2)
def test_expected_surviving_interactions_add_up(student):
    """Over all orders the expected numbers add up to (2 - rate) to the power of the number of inputs."""
    for n_inputs, rate in ((3, 0.3), (5, 0.75)):
        numbers = [student.expected_surviving_interactions(n_inputs, order, rate) for order in range(n_inputs + 1)]
        total = sum(float(number) for number in numbers)
        expect.close(total, (2 - rate) ** n_inputs, what=f"the sum for {n_inputs} inputs at rate {rate}")


def test_expected_surviving_interactions_beyond_the_inputs(student):
    """No interaction needs more inputs than there are; one that needs them all exists once."""
    expect.close(student.expected_surviving_interactions(4, 4, 0.2), 0.4096, what="the number for order 4 of 4 inputs")
    for order in (5, 9):
        found = student.expected_surviving_interactions(4, order, 0.2)
        expect.close(found, 0.0, what=f"the number for order {order} of 4 inputs")


def test_interaction_survival_refuses_wrong_numbers(student):
    """A rate outside [0, 1] or a negative order is a ValueError in both functions; legal numbers are not."""
    for order, rate in ((2, -0.1), (2, 1.1), (-1, 0.3)):
        with pytest.raises(ValueError):
            student.interaction_survival(order, rate)
        with pytest.raises(ValueError):
            student.expected_surviving_interactions(5, order, rate)
    expect.close(student.interaction_survival(1, 0.3), 0.7, what="the survival of order 1")
    expect.close(student.expected_surviving_interactions(5, 1, 0.3), 3.5, what="the number for order 1")
