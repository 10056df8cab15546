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
# # Transfer, multi-task and self-supervised learning
#
# So far you fought overfitting with the data that you had. This assignment is about getting help from data that you
# have for something *else*. The lecture shows three ways, and all three come down to a network of two parts:
#
# $$ f(x) = h_\psi\big( b_\phi(x) \big), \qquad b_\phi: \text{the body, which computes features}, \qquad
#    h_\psi: \text{the head, one layer for the task.} $$
#
# - **Transfer learning**: learn $\phi$ on a task with many labels, put a new head on, and go on with few labels
#   (9.1 to 9.3).
# - **Multi-task learning**: learn $\phi$ from two tasks at once, with a head for each (9.4).
# - **Self-supervised learning**: hide a part of the input and learn $\phi$ by filling it in. That needs no labels at
#   all, and afterwards you transfer (9.5 to 9.7).
#
# Why should it help? A body with a hundred thousand numbers cannot be pinned down by fifty labeled examples, but a
# head with a few hundred numbers can. If what the first task made the body look at is what the second task needs, most
# of the learning has been paid for already. When it is not, you have bought the wrong body, and nothing warns you but
# a validation set.
#
# Sources: DS 542, *Transfer & Multitask Learning, Augmentation*, *Transfer Learning*, *Multi-Task Learning* and
# *Self-Supervised Learning*.
#
# **Conventions of this assignment**
#
# | Question | Here |
# |---|---|
# | How is a layer named? | By its path, as in `model.named_modules()`: `"fc"`, `"head.2"`, `"layer4.0.conv1"`. |
# | What lies within `"fc"`? | `"fc.weight"` and `"fc.0.bias"`; neither `"fc2.weight"` nor `"body.fc.weight"`. |
# | What is a frozen parameter? | One with `requires_grad=False`. |
# | What does `True` in a mask mean? | This place is **hidden**, and is to be predicted. |
# | Which error is a reconstruction's? | The squared one, averaged over hidden places only. |
# | dtype and device | Results have those of the inputs. |
# | Arguments | 9.1 and 9.2 change the model that they are given, as stated. No other function changes anything. |
#
# ("Changes anything" means values, `requires_grad` and `.grad` of what it is given.)
#
# > **Spot the error.** "Strictly speaking not regularization": so DS 542 introduces this very chapter and the next.
# > Its first slides give the word two meanings: a technical one, terms that are added to the loss, and a colloquial
# > one, any trick that narrows the gap between training and test data. By which of them is the sentence right? By
# > which is dropout regularization, and early stopping? Say what transfer learning brings to a training run that
# > weight decay does not, and then which meaning you would keep.

# %% tags=["setup"]
from collections.abc import Sequence

import torch
from torch import Tensor, nn

# %% [markdown]
# ## 9.1 A new head (`replace_head`, 8 points)
#
# You have a network that was trained for 1000 classes, and you need 10. Its last layer, the *head*, computes
#
# $$ z = W b_\phi(x) + c, \qquad W \in \mathbb{R}^{1000 \times d}, $$
#
# and its rows mean classes that you don't have. So the head goes, and a fresh one with 10 rows takes its place. The
# number $d$ of features that it reads is fixed by the body, and you need not know it: the old head does.
#
# The work is in what must *not* happen. The body's parameters are what you came for: they must be the same tensors as
# before, not copies, since an optimizer or another model may hold them. And the new head must fit the old body: the
# same dtype, the same device.
#
# A head is not always at the top of the model. In many networks it is the last entry of an `nn.Sequential` inside a
# module, and its name has dots in it: `"classifier.6"` is entry 6 of `model.classifier`. What has to be changed then
# is not the model but the head's *parent*. Look at what `model.get_submodule` and `setattr` do, and at what
# `rpartition` does to a string.
#
# Why fresh and not, say, the first 10 rows of the old head? Those rows point at 10 arbitrary classes of the old task;
# training would have to unlearn them first. Why not zeros? For one linear layer that would work. But the gradient
# that the *body* gets is multiplied by $W$, so that it gets none in the first step.


