"""Correct answers to 07_dropout that are written differently: each must get full marks."""
# The names of variants are made of a task's name and a tag, capitals and all; W and X are the handout's.
# ruff: noqa: N801

import itertools

import numpy as np
from torch.distributions import Bernoulli

from autograder.answers import accepted

# ruff: noqa: F821  (the names of the reference module are there when these run)


@accepted
def bernoulli_mask__where(v: Tensor, p: float) -> Tensor:
    """Choose between a one and a zero."""
    if p < 0 or p > 1:
        raise ValueError("p is a probability")
    return torch.where(v < p, torch.zeros_like(v), torch.ones_like(v))


@accepted
def bernoulli_mask__fill(v: Tensor, p: float) -> Tensor:
    """Start from ones and zero out what is dropped, in a fresh tensor."""
    if not (0 <= p <= 1):
        raise ValueError("p must be between 0 and 1")
    mask = torch.ones_like(v)
    mask[v < p] = 0
    return mask


@accepted
def bernoulli_mask__step(v: Tensor, p: float) -> Tensor:
    """The step function of the distance from p, 1 at the step itself."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return torch.heaviside((v.double() - p), torch.ones((), dtype=torch.float64, device=v.device)).to(v.dtype)


@accepted
def standard_dropout__composed(a: Tensor, p: float, training: bool, generator: torch.Generator | None = None) -> Tensor:
    """Call the mask of the first task."""
    if training:
        return a * bernoulli_mask(torch.rand(a.shape, generator=generator, device=a.device), p).to(a.dtype)
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return a * (1 - p)


@accepted
def standard_dropout__bernoulli(
    a: Tensor, p: float, training: bool, generator: torch.Generator | None = None
) -> Tensor:
    """Draw the mask in place with bernoulli_, with the probability to keep."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    keep = 1 - p
    return a * torch.empty_like(a).bernoulli_(keep, generator=generator) if training else keep * a


@accepted
def standard_dropout__where(a: Tensor, p: float, training: bool, generator: torch.Generator | None = None) -> Tensor:
    """Pick zeros by a boolean mask from torch.bernoulli of a tensor of probabilities."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    if not training:
        return a - p * a
    dropped = torch.bernoulli(torch.full(a.shape, float(p), device=a.device), generator=generator).bool()
    return torch.where(dropped, torch.zeros_like(a), a)


@accepted
class InvertedDropout__bernoulli(nn.Module):
    """Multiply by a Bernoulli mask that was rescaled first."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be between 0 and 1")
        self.p = p

    def forward(self, a: Tensor) -> Tensor:
        """A mask of zeros and 1/(1-p), or of zeros only for p = 1."""
        if not self.training:
            return a
        keep = 1 - self.p
        mask = torch.empty_like(a).bernoulli_(keep)
        return a * (mask / keep if keep > 0 else mask)


@accepted
class InvertedDropout__distribution(nn.Module):
    """Sample from torch.distributions, and return a copy in prediction."""

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p <= 1:
            raise ValueError("p must be between 0 and 1")
        super().__init__()
        self.p = p
        self.kept = Bernoulli(probs=1.0 - p)

    def forward(self, a: Tensor) -> Tensor:
        """Divide by the largest of the keep probability and a tiny number, so that p = 1 is no special case."""
        if self.training:
            return a * self.kept.sample(a.shape).to(a) / max(1.0 - self.p, 1e-30)
        return a.clone()


@accepted
class InvertedDropout__masked_fill(nn.Module):
    """Scale first, then fill the dropped elements with zeros by masked_fill."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p must be between 0 and 1")
        self.p = p

    def forward(self, a: Tensor) -> Tensor:
        """Fill with zeros where a uniform number lies below p."""
        if self.training is False or self.p == 0:
            return a
        scale = 0.0 if self.p == 1 else 1 / (1 - self.p)
        return (a * scale).masked_fill(torch.rand(a.shape, device=a.device) < self.p, 0.0)


@accepted
def weight_scaled_copy__rebuilt(model: nn.Sequential, p: float) -> nn.Sequential:
    """Build the list of layers anew and set the scaled weight as a new parameter."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    layers, pending = [], False
    for layer in model:
        layer = copy.deepcopy(layer)
        if isinstance(layer, nn.Dropout):
            layer, pending = nn.Identity(), True
        elif pending and isinstance(layer, nn.Linear):
            layer.weight = nn.Parameter(layer.weight.detach() * (1 - p))
            pending = False
        layers.append(layer)
    return nn.Sequential(*layers)


