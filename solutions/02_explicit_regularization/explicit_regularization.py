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
# # Explicit regularization: a preference, written into the loss
#
# Many sets of parameters fit the training data about equally well. Which of them should we take? **Explicit
# regularization** answers by adding a term to the loss that is small for the parameters that we like better. This
# assignment follows that one term through three views of it:
#
# - as **arithmetic**: what is added to what, and how strong is it (2.1)?
# - as a **landscape**: a model with two parameters whose loss you can *see*. When the term gets strong, local minima
#   disappear, and the best point moves (2.2 to 2.5);
# - as **probability**: the term is what you believed before you saw any data. That turns "choose a good $\lambda$"
#   into "say how wide your prior is" (2.6 to 2.8).
#
# Lectures: DS 542, "Explicit regularization", "Probabilistic interpretation", "Equivalence", "L2 Regularization". The
# example of the landscape comes from chapters 6 and 9 of the textbook behind the lecture, S. Prince, *Understanding
# Deep Learning* (UDL).
#
# **Conventions of this assignment**
#
# | Question | Here |
# |---|---|
# | Sum or mean over the examples? | Each function says which. Only 2.1 and 2.7 know both. |
# | What does $\lambda$ multiply? | The penalty $g[\phi]$, once for the whole data set, with no $\frac12$ in front. |
# | Which parameters pay? | All of $\phi$. (Networks leave their biases out; that is assignment 03.) |
# | Which logarithm? | The natural one. |
# | $\sigma$, $b$, $s^2$? | $\sigma$ is a standard deviation, $b$ the scale of a Laplace density, $s^2$ a variance. |
# | dtype and device | The result has those of the input. "0-d tensor" means `shape == ()`. |
# | Arguments | No function changes its arguments: neither values, nor `requires_grad`, nor `.grad`. |
#
# You may call an earlier function of yours in a later task.

# %% tags=["setup"]
import math

import torch
from torch import Tensor

# %% [markdown]
# ## 2.1 One term more (`regularized_loss`, 7 points)
#
# Let $\ell_i$ be the loss of example $i$, out of $I$ examples, and $g[\phi]$ a **penalty**: a number that is smaller
# for parameters that we prefer. DS 542 minimizes
#
# $$ \text{sum:}\qquad \sum_{i=1}^{I} \ell_i + \lambda\, g[\phi] , \qquad \lambda \ge 0 . $$
#
# The strength $\lambda$ is an exchange rate: how much fit are you ready to pay for one unit less of $g$? At
# $\lambda = 0$ only the data speak; as $\lambda \to \infty$ only the penalty does.
#
# Most programs do not minimize the sum, but the mean over the examples. The *same problem* in that form is the sum
# divided by $I$, and the penalty is divided along with the rest:
#
# $$ \text{mean:}\qquad \frac1I \sum_{i=1}^{I} \ell_i + \frac{\lambda}{I}\, g[\phi]
#    \;=\; \frac1I \Big( \sum_{i=1}^{I} \ell_i + \lambda\, g[\phi] \Big) . $$
#
# A positive factor moves no minimum. So with *this* pair of formulas one $\lambda$ means the same in both; only the
# gradients differ, by the factor $I$, and with them the learning rate that suits them.
#
# Note what happens to the balance when data arrive. Repeat every example twice: the sum of the losses doubles, and
# the penalty stays. A preference is an opinion held once, not once for each example, and enough data overrule it.
#
# *When it fails.* The penalty knows nothing about your data. If the parameters that you "like better" are far from
# good ones, a large $\lambda$ gives a confident, smooth, wrong model. So $\lambda$ is chosen by looking at data that
# were not used for training.
#
# > **Spot the error.** DS 542 uses both forms: a sum over the examples in "Explicit regularization", and
# > $L = \frac1I \sum_i \ell_i$ in "Implicit regularization of SGD". A student with $I = 200$ examples finds a good
# > $\lambda = 0.5$ with the first form. Later they add $0.5\, g[\phi]$ to a mean loss, "the same formula as on the
# > slide". By which factor has their regularization changed, and in which direction? Why does no error message help?


# %% tags=["task"]
def regularized_loss(losses: Tensor, penalty: Tensor, lam: float, reduction: str = "sum") -> Tensor:
    """The loss of a data set plus ``lam`` times a penalty, as a sum over the examples or as a mean.

    Parameters
    ----------
    losses : floating-point tensor [I], the losses of the I examples, of any sign.
    penalty : 0-d tensor of the same dtype and device, the penalty g of the parameters.
    lam : the strength of the penalty, at least 0.
    reduction : "sum" gives sum(losses) + lam * penalty; "mean" gives (1/I) * sum(losses) + (lam/I) * penalty.

    Returns
    -------
    A 0-d tensor of the dtype and device of ``losses``, differentiable in ``losses`` and in ``penalty``. No argument
    is changed.

    Raises
    ------
    ValueError if ``lam`` is negative, if ``reduction`` is any other word, or if ``losses`` is empty (I = 0).

    Source: DS 542, Explicit regularization.
    """
    # BEGIN SOLUTION
    if lam < 0:
        raise ValueError(f"lam must be at least 0, not {lam}")
    if reduction not in ("sum", "mean"):
        raise ValueError(f"reduction must be 'sum' or 'mean', not {reduction!r}")
    if losses.numel() == 0:
        raise ValueError("there are no losses")
    total = losses.sum() + lam * penalty
    return total if reduction == "sum" else total / losses.numel()
    # END SOLUTION


