"""Where everything of a plot is drawn."""

import math

import pytest

from autograder.picture import Plot, mark, series
from autograder.reports.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, drawn


def plot(*rows, marks=(), log_y=False):
    """A plot of these series."""
    return Plot("title", "x", "y", rows, marks, log_y)


def places(shape):
    """All points of a shape's lines."""
    return [tuple(map(float, point.split(","))) for line in shape.lines for point in line.split()]


@pytest.mark.parametrize(
    "values",
    [[1.0, 2.0], [5.0, 5.0], [0.0, 0.0], [-1e-12, 1e-12], [1e12, -1e12], [1e-300, 1e299], [3.0], []],
    ids=str,
)
@pytest.mark.parametrize("log_y", [False, True], ids=["linear", "log"])
@pytest.mark.parametrize("shape", ["line", "dots", "bars"])
def test_everything_stays_inside(values, log_y, shape):
    """Whatever the values: nothing is drawn outside the axes, no number is lost, and every tick is distinct."""
    found = drawn(plot(series("a", range(len(values)), values, shape), log_y=log_y))
    (one,) = found.shapes
    points = places(one) + list(one.dots) + [(x, y) for x, y, _, _ in one.bars]
    points += [(x + width, y + height) for x, y, width, height in one.bars]
    for x, y in points:
        assert LEFT - 0.2 <= x <= WIDTH - RIGHT + 0.2
        assert TOP - 0.2 <= y <= HEIGHT - BOTTOM + 0.2
    assert len({tick.label for tick in found.y_ticks}) == len(found.y_ticks) >= 1
    assert all(math.isfinite(tick.at) for tick in (*found.x_ticks, *found.y_ticks))


def test_up_is_more():
    """A larger value lies higher, which is a smaller y of a drawing."""
    (one,) = drawn(plot(series("a", [0, 1], [1.0, 2.0]))).shapes
    (x0, y0), (x1, y1) = places(one)
    assert x0 < x1
    assert y0 > y1


def test_a_gap_ends_a_line():
    """And what a logarithmic axis cannot show is one."""
    rows = series("a", range(5), [1.0, 2.0, float("nan"), 3.0, 4.0])
    assert [len(line.split()) for line in drawn(plot(rows)).shapes[0].lines] == [2, 2]
    zero = series("a", range(5), [1.0, 2.0, 0.0, -3.0, 4.0])
    assert [len(line.split()) for line in drawn(plot(zero, log_y=True)).shapes[0].lines] == [2, 2]


def test_bars_stand_on_zero():
    """The negative ones hang from it."""
    (one,) = drawn(plot(series("a", [1, 2], [2.0, -1.0], "bars"))).shapes
    (_, up, _, tall), (_, ground, _, low) = one.bars
    assert up + tall == pytest.approx(ground, abs=0.11)
    assert tall == pytest.approx(2 * low, abs=0.11)


def test_what_was_given_is_told_from_what_is_the_students():
    """Own series are numbered, given ones are not counted."""
    found = drawn(plot(series("d", [0], [1], own=False), series("a", [0], [1]), series("b", [0], [2])))
    assert [shape.style for shape in found.shapes] == ["given", "1", "2"]


def test_marks_are_part_of_the_range():
    """A stopping point beyond the curve is still to be seen."""
    found = drawn(plot(series("a", [0, 1], [1, 2]), marks=(mark("stop", 10),)))
    assert LEFT <= found.marks[0].at <= WIDTH - RIGHT
    assert found.marks[0].label == "stop"


def test_ticks_are_round():
    """Fives and tenths, with as many digits as they need."""
    found = drawn(plot(series("a", [0, 10], [0.0, 1.0])))
    assert [tick.label for tick in found.x_ticks] == ["0", "2.5", "5.0", "7.5", "10.0"]
    assert [tick.label for tick in found.y_ticks] == ["0", "0.25", "0.50", "0.75", "1.00"]
    decades = drawn(plot(series("a", [0, 1, 2], [0.01, 1.0, 100.0]), log_y=True))
    assert [tick.label for tick in decades.y_ticks] == ["0.01", "0.1", "1", "10", "100"]
