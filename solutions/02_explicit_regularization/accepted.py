"""Correct answers to 02_explicit_regularization, written differently from the reference; each must get full marks."""

# ruff: noqa: F821 - an answer runs in the reference module's namespace and may call its other functions.

import itertools
import math
from functools import reduce

import numpy as np
import torch
from torch import Tensor, nn

from autograder.answers import accepted

# 2.1 regularized_loss -------------------------------------------------------------------------------------------------


@accepted
def regularized_loss__torch_reductions(losses, penalty, lam, reduction="sum"):
    """Calls torch's own sum or mean, and divides the strength in the second case."""
    if lam < 0 or len(losses) == 0:
        raise ValueError("need a strength of at least 0 and one or more losses")
    match reduction:
        case "sum":
            return losses.sum() + lam * penalty
        case "mean":
            return torch.mean(losses) + lam / len(losses) * penalty
        case _:
            raise ValueError("unknown reduction")


@accepted
def regularized_loss__share_for_each_example(losses, penalty, lam, reduction="sum"):
    """Gives every example its share of the penalty before adding up."""
    if reduction not in {"sum", "mean"} or losses.shape[0] < 1 or not lam >= 0:
        raise ValueError("bad argument")
    shared = losses + lam * penalty / losses.shape[0]
    return getattr(shared, reduction)()


@accepted
def regularized_loss__loop(losses, penalty, lam, reduction="sum"):
    """Adds one loss after the other to the price of the parameters."""
    if lam < 0:
        raise ValueError("negative strength")
    if reduction != "sum" and reduction != "mean":
        raise ValueError(reduction)
    count, total = 0, penalty * lam
    for loss in losses:
        total = total + loss
        count += 1
    if count == 0:
        raise ValueError("no losses")
    return total / count if reduction == "mean" else total


@accepted
def regularized_loss__dot_product(losses, penalty, lam, reduction="sum"):
    """One dot product of everything with its weight."""
    weights = {"sum": 1.0, "mean": 1.0 / max(losses.numel(), 1)}
    if reduction not in weights or losses.numel() == 0 or lam < 0:
        raise ValueError("bad argument")
    everything = torch.cat([losses, penalty.reshape(1)])
    amounts = torch.ones_like(everything)
    amounts[-1] = lam
    return everything @ amounts * weights[reduction]


# 2.2 gabor ------------------------------------------------------------------------------------------------------------


@accepted
def gabor__one_input_at_a_time(phi, x):
    """A loop over the inputs."""
    outputs = []
    for entry in x:
        z = phi[0] + phi[1] * entry * 0.06
        outputs.append(z.sin() / (z**2 / 32).exp())
    return torch.stack(outputs)


@accepted
def gabor__half_of_a_sixteenth(phi: Tensor, x: Tensor) -> Tensor:
    """The textbook's way to write the bell: a half of the square over 16."""
    offset, frequency = phi
    angle = torch.add(offset, 0.06 * frequency * x)
    bell = torch.exp(-0.5 * angle * angle / 16)
    return bell * angle.sin()


@accepted
def gabor__matrix_product(phi, x):
    """The angle as a design matrix times the parameters, the bell as that of a standard deviation of 4."""
    design = torch.stack([torch.ones_like(x), 0.06 * x], dim=1)
    z = design @ phi
    return torch.cos(z - math.pi / 2) * torch.exp(-torch.pow(z / 4, 2) / 2)


# 2.3 gabor_loss -------------------------------------------------------------------------------------------------------


