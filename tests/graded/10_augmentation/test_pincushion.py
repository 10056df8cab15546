"""Hidden suite of 10.7, images seen through a lens."""

import pytest
import torch

from autograder import expect


def image(rng, *shape):
    """An image of random pixels, in double precision."""
    return torch.rand(*shape, generator=rng, dtype=torch.float64)


def positions(height, width):
    """Positions of the pixels, from -1 to 1 along each axis."""
    y, x = torch.meshgrid(
        torch.linspace(-1, 1, height, dtype=torch.float64),
        torch.linspace(-1, 1, width, dtype=torch.float64),
        indexing="ij",
    )
    return x, y


@pytest.mark.weight(2)
def test_pincushion_of_two_slopes(student, rng):
    """On a slope one reads off where each pixel comes from: along its ray, by a share of the squared distance."""
    x, y = positions(9, 12)
    k = -0.1 - 0.2 * float(torch.rand((), generator=rng))
    inwards = 1 + k * (x * x + y * y)
    wanted = torch.stack([0.5 + 0.4 * x * inwards, 0.5 + 0.3 * y * inwards])
    img = torch.stack([0.5 + 0.4 * x, 0.5 + 0.3 * y])
    expect.close(student.pincushion(img, k), wanted)


def test_pincushion_bends_lines_outwards(student):
    """At k = -0.2 a line near the top is pulled up, and most of all towards its ends."""
    img = torch.zeros(1, 201, 201, dtype=torch.float64)
    img[0, 30] = 1
    found = expect.tensor(student.pincushion(img, -0.2))
    assert found.shape == img.shape, "the size changed"
    rows = found[0].argmax(dim=0)
    expect.close(rows[[100, 50, 150]], torch.tensor([20, 12, 12]), what="the line's row in the middle and half-way out")
    assert (found[0, :25, [0, 200]] == 0).all(), "the line's ends are still in the picture"


@pytest.mark.weight(2)
def test_pincushion_of_fresh_images(student, reference, rng):
    """Pixels between pixels are interpolated, what comes from outside is black, and the image stays as it was."""
    img = image(rng, 3, 8, 11)
    for k in (-0.35, 0.3):
        wanted = reference.pincushion(img, k)
        with expect.unchanged(img):
            found = student.pincushion(img, k)
        expect.close(found, wanted, what=f"the image at k = {k}")


def test_pincushion_and_barrel(student, rng):
    """A barrel, k > 0, has black corners, a pincushion has none; the center stays, and k = 0 changes nothing."""
    img = 0.5 + image(rng, 2, 9, 7) / 2
    same = img.clone()
    barrel, cushion = expect.tensor(student.pincushion(img, 0.5)), expect.tensor(student.pincushion(img, -0.25))
    expect.close(student.pincushion(img, 0.0), same, atol=1e-8, what="the image at k = 0")
    for name, found in (("barrel", barrel), ("pincushion", cushion)):
        expect.close(found[:, 4, 3], same[:, 4, 3], what=f"the center of the {name}")
    assert (barrel[:, [0, 0, -1, -1], [0, -1, 0, -1]] == 0).all(), "a corner of the barrel is not black"
    assert (cushion > 0.25).all(), "there is black in the pincushion"


def test_pincushion_in_single_precision(student, reference, rng):
    """Float32 images give float32 images."""
    img = image(rng, 1, 6, 9).float()
    wanted = reference.pincushion(img, -0.3)
    expect.close(student.pincushion(img, -0.3), wanted)


@pytest.mark.cuda
def test_pincushion_on_the_gpu(student, reference, rng):
    """On a GPU the result is on the GPU."""
    img = image(rng, 2, 6, 9).cuda()
    wanted = reference.pincushion(img, -0.3)
    expect.close(student.pincushion(img, -0.3), wanted)
