"""Plausible wrong answers to 08_noise: each must lose marks in its own task, in the tests that it names."""
# The names of variants are made of a task's name and a tag; X is the handout's.
# The names of the reference module are there when these run.
# ruff: noqa: F821

import contextlib
import math

from autograder.answers import misconception

NOISE = "DS 542, Adding noise"
L2 = "DS 542, L2 Regularization"
LINEAR_L2 = "STAT 453, L2 Regularization for Linear Models"
MULTILAYER = "STAT 453, L2 regularization for Multilayer Neural Networks"
IN_PYTORCH = "STAT 453, L2 regularization for Neural Networks in PyTorch"
INVERTED = "STAT 453, Inverted Dropout"


def _check_std(std):
    if std < 0:
        raise ValueError("std must not be negative")


# --------------------------------------------------------------------------------------------- 8.1 add_input_noise


@misconception(
    hint="You treat the given number as a variance. It is the standard deviation of the noise.",
    reread=NOISE,
    caught_by=(
        "test_add_input_noise_is_gaussian_of_the_right_size",
        "test_add_input_noise_is_the_same_for_small_and_large_inputs",
        "test_add_input_noise_keeps_dtype_and_argument",
    ),
)
def add_input_noise__variance(x, std, training=True, generator=None):
    _check_std(std)
    if not training:
        return x
    return x + math.sqrt(std) * torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)


@misconception(
    hint="Your noise is uniform: it has an edge that it never crosses. Gaussian noise has none.",
    reread=NOISE,
    caught_by=(
        "test_add_input_noise_is_gaussian_of_the_right_size",
        "test_add_input_noise_is_the_same_for_small_and_large_inputs",
    ),
)
def add_input_noise__uniform(x, std, training=True, generator=None):
    _check_std(std)
    if not training:
        return x
    return x + std * (2 * torch.rand(x.shape, generator=generator, dtype=x.dtype, device=x.device) - 1)


@misconception(
    hint="Your noise is never negative, so it moves the whole batch upwards. Which numbers does rand draw?",
    reread=NOISE,
    caught_by=(
        "test_add_input_noise_is_gaussian_of_the_right_size",
        "test_add_input_noise_is_new_for_each_element",
    ),
)
def add_input_noise__positive(x, std, training=True, generator=None):
    _check_std(std)
    if not training:
        return x
    return x + std * torch.rand(x.shape, generator=generator, dtype=x.dtype, device=x.device)


@misconception(
    hint="All examples of your batch are moved by the same noise. Each element is to get noise of its own.",
    reread=NOISE,
    caught_by=("test_add_input_noise_is_new_for_each_element",),
    may_catch=(
        "test_add_input_noise_is_gaussian_of_the_right_size",
        "test_add_input_noise_is_the_same_for_small_and_large_inputs",
        "test_add_input_noise_keeps_dtype_and_argument",
    ),
)
def add_input_noise__one_for_the_batch(x, std, training=True, generator=None):
    _check_std(std)
    if not training:
        return x
    return x + std * torch.randn(x.shape[1:], generator=generator, dtype=x.dtype, device=x.device)


@misconception(
    hint="You add noise in prediction too. What does the caller say by training = False?",
    reread=NOISE,
    caught_by=("test_add_input_noise_only_in_training", "test_add_input_noise_gradient"),
)
def add_input_noise__always(x, std, training=True, generator=None):
    _check_std(std)
    return x + std * torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)


@misconception(
    hint="You write the noise into the caller's tensor. After ten epochs the data set would be lost.",
    reread=NOISE,
    caught_by=("test_add_input_noise_keeps_dtype_and_argument", "test_add_input_noise_gradient"),
)
def add_input_noise__in_place(x, std, training=True, generator=None):
    _check_std(std)
    if training:
        x += std * torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)
    return x


@misconception(
    hint="Your noise grows with the input: an input of 0 gets none at all. It is to be added, whatever the input is.",
    reread=NOISE,
    caught_by=(
        "test_add_input_noise_is_gaussian_of_the_right_size",
        "test_add_input_noise_is_the_same_for_small_and_large_inputs",
        "test_add_input_noise_gradient",
    ),
)
def add_input_noise__multiplied(x, std, training=True, generator=None):
    _check_std(std)
    if not training:
        return x
    return x * (1 + std * torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device))


