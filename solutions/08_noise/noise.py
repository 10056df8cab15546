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
# # Adding noise
#
# Dropout was one way to disturb a network while it learns. There are three more places where a little randomness does
# some good, and DS 542 puts them on one slide: the inputs, the weights and the labels. Each claim on that slide is
# short, and each can be made exact:
#
# - noise on the **inputs** is a penalty on the weights: for a linear model it *is* ridge regression (8.1 to 8.3);
# - noise on the **weights** rewards solutions whose neighbors are good as well (8.4);
# - noise on the **labels** keeps a classifier from being too sure of itself. Its average has a name of its own, label
#   smoothing, and needs no noise at all (8.5 to 8.7).
#
# One idea runs through all three. Training with noise minimizes the loss that you get *on average over the noise*. If
# you can work out that average on paper, you know what the noise does, and you may even leave it out.
#
# Sources: DS 542, *Adding noise* (and Exercise 9.3 of the book that it cites, S. Prince, "Understanding Deep
# Learning"); STAT 453, *Reduce Network's Capacity*.
#
# **Conventions of this assignment**
#
# | Question | Here |
# |---|---|
# | How big is the noise? | `std` is the **standard deviation** $\sigma$, never the variance $\sigma^2$. |
# | Which noise? | Gaussian with mean 0, for each element on its own, and drawn anew each time. |
# | Sum or mean? | 8.2 is a **sum** over examples; 8.3 and 8.6 take the word as an argument. |
# | Who pays? | The weights. Never the intercept, in 8.2 and 8.3; never a bias, in 8.4. |
# | What is $\rho$? | The share of a label's probability that goes elsewhere. Where to: 8.5 has two answers. |
# | Logarithms? | Natural. |
# | Arguments | No function changes its arguments: values, `requires_grad`, `.grad`. (8.4 does, and undoes it.) |

# %% tags=["setup"]
import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn

# %% [markdown]
# ## 8.1 Noise on the inputs (`add_input_noise`, 5 points)
#
# In training, the network never sees the same example twice: every time it is shown
#
# $$ \tilde x = x + \sigma\,\varepsilon, \qquad \varepsilon_i \sim \mathcal{N}(0, 1) \text{ for each element,} $$
#
# with the label of $x$. In prediction it sees $x$ itself.
#
# Why should that help? A function that fits 15 points exactly may do what it likes between them. With noise, each
# point becomes a small cloud, and the target is the same all over the cloud. A function that jumps inside a cloud is
# wrong most of the time, so the network is pushed towards functions that change little over a distance of $\sigma$.
# When does it fail? When the truth itself changes over that distance: then the noise blurs what you wanted to learn.
#
# > **Spot the error.** The slide's figure shows noise "with different variances". A student reads 0.04 off it and
# > writes `0.04 * torch.randn(...)`. How large is the noise that the student gets, compared with the noise of the
# > figure? Which way round is the mistake for a variance above 1?


# %% tags=["task"]
def add_input_noise(x: Tensor, std: float, training: bool = True, generator: torch.Generator | None = None) -> Tensor:
    """Add Gaussian noise to a batch of inputs while training.

    Parameters
    ----------
    x : floating-point tensor of any shape (0 rows included).
    std : the STANDARD DEVIATION of the noise, at least 0.
    training : True adds noise, False does not.
    generator : the source of the random numbers, on the device of ``x``; None is torch's default generator. All
        randomness comes from it: the same state gives the same noise, and each call in training advances it.

    Returns
    -------
    A tensor with the shape, dtype and device of ``x``. In training it is ``x`` plus noise from N(0, std^2), independent
    for every element (also within an example and across a batch), of the same size whatever ``x`` is, and drawn anew
    in each call. For std = 0 and in prediction its values are exactly those of ``x`` (it may be ``x`` itself).
    Differentiable in ``x``: the noise is a constant. ``x`` is not changed.

    Raises
    ------
    ValueError if ``std`` is negative, in training and in prediction.

    Source: DS 542, Adding noise.
    """
    # BEGIN SOLUTION
    if std < 0:
        raise ValueError(f"std must be at least 0, not {std}")
    if not training:
        return x
    return x + torch.empty_like(x).normal_(std=std, generator=generator)
    # END SOLUTION


# %% [markdown]
# The slide's figure, from your own function. A network with far too many parameters learns a curve from 15 points
# (red), three times: without noise, and with two sizes of noise. The small dots are what it was shown in the last 10
# steps. Between which points does the first network do something that nobody asked for? What does the last one get
# wrong?

