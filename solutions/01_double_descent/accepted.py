"""Correct answers to 01_double_descent, written differently from the reference; each must get full marks."""

# ruff: noqa: F821 - an answer runs in the reference module's namespace and may call its other functions.

import math
import statistics

import numpy as np
import torch

from autograder.answers import accepted

# 1.1 legendre_features ------------------------------------------------------------------------------------------------


@accepted
def legendre_features__preallocated(x, degree):
    """Fills the table column by column, and writes the recurrence as a correction of x P_n."""
    if degree < 1:
        raise ValueError("degree")
    if x.dim() != 1:
        raise ValueError("x")
    table = x.new_empty(x.shape[0], degree)
    before, now = torch.ones_like(x), x
    table[:, 0] = now
    for n in range(1, degree):
        before, now = now, x * now + n / (n + 1) * (x * now - before)
        table[:, n] = now
    return table


@accepted
def legendre_features__laplace_integral(x, degree):
    """Laplace's integral over a circle, which a trapezoidal sum with enough points gives exactly."""
    if len(x.shape) != 1 or not degree >= 1:
        raise ValueError((x.shape, degree))
    z = x.to(torch.complex128)[:, None]
    turns = torch.arange(degree + 1, device=x.device, dtype=torch.float64) / (degree + 1)
    circle = z + (z * z - 1).sqrt() * torch.cos(2 * math.pi * turns)
    powers = circle[:, :, None] ** torch.arange(1, degree + 1, device=x.device)
    return powers.mean(dim=1).real.to(x.dtype)


@accepted
def legendre_features__one_number_at_a_time(x, degree):
    """Plain Python: one row for each number, by a recursive generator."""
    if degree < 1 or x.ndim != 1:
        raise ValueError("one dimension and a degree of 1 or more")

    def polynomials(number):
        last, current = 1.0, number
        for n in range(2, degree + 2):
            yield current
            last, current = current, (2 - 1 / n) * number * current - (1 - 1 / n) * last

    rows = [list(polynomials(number)) for number in x.tolist()]
    return torch.tensor(rows, dtype=x.dtype, device=x.device)


@accepted
def legendre_features__numpy(x, degree):
    """The recurrence on numpy arrays, upwards from n = 2."""
    if degree < 1 or x.ndim != 1:
        raise ValueError
    points = x.detach().cpu().numpy().astype(np.float64)
    found = [np.ones_like(points), points]
    while len(found) <= degree:
        n = len(found)
        found.append(((2 * n - 1) * points * found[-1] - (n - 1) * found[-2]) / n)
    return torch.from_numpy(np.stack(found[1 : degree + 1], axis=-1)).to(x)


# 1.2 min_norm_fit -----------------------------------------------------------------------------------------------------


@accepted
def min_norm_fit__gelsd(features, y):
    """LAPACK's divide-and-conquer least squares, which exists on the CPU only."""
    if features.shape[0] != y.shape[0]:
        raise ValueError("lengths")
    found = torch.linalg.lstsq(features.cpu(), y.cpu()[:, None], driver="gelsd")
    return found.solution[:, 0].to(features.device)


@accepted
def min_norm_fit__svd_by_hand(features, y):
    """Direction by direction, and only where the data say something."""
    n, p = features.shape
    if y.shape != (n,):
        raise ValueError("lengths")
    left, sigma, right = torch.linalg.svd(features, full_matrices=False)
    smallest = max(n, p) * torch.finfo(features.dtype).eps * sigma[0]
    w = features.new_zeros(p)
    for u, size, v in zip(left.T, sigma, right, strict=True):
        if size > smallest:
            w = w + (u @ y / size) * v
    return w


@accepted
def min_norm_fit__default_driver(features, y):
    """torch's least squares with its default driver (a complete orthogonal factorization on the CPU)."""
    if len(y) != len(features):
        raise ValueError("lengths")
    return torch.linalg.lstsq(features, y.unsqueeze(1)).solution.squeeze(1)


@accepted
def min_norm_fit__numpy(features, y):
    """numpy's least squares with the cutoff that it shares with torch."""
    if len(features) != len(y):
        raise ValueError("lengths")
    w, *_ = np.linalg.lstsq(features.cpu().numpy(), y.cpu().numpy(), rcond=None)
    return torch.from_numpy(w).to(features)


@accepted
def min_norm_fit__rows_then_columns(features, y):
    """Keeps the directions that count, and inverts a square matrix in them."""
    if len(features) != len(y):
        raise ValueError("lengths")
    left, _, right = torch.linalg.svd(features)
    rank = int(torch.linalg.matrix_rank(features))
    inner = left[:, :rank].T @ features @ right[:rank].T
    return right[:rank].T @ torch.linalg.solve(inner, left[:, :rank].T @ y)


# 1.3 ridge_fit --------------------------------------------------------------------------------------------------------