@misconception(
    hint="You accept a generator and never use it, so nobody can repeat your noise.",
    reread=NOISE,
    caught_by=("test_add_input_noise_uses_the_generator",),
)
def add_input_noise__no_generator(x, std, training=True, generator=None):
    _check_std(std)
    return x + std * torch.randn_like(x) if training else x


@misconception(
    hint="You draw numbers around x. A draw has no gradient with respect to its mean; a sum has.",
    reread=NOISE,
    caught_by=("test_add_input_noise_gradient",),
)
def add_input_noise__drawn_around_x(x, std, training=True, generator=None):
    _check_std(std)
    return torch.normal(x, std, generator=generator) if training else x


@misconception(
    hint="You look at the sign of the standard deviation only while training. The docstring names both cases.",
    reread=NOISE,
    caught_by=("test_add_input_noise_refuses_a_negative_std",),
)
def add_input_noise__checked_in_training(x, std, training=True, generator=None):
    if not training:
        return x
    _check_std(std)
    return x + std * torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)


# ----------------------------------------------------------------------------------- 8.2 expected_input_noise_loss


def _check_shapes(X, y, w, std):
    if std < 0 or y.shape != X.shape[:1] or w.shape != X.shape[1:]:
        raise ValueError("std is negative, or the shapes don't fit")


AVERAGE = "test_expected_input_noise_loss_is_the_average_over_noise"
RIDGE = "test_expected_input_noise_loss_is_minimal_at_a_ridge_solution"
ADDS_UP = "test_expected_input_noise_loss_adds_up"


@misconception(
    hint="You charge the standard deviation, not the variance. What does twice the noise do to a squared error?",
    reread=NOISE,
    caught_by=(AVERAGE, ADDS_UP, "test_expected_input_noise_loss_does_not_charge_the_intercept"),
)
def expected_input_noise_loss__not_squared(X, y, w, b, std):
    _check_shapes(X, y, w, std)
    return (y - X @ w - b).square().sum() + len(X) * std * w.square().sum()


@misconception(
    hint="You charge the noise once for the whole data set. In how many rows is there noise, and is the loss a sum?",
    reread=NOISE,
    caught_by=(AVERAGE, ADDS_UP, RIDGE),
)
def expected_input_noise_loss__once(X, y, w, b, std):
    _check_shapes(X, y, w, std)
    return (y - X @ w - b).square().sum() + std**2 * w.square().sum()


@misconception(
    hint="You charge the intercept as well. Which noisy input is it multiplied by?",
    reread=LINEAR_L2,
    caught_by=(AVERAGE, "test_expected_input_noise_loss_does_not_charge_the_intercept", RIDGE),
)
def expected_input_noise_loss__intercept_pays(X, y, w, b, std):
    _check_shapes(X, y, w, std)
    return (y - X @ w - b).square().sum() + len(X) * std**2 * (w.square().sum() + b**2)


@misconception(
    hint="Your penalty is half as large as it should be. That factor belongs to a loss with a half in front of it.",
    reread=LINEAR_L2,
    caught_by=(AVERAGE, RIDGE),
)
def expected_input_noise_loss__half(X, y, w, b, std):
    _check_shapes(X, y, w, std)
    return (y - X @ w - b).square().sum() + len(X) * std**2 / 2 * w.square().sum()


@misconception(
    hint="You draw the noise, so your result changes from call to call. The average over all noise is asked for.",
    reread=NOISE,
    caught_by=(AVERAGE, RIDGE, ADDS_UP),
)
def expected_input_noise_loss__drawn_once(X, y, w, b, std):
    _check_shapes(X, y, w, std)
    return (y - (X + std * torch.randn_like(X)) @ w - b).square().sum()


@misconception(
    hint="You average over the examples. The squared errors are to be summed.",
    reread="DS 542, Explicit regularization",
    caught_by=(AVERAGE, "test_expected_input_noise_loss_without_noise", RIDGE),
)
def expected_input_noise_loss__mean(X, y, w, b, std):
    _check_shapes(X, y, w, std)
    return (y - X @ w - b).square().mean() + std**2 * w.square().sum()