# %% [markdown]
# Five observations $y_i$, one parameter $\phi$, squared losses, penalty $\phi^2$. What should you see? A larger
# $\lambda$ pulls the minimum (the dots) toward 0. The two panels differ in height by the factor $I = 5$, and in
# nothing else: each dot stands above the same $\phi$ in both. The black curve is the mistake of the box above, made
# with $\lambda = 4$.

# %% tags=["figure"]
import matplotlib.pyplot as plt

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE, GREEN, PINK, RED = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00"

observed = torch.tensor([0.6, 1.1, 1.9, 2.2, 2.7], dtype=torch.float64)
line = torch.linspace(-0.5, 2.5, 301, dtype=torch.float64)


def along_the_line(lam: float, reduction: str) -> Tensor:
    """The regularized loss at every parameter value of the line."""
    values = [regularized_loss((observed - value).square(), value.square(), lam, reduction) for value in line]
    return torch.stack(values)


fig, axes = plt.subplots(1, 2, figsize=(9.4, 3.7), layout="constrained")
for axis, reduction, top in zip(axes, ("sum", "mean"), (42.0, 8.4), strict=True):
    for lam, color, style in ((0.0, "dimgray", ":"), (1.0, BLUE, "-"), (4.0, ORANGE, "--")):
        height = along_the_line(lam, reduction)
        lowest = int(height.argmin())
        axis.plot(line, height, style, color=color, label=f"$\\lambda$ = {lam:g}, lowest at {line[lowest]:.2f}")
        axis.plot(line[lowest], height[lowest], "o", color=color)
    axis.set(title=f'reduction="{reduction}"', xlabel="parameter $\\phi$", ylim=(0, top))
wrong = along_the_line(0.0, "mean") + 4.0 * line.square()
lowest = int(wrong.argmin())
wrong[wrong > 5.8] = math.nan
axes[1].plot(line, wrong, "-.", color="black", lw=1, label=f"mean + 4$\\phi^2$, lowest at {line[lowest]:.2f}")
axes[1].plot(line[lowest], wrong[lowest], "o", color="black")
axes[0].set_ylabel("regularized loss")
for axis in axes:
    axis.legend(frameon=False, fontsize=8, loc="upper left")
fig.suptitle("Divided by I as a whole, the problem keeps its minimum; divided in part, it does not")
plt.show()

# %% [markdown]
# ## 2.2 A model that you can see (`gabor`, 5 points)
#
# To see a loss we need a model with two parameters. The lecture takes the **Gabor model**: a sine wave under a bell,
#
# $$ f[x, \phi] = \sin(z)\, \exp\!\Big(-\frac{z^2}{32}\Big), \qquad z = \phi_0 + 0.06\, \phi_1\, x . $$
#
# The *offset* $\phi_0$ shifts the pattern, the *frequency* $\phi_1$ squeezes it. The sine takes radians. Wave and bell
# depend on the same $z$; the offset is added as it is, and only the frequency is scaled by 0.06.
#
# Why this model? Because a wave fits other waves by accident. Shift it by about one period, and it is in step with
# the data again, at least for a while. Each such accident is a local minimum of the loss.
#
# For checking: the slope in the offset is
# $\frac{\partial f}{\partial \phi_0} = \big(\cos z - \frac{z}{16} \sin z\big) \exp\big(-\frac{z^2}{32}\big)$. Where
# does the 16 come from?


# %% tags=["task"]
def gabor(phi: Tensor, x: Tensor) -> Tensor:
    """The Gabor model: sin(z) * exp(-z^2 / 32) with z = phi_0 + 0.06 * phi_1 * x, in radians.

    Parameters
    ----------
    phi : floating-point tensor [2]: offset phi_0 and frequency phi_1.
    x : tensor [N] of the same dtype and device, the inputs.

    Returns
    -------
    A tensor [N] of the dtype and device of ``phi``, differentiable in ``phi`` and in ``x``. No argument is changed.

    Source: DS 542, Explicit regularization (the Gabor model); UDL, section 6.1.
    """
    # BEGIN SOLUTION
    z = phi[0] + 0.06 * phi[1] * x
    return torch.sin(z) * torch.exp(-z.square() / 32)
    # END SOLUTION


# %% [markdown]
# ## 2.3 Its loss (`gabor_loss`, 7 points)
#
# The data are pairs $(x_i, y_i)$. The loss is the **sum** of the squared residuals, and the penalty is the squared
# distance of the parameters from a *center* $c$:
#
# $$ L[\phi] = \sum_{i} \big(f[x_i, \phi] - y_i\big)^2 + \lambda \big( (\phi_0 - c_0)^2 + (\phi_1 - c_1)^2 \big) . $$
#
# This is an L2 penalty, only that it does not pull toward 0 but toward $c$. Our default is $c = (0,\ 12.5)$, the
# middle of the window that the figures show. An L2 penalty always pulls *somewhere*; 0 is a choice like any other, and
# for most weights of a network a sensible one. For a frequency it is not.
#
# > **Spot the error.** In "Explicit regularization", DS 542 says of the penalty of its figure that it wants parameters
# > near 0. Try it: with `center=(0.0, 0.0)` and $\lambda = 0.2$ the lowest point of the loss of the
# > data below is near $\phi = (0.05, 0.15)$. What does the model look like there? (A constant 0 has the loss
# > $\sum_i y_i^2 \approx 5.43$. What is the loss at that point?) What would a penalty that wants parameters near
# > the center of the figure have done instead?
#
# > **Spot the error.** Four gradients of the penalty $\lambda(\phi_0^2 + (\phi_1 - 12.5)^2)$ of a kind that is found in
# > programs of real students: (a) $(\lambda 2^{\phi_0},\ 2\lambda(\phi_1 - 12.5))$; (b) $(2\phi_0 + \lambda,\
# > 2(\phi_1 - 12.5) + \lambda)$; (c) $(2\phi_0,\ 2(\phi_1 - 12.5))$; (d) $(2\lambda\phi_0,\ 2\lambda\phi_1)$. Check
# > each of them at one point with a difference quotient. Which one is right for a single positive value of
# > $\lambda$, and so survives a careless test?


