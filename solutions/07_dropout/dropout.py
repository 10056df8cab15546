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
# # Dropout
#
# Train a network, and while it trains keep pulling units out of it at random. It sounds like vandalism; it is one of
# the most widely used regularizers there is. In this assignment you build it from a handful of uniform random
# numbers, in both of the forms that are in use, and then you check the three stories that the lectures tell about
# *why* it works:
#
# - a unit cannot rely on any one partner, so evidence is spread over many weights (7.8);
# - training visits an ensemble of $2^h$ networks that share their weights, and one cheap pass imitates the whole
#   ensemble (7.4, 7.5, 7.6);
# - interactions between many inputs rarely survive the mask, so the network learns simpler functions (7.7).
#
# Each of these stories is a formula. You will compute it, and not have to believe it.
#
# Sources: DS 542, *Dropout* and *Monte Carlo Dropout for Inference*; STAT 453, *Dropout*, *Why does Dropout work?*,
# *Dropout in PyTorch* and *Inverted Dropout*.
#
# **Conventions of this assignment**
#
# | Question | Here |
# |---|---|
# | What is $p$? | The probability that a unit is **dropped**. |
# | What does one mask cover? | Each **element** is decided alone: each unit of each example, anew in every pass. |
# | Which end of the interval? | An element whose uniform number equals $p$ is kept. |
# | Which $p$ are legal? | $0 \le p \le 1$; anything else is a `ValueError`. (7.8 needs $p < 1$.) |
# | dtype and device | The result has those of the input. A tensor of 0 rows is a legal input. |
# | Arguments | No function changes its arguments: neither values, nor `requires_grad`, nor `.grad`. |
#
# You may call an earlier function of yours in a later task. The point of 7.1 to 7.3 is to build dropout yourself: do
# not call torch's own dropout there; the grader refuses it while it tests these tasks. In 7.4 and 7.5 you meet
# `nn.Dropout` as a layer of other people's models.
#
# > **Spot the error.** "With $p = 0.9$, dropout hardly changes the network." Some courses and papers write $p$ for
# > the probability of *keeping* a unit, and at least one well-known course changed from one meaning to the other
# > between two years. What would happen to a network if you copied a recipe with $p = 0.9$ into `nn.Dropout`? Why
# > does $p = 0.5$, the value of most examples, hide the mistake completely?

# %% tags=["setup"]
import copy
import math

import torch
from torch import Tensor, nn

# %% [markdown]
# ## 7.1 The mask (`bernoulli_mask`, 6 points)
#
# A computer does not flip coins; it draws numbers that are uniform on $[0, 1)$. STAT 453 turns them into a mask by
# comparing each with $p$. For a uniform number $v_i$,
#
# $$ m_i = \begin{cases} 0 & \text{if } v_i < p \quad\text{(dropped)} \\ 1 & \text{otherwise (kept).} \end{cases} $$
#
# Why does that give the right probability? The numbers below $p$ fill a share $p$ of the interval, so
# $\Pr(m_i = 0) = p$, whatever the other elements do.
#
# The comparison is strict. It looks like pedantry, since "$v_i$ equals $p$" almost never happens, but look at the two
# ends. The generator can return exactly $0$, and never $1$. With the strict rule, $p = 0$ drops nothing and $p = 1$
# drops everything, always. With another rule one of the two ends fails once in a while.
#
# Here the uniform numbers are an *argument*. Keeping the randomness outside makes the rule a plain function that you
# can test by hand.
#
# > **Spot the error.** The slide *Bernoulli Sampling* takes $v$ from the closed interval $[0, 1]$, uses the letter
# > $v$ both for the uniform numbers and for the mask, and says that $p \times 100\,\%$ of the activations *will be*
# > zeroed. Which of the three is a matter of notation, which one matters at $p = 1$, and which one is true only on
# > average? Take a layer with 10 units and $p = 0.5$: how often are exactly 5 of them dropped?


# %% tags=["task"]
def bernoulli_mask(v: Tensor, p: float) -> Tensor:
    """Turn uniform random numbers into a dropout mask.

    Parameters
    ----------
    v : floating-point tensor of any shape (0 rows included), with values uniform on [0, 1).
    p : the probability that an element is DROPPED.

    Returns
    -------
    A tensor with the shape, dtype and device of ``v`` (so not a bool tensor): 0 where ``v < p``, 1 elsewhere. An
    element that equals ``p`` is kept: p = 0 keeps everything, p = 1 drops every number in [0, 1). The mask is
    not rescaled, and it needs no gradient. ``v`` is not changed.

    Raises
    ------
    ValueError if ``p`` is outside [0, 1].

    Write it yourself: a call of torch's own dropout (``nn.functional.dropout``, ``nn.Dropout``) is refused here.

    Source: STAT 453, Dropout (Bernoulli Sampling).
    """
    # BEGIN SOLUTION
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"p must lie in [0, 1], not {p}")
    return (v >= p).to(v.dtype)
    # END SOLUTION