# %% tags=["figure"]
import matplotlib.pyplot as plt

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, RED, ORANGE, GRAY = "#0072B2", "#D55E00", "#E69F00", "0.45"  # told apart by color-blind readers too


def toy_curve(x):
    """What the points are drawn from."""
    return torch.sin(2 * torch.pi * x)


toy_rng = torch.Generator().manual_seed(8)
toy_x = (torch.arange(15)[:, None] + torch.rand(15, 1, generator=toy_rng)) / 15
toy_y = toy_curve(toy_x) + 0.25 * torch.randn(15, 1, generator=toy_rng)
toy_grid = torch.linspace(0, 1, 300)[:, None]


def toy_network():
    """A network with far more parameters than there are points; always the same one."""
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(1, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
    with torch.no_grad():  # kinks all over [0, 1], so that the network can bend anywhere
        model[0].weight.normal_(0, 8)
        model[0].bias.copy_(-model[0].weight[:, 0] * torch.rand(64))
    return model


fig, axes = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained", sharey=True)
for axis, std in zip(axes, (0.0, 0.03, 0.15), strict=True):
    model, seen = toy_network(), []
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(1500):
        shown = add_input_noise(toy_x, std)
        seen = [*seen[-9:], shown]
        optimizer.zero_grad()
        (model(shown) - toy_y).square().mean().backward()
        optimizer.step()
    axis.plot(toy_grid, toy_curve(toy_grid), color=GRAY, ls="--", lw=1, label="the truth")
    axis.plot(toy_grid, model(toy_grid).detach(), color=BLUE, label="the network")
    axis.plot(torch.cat(seen), toy_y.repeat(len(seen), 1), ".", ms=2, color=ORANGE, label="shown in training")
    axis.plot(toy_x, toy_y, "o", ms=4.5, color=RED, label="data")
    axis.set(title=f"σ = {std}" if std else "no noise", xlabel="input x", xlim=(-0.05, 1.05), ylim=(-2, 2))
axes[0].set_ylabel("output")
axes[1].legend(frameon=False, fontsize=8, loc="lower left", markerscale=1.5)
fig.suptitle("Noise on the inputs smooths the fit, and too much of it flattens the truth")
plt.show()

# %% [markdown]
# ## 8.2 What the noise costs on average (`expected_input_noise_loss`, 8 points)
#
# Take the simplest model, $\hat y = x^\top w + b$ with squared error, and put fresh noise on the inputs of all $N$
# examples. What does training minimize *on average*? One row at a time: the prediction error is
#
# $$ y_i - (x_i + \sigma\varepsilon_i)^\top w - b \;=\;
#    \underbrace{(y_i - x_i^\top w - b)}_{\text{the error without noise}} \;-\; \sigma\,\varepsilon_i^\top w . $$
#
# Square it and average over $\varepsilon_i$. The mixed term vanishes since noise has mean 0. What remains is the
# variance of $\sigma\,\varepsilon_i^\top w$. Its terms are independent, so variances add up to $\sigma^2 \lVert w
# \rVert^2$: the same for each row, whatever the data. Summed over the rows,
#
# $$ \mathbb{E}_\varepsilon\big[\text{loss}\big] \;=\;
#    \sum_{i=1}^N (y_i - x_i^\top w - b)^2 \;+\; N \sigma^2 \lVert w \rVert^2 . $$
#
# This is Exercise 9.3, and it is the slide's "induces weight regularization". Two things are worth a second look. The
# intercept $b$ is not charged: it is multiplied by no input, so no noise passes through it. And nowhere did we use that
# the noise is Gaussian; mean 0, variance $\sigma^2$ and independence were enough.
#
# > **Spot the error.** "Noise on the inputs is L2 regularization." For which models did the calculation above go
# > through exactly? Dropout on the inputs (7.8) also multiplied out to a penalty on the weights, but there each weight
# > was charged by the size of its input. Why not here? What happens to each of the two if an input is measured in
# > millimeters and no longer in meters?


# %% tags=["task"]
def expected_input_noise_loss(X: Tensor, y: Tensor, w: Tensor, b: Tensor, std: float) -> Tensor:
    """The expected squared error of a linear model whose inputs are noisy, exactly.

    Parameters
    ----------
    X : inputs [N, D].
    y : targets [N].
    w : weights [D].
    b : intercept, a 0-d tensor.
    std : the standard deviation of the noise on each element of ``X``, independently; at least 0.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``X``: the expectation, over the noise, of the SUM over the examples of
    (target - prediction)^2, where the prediction x @ w + b is made from the noisy inputs. Exact, so without
    randomness. Differentiable in ``w`` and ``b``. No argument is changed.

    Raises
    ------
    ValueError if ``std`` is negative, if ``y`` does not have the shape [N] (an [N, 1] is refused too: subtraction would
    make an [N, N] of it), or if ``w`` does not have the shape [D].

    Source: DS 542, Adding noise (inputs).
    """
    # BEGIN SOLUTION
    n, d = X.shape
    if std < 0:
        raise ValueError(f"std must be at least 0, not {std}")
    if y.shape != (n,) or w.shape != (d,):
        raise ValueError(f"X {list(X.shape)}, y {list(y.shape)} and w {list(w.shape)} don't fit together")
    return (y - X @ w - b).square().sum() + n * std**2 * w.square().sum()
    # END SOLUTION


# %% [markdown]
# ## 8.3 Which ridge is it? (`input_noise_lambda`, 4 points)
#
# Compare 8.2 with ridge regression: squared error plus $\lambda \lVert w \rVert^2$. The two are the same objective, if
# $\lambda$ is chosen right. What is right depends on how the error is written, as so often in this course:
#
# $$ \underbrace{\sum_i (y_i - \hat y_i)^2}_{\text{"sum"}} + \lambda \lVert w \rVert^2 \qquad\text{or}\qquad
#    \underbrace{\frac1N \sum_i (y_i - \hat y_i)^2}_{\text{"mean"}} + \lambda \lVert w \rVert^2 . $$
#
# Divide 8.2 by $N$ and read off the second from the first. One of the two values of $\lambda$ does not know how many
# examples there are, and that one says more about the noise.
#
# > **Spot the error.** A student trains with noise of $\sigma = 0.1$ on 100 examples, finds the equivalent $\lambda$
# > for the sum of squares, and keeps it when 900 more examples come in. Is the new model regularized as the noise
# > would do it? By which factor is it off, and which way?


# %% tags=["task"]
def input_noise_lambda(std: float, n: int, reduction: str = "sum") -> float:
    """The strength of the ridge penalty that noise on the inputs of a linear model amounts to.

    Parameters
    ----------
    std : the standard deviation of the noise, at least 0.
    n : the number N of examples, at least 1.
    reduction : how the squared errors of the examples are put together in the objective that gets the penalty: "sum"
        or "mean".

    Returns
    -------
    The lambda, as a float (a 0-d tensor is accepted too), for which [sum or mean of the squared errors without noise] +
    lambda * (sum of the squared weights, without the intercept) is, for all weights, the expectation of [sum or mean of
    the squared errors with noise].

    Raises
    ------
    ValueError if ``std`` is negative, if ``n`` is less than 1, or if ``reduction`` is any other word.

    Source: DS 542, Adding noise (inputs) and Explicit regularization.
    """
    # BEGIN SOLUTION
    if std < 0 or n < 1:
        raise ValueError(f"std must be at least 0 and n at least 1, not {std} and {n}")
    if reduction not in ("sum", "mean"):
        raise ValueError(f"reduction must be 'sum' or 'mean', not {reduction!r}")
    return std**2 * (n if reduction == "sum" else 1)
    # END SOLUTION


# %% [markdown]
# Lines: ridge regression with your $\lambda$. Dots: ordinary least squares without any penalty, on 400 noisy copies of
# the data. At the right end the noise is as large as the inputs themselves, which have mean 0 and standard deviation 1.

# %% tags=["figure"]
figure_rng = torch.Generator().manual_seed(3)
n_rows, true_w = 30, torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
ridge_x = torch.randn(n_rows, 3, generator=figure_rng, dtype=torch.float64)
ridge_x = (ridge_x - ridge_x.mean(dim=0)) / ridge_x.std(dim=0)
ridge_y = ridge_x @ true_w + 3 + 0.3 * torch.randn(n_rows, generator=figure_rng, dtype=torch.float64)


def least_squares(x, y):
    """Weights and intercept without a penalty."""
    return torch.linalg.lstsq(torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], dim=1), y[:, None]).solution[:, 0]


