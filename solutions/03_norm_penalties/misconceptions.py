"""Plausible wrong answers to 03_norm_penalties, each with the hint that a student who holds it needs."""

# ruff: noqa: F821 - an answer runs in the reference module's namespace and may call its other functions.

import torch
from torch import nn

from autograder.answers import misconception

L2 = "DS 542, L2 Regularization"
LINEAR_L2 = "STAT 453, L2 Regularization for Linear Models"
LINEAR_L1 = "STAT 453, L1 Regularization for Linear Models"
MULTILAYER = "STAT 453, L2 regularization for Multilayer Neural Networks"
PYTORCH = "STAT 453, L2 regularization for Neural Networks in PyTorch"
GEOMETRY = "STAT 453, Geometric Interpretation of L1 regularization"
GEOMETRY_L2 = "STAT 453, Geometric Interpretation of L2 regularization"
OPTIMIZERS = "DS 542, PyTorch Explicit L2 Regularizer"

# 3.1 penalized_weights ------------------------------------------------------------------------------------------------


@misconception(
    hint="You choose parameters by their name. A BatchNorm's scale is called weight too, and a layer's name may "
    "contain the word: ask what kind of layer owns the parameter.",
    reread=PYTORCH,
    caught_by=(
        "test_penalized_weights_selects_by_kind_of_layer",
        "test_penalized_weights_ignores_names",
        "test_penalized_weights_of_single_layers",
        "test_penalized_weights_holds_the_parameters_themselves",
    ),
)
def penalized_weights__weight_in_name(model):
    return [p for name, p in model.named_parameters() if "weight" in name]


@misconception(
    hint="You count every parameter. Biases and the parameters of normalization layers are not penalized here.",
    reread=L2,
    caught_by=(
        "test_penalized_weights_selects_by_kind_of_layer",
        "test_penalized_weights_goes_to_any_depth",
        "test_penalized_weights_ignores_names",
        "test_penalized_weights_counts_a_shared_weight_once",
        "test_penalized_weights_of_single_layers",
        "test_penalized_weights_holds_the_parameters_themselves",
    ),
)
def penalized_weights__all_parameters(model):
    return list(model.parameters())


@misconception(
    hint="You keep every parameter with two or more dimensions. An embedding table has two and is not penalized.",
    reread=L2,
    caught_by=("test_penalized_weights_selects_by_kind_of_layer",),
)
def penalized_weights__by_dimension(model):
    return [p for p in model.parameters() if p.ndim > 1]


@misconception(
    hint="Your list holds copies or bare data. The numbers are right, but no gradient reaches the model through them: "
    "return the Parameters themselves.",
    reread=PYTORCH,
    caught_by=(
        "test_penalized_weights_selects_by_kind_of_layer",
        "test_penalized_weights_goes_to_any_depth",
        "test_penalized_weights_ignores_names",
        "test_penalized_weights_counts_a_shared_weight_once",
        "test_penalized_weights_of_single_layers",
        "test_penalized_weights_holds_the_parameters_themselves",
    ),
)
def penalized_weights__data_copies(model):
    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
    weights = dict.fromkeys(layer.weight for layer in model.modules() if isinstance(layer, kinds))
    return [weight.data for weight in weights]


@misconception(
    hint="You look at the model's direct children only. Layers inside blocks, and a model that is itself one layer, "
    "count as well.",
    reread=MULTILAYER,
    caught_by=(
        "test_penalized_weights_goes_to_any_depth",
        "test_penalized_weights_ignores_names",
        "test_penalized_weights_of_single_layers",
    ),
)
def penalized_weights__top_level_only(model):
    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
    return list(dict.fromkeys(child.weight for child in model.children() if isinstance(child, kinds)))


@misconception(
    hint="You collect linear layers only. A convolution multiplies activations by its kernel just the same.",
    reread=MULTILAYER,
    caught_by=(
        "test_penalized_weights_selects_by_kind_of_layer",
        "test_penalized_weights_goes_to_any_depth",
        "test_penalized_weights_ignores_names",
        "test_penalized_weights_of_single_layers",
    ),
)
def penalized_weights__linear_only(model):
    return list(dict.fromkeys(layer.weight for layer in model.modules() if isinstance(layer, nn.Linear)))


@misconception(
    hint="Two layers may share one Parameter. It is one weight, so it is listed, and paid for, once.",
    reread=MULTILAYER,
    caught_by=("test_penalized_weights_counts_a_shared_weight_once",),
)
def penalized_weights__tied_twice(model):
    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
    return [layer.weight for layer in model.modules() if isinstance(layer, kinds)]


@misconception(
    hint="Uniqueness by a comparison of values drops a layer that merely holds the same numbers as another. Compare "
    "identity.",
    reread=MULTILAYER,
    caught_by=("test_penalized_weights_counts_a_shared_weight_once",),
)
def penalized_weights__unique_by_value(model):
    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
    kept = []
    for weight in (layer.weight for layer in model.modules() if isinstance(layer, kinds)):
        if not any(weight.shape == other.shape and torch.equal(weight, other) for other in kept):
            kept.append(weight)
    return kept


@misconception(
    hint="The weights are right but not in the order of model.modules(). A set, or a search layer type by layer type, "
    "loses the order.",
    reread=MULTILAYER,
    caught_by=(
        "test_penalized_weights_selects_by_kind_of_layer",
        "test_penalized_weights_goes_to_any_depth",
        "test_penalized_weights_ignores_names",
    ),
)
def penalized_weights__grouped_by_type(model):
    found = []
    for kind in (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear):
        found += [layer.weight for layer in model.modules() if isinstance(layer, kind)]
    return list(dict.fromkeys(found))


# 3.2 l2_penalty -------------------------------------------------------------------------------------------------------


@misconception(
    hint="You return a norm. The penalty is the norm squared: doubling the weights must make it four times as large.",
    reread=LINEAR_L2,
    caught_by=(
        "test_l2_penalty_adds_squares_of_all_entries",
        "test_l2_penalty_of_scaled_weights",
        "test_l2_penalty_of_convolutions",
        "test_l2_penalty_leaves_biases_free",
        "test_l2_penalty_gradient",
        "test_l2_penalty_in_float32",
    ),
)
def l2_penalty__norm_not_squared(model):
    return sum((weight.pow(2).sum() for weight in penalized_weights(model)), start=torch.zeros(())).sqrt()


@misconception(
    hint="You add the layers' norms without squaring each of them.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_penalty_adds_squares_of_all_entries",
        "test_l2_penalty_of_scaled_weights",
        "test_l2_penalty_of_convolutions",
        "test_l2_penalty_leaves_biases_free",
        "test_l2_penalty_gradient",
        "test_l2_penalty_in_float32",
    ),
)
def l2_penalty__sum_of_norms(model):
    return sum(torch.norm(weight, p=2) for weight in penalized_weights(model))


