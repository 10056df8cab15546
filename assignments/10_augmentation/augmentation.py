"""Data augmentation (10_augmentation)

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check 10_augmentation

Handing this file in says: the code inside the functions is my own work.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset
from torchvision.transforms import v2


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
    raise NotImplementedError("10.1 rotate_and_scale is not written yet")


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
    raise NotImplementedError("10.2 augment_dataset is not written yet")


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
    raise NotImplementedError("10.3 flip is not written yet")


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
    raise NotImplementedError("10.3 rotate_and_crop is not written yet")


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
    raise NotImplementedError("10.4 vertical_stretch is not written yet")


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
    raise NotImplementedError("10.5 color_balance is not written yet")


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
    raise NotImplementedError("10.5 vignette is not written yet")


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
    raise NotImplementedError("10.6 gaussian_blur is not written yet")


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
    raise NotImplementedError("10.7 pincushion is not written yet")


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
        raise NotImplementedError("10.8 Compose.__init__ is not written yet")

    def __call__(self, img: Any) -> Any:
        """Apply the transforms in their order."""
        raise NotImplementedError("10.8 Compose.__call__ is not written yet")


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
        raise NotImplementedError("10.8 ToTensor.__call__ is not written yet")


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
        raise NotImplementedError("10.8 Normalize.__init__ is not written yet")

    def __call__(self, img: Tensor) -> Tensor:
        """Normalize one image."""
        raise NotImplementedError("10.8 Normalize.__call__ is not written yet")


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
        raise NotImplementedError("10.9 ImageTable.__init__ is not written yet")

    def __len__(self) -> int:
        """How many examples there are."""
        raise NotImplementedError("10.9 ImageTable.__len__ is not written yet")

    def __getitem__(self, index: int) -> tuple[Any, int]:
        """Load and transform one example."""
        raise NotImplementedError("10.9 ImageTable.__getitem__ is not written yet")


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

    raise NotImplementedError("10.10 mnist_transforms is not written yet")


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
    raise NotImplementedError("10.11 photo_augmentation is not written yet")
