"""Correct answers to 03_norm_penalties, written differently from the reference; each must get full marks."""

# ruff: noqa: F821 - an answer runs in the reference module's namespace and may call its other functions.

import math
from functools import reduce

import torch
from torch import Tensor, nn

from autograder.answers import accepted

# 3.1 penalized_weights ------------------------------------------------------------------------------------------------


@accepted
def penalized_weights__named_parameters(model):
    """Walks the named parameters (which are unique already) and looks up the layer that owns each."""
    kept = []
    for name, parameter in model.named_parameters():
        owner, _, leaf = name.rpartition(".")
        layer = model.get_submodule(owner)
        if leaf == "weight" and isinstance(layer, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d):
            kept.append(parameter)
    return kept


@accepted
def penalized_weights__recursion(model):
    """Recurses through the children by hand and drops what it has met, by identity."""
    kept: list[nn.Parameter] = []

    def visit(module):
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d) and not any(
            module.weight is other for other in kept
        ):
            kept.append(module.weight)
        for child in module.children():
            visit(child)

    visit(model)
    return kept


@accepted
def penalized_weights__dict_keys(model):
    """Keeps order and uniqueness with a dictionary whose keys are the Parameters (they hash by identity)."""
    kinds = (torch.nn.Linear, torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)
    return list(dict.fromkeys(layer.weight for _, layer in model.named_modules() if isinstance(layer, kinds)))


# 3.2 l2_penalty -------------------------------------------------------------------------------------------------------


@accepted
def l2_penalty__frobenius_norm(model):
    """Squares the Frobenius norm of each weight, flattened to a matrix."""
    total = 0.0
    for weight in penalized_weights(model):
        total = total + torch.linalg.matrix_norm(weight.flatten(1)) ** 2
    return total


@accepted
def l2_penalty__one_vector(model):
    """Strings all weights into one vector and takes its dot product with itself."""
    weights = penalized_weights(model)
    if not weights:
        return torch.tensor(0.0)
    flat = nn.utils.parameters_to_vector(weights)
    return flat @ flat


@accepted
def l2_penalty__own_selection(model):
    """Selects the layers itself and contracts each weight with einsum."""
    total, seen = torch.zeros(()), set()
    for layer in model.modules():
        if isinstance(layer, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d) and layer.weight not in seen:
            seen.add(layer.weight)
            rows = layer.weight.reshape(layer.weight.shape[0], -1)
            total = total.to(rows) + torch.einsum("ij,ij->", rows, rows)
    return total


@accepted
def l2_penalty__trace(model):
    """The trace of W W^T, by Python's sum."""
    return sum((torch.trace(w.flatten(1) @ w.flatten(1).T) for w in penalized_weights(model)), start=torch.zeros(()))


# 3.3 l1_penalty -------------------------------------------------------------------------------------------------------


@accepted
def l1_penalty__vector_norm(model):
    """The 1-norm of each flattened weight."""
    return sum(torch.linalg.vector_norm(weight, ord=1) for weight in penalized_weights(model))


@accepted
def l1_penalty__signs(model):
    """Multiplies each entry by its own sign."""
    total = torch.zeros(())
    for weight in penalized_weights(model):
        total = total + (weight * weight.detach().sign()).sum()
    return total


@accepted
def l1_penalty__row_by_row(model):
    """Loops over the rows of every weight."""
    total = 0.0
    for weight in penalized_weights(model):
        for row in weight:
            total = total + torch.abs(row).sum()
    return total


# 3.4 regularized_cost -------------------------------------------------------------------------------------------------


@accepted
def regularized_cost__sum_bridge(cost, model, lam, n, norm="l2"):
    """Goes through the sum over examples and divides by n at the end."""
    if n < 1 or lam < 0:
        raise ValueError("n must be positive and lam not negative")
    if norm == "l2":
        return (n * cost + lam * l2_penalty(model)) / n
    if norm == "l1":
        return (n * cost + lam * l1_penalty(model)) / n
    raise ValueError("unknown norm")


@accepted
def regularized_cost__own_loop(cost, model, lam, n, norm="l2"):
    """Adds the price of one weight after the other, without the penalty functions."""
    match norm:
        case "l2":
            power = 2
        case "l1":
            power = 1
        case _:
            raise ValueError(norm)
    if not (n > 0 and lam >= 0):
        raise ValueError((n, lam))
    total = cost.clone()
    for weight in penalized_weights(model):
        total += lam * weight.abs().pow(power).sum() / n
    return total


@accepted
def regularized_cost__torch_add(cost: Tensor, model: nn.Module, lam: float, n: int, norm: str = "l2") -> Tensor:
    """Uses torch.add with alpha, and looks the penalty up by its name in the module."""
    if norm not in ("l1", "l2") or lam < 0 or n <= 0:
        raise ValueError("bad argument")
    return torch.add(cost, globals()[f"{norm}_penalty"](model), alpha=lam / n)


