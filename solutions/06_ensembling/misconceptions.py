"""Plausible wrong answers to 06_ensembling: each must lose marks in its own task, in the tests that it names."""
# The names of the reference module are there when these run.
# ruff: noqa: F821

import copy

from autograder.answers import misconception

ENSEMBLING = "DS 542, Ensembling"
SINGLE_OR_BAGGED = "DS 542, Single Model vs Bagged Ensemble"
SIMPLE_NET = "DS 542, L2 regularization (simple net from last lecture)"

# -------------------------------------------------------------------------------------------- 6.1 combine_regression


def _check_outputs(preds, how):
    """The checks that most of the answers below get right."""
    if how not in ("mean", "median") or preds.numel() == 0:
        raise ValueError("cannot combine")


@misconception(
    hint="For an even number of members your median is one of the two middle values. Try two members: which one do"
    " you take, and why not the other?",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_regression_median_of_an_even_number",
        "test_combine_regression_of_any_shape",
        "test_combine_regression_gradient",
        "test_combine_regression_keeps_dtype_and_argument",
    ),
)
def combine_regression__lower_median(preds: Tensor, how: str = "mean") -> Tensor:
    """torch.median."""
    _check_outputs(preds, how)
    return preds.mean(dim=0) if how == "mean" else preds.median(dim=0).values


@misconception(
    hint="With an even number of members you always end up above the middle: your place in the sorted list fits "
    "odd numbers only.",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_regression_median_of_an_even_number",
        "test_combine_regression_of_any_shape",
        "test_combine_regression_gradient",
        "test_combine_regression_keeps_dtype_and_argument",
    ),
)
def combine_regression__upper_median(preds: Tensor, how: str = "mean") -> Tensor:
    """The entry at half the length."""
    _check_outputs(preds, how)
    return preds.mean(dim=0) if how == "mean" else preds.sort(dim=0).values[len(preds) // 2]


@misconception(
    hint="You combine the examples of one member instead of the members' answers to one example. What does the "
    "first axis count?",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_regression_mean",
        "test_combine_regression_median_of_an_odd_number",
        "test_combine_regression_median_of_an_even_number",
        "test_combine_regression_with_a_wild_member",
        "test_combine_regression_of_any_shape",
        "test_combine_regression_gradient",
        "test_combine_regression_keeps_dtype_and_argument",
        "test_combine_regression_refuses_what_it_cannot_do",
    ),
)
def combine_regression__over_examples(preds: Tensor, how: str = "mean") -> Tensor:
    """The wrong axis."""
    _check_outputs(preds, how)
    return preds.mean(dim=1) if how == "mean" else preds.quantile(0.5, dim=1)


@misconception(
    hint="You get one number for all examples together. Each example needs an answer of its own.",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_regression_mean",
        "test_combine_regression_median_of_an_odd_number",
        "test_combine_regression_median_of_an_even_number",
        "test_combine_regression_with_a_wild_member",
        "test_combine_regression_of_any_shape",
        "test_combine_regression_gradient",
        "test_combine_regression_keeps_dtype_and_argument",
        "test_combine_regression_refuses_what_it_cannot_do",
    ),
)
def combine_regression__flattened(preds: Tensor, how: str = "mean") -> Tensor:
    """No axis at all."""
    _check_outputs(preds, how)
    return preds.mean() if how == "mean" else preds.flatten().quantile(0.5)


@misconception(
    hint="The second argument makes no difference in your function: it always takes the mean.",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_regression_median_of_an_odd_number",
        "test_combine_regression_median_of_an_even_number",
        "test_combine_regression_with_a_wild_member",
        "test_combine_regression_of_any_shape",
        "test_combine_regression_gradient",
        "test_combine_regression_keeps_dtype_and_argument",
        "test_combine_regression_refuses_what_it_cannot_do",
    ),
)
def combine_regression__always_the_mean(preds: Tensor, how: str = "mean") -> Tensor:
    """Ignores ``how``."""
    _check_outputs(preds, how)
    return preds.mean(dim=0)


@misconception(
    hint="The second argument makes no difference in your function: it always takes the median.",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_regression_mean",
        "test_combine_regression_with_a_wild_member",
        "test_combine_regression_of_any_shape",
        "test_combine_regression_gradient",
        "test_combine_regression_keeps_dtype_and_argument",
    ),
)
def combine_regression__always_the_median(preds: Tensor, how: str = "mean") -> Tensor:
    """Ignores ``how``, the other way round."""
    _check_outputs(preds, how)
    return preds.quantile(0.5, dim=0)