@misconception(
    hint="You square the sum of the layers' norms. Square each layer's norm first, then add.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_penalty_adds_squares_of_all_entries",
        "test_l2_penalty_of_scaled_weights",
        "test_l2_penalty_of_convolutions",
        "test_l2_penalty_leaves_biases_free",
        "test_l2_penalty_in_float32",
    ),
)
def l2_penalty__square_of_sum(model):
    return sum(torch.norm(weight) for weight in penalized_weights(model)) ** 2


@misconception(
    hint="For a matrix, the 2-norm of linear algebra is its largest singular value. The slides mean the Frobenius "
    "norm, which counts every entry.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_penalty_adds_squares_of_all_entries",
        "test_l2_penalty_of_scaled_weights",
        "test_l2_penalty_of_convolutions",
        "test_l2_penalty_leaves_biases_free",
        "test_l2_penalty_gradient",
        "test_l2_penalty_in_float32",
    ),
)
def l2_penalty__spectral(model):
    return sum(torch.linalg.matrix_norm(weight.flatten(1), ord=2) ** 2 for weight in penalized_weights(model))


@misconception(
    hint="You average over the entries. The penalty is a sum: a larger layer pays more.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_penalty_adds_squares_of_all_entries",
        "test_l2_penalty_of_scaled_weights",
        "test_l2_penalty_of_convolutions",
        "test_l2_penalty_leaves_biases_free",
        "test_l2_penalty_gradient",
        "test_l2_penalty_in_float32",
    ),
)
def l2_penalty__mean(model):
    return sum(weight.pow(2).mean() for weight in penalized_weights(model))


@misconception(
    hint="You put a factor one half in front, as some books do. This course's penalty has none.",
    reread=LINEAR_L2,
    caught_by=(
        "test_l2_penalty_adds_squares_of_all_entries",
        "test_l2_penalty_of_scaled_weights",
        "test_l2_penalty_of_convolutions",
        "test_l2_penalty_leaves_biases_free",
        "test_l2_penalty_gradient",
        "test_l2_penalty_in_float32",
    ),
)
def l2_penalty__half(model):
    return sum(weight.pow(2).sum() for weight in penalized_weights(model)) / 2


@misconception(
    hint="Your sum runs over biases and normalization layers too. Only the weights of linear and convolutional layers "
    "pay.",
    reread=L2,
    caught_by=(
        "test_l2_penalty_of_convolutions",
        "test_l2_penalty_leaves_biases_free",
        "test_l2_penalty_in_float32",
    ),
)
def l2_penalty__biases_too(model):
    return sum((p.pow(2).sum() for p in model.parameters()), start=torch.zeros(()))


@misconception(
    hint="The value is right but it is cut off from the weights (.item(), .data, detach or no_grad): nothing can be "
    "learned from it.",
    reread=PYTORCH,
    caught_by=(
        "test_l2_penalty_gradient",
        "test_l2_penalty_in_float32",
    ),
)
def l2_penalty__detached(model):
    return float(sum(weight.pow(2).sum().item() for weight in penalized_weights(model)))


@misconception(
    hint="Your accumulator is an integer tensor, and adding to it in place fails. Start from a float, or don't add in "
    "place.",
    reread=PYTORCH,
    caught_by=(
        "test_l2_penalty_adds_squares_of_all_entries",
        "test_l2_penalty_of_scaled_weights",
        "test_l2_penalty_of_convolutions",
        "test_l2_penalty_leaves_biases_free",
        "test_l2_penalty_gradient",
        "test_l2_penalty_in_float32",
    ),
)
def l2_penalty__integer_accumulator(model):
    total = torch.tensor(0)
    for weight in penalized_weights(model):
        total += weight.pow(2).sum()
    return total


@misconception(
    hint="You take a square root and square it again. At a weight of zeros the root has no slope, and the gradient "
    "becomes NaN.",
    reread=MULTILAYER,
    caught_by=("test_l2_penalty_gradient",),
)
def l2_penalty__root_then_square(model):
    return sum((w.pow(2).sum().sqrt() ** 2 for w in penalized_weights(model)), start=torch.zeros(()))


# 3.3 l1_penalty -------------------------------------------------------------------------------------------------------


@misconception(
    hint="You use a Euclidean norm. L1 adds absolute values; it does not add squares and take a root.",
    reread=LINEAR_L1,
    caught_by=(
        "test_l1_penalty_adds_absolute_values",
        "test_l1_penalty_of_scaled_weights",
        "test_l1_penalty_of_convolutions",
        "test_l1_penalty_leaves_biases_free",
        "test_l1_penalty_gradient",
        "test_l1_penalty_in_float32",
    ),
)
def l1_penalty__euclidean(model):
    return sum(weight.norm() for weight in penalized_weights(model))


@misconception(
    hint="The 1-norm of a matrix in linear algebra is its largest column sum. The penalty counts every entry.",
    reread=LINEAR_L1,
    caught_by=(
        "test_l1_penalty_adds_absolute_values",
        "test_l1_penalty_of_scaled_weights",
        "test_l1_penalty_of_convolutions",
        "test_l1_penalty_leaves_biases_free",
        "test_l1_penalty_gradient",
        "test_l1_penalty_in_float32",
    ),
)
def l1_penalty__column_sums(model):
    return sum(torch.linalg.matrix_norm(weight.flatten(1), ord=1) for weight in penalized_weights(model))


@misconception(
    hint="You square the L1 norm, as one does for L2. L1 is not squared: doubling the weights doubles it.",
    reread=LINEAR_L1,
    caught_by=(
        "test_l1_penalty_adds_absolute_values",
        "test_l1_penalty_of_scaled_weights",
        "test_l1_penalty_of_convolutions",
        "test_l1_penalty_leaves_biases_free",
        "test_l1_penalty_gradient",
        "test_l1_penalty_in_float32",
    ),
)
def l1_penalty__squared(model):
    return sum(weight.abs().sum() ** 2 for weight in penalized_weights(model))


@misconception(
    hint="You add the weights with their signs, so that they cancel. Take absolute values first.",
    reread=LINEAR_L1,
    caught_by=(
        "test_l1_penalty_adds_absolute_values",
        "test_l1_penalty_of_scaled_weights",
        "test_l1_penalty_of_convolutions",
        "test_l1_penalty_leaves_biases_free",
        "test_l1_penalty_gradient",
        "test_l1_penalty_in_float32",
    ),
)
def l1_penalty__signed_sum(model):
    return sum(weight.sum().abs() for weight in penalized_weights(model))


