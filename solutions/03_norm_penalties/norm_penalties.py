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
# # Norm penalties: L2, L1 and weight decay
#
# A network with large weights can turn a tiny change of its input into a large change of its output. A **norm
# penalty** puts a price on large weights: we no longer ask only *how well do you fit?* but also *how big did you
# have to be?* This assignment builds both classic penalties, adds them to a cost, turns them into a gradient step,
# and then takes a close look at a sentence that everybody repeats: "weight decay is just L2 by another name".
#
# Lectures: DS 542, "L2 Regularization", "Why does L2 regularization help?", "PyTorch Explicit L2 Regularizer";
# STAT 453, "L2 Regularization for Linear Models" to "L2 regularization for Neural Networks in PyTorch".
#
# **Two decks, one minimizer.** DS 542 adds $\lambda\, g[\phi]$ to a *sum* of losses; STAT 453 adds
# $\frac{\lambda}{n} g$ to their *mean*. Both are the same problem:
#
# $$\sum_{i=1}^{n} \ell_i + \lambda\, g \;=\;
# n \left( \frac{1}{n}\sum_{i=1}^{n} \ell_i + \frac{\lambda}{n}\, g \right).$$
#
# The same $\lambda$ gives the same minimizer; only the gradient's length differs, by the factor $n$. So a learning
# rate that suits one form does not suit the other.
#
# **Conventions for all tasks here**
#
# | question | answer |
# |---|---|
# | sum or mean? | the data cost is a **mean** over $n$ examples (STAT 453) |
# | what is $n$? | an argument: the number of examples that the mean stands for (see below) |
# | which parameters pay? | the weights of linear and convolutional layers (task 3.1), and nothing else |
# | factor on $\lambda$ | $\frac{\lambda}{n}\sum w^2$ with no $\frac12$; its gradient is $\frac{2\lambda}{n} w$ |
# | slope of $\lvert w \rvert$ at 0 | 0, as in PyTorch |
#
# With mini-batches pass the size of the *data set* for $n$. With the batch size the penalty would grow whenever the
# last batch is small.
#
# **House rules.** Your functions never change their arguments: not the values, not `requires_grad`, not `.grad`.
# They keep dtype and device. "0-d tensor" means `shape == ()`.

# %% tags=["setup"]
import torch
from torch import Tensor, nn

# %% [markdown]
# ## 3.1 Which tensors pay (`penalized_weights`, 7 points)
#
# A bias moves a unit's threshold. It does not make the unit steeper, so charging for it buys no smoothness and only
# pulls the output towards zero. A normalization layer's scale $\gamma$ has a natural size of 1, not of 0. An embedding
# row is touched by few examples but would be shrunk by every step. What makes a network steep are the matrices
# (and kernels) that multiply activations. So we collect exactly those: the weight of every linear and convolutional
# layer, **as the very objects that the model holds**. A copy would have the right numbers but no
# gradient would reach the model through it.
#
# Real models are nested, share layers, and tie weights. A weight that is used twice is still one weight: list it
# once, at its first place in the order of `model.modules()`.
#
# > **Spot the error.** DS 542, "L2 Regularization", writes $\lambda \sum_j \phi_j^2$, the sum over *all* parameters,
# > and says three lines below that in networks the penalty is usually put on weights only. The two give different
# > networks. Imagine data with $y \approx 100 + \text{noise}$ and a large $\lambda$: what does each version predict?
#
# > **Spot the error.** STAT 453, "L2 regularization for Neural Networks in PyTorch", selects parameters by asking
# > whether their *name* contains the letters "weight". Print the names of the parameters of an `nn.BatchNorm1d`, of an
# > `nn.Embedding`, and of an `nn.ModuleDict` with a linear layer stored under "weight_branch". What is caught that
# > should not be? What is missed when a programmer calls a matrix `W`?


# %% tags=["task"]
def penalized_weights(model: nn.Module) -> list[nn.Parameter]:
    """The weights of ``model`` that a norm penalty counts.

    These are the ``.weight`` of each ``nn.Linear``, ``nn.Conv1d``, ``nn.Conv2d`` and ``nn.Conv3d`` (``isinstance``)
    anywhere in the model, at any depth, the model itself included; no bias, no parameter of any other layer,
    whatever its name. They come in the order of ``model.modules()``, each of them once, also where a layer is used
    in two places or two layers share one weight. The list holds the Parameters themselves, not copies. A model
    without such layers gives an empty list. ``model`` is not changed.

    Source: DS 542, "L2 Regularization"; STAT 453, "L2 regularization for Neural Networks in PyTorch".
    """
    # BEGIN SOLUTION
    layers = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
    found: dict[int, nn.Parameter] = {}
    for module in model.modules():
        if isinstance(module, layers):
            found.setdefault(id(module.weight), module.weight)
    return list(found.values())
    # END SOLUTION