@accepted
def weight_scaled_copy__backwards(model: nn.Sequential, p: float) -> nn.Sequential:
    """For each marker, search forward for its linear layer."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    result = copy.deepcopy(model)
    for i in reversed(range(len(result))):
        if isinstance(result[i], nn.Dropout):
            reader = next(layer for layer in list(result)[i:] if isinstance(layer, nn.Linear))
            reader.weight.data *= 1 - p
            result[i] = nn.Identity()
    return result


@accepted
def weight_scaled_copy__state_dict(model: nn.Sequential, p: float) -> nn.Sequential:
    """Edit the state dictionary and load it into the copy."""
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    result = copy.deepcopy(model)
    state, pending = result.state_dict(), False
    for name, layer in model.named_children():
        if isinstance(layer, nn.Dropout):
            setattr(result, name, nn.Identity())
            pending = True
        if isinstance(layer, nn.Linear):
            state[f"{name}.weight"] = state[f"{name}.weight"] * (1 - p if pending else 1)
            pending = False
    result.load_state_dict(state)
    return result


@accepted
def mc_dropout__running(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Welford's running mean and sum of squares, so that memory does not grow with the number of samples."""
    if n_samples < 1:
        raise ValueError("at least one sample")
    modes = {module: module.training for module in model.modules()}
    try:
        model.eval()
        for module in model.modules():
            if isinstance(module, (InvertedDropout, nn.modules.dropout._DropoutNd)):
                module.train()
        with torch.no_grad():
            mean = squares = 0.0
            for count in range(1, n_samples + 1):
                y = model(x)
                step = y - mean
                mean = mean + step / count
                squares = squares + step * (y - mean)
        return mean, squares / n_samples
    finally:
        for module, mode in modes.items():
            module.training = mode


