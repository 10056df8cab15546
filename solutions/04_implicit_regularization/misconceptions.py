"""Plausible wrong answers to 04_implicit_regularization, each with the hint that a student who holds it needs."""

# ruff: noqa: F821 - an answer runs in the reference module's namespace and may call its other functions.

import torch

from autograder.answers import misconception

GD = "DS 542, Implicit regularization"
SGD = "DS 542, Implicit regularization of SGD"
SURFACES = "DS 542, Loss and Regularization Surfaces"

# 4.1 gradient ---------------------------------------------------------------------------------------------------------


@misconception(
    hint="You let backward() work on the parameters that you were given. They keep the .grad that it leaves, and the "
    "next call adds to it.",
    reread=GD,
    caught_by=(
        "test_gradient_leaves_no_trace",
        "test_gradient_of_parameters_without_one",
    ),
)
def gradient__backward_on_the_argument(loss, phi):
    phi.requires_grad_()
    loss(phi).backward()
    return phi.grad


@misconception(
    hint="You tidy up too much: the parameters may have had a .grad of their own and may have required a gradient "
    "before you came. Do not touch what belongs to the caller.",
    reread=GD,
    caught_by="test_gradient_leaves_no_trace",
)
def gradient__clears_the_argument(loss, phi):
    phi.requires_grad_()
    phi.grad = None
    loss(phi).backward()
    slope = phi.grad
    phi.grad = None
    phi.requires_grad_(False)
    return slope


@misconception(
    hint="You return the direction of descent. The gradient points uphill; the minus sign belongs to the update.",
    reread=GD,
    caught_by=(
        "test_gradient_on_paper",
        "test_gradient_of_one_parameter",
        "test_gradient_is_zero_for_what_does_not_matter",
        "test_gradient_leaves_no_trace",
        "test_gradient_of_parameters_without_one",
    ),
)
def gradient__downhill(loss, phi):
    point = phi.detach().requires_grad_()
    return -torch.autograd.grad(loss(point), point)[0]


@misconception(
    hint="You estimate slopes from differences of the loss over a step that is far too coarse. Automatic "
    "differentiation makes no such error.",
    reread=GD,
    caught_by=(
        "test_gradient_on_paper",
        "test_gradient_of_one_parameter",
        "test_gradient_is_zero_for_what_does_not_matter",
        "test_gradient_leaves_no_trace",
        "test_gradient_of_parameters_without_one",
    ),
)
def gradient__coarse_differences(loss, phi):
    here = phi.detach()
    step = 1e-2 * torch.eye(here.numel(), dtype=here.dtype, device=here.device)
    return torch.stack([(loss(here + row) - loss(here)) / 1e-2 for row in step])


@misconception(
    hint="Your gradient always has length 1. How steep the loss is matters as much as in which direction.",
    reread=GD,
    caught_by=(
        "test_gradient_on_paper",
        "test_gradient_of_one_parameter",
        "test_gradient_is_zero_for_what_does_not_matter",
        "test_gradient_leaves_no_trace",
        "test_gradient_of_parameters_without_one",
    ),
)
def gradient__unit_length(loss, phi):
    point = phi.detach().requires_grad_()
    (slope,) = torch.autograd.grad(loss(point), point)
    return slope / slope.norm()


@misconception(
    hint="You add the components up. The gradient has one entry for each parameter.",
    reread=GD,
    caught_by=(
        "test_gradient_on_paper",
        "test_gradient_of_one_parameter",
        "test_gradient_is_zero_for_what_does_not_matter",
        "test_gradient_leaves_no_trace",
        "test_gradient_of_parameters_without_one",
    ),
)
def gradient__summed(loss, phi):
    point = phi.detach().requires_grad_()
    return torch.autograd.grad(loss(point), point)[0].sum()


# 4.2 gd_path ----------------------------------------------------------------------------------------------------------


@misconception(
    hint="Your path begins with the result of the first step. The start is a point of the path too.",
    reread=GD,
    caught_by=(
        "test_gd_path_in_a_bowl",
        "test_gd_path_goes_downhill_from_where_it_is",
        "test_gd_path_overshoots",
        "test_gd_path_at_its_ends",
        "test_gd_path_keeps_the_start",
        "test_gd_path_refuses_bad_numbers",
    ),
)
def gd_path__without_the_start(loss, phi0, lr, steps):
    if lr < 0 or steps < 0:
        raise ValueError("negative")
    points, phi = [], phi0.detach()
    for _ in range(steps):
        phi = phi - lr * gradient(loss, phi)
        points.append(phi)
    return torch.stack(points) if points else phi.new_empty(0, phi.numel())


@misconception(
    hint="You note each point before the step and none after the last one, so where the path ends is missing.",
    reread=GD,
    caught_by=(
        "test_gd_path_in_a_bowl",
        "test_gd_path_overshoots",
        "test_gd_path_at_its_ends",
        "test_gd_path_keeps_the_start",
        "test_gd_path_refuses_bad_numbers",
    ),
)
def gd_path__without_the_end(loss, phi0, lr, steps):
    if lr < 0 or steps < 0:
        raise ValueError("negative")
    points, phi = [], phi0.detach()
    for _ in range(steps):
        points.append(phi)
        phi = phi - lr * gradient(loss, phi)
    return torch.stack(points) if points else phi.new_empty(0, phi.numel())


@misconception(
    hint="All your rows are the same point: you keep one tensor, change it in place, and note it again and again.",
    reread=GD,
    caught_by=(
        "test_gd_path_in_a_bowl",
        "test_gd_path_goes_downhill_from_where_it_is",
        "test_gd_path_overshoots",
        "test_gd_path_at_its_ends",
        "test_gd_path_keeps_the_start",
        "test_gd_path_refuses_bad_numbers",
    ),
)
def gd_path__one_tensor_many_times(loss, phi0, lr, steps):
    if lr < 0 or steps < 0:
        raise ValueError("negative")
    phi = phi0.detach().clone()
    points = [phi]
    for _ in range(steps):
        phi -= lr * gradient(loss, phi)
        points.append(phi)
    return torch.stack(points)


