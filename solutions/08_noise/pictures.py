"""What your functions do on examples that anybody may see, drawn on your feedback page."""

import torch

from autograder.picture import Picture, Plot, series


def add_input_noise(student):
    """Twelve points of a curve, and what a network is shown of them."""
    rng = torch.Generator().manual_seed(3)
    x = torch.linspace(0.02, 0.98, 12, dtype=torch.float64)
    y = torch.sin(6 * x)
    many = x.repeat(5)[:, None]
    panels = []
    for title, std, training in (
        ("Training, standard deviation 0.01", 0.01, True),
        ("Training, standard deviation 0.05", 0.05, True),
        ("Prediction, standard deviation 0.05", 0.05, False),
    ):
        shown = student.add_input_noise(many, std, training, rng)[:, 0]
        rows = (series("shown to the network", shown, y.repeat(5), "dots"), series("the curve", x, y, own=False))
        panels.append(Plot(title, "input x", "target y", rows))
    return Picture(
        "Every point becomes a small cloud",
        "Twelve points of a curve are shown to a network five times each. In training every point should become a row "
        "of five, since only the input is noisy, and the row should be the wider, the larger the noise. In prediction "
        "all five should lie on the curve.",
        tuple(panels),
    )


def perturbed_weights(student):
    """What a small network computes at rest, in three noisy blocks, and afterwards."""
    rng = torch.Generator().manual_seed(5)
    model = torch.nn.Sequential(torch.nn.Linear(1, 12), torch.nn.Tanh(), torch.nn.Linear(12, 1)).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(generator=rng)
    x = torch.linspace(-2, 2, 41, dtype=torch.float64)

    def output():
        """The network's outputs with its present weights."""
        return model(x[:, None])[:, 0].detach()

    before, rows = output(), []
    for block in range(1, 4):
        with student.perturbed_weights(model, 0.2, torch.Generator().manual_seed(block)):
            rows.append(series(f"in block {block}", x, output()))
    return Picture(
        "A network that is shaken, and comes to rest again",
        "The dashed line is what a network computes before anything happens. In each of your blocks it should compute "
        "something else, a little off, and in no two blocks the same. After the blocks, its outputs (dots) should lie "
        "on the dashed line again.",
        (
            Plot(
                "Noise of standard deviation 0.2 on the weights",
                "input x",
                "output",
                (*rows, series("after the blocks", x, output(), "dots"), series("before", x, before, own=False)),
            ),
        ),
    )


def smooth_labels(student):
    """One label in both conventions, for few and for many classes."""
    panels = []
    for classes, rho in ((4, 0.3), (11, 0.3)):
        rows = []
        for side, spread in ((-0.2, "others"), (0.2, "all")):
            label = student.smooth_labels(torch.tensor([1]), classes, rho, spread)[0]
            rows.append(series(f'"{spread}"', torch.arange(classes) + side, label, "bars"))
        panels.append(Plot(f"{classes} classes, class 1 is true, ρ = {rho}", "class", "probability", tuple(rows)))
    return Picture(
        "Where the probability goes",
        'The bars of one color should add up to 1. With "others", class 1 should lose all of ρ, and the other classes '
        'share it. With "all", class 1 should get a part of ρ back, so it should be higher and the others lower. The '
        "more classes there are, the smaller that difference should be.",
        tuple(panels),
    )


def soft_cross_entropy(student):
    """The loss against the lead of the true class, for a hard label and two soft ones."""
    lead = torch.linspace(-2, 10, 61, dtype=torch.float64)
    logits = torch.zeros(61, 4, dtype=torch.float64)
    logits[:, 0] = lead
    rows = []
    for label in ([1.0, 0.0, 0.0, 0.0], [0.94, 0.02, 0.02, 0.02], [0.7, 0.1, 0.1, 0.1]):
        labels = torch.tensor(label, dtype=torch.float64).repeat(61, 1)
        rows.append(series(f"label {label[0]:g}", lead, student.soft_cross_entropy(logits, labels, "none")))
    return Picture(
        "Too sure is expensive",
        "There are four classes, and the logit of the true one moves ahead of the other three. The label gives it the "
        "probability 1, 0.94 or 0.7. With the hard label 1 the loss should fall forever. With a soft one it should "
        "have a lowest point above 0 and rise beyond. The less sure the label is, the earlier that should happen.",
        (Plot("Loss of one example", "lead of the true class's logit", "cross-entropy / nats", tuple(rows)),),
    )