# 3.5 l2_gd_update -----------------------------------------------------------------------------------------------------


@accepted
def l2_gd_update__decay_factor(w, grad, lr, lam, n):
    """Multiplies the old weight by the decay factor first."""
    if n <= 0 or lam < 0:
        raise ValueError("n must be at least 1, lam at least 0")
    return (1 - 2 * lr * lam / n) * w - lr * grad


@accepted
def l2_gd_update__autograd(w, grad, lr, lam, n):
    """Lets autograd differentiate the penalty at a detached copy."""
    if n < 1 or lam < 0:
        raise ValueError("n must be at least 1, lam at least 0")
    copy = w.detach().clone().requires_grad_()
    with torch.enable_grad():
        (slope,) = torch.autograd.grad(lam / n * copy.square().sum(), copy)
    return w.detach() - lr * (grad.detach() + slope)


@accepted
def l2_gd_update__in_place_on_a_clone(w, grad, lr, lam, n):
    """Copies the weight and works in place on the copy."""
    if n < 1:
        raise ValueError("n must be at least 1")
    if lam < 0:
        raise ValueError("lam must not be negative")
    with torch.no_grad():
        new = w.clone()
        new.mul_(1 - 2 * lr * lam / n)
        new.sub_(grad, alpha=lr)
    return new


@accepted
def l2_gd_update__torch_sgd(w, grad, lr, lam, n):
    """Lets torch.optim.SGD take the step on a copy."""
    if n < 1 or lam < 0:
        raise ValueError("n must be at least 1, lam at least 0")
    copy = nn.Parameter(w.detach().clone())
    copy.grad = grad.detach().clone()
    torch.optim.SGD([copy], lr=lr, weight_decay=2 * lam / n).step()
    return copy.detach()


# 3.6 equivalent_weight_decay, make_l2_sgd -----------------------------------------------------------------------------


@accepted
def equivalent_weight_decay__half_of_sgd_penalty(lam, n, source="formula"):
    """Reads SGD's decay as the penalty (wd / 2) * sum of squares and compares the factors of the costs."""
    if n < 1 or lam < 0:
        raise ValueError("n must be at least 1, lam at least 0")
    if source == "formula":
        per_square = lam / n
    elif source == "code":
        per_square = 2.0 / n * lam
    else:
        raise ValueError("unknown source")
    return per_square / 0.5


@accepted
def equivalent_weight_decay__autograd(lam, n, source="formula"):
    """Differentiates the penalty of a single weight at w = 1."""
    if source not in ("formula", "code") or n < 1 or lam < 0:
        raise ValueError("bad argument")
    w = torch.ones((), dtype=torch.float64, requires_grad=True)
    with torch.enable_grad():
        price = lam / n * w**2 if source == "formula" else 2.0 / n * lam * w**2
        return torch.autograd.grad(price, w)[0].item()


@accepted
def equivalent_weight_decay__recursion(lam, n, source="formula"):
    """Defines the code's decay as the formula's at twice the lambda."""
    if source == "code":
        return equivalent_weight_decay(2 * lam, n)
    if source != "formula":
        raise ValueError("unknown source")
    if lam < 0 or n <= 0:
        raise ValueError("out of range")
    return math.fsum([lam, lam]) / n


@accepted
def make_l2_sgd__add_group(model, lr, lam, n, momentum=0.0):
    """Starts with the other parameters and adds the decayed group afterwards."""
    decay = equivalent_weight_decay(lam, n)
    weights = penalized_weights(model)
    rest = [p for p in model.parameters() if all(p is not w for w in weights)]
    optimizer = torch.optim.SGD(rest, lr=lr, momentum=momentum)
    optimizer.add_param_group({"params": weights, "weight_decay": decay})
    return optimizer


@accepted
def make_l2_sgd__group_per_parameter(model, lr, lam, n, momentum=0.0):
    """One group for each parameter."""
    weights = set(penalized_weights(model))
    decay = equivalent_weight_decay(lam, n, source="formula")
    groups = [{"params": [p], "weight_decay": decay if p in weights else 0.0} for p in model.parameters()]
    return torch.optim.SGD(groups, lr, momentum)


@accepted
def make_l2_sgd__own_arithmetic(model, lr, lam, n, momentum=0.0):
    """Splits by the layer's type and computes the decay itself; the global default is the decay."""
    if n < 1 or lam < 0:
        raise ValueError("n must be at least 1, lam at least 0")
    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
    heavy = {id(layer.weight): layer.weight for layer in model.modules() if isinstance(layer, kinds)}
    light = {id(p): p for p in model.parameters() if id(p) not in heavy}
    return torch.optim.SGD(
        [{"params": light.values(), "weight_decay": 0}, {"params": heavy.values()}],
        lr=lr,
        momentum=momentum,
        weight_decay=lam * 2 / n,
    )