@misconception(
    hint="You charge a weight by the size of its inputs, as dropout does. Does added noise know how large an input is?",
    reread=INVERTED,
    caught_by=(AVERAGE, "test_expected_input_noise_loss_does_not_charge_the_intercept", RIDGE),
)
def expected_input_noise_loss__scaled_by_the_data(X, y, w, b, std):
    _check_shapes(X, y, w, std)
    return (y - X @ w - b).square().sum() + std**2 * (X.square().sum(dim=0) * w.square()).sum()


@misconception(
    hint="You leave out what the noise adds: its mean is 0, but the mean of its square is not.",
    reread=NOISE,
    caught_by=(AVERAGE, ADDS_UP, RIDGE),
)
def expected_input_noise_loss__error_only(X, y, w, b, std):
    _check_shapes(X, y, w, std)
    return (y - X @ w - b).square().sum()


@misconception(
    hint="You use the length of the weight vector, not the square of the length.",
    reread=L2,
    caught_by=(AVERAGE, RIDGE),
)
def expected_input_noise_loss__norm(X, y, w, b, std):
    _check_shapes(X, y, w, std)
    return (y - X @ w - b).square().sum() + len(X) * std**2 * w.norm()


@misconception(
    hint="You trust the shapes. A column of targets turns a difference of vectors into a whole table of differences.",
    reread=NOISE,
    caught_by=("test_expected_input_noise_loss_refuses_what_does_not_fit",),
)
def expected_input_noise_loss__broadcast(X, y, w, b, std):
    _check_std(std)
    return (y - X @ w - b).square().sum() + len(X) * std**2 * w.square().sum()


# ------------------------------------------------------------------------------------------ 8.3 input_noise_lambda


def _check_lambda(std, n, reduction):
    if std < 0 or n < 1 or reduction not in ("sum", "mean"):
        raise ValueError("bad arguments")


FOR_SUM, FOR_MEAN = "test_input_noise_lambda_for_a_sum", "test_input_noise_lambda_for_a_mean"
EXAMPLES = "test_input_noise_lambda_and_the_number_of_examples"


@misconception(
    hint="You have the two cases the wrong way round. Which of the two objectives grows with the number of examples?",
    reread=NOISE,
    caught_by=(FOR_SUM, FOR_MEAN, EXAMPLES, "test_input_noise_lambda_defaults_to_the_sum"),
)
def input_noise_lambda__swapped(std, n, reduction="sum"):
    _check_lambda(std, n, reduction)
    return std**2 if reduction == "sum" else n * std**2


@misconception(
    hint="For the mean you divide once too often. Start from the sum and divide the whole objective by the examples.",
    reread="DS 542, Explicit regularization",
    caught_by=(FOR_MEAN, EXAMPLES),
)
def input_noise_lambda__divided_twice(std, n, reduction="sum"):
    _check_lambda(std, n, reduction)
    return n * std**2 if reduction == "sum" else std**2 / n


@misconception(
    hint="You use the standard deviation itself. What is added to a squared error is a variance.",
    reread=NOISE,
    caught_by=(FOR_SUM, FOR_MEAN, "test_input_noise_lambda_defaults_to_the_sum"),
)
def input_noise_lambda__not_squared(std, n, reduction="sum"):
    _check_lambda(std, n, reduction)
    return n * std if reduction == "sum" else std


@misconception(
    hint="You return the same number for the sum and for the mean. In the sum, each example brings noise of its own.",
    reread=NOISE,
    caught_by=(FOR_SUM, EXAMPLES, "test_input_noise_lambda_defaults_to_the_sum"),
)
def input_noise_lambda__same(std, n, reduction="sum"):
    _check_lambda(std, n, reduction)
    return std**2


@misconception(
    hint="Your number is half of what it should be: here neither the error nor the penalty has a half in front of it.",
    reread=LINEAR_L2,
    caught_by=(FOR_SUM, FOR_MEAN),
)
def input_noise_lambda__half(std, n, reduction="sum"):
    _check_lambda(std, n, reduction)
    return (n if reduction == "sum" else 1) * std**2 / 2


