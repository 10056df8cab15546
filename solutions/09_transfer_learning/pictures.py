"""What your functions do on examples that anybody may see, drawn on your feedback page."""

import torch

from autograder.picture import Picture, Plot, image, series

_LAYERS = ("body.0", "body.1", "fc", "fc2")


def _model():
    """A body of two layers and two heads, with two parameters in each layer, and some of them frozen."""
    layers = {"body": torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.BatchNorm1d(4)), "fc": torch.nn.Linear(4, 3)}
    model = torch.nn.ModuleDict({**layers, "fc2": torch.nn.Linear(4, 1)}).double()
    model["fc"].requires_grad_(False)
    return model


def _moves(title, model, optimizer, frozen_too=False):
    """How far one step moves each parameter, where every gradient is 1, and those of frozen ones too, or None."""
    before = [parameter.detach().clone() for parameter in model.parameters()]
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter) if frozen_too or parameter.requires_grad else None
    optimizer.step()
    moved = [float((now.detach() - then).abs().mean()) for now, then in zip(model.parameters(), before, strict=True)]
    rows = (
        series(
            f"{layer}: weight {2 * n + 1}, bias {2 * n + 2}", [2 * n + 1, 2 * n + 2], moved[2 * n : 2 * n + 2], "bars"
        )
        for n, layer in enumerate(_LAYERS)
    )
    return Plot(title, "parameter", "moved in one step", tuple(rows))


def freeze_except(student):
    """Which parameters a step of SGD moves, for two choices of what to train."""
    panels = []
    for prefixes in (["fc"], ["body.1", "fc2"]):
        model = _model()
        student.freeze_except(model, prefixes)
        panels.append(_moves(f"Trainable: {', '.join(prefixes)}", model, torch.optim.SGD(model.parameters(), lr=1.0)))
    return Picture(
        "What moves and what stays",
        "A model with a body of two layers and two heads takes one step, in which every gradient is 1. Parameters that "
        "are frozen cannot move and have no bar. Only the layers that are named above a picture should have bars, "
        "whatever was frozen before. Note that fc2 does not lie within fc.",
        tuple(panels),
    )


def finetune_groups(student):
    """How far each parameter moves at the rates of its group."""
    panels = []
    for head in ("fc", "fc2"):
        model = _model()
        model["fc"].requires_grad_(True)
        model["body"][0].requires_grad_(False)
        groups = student.finetune_groups(model, head, 0.2, 1.0)
        panels.append(_moves(f'The head is "{head}"', model, torch.optim.SGD(list(groups)), frozen_too=True))
    return Picture(
        "Two learning rates",
        "One step of SGD with your groups, in which every gradient is 1, so that a bar is as high as its learning "
        "rate. The head should move by 1 and everything else that is trainable by 0.2. The layer body.0 is frozen, so "
        "it should be in no group and have no bar.",
        tuple(panels),
    )


def random_mask(student):
    """Two masks, and how often each place is hidden."""
    rng = torch.Generator().manual_seed(4)
    few, many = (student.random_mask(48, 48, n_masked, rng) for n_masked in (6, 36))
    share = student.random_mask(400, 24, 6, rng).double().mean(0)
    return Picture(
        "What is hidden",
        "Each row of the images is an example of 48 places, and white is hidden. Every row should have the same number "
        "of white places, in places of its own, without stripes from row to row. On the right you see how often each "
        "of 24 places is hidden in 400 examples, which should be about equally often everywhere.",
        (
            image("6 of 48 hidden", few.double()),
            image("36 of 48 hidden", many.double()),
            Plot(
                "6 of 24 hidden in 400 examples",
                "place",
                "share of the examples",
                (
                    series("your masks", range(24), share, "bars"),
                    series("6 / 24", [0, 23], [0.25, 0.25], own=False),
                ),
            ),
        ),
    )


def mask_inputs(student):
    """A signal with hidden places: what the network sees, and what it is asked for."""
    places = torch.arange(40, dtype=torch.float64)
    signal = torch.sin(places / 5) + 0.5 * torch.sin(places / 2 + 1) + 1.6
    mask = torch.zeros(40, dtype=torch.bool)
    mask[[3, 4, 5, 12, 18, 19, 20, 27, 33, 34]] = True
    seen, target = student.mask_inputs(signal, mask, 0.0, -1)
    given = series("the signal", places, signal, own=False)
    return Picture(
        "Seen, and asked for",
        "Ten of forty places are hidden. On the left, what the network sees should lie on the signal, and at 0 where "
        "it is hidden. On the right, the target should lie on the signal at the hidden places, and at the mark -1 at "
        "all others, where nothing is asked.",
        (
            Plot(
                "What the network sees", "place", "value", (series("your corrupted input", places, seen, "dots"), given)
            ),
            Plot("What it is asked for", "place", "value", (series("your target", places, target, "dots"), given)),
        ),
    )
