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
# # Implicit regularization
#
# Nobody added a penalty, and still there is one. Gradient descent takes steps of finite size, and a finite step does
# not go where the loss alone would send it: it behaves as if the loss had an extra term that nobody wrote down. The
# size of that term is set by a number that you thought was only about speed, the learning rate.
#
# In this assignment you make the invisible term visible:
#
# - you build gradient descent and its ideal, the *gradient flow*, and see them part (4.1 to 4.3);
# - you write down the loss that gradient descent *really* follows, and the one of SGD (4.4 to 4.7);
# - you measure that the correction is right, and where it stops being right (4.8).
#
# Everything here is a formula in two or three parameters, where you can look at all of it. What it means for networks
# with millions of parameters is an open question, and the last section says what is known and what is hoped.
#
# Sources: DS 542, *Implicit regularization*, *Implicit regularization of SGD*, *Loss and Regularization Surfaces* and
# *Recap: Implicit regularization of GD and SGD*; S. Prince, *Understanding Deep Learning* (UDL), section 9.2; the
# derivations are due to Barrett and Dherin (2021) and Smith et al. (2021).
#
# **Conventions of this assignment**
#
# | Question | Here |
# |---|---|
# | What is a loss? | A function of **one** tensor of parameters `phi` $[P]$, differentiable; it returns a 0-d tensor. |
# | Sum or mean? | $L$ is exactly what is descended. A batch loss $L_b$ is the **mean** over its examples. |
# | Which batches? | All $B$ of them are **equally large**, and $L$ is the mean of the $L_b$. |
# | What is $\alpha$? | The learning rate `lr`, one for all parameters. Below $0$: `ValueError`; in 4.8 also at $0$. |
# | What is time? | Learning rate times number of steps: $n$ steps of gradient descent take the time $\alpha n$. |
# | Which norm, which variance? | $\lVert v \rVert^2 = \sum_j v_j^2$; the variance divides by $B$, not by $B - 1$. |
# | dtype and device | The result has those of the input. The losses that you are given work with both. |
# | Differentiable? | The results of 4.4, 4.6 and 4.7 are; for the others it does not matter. |
# | Arguments | No function changes its arguments: neither values, nor `requires_grad`, nor `.grad`. |
#
# You may call your earlier functions in later tasks.

# %% tags=["setup"]
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

# %% [markdown]
# ## 4.1 The gradient (`gradient`, 4 points)
#
# In a training loop you call `loss.backward()` and find gradients in the `.grad` of parameters that are already there,
# *added* to what was left from the last time. That is practical for an optimizer and a trap for everybody else. Here
# you want a plain function: a loss and a point go in, the slope $\partial L / \partial \phi$ at that point comes out,
# and nothing else in the world has changed.
#
# Check it by hand: for $L[\phi] = \phi_1^2 + 3 \phi_1 \phi_2$ the gradient is $(2\phi_1 + 3\phi_2,\; 3\phi_1)$.


# %% tags=["task"]
def gradient(loss: Callable[[Tensor], Tensor], phi: Tensor) -> Tensor:
    """The gradient of a loss at one point, without side effects.

    Parameters
    ----------
    loss : a function of a tensor [P] that returns a 0-d tensor; differentiable, also under ``torch.func.grad``.
    phi : floating-point tensor [P]. It may require a gradient or not, and may have a ``.grad`` already.

    Returns
    -------
    [P], the derivative of the loss by each parameter, with the dtype and device of ``phi``, accurate to a relative
    error of 1e-6 (1e-4 in float32). It is 0 for a parameter that the loss does not depend on. It need not be
    differentiable itself. Nothing is left behind: ``phi`` keeps its values, its ``requires_grad`` and its ``.grad``,
    and a second call gives the same result.

    Source: DS 542, Implicit regularization.
    """
    # BEGIN SOLUTION
    point = phi.detach().requires_grad_()
    (slope,) = torch.autograd.grad(loss(point), point)
    return slope
    # END SOLUTION


# %% [markdown]
# ## 4.2 Gradient descent (`gd_path`, 6 points)
#
# $$ \phi_{t+1} = \phi_t - \alpha \, \frac{\partial L[\phi_t]}{\partial \phi}, \qquad t = 0, 1, \dots, n-1 . $$
#
# You know it by heart. Here we want the whole path, to look at it: $n$ steps visit $n + 1$ points, the start included.
#
# For a quadratic bowl $L = \tfrac12 h \phi^2$ you can follow it on paper: each step multiplies $\phi$ by the same
# factor, so $\phi_t = (1 - \alpha h)^t \, \phi_0$. Three regimes hide in this line. For $\alpha h < 1$ the path
# creeps towards the minimum, for $1 < \alpha h < 2$ it jumps from side to side and still arrives, and for
# $\alpha h > 2$ it leaves for good.