@misconception(
    hint="You take the member that stands in the middle of the list. The median looks for the middle of the values.",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_regression_median_of_an_odd_number",
        "test_combine_regression_median_of_an_even_number",
        "test_combine_regression_with_a_wild_member",
        "test_combine_regression_of_any_shape",
        "test_combine_regression_gradient",
    ),
)
def combine_regression__unsorted(preds: Tensor, how: str = "mean") -> Tensor:
    """The middle of the list, not of the sorted list."""
    _check_outputs(preds, how)
    if how == "mean":
        return preds.mean(dim=0)
    return (preds[(len(preds) - 1) // 2] + preds[len(preds) // 2]) / 2


@misconception(
    hint="You drop the largest and the smallest member and average the rest. With two wild members of five, is "
    "your result still safe?",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_regression_median_of_an_odd_number",
        "test_combine_regression_median_of_an_even_number",
        "test_combine_regression_with_a_wild_member",
        "test_combine_regression_gradient",
        "test_combine_regression_keeps_dtype_and_argument",
    ),
)
def combine_regression__trimmed(preds: Tensor, how: str = "mean") -> Tensor:
    """A trimmed mean for the median."""
    _check_outputs(preds, how)
    if how == "mean":
        return preds.mean(dim=0)
    spare = 1 if len(preds) > 2 else 0
    return preds.sort(dim=0).values[spare : len(preds) - spare].mean(dim=0)


@misconception(
    hint="Your result is a fresh tensor without a history: no gradient can flow back to the members.",
    reread=ENSEMBLING,
    caught_by="test_combine_regression_gradient",
)
def combine_regression__detached(preds: Tensor, how: str = "mean") -> Tensor:
    """Leaves the graph."""
    _check_outputs(preds, how)
    with torch.no_grad():
        return preds.mean(dim=0) if how == "mean" else preds.quantile(0.5, dim=0)


@misconception(
    hint="You sort the members' outputs in place, so the caller's tensor is in another order after the call.",
    reread=ENSEMBLING,
    caught_by="test_combine_regression_keeps_dtype_and_argument",
)
def combine_regression__in_place(preds: Tensor, how: str = "mean") -> Tensor:
    """Writes the sorted values into the argument."""
    _check_outputs(preds, how)
    if how == "mean":
        return preds.mean(dim=0)
    preds.data.copy_(preds.data.sort(dim=0).values)
    return (preds[(len(preds) - 1) // 2] + preds[len(preds) // 2]) / 2


@misconception(
    hint="A word that you do not know is treated as if it were the mean. The docstring names the error to raise.",
    reread=ENSEMBLING,
    caught_by="test_combine_regression_refuses_what_it_cannot_do",
)
def combine_regression__any_word(preds: Tensor, how: str = "mean") -> Tensor:
    """Everything else is a mean."""
    if preds.numel() == 0:
        raise ValueError("empty")
    return preds.quantile(0.5, dim=0) if how == "median" else preds.mean(dim=0)


@misconception(
    hint="An ensemble without members has no opinion, but yours answers NaN. The docstring names the error to raise.",
    reread=ENSEMBLING,
    caught_by="test_combine_regression_refuses_what_it_cannot_do",
)
def combine_regression__nobody(preds: Tensor, how: str = "mean") -> Tensor:
    """The mean of nothing."""
    if how not in ("mean", "median"):
        raise ValueError("unknown")
    return preds.quantile(0.5, dim=0) if how == "median" else preds.mean(dim=0)


# ---------------------------------------------------------------------------------------- 6.2 combine_classification


def _check_logits(logits, how):
    """The checks that most of the answers below get right."""
    if how not in ("mean", "vote") or logits.numel() == 0:
        raise ValueError("cannot combine")


def _vote(logits):
    """A correct vote, for answers that are wrong elsewhere."""
    return logits.argmax(dim=2).mode(dim=0).values


@misconception(
    hint="You average probabilities. The lecture's table averages one step earlier, and then a very sure member "
    "counts for more.",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_classification_mean",
        "test_combine_classification_where_the_rules_disagree",
        "test_combine_classification_does_not_notice_a_constant",
    ),
)
def combine_classification__mean_probabilities(logits: Tensor, how: str = "mean") -> Tensor:
    """After the softmax."""
    _check_logits(logits, how)
    return logits.softmax(dim=2).mean(dim=0).argmax(dim=1) if how == "mean" else _vote(logits)


@misconception(
    hint="You average the class numbers. Halfway between a 0 and an 8 there is no 4: classes are names, not "
    "quantities.",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_classification_where_the_rules_disagree",
        "test_combine_classification_vote",
        "test_combine_classification_ties",
        "test_combine_classification_refuses_what_it_cannot_do",
    ),
)
def combine_classification__mean_label(logits: Tensor, how: str = "mean") -> Tensor:
    """Rounds the average label."""
    _check_logits(logits, how)
    if how == "mean":
        return logits.mean(dim=0).argmax(dim=1)
    return logits.argmax(dim=2).double().mean(dim=0).round().long()


@misconception(
    hint="Your vote takes the median of the class numbers. Classes have no order: renumber them, and your winner "
    "changes.",
    reread=ENSEMBLING,
    caught_by="test_combine_classification_ties",
)
def combine_classification__median_label(logits: Tensor, how: str = "mean") -> Tensor:
    """The slide's other robust word."""
    _check_logits(logits, how)
    if how == "mean":
        return logits.mean(dim=0).argmax(dim=1)
    return logits.argmax(dim=2).median(dim=0).values


@misconception(
    hint="Where two classes have equally many votes you take the larger index. The docstring says who wins a tie.",
    reread=ENSEMBLING,
    caught_by="test_combine_classification_ties",
)
def combine_classification__largest_of_a_tie(logits: Tensor, how: str = "mean") -> Tensor:
    """Counts from the other end."""
    _check_logits(logits, how)
    if how == "mean":
        return logits.mean(dim=0).argmax(dim=1)
    classes = logits.shape[2]
    votes = nn.functional.one_hot(logits.argmax(dim=2), classes).sum(dim=0)
    return classes - 1 - votes.flip(1).argmax(dim=1)


@misconception(
    hint="Where two classes have equally many votes you take the one that was named first. The members have no order.",
    reread=ENSEMBLING,
    caught_by="test_combine_classification_ties",
)
def combine_classification__first_voter_of_a_tie(logits: Tensor, how: str = "mean") -> Tensor:
    """max() over a dictionary of counts."""
    _check_logits(logits, how)
    if how == "mean":
        return logits.mean(dim=0).argmax(dim=1)
    columns = logits.argmax(dim=2).T.tolist()
    return torch.tensor([max(dict.fromkeys(column), key=column.count) for column in columns], device=logits.device)


@misconception(
    hint="You break ties by looking at the logits. That is sensible, but not the rule here: see the docstring.",
    reread=ENSEMBLING,
    caught_by="test_combine_classification_ties",
)
def combine_classification__surest_of_a_tie(logits: Tensor, how: str = "mean") -> Tensor:
    """Votes plus a pinch of the mean logits."""
    _check_logits(logits, how)
    average = logits.mean(dim=0)
    if how == "mean":
        return average.argmax(dim=1)
    votes = nn.functional.one_hot(logits.argmax(dim=2), logits.shape[2]).sum(dim=0)
    return (votes + 0.4 * average.softmax(dim=1)).argmax(dim=1)


@misconception(
    hint="You let the single largest logit decide, whoever it belongs to. What happens when one member adds 50 to "
    "all of its logits?",
    reread=ENSEMBLING,
    caught_by="test_combine_classification_does_not_notice_a_constant",
)
def combine_classification__loudest_member(logits: Tensor, how: str = "mean") -> Tensor:
    """The maximum over members for the mean."""
    _check_logits(logits, how)
    return logits.amax(dim=0).argmax(dim=1) if how == "mean" else _vote(logits)


@misconception(
    hint="You look for the largest logit among the examples. Which of the three axes counts the classes?",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_classification_mean",
        "test_combine_classification_where_the_rules_disagree",
        "test_combine_classification_does_not_notice_a_constant",
        "test_combine_classification_vote",
        "test_combine_classification_ties",
        "test_combine_classification_of_one_member",
        "test_combine_classification_refuses_what_it_cannot_do",
    ),
)
def combine_classification__over_examples(logits: Tensor, how: str = "mean") -> Tensor:
    """The wrong axis."""
    _check_logits(logits, how)
    return logits.mean(dim=0).argmax(dim=0) if how == "mean" else logits.argmax(dim=1).mode(dim=0).values


