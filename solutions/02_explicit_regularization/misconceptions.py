"""Plausible wrong answers to 02_explicit_regularization, each with the hint that a student who holds it needs."""

# ruff: noqa: F821 - an answer runs in the reference module's namespace and may call its other functions.

import math

import torch
from torch import nn

from autograder.answers import misconception

EXPLICIT = "DS 542, Explicit regularization"
MEANS = "DS 542, Implicit regularization of SGD"
BAYES = "DS 542, Probabilistic interpretation"
EQUIVALENCE = "DS 542, Equivalence"
L2 = "DS 542, L2 Regularization"

# 2.1 regularized_loss -------------------------------------------------------------------------------------------------


@misconception(
    hint="In a mean you share out the losses among the examples and leave the penalty whole. Then the same strength "
    "means more and more as data arrive: the whole problem is divided, not a part of it.",
    reread=MEANS,
    caught_by=(
        "test_regularized_loss_as_a_mean",
        "test_regularized_loss_has_one_minimum",
        "test_regularized_loss_when_data_arrive",
        "test_regularized_loss_gradient",
        "test_regularized_loss_keeps_dtype_and_arguments",
        "test_regularized_loss_refuses_bad_arguments",
    ),
)
def regularized_loss__penalty_undivided(losses, penalty, lam, reduction="sum"):
    if lam < 0 or reduction not in ("sum", "mean") or losses.numel() == 0:
        raise ValueError("bad argument")
    return getattr(losses, reduction)() + lam * penalty


@misconception(
    hint="You charge the penalty once for every example. It is a price of the parameters, paid once for the whole data "
    "set.",
    reread=EXPLICIT,
    caught_by=(
        "test_regularized_loss_as_a_sum",
        "test_regularized_loss_as_a_mean",
        "test_regularized_loss_has_one_minimum",
        "test_regularized_loss_when_data_arrive",
        "test_regularized_loss_gradient",
        "test_regularized_loss_keeps_dtype_and_arguments",
        "test_regularized_loss_refuses_bad_arguments",
    ),
)
def regularized_loss__penalty_for_each_example(losses, penalty, lam, reduction="sum"):
    if lam < 0 or reduction not in ("sum", "mean") or losses.numel() == 0:
        raise ValueError("bad argument")
    return getattr(losses + lam * penalty, reduction)()


@misconception(
    hint="You divide the penalty by the number of examples in both forms. In a sum nothing is divided.",
    reread=EXPLICIT,
    caught_by=(
        "test_regularized_loss_as_a_sum",
        "test_regularized_loss_has_one_minimum",
        "test_regularized_loss_when_data_arrive",
        "test_regularized_loss_gradient",
        "test_regularized_loss_keeps_dtype_and_arguments",
    ),
)
def regularized_loss__always_lam_over_n(losses, penalty, lam, reduction="sum"):
    if lam < 0 or reduction not in ("sum", "mean") or losses.numel() == 0:
        raise ValueError("bad argument")
    return getattr(losses, reduction)() + lam / len(losses) * penalty


@misconception(
    hint="Your penalty stretches the loss instead of adding to it: with no loss at all it would cost nothing.",
    reread=EXPLICIT,
    caught_by=(
        "test_regularized_loss_as_a_sum",
        "test_regularized_loss_as_a_mean",
        "test_regularized_loss_has_one_minimum",
        "test_regularized_loss_when_data_arrive",
        "test_regularized_loss_gradient",
        "test_regularized_loss_keeps_dtype_and_arguments",
        "test_regularized_loss_refuses_bad_arguments",
    ),
)
def regularized_loss__multiplied_in(losses, penalty, lam, reduction="sum"):
    if lam < 0 or reduction not in ("sum", "mean") or losses.numel() == 0:
        raise ValueError("bad argument")
    return getattr(losses, reduction)() * (1 + lam * penalty)


@misconception(
    hint="The number is right, but the penalty is cut off from the parameters (.item(), .detach(), float()): gradient "
    "descent would never notice it.",
    reread=EXPLICIT,
    caught_by="test_regularized_loss_gradient",
)
def regularized_loss__detached_penalty(losses, penalty, lam, reduction="sum"):
    if lam < 0 or reduction not in ("sum", "mean") or losses.numel() == 0:
        raise ValueError("bad argument")
    total = losses.sum() + lam * penalty.item()
    return total if reduction == "sum" else total / len(losses)


@misconception(
    hint="Your function takes the mean unless told otherwise, as torch's losses do. The signature of this task says "
    "something else.",
    reread=EXPLICIT,
    caught_by="test_regularized_loss_has_one_minimum",
)
def regularized_loss__mean_by_default(losses, penalty, lam, reduction="mean"):
    if lam < 0 or reduction not in ("sum", "mean") or losses.numel() == 0:
        raise ValueError("bad argument")
    total = losses.sum() + lam * penalty
    return total if reduction == "sum" else total / len(losses)


@misconception(
    hint="You subtract the penalty. We minimize: what we like less must cost more.",
    reread=EQUIVALENCE,
    caught_by=(
        "test_regularized_loss_as_a_sum",
        "test_regularized_loss_as_a_mean",
        "test_regularized_loss_has_one_minimum",
        "test_regularized_loss_when_data_arrive",
        "test_regularized_loss_gradient",
        "test_regularized_loss_keeps_dtype_and_arguments",
        "test_regularized_loss_refuses_bad_arguments",
    ),
)
def regularized_loss__subtracted(losses, penalty, lam, reduction="sum"):
    if lam < 0 or reduction not in ("sum", "mean") or losses.numel() == 0:
        raise ValueError("bad argument")
    total = losses.sum() - lam * penalty
    return total if reduction == "sum" else total / len(losses)


@misconception(
    hint="You divide the losses in place. The caller's tensor is changed: make a new one.",
    reread=MEANS,
    caught_by=(
        "test_regularized_loss_gradient",
        "test_regularized_loss_keeps_dtype_and_arguments",
        "test_regularized_loss_refuses_bad_arguments",
    ),
)
def regularized_loss__in_place(losses, penalty, lam, reduction="sum"):
    if lam < 0 or reduction not in ("sum", "mean") or losses.numel() == 0:
        raise ValueError("bad argument")
    count = len(losses) if reduction == "mean" else 1
    with torch.no_grad():
        losses /= count
    return losses.sum() + lam * penalty / count


@misconception(
    hint="Your function has an answer for everything: for a negative strength, for a reduction that it does not know, "
    "for no data. The docstring asks for an error in these cases.",
    reread=EXPLICIT,
    caught_by="test_regularized_loss_refuses_bad_arguments",
)
def regularized_loss__no_validation(losses, penalty, lam, reduction="sum"):
    total = losses.sum() + lam * penalty
    return total / max(len(losses), 1) if reduction == "mean" else total


# 2.2 gabor ------------------------------------------------------------------------------------------------------------


