"""Plausible wrong answers to 10_augmentation, each with the hint that a student who holds it needs."""
# The names of variants are made of a task's name and a tag, capitals and all.
# ruff: noqa: N801

import math

import torch
from torch import nn
from torch.utils.data import Dataset
from torchvision.transforms import v2

from autograder.answers import misconception

# ruff: noqa: F821  (the names of the reference module are there when these run)

MNIST1D = "DS 542, Data Augmentation: MNIST1D"
PANEL = "DS 542, Data augmentation"
PIPELINE = "STAT 453, Data Augmentation in PyTorch via TorchVision"
IDEA = "STAT 453, Data Augmentation"


def _of_same_length(x: Tensor, shift: Tensor, scale: Tensor) -> None:
    if not shift.shape == scale.shape == x.shape[:1]:
        raise ValueError("lengths differ")


def _is_data_set(x: Tensor, y: Tensor, n_extra: int) -> None:
    if len(x) == 0 or len(x) != len(y) or n_extra < 0:
        raise ValueError("not a data set")


def _drawn(x: Tensor, n: int, generator: torch.Generator | None) -> tuple[Tensor, Tensor, Tensor]:
    """Rows, shifts and scales as they should be."""
    rows = torch.randint(len(x), (n,), generator=generator, device=x.device)
    shift = torch.randint(x.shape[1], (n,), generator=generator, device=x.device)
    return rows, shift, 0.8 + 0.4 * torch.rand(n, generator=generator, dtype=x.dtype, device=x.device)


# ---------------------------------------------------------------------- 10.1 rotate_and_scale


