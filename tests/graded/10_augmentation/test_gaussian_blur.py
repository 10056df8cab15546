"""Hidden suite of 10.6, images out of focus."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import math

import pytest
import torch
from torchvision.transforms.v2 import functional as library

from autograder import expect


def image(rng, *shape):
    """An image of random pixels, in double precision."""
    return torch.rand(*shape, generator=rng, dtype=torch.float64)


def weights(size, sigma):
    """The taps of a Gaussian, the middle one first in importance."""
    raw = [math.exp(-(((t - size // 2) / sigma) ** 2) / 2) for t in range(size)]
    return torch.tensor([w / sum(raw) for w in raw], dtype=torch.float64)


@pytest.mark.weight(2)
def test_gaussian_blur_of_a_point(student, rng):
    """A point of light becomes the product of two bells, one along each axis."""
    for size, sigma in ((5, 0.7), (3, 1.5), (7, 2.0)):
        taps, light = weights(size, sigma), 0.5 + float(torch.rand((), generator=rng))
        img = torch.zeros(1, 13, 15, dtype=torch.float64)
        img[0, 6, 7] = light
        wanted = torch.zeros_like(img)
        half = size // 2
        wanted[0, 6 - half : 7 + half, 7 - half : 8 + half] = light * torch.outer(taps, taps)
        expect.close(student.gaussian_blur(img, size, sigma), wanted, what=f"the point seen through {size} taps")


@pytest.mark.weight(2)
def test_gaussian_blur_reflects_at_the_border(student, rng):
    """Beyond the border the image goes on as in a mirror that stands on the outermost pixels."""
    img = image(rng, 2, 5, 4)
    wanted = library.gaussian_blur(img, [5, 5], [1.3, 1.3])
    expect.close(student.gaussian_blur(img, 5, 1.3), wanted, rtol=1e-6, atol=1e-8)


def test_gaussian_blur_keeps_a_plain_image(student, rng):
    """Where all pixels are equal they stay what they are, up to the border: the weights sum to one."""
    light = torch.rand(3, 1, 1, generator=rng, dtype=torch.float64).expand(3, 6, 8).clone()
    expect.close(student.gaussian_blur(light, 5, 1.0), light.clone(), what="a plain image")
    img = image(rng, 1, 6, 8)
    found = expect.tensor(student.gaussian_blur(img, 5, 1.0))
    assert found.var() < img.var(), "the image has not become smoother"


@pytest.mark.weight(2)
def test_gaussian_blur_of_fresh_images(student, reference, rng):
    """Every channel is blurred by itself, along both axes, and the image stays as it was."""
    img = image(rng, 3, 7, 9)
    for size, sigma in ((3, 0.6), (7, 3.0)):
        wanted = reference.gaussian_blur(img, size, sigma)
        with expect.unchanged(img):
            found = student.gaussian_blur(img, size, sigma)
        expect.close(found, wanted, what=f"the image blurred with {size} taps")


def test_gaussian_blur_without_any_blur(student, rng):
    """A sigma of 0 or a single tap change nothing, and a narrow bell next to nothing; a wide one averages evenly."""
    img = image(rng, 2, 6, 5)
    same, evenly = img.clone(), img[:, 1:4, 1:4].mean(dim=(1, 2))
    expect.close(student.gaussian_blur(img, 5, 0.0), same, what="the image at sigma 0")
    expect.close(student.gaussian_blur(img, 1, 2.0), same, what="the image seen through a single tap")
    expect.close(student.gaussian_blur(img, 5, 0.1), same, what="the image at a small sigma")
    wide = expect.tensor(student.gaussian_blur(img, 3, 1e4))
    expect.close(wide[:, 2, 2], evenly, rtol=1e-6, what="a pixel at a large sigma")


def test_gaussian_blur_in_single_precision(student, rng):
    """Float32 images give float32 images."""
    img = image(rng, 2, 6, 5).float()
    wanted = library.gaussian_blur(img.double(), [3, 3], [0.9, 0.9]).float()
    expect.close(student.gaussian_blur(img, 3, 0.9), wanted)


def test_gaussian_blur_refuses_what_is_no_kernel(student, reference, rng):
    """An even number of taps, none or fewer, or a negative sigma is a ValueError."""
    img = image(rng, 1, 6, 7)
    wanted = reference.gaussian_blur(img, 3, 1.0)
    for size, sigma in ((4, 1.0), (2, 0.0), (0, 1.0), (-1, 1.0), (3, -0.5)):
        with pytest.raises(ValueError):
            student.gaussian_blur(img, size, sigma)
    expect.close(student.gaussian_blur(img, 3, 1.0), wanted, what="the result for a legal kernel")


@pytest.mark.cuda
def test_gaussian_blur_on_the_gpu(student, reference, rng):
    """On a GPU the result is on the GPU."""
    img = image(rng, 2, 6, 5)
    wanted = reference.gaussian_blur(img, 3, 0.9).cuda()
    expect.close(student.gaussian_blur(img.cuda(), 3, 0.9), wanted, rtol=1e-6, atol=1e-8)
