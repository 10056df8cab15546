"""Hidden suite of 6.2, one class from many classifiers."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def drawn(rng, *shape):
    """Logits in float64."""
    return 2 * torch.randn(shape, generator=rng, dtype=torch.float64)


def ballots(rng, labels, classes):
    """Logits [M, N, K] of members that say ``labels`` [M, N], some of them much surer than others."""
    logits = torch.rand(*labels.shape, classes, generator=rng, dtype=torch.float64)
    margin = 1.5 + 20 * torch.rand(*labels.shape, 1, generator=rng, dtype=torch.float64)
    return logits + margin * torch.nn.functional.one_hot(labels, classes)


@pytest.mark.weight(2)
def test_combine_classification_mean(student, rng):
    """By "mean", the class with the largest sum of logits wins, example by example."""
    for members, examples, classes in ((3, 150, 5), (4, 120, 3)):
        logits = drawn(rng, members, examples, classes)
        totals = sum(member for member in logits)
        winners = torch.tensor([max(range(classes), key=row.__getitem__) for row in totals.tolist()])
        expect.equal(student.combine_classification(logits, "mean"), winners, what=f"the classes for {members} members")


@pytest.mark.weight(2)
def test_combine_classification_where_the_rules_disagree(student, rng):
    """One member that is very sure outweighs two hesitant ones in the mean of the logits, and loses the vote."""
    sure, hesitant = (torch.randperm(2, generator=rng) * 3 + torch.randint(3, (1,), generator=rng)).tolist()
    logits = torch.full((3, 6, 6), -30.0, dtype=torch.float64)
    logits[:, :, [sure, hesitant]] = 0.0
    logits[0, :, sure] = 5 + torch.rand(6, generator=rng, dtype=torch.float64)
    logits[1:, :, hesitant] = 1.6 + 0.4 * torch.rand(2, 6, generator=rng, dtype=torch.float64)
    expect.equal(student.combine_classification(logits, "mean"), torch.full((6,), sure), what="the class by mean")
    expect.equal(student.combine_classification(logits, "vote"), torch.full((6,), hesitant), what="the class by vote")


def test_combine_classification_does_not_notice_a_constant(student, rng):
    """Adding a number of its own to all logits of a member, for any example, changes neither rule's classes."""
    logits = drawn(rng, 3, 200, 4)
    labels = logits.argmax(dim=2)
    moved = logits + 50 * torch.randn(3, 200, 1, generator=rng, dtype=torch.float64)
    agreed = torch.where(labels[1] == labels[2], labels[1], labels[0])  # two against one, whoever the two are
    clear = (labels[0] == labels[1]) | (labels[1] == labels[2]) | (labels[0] == labels[2])
    winners = logits.mean(dim=0).argmax(dim=1)
    expect.equal(student.combine_classification(moved, "mean"), winners, what="the classes by mean")
    found = expect.tensor(student.combine_classification(moved, "vote"))
    assert found.shape == (200,), "the classes by vote have the wrong shape"
    expect.equal(found[clear], agreed[clear], what="the classes by vote where two members agree")


@pytest.mark.weight(2)
def test_combine_classification_vote(student, rng):
    """By "vote", the class that most members prefer wins, however sure they are and whatever its neighbors are."""
    first, last = torch.randint(3, (2, 100), generator=rng)
    winner, rival = torch.cat([first, last + 4]), torch.cat([last + 4, first])
    labels = torch.stack([winner, winner, winner, rival, rival])
    labels = labels.gather(0, torch.rand(5, 200, generator=rng).argsort(dim=0))
    expect.equal(student.combine_classification(ballots(rng, labels, 8), "vote"), winner, what="the classes by vote")


def test_combine_classification_ties(student, rng):
    """Among the classes with most votes the smallest index wins, wherever its votes come from."""
    low = torch.randint(3, (12,), generator=rng)
    high, lone = low + 2, low + 1
    pairs = torch.stack([low, high, low, high, lone + 2])
    pairs[4, :6] = lone[:6]
    singles = torch.stack([high, lone, low])
    for labels in (pairs, pairs[[3, 1, 2, 0, 4]], pairs[[4, 1, 3, 0, 2]], singles, singles[[2, 0, 1]]):
        found = student.combine_classification(ballots(rng, labels, 6), "vote")
        expect.equal(found, low, what="the classes after a tie")


def test_combine_classification_of_one_member(student, rng):
    """A single member decides alone, by either rule; the mean is the default; float32 logits give int64 classes too."""
    logits = torch.rand(2, 9, 3, generator=rng)
    logits[0, :, 2] += 8  # sure of the last class, against one that leans to the first
    logits[1, :, 0] += 2
    own = torch.full((9,), 2)
    with expect.unchanged(logits):
        for how in ("mean", "vote"):
            expect.equal(student.combine_classification(logits[:1], how), own, what=f"the classes by {how}")
        expect.equal(student.combine_classification(logits), own, what="the classes of two members")


def test_combine_classification_refuses_what_it_cannot_do(student, rng):
    """An unknown word, no members and no examples are a ValueError; a proper ensemble is not."""
    labels = torch.tensor([[2, 1], [2, 1], [0, 1]])
    logits = drawn(rng, 3, 2, 1) + torch.tensor([2, 2, 9])[:, None, None] * torch.nn.functional.one_hot(labels, 3)
    wrong = [(logits, "median"), (logits, "Vote")]
    wrong += [(part, how) for part in (logits[:0], logits[:, :0]) for how in ("mean", "vote")]
    for arguments in wrong:
        with pytest.raises(ValueError):
            student.combine_classification(*arguments)
    expect.equal(student.combine_classification(logits, "vote"), torch.tensor([2, 1]), what="the classes by vote")


@pytest.mark.cuda
def test_combine_classification_on_the_gpu(student, reference, rng):
    """On a GPU the classes are on the GPU, and as on the CPU."""
    logits = ballots(rng, torch.tensor([[2, 1, 0, 4], [2, 1, 3, 4], [0, 1, 3, 4]]), 5)
    for how in ("mean", "vote"):
        wanted = reference.combine_classification(logits, how).cuda()
        expect.equal(student.combine_classification(logits.cuda(), how), wanted, what=f"the classes by {how}")