@accepted
def ridge_fit__cholesky(features, y, lam):
    """The normal equations of the penalized problem, which are positive definite."""
    if lam < 0 or y.shape[0] != features.shape[0]:
        raise ValueError("lam or lengths")
    if lam == 0:
        return min_norm_fit(features, y)
    gram = features.T @ features
    gram.diagonal().add_(lam)
    return torch.cholesky_solve((features.T @ y)[:, None], torch.linalg.cholesky(gram))[:, 0]


@accepted
def ridge_fit__augmented(features, y, lam):
    """Ordinary least squares with one more example for each coefficient; covers lam = 0 as well."""
    if not lam >= 0:
        raise ValueError("lam")
    n, p = features.shape
    if len(y) != n:
        raise ValueError("lengths")
    extra = math.sqrt(lam) * torch.eye(p, dtype=features.dtype, device=features.device)
    return min_norm_fit(torch.cat([features, extra]), torch.cat([y, y.new_zeros(p)]))


@accepted
def ridge_fit__dual(features, y, lam):
    """Solves for one number per example, whatever the shape."""
    if lam < 0 or len(y) != len(features):
        raise ValueError((lam, len(y)))
    if lam == 0:
        return torch.linalg.pinv(features) @ y
    kernel = features @ features.T + lam * torch.eye(len(y), dtype=y.dtype, device=y.device)
    return features.T @ torch.linalg.solve(kernel, y)


@accepted
def ridge_fit__eigenvectors(features, y, lam):
    """In the eigenvectors of the Gram matrix every coordinate is alone."""
    if lam < 0 or len(y) != len(features):
        raise ValueError((lam, len(y)))
    if not lam:
        return min_norm_fit(features, y)
    values, vectors = torch.linalg.eigh(features.T @ features)
    return vectors @ ((vectors.T @ (features.T @ y)) / (values + lam))


# 1.4 median_mse_curve -------------------------------------------------------------------------------------------------