# %% tags=["task"]
def gd_path(loss: Callable[[Tensor], Tensor], phi0: Tensor, lr: float, steps: int) -> Tensor:
    """The points that gradient descent visits.

    Parameters
    ----------
    loss : a function of a tensor [P] that returns a 0-d tensor; differentiable, also under ``torch.func.grad``.
    phi0 : floating-point tensor [P], the start. It may require a gradient or not.
    lr : the learning rate, at least 0.
    steps : the number of steps, at least 0.

    Returns
    -------
    [steps + 1, P] with the dtype and device of ``phi0``: row 0 is ``phi0``, and each further row is the one before
    minus ``lr`` times the gradient of the loss there (gradients as accurate as in 4.1). With ``lr`` = 0 all rows are
    equal; ``steps`` = 0 gives one row. It need not be differentiable. ``phi0`` is not changed.

    Raises
    ------
    ValueError if ``lr`` or ``steps`` is negative.

    Source: DS 542, Implicit regularization.
    """
    # BEGIN SOLUTION
    if lr < 0 or steps < 0:
        raise ValueError(f"lr and steps must be at least 0, not {lr} and {steps}")
    points = [phi0.detach()]
    for _ in range(steps):
        points.append(points[-1] - lr * gradient(loss, points[-1]))
    return torch.stack(points)
    # END SOLUTION


# %% [markdown]
# ## 4.3 Gradient flow (`gradient_flow`, 6 points)
#
# Make the steps smaller and take more of them, so that the time $T = \alpha n$ stays the same. In the limit
# $\alpha \to 0$ the jumps become a smooth motion, which obeys a differential equation:
#
# $$ \frac{d\phi}{dt} = -\frac{\partial L}{\partial \phi} . $$
#
# This is *gradient flow*: at each moment it moves straight downhill, and it never overshoots. In the bowl
# $L = \tfrac12 h \phi^2$ it is $\phi(T) = e^{-hT}\,\phi_0$. Compare: $n$ steps of gradient descent shrink $\phi$ by
# $(1 - \alpha h)^n$, and that is *smaller* than $e^{-hT} = (e^{-\alpha h})^n$ as long as $\alpha h < 1$.
#
# How do you follow a flow on a computer, which can only take steps? With a better step. The classical method of Runge
# and Kutta (order 4) asks for the slope four times on the way. With $f(\phi) = -\partial L/\partial\phi$ and the step
# $h = T/n$,
#
# $$ k_1 = f(\phi), \quad k_2 = f\big(\phi + \tfrac{h}{2} k_1\big), \quad k_3 = f\big(\phi + \tfrac{h}{2} k_2\big),
#    \quad k_4 = f(\phi + h k_3), $$
#
# $$ \phi \leftarrow \phi + \tfrac{h}{6} \, (k_1 + 2 k_2 + 2 k_3 + k_4) . $$
#
# Halve $h$, and the error falls to about a sixteenth. (Gradient descent is the simplest such method: Euler's. Its
# error falls only by half. So the difference between gradient descent and the flow *is* Euler's error, and the whole
# assignment is about giving that error a meaning.)
#
# > **Spot the error.** The notebook behind UDL's figure compares gradient descent with a step of 0.05 and 100 steps
# > against a "continuous" path with a step of 0.001 and 10,000 steps. Which time does each of the two run for? Does it
# > spoil the picture? (For which starting points would it?) And what *is* the "continuous" path there: a flow?


# %% tags=["task"]
def gradient_flow(loss: Callable[[Tensor], Tensor], phi0: Tensor, time: float, steps: int) -> Tensor:
    """Where gradient flow arrives after a given time.

    Parameters
    ----------
    loss : a function of a tensor [P] that returns a 0-d tensor; differentiable, also under ``torch.func.grad``.
    phi0 : floating-point tensor [P], the start. It may require a gradient or not.
    time : how long the flow runs, at least 0.
    steps : the number of steps of the integration, at least 1; each lasts ``time / steps``.

    Returns
    -------
    [P] with the dtype and device of ``phi0``: the solution at ``time`` of d phi / dt = -(gradient of the loss at phi)
    that starts from ``phi0``, by the classical Runge-Kutta method of order 4 in ``steps`` equal steps. Another method
    is welcome if it is as accurate: the distance from the exact solution may be twice that of this method, plus 1e-6.
    Only the end point is returned. ``time`` = 0 gives the values of ``phi0``. It need not be differentiable. ``phi0``
    is not changed.

    Raises
    ------
    ValueError if ``time`` is negative or ``steps`` is less than 1.

    Source: DS 542, Implicit regularization.
    """
    # BEGIN SOLUTION
    if time < 0 or steps < 1:
        raise ValueError(f"time must be at least 0 and steps at least 1, not {time} and {steps}")
    phi, step = phi0.detach(), time / steps
    for _ in range(steps):
        k1 = -gradient(loss, phi)
        k2 = -gradient(loss, phi + step / 2 * k1)
        k3 = -gradient(loss, phi + step / 2 * k2)
        k4 = -gradient(loss, phi + step * k3)
        phi = phi + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return phi
    # END SOLUTION


