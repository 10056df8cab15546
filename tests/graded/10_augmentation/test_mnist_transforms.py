"""Hidden suite of 10.10, the pipelines for digits."""

import math

import pytest
import torch
from PIL import Image
from torchvision.transforms.v2 import functional as library

from autograder import expect

DRAWS = 120


def digit(rng):
    """Random strokes as uint8 [1, 28, 28], smooth enough to be resized."""
    coarse = torch.rand(1, 1, 7, 7, generator=rng)
    fine = torch.nn.functional.interpolate(coarse, (28, 28), mode="bilinear")
    return (255 * fine[0]).to(torch.uint8)


def bar():
    """A white bar of 4 x 14 pixels about the center of a black image."""
    img = torch.zeros(1, 28, 28, dtype=torch.uint8)
    img[0, 12:16, 7:21] = 255
    return img


def draws(student, img, n=DRAWS):
    """That many draws of the training pipeline, checked and brought back to [0, 1]."""
    train = student.mnist_transforms()[0]
    found = [expect.tensor(train(img)) for _ in range(n)]
    for one in found:
        assert (one.shape, one.dtype) == ((1, 28, 28), torch.float32), "not a float32 tensor [1, 28, 28]"
        assert -1 - 1e-6 <= float(one.min()) <= float(one.max()) <= 1 + 1e-6, "a value outside [-1, 1]"
    return torch.cat(found).double() / 2 + 0.5


def placed(found):
    """Where the center of the light lies (row and column), and its angle in degrees, counter-clockwise."""
    assert (found.amin(dim=(1, 2)) < 0.05).all(), "black does not become -1"
    total = found.sum(dim=(1, 2))
    assert (total > 40).all(), "the bar has left the picture"
    axis = torch.arange(28, dtype=torch.float64)
    row, column = (found.sum(2) * axis).sum(1) / total, (found.sum(1) * axis).sum(1) / total
    down, right = axis[:, None] - row[:, None, None], axis - column[:, None, None]
    spread, skew = (found * (right**2 - down**2)).sum((1, 2)), (found * right * down).sum((1, 2))
    return row, column, -0.5 * torch.atan2(2 * skew, spread) * 180 / math.pi


@pytest.mark.weight(2)
def test_mnist_transforms_evaluation(student, rng):
    """In evaluation the image is enlarged, its middle cut out, and black becomes -1 and white 1."""
    img = digit(rng)
    img[0, :, 14:] = 0
    img[0, 10:18, 3:11] = 255
    wanted = library.center_crop(library.resize(img, [32, 32]), [28, 28]).float() / 127.5 - 1
    found = student.mnist_transforms()[1](img)
    expect.close(found, wanted, rtol=0, atol=2.5 / 127.5)


@pytest.mark.weight(2)
def test_mnist_transforms_evaluation_is_repeatable(student, rng):
    """In evaluation nothing is random, and a PIL image gives what the tensor of the same bytes gives."""
    img = digit(rng)
    evaluate = student.mnist_transforms()[1]
    first = expect.tensor(evaluate(img))
    assert (first.shape, first.dtype) == ((1, 28, 28), torch.float32), "not a float32 tensor [1, 28, 28]"
    assert first.std() > 0.05, "a picture without contrast"
    for _ in range(5):
        expect.equal(evaluate(img), first.clone(), what="the result of another call")
    pil = expect.tensor(evaluate(Image.fromarray(img[0].numpy())))
    expect.close(pil, first.clone(), rtol=0, atol=4 / 255, what="the result for a PIL image")


@pytest.mark.weight(2)
def test_mnist_transforms_training_crops_everywhere(student):
    """In training all 25 places of the crop are equally likely, and the crop comes after the rotation."""
    row, column, _ = placed(draws(student, bar()))
    top, left = 15.5 - row, 15.5 - column
    assert float((top - top.round()).abs().max()) < 0.1, "the rotation moves the center of the image"
    assert float((left - left.round()).abs().max()) < 0.1, "the rotation moves the center of the image"
    for name, offset in (("row", top), ("column", left)):
        counts = torch.bincount(offset.round().long().clamp(0), minlength=5)
        assert len(counts) == 5, "a crop from outside the image"
        expect.frequencies(counts, torch.full((5,), 0.2), what=f"how often the crop starts at a {name}")
    expect.rate(int((top.round() == left.round()).sum()), DRAWS, 0.2, what="how often row and column are the same")


@pytest.mark.weight(2)
def test_mnist_transforms_training_rotates(student):
    """In training the angle is uniform between -30 and 30 degrees, whatever the place."""
    row, _, angle = placed(draws(student, bar(), 80))
    assert float(angle.abs().max()) < 31.5, "an angle is too large"
    expect.rate(int((angle > 0).sum()), 80, 0.5, what="how often the image turns to the left")
    expect.rate(int((angle.abs() < 15).sum()), 80, 0.5, what="how often the angle is small")
    expect.rate(int(((angle > 0) == (row < 13.4)).sum()), 80, 0.5, what="how angle and place agree")


def test_mnist_transforms_training_of_a_white_image(student):
    """A white image stays white in the middle, black comes in from the corners only, and a PIL image does as well."""
    white = torch.full((1, 28, 28), 255, dtype=torch.uint8)
    found = torch.cat([draws(student, white, 15), draws(student, Image.fromarray(white[0].numpy()), 15)])
    expect.close(found[:, 6:22, 6:22], torch.ones(30, 16, 16).double(), atol=1e-6, rtol=0, what="the middle")
    expect.chance(1e-9)  # that no angle is above 15 degrees
    assert (found.amin(dim=(1, 2)) < 0.01).any(), "no corner has become black"


@pytest.mark.cuda
def test_mnist_transforms_on_the_gpu(student, rng):
    """On a GPU the results are on the GPU."""
    img = digit(rng)
    wanted = library.center_crop(library.resize(img, [32, 32]), [28, 28]).float() / 127.5 - 1
    train, evaluate = student.mnist_transforms()
    expect.close(evaluate(img.cuda()), wanted.cuda(), rtol=0, atol=2.5 / 127.5)
    assert expect.tensor(train(img.cuda())).is_cuda, "the training pipeline leaves the GPU"