@accepted
def median_mse_curve__batched(x_train, x_test, target, degrees, lam=0.0):
    """All samples of a degree at once, by a batched singular value decomposition."""
    if x_train.shape[0] != len(degrees) or lam < 0:
        raise ValueError("degrees or lam")
    _, n_samples, n_points = x_train.shape
    y_train, y_test, curve = target(x_train), target(x_test), []
    for x, y, degree in zip(x_train, y_train, degrees, strict=True):
        features = legendre_features(x.reshape(-1), degree).reshape(n_samples, n_points, degree)
        left, sigma, right = torch.linalg.svd(features, full_matrices=False)
        smallest = max(n_points, degree) * torch.finfo(x.dtype).eps * sigma[:, :1]
        factors = torch.where(sigma > smallest, sigma / (sigma**2 + lam), 0.0)
        w = torch.einsum("rkp,rk,rnk,rn->rp", right, factors, left, y)
        errors = (w @ legendre_features(x_test, degree).T - y_test).pow(2).mean(dim=-1).sort().values
        curve.append((errors[(n_samples - 1) // 2] + errors[n_samples // 2]) / 2)
    return torch.stack(curve)


@accepted
def median_mse_curve__python_medians(x_train, x_test, target, degrees, lam=0.0):
    """Plain loops, and the median of Python's statistics module."""
    n_degrees, n_samples, _ = x_train.shape
    if n_degrees != len(degrees):
        raise ValueError("degrees")
    medians = []
    for d in range(n_degrees):
        errors = []
        for r in range(n_samples):
            x = x_train[d, r]
            w = ridge_fit(legendre_features(x, degrees[d]), target(x), lam)
            residuals = legendre_features(x_test, degrees[d]) @ w - target(x_test)
            errors.append(sum(residual**2 for residual in residuals.tolist()) / len(residuals))
        medians.append(statistics.median(errors))
    return x_train.new_tensor(medians)


@accepted
def median_mse_curve__two_medians(x_train, x_test, target, degrees, lam=0.0):
    """Solves each fit itself; the midpoint lies between the lower median and the upper one, which negation gives."""
    if lam < 0:
        raise ValueError("lam")
    if len(degrees) != x_train.size(0):
        raise ValueError("degrees")
    errors = x_train.new_empty(x_train.shape[:2])
    for (d, r), _ in np.ndenumerate(np.empty(errors.shape)):
        features = legendre_features(x_train[d, r], degrees[d])
        ridge = lam * torch.eye(len(features), dtype=x_train.dtype, device=x_train.device)
        w = features.T @ (torch.linalg.pinv(features @ features.T + ridge) @ target(x_train[d, r]))
        if lam == 0:
            w = torch.linalg.pinv(features) @ target(x_train[d, r])
        errors[d, r] = torch.nn.functional.mse_loss(legendre_features(x_test, degrees[d]) @ w, target(x_test))
    return (errors.median(dim=1).values - (-errors).median(dim=1).values) / 2


# 1.5 smallest_singular_value ------------------------------------------------------------------------------------------


@accepted
def smallest_singular_value__inverse(features, rtol=1e-12):
    """The largest singular value of the pseudo-inverse, upside down."""
    largest = torch.linalg.matrix_norm(torch.linalg.pinv(features, rtol=rtol), 2)
    if largest == 0:
        raise ValueError("zero")
    return 1 / largest


@accepted
def smallest_singular_value__symmetric(features, rtol=1e-12):
    """Eigenvalues of the symmetric block matrix with the features off its diagonal: plus and minus each of them."""
    n, p = features.shape
    block = features.new_zeros(n + p, n + p)
    block[:n, n:], block[n:, :n] = features, features.T
    values = torch.linalg.eigvalsh(block)
    if not values.any():
        raise ValueError("zero")
    return float(values[values > rtol * values[-1]][0])


@accepted
def smallest_singular_value__numpy(features, rtol=1e-12):
    """numpy's singular values, in a Python loop from below."""
    values = np.linalg.svd(features.cpu().numpy(), compute_uv=False).tolist()
    for value in sorted(values):
        if value > rtol * max(values):
            return value
    raise ValueError("zero")


@accepted
def smallest_singular_value__full_svd(features, rtol=1e-12):
    """The last of the singular values that count, from a full decomposition, as a 0-d tensor."""
    if not features.any():
        raise ValueError("zero")
    _, sigma, _ = torch.linalg.svd(features)
    return sigma[int((sigma > rtol * sigma[0]).sum()) - 1]


# 1.6 gd_limit ---------------------------------------------------------------------------------------------------------


@accepted
def gd_limit__projector(features, y, theta0):
    """The shortest solution, and of the start what no row sees."""
    if len(y) != features.shape[0] or len(theta0) != features.shape[1]:
        raise ValueError("lengths")
    inverse = torch.linalg.pinv(features)
    unseen = torch.eye(len(theta0), dtype=theta0.dtype, device=theta0.device) - inverse @ features
    return inverse @ y + unseen @ theta0


@accepted
def gd_limit__descent(features, y, theta0):
    """Gradient descent until nothing moves, with a step that is surely small enough."""
    if (len(y), len(theta0)) != tuple(features.shape):
        raise ValueError("lengths")
    rate = 1 / float(features.double().square().sum())
    matrix, wanted, theta = features.double(), y.double(), theta0.double()
    for _ in range(5000):
        step = rate * (matrix.T @ (matrix @ theta - wanted))
        theta = theta - step
        if float(step.abs().max()) < 1e-13:
            break
    return theta.to(features.dtype)


@accepted
def gd_limit__coordinates(features, y, theta0):
    """In the right singular vectors each coordinate is either decided by the data or left as it was."""
    if y.shape != features.shape[:1] or theta0.shape != features.shape[1:]:
        raise ValueError("lengths")
    left, sigma, right = torch.linalg.svd(features)
    rank = int((sigma > 1e-6 * sigma[0]).sum())
    coordinates = right @ theta0
    coordinates = torch.cat([(left.T @ y)[:rank] / sigma[:rank], coordinates[rank:]])
    return right.T @ coordinates


@accepted
def gd_limit__nearest(features, y, theta0):
    """The least-squares solution nearest to the start: shift the origin there."""
    rows, columns = features.shape
    if y.numel() != rows or theta0.numel() != columns:
        raise ValueError("lengths")
    rest = (y - features @ theta0)[:, None].cpu()
    return theta0 + torch.linalg.lstsq(features.cpu(), rest, driver="gelsy").solution[:, 0].to(theta0.device)


# 1.7 min_norm_risk ----------------------------------------------------------------------------------------------------


@accepted
def min_norm_risk__one_formula(n, p, noise_var, signal_sq):
    """Both sides of the peak in one formula, with the smaller and the larger of n and p."""
    if min(n, p) < 1 or min(noise_var, signal_sq) < 0:
        raise ValueError("out of range")
    few, many = sorted((n, p))
    if many - few < 2:
        return float("inf")
    return noise_var * few / (many - few - 1) + signal_sq * max(0.0, 1 - n / p)


@accepted
def min_norm_risk__cases(n, p, noise_var, signal_sq):
    """A case for each side, as tensors."""
    if n <= 0 or p <= 0 or noise_var < 0.0 or signal_sq < 0.0:
        raise ValueError("out of range")
    variance, signal = (torch.tensor(value, dtype=torch.float64) for value in (noise_var, signal_sq))
    match p - n:
        case -1 | 0 | 1:
            return torch.tensor(math.inf)
        case excess if excess > 0:
            return signal * excess / p + variance * n / (excess - 1)
        case excess:
            return variance * p / (-excess - 1)


@accepted
def min_norm_risk__eigenvalues(n, p, noise_var, signal_sq):
    """Expected inverse of a Wishart matrix for the noise, lost directions for the signal."""
    for value, least in ((n, 1), (p, 1), (noise_var, 0), (signal_sq, 0)):
        if value < least:
            raise ValueError(f"{value} is less than {least}")
    directions, freedom = (p, n) if p < n else (n, p)
    if freedom <= directions + 1:
        return np.inf
    each = noise_var / (freedom - directions - 1)
    return directions * each + (p - directions) * signal_sq / p