@misconception(
    hint="Your factor 0.06 reaches the offset as well. It belongs to the frequency alone.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_where_the_angle_is_known",
        "test_gabor_of_fresh_inputs",
        "test_gabor_symmetries",
        "test_gabor_offset_shifts",
        "test_gabor_gradient",
        "test_gabor_keeps_dtype_and_arguments",
    ),
)
def gabor__offset_scaled(phi, x):
    z = 0.06 * (phi[0] + phi[1] * x)
    return torch.sin(z) * torch.exp(-(z**2) / 32)


@misconception(
    hint="Your bell is too narrow: it looks as if you had forgotten the one half in the exponent of a Gaussian.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_where_the_angle_is_known",
        "test_gabor_of_fresh_inputs",
        "test_gabor_symmetries",
        "test_gabor_offset_shifts",
        "test_gabor_gradient",
        "test_gabor_keeps_dtype_and_arguments",
    ),
)
def gabor__bell_over_16(phi, x):
    z = phi[0] + 0.06 * phi[1] * x
    return torch.sin(z) * torch.exp(-(z**2) / 16)


@misconception(
    hint="Your bell is too wide. The one half of a Gaussian is already part of the number in the formula; you have it "
    "twice.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_where_the_angle_is_known",
        "test_gabor_of_fresh_inputs",
        "test_gabor_symmetries",
        "test_gabor_offset_shifts",
        "test_gabor_gradient",
        "test_gabor_keeps_dtype_and_arguments",
    ),
)
def gabor__halved_twice(phi, x):
    z = phi[0] + 0.06 * phi[1] * x
    return torch.sin(z) * torch.exp(-0.5 * z**2 / 32)


@misconception(
    hint="Your bell grows away from the middle instead of fading: look at the sign in the exponent.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_where_the_angle_is_known",
        "test_gabor_of_fresh_inputs",
        "test_gabor_symmetries",
        "test_gabor_offset_shifts",
        "test_gabor_gradient",
        "test_gabor_keeps_dtype_and_arguments",
    ),
)
def gabor__bell_upside_down(phi, x):
    z = phi[0] + 0.06 * phi[1] * x
    return torch.sin(z) * torch.exp(z**2 / 32)


@misconception(
    hint="You take z for degrees. torch's functions, and this model, want radians.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_where_the_angle_is_known",
        "test_gabor_of_fresh_inputs",
        "test_gabor_symmetries",
        "test_gabor_offset_shifts",
        "test_gabor_gradient",
        "test_gabor_keeps_dtype_and_arguments",
    ),
)
def gabor__degrees(phi, x):
    z = phi[0] + 0.06 * phi[1] * x
    return torch.sin(torch.deg2rad(z)) * torch.exp(-(z**2) / 32)


@misconception(
    hint="Your bell stays where it is when the offset moves the wave. Both depend on the same z.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_where_the_angle_is_known",
        "test_gabor_of_fresh_inputs",
        "test_gabor_symmetries",
        "test_gabor_offset_shifts",
        "test_gabor_gradient",
        "test_gabor_keeps_dtype_and_arguments",
    ),
)
def gabor__bell_of_the_input(phi, x):
    z = phi[0] + 0.06 * phi[1] * x
    return torch.sin(z) * torch.exp(-((0.06 * phi[1] * x) ** 2) / 32)


@misconception(
    hint="You mix up the two parameters: the first one is the offset.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_where_the_angle_is_known",
        "test_gabor_of_fresh_inputs",
        "test_gabor_symmetries",
        "test_gabor_offset_shifts",
        "test_gabor_gradient",
        "test_gabor_keeps_dtype_and_arguments",
    ),
)
def gabor__parameters_swapped(phi, x):
    z = phi[1] + 0.06 * phi[0] * x
    return torch.sin(z) * torch.exp(-(z**2) / 32)


@misconception(
    hint="You take the parameters out of the graph as numbers. The values are right, but nothing can be learned.",
    reread=EXPLICIT,
    caught_by="test_gabor_gradient",
)
def gabor__parameters_as_numbers(phi, x):
    offset, frequency = phi.tolist()
    z = offset + 0.06 * frequency * x
    return torch.sin(z) * torch.exp(-(z**2) / 32)


# 2.3 gabor_loss -------------------------------------------------------------------------------------------------------


