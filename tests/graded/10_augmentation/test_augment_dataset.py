"""Hidden suite of 10.2, a data set that grows by turned and scaled copies."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def dataset(rng, n, length):
    """Random signals, no two of them alike in any rotation, with labels that no two signals share."""
    return torch.randn(n, length, generator=rng, dtype=torch.float64), 10 + torch.randperm(n, generator=rng)


def generator(rng):
    """A fresh generator for the student."""
    return torch.Generator().manual_seed(int(torch.randint(2**40, (), generator=rng)))


def traced(x, extra):
    """From which original, by which shift and with which scale each new row comes. Fails where it comes from none."""
    turned = torch.stack([x.roll(s, dims=1) for s in range(x.shape[1])], dim=1).flatten(0, 1)
    alike = (extra / extra.norm(dim=1, keepdim=True)) @ (turned / turned.norm(dim=1, keepdim=True)).T
    closest = alike.max(dim=1)
    expect.close(closest.values, torch.ones_like(closest.values), rtol=1e-6, what="the likeness of new and old rows")
    scale = extra.norm(dim=1) / turned[closest.indices].norm(dim=1)
    return closest.indices // x.shape[1], closest.indices % x.shape[1], scale


def grown(student, x, y, n_extra, source):
    """The student's data set, checked for its size and its first rows, and the new rows."""
    found_x, found_y = student.augment_dataset(x, y, n_extra, source)
    assert expect.tensor(found_x).shape == (len(x) + n_extra, x.shape[1]), "not the right number of signals"
    assert expect.tensor(found_y).shape == (len(x) + n_extra,), "not the right number of labels"
    return found_x, found_y, found_x[len(x) :]


def test_augment_dataset_keeps_the_originals(student, rng):
    """The originals come first, bit by bit and in order, and the arguments stay as they were."""
    x, y = dataset(rng, 7, 5)
    with expect.unchanged(x, y):
        found_x, found_y, extra = grown(student, x, y, 9, generator(rng))
    expect.equal(found_x[:7], x, what="the first signals")
    expect.equal(found_y[:7], y, what="the first labels")
    traced(x, expect.tensor(extra))


@pytest.mark.weight(2)
def test_augment_dataset_labels_follow_their_signals(student, rng):
    """Every new row is an original, turned and scaled as a whole, and bears the label of just this original."""
    x, y = dataset(rng, 6, 8)
    _, found_y, extra = grown(student, x, y, 200, generator(rng))
    origin, _, _ = traced(x, extra)
    expect.equal(found_y[6:], y[origin], what="the labels of the new rows")


@pytest.mark.weight(2)
def test_augment_dataset_draws_every_rotation(student, rng):
    """All L rotations are equally likely, that by nothing at all included."""
    x, y = dataset(rng, 4, 9)
    _, _, extra = grown(student, x, y, 3000, generator(rng))
    _, shift, _ = traced(x, extra)
    expect.frequencies(torch.bincount(shift, minlength=9), torch.full((9,), 1 / 9), what="how often a shift occurs")


@pytest.mark.weight(2)
def test_augment_dataset_draws_the_scale(student, rng):
    """One scale for each new row, uniform between 0.8 and 1.2."""
    x, y = dataset(rng, 4, 5)
    _, _, extra = grown(student, x, y, 3000, generator(rng))
    _, _, scale = traced(x, extra)
    assert scale.min() > 0.8 - 1e-9, "a scale is too small"
    assert scale.max() < 1.2 + 1e-9, "a scale is too large"
    quarters = torch.bincount(((scale - 0.8) * 10).long().clamp(0, 3), minlength=4)
    expect.frequencies(quarters, torch.full((4,), 0.25), what="the share of each quarter of the range")


