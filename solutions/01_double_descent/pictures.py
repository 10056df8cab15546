"""What your functions do on examples that anybody may see, drawn on your feedback page."""

import math

import torch

from autograder.picture import Picture, Plot, mark, series


def legendre_features(student):
    """The first five columns over [-1, 1]."""
    x = torch.linspace(-1, 1, 101, dtype=torch.float64)
    columns = student.legendre_features(x, 5)
    return Picture(
        "Five polynomials",
        "Each curve is one column of your features. All of them should end at height 1 on the right and stay between "
        "-1 and 1. Each column should cross zero once more than the column before.",
        (
            Plot(
                "Legendre polynomials",
                "x",
                "value",
                (
                    *(series(f"column {j} (degree {j + 1})", x, columns[:, j]) for j in range(4)),
                    series("column 4 (degree 5)", x[::2], columns[::2, 4], "dots"),
                ),
            ),
        ),
    )


def min_norm_fit(student):
    """The curve through eight points, made of 8 and of 60 waves."""
    x = torch.tensor([0.03, 0.11, 0.3, 0.42, 0.5, 0.68, 0.83, 0.97], dtype=torch.float64)
    y = torch.tensor([0.2, 0.9, 0.4, -0.6, -0.2, 0.7, 0.1, -0.8], dtype=torch.float64)
    line = torch.linspace(0, 1, 201, dtype=torch.float64)
    panels = []
    for p in (8, 60):
        number = torch.arange(p, dtype=torch.float64)
        on_data, on_line = (torch.cos(math.pi * at[:, None] * number) / (1 + number) for at in (x, line))
        w = student.min_norm_fit(on_data, y).detach()
        curve = series("your fit", line, on_line @ w)
        panels.append(
            Plot(
                f"{p} parameters; the length of your w is {float(w.norm()):.3g}",
                "x",
                "y",
                (curve, series("data", x, y, "dots", own=False)),
            )
        )
    return Picture(
        "Eight points, and fits with 8 and with 60 parameters",
        "The features are waves, and the faster a wave, the smaller it is. Both curves should go through every point. "
        "With 8 parameters there is only one way to do so. With 60 there are infinitely many, and the shortest w "
        "should give the calmer curve of the two, which does not swing out beyond the points.",
        tuple(panels),
    )


def median_mse_curve(student):
    """The double-descent curve of a step function, with and without a penalty."""
    degrees = [1, 2, 3, 5, 7, 9, 11, 13, 14, 15, 16, 17, 19, 22, 26, 32, 40, 50]
    rng = torch.Generator().manual_seed(3)
    x_train = 2 * torch.rand(len(degrees), 7, 15, generator=rng, dtype=torch.float64) - 1
    x_test = torch.linspace(-1, 1, 80, dtype=torch.float64)
    curves = [student.median_mse_curve(x_train, x_test, torch.sign, degrees, lam) for lam in (0.0, 0.1)]
    return Picture(
        "Double descent",
        "Polynomials learn a step (-1 left of 0, and 1 right of it) from 15 points. Each value is the median of 7 "
        "samples. Without a penalty the error should rise to a steep peak where there are as many parameters as "
        "points, and come down again beyond, to less than it was with one parameter. The penalty should take the peak "
        "away and do little else.",
        (
            Plot(
                "Test error against the number of parameters",
                "number of parameters p",
                "median test error (squared)",
                (
                    series("your curve without a penalty", degrees, curves[0]),
                    series("your curve with the penalty 0.1", degrees, curves[1], "dots"),
                ),
                (mark("as many parameters as points", 15, own=False),),
                log_y=True,
            ),
        ),
    )


def gd_limit(student):
    """Five starting points in a plane, and where each of them ends."""
    features, y = torch.tensor([[1.0, 2.0]], dtype=torch.float64), torch.tensor([2.0], dtype=torch.float64)
    starts = torch.tensor([[0.0, 0.0], [2.0, 1.5], [-1.0, 0.2], [1.2, -1.0], [-0.8, 2.2]], dtype=torch.float64)
    ends = torch.stack([student.gd_limit(features, y, start).detach() for start in starts])
    gap = torch.full_like(starts, math.nan)  # between one way and the next
    ways = torch.stack([starts, ends, gap], dim=1).flatten(0, 1)
    first = ways[:, 0].where(ways[:, 0].isfinite(), 0.0)
    exact = [-2.0, 2.4]
    return Picture(
        "Every start has its own end",
        "There is one example and there are two parameters, so a whole line of parameters fits exactly. Each start "
        "should move straight onto that line, by the shortest way. The start at zero should end at the point of the "
        "line that is closest to zero.",
        (
            Plot(
                "Where gradient descent ends",
                "first parameter",
                "second parameter",
                (
                    series("from the start to your end", first, ways[:, 1]),
                    series("your ends", ends[:, 0], ends[:, 1], "dots"),
                    series("starts", starts[:, 0], starts[:, 1], "dots", own=False),
                    series("parameters that fit exactly", exact, [(2 - x) / 2 for x in exact], own=False),
                ),
            ),
        ),
    )