@misconception(
    hint="Any word but one is taken for the other reduction. The docstring says what happens to an unknown word.",
    reread=NOISE,
    caught_by=("test_input_noise_lambda_refuses_bad_arguments",),
)
def input_noise_lambda__any_word(std, n, reduction="sum"):
    if std < 0 or n < 1:
        raise ValueError("out of range")
    return n * std**2 if reduction == "sum" else std**2


# ------------------------------------------------------------------------------------------- 8.4 perturbed_weights


def _weights(model):
    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
    return list(dict.fromkeys(layer.weight for layer in model.modules() if isinstance(layer, kinds)))


def _noise_for(weight, std, generator):
    return std * torch.randn(weight.shape, generator=generator, dtype=weight.dtype, device=weight.device)


BACK = "test_perturbed_weights_puts_the_weights_back"
AFTER_ERROR = "test_perturbed_weights_puts_the_weights_back_after_an_exception"
GRADIENTS = "test_perturbed_weights_gives_gradients_at_the_noisy_weights"
GAUSSIAN = "test_perturbed_weights_adds_gaussian_noise"
CHOOSES = "test_perturbed_weights_chooses_the_weights"
SHARED = "test_perturbed_weights_of_a_shared_weight"


@misconception(
    hint="You take the noise away by subtracting it. After that, the last bits of the weights are other ones.",
    reread=NOISE,
    caught_by=(BACK, AFTER_ERROR, SHARED),
    may_catch=(GRADIENTS,),
)
@contextlib.contextmanager
def perturbed_weights__subtracted(model, std, generator=None):
    _check_std(std)
    noises = [(weight, _noise_for(weight, std, generator)) for weight in _weights(model)]
    for weight, noise in noises:
        weight.data += noise
    try:
        yield
    finally:
        for weight, noise in noises:
            weight.data -= noise


@misconception(
    hint="If the block raises, your code after the yield never runs. What runs in Python whatever happens?",
    reread=NOISE,
    caught_by=(AFTER_ERROR,),
)
@contextlib.contextmanager
def perturbed_weights__no_finally(model, std, generator=None):
    _check_std(std)
    saved = [(weight, weight.detach().clone()) for weight in _weights(model)]
    for weight, _ in saved:
        weight.data += _noise_for(weight, std, generator)
    yield
    for weight, before in saved:
        weight.data.copy_(before)


@misconception(
    hint="What you saved is not a copy: it shares its memory with the weight, and is noisy as well.",
    reread=NOISE,
    caught_by=(BACK, AFTER_ERROR, GRADIENTS, SHARED),
)
@contextlib.contextmanager
def perturbed_weights__no_copy(model, std, generator=None):
    _check_std(std)
    saved = [(weight, weight.data) for weight in _weights(model)]
    try:
        for weight, _ in saved:
            weight.data += _noise_for(weight, std, generator)
        yield
    finally:
        for weight, before in saved:
            weight.data.copy_(before)


@misconception(
    hint="You disturb every parameter. Biases, normalization layers and tables are left alone here.",
    reread=MULTILAYER,
    caught_by=(CHOOSES,),
)
@contextlib.contextmanager
def perturbed_weights__all_parameters(model, std, generator=None):
    _check_std(std)
    saved = [(parameter, parameter.detach().clone()) for parameter in model.parameters()]
    try:
        for parameter, _ in saved:
            parameter.data += _noise_for(parameter, std, generator)
        yield
    finally:
        for parameter, before in saved:
            parameter.data.copy_(before)


@misconception(
    hint="You choose parameters by their name. Other layers call a parameter weight too: ask for the kind of layer.",
    reread=IN_PYTORCH,
    caught_by=(CHOOSES,),
)
@contextlib.contextmanager
def perturbed_weights__by_name(model, std, generator=None):
    _check_std(std)
    saved = [(p, p.detach().clone()) for name, p in model.named_parameters() if "weight" in name]
    try:
        for weight, _ in saved:
            weight.data += _noise_for(weight, std, generator)
        yield
    finally:
        for weight, before in saved:
            weight.data.copy_(before)