# %% tags=["task"]
def replace_head(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Replace one linear layer of a model by a fresh one with another number of outputs.

    Parameters
    ----------
    model : any module. It is changed: after the call it holds the new layer.
    name : the path of an ``nn.Linear`` within the model, such as ``"fc"`` or, further inside, ``"head.2"``.
    out_features : the number of outputs of the new layer, at least 1.

    Returns
    -------
    ``model`` itself. At ``name`` stands a new ``nn.Linear`` that reads as many features as the old one, and has
    ``out_features`` outputs, a bias (also where the old layer had none) and the dtype and device of the old weight. Its
    numbers are drawn anew in each call, by the rule by which ``nn.Linear`` initializes itself; nothing is
    copied from the old layer. It is trainable, also where the old one was frozen.

    All other layers, parameters and buffers are the same objects with the same values and ``requires_grad`` as before.

    Raises
    ------
    KeyError if the model has no layer of that name. TypeError if the layer of that name is not an ``nn.Linear``.
    ValueError if ``out_features`` is less than 1. The model is then left as it was.

    Source: DS 542, Transfer Learning (step 2).
    """
    # BEGIN SOLUTION
    if out_features < 1:
        raise ValueError(f"out_features must be at least 1, not {out_features}")
    layers = dict(model.named_modules())
    if name not in layers:
        raise KeyError(name)
    old = layers[name]
    if not isinstance(old, nn.Linear):
        raise TypeError(f"{name} is a {type(old).__name__}, not a linear layer")
    parent, _, attribute = name.rpartition(".")
    new = nn.Linear(old.in_features, out_features, device=old.weight.device, dtype=old.weight.dtype)
    setattr(layers[parent], attribute, new)
    return model
    # END SOLUTION


# %% [markdown]
# ## 9.2 Freezing (`freeze_except`, 8 points)
#
# Choice (a) of the lecture: keep the body as it is and train only the head. In PyTorch a parameter with
# `requires_grad=False` gets no gradient: its `.grad` stays `None`. And every optimizer of torch's skips a parameter
# whose `.grad` is `None`, entirely. That is more than "the gradient is zero". One step of SGD with momentum $\mu$ and
# weight decay $\lambda$ is
#
# $$ v \leftarrow \mu v + (g + \lambda \phi), \qquad \phi \leftarrow \phi - \eta v . $$
#
# With $g = 0$ the weights would still shrink, and old momentum would still carry them. A skipped parameter stays as
# it is, *bit by bit*. This is what the hidden tests look at.
#
# **Names.** Which parameters are the head's? `model.named_parameters()` gives each a path, and those of the layer
# `"fc"` begin with it. But so do those of `"fc2"`. A path is a sequence of steps, and the comparison must be one of
# whole steps.
#
# > **Spot the error.** A student freezes with the loop
# > `for module, p in zip(model.modules(), model.parameters()): p.requires_grad = module is model.fc`.
# > It runs, and something gets frozen. How many modules and how many parameters has `nn.Sequential(nn.Linear(2, 3),
# > nn.ReLU(), nn.Linear(3, 1))`, and which one meets which in this loop?
#
# > **Spot the error.** Another student calls `loss.backward()`, *then* freezes the body, then calls
# > `optimizer.step()`, with weight decay. The body moves. Why? What about all the steps after, if each begins with
# > `optimizer.zero_grad()`? And if it begins with `optimizer.zero_grad(set_to_none=False)`?
#
# **What freezing does not freeze: batch normalization.** A `BatchNorm` layer has parameters, a scale $\gamma$ and a
# shift $\beta$, and *buffers*, a running mean and a running variance of what went through it. Buffers are not trained
# by gradients. They are overwritten in each forward pass, as long as the layer is in training mode:
#
# $$ \hat\mu \leftarrow 0.9\,\hat\mu + 0.1\,\mu_{\text{batch}} . $$
#
# So a body all of whose parameters are frozen still changes what it computes in evaluation mode, while you train the
# head, if the new data have other statistics than the old. The figure below shows it. `requires_grad` does not help;
# `body.eval()` does, and it must be called *after* each `model.train()`, which wakes everything. (Letting the
# statistics adapt can even be what you want. But then it should be your decision.) This function sets
# `requires_grad`, and leaves modes and buffers to you.


# %% tags=["task"]
def freeze_except(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Make the parameters of the named layers trainable, and freeze all others.

    Parameters
    ----------
    model : any module. Its parameters' ``requires_grad`` is changed, and nothing else of it: values, buffers and
        training flags stay as they are.
    prefixes : paths of layers of the model, without a dot at the end, such as ``["layer4", "fc"]``. A path stands for
        all that lies within this layer, at any depth, in whole steps from the model down: ``"fc"`` stands for
        ``"fc.weight"`` and ``"fc.0.bias"``, but neither for ``"fc2.weight"`` nor for ``"body.fc.weight"``; and
        ``"body.fc"`` stands for ``"body.fc.weight"``. Paths may overlap. An empty list freezes everything.

    Returns
    -------
    The names of all parameters that are trainable now, as in ``model.named_parameters()``, each once, sorted as Python
    sorts strings.

    What a parameter was before does not matter: a frozen one that lies within a prefix becomes trainable, and
    one that lies in none is frozen.

    Source: DS 542, Transfer Learning (step 3a).
    """
    # BEGIN SOLUTION
    within = tuple(f"{prefix}." for prefix in prefixes)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(within))
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)
    # END SOLUTION


