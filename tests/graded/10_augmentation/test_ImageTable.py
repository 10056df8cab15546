"""Hidden suite of 10.9, a table of images as a data set."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011
# The tests are named after the class that they test, capitals and all.

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from autograder import expect


def pictures(rng, n):
    """Names, and the image that belongs to each."""
    names = [f"img{int(k):03d}.png" for k in torch.randperm(1000, generator=rng)[:n]]
    return names, {name: torch.rand(1, 2, 3, generator=rng) for name in names}


@pytest.mark.weight(2)
def test_ImageTable_gives_image_and_label(student, rng):
    """Example i is the image of name i, and label i as a Python int."""
    names, stored = pictures(rng, 5)
    labels = [int(k) for k in torch.randint(2, 90, (5,), generator=rng)]
    table = student.ImageTable(names, labels, lambda name: stored[name])
    assert len(table) == 5, "the table does not have one example for each name"
    for index in (3, 0, 4):
        example = table[index]
        assert isinstance(example, tuple), "an example is not a tuple"
        assert len(example) == 2, "an example is not an image and a label"
        expect.equal(example[0], stored[names[index]], what="the image")
        assert type(example[1]) is int, "the label is not a Python int"
        assert example[1] == labels[index], "the label belongs to another image"


@pytest.mark.weight(2)
def test_ImageTable_transforms_at_every_access(student, rng):
    """Whenever an example is asked for, it is loaded once and transformed once, and not before."""
    names, stored = pictures(rng, 3)
    loaded, drawn = [], []

    def load(name):
        loaded.append(name)
        return stored[name]

    def transform(image):
        drawn.append(len(drawn))
        return image + len(drawn)

    table = student.ImageTable(names, [7, 8, 9], load, transform)
    assert (loaded, drawn) == ([], []), "an image was loaded or transformed before anybody asked for it"
    for count, index in enumerate((1, 1, 2), start=1):
        wanted = stored[names[index]] + count
        expect.close(table[index][0], wanted, what=f"the image of access {count}")
    assert loaded == [names[1], names[1], names[2]], "an access does not load its own image once"


def test_ImageTable_indices_like_those_of_a_list(student, rng):
    """Negative indices count from the end, an index past either end is an IndexError, and a loop comes to an end."""
    names, stored = pictures(rng, 4)
    table = student.ImageTable(tuple(names), (5, 6, 7, 8), lambda name: stored[name])
    for index, label in ((-1, 8), (-4, 5)):
        image, found = table[index]
        expect.equal(image, stored[names[index]], what=f"the image number {index}")
        assert found == label, f"the label number {index} is wrong"
    for index in (4, -5, 40):
        with pytest.raises(IndexError):
            table[index]
    assert [label for _, label in (table[i] for i in range(len(table)))] == [5, 6, 7, 8], "labels are out of order"


def test_ImageTable_of_arrays(student, rng):
    """Names and labels may be arrays or tensors, and positions count whatever the labels are."""
    names, stored = pictures(rng, 3)
    for labels in (np.array([4, 2, 0]), torch.tensor([4, 2, 0]), [np.int64(4), torch.tensor(2), 0]):
        table = student.ImageTable(np.array([20, 10, 30]), labels, lambda number: stored[names[int(number) // 15]])
        found = [table[i] for i in range(3)]
        assert [type(label) for _, label in found] == [int, int, int], "a label is not a Python int"
        assert [label for _, label in found] == [4, 2, 0], "a label belongs to another image"
        expect.equal(found[1][0], stored[names[0]], what="the second image")


def test_ImageTable_feeds_a_data_loader(student, rng):
    """A DataLoader that shuffles finds every image once an epoch, with its own label."""
    names, stored = pictures(rng, 7)
    table = student.ImageTable(names, range(7), lambda name: stored[name])
    order = torch.Generator().manual_seed(int(torch.randint(2**40, (), generator=rng)))
    images, labels = zip(*DataLoader(table, batch_size=3, shuffle=True, generator=order), strict=True)
    assert sorted(torch.cat(labels).tolist()) == list(range(7)), "an epoch does not hold every example once"
    wanted = torch.stack([stored[names[label]] for label in torch.cat(labels)])
    expect.equal(torch.cat(images), wanted, what="the images of an epoch")


def test_ImageTable_refuses_columns_of_different_lengths(student, rng):
    """As many labels as names, or it is a ValueError; a table of none of both is legal."""
    names, stored = pictures(rng, 3)
    for labels in ([1, 2], [1, 2, 3, 4], []):
        with pytest.raises(ValueError):
            student.ImageTable(names, labels, lambda name: stored[name])
    assert len(student.ImageTable([], [], lambda name: stored[name])) == 0, "the empty table has examples"
    assert len(student.ImageTable(names, [1, 2, 3], lambda name: stored[name])) == 3, "a legal table has a wrong length"