@misconception(
    hint="You average over the entries. The penalty is a sum.",
    reread=LINEAR_L1,
    caught_by=(
        "test_l1_penalty_adds_absolute_values",
        "test_l1_penalty_of_scaled_weights",
        "test_l1_penalty_of_convolutions",
        "test_l1_penalty_leaves_biases_free",
        "test_l1_penalty_gradient",
        "test_l1_penalty_in_float32",
    ),
)
def l1_penalty__mean(model):
    return sum(weight.abs().mean() for weight in penalized_weights(model))


@misconception(
    hint="Your sum runs over biases and normalization layers too.",
    reread=L2,
    caught_by=(
        "test_l1_penalty_of_convolutions",
        "test_l1_penalty_leaves_biases_free",
        "test_l1_penalty_in_float32",
    ),
)
def l1_penalty__biases_too(model):
    return sum((p.abs().sum() for p in model.parameters()), start=torch.zeros(()))


@misconception(
    hint="The value is right but it is cut off from the weights (.item(), .data, detach or no_grad).",
    reread=PYTORCH,
    caught_by=(
        "test_l1_penalty_gradient",
        "test_l1_penalty_in_float32",
    ),
)
def l1_penalty__detached(model):
    with torch.no_grad():
        return sum((weight.abs().sum() for weight in penalized_weights(model)), start=torch.zeros(()))


@misconception(
    hint="You write the absolute value as the root of a square. At a weight that is exactly 0 the root has no slope, "
    "and the gradient becomes NaN.",
    reread=LINEAR_L1,
    caught_by=("test_l1_penalty_gradient",),
)
def l1_penalty__root_of_square(model):
    return sum((weight.pow(2).sqrt().sum() for weight in penalized_weights(model)), start=torch.zeros(()))


@misconception(
    hint="You smooth the kink away. That is a useful trick, but another penalty: its value at 0 is not 0.",
    reread=LINEAR_L1,
    caught_by=(
        "test_l1_penalty_adds_absolute_values",
        "test_l1_penalty_of_scaled_weights",
        "test_l1_penalty_of_convolutions",
        "test_l1_penalty_leaves_biases_free",
        "test_l1_penalty_gradient",
    ),
)
def l1_penalty__smoothed(model):
    return sum(((weight.pow(2) + 1e-6).sqrt().sum() for weight in penalized_weights(model)), start=torch.zeros(()))


# 3.4 regularized_cost -------------------------------------------------------------------------------------------------


@misconception(
    hint="You follow the slide's program, which puts the 2 of the derivative into the cost. The slide's formula has "
    "none.",
    reread=PYTORCH,
    caught_by=(
        "test_regularized_cost_with_l2",
        "test_regularized_cost_with_l1",
        "test_regularized_cost_with_twice_the_data",
        "test_regularized_cost_gradient",
        "test_regularized_cost_leaves_biases_free",
        "test_regularized_cost_keeps_its_arguments",
        "test_regularized_cost_refuses_bad_arguments",
    ),
)
def regularized_cost__slide_code(cost, model, lam, n, norm="l2"):
    if norm not in ("l1", "l2") or lam < 0 or n < 1:
        raise ValueError("bad argument")
    return cost + 2.0 / n * lam * (l2_penalty(model) if norm == "l2" else l1_penalty(model))


@misconception(
    hint="You don't divide the penalty by the number of examples. With a mean data cost, more data must make it weigh "
    "less.",
    reread=LINEAR_L2,
    caught_by=(
        "test_regularized_cost_with_l2",
        "test_regularized_cost_with_l1",
        "test_regularized_cost_with_twice_the_data",
        "test_regularized_cost_gradient",
        "test_regularized_cost_leaves_biases_free",
        "test_regularized_cost_keeps_its_arguments",
        "test_regularized_cost_refuses_bad_arguments",
    ),
)
def regularized_cost__not_divided(cost, model, lam, n, norm="l2"):
    if norm not in ("l1", "l2") or lam < 0 or n < 1:
        raise ValueError("bad argument")
    return cost + lam * (l2_penalty(model) if norm == "l2" else l1_penalty(model))


@misconception(
    hint="You divide by twice the number of examples, a convention of another course. These slides have no one half.",
    reread=LINEAR_L2,
    caught_by=(
        "test_regularized_cost_with_l2",
        "test_regularized_cost_with_l1",
        "test_regularized_cost_with_twice_the_data",
        "test_regularized_cost_gradient",
        "test_regularized_cost_leaves_biases_free",
        "test_regularized_cost_keeps_its_arguments",
        "test_regularized_cost_refuses_bad_arguments",
    ),
)
def regularized_cost__over_two_n(cost, model, lam, n, norm="l2"):
    if norm not in ("l1", "l2") or lam < 0 or n < 1:
        raise ValueError("bad argument")
    return cost + lam / (2 * n) * (l2_penalty(model) if norm == "l2" else l1_penalty(model))


@misconception(
    hint="You divide the data cost by n as well. It is a mean already; only the penalty is divided.",
    reread=LINEAR_L2,
    caught_by=(
        "test_regularized_cost_with_l2",
        "test_regularized_cost_with_l1",
        "test_regularized_cost_with_twice_the_data",
        "test_regularized_cost_gradient",
        "test_regularized_cost_leaves_biases_free",
        "test_regularized_cost_keeps_its_arguments",
        "test_regularized_cost_refuses_bad_arguments",
    ),
)
def regularized_cost__mean_of_everything(cost, model, lam, n, norm="l2"):
    if norm not in ("l1", "l2") or lam < 0 or n < 1:
        raise ValueError("bad argument")
    return (cost + lam * (l2_penalty(model) if norm == "l2" else l1_penalty(model))) / n


@misconception(
    hint="You divide the penalty by n twice: the bracket around the sum divides it once more.",
    reread=LINEAR_L2,
    caught_by=(
        "test_regularized_cost_with_l2",
        "test_regularized_cost_with_l1",
        "test_regularized_cost_with_twice_the_data",
        "test_regularized_cost_gradient",
        "test_regularized_cost_leaves_biases_free",
        "test_regularized_cost_keeps_its_arguments",
        "test_regularized_cost_refuses_bad_arguments",
    ),
)
def regularized_cost__divided_twice(cost, model, lam, n, norm="l2"):
    if norm not in ("l1", "l2") or lam < 0 or n < 1:
        raise ValueError("bad argument")
    return (cost * n + lam / n * (l2_penalty(model) if norm == "l2" else l1_penalty(model))) / n


