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
# # Ensembling
#
# Ask one network and you get its answer together with its mistakes. Ask several networks and let them settle on one
# answer: whatever they do *not* get wrong in the same way has a chance to cancel. No loss is changed and no weight is
# shrunk, and still the result generalizes better, most of the time. In this assignment you
#
# - combine the outputs of several models into one answer, for regression (6.1) and for classification (6.2);
# - make models that differ, by training them on resampled data (6.3, 6.4), and predict with them (6.5);
# - fit a small network in closed form, so that you can train hundreds of them in a second and see the lecture's
#   picture of one model against a bagged ensemble (6.6);
# - and take the squared error of an ensemble apart, exactly (6.7): what you gain is how much the members disagree.
#
# Sources: DS 542, *Ensembling*, *Single Model vs Bagged Ensemble* and *L2 regularization (simple net from last
# lecture)*. STAT 453 comes back to the idea in *Why does Dropout work?*
#
# **Conventions of this assignment**
#
# | Question | Here |
# |---|---|
# | Which axis is which? | The first axis counts the $M$ members, the second one the $N$ examples. |
# | Median of an even number of members | The midpoint of the two middle values. |
# | "Mean" for a classifier | The mean of the **logits**; the largest one wins. |
# | Ties in a vote | The class with the smallest index wins. |
# | What is a bag? | $n$ draws with replacement from the $n$ **original** examples; an input keeps its own target. |
# | Squared errors | 6.6 takes their **sum** (plus $\lambda$ times a sum), 6.7 their **mean** over the examples. |
# | Variances | Population variances: divide by $M$, never by $M - 1$. |
# | Empty tensors, lists and unknown words | `ValueError`, as each docstring says. |
# | dtype and device | The result has those of the input, unless the docstring says otherwise. |
# | Arguments | No function changes its arguments: neither values, nor `requires_grad`, nor `.grad`. |
#
# You may call an earlier function of yours in a later task.

# %% tags=["setup"]
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

# %% [markdown]
# ## 6.1 One answer from many numbers (`combine_regression`, 6 points)
#
# Let $\hat y_1, \dots, \hat y_M$ be what $M$ members say about the same example. DS 542 offers two ways to settle:
#
# $$ \text{mean:}\quad \bar y = \frac1M \sum_{m=1}^M \hat y_m , \qquad\qquad
#    \text{median:}\quad \begin{cases} \hat y_{(k)} & M = 2k - 1 \\[1mm]
#    \tfrac12\big(\hat y_{(k)} + \hat y_{(k+1)}\big) & M = 2k, \end{cases} $$
#
# where $\hat y_{(1)} \le \dots \le \hat y_{(M)}$ are the members' answers in order. Each example, and each component of
# its output, is settled on its own.
#
# Why does the mean help? Suppose each member has the variance $\sigma^2$, and each pair of members the correlation
# $\rho$. Then
#
# $$ \operatorname{Var}[\bar y] = \rho\,\sigma^2 + \frac{1-\rho}{M}\,\sigma^2 . $$
#
# With independent mistakes ($\rho = 0$) the variance falls as $1/M$; what the members share stays, however many you
# ask. And a *bias* is the same for the ensemble as for its average member: ten lines through a parabola average to a
# line.
#
# Why the median? The mean follows every member, so one failed training run can ruin it. The median of five does not
# care how wrong two of them are. The price is paid when nothing is broken: for Gaussian errors the median of many
# members has a variance that is $\pi/2 \approx 1.57$ times that of the mean. And robust is not invincible: once
# half of the members fail the same way, the median fails with them.
#
# > **Spot the error.** The table on the slide *Ensembling* says "median", and a reader types `torch.median`. With 5
# > members all is well. Try it on the four numbers 1, 2, 4, 100. Which of the four do you get, and what does the
# > convention above ask for? In the toy experiment of 6.6, with four members, the squared error of the "median" is
# > 0.020 in one of the two versions and 0.041 in the other. Which would you expect to be which?