# %% [markdown]
# ## 4.4 The loss that gradient descent really follows (`gd_modified_loss`, 8 points)
#
# Gradient descent does not follow the flow on $L$. Is there *another* loss whose flow it follows? Nearly:
#
# $$ \tilde L_{GD}[\phi] = L[\phi] + \frac{\alpha}{4} \left\lVert \frac{\partial L}{\partial \phi} \right\rVert^2 . $$
#
# Where does the term come from? Let $g$ be the gradient and $H$ the matrix of second derivatives of $L$ at $\phi$. One
# step of gradient descent moves by exactly $-\alpha g$. A flow on some loss $\tilde L$ that runs for the time $\alpha$
# does not keep its first direction, because the slope changes on the way. To second order in $\alpha$ it moves by
#
# $$ -\alpha\, \nabla \tilde L + \frac{\alpha^2}{2}\, H g . $$
#
# For the two to agree, the slope of $\tilde L$ must make up for the second term: $\nabla \tilde L = g +
# \frac{\alpha}{2} H g$. And that is the slope of a function, since $\nabla \lVert g \rVert^2 = 2 H g$. The factor
# $\frac14$ is $\frac12$ from the Taylor expansion times $\frac12$ from this derivative.
#
# **Why does it regularize?** The new term charges for steep ground. Where the loss has a whole valley of equally good
# minima, gradient descent crosses to the side that can be reached without steep slopes, and settles where the valley
# is wider. Nothing is charged *at* a minimum, where the gradient is zero.
#
# **When does it fail?** The argument drops all terms from $\alpha^3$ on. They are small if $\alpha h$ is small for
# every curvature $h$ on the way; 4.8 shows what happens otherwise.
#
# To use $\tilde L$ you need *its* gradient: the derivative of a derivative. So your result must be differentiable in
# `phi`, and the part that comes from the penalty must not get lost on the way. A value that is right and a slope that
# ignores the penalty is the most frequent mistake in this task.
#
# > **Spot the error.** The slide *Implicit regularization* says of gradient descent and gradient flow that the limit
# > "doesn't converge to the same place". Use $\nabla \tilde L = (I + \frac{\alpha}{2} H)\, \nabla L$. At which points
# > is the slope of $\tilde L$ zero? Take a strictly convex loss, with a single minimum: where do the two arrive? What
# > must a loss look like, for the sentence to be true?


# %% tags=["task"]
def gd_modified_loss(loss: Callable[[Tensor], Tensor], phi: Tensor, lr: float) -> Tensor:
    """The loss whose gradient flow gradient descent follows to second order in the learning rate.

    Parameters
    ----------
    loss : a function of a tensor [P] that returns a 0-d tensor; differentiable as often as needed, also under
        ``torch.func.grad``.
    phi : floating-point tensor [P]. It may require a gradient or not, and may have a ``.grad`` already.
    lr : the learning rate of gradient descent, at least 0.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``phi``: the loss at ``phi`` plus ``lr`` / 4 times the squared Euclidean
    norm of its gradient there. With ``lr`` = 0 it is the loss. Twice differentiable in ``phi``, the penalty included.
    ``phi`` is not changed, and no gradient is left in its ``.grad``.

    Raises
    ------
    ValueError if ``lr`` is negative.

    Source: DS 542, Implicit regularization.
    """
    # BEGIN SOLUTION
    if lr < 0:
        raise ValueError(f"lr must be at least 0, not {lr}")
    point = phi if phi.requires_grad else phi.detach().requires_grad_()
    value = loss(point)
    (slope,) = torch.autograd.grad(value, point, create_graph=True)
    return value + lr / 4 * slope.square().sum()
    # END SOLUTION


# %% [markdown]
# This is the surface of UDL's figure: a valley along $\phi_1 = 0$, in which *every* point is a minimum with $L = 0$,
# and which is widest at $\phi_0 = 0$. Gradient descent and the flow start together on the steep flank. Each of them
# stops as soon as it reaches the floor, and so it matters where they reach it. The insets show the place where they
# arrive.

# %% tags=["figure"]
import matplotlib.pyplot as plt

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"  # apart for color-blind readers, too


def toy_loss(phi):
    """A valley whose width depends on where you are."""
    width = torch.exp(-2 * phi[0] ** 2)
    return 1 - torch.exp(-0.5 * (phi[1] / width) ** 2)


def flow_points(loss, start, time, pieces):
    """The way of a gradient flow, as pieces + 1 points."""
    way = [start]
    for _ in range(pieces):
        way.append(gradient_flow(loss, way[-1], time / pieces, 1))
    return torch.stack(way)


def surface(values_at, horizontal, vertical):
    """A function of two parameters, on a grid."""
    return torch.stack([torch.stack([values_at(torch.stack([a, b])).detach() for a in horizontal]) for b in vertical])


toy_lr, toy_time = 0.1, 5.0
start = torch.tensor([-0.7, -0.75], dtype=torch.float64)
descent = gd_path(toy_loss, start, toy_lr, round(toy_time / toy_lr))
plain_flow = flow_points(toy_loss, start, toy_time, 150)
modified_flow = flow_points(lambda phi: gd_modified_loss(toy_loss, phi, toy_lr), start, toy_time, 150)

