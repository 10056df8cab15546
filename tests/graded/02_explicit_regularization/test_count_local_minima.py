"""Hidden suite for 2.5: counting local minima on a grid."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def plain_with(dips, rows=9, columns=11, height=1.0):
    """A flat surface of this height with other values at some places: ``dips`` is {(row, column): value}."""
    surface = torch.full((rows, columns), height, dtype=torch.float64)
    for place, value in dips.items():
        surface[place] = value
    return surface


def holes_of(profile):
    """How many inner entries of a vector are smaller than both of their neighbors."""
    inner = profile[1:-1]
    return int(((inner < profile[:-2]) & (inner < profile[2:])).sum())


def by_hand(surface):
    """The count, by a plain loop."""
    total, entries = 0, surface.tolist()
    for q in range(1, len(entries) - 1):
        for p in range(1, len(entries[0]) - 1):
            around = [entries[a][b] for a in (q - 1, q, q + 1) for b in (p - 1, p, p + 1) if (a, b) != (q, p)]
            total += all(entries[q][p] < entry for entry in around)
    return total


@pytest.mark.weight(2)
def test_count_local_minima_of_a_rough_surface(student, rng):
    """On a surface without any pattern every strict minimum among eight neighbors counts, whatever the shape."""
    for rows, columns in ((16, 11), (9, 21)):
        surface = torch.randn(rows, columns, generator=rng, dtype=torch.float64)
        while by_hand(surface) == by_hand(-surface):  # as many maxima would not tell the two apart
            surface = torch.randn(rows, columns, generator=rng, dtype=torch.float64)
        expect.close(student.count_local_minima(surface), by_hand(surface), what=f"the count on {rows} rows")


def test_count_local_minima_of_an_egg_box(student, rng):
    """A sum of a wave along the rows and one along the columns has a minimum wherever both have one."""
    down = torch.cos(torch.arange(14.0, dtype=torch.float64)) + 0.01 * torch.rand(14, generator=rng).double()
    across = torch.cos(1.3 * torch.arange(18.0, dtype=torch.float64)) + 0.01 * torch.rand(18, generator=rng).double()
    wanted = holes_of(down) * holes_of(across)
    expect.close(student.count_local_minima(down[:, None] + across), wanted)
    expect.close(student.count_local_minima(across[:, None] + 3 * down - 7), wanted, what="the count, turned over,")


def test_count_local_minima_on_a_flat_surface(student):
    """Single dips count; a dip with a flat floor and two equal dips side by side do not."""
    dips = {(2, 2): 0.0, (2, 5): -3.0, (6, 2): 0.5}
    expect.close(student.count_local_minima(plain_with(dips)), 3, what="the count of single dips")
    floors = {(6, 8): 0.0, (6, 9): 0.0, (2, 8): 0.2, (3, 9): 0.2}
    expect.close(student.count_local_minima(plain_with(dips | floors)), 3, what="the count with flat floors")


def test_count_local_minima_looks_along_diagonals(student):
    """Of dips that touch at their corners only the deepest counts."""
    steps = {(2, 2): 0.8, (3, 3): 0.6, (4, 4): 0.4, (2, 8): 0.1, (3, 7): 0.3, (7, 2): -0.5, (7, 7): 0.0, (6, 8): -0.2}
    expect.close(student.count_local_minima(plain_with(steps)), 4, what="the count of dips in diagonal rows")
    expect.close(student.count_local_minima(plain_with({(5, 5): 0.0, (4, 4): 0.5, (1, 1): 0.0})), 2)


def test_count_local_minima_at_the_border(student):
    """Entries on the border never count, but they are neighbors of those that do."""
    edges = {(0, 3): 0.0, (8, 5): 0.0, (4, 0): 0.0, (4, 10): 0.0, (0, 0): -1.0, (8, 10): -1.0}
    inner = {(4, 4): 0.5, (2, 7): 0.5}
    expect.close(student.count_local_minima(plain_with(edges | inner)), 2, what="the count with dips on the border")
    blocked = {(1, 3): 0.2, (7, 6): 0.2, (4, 1): 0.2, (4, 9): 0.2, (1, 1): -0.5}
    expect.close(student.count_local_minima(plain_with(edges | inner | blocked)), 2, what="the count beside the border")
    corners = {(1, 1): 0.0, (1, 9): 0.0, (7, 1): 0.0, (7, 9): 0.0}
    expect.close(student.count_local_minima(plain_with(corners)), 4, what="the count next to the corners")


def test_count_local_minima_of_bowls(student, rng):
    """A bowl has one minimum, and upside down it has none; two bowls have two. Small surfaces and float32 are fine."""
    down, across = torch.arange(-3.0, 4.0)[:, None], torch.arange(-4.0, 5.0)
    bowl = 0.1 * down.square() + across.square() + float(torch.rand((), generator=rng))
    for surface, wanted in ((bowl, 1), (-bowl, 0), (torch.cat([bowl, bowl], dim=1), 2), (bowl[2:5, 3:6], 1)):
        with expect.unchanged(surface):
            found = student.count_local_minima(surface)
        expect.close(found, wanted, what=f"the count on {list(surface.shape)} entries")


def test_count_local_minima_refuses_what_is_too_small(student):
    """A surface without an interior, or without exactly two dimensions, raises ValueError; larger ones are counted."""
    for shape in ((2, 5), (5, 2), (0, 0), (1, 9), (9,), (3, 3, 3), ()):
        with pytest.raises(ValueError):
            student.count_local_minima(torch.zeros(shape, dtype=torch.float64))
    expect.close(student.count_local_minima(plain_with({(1, 1): 0.0, (1, 3): 0.0}, 3, 5)), 2, what="the count on 3 x 5")


@pytest.mark.cuda
def test_count_local_minima_on_the_gpu(student, rng):
    """A surface on a GPU is counted as on the CPU."""
    surface = torch.randn(12, 15, generator=rng, dtype=torch.float64)
    wanted = by_hand(surface)
    expect.close(int(student.count_local_minima(surface.cuda())), wanted)