# %% tags=["task"]
# BEGIN SOLUTION
def _check_problem(x: Tensor, y: Tensor, lam: float) -> None:
    """Raise ``ValueError`` for data that are no pairs, no data, or a negative strength."""
    if lam < 0:
        raise ValueError(f"lam must be at least 0, not {lam}")
    if x.shape != y.shape or x.numel() == 0:
        raise ValueError(f"need as many inputs as targets, and one or more, not {len(x)} and {len(y)}")


# END SOLUTION
def gabor_loss(
    phi: Tensor, x: Tensor, y: Tensor, lam: float = 0.0, center: tuple[float, float] = (0.0, 12.5)
) -> Tensor:
    """The SUM of the squared residuals of the Gabor model, plus ``lam`` times the squared distance to ``center``.

    Parameters
    ----------
    phi : floating-point tensor [2]: offset phi_0 and frequency phi_1.
    x, y : tensors [N] of the same dtype and device, inputs and targets.
    lam : the strength of the penalty, at least 0.
    center : two numbers (c_0, c_1); the penalty is (phi_0 - c_0)^2 + (phi_1 - c_1)^2, without a factor 1/2.

    Returns
    -------
    A 0-d tensor of the dtype and device of ``phi``, differentiable in ``phi`` (both parts). No argument is changed.

    Raises
    ------
    ValueError if ``lam`` is negative, if ``x`` and ``y`` differ in length, or if they are empty.

    Source: DS 542, Explicit regularization; UDL, section 9.1.
    """
    # BEGIN SOLUTION
    _check_problem(x, y, lam)
    residuals = gabor(phi, x) - y
    distance = (phi[0] - center[0]).square() + (phi[1] - center[1]).square()
    return residuals.square().sum() + lam * distance
    # END SOLUTION


# %% [markdown]
# On the left, what the two parameters do. On the right, the 30 points of the textbook's example, and where gradient
# descent from $\phi = (2.6, 8.5)$ is after 41 steps with the learning rate 0.1. Without a penalty it slides toward the
# wrong hole: the loss falls from 18.50 to 5.64 and the fit is hopeless (a constant 0 is better). With
# $\lambda = 0.2$ it reaches the good basin, and the *data* loss is 1.38. A penalty that was meant to change the
# minimum has also made it easier to find.

# %% tags=["figure"]
# The 30 points: UDL, notebook 9.1 (L2 regularization).
points = torch.tensor(
    [
        [-1.92, -1.051], [-14.22, -0.02482], [1.49, 0.8896], [-1.94, -0.4943], [-2.389, -0.9371], [-5.09, 0.4306],
        [-8.861, 0.009577], [3.578, -0.07944], [-6.01, 0.1624], [-6.995, -0.2682], [3.634, -0.3129], [0.8743, 0.8303],
        [-10.96, -0.02365], [0.4073, 0.5098], [-9.467, -0.2777], [8.56, 0.3367], [10.62, 0.1927], [-0.1729, -0.2222],
        [10.4, 0.06352], [-12.61, 0.006888], [0.1574, 0.03224], [-13.04, 0.01091], [-2.156, -0.5706],
        [-12.1, -0.05258], [-11.19, -0.03666], [2.902, 0.1709], [-8.22, -0.04805], [-11.79, 0.2008],
        [-8.391, -0.1904], [-4.505, 0.5952],
    ],
    dtype=torch.float64,
)  # fmt: skip
x_data, y_data = points.T


def descend(lam: float, steps: int = 41, lr: float = 0.1) -> Tensor:
    """The path [steps + 1, 2] of gradient descent on the Gabor loss from (2.6, 8.5)."""
    path = [torch.tensor([2.6, 8.5], dtype=torch.float64)]
    for _ in range(steps):
        phi = path[-1].clone().requires_grad_()
        (slope,) = torch.autograd.grad(gabor_loss(phi, x_data, y_data, lam), phi)
        path.append(path[-1] - lr * slope)
    return torch.stack(path)


axis_x = torch.linspace(-15, 15, 601, dtype=torch.float64)
fig, axes = plt.subplots(1, 2, figsize=(10.5, 3.6), layout="constrained", sharey=True)
for offset, frequency, color, style in ((0, 16, BLUE, "-"), (-3, 16, ORANGE, "--"), (0, 6, GREEN, "-.")):
    wave = gabor(torch.tensor([offset, frequency], dtype=torch.float64), axis_x)
    axes[0].plot(axis_x, wave, style, color=color, label=f"$\\phi_0 = {offset},\\ \\phi_1 = {frequency}$")
axes[0].set(title="Offset shifts, frequency squeezes", xlabel="input $x$", ylabel="output")
axes[1].plot(x_data, y_data, "o", ms=4, color="black", label="data")
for lam, color, style in ((0.0, RED, "--"), (0.2, BLUE, "-")):
    end = descend(lam)[-1]
    loss = float(gabor_loss(end, x_data, y_data))
    name = f"$\\lambda$ = {lam:g}: $\\phi$ = ({end[0]:.2f}, {end[1]:.2f}), data loss {loss:.2f}"
    axes[1].plot(axis_x, gabor(end, axis_x), style, color=color, label=name)