def ridge(std):
    """Weights and intercept with the penalty that the noise amounts to."""
    penalty = torch.diag(torch.tensor([1.0, 1.0, 1.0, 0.0], dtype=torch.float64)) * input_noise_lambda(std, n_rows)
    design = torch.cat([ridge_x, torch.ones(n_rows, 1, dtype=torch.float64)], dim=1)
    return torch.linalg.solve(design.T @ design + penalty, design.T @ ridge_y)


levels = torch.linspace(0, 1, 11).tolist()
noisy = torch.stack(
    [
        least_squares(add_input_noise(ridge_x.repeat(400, 1), std, True, figure_rng), ridge_y.repeat(400))
        for std in levels
    ]
)
smooth_levels = torch.linspace(0, 1, 101).tolist()
exact = torch.stack([ridge(std) for std in smooth_levels])

fig, axis = plt.subplots(figsize=(7.5, 3.6), layout="constrained")
for column, (name, color) in enumerate(
    (("weight 1", BLUE), ("weight 2", RED), ("weight 3", "#009E73"), ("intercept", GRAY))
):
    axis.plot(smooth_levels, exact[:, column], color=color)
    axis.plot(levels, noisy[:, column], "o", ms=4.5, color=color)
    axis.annotate(name, (1.0, float(exact[-1, column])), (6, 0), textcoords="offset points", color=color, va="center")
