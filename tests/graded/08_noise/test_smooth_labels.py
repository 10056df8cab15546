"""Hidden suite of 8.5, smoothed labels."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def rows(targets, num_classes, true, other):
    """One row for each target: ``true`` at the target, ``other`` elsewhere."""
    return torch.tensor([[true if k == t else other for k in range(num_classes)] for t in targets.tolist()])


def drawn(rng, num_classes, n=12):
    """Labels, the first and the last class among them."""
    return torch.cat([torch.randint(num_classes, (n,), generator=rng), torch.tensor([0, num_classes - 1])])


@pytest.mark.weight(2)
def test_smooth_labels_spread_over_the_others(student, rng):
    """With "others", the true class keeps all but rho, and the other classes share rho evenly."""
    for num_classes, rho in ((5, 0.2), (3, 0.7), (11, 0.05)):
        targets = drawn(rng, num_classes)
        wanted = rows(targets, num_classes, 1 - rho, rho / (num_classes - 1))
        expect.close(student.smooth_labels(targets, num_classes, rho, "others"), wanted)


@pytest.mark.weight(2)
def test_smooth_labels_spread_over_all(student, rng):
    """With "all", rho is shared evenly by all classes, and the true class has its part of it too."""
    for num_classes, rho in ((5, 0.2), (3, 0.7), (11, 0.05)):
        targets = drawn(rng, num_classes)
        even = rho / num_classes
        wanted = rows(targets, num_classes, 1 - rho + even, even)
        expect.close(student.smooth_labels(targets, num_classes, rho, "all"), wanted)


def test_smooth_labels_bridge(student, rng):
    """Each convention gives the labels of the other, for another share; the default is "others"."""
    targets = drawn(rng, 4)
    others, default = (student.smooth_labels(targets, 4, 0.3, *spread) for spread in (("others",), ()))
    expect.close(others[-1], torch.tensor([0.1, 0.1, 0.1, 0.7]), what="the row of the last class")
    expect.close(student.smooth_labels(targets, 4, 0.4, "all"), others, what='"all" for the share that matches')
    expect.equal(default, others, what="the result by default")


def test_smooth_labels_of_two_classes(student):
    """With two classes, "others" gives all of rho to the one that is wrong, "all" half of it."""
    targets = torch.tensor([1, 0])
    expect.close(student.smooth_labels(targets, 2, 0.25), torch.tensor([[0.25, 0.75], [0.75, 0.25]]))
    expect.close(student.smooth_labels(targets, 2, 0.5, "all"), torch.tensor([[0.25, 0.75], [0.75, 0.25]]))


def test_smooth_labels_without_smoothing(student, rng):
    """For rho = 0 the rows are one-hot, with a column for each class, also for those that do not occur."""
    targets = torch.randint(3, (6,), generator=rng)
    for spread in ("others", "all"):
        with expect.unchanged(targets):
            found = student.smooth_labels(targets, 7, 0.0, spread)
        expect.close(found, rows(targets, 7, 1.0, 0.0))


def test_smooth_labels_refuses_a_wrong_share(student):
    """A rho outside [0, 1) and an unknown spread are ValueErrors; a large rho below 1 is none."""
    targets = torch.tensor([2, 0])
    for rho, spread in ((-0.1, "others"), (1.0, "others"), (1.0, "all"), (1.5, "all"), (0.1, "classes")):
        with pytest.raises(ValueError):
            student.smooth_labels(targets, 3, rho, spread)
    expect.close(student.smooth_labels(targets, 3, 0.96875), rows(targets, 3, 0.03125, 0.484375))


def test_smooth_labels_refuses_wrong_labels(student):
    """A label that is negative or too large, and fewer than two classes, are ValueErrors; the last class is fine."""
    for targets, num_classes in (([0, 3], 3), ([-1, 0], 3), ([5], 3), ([0, 0], 1)):
        with pytest.raises(ValueError):
            student.smooth_labels(torch.tensor(targets), num_classes, 0.25)
    expect.close(student.smooth_labels(torch.tensor([2]), 3, 0.25), torch.tensor([[0.125, 0.125, 0.75]]))


@pytest.mark.cuda
def test_smooth_labels_on_the_gpu(student, rng):
    """On a GPU the smoothed labels are on the GPU."""
    targets = drawn(rng, 5)
    for spread, other in (("others", 0.05), ("all", 0.04)):
        wanted = rows(targets, 5, 1 - 4 * other, other).cuda()
        expect.close(student.smooth_labels(targets.cuda(), 5, 0.2, spread), wanted)