@misconception(
    hint="Both words give the same in your function: it never counts votes.",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_classification_where_the_rules_disagree",
        "test_combine_classification_does_not_notice_a_constant",
        "test_combine_classification_vote",
        "test_combine_classification_ties",
        "test_combine_classification_refuses_what_it_cannot_do",
    ),
)
def combine_classification__no_vote(logits: Tensor, how: str = "mean") -> Tensor:
    """Ignores ``how``."""
    _check_logits(logits, how)
    return logits.mean(dim=0).argmax(dim=1)


@misconception(
    hint="Your classes are no integers. A class index is to be used as an index: the docstring names its dtype.",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_classification_mean",
        "test_combine_classification_where_the_rules_disagree",
        "test_combine_classification_does_not_notice_a_constant",
        "test_combine_classification_vote",
        "test_combine_classification_ties",
        "test_combine_classification_of_one_member",
        "test_combine_classification_refuses_what_it_cannot_do",
    ),
)
def combine_classification__float_classes(logits: Tensor, how: str = "mean") -> Tensor:
    """Keeps the dtype of the logits."""
    _check_logits(logits, how)
    return (logits.mean(dim=0).argmax(dim=1) if how == "mean" else _vote(logits)).to(logits.dtype)


@misconception(
    hint="You return the combined logits. The answer of an ensemble of classifiers is a class for each example.",
    reread=ENSEMBLING,
    caught_by=(
        "test_combine_classification_mean",
        "test_combine_classification_where_the_rules_disagree",
        "test_combine_classification_does_not_notice_a_constant",
        "test_combine_classification_vote",
        "test_combine_classification_ties",
        "test_combine_classification_of_one_member",
        "test_combine_classification_refuses_what_it_cannot_do",
    ),
)
def combine_classification__returns_scores(logits: Tensor, how: str = "mean") -> Tensor:
    """Stops before the last step."""
    _check_logits(logits, how)
    if how == "mean":
        return logits.mean(dim=0)
    return nn.functional.one_hot(logits.argmax(dim=2), logits.shape[2]).sum(dim=0)


@misconception(
    hint="Your function accepts words that it does not know. The docstring names the error to raise.",
    reread=ENSEMBLING,
    caught_by="test_combine_classification_refuses_what_it_cannot_do",
)
def combine_classification__any_word(logits: Tensor, how: str = "mean") -> Tensor:
    """Everything else is a mean."""
    if logits.numel() == 0:
        raise ValueError("empty")
    return _vote(logits) if how == "vote" else logits.mean(dim=0).argmax(dim=1)


# --------------------------------------------------------------------------------------------- 6.3 bootstrap_indices


def _device(generator):
    """Where the indices belong."""
    return "cpu" if generator is None else generator.device


def _check_size(n):
    """The check that most of the answers below get right."""
    if n < 1:
        raise ValueError("empty")


