"""Public tests of 01_double_descent: small examples that you can check by hand. The graded tests look closer."""

import math

import pytest
import torch

from autograder import expect


def numbers(*values):
    """A float64 tensor."""
    return torch.tensor(values, dtype=torch.float64)


def test_legendre_features_by_hand(student):
    """At 0.5 the first three polynomials are 1/2, -1/8 and -7/16; at -1 they are -1, 1 and -1."""
    found = student.legendre_features(numbers(0.5, -1.0), 3)
    expect.close(found, numbers([0.5, -0.125, -0.4375], [-1.0, 1.0, -1.0]))


def test_legendre_features_of_degree_one(student):
    """Degree 1 is one column: x itself."""
    expect.close(student.legendre_features(numbers(2.0, 0.0, -3.0), 1), numbers([2.0], [0.0], [-3.0]))


def test_legendre_features_needs_a_degree(student):
    """Degree 0 is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  (the words are yours)
        student.legendre_features(numbers(0.5), 0)


def test_min_norm_fit_of_a_line(student):
    """One feature, 1 and 2, with targets 1 and 3: the best slope is (1 * 1 + 2 * 3) / (1 + 4)."""
    expect.close(student.min_norm_fit(numbers([1.0], [2.0]), numbers(1.0, 3.0)), numbers(1.4))


def test_min_norm_fit_of_one_equation(student):
    """Of all w with 3 w1 + 4 w2 = 10, the shortest is (1.2, 1.6)."""
    expect.close(student.min_norm_fit(numbers([3.0, 4.0]), numbers(10.0)), numbers(1.2, 1.6))


def test_min_norm_fit_of_equal_features(student):
    """Two equal features share a slope of 1.4, half each."""
    expect.close(student.min_norm_fit(numbers([1.0, 1.0], [2.0, 2.0]), numbers(1.0, 3.0)), numbers(0.7, 0.7))


def test_ridge_fit_of_a_line(student):
    """One feature, 1 and 2, with targets 1 and 3 and lambda 2: 7 / (5 + 2)."""
    expect.close(student.ridge_fit(numbers([1.0], [2.0]), numbers(1.0, 3.0), 2.0), numbers(1.0))


def test_ridge_fit_of_one_equation(student):
    """The row (3, 4) with target 10 and lambda 25: half of the shortest solution (1.2, 1.6)."""
    expect.close(student.ridge_fit(numbers([3.0, 4.0]), numbers(10.0), 25.0), numbers(0.6, 0.8))
    expect.close(student.ridge_fit(numbers([3.0, 4.0]), numbers(10.0), 0.0), numbers(1.2, 1.6))


def test_median_mse_curve_by_hand(student):
    """Lines through (1, 1), (2, 4) and (4, 16), tested at 3, where 9 is right: off by 6, 3 and 3, so 36, 9 and 9."""
    x_train = numbers(1.0, 2.0, 4.0).reshape(1, 3, 1)
    expect.close(student.median_mse_curve(x_train, numbers(3.0), torch.square, [1]), numbers(9.0))


def test_median_mse_curve_of_two_samples(student):
    """Only the first two of these lines: the median of 36 and 9 is their midpoint."""
    x_train = numbers(1.0, 2.0).reshape(1, 2, 1)
    expect.close(student.median_mse_curve(x_train, numbers(3.0), torch.square, [1]), numbers(22.5))


def test_smallest_singular_value_by_hand(student):
    """The singular values are 3, 2 and 0, and zero does not count."""
    matrix = numbers([0.0, 2.0, 0.0], [-3.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    expect.close(student.smallest_singular_value(matrix), 2.0)


def test_smallest_singular_value_with_a_threshold(student):
    """With rtol = 0.9, the 2 is too small beside the 3."""
    expect.close(student.smallest_singular_value(numbers([0.0, 2.0], [3.0, 0.0]), 0.9), 3.0)


def test_gd_limit_of_one_equation(student):
    """The nearest point to (1, 0) with theta1 + theta2 = 2 is (1.5, 0.5); from zero it is (1, 1)."""
    row, y = numbers([1.0, 1.0]), numbers(2.0)
    expect.close(student.gd_limit(row, y, numbers(1.0, 0.0)), numbers(1.5, 0.5), rtol=1e-6)
    expect.close(student.gd_limit(row, y, numbers(0.0, 0.0)), numbers(1.0, 1.0), rtol=1e-6)


def test_gd_limit_where_data_decide(student):
    """One feature, 1 and 1, with targets 1 and 2: the slope is 1.5 from any start."""
    expect.close(student.gd_limit(numbers([1.0], [1.0]), numbers(1.0, 2.0), numbers(7.0)), numbers(1.5), rtol=1e-6)


def test_min_norm_risk_on_both_sides(student):
    """n = 10: with p = 4 it is 4/5 of the noise; with p = 20, half of the signal and 10/9 of the noise."""
    expect.close(student.min_norm_risk(10, 4, 0.5, 3.0), 0.4)
    expect.close(student.min_norm_risk(10, 20, 0.9, 3.0), 2.5)


def test_min_norm_risk_without_end(student):
    """As many features as examples: infinity."""
    expect.close(student.min_norm_risk(10, 10, 0.5, 3.0), math.inf)
