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
# # Double descent
#
# Give a model more and more parameters, and its error on new data should first fall, then rise: it begins to learn
# the noise. That is the story of many a textbook, and it ends where the model has as many parameters as there are
# training points. Past that point it can fit *anything* exactly, so who would go there? Everybody who trains a large
# network does. In this assignment you walk through that point on the smallest example that has it, curve fitting with
# polynomials, and watch the test error explode by seven orders of magnitude and come back *lower* than before.
#
# What you build, in this order: the polynomials (1.1), the fit that chooses one of infinitely many perfect solutions
# (1.2), the fit with a penalty (1.3), the curve of the lecture (1.4), the number that explains its peak (1.5), the
# reason why gradient descent makes the same choice without being told (1.6), and the theory that predicts the whole
# shape (1.7). By then you have met the three questions of this course: what is the *generalization gap* made of, what
# does a penalty do about it, and what does the algorithm itself prefer?
#
# Sources: DS 542, *Regularization*, *How to bias for smoothness?*, *Interpolating Polynomials Overfit A Lot*,
# *Reproducing Double Descent Demystified*, *Regularizing from the Beginning*; STAT 453, *Reduce Network's Capacity*.
# The experiment is that of R. Schaeffer and others, *Double Descent Demystified*.
#
# **Conventions of this assignment**
#
# | Question | Here |
# |---|---|
# | Which polynomials? | Legendre polynomials of degree $1$ to $p$. No constant, so there is no intercept anywhere. |
# | How many parameters? | $p$, one coefficient for each degree. $N$ is the number of training points. |
# | Sum or mean? | Fits minimize a **sum** of squares; reported errors are **means** of squares. |
# | Who pays the penalty? | Every coefficient: $\lambda \lVert w \rVert^2$, without $\frac12$ and without $\frac1N$. |
# | Which singular values are zero? | Up to $\max(N, p)\,\varepsilon\,\sigma_{\max}$, with the dtype's $\varepsilon$. |
# | How are repeats combined? | By the **median**; of an even number, the midpoint of the two in the middle. |
# | Which data? | As in the experiment: $x \sim U(-1, 1)$, $y = 2x + \cos 25x$ without noise, $N = 15$. |
# | dtype and device | The result has those of the input. Work in float64 throughout: the peak needs it. |
# | Arguments | No function changes its arguments. None of the results has to be differentiable. |
#
# You may call an earlier function of yours in a later task.

# %% tags=["setup"]
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

# %% [markdown]
# ## 1.1 Polynomials that behave (`legendre_features`, 7 points)
#
# A polynomial of degree $p$ can be written in powers, $\sum_k c_k x^k$, and that is a trap. On $[-1, 1]$ the powers
# $x^{20}$ and $x^{22}$ look the same, and to tell them apart takes coefficients so large that rounding errors drown
# the result. The **Legendre polynomials** $P_0, P_1, P_2, \dots$ describe the same curves, and they are *orthogonal*
# on $[-1, 1]$:
#
# $$ \int_{-1}^{1} P_m(x)\, P_n(x)\, dx = 0 \quad (m \ne n), \qquad \int_{-1}^{1} P_n(x)^2\, dx = \frac{2}{2n+1}. $$
#
# So each new degree adds a shape that the lower ones cannot imitate. They are scaled such that $P_n(1) = 1$, and then
# $|P_n(x)| \le 1$ on the whole interval, for any $n$. They come from two starting values and Bonnet's recurrence,
#
# $$ P_0(x) = 1, \qquad P_1(x) = x, \qquad (n+1)\, P_{n+1}(x) = (2n+1)\, x\, P_n(x) - n\, P_{n-1}(x) . $$
#
# Here $P_0$ is needed to get going, and it is *not* a feature. The matrix of features has one row for each $x$, and
# one column for each degree from $1$ to $p$.
#
# *When it fails.* Outside $[-1, 1]$ the polynomials grow like powers again. The formula is still right there, but a fit
# says nothing about what happens outside.