# %% [markdown]
# Below, a body with batch normalization is frozen, and a head is trained for 60 steps with SGD, momentum and weight
# decay, on data whose mean is shifted. On the left you see how far the body's parameters and buffers have moved; on
# the right, by how much the body's features of ten fixed examples have changed. Only one of the two training loops
# calls `body.eval()`.

# %% tags=["figure"]
import matplotlib.pyplot as plt

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})


def train_head_on_shifted_data(keep_statistics: bool) -> dict[str, list[float]]:
    """Freeze all but the head, train 60 steps, and note after each what of the body has moved, and by how much."""
    torch.manual_seed(0)
    body = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU())
    model = nn.Sequential(body, nn.Linear(32, 2))
    model.train()
    for _ in range(100):  # what the body has seen before: inputs of mean 0
        body(torch.randn(64, 8))
    freeze_except(model, ["1"])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=0.01)
    fixed = torch.randn(10, 8)
    weights = [parameter.clone() for parameter in body.parameters()]
    mean = body[1].running_mean.clone()
    features = body.eval()(fixed)
    notes = {"parameters": [], "running mean": [], "features": []}
    for _ in range(60):
        model.train()
        if keep_statistics:
            body.eval()
        x = torch.randn(64, 8) + 1.0
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), (x.sum(1) > 8).long()).backward()
        optimizer.step()
        moved = [float((now - then).abs().max()) for now, then in zip(body.parameters(), weights, strict=True)]
        notes["parameters"].append(max(moved))
        notes["running mean"].append(float((body[1].running_mean - mean).abs().max()))
        notes["features"].append(float((body.eval()(fixed) - features).norm() / features.norm()))
    return notes


drifting, kept = train_head_on_shifted_data(False), train_head_on_shifted_data(True)
fig, axes = plt.subplots(1, 2, figsize=(9.4, 3.4), layout="constrained")
axes[0].plot(drifting["running mean"], color="tab:orange", label="running mean, in training mode")
axes[0].plot(drifting["parameters"], color="tab:blue", lw=2.5, label="parameters, in both modes: exactly 0")
axes[0].plot(kept["running mean"], color="black", ls=":", label="running mean, after body.eval()")
axes[0].set(title="What of the frozen body has moved", ylabel="largest change")
axes[1].plot([100 * change for change in drifting["features"]], color="tab:orange", label="training mode")
axes[1].plot([100 * change for change in kept["features"]], color="black", ls=":", label="body.eval() in each step")
axes[1].set(title="... and what it computes for ten fixed examples", ylabel="change of the features / %")
for axis in axes:
    axis.set_xlabel("step of the head's training")
    axis.legend(frameon=False, fontsize=8, loc="center right")
plt.show()

# %% [markdown]
# ## 9.3 Fine-tuning (`finetune_groups`, 5 points)
#
# Choice (b): train everything, with the old body as the starting point. The body is nearly right and the head is
# noise, so one learning rate does not suit both. In the first steps the random head sends the body gradients that mean
# nothing; at a high rate they wreck what you came for. So the body gets a smaller rate, a tenth or a hundredth of the
# head's:
#
# $$ \phi \leftarrow \phi - \eta_{\text{body}} \nabla_\phi L, \qquad
#    \psi \leftarrow \psi - \eta_{\text{head}} \nabla_\psi L, \qquad \eta_{\text{body}} \ll \eta_{\text{head}} . $$
#
# An optimizer of torch's takes a list of *groups*, dicts with the parameters and what holds for them:
# `torch.optim.SGD([{"params": [...], "lr": 0.001}, {"params": [...], "lr": 0.1}])`. Each trainable parameter must be in
# exactly one: torch refuses a parameter that is in two, and nothing at all happens to one that is in none. And a frozen
# parameter has no business in an optimizer. Note how (a) is the limit of (b): at $\eta_{\text{body}} = 0$ the body
# rests.


