"""Correct answers to 10_augmentation that are written differently: each must get full marks."""
# The names of variants are made of a task's name and a tag, capitals and all.
# ruff: noqa: N801

import functools
import math

import numpy as np
import torch
from torch import nn
from torch.utils.data import Dataset
from torchvision.transforms import v2

from autograder.answers import accepted

# ruff: noqa: F821  (the names of the reference module are there when these run)

# ---------------------------------------------------------------------- 10.1 rotate_and_scale


@accepted
def rotate_and_scale__roll(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """torch.roll, one row at a time."""
    if len(shift) != len(x) or len(scale) != len(x):
        raise ValueError("lengths differ")
    rows = [a * row.roll(int(s)) for row, s, a in zip(x, shift, scale, strict=True)]
    return torch.stack(rows) if rows else x.clone()


@accepted
def rotate_and_scale__double(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Cut a window out of two copies of the signal, side by side."""
    n, length = x.shape
    if shift.shape[0] != n or scale.shape[0] != n:
        raise ValueError("lengths differ")
    twice = torch.cat([x, x], dim=1)
    starts = [(-int(s)) % length for s in shift]
    rows = [twice[i, start : start + length] * scale[i] for i, start in enumerate(starts)]
    return torch.stack(rows) if rows else x.clone()


@accepted
def rotate_and_scale__matrix(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Multiply by a permutation matrix, one for each signal."""
    if not len(x) == len(shift) == len(scale):
        raise ValueError("lengths differ")
    length = x.shape[1]
    target = (torch.arange(length, device=x.device)[None] + shift[:, None]) % length
    permutation = nn.functional.one_hot(target, length).to(x.dtype)
    return torch.einsum("nj,nji,n->ni", x, permutation, scale)


# ---------------------------------------------------------------------- 10.2 augment_dataset


@accepted
def augment_dataset__loop(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """One new row after the other."""
    if len(x) < 1 or len(x) != len(y) or n_extra < 0:
        raise ValueError("not a data set")
    xs, ys = [x], [y]
    for _ in range(n_extra):
        i = int(torch.randint(0, len(x), (1,), generator=generator, device=x.device))
        s = int(torch.randint(0, x.shape[1], (1,), generator=generator, device=x.device))
        a = float(torch.rand(1, generator=generator, device=x.device, dtype=torch.float64)) * 0.4 + 0.8
        xs.append(a * x[i : i + 1].roll(s, dims=1))
        ys.append(y[i : i + 1])
    return torch.cat(xs), torch.cat(ys)


@accepted
def augment_dataset__uniform(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """All three from one table of uniform numbers, written into a table of the final size."""
    n, length = x.shape
    if n == 0 or n != y.shape[0] or n_extra < 0:
        raise ValueError("not a data set")
    u = torch.rand(3, n_extra, generator=generator, device=x.device, dtype=torch.float64)
    rows, shift = (u[0] * n).long(), (u[1] * length).long()
    out_x, out_y = x.new_empty(n + n_extra, length), y.new_empty(n + n_extra)
    out_x[:n], out_y[:n] = x, y
    out_x[n:] = rotate_and_scale(x[rows], shift, (0.8 + 0.4 * u[2]).to(x.dtype))
    out_y[n:] = y[rows]
    return out_x, out_y


@accepted
def augment_dataset__table_of_rotations(
    x: Tensor, y: Tensor, n_extra: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Write down all N L rotations, and draw from these."""
    if not len(x) or len(x) != len(y) or n_extra < 0:
        raise ValueError("not a data set")
    length = x.shape[1]
    table = torch.stack([x.roll(s, 1) for s in range(length)], dim=1).reshape(-1, length)
    index = torch.randint(len(table), (n_extra,), generator=generator, device=x.device)
    scale = torch.empty(n_extra, 1, dtype=x.dtype, device=x.device).uniform_(0.8, 1.2, generator=generator)
    return torch.vstack([x, table[index] * scale]), torch.hstack([y, y[index // length]])


# ---------------------------------------------------------------------- 10.3 flip, rotate_and_crop


@accepted
def flip__two_steps(img: Tensor, horizontal: bool, vertical: bool) -> Tensor:
    """torch.fliplr and torch.flipud want the axes elsewhere, so one torch.flip after the other."""
    if horizontal:
        img = torch.flip(img, dims=[-1])
    return torch.flip(img, dims=[-2]) if vertical else img


@accepted
def flip__index(img: Tensor, horizontal: bool, vertical: bool) -> Tensor:
    """Read rows and columns backwards."""
    _, height, width = img.shape
    rows = range(height - 1, -1, -1) if vertical else range(height)
    columns = range(width - 1, -1, -1) if horizontal else range(width)
    return img[:, list(rows)][:, :, list(columns)]


@accepted
def flip__matrix(img: Tensor, horizontal: bool, vertical: bool) -> Tensor:
    """Multiply by exchange matrices."""
    _, height, width = img.shape
    if vertical:
        img = torch.eye(height, dtype=img.dtype, device=img.device).rot90() @ img
    if horizontal:
        img = img @ torch.eye(width, dtype=img.dtype, device=img.device).rot90()
    return img


@accepted
def rotate_and_crop__affine_grid(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """The library of neural networks makes the grid, with the aspect ratio in the matrix."""
    _, h, w = img.shape
    if height > h or width > w:
        raise ValueError("too large")
    t = math.radians(degrees)
    aspect = (h - 1) / (w - 1)
    rows = [[math.cos(t), -math.sin(t) * aspect, 0.0], [math.sin(t) / aspect, math.cos(t), 0.0]]
    theta = torch.tensor([rows], dtype=img.dtype, device=img.device)
    grid = nn.functional.affine_grid(theta, [1, *img.shape], align_corners=True)
    out = nn.functional.grid_sample(img.unsqueeze(0), grid, align_corners=True).squeeze(0)
    top, left = (h - height) // 2, (w - width) // 2
    return out[:, top : top + height, left : left + width]


def _bilinear(img: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Four neighbors by hand, at positions in pixels from the upper left pixel."""
    _, height, width = img.shape
    padded = nn.functional.pad(img, (1, 1, 1, 1))
    x, y = (x + 1).clamp(0, width + 1), (y + 1).clamp(0, height + 1)
    left, top = x.floor().long().clamp(max=width), y.floor().long().clamp(max=height)
    u, v = x - left, y - top
    upper = (1 - u) * padded[:, top, left] + u * padded[:, top, left + 1]
    lower = (1 - u) * padded[:, top + 1, left] + u * padded[:, top + 1, left + 1]
    return (1 - v) * upper + v * lower


@accepted
def rotate_and_crop__by_hand(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """Only the window's pixels are looked up, each from its four neighbors."""
    _, h, w = img.shape
    if height > h or width > w:
        raise ValueError("too large")
    rows = torch.arange(height, dtype=torch.float64, device=img.device)[:, None] + (h - height) // 2
    columns = torch.arange(width, dtype=torch.float64, device=img.device) + (w - width) // 2
    turn = complex(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
    y, x = rows - (h - 1) / 2, columns - (w - 1) / 2
    source_x = x * turn.real - y * turn.imag + (w - 1) / 2
    source_y = x * turn.imag + y * turn.real + (h - 1) / 2
    return _bilinear(img.double(), source_x, source_y).to(img.dtype)


@accepted
def rotate_and_crop__loop(img: Tensor, degrees: float, height: int, width: int) -> Tensor:
    """One pixel at a time, in plain Python."""
    channels, h, w = img.shape
    if height > h or width > w:
        raise ValueError("too large")
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    out = img.new_zeros(channels, height, width)
    for i in range(height):
        for j in range(width):
            y, x = i + (h - height) // 2 - (h - 1) / 2, j + (w - width) // 2 - (w - 1) / 2
            q, p = x * s + y * c + (h - 1) / 2, x * c - y * s + (w - 1) / 2
            for row in (math.floor(q), math.floor(q) + 1):
                for column in (math.floor(p), math.floor(p) + 1):
                    if 0 <= row < h and 0 <= column < w:
                        out[:, i, j] += (1 - abs(q - row)) * (1 - abs(p - column)) * img[:, row, column]
    return out


# ---------------------------------------------------------------------- 10.4 vertical_stretch


@accepted
def vertical_stretch__affine_grid(img: Tensor, factor: float) -> Tensor:
    """A matrix that scales the second coordinate."""
    if not factor > 0:
        raise ValueError("factor must be positive")
    theta = torch.tensor([[[1, 0, 0], [0, 1 / factor, 0]]], dtype=img.dtype, device=img.device)
    grid = nn.functional.affine_grid(theta, [1, *img.shape], align_corners=True)
    return nn.functional.grid_sample(img[None], grid, align_corners=True)[0]


@accepted
def vertical_stretch__matrix(img: Tensor, factor: float) -> Tensor:
    """A row of the result is a mixture of two rows: a matrix of hat functions times the image."""
    if factor <= 0:
        raise ValueError("factor must be positive")
    rows = torch.arange(img.shape[1], dtype=img.dtype, device=img.device)
    center = (len(rows) - 1) / 2
    source = center + (rows - center) / factor
    return (1 - (source[:, None] - rows).abs()).clamp(min=0) @ img


@accepted
def vertical_stretch__loop(img: Tensor, factor: float) -> Tensor:
    """Row by row, the two rows around the place that it comes from."""
    if factor <= 0:
        raise ValueError("factor must be positive")
    height = img.shape[1]
    black = torch.zeros_like(img[:, 0])
    out = []
    for i in range(height):
        place = (height - 1) / 2 + (i - (height - 1) / 2) / factor
        above = math.floor(place)
        share = place - above
        first, second = (img[:, k] if 0 <= k < height else black for k in (above, above + 1))
        out.append((1 - share) * first + share * second)
    return torch.stack(out, dim=1)


# ---------------------------------------------------------------------- 10.5 color_balance, vignette


@accepted
def color_balance__einsum(img: Tensor, gains: Tensor) -> Tensor:
    """Multiply by a sum over no index."""
    if list(gains.shape) != [img.shape[0]]:
        raise ValueError("one gain a channel")
    return torch.einsum("chw,c->chw", img, gains).clip(0.0, 1.0)


@accepted
def color_balance__loop(img: Tensor, gains: Tensor) -> Tensor:
    """One channel after the other, saturated by minimum and maximum."""
    if gains.numel() != img.shape[0]:
        raise ValueError("one gain a channel")
    zero, one = torch.zeros_like(img[0]), torch.ones_like(img[0])
    return torch.stack([torch.minimum(torch.maximum(c * float(g), zero), one) for c, g in zip(img, gains, strict=True)])


@accepted
def color_balance__channels_last(img: Tensor, gains: Tensor) -> Tensor:
    """Move the channels to the end, where a product finds them."""
    if gains.shape != img.shape[:1]:
        raise ValueError("one gain a channel")
    out = (img.permute(1, 2, 0) * gains).permute(2, 0, 1)
    return torch.where(out > 1, torch.ones_like(out), out.relu())


@accepted
def vignette__loop(img: Tensor, strength: float) -> Tensor:
    """Pixel by pixel."""
    _, height, width = img.shape
    cy, cx = (height - 1) / 2, (width - 1) / 2
    out = img.clone()
    for i in range(height):
        for j in range(width):
            out[:, i, j] *= 1 - strength * ((i - cy) ** 2 + (j - cx) ** 2) / (cy**2 + cx**2)
    return out.clamp(min=0, max=1)


@accepted
def vignette__hypot(img: Tensor, strength: float) -> Tensor:
    """The distance itself, relative to that of the first corner, and squared last."""
    rows = torch.arange(img.shape[1], device=img.device).to(img.dtype)
    columns = torch.arange(img.shape[2], device=img.device).to(img.dtype)
    y, x = torch.meshgrid(rows - rows.mean(), columns - columns.mean(), indexing="ij")
    r = torch.hypot(x, y)
    return torch.clamp(img - img * strength * (r / r[0, 0]) ** 2, 0, 1)


@accepted
def vignette__linspace(img: Tensor, strength: float) -> Tensor:
    """Positions from -1 to 1, weighted by the two sides of the image."""
    _, height, width = img.shape
    y = torch.linspace(-1, 1, height, dtype=img.dtype, device=img.device) * (height - 1)
    x = torch.linspace(-1, 1, width, dtype=img.dtype, device=img.device) * (width - 1)
    share = (y[:, None] ** 2 + x[None] ** 2) / ((height - 1) ** 2 + (width - 1) ** 2)
    return torch.clamp(img * (1 - strength * share), min=0, max=1)


# ---------------------------------------------------------------------- 10.6 gaussian_blur


def _taps(size: int, sigma: float, like: Tensor) -> Tensor:
    """The weights, or a single one where there is no blur."""
    if size < 1 or size % 2 != 1 or sigma < 0:
        raise ValueError("no kernel")
    t = torch.arange(size, dtype=like.dtype, device=like.device) - size // 2
    raw = (t == 0).to(like.dtype) if sigma == 0 else torch.exp(-(t**2) / (2 * sigma**2))
    return raw / raw.sum()


@accepted
def gaussian_blur__outer(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """One convolution with the square kernel, the channels as groups."""
    taps, h = _taps(kernel_size, sigma, img), kernel_size // 2
    kernel = torch.outer(taps, taps).expand(len(img), 1, kernel_size, kernel_size)
    return nn.functional.conv2d(nn.functional.pad(img[None], (h, h, h, h), mode="reflect"), kernel, groups=len(img))[0]


@accepted
def gaussian_blur__shifts(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """Add up shifted copies of the image, first along one axis, then along the other."""
    taps = _taps(kernel_size, sigma, img)
    for axis in (1, 2):
        size, total = img.shape[axis], torch.zeros_like(img)
        for t, weight in enumerate(taps.tolist(), start=-(kernel_size // 2)):
            places = [abs(i + t) if i + t < size else 2 * (size - 1) - i - t for i in range(size)]
            total = total + weight * img.index_select(axis, torch.tensor(places, device=img.device))
        img = total
    return img


@accepted
def gaussian_blur__matrices(img: Tensor, kernel_size: int, sigma: float) -> Tensor:
    """A matrix from the left and one from the right, with the mirrored neighbors in it."""
    taps = _taps(kernel_size, sigma, img)

    def mixing(size: int) -> Tensor:
        matrix = img.new_zeros(size, size)
        for i in range(size):
            for t, weight in enumerate(taps):
                j = abs(i + t - kernel_size // 2)
                matrix[i, min(j, 2 * (size - 1) - j)] += weight
        return matrix

    return mixing(img.shape[1]) @ img @ mixing(img.shape[2]).T


# ---------------------------------------------------------------------- 10.7 pincushion


@accepted
def pincushion__linspace(img: Tensor, k: float) -> Tensor:
    """A grid in the units that grid_sample wants anyway."""
    _, height, width = img.shape
    y, x = torch.meshgrid(
        torch.linspace(-1, 1, height, dtype=img.dtype, device=img.device),
        torch.linspace(-1, 1, width, dtype=img.dtype, device=img.device),
        indexing="ij",
    )
    grid = torch.stack([x, y], dim=-1)
    grid = grid + k * grid * grid.square().sum(dim=-1, keepdim=True)
    return nn.functional.grid_sample(img.unsqueeze(0), grid.unsqueeze(0), align_corners=True).squeeze(0)


@accepted
def pincushion__affine_grid(img: Tensor, k: float) -> Tensor:
    """Start from the grid of the identity."""
    eye = torch.eye(2, 3, dtype=img.dtype, device=img.device)[None]
    p = nn.functional.affine_grid(eye, [1, *img.shape], align_corners=True)
    return nn.functional.grid_sample(img[None], p * (1 + k * (p * p).sum(-1, keepdim=True)), align_corners=True)[0]


@accepted
def pincushion__by_hand(img: Tensor, k: float) -> Tensor:
    """The four neighbors by hand."""
    _, height, width = img.shape
    x = torch.linspace(-1, 1, width, dtype=torch.float64, device=img.device)[None]
    y = torch.linspace(-1, 1, height, dtype=torch.float64, device=img.device)[:, None]
    factor = 1 + k * (x**2 + y**2)
    columns, rows = (1 + x * factor) * (width - 1) / 2, (1 + y * factor) * (height - 1) / 2
    return _bilinear(img.double(), columns, rows).to(img.dtype)


# ---------------------------------------------------------------------- 10.8 Compose, ToTensor, Normalize


@accepted
class Compose__reduce:
    """Fold the image through a copy of the list."""

    def __init__(self, transforms: list) -> None:
        self.steps = tuple(transforms)

    def __call__(self, img: object) -> object:
        """From the left."""
        return functools.reduce(lambda value, step: step(value), self.steps, img)


@accepted
class Compose__nested:
    """One function around the other, made on construction."""

    def __init__(self, transforms: list) -> None:
        self.run = lambda img: img
        for step in transforms:
            self.run = self.after(self.run, step)

    @staticmethod
    def after(before: object, step: object) -> object:
        """First what was there before, then the step."""
        return lambda img: step(before(img))

    def __call__(self, img: object) -> object:
        """From the left."""
        return self.run(img)


@accepted
class ToTensor__numpy:
    """By way of numpy."""

    def __call__(self, img: object) -> Tensor:
        """Transpose the array, and divide it."""
        device = img.device if isinstance(img, Tensor) else "cpu"
        array = np.asarray(img.cpu() if isinstance(img, Tensor) else img)
        if array.dtype != np.uint8:
            return torch.from_numpy(array.copy()).to(device)
        return torch.from_numpy(array.transpose(2, 0, 1).astype(np.float32) / 255).to(device)


@accepted
class ToTensor__movedim:
    """Decide by whether the numbers are floating-point."""

    def __call__(self, img: object) -> Tensor:
        """Move the channels, and divide by the largest byte."""
        if isinstance(img, np.ndarray):
            img = torch.from_numpy(img)
        if img.is_floating_point():
            return img
        return img.movedim(-1, 0).to(torch.float32).div(torch.iinfo(torch.uint8).max)


@accepted
class Normalize__loop:
    """One channel at a time."""

    def __init__(self, mean: object, std: object) -> None:
        self.mean = list(mean) if hasattr(mean, "__len__") else [mean]
        self.std = list(std) if hasattr(std, "__len__") else [std]
        if any(s == 0 for s in self.std):
            raise ValueError("std is 0")

    def __call__(self, img: Tensor) -> Tensor:
        """Channel by channel."""
        n = len(img)
        mean, std = (list(v) * (n if len(v) == 1 else 1) for v in (self.mean, self.std))
        return torch.stack([(c - m) / s for c, m, s in zip(img, mean, std, strict=True)])


@accepted
class Normalize__copy:
    """Subtract and divide in place, in a copy."""

    def __init__(self, mean: object, std: object) -> None:
        self.mean, self.std = np.atleast_1d(np.array(mean, float)), np.atleast_1d(np.array(std, float))
        if not self.std.all():
            raise ValueError("std is 0")

    def __call__(self, img: Tensor) -> Tensor:
        """In the layout with the channels last."""
        out = img.clone().movedim(0, -1)
        out -= torch.as_tensor(self.mean).to(img)
        out /= torch.as_tensor(self.std).to(img)
        return out.movedim(-1, 0)


# ---------------------------------------------------------------------- 10.9 ImageTable


@accepted
class ImageTable__rows(Dataset):
    """Zip the columns to rows, a pair each."""

    def __init__(self, names: object, labels: object, load: object, transform: object = None) -> None:
        self.rows = list(zip(names, [int(label) for label in labels], strict=True))
        self.load, self.transform = load, transform or (lambda image: image)

    def __len__(self) -> int:
        """Rows of the table."""
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple:
        """Load, transform, and hand over."""
        name, label = self.rows[index]
        return self.transform(self.load(name)), label


@accepted
class ImageTable__checked(Dataset):
    """Check the index by hand."""

    def __init__(self, names: object, labels: object, load: object, transform: object = None) -> None:
        if len(labels) != len(names):
            raise ValueError("columns of different lengths")
        self.table = {i: (names[i], labels[i]) for i in range(len(names))}
        self.load, self.transform = load, transform

    def __len__(self) -> int:
        """Entries of the dictionary."""
        return len(self.table)

    def __getitem__(self, index: int) -> tuple:
        """Count from the end where the index is negative."""
        position = index + len(self) if index < 0 else index
        if position not in self.table:
            raise IndexError(index)
        name, label = self.table[position]
        image = self.load(name)
        return (image if self.transform is None else self.transform(image)), int(label)


@accepted
class ImageTable__composed(Dataset):
    """One function that loads and transforms, made on construction and called on access."""

    def __init__(self, names: object, labels: object, load: object, transform: object = None) -> None:
        if len(labels) - len(names):
            raise ValueError("columns of different lengths")
        self.names, self.labels = list(names), list(map(int, labels))
        self.image = load if transform is None else (lambda name: transform(load(name)))

    def __len__(self) -> int:
        """Labels of the table."""
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple:
        """The label first, since it may not be there."""
        label = self.labels[index]
        return self.image(self.names[index]), label


# ---------------------------------------------------------------------- 10.10 mnist_transforms


@accepted
def mnist_transforms__lambda() -> tuple:
    """The last two steps in one formula, and the first by hand."""
    first = v2.Lambda(lambda img: img if isinstance(img, Tensor) else v2.functional.pil_to_tensor(img))
    last = v2.Lambda(lambda img: (2 * (img.to(torch.float32) / 255) - 1).clamp(-1, 1))
    train = v2.Compose(
        [
            first,
            v2.Resize(32),
            v2.RandomRotation((-30, 30), interpolation=v2.InterpolationMode.BILINEAR),
            v2.RandomCrop((28, 28)),
            last,
        ]
    )
    return train, v2.Compose([first, v2.Resize(32), v2.CenterCrop((28, 28)), last])


@accepted
def mnist_transforms__float_first() -> tuple:
    """Floats before anything else."""
    start = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Resize(size=(32, 32))]
    end = [v2.Normalize(mean=(0.5,), std=(0.5,))]
    turn = v2.RandomAffine(degrees=30, interpolation=v2.InterpolationMode.BILINEAR)
    return v2.Compose([*start, turn, v2.RandomCrop(28), *end]), v2.Compose([*start, v2.CenterCrop(28), *end])


@accepted
def mnist_transforms__functions() -> tuple:
    """The functional interface, with random numbers of one's own."""
    f = v2.functional

    def start(img: object) -> Tensor:
        return f.resize(f.to_image(img).as_subclass(Tensor), [32, 32])

    def end(img: Tensor) -> Tensor:
        return f.normalize(f.to_dtype(img, torch.float32, scale=True), [0.5], [0.5])

    def train(img: object) -> Tensor:
        angle = float(torch.empty(()).uniform_(-30, 30))
        turned = f.rotate(start(img), angle, interpolation=v2.InterpolationMode.BILINEAR)
        top, left = torch.randint(5, (2,)).tolist()
        return end(turned[:, top : top + 28, left : left + 28])

    return train, lambda img: end(start(img)[:, 2:30, 2:30])


@accepted
def mnist_transforms__pil() -> tuple:
    """On PIL images until the end, as on the slide, but in the right order."""
    bilinear = v2.InterpolationMode.BILINEAR
    start = v2.Lambda(lambda img: v2.functional.to_pil_image(img.cpu()) if isinstance(img, Tensor) else img)
    end = [v2.PILToTensor(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5], [0.5])]
    train = [start, v2.Resize(32), v2.RandomRotation(30, bilinear), v2.RandomCrop(28), *end]

    def on_device(pipeline: object) -> object:
        return lambda img: pipeline(img).to(img.device if isinstance(img, Tensor) else "cpu")

    return on_device(v2.Compose(train)), on_device(v2.Compose([start, v2.Resize(32), v2.CenterCrop(28), *end]))


# ---------------------------------------------------------------------- 10.11 photo_augmentation


@accepted
def photo_augmentation__jitter_first(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> object:
    """Another order, and the nearest pixel."""
    return v2.Compose(
        [
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            v2.ColorJitter(brightness=brightness, contrast=contrast),
            v2.RandomRotation((-degrees, degrees)) if degrees > 0 else v2.RandomRotation(degrees),
            v2.RandomHorizontalFlip(p=p_flip),
            v2.ToPureTensor(),
        ]
    )


@accepted
def photo_augmentation__affine(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> object:
    """An affine transform that only rotates, on bytes, and floats last."""
    return v2.Compose(
        [
            v2.ToImage(),
            v2.RandomHorizontalFlip(p=p_flip),
            v2.RandomAffine(degrees, interpolation=v2.InterpolationMode.BILINEAR),
            v2.ColorJitter(brightness=brightness, contrast=contrast),
            v2.ToDtype(torch.float32, scale=True),
        ]
    )


@accepted
def photo_augmentation__functions(
    degrees: float = 30.0, brightness: float = 0.5, contrast: float = 0.5, p_flip: float = 0.5
) -> object:
    """The functional interface, with random numbers of one's own."""
    if min(degrees, brightness, contrast) < 0 or not 0 <= p_flip <= 1:
        raise ValueError("settings out of range")
    f = v2.functional

    def augment(img: object) -> Tensor:
        u = (2 * torch.rand(3) - 1).tolist()
        out = f.to_dtype(f.to_image(img).as_subclass(Tensor), torch.float32, scale=True)
        out = f.adjust_contrast(f.adjust_brightness(out, 1 + brightness * u[0]), 1 + contrast * u[1])
        if torch.rand(()) < p_flip:
            out = f.horizontal_flip(out)
        return f.rotate(out, degrees * u[2])

    return augment