# %% tags=["task"]
def legendre_features(x: Tensor, degree: int) -> Tensor:
    """The Legendre polynomials of degree 1 to ``degree`` at the points ``x``.

    Parameters
    ----------
    x : floating-point tensor [N], N at least 1, of any real numbers (also outside [-1, 1]).
    degree : the highest degree, at least 1. It is also the number of features.

    Returns
    -------
    [N, degree], with the dtype and device of ``x``: column j (counted from 0) holds P_{j+1}(x). P_0 = 1 is left out.
    The polynomials are the classical ones, with P_n(1) = 1; they are not normalized. In float64 on [-1, 1] the values
    are accurate to 1e-10 up to degree 200, which Bonnet's recurrence achieves and a list of explicit coefficients does
    not. ``x`` is not changed.

    Raises
    ------
    ValueError if ``degree`` is less than 1, or if ``x`` does not have exactly one dimension.

    Write it yourself: ``torch.special.legendre_polynomial_p``, and numpy's ``legvander`` and ``legval``, are refused
    here.

    Source: DS 542, Interpolating Polynomials Overfit A Lot.
    """
    # BEGIN SOLUTION
    if x.ndim != 1 or degree < 1:
        raise ValueError(f"need x of one dimension and a degree of at least 1, not {list(x.shape)} and {degree}")
    columns = [torch.ones_like(x), x]
    for n in range(1, degree):
        columns.append(((2 * n + 1) * x * columns[n] - n * columns[n - 1]) / (n + 1))
    return torch.stack(columns[1:], dim=1)
    # END SOLUTION


# %% [markdown]
# ## 1.2 One fit out of infinitely many (`min_norm_fit`, 7 points)
#
# With features $F \in \mathbb{R}^{N \times p}$ and targets $y \in \mathbb{R}^N$, the model predicts $Fw$. Among all
# $w$ with the smallest sum of squared errors, take the shortest:
#
# $$ \hat w = \arg\min_{w \in S} \lVert w \rVert, \qquad S = \arg\min_w\, \lVert y - F w \rVert^2 . $$
#
# As long as $p \le N$ and the columns are independent, $S$ has a single element, and this is ordinary least squares.
# As soon as $p > N$, there is a whole $(p - N)$-dimensional plane of $w$ that fit the training data *exactly*. All of
# these are equal in terms of the loss; that we take the shortest is a choice, an **inductive bias**. It is also the
# limit of ridge regression (1.3) as $\lambda \to 0$, and what gradient descent finds from zero (1.6).
#
# With the singular value decomposition $F = \sum_i \sigma_i\, u_i v_i^{\top}$ one formula covers every case:
#
# $$ \hat w = \sum_{\sigma_i > 0} \frac{u_i^{\top} y}{\sigma_i}\; v_i . $$
#
# Read it as a recipe: look at $y$ from the direction $u_i$, divide by $\sigma_i$, and move that far along $v_i$. The
# division is where the trouble of this chapter comes from. A direction with $\sigma_i = 0$ is one about which the data
# say nothing, and there the shortest solution does not go. But a computer rarely finds an exact zero: it finds
# $10^{-16}$, and one over that. So we must say what counts as zero; the convention above is that of numpy and torch.
#
# *When it fails.* Solving $F^{\top}F w = F^{\top} y$ is fine for few columns. For $p > N$ that matrix is singular, and
# a solver returns rubbish, often without a word. With this chapter's data and $p = 200$, the median test error was
# 359 that way (on one computer; rubbish varies). The shortest solution has 0.556, everywhere.
#
# > **Spot the error.** The blog post that DS 542 cites for its experiment writes the over-parameterized solution with
# > the inverse of $X^{\top}X$. Take one data point and two features, $X = (1, 2)$, and compute $X^{\top}X$ and
# > $XX^{\top}$. Which of the two can be inverted? What must the formula be? (Also, the post's own experiment is linear
# > regression on four data sets. The polynomials are in the authors' code only, and the slide does not say what was
# > done with them; the table above does.)


# %% tags=["task"]
def min_norm_fit(features: Tensor, y: Tensor) -> Tensor:
    """The least-squares solution of the smallest Euclidean norm.

    Parameters
    ----------
    features : [N, p] of any shape and rank (wide, square or tall; columns may repeat or be zero); N and p at least 1.
    y : targets [N], of the same floating-point dtype.

    Returns
    -------
    The coefficients [p], with the dtype and device of ``features``: among all w that minimize ||y - features w||^2, the
    one with the smallest ||w||. No intercept is added. Singular values of at most max(N, p) * eps * (the largest one)
    count as zero, whatever the shape; eps is that of the dtype, ``torch.finfo(features.dtype).eps``. All larger ones
    count in full: nothing is added to them, and 1e-9 of the largest is not small. No argument is changed.

    Raises
    ------
    ValueError if ``y`` has another length than ``features`` has rows.

    Source: DS 542, Reproducing Double Descent Demystified.
    """
    # BEGIN SOLUTION
    if len(features) != len(y):
        raise ValueError(f"{len(features)} rows of features, but {len(y)} targets")
    return torch.linalg.pinv(features) @ y
    # END SOLUTION


