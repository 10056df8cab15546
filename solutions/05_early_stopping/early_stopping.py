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
# # Early stopping and smaller networks
#
# A network learns the broad shape of its data first and the noise last. So there is a moment in training at which it
# knows what there is to know and has not yet learned what is not so. **Early stopping** is the attempt to leave at
# that moment. It costs nothing, it fits every model, and most people who use it cannot say exactly what their own
# version of it does when two epochs tie. After this assignment you can.
#
# - *When* to stop is a rule with a memory (5.2), and it is not the same as knowing afterwards which epoch was best
#   (5.3).
# - *What* you take home is a checkpoint and not the network that happens to be in memory (5.4).
# - *How good* it is must be measured on data that had no say in any of this (5.1, 5.5).
# - *Why* it works can be computed for a quadratic loss: stopping early is nearly an L2 penalty (5.6).
# - The other way to less capacity is a smaller network: count what you have (5.7), and throw away what is dead (5.8).
#
# Sources: DS 542, *Early stopping*, *Project 1 36 Epochs* and *Same Seed (1) 500 Epochs*; STAT 453, *Early Stopping*
# (Step 1 and Step 2), *Reduce Network's Capacity* and *Dropout in PyTorch*.
#
# **Conventions of this assignment**
#
# | Question | Here |
# |---|---|
# | How are epochs counted? | From 0: the first metric belongs to epoch 0. |
# | Is a small metric good? | `mode="min"` (a loss, an error): yes. `mode="max"` (an accuracy): no, a large one is. |
# | What is an improvement? | A metric better than the **best so far** by **more than** `min_delta`. |
# | Two epochs are equally good? | The earlier one counts: a tie is no improvement. |
# | What is patience? | How many epochs **in a row** may pass without an improvement. The last of them stops. |
# | A metric is NaN? | It is never an improvement and never the best. |
# | Arguments | No function changes its arguments, except that 5.4 trains the model that it is given. |
#
# You may call an earlier function of yours in a later task.

# %% tags=["setup"]
import copy
import itertools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

# %% [markdown]
# ## 5.1 Three parts (`split_indices`, 6 points)
#
# Three questions need three sets of data. The **training** set answers "which weights?". The **validation** set
# answers every question that you decide by looking: which epoch, which width, which $\lambda$. The **test** set answers
# one question, once: how good is it? If a set has answered a question of one kind, it is biased for the next.
#
# We deal out *indices* and not data, so that inputs and labels cannot get out of step. With fractions
# $f_{\text{train}} + f_{\text{val}} + f_{\text{test}} = 1$ the sizes are
#
# $$ n_{\text{train}} = \lfloor f_{\text{train}}\, n \rfloor, \qquad n_{\text{val}} = \lfloor f_{\text{val}}\, n
#    \rfloor, \qquad n_{\text{test}} = n - n_{\text{train}} - n_{\text{val}} . $$
#
# Two parts are rounded down and the third takes the rest, so that no example is lost and none is used twice.
#
# The dealing must be random. Files are often sorted by label or by date: with the first 80 % for training, a digit
# classifier might never see a 9. And it must be repeatable, so the random numbers come from a generator that you can
# seed. A split that changes between two runs lets test examples leak into training.
#
# *When it fails.* A random split assumes that examples are independent. Ten X-rays of one patient, or two adjacent
# frames of one video, are not: dealt out at random, the test set holds near-copies of what was trained on. Then split
# by patient, or by time.
#
# > **Spot the error.** STAT 453, *Early Stopping* (Step 1), splits the data in three "as always", and leaves out the
# > one thing that there is no standard for. With 1,000 examples and the fractions 0.8, 0.1, 0.1 a test error of 10 %
# > has a standard error of $\sqrt{0.1 \cdot 0.9 / 100} = 3$ percentage points. What can you *not* learn from such a
# > test set? Which fractions would you choose for 1,000 examples, and which for 10 million?