@misconception(
    hint="You move the start itself. The caller's tensor must still hold the start when you are done.",
    reread=GD,
    caught_by=(
        "test_gd_path_in_a_bowl",
        "test_gd_path_goes_downhill_from_where_it_is",
        "test_gd_path_overshoots",
        "test_gd_path_at_its_ends",
        "test_gd_path_keeps_the_start",
        "test_gd_path_refuses_bad_numbers",
    ),
)
def gd_path__moves_the_start(loss, phi0, lr, steps):
    if lr < 0 or steps < 0:
        raise ValueError("negative")
    phi = phi0.detach()
    points = [phi.clone()]
    for _ in range(steps):
        phi -= lr * gradient(loss, phi)
        points.append(phi.clone())
    return torch.stack(points)


@misconception(
    hint="Your path climbs. Check the sign of the update.",
    reread=GD,
    caught_by=(
        "test_gd_path_in_a_bowl",
        "test_gd_path_goes_downhill_from_where_it_is",
        "test_gd_path_overshoots",
        "test_gd_path_at_its_ends",
        "test_gd_path_keeps_the_start",
        "test_gd_path_refuses_bad_numbers",
    ),
)
def gd_path__uphill(loss, phi0, lr, steps):
    if lr < 0 or steps < 0:
        raise ValueError("negative")
    points = [phi0.detach()]
    for _ in range(steps):
        points.append(points[-1] + lr * gradient(loss, points[-1]))
    return torch.stack(points)


@misconception(
    hint="You work out the slope once, at the start, and walk along a straight line. The slope must be that of the "
    "point where you are.",
    reread=GD,
    caught_by=(
        "test_gd_path_in_a_bowl",
        "test_gd_path_goes_downhill_from_where_it_is",
        "test_gd_path_overshoots",
        "test_gd_path_keeps_the_start",
        "test_gd_path_refuses_bad_numbers",
    ),
)
def gd_path__slope_of_the_start(loss, phi0, lr, steps):
    if lr < 0 or steps < 0:
        raise ValueError("negative")
    slope = gradient(loss, phi0)
    return torch.stack([phi0.detach() - t * lr * slope for t in range(steps + 1)])


@misconception(
    hint="Your gradients pile up from step to step, as in a training loop without zero_grad().",
    reread=GD,
    caught_by=(
        "test_gd_path_in_a_bowl",
        "test_gd_path_goes_downhill_from_where_it_is",
        "test_gd_path_overshoots",
        "test_gd_path_keeps_the_start",
        "test_gd_path_refuses_bad_numbers",
    ),
)
def gd_path__piled_up_gradients(loss, phi0, lr, steps):
    if lr < 0 or steps < 0:
        raise ValueError("negative")
    phi = phi0.detach().clone().requires_grad_()
    points = [phi.detach().clone()]
    for _ in range(steps):
        loss(phi).backward()
        with torch.no_grad():
            phi -= lr * phi.grad
        points.append(phi.detach().clone())
    return torch.stack(points)


@misconception(
    hint="You accept any number. A negative learning rate or number of steps must raise ValueError.",
    reread=GD,
    caught_by="test_gd_path_refuses_bad_numbers",
)
def gd_path__no_validation(loss, phi0, lr, steps):
    points = [phi0.detach()]
    for _ in range(steps):
        points.append(points[-1] - lr * gradient(loss, points[-1]))
    return torch.stack(points)


# 4.3 gradient_flow ----------------------------------------------------------------------------------------------------


@misconception(
    hint="You take Euler's steps. That is gradient descent again, and the flow is what it becomes in the limit.",
    reread=GD,
    caught_by=(
        "test_gradient_flow_in_a_bowl",
        "test_gradient_flow_on_fourth_powers",
        "test_gradient_flow_is_accurate_with_few_steps",
        "test_gradient_flow_is_accurate_where_slopes_change",
        "test_gradient_flow_goes_on",
        "test_gradient_flow_keeps_the_start",
        "test_gradient_flow_refuses_bad_numbers",
    ),
)
def gradient_flow__euler(loss, phi0, time, steps):
    if time < 0 or steps < 1:
        raise ValueError("bad numbers")
    phi = phi0.detach()
    for _ in range(steps):
        phi = phi - time / steps * gradient(loss, phi)
    return phi


@misconception(
    hint="You stop at the slope in the middle of the step. That is a method of order 2; the one asked for looks at "
    "four slopes.",
    reread=GD,
    caught_by=(
        "test_gradient_flow_in_a_bowl",
        "test_gradient_flow_on_fourth_powers",
        "test_gradient_flow_is_accurate_with_few_steps",
        "test_gradient_flow_is_accurate_where_slopes_change",
        "test_gradient_flow_goes_on",
        "test_gradient_flow_keeps_the_start",
    ),
)
def gradient_flow__midpoint(loss, phi0, time, steps):
    if time < 0 or steps < 1:
        raise ValueError("bad numbers")
    phi, h = phi0.detach(), time / steps
    for _ in range(steps):
        phi = phi - h * gradient(loss, phi - h / 2 * gradient(loss, phi))
    return phi


@misconception(
    hint="You take the plain average of the four slopes. The two in the middle of the step count more.",
    reread=GD,
    caught_by=(
        "test_gradient_flow_in_a_bowl",
        "test_gradient_flow_on_fourth_powers",
        "test_gradient_flow_is_accurate_with_few_steps",
        "test_gradient_flow_is_accurate_where_slopes_change",
        "test_gradient_flow_goes_on",
        "test_gradient_flow_keeps_the_start",
    ),
)
def gradient_flow__equal_weights(loss, phi0, time, steps):
    if time < 0 or steps < 1:
        raise ValueError("bad numbers")
    phi, h = phi0.detach(), time / steps
    for _ in range(steps):
        k1 = -gradient(loss, phi)
        k2 = -gradient(loss, phi + h / 2 * k1)
        k3 = -gradient(loss, phi + h / 2 * k2)
        k4 = -gradient(loss, phi + h * k3)
        phi = phi + h * (k1 + k2 + k3 + k4) / 4
    return phi


