"""What your functions do on examples that anybody may see, drawn on your feedback page."""

import math

import torch

from autograder.picture import Picture, Plot, image, mark, series

# Some of the points of the book's example (UDL, notebook 9.1).
_X = torch.tensor(
    [-14.2, -12.1, -9.5, -8.4, -6.0, -5.1, -4.5, -2.4, -1.9, -0.2, 0.4, 0.9, 1.5, 2.9, 3.6, 8.6, 10.4],
    dtype=torch.float64,
)
_Y = torch.tensor(
    [-0.02, -0.05, -0.28, -0.19, 0.16, 0.43, 0.6, -0.94, -0.49, -0.22, 0.51, 0.83, 0.89, 0.17, -0.31, 0.34, 0.06],
    dtype=torch.float64,
)


def loss_surface(student):
    """The surface as an image, without and with a penalty, and a cut through it."""
    offsets = torch.linspace(-10, 10, 48, dtype=torch.float64)
    freqs = torch.linspace(2.5, 22.5, 36, dtype=torch.float64)
    images = []
    for lam in (0.0, 0.2):
        surface = student.loss_surface(offsets, freqs, _X, _Y, lam)
        images.append(image(f"λ = {lam:g}", surface.flip(0) / surface.max()))
    along = torch.linspace(-10, 10, 121, dtype=torch.float64)
    cuts = [(lam, student.loss_surface(along, freqs[24:25], _X, _Y, lam)[0]) for lam in (0.0, 0.05, 0.2)]
    cut = Plot(
        f"A cut at the frequency {float(freqs[24]):.1f}",
        "offset",
        "loss",
        tuple(series(f"λ = {lam:g}", along, height) for lam, height in cuts),
        (mark("offset of the center", 0, own=False),),
    )
    return Picture(
        "The loss over offset and frequency",
        "In the images the offset runs to the right and the frequency upward, and dark is low. Without a penalty there "
        "should be many holes. The penalty should add a bowl around the center of the image, so that holes far from it "
        "are lifted, and some of them run out. The cut shows the same from the side.",
        (*images, cut),
    )


def count_local_minima(student):
    """Four surfaces, each with the number of holes that was counted in it."""
    x = torch.linspace(-1, 1, 48, dtype=torch.float64)
    y = x[:36, None] + 0.25
    holes = [(-0.55, -0.35), (0.45, -0.4), (-0.4, 0.4), (0.6, 0.35)]

    def dip(a, b, width=0.2):
        """A round hole of depth 1."""
        return -torch.exp(-((x - a).square() + (y - b).square()) / (2 * width**2))

    four = sum(dip(*place) for place in holes)
    surfaces = {
        "round holes": four,
        "the same, tilted": four + 0.8 * x,
        "a valley aslant": (x - y - 0.013).square() * 9 + 0.3 * (x + y - 0.1).square(),
        "floor and border": torch.minimum(dip(-0.3, 0.0, 0.3).clamp(min=-0.6), dip(1.0, 0.0)),
    }
    return Picture(
        "How many holes?",
        "Dark is low, and the number above each image is your count. A hole should count once if a single entry at its "
        "bottom is lower than all eight around it, and a slight tilt of the whole surface should not change that. The "
        "valley falls slowly toward its middle. A flat floor has no lowest entry, and a hole that is lowest at the "
        "border of the image should not count.",
        tuple(
            image(f"{name}: {int(student.count_local_minima(surface))}", _shades(surface), own=False)
            for name, surface in surfaces.items()
        ),
    )


def _shades(surface):
    """The heights from 0 (lowest) to 1."""
    return (surface - surface.min()) / (surface.max() - surface.min())


def neg_log_prior(student):
    """The slope of minus the logarithm of three priors."""
    phi = torch.linspace(-3, 3, 60, dtype=torch.float64, requires_grad=True)
    rows = []
    for kind, width in (("gaussian", 1.0), ("gaussian", 2.0), ("laplace", 1.0)):
        belief = student.neg_log_prior(phi, kind, width)
        slope = torch.autograd.grad(belief, [phi])[0]
        rows.append(series(f"{kind}, scale {width:g}", phi.detach(), slope))
    return Picture(
        "How hard a prior pulls",
        "This is the slope of your function at weights from -3 to 3, and gradient descent moves a weight against it. A "
        "Gaussian prior should pull the harder, the farther a weight is from 0, and a wider one should pull less. A "
        "Laplace prior should pull toward 0 with the same strength wherever the weight is.",
        (Plot("Slope of minus log prior", "weight", "slope", tuple(rows)),),
    )


def map_linear_regression(student):
    """The posterior of a curve made of waves, after 3 points and after 40."""
    rng = torch.Generator().manual_seed(5)
    x = 2 * torch.rand(40, generator=rng, dtype=torch.float64) - 1
    y = torch.sin(3 * x) + 0.2 * torch.randn(40, generator=rng, dtype=torch.float64)
    line = torch.linspace(-1, 1, 81, dtype=torch.float64)
    both = torch.cat([line, line[:1], line])
    panels = []
    for count in (3, 40):
        mean, covariance = student.map_linear_regression(_waves(x[:count]), y[:count], 0.04, 0.5)
        center, doubt = _waves(line) @ mean, ((_waves(line) @ covariance) * _waves(line)).sum(1).sqrt()
        band = torch.cat([center + 2 * doubt, torch.full((1,), math.nan, dtype=doubt.dtype), center - 2 * doubt])
        rows = (
            series("your mean", line, center),
            series("two standard deviations above and below", both, band),
            series("data", x[:count], y[:count], "dots", own=False),
        )
        panels.append(Plot(f"{count} points", "x", "y", rows))
    return Picture(
        "What the data leave open",
        "The model is a sum of waves. The mean should run close to the points. The band shows, by your covariance, how "
        "much is not known about the curve. It should be narrow near points and wide where there are none, and with 40 "
        "points it should be much narrower than with 3.",
        tuple(panels),
    )


def _waves(x):
    """A constant and sines and cosines of growing frequency."""
    angles = x[:, None] * torch.arange(1, 5, dtype=x.dtype) * math.pi / 2
    return torch.cat([torch.ones_like(x)[:, None], angles.sin(), angles.cos()], dim=1)