@misconception(
    hint="You forget the convolutions: they have a weight that multiplies activations, as a linear layer has.",
    reread=IN_PYTORCH,
    caught_by=(CHOOSES, BACK),
)
@contextlib.contextmanager
def perturbed_weights__linear_only(model, std, generator=None):
    _check_std(std)
    saved = [(m.weight, m.weight.detach().clone()) for m in model.modules() if isinstance(m, nn.Linear)]
    saved = list({id(weight): (weight, before) for weight, before in saved}.values())
    try:
        for weight, _ in saved:
            weight.data += _noise_for(weight, std, generator)
        yield
    finally:
        for weight, before in saved:
            weight.data.copy_(before)


@misconception(
    hint="A weight that two layers share is disturbed twice in your code, and the second copy of it is noisy.",
    reread=IN_PYTORCH,
    caught_by=(SHARED,),
)
@contextlib.contextmanager
def perturbed_weights__shared_twice(model, std, generator=None):
    _check_std(std)
    saved = []
    try:
        for layer in model.modules():
            if isinstance(layer, (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)):
                saved.append((layer.weight, layer.weight.detach().clone()))
                layer.weight.data += _noise_for(layer.weight, std, generator)
        yield
    finally:
        for weight, before in saved:
            weight.data.copy_(before)


@misconception(
    hint="You switch gradients off to change the weights, and never on again: the block cannot be trained in.",
    reread=NOISE,
    caught_by=(BACK, GRADIENTS),
)
@contextlib.contextmanager
def perturbed_weights__frozen(model, std, generator=None):
    _check_std(std)
    saved = [(weight, weight.detach().clone()) for weight in _weights(model)]
    try:
        for weight, _ in saved:
            weight.requires_grad_(False)
            weight += _noise_for(weight, std, generator)
        yield
    finally:
        for weight, before in saved:
            weight.copy_(before)


@misconception(
    hint="An error inside the block vanishes in yours. Put the weights back, and let the error go on to the caller.",
    reread=NOISE,
    caught_by=(AFTER_ERROR,),
)
@contextlib.contextmanager
def perturbed_weights__swallows(model, std, generator=None):
    _check_std(std)
    saved = [(weight, weight.detach().clone()) for weight in _weights(model)]
    for weight, _ in saved:
        weight.data += _noise_for(weight, std, generator)
    with contextlib.suppress(Exception):
        yield
    for weight, before in saved:
        weight.data.copy_(before)


@misconception(
    hint="Your noise grows with the weight: you multiply. A weight of 0 is to be disturbed as much as any other.",
    reread=NOISE,
    caught_by=(GAUSSIAN, SHARED),
)
@contextlib.contextmanager
def perturbed_weights__relative(model, std, generator=None):
    _check_std(std)
    saved = [(weight, weight.detach().clone()) for weight in _weights(model)]
    try:
        for weight, _ in saved:
            weight.data *= 1 + _noise_for(weight, std, generator)
        yield
    finally:
        for weight, before in saved:
            weight.data.copy_(before)


@misconception(
    hint="All elements of a weight are moved by the same number. Each is to get noise of its own.",
    reread=NOISE,
    caught_by=(GAUSSIAN, SHARED),
    may_catch=("test_perturbed_weights_keeps_float32_and_refuses_a_negative_std",),
)
@contextlib.contextmanager
def perturbed_weights__one_number(model, std, generator=None):
    _check_std(std)
    saved = [(weight, weight.detach().clone()) for weight in _weights(model)]
    try:
        for weight, _ in saved:
            weight.data += std * torch.randn((), generator=generator, dtype=weight.dtype, device=weight.device)
        yield
    finally:
        for weight, before in saved:
            weight.data.copy_(before)


# ----------------------------------------------------------------------------------------------- 8.5 smooth_labels


def _check_smoothing(targets, num_classes, rho, spread):
    _check_labels(targets, num_classes)
    if not 0 <= rho < 1 or spread not in ("others", "all"):
        raise ValueError("bad arguments")


OTHERS, ALL = "test_smooth_labels_spread_over_the_others", "test_smooth_labels_spread_over_all"
BRIDGE, TWO = "test_smooth_labels_bridge", "test_smooth_labels_of_two_classes"


