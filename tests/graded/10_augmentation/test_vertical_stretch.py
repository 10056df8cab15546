"""Hidden suite of 10.4, images that are stretched in height."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def image(rng, *shape):
    """An image of random pixels, in double precision."""
    return torch.rand(*shape, generator=rng, dtype=torch.float64)


@pytest.mark.weight(2)
def test_vertical_stretch_of_a_slope(student, rng):
    """A slope from top to bottom becomes flatter by the factor, and keeps its value in the middle."""
    for height, factor in ((11, 2.0), (14, 1.25), (9, 3.5)):
        slope = 0.02 * (1 + float(torch.rand((), generator=rng)))
        y = torch.arange(height, dtype=torch.float64)[:, None] - (height - 1) / 2
        wanted = (0.5 + slope / factor * y).expand(1, height, 6)
        img = (0.5 + slope * y).expand(1, height, 6).clone()
        expect.close(student.vertical_stretch(img, factor), wanted, what="the stretched slope")


@pytest.mark.weight(2)
def test_vertical_stretch_of_fresh_images(student, reference, rng):
    """Rows between rows are interpolated, each column by itself; the image keeps its size, and stays as it was."""
    for shape, factor in (((3, 7, 4), 1.6), ((2, 5, 9), 2.7)):
        img = image(rng, *shape)
        wanted = reference.vertical_stretch(img, factor)
        with expect.unchanged(img):
            found = student.vertical_stretch(img, factor)
        expect.close(found, wanted)


def test_vertical_stretch_leaves_strips_when_it_shrinks(student, rng):
    """At factor 1/2 every other row is left, in the middle, with black above and below."""
    img = image(rng, 2, 9, 3)
    wanted = torch.zeros_like(img)
    wanted[:, 2:7] = img[:, ::2]
    expect.close(student.vertical_stretch(img, 0.5), wanted)


def test_vertical_stretch_fades_at_the_border(student, rng):
    """Less than a pixel outside, the border fades to black in proportion to the distance."""
    img = image(rng, 1, 8, 2)
    found = expect.tensor(student.vertical_stretch(img, 0.8))
    expect.close(found[:, 0], 0.125 * img[:, 0], what="the first row")
    expect.close(found[:, 7], 0.125 * img[:, 7], what="the last row")


def test_vertical_stretch_by_one(student, rng):
    """The factor 1 changes nothing; the columns of an image with constant columns stay where they are at any factor."""
    img, stripes = image(rng, 2, 6, 5), image(rng, 1, 1, 7).expand(1, 6, 7).clone()
    wanted = img.clone(), stripes.clone()
    expect.close(student.vertical_stretch(img, 1.0), wanted[0], atol=1e-8, what="the image at factor 1")
    expect.close(student.vertical_stretch(stripes, 2.0), wanted[1], what="the stripes at factor 2")
    assert not torch.equal(expect.tensor(student.vertical_stretch(img, 2.0)), img), "nothing was stretched at factor 2"


def test_vertical_stretch_in_single_precision(student, reference, rng):
    """Float32 images give float32 images."""
    img = image(rng, 1, 6, 4).float()
    wanted = reference.vertical_stretch(img, 1.7)
    expect.close(student.vertical_stretch(img, 1.7), wanted)


def test_vertical_stretch_refuses_a_factor_that_is_not_positive(student, reference, rng):
    """A factor of 0 or below is a ValueError, and a small one above 0 is legal."""
    img = image(rng, 1, 5, 3)
    wanted = reference.vertical_stretch(img, 0.25)
    for factor in (0.0, -0.5, -2.0):
        with pytest.raises(ValueError):
            student.vertical_stretch(img, factor)
    expect.close(student.vertical_stretch(img, 0.25), wanted, what="the result at factor 1/4")


@pytest.mark.cuda
def test_vertical_stretch_on_the_gpu(student, reference, rng):
    """On a GPU the result is on the GPU."""
    img = image(rng, 2, 7, 4).cuda()
    wanted = reference.vertical_stretch(img, 1.6)
    expect.close(student.vertical_stretch(img, 1.6), wanted)