# %% [markdown]
# What should you see? Each panel is one mini-batch: 12 examples (rows) with 20 hidden units (columns). A white cell
# was dropped. There are no stripes. A horizontal stripe would mean that an example lost all its units at once, a
# vertical one that all examples of the batch share a mask.

# %% tags=["figure"]
import matplotlib.pyplot as plt

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})

figure_rng = torch.Generator().manual_seed(7)
activations = 0.2 + torch.rand(12, 20, generator=figure_rng)
uniforms = torch.rand(12, 20, generator=figure_rng)

fig, axes = plt.subplots(1, 3, figsize=(10, 2.9), layout="constrained")
for axis, p in zip(axes, (0.2, 0.5, 0.8), strict=True):
    mask = bernoulli_mask(uniforms, p)
    shown = (activations * mask).masked_fill(mask == 0, math.nan)
    image = axis.imshow(shown.numpy(), cmap="viridis", vmin=0, vmax=1.2, aspect="auto")
    axis.set(title=f"p = {p}: {100 * (1 - mask.mean()):.0f} % dropped", xlabel="hidden unit", xticks=[0, 5, 10, 15])
    axis.spines[:].set_visible(True)
axes[0].set_ylabel("example of the mini-batch")
fig.colorbar(image, ax=axes, label="activation (white: dropped)")
fig.suptitle("Every element has a mask of its own: the share that is dropped is p only on average")
plt.show()

# %% [markdown]
# ## 7.2 Dropout as it was invented (`standard_dropout`, 8 points)
#
# In training, multiply the activations by a fresh mask. When predicting, keep all units, and scale the activations
# down:
#
# $$ \tilde a = \begin{cases} a \odot m, \quad m_i \sim \text{Bernoulli, } \Pr(m_i = 0) = p & \text{in training} \\
#    (1 - p)\, a & \text{in prediction.} \end{cases} $$
#
# Why the factor? The next layer has learned to live with the input that it saw in training, which on average is
#
# $$ \mathbb{E}[a_i m_i] = a_i \Pr(m_i = 1) = (1 - p)\, a_i . $$
#
# With all units on, its input would be $1/(1-p)$ times as large as what it was trained for. So the factor in
# prediction equals the probability that a unit was *there* in training. Nothing is rescaled in training.
#
# One mask for what? DS 542 clamps units "on each iteration", STAT 453 speaks of a different model for each
# mini-batch, and PyTorch draws every element on its own. We follow PyTorch: two identical examples in the same batch
# get different masks. The gradient is an average over the batch, and it is less noisy if the batch averages over many
# sub-networks and not over one.
#
# > **Spot the error.** DS 542, *Dropout*, sets about half of the hidden units to zero in every iteration. Three things
# > are left open here: which units share a mask, how exact the 50 % is, and how long a mask lives. Answer each from
# > the conventions above. Then invent an experiment, with outputs only, that tells "one mask per batch" from "one
# > mask per example".


# %% tags=["task"]
def standard_dropout(a: Tensor, p: float, training: bool, generator: torch.Generator | None = None) -> Tensor:
    """Apply dropout in its original form: mask in training, scale in prediction.

    Parameters
    ----------
    a : floating-point tensor of any shape (0 rows included), the activations of a layer.
    p : the probability that an element is DROPPED.
    training : True masks, False scales.
    generator : the source of the random numbers, on the device of ``a``; None is torch's default generator. All
        randomness comes from it: the same state gives the same mask, and each call in training advances it.

    Returns
    -------
    A tensor with the shape, dtype and device of ``a``. In training each element is 0 with probability p, and
    otherwise exactly the element of ``a``, not rescaled; elements are independent of each other (also within
    an example and across a batch), and each call draws anew. In prediction it is ``a`` times (1 - p), without
    randomness. p = 0 changes nothing; p = 1 gives zeros. Differentiable in ``a``: a dropped element passes no
    gradient, and in training a kept one passes it unscaled. ``a`` is not changed.

    Raises
    ------
    ValueError if ``p`` is outside [0, 1], in training and in prediction.

    Write it yourself: a call of torch's own dropout (``nn.functional.dropout``, ``nn.Dropout``) is refused here.

    Source: STAT 453, Dropout (Bernoulli Sampling); DS 542, Dropout.
    """
    # BEGIN SOLUTION
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"p must lie in [0, 1], not {p}")
    if not training:
        return a * (1.0 - p)
    v = torch.rand(a.shape, generator=generator, dtype=a.dtype, device=a.device)
    return a * (v >= p).to(a.dtype)
    # END SOLUTION


