"""Hidden suite of 5.5, choosing by validation and testing once."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import math

import pytest
import torch

NAN = math.nan


class Tables:
    """Validation and test metrics of numbered candidates, and a record of who asked for which."""

    def __init__(self, val, test):
        self.val, self.test = val, test
        self.validated, self.tested = [], []

    def val_metric(self, candidate):
        """The validation metric of a candidate."""
        self.validated.append(int(candidate))
        return self.val[int(candidate)]

    def test_metric(self, candidate):
        """The test metric of a candidate."""
        self.tested.append(int(candidate))
        return self.test[int(candidate)]


def shuffled(rng, count):
    """The whole numbers below ``count`` in random order, as floats."""
    return [float(number) for number in torch.randperm(count, generator=rng)]


@pytest.mark.weight(2)
def test_select_and_test_chooses_by_validation(student, rng):
    """The index is that of the best validation metric, and the number is the test metric of that very candidate."""
    for mode, best in (("min", 0.0), ("max", 11.0)):
        val = shuffled(rng, 12)
        tables = Tables(val, [100.0 + (metric - best) ** 2 * (-1) ** i for i, metric in enumerate(val)])
        found = student.select_and_test(list(range(12)), tables.val_metric, tables.test_metric, mode)
        assert len(found) == 2, "the result is not a pair"
        assert int(found[0]) == val.index(best), "another candidate has a better validation metric"
        assert float(found[1]) == 100.0, "it is not the test metric of the candidate chosen"


@pytest.mark.weight(2)
def test_select_and_test_opens_the_envelope_once(student, rng):
    """The test metric is asked for once, for the candidate chosen; the validation metric once for each."""
    val = shuffled(rng, 7)
    tables = Tables(val, [3.0] * 7)
    index, _ = student.select_and_test([0, 1, 2, 3, 4, 5, 6], tables.val_metric, tables.test_metric)
    assert tables.tested == [val.index(0.0)] == [index], "the test metric was not asked for once, of the chosen one"
    assert sorted(tables.validated) == list(range(7)), "the validation metric was not asked for once for each"


def test_select_and_test_hands_over_the_candidate_itself(student, rng):
    """Candidates may be anything, and the metrics are given the candidate itself, not a copy or its index."""
    candidates = tuple(torch.rand(3, generator=rng, dtype=torch.float64) + row for row in (4, 1, 2, 6))
    seen = []

    def on_test_data(candidate):
        seen.append(candidate)
        return float(candidate.sum())

    index, value = student.select_and_test(candidates, lambda row: float(row.max()), on_test_data, mode="max")
    assert (index, value) == (3, float(candidates[3].sum())), "it is not the best candidate and its test metric"
    assert [row is candidates[3] for row in seen] == [True], "the test metric was not given the candidate itself, once"


def test_select_and_test_settles_ties_and_nan(student, rng):
    """Of equally good candidates the first is chosen, and one whose validation metric is NaN never."""
    lead = int(torch.randint(1, 5, (), generator=rng))
    tables = Tables([NAN] * lead + [4.0, 2.0, NAN, 2.0, 4.0], [float(i) + 10 for i in range(lead + 5)])
    for mode, place in (("min", lead + 1), ("max", lead)):
        found = student.select_and_test(list(range(lead + 5)), tables.val_metric, tables.test_metric, mode)
        assert tuple(found) == (place, place + 10.0), "another candidate should have been chosen"


def test_select_and_test_refuses_what_has_no_best(student):
    """No candidates, nothing but NaN or an unknown mode is a ValueError, and the envelope stays closed."""
    tables = Tables([NAN, NAN, 5.0], [1.0, 2.0, 3.0])
    for candidates, mode in (([], "min"), ([0, 1], "min"), ([0, 1], "max"), ([2], "best")):
        with pytest.raises(ValueError):
            student.select_and_test(candidates, tables.val_metric, tables.test_metric, mode)
    assert not tables.tested, "the test metric was asked for"
    assert tuple(student.select_and_test([2], tables.val_metric, tables.test_metric)) == (0, 3.0), "one is enough"