@misconception(
    hint="You divide by a number that you found in the model (how many weights it has). n is the number of examples, "
    "and it is an argument.",
    reread=LINEAR_L2,
    caught_by=(
        "test_regularized_cost_with_l2",
        "test_regularized_cost_with_l1",
        "test_regularized_cost_with_twice_the_data",
        "test_regularized_cost_gradient",
        "test_regularized_cost_leaves_biases_free",
        "test_regularized_cost_keeps_its_arguments",
        "test_regularized_cost_refuses_bad_arguments",
    ),
)
def regularized_cost__n_from_the_model(cost, model, lam, n, norm="l2"):
    if norm not in ("l1", "l2") or lam < 0 or n < 1:
        raise ValueError("bad argument")
    count = sum(weight.numel() for weight in penalized_weights(model))
    return cost + lam / count * (l2_penalty(model) if norm == "l2" else l1_penalty(model))


@misconception(
    hint="Your penalty is detached from the weights: it changes the number that you see and nothing that is learned.",
    reread=PYTORCH,
    caught_by=("test_regularized_cost_gradient",),
)
def regularized_cost__penalty_without_gradient(cost, model, lam, n, norm="l2"):
    if norm not in ("l1", "l2") or lam < 0 or n < 1:
        raise ValueError("bad argument")
    return cost + lam / n * (l2_penalty(model) if norm == "l2" else l1_penalty(model)).item()


@misconception(
    hint="You add to the cost that you were given, in place. The caller's cost must stay what it was: make a new "
    "tensor.",
    reread=PYTORCH,
    caught_by=(
        "test_regularized_cost_gradient",
        "test_regularized_cost_with_twice_the_data",
        "test_regularized_cost_leaves_biases_free",
        "test_regularized_cost_keeps_its_arguments",
        "test_regularized_cost_refuses_bad_arguments",
    ),
)
def regularized_cost__in_place(cost, model, lam, n, norm="l2"):
    if norm not in ("l1", "l2") or lam < 0 or n < 1:
        raise ValueError("bad argument")
    cost += lam / n * (l2_penalty(model) if norm == "l2" else l1_penalty(model))
    return cost


@misconception(
    hint="Every norm that is not 'l1' is treated as L2 and no number is checked. A misspelt name or an impossible "
    "number must raise ValueError.",
    reread=LINEAR_L2,
    caught_by=("test_regularized_cost_refuses_bad_arguments",),
)
def regularized_cost__no_validation(cost, model, lam, n, norm="l2"):
    return cost + lam / n * (l1_penalty(model) if norm == "l1" else l2_penalty(model))


@misconception(
    hint="The argument norm changes nothing in your function.",
    reread=LINEAR_L1,
    caught_by=(
        "test_regularized_cost_with_l1",
        "test_regularized_cost_gradient",
        "test_regularized_cost_leaves_biases_free",
    ),
)
def regularized_cost__ignores_norm(cost, model, lam, n, norm="l2"):
    if norm not in ("l1", "l2") or lam < 0 or n < 1:
        raise ValueError("bad argument")
    return cost + lam / n * l2_penalty(model)


@misconception(
    hint="You charge for the biases too. Use the penalty of 3.2 and 3.3, which counts weights only.",
    reread=L2,
    caught_by=("test_regularized_cost_leaves_biases_free",),
)
def regularized_cost__biases_too(cost, model, lam, n, norm="l2"):
    if norm not in ("l1", "l2") or lam < 0 or n < 1:
        raise ValueError("bad argument")
    power = 2 if norm == "l2" else 1
    return cost + lam / n * sum(p.abs().pow(power).sum() for p in model.parameters())


# 3.5 l2_gd_update -----------------------------------------------------------------------------------------------------


@misconception(
    hint="Your decay is half of what it should be, as if the penalty had a factor one half. Differentiate a square "
    "again.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_gd_update_follows_the_cost",
        "test_l2_gd_update_without_data_gradient",
        "test_l2_gd_update_comes_to_rest",
        "test_l2_gd_update_keeps_its_arguments",
        "test_l2_gd_update_refuses_bad_arguments",
    ),
)
def l2_gd_update__half_convention(w, grad, lr, lam, n):
    if n < 1 or lam < 0:
        raise ValueError("bad argument")
    return w - lr * (grad + lam / n * w)


@misconception(
    hint="Your penalty pushes weights away from zero. Check the sign of the second term.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_gd_update_follows_the_cost",
        "test_l2_gd_update_without_data_gradient",
        "test_l2_gd_update_comes_to_rest",
        "test_l2_gd_update_keeps_its_arguments",
        "test_l2_gd_update_refuses_bad_arguments",
    ),
)
def l2_gd_update__grows(w, grad, lr, lam, n):
    if n < 1 or lam < 0:
        raise ValueError("bad argument")
    return w - lr * (grad - 2 * lam / n * w)


@misconception(
    hint="The number of examples does not occur in your decay. The penalty in the cost is divided by it, so its "
    "gradient is too.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_gd_update_follows_the_cost",
        "test_l2_gd_update_without_data_gradient",
        "test_l2_gd_update_comes_to_rest",
        "test_l2_gd_update_keeps_its_arguments",
        "test_l2_gd_update_refuses_bad_arguments",
    ),
)
def l2_gd_update__without_n(w, grad, lr, lam, n):
    if n < 1 or lam < 0:
        raise ValueError("bad argument")
    return w - lr * (grad + 2 * lam * w)


@misconception(
    hint="You divide the data gradient by n as well. It belongs to a mean already.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_gd_update_follows_the_cost",
        "test_l2_gd_update_comes_to_rest",
        "test_l2_gd_update_without_penalty",
        "test_l2_gd_update_keeps_its_arguments",
        "test_l2_gd_update_refuses_bad_arguments",
    ),
)
def l2_gd_update__divides_gradient(w, grad, lr, lam, n):
    if n < 1 or lam < 0:
        raise ValueError("bad argument")
    return w - lr * (grad + 2 * lam * w) / n


@misconception(
    hint="The learning rate multiplies only the data gradient in your step. It multiplies the whole gradient, decay "
    "included.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_gd_update_follows_the_cost",
        "test_l2_gd_update_without_data_gradient",
        "test_l2_gd_update_comes_to_rest",
        "test_l2_gd_update_without_penalty",
        "test_l2_gd_update_keeps_its_arguments",
        "test_l2_gd_update_refuses_bad_arguments",
    ),
)
def l2_gd_update__decay_without_lr(w, grad, lr, lam, n):
    if n < 1 or lam < 0:
        raise ValueError("bad argument")
    return w - lr * grad - 2 * lam / n * w