@misconception(
    hint="Your last slope is taken in the middle of the step. It belongs to the step's end.",
    reread=GD,
    caught_by=(
        "test_gradient_flow_in_a_bowl",
        "test_gradient_flow_on_fourth_powers",
        "test_gradient_flow_is_accurate_with_few_steps",
        "test_gradient_flow_is_accurate_where_slopes_change",
        "test_gradient_flow_goes_on",
        "test_gradient_flow_keeps_the_start",
        "test_gradient_flow_refuses_bad_numbers",
    ),
)
def gradient_flow__last_slope_halfway(loss, phi0, time, steps):
    if time < 0 or steps < 1:
        raise ValueError("bad numbers")
    phi, h = phi0.detach(), time / steps
    for _ in range(steps):
        k1 = -gradient(loss, phi)
        k2 = -gradient(loss, phi + h / 2 * k1)
        k3 = -gradient(loss, phi + h / 2 * k2)
        k4 = -gradient(loss, phi + h / 2 * k3)
        phi = phi + h * (k1 + 2 * k2 + 2 * k3 + k4) / 6
    return phi


@misconception(
    hint="Your flow runs for one unit of time whatever it is asked for. How long is one of the steps?",
    reread=GD,
    caught_by=(
        "test_gradient_flow_in_a_bowl",
        "test_gradient_flow_is_accurate_with_few_steps",
        "test_gradient_flow_goes_on",
        "test_gradient_flow_keeps_the_start",
        "test_gradient_flow_refuses_bad_numbers",
    ),
)
def gradient_flow__unit_time(loss, phi0, time, steps):
    if time < 0 or steps < 1:
        raise ValueError("bad numbers")
    phi, h = phi0.detach(), 1 / steps
    for _ in range(steps):
        k1 = -gradient(loss, phi)
        k2 = -gradient(loss, phi + h / 2 * k1)
        k3 = -gradient(loss, phi + h / 2 * k2)
        k4 = -gradient(loss, phi + h * k3)
        phi = phi + h * (k1 + 2 * k2 + 2 * k3 + k4) / 6
    return phi


@misconception(
    hint="Your flow climbs: the right-hand side of the differential equation has a minus sign.",
    reread=GD,
    caught_by=(
        "test_gradient_flow_in_a_bowl",
        "test_gradient_flow_on_fourth_powers",
        "test_gradient_flow_is_accurate_with_few_steps",
        "test_gradient_flow_is_accurate_where_slopes_change",
        "test_gradient_flow_goes_on",
        "test_gradient_flow_keeps_the_start",
        "test_gradient_flow_refuses_bad_numbers",
    ),
)
def gradient_flow__uphill(loss, phi0, time, steps):
    if time < 0 or steps < 1:
        raise ValueError("bad numbers")
    phi, h = phi0.detach(), time / steps
    for _ in range(steps):
        k1 = gradient(loss, phi)
        k2 = gradient(loss, phi + h / 2 * k1)
        k3 = gradient(loss, phi + h / 2 * k2)
        k4 = gradient(loss, phi + h * k3)
        phi = phi + h * (k1 + 2 * k2 + 2 * k3 + k4) / 6
    return phi


@misconception(
    hint="You return all points on the way. Only the end is asked for.",
    reread=GD,
    caught_by=(
        "test_gradient_flow_in_a_bowl",
        "test_gradient_flow_on_fourth_powers",
        "test_gradient_flow_is_accurate_with_few_steps",
        "test_gradient_flow_is_accurate_where_slopes_change",
        "test_gradient_flow_goes_on",
        "test_gradient_flow_keeps_the_start",
        "test_gradient_flow_refuses_bad_numbers",
    ),
)
def gradient_flow__whole_path(loss, phi0, time, steps):
    if time < 0 or steps < 1:
        raise ValueError("bad numbers")
    points, h = [phi0.detach()], time / steps
    for _ in range(steps):
        phi = points[-1]
        k1 = -gradient(loss, phi)
        k2 = -gradient(loss, phi + h / 2 * k1)
        k3 = -gradient(loss, phi + h / 2 * k2)
        k4 = -gradient(loss, phi + h * k3)
        points.append(phi + h * (k1 + 2 * k2 + 2 * k3 + k4) / 6)
    return torch.stack(points)


@misconception(
    hint="You accept any number. A negative time, or no step at all, must raise ValueError.",
    reread=GD,
    caught_by="test_gradient_flow_refuses_bad_numbers",
)
def gradient_flow__no_validation(loss, phi0, time, steps):
    phi, h = phi0.detach(), time / max(steps, 1)
    for _ in range(steps):
        k1 = -gradient(loss, phi)
        k2 = -gradient(loss, phi + h / 2 * k1)
        k3 = -gradient(loss, phi + h / 2 * k2)
        k4 = -gradient(loss, phi + h * k3)
        phi = phi + h * (k1 + 2 * k2 + 2 * k3 + k4) / 6
    return phi


# 4.4 gd_modified_loss -------------------------------------------------------------------------------------------------


def _parts(loss, phi, graph=True):
    """Value and gradient of a loss, with or without the graph of the gradient."""
    point = phi if phi.requires_grad else phi.detach().requires_grad_()
    value = loss(point)
    return value, torch.autograd.grad(value, point, create_graph=graph, retain_graph=True)[0]


@misconception(
    hint="You add the length of the gradient and not its square.",
    reread=GD,
    caught_by=(
        "test_gd_modified_loss_adds_the_squared_slope",
        "test_gd_modified_loss_has_the_slope_of_both_parts",
        "test_gd_modified_loss_keeps_stationary_points",
        "test_gd_modified_loss_has_second_derivatives",
        "test_gd_modified_loss_keeps_its_arguments",
        "test_gd_modified_loss_refuses_a_negative_rate",
    ),
)
def gd_modified_loss__not_squared(loss, phi, lr):
    if lr < 0:
        raise ValueError("negative rate")
    value, slope = _parts(loss, phi)
    return value + lr / 4 * slope.norm()


