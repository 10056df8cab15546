"""Hidden suite of 8.6, cross-entropy with soft labels."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import math

import pytest
import torch
from torch.nn.functional import cross_entropy

from autograder import expect


def drawn(rng, n=6, k=4):
    """Logits and label distributions [n, k]."""
    logits, raw = 2 * torch.randn(2, n, k, generator=rng, dtype=torch.float64)
    return logits, raw.softmax(dim=1)


@pytest.mark.weight(2)
def test_soft_cross_entropy_of_each_example(student, rng):
    """Each example costs the average of its labels' negative log probabilities; mean and sum are over the examples."""
    logits, probs = drawn(rng)
    wanted = torch.zeros(6, dtype=torch.float64)
    for i, k in torch.cartesian_prod(torch.arange(6), torch.arange(4)).tolist():
        wanted[i] -= float(probs[i, k]) * math.log(1 / sum(math.exp(z - logits[i, k]) for z in logits[i].tolist()))
    expect.close(student.soft_cross_entropy(logits, probs, "none"), wanted, what="the losses of the examples")
    expect.close(student.soft_cross_entropy(logits, probs, "sum"), wanted.sum(), what="their sum")
    expect.close(student.soft_cross_entropy(logits, probs, "mean"), wanted.mean(), what="their mean")
    expect.close(student.soft_cross_entropy(logits, probs), wanted.mean(), what="the result by default")


def test_soft_cross_entropy_of_hard_and_smoothed_labels(student, rng):
    """With one-hot rows it is the usual cross-entropy, and with smoothed ones torch's label smoothing."""
    logits, _ = drawn(rng, 7, 5)
    targets = torch.randint(5, (7,), generator=rng)
    hard = torch.eye(5, dtype=torch.float64)[targets]
    for share in (0.0, 0.3):
        wanted = cross_entropy(logits, targets, label_smoothing=share)
        expect.close(student.soft_cross_entropy(logits, (1 - share) * hard + share / 5), wanted)


def test_soft_cross_entropy_of_huge_logits(student):
    """Logits as far apart as tens of thousands give a finite loss, the right one; zeros in a label cost nothing."""
    logits = torch.tensor([[1e4, 0.0, -1e4], [3e4, -1e4, 0.0]], dtype=torch.float64)
    probs = torch.tensor([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]], dtype=torch.float64)
    wanted = torch.tensor([7500.0, 0.0], dtype=torch.float64)
    expect.close(student.soft_cross_entropy(logits, probs, "none"), wanted)
    expect.close(student.soft_cross_entropy(logits.float(), probs.float(), "none"), wanted.float())


def test_soft_cross_entropy_ignores_a_common_shift(student, reference, rng):
    """All logits of an example may move together: nothing changes."""
    logits, probs = drawn(rng)
    wanted = reference.soft_cross_entropy(logits, probs, "none")
    shift = 100 * torch.randn(6, 1, generator=rng, dtype=torch.float64)
    expect.close(student.soft_cross_entropy(logits + shift, probs, "none"), wanted)


def test_soft_cross_entropy_is_smallest_at_the_label(student, rng):
    """Where the softmax equals the label, the loss is the label's entropy; any other logits cost more."""
    logits, probs = drawn(rng)
    lowest = student.soft_cross_entropy(probs.log(), probs, "none")
    expect.close(lowest, -(probs * probs.log()).sum(dim=1), what="the loss where the softmax is the label")
    assert (student.soft_cross_entropy(logits, probs, "none") > lowest).all(), "other logits do not cost more"


def test_soft_cross_entropy_gradient(student, rng):
    """The gradient in the logits is the softmax minus the label, shared out among the examples for the mean."""
    logits, probs = drawn(rng)
    logits.requires_grad_()
    wanted = torch.softmax(logits, dim=1).detach() - probs
    for reduction, share in (("sum", 1), ("mean", 6)):
        (found,) = torch.autograd.grad(student.soft_cross_entropy(logits, probs, reduction), logits)
        expect.close(found, wanted / share, what="the gradient")


def test_soft_cross_entropy_keeps_dtype_and_arguments(student, reference, rng):
    """float32 gives float32, and no argument is changed."""
    logits, probs = drawn(rng)
    wanted = reference.soft_cross_entropy(logits, probs, "none").float()
    logits, probs = logits.float(), probs.float()
    with expect.unchanged(logits, probs):
        found = student.soft_cross_entropy(logits, probs, "none")
    expect.close(found, wanted)


def test_soft_cross_entropy_refuses_what_does_not_fit(student):
    """Labels of another shape, no examples and an unknown reduction are ValueErrors; a single example is none."""
    logits, probs = torch.zeros(2, 4), torch.full((2, 4), 0.25)
    wrong = ((logits, probs[:1], "mean"), (logits, probs[:, :1], "sum"), (logits[:0], probs[:0], "mean"))
    for z, q, reduction in (*wrong, (logits, probs, "average")):
        with pytest.raises(ValueError):
            student.soft_cross_entropy(z, q, reduction)
    expect.close(
        student.soft_cross_entropy(logits[:1], probs[:1], "sum"), torch.tensor(1.3862944), what="the loss of one"
    )


@pytest.mark.cuda
def test_soft_cross_entropy_on_the_gpu(student, reference, rng):
    """On a GPU the losses are on the GPU, and as on the CPU."""
    logits, probs = drawn(rng)
    for reduction in ("none", "mean"):
        wanted = reference.soft_cross_entropy(logits, probs, reduction).cuda()
        expect.close(student.soft_cross_entropy(logits.cuda(), probs.cuda(), reduction), wanted, rtol=1e-6)