# %% [markdown]
# ## 7.3 Dropout as it is used (`InvertedDropout`, 14 points)
#
# A model is trained once and used a million times, by people who would rather not know about $p$. So frameworks move
# the correction into training:
#
# $$ \tilde a = \begin{cases} \dfrac{a \odot m}{1 - p} & \text{in training} \\[2mm]
#    a & \text{in prediction.} \end{cases} $$
#
# This is *inverted* dropout. The average in training is now $a$ itself, so prediction needs no correction at all:
#
# $$ \mathbb{E}[\tilde a_i] = a_i, \qquad \operatorname{Var}[\tilde a_i] = a_i^2\, \frac{p}{1-p} . $$
#
# The variance tells how much noise the next layer has to live with. It is $a_i^2$ at $p = 0.5$, and it blows up as
# $p \to 1$. At $p = 1$ the formula is $0/0$; the only sensible answer is that everything is dropped, and the output
# is zeros.
#
# Which of the two cases applies? Each `nn.Module` carries a flag for that. `model.train()` and `model.eval()` set it
# on the module *and on everything inside it*, which is why STAT 453 insists on calling both in every epoch. Your
# layer obeys the flag that `nn.Module` already keeps for it, and adds none of its own.
#
# The backward pass must use the *same* mask as the forward pass: a unit that was silent gets no blame. Autograd takes
# care of that, if your output is a differentiable function of the input.
#
# > **Spot the error.** A student's layer contains the line `if eval:`. It runs without complaint, the training loss
# > falls nicely, and the network overfits as if there were no dropout. What is `eval` in Python when nobody has
# > defined it?


