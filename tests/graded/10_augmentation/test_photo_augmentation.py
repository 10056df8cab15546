"""Hidden suite of 10.11, a pipeline for photographs."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import math

import pytest
import torch
from PIL import Image

from autograder import expect

DRAWS = 80


def photo(rng, *shape):
    """Random bytes [3, H, W]."""
    return torch.randint(256, (3, *shape), generator=rng, dtype=torch.uint8)


def draws(student, img, n, *settings):
    """That many draws of a pipeline, checked for type and size."""
    augment = student.photo_augmentation(*settings)
    found = [expect.tensor(augment(img)) for _ in range(n)]
    for one in found:
        assert (one.ndim, one.shape[0], one.dtype) == (3, 3, torch.float32), "not a float32 tensor [3, H, W]"
        assert -1e-6 <= float(one.min()) <= float(one.max()) <= 1 + 1e-6, "a value outside [0, 1]"
    return torch.stack(found).double()


def angles(found):
    """The angle of a bar in each picture, in degrees, counter-clockwise."""
    light = found.mean(dim=1)
    size = light.shape[-1]
    axis = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    right, down = axis[None, None, :], axis[None, :, None]
    spread, skew = (light * (right**2 - down**2)).sum((1, 2)), (light * right * down).sum((1, 2))
    return -0.5 * torch.atan2(2 * skew, spread) * 180 / math.pi


@pytest.mark.weight(2)
def test_photo_augmentation_without_any_strength(student, rng):
    """Without strength, and never or always flipped, the photograph comes back as numbers from 0 to 1."""
    img = photo(rng, 5, 8)
    wanted = img.float() / 255
    mirrored = wanted.flip(2)
    pil = Image.fromarray(img.permute(1, 2, 0).numpy())
    for given in (img, pil):
        found = draws(student, given, 2, 0.0, 0.0, 0.0, 0.0)
        expect.close(found.float(), wanted.expand(2, 3, 5, 8), rtol=0, atol=1e-6, what="the photograph")
        found = draws(student, given, 2, 0.0, 0.0, 0.0, 1.0)
        expect.close(found.float(), mirrored.expand(2, 3, 5, 8), rtol=0, atol=1e-6, what="the mirrored photograph")


@pytest.mark.weight(2)
def test_photo_augmentation_flips_as_often_as_asked(student, rng):
    """Left and right are swapped with the given probability, top and bottom never."""
    img = photo(rng, 4, 6)
    wanted = img.double() / 255
    found = draws(student, img, DRAWS, 0.0, 0.0, 0.0, 0.97)
    mirrored = (found - wanted.flip(2)).abs().amax(dim=(1, 2, 3)) < 1e-6
    same = (found - wanted).abs().amax(dim=(1, 2, 3)) < 1e-6
    assert (mirrored | same).all(), "something else than a horizontal flip"
    expect.rate(int(mirrored.sum()), DRAWS, 0.97, what="how often the photograph is mirrored")


@pytest.mark.weight(2)
def test_photo_augmentation_rotates_once(student):
    """The angle is uniform between minus and plus the given one."""
    img = torch.zeros(3, 25, 25, dtype=torch.uint8)
    img[:, 11:14, 4:21] = 255
    angle = angles(draws(student, img, DRAWS, 20.0, 0.0, 0.0, 0.5))
    assert float(angle.abs().max()) < 21.5, "an angle is too large"
    expect.rate(int((angle > 0).sum()), DRAWS, 0.5, what="how often the image turns to the left")
    expect.rate(int((angle.abs() < 10).sum()), DRAWS, 0.5, what="how often the angle is small")


@pytest.mark.weight(2)
def test_photo_augmentation_changes_brightness(student, rng):
    """A brightness factor, uniform about one, multiplies a gray photograph, and white does not get whiter."""
    gray = 100 + int(torch.randint(40, (), generator=rng))
    strength = 0.3
    found = draws(student, torch.full((3, 2, 3), gray, dtype=torch.uint8), DRAWS, 0.0, strength, 0.0, 0.5)
    factor = found.mean(dim=(1, 2, 3)) * 255 / gray
    assert float((factor - 1).abs().max()) < strength + 0.02, "a factor is too far from 1"
    expect.rate(int((factor > 1).sum()), DRAWS, 0.5, what="how often it gets brighter")
    expect.rate(int(((factor - 1).abs() < strength / 2).sum()), DRAWS, 0.5, what="how often the change is small")


@pytest.mark.weight(2)
def test_photo_augmentation_changes_contrast(student, rng):
    """A contrast factor, uniform about one, multiplies the distance from the mean gray, which stays."""
    low = 90 + int(torch.randint(20, (), generator=rng))
    img = torch.full((3, 4, 4), low, dtype=torch.uint8)
    img[:, :, 2:] += 30
    strength = 0.25
    found = draws(student, img, DRAWS, 0.0, 0.0, strength, 0.0)
    expect.close(found.mean(dim=(1, 2, 3)), torch.full((DRAWS,), (low + 15) / 255).double(), rtol=0, atol=0.01)
    factor = (found[..., 3] - found[..., 0]).mean(dim=(1, 2)) * 255 / 30
    assert float((factor - 1).abs().max()) < strength + 0.04, "a factor is too far from 1"
    expect.rate(int((factor > 1).sum()), DRAWS, 0.5, what="how often the contrast grows")
    expect.rate(int(((factor - 1).abs() < strength / 2).sum()), DRAWS, 0.5, what="how often the change is small")


def test_photo_augmentation_keeps_the_size(student, rng):
    """Whatever the shape, the size stays, for tensors and PIL images; by default all of it is at work."""
    img = photo(rng, 21, 12)
    plain = img.double() / 255
    for given in (img, Image.fromarray(img.permute(1, 2, 0).numpy())):
        found = draws(student, given, 6)
        assert found.shape[2:] == (21, 12), "the size changed"
        for one in found:
            assert (one - plain).abs().max() > 1e-3, "a draw is the photograph itself"
            assert (one - plain.flip(2)).abs().max() > 1e-3, "a draw is the mirrored photograph itself"
        assert (found[0] - found[1]).abs().max() > 1e-3, "two draws are the same"


def test_photo_augmentation_has_strong_defaults(student):
    """By default angles go up to 30 degrees, changes of light up to a half, and every other draw is mirrored."""
    bar, gray = torch.zeros(3, 25, 25, dtype=torch.uint8), torch.full((3, 2, 4), 90, dtype=torch.uint8)
    bar[:, 11:14, 4:21] = 255
    bars = student.photo_augmentation(brightness=0.0, contrast=0.0)
    angle = angles(torch.stack([expect.tensor(bars(bar)) for _ in range(DRAWS)]).double()).abs()
    brightness = draws(student, gray, DRAWS, 0.0).mean(dim=(1, 2, 3)) * 255 / 90 - 1
    gray[:, :, 2:] = 120
    contrast = draws(student, gray, DRAWS, 0.0, 0.0)
    steps = (contrast[..., 3] - contrast[..., 0]).mean(dim=(1, 2)) * 255 / 30
    expect.rate(int((steps < 0).sum()), DRAWS, 0.5, what="how often the photograph is mirrored")
    largest = angle.max() / 30, brightness.abs().max() * 2, (steps.abs() - 1).abs().max() * 2
    for name, share in zip(("angle", "change of brightness", "change of contrast"), largest, strict=True):
        expect.chance(0.6**DRAWS)
        assert 0.6 < share < 1.1, f"by default, the largest {name} is another"


def test_photo_augmentation_refuses_wrong_settings(student, rng):
    """A probability outside [0, 1] or a negative strength is a ValueError; the ends of the range are legal."""
    for wrong in ((-1.0, 0.5, 0.5, 0.5), (30.0, -0.1, 0.5, 0.5), (30.0, 0.5, -0.1, 0.5)):
        with pytest.raises(ValueError):
            student.photo_augmentation(*wrong)
    for p in (-0.01, 1.01):
        with pytest.raises(ValueError):
            student.photo_augmentation(p_flip=p)
    img = photo(rng, 3, 4)
    wanted, always = (img.float() / 255).flip(2), student.photo_augmentation(0, 0, 0, 1)
    for _ in range(30):  # so that flipping half of the time is not mistaken for it
        expect.close(always(img), wanted, rtol=0, atol=1e-6, what="the legal end")


@pytest.mark.cuda
def test_photo_augmentation_on_the_gpu(student, rng):
    """On a GPU the result is on the GPU."""
    img = photo(rng, 5, 8)
    wanted = (img.float() / 255).flip(2).cuda()
    expect.close(student.photo_augmentation(0.0, 0.0, 0.0, 1.0)(img.cuda()), wanted, rtol=0, atol=1e-6)
