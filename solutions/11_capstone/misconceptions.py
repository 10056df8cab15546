"""Plausible wrong answers to 11_capstone: each must lose marks in its own task, in the tests that it names."""
# The names of the reference module are there when these run.
# ruff: noqa: F821

import copy

import numpy as np

from autograder.answers import misconception

GENERALIZATION = "STAT 453, Many ways to improve generalization"
STRATEGIES = "STAT 453, General Strategies to Avoid Overfitting"
OVERVIEW = "DS 542, Regularization overview"
MNIST_1D = "DS 542, Data Augmentation: MNIST1D"

# ----------------------------------------------------------------------------------------- 11.1 generalization_report


def _refuse_no_examples(*sets):
    for x, y in sets:
        if len(x) != len(y) or len(y) == 0:
            raise ValueError("no set of examples")


def _totals(model, x, y, size=500):
    """Wrong examples and the sum of their losses."""
    wrong, loss = 0, 0.0
    for start in range(0, len(y), size):
        logits, targets = model(x[start : start + size]), y[start : start + size]
        wrong += (logits.argmax(dim=1) != targets).sum().item()
        loss += nn.functional.cross_entropy(logits, targets, reduction="sum").item()
    return wrong, loss


def _as_report(train, test):
    """A report from (error, loss) of both sets."""
    return {
        "train_error": train[0], "test_error": test[0], "gap": test[0] - train[0],
        "train_loss": train[1], "test_loss": test[1],
    }  # fmt: skip


