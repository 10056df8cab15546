"""What your functions do on examples that anybody may see, drawn on your feedback page."""

import torch

from autograder.picture import Picture, Plot, mark, series


def _part(function):
    """A function of torch's as a module, which can be sent to the process in which your code runs."""
    part = torch.nn.Module()
    part.forward = function
    return part


def _squares_of(weight, bias, *before):
    """The sum of the squares of weight @ phi + bias, as a loss that torch knows how to compute."""
    line = torch.nn.Linear(len(weight[0]), len(weight), dtype=torch.float64).requires_grad_(False)
    line.weight.copy_(torch.tensor(weight))
    line.bias.copy_(torch.tensor(bias))
    return torch.nn.Sequential(*before, line, _part(torch.square), _part(torch.sum))


def _along(weight, bias):
    """The same for one parameter, and added up where there are several, so that each of them moves by itself."""
    return _squares_of([[weight]], [bias], torch.nn.Unflatten(0, (-1, 1)))


_SIDES = [[0.9, 0.5], [-0.2, 0.3]]  # steep in one direction, flat in another
_VALLEY = _squares_of(_SIDES, [0.0, 0.0])
_START = torch.tensor([-1.0, 3.2], dtype=torch.float64)
_ENDS = series("start and minimum", [_START[0], 0], [_START[1], 0], "dots", own=False)


def gd_path(student):
    """Paths with a small and a large learning rate through one valley."""
    panels = []
    for lr, steps in ((0.2, 60), (0.85, 25)):
        path = student.gd_path(_VALLEY, _START, lr, steps).detach()
        rows = (series("your path", path[:, 0], path[:, 1]), series("its points", path[:, 0], path[:, 1], "dots"))
        panels.append(Plot(f"Learning rate {lr}, {steps} steps", "first parameter", "second parameter", (*rows, _ENDS)))
    return Picture(
        "Two paths through a valley",
        "With the small learning rate the path should first go down the steep side, and then creep along the floor of "
        "the valley. With the large one it should jump across the floor from side to side, and calm down on its way. "
        "Both should begin at the start and end close to the minimum.",
        tuple(panels),
    )


def gradient_flow(student):
    """Where the flow is at eleven times, beside gradient descent."""
    times = (0.1, 0.2, 0.35, 0.5, 0.8, 1.2, 1.8, 2.6, 3.8, 5.5, 8.0)
    ends = torch.stack([_START, *(student.gradient_flow(_VALLEY, _START, time, 8).detach() for time in times)])
    sides = torch.tensor(_SIDES, dtype=torch.float64)
    shrink = torch.eye(2, dtype=torch.float64) - 0.85 * 2 * sides.T @ sides  # what a step is in a valley of squares
    descent = torch.stack([torch.linalg.matrix_power(shrink, step) @ _START for step in range(15)])
    return Picture(
        "The flow, and steps that are too large to follow it",
        "Your flow was asked where it is after eleven times, from 0.1 to 8. Its points should lie on one smooth "
        "curve from the start toward the minimum, which goes down the steep side first and never swings across the "
        "floor of the valley. Gradient descent with its large steps does swing across.",
        (
            Plot(
                "Gradient flow and gradient descent",
                "first parameter",
                "second parameter",
                (
                    series("your flow", ends[:, 0], ends[:, 1]),
                    series("its points", ends[:, 0], ends[:, 1], "dots"),
                    series("gradient descent, learning rate 0.85", descent[:, 0], descent[:, 1], own=False),
                    _ENDS,
                ),
            ),
        ),
    )


def gd_modified_loss(student):
    """The flow on the modified loss of a bowl, over time, beside gradient descent and the flow on the loss."""
    bowl, lr = _along(1.0, 0.0), 0.3  # the square of the parameter, which has the curvature 2
    phi = (2 * torch.logspace(0, -2, 60, dtype=torch.float64)).requires_grad_()
    (slope,) = torch.autograd.grad(student.gd_modified_loss(bowl, phi, lr), phi)
    phi = phi.detach()
    # When a flow that starts at the first place passes each of the others.
    passed = torch.cat([torch.zeros(1, dtype=torch.float64), torch.cumulative_trapezoid(-1 / slope, phi)])
    times, steps = torch.linspace(0, 2, 60, dtype=torch.float64), torch.arange(6)
    return Picture(
        "Which flow does gradient descent follow?",
        "The loss is a bowl with one parameter. The flow on your modified loss is drawn from the slope of what you "
        "return, so it needs a penalty that can be differentiated. It should pass closer to the points of gradient "
        "descent than the flow on the loss itself does. If it runs along that flow, its slope knows of no penalty.",
        (
            Plot(
                f"Learning rate {lr}",
                "time (learning rate times steps)",
                "parameter",
                (
                    series("flow on your modified loss", passed, phi),
                    series("flow on the loss", times, 2 * (-2 * times).exp(), own=False),
                    series("gradient descent", lr * steps, 2 * (1 - 2 * lr) ** steps, "dots", own=False),
                ),
            ),
        ),
    )


def sgd_modified_loss(student):
    """The modified loss of two batches that disagree, from its values and from its slopes."""
    batches, lr = [_along(2.0, -2.0), _along(0.7, 0.7)], 0.4
    phi = torch.linspace(-0.4, 2.0, 97, dtype=torch.float64)
    means = torch.stack([torch.stack([loss(at) for loss in batches]).mean() for at in phi[:, None]])
    places = phi[::8]
    values = torch.stack([student.sgd_modified_loss(batches, at, lr) for at in places[:, None]]).detach()
    free = phi.clone().requires_grad_()
    (slopes,) = torch.autograd.grad(student.sgd_modified_loss(batches, free, lr), free)
    curve = torch.cat([values[:1], values[0] + torch.cumulative_trapezoid(slopes, phi)])
    return Picture(
        "What disagreement does to the minimum",
        "Two batches have their minima at 1 and at -1. Your loss should lie above the mean of their losses, and its "
        "minimum should be elsewhere, where the batches disagree less. The line is made of the slopes of what you "
        "return, and the dots are its values. If the dots are not on the line, the slope is not that of your loss.",
        (
            Plot(
                f"Two batches, learning rate {lr}",
                "parameter",
                "loss",
                (
                    series("your loss, from its slopes", phi, curve),
                    series("your loss, its values", places, values, "dots"),
                    series("mean of the batch losses", phi, means, own=False),
                    series("its lowest point", [phi[means.argmin()]], [means.min()], "dots", own=False),
                ),
                (mark("lowest of your loss", phi[curve.argmin()]),),
            ),
        ),
    )
