"""The published and recomputed numbers of data augmentation, from the reference solution of assignment 10."""

import struct
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision import datasets
from torchvision.transforms.v2 import functional as library

from autograder.course import find_course, load_course
from autograder.mnist1d import generate
from autograder.reference import load_solutions, run


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The reference solution."""
    assignment = load_course(find_course(Path(__file__))).assignment("10_augmentation")
    return run(assignment.module, load_solutions(assignment).segments())


@pytest.fixture(scope="module")
def mnist1d() -> tuple[Tensor, Tensor]:
    """All 5,000 signals [5000, 40] of MNIST-1D and their labels; 4,000 are for training."""
    made = generate()
    return torch.from_numpy(np.concatenate([made.x, made.x_test])), torch.from_numpy(
        np.concatenate([made.y, made.y_test])
    )


def test_a_line_through_the_lens(reference):
    """At k = -0.2 a line at row 30 of 201 lies at row 20 in the middle, at 12 half-way out, and leaves at the edge."""
    img = torch.zeros(1, 201, 201, dtype=torch.float64)
    img[0, 30] = 1
    assert reference.pincushion(img, -0.2)[0].argmax(dim=0)[[100, 50, 0]].tolist() == [20, 12, 0]


def test_blur_and_rotation_are_those_of_the_library(reference):
    """The blur is torchvision's to 1e-12, a quarter turn torch's; and a turn is torchvision's inside the border."""
    img = torch.rand(3, 15, 15, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    blurred = library.gaussian_blur(img, [5, 5], [1.3, 1.3])
    assert float((reference.gaussian_blur(img, 5, 1.3) - blurred).abs().max()) < 1e-12
    assert float((reference.rotate_and_crop(img, 90, 15, 15) - torch.rot90(img, 1, (1, 2))).abs().max()) < 1e-12
    turned = library.rotate(img, 30.0, interpolation=library.InterpolationMode.BILINEAR)
    assert float((reference.rotate_and_crop(img, 30.0, 9, 9) - turned[:, 3:12, 3:12]).abs().max()) < 1e-6


def test_cropping_after_the_rotation_keeps_corners_white(reference):
    """Of a white image turned by 30 degrees, 15 % go black if it is cropped first, and 6 % otherwise."""
    white = torch.ones(1, 32, 32)
    after = float((reference.rotate_and_crop(white, 30, 28, 28) < 0.5).float().mean())
    before = float((reference.rotate_and_crop(white[:, 2:30, 2:30], 30, 28, 28) < 0.5).float().mean())
    assert abs(after - 0.056) < 0.01, after
    assert abs(before - 0.153) < 0.01, before


def write_idx(folder: Path, part: str, images: Tensor, labels: Tensor) -> None:
    """uint8 images [N, 28, 28] and their labels, as the two files of MNIST."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}-images-idx3-ubyte").write_bytes(
        struct.pack(">4i", 2051, *images.shape) + images.numpy().tobytes()
    )
    (folder / f"{part}-labels-idx1-ubyte").write_bytes(
        struct.pack(">2i", 2049, len(labels)) + labels.to(torch.uint8).numpy().tobytes()
    )


def test_the_pipelines_read_mnist_from_its_files(reference, tmp_path):
    """torchvision's MNIST, read from small files of its format, goes through both pipelines and through a table."""
    draw = torch.Generator().manual_seed(1)
    images, labels = torch.randint(256, (6, 28, 28), generator=draw, dtype=torch.uint8), torch.arange(6) + 3
    for part in ("train", "t10k"):
        write_idx(tmp_path / "MNIST" / "raw", part, images, labels)
    train, evaluate = reference.mnist_transforms()
    loaded = datasets.MNIST(tmp_path, train=True, transform=evaluate)
    table = reference.ImageTable(range(6), labels, lambda i: images[i][None], evaluate)
    assert len(loaded) == len(table) == 6
    for i in range(6):
        (image, label), (same, wanted) = loaded[i], table[i]
        assert label == wanted == int(labels[i])
        assert float((image - same).abs().max()) <= 4 / 255
    augmented = datasets.MNIST(tmp_path, train=True, transform=train)
    assert not torch.equal(augmented[0][0], augmented[0][0])
