"""Correct answers to 09_transfer_learning that are written differently: each must get full marks."""
# The names of the reference module are there when these run.
# ruff: noqa: F821

import math

import numpy as np

from autograder.answers import accepted


@accepted
def replace_head__walk(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Walk down the path one step at a time, and set the attribute of the last layer but one."""
    if out_features < 1:
        raise ValueError("at least one output")
    *above, last = name.split(".")
    parent = model
    for step in [*above, last]:
        children = dict(parent.named_children())
        if step not in children:
            raise KeyError(f"no layer called {name}")
        owner, parent = parent, children[step]
    if not isinstance(parent, nn.Linear):
        raise TypeError("not a linear layer")
    fresh = nn.Linear(parent.weight.shape[1], out_features).to(parent.weight)
    setattr(owner, last, fresh)
    return model


@accepted
def replace_head__get_submodule(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Ask torch for the layer, translate its error, and write into the parent's table of layers."""
    try:
        old = model.get_submodule(name)
    except AttributeError as error:
        raise KeyError(name) from error
    if type(old) is not nn.Linear:
        raise TypeError(f"{name} is not linear")
    if out_features <= 0:
        raise ValueError("no outputs")
    path, _, attribute = name.rpartition(".")
    parent = model.get_submodule(path) if path else model
    parent._modules[attribute] = nn.Linear(old.in_features, out_features, dtype=old.weight.dtype).to(old.weight.device)
    return model


@accepted
def replace_head__own_rule(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Draw the numbers by hand: uniform within one over the root of the number of features."""
    layer = {path: layer for path, layer in model.named_modules() if path}.get(name)
    if layer is None:
        raise KeyError(name)
    if not isinstance(layer, nn.Linear):
        raise TypeError(name)
    if int(out_features) < 1:
        raise ValueError(out_features)
    fresh, bound = nn.Linear(layer.in_features, out_features), 1 / math.sqrt(layer.in_features)
    for parameter in fresh.parameters():
        parameter.data = torch.empty_like(parameter.data, device=layer.weight.device).uniform_(-bound, bound)
    model.set_submodule(name, fresh.to(layer.weight.dtype))
    return model


@accepted
def freeze_except__steps(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Compare lists of steps."""
    paths = [prefix.split(".") for prefix in prefixes]
    names = []
    for name, parameter in model.named_parameters():
        steps = name.split(".")
        parameter.requires_grad = any(steps[: len(path)] == path for path in paths)
        if parameter.requires_grad:
            names.append(name)
    names.sort()
    return names


@accepted
def freeze_except__thaw(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Freeze the whole model, then wake the layers that are named."""
    model.requires_grad_(False)
    for prefix in prefixes:
        model.get_submodule(prefix).requires_grad_(True)
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


@accepted
def freeze_except__layers(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Go through the layers, and through the parameters that each holds itself."""
    trainable = set()
    for path, layer in model.named_modules():
        chosen = any(path == prefix or path.startswith(prefix + ".") for prefix in prefixes)
        for name, parameter in layer.named_parameters(recurse=False):
            parameter.requires_grad = chosen
            if chosen:
                trainable.add(f"{path}.{name}")
    return sorted(trainable)


@accepted
def finetune_groups__identity(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Tell the head's parameters by identity."""
    if min(lr_body, lr_head) < 0:
        raise ValueError("a negative rate")
    try:
        inside = {id(parameter) for parameter in model.get_submodule(head).parameters()}
    except AttributeError as error:
        raise ValueError(f"no layer {head}") from error
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = []
    body = [parameter for parameter in trainable if id(parameter) not in inside]
    top = [parameter for parameter in trainable if id(parameter) in inside]
    if len(body) > 0:
        groups.append({"params": body, "lr": lr_body})
    if len(top) > 0:
        groups.append(dict(params=top, lr=lr_head))
    return groups


@accepted
def finetune_groups__names(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Compare the steps of the names, and take the parameters backwards."""
    if lr_body < 0 or lr_head < 0:
        raise ValueError("a negative rate")
    if all(path != head for path, _ in model.named_modules()):
        raise ValueError("no such layer")
    steps, found = head.split("."), {False: [], True: []}
    for name, parameter in reversed(list(model.named_parameters())):
        if parameter.requires_grad:
            found[name.split(".")[: len(steps)] == steps].append(parameter)
    return [dict(params=found[top], lr=rate) for top, rate in ((False, lr_body), (True, lr_head)) if found[top]]


@accepted
def finetune_groups__subtract(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Start from all parameters, and take the head's out."""
    for rate in (lr_body, lr_head):
        if not rate >= 0:
            raise ValueError(f"{rate} is no learning rate")
    layers = dict(model.named_modules())
    if head not in layers:
        raise ValueError(head)
    left = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    top = [left.pop(f"{head}.{name}") for name, p in layers[head].named_parameters() if p.requires_grad]
    return [g for g in ({"params": list(left.values()), "lr": lr_body}, {"params": top, "lr": lr_head}) if g["params"]]


@accepted
def multitask_loss__dot(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """The dot product of losses and weights."""
    if min(alpha, beta) < 0:
        raise ValueError("weights are not negative")
    return torch.stack([seg, depth]) @ torch.tensor([alpha, beta], dtype=seg.dtype, device=seg.device)


@accepted
def multitask_loss__lerp(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """A weighted average, times the sum of the weights."""
    if alpha < 0 or beta < 0:
        raise ValueError("weights are not negative")
    if alpha == beta == 0:
        return seg * 0 + depth * 0
    total = alpha + beta
    return total * torch.lerp(seg, depth, beta / total)


@accepted
def multitask_loss__loop(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """One task after the other."""
    total = torch.zeros_like(seg)
    for loss, weight in ((seg, alpha), (depth, beta)):
        if weight < 0:
            raise ValueError(f"{weight} is negative")
        total = torch.add(total, loss, alpha=weight)
    return total


@accepted
def random_mask__permutations(rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None) -> Tensor:
    """A random permutation for each row."""
    if n_masked < 0 or n_masked > cols:
        raise ValueError("so many places there are not")
    device = generator.device if generator is not None else "cpu"
    mask = torch.zeros(rows, cols, dtype=torch.bool, device=device)
    for row in mask:
        row[torch.randperm(cols, generator=generator, device=device)[:n_masked]] = True
    return mask


@accepted
def random_mask__scatter(rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None) -> Tensor:
    """Mark the places of the largest random numbers."""
    if n_masked < 0 or cols < n_masked:
        raise ValueError("n_masked")
    device = torch.device("cpu") if generator is None else generator.device
    scores = torch.rand(rows, cols, generator=generator, device=device, dtype=torch.float64)
    places = scores.topk(n_masked, dim=1).indices
    return torch.zeros_like(scores).scatter_(1, places, 1.0).bool()


@accepted
def random_mask__one_by_one(rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None) -> Tensor:
    """Decide place after place, with the share that is still to be hidden among those that are left."""
    if not 0 <= n_masked <= cols:
        raise ValueError(n_masked)
    device = None if generator is None else generator.device
    left = torch.full((rows,), float(n_masked), device=device)
    columns = []
    for place in range(cols):
        hide = torch.rand(rows, generator=generator, device=device) * (cols - place) < left
        left = left - hide.to(left.dtype)
        columns.append(hide)
    return torch.stack(columns, dim=1)


@accepted
def mask_inputs__where(x: Tensor, mask: Tensor, value: float, ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """Choose between the input and a tensor that is full of one number."""
    if x.shape != mask.shape:
        raise ValueError("shapes differ")
    return torch.where(mask, torch.full_like(x, value), x), torch.where(mask, x, torch.full_like(x, ignore_index))


@accepted
def mask_inputs__index(x: Tensor, mask: Tensor, value: float, ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """Write into copies."""
    if tuple(x.size()) != tuple(mask.size()):
        raise ValueError("shapes differ")
    corrupted, target = x.clone(), torch.full_like(x, ignore_index)
    corrupted[mask] = value
    target[mask] = x[mask]
    return corrupted, target


@accepted
def mask_inputs__numpy(x: Tensor, mask: Tensor, value: float, ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """By way of numpy."""
    if x.shape != mask.shape:
        raise ValueError("shapes differ")
    numbers, hidden = x.detach().cpu().numpy(), mask.cpu().numpy()
    seen, asked = np.array(numbers), np.array(numbers)
    seen[hidden], asked[~hidden] = value, ignore_index
    return torch.from_numpy(seen).to(x), torch.from_numpy(asked).to(x)


@accepted
def masked_loss__weights(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Zero out visible places, and divide by the number of hidden ones."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2] or not mask.any():
        raise ValueError("shapes, or an empty mask")
    error = (pred - target) ** 2
    if error.ndim == 3:
        error = error.mean(dim=-1)
    return (error * mask).sum() / mask.sum()


@accepted
def masked_loss__mse(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """torch's own mean squared error of what is gathered."""
    if pred.size() != target.size() or mask.size() != pred.size()[:2]:
        raise ValueError("shapes")
    if mask.sum() == 0:
        raise ValueError("nothing is hidden")
    return nn.functional.mse_loss(pred[mask], target[mask])


@accepted
def masked_loss__places(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """One hidden place after the other."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2]:
        raise ValueError("shapes")
    places = mask.nonzero().tolist()
    if not places:
        raise ValueError("nothing is hidden")
    return torch.stack([(pred[i, j] - target[i, j]).pow(2).mean() for i, j in places]).mean()