# %% [markdown]
# ## 1.3 Ridge, from the beginning (`ridge_fit`, 7 points)
#
# DS 542 shows the same points once more, with a penalty from the start, and remarks that the line does not fit as well.
# The penalty is the square of the norm:
#
# $$ \hat w_\lambda = \arg\min_w\; \lVert y - F w \rVert^2 + \lambda \lVert w \rVert^2 . $$
#
# The errors are summed, not averaged, and every coefficient pays. (Divide both terms by $N$, and you have the same
# minimizer: a mean of squares with the penalty $\frac{\lambda}{N}\lVert w \rVert^2$. But a mean of squares with
# the penalty $\lambda\lVert w\rVert^2$ is another problem.) For $\lambda > 0$ the solution is unique, whatever the
# shape of $F$, and the singular values show what happened:
#
# $$ \hat w_\lambda = \sum_i \frac{\sigma_i}{\sigma_i^2 + \lambda}\, (u_i^{\top} y)\; v_i . $$
#
# For $\sigma_i \gg \sqrt\lambda$ the factor is $1/\sigma_i$, as before. For $\sigma_i \ll \sqrt\lambda$ it is nearly
# zero, where before it was huge. Ridge is a soft version of "count it as zero", and $\sqrt\lambda$ is where it begins.
#
# *When it fails.* The penalty has no idea which directions matter. A large $\lambda$ pulls the good ones down with the
# bad ones, and the fit is smooth and wrong.


# %% tags=["task"]
def ridge_fit(features: Tensor, y: Tensor, lam: float) -> Tensor:
    """The minimizer of ||y - features w||^2 + lam * ||w||^2.

    Parameters
    ----------
    features : [N, p] of any shape and rank; N and p at least 1.
    y : targets [N], of the same floating-point dtype.
    lam : the strength of the penalty, at least 0. The first term is a SUM over the N examples, the second a sum over
        ALL p coefficients; neither is averaged or halved.

    Returns
    -------
    The coefficients [p], with the dtype and device of ``features``. ``lam = 0`` gives the solution of task 1.2, the one
    of the smallest norm. No intercept is added. No argument is changed.

    Raises
    ------
    ValueError if ``lam`` is negative, or if ``y`` has another length than ``features`` has rows.

    Source: DS 542, Regularizing from the Beginning.
    """
    # BEGIN SOLUTION
    if lam < 0 or len(features) != len(y):
        raise ValueError(f"need lam >= 0 and as many targets as rows, not {lam}, {len(y)} and {len(features)}")
    if lam == 0:
        return min_norm_fit(features, y)
    left, sigma, right = torch.linalg.svd(features, full_matrices=False)
    return right.T @ (sigma / (sigma.square() + lam) * (left.T @ y))
    # END SOLUTION


# %% [markdown]
# What should you see? Fifteen points, and polynomials of three degrees. Degree 5 misses most of the points. Degree 15
# hits all of them, and leaves the picture in between. Degree 200 hits all of them too, and is tame: a calm curve that
# jumps up to the points in narrow spikes. (It does not find the waves between them. Nothing could, from 15 points.)
# The penalty tames degree 15, which now misses some points, and hardly touches the other two.

# %% tags=["figure"]
import matplotlib.pyplot as plt
import numpy as np

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"  # told apart by color-blind readers too


def truth(x):
    """The curve of the experiment."""
    return 2 * x + torch.cos(25 * x)


degrees = [*range(1, 26), 30, 40, 50, 100, 200]
# The very sample of the published experiment: for each degree 30 times 15 points.
x_train = torch.from_numpy(np.random.RandomState(0).uniform(-1, 1, (len(degrees), 30, 15)))
x_test = torch.linspace(-1, 1, 1000, dtype=torch.float64)

sample = x_train[12, 3]
fig, axes = plt.subplots(1, 3, figsize=(11, 3.6), sharey=True, layout="constrained")
for axis, degree in zip(axes, (5, 15, 200), strict=True):
    axis.plot(x_test, truth(x_test), color="gray", lw=0.8, ls="--", label="truth")
    for lam, color, name in ((0.0, BLUE, "shortest fit"), (0.1, ORANGE, "ridge, $\\lambda$ = 0.1")):
        w = ridge_fit(legendre_features(sample, degree), truth(sample), lam)
        curve = legendre_features(x_test, degree) @ w
        size = f"$\\Vert w\\Vert$ = {float(w.norm()):.3g}"
        axis.plot(x_test, curve, color=color, lw=1.3, label=f"{name}: {size}")
    axis.plot(sample, truth(sample), "o", ms=4, color="black", zorder=3)
    axis.set(title=f"degree p = {degree}", xlabel="x", xticks=[-1, -0.5, 0, 0.5, 1], ylim=(-7.2, 4.2))
    axis.legend(facecolor="white", framealpha=1, edgecolor="none", fontsize=8, loc="lower center")