@misconception(
    hint="Your penalty is twice as strong as it should be. The derivative of a square brings a factor two of its own.",
    reread=GD,
    caught_by=(
        "test_gd_modified_loss_adds_the_squared_slope",
        "test_gd_modified_loss_has_the_slope_of_both_parts",
        "test_gd_modified_loss_keeps_stationary_points",
        "test_gd_modified_loss_has_second_derivatives",
        "test_gd_modified_loss_keeps_its_arguments",
        "test_gd_modified_loss_refuses_a_negative_rate",
    ),
)
def gd_modified_loss__factor_one_half(loss, phi, lr):
    if lr < 0:
        raise ValueError("negative rate")
    value, slope = _parts(loss, phi)
    return value + lr / 2 * slope.square().sum()


@misconception(
    hint="The value is right, but the gradient inside the penalty is a constant for autograd: it was made without a "
    "graph of its own. So the slope of your result is that of the loss alone.",
    reread=GD,
    caught_by=(
        "test_gd_modified_loss_has_the_slope_of_both_parts",
        "test_gd_modified_loss_has_second_derivatives",
    ),
)
def gd_modified_loss__penalty_without_graph(loss, phi, lr):
    if lr < 0:
        raise ValueError("negative rate")
    value, slope = _parts(loss, phi, graph=False)
    return value + lr / 4 * slope.square().sum()


@misconception(
    hint="Your result is a bare number: nothing can be differentiated any more. Do not leave torch on the way.",
    reread=GD,
    caught_by=(
        "test_gd_modified_loss_has_the_slope_of_both_parts",
        "test_gd_modified_loss_has_second_derivatives",
        "test_gd_modified_loss_without_learning_rate",
    ),
)
def gd_modified_loss__detached(loss, phi, lr):
    if lr < 0:
        raise ValueError("negative rate")
    value, slope = _parts(loss, phi, graph=False)
    return (value + lr / 4 * slope.square().sum()).detach()


@misconception(
    hint="You average over the parameters. A squared length is a sum.",
    reread=GD,
    caught_by=(
        "test_gd_modified_loss_adds_the_squared_slope",
        "test_gd_modified_loss_has_the_slope_of_both_parts",
        "test_gd_modified_loss_keeps_stationary_points",
        "test_gd_modified_loss_has_second_derivatives",
        "test_gd_modified_loss_keeps_its_arguments",
        "test_gd_modified_loss_refuses_a_negative_rate",
    ),
)
def gd_modified_loss__mean_over_parameters(loss, phi, lr):
    if lr < 0:
        raise ValueError("negative rate")
    value, slope = _parts(loss, phi)
    return value + lr / 4 * slope.square().mean()


@misconception(
    hint="You add the components first and square then, so that slopes of opposite sign cancel.",
    reread=GD,
    caught_by=(
        "test_gd_modified_loss_adds_the_squared_slope",
        "test_gd_modified_loss_has_the_slope_of_both_parts",
        "test_gd_modified_loss_keeps_stationary_points",
        "test_gd_modified_loss_has_second_derivatives",
        "test_gd_modified_loss_keeps_its_arguments",
        "test_gd_modified_loss_refuses_a_negative_rate",
    ),
)
def gd_modified_loss__square_of_sum(loss, phi, lr):
    if lr < 0:
        raise ValueError("negative rate")
    value, slope = _parts(loss, phi)
    return value + lr / 4 * slope.sum().square()


@misconception(
    hint="You return the penalty alone. The modified loss still contains the loss.",
    reread=GD,
    caught_by=(
        "test_gd_modified_loss_adds_the_squared_slope",
        "test_gd_modified_loss_has_the_slope_of_both_parts",
        "test_gd_modified_loss_keeps_stationary_points",
        "test_gd_modified_loss_has_second_derivatives",
        "test_gd_modified_loss_without_learning_rate",
        "test_gd_modified_loss_keeps_its_arguments",
        "test_gd_modified_loss_refuses_a_negative_rate",
    ),
)
def gd_modified_loss__penalty_only(loss, phi, lr):
    if lr < 0:
        raise ValueError("negative rate")
    _, slope = _parts(loss, phi)
    return lr / 4 * slope.square().sum()


@misconception(
    hint="The learning rate enters your penalty squared. You put it inside the norm, as the length of a step; the term "
    "is linear in it.",
    reread=GD,
    caught_by=(
        "test_gd_modified_loss_adds_the_squared_slope",
        "test_gd_modified_loss_has_the_slope_of_both_parts",
        "test_gd_modified_loss_keeps_stationary_points",
        "test_gd_modified_loss_has_second_derivatives",
        "test_gd_modified_loss_keeps_its_arguments",
        "test_gd_modified_loss_refuses_a_negative_rate",
    ),
)
def gd_modified_loss__length_of_the_step(loss, phi, lr):
    if lr < 0:
        raise ValueError("negative rate")
    value, slope = _parts(loss, phi)
    return value + (lr * slope).square().sum() / 4


@misconception(
    hint="Your penalty rewards steep ground. Gradient descent avoids it, so that the term raises the loss.",
    reread=GD,
    caught_by=(
        "test_gd_modified_loss_adds_the_squared_slope",
        "test_gd_modified_loss_has_the_slope_of_both_parts",
        "test_gd_modified_loss_keeps_stationary_points",
        "test_gd_modified_loss_has_second_derivatives",
        "test_gd_modified_loss_keeps_its_arguments",
        "test_gd_modified_loss_refuses_a_negative_rate",
    ),
)
def gd_modified_loss__subtracted(loss, phi, lr):
    if lr < 0:
        raise ValueError("negative rate")
    value, slope = _parts(loss, phi)
    return value - lr / 4 * slope.square().sum()


@misconception(
    hint="You accept a negative learning rate. It must raise ValueError.",
    reread=GD,
    caught_by="test_gd_modified_loss_refuses_a_negative_rate",
)
def gd_modified_loss__no_validation(loss, phi, lr):
    value, slope = _parts(loss, phi)
    return value + lr / 4 * slope.square().sum()


# 4.5 batch_gradients --------------------------------------------------------------------------------------------------