def test_augment_dataset_draws_independently(student, rng):
    """Every original is as likely as the others, and it has no say in the shift nor in the scale."""
    x, y = dataset(rng, 4, 6)
    _, _, extra = grown(student, x, y, 3000, generator(rng))
    origin, shift, scale = traced(x, extra)
    expect.frequencies(torch.bincount(origin, minlength=4), torch.full((4,), 0.25), what="how often an original occurs")
    large = scale > 1
    expect.rate(int((large == (shift < 3)).sum()), 3000, 0.5, what="agreement of shift and scale")
    expect.rate(int((large == (origin < 2)).sum()), 3000, 0.5, what="agreement of original and scale")
    expect.rate(int(((shift < 3) == (origin < 2)).sum()), 3000, 0.5, what="agreement of original and shift")
    pairs = (origin[::2] == origin[1::2]).sum(), (shift[::2] == shift[1::2]).sum()
    expect.rate(int(pairs[0]), 1500, 1 / 4, what="agreement between the originals of two rows")
    expect.rate(int(pairs[1]), 1500, 1 / 6, what="agreement between the shifts of two rows")


def test_augment_dataset_draws_with_replacement(student, rng):
    """An original may be drawn twice before another was drawn once."""
    x, y = dataset(rng, 40, 3)
    _, found_y, _ = grown(student, x, y, 40, generator(rng))
    expect.chance(1e-15)  # 40! / 40^40
    assert len(set(found_y[40:].tolist())) < 40, "every original was drawn exactly once"


def test_augment_dataset_follows_the_generator(student, rng):
    """The same state of the generator gives the same data set, another another; without one torch's own is used."""
    x, y = dataset(rng, 20, 12)
    source = generator(rng)
    before = source.get_state()
    first, _, _ = grown(student, x, y, 30, source)
    second, _, _ = grown(student, x, y, 30, source)
    source.set_state(before)
    again, _, _ = grown(student, x, y, 30, source)
    expect.equal(again, first, what="the signals for the same state")
    assert not torch.equal(first, second), "the second call drew the same numbers as the first"
    free = [grown(student, x, y, 30, None)[0] for _ in range(2)]
    assert not torch.equal(*free), "without a generator, two calls drew the same numbers"


def test_augment_dataset_of_any_size_and_dtype(student, rng):
    """No extra rows leave the data set alone; dtypes are kept."""
    x, y = dataset(rng, 3, 4)
    found_x, found_y, _ = grown(student, x.float(), y.to(torch.int32), 0, generator(rng))
    expect.equal(found_x, x.float(), what="the signals when no row is added")
    expect.equal(found_y, y.to(torch.int32), what="the labels when no row is added")
    found_x, found_y, _ = grown(student, x[:1].float(), y[:1].to(torch.int32), 1, generator(rng))
    assert found_x.dtype == torch.float32, "the dtype of the signals changed"
    expect.equal(found_y, y[:1].to(torch.int32).expand(2), what="the labels of a data set of one")


def test_augment_dataset_refuses_what_makes_no_data_set(student, rng):
    """No rows, another number of labels than of signals, or a negative number of new rows is a ValueError."""
    x, y = dataset(rng, 3, 4)
    for wrong in ((x[:0], y[:0], 2), (x, y[:2], 2), (x[:2], y, 2), (x, y, -1)):
        with pytest.raises(ValueError):
            student.augment_dataset(*wrong)
    traced(x, grown(student, x, y, 2, generator(rng))[2])


@pytest.mark.cuda
def test_augment_dataset_on_the_gpu(student, rng):
    """On a GPU, with a generator of the GPU, the new rows are on the GPU."""
    x, y = dataset(rng, 5, 6)
    source = torch.Generator("cuda").manual_seed(int(torch.randint(2**40, (), generator=rng)))
    found_x, found_y, extra = grown(student, x.cuda(), y.cuda(), 50, source)
    origin, _, _ = traced(x.cuda(), extra)
    expect.equal(found_y[5:], y.cuda()[origin], what="the labels of the new rows")
    expect.equal(found_x[:5], x.cuda(), what="the first signals")
