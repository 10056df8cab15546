"""Hidden suite of 10.8, transforms in a row."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011
# The tests are named after the classes that they test, capitals and all.

import numpy as np
import pytest
import torch

from autograder import expect


def photo(rng, *shape):
    """Random bytes [H, W, C]."""
    return torch.randint(256, shape, generator=rng, dtype=torch.uint8)


@pytest.mark.weight(2)
def test_Compose_goes_from_left_to_right(student, rng):
    """The first transform of the list comes first, and each is given what the one before it made."""
    x = torch.rand(2, 3, generator=rng, dtype=torch.float64)
    wanted = ((x + 1) * 3) ** 2
    both = student.Compose([lambda img: img + 1, lambda img: img * 3, lambda img: img**2])
    expect.close(both(x), wanted)


def test_Compose_calls_each_transform_once_a_call(student, rng):
    """Every call applies every transform once, anew; an empty list gives back what it is given."""
    seen = []

    def first(img):
        seen.append("first")
        return img + len(seen)

    def second(img):
        seen.append("second")
        return 2 * img

    pipeline, x = student.Compose([first, second]), torch.rand(3, generator=rng, dtype=torch.float64)
    for calls in (1, 2):
        wanted = 2 * (x + 2 * calls - 1)
        expect.close(pipeline(x), wanted, what=f"the result of call {calls}")
        assert seen == ["first", "second"] * calls, "a transform was not called exactly once, or not in its turn"
    unchanged = x.clone()
    expect.equal(student.Compose([])(x), unchanged, what="the result without transforms")


@pytest.mark.weight(2)
def test_ToTensor_of_bytes(student, rng):
    """Bytes from 0 to 255 become numbers from 0 to 1, and the channels move to the front."""
    img = photo(rng, 4, 5, 3)
    img[0, 0, 0], img[3, 4, 2] = 255, 0
    wanted = torch.stack([img[:, :, c].float() for c in range(3)]) / 255
    with expect.unchanged(img):
        found = student.ToTensor()(img)
    expect.close(found, wanted)
    expect.close(student.ToTensor()(img.numpy()), wanted, what="the result for a numpy array")


def test_ToTensor_leaves_numbers_alone(student, rng):
    """What is floating-point already keeps values, dtype and layout; a numpy array becomes a tensor all the same."""
    img = torch.rand(4, 5, 3, generator=rng, dtype=torch.float64)
    wanted = img.clone()
    with expect.unchanged(img):
        found = student.ToTensor()(img)
    expect.equal(found, wanted, what="the result for a tensor")
    expect.equal(student.ToTensor()(wanted.numpy()), wanted, what="the result for an array in double precision")
    single = np.float32(wanted.numpy())
    expect.equal(student.ToTensor()(single), wanted.float(), what="the result for an array in single precision")


@pytest.mark.weight(2)
def test_Normalize_of_each_channel(student, rng):
    """Every channel has its own mean and deviation; the result is new, in the image's dtype, which stays as it was."""
    img = torch.rand(3, 2, 3, generator=rng, dtype=torch.float64)
    mean, std = [0.1, 0.5, -0.3], [0.2, 2.0, 0.7]
    wanted = torch.stack([(img[c] - mean[c]) / std[c] for c in range(3)])
    normalize = student.Normalize(mean, std)
    for _ in range(2):
        with expect.unchanged(img):
            found = normalize(img)
        expect.close(found, wanted)
    expect.close(normalize(img.float()), wanted.float(), what="the result in single precision")


def test_Normalize_with_one_number(student, rng):
    """One number serves all channels: with 0.5 and 0.5 black becomes -1, and white 1."""
    img = torch.rand(4, 3, 2, generator=rng, dtype=torch.float64)
    img[0, 0, 0], img[3, 2, 1] = 0, 1
    wanted, tall = 2 * img - 1, (img - 0.25) / 4
    expect.close(student.Normalize(0.5, 0.5)(img), wanted, what="the result for numbers")
    expect.close(student.Normalize((0.25,), (4.0,))(img[:1]), tall[:1], what="the result for sequences of one")


def test_Normalize_refuses_to_divide_by_zero(student, rng):
    """A standard deviation of 0, alone or among others, is a ValueError when the object is made."""
    img = torch.rand(2, 3, 2, generator=rng, dtype=torch.float64)
    for std in (0.0, [0.5, 0.0], [0.0, 0.5]):
        with pytest.raises(ValueError):
            student.Normalize(0.0, std)
    wanted = 2 * img
    expect.close(student.Normalize(0.0, 0.5)(img), wanted, what="the result for a legal one")


def test_Compose_of_the_others(student, rng):
    """Bytes through ToTensor and Normalize, in a row, give numbers from -1 to 1, twice the same."""
    img = photo(rng, 3, 4, 2)
    wanted = img.permute(2, 0, 1).float() / 127.5 - 1
    pipeline = student.Compose([student.ToTensor(), student.Normalize([0.5, 0.5], [0.5, 0.5])])
    for _ in range(2):
        expect.close(pipeline(img), wanted)


@pytest.mark.cuda
def test_Compose_on_the_gpu(student, rng):
    """On a GPU the results are on the GPU."""
    img = photo(rng, 3, 4, 2)
    wanted = (img.permute(2, 0, 1).float() / 127.5 - 1).cuda()
    pipeline = student.Compose([student.ToTensor(), student.Normalize([0.5, 0.5], [0.5, 0.5])])
    expect.close(pipeline(img.cuda()), wanted)
