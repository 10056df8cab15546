"""Correct answers to 08_noise that are written differently: each must get full marks."""
# The names of variants are made of a task's name and a tag; X is the handout's.
# The names of the reference module are there when these run.
# ruff: noqa: N801, F821

import contextlib
import itertools
import math

from autograder.answers import accepted

# --------------------------------------------------------------------------------------------- 8.1 add_input_noise


@accepted
def add_input_noise__randn(x, std, training=True, generator=None):
    """Scale standard normal numbers."""
    if std < 0:
        raise ValueError("std must not be negative")
    if training:
        return x + std * torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)
    return x.clone()


@accepted
def add_input_noise__normal(x, std, training=True, generator=None):
    """torch.normal with mean 0, in prediction with standard deviation 0."""
    if not std >= 0:
        raise ValueError("std must not be negative")
    noise = torch.normal(0.0, float(std), x.shape, generator=generator, device=x.device)
    return x + noise.to(x.dtype) * training


@accepted
def add_input_noise__box_muller(x, std, training=True, generator=None):
    """Gaussian numbers from two uniform ones, by hand."""
    if std < 0:
        raise ValueError("std must not be negative")
    if not training or std == 0:
        return x
    u, v = torch.rand((2, *x.shape), generator=generator, dtype=torch.float64, device=x.device)
    noise = (-2 * torch.log1p(-u)).sqrt() * torch.cos(2 * math.pi * v)
    return x + (std * noise).to(x.dtype)


# ----------------------------------------------------------------------------------- 8.2 expected_input_noise_loss


@accepted
def expected_input_noise_loss__augmented(X, y, w, b, std):
    """Ridge regression by extra rows: each weight has a row of its own that asks it to be zero."""
    n, d = X.shape
    if std < 0 or tuple(y.shape) != (n,) or tuple(w.shape) != (d,):
        raise ValueError("bad arguments")
    rows = torch.eye(d, dtype=X.dtype, device=X.device) * (std * math.sqrt(n))
    residual = torch.cat([X @ w + b - y, rows @ w])
    return residual @ residual


@accepted
def expected_input_noise_loss__loop(X, y, w, b, std):
    """Row by row: squared mean error plus the variance of the error."""
    if std < 0:
        raise ValueError("std must not be negative")
    if y.dim() != 1 or w.dim() != 1 or len(y) != X.size(0) or len(w) != X.size(1):
        raise ValueError("shapes do not fit")
    variance = sum((std * weight) ** 2 for weight in w)
    total = torch.zeros((), dtype=X.dtype, device=X.device)
    for row, target in zip(X, y, strict=True):
        total = total + (target - torch.dot(row, w) - b) ** 2 + variance
    return total


@accepted
def expected_input_noise_loss__two_points(X, y, w, b, std):
    """Noise of plus or minus sigma on one input at a time: the second difference of each row's loss is exact."""
    n, d = X.shape
    if std < 0 or y.shape != torch.Size([n]) or w.shape != torch.Size([d]):
        raise ValueError("bad arguments")

    def error(inputs):
        return ((inputs @ w + b - y) ** 2).sum()

    total = clean = error(X)
    for j in range(d):
        shift = torch.zeros(d, dtype=X.dtype, device=X.device)
        shift[j] = std
        total = total + (error(X + shift) + error(X - shift)) / 2 - clean
    return total


# ------------------------------------------------------------------------------------------ 8.3 input_noise_lambda


@accepted
def input_noise_lambda__table(std, n, reduction="sum"):
    """Look the number of noisy rows up."""
    rows = {"sum": n, "mean": 1}
    if std < 0 or n <= 0 or reduction not in rows:
        raise ValueError("bad arguments")
    return float(rows[reduction]) * std * std


@accepted
def input_noise_lambda__composed(std, n, reduction="sum"):
    """What one unit weight costs on inputs that are all zero, by the task before."""
    if n < 1:
        raise ValueError("at least one example")
    zero = torch.zeros(n, dtype=torch.float64)
    total = expected_input_noise_loss(zero[:, None], zero, torch.ones(1, dtype=torch.float64), zero[0], std)
    if reduction == "sum":
        return total
    if reduction == "mean":
        return total / n
    raise ValueError("unknown reduction")


@accepted
def input_noise_lambda__repeated(std, n, reduction="sum"):
    """Add the variances of the examples, and average them if need be."""
    if reduction != "sum" and reduction != "mean":
        raise ValueError("unknown reduction")
    if std < 0 or n < 1:
        raise ValueError("out of range")
    total = math.fsum(std**2 for _ in range(n))
    return total if reduction == "sum" else total / n