@accepted
def mc_dropout__one_big_batch(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Repeat the batch and make one forward call, since every example has masks of its own."""
    if n_samples < 1:
        raise ValueError("at least one sample")
    kinds = (InvertedDropout, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)
    modes = [(module, module.training) for module in model.modules()]
    try:
        for module, _ in modes:
            module.train(False)
        for module, _ in modes:
            if isinstance(module, kinds):
                module.training = True
        with torch.inference_mode():
            y = model(torch.cat([x] * n_samples))
    finally:
        for module, mode in modes:
            module.training = mode
    y = y.clone().unflatten(0, (n_samples, x.shape[0]))
    mean = y.mean(dim=0)
    return mean, (y - mean).square().mean(dim=0)


@accepted
def mc_dropout__on_a_copy(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Work on a deep copy, so that there is nothing to restore, and let torch compute both statistics."""
    if n_samples < 1:
        raise ValueError("at least one sample")
    twin = copy.deepcopy(model).eval()
    for module in twin.modules():
        if "Dropout" in type(module).__name__:
            module.train()
    y = torch.stack([twin(x).detach() for _ in range(n_samples)])
    variance, mean = torch.var_mean(y, dim=0, unbiased=False)
    return mean, variance


@accepted
def subnetwork_average__product(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """A loop over itertools.product, with products of powers for the geometric average."""
    if len(h) > 16 or not 0 <= p <= 1 or how not in {"arithmetic", "geometric"}:
        raise ValueError("not possible")
    total, product = torch.zeros_like(b), torch.ones_like(b)
    for bits in itertools.product((0, 1), repeat=len(h)):
        kept = sum(bits)
        chance = p ** (len(bits) - kept) * (1 - p) ** kept
        q = torch.softmax(W @ (h * torch.tensor(bits, dtype=h.dtype, device=h.device)) + b, dim=0)
        total = total + chance * q
        product = product * q**chance
    return total if how == "arithmetic" else product / product.sum()


@accepted
def subnetwork_average__closed_form(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """The geometric average in one pass; the arithmetic one by recursion over the units."""
    if h.shape[0] > 16:
        raise ValueError("too many units")
    if p < 0 or p > 1:
        raise ValueError("p must be between 0 and 1")
    if how == "geometric":
        return torch.softmax((1 - p) * (W @ h) + b, dim=0)
    if how != "arithmetic":
        raise ValueError("unknown average")

    def average(unit: int, logits: Tensor) -> Tensor:
        if unit == h.shape[0]:
            return torch.softmax(logits, dim=0)
        return p * average(unit + 1, logits) + (1 - p) * average(unit + 1, logits + W[:, unit] * h[unit])

    return average(0, b)


@accepted
def subnetwork_average__doubling(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """Double the table of logits once for each unit, and keep the chances beside it."""
    if h.numel() > 16:
        raise ValueError("too many units")
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    logits, chance = b[None, :], torch.ones(1, dtype=h.dtype, device=h.device)
    for unit in range(h.numel()):
        logits = torch.cat([logits, logits + W[:, unit] * h[unit]])
        chance = torch.cat([p * chance, (1 - p) * chance])
    if how == "arithmetic":
        return torch.einsum("m,mk->k", chance, logits.softmax(dim=1))
    if how == "geometric":
        log_average = torch.einsum("m,mk->k", chance, logits.log_softmax(dim=1))
        return (log_average - log_average.logsumexp(dim=0)).exp()
    raise ValueError("unknown average")


@accepted
def interaction_survival__loop(order: int, rate: float) -> float:
    """Multiply one factor for each input."""
    if order < 0 or rate < 0 or rate > 1:
        raise ValueError("order or rate out of range")
    survival = 1.0
    for _ in range(order):
        survival *= 1 - rate
    return survival


@accepted
def interaction_survival__tensor(order: int, rate: float) -> Tensor:
    """A 0-d float64 tensor by torch.pow."""
    if order < 0 or not 0 <= rate <= 1:
        raise ValueError("order or rate out of range")
    return torch.pow(torch.tensor(1 - rate, dtype=torch.float64), order)


@accepted
def interaction_survival__logarithm(order: int, rate: float) -> float:
    """The exponential of the order times log1p, with the ends set apart."""
    if order < 0 or not 0 <= rate <= 1:
        raise ValueError("order or rate out of range")
    if rate == 1:
        return float(order == 0)
    return math.exp(order * math.log1p(-rate))


@accepted
def expected_surviving_interactions__recursive(n_inputs: int, order: int, rate: float) -> float:
    """Pascal's rule: the last input takes part, or it does not."""
    if order < 0 or not 0 <= rate <= 1:
        raise ValueError("order or rate out of range")
    row = [1.0] + [0.0] * order
    for _ in range(n_inputs):
        row = [1.0] + [row[k] + (1 - rate) * row[k - 1] for k in range(1, order + 1)]
    return row[order]


@accepted
def expected_surviving_interactions__product(n_inputs: int, order: int, rate: float) -> float:
    """One fraction for each input that takes part; a factor is zero beyond the inputs that there are."""
    if order < 0 or not 0 <= rate <= 1:
        raise ValueError("order or rate out of range")
    number = 1.0
    for i in range(order):
        number *= (n_inputs - i) / (i + 1) * (1 - rate)
    return number


@accepted
def expected_surviving_interactions__polynomial(n_inputs: int, order: int, rate: float) -> float:
    """The coefficient of t^order in (1 + (1-rate) t)^n_inputs."""
    if order < 0 or not 0 <= rate <= 1:
        raise ValueError("order or rate out of range")
    coefficients = np.ones(1)
    for _ in range(n_inputs):
        coefficients = np.convolve(coefficients, [1.0, 1 - rate])
    return float(coefficients[order]) if order <= n_inputs else 0.0


@accepted
def dropout_linear_objective__moments(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """Mean and second moment of each prediction, without ever forming the squared error."""
    if p < 0 or p >= 1:
        raise ValueError("p must be at least 0 and less than 1")
    terms = X * w
    mean = terms.sum(dim=1)
    second = mean**2 + p / (1 - p) * (terms**2).sum(dim=1)
    return (y**2 - 2 * y * mean + second).sum()


@accepted
def dropout_linear_objective__augmented(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """Ridge regression as ordinary least squares with extra rows."""
    if not 0 <= p < 1:
        raise ValueError("p must be at least 0 and less than 1")
    rows = torch.diag(((p / (1 - p)) ** 0.5) * X.pow(2).sum(0).sqrt())
    return (torch.cat([X, rows]) @ w - torch.cat([y, torch.zeros_like(w)])).pow(2).sum()


@accepted
def dropout_linear_objective__loop(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """A loop over examples and inputs."""
    if not 0 <= p < 1:
        raise ValueError("p must be at least 0 and less than 1")
    total = torch.zeros((), dtype=X.dtype, device=X.device)
    for i in range(X.shape[0]):
        total = total + (y[i] - X[i] @ w) ** 2
        for j in range(X.shape[1]):
            total = total + p / (1 - p) * (X[i, j] * w[j]) ** 2
    return total


@accepted
def dropout_linear_objective__quadratic_form(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """The expanded quadratic form with the Gram matrix, its diagonal divided by the keep probability."""
    if not 0 <= p < 1:
        raise ValueError("p must be at least 0 and less than 1")
    gram = X.T @ X
    gram = gram + torch.diag(torch.diagonal(gram)) * (1 / (1 - p) - 1)
    return y @ y - 2 * y @ X @ w + w @ gram @ w