axes[0].set_ylabel("y")
fig.suptitle("Fifteen points: too stiff, out of control at p = N, and tame again far beyond")
plt.show()

# %% [markdown]
# ## 1.4 The curve (`median_mse_curve`, 8 points)
#
# Now the experiment. For each degree $p$ in a list, draw $R$ fresh training samples of $N$ points, fit each (1.3), and
# measure the mean squared error on the same $T$ test points:
#
# $$ E_{p,r} = \frac1T \sum_{t=1}^{T} \big( f_{p,r}(x_t) - y(x_t) \big)^2, \qquad
#    c_p = \operatorname*{median}_{r = 1 \dots R}\; E_{p,r} . $$
#
# Why the median? Near $p = N$, most samples are bad and a few are astronomically bad. A mean reports those few:
# on the published data it has its maximum at $p = 14$, where a single one of 30 samples carries it, and is a thousand
# times larger there than the median is anywhere. The median of the errors is also not the error of the median
# prediction: the repeats must stay apart until each has its error.
#
# *When it fails.* Nothing here says that double descent happens in every model, or that bigger is always better. On
# these data the first descent is over before it is seen: predicting zero has the error 1.83, the straight line ($p =
# 1$) has 0.511, and from there it goes up. The second valley lies at 0.351. So thirty parameters improve on one
# by a third, and at $p = 200$ the error is larger than the straight line's.
#
# > **Spot the error.** STAT 453, *Reduce Network's Capacity*: of all models that match the outputs, the simplest is
# > expected to generalize best. Here a "match" begins at $p = 15$. Is the simplest of the models that match the best,
# > or the worst? What would have to be counted instead of parameters to rescue the sentence? (Look at the norms in the
# > figure above.)


# %% tags=["task"]
def median_mse_curve(
    x_train: Tensor, x_test: Tensor, target: Callable[[Tensor], Tensor], degrees: Sequence[int], lam: float = 0.0
) -> Tensor:
    """The median test error of polynomial fits, degree by degree.

    Parameters
    ----------
    x_train : [D, R, N]: for each of D degrees, R training samples of N points. ``x_train[d]`` belongs to
        ``degrees[d]``.
    x_test : [T] test points, the same for all, of the same floating-point dtype.
    target : the true function, elementwise: it takes a tensor of any shape, and returns one of the same shape. Training
        and test targets are its values; no noise is added. It may be called any number of times.
    degrees : D degrees, each at least 1, in any order; the same degree may occur twice.
    lam : the penalty of ``ridge_fit`` (task 1.3) for every fit, at least 0; 0 is the shortest solution (task 1.2).

    Returns
    -------
    [D], with the dtype and device of ``x_train``. Entry d is the median over the R samples of the MEAN squared error on
    the test points, where the model of one sample is fitted on ``legendre_features(sample, degrees[d])``. The median of
    an even number of errors is the midpoint of the two in the middle. No argument is changed.

    Raises
    ------
    ValueError if the length of ``degrees`` is not D, or if ``lam`` is negative.

    Source: DS 542, Reproducing Double Descent Demystified, and Regularizing from the Beginning.
    """
    # BEGIN SOLUTION
    y_test, medians = target(x_test), []
    for samples, degree in zip(x_train, degrees, strict=True):  # which raises ValueError where lengths differ
        inputs = legendre_features(x_test, degree)
        fits = [ridge_fit(legendre_features(x, degree), target(x), lam) for x in samples]
        errors = torch.stack([(inputs @ w - y_test).square().mean() for w in fits])
        medians.append(errors.quantile(0.5))
    return torch.stack(medians)
    # END SOLUTION


# %% tags=["figure"]
fig, axis = plt.subplots(figsize=(8.6, 4.6), layout="constrained")
# The median of one error is that error.
single = torch.stack([median_mse_curve(x_train[:, r : r + 1], x_test, truth, degrees) for r in range(30)], dim=1)
places = torch.tensor(degrees).double()
axis.plot(places[:, None].expand(-1, 30), single, ".", ms=2.5, color="#999999", alpha=0.5, zorder=1)
axis.plot([], [], ".", ms=4, color="#999999", label="single samples without penalty")
curves = {lam: median_mse_curve(x_train, x_test, truth, degrees, lam) for lam in (0.0, 1e-3, 0.1)}
for (lam, curve), color, marker in zip(curves.items(), (BLUE, GREEN, ORANGE), "os^", strict=True):
    name = "no penalty: the shortest fit" if lam == 0 else f"ridge, $\\lambda$ = {lam:g}"
    axis.loglog(degrees, curve, marker=marker, ms=4, color=color, label=name)