axis.plot([], [], color="black", label="ridge regression, λ from 8.3")
axis.plot([], [], "o", ms=4.5, color="black", label="no penalty, 400 noisy copies of the data")
axis.axhline(0, color="black", lw=0.5)
axis.set(xlabel="standard deviation σ of the noise on the inputs", ylabel="coefficient", xlim=(-0.02, 1.18))
axis.set_title("Noise on the inputs is ridge regression: the weights shrink, the intercept does not pay")
axis.legend(frameon=False, fontsize=8, loc="center", bbox_to_anchor=(0.42, 0.83))
plt.show()

# %% [markdown]
# ## 8.4 Noise on the weights (`perturbed_weights`, 8 points)
#
# Now leave the data alone and shake the network: for the length of one training step, replace each weight matrix by
#
# $$ \tilde W = W + \sigma E, \qquad E_{ij} \sim \mathcal{N}(0, 1), $$
#
# compute the loss and its gradient *there*, put the weights back, and take the step from where you were. On average
# this minimizes the loss in a neighborhood of $W$ and not at $W$ alone. To second order,
#
# $$ \mathbb{E}_E\big[L(W + \sigma E)\big] \;\approx\; L(W) + \frac{\sigma^2}{2} \operatorname{tr} \nabla^2 L(W) , $$
#
# so sharp minima (large curvature) become expensive and flat ones do not. That is the slide's robustness to small
# perturbations, and it is also why the weights of such a network can be stored with few digits.
#
# Which weights? Those that a norm penalty counts (3.1): of linear and convolutional layers, at any depth, each tensor
# once even if two layers share it. Biases and normalization layers are left alone.
#
# The mathematics is easy; the bookkeeping is the task. You write a *context manager*, something to be used as
#
# ```python
# with perturbed_weights(model, 0.1):
#     loss(model(x), y).backward()  # forward and backward in the neighborhood
# optimizer.step()  # the step, from the true weights
# ```
#
# When the block ends, the weights must be what they were, **to the last bit**. A computer's $(w + e) - e$ is *not*
# $w$: try `(0.1 + 0.7) - 0.7`. And they must be put back also when the block ends with an exception; a training loop
# that somebody interrupts should not leave a slightly different network behind. `contextlib.contextmanager` turns a
# function with one `yield` into such a thing: what stands before the `yield` happens on entry, what stands after it
# on leaving. You may also return an object of your own class with `__enter__` and `__exit__`; then take the decorator
# away.
#
# > **Spot the error.** "Noise on the weights, noise on the inputs: both are weight decay." Calculate for the linear
# > model of 8.2 what noise on $w$ adds to the loss on average. By which quantity does the sum of squares grow,
# > and what does it do to the minimizer? (So what must a model have before weight noise can do anything for it?)
#
# > **Spot the error.** "Small weight perturbations": small compared with what? Take a network with one hidden layer of
# > ReLU units, multiply its first layer by 100 and divide its second weight by 100. The function is the same. Is it as
# > robust as before to noise of a fixed $\sigma$?


