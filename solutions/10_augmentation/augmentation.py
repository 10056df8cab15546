# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Data augmentation
#
# More data is the best cure for overfitting, and the most expensive one. Augmentation is the next best thing: data
# that you *make*, out of data that you have and of something that you *know*. If you know a map $h$ that does not
# touch the label, then each training pair $(x_i, y_i)$ brings the pair $(h(x_i), y_i)$ with it for free. A cat that
# looks to the left is a cat, a cat in the evening sun is a cat, and a cat seen through a cheap lens is still a cat.
#
# That is prior knowledge, as a prior over the weights is, only told to the network in the language of examples. So
# the first question about any augmentation is not "is it in the library?" but "is it true for *my* labels?".
#
# You build it from the bottom up:
#
# - rotations and scalings of the one-dimensional digits of MNIST-1D, and a training set that grows (10.1, 10.2);
# - the whole panel of the lecture on real pictures: flip, rotate and crop, stretch, color balance, vignette, blur and
#   lens distortion (10.3 to 10.7);
# - the plumbing: transforms that are chained, and a data set that applies them at the right moment (10.8, 10.9);
# - and then the same with the library, for digits and for photographs (10.10, 10.11).
#
# Sources: DS 542, *Data augmentation*, *Image augmentation in PyTorch* and *Data Augmentation: MNIST1D*; STAT 453,
# *Custom DataLoader Classes*, *General Strategies to Avoid Overfitting*, *Data Augmentation* and *Data Augmentation
# in PyTorch via TorchVision*.
#
# **Conventions of this assignment**
#
# | Question | Here |
# |---|---|
# | What is an image? | A floating-point tensor [C, H, W], values from 0 to 1, at least 2 pixels wide and high. |
# | Where is a pixel? | Row $i$, column $j$ is the *point* $(x, y) = (j, i)$: $x$ to the right, $y$ **down**. |
# | Where is the center? | At $\left(\frac{W-1}{2}, \frac{H-1}{2}\right)$: for an even size, between two pixels. |
# | Which way does a warp go? | Each **output** pixel says where in the **input** its value comes from. |
# | And between pixels? | Bilinear interpolation: the mean of the four neighbors, weighted by how close they are. |
# | And outside the image? | There is black, 0. Less than one pixel outside, the border fades into it. |
# | dtype and device | The result has those of the image. |
# | Arguments | No function changes its arguments: neither values, nor `requires_grad`, nor `.grad`. |
#
# You may call an earlier function of yours in a later task. In 10.3 to 10.8 you write what `torchvision` and PIL have
# ready-made, so they are refused there; all of `torch` is welcome. From 10.9 on, they are welcome too.
#
# > **Spot the error.** One slide of DS 542 says that augmentation is "strictly speaking" no regularization. The first
# > slide of the same lecture calls regularization *any* method that closes the gap between training and test
# > performance. Which of the two definitions would you defend in an exam? Under the other, what else of this
# > course would have to go?

# %% tags=["setup"]
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset
from torchvision.transforms import v2

# %% [markdown]
# ## 10.1 Turn and scale a signal (`rotate_and_scale`, 6 points)
#
# A digit of MNIST-1D is a signal of 40 numbers: a little wave, somewhere on the axis, with noise. Where it stands and
# how tall it is says nothing about which digit it is. So the lecture rotates each signal around the circle and
# scales it. For a signal $x$ of length $L$, a shift $s$ and a scale $a$,
#
# $$ \tilde x_i = a \, x_{(i - s) \bmod L}, \qquad i = 0, \dots, L-1 . $$
#
# What leaves on the right comes in again on the left, so that nothing is lost: the sum is multiplied by $a$, and the
# energy $\sum_i x_i^2$ by $a^2$. A positive shift moves the signal to the **right** (as `numpy.roll` does). Mind the
# sign inside the bracket. To move a signal to the right, each place has to look to its *left*.
#
# Every example of a batch has a shift and a scale of its own. One shift for the whole batch would be a cheaper
# program, and a worse augmentation: the mini-batch gradient would average over a single transformation.