plain = curves[0.0]
top, floor = int(plain.argmax()), int(plain.argmin())
axis.axvline(15, color="black", lw=0.7, ls=":")
axis.annotate(
    f"peak at p = N = {degrees[top]}: {float(plain[top]):.3g}",
    (degrees[top], float(plain[top])),
    (24, 2e8),
    va="center",
    arrowprops={"arrowstyle": "-", "lw": 0.7},
)
axis.annotate(
    f"lowest at p = {degrees[floor]}: {float(plain[floor]):.3f}",
    (degrees[floor], float(plain[floor])),
    (33, 0.09),
    va="center",
    arrowprops={"arrowstyle": "-", "lw": 0.7},
)
axis.axhline(float(plain[0]), color="black", lw=0.7, ls="--")
axis.text(1, 0.15, f"straight line: {float(plain[0]):.3f}", fontsize=8)
ticks = [1, 2, 5, 10, 15, 20, 30, 50, 100, 200]
axis.set(xticks=ticks, xticklabels=ticks, xlabel="number of parameters p (15 training points)", ylim=(0.05, 2e12))
axis.minorticks_off()
axis.set(ylabel="mean squared test error, median of 30 samples")
axis.set_title("Up to a peak at p = N, and down again: a penalty takes away the peak and little else")
axis.legend(frameon=False, fontsize=8, loc="upper left")
plt.show()

# %% [markdown]
# ## 1.5 Where the peak comes from (`smallest_singular_value`, 4 points)
#
# Look at the recipe of 1.2 again: each direction's share of $y$ is divided by its $\sigma_i$. If the smallest of them
# is $10^{-6}$, whatever part of $y$ the model cannot explain in that direction comes back a million times larger. So
# the interesting number is the smallest singular value **that is not zero**:
#
# $$ \sigma_{\min} = \min\, \{\, \sigma_i : \sigma_i > \tau\, \sigma_{\max} \,\}, \qquad \tau = 10^{-12}. $$
#
# The exact zeros must be left out, since the fit leaves them out too. With few features, the columns are far from
# dependent, and $\sigma_{\min}$ is large. Close to $p = N$ the matrix is square, and a random square matrix is almost
# singular in *some* direction. With many more columns than rows, each row is a long vector, and long random vectors
# are nearly orthogonal to each other: $\sigma_{\min}$ recovers. That is all there is to the peak, almost. Two more
# things must come together with it: the test points must look in that direction, and the model must have something
# that it cannot explain. (There is no noise in this experiment; the waves of the cosine play its part.)
#
# *When it fails.* $\sigma_{\min}^2$ is the smallest eigenvalue of $F^{\top}F$, which invites a shortcut. But squaring
# squares the ratio too: what is $10^{-9}$ of the largest becomes $10^{-18}$, and float64 ends at $10^{-16}$.


# %% tags=["task"]
def smallest_singular_value(features: Tensor, rtol: float = 1e-12) -> float:
    """The smallest singular value that does not count as zero.

    Parameters
    ----------
    features : floating-point matrix [N, p] of any shape and rank; N and p at least 1.
    rtol : singular values of at most ``rtol`` times the largest one count as zero; a positive number below 1.

    Returns
    -------
    The smallest of the singular values that are larger than ``rtol`` times the largest one, as a float (a 0-d tensor
    is accepted too). It is accurate to a small multiple of eps times the largest one, so in float64 a value of
    1e-10 of the largest is still right to four digits. ``features`` is not changed.

    Raises
    ------
    ValueError if all entries are zero.

    Source: DS 542, Reproducing Double Descent Demystified.
    """
    # BEGIN SOLUTION
    sigma = torch.linalg.svdvals(features)
    nonzero = sigma[sigma > rtol * sigma.max()]
    if len(nonzero) == 0:
        raise ValueError("all entries are zero: no singular value is left")
    return float(nonzero.min())
    # END SOLUTION


# %% tags=["figure"]
sigma = torch.tensor(
    [[smallest_singular_value(legendre_features(x, p)) for x in x_train[d]] for d, p in enumerate(degrees)]
)