@misconception(
    hint='You treat both words alike. With "all", the true class is one of those that share.',
    reread=NOISE,
    caught_by=(ALL, BRIDGE, TWO),
)
def smooth_labels__one_convention(targets, num_classes, rho, spread="others"):
    _check_smoothing(targets, num_classes, rho, spread)
    hard = nn.functional.one_hot(targets, num_classes).float()
    return hard * (1 - rho) + (1 - hard) * rho / (num_classes - 1)


@misconception(
    hint='You always spread over all classes, the true one included. The word "others" leaves it out.',
    reread=NOISE,
    caught_by=(OTHERS, BRIDGE, TWO),
)
def smooth_labels__always_all(targets, num_classes, rho, spread="others"):
    _check_smoothing(targets, num_classes, rho, spread)
    return nn.functional.one_hot(targets, num_classes).float() * (1 - rho) + rho / num_classes


@misconception(
    hint="Some of your rows do not sum to 1. Add up what you took from the true class, and what you gave away.",
    reread=NOISE,
    caught_by=(OTHERS, BRIDGE, TWO),
)
def smooth_labels__lost_share(targets, num_classes, rho, spread="others"):
    _check_smoothing(targets, num_classes, rho, spread)
    hard = nn.functional.one_hot(targets, num_classes).float()
    share = rho / num_classes
    return hard * (1 - rho + share * (spread == "all")) + (1 - hard) * share


@misconception(
    hint="You take rho for what the true class keeps. It is what is taken from it.",
    reread=NOISE,
    caught_by=(OTHERS, ALL, BRIDGE, TWO, "test_smooth_labels_without_smoothing"),
)
def smooth_labels__confidence(targets, num_classes, rho, spread="others"):
    _check_smoothing(targets, num_classes, rho, spread)
    share = (1 - rho) / (num_classes - 1 if spread == "others" else num_classes)
    hard = nn.functional.one_hot(targets, num_classes).float()
    return hard * (1 - (num_classes - 1) * share) + (1 - hard) * share


@misconception(
    hint="You count the classes by looking at the labels. A class may be missing from a batch; its column may not.",
    reread=NOISE,
    caught_by=("test_smooth_labels_without_smoothing",),
)
def smooth_labels__counted_classes(targets, num_classes, rho, spread="others"):
    _check_smoothing(targets, num_classes, rho, spread)
    num_classes = int(targets.max()) + 1
    share = rho / max(num_classes - 1 if spread == "others" else num_classes, 1)
    hard = nn.functional.one_hot(targets, num_classes).float()
    return hard * (1 - (num_classes - 1) * share) + (1 - hard) * share


@misconception(
    hint="A negative label counts from the end in your indexing, so that it is taken for a class.",
    reread=NOISE,
    caught_by=("test_smooth_labels_refuses_wrong_labels",),
)
def smooth_labels__negative_index(targets, num_classes, rho, spread="others"):
    if num_classes < 2 or (targets >= num_classes).any() or not 0 <= rho < 1 or spread not in ("others", "all"):
        raise ValueError("bad arguments")
    share = rho / (num_classes - 1 if spread == "others" else num_classes)
    rows = torch.full((len(targets), num_classes), share)
    rows[torch.arange(len(targets)), targets] = 1 - (num_classes - 1) * share
    return rows


@misconception(
    hint="You accept a share of 1, which leaves nothing for the true class. The docstring gives the range.",
    reread=NOISE,
    caught_by=("test_smooth_labels_refuses_a_wrong_share",),
)
def smooth_labels__accepts_one(targets, num_classes, rho, spread="others"):
    _check_labels(targets, num_classes)
    if not 0 <= rho <= 1 or spread not in ("others", "all"):
        raise ValueError("bad arguments")
    share = rho / (num_classes - 1 if spread == "others" else num_classes)
    hard = nn.functional.one_hot(targets, num_classes).float()
    return hard * (1 - (num_classes - 1) * share) + (1 - hard) * share


# ------------------------------------------------------------------------------------------ 8.6 soft_cross_entropy


def _check_loss(logits, probs, reduction):
    if logits.shape != probs.shape or len(logits) == 0 or reduction not in ("mean", "sum", "none"):
        raise ValueError("bad arguments")


