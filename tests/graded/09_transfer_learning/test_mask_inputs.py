"""Hidden suite of 9.6, what the network sees and what it is asked for."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def case(rng, *shape, dtype=torch.float64):
    """An input without a 0 in it, and a mask that hides about a third of it: its first place, and not its last."""
    x = 1 + torch.rand(shape, generator=rng, dtype=torch.float64).to(dtype)
    mask = torch.rand(shape, generator=rng) < 1 / 3
    mask.view(-1)[0], mask.view(-1)[-1] = True, False
    return x, mask


def halves(student, *arguments):
    """The two tensors that the student returns."""
    result = student.mask_inputs(*arguments)
    assert isinstance(result, tuple), f"the result is a {type(result).__name__}, not a pair"
    assert len(result) == 2, f"the result has {len(result)} parts, not 2"
    return result


@pytest.mark.weight(2)
def test_mask_inputs_hides_what_is_masked(student, rng):
    """What the network sees is the value at hidden places and the input elsewhere, for any number of axes."""
    for shape, value in (((4, 6), 0.0), ((3, 5, 2), -7.5), ((9,), 3.0)):
        x, mask = case(rng, *shape)
        wanted = torch.where(mask, torch.tensor(value, dtype=torch.float64), x)
        expect.equal(halves(student, x, mask, value)[0], wanted, what="the corrupted input")


@pytest.mark.weight(2)
def test_mask_inputs_asks_for_the_original(student, rng):
    """The target is the original at hidden places, and the mark at visible ones; without one given, -100."""
    x, mask = case(rng, 5, 7)
    for mark, given in ((-100.0, ()), (-1.0, (-1,)), (0.0, (0,))):
        wanted = torch.where(mask, x, torch.tensor(mark, dtype=torch.float64))
        expect.equal(halves(student, x, mask, 0.25, *given)[1], wanted, what="the target")


def test_mask_inputs_of_token_ids(student, rng):
    """Token ids stay whole numbers, in both results, and are ready for a cross-entropy that skips the mark."""
    for dtype in (torch.int64, torch.int32):
        x = torch.randint(5, 90, (4, 8), generator=rng).to(dtype)
        mask = torch.rand(4, 8, generator=rng) < 0.4
        mask[0, 0], mask[0, 1] = True, False
        token, mark = torch.tensor(103, dtype=dtype), torch.tensor(-100, dtype=dtype)
        seen, target = halves(student, x, mask, 103)
        expect.equal(seen, torch.where(mask, token, x), what="the corrupted input")
        expect.equal(target, torch.where(mask, x, mark), what="the target")


def test_mask_inputs_at_both_ends(student, rng):
    """Where nothing is hidden the input is seen as it is and nothing is asked; where all is, the other way round."""
    x, mask = case(rng, 3, 4)
    nothing, all_of_it = torch.zeros_like(mask), torch.ones_like(mask)
    value, mark = torch.full_like(x, 0.5), torch.full_like(x, -100.0)
    for given, wanted in ((nothing, (x, mark)), (all_of_it, (value, x))):
        seen, target = halves(student, x, given, 0.5)
        expect.equal(seen, wanted[0], what="the corrupted input")
        expect.equal(target, wanted[1], what="the target")


def test_mask_inputs_leaves_its_arguments_alone(student, rng):
    """Input and mask are the same after the call, and the results are tensors of their own."""
    x, mask = case(rng, 4, 5)
    for given in (mask, torch.zeros_like(mask), torch.ones_like(mask)):
        value = torch.where(given, torch.tensor(0.5, dtype=torch.float64), x)
        with expect.unchanged(x, given):
            seen, target = halves(student, x, given, 0.5)
        expect.equal(seen, value, what="the corrupted input")
        for result in (seen, target):
            assert result is not x, "a result is the input itself"
            assert result.data_ptr() != x.data_ptr(), "a result shares its memory with the input"


def test_mask_inputs_keeps_the_dtype(student, rng):
    """Both results have the dtype of the input."""
    for dtype in (torch.float32, torch.float16):
        x, mask = case(rng, 6, 3, dtype=dtype)
        seen, target = halves(student, x, mask, 0.5)
        expect.equal(seen, torch.where(mask, torch.tensor(0.5, dtype=dtype), x), what="the corrupted input")
        expect.equal(target, torch.where(mask, x, torch.tensor(-100, dtype=dtype)), what="the target")


def test_mask_inputs_refuses_another_shape(student, rng):
    """A mask of another shape than the input is a ValueError, even one that broadcasts; the right one is not."""
    x, mask = case(rng, 4, 5)
    for other in (mask[:, :4], mask[0], mask[:, :1], mask[None], mask.T, mask.view(5, 4), mask.view(-1)):
        with pytest.raises(ValueError):
            student.mask_inputs(x, other, 0.5)
    wanted = torch.where(mask, torch.tensor(0.5, dtype=torch.float64), x)
    expect.equal(halves(student, x, mask, 0.5)[0], wanted, what="the corrupted input")


@pytest.mark.cuda
def test_mask_inputs_on_the_gpu(student, reference, rng):
    """Of an input on a GPU both results are on the GPU."""
    x, mask = case(rng, 6, 3, dtype=torch.float32)
    wanted = reference.mask_inputs(x, mask, 0.5)
    for found, right in zip(halves(student, x.cuda(), mask.cuda(), 0.5), wanted, strict=True):
        expect.equal(found, right.cuda())