# %% tags=["task"]
def rotate_and_scale(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Rotate each signal of a batch around the circle, and scale it.

    Parameters
    ----------
    x : floating-point tensor [N, L], one signal a row.
    shift : integer tensor [N], how far each row moves to the RIGHT. It may be negative, 0, or larger than L.
    scale : tensor [N] with the dtype of ``x``, the factor of each row.

    Returns
    -------
    [N, L] with the dtype and device of ``x``: element i of row n is scale[n] * x[n, (i - shift[n]) mod L]. Each
    row has its own shift and scale, and nothing else happens: no noise, no padding. Differentiable in ``x`` and
    ``scale``. No argument is changed.

    Raises
    ------
    ValueError if ``shift`` or ``scale`` does not have the shape [N].

    Source: DS 542, Data Augmentation: MNIST1D.
    """
    # BEGIN SOLUTION
    n, length = x.shape
    if shift.shape != (n,) or scale.shape != (n,):
        raise ValueError(f"one shift and one scale for each of the {n} signals, please")
    source = (torch.arange(length, device=x.device) - shift[:, None]) % length
    return scale[:, None] * x.gather(1, source)
    # END SOLUTION


# %% [markdown]
# ## 10.2 A training set that grows (`augment_dataset`, 7 points)
#
# Now apply that to a data set $\{(x_i, y_i)\}$. For each new row, independently of the others,
#
# 1. draw one of the N originals, with replacement;
# 2. draw a shift, uniform on $\{0, 1, \dots, L-1\}$: all L rotations, the trivial one among them;
# 3. draw a scale, uniform on $[0.8, 1.2)$, **one** for the whole signal;
# 4. copy the label. That step is the whole point, and the one that is most often got wrong: shuffle the labels, and
#    you have built a machine for label noise.
#
# The originals stay, first and untouched, and the new rows follow.
#
# Does it help? DS 542's data, the notebook's network (two hidden layers of 200, SGD with momentum, 50 epochs): 16
# public runs of it print a mean test error of 34.4 % without and 31.9 % with 4,000 extra rows. The paired differences
# run from -5.9 to +1.3 points. So it helps by 2.4 points *on average*, and in two of the 16 runs it did not.
#
# > **Spot the error.** "More augmentation is better, so let us draw fresh rotations in every epoch and never train on
# > the originals." On MNIST-1D this very network then has a test error of 34 % after 50 epochs, no better than without
# > any augmentation, and a *training* error of 32 %. Which problem has it got rid of, and which has it got instead?
# > What would you change: the network, the number of epochs, or the augmentation?


# %% tags=["task"]
def augment_dataset(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Append rotated and scaled copies of randomly chosen signals to a data set.

    Parameters
    ----------
    x : floating-point tensor [N, L], the original signals.
    y : tensor [N], their labels.
    n_extra : how many rows to append; 0 appends none.
    generator : the source of the random numbers, on the device of ``x``; None is torch's default generator. All
        randomness comes from it: the same state gives the same data set, and each call advances it.

    Returns
    -------
    (signals [N + n_extra, L], labels [N + n_extra]), with the dtypes and devices of ``x`` and ``y``. The first N rows
    are the originals, bit by bit and in order. Each further row is drawn independently of the others: one of the
    originals, uniformly and WITH replacement, rotated by a shift that is uniform on 0, 1, ..., L - 1 and multiplied
    by one scale that is uniform on [0.8, 1.2), as in ``rotate_and_scale``; original, shift and scale are independent
    of each other. Its label is that of the original. No argument is changed.

    Raises
    ------
    ValueError if ``x`` has no rows, if ``x`` and ``y`` differ in length, or if ``n_extra`` is negative.

    Source: DS 542, Data Augmentation: MNIST1D; STAT 453, Data Augmentation.
    """
    # BEGIN SOLUTION
    n, length = x.shape
    if n == 0 or len(y) != n or n_extra < 0:
        raise ValueError("at least one signal, a label for each, and no negative number of new ones, please")
    rows = torch.randint(n, (n_extra,), generator=generator, device=x.device)
    shift = torch.randint(length, (n_extra,), generator=generator, device=x.device)
    scale = 0.8 + 0.4 * torch.rand(n_extra, generator=generator, dtype=x.dtype, device=x.device)
    return torch.cat([x, rotate_and_scale(x[rows], shift, scale)]), torch.cat([y, y[rows]])
    # END SOLUTION


# %% [markdown]
# The figure shows three signals of MNIST-1D: the heights of a pen stroke, padded, moved, sheared, and hidden in
# correlated noise. On the left are the originals, on the right what your function makes of them. Could you still tell
# the digits apart? That is the test of an augmentation.

# %% tags=["figure"]
import matplotlib.pyplot as plt

from autograder import mnist1d

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})

data = mnist1d.load()
digits = torch.tensor([0, 4, 6])
signals = torch.stack([torch.from_numpy(data.x[data.y == int(digit)][0]) for digit in digits])
grown, labels = augment_dataset(signals, digits, 60, generator=torch.Generator().manual_seed(5))

fig, axes = plt.subplots(3, 4, figsize=(9.6, 4.6), layout="constrained", sharex=True, sharey=True)
for row, digit in zip(axes, digits, strict=True):
    mine = torch.nonzero(labels == digit).squeeze(1)
    for axis, index in zip(row, mine[:4], strict=True):
        axis.axhline(0, color="lightgray", lw=0.8)
        axis.plot(grown[index], color="black" if index < 3 else "tab:blue", lw=1.4)
    row[0].set_ylabel(f"digit {int(digit)}")
axes[0, 0].set_title("original")
for axis in axes[0, 1:]:
    axis.set_title("rotated and scaled")
for axis in axes[-1]:
    axis.set_xlabel("position")
fig.suptitle("The wave turns around the circle and changes in height, and keeps its shape and its label")
plt.show()

# %% [markdown]
# ## 10.3 Flip, rotate, crop (`flip` and `rotate_and_crop`, 5 points)
#
# An image is the same thing with one axis more. A *horizontal* flip swaps left and right, so it runs along the width;
# a *vertical* one swaps top and bottom. Both together are a rotation by 180°.
#
# A rotation moves pixels to places between pixels, so do it backwards: ask of each **output** pixel where its value
# comes from. Let $(x, y)$ be its position relative to the center, $y$ down. For a picture that turns
# **counter-clockwise** by $\theta$, as you look at it, it comes from the input position (also relative to the center)
#
# $$ (x \cos\theta - y \sin\theta, \;\; x \sin\theta + y \cos\theta) . $$
#
# Test it with your head: turn by 90°, and look at the middle of the right edge, $(r, 0)$. It comes from $(0, r)$, the
# middle of the *bottom* edge ($y$ is down!). And indeed, turning left brings the bottom to the right.
#
# That position falls between four pixels, hence bilinear interpolation. `torch.nn.functional.grid_sample` does it; read
# its page closely, for it has two traps. It measures positions from $-1$ to $1$ along **each** axis, whatever their
# lengths: a rotation that you write down in these units shears an image that is not square. And only with
# `align_corners=True` do $-1$ and $1$ mean the centers of the outermost pixels, as here.
#
# The corners of the turned picture come from outside, and are black. So the crop follows *after* the rotation, from the
# middle, and takes away most of them.
#
# > **Spot the error.** The pipeline on the slide of STAT 453, *Data Augmentation in PyTorch via TorchVision*, crops
# > first and rotates then. Its normalization maps 0 to $-1$. What does the network see in the corners of its training
# > images, and never in those of its test images? The figure below measures it.


