"""What your functions do on examples that anybody may see, drawn on your feedback page."""

import math

import torch

from autograder.picture import Picture, Plot, image, series


def _truth(x):
    """The curve behind the data."""
    return torch.sin(2 * math.pi * x) + 0.5 * x


def _curves(label, x, rows, own):
    """Several curves over the same places as one series, with a gap after each."""
    gap = torch.full_like(rows[:, :1], math.nan)
    return series(label, torch.cat([x, x[-1:]]).repeat(len(rows)), torch.cat([rows, gap], dim=1).flatten(), own=own)


def combine_regression(student):
    """Five members, of which one is broken, with their mean and their median."""
    rng = torch.Generator().manual_seed(1)
    x = torch.linspace(0, 1, 41, dtype=torch.float64)
    shift, tilt = 0.3 * torch.randn(2, 5, 1, generator=rng, dtype=torch.float64)
    members = _truth(x) + shift + 4 * tilt * (x - 0.5)
    members[4] = 4 - 3 * x
    ways = {how: student.combine_regression(members, how) for how in ("mean", "median")}
    return Picture(
        "An ensemble with one broken member",
        "Four members know the curve roughly, and the fifth runs far away from the others. Your mean should be drawn "
        "toward that one. Your median should not care how far away it is, and run along the member that is in the "
        "middle, which may be another one at another x.",
        (
            Plot(
                "Five members, and two ways to settle",
                "x",
                "prediction",
                (
                    *(series(f"your {how}", x, found) for how, found in ways.items()),
                    _curves("the five members", x, members, own=False),
                ),
            ),
        ),
    )


def combine_classification(student):
    """The decision of three members, two of whom are asked at every place of an image."""
    margins = torch.linspace(-8, 8, 48, dtype=torch.float64)
    first, second = margins.expand(48, 48), margins.flip(0)[:, None].expand(48, 48)
    for_one = torch.stack([first, second, torch.full_like(first, 1.6)]).reshape(3, -1)
    logits = torch.stack([torch.zeros_like(for_one), for_one], dim=2)
    return Picture(
        "Who decides?",
        "White is class 1 and black is class 0. To the right member 1 is surer of class 1, and upward member 2 is. The "
        "third member is always a little in favor of class 1. With the mean of the logits a sure member should outvote "
        "the others, so the border should run aslant. In a vote only the majority should count, so white should lose "
        "where both other members are against it, which is one quarter of the image.",
        tuple(
            image(title, student.combine_classification(logits, how).reshape(48, 48))
            for how, title in (("mean", "mean of the logits"), ("vote", "vote"))
        ),
    )


def bootstrap_indices(student):
    """One bag, and twenty of them together."""
    rng = torch.Generator().manual_seed(2)
    bags = torch.stack([student.bootstrap_indices(20, rng) for _ in range(20)])
    one, all_ = (drawn.bincount(minlength=20)[:20] for drawn in (bags[0], bags.flatten()))
    examples = range(20)
    return Picture(
        "What is in a bag",
        "Your first bag of 20 examples should hold some of them twice or more, and miss others. Over twenty bags every "
        "example should come about equally often, up to chance. Those at the two ends should be no exception.",
        (
            Plot("One bag", "example", "times in the bag", (series("your bag", examples, one, "bars"),)),
            Plot(
                "Twenty bags",
                "example",
                "times, per bag",
                (
                    series("your bags", examples, all_ / 20, "bars"),
                    series("on average", [0, 19], [1, 1], own=False),
                ),
            ),
        ),
    )


def fit_bagged(student):
    """Six members that are trained on bags, and their mean."""
    rng = torch.Generator().manual_seed(6)
    x = (torch.arange(18) + torch.rand(18, generator=rng, dtype=torch.float64)) / 18
    y = _truth(x) + 0.3 * torch.randn(18, generator=rng, dtype=torch.float64)
    line = torch.linspace(0.03, 0.97, 60, dtype=torch.float64)

    def fit(inputs, targets):
        """One member: at each place of the line the mean of the targets nearby."""
        nearness = (-((line[:, None] - inputs) / 0.05).square()).exp()
        return nearness @ targets / nearness.sum(1)

    members = torch.stack(student.fit_bagged(x, y, fit, 6, rng))
    return Picture(
        "An ensemble and its members",
        "Your function drew six bags and trained a member on each. The members should differ, most of all where there "
        "are few points, since every bag misses some. The mean of them should be calmer than most members. If you see "
        "a single member only, all six had the same data.",
        (
            Plot(
                "Six members, each trained on a bag",
                "x",
                "y",
                (
                    _curves("your members", line, members, own=True),
                    series("the mean of your members", line, sum(members) / len(members)),
                    series("data", x, y, "dots", own=False),
                    series("curve behind the data", line, _truth(line), own=False),
                ),
            ),
        ),
    )


def relu_basis(student):
    """The hidden units, and the network trained with three penalties."""
    rng = torch.Generator().manual_seed(8)
    x = torch.rand(15, generator=rng, dtype=torch.float64)
    y = _truth(x) + 0.25 * torch.randn(15, generator=rng, dtype=torch.float64)
    line = torch.linspace(0, 1, 101, dtype=torch.float64)
    units, basis = student.relu_basis(line, 3), student.relu_basis(line, 10)
    fits = [(reg, basis @ student.fit_relu_network(x, y, 10, reg)) for reg in (1e-5, 1e-2, 10.0)]
    return Picture(
        "A network of hinges",
        "On the left are the columns of your basis for three hidden units. One should be 1 everywhere, and the others "
        "should rise with the same slope, from 0, from one third and from two thirds on. On the right is your network "
        "of ten units. With a tiny penalty it should run after the points, and the larger the penalty, the flatter it "
        "should be.",
        (
            Plot(
                "Your basis",
                "x",
                "output of a unit",
                tuple(series(f"column {j}", line, units[:, j]) for j in range(4)),
            ),
            Plot(
                "Your network",
                "x",
                "y",
                (
                    *(series(f"penalty {reg:g}", line, fit) for reg, fit in fits),
                    series("data", x, y, "dots", own=False),
                ),
            ),
        ),
    )