@misconception(
    hint="In your bag every example is there exactly once, in another order. What happens to a ball after it was "
    "drawn?",
    reread=ENSEMBLING,
    caught_by=(
        "test_bootstrap_indices_are_drawn_with_replacement",
        "test_bootstrap_indices_leave_examples_out",
    ),
)
def bootstrap_indices__permutation(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Without replacement."""
    _check_size(n)
    return torch.randperm(n, generator=generator, device=_device(generator))


@misconception(
    hint="Nothing is resampled: your bag is the data set itself, every time.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bootstrap_indices_are_drawn_with_replacement",
        "test_bootstrap_indices_leave_examples_out",
        "test_bootstrap_indices_use_the_generator",
        "test_bootstrap_indices_without_a_generator",
    ),
)
def bootstrap_indices__not_resampled(n: int, generator: torch.Generator | None = None) -> Tensor:
    """The placeholder that was never replaced."""
    _check_size(n)
    return torch.arange(n, device=_device(generator))


@misconception(
    hint="The first and the last example come half as often as the others. How wide is the interval that is "
    "rounded to each index?",
    reread=ENSEMBLING,
    caught_by="test_bootstrap_indices_are_uniform",
    may_catch=("test_bootstrap_indices_are_indices", "test_bootstrap_indices_leave_examples_out"),
)
def bootstrap_indices__rounded(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Rounds a uniform number."""
    _check_size(n)
    uniform = torch.rand(n, generator=generator, device=_device(generator), dtype=torch.float64)
    return ((n - 1) * uniform).round().long()


@misconception(
    hint="The last example can never be drawn. Is the upper end that you give to the random number generator included?",
    reread=ENSEMBLING,
    caught_by=(
        "test_bootstrap_indices_are_indices",
        "test_bootstrap_indices_are_uniform",
        "test_bootstrap_indices_leave_examples_out",
    ),
)
def bootstrap_indices__loses_the_last(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Takes an exclusive bound for an inclusive one."""
    _check_size(n)
    return torch.randint(0, max(n - 1, 1), (n,), generator=generator, device=_device(generator))


@misconception(
    hint="You count examples from 1. The first row of a tensor has another index, and the last one is out of range.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bootstrap_indices_are_indices",
        "test_bootstrap_indices_are_uniform",
        "test_bootstrap_indices_leave_examples_out",
        "test_bootstrap_indices_refuse_an_empty_bag",
    ),
)
def bootstrap_indices__from_one(n: int, generator: torch.Generator | None = None) -> Tensor:
    """1 to n."""
    _check_size(n)
    return torch.randint(1, n + 1, (n,), generator=generator, device=_device(generator))


@misconception(
    hint="Your bag is too small. It holds as many draws as there are examples; that some are missing comes by itself.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bootstrap_indices_are_indices",
        "test_bootstrap_indices_are_uniform",
        "test_bootstrap_indices_are_drawn_with_replacement",
        "test_bootstrap_indices_leave_examples_out",
        "test_bootstrap_indices_use_the_generator",
        "test_bootstrap_indices_without_a_generator",
    ),
)
def bootstrap_indices__sixty_three_percent(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Draws only as many as there will be different ones."""
    _check_size(n)
    return torch.randint(n, (max(1, round(0.632 * n)),), generator=generator, device=_device(generator))


@misconception(
    hint="Your bag has no repetitions: you return the different examples of it. A copy counts as often as it was "
    "drawn.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bootstrap_indices_are_indices",
        "test_bootstrap_indices_are_uniform",
        "test_bootstrap_indices_are_drawn_with_replacement",
        "test_bootstrap_indices_leave_examples_out",
        "test_bootstrap_indices_use_the_generator",
        "test_bootstrap_indices_without_a_generator",
    ),
)
def bootstrap_indices__unique(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Removes the copies."""
    _check_size(n)
    return torch.randint(n, (n,), generator=generator, device=_device(generator)).unique()


@misconception(
    hint="The generator that you were given is not used, so nobody can repeat your bag.",
    reread=ENSEMBLING,
    caught_by="test_bootstrap_indices_use_the_generator",
)
def bootstrap_indices__global_generator(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Draws from torch's default generator."""
    _check_size(n)
    return torch.randint(n, (n,), device=_device(generator))


@misconception(
    hint="Every call starts the random numbers anew: all bags are the same.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bootstrap_indices_are_drawn_with_replacement",
        "test_bootstrap_indices_leave_examples_out",
        "test_bootstrap_indices_use_the_generator",
        "test_bootstrap_indices_without_a_generator",
    ),
    may_catch=("test_bootstrap_indices_are_indices", "test_bootstrap_indices_are_uniform"),
)
def bootstrap_indices__seeds_itself(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Seeds inside the function."""
    _check_size(n)
    seed = 0 if generator is None else generator.initial_seed()
    fresh = torch.Generator(_device(generator)).manual_seed(seed)
    return torch.randint(n, (n,), generator=fresh, device=_device(generator))


@misconception(
    hint="Your indices are floating-point numbers, which index nothing.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bootstrap_indices_are_indices",
        "test_bootstrap_indices_refuse_an_empty_bag",
    ),
)
def bootstrap_indices__floats(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Forgets the conversion."""
    _check_size(n)
    return (n * torch.rand(n, generator=generator, device=_device(generator), dtype=torch.float64)).floor()


@misconception(
    hint="From no examples at all nothing can be drawn, but you return an empty bag. The docstring names the error.",
    reread=ENSEMBLING,
    caught_by="test_bootstrap_indices_refuse_an_empty_bag",
)
def bootstrap_indices__empty_bag(n: int, generator: torch.Generator | None = None) -> Tensor:
    """No check."""
    return torch.randint(max(n, 1), (max(n, 0),), generator=generator, device=_device(generator))


# ---------------------------------------------------------------------------------------------------- 6.4 fit_bagged


def _check_data(x, y, n_models):
    """The checks that most of the answers below get right."""
    if n_models < 1 or len(x) != len(y) or len(x) == 0:
        raise ValueError("cannot train")


def _bag(n, generator):
    """One correct bag."""
    return torch.randint(n, (n,), generator=generator, device="cpu" if generator is None else generator.device)


@misconception(
    hint="You draw one set of indices for the inputs and another one for the targets. Whose target stands beside "
    "an input now?",
    reread=ENSEMBLING,
    caught_by=(
        "test_fit_bagged_keeps_pairs_together",
        "test_fit_bagged_resamples_the_original_data",
        "test_fit_bagged_draws_a_bag_for_each_member",
        "test_fit_bagged_uses_the_generator",
        "test_fit_bagged_of_labels",
    ),
)
def fit_bagged__pairs_torn(x, y, fit, n_models, generator=None):
    """Resamples x and y independently."""
    _check_data(x, y, n_models)
    return [fit(x[_bag(len(x), generator)], y[_bag(len(y), generator)]) for _ in range(n_models)]


@misconception(
    hint="You resample the inputs only. The targets are still those of the original order.",
    reread=ENSEMBLING,
    caught_by=(
        "test_fit_bagged_keeps_pairs_together",
        "test_fit_bagged_resamples_the_original_data",
        "test_fit_bagged_draws_a_bag_for_each_member",
        "test_fit_bagged_uses_the_generator",
        "test_fit_bagged_of_labels",
    ),
)
def fit_bagged__targets_stay(x, y, fit, n_models, generator=None):
    """Forgets to index y."""
    _check_data(x, y, n_models)
    return [fit(x[_bag(len(x), generator)], y) for _ in range(n_models)]


@misconception(
    hint="All your members are trained on the same bag. What is there to average, if training is deterministic?",
    reread=ENSEMBLING,
    caught_by="test_fit_bagged_draws_a_bag_for_each_member",
    may_catch=("test_fit_bagged_resamples_the_original_data", "test_fit_bagged_uses_the_generator"),
)
def fit_bagged__one_bag(x, y, fit, n_models, generator=None):
    """Draws before the loop."""
    _check_data(x, y, n_models)
    rows = _bag(len(x), generator)
    return [fit(x[rows], y[rows]) for _ in range(n_models)]


@misconception(
    hint="You train once and put the same predictor into the list again and again.",
    reread=ENSEMBLING,
    caught_by=(
        "test_fit_bagged_keeps_pairs_together",
        "test_fit_bagged_returns_what_fit_returns",
        "test_fit_bagged_resamples_the_original_data",
        "test_fit_bagged_draws_a_bag_for_each_member",
        "test_fit_bagged_of_labels",
    ),
)
def fit_bagged__one_model(x, y, fit, n_models, generator=None):
    """Multiplies a list."""
    _check_data(x, y, n_models)
    rows = _bag(len(x), generator)
    return [fit(x[rows], y[rows])] * n_models


@misconception(
    hint="Each of your bags is drawn from the bag before it. After many members, how many different examples are left?",
    reread=ENSEMBLING,
    caught_by="test_fit_bagged_resamples_the_original_data",
    may_catch=("test_fit_bagged_draws_a_bag_for_each_member",),
)
def fit_bagged__bag_of_a_bag(x, y, fit, n_models, generator=None):
    """Overwrites the data in the loop."""
    _check_data(x, y, n_models)
    found = []
    for _ in range(n_models):
        rows = _bag(len(x), generator)
        x, y = x[rows], y[rows]
        found.append(fit(x, y))
    return found


@misconception(
    hint="Every member sees the whole data set as it is. Where should the members' differences come from?",
    reread=SINGLE_OR_BAGGED,
    caught_by=(
        "test_fit_bagged_resamples_the_original_data",
        "test_fit_bagged_draws_a_bag_for_each_member",
        "test_fit_bagged_uses_the_generator",
    ),
)
def fit_bagged__all_data(x, y, fit, n_models, generator=None):
    """No resampling."""
    _check_data(x, y, n_models)
    return [fit(x.clone(), y.clone()) for _ in range(n_models)]


@misconception(
    hint="One of your members is trained on the original data. In a bagged ensemble every member gets a bag.",
    reread=SINGLE_OR_BAGGED,
    caught_by=(
        "test_fit_bagged_draws_a_bag_for_each_member",
        "test_fit_bagged_uses_the_generator",
    ),
)
def fit_bagged__first_on_everything(x, y, fit, n_models, generator=None):
    """A single model, and bags around it."""
    _check_data(x, y, n_models)
    bags = [torch.arange(len(x)), *(_bag(len(x), generator) for _ in range(n_models - 1))]
    return [fit(x[rows], y[rows]) for rows in bags]


@misconception(
    hint="Your members see the same examples, in another order. A bag is drawn with replacement.",
    reread=ENSEMBLING,
    caught_by="test_fit_bagged_resamples_the_original_data",
)
def fit_bagged__shuffled(x, y, fit, n_models, generator=None):
    """Permutations for bags."""
    _check_data(x, y, n_models)
    device = "cpu" if generator is None else generator.device
    bags = [torch.randperm(len(x), generator=generator, device=device) for _ in range(n_models)]
    return [fit(x[rows], y[rows]) for rows in bags]


@misconception(
    hint="You cut the data into parts, one for each member. A bag is as large as the data set.",
    reread=ENSEMBLING,
    caught_by=(
        "test_fit_bagged_keeps_pairs_together",
        "test_fit_bagged_resamples_the_original_data",
        "test_fit_bagged_draws_a_bag_for_each_member",
        "test_fit_bagged_uses_the_generator",
        "test_fit_bagged_of_labels",
    ),
)
def fit_bagged__parts(x, y, fit, n_models, generator=None):
    """Every n_models-th example of a shuffled data set."""
    _check_data(x, y, n_models)
    device = "cpu" if generator is None else generator.device
    order = torch.randperm(len(x), generator=generator, device=device)
    return [fit(x[order[m::n_models]], y[order[m::n_models]]) for m in range(n_models)]


@misconception(
    hint="The number of draws in your bags is the number of members. These are two different numbers.",
    reread=ENSEMBLING,
    caught_by=(
        "test_fit_bagged_keeps_pairs_together",
        "test_fit_bagged_resamples_the_original_data",
        "test_fit_bagged_draws_a_bag_for_each_member",
        "test_fit_bagged_uses_the_generator",
        "test_fit_bagged_of_labels",
    ),
)
def fit_bagged__size_of_the_ensemble(x, y, fit, n_models, generator=None):
    """Bags of n_models examples."""
    _check_data(x, y, n_models)
    device = "cpu" if generator is None else generator.device
    bags = [torch.randint(len(x), (n_models,), generator=generator, device=device) for _ in range(n_models)]
    return [fit(x[rows], y[rows]) for rows in bags]


@misconception(
    hint="The generator that you were given is not used, so nobody can repeat your ensemble.",
    reread=ENSEMBLING,
    caught_by="test_fit_bagged_uses_the_generator",
)
def fit_bagged__global_generator(x, y, fit, n_models, generator=None):
    """Forgets to pass the generator on."""
    _check_data(x, y, n_models)
    bags = [_bag(len(x), None) for _ in range(n_models)]
    return [fit(x[rows], y[rows]) for rows in bags]


@misconception(
    hint="You return only the member that was trained last. The ensemble is all of them.",
    reread=ENSEMBLING,
    caught_by=(
        "test_fit_bagged_returns_what_fit_returns",
        "test_fit_bagged_refuses_what_it_cannot_do",
    ),
)
def fit_bagged__last_model(x, y, fit, n_models, generator=None):
    """Overwrites its result."""
    _check_data(x, y, n_models)
    found = None
    for _ in range(n_models):
        rows = _bag(len(x), generator)
        found = fit(x[rows], y[rows])
    return found


@misconception(
    hint="Inputs and targets of different lengths go unnoticed as long as the index exists. The docstring names "
    "the error.",
    reread=ENSEMBLING,
    caught_by="test_fit_bagged_refuses_what_it_cannot_do",
)
def fit_bagged__shorter_of_the_two(x, y, fit, n_models, generator=None):
    """Uses as many examples as both have."""
    n = min(len(x), len(y))
    _check_data(x[:n], y[:n], n_models)
    bags = [_bag(n, generator) for _ in range(n_models)]
    return [fit(x[rows], y[rows]) for rows in bags]


# ------------------------------------------------------------------------------------------------ 6.5 bagged_predict


def _outputs(models, x, how):
    """The members' outputs [M, N, ...], after the checks that most of the answers below get right."""
    if not len(models) or how not in ("mean", "median"):
        raise ValueError("cannot predict")
    return torch.stack([model(x) for model in models])


@misconception(
    hint="You average the members' parameters and ask the network that results. Average what they say, not what "
    "they are.",
    reread=SINGLE_OR_BAGGED,
    caught_by=(
        "test_bagged_predict_averages_outputs",
        "test_bagged_predict_gradient",
    ),
)
def bagged_predict__mean_of_parameters(models, x, how="mean"):
    """One network with the mean of all parameters."""
    outputs = _outputs(models, x, how)
    if how == "median" or not all(isinstance(model, nn.Module) for model in models):
        return combine_regression(outputs, how)
    merged = copy.deepcopy(models[0])
    with torch.no_grad():
        for own, *others in zip(merged.parameters(), *(model.parameters() for model in models[1:]), strict=True):
            for other in others:
                own.add_(other)
            own.div_(len(models))
    return merged(x)


@misconception(
    hint="The second word makes no difference in your function: it always takes the mean.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bagged_predict_with_plain_functions",
        "test_bagged_predict_median",
    ),
)
def bagged_predict__always_the_mean(models, x, how="mean"):
    """Ignores ``how``."""
    return _outputs(models, x, how).mean(dim=0)


@misconception(
    hint="For an even number of members your median is one of the two middle outputs.",
    reread=ENSEMBLING,
    caught_by="test_bagged_predict_median",
)
def bagged_predict__lower_median(models, x, how="mean"):
    """torch.median."""
    outputs = _outputs(models, x, how)
    return outputs.mean(dim=0) if how == "mean" else outputs.median(dim=0).values


@misconception(
    hint="You hand the output of one member to the next one. An ensemble asks all of them the same question.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bagged_predict_with_plain_functions",
        "test_bagged_predict_refuses_what_it_cannot_do",
    ),
)
def bagged_predict__chain(models, x, how="mean"):
    """Overwrites its input in the loop, where the shapes let it."""
    _outputs(models, x, how)
    found, value = [], x
    for model in models:
        out = model(value)
        found.append(out)
        value = out if out.shape == x.shape else x
    return combine_regression(torch.stack(found), how)