# %% tags=["task"]
def combine_regression(preds: Tensor, how: str = "mean") -> Tensor:
    """Combine the outputs of the members of an ensemble into one output, example by example.

    Parameters
    ----------
    preds : floating-point tensor [M, N, ...]: the outputs of M members for N examples, with any number of further axes.
    how : "mean", or "median": for an odd number of members the middle value, for an even number the midpoint of the
        two middle values.

    Returns
    -------
    A tensor [N, ...] with the dtype and device of ``preds``. Every element is combined over the members alone; their
    order does not matter. A single member is returned as it is. Differentiable in ``preds`` (the median where the
    members differ). ``preds`` is not changed.

    Raises
    ------
    ValueError if ``how`` is any other word, or if ``preds`` has no elements.

    Source: DS 542, Ensembling.
    """
    # BEGIN SOLUTION
    if how not in ("mean", "median"):
        raise ValueError(f"how must be 'mean' or 'median', not {how!r}")
    if preds.numel() == 0:
        raise ValueError("there is nothing to combine")
    if how == "mean":
        return preds.mean(dim=0)
    ordered = preds.sort(dim=0).values
    n_members = len(preds)
    return (ordered[(n_members - 1) // 2] + ordered[n_members // 2]) / 2
    # END SOLUTION


# %% [markdown]
# Eleven members estimate a number; each is off by its own Gaussian error. Then more and more of them break and answer
# something far too large. Look at both ends of the left half: what does robustness cost where nothing is broken, and
# what does it buy with a single failure?

# %% tags=["figure"]
import matplotlib.pyplot as plt

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
BLUE, ORANGE, GREEN, RED, GRAY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#777777"

figure_rng = torch.Generator().manual_seed(61)
healthy = 0.3 * torch.randn(11, 4000, generator=figure_rng)
fig, axis = plt.subplots(figsize=(7.5, 3.6), layout="constrained")
for how, marker, color in (("mean", "o", ORANGE), ("median", "s", BLUE)):
    sizes = []
    for n_broken in range(9):
        members = healthy.clone()
        members[:n_broken] += 10
        sizes.append(combine_regression(members, how).square().mean().sqrt())
    axis.semilogy(range(9), sizes, marker + "-", color=color, label=f"{how} of the 11 members")
axis.axhline(0.3, color=GRAY, ls="--", lw=1)
axis.text(8.1, 0.3, "one healthy member", color=GRAY, ha="right", va="bottom")
axis.axvline(5.5, color=GRAY, lw=0.7)
axis.text(5.6, 0.09, "most of them are broken", color=GRAY, ha="left", va="bottom")
axis.set(xlabel="broken members, each too large by 10", ylabel="typical error (root mean square)")
axis.set_title("The mean follows every member, the median the majority")
axis.legend(frameon=False, loc="upper left")
plt.show()

# %% [markdown]
# ## 6.2 One class from many classifiers (`combine_classification`, 9 points)
#
# A classifier says more than a class: it returns $K$ logits $z_{m,1}, \dots, z_{m,K}$, which softmax turns into
# probabilities. DS 542 again offers two ways:
#
# $$ \text{mean:}\quad \hat c = \operatorname*{arg\,max}_k\; \frac1M \sum_{m=1}^M z_{m,k} , \qquad\quad
#    \text{vote:}\quad \hat c = \operatorname*{arg\,max}_k\; \#\big\{ m : \hat c_m = k \big\}, \quad
#    \hat c_m = \operatorname*{arg\,max}_k z_{m,k} . $$
#
# "Mean before softmax" is a definite choice. Softmax of the mean logits is the **normalized geometric mean** of the
# members' probabilities,
#
# $$ \operatorname{softmax}\Big(\frac1M \sum_m z_m\Big)_k \;\propto\; \prod_{m} p_{m,k}^{1/M}, \qquad
#    p_m = \operatorname{softmax}(z_m) , $$
#
# so a member that gives a class almost no chance can veto it: one factor near 0 makes the product small. Averaging the
# *probabilities* $p_m$ is the arithmetic mean: there a single "certainly not" costs a class at most a share $1/M$. And
# a vote does not hear how sure anybody is. The figure shows where the three rules differ.
#
# Logits are fixed only up to a constant: adding a number of your choice to all logits of one member changes none of its
# probabilities. A sound rule must not notice. Does the mean of the logits pass that test? Why?
#
# When does it fail? The mean of logits trusts a member as much as the member trusts itself. A network that was trained
# far too long says 40 where another one says 4, and outvotes everybody else. The vote is immune to that, and pays
# with ties: here the tie goes to the class with the smallest index, wherever its votes came from.
#
# > **Spot the error.** "An ensemble of classifiers averages the outputs." DS 542's table means logits; scikit-learn's
# > soft voting means probabilities. Take three members and two classes, with logits $(6, 0)$, $(0, 2)$ and $(0, 2)$.
# > Compute both averages, and the vote, by hand. Which of the three disagrees with the other two, and which member
# > decided?
#
# > **Spot the error.** The column with the vote has "robust" in its head. Five digit classifiers vote 3, 8, 3, 8, 1.
# > Train the last one again from another seed, and it says 8 (or 3). How robust was the class? (With five networks on
# > MNIST-1D we saw a tie for first place in 7 to 8 % of the test examples.) What would you report next to the class?


# %% tags=["task"]
def combine_classification(logits: Tensor, how: str = "mean") -> Tensor:
    """Combine the logits of the members of an ensemble into one class for each example.

    Parameters
    ----------
    logits : floating-point tensor [M, N, K]: the logits of M members for N examples and K classes.
    how : "mean" averages the logits over the members (before any softmax) and takes the class with the largest average.
        "vote" lets each member vote for the class of its own largest logit and takes the class with most votes; among
        classes with equally many votes it is the one with the smallest index.

    Returns
    -------
    An int64 tensor [N] of class indices on the device of ``logits``. Where a member, or the average, has two largest
    logits that are exactly equal, any of these classes is right (it is not tested). ``logits`` is not changed.

    Raises
    ------
    ValueError if ``how`` is any other word, or if ``logits`` has no elements.

    Source: DS 542, Ensembling.
    """
    # BEGIN SOLUTION
    if how not in ("mean", "vote"):
        raise ValueError(f"how must be 'mean' or 'vote', not {how!r}")
    if logits.numel() == 0:
        raise ValueError("there is nothing to combine")
    if how == "mean":
        return logits.mean(dim=0).argmax(dim=1)
    ballots = nn.functional.one_hot(logits.argmax(dim=2), logits.shape[2])
    return ballots.sum(dim=0).argmax(dim=1)
    # END SOLUTION


# %% [markdown]
# Three members, two classes. What a member says is its margin: the logit of class A minus that of class B. The third
# member is moderately for A; the axes are the margins of the other two. The colors show the decision of your
# function; the black line is where the average of the *probabilities* changes its mind.

# %% tags=["figure"]
margins = torch.linspace(-8, 8, 321)
first, second = torch.meshgrid(margins, margins, indexing="xy")
THIRD = 1.6
three_members = torch.stack([first, second, torch.full_like(first, THIRD)]).reshape(3, -1)
two_classes = torch.stack([three_members, torch.zeros_like(three_members)], dim=2)
share_of_a = two_classes.softmax(dim=2)[..., 0].mean(dim=0).reshape(first.shape)

fig, axes = plt.subplots(1, 2, figsize=(8.6, 4.6), layout="constrained", sharey=True)
for axis, how, title in zip(axes, ("mean", "vote"), ("mean of the logits", "vote"), strict=True):
    winner = combine_classification(two_classes, how).reshape(first.shape)
    axis.contourf(margins, margins, winner, levels=[-0.5, 0.5, 1.5], colors=[BLUE, ORANGE], alpha=0.45)
    axis.contour(margins, margins, share_of_a, levels=[0.5], colors="black")
    axis.axhline(0, color="white", lw=0.7)
    axis.axvline(0, color="white", lw=0.7)
    axis.text(4, 5, "class A", color="black", ha="center", weight="bold")
    axis.text(-5, -6, "class B", color="black", ha="center", weight="bold")
    axis.set(title=title, xlabel="margin of member 1 (for A: positive)", aspect="equal")
axes[0].set_ylabel("margin of member 2")
axes[0].text(-4.1, 7.0, "member 1 is for B and loses:\nmember 2 is surer of A", fontsize=8, ha="center", va="center")
axes[1].plot([], [], color="black", label="where the mean of the probabilities is undecided")
fig.legend(loc="outside lower center", frameon=False)
fig.suptitle(f"Three rules, one ensemble (member 3 has the margin {THIRD} for A)")
plt.show()

# %% [markdown]
# ## 6.3 A bag (`bootstrap_indices`, 6 points)
#
# An ensemble of identical members is one member. DS 542 lists what can make them differ: other initializations, other
# kinds of model, or other *data*. But there is only one data set. **Bootstrap aggregating**, or bagging, makes more of
# it: draw $n$ times from the $n$ examples, uniformly, and put each one back before the next draw. The result looks
# like a fresh sample of the same size, in which some examples are there twice or three times, and some are missing.
#
# How many are missing? An example is missed by one draw with probability $1 - \frac1n$, and the draws are independent:
#
# $$ \Pr(\text{example } i \text{ is not in the bag}) = \Big(1 - \frac1n\Big)^n
#    \;\longrightarrow\; \frac1e \approx 0.368 . $$
#
# So a bag holds about 63 % of the different examples. The others are *out of the bag*: the member that was trained on
# it has never seen them, so they can validate it for free.
#
# This function draws the indices. They are drawn once for inputs and targets together, since an input must keep its
# own target.
#
# > **Spot the error.** A program draws an index by rounding a uniform random number between 0 and $n - 1$. No index is
# > out of range, each one can come, and the bags look random. Take $n = 3$ and find the probability of each index.
#
# > **Spot the error.** "The bag holds 63 % of the data, so I draw $0.63\,n$ examples." What has this reader confused?
# > And what becomes of bagging if you draw *without* replacement?


# %% tags=["task"]
def bootstrap_indices(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Draw the indices of one bag: n draws from 0, ..., n - 1, uniform, independent, with replacement.

    Parameters
    ----------
    n : the number of examples, and of draws.
    generator : the source of the random numbers; None is torch's default generator. All randomness comes from it: the
        same state gives the same indices, and each call advances it.

    Returns
    -------
    An int64 tensor [n], on the device of ``generator`` (the CPU for None). Each entry is one of 0, ..., n - 1, every
    one with the same probability, whatever the other entries are.

    Raises
    ------
    ValueError if ``n`` is less than 1.

    Source: DS 542, Ensembling.
    """
    # BEGIN SOLUTION
    if n < 1:
        raise ValueError(f"a bag needs at least one example, not {n}")
    device = "cpu" if generator is None else generator.device
    return torch.randint(n, (n,), generator=generator, device=device)
    # END SOLUTION


# %% tags=["figure"]
figure_rng = torch.Generator().manual_seed(64)
fig, axes = plt.subplots(1, 2, figsize=(9.4, 3.5), layout="constrained")
copies = bootstrap_indices(15, figure_rng).bincount(minlength=15)
axes[0].bar(range(15), copies, color=[RED if count == 0 else BLUE for count in copies.tolist()])
axes[0].plot((copies == 0).nonzero(), torch.zeros(int((copies == 0).sum())), "x", color=RED, label="out of the bag")
axes[0].set(title="One bag of 15 examples", xlabel="example", ylabel="times in the bag", xticks=range(0, 15, 2))
axes[0].set(yticks=range(int(copies.max()) + 1), ylim=(-0.25, int(copies.max()) + 0.6))
axes[0].legend(frameon=False, loc="upper right")
counts = torch.tensor([1, 2, 3, 5, 8, 15, 30, 60, 120, 250, 500, 1000])
for count in counts.tolist():
    shares = [len(bootstrap_indices(count, figure_rng).unique()) / count for _ in range(40)]
    axes[1].semilogx([count] * 40, shares, ".", ms=3, color=BLUE, alpha=0.5, label="40 bags" if count == 1 else None)
axes[1].semilogx(counts, 1 - (1 - 1 / counts) ** counts, color=ORANGE, lw=2, label="expected share")
axes[1].axhline(1 - torch.exp(torch.tensor(-1.0)), color="black", ls="--", lw=1, label="limit, 63.2 %")
axes[1].set(title="Different examples in a bag", xlabel="number of examples n", ylabel="share of the examples")
axes[1].legend(frameon=False)
plt.show()

# %% [markdown]
# ## 6.4 Training on bags (`fit_bagged`, 8 points)
#
# Now train: for each member draw a bag, hand the bag to the training procedure, and keep what comes back. The procedure
# is an argument, `fit(x_bag, y_bag)`, so the same function bags a line, a tree or a network; what `fit` returns (a
# function, a module, a list of coefficients) is its own business.
#
# Every bag is drawn from the **original** data. If you bag the last bag, the examples die out: after $k$ rounds a pair
# of draws shows the same original example with probability $1 - (1 - \frac1n)^k$, and in the end only one is left.
#
# Why does it help? If you could train on ever more *independent* data sets and average, the variance of the training
# procedure would vanish. Bags imitate that with the one data set that you have. They are correlated (they share
# examples), so a part of the variance stays; and each member sees only 63 % of the examples, so alone it is usually
# worse than a model that is trained on everything. Bagging wins where the procedure is *unstable*: where a few changed
# examples change the fitted function a lot. For a stable one it costs more than it gives.
#
# The hand-written note on the slide says that bagging is more common with deterministic models. A closed-form
# fit returns the same model each time: there, other data are the only way to get other members. Networks that start
# from random weights already differ.


# %% tags=["task"]
def fit_bagged(
    x: Tensor,
    y: Tensor,
    fit: Callable[[Tensor, Tensor], object],
    n_models: int,
    generator: torch.Generator | None = None,
) -> list:
    """Train the members of an ensemble, each on a bag of its own.

    Parameters
    ----------
    x, y : inputs [N, ...] and their targets [N, ...], of any dtypes.
    fit : trains one member: called as ``fit(x_bag, y_bag)``, it returns a predictor, of whatever kind.
    n_models : the number of members.
    generator : the source of the bags' random numbers, on the device of ``x``; None is torch's default generator. All
        randomness of the bags comes from it: the same state gives the same bags.

    Returns
    -------
    A list with what the ``n_models`` calls of ``fit`` returned, in the order of the calls.

    ``fit`` is called exactly ``n_models`` times. Each time it gets a fresh bag of N examples (task 6.3): drawn from
    ``x`` and ``y`` as they were given, independently of the other bags, with each input beside its own target. Shapes,
    dtypes and device are those of ``x`` and ``y``, which are not changed.

    Raises
    ------
    ValueError if ``n_models`` is less than 1, if ``x`` and ``y`` have different lengths, or if they are empty.

    Source: DS 542, Ensembling.
    """
    # BEGIN SOLUTION
    if n_models < 1:
        raise ValueError(f"an ensemble needs at least one member, not {n_models}")
    if len(x) != len(y):
        raise ValueError(f"{len(x)} inputs do not fit {len(y)} targets")
    members = []
    for _ in range(n_models):
        rows = bootstrap_indices(len(x), generator)
        members.append(fit(x[rows], y[rows]))
    return members
    # END SOLUTION


# %% [markdown]
# ## 6.5 Predicting with an ensemble (`bagged_predict`, 4 points)
#
# Ask every member, then combine the **outputs** as in 6.1. It is tempting to average the members' *parameters*
# instead, once and for all, and keep a single model. For a model that is linear in its parameters that is the same
# thing. For a network it is not: swap two hidden units, with all their weights, and you have the same function with
# other parameters. The average of the two sets of parameters is a network in which these two units are equal, which
# computes something else.
#
# The price of an ensemble is plain: $M$ times the training, $M$ times the memory, $M$ times the work for each
# prediction.


# %% tags=["task"]
def bagged_predict(models: Sequence[Callable[[Tensor], Tensor]], x: Tensor, how: str = "mean") -> Tensor:
    """The prediction of an ensemble: the outputs of its members, combined as in task 6.1.

    Parameters
    ----------
    models : the members, at least one: callables (plain functions or modules) that turn ``x`` into outputs [N, ...],
        all of the same shape and dtype.
    x : a batch of inputs. Each member gets it as it is.
    how : "mean" or "median" of the outputs over the members (for an even number of members the midpoint of the two
        middle outputs).

    Returns
    -------
    A tensor with the shape, dtype and device of one member's output. Differentiable in ``x`` where the members are.
    ``x`` and the members are not changed.

    Raises
    ------
    ValueError if ``models`` is empty, or if ``how`` is any other word.

    Source: DS 542, Ensembling and Single Model vs Bagged Ensemble.
    """
    # BEGIN SOLUTION
    if len(models) == 0:
        raise ValueError("an ensemble needs at least one member")
    return combine_regression(torch.stack([model(x) for model in models]), how)
    # END SOLUTION


# %% [markdown]
# ## 6.6 A network that trains in closed form (`relu_basis` and `fit_relu_network`, 7 points)
#
# To compare one model with hundreds we need a network that trains at once, and without luck. Take a shallow ReLU
# network on the interval $[0, 1]$ and nail its hidden units down: unit $j$ wakes up at the joint $\frac{j-1}{H}$ and
# then rises with slope 1. Only the output layer is trained:
#
# $$ f(x) = \beta + \sum_{j=1}^{H} \omega_j\, h_j(x), \qquad h_j(x) = \max\!\Big(x - \frac{j-1}{H},\, 0\Big) . $$
#
# The graph of $f$ is a chain of $H$ straight pieces on $[0,1]$, and $\omega_j$ is the *change of slope* at joint $j$.
# Now $f$ is linear in its parameters, so training is linear least squares. With the L2 penalty of DS 542 on the slopes,
# as a **sum** over the examples,
#
# $$ (\hat\beta, \hat\omega) = \operatorname*{arg\,min}_{\beta, \omega}\;
#    \sum_{i=1}^{N} \big(y_i - f(x_i)\big)^2 + \lambda \sum_{j=1}^{H} \omega_j^2 . $$
#
# The intercept $\beta$ is not penalized: whoever measures $y$ from another zero must get the same curve, moved. Set the
# derivative to zero and you have $H + 1$ linear equations; `torch.linalg` can solve them, or the least-squares
# problem itself.
#
# *A check on paper.* As $\lambda \to \infty$, all slopes go to 0. Where does the intercept go?
#
# *When it fails.* With $\lambda = 0$ the minimizer is unique only if the columns of the basis are linearly independent
# on the data. In a bag of 15 examples there are about 10 different inputs for 15 coefficients: a bag needs
# $\lambda > 0$.


# %% tags=["task"]
def relu_basis(x: Tensor, n_hidden: int) -> Tensor:
    """The hidden layer of the simplified network: a column of ones, then one column for each hidden unit.

    Parameters
    ----------
    x : floating-point tensor [N], any real numbers, also outside [0, 1].
    n_hidden : the number H of hidden units, at least 1.

    Returns
    -------
    A tensor [N, H + 1] with the dtype and device of ``x``. Column 0 is 1 everywhere; column j, for j = 1, ..., H, is
    max(x - (j - 1)/H, 0). ``x`` is not changed.

    Raises
    ------
    ValueError if ``n_hidden`` is less than 1.

    Source: DS 542, L2 regularization (simple net from last lecture).
    """
    # BEGIN SOLUTION
    if n_hidden < 1:
        raise ValueError(f"n_hidden must be at least 1, not {n_hidden}")
    joints = torch.arange(n_hidden, dtype=x.dtype, device=x.device) / n_hidden
    return torch.cat([torch.ones_like(x)[:, None], (x[:, None] - joints).relu()], dim=1)
    # END SOLUTION


def fit_relu_network(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """Train the simplified network in closed form: least squares with an L2 penalty on the slopes.

    Parameters
    ----------
    x, y : inputs [N] and targets [N], of one floating-point dtype.
    n_hidden : the number H of hidden units, at least 1.
    reg : the factor of the penalty, at least 0. With reg > 0 any N is fine; with reg = 0 the columns of the basis must
        be linearly independent on ``x`` (that is the caller's duty).

    Returns
    -------
    The coefficients [H + 1] that minimize the SUM over the examples of (target - prediction)^2, plus ``reg`` times the
    sum of the squares of all coefficients but the first; the prediction is ``relu_basis(x, n_hidden)`` times the
    coefficients. The first one, the intercept, is not penalized. dtype and device are those of ``x``. The result
    need not be differentiable. No argument is changed.

    Raises
    ------
    ValueError if ``n_hidden`` is less than 1, if ``reg`` is negative, if ``x`` and ``y`` have different lengths, or if
    they are empty.

    Source: DS 542, L2 regularization (simple net from last lecture) and Single Model vs Bagged Ensemble.
    """
    # BEGIN SOLUTION
    if reg < 0:
        raise ValueError(f"reg must be at least 0, not {reg}")
    if len(x) == 0 or len(x) != len(y):
        raise ValueError(f"{len(x)} inputs and {len(y)} targets: need as many of both, and at least one")
    # Each penalized coefficient is one more example: its prediction, times the root of reg, should be 0.
    price = torch.full((n_hidden + 1,), reg**0.5, dtype=x.dtype, device=x.device)
    price[0] = 0.0
    rows = torch.cat([relu_basis(x, n_hidden), torch.diag(price)])
    return torch.linalg.lstsq(rows, torch.cat([y, torch.zeros_like(price)])).solution
    # END SOLUTION


# %% [markdown]
# The data are 15 noisy points of a smooth curve, the ones of a well-known textbook notebook (S. Prince, *Understanding
# Deep Learning*, notebook 9.3), so that the numbers can be compared with what others got. The network has 14 hidden
# units: 15 parameters for 15 points. First the picture of the slide *L2 regularization (simple net from last lecture)*:
# the same network with a growing penalty. The error is measured against the true curve, which you know only because
# this is a toy.

# %% tags=["figure"]
import numpy as np


def true_curve(x):
    """The function behind the data (with the notebook's 3.1413 for pi)."""
    return np.exp(np.sin(2 * 3.1413 * x))


toy = np.random.RandomState(1)
left = np.arange(15) / 15
x_numbers = toy.uniform(left, left + 1 / 15)
y_toy = torch.tensor(true_curve(x_numbers) + toy.normal(0, 0.3, 15))
x_toy = torch.tensor(x_numbers)
x_line = torch.linspace(0, 1, 100, dtype=torch.float64)
y_line = torch.tensor(true_curve(x_line.numpy()))


def curve(coefficients):
    """The trained network on the whole interval."""
    return relu_basis(x_line, 14) @ coefficients


def error(prediction):
    """Mean squared distance from the true curve."""
    return float((prediction - y_line).square().mean())


fig, axes = plt.subplots(1, 4, figsize=(12.5, 3.2), layout="constrained", width_ratios=[1, 1, 1, 1.15])
for axis, reg, verdict in zip(
    axes[:3], (1e-5, 3e-3, 1.0), ("follows the noise", "about right", "too stiff"), strict=True
):
    fitted = curve(fit_relu_network(x_toy, y_toy, 14, reg))
    axis.plot(x_line, y_line, color="black", lw=1, label="true curve")
    axis.plot(x_line, fitted, color=BLUE, label="network")
    axis.plot(x_toy, y_toy, "o", ms=3.5, color=ORANGE, label="data")
    axis.set(title=f"$\\lambda$ = {reg:g}: {verdict}\nerror {error(fitted):.3f}", ylim=(-0.9, 4.1), xlabel="input x")
axes[0].set_ylabel("output y")
axes[2].legend(frameon=False, fontsize=8)
regs = torch.logspace(-6, 1.5, 60).tolist()
axes[3].loglog(regs, [error(curve(fit_relu_network(x_toy, y_toy, 14, reg))) for reg in regs], color=BLUE)
for reg in (1e-5, 3e-3, 1.0):
    axes[3].loglog(reg, error(curve(fit_relu_network(x_toy, y_toy, 14, reg))), "o", ms=4, color=BLUE)
axes[3].set(title="Neither end is good", xlabel="$\\lambda$", ylabel="error")
fig.suptitle("The simplified network under a growing L2 penalty on its slopes")
plt.show()

# %% [markdown]
# Now the slide *Single Model vs Bagged Ensemble*, with the smallest of these penalties ($\lambda = 10^{-5}$), four
# members and the notebook's own bags. The last panel repeats the experiment 1,000 times with bags of your own.
#
# > **Spot the error.** The first three panels show what everybody finds who runs the textbook's notebook: 0.195 for one
# > network, 0.018 for the mean of four. "Bagging divides the error by ten", the reader concludes. Find the 0.018 in the
# > last panel. How typical is it? In how many of the experiments was one network the better choice? What is the
# > honest sentence about four bagged networks?

# %% tags=["figure"]
book_bags = [torch.tensor(toy.choice(15, 15, replace=True)) for _ in range(4)]
members = torch.stack([curve(fit_relu_network(x_toy[bag], y_toy[bag], 14, 1e-5)) for bag in book_bags])
single = curve(fit_relu_network(x_toy, y_toy, 14, 1e-5))
settled = {how: combine_regression(members, how) for how in ("mean", "median")}

fig, axes = plt.subplots(1, 4, figsize=(12.5, 3.4), layout="constrained", width_ratios=[1, 1, 1, 1.2])
axes[0].plot(x_line, single, color=BLUE, label="one network on all data")
axes[0].set_title(f"one network: {error(single):.3f}")
for member, color, style in zip(members, (BLUE, GREEN, RED, GRAY), ("-", "--", "-.", ":"), strict=True):
    axes[1].plot(x_line, member, style, color=color, lw=1.2)
errors = ", ".join(f"{error(member):.2f}" for member in members)
axes[1].set_title(f"four bagged networks:\n{errors}")
for how, color, style in (("mean", BLUE, "-"), ("median", RED, "--")):
    axes[2].plot(x_line, settled[how], style, color=color, label=f"{how}: {error(settled[how]):.3f}")
axes[2].set_title("the four, combined")
axes[2].legend(frameon=False, fontsize=8)
for axis in axes[:3]:
    axis.plot(x_line, y_line, color="black", lw=0.8)
    axis.plot(x_toy, y_toy, "o", ms=3, color=ORANGE)
    axis.set(ylim=(-0.9, 4.1), xlabel="input x")
axes[0].set_ylabel("output y (black: true curve)")

figure_rng = torch.Generator().manual_seed(67)
many = fit_bagged(x_toy, y_toy, lambda x, y: curve(fit_relu_network(x, y, 14, 1e-5)), 4000, figure_rng)
quartets = [error(group.mean(dim=0)) for group in torch.stack(many).reshape(1000, 4, 100)]
worse = sum(one > error(single) for one in quartets) / 1000
axes[3].hist(quartets, bins=[0.01 * k for k in range(71)], color=GRAY)
axes[3].axvline(error(single), color=BLUE, lw=2, label="one network on all data")
axes[3].axvline(error(settled["mean"]), color=RED, lw=2, ls="--", label="the bags of panel 3")
axes[3].set_title(f"1,000 times four bags: average {sum(quartets) / 1000:.3f},\n{100 * worse:.0f} % worse than one")
axes[3].set(xlabel="error of the mean of four", ylabel="number of experiments", xlim=(0, 0.7))
axes[3].legend(frameon=False, fontsize=8)
fig.suptitle("Single model against bagged ensemble (15 points, 14 hidden units, $\\lambda$ = 1e-5)")
plt.show()

# %% [markdown]
# ## 6.7 Why it works: the ambiguity decomposition (`ambiguity_decomposition`, 5 points)
#
# For the mean and the squared error, the gain of an ensemble can be computed exactly. Fix one example with target $y$
# and write $\bar y$ for the mean of the members. For any numbers,
#
# $$ (\bar y - y)^2 \;=\; \frac1M \sum_m (\hat y_m - y)^2 \;-\; \frac1M \sum_m (\hat y_m - \bar y)^2 . $$
#
# (Write $\hat y_m - y = (\hat y_m - \bar y) + (\bar y - y)$, square, and average over $m$: what happens to the mixed
# term?) Averaged over the examples this reads
#
# $$ \underbrace{E_{\text{ens}}}_{\text{error of the ensemble}} \;=\;
#    \underbrace{\bar E}_{\text{mean error of a member}} \;-\;
#    \underbrace{\bar A}_{\text{ambiguity}} , \qquad \bar A \ge 0 . $$
#
# Three things follow at once. The mean of an ensemble is *never* worse than its average member (it may well be worse
# than its best one). The gain is the spread of the members around their own mean, for which you need no target: it can
# be measured on unlabeled data. And diversity is worth something only as long as it is not bought with member
# error: the two terms on the right both grow when you make the members worse.
#
# *When it fails.* The identity needs the squared error, the mean and the population variance. For the median, or
# for the error rate of a classifier, there is no such identity: a vote *can* be worse than its average member.
#
# > **Spot the error.** The slide *Single Model vs Bagged Ensemble* shows the ensemble winning, and a reader adds: "It
# > must win, by the ambiguity decomposition." Which model does the decomposition compare the ensemble with? Is it the
# > one that was trained on all the data? Look at the left end of the next figure.


# %% tags=["task"]
def ambiguity_decomposition(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Take the squared error of an averaging ensemble apart.

    Parameters
    ----------
    preds : floating-point tensor [M, N]: the outputs of M members for N examples.
    y : the targets [N], of the same dtype.

    Returns
    -------
    (ensemble error, mean member error, ambiguity), three 0-d tensors with the dtype and device of ``preds``, each a
    mean over the N examples: of the squared error of the mean of the members; of the members' squared errors,
    averaged over the members; and of the variance of the members around their own mean (population variance: divide by
    M). So the first is the second minus the third. Differentiable in ``preds`` and ``y``. No argument is changed.

    Raises
    ------
    ValueError if ``preds`` has no elements, or if ``y`` has another shape than one member's outputs.

    Source: DS 542, Ensembling.
    """
    # BEGIN SOLUTION
    if preds.numel() == 0 or preds.shape[1:] != y.shape:
        raise ValueError(f"predictions {list(preds.shape)} do not fit targets {list(y.shape)}, or are empty")
    center = preds.mean(dim=0)
    ensemble = (center - y).square().mean()
    members = (preds - y).square().mean()
    ambiguity = (preds - center).square().mean()
    return ensemble, members, ambiguity
    # END SOLUTION


# %% [markdown]
# The bagged networks of 6.6, in ensembles of growing size. The height of a column is the mean error of a member; the
# part on top is the ambiguity, which averaging takes away; what is left is the error of the ensemble. The height hardly
# depends on the size of the ensemble. The dashed line is the single network that was trained on all 15 points. From
# which size on do the bags pay?

# %% tags=["figure"]
all_curves = torch.stack(many)
group_sizes = [1, 2, 4, 8, 16, 32, 64, 128]
columns = []
for size in group_sizes:
    groups = all_curves[: 4000 // size * size].reshape(-1, size, 100)
    parts = torch.tensor([ambiguity_decomposition(group, y_line) for group in groups])
    columns.append(parts.mean(dim=0).tolist())
fig, axis = plt.subplots(figsize=(8, 3.8), layout="constrained")
places = range(len(group_sizes))
axis.bar(places, [part[0] for part in columns], color=BLUE, label="error of the ensemble")
axis.bar(
    places,
    [part[2] for part in columns],
    bottom=[part[0] for part in columns],
    color=ORANGE,
    hatch="//",
    edgecolor="white",
    label="ambiguity: what averaging takes away",
)
for place, part in zip(places, columns, strict=True):
    axis.text(place, 0.03, f"{part[0]:.3f}", color="white", ha="center", va="center", fontsize=8)
axis.axhline(error(single), color="black", ls="--", lw=1.2, label="one network on all data")
axis.set_xticks(places, [str(size) for size in group_sizes])
axis.set(xlabel="members M of the ensemble", ylabel="mean squared error", ylim=(0, 1.12 * columns[0][0]))
axis.set_title("Same members, same error each: the ensemble keeps what they have in common", pad=26)
axis.legend(frameon=False, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=8)
plt.show()

# %% [markdown]
# ## Questions to think about
#
# 1. On MNIST-1D (4,000 training examples, networks with two hidden layers of 200 units) we measured these test errors:
#    one network about 35 %; five networks from different initializations, mean of the logits, 31 %; five *bagged*
#    networks 36 %, where one bagged network alone has 43 %. Bagging improved on its own members by more than the
#    other ensemble did, and still did not beat a single network. Explain with 6.3 and 6.7, and say what you would do if
#    you could train five networks.
# 2. In the toy problem the single network has an error of 0.195 at $\lambda = 10^{-5}$, and 256 bags bring it down to
#    0.08. At $\lambda = 3 \cdot 10^{-3}$ the single network has 0.047, and bagging makes it *worse* (0.055 with 256
#    bags). What does bagging have in common with an L2 penalty, and why do you not simply get both gains? How would you
#    choose between the two if you did not know the true curve?