@misconception(
    hint="Your second row holds the first batch as well, the third row both before it: gradients pile up from batch to "
    "batch.",
    reread=SGD,
    caught_by=(
        "test_batch_gradients_by_row",
        "test_batch_gradients_average_to_that_of_the_mean",
        "test_batch_gradients_of_one_batch",
        "test_batch_gradients_keeps_its_arguments",
        "test_batch_gradients_needs_a_batch",
    ),
)
def batch_gradients__piled_up(batch_losses, phi):
    if not batch_losses:
        raise ValueError("no batch")
    leaf = phi.detach().clone().requires_grad_()
    rows = []
    for loss in batch_losses:
        loss(leaf).backward()
        rows.append(leaf.grad.clone())
    return torch.stack(rows)


@misconception(
    hint="Your table lies on its side: batches are rows, parameters are columns.",
    reread=SGD,
    caught_by=(
        "test_batch_gradients_by_row",
        "test_batch_gradients_average_to_that_of_the_mean",
        "test_batch_gradients_of_one_batch",
        "test_batch_gradients_keeps_its_arguments",
        "test_batch_gradients_needs_a_batch",
    ),
)
def batch_gradients__columns(batch_losses, phi):
    if not batch_losses:
        raise ValueError("no batch")
    return torch.stack([gradient(loss, phi) for loss in batch_losses], dim=1)


@misconception(
    hint="You return the average over the batches. Here each batch keeps its own gradient.",
    reread=SGD,
    caught_by=(
        "test_batch_gradients_by_row",
        "test_batch_gradients_average_to_that_of_the_mean",
        "test_batch_gradients_of_one_batch",
        "test_batch_gradients_keeps_its_arguments",
        "test_batch_gradients_needs_a_batch",
    ),
)
def batch_gradients__average(batch_losses, phi):
    if not batch_losses:
        raise ValueError("no batch")
    return torch.stack([gradient(loss, phi) for loss in batch_losses]).mean(dim=0)


@misconception(
    hint="You divide every gradient by the number of batches. A batch's loss is already a mean over its own examples.",
    reread=SGD,
    caught_by=(
        "test_batch_gradients_by_row",
        "test_batch_gradients_average_to_that_of_the_mean",
        "test_batch_gradients_of_one_batch",
        "test_batch_gradients_keeps_its_arguments",
        "test_batch_gradients_needs_a_batch",
    ),
)
def batch_gradients__divided(batch_losses, phi):
    if not batch_losses:
        raise ValueError("no batch")
    return torch.stack([gradient(loss, phi) / len(batch_losses) for loss in batch_losses])


@misconception(
    hint="All your rows belong to the same batch. A function that is made in a loop looks its variables up when it is "
    "called, and by then the loop is over.",
    reread=SGD,
    caught_by=(
        "test_batch_gradients_by_row",
        "test_batch_gradients_average_to_that_of_the_mean",
        "test_batch_gradients_of_one_batch",
        "test_batch_gradients_keeps_its_arguments",
    ),
)
def batch_gradients__late_binding(batch_losses, phi):
    if not batch_losses:
        raise ValueError("no batch")
    slopes = [lambda: gradient(loss, phi) for loss in batch_losses]  # noqa: B023 - the mistake
    return torch.stack([slope() for slope in slopes])


@misconception(
    hint="Without a batch you return an empty table. The docstring asks for an error.",
    reread=SGD,
    caught_by="test_batch_gradients_needs_a_batch",
)
def batch_gradients__empty_table(batch_losses, phi):
    rows = [gradient(loss, phi) for loss in batch_losses]
    return torch.stack(rows) if rows else torch.empty(0, phi.numel(), dtype=phi.dtype, device=phi.device)


# 4.6 gradient_variance ------------------------------------------------------------------------------------------------


def _checked(grads):
    """The same gradients, if they are B rows."""
    if grads.ndim != 2 or len(grads) == 0:
        raise ValueError("B rows are needed")
    return grads


@misconception(
    hint="You divide by one less than the number of batches, as for a sample from a larger population. These are all "
    "the batches there are.",
    reread=SGD,
    caught_by=(
        "test_gradient_variance_and_the_mean_make_up_the_length",
        "test_gradient_variance_of_two_batches",
        "test_gradient_variance_ignores_what_all_share",
        "test_gradient_variance_counts_every_batch_alike",
        "test_gradient_variance_slopes",
        "test_gradient_variance_keeps_its_argument",
        "test_gradient_variance_refuses_other_shapes",
    ),
)
def gradient_variance__sample_variance(grads):
    return _checked(grads).var(dim=0).sum()


@misconception(
    hint="You add up over the batches and never average: with twice as many batches your number is twice as large.",
    reread=SGD,
    caught_by=(
        "test_gradient_variance_and_the_mean_make_up_the_length",
        "test_gradient_variance_of_two_batches",
        "test_gradient_variance_ignores_what_all_share",
        "test_gradient_variance_counts_every_batch_alike",
        "test_gradient_variance_slopes",
        "test_gradient_variance_keeps_its_argument",
        "test_gradient_variance_refuses_other_shapes",
    ),
)
def gradient_variance__sum_over_batches(grads):
    return (_checked(grads) - grads.mean(dim=0)).square().sum()


@misconception(
    hint="You average over the parameters too. The squared distance is a sum over components.",
    reread=SGD,
    caught_by=(
        "test_gradient_variance_and_the_mean_make_up_the_length",
        "test_gradient_variance_of_two_batches",
        "test_gradient_variance_ignores_what_all_share",
        "test_gradient_variance_counts_every_batch_alike",
        "test_gradient_variance_slopes",
        "test_gradient_variance_keeps_its_argument",
        "test_gradient_variance_refuses_other_shapes",
    ),
)
def gradient_variance__mean_over_parameters(grads):
    return (_checked(grads) - grads.mean(dim=0)).square().mean()


@misconception(
    hint="You take a root at the end. A standard deviation is not a variance.",
    reread=SGD,
    caught_by=(
        "test_gradient_variance_and_the_mean_make_up_the_length",
        "test_gradient_variance_of_two_batches",
        "test_gradient_variance_ignores_what_all_share",
        "test_gradient_variance_counts_every_batch_alike",
        "test_gradient_variance_slopes",
        "test_gradient_variance_keeps_its_argument",
        "test_gradient_variance_refuses_other_shapes",
    ),
)
def gradient_variance__root(grads):
    return (_checked(grads) - grads.mean(dim=0)).square().sum(dim=1).mean().sqrt()