def _in_evaluation_mode(model, measure):
    """What most of the answers below get right: evaluation mode, no graph, every mode restored."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            return measure()
    finally:
        for module, mode in modes:
            module.training = mode


@misconception(
    hint="You measure the model in whatever mode it comes. While it trains, dropout drops and batch normalization"
    " looks at"
    " the batch: that is another model than the one that you will use.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=("test_generalization_report_measures_in_evaluation_mode", "test_generalization_report_leaves_no_traces"),
)
def generalization_report__keeps_the_mode(model, x_train, y_train, x_test, y_test):
    """Never calls eval."""
    _refuse_no_examples((x_train, y_train), (x_test, y_test))
    with torch.no_grad():
        found = [_totals(model, x, y) for x, y in ((x_train, y_train), (x_test, y_test))]
    parts = [(100 * wrong / len(y), loss / len(y)) for (wrong, loss), y in zip(found, (y_train, y_test), strict=True)]
    return _as_report(*parts)


@misconception(
    hint="You average the averages of the batches. The last batch is smaller, and its examples count for more than"
    " the others.",
    reread=GENERALIZATION,
    caught_by="test_generalization_report_counts_every_example_once",
)
def generalization_report__mean_of_batches(model, x_train, y_train, x_test, y_test):
    """The mean over batches of their mean loss and error."""
    _refuse_no_examples((x_train, y_train), (x_test, y_test))

    def part(x, y, size=500):
        errors, losses = [], []
        for start in range(0, len(y), size):
            targets = y[start : start + size]
            wrong, loss = _totals(model, x[start : start + size], targets)
            errors.append(100 * wrong / len(targets))
            losses.append(loss / len(targets))
        return sum(errors) / len(errors), sum(losses) / len(losses)

    return _in_evaluation_mode(model, lambda: _as_report(part(x_train, y_train), part(x_test, y_test)))


@misconception(
    hint="Your errors are shares between 0 and 1. This report is in percent and percentage points.",
    reread=GENERALIZATION,
    caught_by=("test_generalization_report_of_a_fixed_classifier", "test_generalization_report_of_drawn_networks"),
)
def generalization_report__fractions(model, x_train, y_train, x_test, y_test):
    """Errors from 0 to 1."""
    _refuse_no_examples((x_train, y_train), (x_test, y_test))

    def part(x, y):
        wrong, loss = _totals(model, x, y)
        return wrong / len(y), loss / len(y)

    return _in_evaluation_mode(model, lambda: _as_report(part(x_train, y_train), part(x_test, y_test)))


@misconception(
    hint="You report how many examples are right. An error counts the others.",
    reread=GENERALIZATION,
    caught_by=("test_generalization_report_of_a_fixed_classifier", "test_generalization_report_of_drawn_networks"),
)
def generalization_report__accuracy(model, x_train, y_train, x_test, y_test):
    """Accuracy under the name of error."""
    _refuse_no_examples((x_train, y_train), (x_test, y_test))

    def part(x, y):
        wrong, loss = _totals(model, x, y)
        return 100 * (len(y) - wrong) / len(y), loss / len(y)

    return _in_evaluation_mode(model, lambda: _as_report(part(x_train, y_train), part(x_test, y_test)))


@misconception(
    hint="Your gap is positive where the test set is the easier one. Which of the two errors is usually the larger?",
    reread=GENERALIZATION,
    caught_by=("test_generalization_report_of_a_fixed_classifier", "test_generalization_report_of_drawn_networks"),
)
def generalization_report__gap_turned_round(model, x_train, y_train, x_test, y_test):
    """Training error minus test error."""
    _refuse_no_examples((x_train, y_train), (x_test, y_test))

    def part(x, y):
        wrong, loss = _totals(model, x, y)
        return 100 * wrong / len(y), loss / len(y)

    report = _in_evaluation_mode(model, lambda: _as_report(part(x_train, y_train), part(x_test, y_test)))
    return {**report, "gap": -report["gap"]}


@misconception(
    hint="After your report the whole model is in training mode, whatever it was before. A model that was"
    " evaluated, or a"
    " layer that was frozen, should stay so.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by="test_generalization_report_leaves_no_traces",
)
def generalization_report__ends_in_training_mode(model, x_train, y_train, x_test, y_test):
    """Always calls train() at the end."""
    _refuse_no_examples((x_train, y_train), (x_test, y_test))
    model.eval()
    with torch.no_grad():
        found = [_totals(model, x, y) for x, y in ((x_train, y_train), (x_test, y_test))]
    model.train()
    parts = [(100 * wrong / len(y), loss / len(y)) for (wrong, loss), y in zip(found, (y_train, y_test), strict=True)]
    return _as_report(*parts)


@misconception(
    hint="You remember the mode of the model as a whole, and give it to all its modules. They need not all have had"
    " the same.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by="test_generalization_report_leaves_no_traces",
)
def generalization_report__one_mode_for_all(model, x_train, y_train, x_test, y_test):
    """Restores with train(was_training), which reaches every submodule."""
    _refuse_no_examples((x_train, y_train), (x_test, y_test))
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            found = [_totals(model, x, y) for x, y in ((x_train, y_train), (x_test, y_test))]
    finally:
        model.train(was_training)
    parts = [(100 * wrong / len(y), loss / len(y)) for (wrong, loss), y in zip(found, (y_train, y_test), strict=True)]
    return _as_report(*parts)


@misconception(
    hint="You put each set into the model in one piece. A long set would not fit into the memory.",
    reread=GENERALIZATION,
    caught_by="test_generalization_report_in_bounded_memory",
)
def generalization_report__one_batch(model, x_train, y_train, x_test, y_test):
    """One batch with all examples."""
    _refuse_no_examples((x_train, y_train), (x_test, y_test))

    def part(x, y):
        wrong, loss = _totals(model, x, y, size=len(y))
        return 100 * wrong / len(y), loss / len(y)

    return _in_evaluation_mode(model, lambda: _as_report(part(x_train, y_train), part(x_test, y_test)))


@misconception(
    hint="You build a graph that nobody will go backward through: it costs memory and time in every batch.",
    reread=GENERALIZATION,
    caught_by="test_generalization_report_builds_no_graph",
)
def generalization_report__builds_a_graph(model, x_train, y_train, x_test, y_test):
    """Evaluation mode is taken for a switch of gradients."""
    _refuse_no_examples((x_train, y_train), (x_test, y_test))
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        found = [_totals(model, x, y) for x, y in ((x_train, y_train), (x_test, y_test))]
    finally:
        for module, mode in modes.items():
            module.training = mode
    parts = [(100 * wrong / len(y), loss / len(y)) for (wrong, loss), y in zip(found, (y_train, y_test), strict=True)]
    return _as_report(*parts)


@misconception(
    hint="You apply softmax, and cross-entropy applies it again. What does torch's cross-entropy expect?",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=("test_generalization_report_of_a_fixed_classifier", "test_generalization_report_of_drawn_networks"),
)
def generalization_report__softmax_twice(model, x_train, y_train, x_test, y_test):
    """Cross-entropy of probabilities."""
    _refuse_no_examples((x_train, y_train), (x_test, y_test))

    def part(x, y):
        wrong, loss = _totals(lambda inputs: model(inputs).softmax(dim=1), x, y)
        return 100 * wrong / len(y), loss / len(y)

    return _in_evaluation_mode(model, lambda: _as_report(part(x_train, y_train), part(x_test, y_test)))


@misconception(
    hint="Your report does not look at what it gets: an empty set, or classes that are missing, should stop it.",
    reread=GENERALIZATION,
    caught_by="test_generalization_report_refuses_what_is_no_set_of_examples",
)
def generalization_report__unchecked(model, x_train, y_train, x_test, y_test):
    """Pairs up as much as there is."""

    def part(x, y):
        n = min(len(x), len(y))
        wrong, loss = _totals(model, x[:n], y[:n])
        return 100 * wrong / max(n, 1), loss / max(n, 1)

    return _in_evaluation_mode(model, lambda: _as_report(part(x_train, y_train), part(x_test, y_test)))


# ----------------------------------------------------------------------------------------------- 11.2 train_classifier


def _conv_net():
    layers = [nn.Unflatten(1, (1, 40))]
    for n_in, n_out, stride in ((1, 32, 1), (32, 48, 2), (48, 64, 2)):
        layers.append(nn.Conv1d(n_in, n_out, 5, stride, padding=2, padding_mode="circular"))
        layers += [nn.BatchNorm1d(n_out), nn.ReLU()]
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.1), nn.Linear(640, 10))


def _trained(model, x, y, epochs, lr=1e-2):
    """A training in a hurry, with the global random numbers as they are."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=epochs * 40)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(100):
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model


