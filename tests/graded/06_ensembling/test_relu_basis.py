"""Hidden suite of 6.6: the simplified ReLU network, and its training in closed form."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def drawn(rng, n, n_hidden):
    """Inputs [n], evenly spread over [0, 1] but for a jitter, targets [n], and the basis [n, H + 1] unit by unit."""
    x = (torch.arange(n) + torch.rand(n, generator=rng, dtype=torch.float64)) / n
    y = torch.randn(n, generator=rng, dtype=torch.float64) + 3 * x
    columns = [[1.0] + [max(value - unit / n_hidden, 0.0) for unit in range(n_hidden)] for value in x.tolist()]
    return x, y, torch.tensor(columns, dtype=torch.float64)


@pytest.mark.weight(2)
def test_relu_basis_at_and_between_joints(student):
    """Column 0 is 1 everywhere; the other columns rise with slope 1 from their joints, the first of which is at 0."""
    x = torch.tensor([-0.5, 0.0, 0.125, 0.25, 0.5, 0.875, 1.0, 2.0], dtype=torch.float64)
    hidden = [[max(value - joint, 0.0) for joint in (0.0, 0.25, 0.5, 0.75)] for value in x.tolist()]
    wanted = torch.cat([torch.ones(8, 1, dtype=torch.float64), torch.tensor(hidden, dtype=torch.float64)], dim=1)
    expect.close(student.relu_basis(x, 4), wanted, what="the basis of 4 units")
    expect.close(student.relu_basis(x, 2), wanted[:, [0, 1, 3]], what="the basis of 2 units")
    expect.close(student.relu_basis(x, 1), wanted[:, :2], what="the basis of 1 unit")


def test_relu_basis_spans_chains_of_straight_pieces(student, rng):
    """Weighted by changes of slope, the columns add up to a chain of straight pieces with its corners at the joints."""
    heights = torch.randn(8, generator=rng, dtype=torch.float64)
    slopes = 7 * heights.diff()
    changes = torch.cat([heights[:1], slopes[:1], slopes.diff()])
    places = torch.rand(20, generator=rng, dtype=torch.float64)
    piece = (7 * places).long()
    wanted = heights[piece] + (7 * places - piece) * heights.diff()[piece]
    basis = expect.tensor(student.relu_basis(places, 7))
    assert basis.shape == (20, 8), "the basis has the wrong shape"
    expect.close(basis @ changes, wanted, what="the chain")


@pytest.mark.weight(2)
def test_fit_relu_network_has_a_flat_objective(student, rng):
    """At the result the slope of the penalized sum of squares is zero: the data pull as hard as the penalty."""
    for n, n_hidden, reg in ((30, 6, 0.2), (8, 10, 0.05), (20, 1, 3.0)):
        x, y, basis = drawn(rng, n, n_hidden)
        found = expect.tensor(student.fit_relu_network(x, y, n_hidden, reg))
        assert found.shape == (n_hidden + 1,), "there is not one coefficient for each column of the basis"
        penalized = torch.cat([torch.zeros(1, dtype=torch.float64), found[1:].to(torch.float64)])
        pull = basis.T @ (basis @ found.to(torch.float64)) + reg * penalized
        expect.close(pull, basis.T @ y, what=f"the balance of data and penalty for {n_hidden} units")


def test_fit_relu_network_without_penalty(student, rng):
    """With reg = 0, data that lie on a chain of straight pieces give back its coefficients."""
    x, _, basis = drawn(rng, 24, 6)
    coefficients = torch.randn(7, generator=rng, dtype=torch.float64)
    expect.close(student.fit_relu_network(x, basis @ coefficients, 6, 0.0), coefficients, rtol=1e-7, atol=1e-7)


def test_fit_relu_network_leaves_the_intercept_free(student, rng):
    """A huge penalty leaves only the mean of the targets; and raising all targets raises only the intercept."""
    x, y, _ = drawn(rng, 17, 4)
    flat = torch.zeros(5, dtype=torch.float64)
    flat[0] = y.mean()
    expect.close(student.fit_relu_network(x, y, 4, 1e11), flat, rtol=1e-7, atol=1e-7, what="the stiff network")
    low, high = (expect.tensor(student.fit_relu_network(x, target, 4, 0.3)) for target in (y, y + 100))
    raised = torch.tensor([100.0, 0, 0, 0, 0], dtype=torch.float64)
    expect.close(high - low, raised, atol=1e-8, what="the change of the coefficients")


def test_fit_relu_network_counts_every_example(student, reference, rng):
    """Errors are summed: three copies of the data bear three times the penalty, and in a bag each copy counts."""
    x, y, _ = drawn(rng, 12, 5)
    copies = torch.randint(1, 4, (12,), generator=rng)
    wanted = reference.fit_relu_network(x.repeat(3), y.repeat(3), 5, 0.6)
    expect.close(student.fit_relu_network(x, y, 5, 0.2), wanted, what="the network for a third of data and penalty")
    bag = torch.arange(12).repeat_interleave(copies)
    expect.close(student.fit_relu_network(x[bag], y[bag], 5, 0.4), reference.fit_relu_network(x[bag], y[bag], 5, 0.4))


def test_fit_relu_network_keeps_dtype_and_arguments(student, reference, rng):
    """float32 stays float32 in both functions, and no argument is changed."""
    x, y, basis = drawn(rng, 16, 3)
    wanted = reference.fit_relu_network(x, y, 3, 0.5).float()
    x, y = x.float(), y.float()
    with expect.unchanged(x, y):
        expect.close(student.relu_basis(x, 3), basis.float(), what="the basis")
        found = student.fit_relu_network(x, y, 3, 0.5)
    expect.close(found, wanted, rtol=1e-3, atol=1e-4, what="the coefficients")


def test_fit_relu_network_refuses_what_it_cannot_do(student, reference, rng):
    """No unit, a negative penalty, different lengths and no data are a ValueError; one unit and reg = 0 are not."""
    x, y, basis = drawn(rng, 9, 1)
    for arguments in ((x, y, 0, 0.1), (x, y, 2, -0.1), (x[:8], y, 2, 0.1), (x, y[:8], 2, 0.1), (x[:0], y[:0], 2, 0.1)):
        with pytest.raises(ValueError):
            student.fit_relu_network(*arguments)
    for n_hidden in (0, -2):
        with pytest.raises(ValueError):
            student.relu_basis(x, n_hidden)
    expect.close(student.relu_basis(x, 1), basis, what="the basis of one unit")
    expect.close(student.fit_relu_network(x, y, 1, 0.0), reference.fit_relu_network(x, y, 1, 0.0), rtol=1e-8)


@pytest.mark.cuda
def test_relu_basis_on_the_gpu(student, reference, rng):
    """On a GPU basis and coefficients are on the GPU, and as on the CPU."""
    x, y, basis = drawn(rng, 30, 4)
    expect.close(student.relu_basis(x.cuda(), 4), basis.cuda(), rtol=1e-6, what="the basis")
    wanted = reference.fit_relu_network(x, y, 4, 0.2).cuda()
    expect.close(student.fit_relu_network(x.cuda(), y.cuda(), 4, 0.2), wanted, rtol=1e-6, what="the coefficients")