def _reduced(losses, reduction):
    return losses if reduction == "none" else losses.mean() if reduction == "mean" else losses.sum()


EACH = "test_soft_cross_entropy_of_each_example"
HARD = "test_soft_cross_entropy_of_hard_and_smoothed_labels"
HUGE = "test_soft_cross_entropy_of_huge_logits"
LOWEST = "test_soft_cross_entropy_is_smallest_at_the_label"
SLOPE = "test_soft_cross_entropy_gradient"


@misconception(
    hint="You compute the softmax first and its logarithm later. For large logits a probability becomes 0 on the way.",
    reread=NOISE,
    caught_by=(HUGE,),
)
def soft_cross_entropy__log_of_softmax(logits, probs, reduction="mean"):
    _check_loss(logits, probs, reduction)
    return _reduced(-(probs * torch.softmax(logits, dim=1).log()).sum(dim=1), reduction)


@misconception(
    hint="You average over the classes too. Over the classes the terms are added up; the mean is over examples.",
    reread=NOISE,
    caught_by=(EACH, HARD, SLOPE),
)
def soft_cross_entropy__mean_of_all(logits, probs, reduction="mean"):
    _check_loss(logits, probs, reduction)
    terms = -probs * torch.log_softmax(logits, dim=1)
    return terms.mean() if reduction == "mean" else _reduced(terms.sum(dim=1), reduction)


@misconception(
    hint="Your loss is 0 where the softmax equals the label: that is the KL divergence. What is missing?",
    reread=NOISE,
    caught_by=(EACH, LOWEST),
)
def soft_cross_entropy__divergence_only(logits, probs, reduction="mean"):
    _check_loss(logits, probs, reduction)
    return _reduced(
        nn.functional.kl_div(torch.log_softmax(logits, dim=1), probs, reduction="none").sum(dim=1), reduction
    )


@misconception(
    hint="You apply the softmax to probabilities. The logits need it once; what comes next expects logits.",
    reread=NOISE,
    caught_by=(EACH, HARD, HUGE, LOWEST, SLOPE),
)
def soft_cross_entropy__softmax_twice(logits, probs, reduction="mean"):
    _check_loss(logits, probs, reduction)
    return _reduced(-(probs * torch.log_softmax(torch.softmax(logits, dim=1), dim=1)).sum(dim=1), reduction)


@misconception(
    hint="Your logarithm has base 2. The loss is measured in nats.",
    reread=NOISE,
    caught_by=(EACH, HARD, LOWEST, SLOPE),
)
def soft_cross_entropy__bits(logits, probs, reduction="mean"):
    _check_loss(logits, probs, reduction)
    return _reduced(-(probs * torch.log_softmax(logits, dim=1)).sum(dim=1) / math.log(2), reduction)


@misconception(
    hint="Your softmax runs over the examples: it compares logits of different rows. Which axis holds the classes?",
    reread=NOISE,
    caught_by=(EACH, HARD, HUGE, LOWEST, SLOPE),
)
def soft_cross_entropy__wrong_axis(logits, probs, reduction="mean"):
    _check_loss(logits, probs, reduction)
    return _reduced(-(probs * torch.log_softmax(logits, dim=0)).sum(dim=1), reduction)


@misconception(
    hint="You use only the most probable class of each label. The other classes have a say as well.",
    reread=NOISE,
    caught_by=(EACH, HARD, HUGE, SLOPE),
)
def soft_cross_entropy__hardened(logits, probs, reduction="mean"):
    _check_loss(logits, probs, reduction)
    return _reduced(
        nn.functional.nll_loss(torch.log_softmax(logits, dim=1), probs.argmax(dim=1), reduction="none"), reduction
    )


@misconception(
    hint="Shapes that differ are broadcast in your code: one label is used for all examples. The docstring forbids it.",
    reread=NOISE,
    caught_by=("test_soft_cross_entropy_refuses_what_does_not_fit",),
)
def soft_cross_entropy__broadcast(logits, probs, reduction="mean"):
    if len(logits) == 0 or reduction not in ("mean", "sum", "none"):
        raise ValueError("bad arguments")
    return _reduced(-(probs * torch.log_softmax(logits, dim=1)).sum(dim=1), reduction)