@accepted
def gabor_loss__mse_loss(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    """torch's squared error with reduction "sum", for data and penalty alike."""
    if lam < 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError("bad argument")
    goal = torch.tensor(center, dtype=phi.dtype, device=phi.device)
    data = nn.functional.mse_loss(gabor(phi, x), y, reduction="sum")
    return data + lam * nn.functional.mse_loss(phi, goal, reduction="sum")


@accepted
def gabor_loss__loop(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    """Starts from the price and adds one squared residual after the other."""
    if lam < 0 or len(y) != len(x) or not len(x):
        raise ValueError("bad argument")
    total = sum(lam * (value - goal) ** 2 for value, goal in zip(phi, center, strict=True))
    for inputs, target in zip(x, y, strict=True):
        total = total + (gabor(phi, inputs[None])[0] - target) ** 2
    return total


@accepted
def gabor_loss__own_model(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    """Writes the model out again and takes dot products."""
    if not (lam >= 0 and x.shape == y.shape and x.shape[0] > 0):
        raise ValueError("bad argument")
    z = phi[0] + 0.06 * phi[1] * x
    misses = y - z.sin() * (-z * z / 32).exp()
    away = phi - phi.new_tensor(center)
    return misses @ misses + lam * away @ away


@accepted
def gabor_loss__built_on_2_1(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    """Lets task 2.1 add the squared residuals and the penalty."""
    if x.shape != y.shape:
        raise ValueError("x and y differ in length")
    squares = (y - gabor(phi, x)) ** 2
    price = torch.stack([(phi[k] - center[k]) ** 2 for k in (0, 1)]).sum()
    return regularized_loss(squares, price, lam)


# 2.4 loss_surface -----------------------------------------------------------------------------------------------------


@accepted
def loss_surface__two_loops(offsets, freqs, x, y, lam):
    """Calls the loss of 2.3 for every pair."""
    rows = []
    for frequency in freqs:
        rows.append(torch.stack([gabor_loss(torch.stack((offset, frequency)), x, y, lam) for offset in offsets]))
    return torch.stack(rows)


@accepted
def loss_surface__fill_in(offsets, freqs, x, y, lam):
    """Fills a matrix of zeros, entry by entry."""
    if lam < 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError("bad argument")
    surface = torch.zeros(len(freqs), len(offsets), dtype=offsets.dtype, device=offsets.device)
    for q, p in itertools.product(range(len(freqs)), range(len(offsets))):
        surface[q, p] = gabor_loss(torch.stack([offsets[p], freqs[q]]), x, y, lam)
    return surface


@accepted
def loss_surface__meshgrid(offsets, freqs, x, y, lam):
    """A mesh of all pairs, one long list of parameters, and back to a grid."""
    if lam < 0 or x.shape != y.shape or len(x) == 0:
        raise ValueError("bad argument")
    across, up = torch.meshgrid(offsets, freqs, indexing="xy")
    pairs = torch.stack([across.flatten(), up.flatten()], dim=1)
    z = pairs[:, :1] + 0.06 * torch.outer(pairs[:, 1], x)
    losses = torch.sum((z.sin() * torch.exp(-(z**2) / 32) - y) ** 2, dim=1)
    away = pairs - torch.tensor([[0.0, 12.5]], dtype=pairs.dtype, device=pairs.device)
    return (losses + lam * away.square().sum(1)).reshape(up.shape)


@accepted
def loss_surface__one_example_at_a_time(offsets, freqs, x, y, lam):
    """Starts from the penalty and adds the squared residual of one example after the other."""
    if lam < 0 or x.shape != y.shape or not x.numel():
        raise ValueError("bad argument")
    total = lam * torch.add(offsets[None, :] ** 2, (freqs[:, None] - 12.5) ** 2)
    for inputs, target in zip(x, y, strict=True):
        z = offsets[None, :] + freqs[:, None] * (0.06 * inputs)
        total = total + (torch.sin(z) * torch.exp(-z * z / 32) - target) ** 2
    return total


# 2.5 count_local_minima -----------------------------------------------------------------------------------------------


@accepted
def count_local_minima__plain_loops(surface):
    """Visits every interior entry and its neighbors."""
    if surface.dim() != 2 or surface.shape[0] < 3 or surface.shape[1] < 3:
        raise ValueError("too small")
    rows = surface.tolist()
    steps = [step for step in itertools.product((-1, 0, 1), repeat=2) if step != (0, 0)]
    count = 0
    for q in range(1, len(rows) - 1):
        for p in range(1, len(rows[q]) - 1):
            if all(rows[q + up][p + right] > rows[q][p] for up, right in steps):
                count += 1
    return count


@accepted
def count_local_minima__shifted_slices(surface):
    """Compares the interior with eight shifted copies of it."""
    if surface.ndim != 2 or 0 in surface.shape or min(surface.size()) <= 2:
        raise ValueError("need 3 x 3 or more")
    rows, columns = surface.shape
    inner = surface[1:-1, 1:-1]
    lowest = torch.ones_like(inner, dtype=torch.bool)
    for a in range(3):
        for b in range(3):
            if a != 1 or b != 1:
                lowest &= inner < surface[a : rows - 2 + a, b : columns - 2 + b]
    return lowest.sum().item()


@accepted
def count_local_minima__pooling(surface):
    """Pools for the lowest value of each window, then asks that it is found once there, in the middle."""
    if surface.ndim != 2 or any(size < 3 for size in surface.shape):
        raise ValueError("need 3 x 3 or more")
    lowest = -nn.functional.max_pool2d(-surface[None], 3, stride=1)[0]
    windows = nn.functional.unfold(surface[None, None], 3)[0].T
    once = (windows == lowest.reshape(-1, 1)).sum(dim=1) == 1
    return int((once & (surface[1:-1, 1:-1].reshape(-1) == lowest.reshape(-1))).sum())


@accepted
def count_local_minima__rolled(surface):
    """Rolls the surface around its edges in eight directions, and forgets the border afterwards."""
    if surface.ndim != 2:
        raise ValueError("need two dimensions")
    if surface.shape[0] < 3 or surface.shape[1] < 3:
        raise ValueError("need 3 x 3 or more")
    shifts = [shift for shift in itertools.product((-1, 0, 1), repeat=2) if any(shift)]
    around = torch.stack([surface.roll(shift, dims=(0, 1)) for shift in shifts])
    return int(torch.count_nonzero((surface < around.amin(dim=0))[1:-1, 1:-1]))


@accepted
def count_local_minima__numpy(surface):
    """Sliding windows of numpy; counts windows whose only smallest entry is the fifth."""
    if surface.ndim != 2 or min(surface.shape) < 3:
        raise ValueError("need 3 x 3 or more")
    windows = np.lib.stride_tricks.sliding_window_view(surface.detach().cpu().numpy(), (3, 3)).reshape(-1, 9)
    ordered = np.sort(windows, axis=1)
    return int(np.sum((windows[:, 4] == ordered[:, 0]) & (ordered[:, 0] < ordered[:, 1])))


# 2.6 neg_log_prior ----------------------------------------------------------------------------------------------------


@accepted
def neg_log_prior__log_of_density(phi, prior, scale):
    """Takes the logarithm term by term: of the constant in front, and of the exponential."""
    if scale <= 0:
        raise ValueError("scale must be positive")
    if prior == "gaussian":
        logs = -0.5 * (phi / scale) ** 2 - math.log(scale) - 0.5 * math.log(2 * math.pi)
    elif prior == "laplace":
        logs = -(phi / scale).abs() - math.log(2.0) - math.log(scale)
    else:
        raise ValueError("unknown prior")
    return -logs.sum()


@accepted
def neg_log_prior__loop(phi, prior, scale):
    """Adds one component after the other."""
    if prior not in ("gaussian", "laplace") or not scale > 0:
        raise ValueError("bad argument")
    total = torch.zeros((), dtype=phi.dtype, device=phi.device)
    for value in phi:
        if prior == "gaussian":
            total = total + value**2 / (2 * scale**2) + math.log(scale * math.sqrt(2 * math.pi))
        else:
            total = total + abs(value) / scale + math.log(2 * scale)
    return total


@accepted
def neg_log_prior__powers_of_norms(phi, prior, scale):
    """Norms raised to the power that belongs to each prior, from a table of power, divisor and peak height."""
    if scale <= 0:
        raise ValueError("scale must be positive")
    table = {"gaussian": (2, 2 * scale * scale, 1 / math.sqrt(math.tau * scale**2)), "laplace": (1, scale, 0.5 / scale)}
    if prior not in table:
        raise ValueError(f"unknown prior {prior}")
    power, divisor, peak = table[prior]
    return torch.linalg.vector_norm(phi, ord=power) ** power / divisor - len(phi) * math.log(peak)


@accepted
def neg_log_prior__losses_from_zero(phi, prior, scale):
    """Reads both priors as torch's losses of the parameters against 0."""
    if prior == "gaussian" and scale > 0:
        squares = nn.functional.mse_loss(phi, torch.zeros_like(phi), reduction="sum")
        return (squares / scale**2 + phi.numel() * math.log(2 * math.pi * scale**2)) / 2
    if prior == "laplace" and scale > 0:
        return nn.functional.l1_loss(phi, torch.zeros_like(phi), reduction="sum") / scale + phi.numel() * math.log(
            2 * scale
        )
    raise ValueError("bad argument")


# 2.7 prior_to_lambda --------------------------------------------------------------------------------------------------


@accepted
def prior_to_lambda__table(prior, scale, loss, noise_var=None, n=None):
    """Looks the formula up in a table of six."""
    table = {
        ("gaussian", "nll"): lambda: 1 / (2 * scale**2),
        ("laplace", "nll"): lambda: 1 / scale,
        ("gaussian", "sse"): lambda: noise_var / scale**2,
        ("laplace", "sse"): lambda: 2 * noise_var / scale,
        ("gaussian", "mse"): lambda: noise_var / (n * scale**2),
        ("laplace", "mse"): lambda: 2 * noise_var / (n * scale),
    }
    if (prior, loss) not in table or scale <= 0:
        raise ValueError("bad argument")
    if loss in ("sse", "mse") and (noise_var is None or noise_var <= 0):
        raise ValueError("noise_var is needed")
    if loss == "mse" and (n is None or n <= 0):
        raise ValueError("n is needed")
    return table[prior, loss]()


@accepted
def prior_to_lambda__step_by_step(prior, scale, loss, noise_var=None, n=None):
    """Goes from the likelihood to the sum and from the sum to the mean, by calling itself."""
    if loss == "mse":
        if not n or n < 1:
            raise ValueError("n must be at least 1")
        return prior_to_lambda__step_by_step(prior, scale, "sse", noise_var) / n
    if loss == "sse":
        if not noise_var or noise_var < 0:
            raise ValueError("noise_var must be positive")
        return prior_to_lambda__step_by_step(prior, scale, "nll") * (2 * noise_var)
    if loss != "nll" or prior not in ("gaussian", "laplace") or scale <= 0:
        raise ValueError("bad argument")
    return scale**-1 if prior == "laplace" else 0.5 * scale**-2


@accepted
def prior_to_lambda__from_neg_log_prior(prior, scale, loss, noise_var=None, n=None):
    """Measures how much minus log prior grows from 0 to 1, and multiplies by what the likelihood is divided by."""
    at = [neg_log_prior(torch.tensor([value], dtype=torch.float64), prior, scale) for value in (0.0, 1.0)]
    multipliers = []
    if loss in ("sse", "mse"):
        multipliers.append(2 * _positive(noise_var))
    if loss == "mse":
        multipliers.append(1 / _positive(n))
    if loss not in ("nll", "sse", "mse"):
        raise ValueError(f"unknown loss {loss!r}")
    return reduce(lambda a, b: a * b, multipliers, at[1] - at[0])


def _positive(value):
    """The value itself, if it is given and greater than 0."""
    if value is None or value <= 0:
        raise ValueError("a number is missing or not positive")
    return value


# 2.8 map_linear_regression --------------------------------------------------------------------------------------------


@accepted
def map_linear_regression__inverse(X, y, noise_var, prior_var):
    """The formula as it stands, with an inverse."""
    if not (noise_var > 0 and prior_var > 0) or X.shape[0] != y.shape[0]:
        raise ValueError("bad argument")
    precision = X.t() @ X / noise_var + torch.eye(X.shape[1]).to(X) / prior_var
    covariance = torch.inverse(precision)
    return covariance @ X.t() @ y / noise_var, covariance


@accepted
def map_linear_regression__singular_values(X, y, noise_var, prior_var):
    """In the basis of the right singular vectors every direction has a variance of its own."""
    if min(noise_var, prior_var) <= 0 or len(X) != len(y):
        raise ValueError("bad argument")
    left, sizes, right = torch.linalg.svd(X, full_matrices=True)
    known = torch.zeros(X.shape[1], dtype=X.dtype, device=X.device)
    known[: len(sizes)] = sizes
    variances = 1 / (known**2 / noise_var + 1 / prior_var)
    covariance = right.T @ torch.diag(variances) @ right
    seen = sizes * (left[:, : len(sizes)].T @ y) / noise_var
    mean = right[: len(sizes)].T @ (variances[: len(sizes)] * seen)
    return mean, covariance


@accepted
def map_linear_regression__one_row_at_a_time(X, y, noise_var, prior_var):
    """Starts from the prior and learns from one example after the other."""
    if noise_var <= 0 or prior_var <= 0 or X.size(0) != y.size(0):
        raise ValueError("bad argument")
    mean = X.new_zeros(X.size(1))
    covariance = prior_var * torch.eye(X.size(1), dtype=X.dtype, device=X.device)
    for row, target in zip(X, y, strict=True):
        gain = covariance @ row / (row @ covariance @ row + noise_var)
        mean = mean + gain * (target - row @ mean)
        covariance = covariance - torch.outer(gain, row @ covariance)
    return [mean, covariance]


@accepted
def map_linear_regression__ridge_and_solve(X, y, noise_var, prior_var):
    """Ridge regression with the matching strength for the mean; linear systems and no inverse."""
    if noise_var <= 0 or prior_var <= 0:
        raise ValueError("variances must be positive")
    if X.shape[0] != y.numel():
        raise ValueError("X and y do not match")
    eye = torch.eye(X.shape[1], dtype=X.dtype, device=X.device)
    ridge = X.T @ X + noise_var / prior_var * eye
    return torch.linalg.solve(ridge, X.T @ y), noise_var * torch.linalg.solve(ridge, eye)


@accepted
def map_linear_regression__dual(X, y, noise_var, prior_var):
    """The view of a Gaussian process: conditions on the targets with an n x n matrix."""
    if noise_var <= 0 or prior_var <= 0 or len(X) != len(y):
        raise ValueError("bad argument")
    kernel = prior_var * X @ X.T + noise_var * torch.eye(len(X), dtype=X.dtype, device=X.device)
    gain = prior_var * torch.linalg.solve(kernel, X).T
    return gain @ y, prior_var * (torch.eye(X.shape[1], dtype=X.dtype, device=X.device) - gain @ X)