# ------------------------------------------------------------------------------------------- 8.4 perturbed_weights


@accepted
class perturbed_weights__class:
    """An object with __enter__ and __exit__, without any generator function."""

    def __init__(self, model, std, generator=None):
        if std < 0:
            raise ValueError("std must not be negative")
        self.std, self.generator, self.saved = std, generator, []
        for layer in model.modules():
            known = any(getattr(layer, "weight", None) is weight for weight, _ in self.saved)
            if isinstance(layer, (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)) and not known:
                self.saved.append((layer.weight, None))

    def __enter__(self):
        """Note the values, then add the noise."""
        self.saved = [(weight, weight.detach().clone()) for weight, _ in self.saved]
        for weight, _ in self.saved:
            noise = torch.randn(weight.shape, generator=self.generator, dtype=weight.dtype, device=weight.device)
            weight.data.add_(noise, alpha=self.std)
        return self

    def __exit__(self, *error):
        """Write the values back, whatever happened."""
        for weight, before in self.saved:
            weight.data.copy_(before)
        return False


@accepted
@contextlib.contextmanager
def perturbed_weights__swapped(model, std, generator=None):
    """Swap the data of the Parameters for noisy copies, and swap the very tensors back."""
    if std < 0:
        raise ValueError("std must not be negative")
    weights = []
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)):
            weights.append(layer.weight)
    weights = list(dict.fromkeys(weights))
    originals = [weight.data for weight in weights]
    for weight in weights:
        weight.data = torch.normal(weight.data, std, generator=generator)
    try:
        yield model
    finally:
        for weight, original in zip(weights, originals, strict=True):
            weight.data = original


@accepted
def perturbed_weights__stack(model, std, generator=None):
    """An exit stack with a callback for each weight; the noise is there as soon as the function is called."""
    if std < 0:
        raise ValueError("std must not be negative")
    stack, done = contextlib.ExitStack(), set()
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)) and module.weight not in done:
            done.add(module.weight)
            stack.callback(setattr, module.weight, "data", module.weight.data)
            noise = torch.empty_like(module.weight.data).normal_(generator=generator)
            module.weight.data = module.weight.data + std * noise
    return stack


# ----------------------------------------------------------------------------------------------- 8.5 smooth_labels


@accepted
def smooth_labels__one_hot(targets, num_classes, rho, spread="others"):
    """Mix one-hot rows with an even distribution; for "others" with a larger share of it."""
    if spread not in {"others", "all"} or not 0 <= rho < 1 or num_classes < 2:
        raise ValueError("bad arguments")
    if len(targets) and (targets.min() < 0 or targets.max() >= num_classes):
        raise ValueError("a target is out of range")
    share = rho if spread == "all" else rho * num_classes / (num_classes - 1)
    hard = nn.functional.one_hot(targets, num_classes).to(torch.get_default_dtype())
    return (1 - share) * hard + share / num_classes


@accepted
def smooth_labels__loop(targets, num_classes, rho, spread="others"):
    """Row by row, as Python numbers."""
    if rho < 0 or rho >= 1 or num_classes < 2:
        raise ValueError("bad arguments")
    if spread == "others":
        true, other = 1 - rho, rho / (num_classes - 1)
    elif spread == "all":
        true, other = 1 - rho + rho / num_classes, rho / num_classes
    else:
        raise ValueError("unknown spread")
    rows = []
    for target in targets.tolist():
        if not 0 <= target < num_classes:
            raise ValueError("a target is out of range")
        row = [other] * num_classes
        row[target] = true
        rows.append(row)
    return torch.tensor(rows, device=targets.device)


@accepted
def smooth_labels__where(targets, num_classes, rho, spread="others"):
    """Compare with every class, in float64, and choose between two values."""
    if not (0 <= rho < 1 and num_classes >= 2 and spread in ("others", "all")):
        raise ValueError("bad arguments")
    classes = torch.arange(num_classes, device=targets.device)
    is_true = targets.unsqueeze(1) == classes
    if not is_true.any(dim=1).all():
        raise ValueError("a target is out of range")
    even = spread == "all"
    other = torch.tensor(rho / (num_classes if even else num_classes - 1), dtype=torch.float64, device=targets.device)
    return torch.where(is_true, 1 - rho + even * other, other).to(torch.get_default_dtype())


# ------------------------------------------------------------------------------------------ 8.6 soft_cross_entropy


