"""Hidden suite of 6.7, the ambiguity decomposition."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect

PARTS = ("the ensemble error", "the mean member error", "the ambiguity")


def drawn(rng, members, examples):
    """Outputs [M, N] and targets [N], in float64."""
    preds = torch.randn(members, examples, generator=rng, dtype=torch.float64) + 1
    return preds, torch.randn(examples, generator=rng, dtype=torch.float64)


def by_hand(preds, y):
    """The three parts, one number at a time."""
    rows, targets = preds.tolist(), y.tolist()
    total = [0.0, 0.0, 0.0]
    for target, answers in zip(targets, zip(*rows, strict=True), strict=True):
        center = sum(answers) / len(answers)
        total[0] += (center - target) ** 2
        total[1] += sum((answer - target) ** 2 for answer in answers) / len(answers)
        total[2] += sum((answer - center) ** 2 for answer in answers) / len(answers)
    return torch.tensor(total, dtype=torch.float64) / len(targets)


def check(found, wanted):
    """Check that ``found`` are the three 0-d tensors ``wanted``, in their order."""
    assert isinstance(found, tuple | list), "the result is not a tuple of three"
    assert len(found) == 3, "the result does not have three parts"
    for part, value, what in zip(found, wanted, PARTS, strict=True):
        expect.close(expect.tensor(part, what=what), value, what=what)


@pytest.mark.weight(2)
def test_ambiguity_decomposition_by_its_definitions(student, rng):
    """Error of the mean, mean error of the members, and spread of the members, each averaged over the examples."""
    for members, examples in ((3, 8), (2, 1), (6, 5)):
        preds, y = drawn(rng, members, examples)
        check(student.ambiguity_decomposition(preds, y), by_hand(preds, y))


@pytest.mark.weight(2)
def test_ambiguity_decomposition_adds_up(student, rng):
    """What the ensemble errs is what a member errs on average, less the ambiguity, which is never negative."""
    for members, examples in ((2, 9), (5, 4)):
        preds, y = drawn(rng, members, examples)
        error = (preds - y).square().mean()
        ensemble, mean_member, ambiguity = (
            expect.tensor(part, what=what)
            for part, what in zip(student.ambiguity_decomposition(preds, y), PARTS, strict=True)
        )
        assert float(ambiguity) > 0, "members that differ have no ambiguity"
        expect.close(ensemble + ambiguity, error, what="the sum of error and ambiguity")
        expect.close(mean_member, error, what="the mean member error")


def test_ambiguity_decomposition_of_members_that_agree(student, rng):
    """Members that all say the same have no ambiguity, and gain nothing; nor does a single member."""
    preds, y = drawn(rng, 1, 6)
    error = (preds[0] - y).square().mean()
    for members in (1, 4):
        check(student.ambiguity_decomposition(preds.repeat(members, 1), y), (error, error, error * 0))


def test_ambiguity_decomposition_of_opposite_mistakes(student, rng):
    """Two members that err by the same amount, in opposite directions, make an ensemble without error."""
    y, mistakes = drawn(rng, 2, 7)[1], 1 + torch.rand(7, generator=rng, dtype=torch.float64)
    size = mistakes.dot(mistakes) / 7
    check(student.ambiguity_decomposition(torch.stack([y + mistakes, y - mistakes]), y), (size * 0, size, size))


def test_ambiguity_decomposition_needs_no_targets_for_the_ambiguity(student, rng):
    """Moving all targets changes both errors, and not the ambiguity."""
    preds, y = drawn(rng, 4, 6)
    spread = preds.var(dim=0, correction=0).mean()
    far = (preds - y - 9).square().mean()
    check(student.ambiguity_decomposition(preds, y + 9), (far - spread, far, spread))


def test_ambiguity_decomposition_gradient(student, rng):
    """All three parts are differentiable in the members' outputs, and the errors in the targets."""
    preds, y = drawn(rng, 3, 4)
    center, inputs = preds.mean(dim=0), (preds.requires_grad_(), y.requires_grad_())
    wanted = ((center - y).expand(3, 4), preds - y, preds - center)
    for part, slope, what in zip(student.ambiguity_decomposition(*inputs), wanted, PARTS, strict=True):
        found = torch.autograd.grad(part, inputs, retain_graph=True, allow_unused=True, materialize_grads=True)
        expect.close(found[0], 2 * slope.detach() / 12, what=f"the gradient of {what} in the outputs")
        pull = -2 * (center - y).detach() / 4 if what != PARTS[2] else torch.zeros(4, dtype=torch.float64)
        expect.close(found[1], pull, what=f"the gradient of {what} in the targets")


def test_ambiguity_decomposition_keeps_dtype_and_arguments(student, rng):
    """float32 gives 0-d float32 tensors, and no argument is changed."""
    preds, y = (part.float() for part in drawn(rng, 5, 9))
    wanted = by_hand(preds, y).float()
    with expect.unchanged(preds, y):
        found = student.ambiguity_decomposition(preds, y)
    check(found, wanted)


def test_ambiguity_decomposition_refuses_what_does_not_fit(student, rng):
    """No members, no examples and targets of another shape are a ValueError; a proper ensemble is not."""
    preds, y = drawn(rng, 3, 5)
    for wrong in ((preds[:0], y), (preds[:, :0], y[:0]), (preds, y[:4]), (preds, y[:1]), (preds, y[:, None])):
        with pytest.raises(ValueError):
            student.ambiguity_decomposition(*wrong)
    check(student.ambiguity_decomposition(preds, y), by_hand(preds, y))


@pytest.mark.cuda
def test_ambiguity_decomposition_on_the_gpu(student, rng):
    """On a GPU the three parts are on the GPU, and as on the CPU."""
    preds, y = drawn(rng, 4, 6)
    check(student.ambiguity_decomposition(preds.cuda(), y.cuda()), by_hand(preds, y).cuda())
