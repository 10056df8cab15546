"""What your functions do on examples that anybody may see, drawn on your feedback page."""

import torch

from autograder.picture import Picture, Plot, mark, series

_EPOCHS = torch.arange(30, dtype=torch.float64)
# A validation loss that falls, has a bump, falls to its lowest, and rises again.
_LOSSES = (
    0.45
    + (-_EPOCHS / 3).exp()
    + 0.2 * (-((_EPOCHS - 8) / 1.6).square()).exp()
    - 0.006 * _EPOCHS.clamp(max=17)
    + 0.0016 * (_EPOCHS - 17).clamp(min=0).square()
    + 0.01 * torch.randn(30, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
)


def EarlyStopper(student):  # noqa: N802 - it is called like the class
    """Where two values of patience stop in one and the same run, and which epoch each calls the best."""
    panels = []
    for patience in (2, 6):
        stopper = student.EarlyStopper(patience=patience)
        step, stop = stopper.step, None
        for epoch, loss in enumerate(_LOSSES.tolist()):
            if step(loss):
                stop = epoch
                break
        panels.append(_run(f"Patience {patience}", _LOSSES[: epoch + 1], stop, stopper.best_epoch))
    return Picture(
        "Where patience runs out",
        "The dashed line is the validation loss of a whole run, and the dots are the epochs that your stopper was "
        "shown. With a patience of 2 it should give up at the bump. With 6 it should get past the bump, and stop six "
        "epochs after the lowest loss that it has seen. That epoch is the best one.",
        tuple(panels),
    )


def _run(title, seen, stop, best):
    """The validation loss, what of it was seen, the best of it, and the end."""
    return Plot(
        title,
        "epoch",
        "validation loss",
        (
            series("epochs that were run", range(len(seen)), seen, "dots"),
            series(f"your best: epoch {int(best)}", [int(best)], _LOSSES[[int(best)]], "dots"),
            series("the whole run", _EPOCHS, _LOSSES, own=False),
        ),
        () if stop is None else (mark(f"stop after epoch {int(stop)}", int(stop)),),
    )


def fit_with_early_stopping(student):
    """The record of a training loop whose validation loss follows a script."""
    script = iter(_LOSSES.tolist())
    report = student.fit_with_early_stopping(
        torch.nn.Linear(1, 1), lambda model: None, lambda model: next(script), len(_LOSSES), 6
    )
    return Picture(
        "A whole training run",
        "Your loop trained with a patience of 6, and its validation loss followed the dashed line. The dots are your "
        "history. They should lie on the line and end where patience has run out, six epochs after the best one, which "
        "is the one whose weights go home.",
        (_run("Patience 6", report["history"], report["stop_epoch"], report["best_epoch"]),),
    )


def select_and_test(student):
    """Fifteen candidates, the one that was chosen, and whose test error was looked at."""
    rng = torch.Generator().manual_seed(20)
    val = (30 + 3 * torch.randn(15, generator=rng, dtype=torch.float64)).tolist()
    test = (30 + 3 * torch.randn(15, generator=rng, dtype=torch.float64)).tolist()
    tested = []

    def look(candidate):
        """Open one envelope, and remember which."""
        tested.append(candidate)
        return test[candidate]

    index, _ = student.select_and_test(list(range(15)), lambda candidate: val[candidate], look)
    return Picture(
        "One envelope",
        "Fifteen candidates of the same quality, whose errors differ by luck. You should choose the one with the "
        "lowest validation error, and look at a single test error, which is that of your choice.",
        (
            Plot(
                "Errors of fifteen candidates",
                "candidate",
                "error / %",
                (
                    series("validation errors", range(15), val, "dots", own=False),
                    series("test errors that you looked at", tested, [test[candidate] for candidate in tested], "dots"),
                ),
                (mark("your choice", int(index)),),
            ),
        ),
    )


def early_stopped_weights(student):
    """How much of each direction has been learned after three training times, beside the filters of an L2 penalty."""
    curvature, lr = torch.logspace(-4, 0, 61, dtype=torch.float64), 0.5
    minimum, rows = torch.ones(61, dtype=torch.float64), []
    places = curvature.log10()
    for steps in (10, 100, 1000):
        share = student.early_stopped_weights(torch.diag(curvature), minimum, lr, steps)
        rows.append(series(f"{steps} steps", places, share))
    for steps in (10, 100, 1000):
        penalty = series(
            f"L2 penalty 1/({lr} · {steps})", places, curvature / (curvature + 1 / (lr * steps)), own=False
        )
        rows.append(penalty)
    return Picture(
        "Stopping early is a filter",
        "The minimum is 1 in every direction, so a weight is the share of it that has been learned. Steep directions, "
        "on the right, should be learned first, and longer training should let flatter ones through. The dashed lines "
        "are the minima with an L2 penalty. Your curves should be similar, though not the same.",
        (
            Plot(
                "What gets through",
                "curvature (logarithm to base 10)",
                "weight after training",
                tuple(rows),
            ),
        ),
    )