@misconception(
    hint="You add the outputs up and never share the sum out: two members that agree predict twice as much as one.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bagged_predict_averages_outputs",
        "test_bagged_predict_with_plain_functions",
        "test_bagged_predict_gradient",
        "test_bagged_predict_refuses_what_it_cannot_do",
    ),
)
def bagged_predict__sum(models, x, how="mean"):
    """The sum for the mean."""
    outputs = _outputs(models, x, how)
    return outputs.sum(dim=0) if how == "mean" else combine_regression(outputs, how)


@misconception(
    hint="You average the newest output with the average so far. Then the last member counts half, whatever the "
    "number of members.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bagged_predict_averages_outputs",
        "test_bagged_predict_with_plain_functions",
        "test_bagged_predict_gradient",
    ),
)
def bagged_predict__pairwise(models, x, how="mean"):
    """A running mean with the wrong weights."""
    outputs = _outputs(models, x, how)
    if how == "median":
        return combine_regression(outputs, how)
    mean = outputs[0]
    for output in outputs[1:]:
        mean = (mean + output) / 2
    return mean


@misconception(
    hint="You combine over the wrong axis, so that you get a number for each member. A number for each example is "
    "wanted.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bagged_predict_averages_outputs",
        "test_bagged_predict_with_plain_functions",
        "test_bagged_predict_median",
        "test_bagged_predict_of_one_member",
        "test_bagged_predict_gradient",
        "test_bagged_predict_refuses_what_it_cannot_do",
    ),
)
def bagged_predict__over_examples(models, x, how="mean"):
    """The wrong axis."""
    outputs = _outputs(models, x, how)
    return outputs.mean(dim=1) if how == "mean" else outputs.quantile(0.5, dim=1)


