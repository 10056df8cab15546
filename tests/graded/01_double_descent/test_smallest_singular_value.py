"""Hidden suite of 1.5, the smallest singular value that is not zero."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def planted(rng, rows, columns, values):
    """A random matrix of this shape with these nonzero singular values."""
    left, right = (
        torch.linalg.qr(torch.randn(size, len(values), generator=rng, dtype=torch.float64)).Q
        for size in (rows, columns)
    )
    return (left * torch.tensor(values, dtype=torch.float64)) @ right.T


@pytest.mark.weight(2)
def test_smallest_singular_value_of_full_rank(student, rng):
    """Wide, square, tall, a row or a column: the smallest of the planted values is found."""
    low, high = (1 + torch.rand(2, generator=rng, dtype=torch.float64)).tolist()
    for rows, columns in ((7, 3), (3, 7), (3, 3)):
        found = student.smallest_singular_value(planted(rng, rows, columns, [5 * high, low, 3.0]))
        expect.close(found, low, what=f"the smallest of a {rows} x {columns} matrix")
    for rows, columns in ((1, 6), (6, 1)):
        expect.close(student.smallest_singular_value(planted(rng, rows, columns, [high])), high)


@pytest.mark.weight(2)
def test_smallest_singular_value_leaves_out_zeros(student, rng):
    """Values that are zero up to rounding do not count, however many there are and whatever the shape."""
    low = float(1 + torch.rand((), generator=rng))
    for rows, columns in ((8, 5), (5, 8), (6, 6)):
        found = student.smallest_singular_value(planted(rng, rows, columns, [4.0, low, 3.0]))
        expect.close(found, low, what=f"the smallest of a {rows} x {columns} matrix of rank 3")


def test_smallest_singular_value_above_a_threshold(student, rng):
    """What is below rtol times the largest counts as zero, what is above does not, for any rtol below 1."""
    matrix = planted(rng, 6, 7, [0.5, 2.0, 4.0, 1.0])
    for rtol, smallest in ((0.1, 0.5), (0.15, 1.0), (0.4, 2.0), (0.6, 4.0), (0.99, 4.0)):
        expect.close(student.smallest_singular_value(matrix, rtol), smallest, what=f"the smallest for rtol = {rtol}")


def test_smallest_singular_value_knows_no_units(student, rng):
    """In other units it is a multiple, however large or small the unit; what counts as zero is relative."""
    low = float(1 + torch.rand((), generator=rng))
    matrix = planted(rng, 6, 4, [4.0, low, 3.0])
    for scale in (1e-14, 1e14):
        found = student.smallest_singular_value(scale * matrix)
        expect.close(found, scale * low, atol=0.0, what=f"the smallest in units of {scale}")


def test_smallest_singular_value_keeps_its_digits(student, rng):
    """Down to 1e-10 of the largest it is right to four digits; 1e-13 of the largest counts as zero by default."""
    for values, rtol, smallest in (([1.0, 1e-10], 1e-12, 1e-10), ([1.0, 1e-5, 1e-10], 1e-9, 1e-5)):
        found = student.smallest_singular_value(planted(rng, 6, 4, values), rtol)
        expect.close(found, smallest, rtol=1e-4, atol=0.0, what=f"the smallest for rtol = {rtol}")
    small = torch.diag(torch.tensor([1e-13, 1.0, 1e-11], dtype=torch.float64))
    expect.close(student.smallest_singular_value(small), 1e-11, rtol=1e-3, atol=0.0)


def test_smallest_singular_value_in_float32(student, rng):
    """float32 features are welcome, and are not changed."""
    matrix = planted(rng, 6, 3, [3.0, 1.25, 2.0]).float()
    with expect.unchanged(matrix):
        found = student.smallest_singular_value(matrix, 1e-3)
    expect.close(found, 1.25, rtol=1e-4)


def test_smallest_singular_value_refuses_zeros(student):
    """A matrix of zeros is a ValueError, with any rtol; one entry is enough to have an answer."""
    zeros = torch.zeros(3, 4, dtype=torch.float64)
    for matrix, rtol in ((zeros, 1e-12), (zeros.T, 0.25), (zeros[:1, :1], 0.5)):
        with pytest.raises(ValueError):
            student.smallest_singular_value(matrix, rtol)
    zeros[1, 2] = -3.0
    expect.close(student.smallest_singular_value(zeros), 3.0)


@pytest.mark.cuda
def test_smallest_singular_value_on_the_gpu(student, rng):
    """Features on a GPU give the same number."""
    for rows, columns in ((8, 5), (5, 8)):
        matrix = planted(rng, rows, columns, [4.0, 1.25, 3.0]).cuda()
        expect.close(student.smallest_singular_value(matrix), 1.25, rtol=1e-6)
