"""What your functions do on examples that anybody may see, drawn on your feedback page."""

import torch
from torch import nn

from autograder.picture import Picture, Plot, series

_FEATURES = 300
_LOG_STRENGTHS = range(-4, 7)


def generalization_report(student):
    """Errors and losses of one classifier, from one that knows its 40 examples by heart to one that hardly learns."""
    generator = torch.Generator().manual_seed(11)
    x_train, y_train = _examples(40, generator)
    x_test, y_test = _examples(1000, generator)
    features = nn.Sequential(nn.Linear(2, _FEATURES), nn.Tanh())
    with torch.no_grad():
        features[0].weight.copy_(3 * torch.randn(_FEATURES, 2, generator=generator))
        features[0].bias.copy_(3 * torch.randn(_FEATURES, generator=generator))
    reports = []
    for strength in _LOG_STRENGTHS:
        model = nn.Sequential(*features, _ridge(features(x_train).detach(), y_train, 10.0**strength))
        reports.append(student.generalization_report(model, x_train, y_train, x_test, y_test))

    def panel(title, unit, kind):
        return Plot(
            title,
            "log10 of the strength of weight decay",
            unit,
            (
                series("training set", _LOG_STRENGTHS, [report[f"train_{kind}"] for report in reports]),
                series("test set", _LOG_STRENGTHS, [report[f"test_{kind}"] for report in reports]),
            ),
        )

    return Picture(
        "Where a classifier stops memorizing",
        "Your report on one network of 300 random features, whose last layer has more weight decay from left to right. "
        "On the left the 40 training examples are known by heart: no training error, and a wide gap, which closes to "
        "the right. At the far right the logits shrink to 0, so that both losses rise to log 2 = 0.69. The errors do "
        "not rise with them: for an error it only counts which logit is the largest.",
        (panel("Error", "percent", "error"), panel("Cross-entropy", "nats", "loss")),
    )


def _examples(count, generator):
    """Two overlapping classes of points in a plane."""
    y = torch.arange(count) % 2
    centers = torch.tensor([[-0.7, 0.0], [0.7, 0.3]])
    return centers[y] + torch.randn(count, 2, generator=generator), y


def _ridge(features, y, strength):
    """The layer of two logits that fits targets of 1 and -1 with this much weight decay."""
    targets, known = 2.0 * nn.functional.one_hot(y, 2).double() - 1, features.double()
    within = known @ known.T + strength * torch.eye(len(y), dtype=torch.float64)
    weight = known.T @ torch.linalg.solve(within, targets)
    layer = nn.Linear(_FEATURES, 2, bias=False)
    with torch.no_grad():
        layer.weight.copy_(weight.T)
    return layer


_OPTIONS = {"dropout": 0.25, "weight decay": 1e-3, "input noise": 0.1, "label smoothing": 0.1}


def ablate(student):
    """The effects of four options on a test error that is written down as a formula."""
    effects = student.ablate(_test_error, dict(_OPTIONS))
    alone = [_test_error({name: value}) - _test_error({}) for name, value in _OPTIONS.items()]
    places = range(1, len(_OPTIONS) + 1)
    return Picture(
        "What each option contributes",
        "Below zero an option helps: with it the test error is smaller. Your bars are its effect beside all the others,"
        " the dots are its effect alone. Dropout and input noise do much the same here, so that each helps less where "
        "the other one is. Label smoothing helps only where nothing else does.",
        (
            Plot(
                "Effect on the test error",
                "; ".join(f"{place} {name}" for place, name in zip(places, _OPTIONS, strict=True)),
                "percentage points",
                (
                    series("your leave-one-out effects", places, [effects[name] for name in _OPTIONS], "bars"),
                    series("each option alone", places, alone, "dots", own=False),
                ),
            ),
        ),
    )


def _test_error(options):
    """A test error in percent: dropout and noise overlap, and label smoothing harms beside any other option."""
    error = 40.0 - 4.0 * ("weight decay" in options)
    error -= max(6.0 * ("dropout" in options), 5.0 * ("input noise" in options))
    error -= 1.0 * ("dropout" in options and "input noise" in options)
    return error + 1.0 * ("label smoothing" in options) * (1 if len(options) > 1 else -1)
