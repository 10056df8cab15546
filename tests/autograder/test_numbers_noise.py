"""Numbers that follow from the theory of 08_noise or that others published, reproduced with its reference.

Averages over noise are compared with the closed forms within six standard errors of the average. The published numbers
are those of label smoothing (PyTorch's own loss; the ratio of labels at the minimum) and of the book's notebook 8.3,
which spoils 15 % of the labels by ``randint``.
"""

import math
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.course import load_course
from autograder.reference import load_solutions, run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def noise():
    """The reference."""
    assignment = load_course(ROOT).assignment("08_noise")
    return run(assignment.module, load_solutions(assignment).segments())


@pytest.fixture
def regression():
    """Inputs [12, 3], targets [12], weights [3], an intercept, and a generator."""
    rng = torch.Generator().manual_seed(12)
    x, y = torch.randn(12, 4, generator=rng, dtype=torch.float64).split((3, 1), dim=1)
    w = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    return x, y[:, 0], w, torch.tensor(0.7, dtype=torch.float64), rng


def agrees(samples, expected):
    """Whether the mean of ``samples`` lies within six standard errors of ``expected``."""
    return abs(float(samples.mean()) - float(expected)) < 6 * float(samples.std()) / math.sqrt(len(samples))


def test_noise_on_the_inputs_costs_what_the_closed_form_says(noise, regression):
    """The average loss over 100,000 noisy data sets is that of 8.2, and not that of half or double its penalty."""
    x, y, w, b, rng = regression
    noisy = noise.add_input_noise(x.expand(100_000, 12, 3), 0.6, True, rng)
    losses = (y - noisy @ w - b).square().sum(dim=1)
    assert agrees(losses, noise.expected_input_noise_loss(x, y, w, b, 0.6))
    for wrong in (0.6 / math.sqrt(2), 0.6 * math.sqrt(2)):
        assert not agrees(losses, noise.expected_input_noise_loss(x, y, w, b, wrong))


def test_the_minimum_under_noise_is_that_of_ridge_regression(noise, regression):
    """With the lambda of 8.3, and with a free intercept, the ridge solution has gradient 0 to 1e-10."""
    x, y, _, _, _ = regression
    design = torch.cat([x, torch.ones(12, 1, dtype=torch.float64)], dim=1)
    for std in (0.1, 1.0):
        penalty = noise.input_noise_lambda(std, 12) * torch.diag(torch.tensor([1.0, 1, 1, 0], dtype=torch.float64))
        best = torch.linalg.solve(design.T @ design + penalty, design.T @ y)
        w, b = best[:3].requires_grad_(), best[3].requires_grad_()
        slopes = torch.autograd.grad(noise.expected_input_noise_loss(x, y, w, b, std), (w, b))
        assert max(float(slope.abs().max()) for slope in slopes) < 1e-10


def test_noise_on_the_weights_of_a_linear_model_adds_a_constant(noise, regression):
    """The average loss grows by the variance times the squared length of the inputs, whatever the weights are."""
    x, y, w, b, rng = regression
    model = nn.Linear(3, 1).double()
    for scale in (1.0, 5.0):
        with torch.no_grad():
            model.weight.copy_(scale * w)
            model.bias.fill_(float(b))
            losses = []
            for _ in range(1500):
                with noise.perturbed_weights(model, 0.4, rng):
                    losses.append(float((y - model(x)[:, 0]).square().sum()))
            clean = (y - model(x)[:, 0]).square().sum()
        assert agrees(torch.tensor(losses), clean + 0.16 * x.square().sum())


def test_smoothed_labels_cost_what_torch_says(noise):
    """``label_smoothing`` of torch's is spread "all", and with rho K / (K - 1) it is spread "others", to 1e-6."""
    rng = torch.Generator().manual_seed(5)
    logits, targets = torch.randn(40, 10, generator=rng), torch.randint(10, (40,), generator=rng)
    for rho in (0.0, 0.1, 0.4):
        both = {spread: noise.smooth_labels(targets, 10, rho, spread) for spread in ("all", "others")}
        for spread, share in (("all", rho), ("others", rho * 10 / 9)):
            wanted = float(cross_entropy(logits, targets, label_smoothing=share))
            assert float(noise.soft_cross_entropy(logits, both[spread])) == pytest.approx(wanted, rel=1e-6)


def test_the_minimum_of_label_smoothing(noise):
    """For 0.1 and 10 classes the smallest loss is 0.5003 nats, at logits that are 4.511 apart."""
    label = noise.smooth_labels(torch.tensor([0]), 10, 0.1, "all").double()
    assert float(label[0, 0].log() - label[0, 1].log()) == pytest.approx(4.511, abs=5e-4)
    assert float(noise.soft_cross_entropy(label.log(), label)) == pytest.approx(0.5003, abs=5e-5)


def test_fifteen_percent_of_random_labels_are_thirteen_and_a_half_percent_of_wrong_ones(noise):
    """Labels redrawn from all 10 classes with probability 0.15 are wrong with probability 0.135, as in spread "all"."""
    assert 1 - float(noise.smooth_labels(torch.tensor([4]), 10, 0.15, "all")[0, 4]) == pytest.approx(0.135, abs=1e-6)
    rng = torch.Generator().manual_seed(15)
    targets = torch.randint(10, (200_000,), generator=rng)
    redrawn = torch.where(
        torch.rand(200_000, generator=rng) < 0.15, torch.randint(10, (200_000,), generator=rng), targets
    )
    assert agrees((redrawn != targets).double(), 0.135)
    assert agrees((noise.flip_labels(targets, 10, 0.15, rng) != targets).double(), 0.15)


def test_wrong_labels_are_smoothed_labels_on_average(noise):
    """The average cross-entropy over labels that are wrong with probability 0.3 is that of spread "others"."""
    rng = torch.Generator().manual_seed(7)
    logits = torch.randn(1, 6, generator=rng, dtype=torch.float64)
    wrong = noise.flip_labels(torch.full((50_000,), 2), 6, 0.3, rng)
    losses = noise.soft_cross_entropy(logits.expand(50_000, 6), torch.eye(6, dtype=torch.float64)[wrong], "none")
    smoothed = noise.smooth_labels(torch.tensor([2]), 6, 0.3).double()
    assert agrees(losses, noise.soft_cross_entropy(logits, smoothed))