@misconception(
    hint="You average squared lengths, but measured from zero. Batches that agree perfectly must give no variance.",
    reread=SGD,
    caught_by=(
        "test_gradient_variance_and_the_mean_make_up_the_length",
        "test_gradient_variance_of_two_batches",
        "test_gradient_variance_ignores_what_all_share",
        "test_gradient_variance_counts_every_batch_alike",
        "test_gradient_variance_slopes",
        "test_gradient_variance_keeps_its_argument",
        "test_gradient_variance_refuses_other_shapes",
    ),
)
def gradient_variance__not_centered(grads):
    return _checked(grads).square().sum(dim=1).mean()


@misconception(
    hint="You compare the lengths of the gradients. Two batches that pull equally hard in opposite directions disagree "
    "as much as can be.",
    reread=SGD,
    caught_by=(
        "test_gradient_variance_and_the_mean_make_up_the_length",
        "test_gradient_variance_of_two_batches",
        "test_gradient_variance_ignores_what_all_share",
        "test_gradient_variance_counts_every_batch_alike",
        "test_gradient_variance_slopes",
        "test_gradient_variance_keeps_its_argument",
        "test_gradient_variance_refuses_other_shapes",
    ),
)
def gradient_variance__of_lengths(grads):
    return _checked(grads).norm(dim=1).var(correction=0)


@misconception(
    hint="You return a variance for each parameter. One number is asked for, a squared distance.",
    reread=SGD,
    caught_by=(
        "test_gradient_variance_and_the_mean_make_up_the_length",
        "test_gradient_variance_of_two_batches",
        "test_gradient_variance_ignores_what_all_share",
        "test_gradient_variance_counts_every_batch_alike",
        "test_gradient_variance_slopes",
        "test_gradient_variance_keeps_its_argument",
        "test_gradient_variance_refuses_other_shapes",
    ),
)
def gradient_variance__by_parameter(grads):
    return _checked(grads).var(dim=0, correction=0)


@misconception(
    hint="You subtract from each row the mean of its own entries. The mean is taken over the batches, one for each "
    "parameter.",
    reread=SGD,
    caught_by=(
        "test_gradient_variance_and_the_mean_make_up_the_length",
        "test_gradient_variance_of_two_batches",
        "test_gradient_variance_ignores_what_all_share",
        "test_gradient_variance_counts_every_batch_alike",
        "test_gradient_variance_slopes",
        "test_gradient_variance_keeps_its_argument",
        "test_gradient_variance_refuses_other_shapes",
    ),
)
def gradient_variance__wrong_axis(grads):
    return (_checked(grads) - grads.mean(dim=1, keepdim=True)).square().sum() / len(grads)


@misconception(
    hint="Your number is cut off from the gradients that it is made of (.item(), .data, detach or no_grad).",
    reread=SGD,
    caught_by="test_gradient_variance_slopes",
)
def gradient_variance__detached(grads):
    return (_checked(grads).detach() - grads.detach().mean(dim=0)).square().sum(dim=1).mean()


@misconception(
    hint="You take any shape, and make NaN or nonsense of it. Anything but B rows of P must raise ValueError.",
    reread=SGD,
    caught_by="test_gradient_variance_refuses_other_shapes",
)
def gradient_variance__no_validation(grads):
    return (grads - grads.mean(dim=0)).square().sum() / max(len(grads), 1)


# 4.7 sgd_modified_loss ------------------------------------------------------------------------------------------------


def _batches(batch_losses, phi, lr, graph=True):
    """Values [B] and gradients [B, P] of the batches."""
    if lr < 0 or not batch_losses:
        raise ValueError("a negative rate, or no batch")
    pairs = [_parts(loss, phi, graph) for loss in batch_losses]
    return torch.stack([pair[0] for pair in pairs]), torch.stack([pair[1] for pair in pairs])


@misconception(
    hint="Your disagreement term grows with the number of batches. It is an average over them.",
    reread=SGD,
    caught_by=(
        "test_sgd_modified_loss_adds_both_penalties",
        "test_sgd_modified_loss_has_the_slope_of_all_parts",
        "test_sgd_modified_loss_predicts_an_epoch",
        "test_sgd_modified_loss_has_second_derivatives",
        "test_sgd_modified_loss_keeps_its_arguments",
    ),
)
def sgd_modified_loss__sum_over_batches(batch_losses, phi, lr):
    values, slopes = _batches(batch_losses, phi, lr)
    mean = slopes.mean(dim=0)
    return values.mean() + lr / 4 * mean.square().sum() + lr / 4 * (slopes - mean).square().sum()


@misconception(
    hint="You penalize batches for different losses. What SGD dislikes is that their gradients differ, whatever the "
    "losses are.",
    reread=SGD,
    caught_by=(
        "test_sgd_modified_loss_adds_both_penalties",
        "test_sgd_modified_loss_has_the_slope_of_all_parts",
        "test_sgd_modified_loss_predicts_an_epoch",
        "test_sgd_modified_loss_has_second_derivatives",
        "test_sgd_modified_loss_keeps_its_arguments",
    ),
)
def sgd_modified_loss__variance_of_losses(batch_losses, phi, lr):
    values, slopes = _batches(batch_losses, phi, lr)
    return values.mean() + lr / 4 * slopes.mean(dim=0).square().sum() + lr / 4 * values.var(correction=0)


@misconception(
    hint="You count the mean slope twice: once by itself, and once inside the lengths of the batches' gradients, which "
    "you did not center.",
    reread=SGD,
    caught_by=(
        "test_sgd_modified_loss_adds_both_penalties",
        "test_sgd_modified_loss_has_the_slope_of_all_parts",
        "test_sgd_modified_loss_predicts_an_epoch",
        "test_sgd_modified_loss_of_batches_that_agree",
        "test_sgd_modified_loss_has_second_derivatives",
        "test_sgd_modified_loss_keeps_its_arguments",
        "test_sgd_modified_loss_refuses_bad_arguments",
    ),
)
def sgd_modified_loss__counted_twice(batch_losses, phi, lr):
    values, slopes = _batches(batch_losses, phi, lr)
    return values.mean() + lr / 4 * (slopes.mean(dim=0).square().sum() + slopes.square().sum(dim=1).mean())


