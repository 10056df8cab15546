"""Published numbers of 04_implicit_regularization, reproduced with the reference."""

import itertools
from pathlib import Path

import pytest
import torch

from autograder.course import find_course, load_course
from autograder.reference import load_solutions, run

START = torch.tensor([-0.7, -0.75], dtype=torch.float64)


@pytest.fixture(scope="module")
def reference():
    """The reference solution as a module."""
    assignment = load_course(find_course(Path(__file__))).assignment("04_implicit_regularization")
    return run(assignment.module, load_solutions(assignment).segments())


def toy_loss(phi):
    """The surface of Understanding Deep Learning's notebook 9.2: a valley along phi_1 = 0, widest at phi_0 = 0."""
    width = torch.exp(-2.0 * phi[0] ** 2)
    return 1.0 - torch.exp(-0.5 * (phi[1] / width) ** 2)


def four_batches():
    """The mean squared errors of four batches of four examples in a small non-linear regression."""
    losses = []
    for seed in range(4):
        generator = torch.Generator().manual_seed(seed)
        x = torch.randn(4, 2, generator=generator, dtype=torch.float64)
        y = torch.randn(4, generator=generator, dtype=torch.float64)
        losses.append(lambda phi, x=x, y=y: (torch.tanh(x @ phi) + 0.3 * (x @ phi) - y).square().mean())
    return losses


def test_the_penalty_at_the_start_of_notebook_9_2(reference):
    """At (-0.7, -0.75) the implicit term is 0.03534801 for a learning rate of 0.05, and twice that for 0.1."""
    for lr, penalty in ((0.05, 0.03534801), (0.1, 0.07069602)):
        found = reference.gd_modified_loss(toy_loss, START, lr).detach() - toy_loss(START)
        assert float(found) == pytest.approx(penalty, abs=1e-8)


@pytest.mark.slow
def test_the_end_points_of_notebook_9_2(reference):
    """Gradient descent, the notebook's "continuous" path (steps of 0.001, for twice the time) and the same path on the
    modified loss end where the notebook's do; the implicit term brings the ends ten times closer."""
    descent = reference.gd_path(toy_loss, START, 0.05, 100)[-1]
    plain = reference.gd_path(toy_loss, START, 0.001, 10_000)[-1]
    modified = reference.gd_path(lambda phi: reference.gd_modified_loss(toy_loss, phi, 0.05), START, 0.001, 10_000)[-1]
    assert descent.tolist() == pytest.approx([-0.20781, -0.00149], abs=1e-4)
    assert plain.tolist() == pytest.approx([-0.22687, 0.0], abs=1e-4)
    assert modified.tolist() == pytest.approx([-0.20889, 0.0], abs=1e-4)
    assert float((descent - plain).norm()) == pytest.approx(0.0191, abs=1e-4)
    assert float((descent - modified).norm()) == pytest.approx(0.0018, abs=1e-4)


@pytest.mark.slow
def test_the_gap_is_of_first_order_and_of_second_with_the_term(reference):
    """On that surface, after one unit of time, half the learning rate halves the distance from the flow and quarters
    that from the flow on the modified loss."""
    rates = (0.1, 0.05, 0.025, 0.0125)
    published = {False: (4.10e-2, 2.01e-2, 9.97e-3, 4.97e-3), True: (5.9e-3, 1.58e-3, 4.18e-4, 1.08e-4)}
    for modified, gaps in published.items():
        found = [reference.discretization_gap(toy_loss, START, lr, 1.0, modified) for lr in rates]
        assert found == pytest.approx(list(gaps), rel=1e-2)
        power = 2 if modified else 1
        ratios = [larger / smaller for larger, smaller in itertools.pairwise(found)]
        assert ratios == pytest.approx([2.0**power] * 3, rel=0.1)


def test_an_epoch_of_sgd_follows_its_modified_loss_to_third_order(reference):
    """Averaged over all 24 orders of four batches, an epoch misses the flow on SGD's modified loss by a third-order
    error: it falls by 6.5 to 9 when the rate is halved. On the loss, or on that of gradient descent, it falls by 4."""
    losses, start = four_batches(), torch.tensor([1.0, -0.8], dtype=torch.float64)

    def mean_loss(phi):
        return sum(loss(phi) for loss in losses) / 4

    objectives = {
        "loss": lambda phi, lr: mean_loss(phi),
        "descent": lambda phi, lr: reference.gd_modified_loss(mean_loss, phi, lr),
        "sgd": lambda phi, lr: reference.sgd_modified_loss(losses, phi, lr),
    }
    misses = {name: [] for name in objectives}
    for lr in (0.05, 0.025, 0.0125):
        ends = []
        for order in itertools.permutations(losses):
            phi = start
            for loss in order:
                phi = phi - lr * reference.gradient(loss, phi)
            ends.append(phi)
        average = torch.stack(ends).mean(dim=0)
        for name, objective in objectives.items():
            end = reference.gradient_flow(lambda phi, lr=lr, f=objective: f(phi, lr), start, 4 * lr, 8)
            misses[name].append(float((average - end).norm()))
    ratios = {name: [a / b for a, b in itertools.pairwise(values)] for name, values in misses.items()}
    assert all(6.5 < ratio < 9 for ratio in ratios["sgd"]), ratios
    assert all(3.5 < ratio < 4.6 for name in ("loss", "descent") for ratio in ratios[name]), ratios
