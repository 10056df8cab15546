"""Hidden suite of 8.7, wrong labels."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def flipped(student, targets, *arguments):
    """The student's labels, having checked that they are labels of the right shape and dtype."""
    found = expect.tensor(student.flip_labels(targets, *arguments))
    assert found.shape == targets.shape, "the result has another shape than the targets"
    assert found.dtype == torch.int64, "the result is not int64"
    return found


@pytest.mark.weight(2)
def test_flip_labels_makes_the_right_share_wrong(student, rng):
    """The share of labels that are wrong afterwards is rho; all others are kept."""
    for num_classes, rho in ((4, 0.3), (2, 0.15), (10, 0.7)):
        targets = torch.randint(num_classes, (6000,), generator=rng)
        found = flipped(student, targets, num_classes, rho, rng)
        assert ((found >= 0) & (found < num_classes)).all(), "a label of no class"
        expect.rate(int((found != targets).sum()), 6000, rho, what="the share of wrong labels")


@pytest.mark.weight(2)
def test_flip_labels_takes_every_other_class_alike(student, rng):
    """A label that is replaced is replaced by every other class equally often, and never by itself."""
    for label in (0, 2, 4):
        targets = torch.full((4000,), label)
        found = flipped(student, targets, 5, 1.0, rng)
        assert ((found >= 0) & (found < 5)).all(), "a label of no class"
        wanted = torch.tensor([0.0 if k == label else 0.25 for k in range(5)])
        expect.frequencies(torch.bincount(found, minlength=5), wanted, what="the share of one class")


def test_flip_labels_decides_each_label_on_its_own(student, rng):
    """Two neighbors are replaced independently of each other, and by classes of their own."""
    targets = torch.full((8000,), 1)
    found = flipped(student, targets, 4, 0.4, rng)
    wrong = found != targets
    expect.rate(int((wrong[::2] & wrong[1::2]).sum()), 4000, 0.16, what="the share of neighbors that are both wrong")
    agree = wrong[::2] & (found[::2] == found[1::2])
    expect.rate(int(agree.sum()), 4000, 0.16 / 3, what="the share of neighbors that are wrong in the same way")


def test_flip_labels_at_both_ends(student, rng):
    """rho = 0 changes no label, rho = 1 every one, and of two classes it takes the other; 0 labels are none."""
    targets = torch.randint(2, (40,), generator=rng)
    with expect.unchanged(targets):
        expect.equal(student.flip_labels(targets, 2, 0.0, rng), targets, what="the result for rho = 0")
        expect.equal(student.flip_labels(targets, 2, 1.0, rng), 1 - targets, what="the result for rho = 1")
        expect.equal(student.flip_labels(targets[:0], 2, 0.5, rng), targets[:0], what="the result for 0 labels")


def test_flip_labels_returns_new_labels(student, rng):
    """The result is a tensor of its own, and the targets stay as they were."""
    targets = torch.randint(6, (3000,), generator=rng)
    before = targets.clone()
    with expect.unchanged(targets):
        found = flipped(student, targets, 6, 0.5, rng)
    assert found is not targets, "the result is the argument"
    expect.rate(int((found != before).sum()), 3000, 0.5, what="the share of wrong labels")


def test_flip_labels_uses_the_generator(student, rng):
    """All randomness comes from the generator: the same state gives the same labels; a second call gives others."""
    targets = torch.randint(5, (400,), generator=rng)
    seed = int(torch.randint(2**31, (), generator=rng))
    one, two = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    first = flipped(student, targets, 5, 0.5, one)
    expect.equal(student.flip_labels(targets, 5, 0.5, two), first, what="the result for the same generator state")
    expect.rate(int((first != targets).sum()), 400, 0.5, what="the share of wrong labels")
    for generator in (one, None):
        expect.chance(1e-60)
        again = [flipped(student, targets, 5, 0.5, generator) for _ in range(2)]
        assert not torch.equal(*again), "two calls gave the same labels"


def test_flip_labels_refuses_what_makes_no_sense(student):
    """A rho outside [0, 1], a label of no class and fewer than two classes are ValueErrors; the last class is fine."""
    wrong = (([0, 1], 2, -0.1), ([0, 1], 2, 1.1), ([0, 2], 2, 0.5), ([0, -1], 2, 0.5), ([0, 0], 1, 0.5))
    for targets, num_classes, rho in wrong:
        with pytest.raises(ValueError):
            student.flip_labels(torch.tensor(targets), num_classes, rho)
    expect.equal(student.flip_labels(torch.tensor([1, 0]), 2, 1.0), torch.tensor([0, 1]))


@pytest.mark.cuda
def test_flip_labels_on_the_gpu(student, rng):
    """On a GPU the labels are on the GPU, drawn from the generator that lives there."""
    targets, generator = torch.randint(4, (6000,), generator=rng).cuda(), torch.Generator("cuda").manual_seed(6)
    found = flipped(student, targets, 4, 0.3, generator)
    assert found.is_cuda, "the result is not on the GPU"
    expect.rate(int((found != targets).sum()), 6000, 0.3, what="the share of wrong labels")