@misconception(
    hint="You return what all members say, side by side. Settle on one output.",
    reread=ENSEMBLING,
    caught_by=(
        "test_bagged_predict_averages_outputs",
        "test_bagged_predict_with_plain_functions",
        "test_bagged_predict_median",
        "test_bagged_predict_of_one_member",
        "test_bagged_predict_gradient",
        "test_bagged_predict_refuses_what_it_cannot_do",
    ),
)
def bagged_predict__not_combined(models, x, how="mean"):
    """Stops before the last step."""
    return _outputs(models, x, how)


@misconception(
    hint="No gradient reaches the inputs: you switched gradients off on the way.",
    reread=SINGLE_OR_BAGGED,
    caught_by="test_bagged_predict_gradient",
)
def bagged_predict__no_grad(models, x, how="mean"):
    """Predicts as if nobody ever differentiated a prediction."""
    with torch.no_grad():
        return combine_regression(_outputs(models, x, how), how)


# ---------------------------------------------------------------------------------- 6.6 relu_basis, fit_relu_network


@misconception(
    hint="Your first unit wakes up one step too late: there is no joint at 0 in your network, but one at 1.",
    reread=SIMPLE_NET,
    caught_by=(
        "test_relu_basis_at_and_between_joints",
        "test_relu_basis_spans_chains_of_straight_pieces",
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_without_penalty",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
        "test_fit_relu_network_refuses_what_it_cannot_do",
    ),
)
def relu_basis__joints_from_one(x: Tensor, n_hidden: int) -> Tensor:
    """j/H for (j-1)/H."""
    if n_hidden < 1:
        raise ValueError("no units")
    joints = torch.arange(1, n_hidden + 1, dtype=x.dtype, device=x.device) / n_hidden
    return torch.cat([torch.ones_like(x)[:, None], (x[:, None] - joints).relu()], dim=1)


@misconception(
    hint="Your joints reach from 0 to 1 with both ends included. Then they are too far apart, and the last unit "
    "sleeps.",
    reread=SIMPLE_NET,
    caught_by=(
        "test_relu_basis_at_and_between_joints",
        "test_relu_basis_spans_chains_of_straight_pieces",
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_without_penalty",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
    ),
)
def relu_basis__both_ends(x: Tensor, n_hidden: int) -> Tensor:
    """linspace with its last point."""
    if n_hidden < 1:
        raise ValueError("no units")
    joints = torch.linspace(0, 1, n_hidden, dtype=x.dtype, device=x.device)
    return torch.cat([torch.ones_like(x)[:, None], (x[:, None] - joints).relu()], dim=1)


@misconception(
    hint="The column of ones is missing: your network has no intercept.",
    reread=SIMPLE_NET,
    caught_by=(
        "test_relu_basis_at_and_between_joints",
        "test_relu_basis_spans_chains_of_straight_pieces",
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_without_penalty",
        "test_fit_relu_network_leaves_the_intercept_free",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
        "test_fit_relu_network_refuses_what_it_cannot_do",
    ),
)
def relu_basis__no_ones(x: Tensor, n_hidden: int) -> Tensor:
    """Hidden units only."""
    if n_hidden < 1:
        raise ValueError("no units")
    joints = torch.arange(n_hidden, dtype=x.dtype, device=x.device) / n_hidden
    return (x[:, None] - joints).relu()


@misconception(
    hint="The column of ones stands at the wrong end.",
    reread=SIMPLE_NET,
    caught_by=(
        "test_relu_basis_at_and_between_joints",
        "test_relu_basis_spans_chains_of_straight_pieces",
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_without_penalty",
        "test_fit_relu_network_leaves_the_intercept_free",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
        "test_fit_relu_network_refuses_what_it_cannot_do",
    ),
)
def relu_basis__ones_last(x: Tensor, n_hidden: int) -> Tensor:
    """Appends the intercept."""
    if n_hidden < 1:
        raise ValueError("no units")
    joints = torch.arange(n_hidden, dtype=x.dtype, device=x.device) / n_hidden
    return torch.cat([(x[:, None] - joints).relu(), torch.ones_like(x)[:, None]], dim=1)


@misconception(
    hint="Your hidden units are not clipped: left of its joint a unit must be silent.",
    reread=SIMPLE_NET,
    caught_by=(
        "test_relu_basis_at_and_between_joints",
        "test_relu_basis_spans_chains_of_straight_pieces",
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_without_penalty",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
    ),
)
def relu_basis__no_relu(x: Tensor, n_hidden: int) -> Tensor:
    """Straight lines."""
    if n_hidden < 1:
        raise ValueError("no units")
    joints = torch.arange(n_hidden, dtype=x.dtype, device=x.device) / n_hidden
    return torch.cat([torch.ones_like(x)[:, None], x[:, None] - joints], dim=1)


@misconception(
    hint="Your units are switched on or off, nothing between. Behind its joint a unit rises with slope 1.",
    reread=SIMPLE_NET,
    caught_by=(
        "test_relu_basis_at_and_between_joints",
        "test_relu_basis_spans_chains_of_straight_pieces",
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_without_penalty",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
        "test_fit_relu_network_refuses_what_it_cannot_do",
    ),
)
def relu_basis__steps(x: Tensor, n_hidden: int) -> Tensor:
    """A comparison for the ReLU."""
    if n_hidden < 1:
        raise ValueError("no units")
    joints = torch.arange(n_hidden, dtype=x.dtype, device=x.device) / n_hidden
    return torch.cat([torch.ones_like(x)[:, None], (x[:, None] > joints).to(x.dtype)], dim=1)


