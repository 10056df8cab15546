"""What a picture on a feedback page shows: numbers and small images, as frozen values that a grade can hold.

``solutions/<assignment>/pictures.py`` makes them: a function called like a task takes the student's functions, calls
one on an example that is public, and returns a ``Picture``. It runs in the judge; only values come from the guest.
"""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

MOST_POINTS, MOST_PIXELS = 2000, 128 * 128


class NotDrawableError(ValueError):
    """What was returned is no number, or too many, or has another shape than the picture needs."""


@dataclass(frozen=True)
class Series:
    """One row of points of a plot: joined by a line, or as dots or bars. A ``y`` of None is a gap. ``own`` is what the
    student's function returned; anything else was given."""

    label: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]
    shape: Literal["line", "dots", "bars"] = "line"
    own: bool = True


@dataclass(frozen=True)
class Mark:
    """A place on the x axis that has a name: where training stops, say."""

    label: str
    x: float
    own: bool = True


@dataclass(frozen=True)
class Plot:
    """A coordinate system with series and marks in it."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    marks: tuple[Mark, ...] = ()
    log_y: bool = False


@dataclass(frozen=True)
class Image:
    """A small image, as a PNG file in base64."""

    title: str
    png: str
    width: int
    height: int
    own: bool = True


@dataclass(frozen=True)
class Picture:
    """Panels side by side, with a title and a caption that says what to look for."""

    title: str
    caption: str
    panels: tuple[Plot | Image, ...]


def series(label: str, x: Any, y: Any, shape: Literal["line", "dots", "bars"] = "line", own: bool = True) -> Series:
    """A series from tensors, arrays or sequences of as many x as y; y that is not finite becomes a gap.

    Raises ``NotDrawableError``.
    """
    across, up = _numbers(x), _numbers(y)
    if len(across) != len(up):
        raise NotDrawableError(f"{label}: {len(up)} values for {len(across)} places")
    if any(value is None for value in across):
        raise NotDrawableError(f"{label}: a place on the x axis is not finite")
    return Series(label, tuple(value for value in across if value is not None), up, shape, own)


def mark(label: str, x: Any, own: bool = True) -> Mark:
    """A mark at one number. Raises ``NotDrawableError``."""
    found = _numbers([x])[0]
    if found is None:
        raise NotDrawableError(f"{label}: not a finite number")
    return Mark(label, found, own)


def image(title: str, values: Any, own: bool = True) -> Image:
    """An image from values in [0, 1], others being cut off: (height, width) in gray or (3, height, width) in color.

    Raises ``NotDrawableError``.
    """
    import numpy as np
    from PIL import Image as Pillow

    try:
        pixels = np.asarray(values.tolist() if hasattr(values, "tolist") else values, dtype=float)
    except (TypeError, ValueError) as error:
        raise NotDrawableError(f"{title}: not an image") from error
    if pixels.ndim == 3 and pixels.shape[0] in (1, 3):
        pixels = pixels.transpose(1, 2, 0).squeeze(2) if pixels.shape[0] == 1 else pixels.transpose(1, 2, 0)
    elif pixels.ndim != 2:
        raise NotDrawableError(f"{title}: not an image, its shape is {pixels.shape}")
    height, width = pixels.shape[:2]
    if not 0 < height * width <= MOST_PIXELS:
        raise NotDrawableError(f"{title}: an image of {height} x {width} is not drawn")
    bytes_ = (np.clip(np.nan_to_num(pixels), 0, 1) * 255).round().astype(np.uint8)
    made = io.BytesIO()
    Pillow.fromarray(bytes_).save(made, format="PNG")
    return Image(title, base64.b64encode(made.getvalue()).decode("ascii"), width, height, own)


def _numbers(values: Any) -> tuple[float | None, ...]:
    """Finite numbers as they are, others as None. Raises ``NotDrawableError`` for what is none, or for too many."""
    listed: Sequence[Any] = values.tolist() if hasattr(values, "tolist") else list(values)
    if not isinstance(listed, list) or len(listed) > MOST_POINTS:
        raise NotDrawableError(f"not a row of at most {MOST_POINTS} numbers")
    try:
        found = [float(value) for value in listed]
    except (TypeError, ValueError) as error:
        raise NotDrawableError("not a row of numbers") from error
    return tuple(value if abs(value) < 1e300 else None for value in found)


def from_json(data: dict[str, Any]) -> Picture:
    """The picture that ``dataclasses.asdict`` made a plain object of."""
    return Picture(data["title"], data["caption"], tuple(map(_panel, data["panels"])))


def _panel(data: dict[str, Any]) -> Plot | Image:
    if "png" in data:
        return Image(**data)
    rows = tuple(Series(**{**row, "x": tuple(row["x"]), "y": tuple(row["y"])}) for row in data["series"])
    return Plot(**{**data, "series": rows, "marks": tuple(Mark(**one) for one in data["marks"])})