# %% tags=["task"]
@contextlib.contextmanager
def perturbed_weights(model: nn.Module, std: float, generator: torch.Generator | None = None) -> Iterator[None]:
    """A context manager inside which the weights of ``model`` carry Gaussian noise.

    Parameters
    ----------
    model : any module. Its weights are the ``.weight`` of each ``nn.Linear``, ``nn.Conv1d``, ``nn.Conv2d`` and
        ``nn.Conv3d`` (``isinstance``), at any depth, the model itself included.
    std : the standard deviation of the noise, at least 0.
    generator : the source of the random numbers, on the device of the model; None is torch's default generator. All
        randomness comes from it: the same state gives the same noise.

    Inside ``with perturbed_weights(model, std):`` each weight has noise from N(0, std^2) added, independently for each
    of its elements, and drawn anew on each entry. A weight that two layers share, or of a layer that is used
    twice, gets its noise once. All other parameters and buffers stay as they are. The Parameters remain the
    same objects, require gradients as before, and keep their dtype and device, so a forward and a backward pass inside
    the block work, and give the gradients at the noisy weights.

    On leaving, every weight has bitwise the value that it had on entry, also if the block ends with an exception (which
    goes on to the caller, whatever it is). Gradients that were computed inside stay in ``.grad``. What ``as`` gives is
    up to you.

    Raises
    ------
    ValueError, at the latest on entry, if ``std`` is negative; ``model`` is then unchanged.

    Source: DS 542, Adding noise (weights).
    """
    # BEGIN SOLUTION
    if std < 0:
        raise ValueError(f"std must be at least 0, not {std}")
    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
    weights = {id(layer.weight): layer.weight for layer in model.modules() if isinstance(layer, kinds)}
    saved = [(weight, weight.detach().clone()) for weight in weights.values()]
    try:
        with torch.no_grad():
            for weight, _ in saved:
                weight.add_(torch.empty_like(weight).normal_(std=std, generator=generator))
        yield
    finally:
        with torch.no_grad():
            for weight, before in saved:
                weight.copy_(before)
    # END SOLUTION


# %% [markdown]
# Two networks for the same 15 points, with the same start: one trained as usual, one inside your `with` block. Then
# both are shaken, 40 times for each size of noise. Which of the two fits its data better when nobody shakes it?

# %% tags=["figure"]
fig, axes = plt.subplots(1, 2, figsize=(10, 3.5), layout="constrained")
shaken = torch.linspace(0, 0.2, 9).tolist()
for train_std, color, marker, label in (
    (0.0, RED, "o", "trained as usual"),
    (0.05, BLUE, "s", "trained with weight noise, σ = 0.05"),
):
    model = toy_network()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(1500):
        optimizer.zero_grad()
        with perturbed_weights(model, train_std):
            (model(toy_x) - toy_y).square().mean().backward()
        optimizer.step()
    rises = []
    for std in shaken:
        losses = []
        for _ in range(40):
            with torch.no_grad(), perturbed_weights(model, std):
                losses.append(float((model(toy_x) - toy_y).square().mean()))
        rises.append(sum(losses) / len(losses))
    axes[0].plot(toy_grid, model(toy_grid).detach(), color=color, label=label)
    axes[1].semilogy(shaken, rises, marker + "-", ms=4, color=color, label=label)
axes[0].plot(toy_grid, toy_curve(toy_grid), color=GRAY, ls="--", lw=1, label="the truth")
axes[0].plot(toy_x, toy_y, "o", ms=4, color="black", label="data")
axes[0].set(title="The two networks, at rest", xlabel="input x", ylabel="output", ylim=(-2.2, 2))
axes[0].legend(frameon=False, fontsize=8, loc="lower left")
axes[1].set(title="Shaken, the usual one loses its fit sooner", xlabel="standard deviation of the noise on its weights")
axes[1].set_ylabel("mean training loss, shaken")
axes[1].legend(frameon=False, fontsize=8, loc="lower right")
plt.show()

# %% [markdown]
# ## 8.5 Smoothed labels (`smooth_labels`, 7 points)
#
# A one-hot label claims certainty: probability 1 for one class, 0 for the rest. No softmax with finite logits can
# ever satisfy it, so the logits grow for as long as you train. Smoothing asks for a little less. The share $\rho$ is
# taken away from the true class, and there are *two* conventions for where it goes:
#
# $$ \text{"others":}\quad
#    q_k = \begin{cases} 1 - \rho & \text{true class} \\ \dfrac{\rho}{K-1} & \text{any other} \end{cases}
#    \qquad\qquad \text{"all":}\quad q_k = (1 - \rho)\,\mathbf{1}[k \text{ is true}] + \frac{\rho}{K} . $$
#
# The first is the average of a label that is wrong with probability $\rho$: it gives $\rho$ to the other classes
# only. The second spreads $\rho$ evenly over *all* classes, so the true one gets some of it back; this is what the
# paper that made smoothing popular did, and what PyTorch's `label_smoothing` does. Both give rows that sum to 1, and
# both have the same shape: find the number $\varepsilon$ for which "all" with $\varepsilon$ equals "others" with
# $\rho$, by comparing what an *other* class gets. (The tests know that number too.)
#
# > **Spot the error.** The slide says that noise on labels reduces overconfidence, gives no formula, and so hides that
# > "$\rho = 0.1$" means two things. For 10 classes the difference is small. Calculate what the true class gets for $K =
# > 2$ and $\rho = 0.5$ in both conventions. Which of the two has stopped to be a label?
#
# > **Spot the error.** Public code calls a *smoothing factor* what others call confidence: it asks for 0.9 where you
# > would say 0.1. What does a network learn from labels that are smoothed with $\rho = 0.9$, "others", and 10 classes?