# %% tags=["task"]
class InvertedDropout(nn.Module):
    """Inverted dropout as a layer: mask and rescale in training, do nothing in prediction.

    Parameters
    ----------
    p : the probability that an element is DROPPED, kept as the attribute ``p``.

    Raises
    ------
    ValueError (on construction) if ``p`` is outside [0, 1].

    Write it yourself: a call of torch's own dropout (``nn.functional.dropout``, ``nn.Dropout``) is refused here.

    Source: STAT 453, Inverted Dropout and Dropout in PyTorch.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        # BEGIN SOLUTION
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"p must lie in [0, 1], not {p}")
        self.p = p
        # END SOLUTION

    def forward(self, a: Tensor) -> Tensor:
        """Return the activations with dropout applied, according to the module's training flag.

        ``a`` is a floating-point tensor of any shape (0 rows included); the result has its shape, dtype and device.
        In training each element is 0 with probability p and otherwise the element of ``a`` divided by (1 - p);
        elements are independent of each other, each call draws a fresh mask from torch's default generator,
        and p = 1 gives zeros (not NaN). In prediction (after ``.eval()`` on the layer or on a model that holds it)
        the values are exactly those of ``a``, for every p. Differentiable in ``a`` for p < 1: the gradient is that of
        the mask and scale of this very call. ``a`` is not changed.
        """
        # BEGIN SOLUTION
        if not self.training:
            return a
        if self.p == 1.0:
            return torch.zeros_like(a)
        mask = (torch.rand_like(a) >= self.p).to(a.dtype)
        return a * mask / (1.0 - self.p)
        # END SOLUTION


# %% [markdown]
# ## 7.4 The weight scaling inference rule (`weight_scaled_copy`, 10 points)
#
# You are handed a network that was trained with *standard* dropout, and want to use it without remembering $p$. DS
# 542 gives the rule: multiply weights by one minus the dropout probability. Which weights? In standard dropout the
# activation $h$ is scaled in prediction, and the next layer computes
#
# $$ W\big((1-p)\,h\big) + b \;=\; \big((1-p)\,W\big)\,h + b . $$
#
# The factor slides from the activations into the **outgoing** weights: those of the linear layer that reads $h$. It
# passes through a linear map, and not through the bias, which was never dropped. This one-off edit gives an ordinary
# network.
#
# Why is it right? For a linear layer the expectation can be taken inside:
# $\mathbb{E}_m[W(m \odot h) + b] = (1-p)Wh + b$. So the scaled network computes *exactly* the average pre-activation
# over all masks of that layer. Where does it fail? As soon as a nonlinearity follows, the average of the outputs is
# not the output at the average; for a network with several dropped layers the rule is an approximation. In 7.6 you
# measure how good it is.
#
# In this task a model is a flat `nn.Sequential`, and every `nn.Dropout` in it is a *marker* that says "the
# activations were dropped here, in the standard way". Between a marker and the linear layer that reads it there may
# be `nn.Flatten` or an activation function. (For $(1-p)$ to slide through an activation it would have to be
# positively homogeneous, as ReLU is. The rule is applied all the same.)
#
# > **Spot the error.** DS 542 scales *weights*, STAT 453 scales *activations*, and neither mentions the bias. Scale
# > the bias as well in a small softmax network, and probabilities move by several percent. For which networks would
# > nobody notice?


# %% tags=["task"]
def weight_scaled_copy(model: nn.Sequential, p: float) -> nn.Sequential:
    """Fold standard dropout into the weights: a deterministic copy of the model for prediction.

    Parameters
    ----------
    model : a flat ``nn.Sequential`` that was trained with STANDARD dropout. Each ``nn.Dropout`` in it marks a place
        where activations were dropped. No two markers stand in a row, and each is followed, somewhere later, by an
        ``nn.Linear``; ``nn.Flatten`` and activation functions may stand between.
    p : the probability with which every marker dropped its units. Only this number counts, not the rate stored in the
        marker.

    Returns
    -------
    A deep copy with as many layers in the same order, in which every marker is an ``nn.Identity``, and the first
    ``nn.Linear`` after each marker has its weight multiplied by (1 - p). Its bias, and all other layers, are those of
    the model. dtype and device are kept. The copy shares no tensor with ``model``, and ``model`` is not changed.

    Raises
    ------
    ValueError if ``p`` is outside [0, 1].

    Source: DS 542, Dropout (weight scaling inference rule).
    """
    # BEGIN SOLUTION
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"p must lie in [0, 1], not {p}")
    scaled = copy.deepcopy(model)
    dropped = False
    for index, layer in enumerate(model):
        if isinstance(layer, nn.Dropout):
            scaled[index] = nn.Identity()
            dropped = True
        elif isinstance(layer, nn.Linear) and dropped:
            with torch.no_grad():
                scaled[index].weight.mul_(1.0 - p)
            dropped = False
    return scaled
    # END SOLUTION


# %% [markdown]
# ## 7.5 Monte Carlo dropout (`mc_dropout`, 12 points)
#
# The other way to predict takes dropout at its word. Leave it *on*, run the network $T$ times, and treat the runs as
# an ensemble $\hat y_1, \dots, \hat y_T$ of networks that you never had to store:
#
# $$ \bar y = \frac1T \sum_{t=1}^T \hat y_t, \qquad s^2 = \frac1T \sum_{t=1}^T (\hat y_t - \bar y)^2 . $$
#
# DS 542 notes that this is more faithful to training than rescaling is. It costs $T$ passes, and it pays with
# something that one pass cannot give: the spread $s^2$ says where the sub-networks *disagree*. Two warnings. The
# spread is the model's disagreement and not a calibrated error bar: it knows nothing of the noise in the data, and it
# grows with $p$. And the variance here is the **population** variance, with $1/T$: for $T = 1$ it is $0$.
#
# The statistics are those of the raw output, whatever the model returns: logits stay logits.
#
# The trap is in how to leave dropout on. Switching the whole model to training mode also wakes up batch
# normalization, which then normalizes with the statistics of your test batch and quietly overwrites the averages that
# it learned. Only the dropout layers may be stochastic. And whoever called you had a mode set for each module: leave
# it as you found it, even if the model fails halfway.
#
# A check that you can do on paper: for inverted dropout on the *inputs* of a linear model,
# $\hat y = w^\top (m \odot x)/(1-p) + b$,
#
# $$ \mathbb{E}[\hat y] = w^\top x + b, \qquad \operatorname{Var}[\hat y] = \frac{p}{1-p} \sum_j w_j^2 x_j^2 . $$


# %% tags=["task"]
def mc_dropout(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Mean and variance of a model's output over random dropout masks.

    Parameters
    ----------
    model : any module, with dropout layers at any depth, in any mixture of training and evaluation modes. The dropout
        layers are ``nn.Dropout``, ``nn.Dropout1d``, ``nn.Dropout2d``, ``nn.Dropout3d`` and your ``InvertedDropout``.
    x : a batch of inputs for it.
    n_samples : the number T of masks.

    Returns
    -------
    (mean, variance), each with the shape, dtype and device of ``model(x)``: over T outputs, each with fresh dropout
    masks; the variance is the population variance (divide by T), so it is 0 for T = 1 and for a model without dropout.
    The statistics are those of the model's raw output. Neither result requires a gradient.

    Only the dropout layers are in training mode during the passes; every other module (batch normalization, for one)
    is in evaluation mode. Afterwards every module's ``training`` flag is as it was before, also when the model raises:
    its exception goes on to the caller. ``x``, and the model's parameters and buffers, are not changed. The number of
    forward calls is up to you.

    Raises
    ------
    ValueError if ``n_samples`` is less than 1.

    Source: DS 542, Monte Carlo Dropout for Inference.
    """
    # BEGIN SOLUTION
    if n_samples < 1:
        raise ValueError(f"n_samples must be at least 1, not {n_samples}")
    kinds = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, InvertedDropout)
    modes = [(module, module.training) for module in model.modules()]
    try:
        for module, _ in modes:
            module.training = isinstance(module, kinds)
        with torch.no_grad():
            outputs = torch.stack([model(x) for _ in range(n_samples)])
    finally:
        for module, mode in modes:
            module.training = mode
    return outputs.mean(dim=0), outputs.var(dim=0, correction=0)
    # END SOLUTION