axes[1].set(title="Gradient descent from (2.6, 8.5), after 41 steps", xlabel="input $x$", ylim=(-1.2, 1.75))
for axis in axes:
    axis.legend(frameon=False, fontsize=8, loc="upper right")
plt.show()

# %% [markdown]
# ## 2.4 The whole landscape (`loss_surface`, 5 points)
#
# Two parameters, one loss: that is a map. Evaluate the loss of 2.3, with its default center, on a grid of $P$ offsets
# and $Q$ frequencies. We store it the way pictures and `plt.contourf` want it: **rows are the vertical axis**. The
# frequency is drawn upward, so entry $[q, p]$ belongs to frequency $q$ and offset $p$, and the result has the shape
# $[Q, P]$.
#
# Grids are where shapes go wrong in silence. On a square grid a transposed surface has the right shape, and it even
# looks plausible. Test yours with $P \ne Q$.
#
# A loop over all pairs is right, if slow; for the figure below it has $3 \cdot 201 \cdot 201$ losses to compute.
# Broadcasting does it in one go: give offsets, frequencies and data an axis of their own.


# %% tags=["task"]
def loss_surface(offsets: Tensor, freqs: Tensor, x: Tensor, y: Tensor, lam: float) -> Tensor:
    """The loss of task 2.3, with its default center (0, 12.5), on a grid of parameters.

    Parameters
    ----------
    offsets : floating-point tensor [P], values of phi_0 in any order.
    freqs : tensor [Q] of the same dtype and device, values of phi_1 in any order.
    x, y : tensors [N] of the same dtype and device, inputs and targets.
    lam : the strength of the penalty, at least 0.

    Returns
    -------
    A tensor [Q, P] of the dtype and device of ``offsets``: entry [q, p] is the loss at phi_0 = offsets[p] and
    phi_1 = freqs[q]. P and Q are 1 or more, equal or not. The result need not be differentiable. No argument is
    changed.

    Raises
    ------
    ValueError if ``lam`` is negative, if ``x`` and ``y`` differ in length, or if they are empty.

    Source: DS 542, Explicit regularization.
    """
    # BEGIN SOLUTION
    _check_problem(x, y, lam)
    z = offsets[:, None] + 0.06 * freqs[:, None, None] * x  # [Q, P, N]
    residuals = torch.sin(z) * torch.exp(-z.square() / 32) - y
    distance = offsets.square() + (freqs[:, None] - 12.5).square()
    return residuals.square().sum(dim=-1) + lam * distance
    # END SOLUTION


# %% [markdown]
# ## 2.5 How many holes? (`count_local_minima`, 6 points)
#
# The dots of the lecture's figures mark local minima. On a grid, call an entry a local minimum if it is **strictly**
# smaller than **all eight** of its neighbors: those beside it, above and below it, and the four on the diagonals.
#
# Entries on the border have fewer neighbors, and nobody knows what lies beyond them: they are never counted. (They
# still are neighbors of others.) A flat piece has no strict minimum, so a plateau counts as none, and so does a tie.
#
# Why the diagonals? In the first panel below, some valleys run aslant. A point on the floor of such a valley is often
# lower than the four beside, above and below it, though the floor goes on falling along the diagonal. With four
# neighbors only, you would count 21 minima in that panel and not 10.
#
# > **Spot the error.** DS 542 says of its regularized figure that it has fewer local minima than before, and a lowest
# > point elsewhere. Both are true of that figure. Is the first a law? Compute the counts for $\lambda = 0$, $0.02$,
# > $0.05$, $0.2$ and $1$ on the grid of the figure: at $0.02$ there are *more* than at $0$. Two reasons play together.
# > One is in the model: far from the data's valleys the loss is nearly flat, and a slight tilt of a gently rippled
# > plain makes new hollows. The other is in the measurement: does a finer grid make the count settle? (A search from
# > each dot says that the *true* numbers of minima in this window are 8 and 10. Look at the pairs of dots in the first
# > panel that nearly touch: how many minima does a narrow valley have that runs between the grid points?)


# %% tags=["task"]
def count_local_minima(surface: Tensor) -> int:
    """How many interior entries of ``surface`` are strictly smaller than all eight of their neighbors.

    Parameters
    ----------
    surface : floating-point tensor [Q, P], with Q and P at least 3 and without NaN.

    Returns
    -------
    The number of entries that are not on the border and are strictly smaller than each of the eight entries around
    them (which may be on the border), as an int. Ties and plateaus do not count. ``surface`` is not changed.

    Raises
    ------
    ValueError if ``surface`` does not have exactly two dimensions, or if one of them is smaller than 3.

    Source: DS 542, Explicit regularization (the dots in its figures).
    """
    # BEGIN SOLUTION
    if surface.ndim != 2 or min(surface.shape) < 3:
        raise ValueError(f"need a surface of at least 3 x 3 entries, not {list(surface.shape)}")
    windows = surface.unfold(0, 3, 1).unfold(1, 3, 1).flatten(2)  # [Q - 2, P - 2, 9], the entry itself in the middle
    larger = windows > windows[..., 4:5]
    return int((larger.sum(dim=-1) == 8).sum())
    # END SOLUTION


# %% [markdown]
# This is the lecture's figure. What should you see? Top left, the loss of the data: many holes, and gradient descent
# from the triangle heads for a poor one. Top right, the penalty alone: a bowl around its center. Below, the two added
# up. The holes far from the center are tilted until they run out; the lowest point (the star) moves toward the center.
# For $\lambda = 1$ there is one hole left. Easy to find; but it is not where the data put it.