# 3.7 shrink_orthonormal -----------------------------------------------------------------------------------------------


@accepted
def shrink_orthonormal__where(w, lam, norm):
    """Three cases by torch.where for L1, a product for L2."""
    if lam < 0 or norm not in ("l1", "l2"):
        raise ValueError("bad argument")
    if norm == "l2":
        return w * (1 / (1 + lam))
    half = lam / 2
    return torch.where(w > half, w - half, torch.where(w < -half, w + half, torch.zeros_like(w)))


@accepted
def shrink_orthonormal__projection(w, lam, norm):
    """L1 by Moreau: the weight minus its projection onto the interval."""
    if lam < 0:
        raise ValueError("lam must not be negative")
    if norm == "l1":
        return w - w.clamp(-lam / 2, lam / 2)
    if norm == "l2":
        return torch.div(w, 1 + lam)
    raise ValueError("unknown norm")


@accepted
def shrink_orthonormal__entry_by_entry(w, lam, norm):
    """A plain loop over the entries."""
    if lam < 0 or norm not in {"l1", "l2"}:
        raise ValueError("bad argument")
    out = []
    for x in w.reshape(-1).tolist():
        if norm == "l2":
            out.append(x / (1 + lam))
        else:
            out.append(math.copysign(max(abs(x) - lam / 2, 0.0), x))
    return torch.tensor(out, dtype=w.dtype, device=w.device).reshape(w.shape)


@accepted
def shrink_orthonormal__two_relus(w, lam, norm):
    """L1 as the difference of two rectified lines."""
    if norm not in ("l1", "l2") or lam < 0:
        raise ValueError("bad argument")
    return torch.relu(w - lam / 2) - torch.relu(-w - lam / 2) if norm == "l1" else w - w * lam / (1 + lam)


# 3.8 adam_step --------------------------------------------------------------------------------------------------------


@accepted
def adam_step__step_size_form(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    """Moves the bias corrections into the step size and the denominator, as PyTorch does."""
    if t <= 0:
        raise ValueError("t counts from 1")
    first, second = (1 - beta**t for beta in betas)
    g = grad
    if not decoupled and weight_decay != 0:
        g = grad.add(theta, alpha=weight_decay)
    m = torch.lerp(m, g, 1 - betas[0])
    v = (v * betas[1]).addcmul(g, g, value=1 - betas[1])
    denominator = v.sqrt() / math.sqrt(second) + eps
    shrunk = theta - lr * weight_decay * theta if decoupled else theta
    return shrunk - (lr / first) * (m / denominator), m, v


@accepted
def adam_step__clones_in_place(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    """Clones everything and then works in place; returns a list."""
    if t < 1:
        raise ValueError("t counts from 1")
    with torch.no_grad():
        theta, grad, m, v = (x.detach().clone() for x in (theta, grad, m, v))
        if decoupled:
            theta.mul_(1 - lr * weight_decay)
        else:
            grad.add_(weight_decay * theta)
        m.mul_(betas[0]).add_(grad, alpha=1 - betas[0])
        v.mul_(betas[1]).add_(grad.square(), alpha=1 - betas[1])
        root = (v / (1 - betas[1] ** t)).sqrt_().add_(eps)
        theta.sub_(lr * (m / (1 - betas[0] ** t)) / root)
    return [theta, m, v]


@accepted
def adam_step__total_change(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    """Works out the whole change first and adds it to the old parameter."""
    if t < 1:
        raise ValueError("t counts from 1")
    b1, b2 = betas
    penalty_slope = weight_decay * theta
    seen = grad + (0 if decoupled else 1) * penalty_slope
    m = m + (1 - b1) * (seen - m)
    v = v + (1 - b2) * (seen * seen - v)
    change = (m / (1 - b1**t)) / (torch.sqrt(v / (1 - b2**t)) + eps)
    if decoupled:
        change = change + penalty_slope
    return theta - lr * change, m, v


@accepted
def adam_step__weights_of_the_past(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    """Writes the bias-corrected means as weighted means of the old state and the new gradient."""
    if t < 1:
        raise ValueError("t counts from 1")
    g = grad if decoupled else grad + weight_decay * theta

    def mean(old, new, beta):
        share = (1 - beta) / (1 - beta**t)
        return reduce(torch.add, (old * (beta / (1 - beta**t)), new * share))

    hat_m, hat_v = mean(m, g, betas[0]), mean(v, g * g, betas[1])
    kept = theta * (1 - lr * weight_decay) if decoupled else theta
    moved = kept - lr * hat_m / (hat_v**0.5 + eps)
    return moved, hat_m * (1 - betas[0] ** t), hat_v * (1 - betas[1] ** t)