class _Nearest(nn.Module):
    """Remembers all examples."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x.clone(), y.clone()

    def forward(self, x):
        nearest = torch.cdist(x, self.x).argmin(dim=1)
        return 9.0 * nn.functional.one_hot(self.y[nearest], 10).float() - 3.0


@misconception(
    hint="Your model looks its answer up among the training examples. It knows them all and has learned what they"
    " have in"
    " common from none.",
    reread=STRATEGIES,
    caught_by=(
        "test_train_classifier_keeps_its_promises_and_reaches_35_percent",
        "test_train_classifier_reaches_28_percent",
        "test_train_classifier_reaches_20_percent",
        "test_train_classifier_reaches_12_percent",
    ),
)
def train_classifier__lookup(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """The class of the nearest training example."""
    return _Nearest(x, y).eval()


@misconception(
    hint="A network of dense layers that trains as long as it likes, with nothing to hold it back: compare its"
    " error on the"
    " training set with that on examples that you set aside.",
    reread=STRATEGIES,
    caught_by=(
        "test_train_classifier_reaches_28_percent",
        "test_train_classifier_reaches_20_percent",
        "test_train_classifier_reaches_12_percent",
    ),
)
def train_classifier__overfits(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """A dense network without any regularization."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(40, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 10))
        _trained(model, x, y, 20, lr=2e-3)
    return model.eval()