# %% tags=["task"]
def finetune_groups(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Parameter groups for an optimizer that trains the body of a model at one rate and its head at another.

    Parameters
    ----------
    model : any module.
    head : the path of the layer that is the head, such as ``"fc"`` or ``"head.2"``. All that lies within it, at any
        depth, belongs to the head; ``"fc2.weight"`` does not lie within ``"fc"``.
    lr_body, lr_head : learning rates, at least 0.

    Returns
    -------
    A list of two dicts, first the body's, then the head's, each with two keys: ``"params"``, a list of the model's own
    parameters, and ``"lr"``, their learning rate. Together they hold every parameter with
    ``requires_grad=True`` exactly once, and none that is frozen. A group that would be empty is left out. The order
    within a group is free. The model is not changed.

    Raises
    ------
    ValueError if the model has no layer called ``head``, or if a learning rate is negative.

    Source: DS 542, Transfer Learning (step 3b).
    """
    # BEGIN SOLUTION
    if lr_body < 0 or lr_head < 0:
        raise ValueError(f"learning rates must be at least 0, not {lr_body} and {lr_head}")
    if head not in dict(model.named_modules()):
        raise ValueError(f"the model has no layer called {head}")
    groups = [{"params": [], "lr": lr_body}, {"params": [], "lr": lr_head}]
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups[name.startswith(f"{head}.")]["params"].append(parameter)
    return [group for group in groups if group["params"]]
    # END SOLUTION


# %% [markdown]
# A made-up world: each view has 16 pixels, each of which belongs to an object or not, and one depth; all of them
# depend on the same eight features of the view. A body learns to segment 4000 views. Then depth is to be learned from
# few. Look at the black and the blue curve first: how many examples is the old body worth? Then at the gray one: a
# body that learned something unrelated is worse than none, and nothing in the training loss would tell you. Last,
# compare blue and orange at the left end and at the right: when would you freeze, and when fine-tune?

# %% tags=["figure"]
import copy


def views(n: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Made-up views [n, 20], whose 16 pixels and one depth depend on the same eight features of the view."""
    world = torch.Generator().manual_seed(5)
    look, pixels, far = (torch.randn(shape, generator=world) for shape in ((20, 8), (8, 16), (8, 1)))
    draws = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 20, generator=draws)
    features = torch.tanh(x @ look / 20**0.5 * 2)
    depth = features @ far + 0.2 * torch.randn(n, 1, generator=draws)
    return x, (features @ pixels > 0).float(), depth


def new_network(seed: int, outputs: int) -> nn.Sequential:
    """A body of two hidden layers, entry 0, and a head, entry 1."""
    torch.manual_seed(seed)
    body = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
    return nn.Sequential(body, nn.Linear(32, outputs))


def train(groups, loss_of_batch, n: int, steps: int, seed: int = 0) -> None:
    """Adam on mini-batches of at most 64 of n examples; the loss is a function of their indices."""
    optimizer = torch.optim.Adam(groups, lr=5e-3)
    draws = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        batch = torch.randint(n, (min(n, 64),), generator=draws)
        optimizer.zero_grad()
        loss_of_batch(batch).backward()
        optimizer.step()


segmentation_loss = nn.functional.binary_cross_entropy_with_logits
x_many, pixels_many, _ = views(4000, 0)
x_test, pixels_test, depth_test = views(2000, 1)
source = new_network(0, 16)
train(source.parameters(), lambda i: segmentation_loss(source(x_many[i]), pixels_many[i]), 4000, 800)
scrambled = new_network(1, 16)  # the same number of labels, for pixels that depend on the view in another way
other_pixels = (torch.cos(3 * x_many) > 0).float()[:, :16]
train(scrambled.parameters(), lambda i: segmentation_loss(scrambled(x_many[i]), other_pixels[i]), 4000, 400)


def depth_error(start: nn.Module | None, frozen: bool, n: int, seed: int) -> float:
    """Test error (RMSE) of a network that learns depth from n examples, from scratch or from another network."""
    x, _, depth = views(n, 100 + seed)
    torch.manual_seed(seed)
    network = new_network(seed, 1) if start is None else replace_head(copy.deepcopy(start), "1", 1)
    freeze_except(network, ["1"] if frozen else ["0", "1"])
    groups = finetune_groups(network, "1", 5e-3 if start is None else 5e-4, 5e-3)
    train(groups, lambda i: (network(x[i]) - depth[i]).square().mean(), n, 200)
    with torch.no_grad():
        return float((network(x_test) - depth_test).square().mean().sqrt())