@misconception(
    hint="You step along the data gradient first and let the result decay. Both terms belong to the old weights.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_gd_update_follows_the_cost",
        "test_l2_gd_update_comes_to_rest",
        "test_l2_gd_update_keeps_its_arguments",
        "test_l2_gd_update_refuses_bad_arguments",
    ),
)
def l2_gd_update__decay_after_step(w, grad, lr, lam, n):
    if n < 1 or lam < 0:
        raise ValueError("bad argument")
    moved = w - lr * grad
    return moved - lr * 2 * lam / n * moved


@misconception(
    hint="Your decay is proportional to the gradient instead of the weight. Without a data gradient weights must still "
    "decay.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_gd_update_follows_the_cost",
        "test_l2_gd_update_without_data_gradient",
        "test_l2_gd_update_comes_to_rest",
        "test_l2_gd_update_keeps_its_arguments",
        "test_l2_gd_update_refuses_bad_arguments",
    ),
)
def l2_gd_update__decays_gradient(w, grad, lr, lam, n):
    if n < 1 or lam < 0:
        raise ValueError("bad argument")
    return w - lr * grad * (1 + 2 * lam / n * w)


@misconception(
    hint="You overwrite the weight that you were given. Return a new tensor.",
    reread=MULTILAYER,
    caught_by=(
        "test_l2_gd_update_follows_the_cost",
        "test_l2_gd_update_without_data_gradient",
        "test_l2_gd_update_without_penalty",
        "test_l2_gd_update_keeps_its_arguments",
        "test_l2_gd_update_refuses_bad_arguments",
    ),
)
def l2_gd_update__in_place(w, grad, lr, lam, n):
    if n < 1 or lam < 0:
        raise ValueError("bad argument")
    with torch.no_grad():
        w -= lr * (grad + 2 * lam / n * w)
    return w


@misconception(
    hint="You accept a negative penalty or an empty data set. The docstring names what must raise ValueError.",
    reread=MULTILAYER,
    caught_by=("test_l2_gd_update_refuses_bad_arguments",),
)
def l2_gd_update__no_validation(w, grad, lr, lam, n):
    return w - lr * (grad + 2 * lam / n * w)


# 3.6 equivalent_weight_decay, make_l2_sgd -----------------------------------------------------------------------------


@misconception(
    hint="You pass lambda on as it is: the same number under another name. Compare the two gradients: neither the "
    "factor nor the number of examples agrees.",
    reread=PYTORCH,
    caught_by=(
        "test_equivalent_weight_decay_matches_the_formula",
        "test_equivalent_weight_decay_matches_the_code",
        "test_equivalent_weight_decay_ratios",
        "test_equivalent_weight_decay_refuses_bad_arguments",
        "test_make_l2_sgd_groups",
        "test_make_l2_sgd_trains_like_the_penalty",
        "test_make_l2_sgd_with_momentum",
        "test_make_l2_sgd_refuses_bad_arguments",
    ),
)
def equivalent_weight_decay__just_lambda(lam, n, source="formula"):
    if source not in ("formula", "code") or n < 1 or lam < 0:
        raise ValueError("bad argument")
    return lam if source == "formula" else 2 * lam


@misconception(
    hint="You compare costs. weight_decay is added to the gradient, so compare gradients: the derivative of a square "
    "has a factor that you miss.",
    reread=MULTILAYER,
    caught_by=(
        "test_equivalent_weight_decay_matches_the_formula",
        "test_equivalent_weight_decay_matches_the_code",
        "test_equivalent_weight_decay_ratios",
        "test_equivalent_weight_decay_refuses_bad_arguments",
        "test_make_l2_sgd_groups",
        "test_make_l2_sgd_trains_like_the_penalty",
        "test_make_l2_sgd_with_momentum",
        "test_make_l2_sgd_refuses_bad_arguments",
    ),
)
def equivalent_weight_decay__compares_costs(lam, n, source="formula"):
    if source not in ("formula", "code") or n < 1 or lam < 0:
        raise ValueError("bad argument")
    return lam / n if source == "formula" else 2 * lam / n


@misconception(
    hint="You give both sources the same answer. The slide's program is not the slide's formula: look for the extra "
    "factor.",
    reread=PYTORCH,
    caught_by=(
        "test_equivalent_weight_decay_matches_the_code",
        "test_equivalent_weight_decay_ratios",
    ),
)
def equivalent_weight_decay__ignores_source(lam, n, source="formula"):
    if source not in ("formula", "code") or n < 1 or lam < 0:
        raise ValueError("bad argument")
    return 2 * lam / n


@misconception(
    hint="You have the two sources the wrong way round. Which of them has the extra factor in its cost?",
    reread=PYTORCH,
    caught_by=(
        "test_equivalent_weight_decay_matches_the_formula",
        "test_equivalent_weight_decay_matches_the_code",
        "test_equivalent_weight_decay_ratios",
        "test_equivalent_weight_decay_refuses_bad_arguments",
        "test_make_l2_sgd_groups",
        "test_make_l2_sgd_trains_like_the_penalty",
        "test_make_l2_sgd_with_momentum",
        "test_make_l2_sgd_refuses_bad_arguments",
    ),
)
def equivalent_weight_decay__swapped(lam, n, source="formula"):
    if source not in ("formula", "code") or n < 1 or lam < 0:
        raise ValueError("bad argument")
    return (4 if source == "formula" else 2) * lam / n


@misconception(
    hint="Your decay grows with the number of examples. The more examples, the smaller the penalty's share.",
    reread=LINEAR_L2,
    caught_by=(
        "test_equivalent_weight_decay_matches_the_formula",
        "test_equivalent_weight_decay_matches_the_code",
        "test_equivalent_weight_decay_ratios",
        "test_equivalent_weight_decay_refuses_bad_arguments",
        "test_make_l2_sgd_groups",
        "test_make_l2_sgd_trains_like_the_penalty",
        "test_make_l2_sgd_with_momentum",
        "test_make_l2_sgd_refuses_bad_arguments",
    ),
)
def equivalent_weight_decay__times_n(lam, n, source="formula"):
    if source not in ("formula", "code") or n < 1 or lam < 0:
        raise ValueError("bad argument")
    return (2 if source == "formula" else 4) * lam * n


@misconception(
    hint="An unknown source or an impossible number gets an answer. The docstring names what must raise ValueError.",
    reread=PYTORCH,
    caught_by=(
        "test_equivalent_weight_decay_refuses_bad_arguments",
        "test_make_l2_sgd_refuses_bad_arguments",
    ),
)
def equivalent_weight_decay__no_validation(lam, n, source="formula"):
    return (4 if source == "code" else 2) * lam / n