# %% tags=["figure"]
from matplotlib.colors import PowerNorm
from matplotlib.lines import Line2D

grid_offsets = torch.linspace(-10, 10, 201, dtype=torch.float64)
grid_freqs = torch.linspace(2.5, 22.5, 201, dtype=torch.float64)


def dots(surface: Tensor) -> list[tuple[float, float]]:
    """Where the local minima are: the middles of the 3 x 3 windows that hold one, sought in strips that hold any."""
    strips = [q for q in range(surface.shape[0] - 2) if count_local_minima(surface[q : q + 3]) > 0]
    places = [
        (p + 1, q + 1)
        for q in strips
        for p in range(surface.shape[1] - 2)
        if count_local_minima(surface[q : q + 3, p : p + 3]) == 1
    ]
    return [(float(grid_offsets[p]), float(grid_freqs[q])) for p, q in places]


panels = {
    "Data only ($\\lambda$ = 0)": (loss_surface(grid_offsets, grid_freqs, x_data, y_data, 0.0), 0.0),
    "The penalty alone, times 0.2": (0.2 * (grid_offsets.square() + (grid_freqs[:, None] - 12.5).square()), None),
    "$\\lambda$ = 0.2": (loss_surface(grid_offsets, grid_freqs, x_data, y_data, 0.2), 0.2),
    "$\\lambda$ = 1": (loss_surface(grid_offsets, grid_freqs, x_data, y_data, 1.0), 1.0),
}
fig, axes = plt.subplots(2, 2, figsize=(9.6, 8.2), layout="constrained", sharex=True, sharey=True)
levels = (torch.arange(34.0).square() / 9).tolist()  # closer together where the loss is small
for axis, (title, (surface, lam)) in zip(axes.flat, panels.items(), strict=True):
    shades = axis.contourf(grid_offsets, grid_freqs, surface, levels, norm=PowerNorm(0.45), extend="max")
    axis.contour(grid_offsets, grid_freqs, surface, levels, colors="white", linewidths=0.3, alpha=0.6)
    if lam is not None:
        count = count_local_minima(surface)
        title += f": {count} local minim{'um' if count == 1 else 'a'}"
        for place in dots(surface):
            axis.plot(*place, "o", ms=5, color="white", mec="black")
        path = descend(lam)
        axis.plot(*path.T, "-", color=RED, lw=1.5)
        axis.plot(*path[0], "^", ms=8, color=RED, mec="white")
    q, p = divmod(int(surface.argmin()), len(grid_offsets))
    axis.plot(grid_offsets[p], grid_freqs[q], "*", ms=15, color=ORANGE, mec="black")
    axis.set_title(f"{title}\nlowest at ({abs(float(grid_offsets[p])):.1f}, {grid_freqs[q]:.1f})", fontsize=10)
for axis in axes[1]:
    axis.set(xlabel="offset $\\phi_0$", xticks=[-10, -5, 0, 5, 10])
for axis in axes[:, 0]:
    axis.set_ylabel("frequency $\\phi_1$")
ticks = [0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121]
fig.colorbar(shades, ax=axes, label="loss", shrink=0.7, ticks=ticks, format="%g")
marks = [
    Line2D([], [], ls="", marker="o", color="white", mec="black", label="local minimum"),
    Line2D([], [], ls="", marker="*", ms=13, color=ORANGE, mec="black", label="lowest point of all"),
    Line2D([], [], marker="^", color=RED, mec="white", label="gradient descent, 41 steps"),
]
fig.legend(handles=marks, ncols=3, loc="outside lower center", frameon=False)
fig.suptitle("A penalty tilts the landscape: local minima run out, and the lowest point moves")
plt.show()

# %% [markdown]
# ## 2.6 The penalty as a belief (`neg_log_prior`, 7 points)
#
# Now for the second view. A model of probabilities has a likelihood $\prod_i \Pr(y_i \mid x_i, \phi)$. Maximum
# likelihood takes the $\phi$ that makes the data most probable. If we also have a belief $\Pr(\phi)$ about the
# parameters before any data, the **prior**, Bayes' rule says to weigh both, and to take the **maximum a posteriori**
# (MAP) parameters,
#
# $$ \hat\phi = \arg\max_\phi \Big[\Big(\prod_{i=1}^I \Pr(y_i \mid x_i, \phi)\Big) \Pr(\phi)\Big]
#    = \arg\min_\phi \Big[\sum_{i=1}^I -\log \Pr(y_i \mid x_i, \phi) \; - \; \log \Pr(\phi) \Big]. $$
#
# The second form is 2.1 again: a sum of losses, plus a penalty. Two priors give the two penalties that everybody uses.
# Let the components $\phi_1, \dots, \phi_P$ be independent, each with the density
#
# $$ \text{gaussian:}\quad \frac{1}{\sqrt{2\pi\sigma^2}}\, e^{-\phi_j^2 / (2\sigma^2)} , \qquad\qquad
#    \text{laplace:}\quad \frac{1}{2b}\, e^{-|\phi_j| / b} . $$
#
# Take $-\log$ and add up over the components. What comes out has a part that depends on $\phi$ (which one is L2, which
# one L1?) and a constant that comes from normalizing the density, *once for each component*. The constant moves no
# minimum, but this function returns the whole of $-\log \Pr(\phi)$, so keep it. You need it as soon as you compare two
# priors, or two values of $\sigma$: without the constant the widest prior always wins.
#
# The argument `scale` is $\sigma$ (a standard deviation, not a variance) or $b$.
#
# > **Spot the error.** In "Probabilistic interpretation" the criterion is written
# > $\big[\prod_{i=1}^I \Pr(y_i \mid x_i, \phi) \Pr(\phi)\big]$, without the inner brackets. Somebody reads it so that
# > the prior stands inside the product. What would the penalty be then, and how would its strength change when you
# > collect more data? Which sentence about opinions, in 2.1, does that contradict?
#
# > **Spot the error.** "Equivalence" ends with $\lambda \cdot g[\phi] = -\log \Pr(\phi)$. Put in $\phi = 0$ with
# > $g[\phi] = \sum_j \phi_j^2$ and a Gaussian prior: one side is 0. Is the other? For which $\sigma$? What has to be
# > added to the sentence to make it true, and why does the minimum not care?


