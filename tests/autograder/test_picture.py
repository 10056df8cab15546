"""Values of pictures: made from whatever a student's function returned, or refused; and kept in a grade."""

import base64
import io
import json
from dataclasses import asdict

import numpy as np
import pytest
import torch
from PIL import Image

from autograder import picture
from autograder.picture import MOST_POINTS, NotDrawableError, Picture, Plot, image, mark, series


def test_a_series_takes_tensors_arrays_and_ranges():
    """Gradients and dtypes do not matter; a value that is not finite is a gap."""
    y = torch.tensor([1.0, float("nan"), float("-inf")], requires_grad=True)
    made = series("loss", range(3), y.detach(), own=False)
    assert (made.x, made.y, made.own) == ((0.0, 1.0, 2.0), (1.0, None, None), False)
    assert series("loss", np.arange(2), [3, 4.5]).y == (3.0, 4.5)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (range(3), [1.0, 2.0]),
        ([1.0, float("nan")], [1.0, 2.0]),
        (range(2), torch.ones(2, 2)),
        (range(2), ["a", "b"]),
        (range(1), torch.tensor(1.0)),
        (range(MOST_POINTS + 1), range(MOST_POINTS + 1)),
        (range(2), torch.tensor([1j, 2j])),
    ],
    ids=["lengths", "x not finite", "matrix", "text", "scalar", "too many", "complex"],
)
def test_what_is_no_row_of_numbers_is_refused(x, y):
    """So that a wrong answer has no picture instead of a wrong one."""
    with pytest.raises(NotDrawableError):
        series("values", x, y)


def test_a_mark_is_one_finite_number():
    """An infinite best epoch has no place on an axis."""
    assert mark("best", torch.tensor(3)).x == 3.0
    with pytest.raises(NotDrawableError):
        mark("best", float("inf"))


def pixels(made):
    """The pixels of an image, back from its PNG."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(made.png))))


def test_an_image_is_what_it_was_made_of():
    """In gray or color, cut off at 0 and 1; NaN is black."""
    gray = image("mask", torch.tensor([[0.0, 0.5, 2.0], [-1.0, float("nan"), 1.0]]))
    assert (gray.width, gray.height) == (3, 2)
    assert pixels(gray).tolist() == [[0, 128, 255], [0, 0, 255]]
    color = image("scene", torch.stack([torch.ones(2, 4), torch.zeros(2, 4), torch.zeros(2, 4)]))
    assert pixels(color).shape == (2, 4, 3)
    assert pixels(color)[0, 0].tolist() == [255, 0, 0]
    assert pixels(image("one channel", torch.ones(1, 2, 2))).tolist() == [[255, 255], [255, 255]]


@pytest.mark.parametrize(
    "values", [torch.ones(4), torch.ones(2, 3, 4), torch.ones(500, 500), torch.ones(0, 3), None, "text", [[1], [1, 2]]]
)
def test_what_is_no_image_is_refused(values):
    """Wrong axes, too many pixels, none, or nothing of the kind."""
    with pytest.raises(NotDrawableError):
        image("scene", values)


def test_a_picture_survives_json():
    """A grade holds it, strictly JSON."""
    plot = Plot("t", "x", "y", (series("a", [1, 2], [0.5, float("nan")]),), (mark("m", 1),), log_y=True)
    made = Picture("title", "caption", (plot, image("i", torch.ones(2, 2))))
    text = json.dumps(asdict(made), allow_nan=False)
    assert picture.from_json(json.loads(text)) == made
