"""Plausible wrong answers to 01_double_descent, each with the hint that a student who holds it needs."""

# ruff: noqa: F821 - an answer runs in the reference module's namespace and may call its other functions.

import math

import torch

from autograder.answers import misconception

POLYNOMIALS = "DS 542, Interpolating Polynomials Overfit A Lot"
DESCENT = "DS 542, Reproducing Double Descent Demystified"
RIDGE = "DS 542, Regularizing from the Beginning"
PENALTY = "DS 542, Explicit regularization"
BIAS = "DS 542, How to bias for smoothness?"
GAP = "DS 542, Regularization"

# 1.1 legendre_features ------------------------------------------------------------------------------------------------


@misconception(
    hint="Your first column is constant. The recurrence needs that polynomial to start, but it is not a feature.",
    reread=POLYNOMIALS,
    caught_by=("test_legendre_features_of_low_degree", "test_legendre_features_equal_an_integral"),
)
def legendre_features__starts_with_one(x, degree):
    if x.ndim != 1 or degree < 1:
        raise ValueError
    columns = [torch.ones_like(x), x]
    for n in range(1, degree):
        columns.append(((2 * n + 1) * x * columns[n] - n * columns[n - 1]) / (n + 1))
    return torch.stack(columns[:degree], dim=1)


@misconception(
    hint="You return one column too many: counting starts at degree 1, not at degree 0.",
    reread=POLYNOMIALS,
    caught_by=("test_legendre_features_of_low_degree", "test_legendre_features_at_three_points"),
)
def legendre_features__keeps_the_constant(x, degree):
    if x.ndim != 1 or degree < 1:
        raise ValueError
    columns = [torch.ones_like(x), x]
    for n in range(1, degree):
        columns.append(((2 * n + 1) * x * columns[n] - n * columns[n - 1]) / (n + 1))
    return torch.stack(columns, dim=1)


@misconception(
    hint="Your columns are powers of x: they are not orthogonal and, without a constant, do not even span the same "
    "curves as P_1 to P_p. Look up what the second polynomial is.",
    reread=POLYNOMIALS,
    caught_by=("test_legendre_features_of_low_degree", "test_legendre_features_are_orthogonal"),
)
def legendre_features__powers(x, degree):
    if x.ndim != 1 or degree < 1:
        raise ValueError
    return torch.stack([x**k for k in range(1, degree + 1)], dim=1)


@misconception(
    hint="Your polynomials have length 1 (or another norm of their own). Here each is scaled such that it is 1 at x = "
    "1.",
    reread=POLYNOMIALS,
    caught_by=("test_legendre_features_at_three_points", "test_legendre_features_are_orthogonal"),
)
def legendre_features__normalized(x, degree):
    if x.ndim != 1 or degree < 1:
        raise ValueError
    columns = [torch.ones_like(x), x]
    for n in range(1, degree):
        columns.append(((2 * n + 1) * x * columns[n] - n * columns[n - 1]) / (n + 1))
    return torch.stack([math.sqrt(n + 0.5) * columns[n] for n in range(1, degree + 1)], dim=1)


@misconception(
    hint="These are Chebyshev's polynomials, the cosines of multiple angles. They agree with Legendre's in degree 1 "
    "and at the ends only.",
    reread=POLYNOMIALS,
    caught_by=("test_legendre_features_of_low_degree", "test_legendre_features_are_orthogonal"),
)
def legendre_features__chebyshev(x, degree):
    if x.ndim != 1 or degree < 1:
        raise ValueError
    columns = [torch.ones_like(x), x]
    for n in range(1, degree):
        columns.append(2 * x * columns[n] - columns[n - 1])
    return torch.stack(columns[1:], dim=1)


@misconception(
    hint="Your recurrence is off by one in n. Check it at x = 1, where every polynomial is 1.",
    reread=POLYNOMIALS,
    caught_by=("test_legendre_features_of_low_degree", "test_legendre_features_at_three_points"),
)
def legendre_features__recurrence_off_by_one(x, degree):
    if x.ndim != 1 or degree < 1:
        raise ValueError
    columns = [torch.ones_like(x), x]
    for n in range(1, degree):
        columns.append(((2 * n + 1) * x * columns[n] - n * columns[n - 1]) / n)
    return torch.stack(columns[1:], dim=1)