@misconception(
    hint="Your loss is the sum over the batches. L is their mean, or it would depend on how the data are cut up.",
    reread=SGD,
    caught_by=(
        "test_sgd_modified_loss_adds_both_penalties",
        "test_sgd_modified_loss_has_the_slope_of_all_parts",
        "test_sgd_modified_loss_predicts_an_epoch",
        "test_sgd_modified_loss_of_batches_that_agree",
        "test_sgd_modified_loss_without_learning_rate",
        "test_sgd_modified_loss_has_second_derivatives",
        "test_sgd_modified_loss_keeps_its_arguments",
    ),
)
def sgd_modified_loss__sum_of_losses(batch_losses, phi, lr):
    values, slopes = _batches(batch_losses, phi, lr)
    mean = slopes.mean(dim=0)
    return values.sum() + lr / 4 * (mean.square().sum() + (slopes - mean).square().sum(dim=1).mean())


@misconception(
    hint="You forget that SGD has gradient descent's penalty too. With a single batch the two must agree.",
    reread=SGD,
    caught_by=(
        "test_sgd_modified_loss_adds_both_penalties",
        "test_sgd_modified_loss_has_the_slope_of_all_parts",
        "test_sgd_modified_loss_predicts_an_epoch",
        "test_sgd_modified_loss_of_batches_that_agree",
        "test_sgd_modified_loss_has_second_derivatives",
        "test_sgd_modified_loss_keeps_its_arguments",
        "test_sgd_modified_loss_refuses_bad_arguments",
    ),
)
def sgd_modified_loss__disagreement_only(batch_losses, phi, lr):
    values, slopes = _batches(batch_losses, phi, lr)
    return values.mean() + lr / 4 * (slopes - slopes.mean(dim=0)).square().sum(dim=1).mean()


@misconception(
    hint="You have gradient descent's penalty only. Where do the batches come in, if not through their disagreement?",
    reread=SGD,
    caught_by=(
        "test_sgd_modified_loss_adds_both_penalties",
        "test_sgd_modified_loss_has_the_slope_of_all_parts",
        "test_sgd_modified_loss_predicts_an_epoch",
        "test_sgd_modified_loss_has_second_derivatives",
        "test_sgd_modified_loss_keeps_its_arguments",
    ),
)
def sgd_modified_loss__gradient_descent_only(batch_losses, phi, lr):
    values, slopes = _batches(batch_losses, phi, lr)
    return values.mean() + lr / 4 * slopes.mean(dim=0).square().sum()


@misconception(
    hint="The value is right, but the penalties have no slope: their gradients were made without a graph of their own.",
    reread=SURFACES,
    caught_by=(
        "test_sgd_modified_loss_has_the_slope_of_all_parts",
        "test_sgd_modified_loss_predicts_an_epoch",
        "test_sgd_modified_loss_has_second_derivatives",
    ),
)
def sgd_modified_loss__penalties_without_graph(batch_losses, phi, lr):
    values, slopes = _batches(batch_losses, phi, lr, graph=False)
    return values.mean() + lr / 4 * slopes.square().sum(dim=1).mean()


@misconception(
    hint="Both your penalties are twice as strong as they should be.",
    reread=SURFACES,
    caught_by=(
        "test_sgd_modified_loss_adds_both_penalties",
        "test_sgd_modified_loss_has_the_slope_of_all_parts",
        "test_sgd_modified_loss_predicts_an_epoch",
        "test_sgd_modified_loss_of_batches_that_agree",
        "test_sgd_modified_loss_has_second_derivatives",
        "test_sgd_modified_loss_keeps_its_arguments",
        "test_sgd_modified_loss_refuses_bad_arguments",
    ),
)
def sgd_modified_loss__factor_one_half(batch_losses, phi, lr):
    values, slopes = _batches(batch_losses, phi, lr)
    return values.mean() + lr / 2 * slopes.square().sum(dim=1).mean()


@misconception(
    hint="You accept any learning rate and any list. A negative rate, or no batch, must raise ValueError.",
    reread=SGD,
    caught_by="test_sgd_modified_loss_refuses_bad_arguments",
)
def sgd_modified_loss__no_validation(batch_losses, phi, lr):
    if not batch_losses:
        return phi.sum() * 0
    values, slopes = _batches(batch_losses, phi, 0.0)
    return values.mean() + lr / 4 * slopes.square().sum(dim=1).mean()


# 4.8 discretization_gap -----------------------------------------------------------------------------------------------


def _steps(lr, time):
    """The number of steps, if it is one."""
    if lr <= 0 or time < 0 or abs(time / lr - round(time / lr)) > 1e-9:
        raise ValueError("bad numbers")
    return round(time / lr)


def _followed(loss, lr, modified):
    """The loss that the flow descends."""
    return (lambda phi: gd_modified_loss(loss, phi, lr)) if modified else loss


@misconception(
    hint="You let descent and flow run for different times: one step of descent is not one unit of time.",
    reread=GD,
    caught_by=(
        "test_discretization_gap_from_the_flow",
        "test_discretization_gap_from_the_modified_flow",
        "test_discretization_gap_where_slopes_change",
        "test_discretization_gap_falls_with_the_rate",
        "test_discretization_gap_counts_steps_by_rounding",
        "test_discretization_gap_refuses_bad_numbers",
        "test_discretization_gap_keeps_the_start",
    ),
)
def discretization_gap__steps_as_time(loss, phi0, lr, time, modified):
    steps = _steps(lr, time)
    end = gradient_flow(_followed(loss, lr, modified), phi0, float(steps), 20 * steps + 1)
    return float((gd_path(loss, phi0, lr, steps)[-1] - end).norm())