# %% tags=["task"]
# BEGIN SOLUTION
def _check_labels(targets: Tensor, num_classes: int) -> None:
    """Raise ValueError unless these are labels of at least two classes."""
    if num_classes < 2:
        raise ValueError(f"num_classes must be at least 2, not {num_classes}")
    if ((targets < 0) | (targets >= num_classes)).any():
        raise ValueError(f"targets must lie between 0 and {num_classes - 1}")


# END SOLUTION
def smooth_labels(targets: Tensor, num_classes: int, rho: float, spread: str = "others") -> Tensor:
    """Class labels as smoothed probabilities.

    Parameters
    ----------
    targets : int64 tensor [N], labels between 0 and num_classes - 1. Not every class need occur.
    num_classes : the number K of classes, at least 2.
    rho : the share that is taken from the true class, at least 0 and less than 1.
    spread : "others" shares ``rho`` out evenly among the K - 1 other classes; "all" shares it out evenly among all K
        classes, the true one included.

    Returns
    -------
    [N, K] probabilities in torch's default floating-point dtype (float32, unless somebody has changed it), on the
    device of ``targets``; each row sums to 1. rho = 0 gives one-hot rows. ``targets`` is not changed.

    Raises
    ------
    ValueError if ``rho`` is outside [0, 1), if ``num_classes`` is less than 2, if a target is negative or not less than
    ``num_classes``, or if ``spread`` is any other word.

    Source: DS 542, Adding noise (labels).
    """
    # BEGIN SOLUTION
    _check_labels(targets, num_classes)
    if not 0.0 <= rho < 1.0:
        raise ValueError(f"rho must lie in [0, 1), not {rho}")
    if spread not in ("others", "all"):
        raise ValueError(f"spread must be 'others' or 'all', not {spread!r}")
    share = rho / (num_classes - 1 if spread == "others" else num_classes)
    smoothed = torch.full((len(targets), num_classes), share, device=targets.device)
    return smoothed.scatter(1, targets[:, None], 1.0 - (num_classes - 1) * share)
    # END SOLUTION


# %% [markdown]
# ## 8.6 Cross-entropy with soft labels (`soft_cross_entropy`, 7 points)
#
# A label that is a distribution $q$ needs a loss that takes one. For logits $z$,
#
# $$ \ell(z, q) = -\sum_{k=1}^{K} q_k \log p_k, \qquad p = \operatorname{softmax}(z), \qquad
#    \log p_k = z_k - \log \sum_j e^{z_j} . $$
#
# With a one-hot $q$ a single term is left, the loss that you know. The gradient is as simple as ever:
# $\partial \ell / \partial z = p - q$. So the loss is smallest where $p = q$, and there it equals the entropy of
# $q$, which is more than 0. With hard labels the minimum lies at infinity; with smoothed ones it lies at finite
# logits, and the distance between the logit of the true class and any other is, at the minimum, $\log$ of the ratio
# of their labels.
#
# Two traps. Computing the softmax first and its logarithm afterwards gives $\log 0$ as soon as the logits differ
# by more than a hundred or so; the formula on the right, with the largest logit subtracted inside the sum, does not.
# And "mean" is over the $N$ *examples*; the sum over classes is always a sum.
#
# > **Spot the error.** "My training loss does not go below 0.5, so the network cannot learn the task." The network
# > was trained with `label_smoothing=0.1` on 10 classes. What is the smallest loss that *any* network could have?
# > How can you compare this run with one that used hard labels?
#
# Write the loss yourself: torch's own `cross_entropy` takes probabilities and can smooth labels, so calling
# `nn.functional.cross_entropy` or `nn.CrossEntropyLoss` is refused in this task. (Its log-softmax is welcome.)