across = torch.linspace(-0.9, 0.3, 37, dtype=torch.float64)
along = torch.linspace(-0.85, 0.25, 34, dtype=torch.float64)
losses = surface(toy_loss, across, along)
totals = surface(lambda phi: gd_modified_loss(toy_loss, phi, toy_lr), across, along)
fig, axes = plt.subplots(1, 3, figsize=(11, 3.9), layout="constrained", sharey=True)
panels = (
    (losses, "Greys", 1.1, f"Loss: descent (lr {toy_lr}) leaves the flow"),
    (totals - losses, "Purples", 0.11, "What gradient descent adds to it"),
    (totals, "Greys", 1.1, "The sum: the flow on it goes where descent goes"),
)
for axis, (values, colors, top, title) in zip(axes, panels, strict=True):
    levels = [top * k / 11 for k in range(12)]
    image = axis.contourf(across, along, values, levels, cmap=colors, alpha=0.75, extend="max")
    fig.colorbar(image, ax=axis, orientation="horizontal", shrink=0.85, format="%.2g", ticks=[0, top / 2.2, top / 1.1])
    axis.set_title(title, fontsize=9)
    axis.set_xlabel(r"$\phi_0$")
axes[0].set_ylabel(r"$\phi_1$")
for axis, flow, color, label in (
    (axes[0], plain_flow, BLUE, "flow on the loss"),
    (axes[2], modified_flow, GREEN, "flow on the sum"),
):
    inset = axis.inset_axes([0.07, 0.6, 0.4, 0.36])
    for place in (axis, inset):
        place.plot(*flow.T, color=color, lw=2, label=label)
        place.plot(*descent.T, "o-", color=ORANGE, ms=3, lw=0.8, label="gradient descent")
    inset.set(xlim=(-0.255, -0.175), ylim=(-0.075, 0.012), xticks=[], yticks=[])
    inset.spines[:].set_visible(True)
    axis.indicate_inset_zoom(inset, edgecolor="black")
    axis.plot(*start, "k*", ms=9)
    axis.legend(loc="lower right", fontsize=8)
plt.show()
print("after the same time, gradient descent is off the flow on the loss by", end=" ")
print(f"{(descent[-1] - plain_flow[-1]).norm():.4f}, off the flow on the sum by", end=" ")
print(f"{(descent[-1] - modified_flow[-1]).norm():.4f}")

# %% [markdown]
# How much regularization is it? That depends on the valley. Here is the smallest model that has one: a network with
# one input, one hidden unit without activation and one output, $y = u\,v\,x$, fitted to the single point $x = y = 1$.
# The loss $\frac12 (uv - 1)^2$ is zero on a whole curve. At a minimum its curvature across the valley is
# $u^2 + v^2$: a lopsided solution is sharp, and the balanced ones, $u = v = \pm 1$, are the flattest of all.
#
# The flow on $L$ keeps $u^2 - v^2$ forever (differentiate it!), so it can never become balanced. Gradient descent can,
# and it does so the more, the larger the steps are. The modified loss predicts how the decline begins; for large steps
# gradient descent goes further than the formula says.

# %% tags=["figure"]


def product_loss(phi):
    """Half the squared error of u * v against 1."""
    return 0.5 * (phi[0] * phi[1] - 1) ** 2


product_start, product_time = torch.tensor([2.0, -0.8], dtype=torch.float64), 4.8
rates = [0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4]
descents = {lr: gd_path(product_loss, product_start, lr, round(product_time / lr)) for lr in rates}
modified_ends = [
    gradient_flow(lambda phi, lr=lr: gd_modified_loss(product_loss, phi, lr), product_start, product_time, 100)
    for lr in rates
]
flow = flow_points(product_loss, product_start, product_time, 300)

fig, axes = plt.subplots(1, 2, figsize=(10, 3.9), layout="constrained")
across, along = (torch.linspace(*ends, 40, dtype=torch.float64) for ends in ((0.7, 2.3), (-1.0, 1.45)))
levels = [0, 0.01, 0.05, 0.15, 0.4, 0.8, 1.5, 2.5, 5]
axes[0].contourf(across, along, surface(product_loss, across, along), levels, cmap="Greys", alpha=0.6)
axes[0].plot(across, 1 / across, color="black", ls="--", lw=1, label="minima: u v = 1")
axes[0].plot(*flow.T, color=BLUE, lw=2, label="gradient flow on L")
axes[0].plot(*descents[0.2].T, "o-", color=ORANGE, ms=3.5, lw=0.8, label="gradient descent, lr 0.2")
axes[0].plot(*product_start, "k*", ms=9)
axes[0].plot(1, 1, "kD", ms=6)
axes[0].annotate("flattest minimum", (1, 1), (1.05, 1.07))
axes[0].set(xlabel="u", ylabel="v", title="The same valley, reached at different places")
axes[0].legend(fontsize=8, loc="lower left")
sharpness = [float(path[-1].square().sum()) for path in descents.values()]
axes[1].axhline(float(flow[-1].square().sum()), color=BLUE, lw=2, label="gradient flow on L")
axes[1].plot(rates, [float(end.square().sum()) for end in modified_ends], "-", color=GREEN, label="flow on modified L")
axes[1].plot(rates, sharpness, "o", color=ORANGE, label="gradient descent")
axes[1].set(xlabel="learning rate", ylabel=r"curvature $u^2 + v^2$ where it ends", xlim=(0, None))
axes[1].set_title("Larger steps end at a flatter minimum")
axes[1].legend(fontsize=8, loc="lower left")
plt.show()