ways = (
    ("from scratch", None, False, "s-", "black"),
    ("body frozen", source, True, "o-", "tab:blue"),
    ("fine-tuned, body at a tenth of the rate", source, False, "D-", "tab:orange"),
    ("frozen body of an unrelated task", scrambled, True, "^:", "tab:gray"),
)
sizes = (15, 50, 150, 500)
fig, axis = plt.subplots(figsize=(7.6, 3.7), layout="constrained")
for label, start, frozen, style, color in ways:
    errors = [sum(depth_error(start, frozen, n, seed) for seed in range(2)) / 2 for n in sizes]
    axis.loglog(sizes, errors, style, ms=5, color=color, label=label)
axis.axhline(0.2, color="black", lw=0.7, ls=":")
axis.annotate("noise of the depths", (sizes[0], 0.2), (0, 4), textcoords="offset points", fontsize=8)
axis.set(xlabel="examples with a depth", ylabel="test error of the depth (RMSE)")
axis.minorticks_off()
axis.set_xticks(sizes, sizes)
axis.set_yticks((0.2, 0.5, 1.0, 2.0), ("0.2", "0.5", "1", "2"))
fig.suptitle("A body that learned segmentation from 4000 views, with a head for depth")
axis.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# ## 9.4 Two tasks at once (`multitask_loss`, 4 points)
#
# Why one after the other? In multi-task learning one body feeds two heads, and both are trained together. The
# lecture's example is an image of which you want to know two things for each pixel: which object it belongs to
# (segmentation) and how far away it is (depth). The cost is a weighted sum:
#
# $$ L_{\text{total}} = \alpha\, L_{\text{segmentation}} + \beta\, L_{\text{depth}} . $$
#
# The gradient of the shared body is the same weighted sum,
# $\nabla_\phi L_{\text{total}} = \alpha \nabla_\phi L_{\text{seg}} + \beta \nabla_\phi L_{\text{depth}}$, while the
# head of each task sees its own term only. Each task keeps the body from fitting the noise of the other: a feature
# that explains only the noise in the depths is of no use to segmentation.
#
# Why weights, and who chooses them? The two losses have different units. A cross-entropy is in nats, a squared depth
# error in square meters; measure in millimeters, and the depth loss is a million times larger and drowns the other.
# Nothing in the formula says that $\alpha + \beta = 1$, and it matters that it need not be so: to double both is to
# double the learning rate of plain SGD. A weight of 0 switches a task off.
#
# > **Spot the error.** "I let the network learn $\alpha$ and $\beta$ by gradient descent, together with the rest. The
# > loss went to 0 within a minute!" What did the network learn? What would a negative weight ask for?


