"""Hidden suite of 9.7, the error at hidden places."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def case(rng, *shape, dtype=torch.float64):
    """Guess and target, apart everywhere, and a mask [N, L] that hides more of some rows than of others."""
    target = torch.randn(shape, generator=rng, dtype=torch.float64)
    pred = target + 1 + torch.rand(shape, generator=rng, dtype=torch.float64)
    mask = torch.zeros(shape[:2], dtype=torch.bool)
    for row in range(shape[0]):
        mask[row, torch.randperm(shape[1], generator=rng)[: 1 + row % (shape[1] - 1)]] = True
    return pred.to(dtype), target.to(dtype), mask


def by_hand(pred, target, mask):
    """The loss, one hidden place after the other."""
    errors = [(pred[place] - target[place]).square().mean() for place in map(tuple, mask.nonzero().tolist())]
    return (sum(errors) / len(errors)).detach()


def value_of(student, *arguments):
    """The student's loss, which must be a tensor."""
    return expect.tensor(student.masked_loss(*arguments), what="the loss")


@pytest.mark.weight(2)
def test_masked_loss_is_the_mean_over_hidden_places(student, rng):
    """Each hidden place counts the same, whichever row it is in, for numbers and for vectors at a place."""
    for shape in ((4, 6), (3, 5, 2), (3, 4, 7), (2, 3, 1)):
        pred, target, mask = case(rng, *shape)
        expect.close(value_of(student, pred, target, mask), by_hand(pred, target, mask), what=f"the loss of {shape}")


@pytest.mark.weight(2)
def test_masked_loss_does_not_look_at_visible_places(student, rng):
    """Whatever is guessed and whatever stands at visible places, the loss is the same."""
    for shape in ((4, 6), (3, 5, 2)):
        pred, target, mask = case(rng, *shape)
        wanted = by_hand(pred, target, mask)
        elsewhere = ~mask if pred.ndim == 2 else ~mask[..., None]
        expect.close(value_of(student, pred + 9.0 * elsewhere, target, mask), wanted, what="the loss")
        marked = target.masked_fill(elsewhere, -100.0)
        expect.close(value_of(student, pred, marked, mask), wanted, what="the loss")


@pytest.mark.weight(2)
def test_masked_loss_slopes(student, rng):
    """The gradient of the guess is that of the mean at hidden places, and exactly 0 at visible ones."""
    for shape in ((4, 6), (3, 5, 2)):
        pred, target, mask = case(rng, *shape)
        pred.requires_grad_()
        loss = value_of(student, pred, target, mask)
        assert loss.requires_grad, "the loss is not differentiable"
        (slope,) = torch.autograd.grad(loss, pred)
        hidden = mask if pred.ndim == 2 else mask[..., None].expand(shape)
        wanted = 2 * (pred.detach() - target) * hidden / hidden.sum()
        expect.close(slope, wanted, what="the gradient")
        assert (slope[~mask] == 0).all(), "the gradient at a visible place is not exactly 0"


def test_masked_loss_where_all_is_hidden(student, rng):
    """Where all places are hidden it is the ordinary mean squared error; where one is, the error of that place."""
    pred, target, mask = case(rng, 4, 3, 2)
    expect.close(value_of(student, pred, target, torch.ones_like(mask)), (pred - target).square().mean())
    one = torch.zeros_like(mask)
    one[2, 1] = True
    expect.close(value_of(student, pred, target, one), (pred - target)[2, 1].square().mean(), what="the loss of one")


def test_masked_loss_keeps_the_dtype(student, rng):
    """The loss has the dtype of the guess, and no axes."""
    for shape in ((4, 6), (3, 5, 2)):
        pred, target, mask = case(rng, *shape, dtype=torch.float32)
        expect.close(value_of(student, pred, target, mask), by_hand(pred, target, mask), what="the loss")


def test_masked_loss_leaves_its_arguments_alone(student, rng):
    """Guess, target and mask are the same after the call as before it."""
    pred, target, mask = case(rng, 4, 6)
    wanted = by_hand(pred, target, mask)
    with expect.unchanged(pred, target, mask):
        expect.close(value_of(student, pred, target, mask), wanted, what="the loss")


def test_masked_loss_refuses_bad_arguments(student, rng):
    """Nothing hidden, and shapes that do not fit, are ValueErrors; the same tensors in the right shape are not."""
    flat, deep = case(rng, 4, 6), case(rng, 4, 6, 2)
    for pred, target, mask in (flat, deep):
        cases = [(pred, target, torch.zeros_like(mask)), (pred, target[:1], mask), (pred, target[:, :1], mask)]
        cases += [(pred, target, mask[:1]), (pred, target, mask[:, :1]), (pred, target, mask[..., None])]
        for arguments in [*cases, (pred[:, :1], target, mask), (pred, target, mask.view(6, 4))]:
            with pytest.raises(ValueError):
                student.masked_loss(*arguments)
        expect.close(value_of(student, pred, target, mask), by_hand(pred, target, mask), what="the loss")


@pytest.mark.cuda
def test_masked_loss_on_the_gpu(student, rng):
    """Of tensors on a GPU the loss is on the GPU."""
    pred, target, mask = case(rng, 3, 5, 2, dtype=torch.float32)
    found = student.masked_loss(pred.cuda(), target.cuda(), mask.cuda())
    expect.close(found, by_hand(pred, target, mask).cuda(), rtol=1e-3, atol=1e-4)