@misconception(
    hint="Right for low degrees, and noise for high ones: you add up terms with huge coefficients of alternating sign. "
    "Climb from degree to degree instead.",
    reread=POLYNOMIALS,
    caught_by=("test_legendre_features_at_three_points", "test_legendre_features_equal_an_integral"),
)
def legendre_features__explicit_coefficients(x, degree):
    if x.ndim != 1 or degree < 1:
        raise ValueError

    def polynomial(n):
        terms = [
            (-1) ** k * math.comb(n, k) * math.comb(2 * n - 2 * k, n) / 2**n * x ** (n - 2 * k)
            for k in range(n // 2 + 1)
        ]
        return sum(terms)

    return torch.stack([polynomial(n) for n in range(1, degree + 1)], dim=1)


@misconception(
    hint="You force x into [-1, 1]. The polynomials are defined for every real number.",
    reread=POLYNOMIALS,
    caught_by=("test_legendre_features_of_low_degree", "test_legendre_features_anywhere"),
)
def legendre_features__clamped(x, degree):
    if x.ndim != 1 or degree < 1:
        raise ValueError
    inside = x.clamp(-1, 1)
    columns = [torch.ones_like(x), inside]
    for n in range(1, degree):
        columns.append(((2 * n + 1) * inside * columns[n] - n * columns[n - 1]) / (n + 1))
    return torch.stack(columns[1:], dim=1)


@misconception(
    hint="Your table lies on its side: a row belongs to a point, a column to a degree.",
    reread=POLYNOMIALS,
    caught_by=("test_legendre_features_of_low_degree", "test_legendre_features_at_three_points"),
)
def legendre_features__transposed(x, degree):
    if x.ndim != 1 or degree < 1:
        raise ValueError
    columns = [torch.ones_like(x), x]
    for n in range(1, degree):
        columns.append(((2 * n + 1) * x * columns[n] - n * columns[n - 1]) / (n + 1))
    return torch.stack(columns[1:], dim=0)


@misconception(
    hint="Your function answers where it should complain. The docstring lists what is a ValueError.",
    reread=POLYNOMIALS,
    caught_by="test_legendre_features_refuses_bad_arguments",
)
def legendre_features__never_complains(x, degree):
    columns = [torch.ones_like(x), x]
    for n in range(1, degree):
        columns.append(((2 * n + 1) * x * columns[n] - n * columns[n - 1]) / (n + 1))
    return torch.stack(columns[1 : max(degree, 1) + 1], dim=-1)


# 1.2 min_norm_fit -----------------------------------------------------------------------------------------------------


@misconception(
    hint="You solve the normal equations. With more features than points their matrix is singular, and what comes out "
    "is one of many solutions, not the shortest.",
    reread=DESCENT,
    caught_by=("test_min_norm_fit_of_many_features", "test_min_norm_fit_of_any_rank"),
)
def min_norm_fit__normal_equations(features, y):
    if len(features) != len(y):
        raise ValueError
    return torch.linalg.solve(features.T @ features, features.T @ y)


@misconception(
    hint="Your formula is made for more features than points. With fewer, the matrix that you invert is singular.",
    reread=DESCENT,
    caught_by=("test_min_norm_fit_of_many_points", "test_min_norm_fit_of_any_rank"),
    may_catch=("test_min_norm_fit_takes_small_singular_values_seriously",),  # as rounding has it
)
def min_norm_fit__dual_always(features, y):
    if len(features) != len(y):
        raise ValueError
    return features.T @ torch.linalg.solve(features @ features.T, y)


@misconception(
    hint="You choose between two formulas by the shape. Rows and columns can both depend on each other, and then "
    "neither matrix can be inverted: let the singular values decide.",
    reread=DESCENT,
    caught_by="test_min_norm_fit_of_any_rank",
)
def min_norm_fit__by_shape(features, y):
    if len(features) != len(y):
        raise ValueError
    if features.shape[0] >= features.shape[1]:
        return torch.linalg.solve(features.T @ features, features.T @ y)
    return features.T @ torch.linalg.solve(features @ features.T, y)


@misconception(
    hint="The driver that you chose assumes full rank. Where features repeat, it divides by what is zero up to "
    "rounding.",
    reread=DESCENT,
    caught_by="test_min_norm_fit_of_any_rank",
)
def min_norm_fit__full_rank_driver(features, y):
    if len(features) != len(y):
        raise ValueError
    return torch.linalg.lstsq(features, y[:, None], driver="gels").solution[:, 0]


@misconception(
    hint="There is a small penalty hidden in your fit. It looks harmless and takes away the peak that this chapter is "
    "about.",
    reread=RIDGE,
    caught_by=("test_min_norm_fit_of_many_points", "test_min_norm_fit_takes_small_singular_values_seriously"),
)
def min_norm_fit__hidden_penalty(features, y):
    if len(features) != len(y):
        raise ValueError
    gram = features.T @ features
    return torch.linalg.solve(gram + 1e-3 * torch.eye(len(gram), dtype=gram.dtype, device=gram.device), features.T @ y)


@misconception(
    hint="You treat small singular values as zero that are far above the rounding error. See the table of conventions.",
    reread=DESCENT,
    caught_by="test_min_norm_fit_takes_small_singular_values_seriously",
)
def min_norm_fit__coarse_cutoff(features, y):
    if len(features) != len(y):
        raise ValueError
    return torch.linalg.pinv(features, rtol=1e-4) @ y


@misconception(
    hint="What counts as zero does not depend on a fixed number, but on the largest singular value.",
    reread=DESCENT,
    caught_by="test_min_norm_fit_knows_no_units",
)
def min_norm_fit__absolute_cutoff(features, y):
    if len(features) != len(y):
        raise ValueError
    return torch.linalg.pinv(features, atol=1e-10, rtol=0.0) @ y


@misconception(
    hint="You use as many features as there are points, and leave the others at zero. That fits exactly, but the "
    "shortest solution spreads the work over all of them.",
    reread=BIAS,
    caught_by=("test_min_norm_fit_of_many_features", "test_min_norm_fit_keeps_dtype_and_arguments"),
)
def min_norm_fit__some_features_only(features, y):
    if len(features) != len(y):
        raise ValueError
    used = min(features.shape)
    w = features.new_zeros(features.shape[1])
    w[:used] = torch.linalg.pinv(features[:, :used]) @ y
    return w


@misconception(
    hint="You return the predictions. Asked for are the coefficients, one for each feature.",
    reread=DESCENT,
    caught_by=("test_min_norm_fit_of_many_points", "test_min_norm_fit_of_many_features"),
)
def min_norm_fit__predictions(features, y):
    if len(features) != len(y):
        raise ValueError
    return features @ (torch.linalg.pinv(features) @ y)


@misconception(
    hint="You subtract means before fitting, which adds an intercept. Here there is none.",
    reread=DESCENT,
    caught_by=("test_min_norm_fit_of_many_points", "test_min_norm_fit_of_many_features"),
)
def min_norm_fit__centered(features, y):
    if len(features) != len(y):
        raise ValueError
    return torch.linalg.pinv(features - features.mean(dim=0)) @ (y - y.mean())


@misconception(
    hint="You go through float32. Near the peak half of the digits are not enough.",
    reread=DESCENT,
    caught_by=("test_min_norm_fit_of_many_points", "test_min_norm_fit_of_many_features"),
)
def min_norm_fit__single_precision(features, y):
    if len(features) != len(y):
        raise ValueError
    return (torch.linalg.pinv(features.float()) @ y.float()).to(features.dtype)


# 1.3 ridge_fit --------------------------------------------------------------------------------------------------------


def _identity(features):
    """The identity matrix for the coefficients, in float64."""
    return torch.eye(features.shape[1], dtype=torch.float64)


def _ridge(features, y, lam, penalty):
    """The coefficients for a penalty given as a matrix; lam = 0 and bad arguments as they should be."""
    if lam < 0 or len(features) != len(y):
        raise ValueError
    if lam == 0:
        return min_norm_fit(features, y)
    return torch.linalg.solve(features.T @ features + penalty.to(features), features.T @ y)


@misconception(
    hint="Your penalty grows with the number of examples: it belongs to a mean of squares. Here the squares are "
    "summed.",
    reread=PENALTY,
    caught_by=("test_ridge_fit_balances_error_and_penalty", "test_ridge_fit_counts_every_example"),
)
def ridge_fit__mean_of_squares(features, y, lam):
    return _ridge(features, y, lam, lam * len(features) * _identity(features))


@misconception(
    hint="You divide the penalty by the number of examples, as for a mean of squares, but sum the squares.",
    reread=PENALTY,
    caught_by=("test_ridge_fit_balances_error_and_penalty", "test_ridge_fit_charges_a_constant_column_too"),
)
def ridge_fit__penalty_per_example(features, y, lam):
    return _ridge(features, y, lam, lam / len(features) * _identity(features))


@misconception(
    hint="There is a factor one half in your objective. Neither the errors nor the penalty are halved here.",
    reread=PENALTY,
    caught_by=("test_ridge_fit_balances_error_and_penalty", "test_ridge_fit_counts_every_example"),
)
def ridge_fit__halved(features, y, lam):
    return _ridge(features, y, lam, lam / 2 * _identity(features))


@misconception(
    hint="You leave the first coefficient free, as if it were an intercept. There is none: every coefficient pays.",
    reread=RIDGE,
    caught_by=("test_ridge_fit_balances_error_and_penalty", "test_ridge_fit_charges_a_constant_column_too"),
)
def ridge_fit__first_one_free(features, y, lam):
    penalty = lam * _identity(features)
    penalty[0, 0] = 0.0
    return _ridge(features, y, lam, penalty)


@misconception(
    hint="You append rows of lambda. Squared errors of those rows are the penalty: what must stand in them?",
    reread=PENALTY,
    caught_by=("test_ridge_fit_balances_error_and_penalty", "test_ridge_fit_counts_every_example"),
)
def ridge_fit__augmented_without_root(features, y, lam):
    return _ridge(features, y, lam, lam**2 * _identity(features))


@misconception(
    hint="You add lambda to every entry of a matrix. That penalizes the square of the sum of all coefficients, not the "
    "sum of their squares.",
    reread=PENALTY,
    caught_by=("test_ridge_fit_balances_error_and_penalty", "test_ridge_fit_counts_every_example"),
)
def ridge_fit__added_everywhere(features, y, lam):
    return _ridge(features, y, lam, lam * torch.ones_like(_identity(features)))


@misconception(
    hint="For lambda 0 your formula divides by what may be zero. Then the shortest solution is asked for.",
    reread=DESCENT,
    caught_by="test_ridge_fit_without_penalty_is_the_shortest_fit",
)
def ridge_fit__no_limit_at_zero(features, y, lam):
    if lam < 0 or len(features) != len(y):
        raise ValueError
    gram = features.T @ features
    return torch.linalg.solve(gram + lam * torch.eye(len(gram), dtype=gram.dtype, device=gram.device), features.T @ y)


@misconception(
    hint="You center features or targets first. That adds an intercept that does not pay, and there is none here.",
    reread=RIDGE,
    caught_by=("test_ridge_fit_balances_error_and_penalty", "test_ridge_fit_charges_a_constant_column_too"),
)
def ridge_fit__centered(features, y, lam):
    if lam == 0 or len(features) != len(y):
        return _ridge(features, y, lam, torch.zeros(1))
    return _ridge(features - features.mean(dim=0), y - y.mean(), lam, lam * _identity(features))


@misconception(
    hint="You shrink the shortest solution as a whole. The penalty shrinks each direction by its own factor, those "
    "with small singular values most.",
    reread=RIDGE,
    caught_by=("test_ridge_fit_balances_error_and_penalty", "test_ridge_fit_keeps_dtype_and_arguments"),
)
def ridge_fit__shrinks_all_alike(features, y, lam):
    if lam < 0 or len(features) != len(y):
        raise ValueError
    return min_norm_fit(features, y) / (1 + lam)


@misconception(
    hint="A negative penalty rewards large coefficients. The docstring says what to do about it.",
    reread=PENALTY,
    caught_by="test_ridge_fit_refuses_bad_arguments",
)
def ridge_fit__any_lambda(features, y, lam):
    if len(features) != len(y):
        raise ValueError
    return _ridge(features, y, max(lam, 0.0), lam * _identity(features))


# 1.4 median_mse_curve -------------------------------------------------------------------------------------------------


def _errors(x_train, x_test, target, degrees, lam):
    """The mean squared test errors [D, R], as they should be."""
    if len(degrees) != len(x_train):
        raise ValueError
    rows = []
    for samples, degree in zip(x_train, degrees, strict=True):
        fits = [ridge_fit(legendre_features(x, degree), target(x), lam) for x in samples]
        rows.append([(legendre_features(x_test, degree) @ w - target(x_test)).square().mean() for w in fits])
    return torch.stack([torch.stack(row) for row in rows])


@misconception(
    hint="You average over the samples. One bad sample then decides the result; asked for is the one in the middle.",
    reread=DESCENT,
    caught_by=("test_median_mse_curve_of_straight_lines", "test_median_mse_curve_resists_a_bad_sample"),
)
def median_mse_curve__mean_of_samples(x_train, x_test, target, degrees, lam=0.0):
    return _errors(x_train, x_test, target, degrees, lam).mean(dim=1)


@misconception(
    hint="Of an even number of errors, torch's median is the lower of the two in the middle. The convention here is "
    "another.",
    reread=DESCENT,
    caught_by=("test_median_mse_curve_of_straight_lines", "test_median_mse_curve_on_fresh_samples"),
)
def median_mse_curve__lower_median(x_train, x_test, target, degrees, lam=0.0):
    return _errors(x_train, x_test, target, degrees, lam).median(dim=1).values


@misconception(
    hint="You take the median of the predictions, and one error of that. Each sample has an error of its own; the "
    "median comes last.",
    reread=DESCENT,
    caught_by=("test_median_mse_curve_of_straight_lines", "test_median_mse_curve_on_fresh_samples"),
)
def median_mse_curve__median_prediction(x_train, x_test, target, degrees, lam=0.0):
    if len(degrees) != len(x_train):
        raise ValueError
    curve = []
    for samples, degree in zip(x_train, degrees, strict=True):
        fits = [ridge_fit(legendre_features(x, degree), target(x), lam) for x in samples]
        predictions = torch.stack([legendre_features(x_test, degree) @ w for w in fits])
        curve.append((predictions.quantile(0.5, dim=0) - target(x_test)).square().mean())
    return torch.stack(curve)


@misconception(
    hint="You measure the error on the training points. There it only falls, and reaches zero at the peak.",
    reread=GAP,
    caught_by=("test_median_mse_curve_of_straight_lines", "test_median_mse_curve_on_fresh_samples"),
)
def median_mse_curve__training_error(x_train, x_test, target, degrees, lam=0.0):
    if len(degrees) != len(x_train):
        raise ValueError
    curve = []
    for samples, degree in zip(x_train, degrees, strict=True):
        tables = [legendre_features(x, degree) for x in samples]
        errors = [
            (table @ ridge_fit(table, target(x), lam) - target(x)).square().mean()
            for x, table in zip(samples, tables, strict=True)
        ]
        curve.append(torch.stack(errors).quantile(0.5))
    return torch.stack(curve)


@misconception(
    hint="Training and test points are swapped: the model must not see the test points.",
    reread=GAP,
    caught_by=("test_median_mse_curve_of_straight_lines", "test_median_mse_curve_on_fresh_samples"),
)
def median_mse_curve__swapped(x_train, x_test, target, degrees, lam=0.0):
    if len(degrees) != len(x_train):
        raise ValueError
    curve = []
    for samples, degree in zip(x_train, degrees, strict=True):
        w = ridge_fit(legendre_features(x_test, degree), target(x_test), lam)
        errors = [(legendre_features(x, degree) @ w - target(x)).square().mean() for x in samples]
        curve.append(torch.stack(errors).quantile(0.5))
    return torch.stack(curve)


@misconception(
    hint="You took a root: asked for is the mean of the squares itself.",
    reread=DESCENT,
    caught_by=("test_median_mse_curve_of_straight_lines", "test_median_mse_curve_on_fresh_samples"),
)
def median_mse_curve__root(x_train, x_test, target, degrees, lam=0.0):
    return _errors(x_train, x_test, target, degrees, lam).sqrt().quantile(0.5, dim=1)


@misconception(
    hint="You add up over the test points. The fit minimizes a sum, but the reported error is a mean.",
    reread=DESCENT,
    caught_by=("test_median_mse_curve_of_straight_lines", "test_median_mse_curve_on_fresh_samples"),
)
def median_mse_curve__sum_of_squares(x_train, x_test, target, degrees, lam=0.0):
    return _errors(x_train, x_test, target, degrees, lam).quantile(0.5, dim=1) * len(x_test)


@misconception(
    hint="Every degree uses the same samples in your loop. Each has its own: look at the first axis.",
    reread=DESCENT,
    caught_by=("test_median_mse_curve_of_straight_lines", "test_median_mse_curve_on_fresh_samples"),
)
def median_mse_curve__same_samples(x_train, x_test, target, degrees, lam=0.0):
    if len(degrees) != len(x_train):
        raise ValueError
    return _errors(x_train[:1].expand_as(x_train), x_test, target, degrees, lam).quantile(0.5, dim=1)


@misconception(
    hint="Your fits never use the penalty.",
    reread=RIDGE,
    caught_by=("test_median_mse_curve_of_straight_lines", "test_median_mse_curve_of_a_single_point"),
)
def median_mse_curve__no_penalty(x_train, x_test, target, degrees, lam=0.0):
    if lam < 0:
        raise ValueError
    return _errors(x_train, x_test, target, degrees, 0.0).quantile(0.5, dim=1)


@misconception(
    hint="You put all samples of a degree into one fit. The repeats must stay apart.",
    reread=DESCENT,
    caught_by=("test_median_mse_curve_of_straight_lines", "test_median_mse_curve_on_fresh_samples"),
)
def median_mse_curve__pooled(x_train, x_test, target, degrees, lam=0.0):
    return _errors(x_train.flatten(1)[:, None], x_test, target, degrees, lam)[:, 0]


@misconception(
    hint="You use the position in the list where the degree in the list is meant.",
    reread=DESCENT,
    caught_by=("test_median_mse_curve_of_a_single_point", "test_median_mse_curve_on_fresh_samples"),
)
def median_mse_curve__position_for_degree(x_train, x_test, target, degrees, lam=0.0):
    if len(degrees) != len(x_train):
        raise ValueError
    return _errors(x_train, x_test, target, range(1, len(degrees) + 1), lam).quantile(0.5, dim=1)


@misconception(
    hint="Where degrees and samples differ in number, your loop silently drops the rest.",
    reread=DESCENT,
    caught_by="test_median_mse_curve_refuses_bad_arguments",
)
def median_mse_curve__drops_the_rest(x_train, x_test, target, degrees, lam=0.0):
    pairs = min(len(degrees), len(x_train))
    return _errors(x_train[:pairs], x_test, target, degrees[:pairs], lam).quantile(0.5, dim=1)


# 1.5 smallest_singular_value ------------------------------------------------------------------------------------------


def _nonzero(features):
    """The features; a ValueError where all are zero."""
    if not features.any():
        raise ValueError
    return features


@misconception(
    hint="You count the zeros in. A direction about which the data say nothing is left out by the fit as well.",
    reread=DESCENT,
    caught_by=("test_smallest_singular_value_leaves_out_zeros", "test_smallest_singular_value_above_a_threshold"),
)
def smallest_singular_value__of_all(features, rtol=1e-12):
    return float(torch.linalg.svdvals(_nonzero(features)).min())


@misconception(
    hint="You go through the eigenvalues of a Gram matrix. Squaring throws away half of the digits.",
    reread=DESCENT,
    caught_by="test_smallest_singular_value_keeps_its_digits",
)
def smallest_singular_value__root_of_eigenvalue(features, rtol=1e-12):
    tall = _nonzero(features) if features.shape[0] >= features.shape[1] else features.T
    values = torch.linalg.eigvalsh(tall.T @ tall).abs().sqrt()
    return float(values[values > rtol * values.max()].min())


@misconception(
    hint="Your number has the unit of a square. How do eigenvalues of the Gram matrix relate to singular values?",
    reread=DESCENT,
    caught_by=("test_smallest_singular_value_of_full_rank", "test_smallest_singular_value_knows_no_units"),
)
def smallest_singular_value__eigenvalue(features, rtol=1e-12):
    values = torch.linalg.svdvals(_nonzero(features))
    return float(values[values > rtol * values.max()].min()) ** 2


@misconception(
    hint="You return a ratio of two singular values. Asked for is one of them.",
    reread=DESCENT,
    caught_by=("test_smallest_singular_value_of_full_rank", "test_smallest_singular_value_leaves_out_zeros"),
)
def smallest_singular_value__condition_number(features, rtol=1e-12):
    values = torch.linalg.svdvals(_nonzero(features))
    return float(values.max() / values[values > rtol * values.max()].min())


@misconception(
    hint="Your threshold is an absolute number. It must be relative to the largest singular value.",
    reread=DESCENT,
    caught_by=("test_smallest_singular_value_above_a_threshold", "test_smallest_singular_value_knows_no_units"),
)
def smallest_singular_value__absolute_threshold(features, rtol=1e-12):
    values = torch.linalg.svdvals(_nonzero(features))
    kept = values[values > rtol]
    return float(kept.min()) if len(kept) else 0.0


@misconception(
    hint="You return the largest one. It is the smallest that blows up the coefficients.",
    reread=DESCENT,
    caught_by=("test_smallest_singular_value_of_full_rank", "test_smallest_singular_value_leaves_out_zeros"),
)
def smallest_singular_value__largest(features, rtol=1e-12):
    return float(torch.linalg.svdvals(_nonzero(features)).max())


@misconception(
    hint="You ignore the threshold that you are given, and use one of your own.",
    reread=DESCENT,
    caught_by="test_smallest_singular_value_above_a_threshold",
)
def smallest_singular_value__own_threshold(features, rtol=1e-12):
    values = torch.linalg.svdvals(_nonzero(features))
    return float(values[values > 1e-12 * values.max()].min())


@misconception(
    hint="What is the smallest singular value that is not zero, if all of them are? The docstring says what to do.",
    reread=DESCENT,
    caught_by="test_smallest_singular_value_refuses_zeros",
)
def smallest_singular_value__zero_for_zeros(features, rtol=1e-12):
    values = torch.linalg.svdvals(features)
    kept = values[values > rtol * values.max()]
    return float(kept.min()) if len(kept) else 0.0


# 1.6 gd_limit ---------------------------------------------------------------------------------------------------------


def _checked(features, y, theta0):
    """The pseudo-inverse of the features; a ValueError where lengths do not match."""
    if features.shape != (len(y), len(theta0)):
        raise ValueError
    return torch.linalg.pinv(features)


@misconception(
    hint="You return the shortest solution whatever the start. That is the limit from one start only.",
    reread=BIAS,
    caught_by=("test_gd_limit_is_where_the_steps_lead", "test_gd_limit_keeps_what_no_row_sees"),
)
def gd_limit__forgets_the_start(features, y, theta0):
    return _checked(features, y, theta0) @ y


@misconception(
    hint="You add the whole start to the shortest solution. The part of it that the data see is corrected on the way.",
    reread=BIAS,
    caught_by=("test_gd_limit_is_where_the_steps_lead", "test_gd_limit_forgets_its_start_where_data_decide"),
)
def gd_limit__adds_the_start(features, y, theta0):
    return theta0 + _checked(features, y, theta0) @ y


@misconception(
    hint="You keep the wrong part of the start: the one that the rows see. That is the part which the data decide.",
    reread=BIAS,
    caught_by=("test_gd_limit_is_where_the_steps_lead", "test_gd_limit_keeps_what_no_row_sees"),
)
def gd_limit__keeps_the_seen_part(features, y, theta0):
    inverse = _checked(features, y, theta0)
    return inverse @ (y + features @ theta0)


@misconception(
    hint="Your projection is none: applied twice it gives something else. The rows are not orthonormal.",
    reread=BIAS,
    caught_by=("test_gd_limit_is_where_the_steps_lead", "test_gd_limit_keeps_what_no_row_sees"),
)
def gd_limit__transpose_for_inverse(features, y, theta0):
    return _checked(features, y, theta0) @ y + theta0 - features.T @ (features @ theta0)


@misconception(
    hint="You stop after a fixed number of steps, before the limit is reached.",
    reread=BIAS,
    caught_by=("test_gd_limit_is_where_the_steps_lead", "test_gd_limit_keeps_what_no_row_sees"),
)
def gd_limit__few_steps(features, y, theta0):
    _checked(features, y, theta0)
    for _ in range(20):
        theta0 = theta0 - 0.1 * features.T @ (features @ theta0 - y)
    return theta0


@misconception(
    hint="You go up the slope, not down: look at the sign of the gradient.",
    reread=BIAS,
    caught_by=("test_gd_limit_is_where_the_steps_lead", "test_gd_limit_forgets_its_start_where_data_decide"),
)
def gd_limit__uphill(features, y, theta0):
    _checked(features, y, theta0)
    for _ in range(30):
        theta0 = theta0 - 0.1 * features.T @ (y - features @ theta0)
    return theta0


@misconception(
    hint="Your formula inverts a matrix with a row for each example. That works only while the examples are "
    "independent of each other.",
    reread=BIAS,
    caught_by=("test_gd_limit_is_where_the_steps_lead", "test_gd_limit_forgets_its_start_where_data_decide"),
)
def gd_limit__wide_only(features, y, theta0):
    _checked(features, y, theta0)
    return theta0 + features.T @ torch.linalg.solve(features @ features.T, y - features @ theta0)


# 1.7 min_norm_risk ----------------------------------------------------------------------------------------------------


def _risk(n, p, noise_var, signal_sq, few, many):
    """Infinity and errors as they should be; elsewhere ``few`` for p < n and ``many`` for p > n."""
    if n < 1 or p < 1 or noise_var < 0 or signal_sq < 0:
        raise ValueError
    if abs(n - p) <= 1:
        return math.inf
    return few() if p < n else many()


@misconception(
    hint="The sign of the 1 in a denominator is wrong: the error must explode before p reaches n, not after.",
    reread=DESCENT,
    caught_by=("test_min_norm_risk_with_fewer_features", "test_min_norm_risk_with_more_features"),
)
def min_norm_risk__plus_one(n, p, noise_var, signal_sq):
    return _risk(
        n,
        p,
        noise_var,
        signal_sq,
        lambda: noise_var * p / (n - p + 1),
        lambda: signal_sq * (1 - n / p) + noise_var * n / (p - n + 1),
    )


@misconception(
    hint="You lose more of the signal the closer p is to n. Which share of the directions do the examples not see?",
    reread=DESCENT,
    caught_by=("test_min_norm_risk_with_more_features", "test_min_norm_risk_of_endless_features"),
)
def min_norm_risk__swapped_ratio(n, p, noise_var, signal_sq):
    return _risk(
        n,
        p,
        noise_var,
        signal_sq,
        lambda: noise_var * p / (n - p - 1),
        lambda: signal_sq * n / p + noise_var * n / (p - n - 1),
    )


@misconception(
    hint="You add the variance of a new target's noise. Asked for is the distance of the coefficients, not the error "
    "of a prediction.",
    reread=DESCENT,
    caught_by=("test_min_norm_risk_with_fewer_features", "test_min_norm_risk_with_more_features"),
)
def min_norm_risk__prediction_error(n, p, noise_var, signal_sq):
    return noise_var + _risk(
        n,
        p,
        noise_var,
        signal_sq,
        lambda: noise_var * p / (n - p - 1),
        lambda: signal_sq * (1 - n / p) + noise_var * n / (p - n - 1),
    )


@misconception(
    hint="You square the noise variance: it is a variance already.",
    reread=DESCENT,
    caught_by=("test_min_norm_risk_with_fewer_features", "test_min_norm_risk_with_more_features"),
)
def min_norm_risk__variance_squared(n, p, noise_var, signal_sq):
    return _risk(
        n,
        p,
        noise_var,
        signal_sq,
        lambda: noise_var**2 * p / (n - p - 1),
        lambda: signal_sq * (1 - n / p) + noise_var**2 * n / (p - n - 1),
    )


@misconception(
    hint="Beyond the peak the signal matters, too: part of it lies in directions that no example shows.",
    reread=DESCENT,
    caught_by=("test_min_norm_risk_with_more_features", "test_min_norm_risk_of_endless_features"),
)
def min_norm_risk__noise_only(n, p, noise_var, signal_sq):
    return _risk(n, p, noise_var, signal_sq, lambda: noise_var * p / (n - p - 1), lambda: noise_var * n / (p - n - 1))


@misconception(
    hint="Infinity is for three values of p, not for one: look where the denominators are zero.",
    reread=DESCENT,
    caught_by="test_min_norm_risk_at_the_peak",
)
def min_norm_risk__peak_too_narrow(n, p, noise_var, signal_sq):
    if n < 1 or p < 1 or noise_var < 0 or signal_sq < 0:
        raise ValueError
    if n == p:
        return math.inf
    if p < n:
        return noise_var * p / max(n - p - 1, 1)
    return signal_sq * (1 - n / p) + noise_var * n / max(p - n - 1, 1)
