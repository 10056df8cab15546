"""Hidden suite of 5.1, the split into training, validation and test set."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect

HALVES = (0.5, 0.25, 0.25)


def seeded(rng):
    """A generator for the student, seeded from ``rng``, and a second one in the same state."""
    seed = int(torch.randint(2**31, (), generator=rng))
    return torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)


@pytest.mark.weight(2)
def test_split_indices_loses_nothing_and_repeats_nothing(student, rng):
    """The three parts together hold each index from 0 to n - 1 exactly once."""
    for n in (1, 27, 200 + int(torch.randint(100, (), generator=rng))):
        parts = student.split_indices(n)
        assert len(parts) == 3, "there are not three parts"
        together = torch.cat([expect.tensor(part) for part in parts])
        expect.equal(together.sort().values, torch.arange(n), what="all parts together, sorted,")


@pytest.mark.weight(2)
def test_split_indices_sizes(student):
    """Training and validation set have a fraction of n each, rounded down, and the test set has the rest."""
    cases = ((27, (0.8, 0.1, 0.1), (21, 2, 4)), (11, HALVES, (5, 2, 4)), (15, (0.125, 0.625, 0.25), (1, 9, 5)))
    for n, fractions, wanted in cases:
        sizes = tuple(len(expect.tensor(part)) for part in student.split_indices(n, fractions))
        assert sizes == wanted, f"a part has the wrong size for n = {n} and the fractions {fractions}"
    sizes = tuple(len(part) for part in student.split_indices(27))
    assert sizes == (21, 2, 4), "a part has the wrong size for the default fractions and n = 27"


def test_split_indices_deals_at_random(student):
    """An index of the lower half, and one that an earlier call put into training, is as likely in training as any."""
    first, _, rest = student.split_indices(8000, HALVES)
    second, _, _ = student.split_indices(8000, HALVES)
    expect.rate(int((first < 4000).sum()), 4000, 0.5, what="the share of the lower half in the training set")
    expect.rate(int((first % 2 == 0).sum()), 4000, 0.5, what="the share of even indices in the training set")
    expect.rate(int((rest < 4000).sum()), 2000, 0.5, what="the share of the lower half in the test set")
    again = int(torch.isin(second, first).sum())
    expect.rate(again, 4000, 0.5, what="the share of the training set that comes again in the next call")


def test_split_indices_uses_the_generator(student, rng):
    """Generators in the same state give the same split, and a further call with one of them gives another."""
    one, two = seeded(rng)
    first, second = student.split_indices(300, HALVES, one), student.split_indices(300, HALVES, generator=two)
    for name, a, b in zip(("training", "validation", "test"), first, second, strict=True):
        expect.equal(b, a, what=f"the {name} set from a generator in the same state")
    expect.equal(torch.cat(first).sort().values, torch.arange(300), what="all parts together, sorted,")
    third = student.split_indices(300, HALVES, one)[0]
    assert not torch.equal(third.sort().values, first[0].sort().values), "the next split is the same one again"


def test_split_indices_refuses_wrong_fractions(student):
    """n below 1, not three fractions, one not positive or a sum not within 1e-9 of 1 is a ValueError."""
    wrong = (
        (0.5, 0.5),
        (0.4, 0.3, 0.2, 0.1),
        (0.5, 0.5, 0.0),
        (0.7, -0.2, 0.5),
        (0.5, 0.25, 0.2499),
        (0.6, 0.3, 0.1001),
    )
    for n, fractions in (*((100, bad) for bad in wrong), (0, HALVES), (-3, HALVES)):
        with pytest.raises(ValueError):
            student.split_indices(n, fractions)
    parts = student.split_indices(8, (0.5, 0.25 + 8e-10, 0.25))
    assert [len(part) for part in parts] == [4, 2, 2], "a part has the wrong size for n = 8"