# %% [markdown]
# A small network learns a curve from 40 noisy points, with dropout after both hidden layers. Nobody tells it where its
# data end, and still the band widens beyond them. Compare the gap in the middle: what is the band made of, if a steep
# stretch *between* the data looks almost as certain as the data? (Which of the two warnings above is this?)

# %% tags=["figure"]
torch.manual_seed(3)
x_train = torch.cat([torch.linspace(-2.0, -0.8, 20), torch.linspace(0.8, 2.0, 20)])[:, None]
y_train = torch.sin(2.2 * x_train) + 0.12 * torch.randn(40, 1)
toy_net = nn.Sequential(
    nn.Linear(1, 64),
    nn.ReLU(),
    InvertedDropout(0.1),
    nn.Linear(64, 64),
    nn.ReLU(),
    InvertedDropout(0.1),
    nn.Linear(64, 1),
)
optimizer = torch.optim.Adam(toy_net.parameters(), lr=4e-3)
for _ in range(1500):
    optimizer.zero_grad()
    (toy_net(x_train) - y_train).square().mean().backward()
    optimizer.step()
toy_net.eval()

x_grid = torch.linspace(-4, 4, 201)[:, None]
center, variance = (result.squeeze().numpy() for result in mc_dropout(toy_net, x_grid, 300))
with torch.no_grad():
    one_pass = toy_net(x_grid).squeeze().numpy()

fig, axis = plt.subplots(figsize=(8.5, 3.6), layout="constrained")
for width, alpha in ((2, 0.18), (1, 0.3)):
    axis.fill_between(
        x_grid.squeeze().numpy(),
        center - width * variance**0.5,
        center + width * variance**0.5,
        color="tab:blue",
        alpha=alpha,
        lw=0,
        label=f"± {width} standard deviation{'s' if width > 1 else ''}",
    )
axis.plot(x_grid.numpy(), center, color="tab:blue", label="mean of 300 masks")
axis.plot(x_grid.numpy(), one_pass, color="black", ls="--", lw=1, label="one pass in evaluation mode")
axis.plot(x_train.numpy(), y_train.numpy(), "o", ms=3.5, color="tab:red", label="training data")
axis.set_title("The further from the data, the less the sub-networks agree")
axis.set(xlabel="input x", ylabel="output")
axis.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# ## 7.6 The ensemble, for real (`subnetwork_average`, 8 points)
#
# STAT 453 reads dropout as an ensemble of $M = 2^h$ models that share weights, and adds that averaging all of them is
# very expensive. For ten units it is not: here you do it, exactly. Take one softmax layer on top of $H$ dropped units
# (standard dropout, nothing rescaled). The mask $m \in \{0,1\}^H$ selects one sub-network:
#
# $$ q_m = \operatorname{softmax}\big(W (m \odot h) + b\big), \qquad
#    \pi_m = p^{\#\text{dropped}} (1-p)^{\#\text{kept}}, \qquad \sum_m \pi_m = 1 . $$
#
# Only for $p = 0.5$ do all sub-networks weigh the same. And the sub-network with *no* unit left is one of them.
#
# There are two ways to average probabilities. Both give a distribution over the $K$ classes:
#
# $$ \text{arithmetic:}\quad \sum_m \pi_m\, q_m , \qquad
#    \text{geometric:}\quad \frac{\prod_m q_m^{\pi_m}}{\sum_{k} \prod_m q_{m,k}^{\pi_m}} . $$
#
# The geometric one must be normalized, since a product of distributions does not sum to one. In return it has a
# beautiful property. Write out its logarithm and see what becomes of the normalizers of the softmax: for this network
# the geometric average over all $2^H$ sub-networks is *one* pass through *one* network. Which one? The figure below
# shows it; the proof takes two lines.
#
# > **Spot the error.** STAT 453 says that training samples, batch by batch, from all $2^h$ sub-networks. The $h$ of
# > that sentence counts *all* droppable units. A network with hidden layers of 75 and 45 units has
# > $2^{120} \approx 1.3 \cdot 10^{36}$ sub-networks. How many masks does a training run of 50 epochs with 60,000
# > examples draw, one for each example? What, then, makes the sub-networks that were never drawn any good?