# %% [markdown]
# ## 4.5 A gradient for each batch (`batch_gradients`, 5 points)
#
# SGD does not see $L$. It sees one batch at a time, and each batch has a loss of its own. With $I$ examples in $B$
# batches,
#
# $$ L = \frac1I \sum_{i=1}^I \ell_i, \qquad L_b = \frac{1}{|\mathcal B_b|} \sum_{i \in \mathcal B_b} \ell_i, \qquad
#    g_b = \frac{\partial L_b}{\partial \phi} . $$
#
# Collect the $g_b$ at one and the same point, as the rows of a matrix.
#
# > **Spot the error.** The slide *Implicit regularization of SGD* takes $L$ as the mean over all examples and each
# > $L_b$ as the mean over its batch, and then treats $L$ as the mean of the $L_b$. Take 5 examples in batches of 4 and
# > 1. What is the mean of the two batch losses, and which example counts four times as much as the others? What must
# > hold for the slide's step to be right? (`DataLoader` has an option that makes it hold. What does it cost you?)


# %% tags=["task"]
def batch_gradients(batch_losses: Sequence[Callable[[Tensor], Tensor]], phi: Tensor) -> Tensor:
    """The gradient of each batch's loss, all at the same point.

    Parameters
    ----------
    batch_losses : a list or tuple of B losses, each a function of a tensor [P] that returns a 0-d tensor;
        differentiable, also under ``torch.func.grad``. Each is the mean over one batch. That all batches are equally
        large is the caller's duty: it cannot be seen from here, and is not checked.
    phi : floating-point tensor [P]. It may require a gradient or not, and may have a ``.grad`` already.

    Returns
    -------
    [B, P] with the dtype and device of ``phi``: row b is the gradient of ``batch_losses[b]``, as accurate as in 4.1.
    It need not be differentiable. ``phi`` is not changed, and no gradient is left in its ``.grad``.

    Raises
    ------
    ValueError if there is no batch.

    Source: DS 542, Implicit regularization of SGD.
    """
    # BEGIN SOLUTION
    if not batch_losses:
        raise ValueError("at least one batch is needed")
    return torch.stack([gradient(loss, phi) for loss in batch_losses])
    # END SOLUTION


# %% [markdown]
# ## 4.6 How much the batches disagree (`gradient_variance`, 6 points)
#
# The gradients of the batches scatter around their mean $\bar g = \frac1B \sum_b g_b$, which is the gradient of $L$.
# One number says how widely:
#
# $$ V = \frac1B \sum_{b=1}^B \lVert g_b - \bar g \rVert^2 . $$
#
# It is the *population* variance: it divides by $B$, since these are all the batches and not a sample of them. And it
# is a sum over the $P$ components, not their mean: a distance in parameter space. Two checks on paper:
#
# $$ V = 0 \iff \text{all batches agree}, \qquad \frac1B \sum_b \lVert g_b \rVert^2 = \lVert \bar g \rVert^2 + V . $$
#
# The second is Pythagoras' theorem: the mean and the deviations from it are perpendicular, on average.
#
# > **Spot the error.** A note on the slide *Implicit regularization of SGD* says "small Var loss". Is it the *losses*
# > of the batches that SGD wants to be alike? Find two batch losses that are equal at a point while their gradients are
# > opposite, and two that differ by 100 everywhere and contribute nothing to $V$.


# %% tags=["task"]
def gradient_variance(grads: Tensor) -> Tensor:
    """The variance of the gradients of B batches, as a squared distance.

    Parameters
    ----------
    grads : floating-point tensor [B, P], one gradient in each row.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``grads``: the mean over the B rows of the squared Euclidean distance
    (sum over the P components) between a row and the mean row. It divides by B, not B - 1, so a single row gives 0.
    Differentiable in ``grads``, which is not changed.

    Raises
    ------
    ValueError if ``grads`` does not have two dimensions, or has no row.

    Source: DS 542, Implicit regularization of SGD.
    """
    # BEGIN SOLUTION
    if grads.ndim != 2 or len(grads) == 0:
        raise ValueError(f"grads must be [B, P] with B at least 1, not {list(grads.shape)}")
    return (grads - grads.mean(dim=0)).square().sum(dim=1).mean()
    # END SOLUTION


