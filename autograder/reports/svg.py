"""A ``Plot`` as the coordinates of a drawing: where its axes, ticks, lines, dots and bars go. The template draws them.

Drawn by hand and not by a plotting library: a page then follows the reader's light or dark mode, prints at any size,
says in words what it shows, and a class of 1,000 is drawn in seconds.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograder.picture import Plot, Series

WIDTH, HEIGHT = 420, 270
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 12, 46
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Tick:
    """A place on an axis and its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Shape:
    """One series: ``lines`` as SVG point lists, ``dots`` as centers, ``bars`` as x, y, width, height. ``style`` numbers
    the series among those of the student, or is "given"."""

    label: str
    style: str
    lines: tuple[str, ...] = ()
    dots: tuple[tuple[float, float], ...] = ()
    bars: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True)
class Drawn:
    """All of a plot, in units of a drawing of ``WIDTH`` x ``HEIGHT``."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    shapes: tuple[Shape, ...]
    marks: tuple[Tick, ...]


def drawn(plot: Plot) -> Drawn:
    """Where everything of a plot goes. Values that have no logarithm are gaps on a logarithmic axis."""
    lift: Callable[[float], float] = math.log10 if plot.log_y else float
    rows = [[(x, lift(y)) for x, y in _points(series, plot.log_y)] for series in plot.series]
    has_bars = any(series.shape == "bars" for series in plot.series)
    half = _bar_width(plot.series) / 2 if has_bars else 0.0
    xs = [x + side for row in rows for x, _ in row for side in (-half, half)] + [mark.x for mark in plot.marks]
    ys = [y for row in rows for _, y in row] + ([0.0] if has_bars and not plot.log_y else [])
    (low_x, high_x), (low_y, high_y) = _span(xs, 0.02), _span(ys, 0.06)

    def across(x: float) -> float:
        return round(LEFT + (x - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT), 1)

    def up(y: float) -> float:
        return round(HEIGHT - BOTTOM - (y - low_y) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM), 1)

    y_ticks = _decades(low_y, high_y) if plot.log_y else _ticks(low_y, high_y)
    return Drawn(
        tuple(Tick(across(at), label) for at, label in _ticks(low_x, high_x)),
        tuple(Tick(up(at), label) for at, label in y_ticks),
        tuple(
            _shapes(plot, across, lambda y: up(lift(y)), up(low_y if plot.log_y else 0.0) if has_bars else 0.0, half)
        ),
        tuple(Tick(across(mark.x), mark.label) for mark in plot.marks),
    )


def _shapes(
    plot: Plot, across: Callable[[float], float], up: Callable[[float], float], ground: float, half: float
) -> Iterator[Shape]:
    own = 0
    for series in plot.series:
        own += series.own
        style = str(own) if series.own else "given"
        places = [(across(x), up(y)) for x, y in _points(series, plot.log_y)]
        if series.shape == "dots":
            yield Shape(series.label, style, dots=tuple(places))
        elif series.shape == "bars":
            width = across(half) - across(-half)
            bars = tuple(
                (round(x - width / 2, 1), min(y, ground), round(width, 1), round(abs(y - ground), 1)) for x, y in places
            )
            yield Shape(series.label, style, bars=bars)
        else:
            yield Shape(series.label, style, lines=tuple(_lines(series, plot.log_y, across, up)))


def _lines(
    series: Series, log_y: bool, across: Callable[[float], float], up: Callable[[float], float]
) -> Iterator[str]:
    """The stretches between gaps, each as a list of points."""
    stretch: list[str] = []
    for x, y in [*zip(series.x, series.y, strict=True), (0.0, None)]:
        if y is not None and (y > 0 or not log_y):
            stretch.append(f"{across(x)},{up(y)}")
        elif stretch:
            yield " ".join(stretch if len(stretch) > 1 else 2 * stretch)
            stretch = []


def _points(series: Series, log_y: bool) -> list[tuple[float, float]]:
    pairs = zip(series.x, series.y, strict=True)
    return [(x, y) for x, y in pairs if y is not None and (y > 0 or not log_y)]


def _bar_width(rows: Sequence[Series]) -> float:
    """Three quarters of the smallest distance between two bars."""
    places = sorted({x for series in rows if series.shape == "bars" for x in series.x})
    return 0.75 * min((b - a for a, b in pairwise(places)), default=1.0)


def _span(values: Sequence[float], room: float) -> tuple[float, float]:
    """The range of values with some room at its ends; never of length 0."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    size = high - low or abs(high) or 1.0
    return low - room * size, high + room * size


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    """About five round places in a range."""
    rough = (high - low) / 5
    scale = 10.0 ** math.floor(math.log10(rough))
    step = scale * next(size for size in _STEPS if size * scale >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(number * step, _label(number * step, step)) for number in range(first, last + 1)]


def _decades(low: float, high: float) -> list[tuple[float, str]]:
    """Powers of ten in a range of logarithms, at most six; where it holds fewer than two, its ends."""
    found = list(range(math.ceil(low), math.floor(high) + 1))
    if len(found) < 2:
        return [(at, f"{10**at:.2g}") for at in (low, high)]
    step = -(-len(found) // 6)
    near = range(-3, 5)
    return [
        (float(power), _label(10.0**power, 10.0**power) if power in near else f"1e{power}") for power in found[::step]
    ]


def _label(value: float, step: float) -> str:
    """A number with as many digits as its neighbours differ in."""
    if value and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-")
    digits = max(0, -math.floor(math.log10(step) + 1e-9) + (step / 10 ** math.floor(math.log10(step)) % 1 > 0.01))
    return f"{value:.{digits}f}" if value else "0"