@misconception(
    hint="Your penalty pulls both parameters toward 0. This one has a center of its own.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_loss_penalty",
        "test_gabor_loss_center",
        "test_gabor_loss_gradient",
        "test_gabor_loss_keeps_dtype_and_arguments",
        "test_gabor_loss_refuses_bad_arguments",
    ),
)
def gabor_loss__no_center(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    _check_problem(x, y, lam)
    return (gabor(phi, x) - y).square().sum() + lam * phi.square().sum()


@misconception(
    hint="You average the squared residuals. This loss adds them up: twice the data, twice the loss.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_loss_adds_squared_residuals",
        "test_gabor_loss_of_perfect_data",
        "test_gabor_loss_penalty",
        "test_gabor_loss_center",
        "test_gabor_loss_gradient",
        "test_gabor_loss_keeps_dtype_and_arguments",
    ),
)
def gabor_loss__mean(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    _check_problem(x, y, lam)
    distance = (phi[0] - center[0]) ** 2 + (phi[1] - center[1]) ** 2
    return (gabor(phi, x) - y).square().mean() + lam * distance


@misconception(
    hint="You add the penalty inside the sum over the data, so that it is paid once for each point.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_loss_penalty",
        "test_gabor_loss_center",
        "test_gabor_loss_gradient",
        "test_gabor_loss_keeps_dtype_and_arguments",
    ),
)
def gabor_loss__penalty_for_each_point(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    _check_problem(x, y, lam)
    distance = (phi[0] - center[0]) ** 2 + (phi[1] - center[1]) ** 2
    return ((gabor(phi, x) - y).square() + lam * distance).sum()


@misconception(
    hint="You write the power the wrong way around: two to the power of a parameter is not the parameter squared.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_loss_penalty",
        "test_gabor_loss_center",
        "test_gabor_loss_gradient",
        "test_gabor_loss_keeps_dtype_and_arguments",
        "test_gabor_loss_refuses_bad_arguments",
    ),
)
def gabor_loss__power_of_two(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    _check_problem(x, y, lam)
    return (gabor(phi, x) - y).square().sum() + lam * (2 ** (phi[0] - center[0]) + (phi[1] - center[1]) ** 2)


@misconception(
    hint="Your penalty is the distance to the center, not the distance squared.",
    reread=L2,
    caught_by=(
        "test_gabor_loss_penalty",
        "test_gabor_loss_center",
        "test_gabor_loss_gradient",
        "test_gabor_loss_keeps_dtype_and_arguments",
        "test_gabor_loss_refuses_bad_arguments",
    ),
)
def gabor_loss__distance_not_squared(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    _check_problem(x, y, lam)
    distance = ((phi[0] - center[0]) ** 2 + (phi[1] - center[1]) ** 2 + 1e-30).sqrt()
    return (gabor(phi, x) - y).square().sum() + lam * distance


@misconception(
    hint="You use the default center whatever the caller asks for. It is an argument.",
    reread=EXPLICIT,
    caught_by=(
        "test_gabor_loss_center",
        "test_gabor_loss_gradient",
    ),
)
def gabor_loss__center_fixed(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    _check_problem(x, y, lam)
    return (gabor(phi, x) - y).square().sum() + lam * (phi[0] ** 2 + (phi[1] - 12.5) ** 2)


@misconception(
    hint="Your penalty is there, but no gradient comes from it: the parameters leave the graph on the way into it.",
    reread=EXPLICIT,
    caught_by="test_gabor_loss_gradient",
)
def gabor_loss__penalty_without_gradient(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    _check_problem(x, y, lam)
    offset, frequency = phi.tolist()
    distance = (offset - center[0]) ** 2 + (frequency - center[1]) ** 2
    return (gabor(phi, x) - y).square().sum() + lam * distance


@misconception(
    hint="You put a factor one half in front of squares, as some books do. This course has none.",
    reread=L2,
    caught_by=(
        "test_gabor_loss_adds_squared_residuals",
        "test_gabor_loss_of_perfect_data",
        "test_gabor_loss_penalty",
        "test_gabor_loss_center",
        "test_gabor_loss_gradient",
        "test_gabor_loss_keeps_dtype_and_arguments",
        "test_gabor_loss_refuses_bad_arguments",
    ),
)
def gabor_loss__half(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    _check_problem(x, y, lam)
    distance = (phi[0] - center[0]) ** 2 + (phi[1] - center[1]) ** 2
    return ((gabor(phi, x) - y).square().sum() + lam * distance) / 2


@misconception(
    hint="You never ask whether the data are pairs. A single target is stretched over all inputs without a word, and "
    "no data at all cost nothing.",
    reread=EXPLICIT,
    caught_by="test_gabor_loss_refuses_bad_arguments",
)
def gabor_loss__no_validation(phi, x, y, lam=0.0, center=(0.0, 12.5)):
    distance = (phi[0] - center[0]) ** 2 + (phi[1] - center[1]) ** 2
    return (gabor(phi, x) - y).square().sum() + lam * distance


# 2.4 loss_surface -----------------------------------------------------------------------------------------------------


@misconception(
    hint="Your surface lies on its side: rows and columns are exchanged.",
    reread=EXPLICIT,
    caught_by=(
        "test_loss_surface_entry_by_entry",
        "test_loss_surface_of_a_square_grid",
        "test_loss_surface_of_one_row_or_column",
        "test_loss_surface_has_its_lowest_point_at_the_truth",
        "test_loss_surface_penalty",
        "test_loss_surface_keeps_dtype_and_arguments",
        "test_loss_surface_refuses_bad_arguments",
    ),
)
def loss_surface__transposed(offsets, freqs, x, y, lam):
    rows = [torch.stack([gabor_loss(torch.stack([a, b]), x, y, lam) for b in freqs]) for a in offsets]
    return torch.stack(rows)


@misconception(
    hint="The shape is right, but the entries were computed in another order and then cut into rows of the right "
    "length. Check which of the two parameters changes along a row.",
    reread=EXPLICIT,
    caught_by=(
        "test_loss_surface_entry_by_entry",
        "test_loss_surface_of_a_square_grid",
        "test_loss_surface_has_its_lowest_point_at_the_truth",
        "test_loss_surface_penalty",
        "test_loss_surface_keeps_dtype_and_arguments",
        "test_loss_surface_refuses_bad_arguments",
    ),
)
def loss_surface__reshaped(offsets, freqs, x, y, lam):
    pairs = torch.cartesian_prod(offsets, freqs)
    return torch.stack([gabor_loss(pair, x, y, lam) for pair in pairs]).reshape(len(freqs), len(offsets))


@misconception(
    hint="You hand over the two parameters in the wrong order: the frequency takes the place of the offset.",
    reread=EXPLICIT,
    caught_by=(
        "test_loss_surface_entry_by_entry",
        "test_loss_surface_of_a_square_grid",
        "test_loss_surface_of_one_row_or_column",
        "test_loss_surface_has_its_lowest_point_at_the_truth",
        "test_loss_surface_penalty",
        "test_loss_surface_keeps_dtype_and_arguments",
        "test_loss_surface_refuses_bad_arguments",
    ),
)
def loss_surface__parameters_swapped(offsets, freqs, x, y, lam):
    rows = [torch.stack([gabor_loss(torch.stack([b, a]), x, y, lam) for a in offsets]) for b in freqs]
    return torch.stack(rows)


@misconception(
    hint="You forgot the penalty: your surface looks the same for every strength.",
    reread=EXPLICIT,
    caught_by=(
        "test_loss_surface_entry_by_entry",
        "test_loss_surface_of_a_square_grid",
        "test_loss_surface_of_one_row_or_column",
        "test_loss_surface_penalty",
        "test_loss_surface_keeps_dtype_and_arguments",
        "test_loss_surface_refuses_bad_arguments",
    ),
)
def loss_surface__no_penalty(offsets, freqs, x, y, lam):
    _check_problem(x, y, lam)
    rows = [torch.stack([gabor_loss(torch.stack([a, b]), x, y) for a in offsets]) for b in freqs]
    return torch.stack(rows)


@misconception(
    hint="You fill a matrix that was made without a dtype, so it holds float32 numbers, whatever came in.",
    reread=EXPLICIT,
    caught_by=(
        "test_loss_surface_entry_by_entry",
        "test_loss_surface_of_a_square_grid",
        "test_loss_surface_of_one_row_or_column",
        "test_loss_surface_has_its_lowest_point_at_the_truth",
        "test_loss_surface_penalty",
        "test_loss_surface_refuses_bad_arguments",
    ),
)
def loss_surface__float32_matrix(offsets, freqs, x, y, lam):
    _check_problem(x, y, lam)
    surface = torch.zeros(len(freqs), len(offsets), device=offsets.device)
    for q, frequency in enumerate(freqs):
        for p, offset in enumerate(offsets):
            surface[q, p] = gabor_loss(torch.stack([offset, frequency]), x, y, lam)
    return surface


@misconception(
    hint="You average over the data. The loss of 2.3 adds the squares up.",
    reread=EXPLICIT,
    caught_by=(
        "test_loss_surface_entry_by_entry",
        "test_loss_surface_of_a_square_grid",
        "test_loss_surface_of_one_row_or_column",
        "test_loss_surface_has_its_lowest_point_at_the_truth",
        "test_loss_surface_penalty",
        "test_loss_surface_keeps_dtype_and_arguments",
    ),
)
def loss_surface__mean(offsets, freqs, x, y, lam):
    _check_problem(x, y, lam)
    z = offsets[:, None] + 0.06 * freqs[:, None, None] * x
    data = (torch.sin(z) * torch.exp(-(z**2) / 32) - y).square().mean(dim=-1)
    return data + lam * (offsets**2 + (freqs[:, None] - 12.5) ** 2)


@misconception(
    hint="Your penalty has lost its center: it pulls the frequency toward 0.",
    reread=EXPLICIT,
    caught_by=(
        "test_loss_surface_entry_by_entry",
        "test_loss_surface_of_a_square_grid",
        "test_loss_surface_of_one_row_or_column",
        "test_loss_surface_penalty",
        "test_loss_surface_keeps_dtype_and_arguments",
        "test_loss_surface_refuses_bad_arguments",
    ),
)
def loss_surface__no_center(offsets, freqs, x, y, lam):
    _check_problem(x, y, lam)
    rows = [torch.stack([gabor_loss(torch.stack([a, b]), x, y, lam, (0.0, 0.0)) for a in offsets]) for b in freqs]
    return torch.stack(rows)


@misconception(
    hint="You squeeze away a dimension that holds one entry only. A single row is still a surface.",
    reread=EXPLICIT,
    caught_by="test_loss_surface_of_one_row_or_column",
)
def loss_surface__squeezed(offsets, freqs, x, y, lam):
    rows = [torch.stack([gabor_loss(torch.stack([a, b]), x, y, lam) for a in offsets]) for b in freqs]
    return torch.stack(rows).squeeze()


# 2.5 count_local_minima -----------------------------------------------------------------------------------------------


@misconception(
    hint="You compare with four neighbors. The four on the diagonals are neighbors as well: in a valley that runs "
    "aslant you count points that are no minima.",
    reread=EXPLICIT,
    caught_by=(
        "test_count_local_minima_of_a_rough_surface",
        "test_count_local_minima_on_a_flat_surface",
        "test_count_local_minima_looks_along_diagonals",
        "test_count_local_minima_at_the_border",
    ),
)
def count_local_minima__four_neighbors(surface):
    if surface.ndim != 2 or min(surface.shape) < 3:
        raise ValueError("need 3 x 3 or more")
    inner = surface[1:-1, 1:-1]
    beside = torch.stack([surface[:-2, 1:-1], surface[2:, 1:-1], surface[1:-1, :-2], surface[1:-1, 2:]])
    return int((inner < beside.amin(dim=0)).sum())


@misconception(
    hint="You count entries that are as low as a neighbor, so that every point of a plateau is a minimum. Strictly "
    "lower is meant.",
    reread=EXPLICIT,
    caught_by=(
        "test_count_local_minima_on_a_flat_surface",
        "test_count_local_minima_looks_along_diagonals",
        "test_count_local_minima_at_the_border",
    ),
)
def count_local_minima__ties_count(surface):
    if surface.ndim != 2 or min(surface.shape) < 3:
        raise ValueError("need 3 x 3 or more")
    lowest = -nn.functional.max_pool2d(-surface[None], 3, stride=1)[0]
    return int((surface[1:-1, 1:-1] == lowest).sum())


@misconception(
    hint="You count on the border as well, as if the world beyond it were infinitely high.",
    reread=EXPLICIT,
    caught_by=(
        "test_count_local_minima_of_a_rough_surface",
        "test_count_local_minima_of_an_egg_box",
        "test_count_local_minima_at_the_border",
        "test_count_local_minima_of_bowls",
    ),
)
def count_local_minima__border_counts(surface):
    if surface.ndim != 2 or min(surface.shape) < 3:
        raise ValueError("need 3 x 3 or more")
    high = nn.functional.pad(surface, (1, 1, 1, 1), value=math.inf)
    windows = high.unfold(0, 3, 1).unfold(1, 3, 1).flatten(2)
    return int(((windows > windows[..., 4:5]).sum(dim=-1) == 8).sum())


@misconception(
    hint="You cut the border off first and then count. Entries on the border are never counted, but they still are "
    "neighbors: leave them in the comparison.",
    reread=EXPLICIT,
    caught_by=(
        "test_count_local_minima_of_a_rough_surface",
        "test_count_local_minima_of_an_egg_box",
        "test_count_local_minima_at_the_border",
        "test_count_local_minima_of_bowls",
    ),
)
def count_local_minima__border_cut_off(surface):
    if surface.ndim != 2 or min(surface.shape) < 3:
        raise ValueError("need 3 x 3 or more")
    high = nn.functional.pad(surface[1:-1, 1:-1], (1, 1, 1, 1), value=math.inf)
    windows = high.unfold(0, 3, 1).unfold(1, 3, 1).flatten(2)
    return int(((windows > windows[..., 4:5]).sum(dim=-1) == 8).sum())


@misconception(
    hint="You count hilltops. A minimum is lower than what is around it.",
    reread=EXPLICIT,
    caught_by=(
        "test_count_local_minima_of_a_rough_surface",
        "test_count_local_minima_of_an_egg_box",
        "test_count_local_minima_on_a_flat_surface",
        "test_count_local_minima_looks_along_diagonals",
        "test_count_local_minima_at_the_border",
        "test_count_local_minima_of_bowls",
        "test_count_local_minima_refuses_what_is_too_small",
    ),
)
def count_local_minima__maxima(surface):
    if surface.ndim != 2 or min(surface.shape) < 3:
        raise ValueError("need 3 x 3 or more")
    windows = surface.unfold(0, 3, 1).unfold(1, 3, 1).flatten(2)
    return int(((windows < windows[..., 4:5]).sum(dim=-1) == 8).sum())


@misconception(
    hint="You look at windows that do not overlap, so most entries are never in the middle of one.",
    reread=EXPLICIT,
    caught_by=(
        "test_count_local_minima_of_a_rough_surface",
        "test_count_local_minima_of_an_egg_box",
        "test_count_local_minima_on_a_flat_surface",
        "test_count_local_minima_looks_along_diagonals",
        "test_count_local_minima_at_the_border",
        "test_count_local_minima_of_bowls",
        "test_count_local_minima_refuses_what_is_too_small",
    ),
)
def count_local_minima__windows_apart(surface):
    if surface.ndim != 2 or min(surface.shape) < 3:
        raise ValueError("need 3 x 3 or more")
    windows = surface.unfold(0, 3, 3).unfold(1, 3, 3).flatten(2)
    return int(((windows > windows[..., 4:5]).sum(dim=-1) == 8).sum())


@misconception(
    hint="You count the places where the whole surface is lowest. A local minimum has to be lower than its neighbors "
    "only.",
    reread=EXPLICIT,
    caught_by=(
        "test_count_local_minima_of_a_rough_surface",
        "test_count_local_minima_of_an_egg_box",
        "test_count_local_minima_on_a_flat_surface",
        "test_count_local_minima_looks_along_diagonals",
        "test_count_local_minima_of_bowls",
    ),
)
def count_local_minima__global_minima(surface):
    if surface.ndim != 2 or min(surface.shape) < 3:
        raise ValueError("need 3 x 3 or more")
    return int((surface == surface.min()).sum())


@misconception(
    hint="You compare with the average of the neighbors. A minimum is lower than each of them.",
    reread=EXPLICIT,
    caught_by=(
        "test_count_local_minima_of_a_rough_surface",
        "test_count_local_minima_of_an_egg_box",
        "test_count_local_minima_on_a_flat_surface",
        "test_count_local_minima_looks_along_diagonals",
        "test_count_local_minima_at_the_border",
        "test_count_local_minima_of_bowls",
    ),
)
def count_local_minima__below_average(surface):
    if surface.ndim != 2 or min(surface.shape) < 3:
        raise ValueError("need 3 x 3 or more")
    windows = surface.unfold(0, 3, 1).unfold(1, 3, 1).flatten(2)
    around = (windows.sum(dim=-1) - windows[..., 4]) / 8
    return int((surface[1:-1, 1:-1] < around - 1e-9).sum())


@misconception(
    hint="A surface that is too small to have an interior, or that is no surface at all, has no answer: the docstring "
    "asks for an error.",
    reread=EXPLICIT,
    caught_by="test_count_local_minima_refuses_what_is_too_small",
)
def count_local_minima__too_small_is_zero(surface):
    if surface.ndim != 2 or min(surface.shape) < 3:
        return 0
    windows = surface.unfold(0, 3, 1).unfold(1, 3, 1).flatten(2)
    return int(((windows > windows[..., 4:5]).sum(dim=-1) == 8).sum())


# 2.6 neg_log_prior ----------------------------------------------------------------------------------------------------


@misconception(
    hint="You dropped the constants that normalize the density. They move no minimum, but here the whole of minus the "
    "logarithm is asked for.",
    reread=EQUIVALENCE,
    caught_by=(
        "test_neg_log_prior_gaussian",
        "test_neg_log_prior_laplace",
        "test_neg_log_prior_belongs_to_a_density",
        "test_neg_log_prior_adds_up",
        "test_neg_log_prior_at_the_peak",
        "test_neg_log_prior_keeps_dtype_and_arguments",
        "test_neg_log_prior_refuses_bad_arguments",
    ),
)
def neg_log_prior__no_constant(phi, prior, scale):
    if scale <= 0 or prior not in ("gaussian", "laplace"):
        raise ValueError("bad argument")
    return phi.square().sum() / (2 * scale**2) if prior == "gaussian" else phi.abs().sum() / scale


@misconception(
    hint="You add the normalizing constant once. Every component has a density of its own, and each of them must be "
    "normalized.",
    reread=BAYES,
    caught_by=(
        "test_neg_log_prior_gaussian",
        "test_neg_log_prior_laplace",
        "test_neg_log_prior_adds_up",
        "test_neg_log_prior_at_the_peak",
        "test_neg_log_prior_keeps_dtype_and_arguments",
        "test_neg_log_prior_refuses_bad_arguments",
    ),
)
def neg_log_prior__constant_once(phi, prior, scale):
    if scale <= 0 or prior not in ("gaussian", "laplace"):
        raise ValueError("bad argument")
    if prior == "gaussian":
        return phi.square().sum() / (2 * scale**2) + 0.5 * math.log(2 * math.pi * scale**2)
    return phi.abs().sum() / scale + math.log(2 * scale)


@misconception(
    hint="You take the scale of the Gaussian for a variance. It is a standard deviation: in the same units as the "
    "parameters.",
    reread=BAYES,
    caught_by=(
        "test_neg_log_prior_gaussian",
        "test_neg_log_prior_adds_up",
        "test_neg_log_prior_at_the_peak",
        "test_neg_log_prior_gradient",
        "test_neg_log_prior_keeps_dtype_and_arguments",
        "test_neg_log_prior_refuses_bad_arguments",
    ),
)
def neg_log_prior__scale_is_variance(phi, prior, scale):
    if scale <= 0 or prior not in ("gaussian", "laplace"):
        raise ValueError("bad argument")
    if prior == "gaussian":
        return phi.square().sum() / (2 * scale) + len(phi) * 0.5 * math.log(2 * math.pi * scale)
    return phi.abs().sum() / scale + len(phi) * math.log(2 * scale)


@misconception(
    hint="You return the logarithm itself. From a product to be maximized to a sum to be minimized, the sign turns "
    "around.",
    reread=EQUIVALENCE,
    caught_by=(
        "test_neg_log_prior_gaussian",
        "test_neg_log_prior_laplace",
        "test_neg_log_prior_belongs_to_a_density",
        "test_neg_log_prior_adds_up",
        "test_neg_log_prior_at_the_peak",
        "test_neg_log_prior_gradient",
        "test_neg_log_prior_keeps_dtype_and_arguments",
        "test_neg_log_prior_refuses_bad_arguments",
    ),
)
def neg_log_prior__sign(phi, prior, scale):
    if scale <= 0 or prior not in ("gaussian", "laplace"):
        raise ValueError("bad argument")
    if prior == "gaussian":
        return -phi.square().sum() / (2 * scale**2) - len(phi) * 0.5 * math.log(2 * math.pi * scale**2)
    return -phi.abs().sum() / scale - len(phi) * math.log(2 * scale)


@misconception(
    hint="You average over the components. Independent densities are multiplied, so their logarithms add up.",
    reread=BAYES,
    caught_by=(
        "test_neg_log_prior_gaussian",
        "test_neg_log_prior_laplace",
        "test_neg_log_prior_adds_up",
        "test_neg_log_prior_at_the_peak",
        "test_neg_log_prior_gradient",
        "test_neg_log_prior_keeps_dtype_and_arguments",
        "test_neg_log_prior_refuses_bad_arguments",
    ),
)
def neg_log_prior__mean(phi, prior, scale):
    if scale <= 0 or prior not in ("gaussian", "laplace"):
        raise ValueError("bad argument")
    if prior == "gaussian":
        return phi.square().mean() / (2 * scale**2) + 0.5 * math.log(2 * math.pi * scale**2)
    return phi.abs().mean() / scale + math.log(2 * scale)


@misconception(
    hint="The exponent of your Gaussian lacks its one half.",
    reread=BAYES,
    caught_by=(
        "test_neg_log_prior_gaussian",
        "test_neg_log_prior_belongs_to_a_density",
        "test_neg_log_prior_adds_up",
        "test_neg_log_prior_gradient",
        "test_neg_log_prior_keeps_dtype_and_arguments",
        "test_neg_log_prior_refuses_bad_arguments",
    ),
)
def neg_log_prior__half_missing(phi, prior, scale):
    if scale <= 0 or prior not in ("gaussian", "laplace"):
        raise ValueError("bad argument")
    if prior == "gaussian":
        return phi.square().sum() / scale**2 + len(phi) * 0.5 * math.log(2 * math.pi * scale**2)
    return phi.abs().sum() / scale + len(phi) * math.log(2 * scale)


@misconception(
    hint="Your Laplace density is not normalized: it has two sides, and each of them needs its share.",
    reread=BAYES,
    caught_by=(
        "test_neg_log_prior_laplace",
        "test_neg_log_prior_adds_up",
        "test_neg_log_prior_at_the_peak",
        "test_neg_log_prior_keeps_dtype_and_arguments",
        "test_neg_log_prior_refuses_bad_arguments",
    ),
)
def neg_log_prior__one_sided_laplace(phi, prior, scale):
    if scale <= 0 or prior not in ("gaussian", "laplace"):
        raise ValueError("bad argument")
    if prior == "gaussian":
        return phi.square().sum() / (2 * scale**2) + len(phi) * 0.5 * math.log(2 * math.pi * scale**2)
    return phi.abs().sum() / scale + len(phi) * math.log(scale)


@misconception(
    hint="You use another logarithm than the natural one: then the exponential does not cancel.",
    reread=EQUIVALENCE,
    caught_by=(
        "test_neg_log_prior_gaussian",
        "test_neg_log_prior_laplace",
        "test_neg_log_prior_belongs_to_a_density",
        "test_neg_log_prior_adds_up",
        "test_neg_log_prior_at_the_peak",
        "test_neg_log_prior_gradient",
        "test_neg_log_prior_keeps_dtype_and_arguments",
        "test_neg_log_prior_refuses_bad_arguments",
    ),
)
def neg_log_prior__other_logarithm(phi, prior, scale):
    if scale <= 0 or prior not in ("gaussian", "laplace"):
        raise ValueError("bad argument")
    if prior == "gaussian":
        natural = phi.square().sum() / (2 * scale**2) + len(phi) * 0.5 * math.log(2 * math.pi * scale**2)
    else:
        natural = phi.abs().sum() / scale + len(phi) * math.log(2 * scale)
    return natural / math.log(10)


@misconception(
    hint="The number is right but it is cut off from the parameters: as a penalty it would have no effect.",
    reread=EQUIVALENCE,
    caught_by="test_neg_log_prior_gradient",
)
def neg_log_prior__detached(phi, prior, scale):
    if scale <= 0 or prior not in ("gaussian", "laplace"):
        raise ValueError("bad argument")
    phi = phi.detach()
    if prior == "gaussian":
        return phi.square().sum() / (2 * scale**2) + len(phi) * 0.5 * math.log(2 * math.pi * scale**2)
    return phi.abs().sum() / scale + len(phi) * math.log(2 * scale)


@misconception(
    hint="Your constant comes from a tensor that was made without a dtype, so it carries seven digits only, and the "
    "rest of a float64 result is noise.",
    reread=EQUIVALENCE,
    caught_by=("test_neg_log_prior_gaussian", "test_neg_log_prior_adds_up", "test_neg_log_prior_at_the_peak"),
    may_catch=("test_neg_log_prior_refuses_bad_arguments",),  # as rounding has it
)
def neg_log_prior__float32_constant(phi, prior, scale):
    if scale <= 0 or prior not in ("gaussian", "laplace"):
        raise ValueError("bad argument")
    if prior == "gaussian":
        return phi.square().sum() / (2 * scale**2) + len(phi) * 0.5 * torch.log(torch.tensor(2 * math.pi * scale**2))
    return phi.abs().sum() / scale + len(phi) * torch.log(torch.tensor(2 * scale))


@misconception(
    hint="A prior that you do not know is not a Gaussian, and a scale of 0 or less belongs to no density. The "
    "docstring asks for errors.",
    reread=BAYES,
    caught_by="test_neg_log_prior_refuses_bad_arguments",
)
def neg_log_prior__no_validation(phi, prior, scale):
    width = max(abs(scale), 1e-12)
    if prior == "laplace":
        return phi.abs().sum() / width + len(phi) * math.log(2 * width)
    return phi.square().sum() / (2 * width**2) + len(phi) * 0.5 * math.log(2 * math.pi * width**2)


# 2.7 prior_to_lambda --------------------------------------------------------------------------------------------------


def _strength(prior, scale, loss, noise_var, n, gaussian, laplace, to_sum, to_mean):
    """The reference's checks around four numbers: both strengths for "nll", and what turns them into the others."""
    if prior not in ("gaussian", "laplace") or loss not in ("nll", "sse", "mse") or scale <= 0:
        raise ValueError("bad argument")
    if loss != "nll" and (noise_var is None or noise_var <= 0):
        raise ValueError("noise_var is missing")
    if loss == "mse" and (n is None or n < 1):
        raise ValueError("n is missing")
    lam = gaussian(scale) if prior == "gaussian" else laplace(scale)
    return lam * (1 if loss == "nll" else to_sum(noise_var) if loss == "sse" else to_mean(noise_var, n))


@misconception(
    hint="Your Gaussian prior lacks the one half of its exponent, so that your L2 penalty is twice too strong.",
    reread=EQUIVALENCE,
    caught_by=(
        "test_prior_to_lambda_for_a_likelihood",
        "test_prior_to_lambda_for_a_sum_of_squares",
        "test_prior_to_lambda_for_a_mean_of_squares",
        "test_prior_to_lambda_at_the_map_solution",
        "test_prior_to_lambda_of_half_the_scale",
        "test_prior_to_lambda_ignores_what_it_does_not_need",
        "test_prior_to_lambda_needs_noise_and_number",
    ),
)
def prior_to_lambda__half_missing(prior, scale, loss, noise_var=None, n=None):
    return _strength(prior, scale, loss, noise_var, n, lambda s: 1 / s**2, lambda b: 1 / b,
                     lambda v: 2 * v, lambda v, m: 2 * v / m)  # fmt: skip


@misconception(
    hint="Your strength grows with the width of the prior. A wide prior is a weak opinion.",
    reread=EQUIVALENCE,
    caught_by=(
        "test_prior_to_lambda_for_a_likelihood",
        "test_prior_to_lambda_for_a_sum_of_squares",
        "test_prior_to_lambda_for_a_mean_of_squares",
        "test_prior_to_lambda_at_the_map_solution",
        "test_prior_to_lambda_of_half_the_scale",
        "test_prior_to_lambda_ignores_what_it_does_not_need",
        "test_prior_to_lambda_refuses_bad_arguments",
    ),
)
def prior_to_lambda__upside_down(prior, scale, loss, noise_var=None, n=None):
    return _strength(prior, scale, loss, noise_var, n, lambda s: s**2 / 2, lambda b: b,
                     lambda v: 2 * v, lambda v, m: 2 * v / m)  # fmt: skip


@misconception(
    hint="You use the strength of the likelihood for squared errors as well. Minus the log likelihood is the sum of "
    "squares divided by something, and that something multiplies the penalty.",
    reread=EQUIVALENCE,
    caught_by=(
        "test_prior_to_lambda_for_a_sum_of_squares",
        "test_prior_to_lambda_for_a_mean_of_squares",
        "test_prior_to_lambda_at_the_map_solution",
        "test_prior_to_lambda_of_half_the_scale",
        "test_prior_to_lambda_needs_noise_and_number",
    ),
)
def prior_to_lambda__same_for_all_losses(prior, scale, loss, noise_var=None, n=None):
    return _strength(prior, scale, loss, noise_var, n, lambda s: 1 / (2 * s**2), lambda b: 1 / b,
                     lambda v: 1, lambda v, m: 1 / m)  # fmt: skip


@misconception(
    hint="You forget the number of examples: a mean of squares needs a weaker penalty than a sum.",
    reread=MEANS,
    caught_by=(
        "test_prior_to_lambda_for_a_mean_of_squares",
        "test_prior_to_lambda_at_the_map_solution",
        "test_prior_to_lambda_of_half_the_scale",
    ),
)
def prior_to_lambda__mean_like_sum(prior, scale, loss, noise_var=None, n=None):
    return _strength(prior, scale, loss, noise_var, n, lambda s: 1 / (2 * s**2), lambda b: 1 / b,
                     lambda v: 2 * v, lambda v, m: 2 * v)  # fmt: skip


@misconception(
    hint="From the likelihood to the sum of squares you multiply by the noise variance alone. Look at the exponent of "
    "a Gaussian once more.",
    reread=EQUIVALENCE,
    caught_by=(
        "test_prior_to_lambda_for_a_sum_of_squares",
        "test_prior_to_lambda_for_a_mean_of_squares",
        "test_prior_to_lambda_at_the_map_solution",
        "test_prior_to_lambda_of_half_the_scale",
        "test_prior_to_lambda_ignores_what_it_does_not_need",
        "test_prior_to_lambda_needs_noise_and_number",
    ),
)
def prior_to_lambda__noise_without_two(prior, scale, loss, noise_var=None, n=None):
    return _strength(prior, scale, loss, noise_var, n, lambda s: 1 / (2 * s**2), lambda b: 1 / b,
                     lambda v: v, lambda v, m: v / m)  # fmt: skip


@misconception(
    hint="You carry the one half of the Gaussian over to the Laplace prior. Its exponent has none.",
    reread=EQUIVALENCE,
    caught_by=(
        "test_prior_to_lambda_for_a_likelihood",
        "test_prior_to_lambda_for_a_sum_of_squares",
        "test_prior_to_lambda_for_a_mean_of_squares",
        "test_prior_to_lambda_of_half_the_scale",
        "test_prior_to_lambda_ignores_what_it_does_not_need",
        "test_prior_to_lambda_refuses_bad_arguments",
    ),
)
def prior_to_lambda__half_for_laplace(prior, scale, loss, noise_var=None, n=None):
    return _strength(prior, scale, loss, noise_var, n, lambda s: 1 / (2 * s**2), lambda b: 1 / (2 * b),
                     lambda v: 2 * v, lambda v, m: 2 * v / m)  # fmt: skip


@misconception(
    hint="You take the scale of the Gaussian prior for a variance. It is a standard deviation.",
    reread=BAYES,
    caught_by=(
        "test_prior_to_lambda_for_a_likelihood",
        "test_prior_to_lambda_for_a_sum_of_squares",
        "test_prior_to_lambda_for_a_mean_of_squares",
        "test_prior_to_lambda_at_the_map_solution",
        "test_prior_to_lambda_of_half_the_scale",
        "test_prior_to_lambda_ignores_what_it_does_not_need",
    ),
)
def prior_to_lambda__scale_is_variance(prior, scale, loss, noise_var=None, n=None):
    return _strength(prior, scale, loss, noise_var, n, lambda s: 1 / (2 * s), lambda b: 1 / b,
                     lambda v: 2 * v, lambda v, m: 2 * v / m)  # fmt: skip


@misconception(
    hint="You take the noise variance for a standard deviation and square it again.",
    reread=BAYES,
    caught_by=(
        "test_prior_to_lambda_for_a_sum_of_squares",
        "test_prior_to_lambda_for_a_mean_of_squares",
        "test_prior_to_lambda_at_the_map_solution",
        "test_prior_to_lambda_of_half_the_scale",
        "test_prior_to_lambda_ignores_what_it_does_not_need",
        "test_prior_to_lambda_needs_noise_and_number",
    ),
)
def prior_to_lambda__noise_squared(prior, scale, loss, noise_var=None, n=None):
    return _strength(prior, scale, loss, noise_var, n, lambda s: 1 / (2 * s**2), lambda b: 1 / b,
                     lambda v: 2 * v**2, lambda v, m: 2 * v**2 / m)  # fmt: skip


@misconception(
    hint="You multiply by the number of examples for a mean. Think of 2.1: what becomes of the penalty when the whole "
    "problem is divided?",
    reread=MEANS,
    caught_by=(
        "test_prior_to_lambda_for_a_mean_of_squares",
        "test_prior_to_lambda_at_the_map_solution",
        "test_prior_to_lambda_of_half_the_scale",
    ),
)
def prior_to_lambda__times_n(prior, scale, loss, noise_var=None, n=None):
    return _strength(prior, scale, loss, noise_var, n, lambda s: 1 / (2 * s**2), lambda b: 1 / b,
                     lambda v: 2 * v, lambda v, m: 2 * v * m)  # fmt: skip


@misconception(
    hint="You replace what is missing by 1. Without the noise or the number of examples there is no answer, and a "
    "silent guess is worse than an error.",
    reread=EQUIVALENCE,
    caught_by="test_prior_to_lambda_needs_noise_and_number",
)
def prior_to_lambda__guesses(prior, scale, loss, noise_var=None, n=None):
    noise_var = noise_var if noise_var is not None and noise_var > 0 else 1.0
    n = n if n is not None and n > 0 else 1
    return _strength(prior, scale, loss, noise_var, n, lambda s: 1 / (2 * s**2), lambda b: 1 / b,
                     lambda v: 2 * v, lambda v, m: 2 * v / m)  # fmt: skip


@misconception(
    hint="You treat every word that you do not know like one that you know, and accept scales that belong to no prior.",
    reread=EQUIVALENCE,
    caught_by="test_prior_to_lambda_refuses_bad_arguments",
)
def prior_to_lambda__accepts_any_word(prior, scale, loss, noise_var=None, n=None):
    prior = prior if prior == "gaussian" else "laplace"
    loss = loss if loss in ("nll", "sse") else "mse"
    return _strength(prior, abs(scale) or 1.0, loss, noise_var, n, lambda s: 1 / (2 * s**2), lambda b: 1 / b,
                     lambda v: 2 * v, lambda v, m: 2 * v / m)  # fmt: skip


# 2.8 map_linear_regression --------------------------------------------------------------------------------------------


def _refuse(X, y, noise_var, prior_var):
    """The errors that the docstring lists."""
    if noise_var <= 0 or prior_var <= 0 or len(X) != len(y):
        raise ValueError("bad argument")


@misconception(
    hint="You square the noise variance, as if it were a standard deviation.",
    reread=BAYES,
    caught_by=(
        "test_map_linear_regression_fits_the_posterior",
        "test_map_linear_regression_is_ridge_regression",
        "test_map_linear_regression_without_information",
        "test_map_linear_regression_of_repeated_data",
        "test_map_linear_regression_covariance_ignores_targets",
        "test_map_linear_regression_keeps_dtype_and_arguments",
        "test_map_linear_regression_refuses_bad_arguments",
    ),
)
def map_linear_regression__noise_squared(X, y, noise_var, prior_var):
    _refuse(X, y, noise_var, prior_var)
    eye = torch.eye(X.shape[1], dtype=X.dtype, device=X.device)
    covariance = torch.linalg.inv(X.T @ X / noise_var**2 + eye / prior_var)
    return covariance @ X.T @ y / noise_var**2, covariance


@misconception(
    hint="Your mean is right, but your covariance is the inverse of what ridge regression inverts. It does not have "
    "the units of a variance of the weights.",
    reread=BAYES,
    caught_by=(
        "test_map_linear_regression_fits_the_posterior",
        "test_map_linear_regression_without_information",
        "test_map_linear_regression_of_repeated_data",
        "test_map_linear_regression_covariance_ignores_targets",
        "test_map_linear_regression_keeps_dtype_and_arguments",
        "test_map_linear_regression_refuses_bad_arguments",
    ),
)
def map_linear_regression__covariance_unscaled(X, y, noise_var, prior_var):
    _refuse(X, y, noise_var, prior_var)
    eye = torch.eye(X.shape[1], dtype=X.dtype, device=X.device)
    inverse = torch.linalg.inv(X.T @ X + noise_var / prior_var * eye)
    return inverse @ X.T @ y, inverse


@misconception(
    hint="Your prior is inside a bracket with the data and is divided by the noise as well.",
    reread=EQUIVALENCE,
    caught_by=(
        "test_map_linear_regression_fits_the_posterior",
        "test_map_linear_regression_is_ridge_regression",
        "test_map_linear_regression_without_information",
        "test_map_linear_regression_of_repeated_data",
        "test_map_linear_regression_covariance_ignores_targets",
        "test_map_linear_regression_keeps_dtype_and_arguments",
        "test_map_linear_regression_refuses_bad_arguments",
    ),
)
def map_linear_regression__bracket(X, y, noise_var, prior_var):
    _refuse(X, y, noise_var, prior_var)
    eye = torch.eye(X.shape[1], dtype=X.dtype, device=X.device)
    covariance = torch.linalg.inv((X.T @ X + eye / prior_var) / noise_var)
    return covariance @ X.T @ y / noise_var, covariance


@misconception(
    hint="You take the prior variance for a precision: a wide prior must pull less, not more.",
    reread=EQUIVALENCE,
    caught_by=(
        "test_map_linear_regression_fits_the_posterior",
        "test_map_linear_regression_is_ridge_regression",
        "test_map_linear_regression_without_information",
        "test_map_linear_regression_of_repeated_data",
        "test_map_linear_regression_covariance_ignores_targets",
        "test_map_linear_regression_keeps_dtype_and_arguments",
        "test_map_linear_regression_refuses_bad_arguments",
    ),
)
def map_linear_regression__prior_as_precision(X, y, noise_var, prior_var):
    _refuse(X, y, noise_var, prior_var)
    eye = torch.eye(X.shape[1], dtype=X.dtype, device=X.device)
    covariance = torch.linalg.inv(X.T @ X / noise_var + eye * prior_var)
    return covariance @ X.T @ y / noise_var, covariance


@misconception(
    hint="You add the prior to every entry of the matrix. The weights are independent under the prior: only the "
    "diagonal has something to say.",
    reread=BAYES,
    caught_by=(
        "test_map_linear_regression_fits_the_posterior",
        "test_map_linear_regression_is_ridge_regression",
        "test_map_linear_regression_without_information",
        "test_map_linear_regression_of_repeated_data",
        "test_map_linear_regression_covariance_ignores_targets",
        "test_map_linear_regression_keeps_dtype_and_arguments",
        "test_map_linear_regression_refuses_bad_arguments",
    ),
)
def map_linear_regression__prior_everywhere(X, y, noise_var, prior_var):
    _refuse(X, y, noise_var, prior_var)
    covariance = torch.linalg.pinv(X.T @ X / noise_var + 1 / prior_var, hermitian=True)
    return covariance @ X.T @ y / noise_var, covariance


@misconception(
    hint="Your first result is the least-squares solution. The prior is in the covariance only, and does not pull at "
    "the weights.",
    reread=BAYES,
    caught_by=(
        "test_map_linear_regression_fits_the_posterior",
        "test_map_linear_regression_is_ridge_regression",
        "test_map_linear_regression_of_repeated_data",
        "test_map_linear_regression_covariance_ignores_targets",
        "test_map_linear_regression_keeps_dtype_and_arguments",
        "test_map_linear_regression_refuses_bad_arguments",
    ),
)
def map_linear_regression__mean_without_prior(X, y, noise_var, prior_var):
    _refuse(X, y, noise_var, prior_var)
    eye = torch.eye(X.shape[1], dtype=X.dtype, device=X.device)
    covariance = torch.linalg.inv(X.T @ X / noise_var + eye / prior_var)
    return torch.linalg.pinv(X) @ y, covariance


@misconception(
    hint="You return the precision matrix. The covariance is its inverse.",
    reread=BAYES,
    caught_by=(
        "test_map_linear_regression_fits_the_posterior",
        "test_map_linear_regression_without_information",
        "test_map_linear_regression_of_repeated_data",
        "test_map_linear_regression_covariance_ignores_targets",
        "test_map_linear_regression_keeps_dtype_and_arguments",
        "test_map_linear_regression_refuses_bad_arguments",
    ),
)
def map_linear_regression__precision(X, y, noise_var, prior_var):
    _refuse(X, y, noise_var, prior_var)
    eye = torch.eye(X.shape[1], dtype=X.dtype, device=X.device)
    precision = X.T @ X / noise_var + eye / prior_var
    return torch.linalg.solve(precision, X.T @ y / noise_var), precision


@misconception(
    hint="You return the variance of each weight. The weights are not independent after the data: the whole matrix is "
    "asked for.",
    reread=BAYES,
    caught_by=(
        "test_map_linear_regression_fits_the_posterior",
        "test_map_linear_regression_without_information",
        "test_map_linear_regression_of_repeated_data",
        "test_map_linear_regression_covariance_ignores_targets",
        "test_map_linear_regression_keeps_dtype_and_arguments",
        "test_map_linear_regression_refuses_bad_arguments",
    ),
)
def map_linear_regression__diagonal(X, y, noise_var, prior_var):
    _refuse(X, y, noise_var, prior_var)
    eye = torch.eye(X.shape[1], dtype=X.dtype, device=X.device)
    covariance = torch.linalg.inv(X.T @ X / noise_var + eye / prior_var)
    return covariance @ X.T @ y / noise_var, torch.diag(covariance.diagonal())


@misconception(
    hint="You compute with variances that do not exist and with targets that belong to no row. The docstring asks for "
    "errors.",
    reread=BAYES,
    caught_by="test_map_linear_regression_refuses_bad_arguments",
)
def map_linear_regression__no_validation(X, y, noise_var, prior_var):
    rows = min(len(X), len(y))
    X, y = X[:rows], y[:rows]
    noise_var, prior_var = max(noise_var, 1e-9), max(prior_var, 1e-9)
    eye = torch.eye(X.shape[1], dtype=X.dtype, device=X.device)
    covariance = torch.linalg.inv(X.T @ X / noise_var + eye / prior_var)
    return covariance @ X.T @ y / noise_var, covariance
