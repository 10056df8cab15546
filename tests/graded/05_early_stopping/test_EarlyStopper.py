"""Hidden suite of 5.2, the rule of patience."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# The tests are named after the class that they test, capitals and all.
# ruff: noqa: PT011

import math

import pytest
import torch

from autograder import expect

NAN = math.nan


def whole(rng, low, high):
    """A whole number from ``low`` to ``high``, both included."""
    return int(torch.randint(low, high + 1, (), generator=rng))


def stops_at(stopper, metrics):
    """The epoch at which the stopper says stop, or None; it is not asked any further."""
    step = stopper.step
    for epoch, metric in enumerate(metrics):
        answer = step(float(metric))
        assert answer in (True, False), "step returned neither True nor False"
        if answer:
            return epoch
    return None


def memory(stopper):
    """What the stopper remembers."""
    return tuple(getattr(stopper, name) for name in ("best", "best_epoch", "counter", "epoch"))


def remembers(stopper, best, best_epoch, counter, epoch):
    """Check all that the stopper remembers."""
    wanted = {"best": best, "best_epoch": best_epoch, "counter": counter, "epoch": epoch}
    for name, value in wanted.items():
        expect.close(getattr(stopper, name), float(value), what=f"the attribute {name}")


@pytest.mark.weight(2)
def test_EarlyStopper_stops_when_patience_has_run_out(student, rng):
    """After the best epoch it lets patience - 1 worse ones pass and stops at the next, also if each beats the last."""
    low = whole(rng, 1, 9)
    for patience in (1, 2, 5):
        falling = [low + 30.0, low + 20.0, low + 15.0, float(low)]
        for worse in ([low + 10.0 - i for i in range(patience)], [low + 1.0 + i for i in range(patience)]):
            stopper = student.EarlyStopper(patience)
            found = stops_at(stopper, falling + worse)
            assert found == 3 + patience, f"with patience {patience} it does not stop when patience has run out"
            remembers(stopper, low, 3, patience, 3 + patience)
            found = stops_at(student.EarlyStopper(patience), falling + worse[:-1])
            assert found is None, f"with patience {patience} it stops although patience has not run out"


def test_EarlyStopper_counts_in_a_row(student, rng):
    """An improvement sets the counter back to zero, so that bad epochs before it no longer matter."""
    stopper = student.EarlyStopper(3)
    low = whole(rng, 20, 30)
    rounds = [level + bump for level in (low, low - 4, low - 7) for bump in (0, 3, 2)]
    assert stops_at(stopper, rounds) is None, "it stops although there were improvements in between"
    remembers(stopper, low - 7, 6, 2, 8)
    assert stopper.step(float(low)), "it does not stop at the third epoch in a row without improvement"


def test_EarlyStopper_takes_no_tie(student, rng):
    """A metric that equals the best is no improvement: a constant one is stopped when patience runs out."""
    level = whole(rng, -8, 8) / 4
    for patience in (1, 3):
        stopper = student.EarlyStopper(patience)
        assert stops_at(stopper, [level] * 9) == patience, "a constant metric is stopped at the wrong epoch"
        remembers(stopper, level, 0, patience, patience)
    mirrored = student.EarlyStopper(2, mode="max")
    assert stops_at(mirrored, [level, level + 1, level + 1, level + 1, level + 2]) == 3, "a tie was an improvement"


@pytest.mark.weight(2)
def test_EarlyStopper_min_delta(student, rng):
    """A gain of min_delta is not enough, more is; smaller gains leave the bar where it is until they add up to more."""
    start = whole(rng, 1, 5)
    slow = [start - i / 256 for i in range(12)]
    patient = student.EarlyStopper(3, min_delta=2 / 256)
    assert stops_at(patient, slow) is None, "gains that add up to more than min_delta are an improvement"
    remembers(patient, slow[9], 9, 2, 11)
    hasty = student.EarlyStopper(2, 2 / 256)
    assert stops_at(hasty, slow) == 2, "a gain of exactly min_delta is no improvement"
    remembers(hasty, start, 0, 2, 2)


def test_EarlyStopper_max_mode(student, rng):
    """Where large is good, it does on negated metrics what it does on the metrics where small is good."""
    metrics = [whole(rng, -40, 40) / 8 for _ in range(14)]
    low, high = student.EarlyStopper(14, 0.5, "min"), student.EarlyStopper(14, 0.5, "max")
    assert stops_at(low, metrics) is stops_at(high, [-metric for metric in metrics]), "the two modes stop differently"
    best, *rest = (expect.tensor(value, what="what it remembers", scalar=True) for value in memory(low))
    remembers(high, -best, *rest)
    rising = student.EarlyStopper(1, 0.25, mode="max")
    assert stops_at(rising, [-3.0, -2.5, 0.25, 1.0, 1.25, 9.0]) == 4, "it stops at the wrong epoch"


def test_EarlyStopper_and_nan(student, rng):
    """NaN counts as an epoch without improvement, also as the first one, and never becomes the best."""
    level = whole(rng, 3, 9)
    stopper = student.EarlyStopper(3)
    assert stops_at(stopper, [NAN, NAN, level, NAN, NAN, level - 1, NAN, level + 1]) is None, "it stops too early"
    remembers(stopper, level - 1, 5, 2, 7)
    dead = student.EarlyStopper(2)
    assert stops_at(dead, [NAN, NAN, level]) == 1, "a run that begins with NaN is not stopped in time"
    assert stops_at(student.EarlyStopper(2, mode="max"), [level, NAN, NAN, level]) == 2, "NaN was an improvement"


def test_EarlyStopper_epoch_by_epoch(student, reference, rng):
    """Through ups and downs, ties and small gains it says, and remembers, after each epoch what the rule says."""
    unit, level = 0.25 * whole(rng, 1, 8), whole(rng, -8, 8)
    for mode, sign in (("min", 1), ("max", -1)):
        theirs, ours = student.EarlyStopper(4, 2 * unit, mode), reference.EarlyStopper(4, 2 * unit, mode)
        for epoch, height in enumerate((10, 12, 7, 9, 8, 8, 3, 3, 1, 0, 6, 5, 4, 3)):
            metric = sign * (level + unit * height)
            wanted, found = ours.step(metric), theirs.step(metric)
            assert found in (True, False), "step returned neither True nor False"
            assert found == wanted, "it stops at the wrong epoch, or not at all"
            if epoch in (5, 8, 13):
                remembers(theirs, *memory(ours))


def test_EarlyStopper_refuses_wrong_settings(student):
    """Patience below 1, a negative min_delta or an unknown mode is a ValueError; 1 and 0 are legal."""
    for settings in ((0,), (-2,), (3, -0.25), (3, 0.0, "median"), (3, 0.0, "")):
        with pytest.raises(ValueError):
            student.EarlyStopper(*settings)
    assert stops_at(student.EarlyStopper(1, 0.0, "max"), [1.0, 2.0, 1.5]) == 2, "it stops at the wrong epoch"


def test_EarlyStopper_two_at_once(student, rng):
    """Two of them have memories of their own."""
    one, two = student.EarlyStopper(2), student.EarlyStopper(5, 0.0, "max")
    level = whole(rng, 2, 9)
    assert stops_at(one, [level, level + 1, level - 1]) is None, "the first one stops too early"
    assert stops_at(two, [level, level + 2, level, level]) is None, "the second one stops too early"
    expect.close(one.best, float(level - 1), what="the best metric of the first one")
    expect.close(two.best, float(level + 2), what="the best metric of the second one")
