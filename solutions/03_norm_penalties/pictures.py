"""What your functions do on examples that anybody may see, drawn on your feedback page."""

import torch

from autograder.picture import Picture, Plot, series


def regularized_cost(student):
    """The slope of the penalty at sixty weights, for both norms and for two sizes of the data set."""
    layer = torch.nn.Linear(60, 1).double()
    weights = torch.linspace(-2, 2, 60, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(weights[None])
    rows = []
    for norm, n in (("l2", 10), ("l2", 20), ("l1", 10)):
        cost = student.regularized_cost(torch.zeros((), dtype=torch.float64), layer, 5.0, n, norm)
        (slope,) = torch.autograd.grad(cost, layer.weight)
        rows.append(series(f"{norm}, n = {n}", weights, slope[0]))
    return Picture(
        "How hard the penalty pulls",
        "One layer has sixty weights from -2 to 2, and this is the slope of your cost at each of them. The data cost "
        "is 0 here, so only the penalty pulls, against the slope. L2 should pull the less, the closer a weight is to "
        "0, and half as hard with twice the examples. L1 should pull equally hard at all of them.",
        (Plot("Slope of the penalty, λ = 5", "weight", "slope", tuple(rows)),),
    )


def l2_gd_update(student):
    """Four weights over fifteen steps: the data want nothing from two of them, and the value 1 from the others."""
    wanted = torch.tensor([0.0, 0.0, 1.0, 1.0], dtype=torch.float64)
    path = [torch.tensor([2.0, -1.0, 2.0, -1.0], dtype=torch.float64)]
    for _ in range(15):
        path.append(student.l2_gd_update(path[-1], 1.5 * wanted * (path[-1] - 1), 0.2, 5.0, 10))
    steps, path = range(16), torch.stack(path)
    return Picture(
        "Weights under an L2 penalty",
        "Fifteen of your steps. On the left the data give no gradient, so the penalty is alone and each weight should "
        "shrink by the same factor in every step. On the right the data pull both weights toward 1, and the penalty "
        "pulls toward 0. Both weights should settle at one place in between.",
        (
            Plot(
                "No gradient of the data",
                "step",
                "weight",
                (series("from 2", steps, path[:, 0]), series("from -1", steps, path[:, 1])),
            ),
            Plot(
                "The data want the weight 1",
                "step",
                "weight",
                (
                    series("from 2", steps, path[:, 2]),
                    series("from -1", steps, path[:, 3]),
                    series("what the data want", [0, 15], [1, 1], own=False),
                ),
            ),
        ),
    )


def equivalent_weight_decay(student):
    """What the optimizer does to each kind of parameter, where the data pull at all but one of them."""
    model = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.BatchNorm1d(1)).double()
    values, slopes = (2.0, 2.5, 1.5, 1.0), (0.0, 0.2, 0.2, 0.2)
    with torch.no_grad():
        for parameter, value, slope in zip(model.parameters(), values, slopes, strict=True):
            parameter.fill_(value).grad = torch.full_like(parameter, slope)
    optimizer = student.make_l2_sgd(model, 0.2, 5.0, 10)
    path = [[float(parameter.detach()) for parameter in model.parameters()]]
    for _ in range(15):
        optimizer.step()
        path.append([float(parameter.detach()) for parameter in model.parameters()])
    names = ("weight of the linear layer", "its bias", "scale of the batch normalization", "its shift")
    decay = float(student.equivalent_weight_decay(5.0, 10))
    return Picture(
        "What decays and what does not",
        "Fifteen steps of your optimizer. The data give the weight of the linear layer no gradient, and it should "
        "decay toward 0. The other three parameters have one and the same gradient in every step, and should go down "
        "in straight lines, side by side. One that bends decays as well, and one that stays level is in no group.",
        (
            Plot(
                f"λ = 5 and n = 10; your weight_decay is {decay:.3g}",
                "step",
                "parameter",
                tuple(
                    series(name, range(16), values) for name, values in zip(names, zip(*path, strict=True), strict=True)
                ),
            ),
        ),
    )


def shrink_orthonormal(student):
    """What becomes of a weight, against what it was."""
    before = torch.linspace(-3, 3, 121, dtype=torch.float64)
    panels = []
    for norm in ("l2", "l1"):
        rows = [
            series(f"λ = {lam:g}", before, student.shrink_orthonormal(before, lam, norm)) for lam in (0.5, 1.0, 3.0)
        ]
        unchanged = series("no change", [-3, 3], [-3, 3], own=False)
        panels.append(Plot(norm.upper(), "weight without a penalty", "weight with it", (*rows, unchanged)))
    return Picture(
        "What each penalty does to a weight",
        "L2 should turn the line toward the axis, so that every weight becomes smaller by the same factor and none "
        "becomes 0. L1 should move the line toward the axis by the same amount everywhere, and a whole interval of "
        "small weights should become exactly 0. The larger λ is, the wider that interval should be.",
        tuple(panels),
    )
