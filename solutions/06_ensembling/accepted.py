"""Correct answers to 06_ensembling that are written differently: each must get full marks."""

from collections import Counter
from functools import reduce

import numpy as np

from autograder.answers import accepted

# ruff: noqa: F821  (the names of the reference module are there when these run)


@accepted
def combine_regression__quantile(preds: Tensor, how: str = "mean") -> Tensor:
    """The quantile at one half interpolates halfway."""
    if how not in {"mean", "median"} or preds.numel() == 0:
        raise ValueError("cannot combine")
    if how == "median":
        return preds.quantile(0.5, dim=0)
    return preds.sum(0) / preds.size(0)


@accepted
def combine_regression__two_medians(preds: Tensor, how: str = "mean") -> Tensor:
    """torch.median takes the lower one; from the other side it takes the upper one."""
    if 0 in preds.shape:
        raise ValueError("empty")
    if how == "mean":
        return torch.einsum("m...->...", preds) / len(preds)
    if how == "median":
        return (preds.median(dim=0).values - (-preds).median(dim=0).values) / 2
    raise ValueError(how)


@accepted
def combine_regression__kthvalue(preds: Tensor, how: str = "mean") -> Tensor:
    """Count up to the middle place or places."""
    if preds.numel() == 0:
        raise ValueError("empty")
    if how == "mean":
        return reduce(torch.add, preds.unbind(0)) / len(preds)
    if how != "median":
        raise ValueError("unknown")
    half, odd = divmod(len(preds), 2)
    upper = preds.kthvalue(half + 1, dim=0).values
    return upper if odd else torch.lerp(preds.kthvalue(half, dim=0).values, upper, 0.5)


@accepted
def combine_regression__topk(preds: Tensor, how: str = "mean") -> Tensor:
    """Look at the larger half only; its smallest two are in the middle."""
    if how not in ("median", "mean") or not preds.numel():
        raise ValueError("cannot combine")
    if how == "mean":
        return torch.stack([row / len(preds) for row in preds]).sum(dim=0)
    keep = len(preds) // 2 + 1
    larger = preds.topk(keep, dim=0).values
    return larger[-1] if len(preds) % 2 else larger[-2:].mean(dim=0)


@accepted
def combine_classification__log_probabilities(logits: Tensor, how: str = "mean") -> Tensor:
    """Log-probabilities differ from logits by a constant for each member and example; votes by torch.mode."""
    if how not in {"mean", "vote"} or logits.numel() == 0:
        raise ValueError("cannot combine")
    if how == "mean":
        return torch.log_softmax(logits, dim=-1).mean(dim=0).argmax(dim=-1)
    return logits.argmax(dim=-1).mode(dim=0).values


@accepted
def combine_classification__bincount(logits: Tensor, how: str = "mean") -> Tensor:
    """Count the votes of each example on its own."""
    if 0 in logits.shape:
        raise ValueError("empty")
    if how == "mean":
        return torch.max(logits.sum(0), 1).indices
    if how != "vote":
        raise ValueError("unknown")
    labels = logits.max(2).indices
    return torch.stack([torch.bincount(column, minlength=logits.size(2)).argmax() for column in labels.T])


@accepted
def combine_classification__counter(logits: Tensor, how: str = "mean") -> Tensor:
    """Plain Python: a counter for each example, and the smallest of its most common classes."""
    n_members, n_examples = logits.shape[:2]
    if how not in ("mean", "vote") or n_members * n_examples == 0:
        raise ValueError("cannot combine")
    result = []
    for i in range(n_examples):
        if how == "mean":
            result.append(int(sum(logits[m, i] for m in range(n_members)).argmax()))
            continue
        tally = Counter(int(logits[m, i].argmax()) for m in range(n_members))
        result.append(min(tally, key=lambda label: (-tally[label], label)))
    return torch.tensor(result, device=logits.device)


@accepted
def combine_classification__scatter(logits: Tensor, how: str = "mean") -> Tensor:
    """Add the ballots up in one matrix; multiply the members' probabilities for the mean of the logits."""
    if how not in ("vote", "mean") or not logits.numel():
        raise ValueError("cannot combine")
    if how == "mean":
        return logits.double().log_softmax(dim=2).sum(dim=0).softmax(dim=1).argmax(dim=1)
    labels = logits.argmax(dim=2).T
    votes = torch.zeros(logits.shape[1:], device=logits.device).scatter_add_(
        1, labels, torch.ones(labels.shape, device=logits.device)
    )
    return votes.argmax(dim=1)


