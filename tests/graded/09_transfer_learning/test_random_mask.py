"""Hidden suite of 9.5, which places are hidden."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import itertools

import pytest
import torch

from autograder import expect


def mask_of(student, rows, cols, n_masked, *generator):
    """A mask of the student's that is a bool tensor of the right shape and hides ``n_masked`` places in each row."""
    mask = expect.tensor(student.random_mask(rows, cols, n_masked, *generator), what="the mask")
    assert mask.dtype == torch.bool, f"the mask has dtype {mask.dtype}"
    assert mask.shape == (rows, cols), f"the mask has shape {list(mask.shape)}"
    assert (mask.sum(dim=1) == n_masked).all(), "a row does not hide the number of places that was asked for"
    return mask


@pytest.mark.weight(2)
def test_random_mask_hides_the_same_number_in_each_row(student, rng):
    """Each row hides exactly as many places as asked for, few or many; also one place of one, and 0 rows are legal."""
    for rows, cols, n_masked in ((40, 7, 2), (3, 50, 37), (25, 4, 3), (1, 1, 1), (0, 6, 2)):
        mask_of(student, rows, cols, n_masked, rng)


def test_random_mask_at_both_ends(student, rng):
    """0 hides nothing and the number of places hides all of them."""
    expect.equal(student.random_mask(4, 5, 0, rng), torch.zeros(4, 5, dtype=torch.bool), what="the mask that hides 0")
    expect.equal(student.random_mask(4, 5, 5, rng), torch.ones(4, 5, dtype=torch.bool), what="the mask that hides all")


@pytest.mark.weight(2)
def test_random_mask_hides_each_place_equally_often(student, rng):
    """Each place is hidden in the same share of the rows, at both ends as in the middle."""
    mask = mask_of(student, 1500, 8, 3, rng)
    for place in range(8):
        expect.rate(int(mask[:, place].sum()), 1500, 3 / 8, what="the share of rows that hide a place")


def test_random_mask_makes_all_sets_equally_likely(student, rng):
    """Each pair of places is as likely as any other, neighbors or not."""
    mask = mask_of(student, 2000, 5, 2, rng)
    pairs = [int((mask[:, one] & mask[:, two]).sum()) for one, two in itertools.combinations(range(5), 2)]
    expect.frequencies(torch.tensor(pairs), torch.full((10,), 0.1), what="the share of a pair of places")


def test_random_mask_draws_each_row_anew(student, rng):
    """Rows hide the same places no more often than independent draws do."""
    mask = mask_of(student, 1001, 4, 2, rng)
    for apart in (1, 4):
        pairs = len(range(0, 1001 - apart, 2 * apart))
        same = int((mask[:-apart] == mask[apart:]).all(dim=1)[:: 2 * apart].sum())
        expect.rate(same, pairs, 1 / 6, what="the share of rows that hide the same as another")


def test_random_mask_uses_the_generator(student, rng):
    """The same state of the generator gives the same mask; another state and a second call give another one."""
    seed, another = torch.randint(2**31, (2,), generator=rng).tolist()
    generators = [torch.Generator().manual_seed(state) for state in (seed, seed, another)]
    one, again, other = (mask_of(student, 90, 6, 3, generator) for generator in generators)
    second = mask_of(student, 90, 6, 3, generators[0])
    expect.equal(again, one, what="the mask for the same generator state")
    for mask in (other, second):
        expect.rate(int((mask == one).all(dim=1).sum()), 90, 1 / 20, what="the share of equal rows in another mask")


def test_random_mask_without_a_generator(student):
    """Without a generator two masks have no more in common than chance says."""
    one, other = (mask_of(student, 90, 6, 3) for _ in range(2))
    expect.rate(int((one == other).all(dim=1).sum()), 90, 1 / 20, what="the share of equal rows in two masks")


def test_random_mask_refuses_a_wrong_number(student, rng):
    """Fewer than 0 and more than all places are ValueErrors, for any number of rows; the numbers beside are not."""
    for n_masked in (-1, 6, -3, 50):
        for rows in (1, 4):
            with pytest.raises(ValueError):
                student.random_mask(rows, 5, n_masked, rng)
    for n_masked in (0, 1, 4, 5):
        mask_of(student, 4, 5, n_masked, rng)


@pytest.mark.cuda
def test_random_mask_on_the_gpu(student):
    """With a generator on a GPU the mask is on the GPU, exact and reproducible."""
    one, again = (mask_of(student, 500, 6, 2, torch.Generator("cuda").manual_seed(7)) for _ in range(2))
    assert one.device.type == "cuda", "the mask is not on the GPU"
    expect.equal(again, one, what="the mask for the same generator state")
    expect.rate(int(one[:, 0].sum()), 500, 1 / 3, what="the share of rows that hide the first place")
