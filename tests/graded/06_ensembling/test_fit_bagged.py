"""Hidden suite of 6.4, training on bags."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def drawn(rng, n):
    """Inputs [n, 2] and targets [n], all of them different."""
    return torch.randn(n, 2, generator=rng, dtype=torch.float64), torch.randn(n, generator=rng, dtype=torch.float64)


class Trainer:
    """Stands for a training procedure: keeps each bag that it gets, and returns how many it had before."""

    def __init__(self):
        self.bags = []

    def __call__(self, x, y):
        self.bags.append((x, y))
        return 10 * (len(self.bags) - 1)


def rows_of(bags, x, y):
    """Which examples each bag holds, [bags, n]; checks that they are examples, complete and with their own targets."""
    found = []
    for inputs, targets in bags:
        inputs, targets = expect.tensor(inputs, what="x_bag"), expect.tensor(targets, what="y_bag")
        assert inputs.shape == x.shape, "x_bag has another shape than x"
        assert targets.shape == y.shape, "y_bag has another shape than y"
        hits = (inputs.reshape(len(x), 1, -1) == x.reshape(1, len(x), -1)).all(dim=2)
        assert bool(hits.any(dim=1).all()), "x_bag holds what is no row of x"
        rows = hits.int().argmax(dim=1)
        assert torch.equal(targets, y[rows]), "an input has lost its own target"
        found.append(rows)
    return torch.stack(found)


@pytest.mark.weight(2)
def test_fit_bagged_keeps_pairs_together(student, rng):
    """Every bag has as many examples as there are, all from the data, and each input comes with its own target."""
    for n, members in ((30, 5), (7, 9)):
        (x, y), trainer = drawn(rng, n), Trainer()
        student.fit_bagged(x, y, trainer, members, rng)
        assert len(trainer.bags) == members, "fit was called another number of times than there are members"
        rows_of(trainer.bags, x, y)


def test_fit_bagged_returns_what_fit_returns(student, rng):
    """The result is a list of what the calls of fit returned, in their order; for one member, of one."""
    x, y = drawn(rng, 8)
    for members in (1, 6):
        trainer = Trainer()
        found = student.fit_bagged(x, y, trainer, members, rng)
        assert isinstance(found, list), "the result is not a list"
        assert found == [10 * k for k in range(members)], "the list does not hold what the calls of fit returned"
        assert len(trainer.bags) == members, "fit was called another number of times than there are members"


@pytest.mark.weight(2)
def test_fit_bagged_resamples_the_original_data(student, rng):
    """In every bag, the last like the first, two draws show the same example as often as chance says."""
    (x, y), trainer = drawn(rng, 20), Trainer()
    student.fit_bagged(x, y, trainer, 120, rng)
    assert len(trainer.bags) == 120, "fit was called another number of times than there are members"
    rows = rows_of(trainer.bags, x, y)
    for part, which in ((rows[:60], "earlier"), (rows[60:], "later")):
        same = int((part[:, ::2] == part[:, 1::2]).sum())
        expect.rate(same, 600, 1 / 20, what=f"the rate at which two draws of the {which} bags coincide")
    expect.rate(int((rows == 19).sum()), 2400, 1 / 20, what="the share of the last example")


@pytest.mark.weight(2)
def test_fit_bagged_draws_a_bag_for_each_member(student, rng):
    """The bags of two members agree in a place as often as chance says, and no bag is the data themselves."""
    (x, y), trainer = drawn(rng, 40), Trainer()
    student.fit_bagged(x, y, trainer, 12, rng)
    rows = rows_of(trainer.bags, x, y)
    assert len(rows) == 12, "fit was called another number of times than there are members"
    expect.rate(int((rows[::2] == rows[1::2]).sum()), 240, 1 / 40, what="the agreement of two members' bags")
    for bag in rows:
        expect.rate(int((bag == torch.arange(40)).sum()), 40, 1 / 40, what="the agreement of a bag with the data")


def test_fit_bagged_uses_the_generator(student, rng):
    """The same state of the generator gives the same bags, and another one others."""
    x, y = drawn(rng, 40)
    seed, another = torch.randint(2**31, (2,), generator=rng).tolist()
    trainers = [Trainer(), Trainer(), Trainer()]
    for trainer, state in zip(trainers, (seed, seed, another), strict=True):
        student.fit_bagged(x, y, trainer, 3, torch.Generator().manual_seed(state))
    one, again, other = (rows_of(trainer.bags, x, y) for trainer in trainers)
    expect.equal(again, one, what="the bags for the same generator state")
    expect.rate(int((one == other).sum()), 120, 1 / 40, what="the agreement of two generator states")


def test_fit_bagged_of_labels(student, rng):
    """Inputs may have any number of axes and targets any dtype; they keep theirs, and the data are not changed."""
    cases = (
        (torch.randn(25, generator=rng), torch.randint(5, (25,), generator=rng)),
        (torch.randn(9, 2, 3, generator=rng), torch.randn(9, 2, generator=rng, dtype=torch.float64)),
    )
    for x, y in cases:
        trainer = Trainer()
        with expect.unchanged(x, y):
            student.fit_bagged(x, y, trainer, 2)
        assert len(trainer.bags) == 2, "fit was called another number of times than there are members"
        rows_of(trainer.bags, x, y)
        kinds = {(inputs.dtype, targets.dtype) for inputs, targets in trainer.bags}
        assert kinds == {(x.dtype, y.dtype)}, "a bag has another dtype than the data"


def test_fit_bagged_refuses_what_it_cannot_do(student, rng):
    """No members, data of different lengths and no data are a ValueError; one member and one example are not."""
    (x, y), trainer = drawn(rng, 5), Trainer()
    for arguments in ((x, y, 0), (x, y, -1), (x[:4], y, 3), (x, y[:4], 3), (x[:0], y[:0], 2)):
        with pytest.raises(ValueError):
            student.fit_bagged(*arguments[:2], trainer, arguments[2], rng)
    assert student.fit_bagged(x[:1], y[:1], Trainer(), 1, rng) == [0], "the list of one member is wrong"


@pytest.mark.cuda
def test_fit_bagged_on_the_gpu(student, rng):
    """Data on a GPU give bags on the GPU, with pairs kept together."""
    x, y = (part.cuda() for part in drawn(rng, 30))
    trainer = Trainer()
    student.fit_bagged(x, y, trainer, 3, torch.Generator("cuda").manual_seed(5))
    assert len(trainer.bags) == 3, "fit was called another number of times than there are members"
    rows = rows_of(trainer.bags, x, y)
    expect.rate(int((rows[0] == rows[1]).sum()), 30, 1 / 30, what="the agreement of two members' bags")
