"""Small examples to check by hand. Passing them is necessary, and not enough for full marks."""
# Tests are named after the class or function that they test, capitals and all.
# ruff: noqa: N802

import pytest
import torch
from PIL import Image

from autograder import expect


def test_rotate_and_scale_example(student):
    """Moved by one place to the right and doubled, 1 2 3 4 becomes 8 2 4 6."""
    out = student.rotate_and_scale(torch.tensor([[1.0, 2.0, 3.0, 4.0]]), torch.tensor([1]), torch.tensor([2.0]))
    expect.close(out, torch.tensor([[8.0, 2.0, 4.0, 6.0]]))


def test_rotate_and_scale_needs_one_shift_each(student):
    """Two signals and one shift are a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.rotate_and_scale(torch.zeros(2, 4), torch.tensor([1]), torch.ones(2))


def test_augment_dataset_keeps_what_it_is_given(student):
    """The originals come first, and four rows follow."""
    x, y = torch.tensor([[1.0, 0.0, 0.0], [0.0, 5.0, 0.0]]), torch.tensor([3, 7])
    found_x, found_y = student.augment_dataset(x, y, 4)
    assert found_x.shape == (6, 3), "not six signals of length three"
    expect.equal(found_x[:2], x)
    expect.equal(found_y[:2], y)


def test_augment_dataset_of_spikes(student):
    """A spike of height 1 is a 3, one of height 5 is a 7, wherever it stands and a fifth higher or lower."""
    x, y = torch.tensor([[1.0, 0.0, 0.0], [0.0, 5.0, 0.0]]), torch.tensor([3, 7])
    found_x, found_y = student.augment_dataset(x, y, 20)
    for signal, label in zip(found_x, found_y, strict=True):
        assert int((signal != 0).sum()) == 1, "not a single spike"
        assert int(label) == (3 if signal.max() < 2 else 7), "the label of another spike"


def test_flip_example(student):
    """Of the rows 1 2 and 3 4, a horizontal flip makes 2 1 and 4 3, a vertical one 3 4 and 1 2."""
    img = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    expect.equal(student.flip(img, True, False), torch.tensor([[[2.0, 1.0], [4.0, 3.0]]]))
    expect.equal(student.flip(img, False, True), torch.tensor([[[3.0, 4.0], [1.0, 2.0]]]))


def test_rotate_and_crop_a_quarter(student):
    """A quarter turn to the left brings the right column to the top: 1 2 / 3 4 becomes 2 4 / 1 3."""
    out = student.rotate_and_crop(torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]), 90.0, 2, 2)
    expect.close(out, torch.tensor([[[2.0, 4.0], [1.0, 3.0]]]))


def test_rotate_and_crop_without_turning(student):
    """Without a turn, the middle one of nine pixels is left."""
    out = student.rotate_and_crop(torch.arange(9.0).reshape(1, 3, 3), 0.0, 1, 1)
    expect.close(out, torch.tensor([[[4.0]]]))


def test_vertical_stretch_example(student):
    """Rows of 0, 2 and 4, twice as high: the middle stays, and its neighbors are half-way to the old ones."""
    out = student.vertical_stretch(torch.tensor([[[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]]]), 2.0)
    expect.close(out, torch.tensor([[[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]]))


def test_vertical_stretch_needs_a_positive_factor(student):
    """A factor of 0 is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.vertical_stretch(torch.zeros(1, 3, 2), 0.0)


def test_color_balance_example(student):
    """0.5 with a gain of 0.4 is 0.2, and with a gain of 3 it is white."""
    out = student.color_balance(torch.full((2, 2, 2), 0.5), torch.tensor([0.4, 3.0]))
    expect.close(out, torch.stack([torch.full((2, 2), 0.2), torch.ones(2, 2)]))


def test_vignette_example(student):
    """Of a white image of 3 x 3, half is lost at the corners, a quarter at the edges, nothing in the middle."""
    out = student.vignette(torch.ones(1, 3, 3), 0.5)
    expect.close(out, torch.tensor([[[0.5, 0.75, 0.5], [0.75, 1.0, 0.75], [0.5, 0.75, 0.5]]]))