# %% tags=["task"]
def neg_log_prior(phi: Tensor, prior: str, scale: float) -> Tensor:
    """Minus the logarithm of the prior density of all parameters, normalizing constants included.

    Parameters
    ----------
    phi : floating-point tensor [P], the parameters, independent of each other under the prior, all with mean 0.
    prior : "gaussian", where ``scale`` is the standard deviation sigma of each component, or "laplace", with the
        density exp(-|phi_j| / b) / (2 b), where ``scale`` is b.
    scale : greater than 0.

    Returns
    -------
    A 0-d tensor of the dtype and device of ``phi``: the sum over the components of -log of their densities (natural
    logarithm). Differentiable in ``phi``; gradients are not tested where a component is 0. ``phi`` is not changed.

    Raises
    ------
    ValueError if ``prior`` is any other word, or if ``scale`` is 0 or negative.

    Write the densities yourself: the classes of torch.distributions (``Normal``, ``Laplace`` and every other
    ``Distribution``) are refused here.

    Source: DS 542, Probabilistic interpretation and Equivalence.
    """
    # BEGIN SOLUTION
    if scale <= 0:
        raise ValueError(f"scale must be greater than 0, not {scale}")
    if prior == "gaussian":
        return phi.square().sum() / (2 * scale**2) + phi.numel() * math.log(2 * math.pi * scale**2) / 2
    if prior == "laplace":
        return phi.abs().sum() / scale + phi.numel() * math.log(2 * scale)
    raise ValueError(f"prior must be 'gaussian' or 'laplace', not {prior!r}")
    # END SOLUTION


# %% [markdown]
# ## 2.7 Which $\lambda$ is that? (`prior_to_lambda`, 8 points)
#
# "A Gaussian prior is the same as L2" leaves the interesting half unsaid: *with which $\lambda$?* It depends on what
# you call the loss. Let the targets be Gaussian around the model with the noise variance $s^2$. Then there are three
# ways in which programs write the data part of one and the same problem:
#
# | `loss` | what is minimized |
# |---|---|
# | `"nll"` | $\sum_i -\log \Pr(y_i \mid x_i, \phi) + \lambda\, g[\phi]$ (for any likelihood, also for classification) |
# | `"sse"` | $\sum_i (y_i - f[x_i, \phi])^2 + \lambda\, g[\phi]$, with no $\frac12$ |
# | `"mse"` | $\frac1n \sum_i (y_i - f[x_i, \phi])^2 + \lambda\, g[\phi]$ |
#
# The penalty is $g[\phi] = \sum_j \phi_j^2$ for the Gaussian prior and $g[\phi] = \sum_j |\phi_j|$ for the Laplace
# prior. All three must have the same minimum, namely the MAP parameters. Start from the first, where $\lambda\, g$ must
# be $-\log \Pr(\phi)$ up to a constant. Then write out $-\log \Pr(y_i \mid x_i, \phi)$ for Gaussian noise, and multiply
# the whole line by whatever turns its data part into the second and into the third form. The penalty is multiplied
# along.
#
# Read your results aloud. A *narrow* prior is a strong opinion: is $\lambda$ large? *Noisy* targets say little: does
# $\lambda$ grow with $s^2$ for `"sse"`? More data: what becomes of $\lambda$ for `"mse"`, and why does it not for
# `"sse"`?
#
# *When it fails.* The equivalence is one of *minima*. The MAP point of a Laplace prior has exact zeros, as L1 promises;
# but a draw from the posterior has none, and neither does the posterior mean. The penalty knows about the
# peak of the posterior and about nothing else.


# %% tags=["task"]
def prior_to_lambda(prior: str, scale: float, loss: str, noise_var: float | None = None, n: int | None = None) -> float:
    """The strength of the penalty with which minimizing a loss gives the MAP parameters under a prior.

    Parameters
    ----------
    prior : "gaussian", with the penalty sum(phi_j^2), or "laplace", with the penalty sum(|phi_j|), as in task 2.6.
    scale : sigma (a standard deviation) or b, as in task 2.6, greater than 0.
    loss : what the penalty, times the returned strength, is added to: "nll", the SUM over the examples of
        -log Pr(y_i | x_i, phi); "sse", the SUM of the squared residuals (no factor 1/2); or "mse", their MEAN.
    noise_var : the variance of the Gaussian noise of the targets, greater than 0. Needed for "sse" and "mse"; ignored
        for "nll".
    n : the number of examples, at least 1. Needed for "mse"; ignored for "nll" and "sse".

    Returns
    -------
    lambda, as a float (a 0-d tensor is accepted too).

    Raises
    ------
    ValueError if ``prior`` or ``loss`` is any other word, if ``scale`` is 0 or negative, and, where they are needed,
    if ``noise_var`` is None, 0 or negative or ``n`` is None or smaller than 1.

    Source: DS 542, Equivalence.
    """
    # BEGIN SOLUTION
    factors = {"gaussian": 1 / (2 * scale**2), "laplace": 1 / scale} if scale > 0 else {}
    if prior not in factors:
        raise ValueError(f"need the prior 'gaussian' or 'laplace' and scale > 0, not {prior!r} and {scale}")
    if loss == "nll":
        return factors[prior]
    if loss not in ("sse", "mse"):
        raise ValueError(f"loss must be 'nll', 'sse' or 'mse', not {loss!r}")
    if noise_var is None or noise_var <= 0:
        raise ValueError(f"{loss!r} needs noise_var > 0, not {noise_var}")
    if loss == "sse":
        return 2 * noise_var * factors[prior]
    if n is None or n < 1:
        raise ValueError(f"'mse' needs n >= 1, not {n}")
    return 2 * noise_var * factors[prior] / n
    # END SOLUTION