# %% tags=["task"]
def subnetwork_average(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """Class probabilities of a softmax layer, averaged exactly over all 2^H dropout masks of its input.

    Parameters
    ----------
    W, b : weight [K, H] and bias [K] of the layer.
    h : activations [H] that feed it, with H at most 16. They are dropped in the standard way: masked, not rescaled.
    p : the probability that a unit is DROPPED. A mask weighs p^(units dropped) * (1 - p)^(units kept).
    how : "arithmetic", the weighted mean of the probabilities, or "geometric", their weighted geometric mean,
        normalized to sum to 1.

    Returns
    -------
    [K] probabilities that sum to 1, with the dtype and device of ``h``. p = 0 leaves the full network only, p = 1 only
    the one without any unit. Exact, so without randomness. Differentiable in ``W``, ``b`` and ``h``. No argument is
    changed.

    Raises
    ------
    ValueError if H is more than 16, if ``p`` is outside [0, 1], or if ``how`` is any other word.

    Source: STAT 453, Why does Dropout work? (Ensemble Method Interpretation).
    """
    # BEGIN SOLUTION
    n_units = h.numel()
    if n_units > 16:
        raise ValueError(f"2^{n_units} masks are too many; at most 16 units")
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"p must lie in [0, 1], not {p}")
    if how not in ("arithmetic", "geometric"):
        raise ValueError(f"how must be 'arithmetic' or 'geometric', not {how!r}")
    # The binary digits of 0 .. 2^H - 1 are all the masks.
    digits = torch.arange(n_units, device=h.device)
    masks = ((torch.arange(2**n_units, device=h.device)[:, None] >> digits) & 1).to(h.dtype)
    kept = masks.sum(dim=1)
    weights = (1.0 - p) ** kept * p ** (n_units - kept)
    log_probs = torch.log_softmax((masks * h) @ W.T + b, dim=1)
    if how == "arithmetic":
        return weights @ log_probs.exp()
    return torch.softmax(weights @ log_probs, dim=0)
    # END SOLUTION


# %% [markdown]
# Each point is the probability of one class for one random layer with 8 hidden units. On the horizontal axis stands
# the prediction of your weight-scaled copy: one pass. On the vertical axis stand your averages over all 256
# sub-networks.

# %% tags=["figure"]
figure_rng = torch.Generator().manual_seed(11)
fig, axes = plt.subplots(1, 2, figsize=(8.4, 4.1), layout="constrained", sharey=True)
for axis, p in zip(axes, (0.2, 0.5), strict=True):
    one_pass, exact = [], {"arithmetic": [], "geometric": []}
    for _ in range(120):
        layer = nn.Linear(8, 3).double()
        with torch.no_grad():
            layer.weight.copy_(1.2 * torch.randn(3, 8, generator=figure_rng))
            layer.bias.copy_(0.5 * torch.randn(3, generator=figure_rng))
            hidden = torch.randn(8, generator=figure_rng, dtype=torch.float64).relu()
            scaled = weight_scaled_copy(nn.Sequential(nn.Dropout(p), layer), p)
            one_pass.append(scaled(hidden[None]).softmax(dim=1)[0])
            for how, points in exact.items():
                points.append(subnetwork_average(layer.weight, layer.bias, hidden, p, how))
    horizontal = torch.cat(one_pass).numpy()
    for how, marker, color in (("arithmetic", "o", "tab:orange"), ("geometric", ".", "tab:blue")):
        vertical = torch.cat(exact[how]).numpy()
        furthest = abs(vertical - horizontal).max()
        label = f"{how} mean, off by at most {furthest:.2g}"
        axis.plot(horizontal, vertical, marker, ms=4, color=color, alpha=0.7, label=label)
    axis.plot([0, 1], [0, 1], color="black", lw=0.7)
    axis.set(title=f"p = {p}", xlabel="one pass through the weight-scaled copy", aspect="equal")
    axis.legend(frameon=False, fontsize=8, loc="upper left")