# %% [markdown]
# ## 3.2 L2 penalty (`l2_penalty`, 6 points)
#
# For a network with weights $W^{(1)}, \dots, W^{(L)}$ the L2 penalty is the sum of the squared Frobenius norms,
#
# $$\Omega_2 = \sum_{l=1}^{L} \lVert W^{(l)} \rVert_F^2, \qquad \lVert W \rVert_F^2 = \sum_{i}\sum_{j} w_{ij}^2 .$$
#
# A kernel of a convolution has more than two indices; the sum runs over all of them. There is no $\frac12$ and no
# mean here.
#
# *Why it helps.* With activations that never stretch distances (ReLU, tanh) a network obeys
#
# $$\lVert f(x) - f(x') \rVert \;\le\; \Big(\prod_{l} \lVert W^{(l)} \rVert_2\Big)\, \lVert x - x' \rVert ,
# \qquad \lVert W \rVert_2 \le \lVert W \rVert_F ,$$
#
# with $\lVert W \rVert_2$ the largest singular value. Small Frobenius norms, layer by layer, bound how fast the
# output can change. That is the slides' "smaller weights attenuate changes", followed all the way back to the input.
# ($W$ is the matrix of a linear layer. A kernel acts at many places: for a convolution take the matrix of the whole
# map, whose norm can be larger than the kernel's.)
#
# *When it fails.* Put a BatchNorm right behind a linear layer. Multiplying $W$ by 0.01 then changes (almost) nothing
# about the function, but makes the penalty ten thousand times smaller. There the penalty no longer measures steepness;
# it only changes the effective learning rate.


# %% tags=["task"]
def l2_penalty(model: nn.Module) -> Tensor:
    """Sum over the penalized weights of their squared entries: sum_l ||W_l||_F^2, without a factor 1/2.

    Penalized are the ``.weight`` of Linear and Conv1d/2d/3d layers (task 3.1), each once, of any shape. Returns a
    0-d tensor of the weights' dtype and device, differentiable in the weights, also where a weight is zero. A model
    without such layers gives 0 (a 0-d tensor or a number). ``model`` is not changed.

    Source: STAT 453, "L2 regularization for Multilayer Neural Networks"; DS 542, "L2 Regularization".
    """
    # BEGIN SOLUTION
    squares = [weight.pow(2).sum() for weight in penalized_weights(model)]
    return torch.stack(squares).sum() if squares else torch.zeros(())
    # END SOLUTION


# %% [markdown]
# ## 3.3 L1 penalty (`l1_penalty`, 5 points)
#
# The L1 penalty charges the absolute value of every entry,
#
# $$\Omega_1 = \sum_{l=1}^{L} \sum_{i,j} \lvert w^{(l)}_{ij} \rvert .$$
#
# It is the sum over *entries*, not the operator norm that books write $\lVert W \rVert_1$ for a matrix (the largest
# column sum). Its slope is $+1$ or $-1$ however small the weight: L2 pushes less and less as a weight comes near zero,
# L1 keeps pushing. That is where sparsity comes from, and you will see it happen in 3.7.
#
# *When it fails.* $\lvert w \rvert$ has a kink at 0. Plain gradient steps do not land on the kink, they jump back and
# forth across it; so a network trained with L1 and SGD has many *tiny* weights but hardly any that are exactly 0. At
# the kink itself we use the slope 0, as PyTorch does.


# %% tags=["task"]
def l1_penalty(model: nn.Module) -> Tensor:
    """Sum over the penalized weights of the absolute values of their entries.

    Penalized are the ``.weight`` of Linear and Conv1d/2d/3d layers (task 3.1), each once, of any shape. Returns a
    0-d tensor of the weights' dtype and device, differentiable in the weights; the slope at an entry that is exactly
    0 is 0. A model without such layers gives 0 (a 0-d tensor or a number). ``model`` is not changed.

    Source: STAT 453, "L1 Regularization for Linear Models".
    """
    # BEGIN SOLUTION
    sizes = [weight.abs().sum() for weight in penalized_weights(model)]
    return torch.stack(sizes).sum() if sizes else torch.zeros(())
    # END SOLUTION