@accepted
def bootstrap_indices__floor(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Stretch uniform numbers below 1 over n boxes of equal width."""
    if n <= 0:
        raise ValueError("empty")
    where = None if generator is None else generator.device
    return (n * torch.rand(n, dtype=torch.float64, generator=generator, device=where)).floor().long()


@accepted
def bootstrap_indices__multinomial(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Equal weights, with replacement."""
    if n < 1:
        raise ValueError("empty")
    weights = torch.ones(n, device="cpu" if generator is None else generator.device)
    return torch.multinomial(weights, n, replacement=True, generator=generator)


@accepted
def bootstrap_indices__one_by_one(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Draw, put back, draw again."""
    if not n >= 1:
        raise ValueError("empty")
    device = torch.device("cpu") if generator is None else generator.device
    draws = [torch.randint(0, n, (), generator=generator, device=device) for _ in range(n)]
    return torch.stack(draws)


@accepted
def bootstrap_indices__in_place(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Fill an integer tensor with random_, whose upper end is excluded."""
    if n < 1:
        raise ValueError("empty")
    device = generator.device if generator else "cpu"
    return torch.empty(n, dtype=torch.long, device=device).random_(0, n, generator=generator)


@accepted
def fit_bagged__comprehension(x, y, fit, n_models, generator=None):
    """Draw all bags first, then train."""
    if n_models <= 0 or x.shape[0] != y.shape[0] or x.shape[0] == 0:
        raise ValueError("cannot train")
    bags = [bootstrap_indices(x.shape[0], generator) for _ in range(n_models)]
    return [fit(x.index_select(0, bag.to(x.device)), y.index_select(0, bag.to(y.device))) for bag in bags]


@accepted
def fit_bagged__data_set(x, y, fit, n_models, generator=None):
    """Keep pairs together by keeping them in a list of pairs, with indices drawn here."""
    pairs = list(zip(x, y, strict=True))  # raises ValueError where the lengths differ
    if not pairs or n_models < 1:
        raise ValueError("cannot train")
    device = x.device if generator is None else generator.device
    found = []
    while len(found) < n_models:
        chosen = [pairs[i] for i in torch.randint(len(pairs), (len(pairs),), generator=generator, device=device)]
        inputs, targets = zip(*chosen, strict=True)
        found += [fit(torch.stack(inputs), torch.stack(targets))]
    return found


@accepted
def fit_bagged__matrix(x, y, fit, n_models, generator=None):
    """One matrix of indices, a row for each member."""
    n = len(x)
    if min(n, n_models) < 1 or n != len(y):
        raise ValueError("cannot train")
    device = "cpu" if generator is None else generator.device
    rows = torch.randint(0, n, (n_models, n), generator=generator, device=device)
    return list(map(fit, x[rows], y[rows]))


@accepted
def bagged_predict__loop(models, x, how="mean"):
    """A list that grows, joined along a new axis."""
    if not list(models):
        raise ValueError("no members")
    outputs = []
    for member in models:
        outputs.append(member(x).unsqueeze(0))
    return combine_regression(torch.cat(outputs, dim=0), how=how)


@accepted
def bagged_predict__running_mean(models, x, how="mean"):
    """For the mean no output needs to be kept."""
    if how not in ("mean", "median") or len(models) < 1:
        raise ValueError("cannot predict")
    if how == "median":
        return torch.stack([member(x) for member in models], dim=-1).quantile(0.5, dim=-1)
    mean = 0.0
    for count, member in enumerate(models, start=1):
        mean = mean + (member(x) - mean) / count
    return mean


@accepted
def bagged_predict__numbered(models, x, how="mean"):
    """Sort the outputs by hand; the mean of the middle slice, or of all."""
    if how not in ("mean", "median"):
        raise ValueError(how)
    if not len(models):
        raise ValueError("no members")
    ordered = torch.stack([models[i](x) for i in range(len(models))]).sort(dim=0).values
    spare = (len(models) - 1) // 2 if how == "median" else 0
    return ordered[spare : len(models) - spare].mean(dim=0)


@accepted
def relu_basis__columns(x: Tensor, n_hidden: int) -> Tensor:
    """Column by column, with a maximum."""
    if n_hidden < 1:
        raise ValueError("no units")
    basis = x.new_ones(x.shape[0], n_hidden + 1)
    for j in range(1, n_hidden + 1):
        basis[:, j] = torch.maximum(x - (j - 1) / n_hidden, torch.zeros_like(x))
    return basis


@accepted
def relu_basis__linspace(x: Tensor, n_hidden: int) -> Tensor:
    """Joints from linspace without its last one; clamp for the ReLU; pad with ones."""
    if n_hidden <= 0:
        raise ValueError("no units")
    joints = torch.linspace(0, 1, n_hidden + 1, dtype=torch.float64, device=x.device)[:-1].to(x.dtype)
    return nn.functional.pad((x.unsqueeze(1) - joints.unsqueeze(0)).clamp(min=0), (1, 0), value=1.0)


@accepted
def relu_basis__layer(x: Tensor, n_hidden: int) -> Tensor:
    """Slope times step: the distance to the joint where it is positive."""
    if not n_hidden > 0:
        raise ValueError("no units")
    distance = torch.stack([x - unit / n_hidden for unit in range(n_hidden)], dim=1)
    return torch.hstack([torch.ones(len(x), 1).to(x), distance * (distance > 0)])


@accepted
def fit_relu_network__normal_equations(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """Set the gradient to zero and solve."""
    if reg < 0 or len(y) < 1 or x.shape != y.shape:
        raise ValueError("cannot fit")
    basis = relu_basis(x, n_hidden)
    penalty = reg * torch.eye(n_hidden + 1, dtype=x.dtype, device=x.device)
    penalty[0, 0] = 0
    return torch.linalg.solve(basis.T @ basis + penalty, basis.T @ y)


@accepted
def fit_relu_network__centered(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """Take the means out, fit the slopes by a Cholesky factor, and put the intercept back at the end."""
    if not reg >= 0 or len(x) == 0 or len(x) != len(y):
        raise ValueError("cannot fit")
    hidden = relu_basis(x, n_hidden)[:, 1:]
    middle = hidden.mean(dim=0)
    centered = hidden - middle
    gram = centered.T @ centered + reg * torch.eye(n_hidden, dtype=x.dtype, device=x.device)
    slopes = torch.cholesky_solve((centered.T @ (y - y.mean()))[:, None], torch.linalg.cholesky(gram))[:, 0]
    return torch.cat([(y.mean() - middle @ slopes)[None], slopes])


@accepted
def fit_relu_network__singular_values(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """Filter the singular values of the centered hidden layer, in numpy."""
    if reg < 0:
        raise ValueError("negative penalty")
    if len(x) != len(y) or not len(x):
        raise ValueError("data do not fit")
    hidden = relu_basis(x, n_hidden)[:, 1:].cpu().double().numpy()
    targets = y.cpu().double().numpy()
    left, values, right = np.linalg.svd(hidden - hidden.mean(axis=0), full_matrices=False)
    slopes = right.T @ (values / (values**2 + reg) * (left.T @ (targets - targets.mean())))
    return torch.from_numpy(np.append(targets.mean() - hidden.mean(axis=0) @ slopes, slopes)).to(x)


@accepted
def ambiguity_decomposition__var(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """torch's population variance, and the members' error as the sum of the other two."""
    if y.ndim != preds.ndim - 1 or len(y) != preds.shape[1] or preds.numel() < 1:
        raise ValueError("shapes")
    ambiguity = preds.var(dim=0, unbiased=False).mean()
    ensemble = nn.functional.mse_loss(preds.mean(0), y)
    return ensemble, ensemble + ambiguity, ambiguity


@accepted
def ambiguity_decomposition__pairs(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The ambiguity is half of the mean squared distance between two members, each with each."""
    if 0 in preds.shape or y.shape != preds.shape[1:]:
        raise ValueError("shapes")
    between = (preds[:, None] - preds[None]).pow(2).mean() / 2
    own = torch.stack([(row - y).pow(2).mean() for row in preds]).mean()
    return ((preds - y).mean(dim=0) ** 2).mean(), own, between


@accepted
def ambiguity_decomposition__moments(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """By the first two moments of the members' mistakes, example by example."""
    if len(preds) == 0 or y.numel() == 0 or tuple(y.shape) != tuple(preds.shape[1:]):
        raise ValueError("shapes")
    mistakes = preds - y[None, :]
    bias, power = mistakes.mean(dim=0), mistakes.square().mean(dim=0)
    return bias.square().mean(), power.mean(), (power - bias.square()).mean()
