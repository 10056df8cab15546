"""Hidden suite of 10.3, images that are mirrored, turned and cut."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import math

import pytest
import torch

from autograder import expect


def image(rng, *shape):
    """An image of random pixels, in double precision."""
    return torch.rand(*shape, generator=rng, dtype=torch.float64)


def ramp(height, width, along_x, along_y):
    """An image whose brightness is a plane, with the value 0.5 at the center."""
    x = torch.arange(width, dtype=torch.float64) - (width - 1) / 2
    y = torch.arange(height, dtype=torch.float64)[:, None] - (height - 1) / 2
    return (0.5 + along_x * x + along_y * y)[None]


def test_flip_swaps_left_and_right_or_top_and_bottom(student, rng):
    """A horizontal flip reverses every row, a vertical one every column; the image stays as it was."""
    img = image(rng, 3, 4, 5)
    wide = torch.stack([img[:, :, 4 - j] for j in range(5)], dim=2)
    high = torch.stack([img[:, 3 - i] for i in range(4)], dim=1)
    with expect.unchanged(img):
        found = student.flip(img, True, False), student.flip(img, False, True)
    expect.equal(found[0], wide, what="the horizontal flip")
    expect.equal(found[1], high, what="the vertical flip")


def test_flip_of_both_or_none(student, rng):
    """Both flips together turn the image by half a circle, and no flip gives the image."""
    img = image(rng, 2, 3, 4).float()
    half_circle = torch.rot90(img, 2, (1, 2))
    expect.equal(student.flip(img, True, True), half_circle, what="both flips together")
    expect.equal(student.flip(img, False, False), img, what="no flip")


@pytest.mark.weight(2)
def test_rotate_and_crop_by_right_angles(student, rng):
    """A square image turned by 90 degrees is that image turned to the left, and by -90 degrees to the right."""
    img = image(rng, 2, 7, 7)
    for degrees, turns in ((90, 1), (-90, -1), (180, 2)):
        wanted = torch.rot90(img, turns, (1, 2))[:, 1:6, 1:6]
        expect.close(student.rotate_and_crop(img, degrees, 5, 5), wanted, rtol=1e-5, atol=1e-8)


@pytest.mark.weight(2)
def test_rotate_and_crop_turns_a_slope(student, rng):
    """Where an image is a slope, the turned image is that slope in its new direction, also where it is not square."""
    for height, width, degrees in ((12, 20, 25.0), (21, 13, -40.0)):
        along = 0.02 * (1 + torch.rand(2, generator=rng, dtype=torch.float64))
        angle = math.radians(degrees)
        turned_x = along[0] * math.cos(angle) + along[1] * math.sin(angle)
        turned_y = along[1] * math.cos(angle) - along[0] * math.sin(angle)
        whole, top, left = ramp(height, width, turned_x, turned_y), (height - 6) // 2, (width - 6) // 2
        wanted = whole[:, top : top + 6, left : left + 6]
        img = ramp(height, width, *along)
        expect.close(student.rotate_and_crop(img, degrees, 6, 6), wanted, what="the turned slope")


@pytest.mark.weight(2)
def test_rotate_and_crop_of_fresh_images(student, reference, rng):
    """Pixels between pixels are interpolated, the outside is black, and the image stays as it was."""
    img = image(rng, 3, 11, 8)
    degrees = 20 + 40 * float(torch.rand((), generator=rng))
    wanted = reference.rotate_and_crop(img, degrees, 11, 8)
    with expect.unchanged(img):
        found = student.rotate_and_crop(img, degrees, 11, 8)
    expect.close(found, wanted)


def test_rotate_and_crop_cuts_the_middle(student, rng):
    """Turned by 0 or 360 degrees, an image is only cut, where the docstring says."""
    img = image(rng, 2, 9, 12)
    for degrees in (0, 360):
        for height, width in ((4, 5), (9, 12), (3, 1)):
            top, left = (9 - height) // 2, (12 - width) // 2
            wanted = img[:, top : top + height, left : left + width].clone()
            found = student.rotate_and_crop(img, degrees, height, width)
            expect.close(found, wanted, atol=1e-8, what=f"the window of {height} x {width}")


def test_rotate_and_crop_cuts_after_turning(student, rng):
    """The window is cut out of the turned image: around a small window there are no black corners."""
    light = 0.2 + 0.6 * float(torch.rand((), generator=rng))
    img = torch.full((1, 20, 20), light, dtype=torch.float64)
    expect.close(student.rotate_and_crop(img, 45, 10, 10), img[:, :10, :10], what="the middle of a plain image")


def test_rotate_and_crop_in_single_precision(student, reference, rng):
    """Float32 images give float32 images."""
    img = image(rng, 1, 6, 9).float()
    wanted = reference.rotate_and_crop(img, 33.0, 4, 4)
    expect.close(student.rotate_and_crop(img, 33.0, 4, 4), wanted)


def test_rotate_and_crop_refuses_a_window_that_does_not_fit(student, rng):
    """A window that is higher or wider than the image is a ValueError, and one of the same size fits."""
    img = image(rng, 1, 5, 7)
    for height, width in ((6, 7), (5, 8), (7, 5)):
        with pytest.raises(ValueError):
            student.rotate_and_crop(img, 10, height, width)
    expect.close(student.rotate_and_crop(img, 0, 5, 7), img.clone(), atol=1e-8, what="a window as large as the image")


@pytest.mark.cuda
def test_flip_and_rotate_and_crop_on_the_gpu(student, reference, rng):
    """On a GPU the results are on the GPU."""
    img = image(rng, 2, 7, 9).cuda()
    wanted, mirrored = reference.rotate_and_crop(img, 30.0, 5, 5), img.flip(2)
    expect.close(student.rotate_and_crop(img, 30.0, 5, 5), wanted)
    expect.equal(student.flip(img, True, False), mirrored)