# %% tags=["task"]
def soft_cross_entropy(logits: Tensor, probs: Tensor, reduction: str = "mean") -> Tensor:
    """Cross-entropy between label distributions and the softmax of logits, in nats.

    Parameters
    ----------
    logits : floating-point tensor [N, K], N at least 1; finite, of any size.
    probs : [N, K], of the same dtype; each row is a distribution over the K classes, in which zeros are allowed.
    reduction : "mean" over the N examples, their "sum", or "none".

    Returns
    -------
    The loss with the dtype and device of ``logits``: a 0-d tensor, or [N] for "none". Finite for logits as far apart as
    10,000 and more. Differentiable in ``logits``. No argument is changed.

    Raises
    ------
    ValueError if ``reduction`` is any other word, if the shapes of ``logits`` and ``probs`` differ, or if there are no
    examples.

    Write it yourself: a call of ``nn.functional.cross_entropy`` or ``nn.CrossEntropyLoss`` is refused here.

    Source: DS 542, Adding noise (labels).
    """
    # BEGIN SOLUTION
    if logits.shape != probs.shape or len(logits) == 0:
        raise ValueError(f"logits {list(logits.shape)} and probs {list(probs.shape)} must be alike, and not empty")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', not {reduction!r}")
    losses = -(probs * torch.log_softmax(logits, dim=1)).sum(dim=1)
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()
    # END SOLUTION


# %% [markdown]
# The loss of one example with 10 classes, as the logit of the true class moves away from the other nine. Only the hard
# label has no minimum. The dots are where $p = q$; their height is the entropy of the label.

# %% tags=["figure"]
gaps = torch.linspace(-1, 10, 221, dtype=torch.float64)
gap_logits = torch.zeros(len(gaps), 10, dtype=torch.float64)
gap_logits[:, 0] = gaps
fig, axes = plt.subplots(1, 2, figsize=(10, 3.5), layout="constrained")
for rho, color, style in ((0.0, "black", "-"), (0.05, BLUE, "--"), (0.1, ORANGE, "-"), (0.3, RED, "-.")):
    label = smooth_labels(torch.tensor([0]), 10, rho, "all").double()
    curve = soft_cross_entropy(gap_logits, label.expand(len(gaps), 10), "none")
    axes[0].plot(gaps, curve, style, color=color, label=f"ρ = {rho}" if rho else "hard label")
    if rho:
        lowest = int(curve.argmin())
        axes[0].plot(float(gaps[lowest]), float(curve[lowest]), "o", color=color)
axes[0].set(title="A smoothed label makes too much confidence expensive", ylabel="cross-entropy / nats", ylim=(0, 3.4))
axes[0].set_xlabel("logit of the true class, minus that of the others")
axes[0].legend(frameon=False, fontsize=8, loc="upper center", title='spread = "all"', title_fontsize=8)

shares = torch.linspace(0.005, 0.9, 180).tolist()
for spread, color, style in (("others", BLUE, "-"), ("all", ORANGE, "--")):
    best = [smooth_labels(torch.tensor([0]), 10, share, spread)[0].log() for share in shares]
    axes[1].plot(shares, [float(q[0] - q[1]) for q in best], style, color=color, label=f'"{spread}"')
axes[1].axhline(0, color="black", lw=0.5)
axes[1].set(title="The distance of the logits that it asks for", xlabel="ρ", ylabel="logit distance at the minimum")
axes[1].legend(frameon=False, fontsize=8, title="spread (10 classes)", title_fontsize=8)
plt.show()

# %% [markdown]
# ## 8.7 ★ Wrong labels (`flip_labels`, 6 bonus points)
#
# Smoothing is a calculation; here is the experiment behind it. With probability $\rho$, replace a label by a
# **different** class, each of the other $K - 1$ equally often:
#
# $$ \Pr(\tilde t = t) = 1 - \rho, \qquad \Pr(\tilde t = k) = \frac{\rho}{K-1} \quad (k \ne t) . $$
#
# These are the probabilities of "others" in 8.5. And since cross-entropy is linear in the label, its average
# over the wrong labels is the cross-entropy with the smoothed one, for *any* logits. So training on labels that are
# redrawn in each step is, on average, label smoothing.
#
# Labels that are wrong once and for all are another matter. A network with enough parameters learns them by heart; that
# is how the double descent of DS 542's first part gets its peak on real data: the book's notebook on double descent
# spoils the labels of MNIST-1D before training.
#
# > **Spot the error.** That notebook says that 15 % of its labels are random, and it draws them uniformly from all 10
# > classes. How many of them are *wrong*? Give the general formula for what `randint(K)` does to $\rho$, and the two
# > conventions of 8.5 will greet you again.


