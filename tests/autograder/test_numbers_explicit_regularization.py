"""Numbers that 02_explicit_regularization promises, recomputed with its reference: the Gabor example of UDL (figure
9.1, notebook 9.1), what the handout says about it, and the equivalence of penalty and prior."""

import ast
import functools
from pathlib import Path

import pytest
import torch
from torch import Tensor

from autograder.course import find_course, load_course
from autograder.reference import load_solutions, run
from autograder.source import read_source

NAME = "02_explicit_regularization"
START = torch.tensor([2.6, 8.5], dtype=torch.float64)
OFFSETS = torch.linspace(-10, 10, 201, dtype=torch.float64)
FREQS = torch.linspace(2.5, 22.5, 201, dtype=torch.float64)


@functools.cache
def reference():
    """The reference's module."""
    assignment = load_course(find_course(Path(__file__))).assignment(NAME)
    return run(assignment.module, load_solutions(assignment).segments())


@functools.cache
def points() -> tuple[Tensor, Tensor]:
    """The 30 points of UDL's notebook 9.1, from the cell of the handout that lists them."""
    cells = read_source(load_course(find_course(Path(__file__))).assignment(NAME))
    (listed,) = [
        node.value.args[0]
        for cell in cells
        if cell.kind == "figure"
        for node in ast.parse(cell.text).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "points"
    ]
    x, y = torch.tensor(ast.literal_eval(listed), dtype=torch.float64).T
    return x, y


@functools.cache
def surface(lam: float) -> Tensor:
    """The loss on the handout's grid."""
    return reference().loss_surface(OFFSETS, FREQS, *points(), lam)


def descend(lam: float) -> Tensor:
    """Where 41 steps of gradient descent with learning rate 0.1 lead from the notebook's start."""
    phi = START
    for _ in range(41):
        leaf = phi.clone().requires_grad_()
        (slope,) = torch.autograd.grad(reference().gabor_loss(leaf, *points(), lam), leaf)
        phi = phi - 0.1 * slope
    return phi


def polished(lam: float) -> set[tuple[float, float]]:
    """The minima, rounded, that a quasi-Newton search reaches from each local minimum of the grid."""
    found = set()
    height = surface(lam)
    for q in range(199):
        if reference().count_local_minima(height[q : q + 3]) == 0:
            continue
        for p in (p for p in range(199) if reference().count_local_minima(height[q : q + 3, p : p + 3])):
            phi = torch.stack([OFFSETS[p + 1], FREQS[q + 1]]).requires_grad_()
            search = torch.optim.LBFGS([phi], max_iter=500, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

            def loss(phi=phi, search=search):
                search.zero_grad()
                value = reference().gabor_loss(phi, *points(), lam)
                value.backward()
                return value

            search.step(loss)
            found.add(tuple(round(entry, 2) for entry in phi.tolist()))
    return found


def test_the_notebook_starts_where_it_says():
    """At (2.6, 8.5) the loss of the 30 points is 18.503199, and the penalty 22.76."""
    x, y = points()
    assert len(x) == 30
    start = float(reference().gabor_loss(START, x, y))
    assert start == pytest.approx(18.503199, abs=5e-7)
    assert float(reference().gabor_loss(START, x, y, 1.0)) - start == pytest.approx(22.76, abs=1e-9)


@pytest.mark.parametrize(
    ("lam", "end", "data_loss"),
    [(0.0, (6.05499, 12.83710), 5.643186), (0.2, (0.10266, 13.48003), 1.38160), (1.0, (0.10932, 12.91747), None)],
)
def test_gradient_descent_on_the_gabor_loss_ends_where_published(lam, end, data_loss):
    """Without a penalty it ends on the way to a bad minimum; with one it finds the good basin (tolerance 1e-4)."""
    phi = descend(lam)
    assert phi.tolist() == pytest.approx(end, abs=1e-4)
    if data_loss is not None:
        assert float(reference().gabor_loss(phi, *points())) == pytest.approx(data_loss, abs=1e-4)
    if lam == 0.2:
        assert float(reference().gabor_loss(phi, *points(), lam)) == pytest.approx(1.57580, abs=1e-4)


@pytest.mark.parametrize(("lam", "count", "lowest"), [(0.0, 10, (0, 16)), (0.2, 5, (0.1, 13.8)), (1.0, 1, (0.1, 12.9))])
def test_the_surface_loses_local_minima_and_its_lowest_point_moves(lam, count, lowest):
    """10, 5 and 1 local minima on the grid of figure 9.1, for strengths 0, 0.2 and 1."""
    assert reference().count_local_minima(surface(lam)) == count
    q, p = divmod(int(surface(lam).argmin()), 201)
    assert (float(OFFSETS[p]), float(FREQS[q])) == pytest.approx(lowest, abs=1e-9)


@pytest.mark.slow
def test_fewer_minima_are_no_law():
    """At strength 0.02 the grid has more minima than at 0; the true ones are 8 and 10, and the grid sees some twice."""
    assert [reference().count_local_minima(surface(lam)) for lam in (0.02, 0.05)] == [13, 8]
    assert len(polished(0.0)) == 8
    assert len(polished(0.02)) == 10


def test_four_neighbors_would_see_more_minima():
    """Of the entries below the four beside, above and below them there are 21 on the unregularized surface."""
    height = surface(0.0)
    inner = height[1:-1, 1:-1]
    beside = torch.stack([height[:-2, 1:-1], height[2:, 1:-1], height[1:-1, :-2], height[1:-1, 2:]])
    assert int((inner < beside.amin(dim=0)).sum()) == 21


def test_a_penalty_toward_zero_flattens_the_model():
    """With the center at (0, 0) and strength 0.2 the lowest point is near (0.05, 0.15), hardly better than zero."""
    x, y = points()
    freqs = torch.linspace(-5, 22.5, 551, dtype=torch.float64)
    offsets = torch.linspace(-10, 10, 401, dtype=torch.float64)
    data = reference().loss_surface(offsets, freqs, x, y, 0.0)
    q, p = divmod(int((data + 0.2 * (offsets.square() + freqs[:, None].square())).argmin()), 401)
    assert (float(offsets[p]), float(freqs[q])) == pytest.approx((0.05, 0.15), abs=1e-9)
    assert float(data[q, p]) == pytest.approx(5.34, abs=5e-3)
    assert float(y.square().sum()) == pytest.approx(5.43, abs=5e-3)


def test_all_three_losses_have_the_minimum_of_the_posterior():
    """With the strength of 2.7, ridge regression on each loss gives the posterior mean of 2.8, to the last bits."""
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(12, 4, generator=rng, dtype=torch.float64)
    y = torch.randn(12, generator=rng, dtype=torch.float64)
    noise, sigma = 0.3, 0.7
    mean, _ = reference().map_linear_regression(x, y, noise, sigma**2)
    for loss, factor in (("nll", 1 / (2 * noise)), ("sse", 1.0), ("mse", 1 / 12)):
        lam = reference().prior_to_lambda("gaussian", sigma, loss, noise_var=noise, n=12)
        matrix = factor * x.T @ x + lam * torch.eye(4, dtype=torch.float64)
        minimum = torch.linalg.solve(matrix, factor * x.T @ y)
        assert torch.allclose(minimum, mean, rtol=0, atol=1e-14)