# %% tags=["task"]
def multitask_loss(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """The weighted sum of the losses of two tasks.

    Parameters
    ----------
    seg, depth : the losses of the two tasks, 0-d floating-point tensors of the same dtype.
    alpha, beta : the weights of ``seg`` and of ``depth``, at least 0. They need not sum to 1, and are used as they are.

    Returns
    -------
    A 0-d tensor with the dtype and device of the losses: alpha times the first plus beta times the second. A weight of
    0 leaves the other task only; two zeros give 0. Differentiable in ``seg`` and ``depth``. No argument is changed.

    Raises
    ------
    ValueError if ``alpha`` or ``beta`` is negative.

    Source: DS 542, Multi-Task Learning.
    """
    # BEGIN SOLUTION
    if alpha < 0 or beta < 0:
        raise ValueError(f"weights must be at least 0, not {alpha} and {beta}")
    return alpha * seg + beta * depth
    # END SOLUTION


# %% [markdown]
# The same made-up world, now with both tasks at once: 600 views with all their pixels, and only 50 of them with a
# depth. Each point is a network (the mean of three starts) with another weight of the segmentation loss. How much does
# depth gain from the company? Does the best weight for depth look like one that you would have guessed? Read the gain
# against that of the figure before: with 600 instead of 4000 views for the body, less is to be had, and three starts
# are few.


# %% tags=["figure"]
def errors_of_two_heads(alpha: float, seed: int) -> tuple[float, float]:
    """Train one body with both heads; the test errors of segmentation (%) and of depth (RMSE)."""
    x, pixels, depth = views(600, 200 + seed)
    network = new_network(seed, 17)  # sixteen outputs for the pixels, the last for the depth

    def loss_of_batch(i: Tensor) -> Tensor:
        with_depth = i % 50  # only the first 50 views have a depth
        found = network(torch.cat([x[i], x[with_depth]]))
        seg = segmentation_loss(found[: len(i), :16], pixels[i])
        return multitask_loss(seg, (found[len(i) :, 16:] - depth[with_depth]).square().mean(), alpha, 1.0)

    train(network.parameters(), loss_of_batch, 600, 250, seed)
    with torch.no_grad():
        found = network(x_test)
    wrong = ((found[:, :16] > 0) != pixels_test.bool()).float().mean()
    return 100 * float(wrong), float((found[:, 16:] - depth_test).square().mean().sqrt())


alphas = (0.0, 0.1, 1.0, 10.0, 100.0)
pairs = torch.tensor([[errors_of_two_heads(alpha, seed) for seed in range(3)] for alpha in alphas]).mean(dim=1)
fig, axis = plt.subplots(figsize=(7.6, 3.5), layout="constrained")
places = range(len(alphas))
axis.plot(places, pairs[:, 1].numpy(), "D-", color="tab:orange", label="depth (left axis)")
axis.axhline(float(pairs[0, 1]), color="tab:orange", lw=0.8, ls=":")
right_end = (len(alphas) - 1, float(pairs[0, 1]))
axis.annotate("depth alone", right_end, (0, -11), textcoords="offset points", ha="right", fontsize=8)
axis.set(xlabel=r"weight $\alpha$ of segmentation, with $\beta = 1$", ylabel="test error of the depth (RMSE)")
axis.set_xticks(places, [f"{alpha:g}" for alpha in alphas])
other = axis.twinx()
other.spines.right.set_visible(True)
other.plot(places, pairs[:, 0].numpy(), "o--", color="tab:blue", label="segmentation (right axis)")
other.set_ylabel("wrong pixels / %")
axis.set_title("One body, two heads: 600 views with pixels, 50 of them with a depth")
fig.legend(frameon=False, fontsize=8, loc="outside lower center", ncols=2)
plt.show()

# %% [markdown]
# ## 9.5 What to hide (`random_mask`, 6 points)
#
# Labels are expensive, inputs are not. Self-supervised learning makes its own labels: hide a part of the input, and ask
# for it. To fill in a hidden word you must know something about grammar, and about tired animals; to fill in a hidden
# patch of an image, something about objects. The *method* needs three small parts, which you write now: which places to
# hide (9.5), how to hide them and what to keep as the answer (9.6), and how to score a guess (9.7).
#
# We hide exactly $m$ of the $L$ places of each example, each set of $m$ places with the same probability:
#
# $$ \Pr(\text{row } i \text{ hides the set } S) = \binom{L}{m}^{-1} \quad \text{for each } S \text{ with } |S| = m,
#    \qquad \Pr(\text{place } j \text{ is hidden}) = \frac{m}{L} . $$
#
# Why exactly $m$, and not a coin for each place, as in dropout? Because then what is *visible* has the same length in
# each example, and fits into one tensor [N, L − m]. A masked autoencoder feeds its encoder only those: with 147 of 196
# patches hidden it works on a quarter of the image. A share of 15 %, as in BERT, leaves it to you to round; here you
# are given the number.
#
# How do you draw a random set? One way: give each place a random number and see whose are smallest. Each row needs a
# draw of its own.


# %% tags=["task"]
def random_mask(rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None) -> Tensor:
    """Choose at random which places of each example are hidden, the same number in each.

    Parameters
    ----------
    rows : the number of examples, at least 0.
    cols : the number of places of each, at least 1.
    n_masked : how many places of each example are hidden, from 0 to ``cols``.
    generator : the source of the random numbers; None is torch's default generator. All randomness comes from it: the
        same state gives the same mask, and each call advances it.

    Returns
    -------
    A bool tensor [rows, cols] on the device of the generator (without one: on the CPU). True is hidden. Each row has
    exactly ``n_masked`` True, all sets of that many places are equally likely, and rows are independent of each other.

    Raises
    ------
    ValueError if ``n_masked`` is negative or more than ``cols``.

    Source: DS 542, Self-Supervised Learning.
    """
    # BEGIN SOLUTION
    if not 0 <= n_masked <= cols:
        raise ValueError(f"n_masked must lie between 0 and {cols}, not {n_masked}")
    device = None if generator is None else generator.device
    # The places of a row in random order: each of the numbers 0 .. cols - 1 once.
    order = torch.rand(rows, cols, generator=generator, device=device).argsort(dim=1)
    return order < n_masked
    # END SOLUTION


# %% [markdown]
# ## 9.6 Hiding it (`mask_inputs`, 6 points)
#
# From an example and a mask we make two tensors:
#
# $$ \tilde x_j = \begin{cases} \text{value} & \text{hidden} \\ x_j & \text{visible} \end{cases} \qquad\qquad
#    t_j = \begin{cases} x_j & \text{hidden} \\ \text{ignore} & \text{visible.} \end{cases} $$
#
# The network reads $\tilde x$; $t$ is what it is asked for. "Masked data is the target", says the lecture: the target
# holds the *original* at the hidden places, and a mark at the visible ones, which says that nothing is asked here. The
# mark is −100 by default, since `nn.CrossEntropyLoss` skips targets of that value: with token ids in $x$, the pair
# $(\tilde x, t)$ is ready for it. For the words of the lecture's sentence, *value* is the id of a token that occurs
# nowhere else, `[MASK]`. For numbers, one often takes 0 or the mean of the data.
#
# Why not ask for the visible places as well? A network that copies its input gets these right, and copying is what it
# would learn first.
#
# > **Spot the error.** A reconstruction loss falls to 0.00 within one epoch. The code says
# > `x[mask] = 0; target = x; loss = masked_loss(model(x), target, mask)`. What did the network learn?


# %% tags=["task"]
def mask_inputs(x: Tensor, mask: Tensor, value: float, ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """Hide places of an input, and keep what stood there as the target.

    Parameters
    ----------
    x : a tensor of any shape: numbers of a floating-point dtype, or token ids of an integer dtype.
    mask : a bool tensor of the shape of ``x``; True is hidden.
    value : what the network sees at a hidden place; a whole number if ``x`` holds token ids.
    ignore_index : what the target holds at a visible place.

    Returns
    -------
    (corrupted, target), two new tensors with the shape, dtype and device of ``x``. ``corrupted`` is ``x`` with
    ``value`` at the hidden places. ``target`` holds the original of ``x`` at the hidden places and ``ignore_index`` at
    the visible ones. Neither ``x`` nor ``mask`` is changed, not even when the results are written to later.

    Raises
    ------
    ValueError if ``mask`` has another shape than ``x``.

    Source: DS 542, Self-Supervised Learning.
    """
    # BEGIN SOLUTION
    if mask.shape != x.shape:
        raise ValueError(f"the mask has shape {list(mask.shape)}, not {list(x.shape)}")
    return x.masked_fill(mask, value), x.masked_fill(~mask, ignore_index)
    # END SOLUTION


# %% [markdown]
# ## 9.7 Scoring a guess (`masked_loss`, 8 points)
#
# The network returns a guess for every place, hidden or not. Only the hidden ones count:
#
# $$ L = \frac{1}{|M|} \sum_{(i, j) \in M} \frac1D \sum_{d=1}^{D} (\hat x_{ijd} - t_{ijd})^2, \qquad
#    M = \{(i, j) : \text{place } j \text{ of example } i \text{ is hidden}\} . $$
#
# A place may hold one number ($D = 1$, tensors [N, L]) or a vector ([N, L, D], such as the pixels of a patch). The
# mask has one entry for each *place* in both cases.
#
# Three small things go wrong here all the time. First, the mean is over the hidden *places*: multiply by the mask and
# call `.mean()`, and with 15 % hidden the loss comes out at 0.15 of what it is, and so does every gradient. Nothing
# looks broken; the learning rate is off, and losses at different shares of masking cannot be compared.
# Second, a sum over the $D$ entries of a vector, divided by the number of hidden places, is off by the factor $D$.
# Third, examples with many hidden places count more here than those with few; an average of averages is another
# number. (With 9.5 both are the same. Why?)
#
# What does minimizing this teach? The best guess under the squared error is the conditional mean
# $\mathbb{E}[x_j \mid \text{what is visible}]$. So where the visible part does not determine the hidden one, the
# network will paint a blur. Where it does, the body must have found out how; that is what is worth transferring.


# %% tags=["task"]
def masked_loss(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean squared error over the hidden places only.

    Parameters
    ----------
    pred : the network's guess, a floating-point tensor [N, L], or [N, L, D] where each place holds D numbers.
    target : what was there, a tensor of the shape and dtype of ``pred``. At visible places it may hold any
        (finite) number.
    mask : a bool tensor [N, L]; True is hidden.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``pred``: the mean over all hidden places of all examples of the
    squared error, where the error of a vector is the mean over its D entries. Each hidden place counts the same,
    whichever example it is in. Visible places have no influence on the value, and their gradient is exactly 0.
    Differentiable in ``pred``. No argument is changed.

    Raises
    ------
    ValueError if nothing is hidden, if ``pred`` and ``target`` have different shapes, or if ``mask`` is not [N, L].

    Source: DS 542, Self-Supervised Learning.
    """
    # BEGIN SOLUTION
    if pred.shape != target.shape:
        raise ValueError(f"the target has shape {list(target.shape)}, not {list(pred.shape)}")
    if mask.shape != pred.shape[:2]:
        raise ValueError(f"the mask has shape {list(mask.shape)}, not {list(pred.shape[:2])}")
    if not mask.any():
        raise ValueError("nothing is hidden")
    return (pred - target)[mask].square().mean()
    # END SOLUTION


# %% [markdown]
# All three functions at work: masks, a signal of 32 places (two waves of random height and phase) of which a quarter is
# hidden, and the error at hidden places against how many are hidden. No label was used. The network has found out
# that its inputs are sums of waves; past the dashed line it sees less than it ever did in training.


# %% tags=["figure"]
def waves(n: int, seed: int) -> Tensor:
    """Signals [n, 32], each the sum of two waves with random heights and phases."""
    draws = torch.Generator().manual_seed(seed)
    phase, height = 2 * torch.pi * torch.rand(n, 2, 1, generator=draws), torch.randn(n, 2, 1, generator=draws)
    lengths = torch.tensor([[32.0], [32 / 3]])
    return (height * torch.sin(2 * torch.pi * torch.arange(32) / lengths + phase)).sum(dim=1)


torch.manual_seed(2)
x_waves, x_new = waves(4000, 0), waves(1000, 1)
filler = nn.Sequential(nn.Linear(32, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 32))
draws = torch.Generator().manual_seed(4)


def loss_of_waves(i: Tensor) -> Tensor:
    """Hide a fresh 8 of the 32 places of each signal and score the guesses there."""
    mask = random_mask(len(i), 32, 8, draws)
    seen, target = mask_inputs(x_waves[i], mask, 0.0)
    return masked_loss(filler(seen), target, mask)


train(filler.parameters(), loss_of_waves, 4000, 1500)

fig, axes = plt.subplots(1, 3, figsize=(11.5, 3.3), layout="constrained")
mask = random_mask(12, 32, 8, draws)
axes[0].imshow(mask.numpy(), cmap="Greys", aspect="auto", interpolation="nearest")
axes[0].set(title="Masks: 8 of 32 hidden in each row", xlabel="place", ylabel="example")
axes[0].spines[:].set_visible(True)
hidden = mask[0]
seen, _ = mask_inputs(x_new[:1], mask[:1], 0.0)
with torch.no_grad():
    guess = filler(seen)[0]
place = torch.arange(32)
axes[1].plot(place, x_new[0], color="tab:gray", lw=1, label="signal")
axes[1].plot(place[~hidden], x_new[0][~hidden], "o", ms=4, color="black", label="visible")
axes[1].plot(place[hidden], guess[hidden], "X", ms=7, color="tab:orange", label="guess at a hidden place")
axes[1].set(title="A signal that the network has not seen", xlabel="place")
axes[1].legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3)
shares, network_errors, zero_errors = range(1, 32, 3), [], []
for n_masked in shares:
    mask = random_mask(1000, 32, n_masked, draws)
    seen, target = mask_inputs(x_new, mask, 0.0)
    with torch.no_grad():
        network_errors.append(float(masked_loss(filler(seen), target, mask)))
    zero_errors.append(float(masked_loss(torch.zeros_like(target), target, mask)))
axes[2].semilogy(shares, zero_errors, "s:", ms=4, color="tab:gray", label="guess 0 everywhere")
axes[2].semilogy(shares, network_errors, "o-", ms=4, color="tab:blue", label="the network")
axes[2].axvline(8, color="black", lw=0.7, ls="--")
axes[2].set(title="The more is hidden, the harder", xlabel="hidden places (dashed: in training)", ylabel="masked loss")
axes[2].legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# ## Questions to think about
#
# 1. In choice (a) the body never changes. How could you train the head a hundred times faster, at the price of some
#    memory? What would you have to give up if you also wanted data augmentation? (Mind batch normalization: in which
#    mode is the body?)
# 2. You have 200 labeled images, 100,000 unlabeled ones of the same kind, and a network trained on a million
#    photographs of something else. Write down three ways to use them, in the words of this assignment, and how you
#    would decide among them without fooling yourself: which data choose, and which data judge?
# 3. Two tasks pull the shared body in opposite directions: $\nabla_\phi L_{\text{seg}} \cdot \nabla_\phi
#    L_{\text{depth}} < 0$. For which ratio $\alpha / \beta$ does a small step still reduce both losses? When is there
#    none?