fig, axes = plt.subplots(1, 2, figsize=(10.6, 4.1), layout="constrained")
low, middle, high = sigma.quantile(torch.tensor([0.1, 0.5, 0.9], dtype=sigma.dtype), dim=1)
axes[0].fill_between(degrees, low, high, color=BLUE, alpha=0.2, lw=0, label="8 of 10 samples")
axes[0].loglog(degrees, middle, "o-", ms=3.5, color=BLUE, label="median")
axes[0].axvline(15, color="black", lw=0.7, ls=":")
axes[0].text(16, 2, "p = N", va="center")
axes[0].set(xticks=ticks, xticklabels=ticks, xlabel="number of parameters p", ylabel="smallest nonzero singular value")
axes[0].minorticks_off()
axes[0].set_title("The smallest singular value collapses at p = N")
axes[0].legend(frameon=False, loc="lower right")
groups = (("p < 12", 0, 11, GREEN, "s"), ("12 to 18", 11, 18, ORANGE, "o"), ("p > 18", 18, 30, BLUE, "^"))
for name, first, last, color, marker in groups:
    axes[1].loglog(
        sigma[first:last].flatten(),
        single[first:last].flatten(),
        marker,
        ms=3,
        color=color,
        alpha=0.6,
        lw=0,
        label=name,
    )
guide = torch.logspace(-6.3, -0.3, 2, dtype=torch.float64)
axes[1].loglog(guide, 0.3 / guide.square(), color="black", lw=0.8, ls="--", label=r"$0.3\,/\,\sigma_{\min}^2$")
axes[1].set(xlabel="smallest nonzero singular value of the sample", ylabel="its test error")
axes[1].set_title("The smaller it is, the larger the error can be")
axes[1].legend(frameon=False)
plt.show()

# %% [markdown]
# ## 1.6 Nobody asked for the shortest (`gd_limit`, 4 points)
#
# Gradient descent knows nothing of norms. It starts at some $\theta_0$ and follows the slope of the squared error,
#
# $$ \theta_{t+1} = \theta_t - \eta\, F^{\top} (F \theta_t - y) , $$
#
# down to a point where the slope is zero. (A factor of 2 or $\frac1N$ on the loss only changes $\eta$.) If $p > N$
# there are infinitely many such points. Which one does it reach? Look at the step: it is $F^{\top}$ times something,
# a combination of the *rows* of $F$. So however many steps you take, $\theta_t - \theta_0$ stays in the span of the
# rows. What $\theta_0$ has in directions orthogonal to all rows is never touched; in all other directions it is
# forgotten completely. These two facts determine the limit: write it down.
#
# Put $\theta_0 = 0$ into your result, and you have met this solution before. That is the answer to the question that
# DS 542 asks of several curves through the same points: why should the model choose the smooth one? Because it
# started from nothing, and its algorithm adds nothing that the data do not ask for. Start somewhere else, and it is
# not smooth at all.
#
# *When it fails.* The limit is reached for $\eta < 2/\sigma_{\max}^2$; for a larger one the steps overshoot more each
# time. And "limit" may be far away: a direction is learned at the rate $\eta\sigma_i^2$, so at $p = N$ some take
# $10^{12}$ steps. Whoever stops earlier never sees the peak (assignment 05).


# %% tags=["task"]
def gd_limit(features: Tensor, y: Tensor, theta0: Tensor) -> Tensor:
    """Where gradient descent on the squared error ||y - features theta||^2 ends.

    Parameters
    ----------
    features : [N, p] of any shape and rank; N and p at least 1.
    y : targets [N], of the same floating-point dtype.
    theta0 : the starting point [p], of the same dtype.

    Returns
    -------
    [p], with the dtype and device of ``features``: the limit of gradient descent from ``theta0`` with a step that is
    small enough to converge. A factor on the loss, or another such step, leads to the same limit. It depends on
    ``theta0`` only where the data leave it free. No argument is changed.

    A closed form is asked for, but a loop that converges is accepted: results must be right to 1e-6 of their size, and
    in all tests the nonzero singular values of ``features`` lie between 1 and 2.

    Raises
    ------
    ValueError if ``y`` has another length than ``features`` has rows, or ``theta0`` another than it has columns.

    Source: DS 542, How to bias for smoothness?
    """
    # BEGIN SOLUTION
    if features.shape != (len(y), len(theta0)):
        raise ValueError(f"features {list(features.shape)} do not fit {len(y)} targets and {len(theta0)} parameters")
    return theta0 + min_norm_fit(features, y - features @ theta0)
    # END SOLUTION


# %% [markdown]
# Left: one data point, $\theta_1 + 2\theta_2 = 2$, and two parameters. Every point of the black line has no error. The
# paths leave at a right angle to it, in the direction of the only row there is, and never turn. Right: fifteen points
# and 60 coefficients. All three curves have no training error, and gradient descent found all three.

