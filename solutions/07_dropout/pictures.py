"""What your functions do on examples that anybody may see, drawn on your feedback page."""

import torch

from autograder.picture import Picture, Plot, image, mark, series

_P = 0.3


def bernoulli_mask(student):
    """The mask over a field of uniform numbers."""
    uniform = torch.rand(16, 16, generator=torch.Generator().manual_seed(7))
    return Picture(
        "Which units are kept",
        f"Left, a uniform number for each unit, from black (0) to white (1). Right, your mask for p = {_P}: white is "
        "kept. The dark numbers should be the dropped ones, 30 % of all.",
        (image("uniform numbers", uniform, own=False), image("your mask", student.bernoulli_mask(uniform, _P))),
    )


def InvertedDropout(student):  # noqa: N802 - it is called like the class
    """One pass, and the mean over many passes, against the activations."""
    activations = torch.linspace(0.2, 2.0, 10, dtype=torch.float64)
    layer = student.InvertedDropout(_P)
    layer.train()
    passes = torch.stack(list(layer(activations.expand(400, 10))))
    units = range(1, 11)
    return Picture(
        "One mask, and the mean of 400",
        f"In training with p = {_P}: a single pass drops some units and enlarges the others, so that the mean over "
        "many passes should lie on the activations.",
        (
            Plot(
                "Training mode",
                "unit",
                "activation",
                (
                    series("one pass", units, passes[0], "bars"),
                    series("mean of 400 passes", units, passes.mean(0), "dots"),
                    series("the activations", units, activations, own=False),
                ),
            ),
        ),
    )


def mc_dropout(student):
    """The mean prediction and its spread as samples come in."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 1), torch.nn.Dropout(0.5)).double()
    inputs = torch.ones(1, 4, dtype=torch.float64)
    samples = [1, 2, 4, 8, 16, 32, 64]
    found = [student.mc_dropout(model, inputs, n_samples) for n_samples in samples]
    return Picture(
        "The more samples, the steadier",
        "Mean and variance of a model's output over 1, 2, 4 … 64 random passes. With one pass the variance is 0; with "
        "many, both settle: the mean at the output without dropout.",
        (
            Plot(
                "Monte Carlo dropout",
                "samples (as a power of 2)",
                "",
                (
                    series("mean", range(7), [float(mean.flatten()[0]) for mean, _ in found]),
                    series("variance", range(7), [float(variance.flatten()[0]) for _, variance in found], "dots"),
                    series("output without dropout", [0, 6], 2 * [float(model[0](inputs).detach())], own=False),
                ),
                (mark("one pass", 0, own=False),),
            ),
        ),
    )