axes[0].set_ylabel("average over all 256 sub-networks")
fig.suptitle("Weight scaling is exactly the geometric average; the arithmetic average is less sure of itself")
plt.show()

# %% [markdown]
# ## 7.7 Interactions (`interaction_survival` and `expected_surviving_interactions`, 6 points)
#
# The third story is about *what* a network may learn. An interaction of order $k$ is an effect that needs $k$ inputs
# at once: $x_1 x_2$ is of order 2, and XOR of $k$ bits of order $k$. If the inputs are dropped independently at a
# rate $r$, the interaction is seen only when *all* of its $k$ inputs are there:
#
# $$ s(k, r) = (1 - r)^k . $$
#
# There are $\binom{n}{k}$ interactions of order $k$ among $n$ inputs, so the expected number that survive a pass is
#
# $$ e(n, k, r) = \binom{n}{k} (1 - r)^k, \qquad \sum_{k=0}^{n} e(n, k, r) = (2 - r)^n . $$
#
# Without dropout, chance patterns of high order vastly outnumber the simple ones, and a flexible network finds one
# that fits the noise. Dropout thins out all of them, but the simple ones least: at a rate of 0.5, one main effect in
# two is seen, and one interaction of order 10 in a thousand. The price is symmetric: if the truth *is* an interaction
# of high order, dropout hides it just as well.
#
# > **Spot the error.** The slide says of $\binom{n}{k}$, which grows, and $(1-r)^k$, which decays, that "these
# > exponential rates cancel out". Compute both for $n = 25$, $r = 0.5$, $k = 1, 2, 3, 4$, and look at the figure.
# > Where on the axis do they balance, and where does one of them clearly win?
#
# > **Spot the error.** On that slide $p$ is the number of *inputs*; a few slides earlier it was the drop probability.
# > The paper behind the slide stumbles over numbers too: its text says that at a rate of 0.5 an interaction of order
# > 4 survives in 12.5 % of the passes. For which order would that be true?


# %% tags=["task"]
def interaction_survival(order: int, rate: float) -> float:
    """The probability that an interaction survives dropout of the inputs.

    Parameters
    ----------
    order : the number k of inputs that take part, at least 0.
    rate : the probability r that an input is DROPPED, independently of the others.

    Returns
    -------
    (1 - r)^k, as a float (a 0-d tensor is accepted too). Order 0 needs no input, so it always survives, also at rate 1.

    Raises
    ------
    ValueError if ``rate`` is outside [0, 1] or ``order`` is negative.

    Source: STAT 453, Why does Dropout work? (Interaction Effect Interpretation).
    """
    # BEGIN SOLUTION
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"rate must lie in [0, 1], not {rate}")
    if order < 0:
        raise ValueError(f"order must be at least 0, not {order}")
    return (1.0 - rate) ** order
    # END SOLUTION


def expected_surviving_interactions(n_inputs: int, order: int, rate: float) -> float:
    """The expected number of interactions of one order that survive dropout of the inputs.

    Parameters
    ----------
    n_inputs : the number n of inputs.
    order : the number k of different inputs that take part in an interaction, at least 0. Their sequence does not
        matter.
    rate : the probability r that an input is DROPPED, independently of the others.

    Returns
    -------
    C(n, k) * (1 - r)^k, as a float (a 0-d tensor is accepted too). It is 0 for an order above n, since there is no
    such interaction.

    Raises
    ------
    ValueError if ``rate`` is outside [0, 1] or ``order`` is negative.

    Source: STAT 453, Why does Dropout work? (Interaction Effect Interpretation).
    """
    # BEGIN SOLUTION
    return math.comb(n_inputs, order) * interaction_survival(order, rate)
    # END SOLUTION