# %% tags=["task"]
def split_indices(
    n: int, fractions: Sequence[float] = (0.8, 0.1, 0.1), generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Deal the indices 0 .. n-1 out to a training, a validation and a test set, at random.

    Parameters
    ----------
    n : the number of examples, at least 1.
    fractions : exactly three numbers, for training, validation and test, in this order. Each is greater than 0, and
        together they are 1 within 1e-9.
    generator : the source of the random numbers, on the CPU; None is torch's default generator. All randomness comes
        from it: the same state gives the same split, and each call draws anew.

    Returns
    -------
    (train, validation, test): three int64 tensors with one dimension, on the CPU. Together they hold each index exactly
    once. The first has floor(fractions[0] * n) indices, the second floor(fractions[1] * n), the third all others; for
    a small n a part may be empty. All ways to deal are equally likely. The order within a part is up to you.

    Raises
    ------
    ValueError if n is less than 1, if there are not exactly three fractions, if one of them is 0 or negative, or if
    their sum is not 1.

    Source: STAT 453, Early Stopping (Step 1).
    """
    # BEGIN SOLUTION
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    if len(fractions) != 3 or min(fractions) <= 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError(f"need three positive fractions that sum to 1, not {tuple(fractions)}")
    n_train, n_val = (math.floor(fraction * n) for fraction in fractions[:2])
    train, val, test = torch.randperm(n, generator=generator).tensor_split([n_train, n_train + n_val])
    return train, val, test
    # END SOLUTION


# %% [markdown]
# ## 5.2 A rule with a memory (`EarlyStopper`, 10 points)
#
# While the training runs you see one metric after another and have to decide on the spot. The usual rule is called
# *patience*. Let $m_t$ be the metric of epoch $t$ (small is good), and $b$ the best so far, at first $+\infty$. In each
# epoch
#
# $$ m_t < b - \delta \;\Rightarrow\; b \leftarrow m_t,\; c \leftarrow 0, \qquad\text{otherwise}\quad
#    c \leftarrow c + 1, \qquad\quad \text{stop as soon as } c \ge P . $$
#
# Here $\delta \ge 0$ is `min_delta` and $P \ge 1$ the patience. Four details decide whether your rule is this one:
#
# 1. **Compared with what?** With the *best*, and not with the epoch before. A loss that goes 5, 9, 8, 7, 6 has
#    become better three times in a row, and has been bad for four epochs.
# 2. **Ties.** Equal is not better. With $\delta > 0$, better by exactly $\delta$ is not enough either.
# 3. **What moves the bar?** Only an improvement. A gain of less than $\delta$ leaves $b$ where it was. So many tiny
#    gains add up, and in the end they count as one.
# 4. **In a row.** One improvement, and the counter starts from 0 again.
#
# Libraries differ in exactly these details. One lets a gain below $\delta$ move the bar, and stops a slow, steady
# improvement that the rule above would let run; an older version of another took a tie for an improvement. Neither is a
# bug; but "early stopping with patience 5" does not say which one you used.
#
# *When it fails.* If the metric is noisy, the lucky epoch sets a bar that honest epochs cannot reach. If there is a
# plateau (before the learning rate drops, say), the rule gives up on it. The figure after 5.3 shows where three values
# of patience end in one and the same run.
#
# > **Spot the error.** Three slides, three criteria. DS 542, *Early stopping*, goes back to the checkpoint with the
# > lowest validation **loss**; STAT 453 tunes by validation **accuracy** in Step 1 and watches the **gap** between
# > training and validation accuracy in Step 2. These are three different epochs. On MNIST-1D (3,200 examples to train,
# > 800 to validate, 60 epochs, three runs) we found the lowest validation loss near epoch 5, with a test loss of about
# > 1.2 and 44 % errors. The last epoch had a test loss of 1.75 and 39 % errors. How can a network get more answers
# > right while its loss grows? And where is the gap smallest: what would the third criterion, taken at its word, pick?


# %% tags=["task"]
class EarlyStopper:
    """Decides after each epoch whether to stop, by the rule of patience.

    Parameters
    ----------
    patience : how many epochs in a row may pass without an improvement, at least 1. The last of them stops.
    min_delta : an improvement is a metric better than the best so far by MORE than this; at least 0.
    mode : "min" if a small metric is good, "max" if a large one is.

    Attributes, up to date after each call of ``step``
    ----------
    best : the metric of the last improvement, as it was given. Nothing but an improvement moves it.
    best_epoch : the epoch of the last improvement.
    counter : the number of epochs since then.
    epoch : the epoch of the last metric seen. Epochs are counted from 0.

    The first metric is an improvement, unless it is NaN. NaN is never an improvement, and counts as an epoch without
    one. What the attributes hold before the first improvement, metrics that are infinite, and calls after the stop are
    not specified.

    Raises
    ------
    ValueError (on construction) if patience is less than 1, if min_delta is negative, or if mode is any other word.

    Source: DS 542, Early stopping; STAT 453, Early Stopping (Step 2).
    """

    def __init__(self, patience: int, min_delta: float = 0.0, mode: str = "min") -> None:
        # BEGIN SOLUTION
        if patience < 1 or min_delta < 0:
            raise ValueError(f"need patience >= 1 and min_delta >= 0, not {patience} and {min_delta}")
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', not {mode!r}")
        self.patience, self.min_delta, self.mode = patience, min_delta, mode
        self.best: float | None = None
        self.best_epoch: int | None = None
        self.counter, self.epoch = 0, -1
        # END SOLUTION

    def step(self, metric: float) -> bool:
        """Take the metric of the next epoch; return True if training should stop now, else False."""
        # BEGIN SOLUTION
        self.epoch += 1
        if self._improves(metric):
            self.best, self.best_epoch, self.counter = metric, self.epoch, 0
        else:
            self.counter += 1
        return self.counter >= self.patience
        # END SOLUTION

    # BEGIN SOLUTION
    def _improves(self, metric: float) -> bool:
        if self.best is None:
            return not math.isnan(metric)
        gain = self.best - metric if self.mode == "min" else metric - self.best
        return gain > self.min_delta  # which NaN never is

    # END SOLUTION


# %% [markdown]
# ## 5.3 Hindsight (`best_epoch`, 4 points)
#
# When the training is over, and you kept a record of every epoch, the question is easier: which was the best?
#
# $$ t^\star = \min\, \{\, t : m_t \text{ is the smallest (largest) of all metrics} \,\} . $$
#
# No patience, no $\delta$: an argmin over the whole record, the earliest where several are equal. The earliest, since
# it is the least trained of equals. NaN marks an epoch that went wrong; skip it. This is harder than it sounds: NaN
# compares false with everything, so Python's `min` gives an answer that depends on where in the list the NaN stands.
#
# > **Spot the error.** On the plots of DS 542, *Same Seed (1) 500 Epochs*, one note asks whether to stop at an early
# > local minimum of the validation loss, another recommends to save that checkpoint and keep running, to see later
# > improvements. Neither is wrong, but they are two different algorithms with two different prices. Which one is 5.2,
# > which one is 5.3? What does each cost you if there is no later improvement, and what if there is?


# %% tags=["task"]
def best_epoch(history: Sequence[float], mode: str = "min") -> int:
    """The epoch with the best metric of a complete history.

    Parameters
    ----------
    history : one metric for each epoch.
    mode : "min" if a small metric is good, "max" if a large one is.

    Returns
    -------
    The index of the smallest (for "max" the largest) metric, counted from 0; where several are equal, the first of
    them. A metric that is NaN is skipped, and still counts as an epoch.

    Raises
    ------
    ValueError if the history is empty, if all of it is NaN, or if mode is any other word.

    Source: DS 542, Early stopping and Same Seed (1) 500 Epochs.
    """
    # BEGIN SOLUTION
    if mode not in ("min", "max"):
        raise ValueError(f"mode must be 'min' or 'max', not {mode!r}")
    candidates = [epoch for epoch, metric in enumerate(history) if not math.isnan(metric)]
    choose = min if mode == "min" else max  # both return the first of equals, and raise ValueError if there is none
    return choose(candidates, key=lambda epoch: history[epoch])
    # END SOLUTION


# %% [markdown]
# Below is a real run: a network with two hidden layers of 64 units on 100 noisy points, validated on 150 others. Your
# `EarlyStopper` reads the validation loss with three values of patience, and your `best_epoch` looks back. Follow one
# curve at a time: a filled mark is where the training would have stopped, the hollow one of the same shape is the
# checkpoint that it keeps. The two panels show the same 100 epochs of the same network.

# %% tags=["figure"]
import matplotlib.pyplot as plt

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})


def two_arcs(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Two interleaved half circles with noise, one label in ten wrong: inputs [count, 2] and labels 0/1 [count]."""
    label = torch.arange(count) % 2
    angle = torch.pi * torch.rand(count, generator=generator)
    side = 1 - 2 * label
    arcs = torch.stack([side * torch.cos(angle) + label, side * torch.sin(angle) + 0.4 * label], dim=1)
    arcs = arcs + 0.3 * torch.randn(count, 2, generator=generator)
    wrong = torch.rand(count, generator=generator) < 0.1
    return arcs, torch.where(wrong, 1 - label, label)


def train_arcs(epochs: int, seed: int) -> dict[str, list[float]]:
    """Train on 100 points for all epochs, and record losses and the validation error in percent after each."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    inputs, labels = two_arcs(400, generator)
    train, val, _ = split_indices(400, (0.25, 0.375, 0.375), generator)
    net = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    loss = nn.functional.cross_entropy
    record: dict[str, list[float]] = {"training loss": [], "validation loss": [], "validation error": []}
    for _ in range(epochs):
        for batch in train[torch.randperm(len(train), generator=generator)].split(10):
            optimizer.zero_grad()
            loss(net(inputs[batch]), labels[batch]).backward()
            optimizer.step()
        with torch.no_grad():
            logits = net(inputs[val])
            record["training loss"].append(float(loss(net(inputs[train]), labels[train])))
            record["validation loss"].append(float(loss(logits, labels[val])))
            record["validation error"].append(100 * float((logits.argmax(1) != labels[val]).double().mean()))
    return record


record = train_arcs(100, seed=7)
losses, errors = record["validation loss"], record["validation error"]
fig, axes = plt.subplots(2, 1, figsize=(8.6, 6.2), layout="constrained", sharex=True)
axes[0].plot(record["training loss"], color="tab:gray", lw=1, label="training loss")
axes[0].plot(losses, color="tab:blue", label="validation loss")
for patience, marker, color in ((1, "v", "tab:orange"), (5, "s", "tab:green"), (10, "D", "tab:purple")):
    stopper = EarlyStopper(patience)
    stopped = next((epoch for epoch, metric in enumerate(losses) if stopper.step(metric)), None)
    if stopped is not None:
        label = f"patience {patience}: stops after epoch {stopped}, keeps epoch {stopper.best_epoch}"
        axes[0].plot(stopped, losses[stopped], marker, ms=8, color=color, label=label)
        axes[0].plot(stopper.best_epoch, losses[stopper.best_epoch], marker, ms=8, mec=color, mfc="none", mew=1.5)
chosen = {"lowest validation loss": best_epoch(losses), "lowest validation error": best_epoch(errors)}
axes[1].plot(errors, color="black", lw=1, label="validation error")
for (name, epoch), style, color in zip(chosen.items(), ("--", ":"), ("tab:blue", "black"), strict=True):
    for axis in axes:
        axis.axvline(epoch, color=color, ls=style, lw=1.3, label=f"{name}: epoch {epoch}")
axes[0].set(ylabel="cross-entropy / nats", title="A short patience stops at a bump; later the loss still gets better")
axes[1].set(ylabel="errors / %", xlabel="epoch", title="The errors have a minimum of their own")
axes[0].legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
axes[1].legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# ## 5.4 The whole loop (`fit_with_early_stopping`, 12 points)
#
# Now put it together. For each epoch:
#
# 1. switch the model to training mode, and train for one epoch;
# 2. switch it to evaluation mode, and validate without gradients;
# 3. if this was an improvement, keep a **copy** of the state;
# 4. if patience has run out, leave the loop.
#
# In the end load the copy. When the rule says stop, the network in memory is $P$ epochs *past* its best.
#
# Every line of this is a trap that somebody has fallen into.
#
# - `model.state_dict()` is not a copy. It holds the very tensors that the optimizer goes on changing, so "the best
#   state" changes with them, and loading it does nothing.
# - The state is more than the parameters. BatchNorm keeps running means in *buffers*; weights of epoch 7 with the
#   statistics of epoch 12 are a network that never existed.
# - Validation switches dropout off. If nobody switches it on again, the rest of the training runs without it.
#
# Training and validation are handed to you as functions, so your loop knows nothing about data, losses or optimizers.
# The metric is one for which *lower is better*.
#
# *When it fails.* The optimizer's own state (momentum, Adam's averages) is not part of the model. That is fine if you
# only want to predict. To go on training from the checkpoint, you need it as well.
#
# > **Spot the error.** The training loop in STAT 453, *Dropout in PyTorch*, keeps two records. One list gets `cost`
# > itself after each mini-batch. `cost` is a tensor with a graph behind it: what stays in memory for as long as the
# > list does, and which method of a tensor avoids it? The other list gets the loss of the *training* set in evaluation
# > mode, once an epoch. Which of the two records could tell you when to stop?


# %% tags=["task"]
def fit_with_early_stopping(
    model: nn.Module,
    train_epoch: Callable,
    validate: Callable,
    max_epochs: int,
    patience: int,
    min_delta: float = 0.0,
) -> dict:
    """Train until the validation metric has stopped getting better, and leave the model as it was at its best.

    Parameters
    ----------
    model : the module to train, in place.
    train_epoch : a function of the model that trains it for one epoch; what it returns is of no interest.
    validate : a function of the model that returns the validation metric, a float. LOWER is better.
    max_epochs : the largest number of epochs, at least 1.
    patience, min_delta : as in 5.2.

    In each epoch ``train_epoch`` is called once, with the model and everything in it in training mode and with
    gradients switched on; then ``validate`` is called once, with the model and everything in it in evaluation mode and
    with gradients switched off. The last epoch is the first one at whose end patience has run out (5.2, mode "min"), or
    epoch ``max_epochs - 1``. Neither function is called after that. The model may come in any mode.

    Returns
    -------
    A dict with these three keys:

    - "best_epoch": the epoch, counted from 0, of the last improvement in the sense of 5.2;
    - "stop_epoch": the epoch at whose end patience ran out, also if it is epoch ``max_epochs - 1``; None if patience
      never ran out;
    - "history": the list of validation metrics, one for each epoch that was run.

    Afterwards the model is in evaluation mode, and everything in its ``state_dict()``, buffers included, has exactly
    the value that it had when the best epoch was validated. What happens if every metric is NaN is not specified.

    Raises
    ------
    ValueError, before anything is trained, if max_epochs or patience is less than 1 or min_delta is negative.

    Source: DS 542, Early stopping (Standard implementation) and Same Seed (1) 500 Epochs.
    """
    # BEGIN SOLUTION
    if max_epochs < 1:
        raise ValueError(f"max_epochs must be at least 1, not {max_epochs}")
    stopper = EarlyStopper(patience, min_delta)
    history: list[float] = []
    best_state: dict[str, Tensor] = {}
    stop_epoch = None
    while len(history) < max_epochs and stop_epoch is None:
        model.train()
        train_epoch(model)
        model.eval()
        with torch.no_grad():
            history.append(validate(model))
        if stopper.step(history[-1]):
            stop_epoch = stopper.epoch
        if stopper.best_epoch == stopper.epoch:
            best_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return {"best_epoch": stopper.best_epoch, "stop_epoch": stop_epoch, "history": history}
    # END SOLUTION


# %% [markdown]
# What does it look like from the network's point of view? It sees 16 noisy points of a sine. DS 542 shows this on a
# small network: first the curve is too simple, then it is about right, and in the end it runs after single points. Your
# loop gives back the curve in the middle.

# %% tags=["figure"]
figure_rng = torch.Generator().manual_seed(0)
torch.manual_seed(0)
points = torch.rand(40, 1, generator=figure_rng)
values = torch.sin(2 * torch.pi * points) + 0.35 * torch.randn(40, 1, generator=figure_rng)
ticks = torch.linspace(0, 1, 300)[:, None]
net = nn.Sequential(nn.Linear(1, 60), nn.ReLU(), nn.Linear(60, 60), nn.ReLU(), nn.Linear(60, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
training_losses, curves = [], []


def ten_steps(model: nn.Module) -> None:
    """Ten steps of Adam on the 16 training points; remembers the last loss and the curve."""
    for _ in range(10):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(points[:16]), values[:16])
        loss.backward()
        optimizer.step()
    training_losses.append(loss.item())
    curves.append(model(ticks).detach().squeeze())


def loss_on_the_others(model: nn.Module) -> float:
    """The mean squared error on the 24 validation points."""
    return float(nn.functional.mse_loss(model(points[16:]), values[16:]))


run = fit_with_early_stopping(net, ten_steps, loss_on_the_others, max_epochs=100, patience=50)
best, last = run["best_epoch"], len(run["history"]) - 1
fig, axes = plt.subplots(1, 2, figsize=(10.4, 4), layout="constrained")
axes[0].semilogy(training_losses, color="tab:gray", label="training")
axes[0].semilogy(run["history"], color="tab:blue", label="validation")
for epoch, style, color in ((1, ":", "black"), (best, "-", "tab:blue"), (last, "--", "tab:red")):
    axes[0].axvline(epoch, color=color, ls=style, lw=1)
    axes[1].plot(ticks, curves[epoch], color=color, ls=style, label=f"epoch {epoch}")
axes[0].set(xlabel="epoch (10 steps of Adam)", ylabel="mean squared error", title="Which epoch goes home?")
axes[0].legend(frameon=False)
axes[1].plot(
    ticks, torch.sin(2 * torch.pi * ticks), color="goldenrod", lw=4, alpha=0.4, label="the sine behind the data"
)
axes[1].plot(points[:16], values[:16], "o", ms=5, color="black", label="training points")
axes[1].plot(points[16:], values[16:], "x", ms=4, color="tab:gray", label="validation points")
axes[1].set(xlabel="x", ylim=(-1.9, 2.1), title=f"Too simple, about right (epoch {best}), too eager (epoch {last})")
axes[1].legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# ## 5.5 Open the envelope once (`select_and_test`, 6 points)
#
# Think of the test set as a sealed envelope. You have several candidates: checkpoints, architectures, values of
# $\lambda$. Validation picks one. Then you open the envelope, read one number, and report it, whatever it says.
#
# $$ k^\star = \operatorname*{arg\,min}_k\, \text{val}(k), \qquad \text{report}\;\; \text{test}(k^\star) . $$
#
# Why not report the validation metric, which is known already? Because it was *selected for being good*. Say that all
# candidates are equally good, with a true error of 30 %. Each validation error is 30 % plus luck, and the smallest is
# the one with the most luck. The expected minimum lies below 30 %, and the more candidates you try, the further. The
# test error of the winner took no part in the choice, so it is unbiased. It stays so as long as nobody looks twice:
# whoever tests several candidates and keeps the best has made a second validation set.
#
# Ties and NaN are settled as in 5.3.
#
# > **Spot the error.** DS 542, *Early stopping*, praises the method for its one hyperparameter: how long to train need
# > not be found by training again and again, a look at the checkpoints is enough. True, but what do you know about the
# > *quality* of the checkpoint that has the lowest of 500 validation losses? And which other numbers in your
# > `EarlyStopper` did you choose, and on which data?


# %% tags=["task"]
def select_and_test(
    candidates: Sequence, val_metric: Callable, test_metric: Callable, mode: str = "min"
) -> tuple[int, float]:
    """Choose a candidate by its validation metric, and test that one alone.

    Parameters
    ----------
    candidates : the things to choose from; they may be anything.
    val_metric : a function of a candidate that returns its validation metric, a float.
    test_metric : a function of a candidate that returns its test metric, a float.
    mode : "min" if a small metric is good, "max" if a large one is.

    Returns
    -------
    (index, test metric) of the candidate with the best validation metric. The index counts from 0; where several are
    equally good it is the first. A candidate whose validation metric is NaN is never chosen. ``val_metric`` is
    called once for each candidate. ``test_metric`` is called exactly once: for the candidate chosen, which it is
    given itself and not a copy.

    Raises
    ------
    ValueError, without a call of ``test_metric``, if there are no candidates, if each validation metric is NaN, or if
    mode is any other word.

    Source: STAT 453, Early Stopping (Step 1).
    """
    # BEGIN SOLUTION
    index = best_epoch([val_metric(candidate) for candidate in candidates], mode)
    return index, test_metric(candidates[index])
    # END SOLUTION


# %% [markdown]
# Here every candidate has a true error of 30 %, validated and tested on 100 examples each. Your function chooses
# among 1 to 200 of them. Each point is an average over 200 repetitions, and the band shows where the middle half of
# them lies.

# %% tags=["figure"]
figure_rng = torch.Generator().manual_seed(5)
numbers = (1, 2, 5, 10, 20, 50, 100, 200)
winner_val, winner_test = [], []
for number in numbers:
    # A candidate is its pair of measured errors: how many of 100 validation and of 100 test examples it gets wrong.
    wrong = torch.bernoulli(torch.full((200, number, 2, 100), 0.3), generator=figure_rng).sum(dim=-1)
    results = [
        (select_and_test(pairs, lambda pair: float(pair[0]), lambda pair: float(pair[1])), pairs) for pairs in wrong
    ]
    winner_val.append(torch.stack([pairs[index, 0] for (index, _), pairs in results]))
    winner_test.append(torch.tensor([tested for (_, tested), _ in results]))

fig, axis = plt.subplots(figsize=(7.6, 3.8), layout="constrained")
for errors_of, color, marker, label in (
    (winner_val, "tab:orange", "o", "validation error of the winner"),
    (winner_test, "tab:blue", "s", "test error of the winner"),
):
    low, high = torch.stack([errors_of_one.quantile(torch.tensor([0.25, 0.75])) for errors_of_one in errors_of]).T
    axis.fill_between(numbers, low, high, color=color, alpha=0.2, lw=0)
    axis.plot(
        numbers, [float(errors_of_one.mean()) for errors_of_one in errors_of], marker + "-", color=color, label=label
    )
axis.axhline(30, color="black", ls=":", lw=1, label="true error of every candidate")
axis.set(xscale="log", xticks=numbers, xticklabels=numbers, xlabel="number of candidates", ylabel="error / %")
axis.minorticks_off()
axis.set_title("The best validation error gets better and better, and the network does not")
axis.legend(frameon=False, fontsize=8, loc="lower left")
plt.show()

# %% [markdown]
# ## 5.6 Why it works (`early_stopped_weights`, 6 points)
#
# DS 542 explains early stopping with one sentence: weights start small and have no time to grow. Near a minimum
# $w^\star$ every smooth loss is close to a quadratic,
#
# $$ L(w) = \tfrac12 (w - w^\star)^\top H\, (w - w^\star), \qquad \nabla L(w) = H\, (w - w^\star) , $$
#
# with a symmetric matrix $H$ that has no negative eigenvalue. For this loss the sentence becomes a formula. One step of
# gradient descent, $w \leftarrow w - \eta \nabla L(w)$, multiplies the distance from the minimum by a fixed matrix:
# $w_{t+1} - w^\star = (I - \eta H)\,(w_t - w^\star)$. From the start $w_0 = 0$ we get, after $t$ steps,
#
# $$ w_t = \big(I - (I - \eta H)^t\big)\, w^\star . $$
#
# Look at it along one eigenvector of $H$, with the eigenvalue $h$. Early stopping multiplies this part of $w^\star$
# by a **filter**; so does an L2 penalty $\frac{\alpha}{2}\lVert w \rVert^2$ (added to the same $L$), whose minimum is
# $(H + \alpha I)^{-1} H\, w^\star$:
#
# $$ \text{early stopping:}\quad 1 - (1 - \eta h)^t, \qquad\qquad \text{L2 penalty:}\quad \frac{h}{h + \alpha} . $$
#
# Both let steep directions ($h$ large: the data are sure) pass and hold back flat ones (the data hardly care; noise
# decides). With $\alpha = \frac{1}{\eta t}$ they are close relatives: for small steps the two filters never differ by
# more than 0.21. Training longer is like a weaker penalty. And you try all strengths in a single run.
#
# *When it fails.* The formula starts from zero: a network that starts with large weights does not have small ones early
# on. If $\eta h > 1$, the steps overshoot and the weights no longer grow steadily; if $\eta h > 2$, they
# explode. And Adam rescales every direction by its own gradients: the order, steep directions first, is gone.


# %% tags=["task"]
def early_stopped_weights(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """The weights after some steps of gradient descent from 0 on the quadratic loss (w - w_star)' H (w - w_star) / 2.

    Parameters
    ----------
    H : [P, P], symmetric, without negative eigenvalues; it need not have full rank.
    w_star : [P], the minimum.
    lr : the learning rate, at least 0; it may be so large that gradient descent overshoots.
    steps : the number of steps, at least 0.

    Returns
    -------
    [P], a new tensor with the dtype and device of ``w_star``: the weights after exactly ``steps`` steps, each of them
    w - lr * gradient. No argument is changed.

    Raises
    ------
    ValueError if lr or steps is negative.

    Source: DS 542, Early stopping.
    """
    # BEGIN SOLUTION
    if lr < 0 or steps < 0:
        raise ValueError(f"need lr >= 0 and steps >= 0, not {lr} and {steps}")
    shrink = torch.eye(len(H)).to(H) - lr * H
    return w_star - torch.linalg.matrix_power(shrink, steps) @ w_star
    # END SOLUTION


# %% [markdown]
# On the left, a loss with one steep and one flat direction. Gradient descent and the L2 path both run from 0 to
# $w^\star$, and both hurry along the steep direction first. On the right are the filters, for three training times and
# the penalties that belong to them.

# %% tags=["figure"]
turn = torch.tensor(0.5, dtype=torch.float64)
axes_of_loss = torch.stack([torch.stack([turn.cos(), -turn.sin()]), torch.stack([turn.sin(), turn.cos()])])
curvatures = torch.tensor([1.0, 0.06], dtype=torch.float64)
hessian = axes_of_loss @ torch.diag(curvatures) @ axes_of_loss.T
minimum = torch.tensor([0.6, 2.0], dtype=torch.float64)
identity = torch.eye(2, dtype=torch.float64)

fig, axes = plt.subplots(1, 2, figsize=(10.4, 4.4), layout="constrained")
side, up = torch.linspace(-0.6, 2.2, 150, dtype=torch.float64), torch.linspace(-0.5, 2.6, 150, dtype=torch.float64)
offset = torch.stack(torch.meshgrid(side, up, indexing="xy"), dim=-1) - minimum
height = torch.einsum("abi,ij,abj->ab", offset, hessian, offset) / 2
axes[0].contour(side, up, height, levels=[0.005, 0.03, 0.08, 0.2, 0.4, 0.8, 1.4], colors="lightgray", linewidths=0.8)
path = torch.stack([early_stopped_weights(hessian, minimum, 0.3, t) for t in range(400)])
penalties = torch.logspace(2, -4, 200, dtype=torch.float64)
ridge = torch.stack([torch.linalg.solve(hessian + a * identity, hessian @ minimum) for a in penalties])
axes[0].plot(*path.T, ".-", ms=4, lw=0.8, color="tab:blue", label="gradient descent, one dot a step")
axes[0].plot(*ridge.T, "--", color="tab:orange", label="L2 path, from a strong penalty to none")
axes[0].plot(*minimum, "*", ms=12, color="black", label="minimum of the loss")
axes[0].plot(0, 0, "o", ms=6, color="black", label="start")
axes[0].set(xlabel="$w_1$", ylabel="$w_2$", title="Two paths with the same ends", aspect="equal")
axes[0].legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(-0.02, -0.14), ncols=2)

spectrum = torch.logspace(-4, 0, 200, dtype=torch.float64)
for t, color in ((10, "tab:orange"), (100, "tab:blue"), (1000, "black")):
    stopped = early_stopped_weights(torch.diag(spectrum), torch.ones_like(spectrum), 0.3, t)
    axes[1].semilogx(spectrum, stopped, color=color, label=f"{t} steps")
    axes[1].semilogx(spectrum, spectrum / (spectrum + 1 / (0.3 * t)), "--", color=color, label=f"L2, α = 1/(0.3 · {t})")
axes[1].set(xlabel="eigenvalue $h$ of the loss", ylabel="share of $w^\\star$ that gets through", title="Two filters")
axes[1].legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# ## 5.7 How large is your network? (`mlp_parameter_count`, 4 points)
#
# STAT 453, *Reduce Network's Capacity*, offers the direct road: fewer layers, fewer units. A first measure of
# capacity is the number of parameters. A fully connected network with layer sizes $n_0$ (inputs), $n_1, \dots,
# n_{L-1}$ (hidden), $n_L$ (outputs) has one weight for each pair of neighbors, and one bias for each unit that
# computes something:
#
# $$ \sum_{l=1}^{L} \big( n_{l-1}\, n_l + n_l \big) . $$
#
# Inputs compute nothing, so they have no bias; outputs do, so they have one. (With `bias=False` the second term is left
# out.) Count before you build: the network of STAT 453, *Dropout in PyTorch*, which the notebook behind the slides
# builds with 75 and 45 hidden units for MNIST, looks tiny, and its first layer alone has more weights than many a data
# set has examples.
#
# > **Spot the error.** STAT 453 names as key idea that of all models that match the outputs, the simplest is expected
# > to generalize best. In the assignment on double descent you watched the test error fall *again* when the model grew
# > far past the data. On MNIST-1D (4,000 training examples, 50 epochs, two hidden layers of equal width) we measured
# > 44.9 % test error with 20 units a layer, and 34.8 % with 200. Compute both parameter counts (40 inputs, 10 classes).
# > What does "simple" have to mean if the key idea is to survive this? And the slide lists dropout under *smaller
# > architecture*: what does your count say about a network with and without it?


# %% tags=["task"]
def mlp_parameter_count(sizes: Sequence[int], bias: bool = True) -> int:
    """The number of parameters of a fully connected network.

    Parameters
    ----------
    sizes : the number of units of each layer from the inputs to the outputs, both included; at least two numbers, each
        at least 1.
    bias : whether every linear layer has a bias.

    Returns
    -------
    The number of weights and, with ``bias``, of biases, of the ``len(sizes) - 1`` linear layers; an int, exact also for
    large sizes.

    Raises
    ------
    ValueError if there are fewer than two sizes, or if one of them is less than 1.

    Source: STAT 453, Reduce Network's Capacity and Dropout in PyTorch.
    """
    # BEGIN SOLUTION
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"need at least two sizes, each at least 1, not {tuple(sizes)}")
    return sum((n_in + bias) * n_out for n_in, n_out in itertools.pairwise(sizes))
    # END SOLUTION


# %% [markdown]
# ## 5.8 ★ Pruning the dead (`prune_dead_units`, 7 bonus points)
#
# A ReLU unit that is off for *every* example is dead: its output is always zero, its gradient too, and it will not
# come back. Two layers with a ReLU in between compute
#
# $$ f(x) = W_2\, \operatorname{relu}(W_1 x + b_1) + b_2 . $$
#
# If unit $j$ gives zero for all rows of $X$, then row $j$ of $W_1$, entry $j$ of $b_1$ and **column** $j$ of $W_2$
# have no effect on these outputs. Leave them out and you have a smaller network that computes the same on $X$: not
# approximately, but exactly. The bias $b_2$ stays as it is. Even if all units are dead the answer is well defined: a
# layer with no units, and the output $b_2$ for every input.
#
# What counts as dead? The output is zero, so the input of the ReLU is zero *or negative*, and it is so for *all* rows.
# A unit that fires for a single example is alive. And the size of the weights says nothing: a unit with huge weights
# may never fire, one with tiny weights may carry the answer.
#
# *When it fails.* "Dead" is a statement about $X$. A new example may wake the unit up, and then the pruned network
# gives another answer than the old one. Is that a loss, or was it regularization?
#
# > **Spot the error.** STAT 453 recommends ReLU with an L1 penalty to prune dead activations (*Reduce Network's
# > Capacity*), and a few slides later says that the L1 penalty is rarely used. On *what* would you put the L1 penalty
# > to get dead units: on weights, or on activations? Try in your head what each does to a unit that fires for one
# > example in a thousand.


# %% tags=["task"]
def prune_dead_units(first: nn.Linear, second: nn.Linear, X: Tensor) -> tuple[nn.Linear, nn.Linear]:
    """Remove the hidden units of ``second(relu(first(x)))`` that are dead on the rows of X.

    Parameters
    ----------
    first : the layer from D inputs to H hidden units, with a bias.
    second : the layer from H hidden units to K outputs, with a bias.
    X : examples [N, D], at least one.

    A unit is dead if its output after the ReLU is 0 for ALL rows of X.

    Returns
    -------
    Two new ``nn.Linear`` layers, from D inputs to the units that are not dead, in their old order, and from these to K
    outputs. They have parameters of their own, with the values, dtype and device of the old ones; so they compute the
    same outputs for the rows of X. If all units are dead, there are 0 hidden units, and the second layer gives its bias
    for every row. No argument is changed.

    Source: STAT 453, Reduce Network's Capacity.
    """
    # BEGIN SOLUTION
    with torch.no_grad():
        alive = (first(X) > 0).any(dim=0)
        n_alive = int(alive.sum())
        lower = nn.utils.skip_init(nn.Linear, first.in_features, n_alive).to(first.weight)
        lower.weight.copy_(first.weight[alive])
        lower.bias.copy_(first.bias[alive])
        upper = nn.utils.skip_init(nn.Linear, n_alive, second.out_features).to(second.weight)
        upper.weight.copy_(second.weight[:, alive])
        upper.bias.copy_(second.bias)
    return lower, upper
    # END SOLUTION


# %% [markdown]
# ## Questions to think about
#
# 1. You train with early stopping, and then find that the learning rate was ten times too small. In the notation of
#    5.6, what happens to the epoch at which training stops, what to the weights that you take home, and what to the
#    value of `patience` that you need? What if you train with mini-batches, and make them ten times larger?
# 2. After early stopping you have 20 % of your data left over that the network never trained on. Two recipes are in
#    use: train again from scratch on everything for as many *epochs* as the stop said, or for as many *steps*. Where do
#    they differ? And what do you no longer have, with either, that would tell you when to stop?
