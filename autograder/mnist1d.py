"""MNIST-1D, made here: ten strokes of 40 points, padded, stretched, moved, sheared and buried in noise.

The recipe and its numbers are those of S. Greydanus and D. Kobak, "Scaling Down Deep Learning with MNIST-1D" (ICML
2024, github.com/greydanus/mnist1d): the seed 42 gives the published, frozen data. Their package would bring scipy to
every student's machine, and with it the finished answers to several tasks; this module needs numpy only.
"""

import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autograder import places

Array = NDArray[np.float64]

FROZEN_SEED = 42
LENGTH = 40
_PADDING = (36, 60)
_MOVES = 48
_SCALE, _SHEAR = 0.4, 0.75
_SMOOTH_NOISE, _NOISE = 0.25, 0.02
_VERSION = 1  # of the files in the cache

_STROKES = (
    (5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5),
    (5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5),
    (5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5),
    (5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5),
    (5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5),
    (5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5),
    (5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5),
    (5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5),
)


@dataclass(frozen=True)
class Mnist1d:
    """Examples: ``x`` float64 [4000, 40], ``y`` int64 [4000] to train on, ``x_test`` [1000, 40], ``y_test`` [1000]."""

    x: Array
    y: NDArray[np.int64]
    x_test: Array
    y_test: NDArray[np.int64]


def generate(seed: int = FROZEN_SEED, samples: int = 5000) -> Mnist1d:
    """``samples`` examples, a tenth of each class, shuffled, four fifths for training; mean 0 and variance 1 over all.

    ``seed`` is from 0 to 2**32 - 1. Nobody else's random numbers are touched.
    """
    chance = np.random.RandomState(seed)
    strokes = _templates()
    labels = np.repeat(np.arange(10), samples // 10)
    rows = np.stack([_example(strokes[label], chance) for label in labels])
    order = chance.permutation(len(labels))
    rows, labels = rows[order], labels[order]
    rows = (rows - rows.mean()) / rows.std()
    split = int(0.8 * len(labels))
    return Mnist1d(rows[:split], labels[:split], rows[split:], labels[split:])


def load(seed: int = FROZEN_SEED, cache: Path | None = None) -> Mnist1d:
    """As ``generate(seed)``, which takes about a second, kept on disk for the next time.

    ``cache`` is a folder; default: ``autograder`` in the user's cache. Where it cannot be written, nothing is kept.
    """
    folder = cache or places.cache()
    path = folder / f"mnist1d-{_VERSION}-{seed}.npz"
    try:
        with np.load(path) as kept:
            return Mnist1d(kept["x"], kept["y"], kept["x_test"], kept["y_test"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        made = generate(seed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".npz", delete=False) as file:
            np.savez(file, x=made.x, y=made.y, x_test=made.x_test, y_test=made.y_test)
        os.replace(file.name, path)  # in one step: two processes may be here at once
    except OSError:
        pass
    return made


def _templates() -> Array:
    """The strokes, each with mean 0 and variance 1/36, moved to begin at 0."""
    strokes = np.array(_STROKES, dtype=np.float64)
    strokes -= strokes.mean(1, keepdims=True)
    strokes /= strokes.std(1, keepdims=True)
    strokes -= strokes[:, :1]
    return strokes / 6.0


def _example(stroke: Array, chance: np.random.RandomState) -> Array:
    low, high = _PADDING
    padded = np.concatenate([stroke + 1e-8, np.zeros(low + int(chance.rand() * (high - low + 1)))])
    signal = _resampled(padded, len(stroke) + high)
    signal *= 1 + _SCALE * (chance.rand() - 0.5)
    signal = np.roll(signal, chance.choice(_MOVES))
    smooth = _smoothed(_SMOOTH_NOISE * chance.randn(len(signal)))
    signal = np.where(signal != 0, signal, smooth)
    signal = signal + _NOISE * chance.randn(len(signal))
    signal = signal - _SHEAR * (chance.rand() - 0.5) * np.linspace(-0.5, 0.5, len(signal))
    return _resampled(signal, LENGTH)


def _resampled(signal: Array, length: int) -> Array:
    """Linear interpolation at ``length`` points from end to end."""
    return np.interp(np.linspace(0, 1, length), np.linspace(0, 1, len(signal)), signal)


def _smoothed(noise: Array, width: float = 2.0, radius: int = 8) -> Array:
    """A Gaussian average, with the signal mirrored at its ends."""
    steps = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (steps / width) ** 2)
    return np.convolve(np.pad(noise, radius, mode="symmetric"), weights / weights.sum(), mode="valid")