@misconception(
    hint="Your optimizer decays every parameter, as on the slide. The penalty reaches weights only: split the "
    "parameters into groups.",
    reread=PYTORCH,
    caught_by=(
        "test_make_l2_sgd_groups",
        "test_make_l2_sgd_trains_like_the_penalty",
        "test_make_l2_sgd_with_momentum",
        "test_make_l2_sgd_refuses_bad_arguments",
    ),
)
def make_l2_sgd__decays_everything(model, lr, lam, n, momentum=0.0):
    decay = equivalent_weight_decay(lam, n)
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=decay)


@misconception(
    hint="You split by the name 'bias'. The scale of a normalization layer and an embedding table are no biases, and "
    "they don't decay either.",
    reread=PYTORCH,
    caught_by=(
        "test_make_l2_sgd_groups",
        "test_make_l2_sgd_with_momentum",
    ),
)
def make_l2_sgd__decays_all_but_biases(model, lr, lam, n, momentum=0.0):
    groups = [
        {
            "params": [p for name, p in model.named_parameters() if not name.endswith("bias")],
            "weight_decay": equivalent_weight_decay(lam, n),
        },
        {"params": [p for name, p in model.named_parameters() if name.endswith("bias")], "weight_decay": 0.0},
    ]
    return torch.optim.SGD(groups, lr=lr, momentum=momentum)


@misconception(
    hint="Your optimizer holds the penalized weights only. Every parameter must be in a group, or it is never trained.",
    reread=PYTORCH,
    caught_by=(
        "test_make_l2_sgd_groups",
        "test_make_l2_sgd_trains_like_the_penalty",
        "test_make_l2_sgd_with_momentum",
        "test_make_l2_sgd_refuses_bad_arguments",
    ),
)
def make_l2_sgd__forgets_the_others(model, lr, lam, n, momentum=0.0):
    decay = equivalent_weight_decay(lam, n)
    return torch.optim.SGD(penalized_weights(model), lr=lr, momentum=momentum, weight_decay=decay)


@misconception(
    hint="You give the optimizer lambda itself. Use the weight decay that matches the penalty.",
    reread=PYTORCH,
    caught_by=(
        "test_make_l2_sgd_groups",
        "test_make_l2_sgd_trains_like_the_penalty",
        "test_make_l2_sgd_with_momentum",
        "test_make_l2_sgd_refuses_bad_arguments",
    ),
)
def make_l2_sgd__lambda_as_decay(model, lr, lam, n, momentum=0.0):
    equivalent_weight_decay(lam, n)
    weights = penalized_weights(model)
    others = [p for p in model.parameters() if all(p is not w for w in weights)]
    return torch.optim.SGD(
        [{"params": weights, "weight_decay": lam}, {"params": others, "weight_decay": 0.0}], lr=lr, momentum=momentum
    )


@misconception(
    hint="The momentum that you are given is lost on the way to the optimizer.",
    reread=OPTIMIZERS,
    caught_by=(
        "test_make_l2_sgd_groups",
        "test_make_l2_sgd_with_momentum",
    ),
)
def make_l2_sgd__forgets_momentum(model, lr, lam, n, momentum=0.0):
    weights = penalized_weights(model)
    others = [p for p in model.parameters() if all(p is not w for w in weights)]
    decay = equivalent_weight_decay(lam, n)
    return torch.optim.SGD([{"params": weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}], lr=lr)


@misconception(
    hint="You match the slide's program. This task asks for the formula's penalty.",
    reread=PYTORCH,
    caught_by=(
        "test_make_l2_sgd_groups",
        "test_make_l2_sgd_trains_like_the_penalty",
        "test_make_l2_sgd_with_momentum",
        "test_make_l2_sgd_refuses_bad_arguments",
    ),
)
def make_l2_sgd__matches_the_code(model, lr, lam, n, momentum=0.0):
    weights = penalized_weights(model)
    others = [p for p in model.parameters() if all(p is not w for w in weights)]
    decay = equivalent_weight_decay(lam, n, "code")
    return torch.optim.SGD(
        [{"params": weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}], lr=lr, momentum=momentum
    )


# 3.7 shrink_orthonormal -----------------------------------------------------------------------------------------------


@misconception(
    hint="You use formulas for a cost with a factor one half in front of the squares. Here there is none: "
    "differentiate again.",
    reread=GEOMETRY,
    caught_by=(
        "test_shrink_orthonormal_minimizes_with_l2",
        "test_shrink_orthonormal_minimizes_with_l1",
        "test_shrink_orthonormal_l2_keeps_proportions",
        "test_shrink_orthonormal_l1_zeroes_small_entries",
        "test_shrink_orthonormal_works_entry_by_entry",
        "test_shrink_orthonormal_refuses_bad_arguments",
    ),
)
def shrink_orthonormal__half_convention(w, lam, norm):
    if lam < 0 or norm not in ("l1", "l2"):
        raise ValueError("bad argument")
    if norm == "l2":
        return w / (1 + 2 * lam)
    return torch.sign(w) * torch.clamp(w.abs() - lam, min=0)


@misconception(
    hint="Your L1 threshold belongs to a cost with a factor one half. For which w is the kink at 0 the minimum here?",
    reread=GEOMETRY,
    caught_by=(
        "test_shrink_orthonormal_minimizes_with_l1",
        "test_shrink_orthonormal_l1_zeroes_small_entries",
        "test_shrink_orthonormal_works_entry_by_entry",
        "test_shrink_orthonormal_refuses_bad_arguments",
    ),
)
def shrink_orthonormal__threshold_lambda(w, lam, norm):
    if lam < 0 or norm not in ("l1", "l2"):
        raise ValueError("bad argument")
    return w / (1 + lam) if norm == "l2" else torch.sign(w) * torch.clamp(w.abs() - lam, min=0)


@misconception(
    hint="You cut small entries off and leave the large ones as they were. L1 makes the survivors smaller too.",
    reread=GEOMETRY,
    caught_by=(
        "test_shrink_orthonormal_minimizes_with_l1",
        "test_shrink_orthonormal_l1_zeroes_small_entries",
        "test_shrink_orthonormal_works_entry_by_entry",
        "test_shrink_orthonormal_refuses_bad_arguments",
    ),
)
def shrink_orthonormal__hard_threshold(w, lam, norm):
    if lam < 0 or norm not in ("l1", "l2"):
        raise ValueError("bad argument")
    return w / (1 + lam) if norm == "l2" else w * (w.abs() > lam / 2)


@misconception(
    hint="Your L1 answer is never negative. Shrinking a negative weight moves it up, towards zero, and keeps its sign.",
    reread=GEOMETRY,
    caught_by=(
        "test_shrink_orthonormal_minimizes_with_l1",
        "test_shrink_orthonormal_l1_zeroes_small_entries",
        "test_shrink_orthonormal_works_entry_by_entry",
        "test_shrink_orthonormal_refuses_bad_arguments",
    ),
)
def shrink_orthonormal__forgets_sign(w, lam, norm):
    if lam < 0 or norm not in ("l1", "l2"):
        raise ValueError("bad argument")
    return w / (1 + lam) if norm == "l2" else torch.relu(w.abs() - lam / 2)