# %% [markdown]
# On the left the two priors as penalties, with the same variance. On the right a regression with one weight and ten
# examples. The three losses have different heights, yet with *your* $\lambda$ for each of them the minima (filled
# dots) stand on one vertical line. The open dots are what you get if you carry the number that is right for `"nll"`
# over to the other two losses.

# %% tags=["figure"]
fig, axes = plt.subplots(1, 2, figsize=(10.4, 4.0), layout="constrained")
weights = torch.linspace(-4, 4, 401, dtype=torch.float64)
for prior, scale, color, style in (("gaussian", 1.0, BLUE, "-"), ("laplace", 0.5**0.5, ORANGE, "--")):
    heights = torch.stack([neg_log_prior(weight[None], prior, scale) for weight in weights])
    axes[0].plot(weights, heights, style, color=color, label=f"{prior}, scale {scale:.2f}")
axes[0].set(title="Two beliefs with variance 1", xlabel="weight $\\phi$", ylabel="$-\\log \\Pr(\\phi)$")
axes[0].annotate("a kink: exact zeros", (0, 0.4), (0, 4.8), arrowprops={"arrowstyle": "->"}, ha="center")
axes[0].annotate("far out, L1\nis the milder one", (3.5, 5.2), (3.9, 0.9), arrowprops={"arrowstyle": "->"}, ha="right")
axes[0].legend(frameon=False, loc="upper center")

figure_rng = torch.Generator().manual_seed(4)
noise_var, sigma, count = 0.2, 0.4, 10
inputs = torch.randn(count, generator=figure_rng, dtype=torch.float64)
targets = 1.6 * inputs + noise_var**0.5 * torch.randn(count, generator=figure_rng, dtype=torch.float64)
weights = torch.linspace(-0.2, 2.2, 481, dtype=torch.float64)
squares = (targets - weights[:, None] * inputs).square().sum(dim=1)
data_parts = {
    "nll": squares / (2 * noise_var) + count / 2 * math.log(2 * math.pi * noise_var),
    "sse": squares,
    "mse": squares / count,
}
copied = prior_to_lambda("gaussian", sigma, "nll")
for (loss, data_part), color, style in zip(data_parts.items(), (BLUE, ORANGE, GREEN), ("-", "--", "-."), strict=True):
    lam = prior_to_lambda("gaussian", sigma, loss, noise_var=noise_var, n=count)
    total = data_part + lam * weights.square()
    lowest, astray = int(total.argmin()), int((data_part + copied * weights.square()).argmin())
    axes[1].semilogy(weights, total, style, color=color, label=f'"{loss}", $\\lambda$ = {lam:.3f}')
    axes[1].semilogy(weights[lowest], total[lowest], "o", color=color)
    if loss != "nll":
        axes[1].semilogy(weights[astray], total[astray], "o", mfc="white", mec=color)
axes[1].axvline(float(weights[lowest]), color="dimgray", lw=0.8, ls=":")
axes[1].set(title="One prior, three losses, one minimum", xlabel="weight $\\phi$", ylabel="loss + $\\lambda\\,\\phi^2$")
axes[1].set_ylim(0.3, 300)
axes[1].legend(frameon=False, loc="upper center", ncols=3, fontsize=8)
plt.show()

# %% [markdown]
# ## 2.8 ★ More than a minimum (`map_linear_regression`, 5 bonus points)
#
# For linear regression with Gaussian noise and a Gaussian prior everything can be written down, not only the peak of
# the posterior but all of it. The targets are $y = Xw + \varepsilon$ with independent
# $\varepsilon_i \sim \mathcal N(0, s^2)$, and before the data each weight is $\mathcal N(0, \sigma_p^2)$. Then
#
# $$ w \mid X, y \;\sim\; \mathcal N(\mu, \Sigma), \qquad
#    \Sigma = \Big( \frac{1}{s^2} X^\top X + \frac{1}{\sigma_p^2} I \Big)^{-1}, \qquad
#    \mu = \frac{1}{s^2}\, \Sigma\, X^\top y . $$
#
# Two precisions add up: what the data know about $w$, and what the prior knew. A Gaussian has its peak at its mean, so
# $\mu$ is the MAP solution, and by 2.7 it is ridge regression with a $\lambda$ that you know. $\Sigma$ tells
# more than any penalty can: in which directions the data have spoken, and where you still see nothing but the prior.
#
# *When it fails.* $\Sigma$ does not depend on $y$ at all. If the model is wrong, or $s^2$ is, the posterior gets
# narrow around a wrong answer just as fast, without a word of warning.
#
# > **Spot the error.** A notebook for the textbook's chapter on regularization (UDL, notebook 9.4) fits a Bayesian
# > model like this one and predicts the target at a new input $x_*$ with the variance $x_*^\top \Sigma\, x_*$. Suppose
# > that you had a million examples. How wide would its error bars be, and how far would new *targets* really scatter
# > around the curve? What is missing? (The figure below shows both.)


