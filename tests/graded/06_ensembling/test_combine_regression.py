"""Hidden suite of 6.1, one answer from many numbers."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def drawn(rng, *shape):
    """Outputs of members, in float64."""
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def ladder(rng, members, examples):
    """Outputs [M, N] in a random order for each example, and the same [M, N] in rising order; all steps differ."""
    steps = 0.5 + torch.rand(members, examples, generator=rng, dtype=torch.float64)
    rising = steps.cumsum(dim=0) ** 2
    order = torch.rand(members, examples, generator=rng).argsort(dim=0)
    return rising.gather(0, order), rising


@pytest.mark.weight(2)
def test_combine_regression_mean(student, rng):
    """The mean adds up what the members say about an example and shares it out among them."""
    for members, examples in ((3, 4), (6, 2)):
        preds = drawn(rng, members, examples) + 2
        total = sum(row for row in preds)
        expect.close(student.combine_regression(preds, "mean"), total / members, what=f"the mean of {members}")


@pytest.mark.weight(2)
def test_combine_regression_median_of_an_odd_number(student, rng):
    """For an odd number of members the median is the one that has as many above as below, for each example."""
    for members in (3, 7):
        preds, rising = ladder(rng, members, 5)
        middle = rising[members // 2]
        expect.close(student.combine_regression(preds, "median"), middle, what=f"the median of {members}")


@pytest.mark.weight(2)
def test_combine_regression_median_of_an_even_number(student, rng):
    """For an even number of members the median lies halfway between the two in the middle."""
    for members in (2, 4, 8):
        preds, rising = ladder(rng, members, 5)
        halfway = rising[members // 2 - 1] + (rising[members // 2] - rising[members // 2 - 1]) / 2
        expect.close(student.combine_regression(preds, "median"), halfway, what=f"the median of {members}")


def test_combine_regression_with_a_wild_member(student, rng):
    """One member that goes wild pulls the mean along, by its share, and leaves the median where it was."""
    preds, rising = ladder(rng, 5, 12)
    wild = torch.where(preds == rising[-1], preds + 1e6, preds)
    pulled = (rising.sum(dim=0) + 1e6) / 5
    expect.close(student.combine_regression(wild, "median"), rising[2], what="the median")
    expect.close(student.combine_regression(wild, "mean"), pulled, what="the mean")


def test_combine_regression_of_any_shape(student, reference, rng):
    """Further axes are settled element by element; a single member is returned as it is; the mean is the default."""
    preds = drawn(rng, 4, 3, 2, 5)
    for how in ("mean", "median"):
        flat = reference.combine_regression(preds.reshape(4, 30), how)
        expect.close(student.combine_regression(preds, how), flat.reshape(3, 2, 5), what=f"the {how}")
        expect.close(student.combine_regression(preds[:1], how), preds[0], what=f"the {how} of one member")
    expect.close(student.combine_regression(preds), (preds[0] + preds[1] + preds[2] + preds[3]) / 4)


def test_combine_regression_gradient(student, rng):
    """The mean shares the gradient among all members; the median gives it to the one or two in the middle."""
    slope = drawn(rng, 6)
    for members in (4, 5):
        preds, rising = ladder(rng, members, 6)
        low, high = rising[(members - 1) // 2], rising[members // 2]
        shares = {"mean": torch.ones_like(preds) / members, "median": ((preds == low) * 0.5 + (preds == high) * 0.5)}
        for how, share in shares.items():
            value = student.combine_regression(preds.requires_grad_(), how)
            (found,) = torch.autograd.grad((value * slope).sum(), preds)
            expect.close(found, share * slope, what=f"the gradient of the {how} of {members}")


def test_combine_regression_keeps_dtype_and_argument(student, reference, rng):
    """float32 stays float32, and the members' outputs are the same after the call as before it."""
    preds = drawn(rng, 6, 5).float()
    for how in ("mean", "median"):
        wanted = reference.combine_regression(preds.double(), how).float()
        with expect.unchanged(preds):
            found = student.combine_regression(preds, how)
        expect.close(found, wanted, what=f"the {how}")


def test_combine_regression_refuses_what_it_cannot_do(student):
    """An unknown word, no members and no examples are a ValueError; a proper ensemble is not."""
    preds = torch.tensor([[1.0, 4.0], [2.0, 0.0], [9.0, -1.0]], dtype=torch.float64)
    wrong = (preds, "mode"), (preds, "Mean"), (preds[:0], "mean"), (preds[:0], "median"), (preds[:, :0], "mean")
    for arguments in wrong:
        with pytest.raises(ValueError):
            student.combine_regression(*arguments)
    expect.close(student.combine_regression(preds, "median"), torch.tensor([2.0, 0.0], dtype=torch.float64))


@pytest.mark.cuda
def test_combine_regression_on_the_gpu(student, reference, rng):
    """On a GPU both results are on the GPU, and as on the CPU."""
    preds = drawn(rng, 4, 9)
    for how in ("mean", "median"):
        wanted = reference.combine_regression(preds, how).cuda()
        expect.close(student.combine_regression(preds.cuda(), how), wanted, what=f"the {how}")