@misconception(
    hint="Your L1 answer pushes small weights through zero to the other side. They stop at the kink.",
    reread=GEOMETRY,
    caught_by=(
        "test_shrink_orthonormal_minimizes_with_l1",
        "test_shrink_orthonormal_l1_zeroes_small_entries",
        "test_shrink_orthonormal_works_entry_by_entry",
        "test_shrink_orthonormal_refuses_bad_arguments",
    ),
)
def shrink_orthonormal__overshoots(w, lam, norm):
    if lam < 0 or norm not in ("l1", "l2"):
        raise ValueError("bad argument")
    return w / (1 + lam) if norm == "l2" else w - lam / 2 * torch.sign(w)


@misconception(
    hint="Your L1 answer keeps the part of each entry that should be taken away, and takes away the part that stays.",
    reread=GEOMETRY,
    caught_by=(
        "test_shrink_orthonormal_minimizes_with_l1",
        "test_shrink_orthonormal_l1_zeroes_small_entries",
        "test_shrink_orthonormal_works_entry_by_entry",
        "test_shrink_orthonormal_refuses_bad_arguments",
    ),
)
def shrink_orthonormal__clips(w, lam, norm):
    if lam < 0 or norm not in ("l1", "l2"):
        raise ValueError("bad argument")
    return w / (1 + lam) if norm == "l2" else w.clamp(-lam / 2, lam / 2)


@misconception(
    hint="For L2 you solved the problem with the norm, not with its square. With the square no weight becomes exactly "
    "0.",
    reread=GEOMETRY_L2,
    caught_by=(
        "test_shrink_orthonormal_minimizes_with_l2",
        "test_shrink_orthonormal_l2_keeps_proportions",
        "test_shrink_orthonormal_works_entry_by_entry",
        "test_shrink_orthonormal_refuses_bad_arguments",
    ),
)
def shrink_orthonormal__norm_not_squared(w, lam, norm):
    if lam < 0 or norm not in ("l1", "l2"):
        raise ValueError("bad argument")
    if norm == "l2":
        return w * torch.clamp(1 - lam / (2 * w.norm()), min=0)
    return torch.sign(w) * torch.clamp(w.abs() - lam / 2, min=0)


@misconception(
    hint="L1 and L2 are swapped. Which of the two makes weights exactly zero?",
    reread=GEOMETRY,
    caught_by=(
        "test_shrink_orthonormal_minimizes_with_l2",
        "test_shrink_orthonormal_minimizes_with_l1",
        "test_shrink_orthonormal_l2_keeps_proportions",
        "test_shrink_orthonormal_l1_zeroes_small_entries",
        "test_shrink_orthonormal_works_entry_by_entry",
        "test_shrink_orthonormal_refuses_bad_arguments",
    ),
)
def shrink_orthonormal__swapped(w, lam, norm):
    if lam < 0 or norm not in ("l1", "l2"):
        raise ValueError("bad argument")
    return w / (1 + lam) if norm == "l1" else torch.sign(w) * torch.clamp(w.abs() - lam / 2, min=0)


@misconception(
    hint="You take one gradient step on the L2 penalty. That is not its minimizer: set the derivative of the whole "
    "sum to zero and solve.",
    reread=GEOMETRY_L2,
    caught_by=(
        "test_shrink_orthonormal_minimizes_with_l2",
        "test_shrink_orthonormal_l2_keeps_proportions",
        "test_shrink_orthonormal_works_entry_by_entry",
        "test_shrink_orthonormal_refuses_bad_arguments",
    ),
)
def shrink_orthonormal__one_gradient_step(w, lam, norm):
    if lam < 0 or norm not in ("l1", "l2"):
        raise ValueError("bad argument")
    return w * (1 - lam) if norm == "l2" else torch.sign(w) * torch.clamp(w.abs() - lam / 2, min=0)


@misconception(
    hint="A misspelt norm or a negative lambda gets an answer. The docstring names what must raise ValueError.",
    reread=GEOMETRY,
    caught_by=("test_shrink_orthonormal_refuses_bad_arguments",),
)
def shrink_orthonormal__no_validation(w, lam, norm):
    return w / (1 + lam) if norm == "l2" else w - w.clamp(-abs(lam) / 2, abs(lam) / 2)


@misconception(
    hint="You set entries of the tensor that you were given to zero. Work on a new tensor.",
    reread=GEOMETRY,
    caught_by=(
        "test_shrink_orthonormal_minimizes_with_l2",
        "test_shrink_orthonormal_l2_keeps_proportions",
        "test_shrink_orthonormal_works_entry_by_entry",
        "test_shrink_orthonormal_refuses_bad_arguments",
    ),
)
def shrink_orthonormal__in_place(w, lam, norm):
    if lam < 0 or norm not in ("l1", "l2"):
        raise ValueError("bad argument")
    if norm == "l2":
        return w.div_(1 + lam)
    w[w.abs() <= lam / 2] = 0
    return torch.sign(w) * torch.clamp(w.abs() - lam / 2, min=0)


# 3.8 adam_step --------------------------------------------------------------------------------------------------------