# %% [markdown]
# ## 3.4 The regularized cost (`regularized_cost`, 8 points)
#
# Now we add the price to the bill. With a data cost $C$ that is already the **mean** over $n$ examples,
#
# $$C_{\text{reg}} = C + \frac{\lambda}{n}\, \Omega, \qquad C = \frac{1}{n}\sum_{i=1}^{n} \ell_i, \qquad
# \Omega \in \{\Omega_2, \Omega_1\}.$$
#
# Read $\frac{\lambda}{n}$ as a vote: $\lambda$ is a fixed opinion about the weights (DS 542 derives it from a prior),
# and each new example makes it count less. Twice the data, half the price.
#
# *When it fails.* Pass the batch size for $n$ and the strength of your regularizer depends on how you cut the data
# into batches. And no $\lambda$ is right for all: too large, and the boundary is too simple (high bias); too small, and
# it follows the noise (high variance). In the notebook the figure below this task shows all three.
#
# > **Spot the error.** STAT 453, "L2 regularization for Multilayer Neural Networks" gives a formula for the cost and
# > one for the gradient step. The code on the next slide, "L2 regularization for Neural Networks in PyTorch", adds
# > `2./targets.size(0) * LAMBDA * L2` to the cost. Differentiate that by hand. Does it give the step on the slide
# > before? Which half of the derivation was done twice? We grade the *formula*; keep the code in mind for 3.6.


# %% tags=["task"]
def regularized_cost(cost: Tensor, model: nn.Module, lam: float, n: int, norm: str = "l2") -> Tensor:
    """``cost`` plus ``lam / n`` times the model's penalty.

    ``cost`` is a 0-d tensor, the data cost, already a MEAN over ``n`` examples. ``norm`` chooses the penalty: "l2"
    (task 3.2) or "l1" (task 3.3). Returns a new 0-d tensor of the dtype and device of ``cost``, differentiable in
    ``cost`` and in the model's weights. Neither ``cost`` nor ``model`` is changed.

    Raises ValueError where ``n < 1``, ``lam < 0`` or ``norm`` is neither "l2" nor "l1". ``lam = 0`` is fine.

    Source: STAT 453, "L2 Regularization for Linear Models", "L1 Regularization for Linear Models" and "L2
    regularization for Multilayer Neural Networks".
    """
    # BEGIN SOLUTION
    penalties = {"l2": l2_penalty, "l1": l1_penalty}
    if norm not in penalties:
        raise ValueError(f"norm must be 'l2' or 'l1', not {norm!r}")
    if n < 1 or lam < 0:
        raise ValueError(f"need n >= 1 and lam >= 0, not n={n}, lam={lam}")
    return cost + (lam / n) * penalties[norm](model)
    # END SOLUTION


# %% tags=["figure"]
# One small network, one noisy data set, three prices on large weights: the boundary goes from nervous to dull.
import matplotlib.pyplot as plt