# %% tags=["figure"]
orders = list(range(26))
fig, axes = plt.subplots(1, 2, figsize=(9.4, 3.7), layout="constrained")
counts = [expected_surviving_interactions(25, k, 0.0) for k in orders]
survival = [interaction_survival(k, 0.5) for k in orders]
product = [expected_surviving_interactions(25, k, 0.5) for k in orders]
axes[0].semilogy(orders, counts, "o-", ms=3, color="tab:gray", label="how many there are")
axes[0].semilogy(orders, survival, "s-", ms=3, color="tab:red", label="probability to survive, r = 0.5")
axes[0].semilogy(orders, product, "D-", ms=3, color="tab:blue", label="expected number that survive")
peak = max(orders, key=lambda k: product[k])
axes[0].annotate(f"peak at k = {peak}", (peak, product[peak]), (3.5, 2), arrowprops={"arrowstyle": "->"})
axes[0].set(title="One rises, one falls: the product peaks", ylabel="number, or probability")
axes[0].legend(frameon=False, fontsize=8)
for rate, color in ((0.0, "tab:gray"), (0.25, "tab:green"), (0.5, "tab:blue"), (0.75, "tab:purple")):
    alive = torch.tensor([expected_surviving_interactions(25, k, rate) for k in orders[1:]])
    axes[1].plot(orders[1:], (100 * alive / alive.sum()).numpy(), "o-", ms=3, color=color, label=f"r = {rate}")
axes[1].set(title="Dropout moves the weight to low orders", ylabel="share of the survivors / %")
axes[1].legend(frameon=False)
for axis in axes:
    axis.set_xlabel("order k of the interaction (25 inputs)")
plt.show()

# %% [markdown]
# ## 7.8 ★ Dropout is a penalty (`dropout_linear_objective`, 6 bonus points)
#
# STAT 453 says that dropout may lead to smaller weights, as an L2 penalty does. For linear regression this can be
# made precise. Put inverted dropout on the inputs, a fresh mask $m_i$ for each example, and look at the loss that you
# minimize *on average*:
#
# $$ J(w) = \mathbb{E}_{m}\Big[\sum_{i=1}^N \Big(y_i - \Big(\frac{m_i \odot x_i}{1-p}\Big)^{\!\top} w\Big)^2\Big] . $$
#
# For any random number, $\mathbb{E}[Z^2] = (\mathbb{E} Z)^2 + \operatorname{Var} Z$. Inverted dropout leaves the mean
# alone, so the first part is the ordinary sum of squared errors. The second part is the variance that you met in 7.5,
# added up over the examples:
#
# $$ J(w) = \lVert y - Xw \rVert^2 + \frac{p}{1-p} \sum_{j} \Big(\sum_i x_{ij}^2\Big) w_j^2 . $$
#
# Read the penalty closely. It is a ridge penalty in which the weight of each input is charged in proportion to how
# large that input is in the data. So, unlike plain ridge regression, it does not care about units: measure an input
# in millimeters and not in meters, and the penalty adapts. And the strength $p/(1-p)$ runs from $0$ to infinity.
#
# > **Spot the error.** A colleague repeats the calculation for standard dropout, where the inputs are masked and not
# > rescaled, and finds the factor $p(1-p)$ in the penalty. "So the two forms of dropout regularize differently, and
# > at $p \to 1$ the standard one does not regularize at all!" The factor is right. What else changed in the
# > objective, and what happens when you rewrite it in terms of $(1-p)w$?


# %% tags=["task"]
def dropout_linear_objective(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """The expected squared error of linear regression with inverted dropout on its inputs, exactly.

    Parameters
    ----------
    X : inputs [N, D].
    y : targets [N].
    w : weights [D]; there is no intercept.
    p : the probability that an input is DROPPED, independently for every element of X; at least 0 and less than 1.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``X``: the expectation over all masks of the SUM over examples of
    (target - prediction)^2, where the prediction is made from the masked inputs, divided by (1 - p). Exact, so without
    randomness. Differentiable in ``w`` and ``X``. No argument is changed.

    Raises
    ------
    ValueError if ``p`` is outside [0, 1).

    Source: STAT 453, Why does Dropout work? (Co-Adaptation Interpretation).
    """
    # BEGIN SOLUTION
    if not 0.0 <= p < 1.0:
        raise ValueError(f"p must lie in [0, 1), not {p}")
    error = (y - X @ w).square().sum()
    charge = X.square().sum(dim=0)
    return error + p / (1.0 - p) * (charge * w.square()).sum()
    # END SOLUTION


# %% [markdown]
# ## Questions to think about
#
# 1. The notebook behind STAT 453's last dropout slide trains an MLP on MNIST for 50 epochs. Without dropout it
#    reports accuracies of 99.73 % (training), 97.93 % (validation) and 97.77 % (test); with $p = 0.5$ they are 97.48
#    %, 97.53 % and 96.60 %. Did dropout do what it promises? Did it help? What would you change before you conclude
#    that it is useless there?
# 2. A loss curve shows the training loss (averaged over mini-batches as they are trained on) *above* the validation
#    loss for the whole run. Nothing is broken. Explain with dropout, and say how to draw the curve so that the two
#    can be compared.
