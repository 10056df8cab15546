"""Correct answers to 05_early_stopping that are written differently: each must get full marks."""
# The names of variants are made of a task's name and a tag, capitals and all.
# ruff: noqa: N801

import itertools

import numpy as np

from autograder.answers import accepted

# ruff: noqa: F821  (the names of the reference module are there when these run)


@accepted
def split_indices__slices(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """Slice one permutation."""
    if n <= 0:
        raise ValueError("no examples")
    f_train, f_val, f_test = fractions
    if f_train <= 0 or f_val <= 0 or f_test <= 0 or not math.isclose(f_train + f_val + f_test, 1.0, abs_tol=1e-9):
        raise ValueError("the fractions must be positive and sum to 1")
    a, b = int(f_train * n), int(f_val * n)
    order = torch.randperm(n, generator=generator)
    return order[:a], order[a : a + b], order[a + b :]


@accepted
def split_indices__sorted_noise(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """Give each index a random number, and deal them out in the order of these."""
    if n < 1 or len(fractions) != 3 or not all(f > 0 for f in fractions) or abs(1 - math.fsum(fractions)) > 1e-9:
        raise ValueError("not a split")
    a, b = int(np.floor(fractions[0] * n)), int(np.floor(fractions[1] * n))
    order = torch.rand(n, dtype=torch.float64, generator=generator).argsort()
    return tuple(order.split([a, b, n - a - b]))


@accepted
def split_indices__labels(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """Shuffle a list of part numbers, and look up where each of them stands; the parts come out sorted."""
    if n < 1 or len(fractions) != 3 or min(fractions) <= 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError("not a split")
    a, b = math.floor(fractions[0] * n), math.floor(fractions[1] * n)
    part = torch.tensor([0] * a + [1] * b + [2] * (n - a - b))[torch.randperm(n, generator=generator)]
    train, val, test = (torch.nonzero(part == number).squeeze(1) for number in range(3))
    return train, val, test


@accepted
def split_indices__fisher_yates(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """Shuffle a Python list by swaps."""
    if n < 1 or len(fractions) != 3 or min(fractions) <= 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError("not a split")
    cards = list(range(n))
    draws = torch.rand(n, generator=generator, dtype=torch.float64).tolist()
    for last in range(n - 1, 0, -1):
        other = int(draws[last] * (last + 1))
        cards[last], cards[other] = cards[other], cards[last]
    a = int(fractions[0] * n)
    b = a + int(fractions[1] * n)
    return torch.tensor(cards[:a]).long(), torch.tensor(cards[a:b]).long(), torch.tensor(cards[b:]).long()


@accepted
class EarlyStopper__negated:
    """Turn the metric into a score of which more is better, at first minus infinity."""

    def __init__(self, patience, min_delta=0.0, mode="min"):
        if patience < 1:
            raise ValueError("patience must be at least 1")
        if min_delta < 0:
            raise ValueError("min_delta must not be negative")
        self.sign = {"min": -1.0, "max": 1.0}.get(mode)
        if self.sign is None:
            raise ValueError("mode must be min or max")
        self.patience, self.min_delta = patience, min_delta
        self.score = -math.inf
        self.best_epoch = self.epoch = -1
        self.counter = 0

    @property
    def best(self):
        """The metric that belongs to the score."""
        return self.sign * self.score

    def step(self, metric):
        """Compare scores."""
        self.epoch += 1
        score = self.sign * metric
        if score > self.score + self.min_delta:
            self.score, self.best_epoch, self.counter = score, self.epoch, 0
            return False
        self.counter += 1
        return self.counter >= self.patience


@accepted
class EarlyStopper__keeps_the_history:
    """Keep all metrics, and replay the rule on them in each step."""

    def __init__(self, patience: int, min_delta: float = 0.0, mode: str = "min") -> None:
        if not patience >= 1 or not min_delta >= 0 or mode not in {"min", "max"}:
            raise ValueError("not a legal setting")
        self.patience, self.min_delta = patience, min_delta
        self.better = (lambda a, b: a < b - min_delta) if mode == "min" else (lambda a, b: a > b + min_delta)
        self.history: list[float] = []

    def step(self, metric: float) -> bool:
        """Note the metric and start again from the first one."""
        self.history.append(metric)
        self.best, self.best_epoch = math.nan, -1
        for epoch, value in enumerate(self.history):
            if value == value and (self.best_epoch < 0 or self.better(value, self.best)):
                self.best, self.best_epoch = value, epoch
        self.epoch = len(self.history) - 1
        self.counter = self.epoch - self.best_epoch
        return self.counter >= self.patience


@accepted
class EarlyStopper__derives_the_counter:
    """Remember the best only, and count by subtraction; numpy's numbers come out."""

    def __init__(self, patience: int, min_delta: float = 0.0, mode: str = "min") -> None:
        if patience < 1 or min_delta < 0 or mode not in ("min", "max"):
            raise ValueError("not a legal setting")
        self.patience, self.min_delta, self.mode = patience, min_delta, mode
        self.best = np.float64(np.inf if mode == "min" else -np.inf)
        self.best_epoch, self.epoch = -1, -1

    @property
    def counter(self) -> int:
        """Epochs since the last improvement."""
        return self.epoch - self.best_epoch

    def step(self, metric: float) -> bool:
        """Move the bar, if there is reason to."""
        self.epoch += 1
        threshold = self.best - self.min_delta if self.mode == "min" else self.best + self.min_delta
        if (metric < threshold) if self.mode == "min" else (metric > threshold):
            self.best, self.best_epoch = np.float64(metric), self.epoch
        return np.bool_(self.counter >= self.patience)


@accepted
def best_epoch__loop(history: Sequence[float], mode: str = "min") -> int:
    """One pass with the best so far."""
    if mode not in ("min", "max"):
        raise ValueError("mode must be min or max")
    place, best = -1, 0.0
    for epoch, metric in enumerate(history):
        if metric != metric:
            continue
        if place < 0 or (metric < best if mode == "min" else metric > best):
            place, best = epoch, metric
    if place < 0:
        raise ValueError("no metric")
    return place


@accepted
def best_epoch__numpy(history: Sequence[float], mode: str = "min") -> int:
    """numpy's argmin that skips NaN; it raises ValueError by itself where there is none."""
    if mode == "min":
        return int(np.nanargmin(np.asarray(history, dtype=float)))
    if mode == "max":
        return int(np.nanargmax(np.asarray(history, dtype=float)))
    raise ValueError("mode must be min or max")


@accepted
def best_epoch__index(history: Sequence[float], mode: str = "min") -> int:
    """Find the best value first, and then its first place."""
    try:
        choose = {"min": min, "max": max}[mode]
    except KeyError:
        raise ValueError("mode must be min or max") from None
    return list(history).index(choose(metric for metric in history if not math.isnan(metric)))


@accepted
def best_epoch__sorted(history: Sequence[float], mode: str = "min") -> int:
    """Sort the epochs by metric; a stable sort keeps the earliest of equals in front."""
    if mode not in ("min", "max"):
        raise ValueError("mode must be min or max")
    sign = 1 if mode == "min" else -1
    order = sorted((sign * metric, epoch) for epoch, metric in enumerate(history) if not math.isnan(metric))
    if len(order) == 0:
        raise ValueError("no metric")
    return order[0][1]


@accepted
def fit_with_early_stopping__by_hand(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """The rule written out in the loop, with clones of the state and inference mode."""
    if max_epochs < 1 or patience < 1 or min_delta < 0:
        raise ValueError("not a legal setting")
    best, best_at, waited, history, stopped = math.inf, 0, 0, [], None
    for epoch in range(max_epochs):
        model.train()
        train_epoch(model)
        model.eval()
        with torch.inference_mode():
            metric = float(validate(model))
        history.append(metric)
        if metric < best - min_delta:
            best, best_at, waited = metric, epoch, 0
            state = {name: value.detach().clone() for name, value in model.state_dict().items()}
        else:
            waited += 1
            if waited == patience:
                stopped = epoch
                break
    model.load_state_dict(state)
    model.eval()
    return {"best_epoch": best_at, "stop_epoch": stopped, "history": history}


@accepted
def fit_with_early_stopping__keeps_all(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """Keep a deep copy of the whole model for each epoch, and copy the best one back, tensor by tensor."""
    if max_epochs < 1:
        raise ValueError("at least one epoch")
    stopper, copies, history = EarlyStopper(patience, min_delta, "min"), [], []

    @torch.no_grad()
    def check():
        return validate(model.eval())

    while True:
        train_epoch(model.train())
        history.append(check())
        copies.append(copy.deepcopy(model))
        stop = stopper.step(history[-1])
        if stop or len(history) == max_epochs:
            break
    with torch.no_grad():
        for mine, theirs in zip(
            model.state_dict().values(), copies[stopper.best_epoch].state_dict().values(), strict=True
        ):
            mine.copy_(theirs)
    return {
        "history": history,
        "stop_epoch": len(history) - 1 if stop else None,
        "best_epoch": stopper.best_epoch,
    }


@accepted
def fit_with_early_stopping__saves_to_memory(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """Save each checkpoint as bytes, as one would to a file; look at the counter to know of an improvement."""
    import io

    stopper = EarlyStopper(patience, min_delta)
    if max_epochs <= 0:
        raise ValueError("at least one epoch")
    report, file = {"best_epoch": None, "stop_epoch": None, "history": []}, None
    for epoch in range(max_epochs):
        for module in model.modules():
            module.training = True
        with torch.enable_grad():
            train_epoch(model)
        for module in model.modules():
            module.training = False
        before = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        report["history"].append(validate(model))
        torch.set_grad_enabled(before)
        done = stopper.step(report["history"][-1])
        if stopper.counter == 0:
            file = io.BytesIO()
            torch.save(model.state_dict(), file)
            report["best_epoch"] = epoch
        if done:
            report["stop_epoch"] = epoch
            break
    file.seek(0)
    model.load_state_dict(torch.load(file))
    return report


@accepted
def select_and_test__loop(candidates, val_metric, test_metric, mode="min"):
    """A loop with the best so far, that opens the envelope at its end."""
    if mode not in ("min", "max") or len(candidates) == 0:
        raise ValueError("nothing to choose from, or an unknown mode")
    winner, best = None, None
    for number, candidate in enumerate(candidates):
        metric = val_metric(candidate)
        if math.isnan(metric):
            continue
        if best is None or (metric < best if mode == "min" else metric > best):
            winner, best = number, metric
    if winner is None:
        raise ValueError("nothing but NaN")
    return winner, test_metric(candidates[winner])


@accepted
def select_and_test__numpy(candidates, val_metric, test_metric, mode="min"):
    """Let numpy find the place; it raises ValueError by itself where there is none."""
    metrics = np.array([val_metric(candidate) for candidate in candidates], dtype=float)
    if mode not in ("min", "max"):
        raise ValueError("unknown mode")
    place = np.nanargmin(metrics) if mode == "min" else np.nanargmax(metrics)
    return [int(place), float(test_metric(candidates[place]))]


@accepted
def select_and_test__pairs(candidates, val_metric, test_metric, mode="min"):
    """Sort triples of metric, place and candidate, and take the first; ``next`` without one is turned into an error."""
    if mode not in {"min", "max"}:
        raise ValueError("unknown mode")
    sign = 1.0 if mode == "min" else -1.0
    table = [(sign * val_metric(candidate), place) for place, candidate in enumerate(candidates)]
    place = next((place for metric, place in sorted(row for row in table if row[0] == row[0])), None)
    if place is None:
        raise ValueError("nothing to choose from")
    return place, torch.tensor(test_metric(candidates[place]), dtype=torch.float64)


@accepted
def early_stopped_weights__steps(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """Walk: gradient descent, step by step."""
    if steps < 0 or lr < 0:
        raise ValueError("must not be negative")
    w = torch.zeros_like(w_star)
    for _ in range(steps):
        w = w - lr * torch.mv(H, w - w_star)
    return w


@accepted
def early_stopped_weights__eigenvectors(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """Filter the coordinates of the minimum in the eigenvectors of H."""
    if min(steps, lr) < 0:
        raise ValueError("must not be negative")
    h, directions = torch.linalg.eigh(H)
    return directions @ ((1 - (1 - lr * h) ** steps) * (directions.T @ w_star))


@accepted
def early_stopped_weights__series(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """The geometric series of all steps: add up what each of them contributes."""
    if steps < 0 or lr < 0:
        raise ValueError("must not be negative")
    term, total = lr * (H @ w_star), torch.zeros_like(w_star)
    for _ in range(steps):
        total = total + term
        term = term - lr * (H @ term)
    return total


@accepted
def early_stopped_weights__squaring(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """The power by repeated squaring, applied to the distance from the minimum."""
    if lr < 0:
        raise ValueError("lr must not be negative")
    if steps < 0:
        raise ValueError("steps must not be negative")
    factor = torch.eye(H.shape[0], dtype=H.dtype, device=H.device).sub(H, alpha=lr)
    distance = -w_star
    while steps:
        if steps % 2:
            distance = factor @ distance
        factor, steps = factor @ factor, steps // 2
    return w_star + distance


@accepted
def mlp_parameter_count__layers(sizes: Sequence[int], bias: bool = True) -> int:
    """Let PyTorch build the layers, without memory for them, and count."""
    if len(sizes) < 2 or any(size < 1 for size in sizes):
        raise ValueError("not a network")
    layers = [nn.Linear(a, b, bias=bias, device="meta") for a, b in itertools.pairwise(sizes)]
    return sum(parameter.numel() for layer in layers for parameter in layer.parameters())


@accepted
def mlp_parameter_count__loop(sizes: Sequence[int], bias: bool = True) -> int:
    """Weights and biases in one loop."""
    if len(sizes) <= 1:
        raise ValueError("at least two sizes")
    for size in sizes:
        if size <= 0:
            raise ValueError("a layer without units")
    total = 0
    for layer in range(1, len(sizes)):
        total += sizes[layer - 1] * sizes[layer]
        if bias:
            total += sizes[layer]
    return total


@accepted
def mlp_parameter_count__recursive(sizes: Sequence[int], bias: bool = True) -> int:
    """The first layer and the network behind it."""
    sizes = list(sizes)
    if len(sizes) < 2 or not all(size >= 1 for size in sizes):
        raise ValueError("not a network")
    n_in, n_out, *rest = sizes
    here = n_in * n_out + (n_out if bias else 0)
    return here + (mlp_parameter_count([n_out, *rest], bias) if rest else 0)


@accepted
def mlp_parameter_count__sums(sizes: Sequence[int], bias: bool = True) -> int:
    """A dot product of sizes with their neighbors, and the biases of all but the inputs."""
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("not a network")
    return sum(map(int.__mul__, sizes[:-1], sizes[1:])) + bias * (sum(sizes) - sizes[0])


@accepted
def prune_dead_units__lists(first: nn.Linear, second: nn.Linear, X: Tensor):
    """A list of the living units, and fresh layers filled through ``data``."""
    hidden = torch.relu(first(X))
    living = [unit for unit in range(first.out_features) if hidden[:, unit].max() > 0]
    one = nn.Linear(first.in_features, len(living)).to(first.weight)
    two = nn.Linear(len(living), second.out_features).to(second.weight)
    one.weight.data = first.weight.data[living].clone()
    one.bias.data = first.bias.data[living].clone()
    two.weight.data = second.weight.data[:, living].clone()
    two.bias.data = second.bias.data.clone()
    return one, two


@accepted
def prune_dead_units__deep_copies(first: nn.Linear, second: nn.Linear, X: Tensor):
    """Copy the layers, and give the copies shorter parameters."""
    keep = torch.nonzero(nn.functional.relu(first(X.detach())).sum(dim=0), as_tuple=True)[0]
    one, two = copy.deepcopy(first), copy.deepcopy(second)
    one.weight = nn.Parameter(first.weight.detach().index_select(0, keep))
    one.bias = nn.Parameter(first.bias.detach().index_select(0, keep))
    two.weight = nn.Parameter(second.weight.detach().index_select(1, keep))
    one.out_features = two.in_features = len(keep)
    return one, two


@accepted
def prune_dead_units__state_dict(first: nn.Linear, second: nn.Linear, X: Tensor):
    """Load sliced states into layers of the right size."""
    dead = (first(X) <= 0).all(dim=0)
    n_alive = int((~dead).sum())
    kind = {"dtype": first.weight.dtype, "device": first.weight.device}
    one = nn.Linear(first.in_features, n_alive, **kind)
    two = nn.Linear(n_alive, second.out_features, **kind)
    one.load_state_dict({name: value[~dead] for name, value in first.state_dict().items()})
    two.load_state_dict({"weight": second.weight[:, ~dead], "bias": second.bias})
    return [one, two]