@accepted
def soft_cross_entropy__logsumexp(logits, probs, reduction="mean"):
    """The logarithm of the normalizer, minus the average logit."""
    if logits.shape != probs.shape or not len(logits) or reduction not in ("mean", "sum", "none"):
        raise ValueError("bad arguments")
    losses = torch.logsumexp(logits, dim=1) * probs.sum(dim=1) - torch.einsum("nk,nk->n", probs, logits)
    return losses if reduction == "none" else getattr(losses, reduction)()


@accepted
def soft_cross_entropy__divergence(logits, probs, reduction="mean"):
    """KL divergence plus the entropy of the label."""
    if logits.shape != probs.shape or logits.size(0) == 0:
        raise ValueError("shapes do not fit")
    divergence = nn.functional.kl_div(nn.functional.log_softmax(logits, dim=1), probs, reduction="none").sum(1)
    losses = divergence - torch.xlogy(probs, probs).sum(1)
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    if reduction == "mean":
        return losses.mean()
    raise ValueError("unknown reduction")


@accepted
def soft_cross_entropy__by_class(logits, probs, reduction="mean"):
    """Class by class, with the largest logit of each example subtracted by hand."""
    if tuple(logits.shape) != tuple(probs.shape) or logits.shape[0] < 1:
        raise ValueError("shapes do not fit")
    shifted = logits - logits.max(dim=1, keepdim=True).values.detach()
    log_total = shifted.exp().sum(dim=1).log()
    losses = sum(probs[:, k] * (log_total - shifted[:, k]) for k in range(logits.shape[1]))
    if reduction == "mean":
        return losses.sum() / len(losses)
    if reduction not in ("sum", "none"):
        raise ValueError("unknown reduction")
    return losses.sum() if reduction == "sum" else losses


# ------------------------------------------------------------------------------------------------- 8.7 flip_labels


@accepted
def flip_labels__skip(targets, num_classes, rho, generator=None):
    """Draw among one class fewer, and step over the true one."""
    if rho < 0 or rho > 1 or num_classes < 2 or ((targets < 0) | (targets > num_classes - 1)).any():
        raise ValueError("bad arguments")
    other = torch.randint(num_classes - 1, targets.shape, generator=generator, device=targets.device)
    other = other + (other >= targets)
    wrong = torch.rand(targets.shape, generator=generator, device=targets.device) < rho
    return torch.where(wrong, other, targets)


@accepted
def flip_labels__multinomial(targets, num_classes, rho, generator=None):
    """Draw each label from its row of probabilities."""
    if not 0 <= rho <= 1 or num_classes < 2:
        raise ValueError("bad arguments")
    if any(not 0 <= target < num_classes for target in targets.tolist()):
        raise ValueError("a target is out of range")
    if not len(targets):
        return targets.clone()
    rows = torch.full((len(targets), num_classes), rho / (num_classes - 1), dtype=torch.float64, device=targets.device)
    rows[torch.arange(len(targets), device=targets.device), targets] = 1.0 - rho
    return torch.multinomial(rows, 1, generator=generator).squeeze(1)


@accepted
def flip_labels__noise_argmax(targets, num_classes, rho, generator=None):
    """Give every class a random score, bar the true one, and let the best win where a label is replaced."""
    if not 0 <= rho <= 1 or num_classes < 2:
        raise ValueError("bad arguments")
    if len(targets) > 0 and (int(targets.min()) < 0 or int(targets.max()) >= num_classes):
        raise ValueError("a target is out of range")
    flipped = targets.clone()
    where = torch.bernoulli(torch.full(targets.shape, float(rho), device=targets.device), generator=generator).bool()
    scores = torch.rand(len(targets), num_classes, generator=generator, device=targets.device)
    scores[torch.arange(len(targets), device=targets.device), targets] = -1.0
    flipped[where] = scores.argmax(dim=1)[where]
    return flipped


@accepted
def flip_labels__tries(targets, num_classes, rho, generator=None):
    """One label at a time, in Python: draw until the class is another one."""
    if not 0 <= rho <= 1 or num_classes < 2 or any(t < 0 or t >= num_classes for t in targets.tolist()):
        raise ValueError("bad arguments")
    chances = torch.rand(len(targets), generator=generator, device=targets.device).tolist()
    pool = torch.randint(num_classes, (40 + 20 * len(targets),), generator=generator, device=targets.device).tolist()
    draws = itertools.cycle(pool)
    result = []
    for target, chance in zip(targets.tolist(), chances, strict=True):
        result.append(next(k for k in draws if k != target) if chance < rho else target)
    return torch.tensor(result, dtype=torch.int64, device=targets.device)