def two_arcs(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Two interleaved half circles, ``count`` points in all, with noise: inputs [count, 2] and labels 0/1 [count]."""
    label = torch.arange(count) % 2
    angle = torch.pi * torch.rand(count, generator=generator)
    side = 1 - 2 * label
    arcs = torch.stack([side * torch.cos(angle) + label, side * torch.sin(angle) + 0.4 * label], dim=1)
    return arcs + 0.35 * torch.randn(count, 2, generator=generator), label


def train_arcs(lam: float, inputs: Tensor, labels: Tensor) -> nn.Sequential:
    """A small network trained on the regularized mean cross-entropy."""
    torch.manual_seed(3)
    net = nn.Sequential(nn.Linear(2, 50), nn.ReLU(), nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 2))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(1500):
        data_cost = nn.functional.cross_entropy(net(inputs), labels)
        optimizer.zero_grad()
        regularized_cost(data_cost, net, lam, len(inputs)).backward()
        optimizer.step()
    return net


generator = torch.Generator().manual_seed(11)
inputs, labels = two_arcs(60, generator)
fresh_inputs, fresh_labels = two_arcs(4000, generator)
ticks_x, ticks_y = torch.linspace(-2.1, 3.1, 160), torch.linspace(-1.7, 2.1, 120)
plane = torch.cartesian_prod(ticks_x, ticks_y)

figure, panels = plt.subplots(1, 3, figsize=(12, 4.2), sharey=True, layout="constrained")
for panel, lam, verdict in zip(panels, (0.0, 0.3, 4.0), ("high variance", "a compromise", "high bias"), strict=True):
    net = train_arcs(lam, inputs, labels)
    with torch.no_grad():
        chance = net(plane).softmax(dim=1)[:, 1].reshape(160, 120)
        seen, fresh = (
            (net(x).argmax(1) != y).double().mean() for x, y in ((inputs, labels), (fresh_inputs, fresh_labels))
        )
        size = float(l2_penalty(net))
    shades = panel.contourf(ticks_x, ticks_y, chance.T, levels=torch.linspace(0, 1, 11), cmap="RdBu", alpha=0.7)
    panel.contour(ticks_x, ticks_y, chance.T, levels=[0.5], colors="black")
    for label, color, marker in ((0, "darkred", "o"), (1, "navy", "^")):
        panel.scatter(*inputs[labels == label].T, s=18, color=color, marker=marker, label=f"class {label}")
    panel.set_title(
        f"$\\lambda$ = {lam:g}: {verdict}\nerror: training {seen:.1%}, new data {fresh:.1%}\nL2 penalty {size:.1f}",
        fontsize=10,
    )
    panel.set_xlabel("$x_1$")
panels[0].set_ylabel("$x_2$")
panels[0].legend(loc="lower left", fontsize=8)
figure.colorbar(shades, ax=panels, label="predicted probability of class 1")
figure.suptitle("A larger L2 price gives a smoother boundary: best in the middle, not at either end")
plt.show()

# %% [markdown]
# ## 3.5 One gradient step with L2 (`l2_gd_update`, 7 points)
#
# Differentiate the L2-regularized cost by one weight and take a gradient step with learning rate $\eta$:
#
# $$w \leftarrow w - \eta \left( \frac{\partial C}{\partial w} + \frac{2\lambda}{n}\, w \right).$$
#
# Collect the terms with $w$ and you see why people speak of *decay*: before the data have their say, every weight is
# multiplied by one and the same factor slightly below 1. Without any data gradient the weights die away
# geometrically. With it they settle where the pull of the data and the pull of the penalty cancel.
#
# *When it fails.* If the factor drops below $-1$ (a large $\eta\lambda/n$) the "decay" makes the weights *grow*, with
# alternating signs. Regularization strength and learning rate are not independent knobs.
#
# Here `grad` is the gradient of the data cost alone. Both terms use the **old** $w$.


# %% tags=["task"]
def l2_gd_update(w: Tensor, grad: Tensor, lr: float, lam: float, n: int) -> Tensor:
    """One step of gradient descent on the L2-regularized cost, as a new tensor.

    ``w`` is a weight of any shape, ``grad`` (same shape) the gradient of the DATA cost only, a mean over ``n``
    examples; the penalty is ``lam / n`` times the sum of squares. The step of size ``lr`` follows the gradient of
    their sum at the old ``w``. Returns a new tensor of the shape, dtype and device of ``w``; ``w`` and ``grad`` are
    not changed. ``lr = 0`` and ``lam = 0`` are fine. The result need not be differentiable.

    Raises ValueError where ``n < 1`` or ``lam < 0``.

    Source: STAT 453, "L2 regularization for Multilayer Neural Networks" (the update with L2 regularization).
    """
    # BEGIN SOLUTION
    if n < 1 or lam < 0:
        raise ValueError(f"need n >= 1 and lam >= 0, not n={n}, lam={lam}")
    return w - lr * (grad + (2 * lam / n) * w)
    # END SOLUTION


# %% [markdown]
# ## 3.6 Weight decay in PyTorch (`equivalent_weight_decay` and `make_l2_sgd`, 10 points)
#
# `torch.optim.SGD` has an argument `weight_decay`. What it does is short: before anything else, the optimizer adds
# `weight_decay` times the parameter to the parameter's gradient, for **every** parameter of the group that the
# setting belongs to. So the question "which `weight_decay` is the same as my penalty?" has an exact answer, and
# you get it by comparing two gradients. Find it for both versions of STAT 453:
#
# - `source="formula"`: the cost of the slides, $C + \frac{\lambda}{n} \sum w^2$;
# - `source="code"`: the cost of the slide's program, $C + \frac{2}{n} \lambda \sum w^2$.
#
# Then build the optimizer. Biases, normalization layers and embeddings must not decay, so the parameters have to be
# split into groups: the penalized weights with your `weight_decay`, all others with none. Every parameter of the
# model must be in exactly one group: a forgotten one is never trained, and nobody warns you.
#
# If you are right, training with your optimizer on the plain cost and training with plain SGD on the penalized cost
# give *the same weights to the last few bits*, step after step, also with momentum (the momentum buffer sees the same
# sum of gradients in both).
#
# > **Spot the error.** STAT 453, "L2 regularization for Neural Networks in PyTorch", shows the hand-written penalty,
# > then `SGD(model.parameters(), lr=0.1, weight_decay=LAMBDA)`, and notes beside it that the two are the same under
# > another name. Find **three** ways in which the second program differs from the first. (Hints: the factor; the number
# > of examples; the parameters that it reaches.) The program also never takes a step: which line is missing?


# %% tags=["task"]
def equivalent_weight_decay(lam: float, n: int, source: str = "formula") -> float:
    """The ``weight_decay`` with which plain SGD on the data cost takes the steps of SGD on a penalized cost.

    The data cost C is a mean over ``n`` examples. ``source`` says which cost is meant: "formula" is
    C + (lam/n) * sum of squares, "code" is C + (2/n) * lam * sum of squares. SGD adds ``weight_decay * w`` to the
    gradient of each weight ``w``. Returns a float.

    Raises ValueError where ``n < 1``, ``lam < 0`` or ``source`` is neither "formula" nor "code". ``lam = 0`` is fine.

    Source: STAT 453, "L2 regularization for Neural Networks in PyTorch".
    """
    # BEGIN SOLUTION
    factors = {"formula": 2, "code": 4}
    if source not in factors:
        raise ValueError(f"source must be 'formula' or 'code', not {source!r}")
    if n < 1 or lam < 0:
        raise ValueError(f"need n >= 1 and lam >= 0, not n={n}, lam={lam}")
    return factors[source] * lam / n
    # END SOLUTION


def make_l2_sgd(model: nn.Module, lr: float, lam: float, n: int, momentum: float = 0.0) -> torch.optim.SGD:
    """SGD that on the data cost C alone trains ``model`` as plain SGD does on C + (lam/n) * sum of squares.

    The penalized weights (task 3.1) are in a group with the matching ``weight_decay`` ("formula"), all other
    parameters in a group with ``weight_decay`` 0: two groups, in any order (more groups with the same settings are
    accepted). Each parameter of the model is in exactly one group. ``lr`` and ``momentum`` hold for all groups;
    dampening, Nesterov and the like stay at their defaults. Tests use models that have both kinds of parameters.
    ``model`` is not changed.

    Raises ValueError where ``n < 1`` or ``lam < 0``.

    Source: STAT 453, "L2 regularization for Neural Networks in PyTorch"; DS 542, "PyTorch Explicit L2 Regularizer".
    """
    # BEGIN SOLUTION
    decayed = penalized_weights(model)
    known = {id(weight) for weight in decayed}
    others = [parameter for parameter in model.parameters() if id(parameter) not in known]
    groups = [
        {"params": decayed, "weight_decay": equivalent_weight_decay(lam, n)},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.SGD(groups, lr=lr, momentum=momentum)
    # END SOLUTION


# %% tags=["figure"]
# Two training runs from the same start: penalized cost with plain SGD, and plain cost with some weight decay.
import copy

steps, lam, rate = 200, 2.0, 0.05
generator = torch.Generator().manual_seed(5)
points, classes = torch.randn(80, 6, generator=generator).double(), torch.randint(0, 3, (80,), generator=generator)
torch.manual_seed(5)
start = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 3)).double()


def distances(make_optimizer) -> list[float]:
    """Euclidean distance, step by step, between the parameters of the penalized run and of the weight-decay run."""
    penalized, decayed = copy.deepcopy(start), copy.deepcopy(start)
    plain, other, apart = torch.optim.SGD(penalized.parameters(), lr=rate), make_optimizer(decayed), []
    for _step in range(steps):
        for network, optimizer, strength in ((penalized, plain, lam), (decayed, other, 0.0)):
            optimizer.zero_grad()
            data_cost = nn.functional.cross_entropy(network(points), classes)
            regularized_cost(data_cost, network, strength, len(points)).backward()
            optimizer.step()
        gap = [a.detach() - b.detach() for a, b in zip(penalized.parameters(), decayed.parameters(), strict=True)]
        apart.append(float(torch.cat([part.flatten() for part in gap]).norm()))
    return apart


def everywhere(decay: float):
    """SGD as on the slide: one weight decay for all parameters."""
    return lambda network: torch.optim.SGD(network.parameters(), lr=rate, weight_decay=decay)


runs = {
    f"weight_decay = $\\lambda$ = {lam:g} (the slide)": everywhere(lam),
    f"weight_decay = $\\lambda/n$ = {lam / 80:g}": everywhere(lam / 80),
    "right number, but on the biases too": everywhere(equivalent_weight_decay(lam, 80)),
    "make_l2_sgd": lambda network: make_l2_sgd(network, rate, lam, 80),
}
figure, axis = plt.subplots(figsize=(7.5, 4.5), layout="constrained")
for (name, make_optimizer), style in zip(runs.items(), ("-", "--", "-.", "-"), strict=True):
    # A distance of exactly 0 has no logarithm: draw it at the rounding error of one number.
    axis.semilogy(range(1, steps + 1), [max(gap, 1e-16) for gap in distances(make_optimizer)], style, label=name)
axis.axhspan(1e-17, 1e-13, color="gray", alpha=0.2)
axis.text(steps, 2e-17, "rounding error", ha="right", va="bottom", fontsize=9, color="dimgray")
axis.set(xlabel="gradient step", ylabel="distance between the two runs' parameters", ylim=(1e-17, 1e2))
axis.set_title("Only one weight decay repeats the penalized run, step for step")
axis.legend(loc="center right", fontsize=9)
plt.show()

# %% [markdown]
# ## 3.7 Shrinkage, seen alone (`shrink_orthonormal`, 6 points)
#
# What does each penalty do to a weight? To see it alone, take the simplest data cost there is: least squares with
# orthonormal columns. Up to a constant it is $\sum_j (v_j - w_j)^2$, where $w$ is the unpenalized solution, and
# the coordinates no longer talk to each other. The penalized solution is
#
# $$\hat v = \arg\min_{v} \; \sum_j (v_j - w_j)^2 + \lambda \sum_j v_j^2 \quad\text{(l2)}, \qquad
# \hat v = \arg\min_{v} \; \sum_j (v_j - w_j)^2 + \lambda \sum_j \lvert v_j \rvert \quad\text{(l1)}.$$
#
# Mind the conventions: a **sum** of squares without $\frac12$, and $\lambda$ not divided by anything. Work with one
# coordinate on paper. For L2 set the derivative to zero. For L1 look at $v > 0$, at $v < 0$, and at
# the kink $v = 0$ separately: for which $w$ is the kink the minimum? That interval is the reason for sparse solutions.
#
# This is also the picture of the slides: contours of the cost around $w$, and the ball of the penalty around 0. The L1
# ball has corners *on the axes*, and solutions like to sit in corners.


# %% tags=["task"]
def shrink_orthonormal(w: Tensor, lam: float, norm: str) -> Tensor:
    """The minimizer over v of sum((v - w)**2) + lam * penalty(v), entry by entry, in closed form.

    ``w`` has any shape. The penalty is the sum of squares of v for ``norm="l2"`` and the sum of absolute values for
    ``norm="l1"``. Returns a new tensor of the shape, dtype and device of ``w``. With "l1", entries that the penalty
    pulls to zero are exactly 0 (0.0 or -0.0). ``w`` is not changed. ``lam = 0`` gives the values of ``w``. The result
    need not be differentiable.

    Raises ValueError where ``lam < 0`` or ``norm`` is neither "l2" nor "l1".

    Write it yourself: calls of torch's own ``softshrink`` and ``hardshrink`` are refused here.

    Source: STAT 453, "Geometric Interpretation of L2 regularization", "Geometric Interpretation of L1 regularization".
    """
    # BEGIN SOLUTION
    if lam < 0:
        raise ValueError(f"lam must be at least 0, not {lam}")
    if norm == "l2":
        return w / (1 + lam)
    if norm == "l1":
        return torch.sign(w) * torch.clamp(w.abs() - lam / 2, min=0)
    raise ValueError(f"norm must be 'l2' or 'l1', not {norm!r}")
    # END SOLUTION


# %% tags=["figure"]
# The two shrinkage functions: what one weight becomes under each penalty.
line = torch.linspace(-3, 3, 601, dtype=torch.float64)
figure, panels = plt.subplots(1, 2, figsize=(10, 4.4), sharey=True, layout="constrained")
for panel, norm, verdict in zip(
    panels, ("l2", "l1"), ("every weight a bit smaller, none zero", "small weights exactly zero"), strict=True
):
    panel.plot(line, line, color="gray", linewidth=1, linestyle=":", label="$\\lambda$ = 0: no change")
    for lam, style in ((0.5, "--"), (1.0, "-"), (3.0, "-.")):
        panel.plot(line, shrink_orthonormal(line, lam, norm), style, label=f"$\\lambda$ = {lam:g}")
    panel.axhline(0, color="black", linewidth=0.5)
    panel.axvline(0, color="black", linewidth=0.5)
    panel.set(xlabel="weight $w$ without a penalty", title=f"{norm.upper()}: {verdict}", aspect="equal")
    panel.legend(loc="upper left", fontsize=9)
panels[0].set_ylabel("weight $\\hat v$ with the penalty")
figure.suptitle("L2 turns the line, L1 moves it and cuts it off at zero")
plt.show()

# %% tags=["figure"]
# The picture of the slides for a data cost with tilted contours. Each dot is a minimizer, found by alternating a
# gradient step on the data cost with your shrinkage (proximal gradient descent); the path runs from lambda = 0 to a
# large one.
curvature = torch.tensor([[1.0, -0.35], [-0.35, 0.8]], dtype=torch.float64)
best = torch.tensor([0.9, 2.0], dtype=torch.float64)


def penalized_minimum(lam: float, norm: str, stride: float = 0.3) -> Tensor:
    """The minimizer of (v - best)' curvature (v - best) + lam * penalty(v)."""
    v = best.clone()
    for _ in range(200):
        v = shrink_orthonormal(v - stride * 2 * curvature @ (v - best), stride * lam, norm)
    return v


grid = torch.linspace(-1.6, 3.2, 200, dtype=torch.float64)
offset = torch.stack(torch.meshgrid(grid, grid, indexing="xy"), dim=-1) - best
height = torch.einsum("abi,ij,abj->ab", offset, curvature, offset)
prices = torch.cat([torch.zeros(1), torch.logspace(-2, 2, 50)]).tolist()
turn = torch.linspace(0, 2 * torch.pi, 401, dtype=torch.float64)
circle = torch.stack([turn.cos(), turn.sin()])
balls = {"l2": circle / circle.norm(dim=0), "l1": circle / circle.abs().sum(dim=0)}
figure, panels = plt.subplots(1, 2, figsize=(10, 5.2), sharey=True, layout="constrained")
for panel, norm, verdict in zip(
    panels, ("l2", "l1"), ("a curve that meets the axes only at 0", "onto an axis, then along it to 0"), strict=True
):
    path = torch.stack([penalized_minimum(lam, norm) for lam in prices])
    chosen = penalized_minimum(2.4, norm)
    size = chosen.abs().sum() if norm == "l1" else chosen.norm()
    cost_there = float((chosen - best) @ curvature @ (chosen - best))
    panel.contour(
        grid,
        grid,
        height,
        levels=sorted([0.1, 0.4 * cost_there, cost_there, 2.4, 4.5]),
        colors="steelblue",
        linewidths=0.8,
    )
    panel.fill(*(size * balls[norm]), color="orange", alpha=0.4, label=f"{norm.upper()} ball through one solution")
    panel.plot(*path.T, ".-", color="darkred", markersize=4, linewidth=1, label="solutions as $\\lambda$ grows")
    panel.plot(*chosen, "o", color="black", label="solution for $\\lambda$ = 2.4")
    panel.plot(*best, "x", color="steelblue", markersize=9, markeredgewidth=2, label="minimum of the data cost")
    panel.axhline(0, color="black", linewidth=0.5)
    panel.axvline(0, color="black", linewidth=0.5)
    panel.set(xlabel="$w_1$", title=f"{norm.upper()}: {verdict}", aspect="equal", xlim=(-1.6, 2.6), ylim=(-1.6, 3.2))
    panel.legend(loc="upper right", fontsize=8)
panels[0].set_ylabel("$w_2$")
figure.suptitle("Where a cost contour touches the penalty ball: L1 likes corners, L2 has none")
plt.show()

# %% [markdown]
# ## 3.8 Adam and its two decays (`adam_step`, 6 bonus points)
#
# For plain SGD the L2 penalty and weight decay are one thing. For Adam they are two. Adam keeps running means of the
# gradient and of its square (products and roots are taken entry by entry):
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1-\beta_2)\, g^2, \qquad
# \hat m = \frac{m}{1-\beta_1^{\,t}}, \qquad \hat v = \frac{v}{1-\beta_2^{\,t}},$$
#
# $$\theta \leftarrow \theta - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon} .$$
#
# The first step has $t = 1$. Since $m$ and $v$ start at zero they are too small at first; the hats undo that. There
# are two places where a decay $\omega$ can go in:
#
# - **coupled** (`torch.optim.Adam`): replace $g$ by $g + \omega\theta$ *before* everything else. This is an L2 penalty
#   $\frac{\omega}{2}\lVert\theta\rVert^2$ in the loss, exactly. But the decay is then divided by $\sqrt{\hat v}$ as
#   well: weights with large gradients are hardly regularized.
# - **decoupled** (`torch.optim.AdamW`): the moments see only $g$. The *old* $\theta$ is multiplied by
#   $1 - \eta\omega$, and then the Adam step is subtracted. Each weight decays at the same rate.
#
# > **Spot the error.** DS 542, "PyTorch Explicit L2 Regularizer", quotes PyTorch's manual, which explains
# > `weight_decay` with the same words, "L2 penalty", for SGD and for Adam; and "L2 Regularization" calls the penalty
# > weight decay. Which of these statements are true, word for word: (a) Adam's `weight_decay` is an L2 penalty; (b)
# > Adam's `weight_decay` shrinks all weights by the same factor; (c) for SGD with momentum, an
# > L2 penalty is the same as multiplying the old weights by $1 - \eta\omega$ in each step? For (a) and (b) run 20 steps
# > of each version of your function on a small quadratic and look; for (c) write SGD with momentum both ways.