@misconception(
    hint="Your training comes out the same whatever the seed. What then is the average over seeds an average of?",
    reread=MNIST_1D,
    caught_by="test_train_classifier_keeps_its_promises_and_reaches_35_percent",
)
def train_classifier__ignores_the_seed(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """One seed of its own."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return _trained(_conv_net(), x, y, 4).eval()


@misconception(
    hint="Your training depends on what was drawn before it: the same call gives a different model each time.",
    reread=MNIST_1D,
    caught_by="test_train_classifier_keeps_its_promises_and_reaches_35_percent",
)
def train_classifier__unseeded(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """Seeds numpy only, from which nothing is drawn."""
    np.random.seed(seed % 2**32)
    return _trained(_conv_net(), x, y, 4).eval()


@misconception(
    hint="You seed torch's global random numbers and leave them so: whatever the caller draws next is decided by"
    " your seed.",
    reread=MNIST_1D,
    caught_by="test_train_classifier_keeps_its_promises_and_reaches_35_percent",
)
def train_classifier__leaves_its_seed_behind(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """torch.manual_seed and no more."""
    torch.manual_seed(seed)
    return _trained(_conv_net(), x, y, 4).eval()


@misconception(
    hint="Your model comes back in training mode: it drops units, and its answer to an example depends on the rest"
    " of the"
    " batch.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by="test_train_classifier_keeps_its_promises_and_reaches_35_percent",
)
def train_classifier__training_mode(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """Forgets eval."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _trained(_conv_net(), x, y, 4)


@misconception(
    hint="Your model returns probabilities. A loss that applies softmax itself would apply it twice.",
    reread="STAT 453, Dropout in PyTorch",
    caught_by=(
        "test_train_classifier_keeps_its_promises_and_reaches_35_percent",
        "test_train_classifier_reaches_28_percent",
        "test_train_classifier_reaches_20_percent",
        "test_train_classifier_reaches_12_percent",
    ),
)
def train_classifier__probabilities(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """A softmax at the end."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = _trained(_conv_net(), x, y, 2)
    return nn.Sequential(model, nn.Softmax(dim=1)).eval()


@misconception(
    hint="Your model is larger than this task allows. Reducing the capacity is a regularizer as well.",
    reread=STRATEGIES,
    caught_by=(
        "test_train_classifier_keeps_its_promises_and_reaches_35_percent",
        "test_train_classifier_reaches_28_percent",
        "test_train_classifier_reaches_20_percent",
        "test_train_classifier_reaches_12_percent",
    ),
)
def train_classifier__too_large(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """Two layers of 300 units."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = nn.Linear(40, 300), nn.ReLU(), nn.Dropout(0.25), nn.Linear(300, 300), nn.ReLU(), nn.Linear(300, 10)
        return _trained(nn.Sequential(*layers), x, y, 2, lr=2e-3).eval()


# --------------------------------------------------------------------------------------------------------- 11.3 ablate

ABLATE = (
    "test_ablate_with_options_that_interact",
    "test_ablate_trains_no_more_than_needed",
)


@misconception(
    hint="You add each option to nothing. The study asks what is lost when the option is taken from all the others.",
    reread=OVERVIEW,
    caught_by=ABLATE,
)
def ablate__adds_one_in(train, options):
    """The effect of each option alone."""
    nothing = train({})
    return {name: train({name: copy.deepcopy(value)}) - nothing for name, value in options.items()}


@misconception(
    hint="Your signs are the wrong way round: an option that lowers an error would come out as one that raises it.",
    reread=OVERVIEW,
    caught_by=("test_ablate_of_a_sum", "test_ablate_with_options_that_interact"),
)
def ablate__wrong_sign(train, options):
    """Without minus with."""
    full, effects = train(copy.deepcopy(options)), {}
    for name in options:
        rest = copy.deepcopy(options)
        rest.pop(name)
        effects[name] = train(rest) - full
    return effects


@misconception(
    hint="All your trainings get the same dict. What one of them changes in it, the next one finds.",
    reread=OVERVIEW,
    caught_by=("test_ablate_with_a_training_that_empties_its_options",),
)
def ablate__shares_the_dict(train, options):
    """Take the key out, train, put it back."""
    given = dict(options)
    full = train(given)
    effects = {}
    for name in options:
        value = given.pop(name, None)
        effects[name] = full - train(given)
        given[name] = value
    return effects


@misconception(
    hint="You copy the dict, but not what is in it. A list inside is still shared by all trainings.",
    reread=OVERVIEW,
    caught_by=("test_ablate_with_a_training_that_empties_a_list", "test_ablate_copies_tensors"),
)
def ablate__shallow_copies(train, options):
    """dict(options)."""
    full, effects = train(dict(options)), {}
    for name in options:
        effects[name] = full - train({key: value for key, value in options.items() if key != name})
    return effects


@misconception(
    hint="You switch an option off by a value. A training that asks whether the option is there still finds it.",
    reread=OVERVIEW,
    caught_by=("test_ablate_of_a_sum", "test_ablate_trains_no_more_than_needed"),
)
def ablate__switched_off(train, options):
    """A zero in place of the value."""
    full, effects = train(copy.deepcopy(options)), {}
    for name in options:
        rest = copy.deepcopy(options)
        rest[name] = 0
        effects[name] = full - train(rest)
    return effects


@misconception(
    hint="You train with all options again for each of them. One such training serves all comparisons.",
    reread=OVERVIEW,
    caught_by="test_ablate_trains_no_more_than_needed",
)
def ablate__trains_twice(train, options):
    """A fresh baseline for each option."""
    effects = {}
    for name in options:
        rest = copy.deepcopy(options)
        rest.pop(name)
        effects[name] = train(copy.deepcopy(options)) - train(rest)
    return effects


@misconception(
    hint="You take one option after the other away and never put one back, so that each is compared in other company.",
    reread=OVERVIEW,
    caught_by=ABLATE,
)
def ablate__peels_off(train, options):
    """Each training has one option fewer than the one before."""
    rest = copy.deepcopy(options)
    last, effects = train(copy.deepcopy(rest)), {}
    for name in options:
        rest.pop(name)
        now = train(copy.deepcopy(rest))
        effects[name], last = last - now, now
    return effects
