"""Plausible wrong answers to 05_early_stopping: each must lose marks in its own task, in the tests that it names."""
# The names of variants are made of a task's name and a tag, capitals and all.
# The names of the reference module are there when these run.
# ruff: noqa: N801, F821

import itertools

import numpy as np

from autograder.answers import misconception

STOP = "DS 542, Early stopping"
LONGER = "DS 542, Same Seed (1) 500 Epochs"
SPLIT = "STAT 453, Early Stopping (Step 1)"
WATCH = "STAT 453, Early Stopping (Step 2)"
CAPACITY = "STAT 453, Reduce Network's Capacity"
MLP = "STAT 453, Dropout in PyTorch"

# ------------------------------------------------------------------------------------------------ 5.1 split_indices


def _checked_sizes(n: int, fractions: Sequence[float]) -> tuple[int, int]:
    """The sizes of training and validation set, for variants that are wrong elsewhere."""
    if n < 1 or len(fractions) != 3 or min(fractions) <= 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError("not a split")
    return math.floor(fractions[0] * n), math.floor(fractions[1] * n)


@misconception(
    hint="You take the first rows for training and the last for testing. What if the file is sorted by label?",
    reread=SPLIT,
    caught_by=(
        "test_split_indices_deals_at_random",
        "test_split_indices_uses_the_generator",
    ),
)
def split_indices__in_order(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """Cut 0 .. n-1 without shuffling."""
    a, b = _checked_sizes(n, fractions)
    order = torch.arange(n)
    return order[:a], order[a : a + b], order[a + b :]


@misconception(
    hint="You shuffle anew for each part, so one example can be in two of them: the test set leaks into training.",
    reread=SPLIT,
    caught_by=(
        "test_split_indices_loses_nothing_and_repeats_nothing",
        "test_split_indices_uses_the_generator",
    ),
)
def split_indices__overlap(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """One permutation for each part."""
    a, b = _checked_sizes(n, fractions)
    one, two, three = (torch.randperm(n, generator=generator) for _ in range(3))
    return one[:a], two[:b], three[: n - a - b]


@misconception(
    hint="Your validation set is a piece of the training set. A network has no trouble with what it was trained on.",
    reread=SPLIT,
    caught_by=(
        "test_split_indices_loses_nothing_and_repeats_nothing",
        "test_split_indices_uses_the_generator",
    ),
)
def split_indices__validates_on_training_data(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """Take the validation set out of the training set, and leave it in there."""
    a, b = _checked_sizes(n, fractions)
    order = torch.randperm(n, generator=generator)
    return order[:a], order[:b], order[a + b :]


@misconception(
    hint="You round all three sizes down, and some examples end up nowhere. One part has to take what is left over.",
    reread=SPLIT,
    caught_by=(
        "test_split_indices_loses_nothing_and_repeats_nothing",
        "test_split_indices_sizes",
    ),
)
def split_indices__loses_the_rest(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """The size of the test set is rounded down, too."""
    a, b = _checked_sizes(n, fractions)
    order = torch.randperm(n, generator=generator)
    return order[:a], order[a : a + b], order[a + b : a + b + math.floor(fractions[2] * n)]


@misconception(
    hint="You round to the nearest size. The convention here rounds training and validation set in one direction only.",
    reread=SPLIT,
    caught_by=("test_split_indices_sizes",),
)
def split_indices__rounds(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """Sizes by round()."""
    _checked_sizes(n, fractions)
    a, b = round(fractions[0] * n), round(fractions[1] * n)
    order = torch.randperm(n, generator=generator)
    return order[:a], order[a : a + b], order[a + b :]


@misconception(
    hint="A generator was given, and your random numbers come from elsewhere: nobody can repeat your split.",
    reread=SPLIT,
    caught_by=("test_split_indices_uses_the_generator",),
)
def split_indices__ignores_the_generator(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """Shuffle with the default generator always."""
    a, b = _checked_sizes(n, fractions)
    order = torch.randperm(n)
    return order[:a], order[a : a + b], order[a + b :]


@misconception(
    hint="You seed inside the function, so each call deals the same way. Being repeatable is the generator's business.",
    reread=SPLIT,
    caught_by=(
        "test_split_indices_deals_at_random",
        "test_split_indices_uses_the_generator",
    ),
)
def split_indices__same_split_again(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """Start a generator of its own at the same seed each time."""
    a, b = _checked_sizes(n, fractions)
    seed = 0 if generator is None else generator.initial_seed()
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[:a], order[a : a + b], order[a + b :]


@misconception(
    hint="You draw with replacement, as for a bootstrap sample. How often may an example be in the split?",
    reread=SPLIT,
    caught_by=(
        "test_split_indices_loses_nothing_and_repeats_nothing",
        "test_split_indices_deals_at_random",
        "test_split_indices_uses_the_generator",
    ),
)
def split_indices__with_replacement(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """Draw n indices independently."""
    a, b = _checked_sizes(n, fractions)
    order = torch.randint(n, (n,), generator=generator)
    return order[:a], order[a : a + b], order[a + b :]


@misconception(
    hint="Your function accepts fractions that are none, or that do not make a whole. The docstring says what to do.",
    reread=SPLIT,
    caught_by=("test_split_indices_refuses_wrong_fractions",),
)
def split_indices__unchecked(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """Accept all fractions."""
    a, b = math.floor(fractions[0] * n), math.floor(fractions[1] * n)
    order = torch.randperm(max(n, 0), generator=generator)
    return order[:a], order[a : a + b], order[a + b :]


@misconception(
    hint="You ask for a sum that is equal to 1 to the last digit. What does rounding do to a sum of fractions?",
    reread=SPLIT,
    caught_by=("test_split_indices_refuses_wrong_fractions",),
)
def split_indices__wants_exactly_one(n: int, fractions=(0.8, 0.1, 0.1), generator=None):
    """No tolerance for the sum."""
    a, b = _checked_sizes(n, fractions)
    if sum(fractions) != 1:
        raise ValueError("the fractions do not sum to 1")
    order = torch.randperm(n, generator=generator)
    return order[:a], order[a : a + b], order[a + b :]


# ------------------------------------------------------------------------------------------------- 5.2 EarlyStopper


class _Stopper:
    """The rule, cut into pieces, for variants that get one of them wrong."""

    def __init__(self, patience: int, min_delta: float = 0.0, mode: str = "min") -> None:
        if patience < 1 or min_delta < 0 or mode not in ("min", "max"):
            raise ValueError("not a legal setting")
        self.patience, self.min_delta, self.mode = patience, min_delta, mode
        self.best = math.inf if mode == "min" else -math.inf
        self.best_epoch, self.counter, self.epoch = -1, 0, -1

    def gain(self, metric: float) -> float:
        """By how much a metric is better than the best."""
        return self.best - metric if self.mode == "min" else metric - self.best

    def improves(self, metric: float) -> bool:
        """Whether that is an improvement."""
        return self.gain(metric) > self.min_delta

    def move(self, metric: float) -> None:
        """After an improvement."""
        self.best, self.best_epoch, self.counter = metric, self.epoch, 0

    def wait(self, metric: float) -> None:
        """After an epoch without one."""
        self.counter += 1

    def stop(self) -> bool:
        """Whether patience has run out."""
        return self.counter >= self.patience

    def step(self, metric: float) -> bool:
        """Take the next metric."""
        self.epoch += 1
        if self.improves(metric):
            self.move(metric)
        else:
            self.wait(metric)
        return self.stop()


@misconception(
    hint="You stop one epoch late. With patience 1, how many bad epochs should it take?",
    reread=WATCH,
    caught_by=(
        "test_EarlyStopper_stops_when_patience_has_run_out",
        "test_EarlyStopper_counts_in_a_row",
        "test_EarlyStopper_takes_no_tie",
        "test_EarlyStopper_min_delta",
        "test_EarlyStopper_max_mode",
        "test_EarlyStopper_and_nan",
        "test_EarlyStopper_epoch_by_epoch",
        "test_EarlyStopper_refuses_wrong_settings",
    ),
)
class EarlyStopper__one_too_patient(_Stopper):
    """Stop when the counter exceeds patience."""

    def stop(self) -> bool:
        return self.counter > self.patience


@misconception(
    hint="A metric as good as the best counts as an improvement in your rule. Then a flat loss is never stopped.",
    reread=STOP,
    caught_by=(
        "test_EarlyStopper_takes_no_tie",
        "test_EarlyStopper_min_delta",
        "test_EarlyStopper_max_mode",
    ),
)
class EarlyStopper__takes_ties(_Stopper):
    """Compare with >=."""

    def improves(self, metric: float) -> bool:
        return self.gain(metric) >= self.min_delta


@misconception(
    hint="Your counter counts all bad epochs of the run. Patience is about epochs in a row.",
    reread=WATCH,
    caught_by=(
        "test_EarlyStopper_counts_in_a_row",
        "test_EarlyStopper_min_delta",
        "test_EarlyStopper_and_nan",
    ),
)
class EarlyStopper__never_resets(_Stopper):
    """An improvement leaves the counter alone."""

    def move(self, metric: float) -> None:
        self.best, self.best_epoch = metric, self.epoch


@misconception(
    hint="You compare with the epoch before. A loss can get better step by step and still be far above its best.",
    reread=LONGER,
    caught_by=(
        "test_EarlyStopper_stops_when_patience_has_run_out",
        "test_EarlyStopper_counts_in_a_row",
        "test_EarlyStopper_min_delta",
        "test_EarlyStopper_and_nan",
    ),
)
class EarlyStopper__compares_with_the_last(_Stopper):
    """The bar is the previous metric."""

    last = None

    def gain(self, metric: float) -> float:
        bar, self.last = self.last, metric
        if bar is None:
            return super().gain(metric)
        return bar - metric if self.mode == "min" else metric - bar


@misconception(
    hint="You ignore the mode: with accuracies, your rule waits for them to fall.",
    reread=WATCH,
    caught_by=(
        "test_EarlyStopper_takes_no_tie",
        "test_EarlyStopper_max_mode",
        "test_EarlyStopper_refuses_wrong_settings",
        "test_EarlyStopper_two_at_once",
    ),
)
class EarlyStopper__ignores_the_mode(_Stopper):
    """Small is good, always."""

    def __init__(self, patience: int, min_delta: float = 0.0, mode: str = "min") -> None:
        super().__init__(patience, min_delta, mode)
        self.mode, self.best = "min", math.inf


@misconception(
    hint="In the mode in which large is good, your min_delta makes an improvement easier. It should make it harder.",
    reread=WATCH,
    caught_by=("test_EarlyStopper_max_mode",),
)
class EarlyStopper__min_delta_with_the_wrong_sign(_Stopper):
    """Subtract min_delta from the bar in both modes."""

    def improves(self, metric: float) -> bool:
        bar = self.best - self.min_delta
        return metric < bar if self.mode == "min" else metric > bar


@misconception(
    hint="A gain too small to count still moves your bar. A slow but steady improvement is stopped.",
    reread=STOP,
    caught_by=("test_EarlyStopper_min_delta",),
)
class EarlyStopper__small_gains_move_the_bar(_Stopper):
    """Remember each new minimum, and reset the counter for large gains only."""

    def wait(self, metric: float) -> None:
        self.counter += 1
        if self.gain(metric) > 0:
            self.best, self.best_epoch = metric, self.epoch


@misconception(
    hint="min_delta does nothing in your rule: any gain, however small, is an improvement.",
    reread=STOP,
    caught_by=(
        "test_EarlyStopper_min_delta",
        "test_EarlyStopper_max_mode",
    ),
)
class EarlyStopper__ignores_min_delta(_Stopper):
    """Any gain counts."""

    def improves(self, metric: float) -> bool:
        return self.gain(metric) > 0


@misconception(
    hint='You take whatever is not worse. NaN is neither worse nor better than anything, so "not worse" does not mean '
    '"better".',
    reread=STOP,
    caught_by=("test_EarlyStopper_and_nan",),
)
class EarlyStopper__takes_nan(_Stopper):
    """An improvement is whatever is not worse."""

    def improves(self, metric: float) -> bool:
        return not self.gain(metric) <= self.min_delta


@misconception(
    hint="You skip epochs whose metric is NaN, so a run that has broken down goes on for ever. Those epochs count too.",
    reread=STOP,
    caught_by=("test_EarlyStopper_and_nan",),
)
class EarlyStopper__skips_nan(_Stopper):
    """An epoch with NaN does not count."""

    def wait(self, metric: float) -> None:
        self.counter += not math.isnan(metric)


@misconception(
    hint="You count epochs from 1. The conventions say where to begin.",
    reread=STOP,
    caught_by=(
        "test_EarlyStopper_stops_when_patience_has_run_out",
        "test_EarlyStopper_counts_in_a_row",
        "test_EarlyStopper_takes_no_tie",
        "test_EarlyStopper_min_delta",
        "test_EarlyStopper_and_nan",
        "test_EarlyStopper_epoch_by_epoch",
    ),
)
class EarlyStopper__counts_from_one(_Stopper):
    """The first epoch has the number 1."""

    def __init__(self, patience: int, min_delta: float = 0.0, mode: str = "min") -> None:
        super().__init__(patience, min_delta, mode)
        self.epoch = 0


@misconception(
    hint="You wait for a run of metrics that are each worse than the one before. A zigzag above the best never stops.",
    reread=LONGER,
    caught_by=(
        "test_EarlyStopper_stops_when_patience_has_run_out",
        "test_EarlyStopper_counts_in_a_row",
        "test_EarlyStopper_takes_no_tie",
        "test_EarlyStopper_min_delta",
        "test_EarlyStopper_max_mode",
        "test_EarlyStopper_and_nan",
        "test_EarlyStopper_epoch_by_epoch",
    ),
)
class EarlyStopper__wants_a_rising_run(_Stopper):
    """Count epochs in a row that got worse."""

    last = math.nan

    def step(self, metric: float) -> bool:
        worse = metric > self.last if self.mode == "min" else metric < self.last
        counter, self.last = self.counter, metric
        super().step(metric)
        self.counter = counter + 1 if worse else 0
        return self.stop()


@misconception(
    hint="Settings that make no sense are accepted. The docstring says which they are, and what should happen.",
    reread=STOP,
    caught_by=("test_EarlyStopper_refuses_wrong_settings",),
)
class EarlyStopper__unchecked(_Stopper):
    """Accept any setting."""

    def __init__(self, patience: int, min_delta: float = 0.0, mode: str = "min") -> None:
        super().__init__(max(patience, 1), max(min_delta, 0.0), mode if mode == "max" else "min")


# --------------------------------------------------------------------------------------------------- 5.3 best_epoch


def _numbered(history: Sequence[float], mode: str) -> list[tuple[float, int]]:
    """Metrics, negated where large is good, with epochs and without NaN, for variants that are wrong elsewhere."""
    if mode not in ("min", "max"):
        raise ValueError("mode must be min or max")
    sign = 1.0 if mode == "min" else -1.0
    rows = [(sign * metric, epoch) for epoch, metric in enumerate(history) if not math.isnan(metric)]
    if not rows:
        raise ValueError("no metric")
    return rows


@misconception(
    hint="Of equally good epochs you return a late one. Why would one train longer for the same result?",
    reread=STOP,
    caught_by=("test_best_epoch_takes_the_earliest_of_equals",),
)
def best_epoch__last_of_equals(history: Sequence[float], mode: str = "min") -> int:
    """The last place of the best value."""
    rows = _numbered(history, mode)
    best = min(rows)[0]
    return max(epoch for metric, epoch in rows if metric == best)


@misconception(
    hint="You return the worst epoch: the two modes are swapped.",
    reread=STOP,
    caught_by=(
        "test_best_epoch_looks_at_the_whole_history",
        "test_best_epoch_max_mode",
        "test_best_epoch_takes_the_earliest_of_equals",
        "test_best_epoch_skips_nan",
    ),
)
def best_epoch__modes_swapped(history: Sequence[float], mode: str = "min") -> int:
    """The largest for "min", the smallest for "max"."""
    rows = _numbered(history, mode)
    worst = max(rows)[0]
    return next(epoch for metric, epoch in rows if metric == worst)


@misconception(
    hint="You ignore the mode. Is a small accuracy good?",
    reread=WATCH,
    caught_by=(
        "test_best_epoch_max_mode",
        "test_best_epoch_takes_the_earliest_of_equals",
        "test_best_epoch_skips_nan",
    ),
)
def best_epoch__ignores_the_mode(history: Sequence[float], mode: str = "min") -> int:
    """The smallest, always."""
    _numbered(history, mode)
    return min(_numbered(history, "min"))[1]


@misconception(
    hint="You count epochs from 1. The conventions say where to begin.",
    reread=STOP,
    caught_by=(
        "test_best_epoch_looks_at_the_whole_history",
        "test_best_epoch_max_mode",
        "test_best_epoch_takes_the_earliest_of_equals",
        "test_best_epoch_skips_nan",
        "test_best_epoch_refuses_what_has_no_best",
    ),
)
def best_epoch__counts_from_one(history: Sequence[float], mode: str = "min") -> int:
    """The place, counted from 1."""
    return min(_numbered(history, mode))[1] + 1


@misconception(
    hint="You stop at the first local minimum. With the whole history at hand, there is no reason not to look further.",
    reread=LONGER,
    caught_by=(
        "test_best_epoch_looks_at_the_whole_history",
        "test_best_epoch_max_mode",
        "test_best_epoch_takes_the_earliest_of_equals",
        "test_best_epoch_skips_nan",
    ),
)
def best_epoch__first_local_minimum(history: Sequence[float], mode: str = "min") -> int:
    """Walk as long as the next one is better."""
    rows = _numbered(history, mode)
    place = 0
    while place + 1 < len(rows) and rows[place + 1][0] < rows[place][0]:
        place += 1
    return rows[place][1]


@misconception(
    hint="Your search gives up after some epochs without improvement. Patience belongs to 5.2; this is hindsight.",
    reread=LONGER,
    caught_by=("test_best_epoch_looks_at_the_whole_history", "test_best_epoch_max_mode"),
)
def best_epoch__with_patience(history: Sequence[float], mode: str = "min") -> int:
    """Stop looking after ten epochs without improvement."""
    rows = _numbered(history, mode)
    best, waited = rows[0], 0
    for row in rows[1:]:
        best, waited = (row, 0) if row[0] < best[0] else (best, waited + 1)
        if waited == 10:
            break
    return best[1]


@misconception(
    hint="An epoch whose metric is NaN comes out as the best. What do comparisons with NaN give?",
    reread=STOP,
    caught_by=(
        "test_best_epoch_skips_nan",
        "test_best_epoch_refuses_what_has_no_best",
    ),
)
def best_epoch__nan_wins(history: Sequence[float], mode: str = "min") -> int:
    """numpy's argmin, to which NaN is the smallest and the largest."""
    _numbered(history, mode)
    return int(np.argmin(history) if mode == "min" else np.argmax(history))


@misconception(
    hint="You throw NaN away first and count what is left. Then all later epochs move up.",
    reread=STOP,
    caught_by=(
        "test_best_epoch_skips_nan",
        "test_best_epoch_refuses_what_has_no_best",
    ),
)
def best_epoch__forgets_the_gaps(history: Sequence[float], mode: str = "min") -> int:
    """The place in the history without NaN."""
    rows = [metric for metric, _ in _numbered(history, mode)]
    return rows.index(min(rows))


@misconception(
    hint="You return how good the best epoch was. The question was which one it is.",
    reread=STOP,
    caught_by=(
        "test_best_epoch_looks_at_the_whole_history",
        "test_best_epoch_max_mode",
        "test_best_epoch_takes_the_earliest_of_equals",
        "test_best_epoch_skips_nan",
        "test_best_epoch_refuses_what_has_no_best",
    ),
)
def best_epoch__returns_the_metric(history: Sequence[float], mode: str = "min") -> float:
    """The best value."""
    _numbered(history, mode)
    return history[min(_numbered(history, mode))[1]]


# -------------------------------------------------------------------------------------- 5.4 fit_with_early_stopping


def _fit(
    model, train_epoch, validate, max_epochs, patience, min_delta, *, train=True, evaluate=True, gradients=False,
    snapshot=lambda model: copy.deepcopy(model.state_dict()), restore=lambda model, state: model.load_state_dict(state),
):  # fmt: skip
    """The loop, with pieces to be replaced, for variants that get one of them wrong."""
    if max_epochs < 1:
        raise ValueError("at least one epoch")
    stopper, history, stop_epoch, state = EarlyStopper(patience, min_delta), [], None, None
    if train != "always":
        model.train()
    for epoch in range(max_epochs):
        if train == "always" or train is True:
            model.train()
        train_epoch(model)
        if evaluate:
            model.eval()
        with torch.set_grad_enabled(gradients):
            history.append(validate(model))
        stop = stopper.step(history[-1])
        if stopper.best_epoch == epoch:
            state = snapshot(model)
        if stop:
            stop_epoch = epoch
            break
    restore(model, state)
    model.eval()
    return {"best_epoch": stopper.best_epoch, "stop_epoch": stop_epoch, "history": history}


@misconception(
    hint="You never load the checkpoint: the model goes home as it was at the stop, several epochs past its best.",
    reread=STOP,
    caught_by=(
        "test_fit_with_early_stopping_restores_the_best_epoch",
        "test_fit_with_early_stopping_follows_the_rule",
    ),
)
def fit_with_early_stopping__last_weights(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """Leave the model as it is."""
    return _fit(model, train_epoch, validate, max_epochs, patience, min_delta, restore=lambda model, state: None)


@misconception(
    hint="What you keep as the best state changes while the training goes on. Does state_dict() make a copy?",
    reread=STOP,
    caught_by=(
        "test_fit_with_early_stopping_restores_the_best_epoch",
        "test_fit_with_early_stopping_follows_the_rule",
    ),
)
def fit_with_early_stopping__aliased_state(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """Keep the state_dict itself."""
    return _fit(
        model, train_epoch, validate, max_epochs, patience, min_delta, snapshot=lambda model: model.state_dict()
    )


@misconception(
    hint="You copy the dictionary and not the tensors in it. Both dictionaries hold the same tensors.",
    reread=STOP,
    caught_by=(
        "test_fit_with_early_stopping_restores_the_best_epoch",
        "test_fit_with_early_stopping_follows_the_rule",
    ),
)
def fit_with_early_stopping__shallow_copy(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """A shallow copy of the state_dict."""
    return _fit(
        model, train_epoch, validate, max_epochs, patience, min_delta, snapshot=lambda model: dict(model.state_dict())
    )


@misconception(
    hint="You restore the parameters. What else does a network with batch normalization remember?",
    reread=STOP,
    caught_by=(
        "test_fit_with_early_stopping_restores_the_best_epoch",
        "test_fit_with_early_stopping_follows_the_rule",
    ),
)
def fit_with_early_stopping__parameters_only(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """Copies of the parameters only."""

    def restore(model, state):
        with torch.no_grad():
            for parameter, value in zip(model.parameters(), state, strict=True):
                parameter.copy_(value)

    return _fit(
        model, train_epoch, validate, max_epochs, patience, min_delta,
        snapshot=lambda model: [parameter.detach().clone() for parameter in model.parameters()], restore=restore,
    )  # fmt: skip


@misconception(
    hint="After the first validation nobody switches the model back: from then on it trains without dropout.",
    reread=MLP,
    caught_by=("test_fit_with_early_stopping_sets_the_modes",),
)
def fit_with_early_stopping__trains_once(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """Training mode before the loop only."""
    return _fit(model, train_epoch, validate, max_epochs, patience, min_delta, train=False)


@misconception(
    hint="You validate in training mode: dropout makes the metric noisy, and batch statistics change.",
    reread=MLP,
    caught_by=("test_fit_with_early_stopping_sets_the_modes",),
)
def fit_with_early_stopping__validates_in_training_mode(
    model, train_epoch, validate, max_epochs, patience, min_delta=0.0
):
    """No evaluation mode in the loop."""
    return _fit(model, train_epoch, validate, max_epochs, patience, min_delta, evaluate=False)


@misconception(
    hint="You build a graph for every validation, which nobody will ever use: it only costs memory.",
    reread=MLP,
    caught_by=("test_fit_with_early_stopping_sets_the_modes",),
)
def fit_with_early_stopping__validates_with_gradients(
    model, train_epoch, validate, max_epochs, patience, min_delta=0.0
):
    """Gradients on everywhere."""
    return _fit(model, train_epoch, validate, max_epochs, patience, min_delta, gradients=True)


@misconception(
    hint="You train one more epoch after patience has run out. When do you look at the answer of the rule?",
    reread=STOP,
    caught_by=(
        "test_fit_with_early_stopping_reports_what_happened",
        "test_fit_with_early_stopping_follows_the_rule",
    ),
)
def fit_with_early_stopping__one_epoch_more(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """Notice the stop only at the end of the next epoch."""
    if max_epochs < 1:
        raise ValueError("at least one epoch")
    EarlyStopper(patience, min_delta)
    report = _fit(model, train_epoch, validate, max_epochs, patience, min_delta)
    state = copy.deepcopy(model.state_dict())
    if report["stop_epoch"] is not None and report["stop_epoch"] + 1 < max_epochs:
        train_epoch(model.train())
        with torch.no_grad():
            report["history"].append(validate(model.eval()))
        report["stop_epoch"] += 1
    model.load_state_dict(state)
    return report


@misconception(
    hint="You report the last epoch as the stop even if patience never ran out. The caller cannot tell the two apart.",
    reread=STOP,
    caught_by=(
        "test_fit_with_early_stopping_reports_what_happened",
        "test_fit_with_early_stopping_refuses_wrong_settings",
    ),
)
def fit_with_early_stopping__always_stops(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """The number of epochs minus one."""
    report = _fit(model, train_epoch, validate, max_epochs, patience, min_delta)
    return {**report, "stop_epoch": len(report["history"]) - 1}


@misconception(
    hint="A stop at the very last epoch goes unreported. Patience ran out there all the same.",
    reread=STOP,
    caught_by=("test_fit_with_early_stopping_reports_what_happened",),
)
def fit_with_early_stopping__overlooks_the_last(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """A stop is only what shortened the training."""
    report = _fit(model, train_epoch, validate, max_epochs, patience, min_delta)
    return {**report, "stop_epoch": None if len(report["history"]) == max_epochs else report["stop_epoch"]}


@misconception(
    hint="min_delta decides when you stop, but not which epoch you keep. One rule should decide both.",
    reread=STOP,
    caught_by=("test_fit_with_early_stopping_follows_the_rule",),
)
def fit_with_early_stopping__keeps_any_minimum(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """Checkpoint at every new minimum, however small the gain."""
    metrics, states = [], []

    def remember(model):
        metrics.append(validate(model))
        states.append(copy.deepcopy(model.state_dict()))
        return metrics[-1]

    report = _fit(model, train_epoch, remember, max_epochs, patience, min_delta)
    best = best_epoch(metrics)
    model.load_state_dict(states[best])
    return {**report, "best_epoch": best}


@misconception(
    hint="You leave the model in training mode, so its first predictions will be random.",
    reread=MLP,
    caught_by=(
        "test_fit_with_early_stopping_restores_the_best_epoch",
        "test_fit_with_early_stopping_sets_the_modes",
        "test_fit_with_early_stopping_follows_the_rule",
        "test_fit_with_early_stopping_refuses_wrong_settings",
    ),
)
def fit_with_early_stopping__left_in_training_mode(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """Switch back at the end."""
    report = _fit(model, train_epoch, validate, max_epochs, patience, min_delta)
    model.train()
    return report


@misconception(
    hint="You never stop early: all epochs are run, and the best one is looked up at the end. Where is the patience?",
    reread=LONGER,
    caught_by=(
        "test_fit_with_early_stopping_reports_what_happened",
        "test_fit_with_early_stopping_follows_the_rule",
    ),
)
def fit_with_early_stopping__never_stops(model, train_epoch, validate, max_epochs, patience, min_delta=0.0):
    """Run to the end."""
    EarlyStopper(patience, min_delta)
    return _fit(model, train_epoch, validate, max_epochs, max(max_epochs, 1) + 1, min_delta)


# ---------------------------------------------------------------------------------------------- 5.5 select_and_test


@misconception(
    hint="You choose by the test metric. Then the test set has become a second validation set, and nothing is left.",
    reread=SPLIT,
    caught_by=(
        "test_select_and_test_chooses_by_validation",
        "test_select_and_test_opens_the_envelope_once",
        "test_select_and_test_hands_over_the_candidate_itself",
        "test_select_and_test_settles_ties_and_nan",
    ),
)
def select_and_test__chooses_by_test(candidates, val_metric, test_metric, mode="min"):
    """The best test metric."""
    best_epoch([val_metric(candidate) for candidate in candidates], mode)
    metrics = [test_metric(candidate) for candidate in candidates]
    index = best_epoch(metrics, mode)
    return index, metrics[index]


@misconception(
    hint="You test every candidate, and report one. The envelope is to be opened once.",
    reread=SPLIT,
    caught_by=(
        "test_select_and_test_opens_the_envelope_once",
        "test_select_and_test_hands_over_the_candidate_itself",
        "test_select_and_test_refuses_what_has_no_best",
    ),
)
def select_and_test__tests_all(candidates, val_metric, test_metric, mode="min"):
    """All test metrics first."""
    tested = [test_metric(candidate) for candidate in candidates]
    index = best_epoch([val_metric(candidate) for candidate in candidates], mode)
    return index, tested[index]


@misconception(
    hint="You report the validation metric of the winner. It won because that number is good: what is it worth?",
    reread=SPLIT,
    caught_by=(
        "test_select_and_test_chooses_by_validation",
        "test_select_and_test_hands_over_the_candidate_itself",
        "test_select_and_test_settles_ties_and_nan",
        "test_select_and_test_refuses_what_has_no_best",
    ),
)
def select_and_test__reports_validation(candidates, val_metric, test_metric, mode="min"):
    """The validation metric of the one chosen."""
    metrics = [val_metric(candidate) for candidate in candidates]
    index = best_epoch(metrics, mode)
    test_metric(candidates[index])
    return index, metrics[index]


@misconception(
    hint="You ignore the mode. Which of two accuracies is the better one?",
    reread=SPLIT,
    caught_by=(
        "test_select_and_test_chooses_by_validation",
        "test_select_and_test_hands_over_the_candidate_itself",
        "test_select_and_test_settles_ties_and_nan",
    ),
)
def select_and_test__ignores_the_mode(candidates, val_metric, test_metric, mode="min"):
    """The smallest, always."""
    if mode not in ("min", "max"):
        raise ValueError("mode must be min or max")
    index = best_epoch([val_metric(candidate) for candidate in candidates])
    return index, test_metric(candidates[index])


@misconception(
    hint="Of equally good candidates you take a late one. The conventions settle ties.",
    reread=STOP,
    caught_by=("test_select_and_test_settles_ties_and_nan",),
)
def select_and_test__last_of_equals(candidates, val_metric, test_metric, mode="min"):
    """Search from the end."""
    metrics = [val_metric(candidate) for candidate in candidates]
    index = len(metrics) - 1 - best_epoch(metrics[::-1], mode)
    return index, test_metric(candidates[index])


@misconception(
    hint="A candidate whose validation failed with NaN is chosen. What do comparisons with NaN give?",
    reread=STOP,
    caught_by=("test_select_and_test_settles_ties_and_nan",),
)
def select_and_test__nan_wins(candidates, val_metric, test_metric, mode="min"):
    """numpy's argmin, to which NaN is the smallest and the largest."""
    metrics = [val_metric(candidate) for candidate in candidates]
    best_epoch(metrics, mode)
    index = int(np.argmin(metrics) if mode == "min" else np.argmax(metrics))
    return index, test_metric(candidates[index])


@misconception(
    hint="You validate the winner a second time. Metrics can be expensive, or random: ask once and remember.",
    reread=SPLIT,
    caught_by=("test_select_and_test_opens_the_envelope_once",),
)
def select_and_test__validates_twice(candidates, val_metric, test_metric, mode="min"):
    """Find the best value first, and then look for who has it."""
    best = best_epoch([val_metric(candidate) for candidate in candidates], mode)
    target = val_metric(candidates[best])
    index = next(number for number, candidate in enumerate(candidates) if val_metric(candidate) == target)
    return index, test_metric(candidates[index])


@misconception(
    hint="You return the candidate itself. The caller wants to know which one it is.",
    reread=SPLIT,
    caught_by=(
        "test_select_and_test_hands_over_the_candidate_itself",
        "test_select_and_test_refuses_what_has_no_best",
    ),
)
def select_and_test__returns_the_candidate(candidates, val_metric, test_metric, mode="min"):
    """The candidate and its test metric."""
    index = best_epoch([val_metric(candidate) for candidate in candidates], mode)
    return candidates[index], test_metric(candidates[index])


# ---------------------------------------------------------------------------------------- 5.6 early_stopped_weights


def _left_over(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """What is left of the distance from the minimum, for variants that are wrong elsewhere."""
    if lr < 0 or steps < 0:
        raise ValueError("must not be negative")
    return torch.linalg.matrix_power(torch.eye(len(w_star)).to(H) - lr * H, steps)


@misconception(
    hint="You return the distance that is left, as if the descent had started at the minimum. Where are the weights?",
    reread=STOP,
    caught_by=(
        "test_early_stopped_weights_are_those_of_gradient_descent",
        "test_early_stopped_weights_filter_each_direction",
        "test_early_stopped_weights_first_steps",
        "test_early_stopped_weights_grow_up_to_the_minimum",
        "test_early_stopped_weights_in_float32",
        "test_early_stopped_weights_refuse_negative_numbers",
    ),
)
def early_stopped_weights__starts_at_the_minimum(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """What is left over of w_star."""
    return _left_over(H, w_star, lr, steps) @ w_star


@misconception(
    hint="You take one step too few. What should come out after a single step?",
    reread=STOP,
    caught_by=(
        "test_early_stopped_weights_are_those_of_gradient_descent",
        "test_early_stopped_weights_filter_each_direction",
        "test_early_stopped_weights_first_steps",
        "test_early_stopped_weights_in_float32",
        "test_early_stopped_weights_refuse_negative_numbers",
    ),
)
def early_stopped_weights__one_step_short(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """The power of one step less."""
    return w_star - _left_over(H, w_star, lr, max(steps - 1, 0) if steps >= 0 else steps) @ w_star


@misconception(
    hint="You raise each entry of the matrix to a power. Repeated steps multiply matrices with each other.",
    reread=STOP,
    caught_by=(
        "test_early_stopped_weights_are_those_of_gradient_descent",
        "test_early_stopped_weights_first_steps",
        "test_early_stopped_weights_in_float32",
        "test_early_stopped_weights_refuse_negative_numbers",
    ),
)
def early_stopped_weights__entry_by_entry(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """Powers of the entries."""
    return w_star - _left_over(H, w_star, lr, 1) ** steps @ w_star if steps >= 0 else _left_over(H, w_star, lr, steps)


@misconception(
    hint="You follow the gradient flow, the limit of very small steps. Here the steps have a size, and there are few.",
    reread="DS 542, Implicit regularization",
    caught_by=(
        "test_early_stopped_weights_are_those_of_gradient_descent",
        "test_early_stopped_weights_filter_each_direction",
        "test_early_stopped_weights_first_steps",
        "test_early_stopped_weights_in_float32",
        "test_early_stopped_weights_refuse_negative_numbers",
    ),
)
def early_stopped_weights__flow(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """The matrix exponential."""
    if lr < 0 or steps < 0:
        raise ValueError("must not be negative")
    return w_star - torch.linalg.matrix_exp(-lr * steps * H) @ w_star


@misconception(
    hint="You make one large step instead of several small ones. After the first step the gradient is another.",
    reread=STOP,
    caught_by=(
        "test_early_stopped_weights_are_those_of_gradient_descent",
        "test_early_stopped_weights_filter_each_direction",
        "test_early_stopped_weights_first_steps",
        "test_early_stopped_weights_grow_up_to_the_minimum",
        "test_early_stopped_weights_in_float32",
    ),
)
def early_stopped_weights__one_large_step(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """All steps along the first gradient."""
    if lr < 0 or steps < 0:
        raise ValueError("must not be negative")
    return lr * steps * (H @ w_star)


@misconception(
    hint="This is the solution with an L2 penalty. It is a close relative of early stopping, but not the same.",
    reread="DS 542, L2 Regularization",
    caught_by=(
        "test_early_stopped_weights_are_those_of_gradient_descent",
        "test_early_stopped_weights_filter_each_direction",
        "test_early_stopped_weights_first_steps",
        "test_early_stopped_weights_grow_up_to_the_minimum",
        "test_early_stopped_weights_in_float32",
        "test_early_stopped_weights_refuse_negative_numbers",
    ),
)
def early_stopped_weights__ridge(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """The penalty that belongs to the training time."""
    if lr < 0 or steps < 0:
        raise ValueError("must not be negative")
    if lr * steps == 0:
        return torch.zeros_like(w_star)
    return torch.linalg.solve(H + torch.eye(len(w_star)).to(H) / (lr * steps), H @ w_star)


@misconception(
    hint="Your gradient is twice too long. Look at the factor in front of this loss.",
    reread=STOP,
    caught_by=(
        "test_early_stopped_weights_are_those_of_gradient_descent",
        "test_early_stopped_weights_filter_each_direction",
        "test_early_stopped_weights_first_steps",
        "test_early_stopped_weights_in_float32",
        "test_early_stopped_weights_refuse_negative_numbers",
    ),
)
def early_stopped_weights__twice_the_gradient(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """The gradient of a loss without the half."""
    return w_star - _left_over(H, w_star, 2 * lr, steps) @ w_star


@misconception(
    hint="A negative number of steps or learning rate gives an answer of yours. The docstring asks for an error.",
    reread=STOP,
    caught_by=("test_early_stopped_weights_refuse_negative_numbers",),
)
def early_stopped_weights__unchecked(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """No checks; no steps are made where their number is negative."""
    w = torch.zeros_like(w_star)
    for _ in range(steps):
        w = w - lr * (H @ (w - w_star))
    return w


# ------------------------------------------------------------------------------------------ 5.7 mlp_parameter_count


def _checked_layers(sizes: Sequence[int]) -> list[int]:
    """The sizes as a list, for variants that are wrong elsewhere."""
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("not a network")
    return list(sizes)


@misconception(
    hint="You count weights only. Each unit that computes something has one number more.",
    reread=MLP,
    caught_by=(
        "test_mlp_parameter_count_of_built_networks",
        "test_mlp_parameter_count_adds_up",
        "test_mlp_parameter_count_of_biases",
        "test_mlp_parameter_count_is_exact",
        "test_mlp_parameter_count_refuses_what_is_no_network",
    ),
)
def mlp_parameter_count__no_biases(sizes: Sequence[int], bias: bool = True) -> int:
    """Weights only."""
    sizes = _checked_layers(sizes)
    return sum(a * b for a, b in itertools.pairwise(sizes))


@misconception(
    hint="You count biases although there are none: nothing in your function depends on that argument.",
    reread=MLP,
    caught_by=(
        "test_mlp_parameter_count_of_built_networks",
        "test_mlp_parameter_count_of_biases",
        "test_mlp_parameter_count_is_exact",
    ),
)
def mlp_parameter_count__always_biases(sizes: Sequence[int], bias: bool = True) -> int:
    """Biases always."""
    sizes = _checked_layers(sizes)
    return sum((a + 1) * b for a, b in itertools.pairwise(sizes))


@misconception(
    hint="The layer that leads to the outputs is missing. It is a linear layer like the others.",
    reread=MLP,
    caught_by=(
        "test_mlp_parameter_count_of_built_networks",
        "test_mlp_parameter_count_adds_up",
        "test_mlp_parameter_count_of_biases",
        "test_mlp_parameter_count_is_exact",
        "test_mlp_parameter_count_refuses_what_is_no_network",
    ),
)
def mlp_parameter_count__no_output_layer(sizes: Sequence[int], bias: bool = True) -> int:
    """Hidden layers only."""
    sizes = _checked_layers(sizes)[:-1]
    return sum((a + bool(bias)) * b for a, b in itertools.pairwise(sizes))


@misconception(
    hint="You count units. What is learned are the numbers on the connections between them.",
    reread=CAPACITY,
    caught_by=(
        "test_mlp_parameter_count_of_built_networks",
        "test_mlp_parameter_count_adds_up",
        "test_mlp_parameter_count_of_biases",
        "test_mlp_parameter_count_is_exact",
        "test_mlp_parameter_count_refuses_what_is_no_network",
    ),
)
def mlp_parameter_count__units(sizes: Sequence[int], bias: bool = True) -> int:
    """The number of units."""
    return sum(_checked_layers(sizes))


@misconception(
    hint="You give biases to the inputs. Inputs are given: they compute nothing.",
    reread=MLP,
    caught_by=(
        "test_mlp_parameter_count_of_built_networks",
        "test_mlp_parameter_count_adds_up",
        "test_mlp_parameter_count_of_biases",
        "test_mlp_parameter_count_is_exact",
        "test_mlp_parameter_count_refuses_what_is_no_network",
    ),
)
def mlp_parameter_count__input_biases(sizes: Sequence[int], bias: bool = True) -> int:
    """One bias for each unit of all layers."""
    sizes = _checked_layers(sizes)
    return sum(a * b for a, b in itertools.pairwise(sizes)) + bool(bias) * sum(sizes)


@misconception(
    hint="You give a layer as many biases as it has inputs. To what is a bias added?",
    reread=MLP,
    caught_by=(
        "test_mlp_parameter_count_of_built_networks",
        "test_mlp_parameter_count_adds_up",
        "test_mlp_parameter_count_of_biases",
        "test_mlp_parameter_count_is_exact",
        "test_mlp_parameter_count_refuses_what_is_no_network",
    ),
)
def mlp_parameter_count__biases_of_the_wrong_side(sizes: Sequence[int], bias: bool = True) -> int:
    """A bias for each input of a layer."""
    sizes = _checked_layers(sizes)
    return sum(a * (b + bool(bias)) for a, b in itertools.pairwise(sizes))


@misconception(
    hint="You calculate with floating-point numbers. A count is an int, and exact however large it is.",
    reread=CAPACITY,
    caught_by=("test_mlp_parameter_count_is_exact",),
)
def mlp_parameter_count__float(sizes: Sequence[int], bias: bool = True) -> float:
    """numpy's floats."""
    sizes = np.array(_checked_layers(sizes), dtype=float)
    return float(((sizes[:-1] + bool(bias)) * sizes[1:]).sum())


@misconception(
    hint="Sizes that make no network are accepted. The docstring says which they are, and what should happen.",
    reread=CAPACITY,
    caught_by=("test_mlp_parameter_count_refuses_what_is_no_network",),
)
def mlp_parameter_count__unchecked(sizes: Sequence[int], bias: bool = True) -> int:
    """Count whatever comes."""
    return sum((a + bool(bias)) * b for a, b in itertools.pairwise(sizes))


# --------------------------------------------------------------------------------------------- 5.8 prune_dead_units


def _pruned(first: nn.Linear, second: nn.Linear, keep: Tensor) -> tuple[nn.Linear, nn.Linear]:
    """New layers with the units ``keep``, for variants that are wrong elsewhere."""
    one, two = copy.deepcopy(first), copy.deepcopy(second)
    one.weight, one.bias = nn.Parameter(first.weight.detach()[keep]), nn.Parameter(first.bias.detach()[keep])
    two.weight = nn.Parameter(second.weight.detach()[:, keep])
    one.out_features = two.in_features = one.weight.shape[0]
    return one, two


@misconception(
    hint="You remove units that are off for some example. A unit is dead only if it is off for every one.",
    reread=CAPACITY,
    caught_by=("test_prune_dead_units_needs_only_one_example",),
)
def prune_dead_units__off_once(first: nn.Linear, second: nn.Linear, X: Tensor):
    """Keep what is on for all rows."""
    return _pruned(first, second, (first(X) > 0).all(dim=0))


@misconception(
    hint="You judge units by the size of their weights. Dead is who gives nothing on the data.",
    reread=CAPACITY,
    caught_by=(
        "test_prune_dead_units_keeps_the_outputs",
        "test_prune_dead_units_keeps_the_living",
        "test_prune_dead_units_needs_only_one_example",
        "test_prune_dead_units_ignores_the_size_of_weights",
        "test_prune_dead_units_at_both_ends",
    ),
)
def prune_dead_units__small_weights(first: nn.Linear, second: nn.Linear, X: Tensor):
    """Keep rows whose norm is above half of the mean."""
    norms = first.weight.detach().norm(dim=1)
    return _pruned(first, second, norms > 0.5 * norms.mean())


@misconception(
    hint="You look for units whose value before the ReLU is zero. What does the ReLU do with negative ones?",
    reread=CAPACITY,
    caught_by=(
        "test_prune_dead_units_keeps_the_outputs",
        "test_prune_dead_units_keeps_the_living",
        "test_prune_dead_units_needs_only_one_example",
        "test_prune_dead_units_ignores_the_size_of_weights",
        "test_prune_dead_units_at_both_ends",
    ),
)
def prune_dead_units__zero_before_relu(first: nn.Linear, second: nn.Linear, X: Tensor):
    """Dead is what is 0 before the ReLU."""
    return _pruned(first, second, (first(X) != 0).any(dim=0))


@misconception(
    hint="You average before the ReLU. A unit that is far below zero for most examples may still fire for one.",
    reread=CAPACITY,
    caught_by=("test_prune_dead_units_needs_only_one_example",),
)
def prune_dead_units__mean_before_relu(first: nn.Linear, second: nn.Linear, X: Tensor):
    """Keep what is positive on average."""
    return _pruned(first, second, first(X).mean(dim=0) > 0)


@misconception(
    hint="A unit that is exactly zero for every example survives in your version. What does it contribute?",
    reread=CAPACITY,
    caught_by=("test_prune_dead_units_needs_only_one_example",),
)
def prune_dead_units__zero_is_alive(first: nn.Linear, second: nn.Linear, X: Tensor):
    """Compare with >=."""
    return _pruned(first, second, (first(X) >= 0).any(dim=0))


@misconception(
    hint="You make the first layer smaller, and the second still waits for the units that are gone.",
    reread=CAPACITY,
    caught_by=(
        "test_prune_dead_units_keeps_the_outputs",
        "test_prune_dead_units_keeps_the_living",
        "test_prune_dead_units_needs_only_one_example",
        "test_prune_dead_units_ignores_the_size_of_weights",
        "test_prune_dead_units_at_both_ends",
    ),
)
def prune_dead_units__forgets_the_second(first: nn.Linear, second: nn.Linear, X: Tensor):
    """The second layer is copied as it is."""
    return _pruned(first, second, (first(X) > 0).any(dim=0))[0], copy.deepcopy(second)


@misconception(
    hint="You silence the dead units by zeros, and they are all still there. The network should get smaller.",
    reread=CAPACITY,
    caught_by=(
        "test_prune_dead_units_keeps_the_outputs",
        "test_prune_dead_units_keeps_the_living",
        "test_prune_dead_units_needs_only_one_example",
        "test_prune_dead_units_ignores_the_size_of_weights",
        "test_prune_dead_units_at_both_ends",
    ),
)
def prune_dead_units__zeros_them(first: nn.Linear, second: nn.Linear, X: Tensor):
    """Set the weights of dead units to zero."""
    alive = (first(X) > 0).any(dim=0)
    one, two = copy.deepcopy(first), copy.deepcopy(second)
    with torch.no_grad():
        one.weight[~alive] = 0
        one.bias[~alive] = 0
        two.weight[:, ~alive] = 0
    return one, two


@misconception(
    hint="You cut the old layers themselves. Whoever still uses them gets another network.",
    reread=CAPACITY,
    caught_by=(
        "test_prune_dead_units_keeps_the_outputs",
        "test_prune_dead_units_keeps_the_living",
        "test_prune_dead_units_needs_only_one_example",
        "test_prune_dead_units_ignores_the_size_of_weights",
        "test_prune_dead_units_at_both_ends",
    ),
)
def prune_dead_units__in_place(first: nn.Linear, second: nn.Linear, X: Tensor):
    """Give the arguments shorter parameters."""
    one, two = _pruned(first, second, (first(X) > 0).any(dim=0))
    first.weight.data, first.bias.data, second.weight.data = one.weight.data, one.bias.data, two.weight.data
    first.out_features = second.in_features = one.out_features
    return first, second


@misconception(
    hint="You look at the weights that lead on from a unit. A dead unit may have any; its output is what counts.",
    reread=CAPACITY,
    caught_by=(
        "test_prune_dead_units_keeps_the_outputs",
        "test_prune_dead_units_keeps_the_living",
        "test_prune_dead_units_needs_only_one_example",
        "test_prune_dead_units_ignores_the_size_of_weights",
        "test_prune_dead_units_at_both_ends",
    ),
)
def prune_dead_units__by_outgoing_weights(first: nn.Linear, second: nn.Linear, X: Tensor):
    """Drop the units whose outgoing weights are the smaller half."""
    sizes = second.weight.detach().norm(dim=0)
    return _pruned(first, second, sizes >= sizes.median())


@misconception(
    hint="The new second layer starts with a bias of its own making. The outputs keep theirs.",
    reread=CAPACITY,
    caught_by=(
        "test_prune_dead_units_keeps_the_outputs",
        "test_prune_dead_units_keeps_the_living",
        "test_prune_dead_units_needs_only_one_example",
        "test_prune_dead_units_ignores_the_size_of_weights",
        "test_prune_dead_units_at_both_ends",
    ),
)
def prune_dead_units__fresh_output_bias(first: nn.Linear, second: nn.Linear, X: Tensor):
    """A bias of zeros."""
    one, two = _pruned(first, second, (first(X) > 0).any(dim=0))
    with torch.no_grad():
        two.bias.zero_()
    return one, two
