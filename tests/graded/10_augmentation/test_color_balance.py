"""Hidden suite of 10.5, images in another light."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def image(rng, *shape):
    """An image of random pixels between 0.2 and 0.8, in double precision."""
    return 0.2 + 0.6 * torch.rand(*shape, generator=rng, dtype=torch.float64)


def lost(height, width):
    """The share of the corners' loss that each pixel of an image has."""
    return torch.tensor(
        [
            [
                ((2 * i - height + 1) ** 2 + (2 * j - width + 1) ** 2) / ((height - 1) ** 2 + (width - 1) ** 2)
                for j in range(width)
            ]
            for i in range(height)
        ],
        dtype=torch.float64,
    )


@pytest.mark.weight(2)
def test_color_balance_multiplies_the_channels(student, rng):
    """Each channel is multiplied by its own gain, and no argument changes."""
    img, gains = image(rng, 3, 3, 3), 0.3 + 0.9 * torch.rand(3, generator=rng, dtype=torch.float64)
    wanted = torch.stack([channel * gain for channel, gain in zip(img, gains.tolist(), strict=True)])
    with expect.unchanged(img, gains):
        found = student.color_balance(img, gains)
    expect.close(found, wanted)


def test_color_balance_saturates(student, rng):
    """What would be brighter than 1 is 1, what would be below 0 is 0, and black stays black."""
    img = image(rng, 4, 2, 5)
    img[3] = 0
    found = expect.tensor(student.color_balance(img, torch.tensor([9.0, -1.0, 0.5, 7.0], dtype=torch.float64)))
    wanted = torch.stack([torch.ones(2, 5), torch.zeros(2, 5), torch.zeros(2, 5), torch.zeros(2, 5)]).double()
    wanted[2] = img[2] / 2
    expect.close(found, wanted)


def test_color_balance_refuses_another_number_of_gains(student, rng):
    """One gain for each channel: another number of them is a ValueError."""
    img, gains = image(rng, 3, 2, 3), torch.full((3,), 0.5, dtype=torch.float64)
    for wrong in (gains[:2], gains[:1], torch.cat([gains, gains])):
        with pytest.raises(ValueError):
            student.color_balance(img, wrong)
    expect.close(student.color_balance(img, gains), img / 2, what="the result for the right number of gains")


@pytest.mark.weight(2)
def test_vignette_of_a_plain_image(student, rng):
    """The loss grows with the squared distance from the center, and reaches the strength at the corners."""
    strength = 0.2 + 0.7 * float(torch.rand((), generator=rng))
    for height, width in ((5, 7), (6, 4), (3, 9)):
        found = student.vignette(torch.full((2, height, width), 0.5, dtype=torch.float64), strength)
        wanted = (0.5 * (1 - strength * lost(height, width))).expand(2, height, width)
        expect.close(found, wanted, what=f"the vignette of {height} x {width} pixels")


@pytest.mark.weight(2)
def test_vignette_of_fresh_images(student, rng):
    """Every channel is darkened alike, and the image stays as it was."""
    img = image(rng, 3, 4, 9)
    wanted = img * (1 - 0.7 * lost(4, 9))
    with expect.unchanged(img):
        found = student.vignette(img, 0.7)
    expect.close(found, wanted)


def test_vignette_is_alike_in_all_four_corners(student, rng):
    """The vignette has no preferred side, for images of even and of odd size."""
    for height, width in ((4, 6), (5, 3)):
        light = float(image(rng, 1))
        found = expect.tensor(student.vignette(torch.full((1, height, width), light, dtype=torch.float64), 0.6))
        expect.close(found.flip(1), found.clone(), what="the image upside down")
        expect.close(found.flip(2), found.clone(), what="the image in the mirror")
        expect.close(found[0, 0, 0], 0.4 * light, what="a corner")


def test_vignette_stays_between_black_and_white(student, rng):
    """A strength above 1 makes no light negative, one below 0 none brighter than 1, and 0 changes nothing."""
    img = image(rng, 2, 5, 6)
    wanted = {s: (img * (1 - s * lost(5, 6))).clamp(0, 1) for s in (0.0, 3.0, -4.0)}
    for strength, values in wanted.items():
        expect.close(student.vignette(img, strength), values, what=f"the image at strength {strength}")


def test_color_balance_and_vignette_in_single_precision(student, rng):
    """Float32 images give float32 images."""
    img = image(rng, 2, 3, 4).float()
    gains = torch.tensor([0.25, 2.0])
    wanted = torch.stack([img[0] / 4, (2 * img[1]).clamp(max=1)]), img * (1 - 0.5 * lost(3, 4)).float()
    expect.close(student.color_balance(img, gains), wanted[0], what="the color balance")
    expect.close(student.vignette(img, 0.5), wanted[1], what="the vignette")


@pytest.mark.cuda
def test_color_balance_and_vignette_on_the_gpu(student, rng):
    """On a GPU the results are on the GPU."""
    img = image(rng, 2, 3, 4)
    dark, faded = (img / 2).cuda(), (img * (1 - 0.5 * lost(3, 4))).cuda()
    gains = torch.full((2,), 0.5, dtype=torch.float64).cuda()
    expect.close(student.color_balance(img.cuda(), gains), dark, what="the color balance")
    expect.close(student.vignette(img.cuda(), 0.5), faded, what="the vignette")
