"""Hidden suite of 1.7, the error of the shortest fit with Gaussian features."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import math

import pytest
import torch

from autograder import expect


def variances(rng):
    """A noise variance and a squared signal, between 1 and 2."""
    return (1 + torch.rand(2, generator=rng, dtype=torch.float64)).tolist()


@pytest.mark.weight(2)
def test_min_norm_risk_with_fewer_features(student, rng):
    """With plenty of data the error is noise only: it grows with p, and the signal plays no part."""
    noise, signal = variances(rng)
    for n, p, factor in ((10, 1, 1 / 8), (10, 5, 1.25), (10, 8, 8.0), (101, 20, 0.25), (3, 1, 1.0)):
        expect.close(student.min_norm_risk(n, p, noise, signal), noise * factor, what=f"the error for n={n}, p={p}")


@pytest.mark.weight(2)
def test_min_norm_risk_with_more_features(student, rng):
    """With too many features a share of the signal is lost, and the noise counts less the more there are."""
    noise, signal = variances(rng)
    for n, p, lost, factor in ((10, 12, 1 / 6, 10.0), (10, 20, 0.5, 10 / 9), (3, 12, 0.75, 0.375), (1, 4, 0.75, 0.5)):
        expected = signal * lost + noise * factor
        expect.close(student.min_norm_risk(n, p, noise, signal), expected, what=f"the error for n={n}, p={p}")


def test_min_norm_risk_at_the_peak(student, rng):
    """As many features as examples, or one off, give infinity, by convention even without noise; two off do not."""
    noise, _ = variances(rng)
    for n, p in ((10, 9), (10, 10), (10, 11), (1, 1), (1, 2), (2, 1)):
        for variance in (noise, 0.0):
            found = student.min_norm_risk(n, p, variance, 1.0)
            expect.close(found, math.inf, what=f"the error for n={n}, p={p}")
    for p, expected in ((8, 8 * noise), (12, 1 / 6 + 10 * noise)):
        expect.close(student.min_norm_risk(10, p, noise, 1.0), expected, what=f"the error for n=10, p={p}")


def test_min_norm_risk_adds_up(student, rng):
    """Noise and signal contribute independently, each in proportion to its size, also where one of them is 0."""
    noise, signal = variances(rng)
    for n, p in ((12, 5), (12, 30)):
        parts = [float(student.min_norm_risk(n, p, *pair)) for pair in ((noise, 0.0), (0.0, signal), (noise, signal))]
        expect.close(parts[2], parts[0] + parts[1], what=f"the sum for n={n}, p={p}")
    expect.close(parts[1], 0.6 * signal, what="the part of the signal")


def test_min_norm_risk_of_endless_features(student, rng):
    """As features are added without end, the error tends to that of predicting zero; it starts below."""
    noise, signal = variances(rng)
    for p in (10**9, 10**12):
        found = student.min_norm_risk(50, p, noise, signal)
        expect.close(found, signal, rtol=1e-6, what=f"the error for p={p}")
    assert float(student.min_norm_risk(50, 1, 0.01, signal)) < signal / 100, "one feature and 50 examples: too large"


def test_min_norm_risk_refuses_bad_numbers(student):
    """Fewer than one example or feature, or a negative variance or signal, are a ValueError; the limits are not."""
    for bad in ((0, 5, 1.0, 1.0), (-3, 5, 1.0, 1.0), (5, 0, 1.0, 1.0), (9, 3, -0.1, 1.0), (3, 9, 1.0, -0.1)):
        with pytest.raises(ValueError):
            student.min_norm_risk(*bad)
    expect.close(student.min_norm_risk(1, 4, 0.0, 1.0), 0.75)
    expect.close(student.min_norm_risk(4, 1, 1.0, 0.0), 0.5)