# %% [markdown]
# ## 4.7 The loss that SGD really follows (`sgd_modified_loss`, 8 points)
#
# One epoch of SGD takes $B$ steps, one on each batch, each batch once, in random order. Averaged over all orders, an
# epoch ends (to second order in $\alpha$) where the flow on
#
# $$ \tilde L_{SGD}[\phi] = \underbrace{L[\phi] + \frac{\alpha}{4} \left\lVert \frac{\partial L}{\partial \phi}
#    \right\rVert^2}_{\tilde L_{GD}[\phi]} + \underbrace{\frac{\alpha}{4B} \sum_{b=1}^B \left\lVert
#    \frac{\partial L_b}{\partial \phi} - \frac{\partial L}{\partial \phi} \right\rVert^2}_{\alpha/4 \text{ times the
#    variance of 4.6}} $$
#
# ends after the time $B\alpha$. So SGD pays for steep ground as gradient descent does, and on top of it for
# *disagreement*: it prefers parameters at which every batch pulls in the same direction, over parameters at which some
# batches are fitted well and others badly. Note what happens at a minimum of $L$. The first penalty is zero there, the
# second need not be: SGD's extra term moves the minima themselves, which gradient descent's cannot do. If every single
# batch is fitted perfectly there, it vanishes too.
#
# Here $L$ is the mean of the batch losses. With Pythagoras from 4.6 the whole thing fits in half a line. (Does it
# matter which of the two forms you compute?)
#
# **When does it fail?** As before, if $\alpha$ times the curvature is not small; now for $B\alpha$, the time of an
# epoch. And it speaks of the average over orders of one epoch; the noise of a single run is not in it.


# %% tags=["task"]
def sgd_modified_loss(batch_losses: Sequence[Callable[[Tensor], Tensor]], phi: Tensor, lr: float) -> Tensor:
    """The loss whose gradient flow SGD follows, on average over the order of batches, to second order in the rate.

    Parameters
    ----------
    batch_losses : a list or tuple of B losses of equally large batches, each a function of a tensor [P] that returns a
        0-d tensor; differentiable as often as needed, also under ``torch.func.grad``.
    phi : floating-point tensor [P]. It may require a gradient or not, and may have a ``.grad`` already.
    lr : the learning rate of SGD, at least 0.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``phi``: L + ``lr`` / 4 times the squared norm of the gradient of L +
    ``lr`` / 4 times the variance (as in 4.6) of the gradients of the batch losses, where L is the MEAN of the batch
    losses. With one batch it is the loss of 4.4; with ``lr`` = 0 it is L. Twice differentiable in ``phi``, both
    penalties included. ``phi`` is not changed, and no gradient is left in its ``.grad``.

    Raises
    ------
    ValueError if ``lr`` is negative, or if there is no batch.

    Source: DS 542, Implicit regularization of SGD.
    """
    # BEGIN SOLUTION
    if lr < 0 or not batch_losses:
        raise ValueError(f"lr must be at least 0 and there must be a batch, not {lr} and {len(batch_losses)} batches")
    point = phi if phi.requires_grad else phi.detach().requires_grad_()
    values = [loss(point) for loss in batch_losses]
    grads = [torch.autograd.grad(value, point, create_graph=True) for value in values]
    slopes = torch.stack([slope for (slope,) in grads])
    steepness = slopes.mean(dim=0).square().sum()
    return torch.stack(values).mean() + lr / 4 * (steepness + gradient_variance(slopes))
    # END SOLUTION


# %% [markdown]
# The lecture's figure *Loss and Regularization Surfaces*, from your own functions: a Gabor model with two parameters
# (an offset $\phi_0$ and a frequency $\phi_1$), 30 noisy examples, six batches of five. Dark is low. The first
# penalty is zero at every stationary point of the loss, maxima and saddles included; the second is not. Compare the
# color bars: which of the two penalties matters more here, and how much does the sum differ from the loss?

# %% tags=["figure"]
data_rng = torch.Generator().manual_seed(4)
gabor_x = torch.rand(6, 5, generator=data_rng, dtype=torch.float64) * 30 - 15


def wave(phi, x):
    """A sine under a bell, shifted by the offset and stretched by the frequency."""
    angle = phi[0] + 0.06 * phi[1] * x
    return torch.exp(-angle.square() / 32) * angle.sin()


gabor_y = wave(torch.tensor([0.0, 16.6]), gabor_x) + 0.1 * torch.randn(6, 5, generator=data_rng, dtype=torch.float64)
pairs = list(zip(gabor_x, gabor_y, strict=True))
gabor_batches = [lambda phi, x=x, y=y: (wave(phi, x) - y).square().mean() for x, y in pairs]

gabor_lr = 1.0
offsets = torch.linspace(-10, 10, 37, dtype=torch.float64)
frequencies = torch.linspace(2.5, 22.5, 37, dtype=torch.float64)


def gabor_loss(phi):
    """The mean over all examples, and so over the equally large batches."""
    return (wave(phi, gabor_x) - gabor_y).square().mean()


mean_loss = surface(gabor_loss, offsets, frequencies)
steepness = surface(lambda phi: gabor_lr / 4 * gradient(gabor_loss, phi).square().sum(), offsets, frequencies)
total = surface(lambda phi: sgd_modified_loss(gabor_batches, phi, gabor_lr), offsets, frequencies)

fig, axes = plt.subplots(1, 4, figsize=(12, 3.7), layout="constrained", sharey=True)
titles = (r"Loss $L$", r"Steepness: $\frac{\alpha}{4}\,\|\nabla L\|^2$", r"Disagreement: $\frac{\alpha}{4}\,V$")
pictures = (mean_loss, steepness, total - mean_loss - steepness, total)
for axis, picture, title in zip(axes, pictures, (*titles, r"Sum $\tilde L_{SGD}$"), strict=True):
    image = axis.pcolormesh(offsets, frequencies, picture, cmap="viridis", shading="gouraud", rasterized=True)
    fig.colorbar(image, ax=axis, orientation="horizontal", format="%.2g")
    axis.set(title=title, xlabel=r"offset $\phi_0$")
