"""Hidden suite of 8.1, noise on the inputs."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect

WITHIN = {1: 0.6826894921, 2: 0.9544997361}
"""The share of a Gaussian within one and two standard deviations of its mean."""


def drawn(rng, *shape):
    """Inputs far from 0 and of different sizes."""
    return 3 + 2 * torch.randn(*shape, generator=rng, dtype=torch.float64)


def noise_in(found, x):
    """What was added to ``x``, having checked type, shape and dtype."""
    out = expect.tensor(found).detach()
    assert out.shape == x.shape, "the result has another shape than the input"
    assert out.dtype == x.dtype, "the result has another dtype than the input"
    return out - x.detach()


@pytest.mark.weight(2)
def test_add_input_noise_is_gaussian_of_the_right_size(student, rng):
    """The noise has mean 0 and the given standard deviation, and as many large and small values as a Gaussian."""
    x = drawn(rng, 100, 80)
    for std in (0.2, 3.0):
        noise = noise_in(student.add_input_noise(x, std, True, rng), x)
        expect.rate(int((noise > 0).sum()), x.numel(), 0.5, what="the share of positive noise")
        for width, share in WITHIN.items():
            inside = int((noise.abs() < width * std).sum())
            expect.rate(inside, x.numel(), share, what=f"the share of noise within {width} standard deviations")


def test_add_input_noise_is_the_same_for_small_and_large_inputs(student, rng):
    """How large an input is makes no difference to the noise that it gets."""
    x = torch.tensor([0.0, 1e-3, 40.0], dtype=torch.float64).repeat(2000, 1)
    noise = noise_in(student.add_input_noise(x, 0.5, True, rng), x)
    for column in range(3):
        inside = int((noise[:, column].abs() < 0.5).sum())
        expect.rate(inside, 2000, WITHIN[1], what="the share of small noise for inputs of one size")


def test_add_input_noise_is_new_for_each_element(student, rng):
    """Neighbors, in a row or in a column, get noise of their own: their signs agree half of the time."""
    x = drawn(rng, 100, 80)
    positive = noise_in(student.add_input_noise(x, 0.4, True, rng), x) > 0
    expect.rate(int((positive[::2] == positive[1::2]).sum()), 4000, 0.5, what="agreement between examples")
    expect.rate(int((positive[:, ::2] == positive[:, 1::2]).sum()), 4000, 0.5, what="agreement between features")
    expect.rate(int(positive.sum()), 8000, 0.5, what="the share of positive noise")


def test_add_input_noise_only_in_training(student, rng):
    """In prediction the values are those of the input, bit by bit; in training none of them is."""
    x = drawn(rng, 5, 7)
    expect.equal(student.add_input_noise(x, 0.8, False, rng), x, what="the result in prediction")
    expect.equal(student.add_input_noise(x, 0.8, training=False), x, what="the result in prediction")
    assert (noise_in(student.add_input_noise(x, 0.8), x) != 0).all(), "an input got no noise in training"
    expect.equal(student.add_input_noise(x, 0.0, True, rng), x, what="the result for std = 0")


def test_add_input_noise_uses_the_generator(student, rng):
    """All randomness comes from the generator: the same state gives the same noise; a second call gives other noise."""
    x = drawn(rng, 6, 5)
    seed = int(torch.randint(2**31, (), generator=rng))
    one, two = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    first = student.add_input_noise(x, 0.4, True, one)
    assert (noise_in(first, x) != 0).all(), "an input got no noise in training"
    expect.equal(student.add_input_noise(x, 0.4, True, two), first, what="the result for the same generator state")
    for generator in (one, None):
        again = [student.add_input_noise(x, 0.4, True, generator) for _ in range(2)]
        assert not torch.equal(*again), "two calls gave the same noise"


def test_add_input_noise_gradient(student, rng):
    """The noise is a constant: in training, the gradient arrives as it was, and so does the gradient in prediction."""
    x, slope = drawn(rng, 4, 3).requires_grad_(), drawn(rng, 4, 3)
    for training in (True, False):
        out = student.add_input_noise(x, 0.7, training, rng)
        assert bool((noise_in(out, x) != 0).all()) == training, "noise is missing, or where it should not be"
        (grad,) = torch.autograd.grad((out * slope).sum(), x)
        expect.close(grad, slope, what="the gradient")


def test_add_input_noise_keeps_dtype_and_argument(student, rng):
    """float32 stays float32, the input is not changed, and a batch of 0 rows is a batch."""
    x = drawn(rng, 60, 50).float()
    with expect.unchanged(x):
        noise = noise_in(student.add_input_noise(x, 0.5, True, rng), x)
    expect.rate(int((noise.abs() < 0.5).sum()), 3000, WITHIN[1], what="the share of small noise")
    expect.equal(student.add_input_noise(x[:0], 0.5, True, rng), x[:0], what="the result for 0 rows")


def test_add_input_noise_refuses_a_negative_std(student):
    """A negative standard deviation is a ValueError, in training and in prediction; 0 is none."""
    x = torch.tensor([[1.5, -2.0]], dtype=torch.float64)
    for training in (True, False):
        with pytest.raises(ValueError):
            student.add_input_noise(x, -0.01, training)
        expect.equal(student.add_input_noise(x, 0.0, training), x, what="the result for std = 0")


@pytest.mark.cuda
def test_add_input_noise_on_the_gpu(student, rng):
    """On a GPU the result is on the GPU, and the noise comes from the generator that lives there."""
    x, generator = drawn(rng, 80, 100).float().cuda(), torch.Generator("cuda").manual_seed(8)
    out = student.add_input_noise(x, 0.5, True, generator)
    assert out.is_cuda, "the result is not on the GPU"
    inside = int((noise_in(out, x).abs() < 0.5).sum())
    expect.rate(inside, x.numel(), WITHIN[1], what="the share of small noise")
    expect.equal(student.add_input_noise(x, 0.5, False), x, what="the result in prediction")