# %% tags=["figure"]
fig, axes = plt.subplots(1, 2, figsize=(10.6, 4.2), layout="constrained")
row, one = torch.tensor([[1.0, 2.0]]).double(), torch.tensor([2.0]).double()
line = torch.linspace(-2.4, 3.2, 2).double()
axes[0].plot(line, (2 - line) / 2, color="black", lw=1.2, label="no error at all")
for start, color in (((0.0, 0.0), BLUE), ((2.4, 1.9), ORANGE), ((-1.9, 0.6), GREEN), ((1.8, -1.2), PURPLE)):
    theta0 = torch.tensor(start).double()
    path = [theta0]
    for _ in range(60):
        path.append(path[-1] - 0.06 * row.T @ (row @ path[-1] - one))
    axes[0].plot(*torch.stack(path).T, ".-", ms=4, lw=0.8, color=color)
    axes[0].plot(*theta0, "o", ms=6, mfc="white", color=color)
    axes[0].plot(*gd_limit(row, one, theta0), "*", ms=11, color=color, zorder=3)
axes[0].plot([], [], "o", ms=6, mfc="white", color="gray", label="start")
axes[0].plot([], [], "*", ms=10, color="gray", ls="", label="your limit")
axes[0].annotate("from zero: the shortest", (0.4, 0.8), (-0.6, 1.75), arrowprops={"arrowstyle": "->", "lw": 0.7})
axes[0].set(xlabel="$\\theta_1$", ylabel="$\\theta_2$", title="Each start has its own limit", aspect="equal")
axes[0].legend(frameon=False, fontsize=8, loc="lower left")
features, values = legendre_features(sample, 60), truth(sample)
direction = torch.randn(60, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
axes[1].plot(x_test, truth(x_test), color="gray", lw=0.8, ls="--", label="truth")
for size, color, width in ((1.0, GREEN, 0.8), (0.3, ORANGE, 0.9), (0.0, BLUE, 1.6)):
    theta = gd_limit(features, values, size * direction)
    worst = float((features @ theta - values).abs().max())
    assert worst < 1e-6, "a limit of yours does not fit the training data"
    start = "zero" if size == 0 else f"random numbers of size {size:g}"
    axes[1].plot(x_test, legendre_features(x_test, 60) @ theta, color=color, lw=width, label=f"from {start}")
axes[1].plot(sample, values, "o", ms=4, color="black", zorder=3)
axes[1].set(xlabel="x", ylabel="y", ylim=(-8.5, 6), title="All fit perfectly; only one is tame")
axes[1].legend(frameon=False, fontsize=8, loc="upper left")
plt.show()

# %% [markdown]
# ## 1.7 ★ The whole curve from a formula (`min_norm_risk`, 3 bonus points)
#
# For polynomials the peak must be measured. For *isotropic Gaussian features* it can be computed. Let all $p$ features
# of all $N = n$ examples be independent standard normal numbers, let $y_i = x_i^{\top} w + \varepsilon_i$ with noise of
# variance $s^2$, and let $r^2 = \lVert w \rVert^2$ be the strength of the signal. The shortest fit then has, averaged
# over data and noise, the error
#
# $$ \mathbb{E}\, \lVert \hat w - w \rVert^2 =
#    \begin{cases} \displaystyle s^2\, \frac{p}{n-p-1} & p < n - 1 \\[3mm]
#    \displaystyle r^2 \Big(1 - \frac np\Big) + s^2\, \frac{n}{p-n-1} & p > n + 1 \\[2mm]
#    \infty & \text{otherwise} \end{cases} $$
#
# On the left of the peak all the error is noise: there is enough data to pin down $w$. On the right, two terms work
# against each other. $n$ examples see only $n$ of the $p$ directions, so a share $1 - n/p$ of the signal is lost, more
# and more; but the noise is spread over more and more directions and matters *less and less*. In between there is no
# finite average at all, as soon as there is noise; for $s^2 = 0$ the infinity is a convention.
#
# *When it fails.* The signal here has all $p$ features, also the ones that a smaller model would leave out. So the
# formula compares *problems* of different size, not models of different size on one problem. And as $p$ grows without
# end, the error tends to that of predicting zero.


# %% tags=["task"]
def min_norm_risk(n: int, p: int, noise_var: float, signal_sq: float) -> float:
    """The expected error of the shortest least-squares fit with isotropic Gaussian features.

    Parameters
    ----------
    n : the number of examples, at least 1.
    p : the number of features, at least 1.
    noise_var : the variance s^2 of the noise in the targets, at least 0.
    signal_sq : the squared norm r^2 of the true coefficients, at least 0.

    Returns
    -------
    The expectation of ||w_hat - w||^2, as a float (a 0-d tensor is accepted too), over standard normal features and
    noise: s^2 p / (n - p - 1) for p < n - 1, and r^2 (1 - n/p) + s^2 n / (p - n - 1) for p > n + 1. For p = n - 1, n
    and n + 1 it is infinity (``math.inf``), whatever the variances: for ``noise_var`` 0 by convention.

    Raises
    ------
    ValueError if ``n`` or ``p`` is less than 1, or if ``noise_var`` or ``signal_sq`` is negative.

    Source: DS 542, Reproducing Double Descent Demystified; the formula is due to Hastie and others, Surprises in
    High-Dimensional Ridgeless Least Squares Interpolation.
    """
    # BEGIN SOLUTION
    if n < 1 or p < 1 or noise_var < 0 or signal_sq < 0:
        raise ValueError(f"out of range: n={n}, p={p}, noise_var={noise_var}, signal_sq={signal_sq}")
    if abs(n - p) <= 1:
        return math.inf
    if p < n:
        return noise_var * p / (n - p - 1)
    return signal_sq * (1 - n / p) + noise_var * n / (p - n - 1)
    # END SOLUTION


# %% tags=["figure"]
n, noise_var, signal_sq = 40, 0.25, 1.0
figure_rng = torch.Generator().manual_seed(4)
measured_at = [5, 10, 15, 20, 25, 30, 33, 36, 44, 48, 55, 60, 80, 100, 150, 200, 300, 400]


def measured_risk(p: int, draws: int = 150) -> tuple[float, float]:
    """Mean over ``draws`` simulated problems of the squared distance to the truth, and its standard error."""
    found = []
    for _ in range(draws):
        w = torch.randn(p, generator=figure_rng, dtype=torch.float64)
        w *= math.sqrt(signal_sq) / w.norm()
        X = torch.randn(n, p, generator=figure_rng, dtype=torch.float64)
        noise = math.sqrt(noise_var) * torch.randn(n, generator=figure_rng, dtype=torch.float64)
        found.append((min_norm_fit(X, X @ w + noise) - w).square().sum())
    errors = torch.stack(found)
    return float(errors.mean()), float(errors.std() / math.sqrt(draws))


fig, axis = plt.subplots(figsize=(8.2, 4), layout="constrained")
means, spreads = zip(*(measured_risk(p) for p in measured_at), strict=True)
for sizes in (range(1, 39), range(42, 401)):
    risks = [min_norm_risk(n, p, noise_var, signal_sq) for p in sizes]
    axis.plot(sizes, risks, color=BLUE, label="your formula" if 1 in sizes else None)
lost = [min_norm_risk(n, p, 0.0, signal_sq) for p in range(42, 401)]
axis.plot(range(42, 401), lost, color=GREEN, ls="--", label="its part without noise")
axis.errorbar(
    measured_at, means, 2 * np.array(spreads), fmt="o", ms=4, color=ORANGE, capsize=2, label="150 simulations, ± 2 s.e."
)
axis.axhline(signal_sq, color="black", lw=0.7, ls=":")
axis.text(330, 1.06, "predicting zero", fontsize=8)
axis.axvline(n, color="black", lw=0.7, ls=":")
axis.text(n + 7, 4.7, "p = n", fontsize=9)
axis.set(xlabel="number of features p (40 examples)", ylabel="mean squared error of the coefficients", ylim=(0, 5))
axis.set_title("Double descent with pencil and paper")
axis.legend(frameon=False, loc="upper right")
plt.show()

# %% [markdown]
# ## Questions to think about
#
# 1. Run the experiment of 1.4 once more in float32. The peak is still at $p = 15$, but it has only $2.8 \cdot 10^5$ in
#    place of $6.7 \cdot 10^6$. Did rounding errors *improve* the fit? Find the row in the table of conventions that is
#    responsible, and check yourself: which fit in float64 has the same peak? Then say why this, too, is regularization.
# 2. Replace the target by $y = 2x$, and the peak is gone: for every $p$ from 1 to 15 the error is below $10^{-20}$,
#    although the smallest singular values are as small as ever. Which of the three things that must come together is
#    missing? And why is the error at $p = 16$ suddenly back at $10^{-4}$, and at $p = 200$ at 0.16?
# 3. *Understanding Deep Learning* trains networks 40-h-h-10 (ReLU, with biases) on MNIST-1D: 4,000 examples, 15 % of
#    their labels random. In 16 public runs of that notebook the test error has a first minimum around $h = 14$ (50 %),
#    peaks at $h = 40$ (57 %) and ends below both at $h = 400$ (46 %). How many parameters does the network have at the
#    peak? Is it a surprise that the rule "as many parameters as examples" fits, for a network with 10 outputs that is
#    not linear in its parameters? Where would you expect the peak with 8,000 examples?
