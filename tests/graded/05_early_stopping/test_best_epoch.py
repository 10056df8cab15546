"""Hidden suite of 5.3, the best epoch of a complete history."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import math

import pytest
import torch

NAN = math.nan


def shuffled(rng, count):
    """The whole numbers from 0 up in random order, as floats, with 0 not in first place."""
    numbers = torch.randperm(count, generator=rng)
    return [float(number) for number in (numbers if numbers[0] else numbers.flip(0))]


@pytest.mark.weight(2)
def test_best_epoch_looks_at_the_whole_history(student, rng):
    """It is the epoch with the smallest metric, however many bad epochs lie before it."""
    for _ in range(2):
        later = shuffled(rng, 30)
        history = [50.0, 35.0, *([40.0] * 20), *later, 60.0]
        assert student.best_epoch(history) == 22 + later.index(0.0), "another epoch has a smaller metric"
        assert student.best_epoch(tuple(later), mode="min") == later.index(0.0), "another epoch has a smaller metric"


def test_best_epoch_max_mode(student, rng):
    """In mode "max" it is the epoch with the largest metric, also if all metrics are negative."""
    for _ in range(2):
        gaps = shuffled(rng, 20)
        history = [-60.0, -40.0, *([-50.0] * 12), *(-3.0 - gap for gap in gaps)]
        assert student.best_epoch(history, "max") == 14 + gaps.index(0.0), "another epoch has a larger metric"


def test_best_epoch_takes_the_earliest_of_equals(student, rng):
    """Where several epochs are equally good, it is the first of them, in both modes."""
    lead = int(torch.randint(1, 6, (), generator=rng))
    history = [5.0] * lead + [2.0, 7.0, 2.0, 4.0, 7.0, 2.0, 4.0]
    assert student.best_epoch(history) == lead, "it is not the first of the smallest"
    assert student.best_epoch(history, mode="max") == lead + 1, "it is not the first of the largest"


def test_best_epoch_skips_nan(student, rng):
    """An epoch whose metric is NaN is never the best, wherever it stands, and still counts as an epoch."""
    lead = int(torch.randint(1, 6, (), generator=rng))
    history = [NAN] * lead + [4.0, NAN, 1.0, 6.0, NAN]
    assert student.best_epoch(history) == lead + 2, "it is not the epoch with the smallest metric"
    assert student.best_epoch(history, "max") == lead + 3, "it is not the epoch with the largest metric"
    assert student.best_epoch([5.0, 3.0, NAN, 9.0]) == 1, "it is not the epoch with the smallest metric"


def test_best_epoch_refuses_what_has_no_best(student):
    """No metrics, nothing but NaN or an unknown mode is a ValueError; a single metric is the best."""
    for history, mode in (([], "min"), ([], "max"), ([NAN, NAN], "min"), ([NAN], "max"), ([1.0, 2.0], "mean")):
        with pytest.raises(ValueError):
            student.best_epoch(history, mode)
    assert student.best_epoch([NAN, 3.5]) == 1, "the only metric is the best"
    assert student.best_epoch([3.5]) == 0, "the only metric is the best"
    assert type(student.best_epoch([2.0, 1.0])) is int, "an epoch is an int"