for axis, picture in ((axes[0], mean_loss), (axes[3], total)):
    row, column = divmod(int(picture.argmin()), len(offsets))
    axis.plot(offsets[column], frequencies[row], "*", color="white", mec="black", ms=12, label="lowest point")
    axis.legend(fontsize=8, loc="upper right")
axes[0].set_ylabel(r"frequency $\phi_1$")
plt.show()

# %% [markdown]
# ## 4.8 How good is the correction? (`discretization_gap`, 7 points)
#
# A formula with "to second order" in it makes a prediction that can be checked. Run gradient descent for $n$ steps, run
# a flow for the same time $T = \alpha n$, and measure the distance between the two end points,
#
# $$ d(\alpha) = \lVert \phi_n - \phi(T) \rVert . $$
#
# For the flow on $L$ this distance is proportional to $\alpha$: halve the learning rate (and take twice as many steps),
# and it halves. For the flow on $\tilde L_{GD}$ it is proportional to $\alpha^2$: halve the learning rate, and it falls
# to a quarter. Compare at equal *times*, not at equal numbers of steps, and make sure that what you measure is the
# error of gradient descent and not that of your flow.
#
# A trap on the way: `0.3 / 0.1` is `2.9999999999999996`, and `int` of that is 2.


# %% tags=["task"]
def discretization_gap(loss: Callable[[Tensor], Tensor], phi0: Tensor, lr: float, time: float, modified: bool) -> float:
    """How far gradient descent ends from a gradient flow that runs for the same time.

    Parameters
    ----------
    loss : a function of a tensor [P] that returns a 0-d tensor; differentiable as often as needed, also under
        ``torch.func.grad``.
    phi0 : floating-point tensor [P], from which both start. It may require a gradient or not.
    lr : the learning rate of gradient descent, more than 0.
    time : how long both run, at least 0. Gradient descent takes ``time / lr`` steps.
    modified : False for the flow on the loss, True for the flow on the modified loss of 4.4 with the same ``lr``.
        Gradient descent descends the loss itself in both cases.

    Returns
    -------
    The Euclidean distance between the two end points as a float (a 0-d tensor is accepted too). The end of the flow is
    accurate to 1e-6, as in 4.3 with ten or more integration steps for each step of gradient descent, if the learning
    rate is small enough for gradient descent to converge. ``time`` = 0 gives 0. ``phi0`` is not changed.

    Raises
    ------
    ValueError if ``lr`` is 0 or negative, if ``time`` is negative, or if ``time / lr`` is more than 1e-9 away from the
    nearest integer.

    Source: DS 542, Implicit regularization.
    """
    # BEGIN SOLUTION
    if lr <= 0:
        raise ValueError(f"lr must be positive, not {lr}")
    steps = round(time / lr)
    if abs(time / lr - steps) > 1e-9:
        raise ValueError(f"{time} is not a multiple of the learning rate {lr}")

    def modified_loss(phi: Tensor) -> Tensor:
        return gd_modified_loss(loss, phi, lr)

    end = gradient_flow(modified_loss if modified else loss, phi0, time, 10 * steps + 1)  # refuses a negative time
    return float((gd_path(loss, phi0, lr, steps)[-1] - end).norm())
    # END SOLUTION


# %% [markdown]
# Left: the distances on the valley of 4.4. On logarithmic axes a power of $\alpha$ is a straight line, and its slope is
# the power. Middle: the same for SGD. All 24 orders of four batches are run for one epoch, and the *average* end point
# is compared with three flows that run for the time $4\alpha$. Each time $\alpha$ is halved, the error with gradient
# descent's correction alone still falls only to about a quarter, as it does without any; with SGD's correction it falls
# to about an eighth: a whole power of $\alpha$ is won.
#
# Right: where the story ends. In the bowl $\frac12 h\phi^2$, one step of gradient descent multiplies $\phi$ by
# $1 - \alpha h$; the flow on $L$ multiplies it by $e^{-\alpha h}$, and the flow on $\tilde L_{GD}$ by $e^{-\alpha h -
# (\alpha h)^2/2}$. Up to $\alpha h \approx 0.5$ the correction is good. Beyond $\alpha h = 1$ gradient descent
# overshoots, and beyond 2 it explodes, while no flow ever does. Large learning rates regularize more and are less
# stable, and the formula knows only about the first half of that sentence.

# %% tags=["figure"]
import itertools


def rows_of_batch(seed):
    """A batch of four examples for a small non-linear regression, as its loss."""
    generator = torch.Generator().manual_seed(seed)
    x, y = (torch.randn(4, size, generator=generator, dtype=torch.float64) for size in (2, 1))
    return lambda phi: (torch.tanh(x @ phi) + 0.3 * (x @ phi) - y.squeeze()).square().mean()


