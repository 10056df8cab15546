"""Plausible wrong answers to 09_transfer_learning: each must lose marks in its own task, in the tests that it names."""
# The names of the reference module are there when these run.
# ruff: noqa: F821

import copy

from autograder.answers import misconception

# -------------------------------------------------------------------------------------------- replace_head


@misconception(
    hint="The result has a body of its own, a copy. Whoever holds the old parameters must see them trained.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_replace_head_keeps_the_body", "test_replace_head_in_place"),
)
def replace_head__rebuilt_body(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Work on a deep copy."""
    model = copy.deepcopy(model)
    if out_features < 1:
        raise ValueError("at least one output")
    layers = dict(model.named_modules())
    if name not in layers:
        raise KeyError(name)
    if not isinstance(layers[name], nn.Linear):
        raise TypeError(name)
    old, above, last = layers[name], *name.rpartition(".")[::2]

    setattr(layers[above], last, nn.Linear(old.in_features, out_features).to(old.weight))
    return model


@misconception(
    hint="You put the new layer behind the old head: the features must now pass through classes of another task.",
    reread="DS 542, Transfer Learning",
    caught_by="test_replace_head_within_a_layer",
)
def replace_head__appended(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Keep the old layer and add one."""
    if out_features < 1:
        raise ValueError("at least one output")
    layers = dict(model.named_modules())
    if name not in layers:
        raise KeyError(name)
    if not isinstance(layers[name], nn.Linear):
        raise TypeError(name)
    old, above, last = layers[name], *name.rpartition(".")[::2]

    added = nn.Linear(old.out_features, out_features).to(old.weight)
    setattr(layers[above], last, nn.Sequential(old, added))
    return model


@misconception(
    hint="How many features your new layer reads was decided by one famous network, not by this model.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_replace_head_keeps_the_body", "test_replace_head_within_a_layer", "test_replace_head_in_place"),
)
def replace_head__width_512(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Read 512 features, as in a ResNet-18."""
    if out_features < 1:
        raise ValueError("at least one output")
    layers = dict(model.named_modules())
    if name not in layers:
        raise KeyError(name)
    if not isinstance(layers[name], nn.Linear):
        raise TypeError(name)
    old, above, last = layers[name], *name.rpartition(".")[::2]

    setattr(layers[above], last, nn.Linear(512, out_features).to(old.weight))
    return model


@misconception(
    hint="The new layer has torch's default dtype, whatever that of the model is.",
    reread="DS 542, Transfer Learning",
    caught_by="test_replace_head_keeps_the_dtype",
)
def replace_head__loses_dtype(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Build the layer without dtype and device."""
    if out_features < 1:
        raise ValueError("at least one output")
    layers = dict(model.named_modules())
    if name not in layers:
        raise KeyError(name)
    if not isinstance(layers[name], nn.Linear):
        raise TypeError(name)
    old, above, last = layers[name], *name.rpartition(".")[::2]

    setattr(layers[above], last, nn.Linear(old.in_features, out_features))
    return model


@misconception(
    hint="A name with dots in it stays without effect: you look for the layer on the model itself only, one step deep.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_replace_head_within_a_layer", "test_replace_head_in_place"),
)
def replace_head__top_level_only(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Use getattr and setattr on the model."""
    if out_features < 1:
        raise ValueError("at least one output")
    old = getattr(model, name, None)
    if old is None:
        raise KeyError(name)
    if not isinstance(old, nn.Linear):
        raise TypeError(name)
    setattr(model, name, nn.Linear(old.in_features, out_features).to(old.weight))
    return model


@misconception(
    hint="Your new layer starts with numbers of the old one, which stand for classes of another task.",
    reread="DS 542, Transfer Learning",
    caught_by="test_replace_head_starts_fresh",
)
def replace_head__copies_rows(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Keep as many old rows as fit."""
    if out_features < 1:
        raise ValueError("at least one output")
    layers = dict(model.named_modules())
    if name not in layers:
        raise KeyError(name)
    if not isinstance(layers[name], nn.Linear):
        raise TypeError(name)
    old, above, last = layers[name], *name.rpartition(".")[::2]

    new = nn.Linear(old.in_features, out_features).to(old.weight)
    rows = min(out_features, old.out_features)
    new.weight.data[:rows] = old.weight.data[:rows]
    setattr(layers[above], last, new)
    return model


@misconception(
    hint="A layer that starts at zero sends no gradient to the body. The contract says how the new numbers are drawn.",
    reread="DS 542, Transfer Learning",
    caught_by="test_replace_head_starts_fresh",
)
def replace_head__zeros(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Start from zeros."""
    if out_features < 1:
        raise ValueError("at least one output")
    layers = dict(model.named_modules())
    if name not in layers:
        raise KeyError(name)
    if not isinstance(layers[name], nn.Linear):
        raise TypeError(name)
    old, above, last = layers[name], *name.rpartition(".")[::2]

    new = nn.Linear(old.in_features, out_features).to(old.weight)
    nn.init.zeros_(new.weight)
    nn.init.zeros_(new.bias)
    setattr(layers[above], last, new)
    return model


@misconception(
    hint="Whether the new layer has a bias must not depend on the old one.",
    reread="DS 542, Transfer Learning",
    caught_by="test_replace_head_is_trainable_and_has_a_bias",
)
def replace_head__bias_as_before(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Copy the setting of the bias."""
    if out_features < 1:
        raise ValueError("at least one output")
    layers = dict(model.named_modules())
    if name not in layers:
        raise KeyError(name)
    if not isinstance(layers[name], nn.Linear):
        raise TypeError(name)
    old, above, last = layers[name], *name.rpartition(".")[::2]

    new = nn.Linear(old.in_features, out_features, bias=old.bias is not None).to(old.weight)
    setattr(layers[above], last, new)
    return model


@misconception(
    hint="A fresh layer of random numbers that is frozen can learn nothing.",
    reread="DS 542, Transfer Learning",
    caught_by="test_replace_head_is_trainable_and_has_a_bias",
)
def replace_head__frozen_as_before(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Copy requires_grad of the old layer."""
    if out_features < 1:
        raise ValueError("at least one output")
    layers = dict(model.named_modules())
    if name not in layers:
        raise KeyError(name)
    if not isinstance(layers[name], nn.Linear):
        raise TypeError(name)
    old, above, last = layers[name], *name.rpartition(".")[::2]

    new = nn.Linear(old.in_features, out_features).to(old.weight).requires_grad_(old.weight.requires_grad)
    setattr(layers[above], last, new)
    return model


@misconception(
    hint="You give the old layer object other tensors, but it still says, and prints, that it has its old size.",
    reread="DS 542, Transfer Learning",
    caught_by="test_replace_head_in_place",
)
def replace_head__edits_the_old(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Put new parameters into the old layer."""
    if out_features < 1:
        raise ValueError("at least one output")
    layers = dict(model.named_modules())
    if name not in layers:
        raise KeyError(name)
    if not isinstance(layers[name], nn.Linear):
        raise TypeError(name)
    old, above, last = layers[name], *name.rpartition(".")[::2]

    new = nn.Linear(old.in_features, out_features).to(old.weight)
    layers[above].get_submodule(last).weight, old.bias = new.weight, new.bias
    return model


@misconception(
    hint="For an unknown name, or a layer that is not linear, the wrong kind of error comes, or none.",
    reread="DS 542, Transfer Learning",
    caught_by="test_replace_head_refuses_what_it_cannot_replace",
)
def replace_head__unchecked(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Trust the caller."""
    above, _, last = name.rpartition(".")
    old = model.get_submodule(name)
    setattr(model.get_submodule(above), last, nn.Linear(old.in_features, out_features).to(old.weight))
    return model


@misconception(
    hint="A new head is all that was asked for. Whether the body is trained is decided elsewhere.",
    reread="DS 542, Transfer Learning",
    caught_by="test_replace_head_keeps_the_body",
)
def replace_head__freezes_the_body(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Freeze everything else."""
    if out_features < 1:
        raise ValueError("at least one output")
    layers = dict(model.named_modules())
    if name not in layers:
        raise KeyError(name)
    if not isinstance(layers[name], nn.Linear):
        raise TypeError(name)
    old, above, last = layers[name], *name.rpartition(".")[::2]

    model.requires_grad_(False)
    setattr(layers[above], last, nn.Linear(old.in_features, out_features).to(old.weight))
    return model


# ------------------------------------------------------------------------------------------- freeze_except


@misconception(
    hint="You compare letters: fc2 begins with the letters fc, and yet it is another layer.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_freeze_except_compares_whole_steps_of_a_path", "test_freeze_except_whatever_was_before"),
)
def freeze_except__bare_prefix(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Compare the beginnings of strings."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.startswith(tuple(prefixes))
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


@misconception(
    hint="You ask whether the path occurs anywhere in the name. It must be its beginning, in whole steps.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_freeze_except_compares_whole_steps_of_a_path", "test_freeze_except_whatever_was_before"),
)
def freeze_except__substring(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Use in."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad = any(prefix in name for prefix in prefixes)
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


@misconception(
    hint="You accept the path at any depth. A path begins at the model.",
    reread="DS 542, Transfer Learning",
    caught_by="test_freeze_except_compares_whole_steps_of_a_path",
)
def freeze_except__any_step(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Look for the path between any two dots."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad = any(f".{prefix}." in f".{name}" for prefix in prefixes)
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


@misconception(
    hint="You compare the first step of a name only, so a layer further inside cannot be named.",
    reread="DS 542, Transfer Learning",
    caught_by="test_freeze_except_within_a_layer",
)
def freeze_except__first_step_only(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Compare the first step."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.split(".")[0] in prefixes
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


@misconception(
    hint="You compare with the layer that holds the parameter, so that layers within a named layer are missed.",
    reread="DS 542, Transfer Learning",
    caught_by="test_freeze_except_compares_whole_steps_of_a_path",
)
def freeze_except__last_layer_only(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Compare the path of the parameter's own layer."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.rpartition(".")[0] in prefixes
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


@misconception(
    hint="The layers that were named are frozen too: nothing is left to be trained.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_freeze_except_compares_whole_steps_of_a_path", "test_freeze_except_holds_bit_by_bit"),
)
def freeze_except__freezes_everything(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Freeze and forget to thaw."""
    within = [name for name, _ in model.named_parameters() if any(name.startswith(p + ".") for p in prefixes)]
    model.requires_grad_(False)
    return sorted(within)


@misconception(
    hint="You have it backwards: what is named is what stays trainable.",
    reread="DS 542, Transfer Learning",
    caught_by=(
        "test_freeze_except_compares_whole_steps_of_a_path",
        "test_freeze_except_holds_bit_by_bit",
        "test_freeze_except_nothing",
    ),
)
def freeze_except__freezes_the_named(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Freeze what is named."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad = not any(name.startswith(prefix + ".") for prefix in prefixes)
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


@misconception(
    hint="You only ever freeze. A parameter that came frozen stays frozen, although it is named.",
    reread="DS 542, Transfer Learning",
    caught_by="test_freeze_except_whatever_was_before",
)
def freeze_except__never_thaws(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Skip what is named."""
    for name, parameter in model.named_parameters():
        if not any(name.startswith(prefix + ".") for prefix in prefixes):
            parameter.requires_grad = False
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


@misconception(
    hint="You set requires_grad on layers. Python lets you invent any attribute; no parameter hears of it.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_freeze_except_compares_whole_steps_of_a_path", "test_freeze_except_holds_bit_by_bit"),
)
def freeze_except__flags_on_layers(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Set the attribute of modules."""
    names = []
    for path, layer in model.named_modules():
        layer.requires_grad = any(f"{path}.".startswith(prefix + ".") for prefix in prefixes)
        if layer.requires_grad:
            names += [f"{path}.{name}" for name, _ in layer.named_parameters(recurse=False)]
    return sorted(names)


@misconception(
    hint="You walk through layers and parameters side by side, but their numbers differ, and they do not pair up.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_freeze_except_compares_whole_steps_of_a_path", "test_freeze_except_holds_bit_by_bit"),
)
def freeze_except__misaligned(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Zip modules with parameters."""
    for (path, _), parameter in zip(model.named_modules(), model.parameters(), strict=False):
        parameter.requires_grad = any(f"{path}.".startswith(prefix + ".") for prefix in prefixes)
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


@misconception(
    hint="The names are right, but they stand in the order of the model. The docstring asks for another order.",
    reread="DS 542, Transfer Learning",
    caught_by="test_freeze_except_compares_whole_steps_of_a_path",
)
def freeze_except__unsorted(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Do not sort."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad = any(name.startswith(prefix + ".") for prefix in prefixes)
    return [name for name, parameter in model.named_parameters() if parameter.requires_grad]


@misconception(
    hint="You also put frozen layers into evaluation mode. It may be wise, but it is the caller's decision here.",
    reread="DS 542, Transfer Learning",
    caught_by="test_freeze_except_changes_nothing_else",
)
def freeze_except__modes_too(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Call eval() on what is frozen."""
    model.eval()
    for name, parameter in model.named_parameters():
        parameter.requires_grad = any(name.startswith(prefix + ".") for prefix in prefixes)
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


@misconception(
    hint="Biases lie within a layer as weights do.",
    reread="DS 542, Transfer Learning",
    caught_by="test_freeze_except_compares_whole_steps_of_a_path",
)
def freeze_except__weights_only(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Thaw weights only."""
    for name, parameter in model.named_parameters():
        inside = any(name.startswith(prefix + ".") for prefix in prefixes)
        parameter.requires_grad = inside and name.endswith("weight")
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


# ----------------------------------------------------------------------------------------- finetune_groups


@misconception(
    hint="The head is in both groups. torch refuses a parameter that is in two.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_finetune_groups_place_each_parameter_once", "test_finetune_groups_train"),
)
def finetune_groups__all_in_the_body(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Give the body's group all parameters."""
    if lr_body < 0 or lr_head < 0 or head not in dict(model.named_modules()):
        raise ValueError("a bad head or a negative rate")

    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    body = [p for name, p in named if not name.startswith(head + ".")]
    top = [p for name, p in named if name.startswith(head + ".")]

    groups = [{"params": body + top, "lr": lr_body}, {"params": top, "lr": lr_head}]
    return [group for group in groups if group["params"]]


@misconception(
    hint="The body is in no group, so that it is never updated. That is the other of the lecture's two choices.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_finetune_groups_place_each_parameter_once", "test_finetune_groups_train"),
)
def finetune_groups__no_body(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Only the head."""
    if lr_body < 0 or lr_head < 0 or head not in dict(model.named_modules()):
        raise ValueError("a bad head or a negative rate")

    top = [p for name, p in model.named_parameters() if p.requires_grad and name.startswith(head + ".")]
    return [{"params": top, "lr": lr_head}] if top else []


@misconception(
    hint="The head learns at the body's rate, and the body at the head's.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_finetune_groups_place_each_parameter_once", "test_finetune_groups_train"),
)
def finetune_groups__rates_swapped(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Swap the rates."""
    if lr_body < 0 or lr_head < 0 or head not in dict(model.named_modules()):
        raise ValueError("a bad head or a negative rate")

    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    body = [p for name, p in named if not name.startswith(head + ".")]
    top = [p for name, p in named if name.startswith(head + ".")]

    groups = [{"params": body, "lr": lr_head}, {"params": top, "lr": lr_body}]
    return [group for group in groups if group["params"]]


@misconception(
    hint="The groups are right, and come in the wrong order.",
    reread="DS 542, Transfer Learning",
    caught_by="test_finetune_groups_place_each_parameter_once",
)
def finetune_groups__head_first(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Head, then body."""
    if lr_body < 0 or lr_head < 0 or head not in dict(model.named_modules()):
        raise ValueError("a bad head or a negative rate")

    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    body = [p for name, p in named if not name.startswith(head + ".")]
    top = [p for name, p in named if name.startswith(head + ".")]

    groups = [{"params": top, "lr": lr_head}, {"params": body, "lr": lr_body}]
    return [group for group in groups if group["params"]]


@misconception(
    hint="You hand frozen parameters to the optimizer.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_finetune_groups_leave_frozen_parameters_out", "test_finetune_groups_leave_empty_groups_out"),
)
def finetune_groups__frozen_too(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Take all parameters."""
    if lr_body < 0 or lr_head < 0 or head not in dict(model.named_modules()):
        raise ValueError("a bad head or a negative rate")

    body = [p for name, p in model.named_parameters() if not name.startswith(head + ".")]
    top = [p for name, p in model.named_parameters() if name.startswith(head + ".")]
    groups = [{"params": body, "lr": lr_body}, {"params": top, "lr": lr_head}]
    return [group for group in groups if group["params"]]


@misconception(
    hint="Layers whose names merely begin with the same letters as the head's are taken for the head.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_finetune_groups_place_each_parameter_once", "test_finetune_groups_train"),
)
def finetune_groups__bare_prefix(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Compare the beginnings of strings."""
    if lr_body < 0 or lr_head < 0 or head not in dict(model.named_modules()):
        raise ValueError("a bad head or a negative rate")

    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    body = [p for name, p in named if not name.startswith(head)]
    top = [p for name, p in named if name.startswith(head)]
    groups = [{"params": body, "lr": lr_body}, {"params": top, "lr": lr_head}]
    return [group for group in groups if group["params"]]


@misconception(
    hint="You look for the head's name anywhere in a parameter's. A path begins at the model.",
    reread="DS 542, Transfer Learning",
    caught_by=("test_finetune_groups_place_each_parameter_once", "test_finetune_groups_train"),
)
def finetune_groups__substring(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Use in."""
    if lr_body < 0 or lr_head < 0 or head not in dict(model.named_modules()):
        raise ValueError("a bad head or a negative rate")

    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    body = [p for name, p in named if head not in name]
    top = [p for name, p in named if head in name]
    groups = [{"params": body, "lr": lr_body}, {"params": top, "lr": lr_head}]
    return [group for group in groups if group["params"]]


@misconception(
    hint="A group without parameters is left in the list.",
    reread="DS 542, Transfer Learning",
    caught_by="test_finetune_groups_leave_empty_groups_out",
)
def finetune_groups__keeps_empty_groups(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Always two groups."""
    if lr_body < 0 or lr_head < 0 or head not in dict(model.named_modules()):
        raise ValueError("a bad head or a negative rate")

    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    body = [p for name, p in named if not name.startswith(head + ".")]
    top = [p for name, p in named if name.startswith(head + ".")]

    return [{"params": body, "lr": lr_body}, {"params": top, "lr": lr_head}]


@misconception(
    hint="You leave a group out because its rate is 0. Left out is a group that has no parameters.",
    reread="DS 542, Transfer Learning",
    caught_by="test_finetune_groups_with_a_rate_of_zero",
)
def finetune_groups__rate_zero_dropped(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Test the rate for truth."""
    if lr_body < 0 or lr_head < 0 or head not in dict(model.named_modules()):
        raise ValueError("a bad head or a negative rate")

    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    body = [p for name, p in named if not name.startswith(head + ".")]
    top = [p for name, p in named if name.startswith(head + ".")]

    groups = [{"params": body, "lr": lr_body}, {"params": top, "lr": lr_head}]
    return [group for group in groups if group["params"] and group["lr"]]


@misconception(
    hint="A head that the model does not have puts everything into the body, and nobody is told.",
    reread="DS 542, Transfer Learning",
    caught_by="test_finetune_groups_refuse_bad_arguments",
)
def finetune_groups__unknown_head(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Do not look whether the head is there."""
    if lr_body < 0 or lr_head < 0:
        raise ValueError("a negative rate")
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    body = [p for name, p in named if not name.startswith(head + ".")]
    top = [p for name, p in named if name.startswith(head + ".")]

    groups = [{"params": body, "lr": lr_body}, {"params": top, "lr": lr_head}]
    return [group for group in groups if group["params"]]


# ------------------------------------------------------------------------------------------ multitask_loss


@misconception(
    hint="You divide by the sum of the weights. Nothing in the formula says that they must sum to 1.",
    reread="DS 542, Multi-Task Learning",
    caught_by=("test_multitask_loss_is_the_weighted_sum", "test_multitask_loss_slopes"),
)
def multitask_loss__normalized(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """A weighted average."""
    if alpha < 0 or beta < 0:
        raise ValueError("a negative weight")

    return (alpha * seg + beta * depth) / max(alpha + beta, 1e-12)


@misconception(
    hint="You take the mean of the two terms. The cost is their sum.",
    reread="DS 542, Multi-Task Learning",
    caught_by=("test_multitask_loss_is_the_weighted_sum", "test_multitask_loss_slopes"),
)
def multitask_loss__averaged(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """Divide by the number of tasks."""
    if alpha < 0 or beta < 0:
        raise ValueError("a negative weight")

    return (alpha * seg + beta * depth) / 2


@misconception(
    hint="Both losses get the first weight.",
    reread="DS 542, Multi-Task Learning",
    caught_by=(
        "test_multitask_loss_is_the_weighted_sum",
        "test_multitask_loss_slopes",
        "test_multitask_loss_switches_tasks_off",
    ),
)
def multitask_loss__one_weight(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """Alpha for both."""
    if alpha < 0 or beta < 0:
        raise ValueError("a negative weight")

    return alpha * seg + alpha * depth


@misconception(
    hint="You weigh the second loss by what the first weight leaves of 1, and never look at the second weight.",
    reread="DS 542, Multi-Task Learning",
    caught_by=("test_multitask_loss_is_the_weighted_sum", "test_multitask_loss_slopes"),
)
def multitask_loss__complement(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """A convex combination."""
    if alpha < 0 or beta < 0:
        raise ValueError("a negative weight")

    return alpha * seg + (1 - alpha) * depth


@misconception(
    hint="Each task has the weight of the other.",
    reread="DS 542, Multi-Task Learning",
    caught_by=("test_multitask_loss_is_the_weighted_sum", "test_multitask_loss_slopes"),
)
def multitask_loss__swapped(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """Swap the weights."""
    if alpha < 0 or beta < 0:
        raise ValueError("a negative weight")

    return beta * seg + alpha * depth


@misconception(
    hint="You multiply the two terms with each other. The lecture adds them.",
    reread="DS 542, Multi-Task Learning",
    caught_by=("test_multitask_loss_is_the_weighted_sum", "test_multitask_loss_slopes"),
)
def multitask_loss__product(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """Multiply."""
    if alpha < 0 or beta < 0:
        raise ValueError("a negative weight")

    return alpha * seg * beta * depth


@misconception(
    hint="The value is right, but the result has left the graph: no gradient reaches the network.",
    reread="DS 542, Multi-Task Learning",
    caught_by=("test_multitask_loss_slopes", "test_multitask_loss_of_two_heads"),
)
def multitask_loss__detached(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """Use item()."""
    if alpha < 0 or beta < 0:
        raise ValueError("a negative weight")

    return torch.tensor(alpha * seg.item() + beta * depth.item(), dtype=seg.dtype, device=seg.device)


@misconception(
    hint="A negative weight, which rewards errors, passes unseen.",
    reread="DS 542, Multi-Task Learning",
    caught_by="test_multitask_loss_refuses_negative_weights",
)
def multitask_loss__unchecked(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """No check."""
    return alpha * seg + beta * depth


@misconception(
    hint="Your check lets a negative weight pass if the other one makes up for it.",
    reread="DS 542, Multi-Task Learning",
    caught_by="test_multitask_loss_refuses_negative_weights",
)
def multitask_loss__checks_the_sum(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """Check the sum."""
    if alpha + beta < 0:
        raise ValueError("negative")
    return alpha * seg + beta * depth


@misconception(
    hint="A weight of 0 is legal: it switches a task off.",
    reread="DS 542, Multi-Task Learning",
    caught_by="test_multitask_loss_switches_tasks_off",
)
def multitask_loss__refuses_zero(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """Weights must be positive."""
    if alpha <= 0 or beta <= 0:
        raise ValueError("weights are positive")
    return alpha * seg + beta * depth


# --------------------------------------------------------------------------------------------- random_mask


@misconception(
    hint="You toss a coin for each place. The share is right on average; the number in a row is not.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_random_mask_hides_the_same_number_in_each_row", "test_random_mask_hides_each_place_equally_often"),
    may_catch=("test_random_mask_refuses_a_wrong_number",),
)
def random_mask__coin_for_each_place(
    rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None
) -> Tensor:
    """Bernoulli."""
    if not 0 <= n_masked <= cols:
        raise ValueError("so many places there are not")

    return torch.rand(rows, cols, generator=generator) < n_masked / cols


@misconception(
    hint="All rows hide the same places. Each needs a draw of its own.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=(
        "test_random_mask_draws_each_row_anew",
        "test_random_mask_hides_each_place_equally_often",
        "test_random_mask_makes_all_sets_equally_likely",
    ),
    may_catch=(
        "test_random_mask_uses_the_generator",
        "test_random_mask_without_a_generator",
    ),
)
def random_mask__same_in_each_row(
    rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None
) -> Tensor:
    """One permutation for all."""
    if not 0 <= n_masked <= cols:
        raise ValueError("so many places there are not")

    mask = torch.zeros(rows, cols, dtype=torch.bool)
    mask[:, torch.randperm(cols, generator=generator)[:n_masked]] = True
    return mask


@misconception(
    hint="True stands for what is visible in your mask. Here True means hidden.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_random_mask_hides_the_same_number_in_each_row", "test_random_mask_at_both_ends"),
)
def random_mask__true_is_visible(
    rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None
) -> Tensor:
    """Keep where True."""
    if not 0 <= n_masked <= cols:
        raise ValueError("so many places there are not")

    return torch.rand(rows, cols, generator=generator).argsort(dim=1) >= n_masked


@misconception(
    hint="You hide neighbors in one block. Each place is as likely as any other, but most sets of places never occur.",
    reread="DS 542, Self-Supervised Learning",
    caught_by="test_random_mask_makes_all_sets_equally_likely",
    may_catch=(
        "test_random_mask_uses_the_generator",
        "test_random_mask_without_a_generator",
        "test_random_mask_draws_each_row_anew",
    ),
)
def random_mask__a_block(rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None) -> Tensor:
    """A window at a random place, around the end."""
    if not 0 <= n_masked <= cols:
        raise ValueError("so many places there are not")

    start = torch.randint(cols, (rows, 1), generator=generator)
    return (torch.arange(cols) - start) % cols < n_masked


@misconception(
    hint="You draw places with replacement: one that comes twice leaves the row with too few.",
    reread="DS 542, Self-Supervised Learning",
    caught_by="test_random_mask_hides_the_same_number_in_each_row",
)
def random_mask__with_replacement(
    rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None
) -> Tensor:
    """randint."""
    if not 0 <= n_masked <= cols:
        raise ValueError("so many places there are not")

    places = torch.randint(cols, (rows, n_masked), generator=generator)
    return torch.zeros(rows, cols).scatter_(1, places, 1.0).bool()


@misconception(
    hint="The number of hidden places is right for the whole batch, but it differs from row to row.",
    reread="DS 542, Self-Supervised Learning",
    caught_by="test_random_mask_hides_the_same_number_in_each_row",
    may_catch=("test_random_mask_refuses_a_wrong_number",),
)
def random_mask__total_number(rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None) -> Tensor:
    """One set for the whole tensor."""
    if not 0 <= n_masked <= cols:
        raise ValueError("so many places there are not")

    mask = torch.zeros(rows * cols, dtype=torch.bool)
    mask[torch.randperm(rows * cols, generator=generator)[: rows * n_masked]] = True
    return mask.view(rows, cols)


@misconception(
    hint="You shuffle along the wrong axis: the number is right in each column of a square, not in each row.",
    reread="DS 542, Self-Supervised Learning",
    caught_by="test_random_mask_hides_the_same_number_in_each_row",
)
def random_mask__along_columns(rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None) -> Tensor:
    """argsort over rows."""
    if not 0 <= n_masked <= cols:
        raise ValueError("so many places there are not")

    return torch.rand(rows, cols, generator=generator).argsort(dim=0) < n_masked


@misconception(
    hint="Your random numbers do not come from the generator that you are given.",
    reread="DS 542, Self-Supervised Learning",
    caught_by="test_random_mask_uses_the_generator",
)
def random_mask__ignores_the_generator(
    rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None
) -> Tensor:
    """Draw from the default generator."""
    if not 0 <= n_masked <= cols:
        raise ValueError("so many places there are not")

    return torch.rand(rows, cols).argsort(dim=1) < n_masked


@misconception(
    hint="You hide the first places of each row. Nothing is random.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_random_mask_hides_each_place_equally_often", "test_random_mask_draws_each_row_anew"),
)
def random_mask__first_places(rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None) -> Tensor:
    """No draw."""
    if not 0 <= n_masked <= cols:
        raise ValueError("so many places there are not")

    return (torch.arange(cols) < n_masked).repeat(rows, 1)


@misconception(
    hint="The mask holds zeros and ones of a number type. It should be made of True and False.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_random_mask_hides_the_same_number_in_each_row", "test_random_mask_at_both_ends"),
)
def random_mask__float_mask(rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None) -> Tensor:
    """Floats."""
    if not 0 <= n_masked <= cols:
        raise ValueError("so many places there are not")

    return (torch.rand(rows, cols, generator=generator).argsort(dim=1) < n_masked).float()


@misconception(
    hint="A number of places that no row has passes unseen.",
    reread="DS 542, Self-Supervised Learning",
    caught_by="test_random_mask_refuses_a_wrong_number",
)
def random_mask__unchecked(rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None) -> Tensor:
    """No check."""
    return torch.rand(rows, cols, generator=generator).argsort(dim=1) < n_masked


@misconception(
    hint="You seed the generator yourself, so that each call gives the same mask.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_random_mask_uses_the_generator", "test_random_mask_without_a_generator"),
)
def random_mask__always_the_same(
    rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None
) -> Tensor:
    """Seed inside."""
    if not 0 <= n_masked <= cols:
        raise ValueError("so many places there are not")

    return torch.rand(rows, cols, generator=torch.Generator().manual_seed(0)).argsort(dim=1) < n_masked


# --------------------------------------------------------------------------------------------- mask_inputs


@misconception(
    hint="Your target holds what the network sees, not what stood there before.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_mask_inputs_asks_for_the_original", "test_mask_inputs_of_token_ids"),
)
def mask_inputs__target_is_corrupted(
    x: Tensor, mask: Tensor, value: float, ignore_index: int = -100
) -> tuple[Tensor, Tensor]:
    """Take the target from the corrupted input."""
    if mask.shape != x.shape:
        raise ValueError("shapes differ")

    corrupted = x.masked_fill(mask, value)
    return corrupted, corrupted.masked_fill(~mask, ignore_index)


@misconception(
    hint="You also ask for what is visible. A network that copies its input would do well.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_mask_inputs_asks_for_the_original", "test_mask_inputs_of_token_ids"),
)
def mask_inputs__target_everywhere(
    x: Tensor, mask: Tensor, value: float, ignore_index: int = -100
) -> tuple[Tensor, Tensor]:
    """The whole input is the target."""
    if mask.shape != x.shape:
        raise ValueError("shapes differ")

    return x.masked_fill(mask, value), x.clone()


@misconception(
    hint="You write into the input itself: the original is lost before you keep it, and the caller's batch is spoiled.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_mask_inputs_hides_what_is_masked", "test_mask_inputs_leaves_its_arguments_alone"),
)
def mask_inputs__in_place(x: Tensor, mask: Tensor, value: float, ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """Assign to x[mask]."""
    if mask.shape != x.shape:
        raise ValueError("shapes differ")

    target = torch.full_like(x, ignore_index)
    target[mask] = x[mask]
    x[mask] = value
    return x, target


@misconception(
    hint="You hide what should be visible, and the other way round.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=(
        "test_mask_inputs_hides_what_is_masked",
        "test_mask_inputs_asks_for_the_original",
        "test_mask_inputs_at_both_ends",
    ),
)
def mask_inputs__inverted(x: Tensor, mask: Tensor, value: float, ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """True is visible."""
    if mask.shape != x.shape:
        raise ValueError("shapes differ")

    return x.masked_fill(~mask, value), x.masked_fill(mask, ignore_index)


@misconception(
    hint="Your target holds the visible places and marks the hidden ones.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_mask_inputs_asks_for_the_original", "test_mask_inputs_of_token_ids"),
)
def mask_inputs__target_inverted(
    x: Tensor, mask: Tensor, value: float, ignore_index: int = -100
) -> tuple[Tensor, Tensor]:
    """Mark what is hidden."""
    if mask.shape != x.shape:
        raise ValueError("shapes differ")

    return x.masked_fill(mask, value), x.masked_fill(mask, ignore_index)


@misconception(
    hint="The mark of your target is always the same number, whatever the caller asks for.",
    reread="DS 542, Self-Supervised Learning",
    caught_by="test_mask_inputs_asks_for_the_original",
)
def mask_inputs__ignores_the_mark(
    x: Tensor, mask: Tensor, value: float, ignore_index: int = -100
) -> tuple[Tensor, Tensor]:
    """-100 in the code."""
    if mask.shape != x.shape:
        raise ValueError("shapes differ")

    return x.masked_fill(mask, value), x.masked_fill(~mask, -100)


@misconception(
    hint="You make hidden places zero. The caller says what is to stand there.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_mask_inputs_hides_what_is_masked", "test_mask_inputs_of_token_ids"),
)
def mask_inputs__multiplies(x: Tensor, mask: Tensor, value: float, ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """Multiply by the mask."""
    if mask.shape != x.shape:
        raise ValueError("shapes differ")

    return x * ~mask, x.masked_fill(~mask, ignore_index)


@misconception(
    hint="You add the value to what stands at a hidden place; it should take its place.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_mask_inputs_hides_what_is_masked", "test_mask_inputs_of_token_ids"),
)
def mask_inputs__adds_the_value(
    x: Tensor, mask: Tensor, value: float, ignore_index: int = -100
) -> tuple[Tensor, Tensor]:
    """Add."""
    if mask.shape != x.shape:
        raise ValueError("shapes differ")

    return (x + mask * value).to(x.dtype), x.masked_fill(~mask, ignore_index)


@misconception(
    hint="Token ids come back as floating-point numbers.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_mask_inputs_of_token_ids", "test_mask_inputs_keeps_the_dtype"),
)
def mask_inputs__floats(x: Tensor, mask: Tensor, value: float, ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """Convert to the default dtype."""
    if mask.shape != x.shape:
        raise ValueError("shapes differ")

    x = x.float() if x.dtype != torch.float64 else x
    return x.masked_fill(mask, value), x.masked_fill(~mask, ignore_index)


@misconception(
    hint="A mask of another shape is stretched to fit, or fails with another error.",
    reread="DS 542, Self-Supervised Learning",
    caught_by="test_mask_inputs_refuses_another_shape",
)
def mask_inputs__broadcasts(x: Tensor, mask: Tensor, value: float, ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """No check."""
    return x.masked_fill(mask, value), x.masked_fill(~mask, ignore_index)


@misconception(
    hint="Your target is a list of the hidden numbers only. It should have the shape of the input.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_mask_inputs_asks_for_the_original", "test_mask_inputs_of_token_ids"),
)
def mask_inputs__gathered(x: Tensor, mask: Tensor, value: float, ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """Return x[mask]."""
    if mask.shape != x.shape:
        raise ValueError("shapes differ")

    return x.masked_fill(mask, value), x[mask]


# --------------------------------------------------------------------------------------------- masked_loss


@misconception(
    hint="You set visible places to zero but still divide by the number of all places.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_masked_loss_is_the_mean_over_hidden_places", "test_masked_loss_slopes"),
)
def masked_loss__over_everything(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Multiply by the mask, then mean."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2] or not mask.any():
        raise ValueError("shapes, or nothing hidden")

    hidden = mask.reshape(mask.shape + (1,) * (pred.ndim - 2))
    return ((pred - target).square() * hidden).mean()


@misconception(
    hint="You score visible places too.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=(
        "test_masked_loss_is_the_mean_over_hidden_places",
        "test_masked_loss_does_not_look_at_visible_places",
        "test_masked_loss_slopes",
    ),
)
def masked_loss__includes_visible(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """The ordinary mean squared error."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2] or not mask.any():
        raise ValueError("shapes, or nothing hidden")

    return (pred - target).square().mean()


@misconception(
    hint="You score the visible places, and no other.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=(
        "test_masked_loss_is_the_mean_over_hidden_places",
        "test_masked_loss_does_not_look_at_visible_places",
        "test_masked_loss_slopes",
    ),
)
def masked_loss__visible_only(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Invert the mask."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2] or not mask.any():
        raise ValueError("shapes, or nothing hidden")

    return (pred - target)[~mask].square().mean() if not mask.all() else (pred - target).square().mean()


@misconception(
    hint="For vectors your loss is too large by the number of their entries.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_masked_loss_is_the_mean_over_hidden_places", "test_masked_loss_slopes"),
)
def masked_loss__sum_over_entries(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Divide by mask.sum() only."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2] or not mask.any():
        raise ValueError("shapes, or nothing hidden")

    hidden = mask.reshape(mask.shape + (1,) * (pred.ndim - 2))
    return ((pred - target).square() * hidden).sum() / mask.sum()


@misconception(
    hint="You add the errors up. The loss is their mean.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_masked_loss_is_the_mean_over_hidden_places", "test_masked_loss_slopes"),
)
def masked_loss__sum(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Sum."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2] or not mask.any():
        raise ValueError("shapes, or nothing hidden")

    return (pred - target)[mask].square().sum()


@misconception(
    hint="You average absolute errors. Here the squared error counts.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_masked_loss_is_the_mean_over_hidden_places", "test_masked_loss_slopes"),
)
def masked_loss__absolute(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """L1."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2] or not mask.any():
        raise ValueError("shapes, or nothing hidden")

    return (pred - target)[mask].abs().mean()


@misconception(
    hint="You take a root at the end, which the formula does not have.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_masked_loss_is_the_mean_over_hidden_places", "test_masked_loss_slopes"),
)
def masked_loss__root(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """RMSE."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2] or not mask.any():
        raise ValueError("shapes, or nothing hidden")

    return (pred - target)[mask].square().mean().sqrt()


@misconception(
    hint="The factor of one half is found in other books, but not in this formula.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_masked_loss_is_the_mean_over_hidden_places", "test_masked_loss_slopes"),
)
def masked_loss__half(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Half the mean."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2] or not mask.any():
        raise ValueError("shapes, or nothing hidden")

    return (pred - target)[mask].square().mean() / 2


@misconception(
    hint="You average within each example first, so a place counts less where more is hidden beside it.",
    reread="DS 542, Self-Supervised Learning",
    caught_by=("test_masked_loss_is_the_mean_over_hidden_places", "test_masked_loss_slopes"),
)
def masked_loss__mean_of_rows(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean of means."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2] or not mask.any():
        raise ValueError("shapes, or nothing hidden")

    error = (pred - target).square().reshape(*mask.shape, -1).mean(dim=2)
    rows = mask.any(dim=1)
    return ((error * mask).sum(dim=1)[rows] / mask.sum(dim=1)[rows]).mean()


@misconception(
    hint="Where nothing is hidden you return a number, or NaN, in place of an error.",
    reread="DS 542, Self-Supervised Learning",
    caught_by="test_masked_loss_refuses_bad_arguments",
)
def masked_loss__nothing_hidden(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Zero for an empty mask."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2]:
        raise ValueError("shapes differ")
    return (pred - target)[mask].square().sum() / (mask.sum().clamp(min=1) * pred[0, 0].numel())


@misconception(
    hint="Tensors whose shapes do not fit are stretched until they do.",
    reread="DS 542, Self-Supervised Learning",
    caught_by="test_masked_loss_refuses_bad_arguments",
)
def masked_loss__broadcasts(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """No check of shapes."""
    if not mask.any():
        raise ValueError("nothing hidden")
    error = (pred - target).square()
    error = error.mean(dim=-1) if error.ndim == 3 else error
    return (error * mask).sum() / mask.sum()


@misconception(
    hint="No gradient reaches the network from your loss.",
    reread="DS 542, Self-Supervised Learning",
    caught_by="test_masked_loss_slopes",
)
def masked_loss__detached(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Use .data."""
    if pred.shape != target.shape or mask.shape != pred.shape[:2] or not mask.any():
        raise ValueError("shapes, or nothing hidden")

    return (pred.data - target.data)[mask].square().mean()
