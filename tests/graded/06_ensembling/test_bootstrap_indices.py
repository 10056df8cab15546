"""Hidden suite of 6.3, the indices of one bag."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def bags(student, rng, n, count):
    """``count`` bags of ``n`` examples from one generator, [count, n]."""
    found = [expect.tensor(student.bootstrap_indices(n, rng)) for _ in range(count)]
    sizes = {tuple(bag.shape) for bag in found}
    assert sizes == {(n,)}, "a bag has another number of draws than there are examples"
    return torch.stack(found)


@pytest.mark.weight(2)
def test_bootstrap_indices_are_indices(student, rng):
    """A bag of n examples is n whole numbers, none below 0 and none of n or more; the last example can be drawn."""
    for n in (2, 60):
        found = bags(student, rng, n, 40)
        assert found.dtype == torch.int64, f"the indices are {found.dtype}"
        assert int(found.min()) >= 0, "an index is negative"
        assert int(found.max()) < n, "an index is out of range"
        expect.rate(int((found == n - 1).sum()), 40 * n, 1 / n, what="the share of the last example")


@pytest.mark.weight(2)
def test_bootstrap_indices_are_uniform(student, rng):
    """Each example is drawn equally often, those at both ends like those in the middle."""
    found = bags(student, rng, 9, 220)
    ends = int(((found == 0) | (found == 8)).sum())
    expect.rate(ends, found.numel(), 2 / 9, what="the share of the two examples at the ends")
    for index in range(9):
        expect.rate(int((found == index).sum()), found.numel(), 1 / 9, what="the share of an example")


@pytest.mark.weight(2)
def test_bootstrap_indices_are_drawn_with_replacement(student, rng):
    """Two draws of one bag show the same example as often as chance says: an example is put back before the next."""
    found = bags(student, rng, 4, 100)
    for one, other in ((0, 1), (2, 3), (0, 3), (1, 2)):
        same = int((found[:, one] == found[:, other]).sum())
        expect.rate(same, 100, 1 / 4, what="the rate at which two draws coincide")


def test_bootstrap_indices_leave_examples_out(student, rng):
    """An example is missing from a bag if all n draws miss it, and they are independent of each other."""
    found = bags(student, rng, 6, 100)
    for example in range(6):
        missing = int((found != example).all(dim=1).sum())
        expect.rate(missing, 100, (5 / 6) ** 6, what="the share of bags without an example")


def test_bootstrap_indices_use_the_generator(student, rng):
    """The same state of the generator gives the same bag, another state and a second call another one."""
    seed, another = torch.randint(2**31, (2,), generator=rng).tolist()
    generators = [torch.Generator().manual_seed(state) for state in (seed, seed, another)]
    one, again, other = (expect.tensor(student.bootstrap_indices(80, generator)) for generator in generators)
    second = expect.tensor(student.bootstrap_indices(80, generators[0]))
    assert one.shape == (80,), "the bag has the wrong size"
    expect.equal(again, one, what="the bag for the same generator state")
    for bag, which in ((other, "of another generator state"), (second, "of the next call")):
        expect.rate(int((bag == one).sum()), 80, 1 / 80, what=f"the agreement with the bag {which}")


def test_bootstrap_indices_without_a_generator(student):
    """Without a generator two bags have no more in common than chance says."""
    one, other = (expect.tensor(student.bootstrap_indices(200)) for _ in range(2))
    assert one.shape == (200,), "the bag has the wrong size"
    expect.rate(int((one == other).sum()), 200, 1 / 200, what="the agreement of two bags")
    expect.rate(int((one < 50).sum() + (other < 50).sum()), 400, 1 / 4, what="the share of the first quarter")


def test_bootstrap_indices_refuse_an_empty_bag(student, rng):
    """Fewer than one example is a ValueError; one is not."""
    for n in (0, -3):
        with pytest.raises(ValueError):
            student.bootstrap_indices(n, rng)
        with pytest.raises(ValueError):
            student.bootstrap_indices(n)
    expect.equal(student.bootstrap_indices(1, rng), torch.tensor([0]), what="the bag of one example")


@pytest.mark.cuda
def test_bootstrap_indices_on_the_gpu(student):
    """With a generator on a GPU the indices are on the GPU, uniform and reproducible."""
    one, again = (student.bootstrap_indices(4000, torch.Generator("cuda").manual_seed(7)) for _ in range(2))
    assert expect.tensor(one).device.type == "cuda", "the indices are not on the GPU"
    expect.equal(again, one, what="the bag for the same generator state")
    expect.rate(int((one < 1000).sum()), 4000, 1 / 4, what="the share of the first quarter")