@misconception(
    hint="Your bias correction is one step behind or ahead: t is 1 in the first step.",
    reread=OPTIMIZERS,
    caught_by=(
        "test_adam_step_coupled_run",
        "test_adam_step_decoupled_run",
        "test_adam_step_coupled_decay_is_an_l2_penalty",
        "test_adam_step_first_step_has_a_known_size",
        "test_adam_step_keeps_its_arguments",
        "test_adam_step_counts_from_one",
    ),
)
def adam_step__off_by_one(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    if t < 1:
        raise ValueError("t counts from 1")
    kept = theta * (1 - lr * weight_decay) if decoupled else theta
    g = grad if decoupled else grad + weight_decay * theta
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    return kept - lr * (m / (1 - betas[0] ** (t + 1))) / ((v / (1 - betas[1] ** (t + 1))).sqrt() + eps), m, v


@misconception(
    hint="You use the running means as they are. They start at zero and are too small at first; correct that bias.",
    reread=OPTIMIZERS,
    caught_by=(
        "test_adam_step_coupled_run",
        "test_adam_step_decoupled_run",
        "test_adam_step_coupled_decay_is_an_l2_penalty",
        "test_adam_step_first_step_has_a_known_size",
        "test_adam_step_keeps_its_arguments",
        "test_adam_step_counts_from_one",
    ),
)
def adam_step__no_bias_correction(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    if t < 1:
        raise ValueError("t counts from 1")
    kept = theta * (1 - lr * weight_decay) if decoupled else theta
    g = grad if decoupled else grad + weight_decay * theta
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    return kept - lr * m / (v.sqrt() + eps), m, v


@misconception(
    hint="Your eps is under the root. It is added after the root.",
    reread=OPTIMIZERS,
    caught_by=(
        "test_adam_step_coupled_run",
        "test_adam_step_decoupled_run",
        "test_adam_step_coupled_decay_is_an_l2_penalty",
        "test_adam_step_first_step_has_a_known_size",
        "test_adam_step_keeps_its_arguments",
        "test_adam_step_counts_from_one",
    ),
)
def adam_step__eps_inside_root(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    if t < 1:
        raise ValueError("t counts from 1")
    kept = theta * (1 - lr * weight_decay) if decoupled else theta
    g = grad if decoupled else grad + weight_decay * theta
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    return kept - lr * (m / (1 - betas[0] ** t)) / (v / (1 - betas[1] ** t) + eps).sqrt(), m, v


@misconception(
    hint="You add eps before the bias correction of the second moment, so that eps is corrected as well.",
    reread=OPTIMIZERS,
    caught_by=(
        "test_adam_step_coupled_run",
        "test_adam_step_decoupled_run",
        "test_adam_step_coupled_decay_is_an_l2_penalty",
        "test_adam_step_first_step_has_a_known_size",
        "test_adam_step_keeps_its_arguments",
        "test_adam_step_counts_from_one",
    ),
)
def adam_step__eps_before_correction(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    if t < 1:
        raise ValueError("t counts from 1")
    kept = theta * (1 - lr * weight_decay) if decoupled else theta
    g = grad if decoupled else grad + weight_decay * theta
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    return kept - lr * (m / (1 - betas[0] ** t)) * (1 - betas[1] ** t) ** 0.5 / (v.sqrt() + eps), m, v


@misconception(
    hint="In coupled mode you add the decay after the moments were updated. Adam's moments must see it, as they would "
    "see an L2 penalty.",
    reread=OPTIMIZERS,
    caught_by=(
        "test_adam_step_coupled_run",
        "test_adam_step_coupled_decay_is_an_l2_penalty",
        "test_adam_step_keeps_its_arguments",
    ),
)
def adam_step__coupled_after_moments(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    if t < 1:
        raise ValueError("t counts from 1")
    kept = theta * (1 - lr * weight_decay) if decoupled else theta
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    hat = m / (1 - betas[0] ** t) + (0 if decoupled else weight_decay * theta)
    return kept - lr * hat / ((v / (1 - betas[1] ** t)).sqrt() + eps), m, v


@misconception(
    hint="Your decoupled decay does not know the learning rate. A step with learning rate 0 must not move anything.",
    reread=OPTIMIZERS,
    caught_by=(
        "test_adam_step_decoupled_run",
        "test_adam_step_decoupled_decay_without_gradient",
        "test_adam_step_keeps_its_arguments",
    ),
)
def adam_step__decoupled_without_lr(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    if t < 1:
        raise ValueError("t counts from 1")
    kept = theta * (1 - weight_decay) if decoupled else theta
    g = grad if decoupled else grad + weight_decay * theta
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    return kept - lr * (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps), m, v


@misconception(
    hint="You let the result of the Adam step decay. The decay acts on the old parameter.",
    reread=OPTIMIZERS,
    caught_by=(
        "test_adam_step_decoupled_run",
        "test_adam_step_keeps_its_arguments",
    ),
)
def adam_step__decays_new_theta(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    if t < 1:
        raise ValueError("t counts from 1")
    g = grad if decoupled else grad + weight_decay * theta
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    new = theta - lr * (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps)
    return (new * (1 - lr * weight_decay) if decoupled else new), m, v


@misconception(
    hint="You always couple: the moments see the decay in both modes. AdamW keeps it away from them.",
    reread=OPTIMIZERS,
    caught_by=(
        "test_adam_step_decoupled_run",
        "test_adam_step_decoupled_decay_without_gradient",
        "test_adam_step_keeps_its_arguments",
    ),
)
def adam_step__always_coupled(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    if t < 1:
        raise ValueError("t counts from 1")
    g = grad + weight_decay * theta
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    return theta - lr * (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps), m, v


@misconception(
    hint="The moments that you return are bias-corrected. They would be corrected again in the next step: return the "
    "running means themselves.",
    reread=OPTIMIZERS,
    caught_by=(
        "test_adam_step_coupled_run",
        "test_adam_step_decoupled_run",
        "test_adam_step_coupled_decay_is_an_l2_penalty",
        "test_adam_step_keeps_its_arguments",
    ),
)
def adam_step__returns_corrected_moments(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    if t < 1:
        raise ValueError("t counts from 1")
    kept = theta * (1 - lr * weight_decay) if decoupled else theta
    g = grad if decoupled else grad + weight_decay * theta
    m = (betas[0] * m + (1 - betas[0]) * g) / (1 - betas[0] ** t)
    v = (betas[1] * v + (1 - betas[1]) * g**2) / (1 - betas[1] ** t)
    return kept - lr * m / (v.sqrt() + eps), m, v


@misconception(
    hint="You update the moments that you were given in place. Leave the arguments alone and return new tensors.",
    reread=OPTIMIZERS,
    caught_by=(
        "test_adam_step_coupled_decay_is_an_l2_penalty",
        "test_adam_step_first_step_has_a_known_size",
        "test_adam_step_keeps_its_arguments",
        "test_adam_step_counts_from_one",
    ),
)
def adam_step__moments_in_place(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    if t < 1:
        raise ValueError("t counts from 1")
    kept = theta * (1 - lr * weight_decay) if decoupled else theta
    g = grad if decoupled else grad + weight_decay * theta
    m.mul_(betas[0]).add_(g, alpha=1 - betas[0])
    v.mul_(betas[1]).addcmul_(g, g, value=1 - betas[1])
    return kept - lr * (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps), m, v


@misconception(
    hint="Your function works for t = 0 or less. Steps are counted from 1; anything smaller must raise ValueError.",
    reread=OPTIMIZERS,
    caught_by=("test_adam_step_counts_from_one",),
)
def adam_step__no_validation(theta, grad, m, v, t, lr, betas, eps, weight_decay, decoupled):
    t = max(t, 1)
    kept = theta * (1 - lr * weight_decay) if decoupled else theta
    g = grad if decoupled else grad + weight_decay * theta
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    return kept - lr * (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps), m, v