# %% tags=["task"]
def flip(img: Tensor, horizontal: bool, vertical: bool) -> Tensor:
    """Mirror an image.

    Parameters
    ----------
    img : image [C, H, W].
    horizontal : whether to swap left and right.
    vertical : whether to swap top and bottom.

    Returns
    -------
    [C, H, W], the same values in other places: mirrored along one axis, along both, or along none. ``img`` is not
    changed.

    Write it yourself: ``torchvision`` (``hflip``, ``RandomHorizontalFlip``, ...) and PIL are refused here.

    Source: DS 542, Data augmentation, b) Flip.
    """
    # BEGIN SOLUTION
    return img.flip([axis for axis, wanted in ((2, horizontal), (1, vertical)) if wanted])
    # END SOLUTION


# BEGIN SOLUTION
def _pixels(img: Tensor) -> tuple[Tensor, Tensor]:
    """x [W] and y [H, 1] of the pixels, from the center."""
    _, height, width = img.shape
    x = torch.arange(width, dtype=img.dtype, device=img.device) - (width - 1) / 2
    y = torch.arange(height, dtype=img.dtype, device=img.device) - (height - 1) / 2
    return x, y[:, None]


def _sampled(img: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The image at the points (x, y), in pixels from the center: bilinear, 0 outside."""
    _, height, width = img.shape
    grid = torch.stack(torch.broadcast_tensors(2 * x / (width - 1), 2 * y / (height - 1)), dim=2)
    return nn.functional.grid_sample(img[None], grid[None], align_corners=True).squeeze(0)


# END SOLUTION


def rotate_and_crop(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """Rotate an image about its center, and then cut a window out of the middle.

    Parameters
    ----------
    img : image [C, H, W], not necessarily square.
    degrees : the angle, COUNTER-CLOCKWISE as the image is looked at; any number.
    height, width : the size of the window.

    Returns
    -------
    [C, height, width] with the dtype and device of ``img``. The rotated image has the size of ``img``: its pixel at
    (x, y) relative to the center ((W - 1) / 2, (H - 1) / 2), y down, is the input at (x cos t - y sin t,
    x sin t + y cos t) relative to the center, for the angle t; bilinear between pixels, 0 outside, and within a pixel
    of the border fading to 0. The window starts at row (H - height) // 2 and column (W - width) // 2 of it.
    ``img`` is not changed.

    Raises
    ------
    ValueError if the window is larger than the image, in height or in width.

    Write it yourself: ``torchvision`` (``rotate``, ``center_crop``, ...) and PIL are refused here. ``grid_sample`` is
    welcome.

    Source: DS 542, Data augmentation, c) Rotate and crop; STAT 453, Data Augmentation in PyTorch via TorchVision.
    """
    # BEGIN SOLUTION
    _, full_height, full_width = img.shape
    if height > full_height or width > full_width:
        raise ValueError(f"a window of {height} x {width} does not fit into {full_height} x {full_width}")
    x, y = _pixels(img)
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turned = _sampled(img, x * cos - y * sin, x * sin + y * cos)
    top, left = (full_height - height) // 2, (full_width - width) // 2
    return turned[:, top : top + height, left : left + width]
    # END SOLUTION


# %% tags=["figure"]
white = torch.ones(1, 32, 32)
angles = list(range(0, 46, 3))


def black_share(image):
    """How much of a white image has gone black, in percent."""
    return 100 * float((image < 0.5).float().mean())


right = [black_share(rotate_and_crop(white, angle, 28, 28)) for angle in angles]
wrong = [black_share(rotate_and_crop(white[:, 2:30, 2:30], angle, 28, 28)) for angle in angles]

fig, axes = plt.subplots(1, 3, figsize=(9.4, 3.1), layout="constrained", width_ratios=[1, 1, 1.6])
shown = (
    ("rotate by 30°, then crop", rotate_and_crop(white, 30, 28, 28)),
    ("crop, then rotate by 30°", rotate_and_crop(white[:, 2:30, 2:30], 30, 28, 28)),
)
for axis, (title, image) in zip(axes, shown, strict=False):
    axis.imshow(image[0].numpy(), cmap="gray", vmin=0, vmax=1)
    axis.set(title=title, xticks=[], yticks=[])
    axis.spines[:].set_visible(True)
axes[2].plot(angles, wrong, "s-", ms=4, color="tab:orange", label="crop, then rotate")
axes[2].plot(angles, right, "o-", ms=4, color="tab:blue", label="rotate, then crop")
axes[2].set(xlabel="angle / degrees", ylabel="black pixels / %", title="A white image of 32 x 32, cropped to 28 x 28")
axes[2].legend(frameon=False)
plt.show()

# %% [markdown]
# ## 10.4 Vertical stretch (`vertical_stretch`, 5 points)
#
# Stretch the picture by a factor $f$ in height, about the center row $c = (H-1)/2$, and keep its size. Backwards again:
#
# $$ \text{out}(x, y) = \text{img}\Big(x, \; c + \frac{y - c}{f}\Big) . $$
#
# To *enlarge* by $f$, the places in the input move *closer together* by $f$. For $f > 1$ the top and the bottom leave
# the window; for $f < 1$ the picture shrinks, and black strips appear above and below it. Labels survive a mild
# stretch: a face stays a face. Would a medical one, where the length of a bone is the diagnosis?


# %% tags=["task"]
def vertical_stretch(img: Tensor, factor: float) -> Tensor:
    """Stretch an image in height about its center row, keeping its size.

    Parameters
    ----------
    img : image [C, H, W].
    factor : by how much, above 0; above 1 enlarges, below 1 shrinks.

    Returns
    -------
    [C, H, W] with the dtype and device of ``img``. Row y is the input at row c + (y - c) / factor, with
    c = (H - 1) / 2; bilinear between rows, 0 outside, and within a pixel of the border fading to 0. Columns stay where
    they are. ``img`` is not changed.

    Raises
    ------
    ValueError if ``factor`` is not above 0.

    Write it yourself: ``torchvision`` (``affine``, ``resize``, ...) and PIL are refused here.
    ``grid_sample`` is welcome.

    Source: DS 542, Data augmentation, d) Vertical stretch.
    """
    # BEGIN SOLUTION
    if factor <= 0:
        raise ValueError(f"factor must be above 0, not {factor}")
    x, y = _pixels(img)
    return _sampled(img, x, y / factor)
    # END SOLUTION


# %% [markdown]
# ## 10.5 Color balance and vignette (`color_balance` and `vignette`, 6 points)
#
# Two that leave every pixel in its place and change its value. The light of an evening is redder than that of noon; a
# camera's color balance multiplies each channel by a gain:
#
# $$ \text{out}_c = \operatorname{clamp}\big(g_c \cdot \text{img}_c, \, 0, \, 1\big) . $$
#
# Light *multiplies*: black stays black under any lamp. And the sensor saturates, hence the clamp.
#
# A simple lens loses light towards the corners. With $r$ the distance from the center, in pixels, and
# $r_{\max}$ that of a corner,
#
# $$ \text{out} = \operatorname{clamp}\Big(\text{img} \cdot \Big(1 - s \, \frac{r^2}{r_{\max}^2}\Big),
#    \, 0, \, 1\Big) . $$
#
# In the center nothing changes, and at each corner exactly the share $s$ is lost, whatever the shape of the image.
# Where is the center of an image with 4 columns? Not at column 2: then the two outer columns would not be alike.


# %% tags=["task"]
def color_balance(img: Tensor, gains: Tensor) -> Tensor:
    """Multiply each channel of an image by its gain.

    Parameters
    ----------
    img : image [C, H, W].
    gains : tensor [C] with the dtype of ``img``, one factor for each channel.

    Returns
    -------
    [C, H, W] with the dtype and device of ``img``: channel c times gains[c], clamped to [0, 1]. No argument is changed.

    Raises
    ------
    ValueError if ``gains`` does not have the shape [C].

    Write it yourself: ``torchvision`` (``adjust_brightness``, ``ColorJitter``, ...) and PIL are refused here.

    Source: DS 542, Data augmentation, e) Color balance.
    """
    # BEGIN SOLUTION
    if gains.shape != (len(img),):
        raise ValueError(f"one gain for each of the {len(img)} channels, please")
    return (img * gains[:, None, None]).clamp(0, 1)
    # END SOLUTION


def vignette(img: Tensor, strength: float) -> Tensor:
    """Darken an image towards its corners.

    Parameters
    ----------
    img : image [C, H, W], not necessarily square.
    strength : the share of the light that is lost at the corners.

    Returns
    -------
    [C, H, W] with the dtype and device of ``img``: each pixel times 1 - strength * r^2 / r_max^2, clamped to [0, 1].
    Here r is the distance of the pixel from the center ((W - 1) / 2, (H - 1) / 2), in pixels, and r_max that of
    a corner pixel. ``img`` is not changed.

    Write it yourself: ``torchvision`` and PIL are refused here.

    Source: DS 542, Data augmentation, g) Vignette.
    """
    # BEGIN SOLUTION
    x, y = _pixels(img)
    distance = x.square() + y.square()
    return (img * (1 - strength * distance / distance.max())).clamp(0, 1)
    # END SOLUTION


# %% [markdown]
# ## 10.6 Blur (`gaussian_blur`, 6 points)
#
# Replace each pixel by a weighted mean of its neighborhood, with weights that fall off as a Gaussian. The kernel has
# an odd number $k = 2h + 1$ of taps, from $-h$ to $h$:
#
# $$ w_t = \frac{e^{-t^2 / 2\sigma^2}}{\sum_{u=-h}^{h} e^{-u^2 / 2\sigma^2}}, \qquad
#    \text{out}_{ij} = \sum_{t=-h}^{h} \sum_{u=-h}^{h} w_t \, w_u \, \text{img}_{i+t, \, j+u} . $$
#
# The weights sum to 1, or the picture would get darker. They are a product, so you can blur all columns and then all
# rows: $2k$ multiplications a pixel and not $k^2$. That is what *separable* means. Each channel is blurred by itself.
#
# At the border the kernel needs pixels that are not there. Zeros would darken the edges; here the image is *reflected*:
# to the left of column 0 come columns 1, 2, …, and column 0 itself is not repeated.
#
# As an augmentation, blur says that fine detail does not matter. It is true of cats, and it is false of text in a
# small font, or of the texture that tells one moss from another.


# %% tags=["task"]
def gaussian_blur(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """Blur an image with a Gaussian kernel.

    Parameters
    ----------
    img : image [C, H, W].
    kernel_size : the number k of taps along each axis, odd. Half of it, k // 2, is less than H and less than W.
    sigma : the standard deviation of the Gaussian in pixels, at least 0; 0 leaves the image as it is.

    Returns
    -------
    [C, H, W] with the dtype and device of ``img``: every channel by itself convolved, along the height and along the
    width, with k weights proportional to exp(-t^2 / (2 sigma^2)) for t = -(k // 2), ..., k // 2, that sum to 1. Beyond
    the border the image is reflected, and the border pixel is not repeated. ``img`` is not changed.

    Raises
    ------
    ValueError if ``kernel_size`` is even or below 1, or if ``sigma`` is negative.

    Write it yourself: ``torchvision`` (``gaussian_blur``, ``GaussianBlur``) and PIL are refused here. torch's
    convolutions and paddings are welcome.

    Source: DS 542, Data augmentation, f) Blur.
    """
    # BEGIN SOLUTION
    if kernel_size < 1 or kernel_size % 2 == 0:
        raise ValueError(f"kernel_size must be odd and at least 1, not {kernel_size}")
    if sigma < 0:
        raise ValueError(f"sigma must be at least 0, not {sigma}")
    if sigma == 0:
        return img
    half = kernel_size // 2
    taps = torch.arange(-half, half + 1, dtype=img.dtype, device=img.device)
    weights = torch.softmax(-taps.square() / (2 * sigma**2), dim=0)
    padded = nn.functional.pad(img, (half, half, half, half), mode="reflect")[:, None]
    columns = nn.functional.conv2d(padded, weights[None, None, :, None])
    return nn.functional.conv2d(columns, weights[None, None, None, :]).squeeze(1)
    # END SOLUTION


# %% [markdown]
# ## 10.7 ★ Pincushion (`pincushion`, 4 bonus points)
#
# A real lens bends straight lines. To first order, it moves each point along its ray from the center, by an amount that
# grows with the *cube* of the distance. Measure positions $p = (p_x, p_y)$ from $-1$ to $1$ along each axis, so that
# the corner pixels' centers are at $(\pm 1, \pm 1)$. The output pixel at $p$ comes from
#
# $$ p_{\text{src}} = p \, \big(1 + k \lVert p \rVert^2\big) . $$
#
# Now the question that trips up everybody: which sign is the pincushion? With $k < 0$ the place in the *input* moves
# inwards, so the *picture* moves outwards, most of all at the corners. A straight line at the top is pulled up at
# its ends, and a square gets the pointed corners of a pincushion. With $k > 0$ you see a barrel.
#
# *When it fails.* For $k < -1/6$ the map turns back before it has reached the corners: there a part of the picture is
# seen a second time, mirrored.
#
# For once, these units are the right ones for an image of any shape.


# %% tags=["task"]
def pincushion(img: Tensor, k: float) -> Tensor:
    """Distort an image as a lens does: to a pincushion for k < 0, to a barrel for k > 0.

    Parameters
    ----------
    img : image [C, H, W].
    k : the strength of the distortion; 0 leaves the image as it is.

    Returns
    -------
    [C, H, W] with the dtype and device of ``img``. With positions p = (p_x, p_y) that run from -1 (the center of the
    first pixel) to 1 (the center of the last) along each axis, the pixel at p is the input at p * (1 + k * |p|^2),
    where |p|^2 = p_x^2 + p_y^2; bilinear between pixels, 0 outside, and within a pixel of the border fading to 0.
    ``img`` is not changed.

    Write it yourself: ``torchvision`` (``elastic_transform``, ``perspective``, ...) and PIL are refused here.
    ``grid_sample`` is welcome.

    Source: DS 542, Data augmentation, h) Pincushion.
    """
    # BEGIN SOLUTION
    x, y = _pixels(img)
    stretch = 1 + k * ((x / x.max()).square() + (y / y.max()).square())
    return _sampled(img, x * stretch, y * stretch)
    # END SOLUTION


# %% tags=["figure"]
lines = torch.zeros(1, 161, 161)
lines[:, 10::20] = 1
lines[:, :, 10::20] = 1
lines = gaussian_blur(lines, 5, 1.0)
lines = lines / lines.max()

fig, axes = plt.subplots(1, 3, figsize=(9, 3.3), layout="constrained")
for axis, k in zip(axes, (-0.2, 0.0, 0.2), strict=True):
    axis.imshow(pincushion(lines, k)[0].numpy(), cmap="gray_r", vmin=0, vmax=1)
    name = "pincushion" if k < 0 else "barrel" if k > 0 else "straight lines"
    axis.set(title=f"k = {k}: {name}", xticks=[], yticks=[])
    axis.spines[:].set_visible(True)
plt.show()

# %% [markdown]
# Now the lecture's panel, from your own functions. The picture was not taken anywhere: the cell draws it, with a sun, a
# hill, a house and a tiled yard, so that you see at a glance what each function does to straight lines, corners, colors
# and flat areas.

# %% tags=["figure"]


def drawn_scene(height=120, width=160):
    """A picture [3, height, width] of a house on a tiled yard, drawn from formulas."""
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 4 / 3, width), indexing="ij")
    sky = torch.stack([0.45 + 0.35 * y, 0.65 + 0.25 * y, 0.95 + 0 * y])

    def paint(picture, where, color):
        return torch.where(where, torch.tensor(color)[:, None, None], picture)

    scene = paint(sky, (x - 1.08).square() + (y - 0.2).square() < 0.012, [1.0, 0.88, 0.3])
    scene = paint(scene, y > 0.58 - 0.16 * torch.sin(2.4 * x + 0.6), [0.36, 0.58, 0.32])
    tile = ((8 * (x - 0.667) / (y + 0.25)).floor() + (14 * y.square()).floor()) % 2
    scene = torch.where(y > 0.74, torch.stack([0.5 + 0.3 * tile, 0.47 + 0.28 * tile, 0.42 + 0.25 * tile]), scene)
    scene = paint(scene, ((x - 0.5).abs() < 0.26) & (y > 0.42) & (y < 0.8), [0.88, 0.8, 0.68])
    scene = paint(scene, ((x - 0.5).abs() < 0.33 * (y - 0.2) / 0.22) & (y > 0.2) & (y < 0.42), [0.7, 0.26, 0.2])
    scene = paint(scene, ((x - 0.38).abs() < 0.07) & ((y - 0.55).abs() < 0.06), [0.25, 0.4, 0.6])
    scene = paint(scene, ((x - 0.64).abs() < 0.05) & (y > 0.56) & (y < 0.8), [0.4, 0.26, 0.16])
    return gaussian_blur(scene, 3, 0.5)


scene = drawn_scene()
panel = {
    "a) Original": scene,
    "b) Flip": flip(scene, True, False),
    "c) Rotate and crop": rotate_and_crop(scene, 15, 90, 120),
    "d) Vertical stretch": vertical_stretch(scene, 1.4),
    "e) Color balance": color_balance(scene, torch.tensor([1.2, 0.95, 0.7])),
    "f) Blur": gaussian_blur(scene, 13, 2.5),
    "g) Vignette": vignette(scene, 0.9),
    "h) Pincushion": pincushion(scene, -0.2),
}
fig, axes = plt.subplots(2, 4, figsize=(10, 4.4), layout="constrained")
for axis, (title, image) in zip(axes.flat, panel.items(), strict=True):
    axis.imshow(image.permute(1, 2, 0).numpy())
    axis.set(title=title, xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# ## 10.8 A pipeline (`Compose`, `ToTensor` and `Normalize`, 6 points)
#
# Both lectures chain their transforms with `Compose`. Behind the word hides a very small program, and it is worth
# writing once, since all that can go wrong with a pipeline is its order.
#
# - `Compose([f, g, h])` is an object that you call. It hands the image to `f`, the result to `g`, and so on, from left
#   to right: $h(g(f(x)))$, and not $f(g(h(x)))$.
# - `ToTensor()` turns what a camera gives, bytes [H, W, C] from 0 to 255, into what a network wants, numbers [C, H, W]
#   from 0 to 1. What is floating-point already is left alone: to divide it by 255 once more makes a black image, and
#   nobody tells you.
# - `Normalize(mean, std)` is $(x - \mu_c)/\sigma_c$ in each channel. With $\mu = \sigma = 0.5$, the range $[0, 1]$
#   becomes $[-1, 1]$.
#
# Where does the randomness belong? Into the pipeline for *training* only. The one for evaluation has no random step, or
# the test error would be a random number.
#
# > **Spot the error.** On the slide *Data Augmentation in PyTorch via TorchVision* the training pipeline resizes a PIL
# > image of bytes, the test pipeline a tensor of floats. In one of the two the result is rounded to whole numbers, and
# > the two need not treat aliasing alike. How large can the difference become, on the scale from $-1$ to $1$? In 10.10
# > you write both pipelines such that it vanishes.


# %% tags=["task"]
class Compose:
    """Several transforms as one.

    Parameters
    ----------
    transforms : list of callables of one argument; the list may be empty.

    Calling the object applies each of them once, from LEFT TO RIGHT, to the result of the one before, and returns the
    last result; without transforms it returns what it is given. Every call applies them anew.

    Write it yourself: ``torchvision`` (its ``Compose``) is refused here.

    Source: DS 542, Image augmentation in PyTorch; STAT 453, Data Augmentation in PyTorch via TorchVision.
    """

    def __init__(self, transforms: list[Callable]) -> None:
        # BEGIN SOLUTION
        self.transforms = transforms
        # END SOLUTION

    def __call__(self, img: Any) -> Any:
        """Apply the transforms in their order."""
        # BEGIN SOLUTION
        for transform in self.transforms:
            img = transform(img)
        return img
        # END SOLUTION


class ToTensor:
    """Bytes [H, W, C] from 0 to 255 to floats [C, H, W] from 0 to 1.

    Calling the object with a uint8 tensor or numpy array [H, W, C] returns a float32 tensor [C, H, W] on the same
    device: the channel first, and the values divided by 255. A floating-point tensor or numpy array comes back as a
    tensor with the same values, dtype and layout: it is neither scaled nor transposed. The argument is not changed.

    Write it yourself: ``torchvision`` (its ``ToTensor``) is refused here.

    Source: STAT 453, Data Augmentation in PyTorch via TorchVision.
    """

    def __call__(self, img: Tensor | np.ndarray) -> Tensor:
        """Convert one image."""
        # BEGIN SOLUTION
        img = torch.as_tensor(img)
        return img.permute(2, 0, 1) / 255 if img.dtype == torch.uint8 else img
        # END SOLUTION


class Normalize:
    """Shift and scale the channels of an image.

    Parameters
    ----------
    mean, std : one number for all channels, or a sequence with one number for each.

    Calling the object with an image [C, H, W] returns (img - mean) / std, channel by channel, as a NEW tensor with the
    dtype and device of the image; the image is not changed.

    Raises
    ------
    ValueError (on construction) if ``std``, or any entry of it, is 0.

    Write it yourself: ``torchvision`` (its ``Normalize``) is refused here.

    Source: STAT 453, Data Augmentation in PyTorch via TorchVision.
    """

    def __init__(self, mean: float | Sequence[float], std: float | Sequence[float]) -> None:
        # BEGIN SOLUTION
        self.mean, self.std = (torch.as_tensor(given, dtype=torch.float64).reshape(-1, 1, 1) for given in (mean, std))
        if (self.std == 0).any():
            raise ValueError("a standard deviation of 0 cannot be divided by")
        # END SOLUTION

    def __call__(self, img: Tensor) -> Tensor:
        """Normalize one image."""
        # BEGIN SOLUTION
        return (img - self.mean.to(img)) / self.std.to(img)
        # END SOLUTION


# %% [markdown]
# ## 10.9 A data set of your own (`ImageTable`, 4 points)
#
# A collection of images on disk is a table: names in one column, labels in the other. STAT 453 wraps it into a
# `Dataset`, which needs two methods, a length and "give me example number $i$"; a `DataLoader` does the rest, in any
# order, with as many workers as you like.
#
# The transform is applied **when an example is asked for**, each time anew. That is what makes the augmentation random:
# in epoch 2, the same cat looks the other way. Applied once in the constructor, it would be frozen, and you would train
# on one fixed, slightly strange data set. (And all the images would have to fit into memory.)
#
# `load` is an argument: a function that makes an image out of a name. On a real disk it opens a file; in a test
# it is a dictionary.
#
# > **Spot the error.** The class on the slide *Custom DataLoader Classes* reads its table with pandas, without
# > importing it. That is easily mended. The other mistake shows only after you have filtered the table, say to the
# > training half: `self.y[index]` looks up a *label* of a pandas index, and not a position. What happens for the
# > first example that the filter took away?


# %% tags=["task"]
class ImageTable(Dataset):
    """A table of images, as a data set: names, labels, and a function that loads an image by its name.

    Parameters
    ----------
    names : sequence (list, tuple or one-dimensional array) of names; what they are is ``load``'s business.
    labels : sequence of as many labels, each something that ``int`` understands: ints, numpy ints, 0-d tensors.
    load : called with a name, returns the image. It is called once for each access, and never on construction.
    transform : None, or called with the image at each access; what it returns is what the caller gets.

    ``len`` of the table is the number of names. ``table[i]`` is the tuple (image, label): the image number i, loaded
    and transformed anew at every access, and its label as a Python int. Negative indices count from the end, as in a
    list, and an index past either end is an IndexError, so that a ``for`` loop over the table ends. A table of 0 names
    is legal. A ``DataLoader`` can draw batches from it.

    Raises
    ------
    ValueError (on construction) if there are not as many labels as names.

    Source: STAT 453, Custom DataLoader Classes.
    """

    def __init__(
        self,
        names: Sequence[Any],
        labels: Sequence[Any],
        load: Callable[[Any], Any],
        transform: Callable[[Any], Any] | None = None,
    ) -> None:
        # BEGIN SOLUTION
        if len(names) != len(labels):
            raise ValueError(f"{len(names)} names and {len(labels)} labels do not make a table")
        self.names, self.labels, self.load, self.transform = names, labels, load, transform
        # END SOLUTION

    def __len__(self) -> int:
        """How many examples there are."""
        # BEGIN SOLUTION
        return len(self.names)
        # END SOLUTION

    def __getitem__(self, index: int) -> tuple[Any, int]:
        """Load and transform one example."""
        # BEGIN SOLUTION
        image = self.load(self.names[index])
        if self.transform is not None:
            image = self.transform(image)
        return image, int(self.labels[index])
        # END SOLUTION


# %% [markdown]
# ## 10.10 Two pipelines for digits (`mnist_transforms`, 5 points)
#
# Now with the library. `torchvision.transforms.v2` has all the parts: `ToImage`, `Resize`, `RandomRotation`,
# `RandomCrop`, `CenterCrop`, `ToDtype`, `Normalize`, `Compose`. Your work is to put them into the right order, for
# digits of 28 x 28 pixels:
#
# | | training | evaluation |
# |---|---|---|
# | make room | resize to 32 x 32 | resize to 32 x 32 |
# | augment | rotate by a random angle up to ±30°, **then** crop 28 x 28 anywhere | crop 28 x 28 from the center |
# | convert | to float32 from 0 to 1, then normalize to $[-1, 1]$ | the same |
#
# Three things to get right. The crop follows the rotation (10.3 says why). The normalization is the last step, after
# the scaling to $[0, 1]$: `ToDtype(torch.float32)` without `scale=True` leaves the bytes' range, and nothing
# complains. And evaluation has no randomness, but the *same* geometry: a digit must have the same size on both sides.
#
# Both accept a PIL image and a uint8 tensor, and give the same for both. Convert first, and it is the same path.


# %% tags=["task"]
def mnist_transforms() -> tuple[Callable, Callable]:
    """The pipelines for training and for evaluation on MNIST, made with torchvision.transforms.v2.

    Returns
    -------
    (train, evaluate), two callables. Each takes a PIL image of mode "L" and size 28 x 28, or a uint8 tensor
    [1, 28, 28], and returns a float32 tensor [1, 28, 28] with values from -1 (black) to 1 (white).

    evaluate : resize to 32 x 32 (bilinear), crop the 28 x 28 pixels of the center, scale to [0, 1], and last normalize
        with mean 0.5 and standard deviation 0.5. No randomness: twice the same, bit by bit; and for a PIL image and the
        tensor of the same bytes the same, within 4/255.
    train : resize to 32 x 32 (bilinear), rotate about the center by an angle that is uniform between -30 and 30 degrees
        (bilinear, black outside), THEN crop 28 x 28 pixels at one of the 5 x 5 possible places, each as likely
        as the others, scale to [0, 1], and last normalize as above. Angle and place are drawn anew at every
        call, independently, from torch's default generator.

    Source: STAT 453, Data Augmentation in PyTorch via TorchVision.
    """

    # BEGIN SOLUTION
    def pipeline(*geometry: Callable) -> Callable:
        scale = [v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5], [0.5])]
        return v2.Compose([v2.ToImage(), v2.Resize((32, 32)), *geometry, *scale])

    bilinear = v2.InterpolationMode.BILINEAR
    return pipeline(v2.RandomRotation(30, bilinear), v2.RandomCrop(28)), pipeline(v2.CenterCrop(28))
    # END SOLUTION


# %% [markdown]
# The real data set comes with `torchvision.datasets.MNIST`. The cell below looks for it in the folder `data` beside
# this notebook, and downloads nothing. If it is not there, it writes a little one in the same file format (IDX), with
# digits drawn in a font, and loads *that*: the code that follows cannot tell the difference.

# %% tags=["figure"]
import struct
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from torchvision import datasets


def write_idx(folder, part, images, labels):
    """Write uint8 images [N, 28, 28] and labels [N] as the two files of MNIST."""
    folder.mkdir(parents=True, exist_ok=True)
    head = struct.pack(">4i", 2051, *images.shape)
    (folder / f"{part}-images-idx3-ubyte").write_bytes(head + images.numpy().tobytes())
    head = struct.pack(">2i", 2049, len(labels))
    (folder / f"{part}-labels-idx1-ubyte").write_bytes(head + labels.to(torch.uint8).numpy().tobytes())


def font_digit(digit):
    """One digit, drawn white on black."""
    canvas = Image.new("L", (28, 28))
    ImageDraw.Draw(canvas).text((14, 14), str(digit), fill=255, font=ImageFont.load_default(size=26), anchor="mm")
    return torch.from_numpy(np.array(canvas))


root = Path("data")
if not (root / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file():
    root = Path(tempfile.mkdtemp())
    for part in ("train", "t10k"):
        write_idx(root / "MNIST" / "raw", part, torch.stack([font_digit(d) for d in range(10)]), torch.arange(10))

train_transform, eval_transform = mnist_transforms()
trained = datasets.MNIST(root, train=True, transform=train_transform)
evaluated = datasets.MNIST(root, train=True, transform=eval_transform)

torch.manual_seed(0)
fig, axes = plt.subplots(3, 8, figsize=(9.6, 3.9), layout="constrained")
for row, index in zip(axes, (2, 6, 9), strict=True):
    pictures = [evaluated[index][0], *(trained[index][0] for _ in row[1:])]
    for axis, picture in zip(row, pictures, strict=True):
        axis.imshow(picture[0].numpy(), cmap="gray", vmin=-1, vmax=1)
        axis.set(xticks=[], yticks=[])
    row[0].set_ylabel(f"label {trained[index][1]}")
axes[0, 0].set_title("evaluation")
for axis in axes[0, 1:]:
    axis.set_title("training")
fig.suptitle("In training every access is a new draw; in evaluation all are the same")
plt.show()

# %% [markdown]
# Look at the row of the 6. At which angle would you begin to doubt the label? A rotation by 180° makes it a 9, so a
# *vertical* flip together with a horizontal one, harmless for cats, is a machine for wrong labels here.
#
# ## 10.11 A pipeline for photographs (`photo_augmentation`, 5 points)
#
# The pipeline on the slide of DS 542, *Image augmentation in PyTorch*, shows what the library can do. As a recipe it is
# a warning.
#
# > **Spot the error.** It has `RandomRotation(degrees=30)` and, two lines later, `RandomAffine(degrees=20, ...)`. How
# > far can an image turn? It flips vertically: of which data set would you *not* say that an image upside down is as
# > likely as not? The slide announces to apply the transformations several times "to visualize", and applies them how
# > often? And what does the network that follows probably expect, which this pipeline does not do?
#
# Write a modest version: one horizontal flip, **one** rotation, and a jitter of brightness and contrast, with the
# strengths as arguments. Strengths of 0 give back the photograph.


# %% tags=["task"]
def photo_augmentation(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> Callable:
    """A random pipeline for photographs, made with torchvision.transforms.v2.

    Parameters
    ----------
    degrees : the largest angle of rotation, at least 0.
    brightness, contrast : the strengths of the jitter, between 0 and 1.
    p_flip : the probability of a horizontal flip, between 0 and 1.

    Returns
    -------
    A callable. It takes a PIL image of mode "RGB" or a uint8 tensor [3, H, W], not necessarily square, and returns a
    float32 tensor [3, H, W] of the same size with values from 0 to 1. Each call draws anew and independently, from
    torch's default generator:

    - whether to swap left and right, with probability p_flip (there is no vertical flip);
    - ONE rotation about the center, by an angle that is uniform between -degrees and degrees (any interpolation, black
      outside);
    - a brightness factor, uniform between 1 - brightness and 1 + brightness, that multiplies the image, clamped to 1;
    - a contrast factor, uniform between 1 - contrast and 1 + contrast, that multiplies the distance of each value from
      the mean gray of the image, clamped to [0, 1]. (Jitter as in ``v2.ColorJitter``, in any order.)

    With degrees, brightness and contrast 0, the values are those of the image divided by 255, mirrored or not, within
    1e-6.

    Raises
    ------
    ValueError if ``p_flip`` is outside [0, 1], or ``degrees``, ``brightness`` or ``contrast`` is negative.

    Source: DS 542, Image augmentation in PyTorch.
    """
    # BEGIN SOLUTION
    return v2.Compose(
        [
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            v2.RandomHorizontalFlip(p_flip),
            v2.RandomRotation(degrees, v2.InterpolationMode.BILINEAR),
            v2.ColorJitter(brightness, contrast),
        ]
    )
    # END SOLUTION


# %% tags=["figure"]
photo = (255 * scene).to(torch.uint8)
torch.manual_seed(4)
fig, axes = plt.subplots(2, 5, figsize=(10, 3.4), layout="constrained")
draws = [photo / 255, *(photo_augmentation()(photo) for _ in range(9))]
for axis, picture in zip(axes.flat, draws, strict=True):
    axis.imshow(picture.permute(1, 2, 0).numpy())
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
axes[0, 0].set_title("original")
fig.suptitle("One photograph and nine draws of the pipeline")
plt.show()

# %% [markdown]
# ## Questions to think about
#
# 1. A network is trained with augmentation by $h$, where $h$ is drawn from a *group* (all rotations around the circle,
#    say). Somebody proposes to leave training alone and to average the *predictions* over the group instead, at test
#    time. For which models is the average exactly invariant? What does each of the two cost, and when? Which of them
#    can help if the training set has 50 examples?
# 2. You augment *before* you split into training and validation sets, and the validation error falls to almost zero.
#    Why is that no reason to be happy? Where in the code of 10.2 and 10.9 would you put the split?
# 3. MNIST-1D was *made* with random shifts and scales. So `augment_dataset` draws from the very transformations behind
#    the data. For photographs nobody knows those. How would you find out, with a validation set, which of the panel's
#    eight pictures help? How many runs of each do you need, if single runs differ by a few points?