def test_gaussian_blur_of_white(student):
    """A white image stays white, up to its border."""
    expect.close(student.gaussian_blur(torch.ones(1, 4, 5), 3, 1.0), torch.ones(1, 4, 5))


def test_gaussian_blur_needs_an_odd_kernel(student):
    """Two taps are a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.gaussian_blur(torch.ones(1, 4, 5), 2, 1.0)


def test_pincushion_keeps_the_center(student):
    """At k = 0.5 the corners come from outside, and are black; the center stays."""
    out = student.pincushion(torch.ones(1, 5, 5), 0.5)
    expect.close(out[0, 2, 2], 1.0, what="the center")
    expect.close(out[0, 0, 0], 0.0, what="a corner")


def test_pincushion_without_distortion(student):
    """At k = 0 nothing happens."""
    img = torch.arange(12.0).reshape(1, 3, 4) / 12
    expect.close(student.pincushion(img, 0.0), img)


def test_Compose_example(student):
    """Add one, then double: 3 becomes 8."""
    expect.close(student.Compose([lambda x: x + 1, lambda x: 2 * x])(torch.tensor([3.0])), torch.tensor([8.0]))


def test_ToTensor_example(student):
    """One pixel of the colors 0, 51 and 255."""
    out = student.ToTensor()(torch.tensor([[[0, 51, 255]]], dtype=torch.uint8))
    expect.close(out, torch.tensor([[[0.0]], [[0.2]], [[1.0]]]))


def test_Normalize_example(student):
    """With 0.5 and 0.5, white becomes 1 and gray 0."""
    expect.close(student.Normalize(0.5, 0.5)(torch.tensor([[[1.0, 0.5]]])), torch.tensor([[[1.0, 0.0]]]))


def test_ImageTable_example(student):
    """The second of two images, transformed, with its label."""
    table = student.ImageTable(["a", "b"], [4, 2], {"a": 1.0, "b": 5.0}.get, lambda image: -image)
    assert len(table) == 2, "not two examples"
    assert table[1] == (-5.0, 2), "not the second example"


def test_ImageTable_ends(student):
    """There is no third example of two."""
    table = student.ImageTable(["a", "b"], [4, 2], {"a": 1.0, "b": 5.0}.get)
    with pytest.raises(IndexError):
        table[2]


def test_mnist_transforms_of_black_and_white(student):
    """In evaluation, black is -1 and white is 1, of 28 x 28 pixels, for a PIL image as well."""
    _, evaluate = student.mnist_transforms()
    expect.close(evaluate(torch.zeros(1, 28, 28, dtype=torch.uint8)), -torch.ones(1, 28, 28))
    expect.close(evaluate(Image.new("L", (28, 28), 255)), torch.ones(1, 28, 28))


def test_mnist_transforms_in_training(student):
    """In training two draws differ, and have the right size."""
    train, _ = student.mnist_transforms()
    digit = torch.zeros(1, 28, 28, dtype=torch.uint8)
    digit[:, 4:24, 12:15] = 255
    first, *others = [train(digit) for _ in range(5)]
    assert first.shape == (1, 28, 28), "not 28 x 28 pixels"
    assert not all(torch.equal(first, other) for other in others), "five draws are the same"


def test_photo_augmentation_mirrors(student):
    """Without any other strength, and always mirrored: the first column comes last."""
    photo = torch.zeros(3, 2, 4, dtype=torch.uint8)
    photo[:, :, 0] = 255
    out = student.photo_augmentation(0.0, 0.0, 0.0, 1.0)(photo)
    expect.close(out, torch.tensor([0.0, 0.0, 0.0, 1.0]).expand(3, 2, 4))


def test_photo_augmentation_needs_a_probability(student):
    """A probability of 2 is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.photo_augmentation(p_flip=2.0)