@misconception(
    hint="A step gets lost now and then. Divide floats so that a whole number should come out, look at what does, and "
    "at what becomes of it when it is cut off.",
    reread=GD,
    caught_by="test_discretization_gap_counts_steps_by_rounding",
)
def discretization_gap__cut_off(loss, phi0, lr, time, modified):
    _steps(lr, time)
    end = gradient_flow(_followed(loss, lr, modified), phi0, time, 10 * round(time / lr) + 1)
    return float((gd_path(loss, phi0, lr, int(time / lr))[-1] - end).norm())


@misconception(
    hint="You refuse times that are multiples of the learning rate up to rounding. The remainder of a division of "
    "floats is a poor judge of that.",
    reread=GD,
    caught_by=(
        "test_discretization_gap_from_the_flow",
        "test_discretization_gap_where_slopes_change",
        "test_discretization_gap_counts_steps_by_rounding",
        "test_discretization_gap_refuses_bad_numbers",
    ),
)
def discretization_gap__exact_remainder(loss, phi0, lr, time, modified):
    if lr <= 0 or time < 0 or time % lr != 0:
        raise ValueError("bad numbers")
    end = gradient_flow(_followed(loss, lr, modified), phi0, time, 10 * round(time / lr) + 1)
    return float((gd_path(loss, phi0, lr, round(time / lr))[-1] - end).norm())


@misconception(
    hint="You never look at the argument modified: your flow always descends the loss itself.",
    reread=GD,
    caught_by=(
        "test_discretization_gap_from_the_modified_flow",
        "test_discretization_gap_falls_with_the_rate",
        "test_discretization_gap_refuses_bad_numbers",
    ),
)
def discretization_gap__never_modified(loss, phi0, lr, time, modified):
    steps = _steps(lr, time)
    return float((gd_path(loss, phi0, lr, steps)[-1] - gradient_flow(loss, phi0, time, 10 * steps + 1)).norm())


@misconception(
    hint="Your flow takes as many Euler steps as gradient descent does. Then it IS gradient descent, and no distance "
    "is left.",
    reread=GD,
    caught_by=(
        "test_discretization_gap_from_the_flow",
        "test_discretization_gap_from_the_modified_flow",
        "test_discretization_gap_where_slopes_change",
        "test_discretization_gap_falls_with_the_rate",
        "test_discretization_gap_counts_steps_by_rounding",
        "test_discretization_gap_refuses_bad_numbers",
        "test_discretization_gap_keeps_the_start",
    ),
)
def discretization_gap__euler_flow(loss, phi0, lr, time, modified):
    steps = _steps(lr, time)
    end = gd_path(_followed(loss, lr, modified), phi0, lr, steps)[-1]
    return float((gd_path(loss, phi0, lr, steps)[-1] - end).norm())


@misconception(
    hint="You let gradient descent descend the modified loss as well. The claim is that descent on the loss ITSELF "
    "goes where the flow on the modified loss goes.",
    reread=GD,
    caught_by=(
        "test_discretization_gap_from_the_modified_flow",
        "test_discretization_gap_falls_with_the_rate",
        "test_discretization_gap_refuses_bad_numbers",
    ),
)
def discretization_gap__both_modified(loss, phi0, lr, time, modified):
    steps, followed = _steps(lr, time), _followed(loss, lr, modified)
    end = gradient_flow(followed, phi0, time, 10 * steps + 1)
    return float((gd_path(followed, phi0, lr, steps)[-1] - end).norm())


@misconception(
    hint="The flow's own error is as large as what you want to measure: its steps are too long.",
    reread=GD,
    caught_by=(
        "test_discretization_gap_from_the_flow",
        "test_discretization_gap_from_the_modified_flow",
        "test_discretization_gap_where_slopes_change",
        "test_discretization_gap_counts_steps_by_rounding",
        "test_discretization_gap_refuses_bad_numbers",
        "test_discretization_gap_keeps_the_start",
    ),
)
def discretization_gap__one_long_step(loss, phi0, lr, time, modified):
    steps = _steps(lr, time)
    end = gradient_flow(_followed(loss, lr, modified), phi0, time, 1)
    return float((gd_path(loss, phi0, lr, steps)[-1] - end).norm())


@misconception(
    hint="You return the square of the distance. Its power of the learning rate is then twice what it should be.",
    reread=GD,
    caught_by=(
        "test_discretization_gap_from_the_flow",
        "test_discretization_gap_from_the_modified_flow",
        "test_discretization_gap_where_slopes_change",
        "test_discretization_gap_falls_with_the_rate",
        "test_discretization_gap_counts_steps_by_rounding",
        "test_discretization_gap_refuses_bad_numbers",
        "test_discretization_gap_keeps_the_start",
    ),
)
def discretization_gap__squared(loss, phi0, lr, time, modified):
    steps = _steps(lr, time)
    end = gradient_flow(_followed(loss, lr, modified), phi0, time, 10 * steps + 1)
    return float((gd_path(loss, phi0, lr, steps)[-1] - end).square().sum())


@misconception(
    hint="Your modified flow has another learning rate in its loss than gradient descent uses, by a factor of two.",
    reread=GD,
    caught_by=(
        "test_discretization_gap_from_the_modified_flow",
        "test_discretization_gap_falls_with_the_rate",
        "test_discretization_gap_refuses_bad_numbers",
    ),
)
def discretization_gap__twice_the_rate(loss, phi0, lr, time, modified):
    steps = _steps(lr, time)
    end = gradient_flow(_followed(loss, 2 * lr, modified), phi0, time, 10 * steps + 1)
    return float((gd_path(loss, phi0, lr, steps)[-1] - end).norm())


@misconception(
    hint="You round the number of steps and go on, even where time is left over. Then the two run for different times; "
    "it must raise ValueError.",
    reread=GD,
    caught_by="test_discretization_gap_refuses_bad_numbers",
)
def discretization_gap__no_validation(loss, phi0, lr, time, modified):
    if lr <= 0 or time < 0:
        raise ValueError("bad numbers")
    steps = round(time / lr)
    end = gradient_flow(_followed(loss, lr, modified), phi0, time, 10 * steps + 1)
    return float((gd_path(loss, phi0, lr, steps)[-1] - end).norm())