# %% tags=["task"]
def flip_labels(targets: Tensor, num_classes: int, rho: float, generator: torch.Generator | None = None) -> Tensor:
    """Replace labels by wrong ones, at random.

    Parameters
    ----------
    targets : int64 tensor [N] (N = 0 included), labels between 0 and num_classes - 1.
    num_classes : the number K of classes, at least 2.
    rho : the probability that a label is replaced, in [0, 1].
    generator : the source of the random numbers, on the device of ``targets``; None is torch's default generator. All
        randomness comes from it: the same state gives the same labels, and each call draws anew.

    Returns
    -------
    A new int64 tensor [N] on the device of ``targets``. Each label, independently of all others, is with probability
    ``rho`` replaced by a DIFFERENT class, every one of the K - 1 others equally likely, and kept otherwise.
    So rho = 0 changes no label and rho = 1 changes every one. ``targets`` is not changed.

    Raises
    ------
    ValueError if ``rho`` is outside [0, 1], if ``num_classes`` is less than 2, or if a target is negative or not less
    than ``num_classes``.

    Source: DS 542, Adding noise (labels).
    """
    # BEGIN SOLUTION
    _check_labels(targets, num_classes)
    if not 0.0 <= rho <= 1.0:
        raise ValueError(f"rho must lie in [0, 1], not {rho}")
    wrong = torch.rand(targets.shape, generator=generator, device=targets.device) < rho
    step = torch.randint(1, num_classes, targets.shape, generator=generator, device=targets.device)
    return (targets + wrong * step) % num_classes
    # END SOLUTION


# %% tags=["figure"]
label_rng = torch.Generator().manual_seed(15)
clean = torch.arange(60_000) % 10
spoiled = flip_labels(clean, 10, 0.3, label_rng)
share = torch.zeros(10, 10).index_put((clean, spoiled), torch.ones(len(clean)), accumulate=True) / 6000
fig, axes = plt.subplots(1, 2, figsize=(10, 3.7), layout="constrained")
fig.get_layout_engine().set(w_pad=0.15)
image = axes[0].imshow((100 * share).masked_fill(torch.eye(10) == 1, torch.nan), cmap="cividis", vmin=0, vmax=6)
for k in range(10):
    axes[0].text(k, k, f"{100 * share[k, k]:.0f}", ha="center", va="center", fontsize=8)
axes[0].set(title="ρ = 0.3: no wrong class is preferred", xlabel="label afterwards", ylabel="label before")
axes[0].set(xticks=range(10), yticks=range(10))
axes[0].spines[:].set_visible(True)
fig.colorbar(image, ax=axes[0], label="share of the row / %\n(kept: the numbers)")

one_logits = torch.randn(1, 10, generator=label_rng, dtype=torch.float64)
drawn = flip_labels(torch.full((3000,), 4), 10, 0.3, label_rng)
hard_losses = soft_cross_entropy(one_logits.expand(3000, 10), torch.eye(10, dtype=torch.float64)[drawn], "none")
running = hard_losses.cumsum(0) / torch.arange(1, 3001)
wanted = soft_cross_entropy(one_logits, smooth_labels(torch.tensor([4]), 10, 0.3).double())
axes[1].semilogx(range(1, 3001), running, color=BLUE, label="average over wrong labels (8.7)")
axes[1].axhline(float(wanted), color=RED, ls="--", label="with the smoothed label (8.5, 8.6)")
axes[1].set(title="On average, wrong labels are smoothed labels", xlabel="labels drawn", ylabel="cross-entropy / nats")
axes[1].legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# ## Questions to think about
#
# 1. On MNIST-1D (the book's network with two hidden layers, means over 4 seeds) we measured a test error of 34.8 %
#    without any regularizer; 33.5 % and 32.1 % with input noise of $\sigma = 0.1$ and $0.3$; and 39.2 % with label
#    smoothing of 0.1. So one kind of noise helped a little, and the other did harm. Name two things that label
#    smoothing could still have made better and that the test *error* does not show. How would you measure them?
# 2. In 8.2 the noise on the inputs became a penalty that needs no noise. For a network this works only approximately:
#    where the fit is good, and to second order in $\sigma$ the penalty is $\sigma^2$ times the squared length of the
#    gradient of the *output* with respect to the *input*. What does that penalty become for the linear model? Why
#    would you rather add noise than compute it?