# %% tags=["task"]
def adam_step(
    theta: Tensor,
    grad: Tensor,
    m: Tensor,
    v: Tensor,
    t: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    decoupled: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """One step of Adam (``decoupled=False``) or AdamW (``decoupled=True``).

    ``theta``, ``grad``, ``m`` and ``v`` have one common shape: the parameter, the gradient of the loss without any
    penalty, and the running means of the gradient and of its square from the step before (zeros before the first).
    ``t`` counts steps from 1. ``betas`` are the two decay rates of the running means, each in [0, 1). ``eps`` is added
    to the root of the bias-corrected second moment. Coupled decay adds ``weight_decay * theta`` to the gradient before
    the moments are updated; decoupled decay multiplies the old ``theta`` by ``1 - lr * weight_decay`` and leaves the
    moments alone.

    Returns the new ``(theta, m, v)``, new tensors of the arguments' shape, dtype and device; ``m`` and ``v`` are
    returned without bias correction. No argument is changed. The results need not be differentiable.

    Raises ValueError where ``t < 1``.

    Write it yourself: torch's own optimizers ``Adam`` and ``AdamW``, and the functions ``adam`` and ``adamw`` behind
    them, are refused here.

    Source: DS 542, "PyTorch Explicit L2 Regularizer" (ADAM).
    """
    # BEGIN SOLUTION
    if t < 1:
        raise ValueError(f"t counts steps from 1, not {t}")
    beta1, beta2 = betas
    start = theta * (1 - lr * weight_decay) if decoupled else theta
    slope = grad if decoupled else grad + weight_decay * theta
    new_m = beta1 * m + (1 - beta1) * slope
    new_v = beta2 * v + (1 - beta2) * slope**2
    m_hat = new_m / (1 - beta1**t)
    v_hat = new_v / (1 - beta2**t)
    return start - lr * m_hat / (v_hat.sqrt() + eps), new_m, new_v
    # END SOLUTION


# %% [markdown]
# ## Questions to think about
#
# 1. You find the best $\lambda$ on 1,000 training examples, with the cost of 3.4. Then you get 9,000 more. Which
#    $\lambda$ would you try first if $\lambda$ expresses a prior belief about the weights? What if you had been tuning
#    PyTorch's `weight_decay` instead? Explain with the $n$ in your formulas.
# 2. STAT 453, *L1 Regularization for Linear Models*, says that L1 is rarely used in deep learning, yet its list of ways
#    to make a network smaller suggests ReLU with L1 to prune units that are dead. Use 3.3 and 3.7 to explain why SGD on
#    an L1-penalized cost seldom gives exact zeros, and describe a training step that would.
