"""Hidden suite for 2.4: the loss of the Gabor model on a grid of parameters."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def drawn(rng, columns, rows, dtype=torch.float64):
    """Offsets [columns] and frequencies [rows] in no order, and six pairs of inputs and targets."""
    offsets = 6 * torch.rand(columns, generator=rng, dtype=torch.float64) - 2
    freqs = 5 + 14 * torch.rand(rows, generator=rng, dtype=torch.float64)
    x, y = torch.randn(2, 6, generator=rng, dtype=torch.float64)
    return tuple(tensor.to(dtype) for tensor in (offsets, freqs, 4 * x, y))


def entry_by_entry(reference, offsets, freqs, x, y, lam):
    """The surface, one loss at a time."""
    rows = [[float(reference.gabor_loss(torch.stack([a, b]), x, y, lam)) for a in offsets] for b in freqs]
    return torch.tensor(rows, dtype=torch.float64)


@pytest.mark.weight(2)
def test_loss_surface_entry_by_entry(student, reference, rng):
    """A row for each frequency, a column for each offset, and in each place the loss of that pair of parameters."""
    for columns, rows, lam in ((4, 3, 0.3), (2, 5, 1.5)):
        problem = drawn(rng, columns, rows)
        wanted = entry_by_entry(reference, *problem, lam)
        expect.close(student.loss_surface(*problem, lam), wanted, what=f"the surface of {rows} rows")


def test_loss_surface_of_a_square_grid(student, reference, rng):
    """With as many offsets as frequencies, rows still belong to frequencies."""
    problem = drawn(rng, 4, 4)
    wanted = entry_by_entry(reference, *problem, 0.2)
    expect.close(student.loss_surface(*problem, 0.2), wanted)


def test_loss_surface_of_one_row_or_column(student, reference, rng):
    """A single offset or a single frequency still gives a surface of two dimensions."""
    for columns, rows in ((1, 4), (3, 1)):
        problem = drawn(rng, columns, rows)
        wanted = entry_by_entry(reference, *problem, 0.5)
        expect.close(student.loss_surface(*problem, 0.5), wanted, what=f"the surface of {columns} columns")


def test_loss_surface_has_its_lowest_point_at_the_truth(student, reference, rng):
    """Data that the model made at one point of the grid cost nothing there, and something everywhere else."""
    offsets, freqs, x, _y = drawn(rng, 5, 4)
    q, p = (int(torch.randint(high, (), generator=rng)) for high in (4, 5))
    y = reference.gabor(torch.stack([offsets[p], freqs[q]]), x)
    surface = expect.tensor(student.loss_surface(offsets, freqs, x, y, 0.0))
    expect.close(surface, entry_by_entry(reference, offsets, freqs, x, y, 0.0))
    assert int(surface.argmin()) == 5 * q + p, "the lowest entry is not at the parameters that made the data"


def test_loss_surface_penalty(student, reference, rng):
    """The strength adds its share of the squared distance to the default center, everywhere on the grid."""
    offsets, freqs, x, y = drawn(rng, 3, 5)
    data = entry_by_entry(reference, offsets, freqs, x, y, 0.0)
    distance = torch.cdist(torch.cartesian_prod(freqs, offsets), torch.tensor([[12.5, 0.0]]).double())
    for lam in (0.0, 0.4, 6.0):
        found = student.loss_surface(offsets, freqs, x, y, lam)
        expect.close(found, data + lam * distance.square().view(5, 3), what=f"the surface for strength {lam}")


def test_loss_surface_keeps_dtype_and_arguments(student, reference, rng):
    """float32 stays float32, and no argument is changed."""
    problem = drawn(rng, 3, 4, torch.float32)
    wanted = entry_by_entry(reference, *(tensor.double() for tensor in problem), 0.3).float()
    with expect.unchanged(*problem):
        found = student.loss_surface(*problem, 0.3)
    expect.close(found, wanted)


def test_loss_surface_refuses_bad_arguments(student, reference, rng):
    """A negative strength, data that are no pairs and no data raise ValueError; one good pair gives a surface."""
    offsets, freqs, x, y = drawn(rng, 2, 3)
    for inputs, targets, lam in ((x, y, -0.1), (x, y[:5], 0.0), (x, y[:1], 0.2), (x[:0], y[:0], 0.2)):
        with pytest.raises(ValueError):
            student.loss_surface(offsets, freqs, inputs, targets, lam)
    wanted = entry_by_entry(reference, offsets, freqs, x[:1], y[:1], 0.2)
    expect.close(student.loss_surface(offsets, freqs, x[:1], y[:1], 0.2), wanted)


@pytest.mark.cuda
def test_loss_surface_on_the_gpu(student, reference, rng):
    """On a GPU the surface stays there and equals that on the CPU."""
    problem = drawn(rng, 3, 4)
    wanted = entry_by_entry(reference, *problem, 0.3).cuda()
    expect.close(student.loss_surface(*(tensor.cuda() for tensor in problem), 0.3), wanted)