@misconception(
    hint="Your signals turn to the left. To move a signal to the right, each place looks to its left.",
    reread=MNIST1D,
    caught_by=(
        "test_rotate_and_scale_turns_to_the_right",
        "test_rotate_and_scale_of_fresh_signals",
        "test_rotate_and_scale_around_the_circle",
    ),
)
def rotate_and_scale__left(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Add the shift to the place."""
    _of_same_length(x, shift, scale)
    return scale[:, None] * x.gather(1, (torch.arange(x.shape[1], device=x.device) + shift[:, None]) % x.shape[1])


@misconception(
    hint="What leaves at one end is gone, and zeros come in at the other. Circular means that it comes in again.",
    reread=MNIST1D,
    caught_by=(
        "test_rotate_and_scale_turns_to_the_right",
        "test_rotate_and_scale_of_fresh_signals",
        "test_rotate_and_scale_around_the_circle",
    ),
)
def rotate_and_scale__zero_padding(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Shift along a line, not around a circle."""
    _of_same_length(x, shift, scale)
    source = torch.arange(x.shape[1], device=x.device) - shift[:, None]
    inside = (source >= 0) & (source < x.shape[1])
    return scale[:, None] * torch.where(inside, x.gather(1, source.clamp(0, x.shape[1] - 1)), 0.0)


@misconception(
    hint="All signals of the batch turn by the shift of the first one. Each has a shift of its own.",
    reread=MNIST1D,
    caught_by=(
        "test_rotate_and_scale_turns_to_the_right",
        "test_rotate_and_scale_of_fresh_signals",
        "test_rotate_and_scale_around_the_circle",
    ),
)
def rotate_and_scale__one_shift(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Use one shift for the batch."""
    _of_same_length(x, shift, scale)
    return scale[:, None] * x.roll(int(shift[0]), dims=1)


@misconception(
    hint="You turn the batch and not the signals: other rows come out, each of them unturned.",
    reread=MNIST1D,
    caught_by=(
        "test_rotate_and_scale_turns_to_the_right",
        "test_rotate_and_scale_of_fresh_signals",
        "test_rotate_and_scale_around_the_circle",
    ),
)
def rotate_and_scale__rolls_the_batch(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Roll the wrong axis."""
    _of_same_length(x, shift, scale)
    return scale[:, None] * x.roll(int(shift[0]), dims=0)


@misconception(
    hint="A scale of one should change nothing; yours doubles the signal. The scale is the whole factor.",
    reread=MNIST1D,
    caught_by=(
        "test_rotate_and_scale_turns_to_the_right",
        "test_rotate_and_scale_of_fresh_signals",
        "test_rotate_and_scale_around_the_circle",
    ),
)
def rotate_and_scale__one_plus(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Take the scale for a change in percent."""
    _of_same_length(x, shift, scale)
    return _right_rotation(x, shift) * (1 + scale[:, None])


@misconception(
    hint="You forget the scale: every signal comes out as tall as it went in.",
    reread=MNIST1D,
    caught_by=(
        "test_rotate_and_scale_of_fresh_signals",
        "test_rotate_and_scale_around_the_circle",
        "test_rotate_and_scale_keeps_sum_and_energy",
    ),
)
def rotate_and_scale__unscaled(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Rotate only."""
    _of_same_length(x, shift, scale)
    return _right_rotation(x, shift)


@misconception(
    hint="Lengths that do not fit are stretched silently by broadcasting. The docstring wants an error instead.",
    reread=MNIST1D,
    caught_by="test_rotate_and_scale_refuses_other_lengths",
)
def rotate_and_scale__unchecked(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Let broadcasting decide."""
    source = (torch.arange(x.shape[1], device=x.device) - shift[:, None]) % x.shape[1]
    return scale[:, None] * x[: len(source)].gather(1, source.expand(len(x), -1))


@misconception(
    hint="You add noise as well. The task turns and scales, and does nothing else.",
    reread=MNIST1D,
    caught_by=(
        "test_rotate_and_scale_turns_to_the_right",
        "test_rotate_and_scale_of_fresh_signals",
        "test_rotate_and_scale_around_the_circle",
    ),
)
def rotate_and_scale__noise(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Add a little noise."""
    _of_same_length(x, shift, scale)
    return _right_rotation(x, shift) * scale[:, None] + 0.05 * torch.randn_like(x)


def _right_rotation(x: Tensor, shift: Tensor) -> Tensor:
    """A right rotation, for the wrong answers that are wrong elsewhere."""
    return x.gather(1, (torch.arange(x.shape[1], device=x.device) - shift[:, None]) % x.shape[1])


# ---------------------------------------------------------------------- 10.2 augment_dataset


@misconception(
    hint="The labels of your new rows are drawn anew, apart from the rows. Each is the label of its own original.",
    reread=IDEA,
    caught_by="test_augment_dataset_labels_follow_their_signals",
)
def augment_dataset__labels_drawn_apart(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Draw indices twice."""
    _is_data_set(x, y, n_extra)
    rows, shift, scale = _drawn(x, n_extra, generator)
    others = torch.randint(len(x), (n_extra,), generator=generator, device=x.device)
    return torch.cat([x, rotate_and_scale(x[rows], shift, scale)]), torch.cat([y, y[others]])


@misconception(
    hint="You turn and scale the originals, too. They stay in the data set as they are.",
    reread=IDEA,
    caught_by=(
        "test_augment_dataset_keeps_the_originals",
        "test_augment_dataset_of_any_size_and_dtype",
    ),
)
def augment_dataset__originals_changed(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Augment everything at the end."""
    _is_data_set(x, y, n_extra)
    rows, shift, scale = _drawn(x, len(x) + n_extra, generator)
    rows[: len(x)] = torch.arange(len(x), device=x.device)
    return rotate_and_scale(x[rows], shift, scale), y[rows]


@misconception(
    hint="You return the new rows only. Augmentation adds to the data that you have, which come first.",
    reread=IDEA,
    caught_by=(
        "test_augment_dataset_keeps_the_originals",
        "test_augment_dataset_labels_follow_their_signals",
        "test_augment_dataset_draws_every_rotation",
    ),
)
def augment_dataset__replaces(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Forget the originals."""
    _is_data_set(x, y, n_extra)
    rows, shift, scale = _drawn(x, n_extra, generator)
    return rotate_and_scale(x[rows], shift, scale), y[rows]


@misconception(
    hint="Every single number of a signal gets a scale of its own, which is noise. A signal is scaled as a whole.",
    reread=MNIST1D,
    caught_by=(
        "test_augment_dataset_keeps_the_originals",
        "test_augment_dataset_labels_follow_their_signals",
        "test_augment_dataset_draws_every_rotation",
    ),
)
def augment_dataset__scales_each_number(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Draw a table of scales."""
    _is_data_set(x, y, n_extra)
    rows, shift, scale = _drawn(x, n_extra, generator)
    each = 0.8 + 0.4 * torch.rand(n_extra, x.shape[1], generator=generator, dtype=x.dtype, device=x.device)
    return torch.cat([x, rotate_and_scale(x[rows], shift, torch.ones_like(scale)) * each]), torch.cat([y, y[rows]])


@misconception(
    hint="One of the rotations never occurs: that by nothing at all. It is a rotation like the others.",
    reread=MNIST1D,
    caught_by="test_augment_dataset_draws_every_rotation",
)
def augment_dataset__never_unturned(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Draw the shift from 1 on."""
    _is_data_set(x, y, n_extra)
    rows, _, scale = _drawn(x, n_extra, generator)
    shift = torch.randint(1, x.shape[1], (n_extra,), generator=generator, device=x.device)
    return torch.cat([x, rotate_and_scale(x[rows], shift, scale)]), torch.cat([y, y[rows]])


@misconception(
    hint="Your signals move by a few places only. All rotations around the circle are equally likely.",
    reread=MNIST1D,
    caught_by=(
        "test_augment_dataset_draws_every_rotation",
        "test_augment_dataset_draws_independently",
    ),
)
def augment_dataset__small_shifts(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Shift by one place at most."""
    _is_data_set(x, y, n_extra)
    rows, _, scale = _drawn(x, n_extra, generator)
    shift = torch.randint(-1, 2, (n_extra,), generator=generator, device=x.device)
    return torch.cat([x, rotate_and_scale(x[rows], shift, scale)]), torch.cat([y, y[rows]])


@misconception(
    hint="Your scales only shrink a signal, or do not fill the range: check both ends of it.",
    reread=MNIST1D,
    caught_by="test_augment_dataset_draws_the_scale",
)
def augment_dataset__shrinks_only(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Take 0.2 for the width of the range."""
    _is_data_set(x, y, n_extra)
    rows, shift, scale = _drawn(x, n_extra, generator)
    return torch.cat([x, rotate_and_scale(x[rows], shift, 0.4 + scale / 2)]), torch.cat([y, y[rows]])


@misconception(
    hint="You walk through the originals in turn. Each new row draws its original, so that one may come up twice.",
    reread=MNIST1D,
    caught_by=(
        "test_augment_dataset_draws_independently",
        "test_augment_dataset_draws_with_replacement",
    ),
)
def augment_dataset__in_turn(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Repeat the data set."""
    _is_data_set(x, y, n_extra)
    _, shift, scale = _drawn(x, n_extra, generator)
    rows = torch.arange(n_extra, device=x.device) % len(x)
    return torch.cat([x, rotate_and_scale(x[rows], shift, scale)]), torch.cat([y, y[rows]])


@misconception(
    hint="You do not draw from the generator that you are given, so nobody can repeat your data set.",
    reread=MNIST1D,
    caught_by="test_augment_dataset_follows_the_generator",
)
def augment_dataset__ignores_the_generator(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Draw from torch's default generator."""
    _is_data_set(x, y, n_extra)
    rows, shift, scale = _drawn(x, n_extra, None)
    return torch.cat([x, rotate_and_scale(x[rows], shift, scale)]), torch.cat([y, y[rows]])


# ---------------------------------------------------------------------- 10.3 flip, rotate_and_crop


def _turned(img: Tensor, degrees: float, mode: str = "bilinear", pad: str = "zeros") -> Tensor:
    """The whole image, turned; ``rows`` is another matrix for the positions in pixels."""
    _, height, width = img.shape
    y, x = torch.meshgrid(
        torch.arange(height, dtype=img.dtype, device=img.device) - (height - 1) / 2,
        torch.arange(width, dtype=img.dtype, device=img.device) - (width - 1) / 2,
        indexing="ij",
    )
    t = math.radians(degrees)
    grid = torch.stack(
        [
            (x * math.cos(t) - y * math.sin(t)) * 2 / (width - 1),
            (x * math.sin(t) + y * math.cos(t)) * 2 / (height - 1),
        ],
        dim=-1,
    )
    return nn.functional.grid_sample(img[None], grid[None], mode=mode, padding_mode=pad, align_corners=True)[0]


def _cut(img: Tensor, height: int, width: int) -> Tensor:
    if height > img.shape[1] or width > img.shape[2]:
        raise ValueError("too large")
    top, left = (img.shape[1] - height) // 2, (img.shape[2] - width) // 2
    return img[:, top : top + height, left : left + width]


@misconception(
    hint="You mirror the channels: red becomes blue, and nothing moves. Which axis of [C, H, W] is which?",
    reread=PANEL,
    caught_by=(
        "test_flip_swaps_left_and_right_or_top_and_bottom",
        "test_flip_of_both_or_none",
    ),
)
def flip__channels(img: Tensor, horizontal: bool, vertical: bool) -> Tensor:
    """Count the axes from the front, starting with the height."""
    return img.flip([axis for axis, wanted in ((1, horizontal), (0, vertical)) if wanted])


@misconception(
    hint="Your horizontal flip swaps top and bottom. It swaps left and right, so it runs along the width.",
    reread=PANEL,
    caught_by="test_flip_swaps_left_and_right_or_top_and_bottom",
)
def flip__other_axis(img: Tensor, horizontal: bool, vertical: bool) -> Tensor:
    """Mirror about the horizontal axis."""
    return img.flip([axis for axis, wanted in ((1, horizontal), (2, vertical)) if wanted])


@misconception(
    hint="You flip along both axes whenever one of them is asked for.",
    reread=PANEL,
    caught_by="test_flip_swaps_left_and_right_or_top_and_bottom",
)
def flip__always_both(img: Tensor, horizontal: bool, vertical: bool) -> Tensor:
    """Take a flip for a half turn."""
    return img.flip([1, 2]) if horizontal or vertical else img


@misconception(
    hint="Your image turns clockwise. The rows count downwards: look again at where a pixel comes from.",
    reread=PANEL,
    caught_by=(
        "test_rotate_and_crop_by_right_angles",
        "test_rotate_and_crop_turns_a_slope",
        "test_rotate_and_crop_of_fresh_images",
    ),
)
def rotate_and_crop__clockwise(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """Forget that y runs down."""
    return _cut(_turned(img, -degrees), height, width)


@misconception(
    hint="The angle comes in degrees; the functions sin and cos expect another unit.",
    reread=PANEL,
    caught_by=(
        "test_rotate_and_crop_by_right_angles",
        "test_rotate_and_crop_turns_a_slope",
        "test_rotate_and_crop_of_fresh_images",
    ),
)
def rotate_and_crop__radians(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """Hand the degrees to sin and cos."""
    return _cut(_turned(img, math.degrees(degrees)), height, width)


@misconception(
    hint="You cut first, and turn what is left: black corners come into a window that needs none.",
    reread=PIPELINE,
    caught_by=(
        "test_rotate_and_crop_turns_a_slope",
        "test_rotate_and_crop_cuts_after_turning",
        "test_rotate_and_crop_in_single_precision",
    ),
)
def rotate_and_crop__crops_first(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """The order of the slide."""
    cut = _cut(img, height, width)
    return _turned(cut, degrees) if min(height, width) > 1 else cut


@misconception(
    hint="An image that is not square is sheared by your rotation. Turn positions in pixels, not those from -1 to 1.",
    reread=PANEL,
    caught_by=(
        "test_rotate_and_crop_turns_a_slope",
        "test_rotate_and_crop_of_fresh_images",
        "test_rotate_and_crop_in_single_precision",
    ),
)
def rotate_and_crop__shears(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """Rotate the normalized coordinates."""
    t = math.radians(degrees)
    theta = torch.tensor(
        [[[math.cos(t), -math.sin(t), 0], [math.sin(t), math.cos(t), 0]]], dtype=img.dtype, device=img.device
    )
    grid = nn.functional.affine_grid(theta, [1, *img.shape], align_corners=True)
    return _cut(nn.functional.grid_sample(img[None], grid, align_corners=True)[0], height, width)


@misconception(
    hint="You take the nearest pixel. Between pixels the value is a weighted mean of the four around it.",
    reread=PIPELINE,
    caught_by=(
        "test_rotate_and_crop_turns_a_slope",
        "test_rotate_and_crop_of_fresh_images",
        "test_rotate_and_crop_in_single_precision",
    ),
)
def rotate_and_crop__nearest(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """Round the positions."""
    return _cut(_turned(img, degrees, mode="nearest"), height, width)


@misconception(
    hint="Your window starts at the upper left corner. It is cut out of the middle.",
    reread=PANEL,
    caught_by=(
        "test_rotate_and_crop_by_right_angles",
        "test_rotate_and_crop_turns_a_slope",
        "test_rotate_and_crop_cuts_the_middle",
    ),
)
def rotate_and_crop__corner(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """Cut the first rows and columns."""
    if height > img.shape[1] or width > img.shape[2]:
        raise ValueError("too large")
    return _turned(img, degrees)[:, :height, :width]


@misconception(
    hint="Outside the image you go on with the color of the border. There it is black.",
    reread=PANEL,
    caught_by="test_rotate_and_crop_of_fresh_images",
)
def rotate_and_crop__border(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """Repeat the border."""
    return _cut(_turned(img, degrees, pad="border"), height, width)


@misconception(
    hint="A window that is larger than the image cannot be cut out of it; the docstring names the error.",
    reread=PANEL,
    caught_by="test_rotate_and_crop_refuses_a_window_that_does_not_fit",
)
def rotate_and_crop__unchecked(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """Let the slice decide."""
    top, left = max((img.shape[1] - height) // 2, 0), max((img.shape[2] - width) // 2, 0)
    return _turned(img, degrees)[:, top : top + height, left : left + width]


# ---------------------------------------------------------------------- 10.4 vertical_stretch


def _rows_at(img: Tensor, rows: Tensor, mode: str = "bilinear", pad: str = "zeros") -> Tensor:
    """The image at these rows, and at its own columns."""
    _, height, width = img.shape
    x = torch.linspace(-1, 1, width, dtype=img.dtype, device=img.device)
    y, x = torch.meshgrid(2 * rows / (height - 1) - 1, x, indexing="ij")
    grid = torch.stack([x, y], -1)[None]
    return nn.functional.grid_sample(img[None], grid, mode=mode, padding_mode=pad, align_corners=True)[0]


def _stretched(img: Tensor, factor: float, center: float, mode: str = "bilinear", pad: str = "zeros") -> Tensor:
    """Rows drawn apart by a factor, about any center."""
    rows = torch.arange(img.shape[1], dtype=img.dtype, device=img.device)
    return _rows_at(img, center + (rows - center) / factor, mode, pad)


def _is_positive(factor: float) -> None:
    if factor <= 0:
        raise ValueError("factor must be positive")


@misconception(
    hint="You stretch the width. The height is the middle one of the axes [C, H, W].",
    reread=PANEL,
    caught_by=(
        "test_vertical_stretch_of_a_slope",
        "test_vertical_stretch_of_fresh_images",
        "test_vertical_stretch_leaves_strips_when_it_shrinks",
    ),
)
def vertical_stretch__width(img: Tensor, factor: float) -> Tensor:
    """Stretch the other axis."""
    _is_positive(factor)
    turned = img.transpose(1, 2)
    return _stretched(turned, factor, (turned.shape[1] - 1) / 2).transpose(1, 2)


@misconception(
    hint="Where you should enlarge, you shrink. Each output row asks where in the input it comes from.",
    reread=PANEL,
    caught_by=(
        "test_vertical_stretch_of_a_slope",
        "test_vertical_stretch_of_fresh_images",
        "test_vertical_stretch_leaves_strips_when_it_shrinks",
    ),
)
def vertical_stretch__inverse(img: Tensor, factor: float) -> Tensor:
    """Multiply instead of dividing."""
    _is_positive(factor)
    return _stretched(img, 1 / factor, (img.shape[1] - 1) / 2)


@misconception(
    hint="Your result has another height than the image. The window stays, and the picture in it is stretched.",
    reread=PANEL,
    caught_by=(
        "test_vertical_stretch_of_a_slope",
        "test_vertical_stretch_of_fresh_images",
        "test_vertical_stretch_leaves_strips_when_it_shrinks",
    ),
)
def vertical_stretch__resizes(img: Tensor, factor: float) -> Tensor:
    """Resize the image."""
    _is_positive(factor)
    size = (max(1, round(img.shape[1] * factor)), img.shape[2])
    return nn.functional.interpolate(img[None], size=size, mode="bilinear", align_corners=True)[0]


@misconception(
    hint="You take the nearest row. Between two rows lies their weighted mean.",
    reread=PANEL,
    caught_by=(
        "test_vertical_stretch_of_a_slope",
        "test_vertical_stretch_of_fresh_images",
        "test_vertical_stretch_fades_at_the_border",
    ),
)
def vertical_stretch__nearest(img: Tensor, factor: float) -> Tensor:
    """Round the rows."""
    _is_positive(factor)
    rows = torch.arange(img.shape[1], dtype=img.dtype, device=img.device)
    center = (img.shape[1] - 1) / 2
    source = (center + (rows - center) / factor + 0.25).round()
    inside = (source >= 0) & (source < len(rows))
    return img[:, source.clamp(0, len(rows) - 1).long()] * inside[:, None]


@misconception(
    hint="Your image is stretched away from the top. The row that stays is that in the middle.",
    reread=PANEL,
    caught_by=(
        "test_vertical_stretch_of_a_slope",
        "test_vertical_stretch_of_fresh_images",
        "test_vertical_stretch_leaves_strips_when_it_shrinks",
    ),
)
def vertical_stretch__from_the_top(img: Tensor, factor: float) -> Tensor:
    """Keep the first row."""
    _is_positive(factor)
    return _stretched(img, factor, 0.0)


@misconception(
    hint="Your center is half a row too low: of 4 rows the middle lies between the second and the third.",
    reread=PANEL,
    caught_by=(
        "test_vertical_stretch_of_a_slope",
        "test_vertical_stretch_of_fresh_images",
        "test_vertical_stretch_leaves_strips_when_it_shrinks",
    ),
)
def vertical_stretch__half_a_row(img: Tensor, factor: float) -> Tensor:
    """Take H / 2 for the center."""
    _is_positive(factor)
    return _stretched(img, factor, img.shape[1] / 2)


@misconception(
    hint="When the image shrinks, you fill the strips with its border. They are black.",
    reread=PANEL,
    caught_by=(
        "test_vertical_stretch_leaves_strips_when_it_shrinks",
        "test_vertical_stretch_fades_at_the_border",
        "test_vertical_stretch_refuses_a_factor_that_is_not_positive",
    ),
)
def vertical_stretch__border(img: Tensor, factor: float) -> Tensor:
    """Repeat the border."""
    _is_positive(factor)
    return _stretched(img, factor, (img.shape[1] - 1) / 2, pad="border")


@misconception(
    hint="A factor that is not positive makes no stretch; the docstring names the error.",
    reread=PANEL,
    caught_by="test_vertical_stretch_refuses_a_factor_that_is_not_positive",
)
def vertical_stretch__unchecked(img: Tensor, factor: float) -> Tensor:
    """Accept any factor."""
    return _stretched(img, factor or 1e-9, (img.shape[1] - 1) / 2)


# ---------------------------------------------------------------------- 10.5 color_balance, vignette


def _fits(img: Tensor, gains: Tensor) -> None:
    if gains.shape != img.shape[:1]:
        raise ValueError("one gain a channel")


@misconception(
    hint="You add the gains. Light multiplies: what is black stays black in any light.",
    reread=PANEL,
    caught_by=(
        "test_color_balance_multiplies_the_channels",
        "test_color_balance_saturates",
        "test_color_balance_refuses_another_number_of_gains",
    ),
)
def color_balance__adds(img: Tensor, gains: Tensor) -> Tensor:
    """An offset for each channel."""
    _fits(img, gains)
    return (img + gains[:, None, None]).clamp(0, 1)


@misconception(
    hint="Your image becomes brighter than white. Values outside the range from 0 to 1 are clamped.",
    reread=PANEL,
    caught_by=(
        "test_color_balance_saturates",
        "test_color_balance_and_vignette_in_single_precision",
    ),
)
def color_balance__unclamped(img: Tensor, gains: Tensor) -> Tensor:
    """Multiply only."""
    _fits(img, gains)
    return img * gains[:, None, None]


@misconception(
    hint="Your gains meet the columns, and not the channels. Broadcasting lines up axes from the right.",
    reread=PANEL,
    caught_by=(
        "test_color_balance_multiplies_the_channels",
        "test_color_balance_saturates",
        "test_color_balance_and_vignette_in_single_precision",
    ),
)
def color_balance__columns(img: Tensor, gains: Tensor) -> Tensor:
    """Let broadcasting find the axis."""
    _fits(img, gains)
    wide = gains.repeat(img.shape[2])[: img.shape[2]]
    return (img * wide).clamp(0, 1)


@misconception(
    hint="You divide by the largest value instead of clamping: one bright spot darkens the whole image.",
    reread=PANEL,
    caught_by=(
        "test_color_balance_saturates",
        "test_color_balance_and_vignette_in_single_precision",
    ),
)
def color_balance__rescales(img: Tensor, gains: Tensor) -> Tensor:
    """Rescale where it is too bright."""
    _fits(img, gains)
    out = (img * gains[:, None, None]).clamp(min=0)
    return out / max(1.0, float(out.max()))


@misconception(
    hint="One gain for all channels slips through by broadcasting. The docstring wants one for each.",
    reread=PANEL,
    caught_by="test_color_balance_refuses_another_number_of_gains",
)
def color_balance__unchecked(img: Tensor, gains: Tensor) -> Tensor:
    """Let broadcasting decide."""
    return torch.stack([c * gains[i % len(gains)] for i, c in enumerate(img)]).clamp(0, 1)


def _squared(img: Tensor, cy: float, cx: float) -> Tensor:
    """The squared distance of each pixel from a point, in pixels."""
    rows = torch.arange(img.shape[1], dtype=img.dtype, device=img.device)[:, None] - cy
    columns = torch.arange(img.shape[2], dtype=img.dtype, device=img.device) - cx
    return rows**2 + columns**2


@misconception(
    hint="Your corners lose too much, and so does the middle of an edge: compare with the distance of a corner.",
    reread=PANEL,
    caught_by=(
        "test_vignette_of_a_plain_image",
        "test_vignette_of_fresh_images",
        "test_vignette_is_alike_in_all_four_corners",
    ),
)
def vignette__half_width(img: Tensor, strength: float) -> Tensor:
    """Half the width for the largest distance."""
    cy, cx = (img.shape[1] - 1) / 2, (img.shape[2] - 1) / 2
    return (img * (1 - strength * _squared(img, cy, cx) / cx**2)).clamp(0, 1)


@misconception(
    hint="Your vignette is darker on one side: its center lies half a pixel off.",
    reread=PANEL,
    caught_by=(
        "test_vignette_of_a_plain_image",
        "test_vignette_of_fresh_images",
        "test_vignette_is_alike_in_all_four_corners",
    ),
)
def vignette__half_a_pixel(img: Tensor, strength: float) -> Tensor:
    """Take H / 2 and W / 2 for the center."""
    r2 = _squared(img, img.shape[1] / 2, img.shape[2] / 2)
    return (img * (1 - strength * r2 / r2.max())).clamp(0, 1)


@misconception(
    hint="Your loss grows in proportion to the distance. It grows with its square.",
    reread=PANEL,
    caught_by=(
        "test_vignette_of_a_plain_image",
        "test_vignette_of_fresh_images",
        "test_vignette_stays_between_black_and_white",
    ),
)
def vignette__linear(img: Tensor, strength: float) -> Tensor:
    """Forget to square."""
    r2 = _squared(img, (img.shape[1] - 1) / 2, (img.shape[2] - 1) / 2)
    return (img * (1 - strength * (r2 / r2.max()).sqrt())).clamp(0, 1)


@misconception(
    hint="You measure each axis on its own scale, so that the vignette is an ellipse. Distances are in pixels.",
    reread=PANEL,
    caught_by=(
        "test_vignette_of_a_plain_image",
        "test_vignette_of_fresh_images",
        "test_vignette_stays_between_black_and_white",
    ),
)
def vignette__ellipse(img: Tensor, strength: float) -> Tensor:
    """Normalized coordinates."""
    y = torch.linspace(-1, 1, img.shape[1], dtype=img.dtype, device=img.device)[:, None]
    x = torch.linspace(-1, 1, img.shape[2], dtype=img.dtype, device=img.device)
    return (img * (1 - strength * (x**2 + y**2) / 2)).clamp(0, 1)


@misconception(
    hint="You subtract the loss from the image: even black pixels lose light, and dark corners lose all.",
    reread=PANEL,
    caught_by=(
        "test_vignette_of_a_plain_image",
        "test_vignette_of_fresh_images",
        "test_vignette_is_alike_in_all_four_corners",
    ),
)
def vignette__subtracts(img: Tensor, strength: float) -> Tensor:
    """Subtract instead of multiplying."""
    r2 = _squared(img, (img.shape[1] - 1) / 2, (img.shape[2] - 1) / 2)
    return (img - strength * r2 / r2.max()).clamp(0, 1)


@misconception(
    hint="A strong vignette makes negative light in your corners: clamp the result.",
    reread=PANEL,
    caught_by="test_vignette_stays_between_black_and_white",
)
def vignette__unclamped(img: Tensor, strength: float) -> Tensor:
    """Multiply only."""
    r2 = _squared(img, (img.shape[1] - 1) / 2, (img.shape[2] - 1) / 2)
    return img * (1 - strength * r2 / r2.max())


# ---------------------------------------------------------------------- 10.6 gaussian_blur


def _is_kernel(size: int, sigma: float) -> None:
    if size < 1 or size % 2 == 0 or sigma < 0:
        raise ValueError("no kernel")


def _bell(size: int, sigma: float, like: Tensor) -> Tensor:
    t = torch.arange(size, dtype=like.dtype, device=like.device) - size // 2
    return torch.exp(-(t**2) / (2 * sigma**2)) if sigma > 0 else (t == 0).to(like.dtype)


def _convolved(img: Tensor, taps: Tensor, mode: str = "reflect", axes: str = "both") -> Tensor:
    """Each channel by itself, along one axis or both."""
    h = len(taps) // 2
    padded = nn.functional.pad(img[None], (h, h, h, h), mode=mode)[0][:, None]
    one = torch.ones_like(taps) * (torch.arange(len(taps), device=taps.device) == h)
    out = nn.functional.conv2d(padded, (taps if axes != "width" else one)[None, None, :, None])
    return nn.functional.conv2d(out, (taps if axes != "height" else one)[None, None, None, :])[:, 0]


@misconception(
    hint="Near the border your image gets darker: you surround it with black. Reflect it instead.",
    reread=PANEL,
    caught_by=(
        "test_gaussian_blur_reflects_at_the_border",
        "test_gaussian_blur_keeps_a_plain_image",
        "test_gaussian_blur_of_fresh_images",
    ),
)
def gaussian_blur__zero_padding(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """Pad with zeros."""
    _is_kernel(kernel_size, sigma)
    taps = _bell(kernel_size, sigma, img)
    return _convolved(img, taps / taps.sum(), mode="constant")


@misconception(
    hint="Beyond the border you repeat the outermost pixel. The mirror shows what lies inside of it.",
    reread=PANEL,
    caught_by=(
        "test_gaussian_blur_reflects_at_the_border",
        "test_gaussian_blur_of_fresh_images",
        "test_gaussian_blur_in_single_precision",
    ),
)
def gaussian_blur__replicates(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """Pad with the border."""
    _is_kernel(kernel_size, sigma)
    taps = _bell(kernel_size, sigma, img)
    return _convolved(img, taps / taps.sum(), mode="replicate")


@misconception(
    hint="Your weights do not sum to one, so that the image changes its brightness.",
    reread=PANEL,
    caught_by=(
        "test_gaussian_blur_of_a_point",
        "test_gaussian_blur_reflects_at_the_border",
        "test_gaussian_blur_keeps_a_plain_image",
    ),
)
def gaussian_blur__unnormalized(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """The bell as it is."""
    _is_kernel(kernel_size, sigma)
    return _convolved(img, _bell(kernel_size, sigma, img))


@misconception(
    hint="You divide the weights by the area under the whole bell, and a few taps do not fill it.",
    reread=PANEL,
    caught_by=(
        "test_gaussian_blur_of_a_point",
        "test_gaussian_blur_reflects_at_the_border",
        "test_gaussian_blur_keeps_a_plain_image",
    ),
)
def gaussian_blur__density(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """The density of the normal distribution."""
    _is_kernel(kernel_size, sigma)
    taps = _bell(kernel_size, sigma, img)
    return _convolved(img, taps / (sigma * math.sqrt(2 * math.pi)) if sigma > 0 else taps)


@misconception(
    hint="You take sigma for the variance. It is the standard deviation, whose square stands in the exponent.",
    reread=PANEL,
    caught_by=(
        "test_gaussian_blur_of_a_point",
        "test_gaussian_blur_reflects_at_the_border",
        "test_gaussian_blur_of_fresh_images",
    ),
)
def gaussian_blur__variance(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """Forget the square."""
    _is_kernel(kernel_size, sigma)
    taps = _bell(kernel_size, math.sqrt(sigma), img)
    return _convolved(img, taps / taps.sum())


@misconception(
    hint="Your channels run into each other: a color image turns gray. Each is blurred by itself.",
    reread=PANEL,
    caught_by=(
        "test_gaussian_blur_reflects_at_the_border",
        "test_gaussian_blur_keeps_a_plain_image",
        "test_gaussian_blur_of_fresh_images",
    ),
)
def gaussian_blur__mixes_channels(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """A convolution with all channels in it."""
    _is_kernel(kernel_size, sigma)
    taps = _bell(kernel_size, sigma, img)
    return _convolved(img, taps / taps.sum()).mean(dim=0, keepdim=True).expand(len(img), -1, -1).clone()


@misconception(
    hint="You blur along one axis only. The kernel is the product of a bell along each.",
    reread=PANEL,
    caught_by=(
        "test_gaussian_blur_of_a_point",
        "test_gaussian_blur_reflects_at_the_border",
        "test_gaussian_blur_of_fresh_images",
    ),
)
def gaussian_blur__one_axis(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """Rows only."""
    _is_kernel(kernel_size, sigma)
    taps = _bell(kernel_size, sigma, img)
    return _convolved(img, taps / taps.sum(), axes="width")


@misconception(
    hint="Your weights are all the same. Near taps count more than far ones.",
    reread=PANEL,
    caught_by=(
        "test_gaussian_blur_of_a_point",
        "test_gaussian_blur_reflects_at_the_border",
        "test_gaussian_blur_of_fresh_images",
    ),
)
def gaussian_blur__box(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """A moving average."""
    _is_kernel(kernel_size, sigma)
    taps = torch.ones_like(_bell(kernel_size, 1.0, img)) if sigma > 0 else _bell(kernel_size, 0.0, img)
    return _convolved(img, taps / taps.sum())


@misconception(
    hint="A kernel with an even number of taps has no middle: the docstring names the error.",
    reread=PANEL,
    caught_by="test_gaussian_blur_refuses_what_is_no_kernel",
)
def gaussian_blur__unchecked(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """Make the kernel odd silently."""
    taps = _bell(max(1, kernel_size) // 2 * 2 + 1, abs(sigma), img)
    return _convolved(img, taps / taps.sum())


@misconception(
    hint="At sigma 0 you divide by zero. A bell of no width leaves the image as it is.",
    reread=PANEL,
    caught_by="test_gaussian_blur_without_any_blur",
)
def gaussian_blur__zero_over_zero(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """No case for sigma 0."""
    _is_kernel(kernel_size, sigma)
    t = torch.arange(kernel_size, dtype=img.dtype, device=img.device) - kernel_size // 2
    taps = torch.exp(-(t**2) / torch.tensor(2 * sigma**2, dtype=img.dtype))
    return _convolved(img, taps / taps.sum())


# ---------------------------------------------------------------------- 10.7 pincushion


def _lens(
    img: Tensor, k: float, power: int = 2, corners: bool = True, swapped: bool = False, pixels: bool = False
) -> Tensor:
    """A lens with one thing wrong."""
    _, height, width = img.shape
    y, x = torch.meshgrid(
        torch.linspace(-1, 1, height, dtype=img.dtype, device=img.device),
        torch.linspace(-1, 1, width, dtype=img.dtype, device=img.device),
        indexing="ij",
    )
    if pixels:
        longest = max(height, width) - 1
        r = (x * (width - 1) / longest).square() + (y * (height - 1) / longest).square()
    else:
        r = x.square() + y.square()
    stretch = 1 + k * r.pow(power / 2)
    grid = torch.stack([y * stretch, x * stretch] if swapped else [x * stretch, y * stretch], dim=-1)
    return nn.functional.grid_sample(img[None], grid[None], align_corners=corners)[0]


@misconception(
    hint="Your pincushion is a barrel. The map says where a pixel comes from, and not where it goes.",
    reread=PANEL,
    caught_by=(
        "test_pincushion_of_two_slopes",
        "test_pincushion_bends_lines_outwards",
        "test_pincushion_of_fresh_images",
    ),
)
def pincushion__sign(img: Tensor, k: float) -> Tensor:
    """The other sign."""
    return _lens(img, -k)


@misconception(
    hint="Your distortion grows with the distance. It grows with the square of it.",
    reread=PANEL,
    caught_by=(
        "test_pincushion_of_two_slopes",
        "test_pincushion_bends_lines_outwards",
        "test_pincushion_of_fresh_images",
    ),
)
def pincushion__linear(img: Tensor, k: float) -> Tensor:
    """Forget to square."""
    return _lens(img, k, power=1)


@misconception(
    hint="Your image is mirrored at its diagonal: grid_sample wants the horizontal position first.",
    reread=PANEL,
    caught_by=(
        "test_pincushion_of_two_slopes",
        "test_pincushion_bends_lines_outwards",
        "test_pincushion_of_fresh_images",
    ),
)
def pincushion__swapped(img: Tensor, k: float) -> Tensor:
    """y before x."""
    return _lens(img, k, swapped=True)


@misconception(
    hint="Without any distortion your image is blurred: -1 and 1 are to mean the centers of the outermost pixels.",
    reread=PANEL,
    caught_by=(
        "test_pincushion_of_two_slopes",
        "test_pincushion_bends_lines_outwards",
        "test_pincushion_of_fresh_images",
    ),
)
def pincushion__corners(img: Tensor, k: float) -> Tensor:
    """align_corners left at its default."""
    return _lens(img, k, corners=False)


@misconception(
    hint="You measure both axes with the longer one. Here each axis runs from -1 to 1, whatever its length.",
    reread=PANEL,
    caught_by=(
        "test_pincushion_of_two_slopes",
        "test_pincushion_of_fresh_images",
        "test_pincushion_in_single_precision",
    ),
)
def pincushion__one_unit(img: Tensor, k: float) -> Tensor:
    """One unit for both axes."""
    return _lens(img, k, pixels=True)


# ---------------------------------------------------------------------- 10.8 Compose, ToTensor, Normalize


@misconception(
    hint="Your last transform comes first. The list is read from left to right.",
    reread=PIPELINE,
    caught_by=(
        "test_Compose_goes_from_left_to_right",
        "test_Compose_calls_each_transform_once_a_call",
        "test_Compose_of_the_others",
    ),
)
class Compose__reverse:
    """As a mathematician writes compositions."""

    def __init__(self, transforms: list) -> None:
        self.transforms = transforms

    def __call__(self, img: object) -> object:
        """From the right."""
        for transform in reversed(self.transforms):
            img = transform(img)
        return img


@misconception(
    hint="Every transform is given the original image, and only the last one counts. Hand on the result.",
    reread=PIPELINE,
    caught_by=(
        "test_Compose_goes_from_left_to_right",
        "test_Compose_calls_each_transform_once_a_call",
        "test_Compose_of_the_others",
    ),
)
class Compose__not_chained:
    """Forget to hand on."""

    def __init__(self, transforms: list) -> None:
        self.transforms = transforms

    def __call__(self, img: object) -> object:
        """Each on the original."""
        out = img
        for transform in self.transforms:
            out = transform(img)
        return out


@misconception(
    hint="Your pipeline works once: the second call finds no transforms left.",
    reread=PIPELINE,
    caught_by=(
        "test_Compose_calls_each_transform_once_a_call",
        "test_Compose_of_the_others",
    ),
)
class Compose__used_up:
    """Keep an iterator."""

    def __init__(self, transforms: list) -> None:
        self.transforms = iter(transforms)

    def __call__(self, img: object) -> object:
        """Walk on."""
        for transform in self.transforms:
            img = transform(img)
        return img


@misconception(
    hint="Your channels stay at the end. A network of torch's wants them first.",
    reread=PIPELINE,
    caught_by=(
        "test_ToTensor_of_bytes",
        "test_Compose_of_the_others",
    ),
)
class ToTensor__channels_last:
    """Scale only."""

    def __call__(self, img: object) -> Tensor:
        """Divide the bytes."""
        img = torch.as_tensor(img)
        return img / 255 if img.dtype == torch.uint8 else img


@misconception(
    hint="You move the axes in the wrong order: height and width are swapped, and the picture lies on its side.",
    reread=PIPELINE,
    caught_by=(
        "test_ToTensor_of_bytes",
        "test_Compose_of_the_others",
    ),
)
class ToTensor__transposed:
    """Reverse all axes."""

    def __call__(self, img: object) -> Tensor:
        """Divide the bytes."""
        img = torch.as_tensor(img)
        return img.permute(2, 1, 0) / 255 if img.dtype == torch.uint8 else img


@misconception(
    hint="What is floating-point already, you divide once more: the image turns black.",
    reread=PIPELINE,
    caught_by="test_ToTensor_leaves_numbers_alone",
)
class ToTensor__divides_always:
    """Do not look at the dtype of the numbers."""

    def __call__(self, img: object) -> Tensor:
        """Divide everything."""
        img = torch.as_tensor(img)
        return img.permute(2, 0, 1) / 255 if img.dtype == torch.uint8 else img / 255


@misconception(
    hint="Your values still run from 0 to 255: the bytes are to be scaled.",
    reread=PIPELINE,
    caught_by=(
        "test_ToTensor_of_bytes",
        "test_Compose_of_the_others",
    ),
)
class ToTensor__unscaled:
    """Convert only."""

    def __call__(self, img: object) -> Tensor:
        """Change the dtype."""
        img = torch.as_tensor(img)
        return img.permute(2, 0, 1).float() if img.dtype == torch.uint8 else img


@misconception(
    hint="You divide by how many values a byte has. The largest of them is one less: your white is gray.",
    reread=PIPELINE,
    caught_by=(
        "test_ToTensor_of_bytes",
        "test_Compose_of_the_others",
    ),
)
class ToTensor__by_256:
    """Divide by the number of values."""

    def __call__(self, img: object) -> Tensor:
        """Divide by 256."""
        img = torch.as_tensor(img)
        return img.permute(2, 0, 1) / 256 if img.dtype == torch.uint8 else img


@misconception(
    hint="You multiply by the standard deviation. To bring it to one, divide by it.",
    reread=PIPELINE,
    caught_by=(
        "test_Normalize_of_each_channel",
        "test_Normalize_with_one_number",
        "test_Normalize_refuses_to_divide_by_zero",
    ),
)
class Normalize__multiplies:
    """Multiply at the end."""

    def __init__(self, mean: object, std: object) -> None:
        self.mean, self.std = (torch.as_tensor(v, dtype=torch.float64).reshape(-1, 1, 1) for v in (mean, std))
        if (self.std == 0).any():
            raise ValueError("std is 0")

    def __call__(self, img: Tensor) -> Tensor:
        """Shift and scale."""
        return (img - self.mean.to(img)) * self.std.to(img)


@misconception(
    hint="You normalize with the image's own mean and spread, and not with the given numbers.",
    reread=PIPELINE,
    caught_by=(
        "test_Normalize_of_each_channel",
        "test_Normalize_with_one_number",
        "test_Normalize_refuses_to_divide_by_zero",
    ),
)
class Normalize__own_statistics:
    """Standardize each image."""

    def __init__(self, mean: object, std: object) -> None:
        if (torch.as_tensor(std) == 0).any():
            raise ValueError("std is 0")

    def __call__(self, img: Tensor) -> Tensor:
        """Standardize."""
        return (img - img.mean((1, 2), keepdim=True)) / img.std((1, 2), keepdim=True)


@misconception(
    hint="You write into the image that you are given: the caller's copy is normalized, too, and then again.",
    reread=PIPELINE,
    caught_by=(
        "test_Normalize_of_each_channel",
        "test_Normalize_with_one_number",
    ),
)
class Normalize__in_place:
    """Save memory."""

    def __init__(self, mean: object, std: object) -> None:
        self.mean, self.std = (torch.as_tensor(v, dtype=torch.float64).reshape(-1, 1, 1) for v in (mean, std))
        if (self.std == 0).any():
            raise ValueError("std is 0")

    def __call__(self, img: Tensor) -> Tensor:
        """Shift and scale in place."""
        return img.sub_(self.mean.to(img)).div_(self.std.to(img))


@misconception(
    hint="A standard deviation of zero goes unnoticed until the image is full of infinities.",
    reread=PIPELINE,
    caught_by="test_Normalize_refuses_to_divide_by_zero",
)
class Normalize__unchecked:
    """Accept any std."""

    def __init__(self, mean: object, std: object) -> None:
        self.mean, self.std = (torch.as_tensor(v, dtype=torch.float64).reshape(-1, 1, 1) for v in (mean, std))

    def __call__(self, img: Tensor) -> Tensor:
        """Shift and scale."""
        return (img - self.mean.to(img)) / self.std.to(img)


# ---------------------------------------------------------------------- 10.9 ImageTable


class _Table(Dataset):
    """A right table, for the wrong answers that are wrong elsewhere."""

    def __init__(self, names: object, labels: object, load: object, transform: object = None) -> None:
        if len(names) != len(labels):
            raise ValueError("columns of different lengths")
        self.names, self.labels, self.load, self.transform = names, labels, load, transform

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> tuple:
        return self.image(index), int(self.labels[index])

    def image(self, index: int) -> object:
        """Load and transform."""
        image = self.load(self.names[index])
        return image if self.transform is None else self.transform(image)


@misconception(
    hint="You transform on construction, once and for all. In each epoch an image is to look different.",
    reread="STAT 453, Custom DataLoader Classes",
    caught_by="test_ImageTable_transforms_at_every_access",
)
class ImageTable__eager(_Table):
    """Load and transform everything at once."""

    def __init__(self, names: object, labels: object, load: object, transform: object = None) -> None:
        super().__init__(names, labels, load, transform)
        self.images = [self.image(i) for i in range(len(names))]

    def __getitem__(self, index: int) -> tuple:
        """Look it up."""
        return self.images[index], int(self.labels[index])


@misconception(
    hint="You remember the transformed image after the first access: the augmentation is frozen from then on.",
    reread="STAT 453, Custom DataLoader Classes",
    caught_by="test_ImageTable_transforms_at_every_access",
)
class ImageTable__cached(_Table):
    """Load and transform each image once."""

    def __getitem__(self, index: int) -> tuple:
        """Look it up, or make it."""
        self.seen = getattr(self, "seen", {})
        if index not in self.seen:
            self.seen[index] = super().__getitem__(index)
        return self.seen[index]


@misconception(
    hint="Your label comes out as it stands in the table, as a tensor or a number of numpy's. Make it a Python int.",
    reread="STAT 453, Custom DataLoader Classes",
    caught_by="test_ImageTable_of_arrays",
)
class ImageTable__raw_label(_Table):
    """Return the label as it is."""

    def __getitem__(self, index: int) -> tuple:
        """The entry of the column."""
        return self.image(index), self.labels[index]


@misconception(
    hint="Your index goes around in a circle: a loop over the table never ends. Past the end there is an IndexError.",
    reread="STAT 453, Custom DataLoader Classes",
    caught_by="test_ImageTable_indices_like_those_of_a_list",
)
class ImageTable__endless(_Table):
    """Take the index modulo the length."""

    def __getitem__(self, index: int) -> tuple:
        """Around in a circle."""
        return super().__getitem__(index % len(self))


@misconception(
    hint="You forget the transform: the image comes out as it was loaded.",
    reread="STAT 453, Custom DataLoader Classes",
    caught_by="test_ImageTable_transforms_at_every_access",
)
class ImageTable__untransformed(_Table):
    """Load only."""

    def __getitem__(self, index: int) -> tuple:
        """As it is on disk."""
        return self.load(self.names[index]), int(self.labels[index])


@misconception(
    hint="Columns of different lengths pass, and the mistake shows up in the middle of an epoch, or never.",
    reread="STAT 453, Custom DataLoader Classes",
    caught_by="test_ImageTable_refuses_columns_of_different_lengths",
)
class ImageTable__unchecked(_Table):
    """Accept any columns."""

    def __init__(self, names: object, labels: object, load: object, transform: object = None) -> None:
        self.names, self.labels, self.load, self.transform = names, labels, load, transform


@misconception(
    hint="You renumber the classes: your label is the rank of the label among all that occur. The label comes out as "
    "the number that stands in the table.",
    reread="STAT 453, Custom DataLoader Classes",
    caught_by=(
        "test_ImageTable_gives_image_and_label",
        "test_ImageTable_indices_like_those_of_a_list",
        "test_ImageTable_of_arrays",
    ),
)
class ImageTable__sorted(_Table):
    """Renumber the classes in their order."""

    def __getitem__(self, index: int) -> tuple:
        """The rank of the label among all labels."""
        classes = sorted({int(label) for label in self.labels})
        return self.image(index), classes.index(int(self.labels[index]))


# ---------------------------------------------------------------------- 10.10 mnist_transforms

_SCALE = (v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5], [0.5]))


def _pipeline(*steps: object) -> object:
    return v2.Compose([v2.ToImage(), v2.Resize((32, 32)), *steps])


def _turn() -> object:
    return v2.RandomRotation(30, interpolation=v2.InterpolationMode.BILINEAR)


@misconception(
    hint="Your image is cut first and turned then: it no longer turns about its own center, and corners go black.",
    reread=PIPELINE,
    caught_by="test_mnist_transforms_training_crops_everywhere",
)
def mnist_transforms__crops_first() -> tuple:
    """The order of the slide."""
    return _pipeline(v2.RandomCrop(28), _turn(), *_SCALE), _pipeline(v2.CenterCrop(28), *_SCALE)


@misconception(
    hint="You evaluate with the random pipeline, so that the test error is a random number.",
    reread=PIPELINE,
    caught_by=(
        "test_mnist_transforms_evaluation",
        "test_mnist_transforms_evaluation_is_repeatable",
    ),
)
def mnist_transforms__random_evaluation() -> tuple:
    """The training pipeline for both."""
    train = _pipeline(_turn(), v2.RandomCrop(28), *_SCALE)
    return train, train


@misconception(
    hint="Your values are floats, but they still have the range of the bytes when you normalize them.",
    reread=PIPELINE,
    caught_by=(
        "test_mnist_transforms_evaluation",
        "test_mnist_transforms_training_crops_everywhere",
        "test_mnist_transforms_training_rotates",
    ),
)
def mnist_transforms__unscaled() -> tuple:
    """Forget scale=True."""
    end = v2.ToDtype(torch.float32), v2.Normalize([0.5], [0.5])
    return _pipeline(_turn(), v2.RandomCrop(28), *end), _pipeline(v2.CenterCrop(28), *end)


@misconception(
    hint="You stop at the range from 0 to 1. One step is missing: black is to become -1.",
    reread=PIPELINE,
    caught_by=(
        "test_mnist_transforms_evaluation",
        "test_mnist_transforms_training_crops_everywhere",
        "test_mnist_transforms_training_rotates",
    ),
)
def mnist_transforms__not_normalized() -> tuple:
    """Forget the last step."""
    end = (v2.ToDtype(torch.float32, scale=True),)
    return _pipeline(_turn(), v2.RandomCrop(28), *end), _pipeline(v2.CenterCrop(28), *end)


@misconception(
    hint="You normalize before you rotate, so that what comes in from outside is gray, and not black.",
    reread=PIPELINE,
    caught_by=(
        "test_mnist_transforms_training_crops_everywhere",
        "test_mnist_transforms_training_rotates",
        "test_mnist_transforms_training_of_a_white_image",
    ),
)
def mnist_transforms__normalizes_early() -> tuple:
    """Normalize at the start."""
    return _pipeline(*_SCALE, _turn(), v2.RandomCrop(28)), _pipeline(*_SCALE, v2.CenterCrop(28))


@misconception(
    hint="You train without any randomness: both pipelines are that for evaluation.",
    reread=PIPELINE,
    caught_by=(
        "test_mnist_transforms_training_crops_everywhere",
        "test_mnist_transforms_training_rotates",
        "test_mnist_transforms_training_of_a_white_image",
    ),
)
def mnist_transforms__no_augmentation() -> tuple:
    """The evaluation pipeline for both."""
    evaluate = _pipeline(v2.CenterCrop(28), *_SCALE)
    return evaluate, evaluate


@misconception(
    hint="You crop in the middle when you train. There are 25 places for the window, each as likely as the others.",
    reread=PIPELINE,
    caught_by="test_mnist_transforms_training_crops_everywhere",
)
def mnist_transforms__center_crop_in_training() -> tuple:
    """CenterCrop for both."""
    return _pipeline(_turn(), v2.CenterCrop(28), *_SCALE), _pipeline(v2.CenterCrop(28), *_SCALE)


@misconception(
    hint="You crop to 32 pixels: nothing is cut off, and the image has the wrong size.",
    reread=PIPELINE,
    caught_by=(
        "test_mnist_transforms_evaluation",
        "test_mnist_transforms_evaluation_is_repeatable",
        "test_mnist_transforms_training_crops_everywhere",
    ),
)
def mnist_transforms__crop_32() -> tuple:
    """Confuse the two sizes."""
    return _pipeline(_turn(), v2.RandomCrop(32), *_SCALE), _pipeline(v2.CenterCrop(32), *_SCALE)


@misconception(
    hint="Evaluation skips the resizing: its digits are smaller than those that the network was trained on.",
    reread=PIPELINE,
    caught_by="test_mnist_transforms_evaluation",
)
def mnist_transforms__evaluation_not_resized() -> tuple:
    """Leave the image as it is in evaluation."""
    return _pipeline(_turn(), v2.RandomCrop(28), *_SCALE), v2.Compose([v2.ToImage(), *_SCALE])


# ---------------------------------------------------------------------- 10.11 photo_augmentation

PHOTO = "DS 542, Image augmentation in PyTorch"


def _photo(degrees: float, brightness: float, contrast: float, p_flip: float, *more: object) -> object:
    """A right pipeline, with more steps at its end."""
    return v2.Compose(
        [
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            v2.RandomHorizontalFlip(p_flip),
            v2.RandomRotation(degrees, v2.InterpolationMode.BILINEAR),
            v2.ColorJitter(brightness, contrast),
            *more,
        ]
    )


@misconception(
    hint="You rotate twice, so that the angles add up to more than was asked for.",
    reread=PHOTO,
    caught_by=(
        "test_photo_augmentation_rotates_once",
        "test_photo_augmentation_has_strong_defaults",
    ),
)
def photo_augmentation__rotates_twice(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> object:
    """A rotation, and an affine transform with another."""
    return _photo(degrees, brightness, contrast, p_flip, v2.RandomAffine(degrees))


@misconception(
    hint="You also turn photographs upside down. Top and bottom stay where they are.",
    reread=PHOTO,
    caught_by=(
        "test_photo_augmentation_without_any_strength",
        "test_photo_augmentation_flips_as_often_as_asked",
        "test_photo_augmentation_refuses_wrong_settings",
    ),
)
def photo_augmentation__vertical(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> object:
    """A vertical flip as on the slide."""
    return _photo(degrees, brightness, contrast, p_flip, v2.RandomVerticalFlip(0.3 if 0 < p_flip < 1 else p_flip))


@misconception(
    hint="Your values run from 0 to 255: changing the dtype is not yet scaling.",
    reread=PHOTO,
    caught_by=(
        "test_photo_augmentation_without_any_strength",
        "test_photo_augmentation_flips_as_often_as_asked",
        "test_photo_augmentation_rotates_once",
    ),
)
def photo_augmentation__unscaled(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> object:
    """Forget scale=True."""
    return v2.Compose(
        [
            v2.ToImage(),
            v2.RandomHorizontalFlip(p_flip),
            v2.RandomRotation(degrees, v2.InterpolationMode.BILINEAR),
            v2.ColorJitter(brightness, contrast),
            v2.ToDtype(torch.float32),
        ]
    )


@misconception(
    hint="What your pipeline returns is a PIL image. Convert it, and scale it.",
    reread=PHOTO,
    caught_by=(
        "test_photo_augmentation_without_any_strength",
        "test_photo_augmentation_flips_as_often_as_asked",
        "test_photo_augmentation_rotates_once",
    ),
)
def photo_augmentation__returns_pil(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> object:
    """No conversion at the end."""
    return _photo(degrees, brightness, contrast, p_flip, v2.ToPILImage())


@misconception(
    hint="Your photographs are cut or change their size when they turn. The size stays.",
    reread=PHOTO,
    caught_by=(
        "test_photo_augmentation_without_any_strength",
        "test_photo_augmentation_flips_as_often_as_asked",
        "test_photo_augmentation_changes_brightness",
    ),
)
def photo_augmentation__expands(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> object:
    """Make room for the corners."""
    return v2.Compose(
        [
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            v2.RandomHorizontalFlip(p_flip),
            v2.Pad(2),
            v2.RandomRotation(degrees, v2.InterpolationMode.BILINEAR),
            v2.ColorJitter(brightness, contrast),
        ]
    )


@misconception(
    hint="You flip half of the photographs, whatever probability is asked for.",
    reread=PHOTO,
    caught_by=(
        "test_photo_augmentation_without_any_strength",
        "test_photo_augmentation_flips_as_often_as_asked",
        "test_photo_augmentation_changes_contrast",
    ),
)
def photo_augmentation__flips_half(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> object:
    """Use the default probability."""
    if not 0 <= p_flip <= 1:
        raise ValueError("no probability")
    return _photo(degrees, brightness, contrast, 0.5)


@misconception(
    hint="You jitter the brightness and leave the contrast alone.",
    reread=PHOTO,
    caught_by=(
        "test_photo_augmentation_changes_contrast",
        "test_photo_augmentation_has_strong_defaults",
    ),
)
def photo_augmentation__no_contrast(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> object:
    """Forget one of the two."""
    if contrast < 0:
        raise ValueError("negative contrast")
    return _photo(degrees, brightness, 0.0, p_flip)


@misconception(
    hint="Your photograph always turns by the full angle, to one side or the other. It is the largest angle.",
    reread=PHOTO,
    caught_by="test_photo_augmentation_rotates_once",
)
def photo_augmentation__full_angle(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> object:
    """Choose between two angles."""
    if degrees < 0:
        raise ValueError("negative angle")
    turn = v2.Lambda(lambda img: v2.functional.rotate(img, degrees if torch.rand(()) < 0.5 else -degrees))
    return _photo(0.0, brightness, contrast, p_flip, turn)