# ------------------------------------------------------------------------------------------------- 8.7 flip_labels


def _check_flips(targets, num_classes, rho):
    _check_labels(targets, num_classes)
    if not 0 <= rho <= 1:
        raise ValueError("rho out of range")


SHARE, EVERY = "test_flip_labels_makes_the_right_share_wrong", "test_flip_labels_takes_every_other_class_alike"
ALONE, ENDS = "test_flip_labels_decides_each_label_on_its_own", "test_flip_labels_at_both_ends"
NEW = "test_flip_labels_returns_new_labels"


@misconception(
    hint="Your new label may be the old one, so fewer labels are wrong than were asked for.",
    reread=NOISE,
    caught_by=(SHARE, EVERY, ENDS),
    may_catch=(ALONE, NEW, "test_flip_labels_uses_the_generator", "test_flip_labels_refuses_what_makes_no_sense"),
)
def flip_labels__any_class(targets, num_classes, rho, generator=None):
    _check_flips(targets, num_classes, rho)
    wrong = torch.rand(targets.shape, generator=generator) < rho
    return torch.where(wrong, torch.randint(num_classes, targets.shape, generator=generator), targets)


@misconception(
    hint="Your wrong label is always the next class. Every other class is to be equally likely.",
    reread=NOISE,
    caught_by=(EVERY, ALONE),
)
def flip_labels__next_class(targets, num_classes, rho, generator=None):
    _check_flips(targets, num_classes, rho)
    wrong = torch.rand(targets.shape, generator=generator) < rho
    return torch.where(wrong, (targets + 1) % num_classes, targets)


@misconception(
    hint="You write the wrong labels into the caller's tensor, so that the true ones are gone.",
    reread=NOISE,
    caught_by=(NEW,),
)
def flip_labels__in_place(targets, num_classes, rho, generator=None):
    _check_flips(targets, num_classes, rho)
    wrong = torch.rand(targets.shape, generator=generator) < rho
    step = torch.randint(1, num_classes, targets.shape, generator=generator)
    targets[wrong] = ((targets + step) % num_classes)[wrong]
    return targets


@misconception(
    hint="All labels that are replaced move by the same number of classes. Each is to draw a class of its own.",
    reread=NOISE,
    caught_by=(EVERY, ALONE),
)
def flip_labels__one_step(targets, num_classes, rho, generator=None):
    _check_flips(targets, num_classes, rho)
    wrong = torch.rand(targets.shape, generator=generator) < rho
    step = int(torch.randint(1, num_classes, (), generator=generator))
    return torch.where(wrong, (targets + step) % num_classes, targets)


@misconception(
    hint="You keep a label with the probability with which it should be replaced.",
    reread=NOISE,
    caught_by=(SHARE, EVERY, ENDS),
)
def flip_labels__kept(targets, num_classes, rho, generator=None):
    _check_flips(targets, num_classes, rho)
    kept = torch.rand(targets.shape, generator=generator) < rho
    step = torch.randint(1, num_classes, targets.shape, generator=generator)
    return torch.where(kept, targets, (targets + step) % num_classes)


@misconception(
    hint="Exactly the first labels are replaced in your code. Each label is to be decided on its own, at random.",
    reread=NOISE,
    caught_by=(ALONE,),
)
def flip_labels__the_first_ones(targets, num_classes, rho, generator=None):
    _check_flips(targets, num_classes, rho)
    wrong = torch.arange(len(targets)) < round(rho * len(targets))
    step = torch.randint(1, num_classes, targets.shape, generator=generator)
    return torch.where(wrong, (targets + step) % num_classes, targets)


@misconception(
    hint="You accept a generator and never use it, so nobody can repeat your labels.",
    reread=NOISE,
    caught_by=("test_flip_labels_uses_the_generator",),
)
def flip_labels__no_generator(targets, num_classes, rho, generator=None):
    _check_flips(targets, num_classes, rho)
    wrong = torch.rand(targets.shape) < rho
    return torch.where(wrong, (targets + torch.randint(1, num_classes, targets.shape)) % num_classes, targets)