# %% tags=["task"]
def map_linear_regression(X: Tensor, y: Tensor, noise_var: float, prior_var: float) -> tuple[Tensor, Tensor]:
    """Mean and covariance of the weights of a linear regression, given the data.

    Parameters
    ----------
    X : floating-point tensor [n, p], one example a row; n may be smaller than p. No intercept is added.
    y : tensor [n] of the same dtype and device, the targets: y = X w + noise.
    noise_var : the variance of the independent Gaussian noise of each target, greater than 0.
    prior_var : the variance of each weight under the prior (independent Gaussians of mean 0), greater than 0.

    Returns
    -------
    (mean, covariance): the mean [p], which is also the MAP solution, and the symmetric covariance matrix [p, p] of
    the posterior density of w, as tensors of the dtype and device of ``X``. They need not be differentiable. No
    argument is changed.

    Raises
    ------
    ValueError if ``noise_var`` or ``prior_var`` is 0 or negative, or if ``y`` has not one entry for each row of ``X``.

    Source: DS 542, Probabilistic interpretation; UDL, section 9.3.5.
    """
    # BEGIN SOLUTION
    if noise_var <= 0 or prior_var <= 0:
        raise ValueError(f"both variances must be greater than 0, not {noise_var} and {prior_var}")
    if len(y) != len(X):
        raise ValueError(f"{len(X)} rows, but {len(y)} targets")
    prior_precision = torch.eye(X.shape[1], dtype=X.dtype, device=X.device) / prior_var
    root = torch.linalg.cholesky(X.T @ X / noise_var + prior_precision)
    covariance = torch.cholesky_inverse(root)
    return covariance @ (X.T @ y) / noise_var, covariance
    # END SOLUTION


# %% [markdown]
# A polynomial of degree 9 for 3, 12 and 60 noisy points. With 3 points ten weights can't be determined; least squares
# has no unique answer, while the posterior has one, and is honest about the rest. With 12 points least squares
# (dashed) chases the noise, and the MAP curve does not. With 60 points the two agree: the data have overruled the
# prior. The dark band is two standard deviations, $\sqrt{x_*^\top \Sigma\, x_*}$ each, to either side: what we don't
# know about the *curve*; it shrinks. The light band adds the noise of a *new target*, and stays.

# %% tags=["figure"]
figure_rng = torch.Generator().manual_seed(21)
noise_std, prior_std = 0.25, 0.5


def powers(values: Tensor) -> Tensor:
    """Chebyshev polynomials of degree 0 to 9, which span the same curves as powers but are better behaved."""
    return torch.cos(torch.arange(10.0, dtype=torch.float64) * torch.acos(values.clamp(-1, 1))[:, None])


ruler = torch.linspace(-1, 1, 301, dtype=torch.float64)
all_inputs = 2 * torch.rand(60, generator=figure_rng, dtype=torch.float64) - 1
all_targets = torch.sin(4 * all_inputs) + noise_std * torch.randn(60, generator=figure_rng, dtype=torch.float64)
fig, axes = plt.subplots(1, 3, figsize=(11.4, 3.7), layout="constrained", sharey=True)
for axis, count in zip(axes, (3, 12, 60), strict=True):
    seen, targets = powers(all_inputs[:count]), all_targets[:count]
    mean, covariance = map_linear_regression(seen, targets, noise_std**2, prior_std**2)
    basis = powers(ruler)
    curve, doubt = basis @ mean, ((basis @ covariance) * basis).sum(dim=1)
    for variance, alpha, name in (
        (doubt + noise_std**2, 0.18, "± 2 sd of a new target"),
        (doubt, 0.35, "± 2 sd of the curve"),
    ):
        width = 2 * variance.sqrt()
        axis.fill_between(ruler, curve - width, curve + width, color=BLUE, alpha=alpha, lw=0, label=name)
    axis.plot(ruler, curve, color=BLUE, label="MAP")
    if count >= 10:
        axis.plot(ruler, basis @ torch.linalg.lstsq(seen, targets).solution, "--", color=RED, label="least squares")
    axis.plot(ruler, torch.sin(4 * ruler), ":", color="black", label="truth")
    axis.plot(all_inputs[:count], targets, "o", ms=4, color="black", label="data")
    axis.set(title=f"{count} points", xlabel="input $x$", ylim=(-3.2, 3.2), xticks=[-1, -0.5, 0, 0.5, 1])
axes[0].set_ylabel("target")
handles, names = axes[2].get_legend_handles_labels()
fig.legend(handles, names, ncols=6, loc="outside lower center", frameon=False)
fig.suptitle("The prior speaks where the data are silent, and is overruled where they are not")
plt.show()

# %% [markdown]
# ## Questions to think about
#
# 1. You regularize a model with a *mean* squared error and a fixed $\lambda$, and tune it on 500 examples. Then you
#    get 4,500 more and keep $\lambda$. Use 2.7 to say which prior you believed in before, which one you believe in now,
#    and whether that is what you want. Which of the three losses would have kept your belief fixed?
# 2. In the landscape figure gradient descent from one start finds the good basin with $\lambda = 0.2$ and misses it
#    with $\lambda = 0$. Yet the point that it finds is not the minimum of the data loss. Propose a way to use a penalty
#    while searching and still end at the minimum of the data loss, and name something that can go wrong with it.