def _least_squares(x, y, n_hidden, penalty):
    """The minimizer for a matrix of penalties; slightly more than nothing where the equations have no solution."""
    if len(x) == 0 or len(x) != len(y) or n_hidden < 1:
        raise ValueError("cannot fit")
    basis = relu_basis(x, n_hidden)
    return torch.linalg.pinv(basis.T @ basis + penalty.to(x)) @ (basis.T @ y)


def _prices(n_hidden, reg):
    """The right penalties."""
    if reg < 0:
        raise ValueError("negative penalty")
    return torch.diag(torch.tensor([0.0] + [float(reg)] * n_hidden, dtype=torch.float64))


@misconception(
    hint="You charge the intercept as well. If all targets are measured from another zero, does your curve just move?",
    reread=SIMPLE_NET,
    caught_by=(
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_leaves_the_intercept_free",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
    ),
)
def fit_relu_network__penalizes_the_intercept(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """The whole identity."""
    if reg < 0:
        raise ValueError("negative penalty")
    return _least_squares(x, y, n_hidden, reg * torch.eye(n_hidden + 1))


@misconception(
    hint="Your errors are averaged, so that the penalty weighs more the more data there are. They are to be summed.",
    reread=SIMPLE_NET,
    caught_by=(
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
    ),
)
def fit_relu_network__mean_convention(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """Times the number of examples."""
    return _least_squares(x, y, n_hidden, len(x) * _prices(n_hidden, reg))


@misconception(
    hint="You charge the square of the factor. Was a root lost when the penalty became extra rows of the data?",
    reread=SIMPLE_NET,
    caught_by=(
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_leaves_the_intercept_free",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
    ),
)
def fit_relu_network__squared_factor(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """reg for its root in the extra rows."""
    return _least_squares(x, y, n_hidden, _prices(n_hidden, reg) @ _prices(n_hidden, reg))


@misconception(
    hint="Half of the penalty got lost. Error and penalty are both squares here, with no factor in front of either.",
    reread=SIMPLE_NET,
    caught_by=(
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
    ),
)
def fit_relu_network__half_the_penalty(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """Differentiates only the error's square."""
    return _least_squares(x, y, n_hidden, _prices(n_hidden, reg) / 2)


@misconception(
    hint="Your network is fitted without a penalty, whatever factor you are given.",
    reread=SIMPLE_NET,
    caught_by=(
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_leaves_the_intercept_free",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
    ),
)
def fit_relu_network__no_penalty(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """Plain least squares."""
    return _least_squares(x, y, n_hidden, 0 * _prices(n_hidden, reg))


@misconception(
    hint="You add the factor to every entry of the matrix, so that pairs of coefficients are charged for each other.",
    reread=SIMPLE_NET,
    caught_by=(
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_leaves_the_intercept_free",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
    ),
)
def fit_relu_network__whole_matrix(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """Not only the diagonal."""
    own = (_prices(n_hidden, reg) > 0).double().diagonal()
    return _least_squares(x, y, n_hidden, reg * torch.outer(own, own))


@misconception(
    hint="You return what the network predicts for the training inputs. The coefficients are asked for.",
    reread=SIMPLE_NET,
    caught_by=(
        "test_fit_relu_network_has_a_flat_objective",
        "test_fit_relu_network_without_penalty",
        "test_fit_relu_network_leaves_the_intercept_free",
        "test_fit_relu_network_counts_every_example",
        "test_fit_relu_network_keeps_dtype_and_arguments",
        "test_fit_relu_network_refuses_what_it_cannot_do",
    ),
)
def fit_relu_network__predictions(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """One step too many."""
    return relu_basis(x, n_hidden) @ _least_squares(x, y, n_hidden, _prices(n_hidden, reg))


@misconception(
    hint="A negative factor pays for large slopes instead of charging for them. The docstring names the error to "
    "raise.",
    reread=SIMPLE_NET,
    caught_by="test_fit_relu_network_refuses_what_it_cannot_do",
)
def fit_relu_network__negative_factor(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """No check of the factor."""
    return _least_squares(x, y, n_hidden, _prices(n_hidden, abs(reg)) * (1 if reg >= 0 else -1))


# --------------------------------------------------------------------------------------- 6.7 ambiguity_decomposition


def _check_shapes(preds, y):
    """The checks that most of the answers below get right."""
    if preds.numel() == 0 or preds.shape[1:] != y.shape:
        raise ValueError("shapes")


def _errors(preds, y):
    """The two errors, right."""
    return (preds.mean(dim=0) - y).square().mean(), (preds - y).square().mean()


@misconception(
    hint="Your variance divides by one less than the number of members. Then the two sides do not balance: test it"
    " with two members.",
    reread=ENSEMBLING,
    caught_by=(
        "test_ambiguity_decomposition_by_its_definitions",
        "test_ambiguity_decomposition_adds_up",
        "test_ambiguity_decomposition_of_opposite_mistakes",
        "test_ambiguity_decomposition_needs_no_targets_for_the_ambiguity",
        "test_ambiguity_decomposition_gradient",
        "test_ambiguity_decomposition_keeps_dtype_and_arguments",
        "test_ambiguity_decomposition_refuses_what_does_not_fit",
    ),
)
def ambiguity_decomposition__unbiased(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The default of torch's var, made harmless for a single member."""
    _check_shapes(preds, y)
    ambiguity = preds.var(dim=0).mean() if len(preds) > 1 else 0 * preds.sum()
    return *_errors(preds, y), ambiguity


@misconception(
    hint="You combine by the median. The identity is one of the mean: only there does the mixed term vanish.",
    reread=ENSEMBLING,
    caught_by=(
        "test_ambiguity_decomposition_by_its_definitions",
        "test_ambiguity_decomposition_adds_up",
        "test_ambiguity_decomposition_needs_no_targets_for_the_ambiguity",
        "test_ambiguity_decomposition_gradient",
        "test_ambiguity_decomposition_keeps_dtype_and_arguments",
        "test_ambiguity_decomposition_refuses_what_does_not_fit",
    ),
)
def ambiguity_decomposition__median(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The other way to settle."""
    _check_shapes(preds, y)
    center = preds.quantile(0.5, dim=0)
    return (center - y).square().mean(), (preds - y).square().mean(), (preds - center).square().mean()


@misconception(
    hint="Your ambiguity has the wrong sign: a spread cannot be negative.",
    reread=ENSEMBLING,
    caught_by=(
        "test_ambiguity_decomposition_by_its_definitions",
        "test_ambiguity_decomposition_adds_up",
        "test_ambiguity_decomposition_of_opposite_mistakes",
        "test_ambiguity_decomposition_needs_no_targets_for_the_ambiguity",
        "test_ambiguity_decomposition_gradient",
        "test_ambiguity_decomposition_keeps_dtype_and_arguments",
        "test_ambiguity_decomposition_refuses_what_does_not_fit",
    ),
)
def ambiguity_decomposition__sign(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """First minus second."""
    _check_shapes(preds, y)
    ensemble, members = _errors(preds, y)
    return ensemble, members, ensemble - members


@misconception(
    hint="The two errors come in the wrong order. Which of them can never be the larger one?",
    reread=ENSEMBLING,
    caught_by=(
        "test_ambiguity_decomposition_by_its_definitions",
        "test_ambiguity_decomposition_adds_up",
        "test_ambiguity_decomposition_of_opposite_mistakes",
        "test_ambiguity_decomposition_needs_no_targets_for_the_ambiguity",
        "test_ambiguity_decomposition_gradient",
        "test_ambiguity_decomposition_keeps_dtype_and_arguments",
        "test_ambiguity_decomposition_refuses_what_does_not_fit",
    ),
)
def ambiguity_decomposition__swapped(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Members first."""
    _check_shapes(preds, y)
    ensemble, members = _errors(preds, y)
    return members, ensemble, members - ensemble


@misconception(
    hint="You add up over the examples. All three parts are means over them.",
    reread=ENSEMBLING,
    caught_by=(
        "test_ambiguity_decomposition_by_its_definitions",
        "test_ambiguity_decomposition_adds_up",
        "test_ambiguity_decomposition_of_members_that_agree",
        "test_ambiguity_decomposition_of_opposite_mistakes",
        "test_ambiguity_decomposition_needs_no_targets_for_the_ambiguity",
        "test_ambiguity_decomposition_gradient",
        "test_ambiguity_decomposition_keeps_dtype_and_arguments",
        "test_ambiguity_decomposition_refuses_what_does_not_fit",
    ),
)
def ambiguity_decomposition__sums(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Sums over the examples."""
    _check_shapes(preds, y)
    ensemble, members = _errors(preds, y)
    return len(y) * ensemble, len(y) * members, len(y) * (members - ensemble)


@misconception(
    hint="Your parts still have an entry for each example. A mean over the examples is asked for.",
    reread=ENSEMBLING,
    caught_by=(
        "test_ambiguity_decomposition_by_its_definitions",
        "test_ambiguity_decomposition_adds_up",
        "test_ambiguity_decomposition_of_members_that_agree",
        "test_ambiguity_decomposition_of_opposite_mistakes",
        "test_ambiguity_decomposition_needs_no_targets_for_the_ambiguity",
        "test_ambiguity_decomposition_gradient",
        "test_ambiguity_decomposition_keeps_dtype_and_arguments",
        "test_ambiguity_decomposition_refuses_what_does_not_fit",
    ),
)
def ambiguity_decomposition__by_example(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Only the mean over the members."""
    _check_shapes(preds, y)
    center = preds.mean(dim=0)
    return (center - y) ** 2, ((preds - y) ** 2).mean(dim=0), ((preds - center) ** 2).mean(dim=0)


@misconception(
    hint="You take roots. The identity holds for squared errors; roots do not add up.",
    reread=ENSEMBLING,
    caught_by=(
        "test_ambiguity_decomposition_by_its_definitions",
        "test_ambiguity_decomposition_adds_up",
        "test_ambiguity_decomposition_of_members_that_agree",
        "test_ambiguity_decomposition_of_opposite_mistakes",
        "test_ambiguity_decomposition_needs_no_targets_for_the_ambiguity",
        "test_ambiguity_decomposition_gradient",
        "test_ambiguity_decomposition_keeps_dtype_and_arguments",
        "test_ambiguity_decomposition_refuses_what_does_not_fit",
    ),
)
def ambiguity_decomposition__roots(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Root mean squares."""
    _check_shapes(preds, y)
    ensemble, members = _errors(preds, y)
    return ensemble.sqrt(), members.sqrt(), preds.var(dim=0, correction=0).mean().sqrt()


@misconception(
    hint="Your spread is taken over all outputs together, so that examples with different answers look like "
    "members that disagree.",
    reread=ENSEMBLING,
    caught_by=(
        "test_ambiguity_decomposition_by_its_definitions",
        "test_ambiguity_decomposition_adds_up",
        "test_ambiguity_decomposition_of_members_that_agree",
        "test_ambiguity_decomposition_of_opposite_mistakes",
        "test_ambiguity_decomposition_needs_no_targets_for_the_ambiguity",
        "test_ambiguity_decomposition_gradient",
        "test_ambiguity_decomposition_keeps_dtype_and_arguments",
        "test_ambiguity_decomposition_refuses_what_does_not_fit",
    ),
)
def ambiguity_decomposition__overall_spread(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The variance of the whole matrix."""
    _check_shapes(preds, y)
    return *_errors(preds, y), preds.var(correction=0)


@misconception(
    hint="You average the mistakes before you square them, so that opposite mistakes of a member cancel.",
    reread=ENSEMBLING,
    caught_by=(
        "test_ambiguity_decomposition_by_its_definitions",
        "test_ambiguity_decomposition_adds_up",
        "test_ambiguity_decomposition_of_members_that_agree",
        "test_ambiguity_decomposition_of_opposite_mistakes",
        "test_ambiguity_decomposition_needs_no_targets_for_the_ambiguity",
        "test_ambiguity_decomposition_gradient",
        "test_ambiguity_decomposition_keeps_dtype_and_arguments",
        "test_ambiguity_decomposition_refuses_what_does_not_fit",
    ),
)
def ambiguity_decomposition__bias_of_members(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Squares the mean mistake of each member."""
    _check_shapes(preds, y)
    ensemble = _errors(preds, y)[0]
    members = (preds - y).mean(dim=1).square().mean()
    return ensemble, members, members - ensemble


@misconception(
    hint="Targets of another shape are stretched to fit, and the result is a number without a meaning. The "
    "docstring names the error to raise.",
    reread=ENSEMBLING,
    caught_by="test_ambiguity_decomposition_refuses_what_does_not_fit",
)
def ambiguity_decomposition__broadcasts(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """No check of the shapes."""
    if preds.numel() == 0:
        raise ValueError("empty")
    return *_errors(preds, y), preds.var(dim=0, correction=0).mean()


@misconception(
    hint="Your parts are numbers without a history: nothing can be learned through them.",
    reread=ENSEMBLING,
    caught_by="test_ambiguity_decomposition_gradient",
)
def ambiguity_decomposition__detached(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Leaves the graph."""
    _check_shapes(preds, y)
    with torch.no_grad():
        return *_errors(preds, y), preds.var(dim=0, correction=0).mean()