four = [rows_of_batch(seed) for seed in range(4)]
sgd_start = torch.tensor([1.0, -0.8], dtype=torch.float64)


def one_epoch(order, lr):
    """Where SGD arrives after one step on each batch, in this order."""
    phi = sgd_start
    for b in order:
        phi = gd_path(four[b], phi, lr, 1)[-1]
    return phi


gd_rates = [0.1, 0.05, 0.025]
gaps = {kind: [discretization_gap(toy_loss, start, lr, 1.0, kind) for lr in gd_rates] for kind in (False, True)}
sgd_rates = [0.2, 0.1, 0.05, 0.025]
four_mean = lambda phi: sum(loss(phi) for loss in four) / 4  # noqa: E731
flows = {
    "flow on $L$": lambda phi, lr: four_mean(phi),
    r"flow on $\tilde L_{GD}$": lambda phi, lr: gd_modified_loss(four_mean, phi, lr),
    r"flow on $\tilde L_{SGD}$": lambda phi, lr: sgd_modified_loss(four, phi, lr),
}
misses = {name: [] for name in flows}
for lr in sgd_rates:
    average = torch.stack([one_epoch(order, lr) for order in itertools.permutations(range(4))]).mean(dim=0)
    for name, objective in flows.items():
        end = gradient_flow(lambda phi, lr=lr, f=objective: f(phi, lr), sgd_start, 4 * lr, 20)
        misses[name].append(float((average - end).norm()))

fig, axes = plt.subplots(1, 3, figsize=(12, 3.8), layout="constrained")
for kind, style, name in ((False, "o-", "flow on $L$"), (True, "s-", r"flow on $\tilde L_{GD}$")):
    color = GREEN if kind else BLUE
    power = float(torch.tensor(gaps[kind][-2] / gaps[kind][-1]).log2())
    axes[0].loglog(gd_rates, gaps[kind], style, color=color, label=f"{name}: slope {power:.1f}")
for (name, values), style, color in zip(misses.items(), ("o-", "s--", "D-"), (BLUE, GREEN, PURPLE), strict=True):
    power = float(torch.tensor(values[-2] / values[-1]).log2())
    axes[1].loglog(sgd_rates, values, style, color=color, label=f"{name}: slope {power:.1f}")
axes[0].set(title="Gradient descent against flows", ylabel="distance of the end points", xlabel="learning rate")
axes[1].set(title="An epoch of SGD, averaged over all orders", xlabel="learning rate")
for axis, ticks in ((axes[0], gd_rates), (axes[1], sgd_rates)):
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.minorticks_off()
    axis.legend(fontsize=8, loc="lower right")
products = torch.linspace(0, 2.4, 100)
axes[2].plot(products, (1 - products).abs(), color=ORANGE, lw=2, label=r"gradient descent: $|1 - \alpha h|$")
axes[2].plot(products, torch.exp(-products), color=BLUE, label=r"flow on $L$")
axes[2].plot(products, torch.exp(-products - products**2 / 2), color=GREEN, label=r"flow on $\tilde L_{GD}$")
axes[2].axvspan(2, 2.4, color="black", alpha=0.12, lw=0)
axes[2].text(2.2, 0.55, "gradient descent diverges", rotation=90, ha="center", va="center", fontsize=8)
axes[2].set(title="One step in a bowl of curvature $h$", xlabel=r"$\alpha h$", ylabel=r"$|\phi|$ after / before")
axes[2].legend(fontsize=8, loc="upper center")
plt.show()

# %% [markdown]
# ## What it means, and what it does not
#
# The formulas are theorems about small learning rates. The last slides go further: larger learning rates and smaller
# batches generalize better, and SGD generalizes better than gradient descent. Those are *observations*, made on many
# networks and contradicted on some. The formulas suggest one reason, since both penalties grow with $\alpha$, and
# smaller batches disagree more. They prove nothing about test error.
#
# > **Spot the error.** The slide *Loss and Regularization Surfaces* says that performance is generally best for larger
# > learning rates. A note on an earlier slide says that a large learning rate is good for regularization and bad for
# > stability. Both are written as facts. Draw the test error against the learning rate so that both are true. Which
# > experiment could show that the first is false for a network of yours, and what would you have to keep fixed in it:
# > the number of epochs, the number of steps, or the time $\alpha n$?
#
# ## Questions to think about
#
# 1. Derive the factor for SGD yourself, in the smallest case. Two batches have quadratic losses with Hessians $H_1$,
#    $H_2$. Write down where SGD ends after the orders (1, 2) and (2, 1), average the two, and compare with $\phi -
#    2\alpha \nabla\tilde L + 2\alpha^2 \bar H \bar g$, the flow to second order. The terms $H_1 g_1$ and $H_2 g_2$
#    are in no SGD step: what do they do in the formula, then?
# 2. You double the batch size to use a larger GPU, and a colleague advises to double the learning rate as well, "to
#    keep the regularization the same". With batches drawn at random the variance $V$ is about inversely proportional to
#    the batch size. Which of the two penalties of $\tilde L_{SGD}$ does the advice keep, and what does it do to the
#    other?
